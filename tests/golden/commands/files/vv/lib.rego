package lib
q := ["a", "b", "c"]
und if { false }
u := "é"
long := [x | some x in numbers.range(1, 100)]
deep(n) := m if { m := n; m < 2 }
deep(n) := 9 if { n > 1; q[n] == "z" }
