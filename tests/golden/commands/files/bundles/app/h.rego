package sub.helper
# a comment
q if { input.q; k > 1 }
k := count(data.foo.methods)
unused := 7
