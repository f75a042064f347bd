# METADATA
# scope: package
# title: External addresses of services are not refused
# description: >-
#   Without the plugin DenyServiceExternalIPs every user who may create services can take over addresses
#   (CVE-2020-8554).
# related_resources:
# - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
# custom:
#   id: SW-CP-004
#   severity: low
#   category: control-plane
#   remediation: >-
#     Set --enable-admission-plugins=…,DenyServiceExternalIPs in the manifest of kube-apiserver.
#   frameworks:
#     cis: ["1.2.3"]
#     nsa-cisa: [control-plane/hardening]
#     owasp-k8s: [K09]
#   covers: [apiserver-deny-service-external-ips]
#   input: {kinds: [Pod], program: kube-apiserver}
package seawall.checks.apiserver_external_ips

import data.seawall.lib.controlplane

deny contains r if {
	some p in controlplane.running("kube-apiserver")
	not "DenyServiceExternalIPs" in controlplane.list(p, "enable-admission-plugins")
	r := {
		"msg": "Services may claim external addresses",
		"path": controlplane.place(p, "enable-admission-plugins"),
		"container": p.container,
		"expected": "--enable-admission-plugins=\u2026,DenyServiceExternalIPs",
	}
}
