# METADATA
# scope: package
# title: Container can change its own files
# description: >-
#   With a writable root file system an attacker installs tools and changes programs. Read-only, the container stays
#   what was in the image.
# related_resources:
# - https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
# custom:
#   id: SW-POD-016
#   severity: low
#   category: workload
#   remediation: >-
#     Set securityContext.readOnlyRootFilesystem: true, and mount an emptyDir where the program writes.
#   frameworks:
#     mitre: [T1105]
#     nsa-cisa: [pod-security/immutable-fs]
#     owasp-k8s: [K01]
#   covers: [pod-readonly-rootfs]
#   input: {workload: true}
package seawall.checks.read_only_root

import data.seawall.lib.kube

deny contains r if {
	some c in kube.containers
	not kube.is_windows(c.pod)
	object.get(c.container, ["securityContext", "readOnlyRootFilesystem"], null) != true
	r := {
		"msg": sprintf("Container %q can write to its root file system", [c.name]),
		"path": kube.security_path(c, "readOnlyRootFilesystem"),
		"container": c.name,
		"value": object.get(c.container, ["securityContext", "readOnlyRootFilesystem"], null),
		"expected": "true",
	}
}
