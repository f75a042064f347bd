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

# Rules of this Role or ClusterRole that allow one of `targets` ({"group", "resource", "verbs": set}) without narrowing it
# by resourceNames: {"msg", "path", "value", "resource", "verbs"}, one per rule, the first target that it allows.
# Rules that allow everything are another check's (SW-RBAC-001), and the control plane's own roles nobody's.
dangerous(targets) := [hit |
	not is_bootstrap
	some r in rules
	not _everything(r)
	hits := [h |
		some target in targets
		verbs := [verb | some verb in target.verbs; grants(r, target.group, target.resource, verb)]
		count(verbs) > 0
		h := {"resource": target.resource, "verbs": verbs}
	]
	count(hits) > 0
	hit := {
		"msg": sprintf("%s allows %s on %q", [kube.kind, _quoted(hits[0].verbs), hits[0].resource]),
		"path": r.path,
		"value": r.rule,
		"resource": hits[0].resource,
		"verbs": hits[0].verbs,
	}
]

_everything(r) if {
	"*" in r.verbs
	"*" in r.resources
}

_quoted(verbs) := concat(", ", [sprintf("%q", [v]) | some v in sort(verbs)])

# A Role reaches one namespace: one step milder than a ClusterRole.
severity(level, _) := level if kube.kind != "Role"

severity(level, _) := _milder[level] if kube.kind == "Role"

_milder := {"critical": "high", "high": "medium", "medium": "low", "low": "info"}

# The control plane's own roles and bindings, made by the API server at start.
is_bootstrap if kube.labels["kubernetes.io/bootstrapping"] == "rbac-defaults"

is_bootstrap if startswith(kube.name, "system:")

_set(rule, field) := {x |
	some x in _array(object.get(rule, field, []))
	is_string(x)
}

_array(x) := x if is_array(x)

_array(x) := [] if not is_array(x)
