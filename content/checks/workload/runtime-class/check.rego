# METADATA
# scope: package
# title: Pod does not run in the sandbox that is asked for
# description: >-
#   Workloads that run code of strangers belong into a sandboxed runtime (gVisor, Kata): a hole in the kernel is
#   then no way out.
# related_resources:
# - https://kubernetes.io/docs/concepts/containers/runtime-class/
# custom:
#   id: SW-POD-038
#   severity: medium
#   category: workload
#   remediation: >-
#     Set runtimeClassName to one of the allowed classes. The list is the setting runtime_classes.
#   frameworks:
#     owasp-k8s: [K01]
#   covers: [pod-runtimeclass]
#   input: {workload: true}
#   settings: [runtime_classes]
package seawall.checks.runtime_class

import data.seawall.lib.config
import data.seawall.lib.kube

deny contains r if {
	allowed := config.list("runtime_classes")
	some pod in kube.pods
	class := object.get(pod.spec, "runtimeClassName", "")
	not class in allowed
	r := {
		"msg": sprintf("The pod runs in runtime class %q", [class]),
		"path": array.concat(pod.path, ["runtimeClassName"]),
		"value": class,
		"expected": concat(" or ", allowed),
	}
}
