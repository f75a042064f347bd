# METADATA
# scope: package
# title: Object has no owner label
# description: Nobody knows whom to ask.
# custom:
#   id: T-CFG-001
#   severity: low
#   category: config
#   remediation: Add the label owner.
#   input: {any: true}
package seawall.checks.owner

deny contains {"msg": "There is no label owner", "path": ["metadata", "labels"]} if not input.metadata.labels.owner

unknown contains {"msg": "labels is not a map", "path": ["metadata", "labels"]} if {
	input.metadata.labels
	not is_object(input.metadata.labels)
}
