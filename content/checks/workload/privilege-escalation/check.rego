# METADATA
# scope: package
# title: Container may gain more privileges than its parent
# description: >-
#   Unless it is forbidden, a program in the container can become root through a set-user-id file such as sudo. An
#   intruder who starts as an ordinary user uses exactly that as the next step.
# related_resources:
# - https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
# custom:
#   id: SW-POD-002
#   severity: medium
#   category: workload
#   remediation: Set `allowPrivilegeEscalation` to false in the container's securityContext.
#   frameworks:
#     cis: ["5.2.6"]
#     pss: [restricted/allowPrivilegeEscalation]
#     nsa-cisa: [pod-security/privilege-escalation]
#     mitre: [T1548]
#     owasp-k8s: [K01]
#   covers: [pod-allow-priv-esc]
#   input: {workload: true}
package seawall.checks.privilege_escalation

import data.seawall.lib.kube

deny contains r if {
	some c in kube.containers
	not kube.is_windows(c.pod)
	object.get(c.container, ["securityContext", "allowPrivilegeEscalation"], null) != false
	r := object.union(
		{
			"msg": sprintf("Container %q may gain more privileges than its parent process", [c.name]),
			"path": kube.security_path(c, "allowPrivilegeEscalation"),
			"container": c.name,
			"expected": "false",
			"fix": fix(c),
		},
		value(c),
	)
}

value(c) := {"value": v} if {
	v := kube.security(c, "allowPrivilegeEscalation")
} else := {}

# The API server refuses false together with privileged or CAP_SYS_ADMIN: those must go first.
fix(c) := [] if {
	kube.security(c, "privileged") == true
} else := [] if {
	"SYS_ADMIN" in kube.capabilities_added(c)
} else := [{"op": "set", "path": kube.security_path(c, "allowPrivilegeEscalation"), "value": false}]
