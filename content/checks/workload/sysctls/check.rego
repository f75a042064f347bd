# METADATA
# scope: package
# title: Pod sets kernel parameters that reach beyond it
# description: >-
#   Only a few kernel parameters are separate for each pod. Others change the node, or let the pod disturb its
#   neighbours.
# related_resources:
# - https://kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster/
# custom:
#   id: SW-POD-027
#   severity: medium
#   category: workload
#   remediation: >-
#     Remove the sysctl, or set it on the node for all.
#   frameworks:
#     owasp-k8s: [K01]
#     pss: [baseline/sysctls]
#   covers: [pod-sysctls]
#   input: {workload: true}
package seawall.checks.sysctls

import data.seawall.lib.kube

deny contains r if {
	some pod in kube.pods
	some i, sysctl in pod.spec.securityContext.sysctls
	is_string(sysctl.name)
	name := replace(sysctl.name, "/", ".")
	not name in safe
	r := {
		"msg": sprintf("The pod sets kernel parameter %q", [sysctl.name]),
		"path": array.concat(pod.path, ["securityContext", "sysctls", i, "name"]),
		"value": sysctl.name,
		"expected": "a parameter from the safe list",
	}
}

safe := {
	"kernel.shm_rmid_forced",
	"net.ipv4.ip_local_port_range",
	"net.ipv4.ip_unprivileged_port_start",
	"net.ipv4.tcp_syncookies",
	"net.ipv4.ping_group_range",
	"net.ipv4.ip_local_reserved_ports",
	"net.ipv4.tcp_keepalive_time",
	"net.ipv4.tcp_fin_timeout",
	"net.ipv4.tcp_keepalive_intvl",
	"net.ipv4.tcp_keepalive_probes",
	"net.ipv4.tcp_rmem",
	"net.ipv4.tcp_wmem",
}
