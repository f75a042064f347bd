# METADATA
# scope: package
# title: API server does not check the certificate of etcd
# description: >-
#   Whoever answers at etcd's address is believed.
# related_resources:
# - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
# custom:
#   id: SW-CP-036
#   severity: medium
#   category: control-plane
#   remediation: >-
#     Set --etcd-cafile in the manifest of kube-apiserver.
#   frameworks:
#     cis: ["1.2.26"]
#     nsa-cisa: [control-plane/hardening]
#     owasp-k8s: [K09]
#   covers: [apiserver-etcd-ca]
#   input: {kinds: [Pod], program: kube-apiserver}
package seawall.checks.apiserver_etcd_ca

import data.seawall.lib.controlplane

deny contains r if {
	some p in controlplane.running("kube-apiserver")
	not controlplane.value(p, "etcd-cafile")
	r := {
		"msg": "No CA for etcd is set",
		"path": controlplane.place(p, "etcd-cafile"),
		"container": p.container,
		"expected": "--etcd-cafile",
	}
}
