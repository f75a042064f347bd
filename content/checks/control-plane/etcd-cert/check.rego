# METADATA
# scope: package
# title: etcd is reached without encryption
# description: >-
#   Everything in the cluster, secrets too, crosses the network in the clear.
# related_resources:
# - https://etcd.io/docs/latest/op-guide/security/
# custom:
#   id: SW-CP-050
#   severity: critical
#   category: control-plane
#   remediation: >-
#     Set --cert-file in the manifest of etcd.
#   frameworks:
#     cis: ["2.1"]
#     nsa-cisa: [control-plane/hardening]
#     owasp-k8s: [K09]
#   covers: [etcd-cert]
#   input: {kinds: [Pod], program: etcd}
package seawall.checks.etcd_cert

import data.seawall.lib.controlplane

deny contains r if {
	some p in controlplane.running("etcd")
	not controlplane.value(p, "cert-file")
	r := {
		"msg": "Clients reach etcd without TLS",
		"path": controlplane.place(p, "cert-file"),
		"container": p.container,
		"expected": "--cert-file",
	}
}
