package a_test

import data.a

test_max if {
	a.max(1, 2) == 2
	a.max(3, 2) == 3
}

test_wrong if {
	x := a.max(1, 2)
	x == 3
}

test_prints if {
	print("hello", {"a": 1})
	trace("a note")
	a.deny with input as {"containers": [{"name": "x"}]}
	false
}

test_false := false

test_undefined if input.nothing

todo_test_later if false

test_cases[note] if {
	some note, tc in {
		"one": {"in": 1, "out": 2},
		"two": {"in": 2, "out": 5},
	}
	tc.in * 2 == tc.out
}

test_same if true

test_same if false
