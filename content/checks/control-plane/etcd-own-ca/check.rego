# METADATA
# scope: package
# title: etcd trusts the CA of the cluster
# description: >-
#   Every certificate that the cluster issues then opens etcd.
# related_resources:
# - https://etcd.io/docs/latest/op-guide/security/
# custom:
#   id: SW-CP-056
#   severity: medium
#   category: control-plane
#   remediation: >-
#     Set --trusted-ca-file with a CA for etcd alone in the manifest of etcd.
#   frameworks:
#     cis: ["2.7"]
#     nsa-cisa: [control-plane/hardening]
#     owasp-k8s: [K09]
#   covers: [etcd-unique-ca]
#   input: {kinds: [Pod], program: etcd}
package seawall.checks.etcd_own_ca

import data.seawall.lib.controlplane

deny contains r if {
	some p in controlplane.running("etcd")
	regex.match(`(^|/)pki/ca\.(crt|pem)$`, controlplane.value(p, "trusted-ca-file"))
	r := {
		"msg": "etcd trusts the cluster's own CA",
		"path": controlplane.place(p, "trusted-ca-file"),
		"container": p.container,
		"expected": "--trusted-ca-file with a CA for etcd alone",
	}
}
