# METADATA
# scope: package
# title: Container has no security settings at all
# description: >-
#   Neither the pod nor the container has a securityContext: every protection is left to defaults, which are made
#   for compatibility and not for safety.
# related_resources:
# - https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
# custom:
#   id: SW-POD-031
#   severity: low
#   category: workload
#   remediation: >-
#     Start from runAsNonRoot: true, allowPrivilegeEscalation: false, capabilities drop [ALL] and seccompProfile
#     RuntimeDefault.
#   frameworks:
#     cis: ["5.6.3"]
#     nsa-cisa: [pod-security/security-context]
#     owasp-k8s: [K01]
#   covers: [pod-security-context-missing, pod-linux-hardening]
#   input: {workload: true}
package seawall.checks.security_context_missing

import data.seawall.lib.kube

deny contains r if {
	some c in kube.containers
	empty(object.get(c.container, "securityContext", null))
	empty(object.get(c.pod.spec, "securityContext", null))
	r := {
		"msg": sprintf("Neither container %q nor its pod has a securityContext", [c.name]),
		"path": array.concat(c.path, ["securityContext"]),
		"container": c.name,
	}
}

empty(x) if x in [null, {}]
