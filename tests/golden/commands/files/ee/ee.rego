package ee

p if {
	x := [1, 0][_]
	1 / x == 1
}

q if {
	input.x == 1
	1 / input.z == 1
}
