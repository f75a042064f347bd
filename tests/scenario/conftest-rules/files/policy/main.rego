package main

import rego.v1

deny contains "root user" if input.user == "root"

deny_owner contains {"msg": sprintf("no owner in %s", [data.conftest.file.name]), "severity": 3, "_loc": {"file": "x.yaml", "line": 7}} if not input.owner

warn contains msg if {
	input.port < data.ports.least
	msg := "low port"
}

violation_name contains {"msg": "bad name"} if input.name == "bad"

exception contains ["name"] if input.name == "bad"
