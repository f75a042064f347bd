# METADATA
# scope: package
# title: Pod uses the old serviceAccount field
# description: >-
#   The field serviceAccount is an old name of serviceAccountName. Tools that look at the new field only, security
#   checks among them, see another account than the one that is used.
# related_resources:
# - https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.32/#podspec-v1-core
# custom:
#   id: SW-SA-003
#   severity: low
#   category: workload
#   remediation: >-
#     Rename serviceAccount to serviceAccountName.
#   frameworks:
#     owasp-k8s: [K03]
#   covers: [sa-deprecated-field]
#   input: {workload: true}
package seawall.checks.deprecated_service_account_field

import data.seawall.lib.kube

deny contains r if {
	some pod in kube.pods
	old := pod.spec.serviceAccount
	is_string(old)
	old != ""
	object.get(pod.spec, "serviceAccountName", "") != old
	path := array.concat(pod.path, ["serviceAccount"])
	r := {
		"msg": sprintf("The account %q is named in a field that most tools do not read", [old]),
		"path": path,
		"value": old,
		"expected": "serviceAccountName",
		"fix": [
			{"op": "set", "path": array.concat(pod.path, ["serviceAccountName"]), "value": effective(pod.spec)},
			{"op": "remove", "path": path},
		],
	}
}

# The API server takes the new field where both are set.
effective(spec) := name if {
	name := spec.serviceAccountName
	name != ""
} else := spec.serviceAccount
