package x.a
p := 1
