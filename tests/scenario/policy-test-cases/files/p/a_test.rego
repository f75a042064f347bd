package a
test_a := 1
test_b if true
test_b if false
test_b if input.x
b.test_c if true
todo_test_d if false
test_e contains 1
test_f[tc.note] if {
	some tc in [{"note": "one", "x": 1}, {"note": "two", "x": 2}]
	print("x", tc.x)
	tc.x == 1
}
test_g[x] := 1 if { some x in ["a", "b"] }
test_h[x][y] if { some x in ["a", "b"]; some y in [1, 2]; x == "a"; y == 1 }
test_i := "x"
test_j := false
test_k := 1/0
test_m.x if true
test_n[x] if { x := input.y }
test_o := {"a": true}
