# METADATA
# scope: package
# title: Container reserves no processor time
# description: >-
#   The scheduler places the container as if it needed nothing. On a full node it starves, or starves others.
# related_resources:
# - https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/
# custom:
#   id: SW-RES-001
#   severity: low
#   category: workload
#   remediation: >-
#     Set resources.requests.cpu to what the program usually needs.
#   frameworks:
#     mitre: [T1496, T1499]
#     nsa-cisa: [pods/resource-policies]
#     owasp-k8s: [K01]
#   covers: [res-cpu-requests]
#   input: {workload: true}
package seawall.checks.cpu_requests

import data.seawall.lib.kube

deny contains r if {
	some c in kube.containers
	c.kind != "ephemeral"
	not pod_level(c.pod)
	not reserved(c)
	r := {
		"msg": sprintf("Container %q reserves no processor time", [c.name]),
		"path": array.concat(c.path, ["resources", "requests", "cpu"]),
		"container": c.name,
		"expected": "resources.requests.cpu",
	}
}

# A limit without a request is taken as the request too.
reserved(c) if object.get(c.container, ["resources", "requests", "cpu"], null) != null

reserved(c) if object.get(c.container, ["resources", "limits", "cpu"], null) != null

# Since 1.34 a pod may say it for all its containers.
pod_level(pod) if object.get(pod.spec, ["resources", "requests", "cpu"], null) != null
