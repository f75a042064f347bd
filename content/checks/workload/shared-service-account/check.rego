# METADATA
# scope: package
# title: Workloads share a service account
# description: >-
#   A right that one of the workloads needs is given to all that share the account, and the audit log cannot tell
#   who used it.
# related_resources:
# - https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/
# custom:
#   id: SW-SA-006
#   severity: low
#   category: workload
#   remediation: >-
#     Give each workload a service account of its own.
#   frameworks:
#     cis: ["5.1.5"]
#     owasp-k8s: [K03]
#   covers: [sa-shared]
#   input: {cluster: true}
#   inventory: [workload]
#   fields: [pod.spec.serviceAccountName]
package seawall.checks.shared_service_account

import data.seawall.lib.cluster

deny contains r if {
	some account in users
	count(account) > 1
	some w in account
	others := sort([sprintf("%s/%s", [o.object.kind, o.object.metadata.name]) | some o in account; o.object != w.object])
	count(others) > 0
	r := {
		"msg": sprintf("Service account %q is shared with %s", [w.spec.serviceAccountName, summary(others)]),
		"path": array.concat(w.path, ["serviceAccountName"]),
		"value": w.spec.serviceAccountName,
		"object": w.object,
	}
}

summary(names) := names[0] if count(names) == 1

summary(names) := sprintf("%s and %d more", [names[0], count(names) - 1]) if count(names) > 1

# Top-level workloads only: the pods of a Deployment are no second user of its account.
users[[w.namespace, account]] contains w if {
	some w in cluster.workloads
	not w.owned
	account := w.spec.serviceAccountName
	is_string(account)
	not account in {"", "default"}
}
