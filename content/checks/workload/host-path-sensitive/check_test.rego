package seawall.checks.host_path_sensitive_test

import data.seawall.checks.host_path_sensitive
import data.seawall.lib.fixture

values(paths) := {r.value | some r in results} if {
	results := host_path_sensitive.deny with input as fixture.deployment({
		"containers": [],
		"volumes": [{"name": "v", "hostPath": {"path": p}} | some p in paths],
	})
}

test_fail if {
	bad := ["/", "//", "/etc/", "/var/run/docker.sock", "/./proc", "/etc/kubernetes/manifests/"]
	values(bad) == {p | some p in bad}
}

test_path if {
	rs := host_path_sensitive.deny with input as fixture.pod({"volumes": [{"name": "a", "emptyDir": {}}, {"name": "v", "hostPath": {"path": "/etc"}}]})
	rs == {{
		"msg": `Volume "v" mounts "/etc" of the node: the node's configuration and passwords`,
		"path": ["spec", "volumes", 1, "hostPath", "path"],
		"value": "/etc",
		"expected": "no hostPath volume",
	}}
}

test_pass if values(["/data", "/etc-backup", "/var/log/app", "", 7]) == set()
