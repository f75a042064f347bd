# METADATA
# scope: package
# title: Container has a right that leads out of it
# description: >-
#   Some capabilities are as good as root on the node: SYS_ADMIN mounts file systems, SYS_MODULE loads kernel
#   modules, SYS_PTRACE looks into other processes, DAC_READ_SEARCH reads every file, ALL is all of them.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/pod-security-standards/
# custom:
#   id: SW-POD-014
#   severity: high
#   category: workload
#   remediation: >-
#     Remove the capability. If a system component really needs it, isolate it in a namespace of its own and write a
#     waiver.
#   frameworks:
#     cis: ["5.2.9"]
#     mitre: [T1611]
#     nsa-cisa: [pod-security/capabilities]
#     owasp-k8s: [K01]
#     pss: [baseline/capabilities_baseline]
#   covers: [pod-cap-insecure, pod-cap-sysadmin]
#   input: {workload: true}
package seawall.checks.dangerous_capabilities

import data.seawall.lib.kube

deny contains r if {
	some c in kube.containers
	some i, raw in c.container.securityContext.capabilities.add
	cap := kube.capability(raw)
	why := dangerous[cap]
	path := array.concat(c.path, ["securityContext", "capabilities", "add", i])
	r := {
		"msg": sprintf("Container %q has capability %s: it %s", [c.name, cap, why]),
		"path": path,
		"container": c.name,
		"value": raw,
		"expected": "no such capability",
		"severity": object.get(worse, cap, "high"),
	}
}

worse := {"ALL": "critical", "SYS_ADMIN": "critical", "SYS_MODULE": "critical", "SYSLOG": "medium", "SYS_TIME": "medium", "NET_ADMIN": "medium"}

dangerous := {
	"ALL": "has every right of root",
	"SYS_ADMIN": "mounts file systems and changes namespaces",
	"SYS_MODULE": "loads code into the kernel",
	"SYS_PTRACE": "reads and changes the memory of other processes",
	"SYS_RAWIO": "reads and writes raw memory and ports",
	"SYS_BOOT": "restarts the node or loads another kernel",
	"DAC_READ_SEARCH": "reads every file of the node that a mount shows",
	"NET_ADMIN": "changes interfaces, routes and firewall rules",
	"BPF": "loads programs into the kernel",
	"PERFMON": "watches the whole node",
	"MAC_ADMIN": "changes the rules of AppArmor and SELinux",
	"MAC_OVERRIDE": "ignores the rules of AppArmor and SELinux",
	"SYSLOG": "reads kernel addresses from the log",
	"SYS_TIME": "sets the clock that certificates and logs depend on",
}
