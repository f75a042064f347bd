# METADATA
# scope: package
# title: SecurityContextConstraints let pods reach the node
# description: >-
#   On OpenShift a pod may do what one of the constraints says that its service account may use. One that allows privileged
#   containers, the node's namespaces or its files makes its users administrators of the node.
# related_resources:
# - https://docs.openshift.com/container-platform/latest/authentication/managing-security-context-constraints.html
# custom:
#   id: SW-RBAC-046
#   severity: high
#   category: rbac
#   remediation: >-
#     Set these fields to false and name only the capabilities that are needed, or use restricted-v2.
#   frameworks:
#     mitre: [T1611]
#     owasp-k8s: [K01]
#   input: {kinds: [security.openshift.io/SecurityContextConstraints]}
package seawall.checks.security_context_constraints

deny contains r if {
	not input.metadata.name in own
	some field, what in ways
	input[field] == true
	r := {
		"msg": sprintf("Whoever may use these constraints may run pods %s", [what]),
		"path": [field],
		"value": true,
		"expected": "false",
	}
}

deny contains r if {
	not input.metadata.name in own
	some i, capability in input.allowedCapabilities
	capability in {"*", "ALL", "SYS_ADMIN", "CAP_SYS_ADMIN"}
	r := {
		"msg": sprintf("Whoever may use these constraints may run pods with the capability %s", [capability]),
		"path": ["allowedCapabilities", i],
		"value": capability,
		"expected": "only what is needed",
	}
}

ways := {
	"allowPrivilegedContainer": "with privileged containers",
	"allowHostDirVolumePlugin": "with files of the node",
	"allowHostPID": "that see all processes of the node",
	"allowHostIPC": "that share the node's memory",
	"allowHostNetwork": "on the node's network",
}

# Those that OpenShift itself brings.
own := {
	"privileged", "hostaccess", "hostmount-anyuid", "hostmount-anyuid-v2", "hostnetwork", "hostnetwork-v2", "node-exporter",
	"machine-api-termination-handler",
}
