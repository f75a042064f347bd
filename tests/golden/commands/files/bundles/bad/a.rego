package a

p := x

q if f(1)
