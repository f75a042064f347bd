package a

p if {
	x = 
}

q := {

r if input.x == "unclosed
