# METADATA
# scope: package
# title: Cluster component gets no more fixes
# description: >-
#   Support of this version has ended: security holes found from now on stay open.
# related_resources:
# - https://kubernetes.io/releases/
# custom:
#   id: SW-COMP-007
#   severity: medium
#   category: component
#   remediation: >-
#     Move to a supported version.
#   frameworks:
#     owasp-k8s: [K10]
#   covers: [k8s-version-eol, ing-nginx-eol]
#   input: {workload: true}
package seawall.checks.end_of_life

import data.seawall.lib.component
import data.seawall.lib.kube

deny contains r if {
	some c in kube.containers
	known := component.identify(c.container.image)
	day := component.ended(known)
	r := {
		"msg": sprintf("Support of %s %s ended on %s", [known.name, known.version, day]),
		"path": array.concat(c.path, ["image"]),
		"container": c.name,
		"value": c.container.image,
		"expected": "a supported version",
	}
}

# The project was retired as a whole.
deny contains r if {
	some c in kube.containers
	known := component.identify(c.container.image)
	known.name == "ingress-nginx"
	r := {
		"msg": "ingress-nginx was retired in March 2026",
		"path": array.concat(c.path, ["image"]),
		"container": c.name,
		"value": c.container.image,
		"expected": "a Gateway API implementation or another ingress controller",
	}
}
