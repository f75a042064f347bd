# METADATA
# scope: package
# title: Image comes from a registry that is not on the list
# description: >-
#   Images from anywhere are code from anybody. A list of registries keeps out typos of well-known names and images
#   that somebody just found.
# related_resources:
# - https://kubernetes.io/docs/concepts/containers/images/
# custom:
#   id: SW-IMG-005
#   severity: medium
#   category: image
#   remediation: >-
#     Copy the image into your own registry after scanning it, or add it to the setting allowed_registries (--set).
#   frameworks:
#     mitre: [T1525]
#     nsa-cisa: [images/trusted-registries]
#     owasp-k8s: [K02, K04]
#   covers: [img-registry-allowed]
#   input: {workload: true}
#   settings: [allowed_registries]
package seawall.checks.untrusted_registry

import data.seawall.lib.config
import data.seawall.lib.image
import data.seawall.lib.kube

# Judged only where a list was given (data.config.allowed_registries): there is no list that fits everybody.
deny contains r if {
	allowed := config.list("allowed_registries")
	some c in kube.containers
	ref := image.parse(c.container.image)
	name := sprintf("%s/%s", [ref.registry, ref.repository])
	not listed(name, allowed)
	r := {
		"msg": sprintf("Image %q comes from %s, which is not on the list", [c.container.image, ref.registry]),
		"path": array.concat(c.path, ["image"]),
		"container": c.name,
		"value": c.container.image,
		"expected": concat(", ", sort(allowed)),
	}
}

# "registry.example" allows all of it, "registry.example/team" one folder of it.
listed(name, allowed) if {
	some entry in allowed
	startswith(name, concat("", [trim_suffix(entry, "/"), "/"]))
}

listed(name, allowed) if name in allowed
