# METADATA
# scope: package
# title: Pod uses a volume type that brings storage of the node or network in directly
# description: >-
#   These volumes bypass the cluster's storage rules: the pod names servers, disks and credentials itself. Most of
#   the types are also removed or going away.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/pod-security-standards/
# custom:
#   id: SW-POD-028
#   severity: low
#   category: workload
#   remediation: >-
#     Use a persistentVolumeClaim, configMap, secret, projected, emptyDir, ephemeral, csi or downwardAPI volume.
#   frameworks:
#     owasp-k8s: [K01]
#     pss: [restricted/restrictedVolumes]
#   covers: [pod-volume-types]
#   input: {workload: true}
package seawall.checks.volume_types

import data.seawall.lib.kube

deny contains r if {
	some v in kube.volumes
	some type, _ in v.volume
	not type in allowed
	r := {
		"msg": sprintf("Volume %q is of type %s", [v.name, type]),
		"path": array.concat(v.path, [type]),
		"value": type,
		"expected": "a volume type of the restricted level",
	}
}

# hostPath has checks of its own (SW-POD-010).
allowed := {
	"name", "hostPath", "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim",
	"projected", "secret",
}
