package seawall.checks.default_namespace_test

import data.seawall.checks.default_namespace
import data.seawall.lib.fixture

in_namespace(metadata) := json.patch(
	fixture.deployment({"containers": []}),
	[{"op": "replace", "path": "/metadata", "value": metadata}],
)

test_fail if {
	every metadata in [{"name": "x"}, {"name": "x", "namespace": "default"}, {"name": "x", "namespace": ""}, null] {
		count(default_namespace.deny) == 1 with input as in_namespace(metadata)
	}
}

test_pass if {
	count(default_namespace.deny) == 0 with input as in_namespace({"name": "x", "namespace": "shop"})
	count(default_namespace.deny) == 0 with input as {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "x"}}
}
