package seawall.checks.invalid_labels_test

import data.seawall.checks.invalid_labels

labelled(labels) := {"kind": "Service", "metadata": {"name": "s", "labels": labels}}

test_fail if {
	rs := invalid_labels.deny with input as labelled({"a": "has space", "b": 1, "c": "-x", "ok": "x"})
	{[r.path[2], r.msg] | some r in rs} == {
		["a", `The value of label "a" is not valid`],
		["b", `The value of label "b" is a number, not a string`],
		["c", `The value of label "c" is not valid`],
	}
}

test_pass if {
	every labels in [{}, null, {"a": ""}, {"a": "v1.2_3-x"}, "x"] {
		rs := invalid_labels.deny with input as labelled(labels)
		count(rs) == 0
	}
}
