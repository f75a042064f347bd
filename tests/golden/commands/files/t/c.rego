package c

cond if {
	input.a == 1
	input.b == 2
}

cond if input.c
