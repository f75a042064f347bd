# METADATA
# scope: package
# title: Container runs privileged
# description: >-
#   A privileged container has all rights of root on the node: it sees every device, can load kernel modules and can
#   read and change every other container there. Whoever breaks into it owns the node, and often the cluster.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/pod-security-standards/
# - https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
# custom:
#   id: SW-POD-001
#   severity: critical
#   category: workload
#   remediation: Remove `privileged` and, if the program needs one right of root, add only that capability.
#   frameworks:
#     cis: ["5.2.2"]
#     pss: [baseline/privileged]
#     nsa-cisa: [pod-security/non-privileged]
#     mitre: [T1611]
#     owasp-k8s: [K01]
#   covers: [pod-privileged]
#   input: {workload: true}
package seawall.checks.privileged

import data.seawall.lib.kube

deny contains r if {
	some c in kube.containers
	kube.security(c, "privileged") == true
	r := {
		"msg": sprintf("Container %q runs privileged", [c.name]),
		"path": kube.security_path(c, "privileged"),
		"container": c.name,
		"value": true,
		"expected": "false, or left out",
		"fix": [{"op": "set", "path": kube.security_path(c, "privileged"), "value": false}],
	}
}
