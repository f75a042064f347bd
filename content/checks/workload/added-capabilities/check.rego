# METADATA
# scope: package
# title: Container gets rights beyond the usual ones
# description: >-
#   Each added capability is a piece of root. The baseline level allows none beyond those that the runtime gives
#   anyway.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/pod-security-standards/
# custom:
#   id: SW-POD-013
#   severity: medium
#   category: workload
#   remediation: >-
#     Remove what the program does not use from capabilities.add.
#   frameworks:
#     cis: ["5.2.9"]
#     mitre: [T1611]
#     nsa-cisa: [pod-security/capabilities]
#     owasp-k8s: [K01]
#     pss: [baseline/capabilities_baseline]
#   covers: [pod-cap-added]
#   input: {workload: true}
package seawall.checks.added_capabilities

import data.seawall.lib.kube

deny contains r if {
	some c in kube.containers
	some i, raw in c.container.securityContext.capabilities.add
	cap := kube.capability(raw)
	not cap in default_capabilities
	not cap in dangerous
	path := array.concat(c.path, ["securityContext", "capabilities", "add", i])
	r := {
		"msg": sprintf("Container %q adds capability %s", [c.name, cap]),
		"path": path,
		"container": c.name,
		"value": raw,
		"expected": "only capabilities of the baseline level",
	}
}

# Reported by SW-POD-014.
dangerous := {
	"ALL", "SYS_ADMIN", "SYS_MODULE", "SYS_PTRACE", "SYS_RAWIO", "SYS_BOOT", "DAC_READ_SEARCH", "NET_ADMIN", "BPF",
	"PERFMON", "MAC_ADMIN", "MAC_OVERRIDE", "SYSLOG", "SYS_TIME",
}

default_capabilities := {
	"AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE",
	"SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
}
