# METADATA
# scope: package
# title: Seccomp is switched off
# description: >-
#   Somebody decided that the program may use every system call, also those in which most kernel bugs are found.
# related_resources:
# - https://kubernetes.io/docs/tutorials/security/seccomp/
# custom:
#   id: SW-POD-022
#   severity: medium
#   category: workload
#   remediation: >-
#     Use RuntimeDefault, or a profile made for the program.
#   frameworks:
#     cis: ["5.6.2"]
#     nsa-cisa: [pod-security/seccomp]
#     owasp-k8s: [K01]
#     pss: [baseline/seccompProfile_baseline]
#   covers: [pod-seccomp-unconfined]
#   input: {workload: true}
package seawall.checks.seccomp_unconfined

import data.seawall.lib.kube

deny contains r if {
	some c in kube.containers
	kube.effective(c, "seccompProfile").type == "Unconfined"
	path := array.concat(kube.effective_path(c, "seccompProfile"), ["type"])
	r := {
		"msg": sprintf("Container %q runs without system call filter", [c.name]),
		"path": path,
		"container": c.name,
		"value": "Unconfined",
		"expected": "RuntimeDefault",
		"fix": [{"op": "replace", "path": path, "value": "RuntimeDefault"}],
	}
}

deny contains r if {
	some pod in kube.pods
	some key, value in pod.metadata.annotations
	startswith(key, "seccomp.security.alpha.kubernetes.io/")
	value == "unconfined"
	r := {
		"msg": sprintf("The annotation %q switches the system call filter off", [key]),
		"path": array.concat(array.slice(pod.path, 0, count(pod.path) - 1), ["metadata", "annotations", key]),
		"value": value,
		"expected": "runtime/default",
	}
}
