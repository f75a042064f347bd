# METADATA
# scope: package
# title: Pod mounts a sensitive folder of the node
# description: >-
#   The pod can reach files that control the node: its root folder, the container runtime's socket, Kubernetes' own
#   configuration or the kernel's. With them an intruder leaves the container and takes over the machine.
# related_resources:
# - https://kubernetes.io/docs/concepts/storage/volumes/#hostpath
# custom:
#   id: SW-POD-004
#   severity: high
#   category: workload
#   remediation: Remove the hostPath volume, or mount one narrow folder read-only.
#   frameworks:
#     cis: ["5.2.11"]
#     pss: [baseline/hostPathVolumes]
#     mitre: [T1611]
#     owasp-k8s: [K01]
#   covers: [pod-host-path-sensitive]
#   input: {workload: true}
package seawall.checks.host_path_sensitive

import data.seawall.lib.kube

# Folder or socket: what it opens.
sensitive := {
	"/": "all files of the node",
	"/etc": "the node's configuration and passwords",
	"/root": "root's home folder",
	"/boot": "the kernel",
	"/dev": "all devices",
	"/proc": "all processes of the node",
	"/sys": "the kernel's settings",
	"/var/run/docker.sock": "control of the Docker daemon",
	"/run/docker.sock": "control of the Docker daemon",
	"/run/containerd/containerd.sock": "control of containerd",
	"/var/run/containerd/containerd.sock": "control of containerd",
	"/run/crio/crio.sock": "control of CRI-O",
	"/var/run/crio/crio.sock": "control of CRI-O",
	"/var/run": "the sockets of the container runtime",
	"/run": "the sockets of the container runtime",
	"/var/lib/kubelet": "the kubelet's credentials and all pods' secrets",
	"/var/lib/docker": "all containers' files",
	"/var/lib/containerd": "all containers' files",
	"/etc/kubernetes": "the cluster's keys",
	"/etc/kubernetes/manifests": "pods that the kubelet starts by itself",
	"/var/lib/etcd": "the cluster's database",
	"/home": "all users' home folders",
}

deny contains r if {
	some v in kube.volumes
	host := v.volume.hostPath.path
	startswith(host, "/")
	what := sensitive[clean(host)]
	r := {
		"msg": sprintf("Volume %q mounts %q of the node: %s", [v.name, host, what]),
		"path": array.concat(v.path, ["hostPath", "path"]),
		"value": host,
		"expected": "no hostPath volume",
	}
}

# "//etc/./" is "/etc". A path with ".." is refused by the API server.
clean(path) := concat("", ["/", concat("/", [p | some p in split(path, "/"); not p in {"", "."}])])
