package a
import rego.v1
r := [x | some x in input.l; x > 1; trace(sprintf("n %v", [x]))]
s contains x if { some x in r; f(x) > 2 }
f(x) := y if { y := x + 1 } 
t if { every z in r { z > 1 } }
u := 1 if { input.nope } else := 2 if { count(s) > 0 }
