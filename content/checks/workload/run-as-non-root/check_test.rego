package seawall.checks.run_as_non_root_test

import data.seawall.checks.run_as_non_root
import data.seawall.lib.fixture

paths(object) := {r.path | some r in results} if results := run_as_non_root.deny with input as object

c(sc) := {"name": "c", "image": "i", "securityContext": sc}

test_unset_points_at_the_container if {
	paths(fixture.container({})) == {["spec", "containers", 0, "securityContext", "runAsNonRoot"]}
}

test_container_beats_pod if {
	paths(fixture.pod({"securityContext": {"runAsNonRoot": true}, "containers": [c({"runAsNonRoot": false})]})) == {["spec", "containers", 0, "securityContext", "runAsNonRoot"]}
	paths(fixture.pod({"securityContext": {"runAsNonRoot": false}, "containers": [c({"runAsNonRoot": true})]})) == set()
}

test_pod_level if {
	paths(fixture.pod({"securityContext": {"runAsNonRoot": false}, "containers": [c({})]})) == {["spec", "securityContext", "runAsNonRoot"]}
	paths(fixture.deployment({"securityContext": {"runAsNonRoot": true}, "containers": [c({})], "initContainers": [c({})]})) == set()
}

test_user_by_number if {
	paths(fixture.container({"securityContext": {"runAsUser": 1000}})) == set()
	count(paths(fixture.container({"securityContext": {"runAsUser": 0}}))) == 1
	count(paths(fixture.container({"securityContext": {"runAsUser": 1000, "runAsNonRoot": false}}))) == 1
	count(paths(fixture.pod({"securityContext": {"runAsUser": 1000}, "containers": [c({"runAsUser": 0})]}))) == 1
}

test_exempt if {
	paths(fixture.windows({"containers": [c({})]})) == set()
	paths(fixture.pod({"hostUsers": false, "containers": [c({})]})) == set()
}
