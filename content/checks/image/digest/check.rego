# METADATA
# scope: package
# title: Image is not pinned by digest
# description: >-
#   A tag can be moved to other contents at any time, by its owner or by whoever took over the account. A digest
#   cannot: what was scanned is what runs.
# related_resources:
# - https://kubernetes.io/docs/concepts/containers/images/
# custom:
#   id: SW-IMG-002
#   severity: low
#   category: image
#   remediation: >-
#     Add @sha256:… to the image reference, best by the deployment pipeline.
#   frameworks:
#     mitre: [T1525]
#     nsa-cisa: [images/integrity]
#     owasp-k8s: [K02]
#   covers: [img-digest]
#   input: {workload: true}
package seawall.checks.digest

import data.seawall.lib.image
import data.seawall.lib.kube

deny contains r if {
	some c in kube.containers
	ref := image.parse(c.container.image)
	ref.digest == ""
	r := {
		"msg": sprintf("Image %q of container %q may change under its tag", [c.container.image, c.name]),
		"path": array.concat(c.path, ["image"]),
		"container": c.name,
		"value": c.container.image,
		"expected": "an image with @sha256:…",
	}
}
