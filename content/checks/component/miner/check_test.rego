package seawall.checks.miner_test

import data.seawall.checks.miner
import data.seawall.lib.fixture

test_fail if {
	every ref in ["kannix/monero-miner", "miningcontainers/xmrig:6", "wernight/cpuminer-multi"] {
		rs := miner.deny with input as fixture.container({"image": ref})
		{[r.path, r.value] | some r in rs} == {[["spec", "containers", 0, "image"], ref]}
	}
}

test_pass if {
	every ref in ["example.org/data-miner-ui:1", "determined/miners"] {
		rs := miner.deny with input as fixture.container({"image": ref})
		count(rs) == 0
	}
}
