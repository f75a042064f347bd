# METADATA
# scope: package
# title: A remote administration or attack tool is deployed
# description: >-
#   Web shells, file browsers, traffic tunnels and Docker-in-a-browser tools give whoever reaches them a shell in
#   the cluster. Attackers bring them; teams forget them after a debugging session.
# related_resources:
# - https://attack.mitre.org/techniques/T1219/
# custom:
#   id: SW-COMP-003
#   severity: high
#   category: component
#   remediation: >-
#     Remove the workload. If it is meant, put it behind sign-in and a network policy and write a waiver.
#   frameworks:
#     mitre: [T1133, T1219]
#     owasp-k8s: [K06]
#   covers: [net-sensitive-iface]
#   input: {workload: true}
package seawall.checks.exposed_tools

import data.seawall.lib.image
import data.seawall.lib.kube

deny contains r if {
	some c in kube.containers
	ref := image.parse(c.container.image)
	regex.match(`(^|/)(ttyd|gotty|wetty|webssh2?|shellinabox|filebrowser|chisel|ngrok|cloudflared-quick|frpc|frps|portainer(-ce|-ee)?|adminer|phpmyadmin|mongo-express|pgadmin4|redis-commander|weavescope|scope)$`, ref.repository)
	r := {
		"msg": sprintf("The image %q is a tool that gives a shell, a tunnel or a database to whoever reaches it", [c.container.image]),
		"path": array.concat(c.path, ["image"]),
		"container": c.name,
		"value": c.container.image,
	}
}
