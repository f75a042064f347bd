# METADATA
# scope: package
# title: Static pods of the control plane
# description: >-
#   Flags of the API server, etcd, controller manager and scheduler as their pod manifests write them. What a component reads
#   from a configuration file is not here; the benchmark engine sees it on the node.
package seawall.lib.controlplane

import data.seawall.lib.kube

components := {"kube-apiserver", "kube-controller-manager", "kube-scheduler", "etcd"}

# Every container that runs `name`: {"name", "path", "container", "words", "flags"}. `flags` has the last value of each flag
# and where it stands; a flag without a value is "true".
running(name) := [p | some p in processes; p.name == name]

processes := [p |
	kube.kind == "Pod"
	some c in kube.containers
	words := array.concat(_words(c, "command"), _words(c, "args"))
	count(words) > 0
	program := split(words[0].text, "/")
	name := program[count(program) - 1]
	name in components
	p := {"name": name, "path": c.path, "container": c.name, "flags": _flags(words)}
]

_words(c, field) := [{"text": w, "path": array.concat(c.path, [field, i])} |
	is_array(c.container[field])
	some i, w in c.container[field]
	is_string(w)
]

_flags(words) := {name: flag |
	some i, w in words
	m := regex.find_all_string_submatch_n(`^--?([a-zA-Z0-9-]+)(=(.*))?$`, w.text, 1)
	name := m[0][1]
	not _again(words, name, i)
	flag := {"value": _value(words, i, m[0]), "path": w.path}
}

# The last of several wins.
_again(words, name, i) if {
	some j, w in words
	j > i
	regex.match(sprintf(`^--?%s(=|$)`, [name]), w.text)
}

# --flag=value, --flag value, or a switch.
_value(_, _, m) := m[3] if m[2] != ""

_value(words, i, m) := words[i + 1].text if {
	m[2] == ""
	not startswith(words[i + 1].text, "-")
}

_value(words, i, m) := "true" if {
	m[2] == ""
	not _follows(words, i)
}

_follows(words, i) if not startswith(words[i + 1].text, "-")

# Where a flag stands, or where the flags are when it is missing.
place(p, flag) := p.flags[flag].path

place(p, flag) := array.concat(p.path, ["command"]) if not p.flags[flag]

# Undefined when the flag is not given.
value(p, flag) := p.flags[flag].value

is(p, flag, v) if p.flags[flag].value == v

among(p, flag, values) if p.flags[flag].value in values

# The parts of a list; empty when the flag is not given.
default list(_, _) := set()

list(p, flag) := {x | some x in split(p.flags[flag].value, ",")}
