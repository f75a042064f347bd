package a

p if x > 1

q if {
	y := 1
	y := 2
}

r := undefined_fn(1)

s if {
	startswith(1, "a")
}

t if t

f(x) := x

u := f(1, 2)
