package seawall.checks.gateway_plain_test

import data.seawall.checks.gateway_plain

object_of(spec) := {"apiVersion": "networking.istio.io/v1", "kind": "Gateway", "metadata": {"name": "x", "namespace": "shop"}, "spec": spec}

test_fail if {
	a := gateway_plain.deny with input as object_of({"servers": [{"port": {"number": 80, "protocol": "HTTP"}}]})
	{r.msg | some r in a} == {"Port 80 takes plain HTTP"}
	b := gateway_plain.deny with input as object_of({"servers": [{"port": {"protocol": "HTTPS"}, "tls": {"minProtocolVersion": "TLSV1_0"}}]})
	count(b) == 1
}

test_pass if {
	every s in [
		{"servers": [{"port": {"protocol": "HTTPS"}, "tls": {"mode": "SIMPLE"}}]},
		{"servers": [{"port": {"protocol": "HTTP"}, "tls": {"httpsRedirect": true}}]},
		null,
	] {
		rs := gateway_plain.deny with input as object_of(s)
		count(rs) == 0
	}
}
