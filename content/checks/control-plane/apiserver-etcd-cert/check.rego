# METADATA
# scope: package
# title: API server does not prove itself to etcd
# description: >-
#   An etcd that accepts the API server without a certificate accepts everybody, and it holds all secrets.
# related_resources:
# - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
# custom:
#   id: SW-CP-033
#   severity: high
#   category: control-plane
#   remediation: >-
#     Set --etcd-certfile in the manifest of kube-apiserver.
#   frameworks:
#     cis: ["1.2.23"]
#     nsa-cisa: [control-plane/hardening]
#     owasp-k8s: [K09]
#   covers: [apiserver-etcd-cert]
#   input: {kinds: [Pod], program: kube-apiserver}
package seawall.checks.apiserver_etcd_cert

import data.seawall.lib.controlplane

deny contains r if {
	some p in controlplane.running("kube-apiserver")
	not controlplane.value(p, "etcd-certfile")
	r := {
		"msg": "The API server has no certificate for etcd",
		"path": controlplane.place(p, "etcd-certfile"),
		"container": p.container,
		"expected": "--etcd-certfile",
	}
}
