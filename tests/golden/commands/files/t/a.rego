package a

max(x, y) := x if x > y

max(x, y) := y if y >= x

never if input.never

deny contains msg if {
	some c in input.containers
	not c.limits
	msg := sprintf("%s has no limits", [c.name])
}

either if input.one

either if input.two
