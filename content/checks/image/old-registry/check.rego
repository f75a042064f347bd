# METADATA
# scope: package
# title: Image comes from a registry that is closed
# description: >-
#   k8s.gcr.io and gcr.io/google-containers are frozen since 2023 and get no fixes. Sooner or later the image cannot
#   be pulled, or somebody else serves the name.
# related_resources:
# - https://kubernetes.io/docs/concepts/containers/images/
# custom:
#   id: SW-IMG-004
#   severity: medium
#   category: image
#   remediation: >-
#     Use registry.k8s.io and a supported version.
#   frameworks:
#     owasp-k8s: [K02, K10]
#   covers: [img-registry-old-k8s]
#   input: {workload: true}
package seawall.checks.old_registry

import data.seawall.lib.image
import data.seawall.lib.kube

deny contains r if {
	some c in kube.containers
	ref := image.parse(c.container.image)
	frozen(ref)
	r := {
		"msg": sprintf("Image %q comes from a frozen registry", [c.container.image]),
		"path": array.concat(c.path, ["image"]),
		"container": c.name,
		"value": c.container.image,
		"expected": "registry.k8s.io",
	}
}

frozen(ref) if ref.registry == "k8s.gcr.io"

frozen(ref) if {
	ref.registry in {"gcr.io", "us.gcr.io", "eu.gcr.io", "asia.gcr.io"}
	regex.match(`^(google[-_]containers|kubernetes-helm)/`, ref.repository)
}

frozen(ref) if {
	ref.registry in {"quay.io"}
	startswith(ref.repository, "coreos/")
}
