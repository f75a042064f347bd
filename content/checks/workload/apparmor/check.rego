# METADATA
# scope: package
# title: AppArmor is switched off or weakened
# description: >-
#   The node's AppArmor profile keeps a broken-into program from files and calls it never needs. Unconfined takes
#   the protection away.
# related_resources:
# - https://kubernetes.io/docs/tutorials/security/apparmor/
# custom:
#   id: SW-POD-024
#   severity: medium
#   category: workload
#   remediation: >-
#     Remove the setting, or use RuntimeDefault.
#   frameworks:
#     nsa-cisa: [pod-security/apparmor]
#     owasp-k8s: [K01]
#     pss: [baseline/appArmorProfile]
#   covers: [pod-apparmor]
#   input: {workload: true}
package seawall.checks.apparmor

import data.seawall.lib.kube

deny contains r if {
	some c in kube.containers
	profile := kube.effective(c, "appArmorProfile")
	profile.type == "Unconfined"
	r := {
		"msg": sprintf("Container %q runs without AppArmor", [c.name]),
		"path": array.concat(kube.effective_path(c, "appArmorProfile"), ["type"]),
		"container": c.name,
		"value": "Unconfined",
		"expected": "RuntimeDefault",
	}
}

deny contains r if {
	some pod in kube.pods
	some key, value in pod.metadata.annotations
	startswith(key, "container.apparmor.security.beta.kubernetes.io/")
	is_string(value)
	not value in {"", "runtime/default"}
	not startswith(value, "localhost/")
	r := {
		"msg": sprintf("Container %q is annotated with AppArmor profile %q", [split(key, "/")[1], value]),
		"path": array.concat(array.slice(pod.path, 0, count(pod.path) - 1), ["metadata", "annotations", key]),
		"container": split(key, "/")[1],
		"value": value,
		"expected": "runtime/default",
	}
}
