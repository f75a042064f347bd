# METADATA
# scope: package
# title: API versions that went or will go
# description: Facts of the deprecation guide of Kubernetes, by apiVersion and kind. Releases are [major, minor].
package seawall.lib.api

# The release that manifests are meant for: data.config.kubernetes_version ("1.30", "v1.30.2"; --kubernetes-version), else the newest known.
default target := [1, 37]

target := version(data.config.kubernetes_version)

version(text) := [to_number(m[0][1]), to_number(m[0][2])] if {
	m := regex.find_all_string_submatch_n(`^v?([0-9]+)\.([0-9]+)`, text, 1)
}

fact := versions[input.apiVersion][input.kind]

versions := {
	"admissionregistration.k8s.io/v1beta1": {
		"MutatingWebhookConfiguration": {"deprecated": [1, 16], "removed": [1, 22], "use": "admissionregistration.k8s.io/v1"},
		"ValidatingAdmissionPolicy": {"deprecated": [1, 30], "removed": [1, 34], "use": "admissionregistration.k8s.io/v1"},
		"ValidatingAdmissionPolicyBinding": {"deprecated": [1, 30], "removed": [1, 34], "use": "admissionregistration.k8s.io/v1"},
		"ValidatingWebhookConfiguration": {"deprecated": [1, 16], "removed": [1, 22], "use": "admissionregistration.k8s.io/v1"},
	},
	"apiextensions.k8s.io/v1beta1": {
		"CustomResourceDefinition": {"deprecated": [1, 16], "removed": [1, 22], "use": "apiextensions.k8s.io/v1"},
	},
	"apiregistration.k8s.io/v1beta1": {
		"APIService": {"deprecated": [1, 19], "removed": [1, 22], "use": "apiregistration.k8s.io/v1"},
	},
	"apps/v1beta1": {
		"Deployment": {"deprecated": [1, 9], "removed": [1, 16], "use": "apps/v1"},
		"StatefulSet": {"deprecated": [1, 9], "removed": [1, 16], "use": "apps/v1"},
	},
	"apps/v1beta2": {
		"DaemonSet": {"deprecated": [1, 9], "removed": [1, 16], "use": "apps/v1"},
		"Deployment": {"deprecated": [1, 9], "removed": [1, 16], "use": "apps/v1"},
		"ReplicaSet": {"deprecated": [1, 9], "removed": [1, 16], "use": "apps/v1"},
		"StatefulSet": {"deprecated": [1, 9], "removed": [1, 16], "use": "apps/v1"},
	},
	"authentication.k8s.io/v1beta1": {
		"TokenReview": {"deprecated": [1, 19], "removed": [1, 22], "use": "authentication.k8s.io/v1"},
	},
	"authorization.k8s.io/v1beta1": {
		"LocalSubjectAccessReview": {"deprecated": [1, 19], "removed": [1, 22], "use": "authorization.k8s.io/v1"},
		"SelfSubjectAccessReview": {"deprecated": [1, 19], "removed": [1, 22], "use": "authorization.k8s.io/v1"},
		"SubjectAccessReview": {"deprecated": [1, 19], "removed": [1, 22], "use": "authorization.k8s.io/v1"},
	},
	"autoscaling/v2beta1": {
		"HorizontalPodAutoscaler": {"deprecated": [1, 22], "removed": [1, 25], "use": "autoscaling/v2"},
	},
	"autoscaling/v2beta2": {
		"HorizontalPodAutoscaler": {"deprecated": [1, 23], "removed": [1, 26], "use": "autoscaling/v2"},
	},
	"batch/v1beta1": {
		"CronJob": {"deprecated": [1, 21], "removed": [1, 25], "use": "batch/v1"},
	},
	"certificates.k8s.io/v1beta1": {
		"CertificateSigningRequest": {"deprecated": [1, 19], "removed": [1, 22], "use": "certificates.k8s.io/v1"},
	},
	"coordination.k8s.io/v1beta1": {
		"Lease": {"deprecated": [1, 19], "removed": [1, 22], "use": "coordination.k8s.io/v1"},
	},
	"discovery.k8s.io/v1beta1": {
		"EndpointSlice": {"deprecated": [1, 21], "removed": [1, 25], "use": "discovery.k8s.io/v1"},
	},
	"events.k8s.io/v1beta1": {
		"Event": {"deprecated": [1, 19], "removed": [1, 25], "use": "events.k8s.io/v1"},
	},
	"extensions/v1beta1": {
		"DaemonSet": {"deprecated": [1, 9], "removed": [1, 16], "use": "apps/v1"},
		"Deployment": {"deprecated": [1, 9], "removed": [1, 16], "use": "apps/v1"},
		"Ingress": {"deprecated": [1, 14], "removed": [1, 22], "use": "networking.k8s.io/v1"},
		"NetworkPolicy": {"deprecated": [1, 9], "removed": [1, 16], "use": "networking.k8s.io/v1"},
		"PodSecurityPolicy": {"deprecated": [1, 10], "removed": [1, 16], "use": ""},
		"ReplicaSet": {"deprecated": [1, 9], "removed": [1, 16], "use": "apps/v1"},
	},
	"flowcontrol.apiserver.k8s.io/v1beta1": {
		"FlowSchema": {"deprecated": [1, 23], "removed": [1, 26], "use": "flowcontrol.apiserver.k8s.io/v1"},
		"PriorityLevelConfiguration": {"deprecated": [1, 23], "removed": [1, 26], "use": "flowcontrol.apiserver.k8s.io/v1"},
	},
	"flowcontrol.apiserver.k8s.io/v1beta2": {
		"FlowSchema": {"deprecated": [1, 26], "removed": [1, 29], "use": "flowcontrol.apiserver.k8s.io/v1"},
		"PriorityLevelConfiguration": {"deprecated": [1, 26], "removed": [1, 29], "use": "flowcontrol.apiserver.k8s.io/v1"},
	},
	"flowcontrol.apiserver.k8s.io/v1beta3": {
		"FlowSchema": {"deprecated": [1, 29], "removed": [1, 32], "use": "flowcontrol.apiserver.k8s.io/v1"},
		"PriorityLevelConfiguration": {"deprecated": [1, 29], "removed": [1, 32], "use": "flowcontrol.apiserver.k8s.io/v1"},
	},
	"networking.k8s.io/v1beta1": {
		"Ingress": {"deprecated": [1, 19], "removed": [1, 22], "use": "networking.k8s.io/v1"},
		"IngressClass": {"deprecated": [1, 19], "removed": [1, 22], "use": "networking.k8s.io/v1"},
	},
	"node.k8s.io/v1beta1": {
		"RuntimeClass": {"deprecated": [1, 20], "removed": [1, 25], "use": "node.k8s.io/v1"},
	},
	"policy/v1beta1": {
		"PodDisruptionBudget": {"deprecated": [1, 21], "removed": [1, 25], "use": "policy/v1"},
		"PodSecurityPolicy": {"deprecated": [1, 21], "removed": [1, 25], "use": ""},
	},
	"rbac.authorization.k8s.io/v1alpha1": {
		"ClusterRole": {"deprecated": [1, 17], "removed": [1, 22], "use": "rbac.authorization.k8s.io/v1"},
		"ClusterRoleBinding": {"deprecated": [1, 17], "removed": [1, 22], "use": "rbac.authorization.k8s.io/v1"},
		"Role": {"deprecated": [1, 17], "removed": [1, 22], "use": "rbac.authorization.k8s.io/v1"},
		"RoleBinding": {"deprecated": [1, 17], "removed": [1, 22], "use": "rbac.authorization.k8s.io/v1"},
	},
	"rbac.authorization.k8s.io/v1beta1": {
		"ClusterRole": {"deprecated": [1, 17], "removed": [1, 22], "use": "rbac.authorization.k8s.io/v1"},
		"ClusterRoleBinding": {"deprecated": [1, 17], "removed": [1, 22], "use": "rbac.authorization.k8s.io/v1"},
		"Role": {"deprecated": [1, 17], "removed": [1, 22], "use": "rbac.authorization.k8s.io/v1"},
		"RoleBinding": {"deprecated": [1, 17], "removed": [1, 22], "use": "rbac.authorization.k8s.io/v1"},
	},
	"scheduling.k8s.io/v1beta1": {
		"PriorityClass": {"deprecated": [1, 14], "removed": [1, 22], "use": "scheduling.k8s.io/v1"},
	},
	"storage.k8s.io/v1beta1": {
		"CSIDriver": {"deprecated": [1, 19], "removed": [1, 22], "use": "storage.k8s.io/v1"},
		"CSINode": {"deprecated": [1, 17], "removed": [1, 22], "use": "storage.k8s.io/v1"},
		"CSIStorageCapacity": {"deprecated": [1, 24], "removed": [1, 27], "use": "storage.k8s.io/v1"},
		"StorageClass": {"deprecated": [1, 19], "removed": [1, 22], "use": "storage.k8s.io/v1"},
		"VolumeAttachment": {"deprecated": [1, 19], "removed": [1, 22], "use": "storage.k8s.io/v1"},
	},
	"v1": {
		"ComponentStatus": {"deprecated": [1, 19], "removed": null, "use": ""},
		"Endpoints": {"deprecated": [1, 33], "removed": null, "use": "discovery.k8s.io/v1 EndpointSlice"},
	},
}
