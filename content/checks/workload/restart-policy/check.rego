# METADATA
# scope: package
# title: Restart policy does not fit the workload
# description: >-
#   A controller's pods must restart always; Jobs must not. The API server refuses the object, or a fallen pod stays
#   down.
# related_resources:
# - https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy
# custom:
#   id: SW-AVAIL-009
#   severity: low
#   category: workload
#   remediation: >-
#     Set restartPolicy to Always in Deployments, StatefulSets and DaemonSets, and to OnFailure or Never in Jobs.
#   frameworks:
#     owasp-k8s: [K01]
#   covers: [avail-restart-policy]
#   input: {workload: true}
package seawall.checks.restart_policy

import data.seawall.lib.kube

deny contains r if {
	some pod in kube.pods
	policy := pod.spec.restartPolicy
	wanted := allowed[kube.kind]
	not policy in wanted
	r := {
		"msg": sprintf("restartPolicy %v does not fit a %s", [policy, kube.kind]),
		"path": array.concat(pod.path, ["restartPolicy"]),
		"value": policy,
		"expected": concat(" or ", sort(wanted)),
	}
}

allowed := {
	"Deployment": {"Always"}, "ReplicaSet": {"Always"}, "StatefulSet": {"Always"}, "DaemonSet": {"Always"},
	"ReplicationController": {"Always"}, "Job": {"OnFailure", "Never"}, "CronJob": {"OnFailure", "Never"},
}
