# METADATA
# scope: package
# title: git-sync can be made to run commands
# description: >-
#   git-sync runs the program named in GITSYNC_GIT (or --git) and adds options from the environment. Whoever sets
#   them in a pod runs commands with the pod's service account, past policies that look at commands only.
# related_resources:
# - https://www.akamai.com/blog/security-research/2024-aug-kubernetes-gitsync-command-injection-defcon
# custom:
#   id: SW-COMP-005
#   severity: high
#   category: component
#   remediation: >-
#     Remove the variable or flag; use the image's own git.
#   frameworks:
#     mitre: [T1059, T1525]
#     owasp-k8s: [K01]
#   covers: [gitsync]
#   input: {workload: true}
package seawall.checks.git_sync

import data.seawall.lib.kube

deny contains r if {
	some c in kube.containers
	contains(object.get(c.container, "image", ""), "git-sync")
	some i, e in c.container.env
	e.name in {"GITSYNC_GIT", "GIT_SYNC_GIT"}
	r := {
		"msg": sprintf("The variable %s names the program that git-sync runs", [e.name]),
		"path": array.concat(c.path, ["env", i]),
		"container": c.name,
		"value": object.get(e, "value", null),
	}
}

deny contains r if {
	some c in kube.containers
	contains(object.get(c.container, "image", ""), "git-sync")
	some field in ["args", "command"]
	some i, arg in c.container[field]
	regex.match(`^--?(git|git-config|exechook-command)([= ]|$)`, arg)
	r := {
		"msg": sprintf("The flag %q decides what git-sync runs", [arg]),
		"path": array.concat(c.path, [field, i]),
		"container": c.name,
		"value": arg,
	}
}
