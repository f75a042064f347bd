# METADATA
# scope: package
# title: etcd members do not check each other
# description: >-
#   Whoever reaches the port can join as a member and gets a copy of everything.
# related_resources:
# - https://etcd.io/docs/latest/op-guide/security/
# custom:
#   id: SW-CP-054
#   severity: high
#   category: control-plane
#   remediation: >-
#     Set --peer-client-cert-auth=true in the manifest of etcd.
#   frameworks:
#     cis: ["2.5"]
#     nsa-cisa: [control-plane/hardening]
#     owasp-k8s: [K09]
#   covers: [etcd-peer-client-cert-auth]
#   input: {kinds: [Pod], program: etcd}
package seawall.checks.etcd_peer_client_auth

import data.seawall.lib.controlplane

deny contains r if {
	some p in controlplane.running("etcd")
	not controlplane.is(p, "peer-client-cert-auth", "true")
	r := {
		"msg": "Members need no certificate",
		"path": controlplane.place(p, "peer-client-cert-auth"),
		"container": p.container,
		"expected": "--peer-client-cert-auth=true",
	}
}
