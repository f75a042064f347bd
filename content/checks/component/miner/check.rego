# METADATA
# scope: package
# title: The image is known for mining coins
# description: >-
#   Mining is what most break-ins into clusters are for: the processors, and the bill, are yours.
# related_resources:
# - https://attack.mitre.org/techniques/T1496/
# custom:
#   id: SW-COMP-004
#   severity: critical
#   category: component
#   remediation: >-
#     Remove the workload, then find out who created it: change the credentials that were used.
#   frameworks:
#     mitre: [T1496]
#     owasp-k8s: [K05]
#   covers: [cronjob-exists]
#   input: {workload: true}
package seawall.checks.miner

import data.seawall.lib.image
import data.seawall.lib.kube

deny contains r if {
	some c in kube.containers
	ref := image.parse(c.container.image)
	regex.match(`(^|/)(.*xmrig.*|.*xmr-stak.*|minerd|cpuminer.*|ccminer.*|ethminer.*|cgminer|nicehash.*|.*monero.*miner.*|t-rex-miner|lolminer)$`, ref.repository)
	r := {
		"msg": sprintf("The image %q is known for mining coins", [c.container.image]),
		"path": array.concat(c.path, ["image"]),
		"container": c.name,
		"value": c.container.image,
	}
}
