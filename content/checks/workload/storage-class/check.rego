# METADATA
# scope: package
# title: Claim uses a storage class that is not allowed
# description: >-
#   Storage classes decide where data lies, whether it is encrypted and what it costs.
# related_resources:
# - https://kubernetes.io/docs/concepts/storage/storage-classes/
# custom:
#   id: SW-RES-008
#   severity: low
#   category: workload
#   remediation: >-
#     Use one of the allowed classes. The list is the setting storage_classes.
#   frameworks:
#     owasp-k8s: [K01]
#   covers: [res-storageclass]
#   input: {kinds: [PersistentVolumeClaim, StatefulSet]}
#   settings: [storage_classes]
package seawall.checks.storage_class

import data.seawall.lib.config

deny contains r if {
	allowed := config.list("storage_classes")
	some claim in claims
	class := object.get(claim.spec, "storageClassName", "")
	not class in allowed
	r := {
		"msg": sprintf("The claim asks for storage class %q", [class]),
		"path": array.concat(claim.path, ["storageClassName"]),
		"value": class,
		"expected": concat(" or ", allowed),
	}
}

claims contains {"spec": input.spec, "path": ["spec"]} if {
	input.kind == "PersistentVolumeClaim"
	is_object(input.spec)
}

claims contains {"spec": spec, "path": ["spec", "volumeClaimTemplates", i, "spec"]} if {
	spec := input.spec.volumeClaimTemplates[i].spec
	is_object(spec)
}
