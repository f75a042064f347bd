# METADATA
# scope: package
# title: Pod has no controller
# description: >-
#   Nobody starts the pod again when its node goes, and nobody replaces it when its image is fixed. Bare pods are
#   also what attackers and hurried people leave behind.
# related_resources:
# - https://kubernetes.io/docs/concepts/workloads/pods/
# custom:
#   id: SW-POD-035
#   severity: low
#   category: workload
#   remediation: >-
#     Use a Deployment, StatefulSet, DaemonSet or Job.
#   frameworks:
#     owasp-k8s: [K02]
#   covers: [pod-naked]
#   input: {kinds: [Pod]}
package seawall.checks.bare_pod

import data.seawall.lib.kube

deny contains r if {
	kube.group == ""
	object.get(kube.metadata, "ownerReferences", null) in [null, []]
	not mirror
	r := {
		"msg": "The pod belongs to no controller",
		"path": ["metadata"],
		"expected": "a Deployment, StatefulSet, DaemonSet or Job",
	}
}

# The API server's picture of a static pod of the kubelet.
mirror if kube.annotations["kubernetes.io/config.mirror"]
