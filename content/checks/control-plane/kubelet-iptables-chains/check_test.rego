package seawall.checks.kubelet_iptables_chains_test

import data.seawall.checks.kubelet_iptables_chains

config(fields) := object.union({"apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration"}, fields)

test_fail if {
	every fields in [{"makeIPTablesUtilChains": false}] {
		rs := kubelet_iptables_chains.deny with input as config(fields)
		{[r.msg, r.path] | some r in rs} == {["Firewall chains are not kept", ["makeIPTablesUtilChains"]]}
	}
}

test_pass if {
	every fields in [{}, {"makeIPTablesUtilChains": true}] {
		rs := kubelet_iptables_chains.deny with input as config(fields)
		count(rs) == 0
	}
}
