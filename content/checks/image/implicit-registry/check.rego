# METADATA
# scope: package
# title: Image name does not say its registry
# description: >-
#   A name without a registry is looked up wherever the node's runtime is told to: today Docker Hub, with its pull
#   limits, tomorrow somebody's mirror.
# related_resources:
# - https://kubernetes.io/docs/concepts/containers/images/
# custom:
#   id: SW-IMG-006
#   severity: low
#   category: image
#   remediation: >-
#     Write the registry: docker.io/library/nginx, or better a copy in your own.
#   frameworks:
#     nsa-cisa: [images/trusted-registries]
#     owasp-k8s: [K02]
#   covers: [img-registry-allowed]
#   input: {workload: true}
package seawall.checks.implicit_registry

import data.seawall.lib.image
import data.seawall.lib.kube

deny contains r if {
	some c in kube.containers
	ref := image.parse(c.container.image)
	not ref.explicit_registry
	r := {
		"msg": sprintf("Image %q names no registry", [c.container.image]),
		"path": array.concat(c.path, ["image"]),
		"container": c.name,
		"value": c.container.image,
		"expected": sprintf("%s/%s", [ref.registry, ref.repository]),
		"severity": "info",
	}
}
