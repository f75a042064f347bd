# METADATA
# scope: package
# title: Environment variable is set twice
# description: >-
#   The last one wins, silently. Reviewers who read the first see another value than the program.
# related_resources:
# - https://kubernetes.io/docs/concepts/configuration/overview/
# custom:
#   id: SW-CFG-002
#   severity: low
#   category: workload
#   remediation: >-
#     Remove one of the two.
#   frameworks:
#     owasp-k8s: [K01]
#   covers: [cfg-duplicate-env]
#   input: {workload: true}
package seawall.checks.duplicate_env

import data.seawall.lib.kube

deny contains r if {
	some c in kube.containers
	names := [env.name | some env in c.container.env]
	count({name | some name in names}) < count(names) # hardly ever: only then each is compared with each
	some i, env in c.container.env
	some j, other in c.container.env
	j < i
	env.name == other.name
	r := {
		"msg": sprintf("Variable %q of container %q is set more than once", [env.name, c.name]),
		"path": array.concat(c.path, ["env", i]),
		"container": c.name,
	}
}
