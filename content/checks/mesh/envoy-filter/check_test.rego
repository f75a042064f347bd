package seawall.checks.envoy_filter_test

import data.seawall.checks.envoy_filter

object_of(spec) := {"apiVersion": "networking.istio.io/v1alpha3", "kind": "EnvoyFilter", "metadata": {"name": "x", "namespace": "shop"}, "spec": spec}

test_fail if {
	a := envoy_filter.deny with input as object_of({"configPatches": [{"applyTo": "HTTP_FILTER", "patch": {"operation": "REMOVE"}}]})
	{r.msg | some r in a} == {"The filter uses operation REMOVE on HTTP_FILTER"}
	b := envoy_filter.deny with input as object_of({"configPatches": [{"patch": {"operation": "MERGE", "value": {"inlineCode": "function x() end"}}}]})
	{r.severity | some r in b} == {"high"}
}

test_pass if {
	every s in [{"configPatches": [{"patch": {"operation": "MERGE"}}]}, {}, null] {
		rs := envoy_filter.deny with input as object_of(s)
		count(rs) == 0
	}
}
