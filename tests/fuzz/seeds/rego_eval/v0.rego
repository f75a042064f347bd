package t

deny[msg] {
	c := input.c.y[i]
	not allowed(c)
	msg := sprintf("%v %v", [i, c])
}

allowed(x) { x == 2 }

m[k] = v { v := input[k] }
