# METADATA
# scope: package
# title: Container runs as root by order
# description: >-
#   runAsUser: 0 makes the program root inside the container, whatever the image says. With a bug in the kernel or
#   the runtime that is root on the node.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/pod-security-standards/
# custom:
#   id: SW-POD-017
#   severity: high
#   category: workload
#   remediation: >-
#     Set runAsUser to a number above 10000, or leave it to an image with a user of its own.
#   frameworks:
#     cis: ["5.2.7"]
#     mitre: [T1611]
#     nsa-cisa: [pod-security/non-root]
#     owasp-k8s: [K01]
#     pss: [restricted/runAsUser]
#   covers: [pod-run-as-user-0]
#   input: {workload: true}
package seawall.checks.run_as_root

import data.seawall.lib.kube

deny contains r if {
	some c in kube.containers
	kube.effective(c, "runAsUser") == 0
	r := {
		"msg": sprintf("Container %q runs as user 0", [c.name]),
		"path": kube.effective_path(c, "runAsUser"),
		"container": c.name,
		"value": 0,
		"expected": "a user above 10000",
	}
}
