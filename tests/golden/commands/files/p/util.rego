package util

double(x) := x * 2

half(x) := x / 2

fails := to_number("x")

boom := 1 / 0

square := [y | some x in numbers.range(1, 3); y := x * x]

conflict := 1 if true

conflict := 2 if input.conflict
