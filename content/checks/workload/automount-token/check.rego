# METADATA
# scope: package
# title: Pod carries an API token it may not need
# description: >-
#   Kubernetes puts a token for its API into every pod. An attacker in the pod uses it to ask the API for more. Most
#   applications never talk to the API and need no token.
# related_resources:
# - https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/
# custom:
#   id: SW-SA-001
#   severity: medium
#   category: workload
#   remediation: >-
#     Set automountServiceAccountToken: false in the pod, and true only where the application uses the Kubernetes
#     API.
#   frameworks:
#     cis: ["5.1.6"]
#     mitre: [T1528]
#     nsa-cisa: [pods/service-account-token]
#     owasp-k8s: [K03]
#   covers: [pod-automount-token]
#   input: {workload: true}
package seawall.checks.automount_token

import data.seawall.lib.kube

deny contains r if {
	some pod in kube.pods
	object.get(pod.spec, "automountServiceAccountToken", null) != false
	path := array.concat(pod.path, ["automountServiceAccountToken"])
	r := object.union(
		{
			"msg": "The pod gets a token of the Kubernetes API without having asked for one",
			"path": path,
			"expected": "automountServiceAccountToken: false",
		},
		value(pod),
	)
}

value(pod) := {"value": v} if {
	v := object.get(pod.spec, "automountServiceAccountToken", null)
	v != null
} else := {}
