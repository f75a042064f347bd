package seawall.checks.service_external_name_test

import data.seawall.checks.service_external_name

service(spec) := {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}, "spec": spec}

test_fail if {
	every name in ["localhost", "LOCALHOST.", "a.localhost", "127.0.0.1", "169.254.169.254", "metadata.google.internal"] {
		rs := service_external_name.deny with input as service({"type": "ExternalName", "externalName": name})
		{r.path | some r in rs} == {["spec", "externalName"]}
	}
}

test_pass if {
	every spec in [{"type": "ExternalName", "externalName": "db.example.org"}, {"type": "ClusterIP", "externalName": "localhost"}, {"type": "ExternalName"}, {"type": "ExternalName", "externalName": 1}, null] {
		rs := service_external_name.deny with input as service(spec)
		count(rs) == 0
	}
}
