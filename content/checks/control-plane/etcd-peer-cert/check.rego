# METADATA
# scope: package
# title: etcd members talk without encryption
# description: >-
#   Everything in the cluster crosses the network in the clear.
# related_resources:
# - https://etcd.io/docs/latest/op-guide/security/
# custom:
#   id: SW-CP-053
#   severity: high
#   category: control-plane
#   remediation: >-
#     Set --peer-cert-file in the manifest of etcd.
#   frameworks:
#     cis: ["2.4"]
#     nsa-cisa: [control-plane/hardening]
#     owasp-k8s: [K09]
#   covers: [etcd-peer-cert]
#   input: {kinds: [Pod], program: etcd}
package seawall.checks.etcd_peer_cert

import data.seawall.lib.controlplane

deny contains r if {
	some p in controlplane.running("etcd")
	not controlplane.value(p, "peer-cert-file")
	r := {
		"msg": "Members talk without TLS",
		"path": controlplane.place(p, "peer-cert-file"),
		"container": p.container,
		"expected": "--peer-cert-file",
	}
}
