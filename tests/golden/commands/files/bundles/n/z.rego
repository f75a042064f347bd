package yy
p := true
