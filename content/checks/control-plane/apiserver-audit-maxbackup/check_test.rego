package seawall.checks.apiserver_audit_maxbackup_test

import data.seawall.checks.apiserver_audit_maxbackup
import data.seawall.lib.fixture

process(flags) := {
	"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "kube-apiserver", "namespace": "kube-system"},
	"spec": {"containers": [{"name": "main", "command": array.concat(["kube-apiserver"], flags)}]},
}

test_fail if {
	every flags in [["--audit-log-path=/x"], ["--audit-log-path=/x", "--audit-log-maxbackup=9"]] {
		rs := apiserver_audit_maxbackup.deny with input as process(flags)
		{r.msg | some r in rs} == {"Fewer than 10 old audit logs are kept"}
	}
}

test_pass if {
	every flags in [["--audit-log-path=/x", "--audit-log-maxbackup=10"], []] {
		rs := apiserver_audit_maxbackup.deny with input as process(flags)
		count(rs) == 0
	}
}

test_other_programs if {
	every pod in [fixture.container({"command": ["sleep"]}), fixture.deployment({}), object.union(process([]), {"kind": "Widget"})] {
		rs := apiserver_audit_maxbackup.deny with input as pod
		count(rs) == 0
	}
}
