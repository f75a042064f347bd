# METADATA
# scope: package
# title: Audit policy misses what matters, or logs secrets
# description: >-
#   A policy that leaves out changes of roles, commands in pods or use of secrets cannot show a break-in. One that
#   logs requests for secrets in full writes the secrets into the log.
# related_resources:
# - https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/
# custom:
#   id: SW-CP-071
#   severity: medium
#   category: control-plane
#   remediation: >-
#     Log secrets, configmaps and token reviews at Metadata, changes of RBAC and pods/exec at Request or
#     RequestResponse.
#   frameworks:
#     cis: ["3.2.2"]
#     owasp-k8s: [K05]
#   covers: [audit-policy-content]
#   input: {kinds: [audit.k8s.io/Policy]}
package seawall.checks.audit_policy_content

level(group, resource, verb) := [rule.level |
	some rule in input.rules
	about(rule, group, resource, verb)
][0]

about(rule, group, resource, verb) if {
	object.get(rule, "users", null) in [null, []]
	object.get(rule, "userGroups", null) in [null, []]
	object.get(rule, "namespaces", null) in [null, []]
	object.get(rule, "nonResourceURLs", null) in [null, []]
	verbs(rule, verb)
	resources(rule, group, resource)
}

verbs(rule, _) if object.get(rule, "verbs", null) in [null, []]

verbs(rule, verb) if verb in rule.verbs

resources(rule, _, _) if object.get(rule, "resources", null) in [null, []]

resources(rule, group, resource) if {
	some r in rule.resources
	object.get(r, "group", "") == group
	object.get(r, "resourceNames", null) in [null, []]
	named(r, resource)
}

named(r, _) if object.get(r, "resources", null) in [null, []]

named(r, resource) if resource in r.resources

named(r, _) if "*" in r.resources

named(r, resource) if {
	contains(resource, "/")
	some pattern in r.resources
	pattern in {concat("/", ["*", split(resource, "/")[1]]), concat("/", [split(resource, "/")[0], "*"])}
}

needed := [
	{"group": "", "resource": "secrets", "verb": "get", "what": "reading of secrets"},
	{"group": "", "resource": "pods/exec", "verb": "create", "what": "commands in pods"},
	{"group": "rbac.authorization.k8s.io", "resource": "clusterrolebindings", "verb": "create", "what": "changes of role bindings"},
	{"group": "rbac.authorization.k8s.io", "resource": "roles", "verb": "update", "what": "changes of roles"},
	{"group": "authentication.k8s.io", "resource": "tokenreviews", "verb": "create", "what": "token reviews"},
]

deny contains r if {
	some n in needed
	not logged(n)
	r := {"msg": sprintf("The policy does not log %s", [n.what]), "path": ["rules"], "expected": "level Metadata or more"}
}

logged(n) if level(n.group, n.resource, n.verb) in {"Metadata", "Request", "RequestResponse"}

deny contains r if {
	some verb in ["create", "update", "get"]
	some resource in ["secrets", "configmaps"]
	l := level("", resource, verb)
	shows(l, verb)
	r := {
		"msg": sprintf("Contents of %s are written to the log", [resource]),
		"path": ["rules"],
		"value": l,
		"expected": "level Metadata",
	}
}

shows("RequestResponse", _)

shows("Request", verb) if verb in {"create", "update"}
