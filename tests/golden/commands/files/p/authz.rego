# METADATA
# title: Who may do what
# description: An example
# authors:
# - Jane Doe <jane@example.com>
# organizations:
# - Example Ltd.
package authz

import data.roles

default allow := false

# METADATA
# title: Admins may do all
# entrypoint: true
allow if {
	some r in roles[input.user]
	r == "admin"
}

allow if {
	input.method == "GET"
	is_public(input.path)
}

is_public(path) if startswith(path, "/public")

reasons contains msg if {
	not allow
	msg := sprintf("user %s may not %s", [input.user, input.method])
}

reasons contains "no user" if not input.user

limits[r] := n if {
	some r, n in {"small": 1, "big": 2}
}
