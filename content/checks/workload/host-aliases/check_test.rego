package seawall.checks.host_aliases_test

import data.seawall.checks.host_aliases
import data.seawall.lib.fixture

test_fail if {
	aliases := [{"ip": "10.0.0.1", "hostnames": ["db"]}]
	rs := host_aliases.deny with input as fixture.deployment({"hostAliases": aliases})
	rs == {{"msg": "The pod overrides names in /etc/hosts", "path": ["spec", "template", "spec", "hostAliases"], "value": aliases}}
}

test_pass if {
	every a in [[], null, "x"] {
		rs := host_aliases.deny with input as fixture.pod({"hostAliases": a})
		count(rs) == 0
	}
}
