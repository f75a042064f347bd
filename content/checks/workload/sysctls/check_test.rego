package seawall.checks.sysctls_test

import data.seawall.checks.sysctls
import data.seawall.lib.fixture

setting(names) := fixture.pod({"securityContext": {"sysctls": [{"name": n, "value": "1"} | some n in names]}})

test_fail if {
	rs := sysctls.deny with input as setting(["net.ipv4.tcp_syncookies", "kernel.msgmax"])
	{[r.path, r.value] | some r in rs} == {[["spec", "securityContext", "sysctls", 1, "name"], "kernel.msgmax"]}
}

test_pass if {
	rs := sysctls.deny with input as setting(["kernel.shm_rmid_forced", "net/ipv4/tcp_syncookies", 7])
	count(rs) == 0
}
