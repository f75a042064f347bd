package old

deny[msg] {
	msg = "no"
}
