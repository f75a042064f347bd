# METADATA
# scope: package
# title: Replicas may all run on one node
# description: >-
#   When the node fails, all replicas fail with it.
# related_resources:
# - https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/
# custom:
#   id: SW-AVAIL-007
#   severity: low
#   category: workload
#   remediation: >-
#     Add topologySpreadConstraints or podAntiAffinity over kubernetes.io/hostname.
#   frameworks:
#     owasp-k8s: [K01]
#   covers: [avail-anti-affinity, avail-topology-spread]
#   input: {kinds: [Deployment, StatefulSet]}
package seawall.checks.anti_affinity

import data.seawall.lib.kube

deny contains r if {
	some pod in kube.pods
	object.get(input.spec, "replicas", 1) > 1
	object.get(pod.spec, ["affinity", "podAntiAffinity"], {}) in [null, {}]
	object.get(pod.spec, "topologySpreadConstraints", []) in [null, []]
	r := {
		"msg": sprintf("%v replicas may be placed on one node", [input.spec.replicas]),
		"path": array.concat(pod.path, ["topologySpreadConstraints"]),
		"expected": "topologySpreadConstraints or podAntiAffinity",
	}
}
