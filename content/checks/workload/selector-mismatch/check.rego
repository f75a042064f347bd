# METADATA
# scope: package
# title: Selector does not match the pods' own labels
# description: >-
#   The API server refuses the object, or the controller makes pods without end because it never finds its own.
# related_resources:
# - https://kubernetes.io/docs/concepts/configuration/overview/
# custom:
#   id: SW-CFG-001
#   severity: medium
#   category: workload
#   remediation: >-
#     Make spec.selector match the labels of spec.template.
#   frameworks:
#     owasp-k8s: [K01]
#   covers: [cfg-selector-mismatch]
#   input: {kinds: [Deployment, StatefulSet, DaemonSet, ReplicaSet]}
package seawall.checks.selector_mismatch

import data.seawall.lib.cluster
import data.seawall.lib.kube

deny contains r if {
	some pod in kube.pods
	selector := input.spec.selector
	is_object(selector)
	count(selector) > 0
	labels := object.get(pod.metadata, "labels", {})
	is_object(labels)
	not cluster.selects(selector, labels)
	r := {
		"msg": "The selector does not choose the pods of the template",
		"path": ["spec", "selector"],
		"value": selector,
		"expected": "labels of spec.template.metadata",
	}
}
