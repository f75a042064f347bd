package seawall.checks.git_sync_test

import data.seawall.checks.git_sync
import data.seawall.lib.fixture

test_env if {
	rs := git_sync.deny with input as fixture.container({"image": "registry.k8s.io/git-sync/git-sync:v4", "env": [{"name": "GITSYNC_GIT", "value": "/tmp/x"}]})
	{[r.path, r.value] | some r in rs} == {[["spec", "containers", 0, "env", 0], "/tmp/x"]}
}

test_flag if {
	rs := git_sync.deny with input as fixture.container({"image": "git-sync", "args": ["--repo=x", "--git=/tmp/x"]})
	{r.path | some r in rs} == {["spec", "containers", 0, "args", 1]}
}

test_pass if {
	every c in [{"image": "git-sync", "args": ["--git-timeout=1", "--repo=x"]}, {"image": "app", "env": [{"name": "GITSYNC_GIT", "value": "x"}]}, {"image": 1, "env": "x"}] {
		rs := git_sync.deny with input as fixture.container(c)
		count(rs) == 0
	}
}
