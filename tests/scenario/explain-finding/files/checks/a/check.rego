# METADATA
# scope: package
# title: Pod runs privileged
# description: A privileged container owns the node.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/
# custom:
#   id: T-POD-001
#   severity: critical
#   category: workload
#   remediation: Remove privileged.
#   frameworks:
#     cis: ["5.2.2"]
#   input: {kinds: [Pod]}
package seawall.checks.privileged

deny contains {
	"msg": sprintf("Container %q is privileged", [c.name]),
	"path": ["spec", "containers", i, "securityContext", "privileged"],
	"container": c.name,
	"value": true,
	"expected": "false",
	"fix": [{"op": "set", "path": ["spec", "containers", i, "securityContext", "privileged"], "value": false}],
} if {
	some i, c in input.spec.containers
	c.securityContext.privileged == true
}
