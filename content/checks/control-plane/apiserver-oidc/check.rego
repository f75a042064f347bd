# METADATA
# scope: package
# title: Users sign in with certificates only
# description: >-
#   Client certificates cannot be revoked and are shared and forgotten. People should sign in through an identity
#   provider.
# related_resources:
# - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
# custom:
#   id: SW-CP-041
#   severity: low
#   category: control-plane
#   remediation: >-
#     Set --oidc-issuer-url or --authentication-config in the manifest of kube-apiserver.
#   frameworks:
#     cis: ["3.1.1"]
#     nsa-cisa: [control-plane/hardening]
#     owasp-k8s: [K09]
#   covers: [apiserver-oidc-config]
#   input: {kinds: [Pod], program: kube-apiserver}
package seawall.checks.apiserver_oidc

import data.seawall.lib.controlplane

deny contains r if {
	some p in controlplane.running("kube-apiserver")
	not controlplane.value(p, "oidc-issuer-url")
	not controlplane.value(p, "authentication-config")
	not controlplane.value(p, "authentication-token-webhook-config-file")
	r := {
		"msg": "No identity provider is configured",
		"path": controlplane.place(p, "oidc-issuer-url"),
		"container": p.container,
		"expected": "--oidc-issuer-url or --authentication-config",
	}
}
