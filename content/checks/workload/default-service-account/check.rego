# METADATA
# scope: package
# title: Pod runs as the default service account
# description: >-
#   All pods that name no service account share the account "default". Rights given to it for one of them are given
#   to all, and the audit log cannot tell them apart.
# related_resources:
# - https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/
# custom:
#   id: SW-SA-002
#   severity: low
#   category: workload
#   remediation: >-
#     Make a service account for the workload and name it in serviceAccountName.
#   frameworks:
#     cis: ["5.1.5"]
#     mitre: [T1078]
#     nsa-cisa: [auth/least-privilege]
#     owasp-k8s: [K03]
#   covers: [pod-default-sa]
#   input: {workload: true}
package seawall.checks.default_service_account

import data.seawall.lib.kube

deny contains r if {
	some pod in kube.pods
	object.get(pod.spec, "automountServiceAccountToken", null) != false
	account(pod.spec) in {"", "default"}
	r := {
		"msg": "The pod runs as the service account that all pods of the namespace share",
		"path": array.concat(pod.path, ["serviceAccountName"]),
		"expected": "a service account made for this workload",
	}
}

# The old field still counts where the new one is empty.
account(spec) := name if {
	name := spec.serviceAccountName
	name != ""
} else := name if {
	name := spec.serviceAccount
} else := ""
