# METADATA
# scope: package
# title: Node may start a private image without asking the registry
# description: >-
#   With IfNotPresent or Never a node that has the image starts it for whoever asks, without checking that they may
#   pull it, and keeps an old build of a moved tag.
# related_resources:
# - https://kubernetes.io/docs/concepts/containers/images/
# custom:
#   id: SW-IMG-003
#   severity: low
#   category: image
#   remediation: >-
#     Set imagePullPolicy: Always, or pin the image by digest and enable the AlwaysPullImages admission plugin.
#   frameworks:
#     owasp-k8s: [K02]
#   covers: [img-pull-policy]
#   input: {workload: true}
package seawall.checks.pull_policy

import data.seawall.lib.image
import data.seawall.lib.kube

deny contains r if {
	some c in kube.containers
	ref := image.parse(c.container.image)
	ref.digest == ""
	policy := object.get(c.container, "imagePullPolicy", "")
	effective(policy, ref) != "Always"
	r := {
		"msg": sprintf("Container %q is started from what the node has", [c.name]),
		"path": array.concat(c.path, ["imagePullPolicy"]),
		"container": c.name,
		"value": policy,
		"expected": "Always",
	}
}

# What the API server fills in.
effective(policy, _) := policy if not policy in {"", null}

effective(policy, ref) := "Always" if {
	policy in {"", null}
	ref.tag in {"", "latest"}
} else := "IfNotPresent" if policy in {null, ""}
