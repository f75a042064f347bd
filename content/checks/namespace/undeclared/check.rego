# METADATA
# scope: package
# title: Workloads live in a namespace that nobody declares
# description: >-
#   The namespace is used but its manifest is not among what was scanned, so its labels, quota and policies are
#   unknown or were made by hand: a shadow namespace.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/multi-tenancy/
# custom:
#   id: SW-NS-007
#   severity: low
#   category: namespace
#   remediation: >-
#     Keep the Namespace object beside the workloads, with its owner and pod security labels.
#   frameworks:
#     cis: ["5.6.1"]
#     owasp-k8s: [K02, K05]
#   covers: [ns-boundaries]
#   input: {cluster: true}
#   inventory: [Namespace, workload]
#   fields: [pod.metadata.labels]
package seawall.checks.undeclared

import data.seawall.lib.cluster

# Only where other namespaces were declared: a folder without any is not about namespaces.
deny contains r if {
	count(data.inventory.cluster.v1.Namespace) > 0
	some name in cluster.namespaces_with_workloads
	not name in cluster.system_namespaces
	name != "default"
	not data.inventory.cluster.v1.Namespace[name]
	object := cluster.first_workload(name)
	r := {
		"msg": sprintf("Namespace %q is used but not declared", [name]),
		"path": ["metadata", "namespace"],
		"value": name,
		"object": object,
	}
}
