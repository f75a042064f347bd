# METADATA
# scope: package
# title: Namespace has no owner
# description: >-
#   Nobody is named who answers for the namespace. Shadow namespaces, made for a test and forgotten, keep running
#   unpatched workloads with rights that nobody reviews.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/multi-tenancy/
# custom:
#   id: SW-NS-004
#   severity: low
#   category: namespace
#   remediation: >-
#     Label or annotate the namespace with its owner, for example owner: payments-team.
#   frameworks:
#     cis: ["5.6.1"]
#     nsa-cisa: [namespaces/ownership]
#     owasp-k8s: [K02, K05]
#   covers: [ns-boundaries]
#   input: {kinds: [Namespace]}
package seawall.checks.owner

import data.seawall.lib.kube

deny contains r if {
	not kube.name in {"kube-system", "kube-public", "kube-node-lease", "default"}
	not owned
	r := {
		"msg": sprintf("Neither a label nor an annotation says who owns namespace %q", [kube.name]),
		"path": ["metadata", "labels"],
		"expected": "an owner, team or contact label",
	}
}

owned if {
	some map in [kube.labels, kube.annotations]
	some key, value in map
	is_string(value)
	value != ""
	regex.match(`(^|[/._-])(owner|owned-by|team|contact|managed-by|cost-?center|squad|tenant)$`, lower(key))
	not startswith(key, "kubectl.kubernetes.io/")
}
