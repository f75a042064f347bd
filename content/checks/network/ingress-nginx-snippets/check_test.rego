package seawall.checks.ingress_nginx_snippets_test

import data.seawall.checks.ingress_nginx_snippets

ingress(annotations) := {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "i", "annotations": annotations}, "spec": {}}

test_fail if {
	every key in ["configuration-snippet", "server-snippet", "auth-snippet", "stream-snippet"] {
		rs := ingress_nginx_snippets.deny with input as ingress({sprintf("nginx.ingress.kubernetes.io/%s", [key]): "x"})
		{r.value | some r in rs} == {"x"}
	}
}

test_injection if {
	rs := ingress_nginx_snippets.deny with input as ingress({"nginx.ingress.kubernetes.io/auth-url": "http://x/#;load_module /tmp/x.so;"})
	{r.severity | some r in rs} == {"critical"}
}

test_pass if {
	every a in [{}, null, {"nginx.ingress.kubernetes.io/rewrite-target": "/$1"}, {"nginx.ingress.kubernetes.io/auth-url": "https://auth/x?y=1"}, {"example.org/configuration-snippet": "x"}] {
		rs := ingress_nginx_snippets.deny with input as ingress(a)
		count(rs) == 0
	}
}
