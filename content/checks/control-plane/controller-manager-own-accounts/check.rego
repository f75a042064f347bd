# METADATA
# scope: package
# title: All controllers share one identity
# description: >-
#   Each controller then has the rights of all of them.
# related_resources:
# - https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/
# custom:
#   id: SW-CP-043
#   severity: medium
#   category: control-plane
#   remediation: >-
#     Set --use-service-account-credentials=true in the manifest of kube-controller-manager.
#   frameworks:
#     cis: ["1.3.3"]
#     nsa-cisa: [control-plane/hardening]
#     owasp-k8s: [K09]
#   covers: [cm-use-sa-credentials]
#   input: {kinds: [Pod], program: kube-controller-manager}
package seawall.checks.controller_manager_own_accounts

import data.seawall.lib.controlplane

deny contains r if {
	some p in controlplane.running("kube-controller-manager")
	not controlplane.is(p, "use-service-account-credentials", "true")
	r := {
		"msg": "Controllers do not use service accounts of their own",
		"path": controlplane.place(p, "use-service-account-credentials"),
		"container": p.container,
		"expected": "--use-service-account-credentials=true",
	}
}
