# METADATA
# title: pkg
package test.a

import data.sub.helper as hh

# METADATA
# entrypoint: true
allow if { input.x == data.foo.bar; hh.q }

default deny := false

deny if { input.method == data.foo.methods[_] }
deny if { not allow }

r contains x if { some x in data.foo.methods; startswith(x, input.pre) }
other := 1
f(x) := x + data.n
use := f(input.z)
w if { allow with data.foo.bar as 3 }
