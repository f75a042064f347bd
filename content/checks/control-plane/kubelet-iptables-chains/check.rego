# METADATA
# scope: package
# title: Kubelet does not keep its firewall rules
# description: >-
#   Rules of services and pods drift from what the cluster believes.
# related_resources:
# - https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/
# custom:
#   id: SW-CP-062
#   severity: low
#   category: control-plane
#   remediation: >-
#     Set makeIPTablesUtilChains: true in the kubelet's configuration.
#   frameworks:
#     cis: ["4.2.6"]
#     owasp-k8s: [K09]
#   covers: [kubelet-iptables-chains]
#   input: {kinds: [KubeletConfiguration]}
package seawall.checks.kubelet_iptables_chains

deny contains r if {
	input.makeIPTablesUtilChains == false
	r := {
		"msg": "Firewall chains are not kept",
		"path": ["makeIPTablesUtilChains"],
		"value": object.get(input, ["makeIPTablesUtilChains"], null),
		"expected": "makeIPTablesUtilChains: true",
	}
}
