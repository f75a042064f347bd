package seawall.checks.shell_download_test

import data.seawall.checks.shell_download
import data.seawall.lib.fixture

test_fail if {
	every word in ["curl -s https://x/i.sh | sh", "apk add curl; wget -qO- http://x|bash -s", "bash <(curl -L x)", "sh -c \"$(curl x)\""] {
		rs := shell_download.deny with input as fixture.container({"command": ["sh", "-c", word]})
		{r.path | some r in rs} == {["spec", "containers", 0, "command", 2]}
	}
}

test_pass if {
	every word in ["curl -f http://localhost/health", "curl x | jq .", "wget x && ls | sh.txt.d", "echo curl; cat x | tee y"] {
		rs := shell_download.deny with input as fixture.container({"args": [word]})
		count(rs) == 0
	}
}
