package old

import future.keywords.in

deny[msg] {
	input.kind in ["a", "b"]
	msg = "no"
}
default ok = false
ok { not deny["no"] }
