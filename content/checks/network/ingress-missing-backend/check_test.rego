package seawall.checks.ingress_missing_backend_test

import data.seawall.checks.ingress_missing_backend

ingress(spec) := {"kind": "Ingress", "metadata": {"name": "i", "namespace": "shop"}, "spec": spec}

to(name) := {"rules": [{"http": {"paths": [{"backend": {"service": {"name": name}}}]}}]}

inventory(spec, services) := {"cluster": {}, "namespace": {"shop": {"networking.k8s.io/v1": {"Ingress": {"i": ingress(spec)}}, "v1": {"Service": services}}}}

test_fail if {
	rs := ingress_missing_backend.deny with data.inventory as inventory(to("gone"), {"web": {}})
	rs == {{
		"msg": `Service "gone" does not exist in namespace "shop"`,
		"path": ["spec", "rules", 0, "http", "paths", 0, "backend", "service", "name"],
		"value": "gone",
		"object": ingress(to("gone")),
	}}
}

test_old_and_default_backends if {
	every spec in [{"defaultBackend": {"service": {"name": "gone"}}}, {"rules": [{"http": {"paths": [{"backend": {"serviceName": "gone"}}]}}]}] {
		rs := ingress_missing_backend.deny with data.inventory as inventory(spec, {"web": {}})
		count(rs) == 1
	}
}

test_pass if {
	count(ingress_missing_backend.deny) == 0 with data.inventory as inventory(to("web"), {"web": {}})
	count(ingress_missing_backend.deny) == 0 with data.inventory as inventory(to("gone"), {})
	count(ingress_missing_backend.deny) == 0 with data.inventory as inventory({}, {"web": {}})
}
