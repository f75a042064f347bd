# METADATA
# scope: package
# title: Containers of the pod see each other's processes
# description: >-
#   Each container can look into the memory, files and environment of the others: a helper with a bug reads the
#   secrets of the main program.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/pod-security-standards/
# custom:
#   id: SW-POD-008
#   severity: low
#   category: workload
#   remediation: >-
#     Remove shareProcessNamespace where no container needs to signal another.
#   frameworks:
#     mitre: [T1057]
#     owasp-k8s: [K01]
#   covers: [pod-share-process-ns]
#   input: {workload: true}
package seawall.checks.share_process_namespace

import data.seawall.lib.kube

deny contains r if {
	some pod in kube.pods
	pod.spec.shareProcessNamespace == true
	path := array.concat(pod.path, ["shareProcessNamespace"])
	r := {
		"msg": "The pod lets its containers see each other's processes",
		"path": path,
		"value": true,
		"expected": "false, or left out",
		"fix": [{"op": "remove", "path": path}],
	}
}
