# METADATA
# scope: package
# title: Role is given to a default service account
# description: >-
#   Pods that name no service account run as the account "default" of their namespace. A role bound to it is given
#   to all of them, also to those that nobody thought of.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/rbac-good-practices/
# custom:
#   id: SW-RBAC-042
#   severity: medium
#   category: rbac
#   remediation: >-
#     Make a service account for the workload that needs the role, and bind the role to it.
#   frameworks:
#     cis: ["5.1.5"]
#     mitre: [T1078]
#     nsa-cisa: [auth/least-privilege]
#     owasp-k8s: [K03]
#   covers: [rbac-default-sa-binding]
#   input: {kinds: [rbac.authorization.k8s.io/ClusterRoleBinding, rbac.authorization.k8s.io/RoleBinding]}
package seawall.checks.default_account_binding

import data.seawall.lib.kube
import data.seawall.lib.rbac

deny contains r if {
	not rbac.is_bootstrap
	some s in rbac.subjects
	s.subject.kind == "ServiceAccount"
	s.subject.name == "default"
	r := {
		"msg": sprintf("Every pod without a service account of its own in namespace %q has role %q", [namespace(s.subject), input.roleRef.name]),
		"path": s.path,
		"value": s.subject,
		"expected": "a service account made for the workload",
	}
}

namespace(subject) := subject.namespace if is_string(subject.namespace)

namespace(subject) := kube.namespace if not subject.namespace
