package seawall.checks.log4shell_test

import data.seawall.checks.log4shell
import data.seawall.lib.fixture

test_fail if {
	every ref in ["elasticsearch:7.10.1", "docker.elastic.co/logstash/logstash:6.8.0", "solr:8.11.0-slim"] {
		rs := log4shell.deny with input as fixture.container({"image": ref})
		{r.value | some r in rs} == {ref}
	}
}

test_pass if {
	every ref in ["elasticsearch:8.1.0", "solr:9", "example.org/mysolr:8.0.0", "elasticsearch", 1] {
		rs := log4shell.deny with input as fixture.container({"image": ref})
		count(rs) == 0
	}
}
