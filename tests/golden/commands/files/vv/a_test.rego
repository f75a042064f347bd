package a_test

import data.lib

p := {"x": 1, "y": [1, 2, 3]}
s contains x if some x in [3,4]
f(x) := x + 1
o[k] := v if some k, v in {"a": 1, "b": 2}

test_1 if {
	x := 5
	p.x == x
}
test_2 if { s == {1, 2} }
test_3 if { f(2) == f(p.y[1]) + 5 }
test_4 if { some x in p.y; x == 7 }
test_5 if {
	every k, v in o {
		v < 2
		k != "z"
	}
}
test_6 if { not p.x != 2; not p.x == 1 }
test_7 if { lib.q[p.x] == "b" }
test_8 if {
	x := {"a": {"b": [1,2]}}
		y := 1
	x.a.b[y] ==
		3
}
test_9 if { [a, b] := [1, 2]; {"a": a, "b": b} == {"a": b, "b": a} }
test_11 if { x := [y | some y in p.y; y > 1]; count(x) == 3 }
test_12 if { [y | some y in p.y; y > 1] == [1] }
test_13 if { startswith(lib.q[0], "zé"); true }
test_14 if { p.x == 2 with data.lib.z as 4 }
test_15 if { "é日" == lib.u; true }
test_16 if { x := "日本"; x == concat("", [x, "é"]) }
test_17 if { some i; p.y[i] == 9 }
test_19 if { _ = p.y; input.x == 3 with input as {"x": 4} }
test_20 if { x := input.x; x == 3}
test_24 if { lib.deep(3) == 4 }
test_25 if { x := 1; y := 2
  x + y == x *
   y }
test_27 if { {k: v | some k, v in o} == {"c": 1} }
test_28 if { o[k] == 5 }
test_22[n] if { some n, c in {"one": {"i": 1, "o": 2}, "two": {"i": 2, "o": 4}, "z": {"i": 1, "o": 3}}; c.i * 2 == c.o }
test_23[n][m] if { some n, c in {"one": {"i": 1, "o": 2}, "two": {"i": 2, "o": 4}}; some m in ["u", "v"]; c.o == 2; m == "v" }
