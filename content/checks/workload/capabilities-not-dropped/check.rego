# METADATA
# scope: package
# title: Container keeps rights that it does not need
# description: >-
#   The runtime gives every container about a dozen capabilities: changing owners, raw sockets for spoofing, and
#   more. Nearly no program needs them.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/pod-security-standards/
# custom:
#   id: SW-POD-015
#   severity: low
#   category: workload
#   remediation: >-
#     Set securityContext.capabilities.drop to [ALL], and add back the one that is needed.
#   frameworks:
#     cis: ["5.2.8", "5.2.9"]
#     nsa-cisa: [pod-security/capabilities]
#     owasp-k8s: [K01]
#     pss: [restricted/capabilities_restricted]
#   covers: [pod-cap-drop-all, pod-cap-drop-any, pod-cap-drop-netraw]
#   input: {workload: true}
package seawall.checks.capabilities_not_dropped

import data.seawall.lib.kube

deny contains r if {
	some c in kube.containers
	not kube.is_windows(c.pod)
	dropped := kube.capabilities_dropped(c)
	not "ALL" in dropped
	r := {
		"msg": sprintf("Container %q drops %s", [c.name, words(dropped)]),
		"path": array.concat(c.path, ["securityContext", "capabilities", "drop"]),
		"container": c.name,
		"expected": "drop: [ALL]",
	}
}

words(dropped) := "no capabilities" if count(dropped) == 0

words(dropped) := "some capabilities and keeps NET_RAW, which forges packets" if {
	count(dropped) > 0
	not "NET_RAW" in dropped
}

words(dropped) := "some capabilities only" if "NET_RAW" in dropped
