# METADATA
# scope: package
# title: Roles and bindings
package seawall.lib.rbac

import data.seawall.lib.kube

# Rules of a Role or ClusterRole: {"rule", "path", "verbs", "groups", "resources"} with sets of strings.
rules := [r |
	some i, rule in _array(object.get(input, "rules", []))
	is_object(rule)
	r := {
		"rule": rule,
		"path": ["rules", i],
		"verbs": _set(rule, "verbs"),
		"groups": _set(rule, "apiGroups"),
		"resources": _set(rule, "resources"),
	}
]

# Subjects of a binding: {"subject", "path"}.
subjects := [s |
	some i, subject in _array(object.get(input, "subjects", []))
	is_object(subject)
	s := {"subject": subject, "path": ["subjects", i]}
]

# Does the rule allow `verb` on every `resource` ("secrets", "pods/exec") of `group`? Wildcards as the API server
# reads them: "*" is everything, "*/exec" is that subresource of anything. Rules with resourceNames are narrower
# and do not count; see grants_some.
grants(r, group, resource, verb) if {
	count(_array(object.get(r.rule, "resourceNames", []))) == 0
	grants_some(r, group, resource, verb)
}

# The same, also where resourceNames narrows it to some objects.
grants_some(r, group, resource, verb) if {
	_has(r.verbs, verb)
	_has(r.groups, group)
	_has_resource(r.resources, resource)
}

_has(set, x) if x in set

_has(set, _) if "*" in set

_has_resource(set, x) if _has(set, x)

_has_resource(set, x) if {
	contains(x, "/")
	concat("/", ["*", split(x, "/")[1]]) in set
}

# The control plane's own roles and bindings, made by the API server at start.
is_bootstrap if kube.labels["kubernetes.io/bootstrapping"] == "rbac-defaults"

is_bootstrap if startswith(kube.name, "system:")

_set(rule, field) := {x |
	some x in _array(object.get(rule, field, []))
	is_string(x)
}

_array(x) := x if is_array(x)

_array(x) := [] if not is_array(x)
