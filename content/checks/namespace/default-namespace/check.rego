# METADATA
# scope: package
# title: Object lives in the default namespace
# description: >-
#   Everything without a namespace of its own lands in `default`. Rights, quotas and network rules are given per
#   namespace, so what shares one cannot be kept apart.
# related_resources:
# - https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/
# custom:
#   id: SW-NS-001
#   severity: low
#   category: namespace
#   remediation: Give the application a namespace and name it in the manifest.
#   frameworks:
#     cis: ["5.6.4"]
#   covers: [ns-default]
#   input: {workload: true}
package seawall.checks.default_namespace

import data.seawall.lib.kube

deny contains r if {
	kube.is_workload
	kube.namespace == "default"
	r := object.union(
		{
			"msg": "The workload is put into the default namespace",
			"path": ["metadata", "namespace"],
			"expected": "a namespace of its own",
		},
		value,
	)
}

value := {"value": kube.metadata.namespace} if {
	is_string(kube.metadata.namespace)
} else := {}
