package e_test

test_error if {
	count(letters) == 1
}

letters[x] := y if {
	some x in ["a"]
	some y in [1, 2]
}
