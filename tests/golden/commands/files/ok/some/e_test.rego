package e

value := "a" if input.kind == "a"

value := "b" if input.kind == "b"

any_of if input.list[_] == 1

any_of if input.list[_] == 2

test_a if {
	value == "a" with input as {"kind": "a"}
}

test_any if {
	any_of with input as {"list": [1, 2]}
}
