package t

default d := 0

d := x if { some x in input.b; x == 2 }

p[x].q[y] := x + y if { some x in input.b; some y in {1, 2} }

s contains [k, v] if { some k, v in input.c }

f(x) := x * 2 if { x > 1 } else := x

g([x, y]) := x + y

r := [f(1), f(2), g([3, 4]), count(s)]

k contains "pod" if input.kind == "Pod"
k contains "svc" if input.kind == "Service"
k contains "dep" if input.kind == "Deployment"
k contains "set" if input.kind == "Set"
