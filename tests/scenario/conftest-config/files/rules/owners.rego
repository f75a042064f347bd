package owners

deny contains sprintf("line %d has no owner", [r.lineNumber]) if {
	some r in input.rules
	count(r.owners) == 0
}
