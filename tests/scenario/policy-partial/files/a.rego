package a

default allow := false

allow if {
	input.user == data.admins[_]
	not banned
}

allow if {
	some r in input.roles
	r.name == "x"
	f(r.level) > 3
}

banned if input.banned == true
banned if { count(input.strikes) > 3; every s in input.strikes { s > 1 } }

f(x) := x + 1 if x > 0
f(x) := 0 if x <= 0

names contains n if { some u in input.users; n := u.name }

obj[k] := v if { some k, v in input.m; v != data.q }
