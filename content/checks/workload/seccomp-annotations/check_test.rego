package seawall.checks.seccomp_annotations_test

import data.seawall.checks.seccomp_annotations
import data.seawall.lib.fixture

annotated(annotations) := object.union(fixture.container({}), {"metadata": {"annotations": annotations}})

test_fail if {
	rs := seccomp_annotations.deny with input as annotated({"container.seccomp.security.alpha.kubernetes.io/c": "runtime/default"})
	{[r.path, r.value] | some r in rs} == {[["metadata", "annotations", "container.seccomp.security.alpha.kubernetes.io/c"], "runtime/default"]}
}

test_pass if {
	every a in [{}, {"example.org/seccomp": "x"}, {"seccomp.security.alpha.kubernetes.io/pod": "unconfined"}] {
		rs := seccomp_annotations.deny with input as annotated(a)
		count(rs) == 0
	}
}
