package seawall.checks.ingress_without_tls_test

import data.seawall.checks.ingress_without_tls

ingress(spec) := {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "i"}, "spec": spec}

paths(spec) := {r.path | some r in results} if results := ingress_without_tls.deny with input as ingress(spec)

test_fail if {
	paths({"rules": [{"host": "a.example"}, {"host": "b.example"}], "tls": [{"hosts": ["a.example"]}]}) == {["spec", "rules", 1, "host"]}
	paths({"rules": [{"http": {}}]}) == {["spec", "rules", 0, "host"]}
	paths({"rules": [{"host": "a.b.example.com"}], "tls": [{"hosts": ["*.example.com"]}]}) == {["spec", "rules", 0, "host"]}
	paths({"defaultBackend": {"service": {}}}) == {["spec", "tls"]}
}

test_pass if {
	paths({"rules": [{"host": "a.example.com"}], "tls": [{"hosts": ["*.example.com"]}]}) == set()
	paths({"rules": [{"host": "a.example"}], "tls": [{"secretName": "s"}]}) == set()
	paths({"defaultBackend": {}, "tls": [{"secretName": "s"}]}) == set()
	paths({"rules": "junk"}) == set()
}
