# METADATA
# scope: package
# title: Namespace does not enforce a pod security level
# description: >-
#   Without the label pod-security.kubernetes.io/enforce any pod is let in, privileged ones too, unless another
#   admission policy stands in the way.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/pod-security-admission/
# custom:
#   id: SW-NS-003
#   severity: medium
#   category: namespace
#   remediation: >-
#     Label the namespace with pod-security.kubernetes.io/enforce: baseline, or restricted where the workloads allow
#     it.
#   frameworks:
#     cis: ["5.2.1"]
#     nsa-cisa: [pods/pod-security-standards]
#     owasp-k8s: [K04]
#   covers: [ns-psa-labels]
#   input: {kinds: [Namespace]}
package seawall.checks.pod_security_labels

import data.seawall.lib.kube

deny contains r if {
	not kube.name in {"kube-system", "kube-public", "kube-node-lease"}
	level := object.get(kube.labels, label, "")
	problem := problems(level)
	r := {
		"msg": problem,
		"path": ["metadata", "labels", label],
		"value": level,
		"expected": "baseline or restricted",
	}
}

label := "pod-security.kubernetes.io/enforce"

problems("") := "The namespace lets in pods of every kind, privileged ones too"

problems("privileged") := "The namespace says that privileged pods are welcome"

problems(level) := sprintf("%q is no level: the API server enforces nothing", [level]) if {
	not level in {"", "privileged", "baseline", "restricted"}
}
