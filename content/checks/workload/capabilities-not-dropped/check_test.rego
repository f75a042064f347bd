package seawall.checks.capabilities_not_dropped_test

import data.seawall.checks.capabilities_not_dropped
import data.seawall.lib.fixture

drops(caps) := fixture.container({"securityContext": {"capabilities": {"drop": caps}}})

test_fail if {
	rs := capabilities_not_dropped.deny with input as fixture.container({})
	rs == {{
		"msg": `Container "c" drops no capabilities`,
		"path": ["spec", "containers", 0, "securityContext", "capabilities", "drop"],
		"container": "c",
		"expected": "drop: [ALL]",
	}}
}

test_some if {
	some_only := capabilities_not_dropped.deny with input as drops(["NET_RAW"])
	{r.msg | some r in some_only} == {`Container "c" drops some capabilities only`}
	keeps := capabilities_not_dropped.deny with input as drops(["CHOWN"])
	{r.msg | some r in keeps} == {`Container "c" drops some capabilities and keeps NET_RAW, which forges packets`}
}

test_pass if {
	every caps in [["ALL"], ["all"], ["CAP_ALL"], ["NET_RAW", "ALL"]] {
		rs := capabilities_not_dropped.deny with input as drops(caps)
		count(rs) == 0
	}
	ws := capabilities_not_dropped.deny with input as fixture.windows({"containers": [{"name": "c", "image": "c"}]})
	count(ws) == 0
}
