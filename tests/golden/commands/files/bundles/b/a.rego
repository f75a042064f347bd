package x.y
p := 2
