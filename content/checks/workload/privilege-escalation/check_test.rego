package seawall.checks.privilege_escalation_test

import data.seawall.checks.privilege_escalation
import data.seawall.lib.fixture

denies(object) := rs if rs := privilege_escalation.deny with input as object

test_unset if {
	rs := denies(fixture.container({}))
	count(rs) == 1
	some r in rs
	not "value" in object.keys(r)
	r.path == ["spec", "containers", 0, "securityContext", "allowPrivilegeEscalation"]
	r.fix == [{"op": "set", "path": r.path, "value": false}]
}

test_true if {
	rs := denies(fixture.deployment({"initContainers": [{"name": "i", "image": "i", "securityContext": {"allowPrivilegeEscalation": true}}]}))
	{r.value | some r in rs} == {true}
}

test_no_fix_where_the_api_server_would_refuse_it if {
	every sc in [{"privileged": true}, {"capabilities": {"add": ["CAP_SYS_ADMIN"]}}] {
		{r.fix | some r in denies(fixture.container({"securityContext": sc}))} == {[]}
	}
}

test_pass if {
	count(denies(fixture.container({"securityContext": {"allowPrivilegeEscalation": false}}))) == 0
	count(denies(fixture.windows({"containers": [{"name": "c", "image": "i"}]}))) == 0
	count(denies({"apiVersion": "v1", "kind": "Service", "spec": {}})) == 0
}
