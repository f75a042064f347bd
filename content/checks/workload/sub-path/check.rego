# METADATA
# scope: package
# title: Container mounts a part of a volume by subPath
# description: >-
#   Links placed inside a volume have twice been a way to the node's files through subPath (CVE-2017-1002101,
#   CVE-2021-25741). Up-to-date kubelets are safe; old ones are not.
# related_resources:
# - https://github.com/kubernetes/kubernetes/issues/104980
# custom:
#   id: SW-POD-036
#   severity: low
#   category: workload
#   remediation: >-
#     Mount the whole volume, or make sure that kubelets are at 1.22.2 or later.
#   frameworks:
#     mitre: [T1611]
#     owasp-k8s: [K01]
#   covers: [cve-2021-25741]
#   input: {workload: true}
package seawall.checks.sub_path

import data.seawall.lib.kube

deny contains r if {
	some c in kube.containers
	some i, mount in c.container.volumeMounts
	some field in ["subPath", "subPathExpr"]
	value := mount[field]
	value != ""
	some volume in c.pod.spec.volumes
	volume.name == mount.name
	writable(volume)
	r := {
		"msg": sprintf("Container %q mounts %q of volume %q", [c.name, value, mount.name]),
		"path": array.concat(c.path, ["volumeMounts", i, field]),
		"container": c.name,
		"value": value,
		"severity": "info",
	}
}

# Nobody can plant links in what the kubelet writes itself.
writable(volume) if {
	some type, _ in volume
	not type in {"name", "configMap", "secret", "projected", "downwardAPI"}
}
