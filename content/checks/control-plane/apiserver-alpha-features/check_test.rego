package seawall.checks.apiserver_alpha_features_test

import data.seawall.checks.apiserver_alpha_features
import data.seawall.lib.fixture

process(flags) := {
	"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "kube-apiserver", "namespace": "kube-system"},
	"spec": {"containers": [{"name": "main", "command": array.concat(["kube-apiserver"], flags)}]},
}

test_fail if {
	every flags in [["--feature-gates=AllAlpha=true"]] {
		rs := apiserver_alpha_features.deny with input as process(flags)
		{r.msg | some r in rs} == {"All alpha features are enabled"}
	}
}

test_pass if {
	every flags in [[], ["--feature-gates=X=true"]] {
		rs := apiserver_alpha_features.deny with input as process(flags)
		count(rs) == 0
	}
}

test_other_programs if {
	every pod in [fixture.container({"command": ["sleep"]}), fixture.deployment({}), object.union(process([]), {"kind": "Widget"})] {
		rs := apiserver_alpha_features.deny with input as pod
		count(rs) == 0
	}
}
