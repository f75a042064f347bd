package a
p if { some x in [1,2]; x > 1; trace("hi") }
q contains y if { y := [3,4][_]; not p; print("z", y) }
