package seawall.checks.privileged_test

import data.seawall.checks.privileged
import data.seawall.lib.fixture

bad := {"name": "c", "image": "i", "securityContext": {"privileged": true}}

test_fail if {
	privileged.deny == {{
		"msg": `Container "c" runs privileged`,
		"path": ["spec", "containers", 0, "securityContext", "privileged"],
		"container": "c",
		"value": true,
		"expected": "false, or left out",
		"fix": [{"op": "set", "path": ["spec", "containers", 0, "securityContext", "privileged"], "value": false}],
	}} with input as fixture.pod({"containers": [bad]})
}

test_every_kind_of_container if {
	rs := privileged.deny with input as fixture.cronjob({
		"initContainers": [bad, object.union(bad, {"restartPolicy": "Always"})],
		"containers": [bad],
		"ephemeralContainers": [bad],
	})
	{r.path[5] | some r in rs} == {"initContainers", "containers", "ephemeralContainers"}
	count(rs) == 4
}

test_custom_resource if count(privileged.deny) == 1 with input as fixture.jobset({"containers": [bad]})

test_pass if {
	count(privileged.deny) == 0 with input as fixture.container({})
	count(privileged.deny) == 0 with input as fixture.container({"securityContext": {"privileged": false}})
	count(privileged.deny) == 0 with input as fixture.container({"securityContext": null})
	count(privileged.deny) == 0 with input as fixture.pod({"securityContext": {"privileged": true}, "containers": []})
}
