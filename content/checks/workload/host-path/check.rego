# METADATA
# scope: package
# title: Pod mounts a directory of the node
# description: >-
#   The pod reads, and unless it says otherwise writes, files of the node. Mounted directories are the usual way out
#   of a container.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/pod-security-standards/
# custom:
#   id: SW-POD-010
#   severity: medium
#   category: workload
#   remediation: >-
#     Use a volume of the cluster (configMap, secret, emptyDir, persistentVolumeClaim) instead of hostPath.
#   frameworks:
#     cis: ["5.2.11"]
#     mitre: [T1611]
#     nsa-cisa: [pod-security/host-path]
#     owasp-k8s: [K01]
#     pss: [baseline/hostPathVolumes]
#   covers: [pod-host-path]
#   input: {workload: true}
package seawall.checks.host_path

import data.seawall.lib.kube

deny contains r if {
	some v in kube.volumes
	is_object(v.volume.hostPath)
	r := {
		"msg": sprintf("Volume %q is the directory %q of the node", [v.name, object.get(v.volume.hostPath, "path", "?")]),
		"path": array.concat(v.path, ["hostPath"]),
		"value": v.volume.hostPath,
		"expected": "a volume of the cluster",
	}
}
