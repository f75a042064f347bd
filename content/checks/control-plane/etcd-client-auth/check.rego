# METADATA
# scope: package
# title: etcd does not ask clients who they are
# description: >-
#   Whoever reaches the port reads and writes everything in the cluster.
# related_resources:
# - https://etcd.io/docs/latest/op-guide/security/
# custom:
#   id: SW-CP-051
#   severity: critical
#   category: control-plane
#   remediation: >-
#     Set --client-cert-auth=true in the manifest of etcd.
#   frameworks:
#     cis: ["2.2"]
#     nsa-cisa: [control-plane/hardening]
#     owasp-k8s: [K09]
#   covers: [etcd-client-cert-auth]
#   input: {kinds: [Pod], program: etcd}
package seawall.checks.etcd_client_auth

import data.seawall.lib.controlplane

deny contains r if {
	some p in controlplane.running("etcd")
	not controlplane.is(p, "client-cert-auth", "true")
	r := {
		"msg": "Clients need no certificate",
		"path": controlplane.place(p, "client-cert-auth"),
		"container": p.container,
		"expected": "--client-cert-auth=true",
	}
}
