package seawall.checks.owner_test

import data.seawall.checks.owner

namespace(metadata) := {"apiVersion": "v1", "kind": "Namespace", "metadata": object.union({"name": "shop"}, metadata)}

test_fail if {
	rs := owner.deny with input as namespace({"labels": {"kubernetes.io/metadata.name": "shop", "owner": ""}})
	rs == {{
		"msg": `Neither a label nor an annotation says who owns namespace "shop"`,
		"path": ["metadata", "labels"],
		"expected": "an owner, team or contact label",
	}}
}

test_pass if {
	every m in [
		{"labels": {"owner": "payments"}},
		{"labels": {"example.org/team": "payments"}},
		{"annotations": {"app.example.org/contact": "x@example.org"}},
		{"name": "kube-system"},
	] {
		rs := owner.deny with input as namespace(m)
		count(rs) == 0
	}
}
