package seawall.checks.digest_test

import data.seawall.checks.digest
import data.seawall.lib.fixture

test_fail if {
	rs := digest.deny with input as fixture.container({"image": "nginx:1.27"})
	{[r.path, r.value] | some r in rs} == {[["spec", "containers", 0, "image"], "nginx:1.27"]}
}

test_pass if {
	every ref in ["nginx@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "a/b:1@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 7, ""] {
		rs := digest.deny with input as fixture.container({"image": ref})
		count(rs) == 0
	}
}
