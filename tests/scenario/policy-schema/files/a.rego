package a

p1 if { input.foo.bar }
p2 if { input.user > 3; input.user == 3 }
p3 if { input.roles[_].nme == "x" }
p4 if { startswith(input.n, "x") }
p5 if { input.any.b }
p6 if { input.all.x; input.all.z }
p7 if { input.tree.kids[_].v == 3 }
p8 if { input.tree.kids[_].kids[_].nope }
p9 if { count(input.user) == input.all.y }
p10 if { some r in input.roles; r.name == 3 }
p11 if { input.free.x.y }
p12 if { input.roles.x }
