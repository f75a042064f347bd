# METADATA
# scope: package
# title: Container is not limited in its system calls
# description: >-
#   Without a seccomp profile the program may use every system call, also the rare ones in which most kernel bugs
#   are found.
# related_resources:
# - https://kubernetes.io/docs/tutorials/security/seccomp/
# custom:
#   id: SW-POD-021
#   severity: low
#   category: workload
#   remediation: >-
#     Set securityContext.seccompProfile.type: RuntimeDefault in the pod.
#   frameworks:
#     cis: ["5.6.2"]
#     nsa-cisa: [pod-security/seccomp]
#     owasp-k8s: [K01]
#     pss: [restricted/seccompProfile_restricted]
#   covers: [pod-seccomp-missing]
#   input: {workload: true}
package seawall.checks.seccomp_missing

import data.seawall.lib.kube

deny contains r if {
	some c in kube.containers
	not kube.is_windows(c.pod)
	not kube.effective(c, "seccompProfile")
	not annotated(c)
	r := {
		"msg": sprintf("Container %q has no seccomp profile", [c.name]),
		"path": array.concat(c.pod.path, ["securityContext", "seccompProfile"]),
		"container": c.name,
		"expected": "type: RuntimeDefault",
	}
}

# Before 1.19 annotations said it; SW-POD-023 reports them.
annotated(c) if c.pod.metadata.annotations["seccomp.security.alpha.kubernetes.io/pod"]

annotated(c) if c.pod.metadata.annotations[concat("/", ["container.seccomp.security.alpha.kubernetes.io", c.name])]
