package p
import data.other.z

allow if {
	is_admin
	x := input.a; some yy in data.list
	x.b == data.base[yy]

	not data.neg.v
	count(data.cnt) > 1
	every k, v in data.ev { v == data.evb[k] }
}
allow if f(input.q)
f(x) := x.y.z if { data.ff }
else := data.el
is_admin if "admin" in input.user.roles
s contains x if { x := data.s1[_].n; x != data.s2 }
o[k].m[l] := v if { some k, v in data.o1; l := data.o2[k][input.kk].deep }
default d := 1
d := z.q if { y := data.alias; w = data.alias2.b }
c := [a | a := data.c1[b]; data.c2[b]]
wi if { allow with input as data.inp with data.base as {"a": input.yy} }
t := $"x{data.tpl}"
q["é é"] := data["weird key"].x["y\nz"]
