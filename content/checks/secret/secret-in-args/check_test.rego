package seawall.checks.secret_in_args_test

import data.seawall.checks.secret_in_args
import data.seawall.lib.fixture

args(words) := fixture.container({"args": words})

test_fail if {
	every words in [
		["run", "--db-password=hunter22"],
		["run", "mysql --password=hunter22 -h db"],
		["run", "postgres://shop:hunter22@db/x"],
		["run", "export API_KEY=abcdef; start"],
	] {
		rs := secret_in_args.deny with input as args(words)
		{[r.path, r.value] | some r in rs} == {[["spec", "containers", 0, "args", 1], "(redacted)"]}
	}
}

test_two_words if {
	rs := secret_in_args.deny with input as args(["--token", "abcdefgh"])
	{r.path | some r in rs} == {["spec", "containers", 0, "args", 1]}
}

test_pass if {
	every words in [
		["--password=$(DB_PASSWORD)"], ["--password-file=/run/x"], ["--token", "--other"], ["--token", "/var/run/token"],
		["--secret-name", "x"], ["--tokenizer=abcdef"], ["postgres://db/x"], [7],
	] {
		rs := secret_in_args.deny with input as args(words)
		count(rs) == 0
	}
}
