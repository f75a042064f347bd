# METADATA
# scope: package
# title: Kubernetes dashboard is deployed
# description: >-
#   The dashboard is one of the first things attackers look for: found open, or with a stolen token, it gives a
#   comfortable view of the whole cluster. The project is archived.
# related_resources:
# - https://kubernetes.io/docs/tasks/access-application-cluster/web-ui-dashboard/
# custom:
#   id: SW-COMP-001
#   severity: medium
#   category: component
#   remediation: >-
#     Remove it if it is not used; else keep it off the internet, behind sign-in, with a role that only reads.
#   frameworks:
#     mitre: [T1133]
#     nsa-cisa: [network/exposure]
#     owasp-k8s: [K06]
#   covers: [dashboard]
#   input: {workload: true}
package seawall.checks.dashboard

import data.seawall.lib.image
import data.seawall.lib.kube

deny contains r if {
	some c in kube.containers
	ref := image.parse(c.container.image)
	regex.match(`(^|/)(kubernetes-dashboard(-[a-z0-9]+)?|kubernetesui/dashboard(-[a-z]+)?|kubernetes-dashboard/dashboard.*)$`, ref.repository)
	r := {
		"msg": sprintf("The image %q is the Kubernetes dashboard", [c.container.image]),
		"path": array.concat(c.path, ["image"]),
		"container": c.name,
		"value": c.container.image,
	}
}
