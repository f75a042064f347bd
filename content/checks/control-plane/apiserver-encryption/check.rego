# METADATA
# scope: package
# title: Secrets are stored unencrypted
# description: >-
#   Secrets lie in etcd, and in its backups, in plain text.
# related_resources:
# - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
# custom:
#   id: SW-CP-037
#   severity: high
#   category: control-plane
#   remediation: >-
#     Set --encryption-provider-config in the manifest of kube-apiserver.
#   frameworks:
#     cis: ["1.2.27"]
#     nsa-cisa: [control-plane/hardening]
#     owasp-k8s: [K09]
#   covers: [apiserver-encryption-provider-config]
#   input: {kinds: [Pod], program: kube-apiserver}
package seawall.checks.apiserver_encryption

import data.seawall.lib.controlplane

deny contains r if {
	some p in controlplane.running("kube-apiserver")
	not controlplane.value(p, "encryption-provider-config")
	r := {
		"msg": "Secrets are not encrypted at rest",
		"path": controlplane.place(p, "encryption-provider-config"),
		"container": p.container,
		"expected": "--encryption-provider-config",
	}
}
