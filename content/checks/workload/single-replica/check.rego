# METADATA
# scope: package
# title: Only one replica runs
# description: >-
#   When its node is drained, updated or lost, the service is gone until another pod has started.
# related_resources:
# - https://kubernetes.io/docs/concepts/workloads/controllers/deployment/
# custom:
#   id: SW-AVAIL-004
#   severity: low
#   category: workload
#   remediation: >-
#     Set replicas to two or more, or use a HorizontalPodAutoscaler with minReplicas of two or more.
#   frameworks:
#     owasp-k8s: [K01]
#   covers: [avail-replicas]
#   input: {cluster: true}
#   inventory: [workload, HorizontalPodAutoscaler]
#   fields: [spec.replicas]
package seawall.checks.single_replica

import data.seawall.lib.cluster

deny contains r if {
	some w in cluster.workloads
	w.object.kind in {"Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"}
	not w.owned
	replicas := object.get(w.object, ["spec", "replicas"], 1)
	replicas == 1
	not scaled[[w.namespace, w.object.kind, w.object.metadata.name]]
	r := {
		"msg": "One replica is all there is",
		"path": ["spec", "replicas"],
		"value": object.get(w.object, ["spec", "replicas"], null),
		"object": w.object,
		"expected": "2 or more",
	}
}

scaled contains [a.namespace, target.kind, target.name] if {
	some a in cluster.namespaced("HorizontalPodAutoscaler")
	target := a.object.spec.scaleTargetRef
}
