package seawall.checks.apparmor_test

import data.seawall.checks.apparmor
import data.seawall.lib.fixture

test_field if {
	rs := apparmor.deny with input as fixture.pod({"securityContext": {"appArmorProfile": {"type": "Unconfined"}}, "containers": [{"name": "c"}]})
	{r.path | some r in rs} == {["spec", "securityContext", "appArmorProfile", "type"]}
}

test_annotation if {
	rs := apparmor.deny with input as object.union(fixture.container({}), {"metadata": {"annotations": {"container.apparmor.security.beta.kubernetes.io/c": "unconfined"}}})
	rs == {{
		"msg": `Container "c" is annotated with AppArmor profile "unconfined"`,
		"path": ["metadata", "annotations", "container.apparmor.security.beta.kubernetes.io/c"],
		"container": "c",
		"value": "unconfined",
		"expected": "runtime/default",
	}}
}

test_pass if {
	every value in ["runtime/default", "localhost/x", ""] {
		rs := apparmor.deny with input as object.union(fixture.container({}), {"metadata": {"annotations": {"container.apparmor.security.beta.kubernetes.io/c": value}}})
		count(rs) == 0
	}
	qs := apparmor.deny with input as fixture.container({"securityContext": {"appArmorProfile": {"type": "RuntimeDefault"}}})
	count(qs) == 0
}
