# METADATA
# scope: package
# title: Pod rewrites host names
# description: >-
#   hostAliases puts names into /etc/hosts of the pod. A name that is overridden there is not the one that
#   certificates and policies speak of; attackers use it to divert traffic.
# related_resources:
# - https://kubernetes.io/docs/tasks/network/customize-hosts-file-for-pods/
# custom:
#   id: SW-POD-032
#   severity: low
#   category: workload
#   remediation: >-
#     Use DNS or a Service; remove hostAliases.
#   frameworks:
#     mitre: [T1557]
#     owasp-k8s: [K07]
#   covers: [pod-host-aliases]
#   input: {workload: true}
package seawall.checks.host_aliases

import data.seawall.lib.kube

deny contains r if {
	some pod in kube.pods
	aliases := pod.spec.hostAliases
	is_array(aliases)
	count(aliases) > 0
	r := {"msg": "The pod overrides names in /etc/hosts", "path": array.concat(pod.path, ["hostAliases"]), "value": aliases}
}
