# METADATA
# scope: package
# title: Workload opts out of the mesh
# description: >-
#   Traffic of this workload is neither encrypted nor checked by the mesh's policies.
# related_resources:
# - https://istio.io/latest/docs/ops/best-practices/security/
# custom:
#   id: SW-MESH-003
#   severity: low
#   category: mesh
#   remediation: >-
#     Remove the label or annotation, or write a waiver that says why.
#   frameworks:
#     nsa-cisa: [network/mtls]
#     owasp-k8s: [K07]
#   covers: [mesh-injection]
#   input: {workload: true}
package seawall.checks.injection_off

import data.seawall.lib.kube

deny contains r if {
	some pod in kube.pods
	some field in ["labels", "annotations"]
	some key in ["sidecar.istio.io/inject", "linkerd.io/inject", "istio.io/dataplane-mode"]
	value := pod.metadata[field][key]
	lower(sprintf("%v", [value])) in {"false", "disabled", "none"}
	r := {
		"msg": sprintf("%s: %v keeps the pods out of the mesh", [key, value]),
		"path": array.concat(array.slice(pod.path, 0, count(pod.path) - 1), ["metadata", field, key]),
		"value": value,
	}
}
