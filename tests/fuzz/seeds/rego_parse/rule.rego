package a.b["c"]

import data.x as y

default p := 1

p := x if {
	some x in input.xs # note
	not y.z[x]
} else := {"k": [1, 2.5e3, `raw`]} if every k, v in input { v == k }
