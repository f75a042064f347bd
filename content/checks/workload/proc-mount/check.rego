# METADATA
# scope: package
# title: Protected parts of /proc are shown to the container
# description: >-
#   procMount: Unmasked shows, and lets root in the container write, parts of /proc that steer the kernel.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/pod-security-standards/
# custom:
#   id: SW-POD-026
#   severity: high
#   category: workload
#   remediation: >-
#     Remove procMount, or run the pod in a user namespace (hostUsers: false).
#   frameworks:
#     mitre: [T1611]
#     owasp-k8s: [K01]
#     pss: [baseline/procMount]
#   covers: [pod-proc-mount]
#   input: {workload: true}
package seawall.checks.proc_mount

import data.seawall.lib.kube

deny contains r if {
	some c in kube.containers
	kube.security(c, "procMount") == "Unmasked"
	not c.pod.spec.hostUsers == false
	path := kube.security_path(c, "procMount")
	r := {
		"msg": sprintf("Container %q sees all of /proc", [c.name]),
		"path": path,
		"container": c.name,
		"value": "Unmasked",
		"expected": "Default",
		"fix": [{"op": "remove", "path": path}],
	}
}
