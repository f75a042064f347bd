# METADATA
# scope: package
# title: Updates take the service down
# description: >-
#   With strategy Recreate, or OnDelete, all old pods go before new ones come, or nothing is updated until somebody
#   deletes pods: fixes arrive late.
# related_resources:
# - https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#strategy
# custom:
#   id: SW-AVAIL-008
#   severity: low
#   category: workload
#   remediation: >-
#     Use RollingUpdate where the program allows two versions at once.
#   frameworks:
#     owasp-k8s: [K01]
#   covers: [avail-strategy]
#   input: {kinds: [Deployment, StatefulSet, DaemonSet]}
package seawall.checks.update_strategy

deny contains r if {
	some field in ["strategy", "updateStrategy"]
	type := input.spec[field].type
	why := bad[type]
	r := {
		"msg": sprintf("Update strategy %s: %s", [type, why]),
		"path": ["spec", field, "type"],
		"value": type,
		"expected": "RollingUpdate",
	}
}

bad := {
	"Recreate": "all pods are stopped before new ones start",
	"OnDelete": "pods keep the old version until somebody deletes them",
}
