# METADATA
# scope: package
# title: Workload runs among the cluster's own components
# description: >-
#   kube-system holds the parts that run the cluster, and their secrets. A workload there stands next to them, and
#   policies often leave this namespace out.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/multi-tenancy/
# custom:
#   id: SW-NS-002
#   severity: medium
#   category: namespace
#   remediation: >-
#     Move the workload to a namespace of its own.
#   frameworks:
#     owasp-k8s: [K02]
#   covers: [ns-kube-system]
#   input: {workload: true}
package seawall.checks.kube_system_workload

import data.seawall.lib.image
import data.seawall.lib.kube

deny contains r if {
	kube.namespace in {"kube-system", "kube-public", "kube-node-lease"}
	kube.is_workload
	not component
	r := {
		"msg": sprintf("The workload is in namespace %q", [kube.namespace]),
		"path": ["metadata", "namespace"],
		"value": kube.namespace,
		"expected": "a namespace of its own",
	}
}

# What a distribution puts there itself.
component if {
	kube.labels[_] in {"kubernetes", "kube-dns", "kube-proxy", "metrics-server", "coredns"}
}

component if kube.labels.tier == "control-plane"

component if kube.labels["kubernetes.io/cluster-service"] == "true"

component if {
	some key in {"addonmanager.kubernetes.io/mode", "k8s-addon"}
	kube.labels[key]
}

component if {
	some c in kube.containers
	ref := image.parse(c.container.image)
	ref.registry in {"registry.k8s.io", "k8s.gcr.io"}
}
