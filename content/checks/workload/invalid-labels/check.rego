# METADATA
# scope: package
# title: Label is not valid
# description: >-
#   The API server refuses the object: what you reviewed is not what runs.
# related_resources:
# - https://kubernetes.io/docs/concepts/configuration/overview/
# custom:
#   id: SW-CFG-004
#   severity: low
#   category: workload
#   remediation: >-
#     Use at most 63 letters, digits, hyphens, underscores and dots, beginning and ending with a letter or digit.
#   frameworks:
#     owasp-k8s: [K01]
#   covers: [cfg-labels-invalid]
#   input: {any: true}
package seawall.checks.invalid_labels

import data.seawall.lib.kube

deny contains r if {
	some key, value in object.get(kube.metadata, "labels", {})
	why := problem(value)
	r := {
		"msg": sprintf("The value of label %q %s", [key, why]),
		"path": ["metadata", "labels", key],
		"value": value,
	}
}

problem(v) := sprintf("is a %s, not a string", [type_name(v)]) if {
	not is_string(v)
	v != null
}

problem(v) := "is not valid" if {
	is_string(v)
	not regex.match(`^([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$`, v)
}
