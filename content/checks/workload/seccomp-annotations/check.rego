# METADATA
# scope: package
# title: Seccomp profile is set by an annotation that is no longer read
# description: >-
#   Since Kubernetes 1.27 these annotations are ignored: the pod looks protected and runs without a filter.
# related_resources:
# - https://kubernetes.io/docs/tutorials/security/seccomp/
# custom:
#   id: SW-POD-023
#   severity: medium
#   category: workload
#   remediation: >-
#     Set securityContext.seccompProfile instead of the annotation.
#   frameworks:
#     cis: ["5.6.2"]
#     owasp-k8s: [K01]
#   covers: [pod-seccomp-annotations]
#   input: {workload: true}
package seawall.checks.seccomp_annotations

import data.seawall.lib.kube

deny contains r if {
	some pod in kube.pods
	some key, value in pod.metadata.annotations
	regex.match(`^(container\.)?seccomp\.security\.alpha\.kubernetes\.io/`, key)
	value != "unconfined"
	r := {
		"msg": sprintf("The annotation %q has no effect since Kubernetes 1.27", [key]),
		"path": array.concat(array.slice(pod.path, 0, count(pod.path) - 1), ["metadata", "annotations", key]),
		"value": value,
		"expected": "securityContext.seccompProfile",
	}
}
