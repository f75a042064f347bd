# METADATA
# scope: package
# title: Windows container runs as a process of the node
# description: >-
#   A HostProcess container has the rights of an administrator on the Windows node.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/pod-security-standards/
# custom:
#   id: SW-POD-029
#   severity: critical
#   category: workload
#   remediation: >-
#     Remove hostProcess.
#   frameworks:
#     cis: ["5.2.10"]
#     mitre: [T1611]
#     owasp-k8s: [K01]
#     pss: [baseline/windowsHostProcess]
#   covers: [pod-host-process]
#   input: {workload: true}
package seawall.checks.windows_host_process

import data.seawall.lib.kube

deny contains r if {
	some c in kube.containers
	kube.effective(c, "windowsOptions").hostProcess == true
	r := {
		"msg": sprintf("Container %q is a process of the Windows node", [c.name]),
		"path": array.concat(kube.effective_path(c, "windowsOptions"), ["hostProcess"]),
		"container": c.name,
		"value": true,
		"expected": "false, or left out",
	}
}
