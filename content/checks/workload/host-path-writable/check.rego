# METADATA
# scope: package
# title: Container can write to a directory of the node
# description: >-
#   Files written there are files of the node: a cron job, a kubelet manifest or a key placed there runs or is
#   trusted outside the container.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/pod-security-standards/
# custom:
#   id: SW-POD-011
#   severity: high
#   category: workload
#   remediation: >-
#     Mount it with readOnly: true, or use a volume of the cluster.
#   frameworks:
#     cis: ["5.2.11"]
#     mitre: [T1611, T1053]
#     nsa-cisa: [pod-security/host-path]
#     owasp-k8s: [K01]
#   covers: [pod-host-path-writable]
#   input: {workload: true}
package seawall.checks.host_path_writable

import data.seawall.lib.kube

deny contains r if {
	some c in kube.containers
	some i, mount in c.container.volumeMounts
	some volume in c.pod.spec.volumes
	volume.name == mount.name
	is_object(volume.hostPath)
	object.get(mount, "readOnly", null) != true
	path := array.concat(c.path, ["volumeMounts", i, "readOnly"])
	r := {
		"msg": sprintf("Container %q can write to %q of the node", [c.name, object.get(volume.hostPath, "path", "?")]),
		"path": path,
		"container": c.name,
		"value": object.get(mount, "readOnly", null),
		"expected": "readOnly: true",
	}
}
