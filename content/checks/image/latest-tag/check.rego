# METADATA
# scope: package
# title: Image is not pinned to a version
# description: >-
#   Without a version, or with `latest`, the same manifest can start different software tomorrow: an update nobody
#   looked at, or one that an attacker put there. Nobody can say either what ran at the time of an incident.
# related_resources:
# - https://kubernetes.io/docs/concepts/containers/images/
# custom:
#   id: SW-IMG-001
#   severity: medium
#   category: image
#   remediation: Name the version, or better the digest, of the image that was tested.
#   frameworks:
#     owasp-k8s: [K02]
#   covers: [img-tag-latest]
#   input: {workload: true}
package seawall.checks.latest_tag

import data.seawall.lib.image
import data.seawall.lib.kube

deny contains r if {
	some c in kube.containers
	ref := image.parse(c.container.image)
	ref.digest == ""
	why := unpinned[ref.tag]
	r := {
		"msg": sprintf("Image %q of container %q %s", [c.container.image, c.name, why]),
		"path": array.concat(c.path, ["image"]),
		"container": c.name,
		"value": c.container.image,
		"expected": "a version or a digest",
	}
}

unpinned := {
	"": "names no version",
	"latest": "follows `latest`",
}

unknown contains r if {
	some c in kube.containers
	object.get(c.container, "image", "") != ""
	not image.parse(c.container.image)
	r := {
		"msg": sprintf("Image of container %q is not a valid reference", [c.name]),
		"path": array.concat(c.path, ["image"]),
	}
}
