# METADATA
# scope: package
# title: Role can approve certificates
# description: >-
#   A certificate signed by the cluster is an identity. Whoever approves requests can issue one for a node or for a
#   user of their choice.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/rbac-good-practices/#csrs-and-certificate-issuing
# custom:
#   id: SW-RBAC-016
#   severity: high
#   category: rbac
#   remediation: >-
#     Leave approval to the built-in approver or to one audited controller.
#   frameworks:
#     cis: ["5.1.11"]
#     mitre: [T1098]
#     owasp-k8s: [K03]
#   covers: [rbac-csr-approve]
#   input: {kinds: [rbac.authorization.k8s.io/Role, rbac.authorization.k8s.io/ClusterRole]}
package seawall.checks.csr_approve

import data.seawall.lib.rbac

deny contains r if {
	some hit in rbac.dangerous(targets)
	r := {
		"msg": sprintf("%s, which %s", [hit.msg, "issues client certificates for any user or node"]),
		"path": hit.path,
		"value": hit.value,
		"severity": rbac.severity("high", hit),
	}
}

targets := [
	{"group": "certificates.k8s.io", "resource": "certificatesigningrequests/approval", "verbs": {"update", "patch"}},
	{"group": "certificates.k8s.io", "resource": "signers", "verbs": {"approve", "sign"}},
]
