# METADATA
# scope: package
# title: Container runtime socket is mounted
# description: >-
#   Whoever talks to the container runtime starts privileged containers on the node: the socket is root on the node.
# related_resources:
# - https://kubernetes.io/docs/concepts/security/pod-security-standards/
# custom:
#   id: SW-POD-012
#   severity: critical
#   category: workload
#   remediation: >-
#     Remove the mount. Build images with a tool that needs no daemon (BuildKit rootless, Buildah, Kaniko).
#   frameworks:
#     cis: ["5.2.11"]
#     mitre: [T1611, T1610]
#     nsa-cisa: [pod-security/host-path]
#     owasp-k8s: [K01]
#   covers: [pod-docker-sock]
#   input: {workload: true}
package seawall.checks.runtime_socket

import data.seawall.lib.kube

deny contains r if {
	some v in kube.volumes
	host := v.volume.hostPath.path
	regex.match(`(^|/)(docker|dockershim|containerd|crio|cri-dockerd|podman|buildkitd|garden|rktlet|frakti)\.sock/*$`, host)
	r := {
		"msg": sprintf("Volume %q is the socket %q of the container runtime", [v.name, host]),
		"path": array.concat(v.path, ["hostPath", "path"]),
		"value": host,
		"expected": "no runtime socket",
	}
}
