# METADATA
# scope: package
# title: SELinux type or user is chosen by the pod
# description: >-
#   SELinux decides what a container may touch on the node. A type like spc_t, or a user or role of its own, lifts
#   the limits.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/pod-security-standards/
# custom:
#   id: SW-POD-025
#   severity: medium
#   category: workload
#   remediation: >-
#     Remove seLinuxOptions, or use one of the container types.
#   frameworks:
#     nsa-cisa: [pod-security/selinux]
#     owasp-k8s: [K01]
#     pss: [baseline/seLinuxOptions]
#   covers: [pod-selinux]
#   input: {workload: true}
package seawall.checks.selinux

import data.seawall.lib.kube

deny contains r if {
	some c in kube.containers
	options := kube.effective(c, "seLinuxOptions")
	some field, value in options
	bad(field, value)
	r := {
		"msg": sprintf("Container %q sets SELinux %s %q", [c.name, field, value]),
		"path": array.concat(kube.effective_path(c, "seLinuxOptions"), [field]),
		"container": c.name,
		"value": value,
		"expected": "container_t, or nothing",
	}
}

bad("type", value) if not value in {"", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"}

bad("user", value) if value != ""

bad("role", value) if value != ""
