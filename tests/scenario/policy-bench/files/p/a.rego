# METADATA
# title: pkg
package a.b
import rego.v1
# METADATA
# title: allow it
# description: d
# entrypoint: true
allow if { input.x == data.foo.y; startswith(input.y, "a") }
