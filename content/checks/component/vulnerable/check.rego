# METADATA
# scope: package
# title: Cluster component has known weaknesses
# description: >-
#   The version of this component has published security holes. Attackers look for them first: the component holds
#   the keys of the cluster.
# related_resources:
# - https://kubernetes.io/docs/reference/issues-security/official-cve-feed/
# custom:
#   id: SW-COMP-006
#   severity: high
#   category: component
#   remediation: >-
#     Update to the newest patch release of a supported version.
#   frameworks:
#     mitre: [T1190]
#     owasp-k8s: [K10]
#   covers: [cve-2020-8555, cve-2022-3172, cve-2022-24348, cve-2022-39328, cve-2022-47633, node-kubectl-cp-version]
#   input: {workload: true}
package seawall.checks.vulnerable

import data.seawall.lib.component
import data.seawall.lib.kube

deny contains r if {
	some c in kube.containers
	known := component.identify(c.container.image)
	ids := component.weaknesses(known)
	count(ids) > 0
	r := {
		"msg": sprintf("%s %s is affected by %s", [known.name, known.version, summary(ids)]),
		"path": array.concat(c.path, ["image"]),
		"container": c.name,
		"value": c.container.image,
		"expected": "a fixed version",
		"severity": severity(ids),
	}
}

summary(ids) := concat(", ", ids) if count(ids) <= 3

summary(ids) := sprintf("%s and %d more", [concat(", ", array.slice(ids, 0, 3)), count(ids) - 3]) if count(ids) > 3

# Remote takeover without an account, or full rights from any account.
severity(ids) := "critical" if {
	some id in ids
	id in {"CVE-2018-1002105", "CVE-2025-1974", "CVE-2021-43798"}
} else := "high"
