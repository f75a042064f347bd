# METADATA
# scope: package
# title: Kubernetes objects, pods and containers
# description: Helpers of all checks. Rules are computed once per object and shared; functions are not.
package seawall.lib.kube

default api_version := ""

api_version := input.apiVersion if is_string(input.apiVersion)

default kind := ""

kind := input.kind if is_string(input.kind)

default group := ""

group := split(api_version, "/")[0] if contains(api_version, "/")

default metadata := {}

metadata := input.metadata if is_object(input.metadata)

default name := ""

name := metadata.name if is_string(metadata.name)

name := metadata.generateName if {
	not is_string(object.get(metadata, "name", null))
	is_string(metadata.generateName)
}

default namespace := "default"

namespace := metadata.namespace if {
	is_string(metadata.namespace)
	metadata.namespace != ""
}

default labels := {}

labels := metadata.labels if is_object(metadata.labels)

default annotations := {}

annotations := metadata.annotations if is_object(metadata.annotations)

# Every pod that this object describes: {"spec", "metadata", "path"}, where path leads to the pod spec.
pods := pods_of(input)

_core_path := {
	"Pod": ["spec"],
	"PodTemplate": ["template", "spec"],
	"Deployment": ["spec", "template", "spec"],
	"ReplicaSet": ["spec", "template", "spec"],
	"ReplicationController": ["spec", "template", "spec"],
	"StatefulSet": ["spec", "template", "spec"],
	"DaemonSet": ["spec", "template", "spec"],
	"Job": ["spec", "template", "spec"],
	"CronJob": ["spec", "jobTemplate", "spec", "template", "spec"],
}

_core_groups := {"", "apps", "batch", "extensions"}

# The same of any object.
pods_of(o) := [_pod(o, _core_path[o.kind])] if {
	_is_core(o)
	is_object(_get(o, _core_path[o.kind]))
} else := [] if {
	_is_core(o)
} else := [_pod(o, path) |
	walk(o, [path, value])
	_is_pod_spec(value)
	count(path) > 1
	not path[0] in {"status", "metadata"}
]

_get(o, path) := v if {
	is_object(o)
	v := object.get(o, path, null)
}

_is_core(o) if {
	_core_path[o.kind]
	_group_of(o) in _core_groups
}

_group_of(o) := split(o.apiVersion, "/")[0] if {
	is_string(o.apiVersion)
	contains(o.apiVersion, "/")
} else := ""

_pod(o, path) := {
	"path": path,
	"spec": _get(o, path),
	"metadata": _object(_get(o, array.concat(array.slice(path, 0, count(path) - 1), ["metadata"]))),
}

# The shape of a pod spec inside a custom resource: a list of containers with images.
_is_pod_spec(value) if {
	is_object(value)
	is_array(value.containers)
	some c in value.containers
	is_string(c.image)
}

_object(x) := x if is_object(x) else := {}

_array(x) := x if is_array(x) else := []

is_workload if count(pods) > 0

# Every container of every pod, in the order init, main, ephemeral:
# {"container", "path", "kind": "init" | "sidecar" | "container" | "ephemeral", "name", "pod"}.
# A sidecar is an init container that is restarted always.
containers := array.concat(
	_containers("initContainers"),
	array.concat(_containers("containers"), _containers("ephemeralContainers")),
)

_containers(field) := [c |
	some pod in pods
	some i, container in _array(object.get(pod.spec, field, []))
	is_object(container)
	c := {
		"container": container,
		"path": array.concat(pod.path, [field, i]),
		"kind": _container_kind(field, container),
		"name": _string(object.get(container, "name", "")),
		"pod": pod,
	}
]

_container_kind("containers", _) := "container"

_container_kind("ephemeralContainers", _) := "ephemeral"

_container_kind("initContainers", container) := "sidecar" if object.get(container, "restartPolicy", "") == "Always"

_container_kind("initContainers", container) := "init" if object.get(container, "restartPolicy", "") != "Always"

_string(x) := x if is_string(x) else := ""

# Every volume of every pod: {"volume", "path", "name", "pod"}.
volumes := [v |
	some pod in pods
	some i, volume in _array(object.get(pod.spec, "volumes", []))
	is_object(volume)
	v := {
		"volume": volume,
		"path": array.concat(pod.path, ["volumes", i]),
		"name": _string(object.get(volume, "name", "")),
		"pod": pod,
	}
]

# The value of a securityContext field as the container runtime sees it: the container's own, else the pod's.
# Undefined when neither says anything. For fields that both levels have (runAsNonRoot, runAsUser, runAsGroup,
# seLinuxOptions, seccompProfile, appArmorProfile, windowsOptions).
effective(c, field) := v if {
	v := c.container.securityContext[field]
	v != null
} else := v if {
	v := c.pod.spec.securityContext[field]
	v != null
}

# Where `effective` found it; where it belongs when it is unset.
effective_path(c, field) := path if {
	c.container.securityContext[field] != null
	path := array.concat(c.path, ["securityContext", field])
} else := path if {
	c.pod.spec.securityContext[field] != null
	path := array.concat(c.pod.path, ["securityContext", field])
} else := array.concat(c.path, ["securityContext", field])

# A container-only securityContext field (privileged, capabilities, allowPrivilegeEscalation, procMount,
# readOnlyRootFilesystem); undefined when unset or null.
security(c, field) := v if {
	v := c.container.securityContext[field]
	v != null
}

security_path(c, field) := array.concat(c.path, ["securityContext", field])

is_windows(pod) if pod.spec.os.name == "windows"

is_windows(pod) if {
	not pod.spec.os.name
	pod.spec.nodeSelector["kubernetes.io/os"] == "windows"
}

# Names as the API server shows them: NET_ADMIN and CAP_NET_ADMIN are the same.
capability(x) := trim_prefix(upper(x), "CAP_") if is_string(x)

capabilities_added(c) := {cap |
	some x in _array(object.get(c.container, ["securityContext", "capabilities", "add"], []))
	cap := capability(x)
}

capabilities_dropped(c) := {cap |
	some x in _array(object.get(c.container, ["securityContext", "capabilities", "drop"], []))
	cap := capability(x)
}

# What is at a path of `input`; undefined when nothing is.
at(path) := v if {
	v := object.get(input, path, null)
	v != null
}
