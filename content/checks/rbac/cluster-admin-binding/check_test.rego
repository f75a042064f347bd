package seawall.checks.cluster_admin_binding_test

import data.seawall.checks.cluster_admin_binding
import data.seawall.lib.fixture

sa := {"kind": "ServiceAccount", "name": "dashboard", "namespace": "kube-system"}

denies(object) := rs if rs := cluster_admin_binding.deny with input as object

test_fail if {
	denies(fixture.binding("cluster-admin", [sa])) == {{
		"msg": `ServiceAccount "kube-system/dashboard" has every right in the whole cluster`,
		"path": ["subjects", 0],
		"value": sa,
		"expected": "a role with the rights that are used",
		"severity": "high",
	}}
}

test_anybody_is_critical if {
	every s in [
		{"kind": "Group", "name": "system:unauthenticated"},
		{"kind": "User", "name": "system:anonymous"},
		{"kind": "ServiceAccount", "name": "default", "namespace": "x"},
	] {
		{r.severity | some r in denies(fixture.binding("cluster-admin", [s]))} == {"critical"}
	}
}

test_in_one_namespace if {
	b := object.union(fixture.binding("cluster-admin", [sa]), {"kind": "RoleBinding", "metadata": {"name": "b", "namespace": "shop"}})
	{[r.severity, r.msg] | some r in denies(b)} == {["medium", `ServiceAccount "kube-system/dashboard" has every right in namespace "shop"`]}
}

test_pass if {
	count(denies(fixture.binding("view", [sa]))) == 0
	count(denies(fixture.binding("cluster-admin", null))) == 0
	count(denies(object.union(fixture.binding("cluster-admin", [{"kind": "Group", "name": "system:masters"}]), {"metadata": {
		"name": "cluster-admin",
		"labels": {"kubernetes.io/bootstrapping": "rbac-defaults"},
	}}))) == 0
}
