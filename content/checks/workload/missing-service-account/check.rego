# METADATA
# scope: package
# title: Pod names a service account that was not found
# description: >-
#   The pod will not start, or runs with rights that nobody reviewed, because its service account is defined
#   somewhere else or nowhere.
# related_resources:
# - https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/
# custom:
#   id: SW-SA-005
#   severity: low
#   category: workload
#   remediation: >-
#     Add the ServiceAccount to the manifests, or correct the name.
#   frameworks:
#     owasp-k8s: [K03]
#   covers: [sa-nonexistent]
#   input: {cluster: true}
#   inventory: [ServiceAccount, workload]
#   fields: [pod.spec.serviceAccountName]
package seawall.checks.missing_service_account

import data.seawall.lib.cluster

# A namespace is judged only where some of its service accounts were read.
deny contains r if {
	some w in cluster.workloads
	accounts := {name | data.inventory.namespace[w.namespace][_].ServiceAccount[name]}
	count(accounts) > 0
	name := w.spec.serviceAccountName
	is_string(name)
	not name in {"", "default"}
	not name in accounts
	r := {
		"msg": sprintf("Service account %q does not exist in namespace %q", [name, w.namespace]),
		"path": array.concat(w.path, ["serviceAccountName"]),
		"value": name,
		"object": w.object,
	}
}
