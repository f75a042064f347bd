# METADATA
# scope: package
# title: Workload does not say what it belongs to
# description: >-
#   Without the recommended labels nobody can tell which application and which team a workload belongs to: in an
#   incident that costs hours.
# related_resources:
# - https://kubernetes.io/docs/concepts/configuration/overview/
# custom:
#   id: SW-CFG-005
#   severity: low
#   category: workload
#   remediation: >-
#     Set app.kubernetes.io/name (or app) and an owner or team label.
#   frameworks:
#     owasp-k8s: [K01]
#   covers: [cfg-labels-required, cfg-annotations-required]
#   input: {workload: true}
package seawall.checks.owner_labels

import data.seawall.lib.kube

deny contains r if {
	kube.is_workload
	object.get(kube.metadata, "ownerReferences", null) in [null, []]
	not named
	r := {
		"msg": "Neither app.kubernetes.io/name nor app says which application this is",
		"path": ["metadata", "labels"],
		"expected": "app.kubernetes.io/name",
		"severity": "info",
	}
}

named if {
	some key in ["app.kubernetes.io/name", "app.kubernetes.io/instance", "app.kubernetes.io/component", "app", "k8s-app", "name", "component"]
	kube.labels[key]
}
