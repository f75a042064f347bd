package b
p := 2
