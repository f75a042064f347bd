package t

p := input.a

f(x) := count(x)

m(_) := 9

r := [a, b, c, e] if {
	a := p with input.a as 7
	b := f([1]) with count as m
	c := data.base with data.base.x as "new"
	e := data.u[_].v with input as {}
}

n if { not p with input as {}; every x in input.b { x > 0; not x == 9 } }

w := [q | walk(input, [q, 3])]

c := {k: v | some k in ["x", "y"]; v := [z | some z in input.b; z != k]}
