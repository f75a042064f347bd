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
package seawall.checks.shared_service_account

import data.seawall.lib.kube

deny contains r if {
	some namespace, accounts in users
	some account, objects in accounts
	count(objects) > 1
	some object in objects
	others := sort([sprintf("%s/%s", [o.object.kind, o.object.metadata.name]) | some o in objects; o.object != object.object])
	r := {
		"msg": sprintf("Service account %q is shared with %s", [account, summary(others)]),
		"path": object.path,
		"value": account,
		"object": object.object,
	}
}

summary(names) := names[0] if count(names) == 1

summary(names) := sprintf("%s and %d more", [names[0], count(names) - 1]) if count(names) > 1

# Top-level workloads only: the pods of a Deployment are no second user of its account.
users[namespace][account] contains {"object": object, "path": array.concat(pod.path, ["serviceAccountName"])} if {
	some namespace, versions in data.inventory.namespace
	object := versions[_][_][_]
	count(owners_of(object)) == 0
	some pod in kube.pods with input as object
	account := pod.spec.serviceAccountName
	is_string(account)
	not account in {"", "default"}
}

owners_of(o) := list if {
	list := o.metadata.ownerReferences
	is_array(list)
} else := []
