package seawall.checks.destination_tls_test

import data.seawall.checks.destination_tls

object_of(spec) := {"apiVersion": "networking.istio.io/v1", "kind": "DestinationRule", "metadata": {"name": "x", "namespace": "shop"}, "spec": spec}

test_fail if {
	a := destination_tls.deny with input as object_of({"trafficPolicy": {"tls": {"mode": "SIMPLE"}}})
	{r.msg | some r in a} == {"Mode SIMPLE has no CA to check the server with"}
	b := destination_tls.deny with input as object_of({"subsets": [{"trafficPolicy": {"tls": {"mode": "DISABLE"}}}]})
	{r.path | some r in b} == {["spec", "subsets", 0, "trafficPolicy", "tls", "mode"]}
	c := destination_tls.deny with input as object_of({"trafficPolicy": {"tls": {"mode": "SIMPLE", "caCertificates": "/x", "insecureSkipVerify": true}}})
	count(c) == 1
}

test_pass if {
	every s in [{}, {"trafficPolicy": {"tls": {"mode": "ISTIO_MUTUAL"}}}, {"trafficPolicy": {"tls": {"mode": "SIMPLE", "credentialName": "x"}}}] {
		rs := destination_tls.deny with input as object_of(s)
		count(rs) == 0
	}
}
