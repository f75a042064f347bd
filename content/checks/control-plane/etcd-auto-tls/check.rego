# METADATA
# scope: package
# title: etcd uses certificates that nobody can check
# description: >-
#   Self-signed certificates protect against nobody who can stand in the middle.
# related_resources:
# - https://etcd.io/docs/latest/op-guide/security/
# custom:
#   id: SW-CP-052
#   severity: high
#   category: control-plane
#   remediation: >-
#     Set --auto-tls=false in the manifest of etcd.
#   frameworks:
#     cis: ["2.3"]
#     nsa-cisa: [control-plane/hardening]
#     owasp-k8s: [K09]
#   covers: [etcd-auto-tls]
#   input: {kinds: [Pod], program: etcd}
package seawall.checks.etcd_auto_tls

import data.seawall.lib.controlplane

deny contains r if {
	some p in controlplane.running("etcd")
	controlplane.value(p, "auto-tls") == "true"
	r := {
		"msg": "Self-signed certificates are in use",
		"path": controlplane.place(p, "auto-tls"),
		"container": p.container,
		"expected": "--auto-tls=false",
	}
}
