# METADATA
# scope: package
# title: What the user told the checks
# description: >-
#   Settings from `seawall scan --set KEY=VALUE`, in data.config. A check that needs one it was not given judges nothing.
package seawall.lib.config

# A list setting; one value is a list of one. Undefined when it was not given.
list(key) := v if {
	v := data.config[key]
	is_array(v)
}

list(key) := [v] if {
	v := data.config[key]
	is_string(v)
}

number(key) := v if {
	v := data.config[key]
	is_number(v)
}

text(key) := v if {
	v := data.config[key]
	is_string(v)
}
