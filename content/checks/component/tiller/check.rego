# METADATA
# scope: package
# title: Tiller (Helm 2) is deployed
# description: >-
#   Tiller takes commands from whoever reaches it in the cluster, without authentication, and usually has every
#   right. Helm 2 has had no fixes since 2020.
# related_resources:
# - https://helm.sh/docs/topics/v2_v3_migration/
# custom:
#   id: SW-COMP-002
#   severity: high
#   category: component
#   remediation: >-
#     Move releases to Helm 3 and remove Tiller.
#   frameworks:
#     mitre: [T1133, T1078]
#     owasp-k8s: [K10]
#   covers: [tiller]
#   input: {workload: true}
package seawall.checks.tiller

import data.seawall.lib.image
import data.seawall.lib.kube

deny contains r if {
	some c in kube.containers
	ref := image.parse(c.container.image)
	regex.match(`(^|/)tiller$`, ref.repository)
	r := {
		"msg": sprintf("The image %q is Tiller, the server of Helm 2", [c.container.image]),
		"path": array.concat(c.path, ["image"]),
		"container": c.name,
		"value": c.container.image,
	}
}
