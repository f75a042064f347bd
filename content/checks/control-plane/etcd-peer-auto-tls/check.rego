# METADATA
# scope: package
# title: etcd members use certificates that nobody can check
# description: >-
#   Self-signed certificates protect against nobody who can stand in the middle.
# related_resources:
# - https://etcd.io/docs/latest/op-guide/security/
# custom:
#   id: SW-CP-055
#   severity: high
#   category: control-plane
#   remediation: >-
#     Set --peer-auto-tls=false in the manifest of etcd.
#   frameworks:
#     cis: ["2.6"]
#     nsa-cisa: [control-plane/hardening]
#     owasp-k8s: [K09]
#   covers: [etcd-peer-auto-tls]
#   input: {kinds: [Pod], program: etcd}
package seawall.checks.etcd_peer_auto_tls

import data.seawall.lib.controlplane

deny contains r if {
	some p in controlplane.running("etcd")
	controlplane.value(p, "peer-auto-tls") == "true"
	r := {
		"msg": "Self-signed peer certificates are in use",
		"path": controlplane.place(p, "peer-auto-tls"),
		"container": p.container,
		"expected": "--peer-auto-tls=false",
	}
}
