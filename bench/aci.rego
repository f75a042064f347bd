# An enforcement policy like those of confidential containers: a list of containers that may be created, and
# what has to agree before one is. Written for this benchmark.
package aci

containers := [
	{
		"id": "frontend",
		"command": ["/bin/server", "--listen", ":8080"],
		"env_rules": [
			{"pattern": "PATH=/usr/bin:/bin", "strategy": "string", "required": true},
			{"pattern": "TERM=xterm", "strategy": "string", "required": false},
			{"pattern": "POD_.*=.+", "strategy": "re2", "required": false},
			{"pattern": "FEATURE_[A-Z]+=(on|off)", "strategy": "re2", "required": false},
		],
		"layers": ["5d1f", "88aa", "0e3c", "77b1", "a0a0"],
		"mounts": [
			{"destination": "/etc/hosts", "source": "sandbox:///hosts", "options": ["rbind", "ro"], "type": "bind"},
			{"destination": "/data", "source": "sandbox:///vol/.+", "options": ["rbind", "rw"], "type": "bind"},
		],
		"working_dir": "/srv",
		"allow_elevated": false,
	},
	{
		"id": "worker",
		"command": ["/bin/worker"],
		"env_rules": [{"pattern": "PATH=/usr/bin:/bin", "strategy": "string", "required": true}],
		"layers": ["5d1f", "88aa", "0e3c", "beef"],
		"mounts": [],
		"working_dir": "/",
		"allow_elevated": false,
	},
	{
		"id": "sidecar",
		"command": ["/bin/proxy", "-v"],
		"env_rules": [{"pattern": "PROXY_.+=.*", "strategy": "re2", "required": false}],
		"layers": ["5d1f", "cafe"],
		"mounts": [],
		"working_dir": "/",
		"allow_elevated": true,
	},
]

env_matches("string", pattern, value) {
	pattern == value
}

env_matches("re2", pattern, value) {
	regex.match(pattern, value)
}

env_allowed(rules, env) {
	rule := rules[_]
	env_matches(rule.strategy, rule.pattern, env)
}

env_denied(container) {
	env := input.envList[_]
	not env_allowed(container.env_rules, env)
}

env_missing(container) {
	rule := container.env_rules[_]
	rule.required
	not env_present(rule)
}

env_present(rule) {
	env := input.envList[_]
	env_matches(rule.strategy, rule.pattern, env)
}

layers_ok(container) {
	count(container.layers) == count(input.layers)
	not layer_differs(container)
}

layer_differs(container) {
	layer := container.layers[i]
	layer != input.layers[i]
}

mount_ok(container, mount) {
	allowed := container.mounts[_]
	allowed.type == mount.type
	allowed.destination == mount.destination
	allowed.options == mount.options
	regex.match(allowed.source, mount.source)
}

mount_denied(container) {
	mount := input.mounts[_]
	not mount_ok(container, mount)
}

matching[container.id] {
	container := containers[_]
	container.command == input.argList
	container.working_dir == input.workingDir
	not env_denied(container)
	not env_missing(container)
	layers_ok(container)
	not mount_denied(container)
}

violation[msg] {
	count(matching) == 0
	msg := sprintf("no container of the policy agrees with %v", [input.argList])
}

violation[msg] {
	input.privileged
	container := containers[_]
	matching[container.id]
	not container.allow_elevated
	msg := sprintf("container %v may not run privileged", [container.id])
}
