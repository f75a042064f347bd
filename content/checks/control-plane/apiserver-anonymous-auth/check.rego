# METADATA
# scope: package
# title: API server answers requests without sign-in
# description: >-
#   Requests without credentials are treated as a user of their own; one careless role binding opens the cluster to
#   everybody.
# related_resources:
# - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
# custom:
#   id: SW-CP-001
#   severity: medium
#   category: control-plane
#   remediation: >-
#     Set --anonymous-auth=false in the manifest of kube-apiserver.
#   frameworks:
#     cis: ["1.2.1"]
#     nsa-cisa: [control-plane/hardening]
#     owasp-k8s: [K09]
#   covers: [apiserver-anonymous-auth]
#   input: {kinds: [Pod], program: kube-apiserver}
package seawall.checks.apiserver_anonymous_auth

import data.seawall.lib.controlplane

deny contains r if {
	some p in controlplane.running("kube-apiserver")
	not controlplane.is(p, "anonymous-auth", "false")
	r := {
		"msg": "Anonymous requests are allowed",
		"path": controlplane.place(p, "anonymous-auth"),
		"container": p.container,
		"expected": "--anonymous-auth=false",
	}
}
