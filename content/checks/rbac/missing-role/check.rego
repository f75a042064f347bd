# METADATA
# scope: package
# title: Binding names a role that does not exist
# description: >-
#   The binding has no effect today. Whoever creates a role of that name later decides what the subjects may do,
#   without touching the binding.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/rbac-good-practices/
# custom:
#   id: SW-RBAC-045
#   severity: low
#   category: rbac
#   remediation: >-
#     Delete the binding, or create the role it names.
#   frameworks:
#     owasp-k8s: [K03]
#   covers: [rbac-nonexistent-role]
#   input: {cluster: true}
#   inventory: [rbac.authorization.k8s.io/Role, rbac.authorization.k8s.io/ClusterRole, rbac.authorization.k8s.io/RoleBinding, rbac.authorization.k8s.io/ClusterRoleBinding]
package seawall.checks.missing_role

# Roles of one namespace are judged only where some role of it was read: a folder of bindings alone says nothing.
deny contains r if {
	some namespace, versions in data.inventory.namespace
	binding := versions[_].RoleBinding[_]
	binding.roleRef.kind == "Role"
	roles := {name | versions[_].Role[name]}
	count(roles) > 0
	not binding.roleRef.name in roles
	r := result(binding, sprintf("Role %q does not exist in namespace %q", [binding.roleRef.name, namespace]))
}

deny contains r if {
	count(cluster_roles) > 0
	some binding in bindings
	binding.roleRef.kind == "ClusterRole"
	not binding.roleRef.name in cluster_roles
	not built_in(binding.roleRef.name)
	r := result(binding, sprintf("ClusterRole %q does not exist", [binding.roleRef.name]))
}

result(binding, msg) := {"msg": msg, "path": ["roleRef", "name"], "value": binding.roleRef.name, "object": binding}

bindings contains binding if binding := data.inventory.cluster[_].ClusterRoleBinding[_]

bindings contains binding if binding := data.inventory.namespace[_][_].RoleBinding[_]

cluster_roles contains name if data.inventory.cluster[_].ClusterRole[name]

# Made by the API server itself, in every cluster.
built_in(name) if name in {"cluster-admin", "admin", "edit", "view"}

built_in(name) if startswith(name, "system:")
