# METADATA
# scope: package
# title: Secret is handed over in an environment variable
# description: >-
#   Environment variables are inherited by every child process and end up in crash reports, debug pages and logs.
#   Files of a mounted secret do not, and they follow when the secret changes.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/secrets-good-practices/
# custom:
#   id: SW-SEC-002
#   severity: low
#   category: secret
#   remediation: >-
#     Mount the secret as a volume and let the program read the file.
#   frameworks:
#     cis: ["5.4.1"]
#     mitre: [T1552]
#     owasp-k8s: [K08]
#   covers: [sec-env]
#   input: {workload: true}
package seawall.checks.secret_as_env

import data.seawall.lib.kube

deny contains r if {
	some c in kube.containers
	some i, env in c.container.env
	ref := env.valueFrom.secretKeyRef
	r := {
		"msg": sprintf("Container %q gets secret %q as environment variable %q", [c.name, object.get(ref, "name", "?"), object.get(env, "name", "?")]),
		"path": array.concat(c.path, ["env", i, "valueFrom", "secretKeyRef"]),
		"container": c.name,
	}
}

deny contains r if {
	some c in kube.containers
	some i, from in c.container.envFrom
	ref := from.secretRef
	r := {
		"msg": sprintf("Container %q gets all of secret %q as environment variables", [c.name, object.get(ref, "name", "?")]),
		"path": array.concat(c.path, ["envFrom", i, "secretRef"]),
		"container": c.name,
	}
}
