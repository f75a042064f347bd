# METADATA
# scope: package
# title: The cluster as a whole
# description: >-
#   Helpers of checks that look at all objects. Each rule is computed once per scan; ask for the kinds you use in `inventory`.
package seawall.lib.cluster

import data.seawall.lib.kube

# Namespaces of the cluster's own machinery.
system_namespaces := {"kube-system", "kube-public", "kube-node-lease"}

# Every pod template of every namespaced object: {"object", "namespace", "path", "spec", "labels", "owned"}.
# `owned` objects (a pod of a ReplicaSet, say) repeat what their owner says; most checks leave them out.
workloads := [w |
	some namespace, versions in data.inventory.namespace
	some kinds in versions
	some named in kinds
	some object in named
	some pod in kube.pods_of(object)
	w := {
		"object": object,
		"namespace": namespace,
		"path": pod.path,
		"spec": pod.spec,
		"labels": _labels(pod.metadata, object),
		"owned": _is_owned(object),
	}
]

# A Pod's labels are its own, a template's are in the template.
_labels(metadata, _) := metadata.labels if is_object(metadata.labels)

_labels(metadata, _) := {} if not is_object(object.get(metadata, "labels", null))

_is_owned(o) if {
	is_array(o.metadata.ownerReferences)
	count(o.metadata.ownerReferences) > 0
} else := false

# Indices into `workloads` by namespace and by label: a selector looks at the few that have its first label.
by_namespace[w.namespace] contains i if some i, w in workloads

by_label[w.namespace][key][value] contains i if {
	some i, w in workloads
	some key, value in w.labels
}

namespaces_with_workloads contains namespace if by_namespace[namespace]

# Does a label selector ({"matchLabels", "matchExpressions"}) choose these labels? An empty one chooses all.
selects(selector, labels) if {
	is_object(selector)
	every key, value in object.get(selector, "matchLabels", {}) {
		labels[key] == value
	}
	every e in object.get(selector, "matchExpressions", []) {
		_expression(e, labels)
	}
}

_expression(e, labels) if {
	e.operator == "In"
	labels[e.key] in e.values
}

_expression(e, labels) if {
	e.operator == "NotIn"
	not _labelled_in(e, labels)
}

_expression(e, labels) if {
	e.operator == "Exists"
	object.get(labels, e.key, null) != null
}

_expression(e, labels) if {
	e.operator == "DoesNotExist"
	object.get(labels, e.key, null) == null
}

_labelled_in(e, labels) if labels[e.key] in e.values

# Does anything in the namespace have all these labels (a Service's selector)? A selector with values that are no
# strings chooses nothing.
any_with_labels(namespace, labels) if {
	some key, value in labels
	some i in by_label[namespace][key][value]
	every k, v in labels {
		workloads[i].labels[k] == v
	}
}

# Does a label selector choose any workload of the namespace?
any_selected(namespace, selector) if {
	count(object.get(selector, "matchLabels", {})) > 0
	some key, value in selector.matchLabels
	some i in by_label[namespace][key][value]
	selects(selector, workloads[i].labels)
}

any_selected(namespace, selector) if {
	count(object.get(selector, "matchLabels", {})) == 0
	some i in by_namespace[namespace]
	selects(selector, workloads[i].labels)
}

# All namespaced objects of a kind, in any version: {"object", "namespace"}.
namespaced(kind) := [x |
	some namespace, versions in data.inventory.namespace
	some kinds in versions
	some object in kinds[kind]
	x := {"object": object, "namespace": namespace}
]

# All cluster-wide objects of a kind.
clusterwide(kind) := [object |
	some kinds in data.inventory.cluster
	some object in kinds[kind]
]

# The namespace's own manifest where it was read, else an object that lives in it.
namespace_object(name, _) := object if object := data.inventory.cluster.v1.Namespace[name]

namespace_object(name, other) := other if not data.inventory.cluster.v1.Namespace[name]

first_workload(namespace) := workloads[min(by_namespace[namespace])].object
