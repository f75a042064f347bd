package a

p[x] { x := input.a[_] } { x = 2 }
q[k] = v { v = {k | k = 1 | 2} }
f(_, [a]) = a { true } else = 3 { false }
