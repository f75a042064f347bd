# METADATA
# scope: package
# title: Container may run as root
# description: >-
#   Nothing forbids that the program in the container runs as root. Root inside a container is the same user as root on
#   the node: any hole in the container's walls then opens the whole machine.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/pod-security-standards/
# custom:
#   id: SW-POD-003
#   severity: medium
#   category: workload
#   remediation: >-
#     Set `runAsNonRoot` to true in the pod's securityContext and use an image (or `runAsUser`) with a user other than 0.
#   frameworks:
#     cis: ["5.2.7"]
#     pss: [restricted/runAsNonRoot]
#     nsa-cisa: [pod-security/non-root]
#     owasp-k8s: [K01]
#   covers: [pod-run-as-non-root]
#   input: {workload: true}
package seawall.checks.run_as_non_root

import data.seawall.lib.kube

deny contains r if {
	some c in kube.containers
	not kube.is_windows(c.pod)
	not in_user_namespace(c.pod)
	not non_root(c)
	r := object.union(
		{
			"msg": sprintf("Container %q may run as root", [c.name]),
			"path": kube.effective_path(c, "runAsNonRoot"),
			"container": c.name,
			"expected": "true",
		},
		value(c),
	)
}

non_root(c) if kube.effective(c, "runAsNonRoot") == true

# With a user named by number there is nothing left that could be root.
non_root(c) if {
	object.get(c.container, ["securityContext", "runAsNonRoot"], null) != false
	kube.effective(c, "runAsUser") > 0
}

# Root in a user namespace of its own is an ordinary user on the node.
in_user_namespace(pod) if pod.spec.hostUsers == false

value(c) := {"value": v} if {
	v := kube.effective(c, "runAsNonRoot")
} else := {}
