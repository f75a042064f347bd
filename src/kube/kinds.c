/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/kinds.h"

#include "base/cleanup.h"

/* Sorted by group and kind. */
static const struct sw_kube_kind kinds[] = {
	{"", "Binding", "bindings", true},
	{"", "ComponentStatus", "componentstatuses", false},
	{"", "ConfigMap", "configmaps", true},
	{"", "Endpoints", "endpoints", true},
	{"", "Event", "events", true},
	{"", "LimitRange", "limitranges", true},
	{"", "Namespace", "namespaces", false},
	{"", "Node", "nodes", false},
	{"", "PersistentVolume", "persistentvolumes", false},
	{"", "PersistentVolumeClaim", "persistentvolumeclaims", true},
	{"", "Pod", "pods", true},
	{"", "PodTemplate", "podtemplates", true},
	{"", "ReplicationController", "replicationcontrollers", true},
	{"", "ResourceQuota", "resourcequotas", true},
	{"", "Secret", "secrets", true},
	{"", "Service", "services", true},
	{"", "ServiceAccount", "serviceaccounts", true},
	{"admissionregistration.k8s.io", "MutatingAdmissionPolicy", "mutatingadmissionpolicies",
		false},
	{"admissionregistration.k8s.io", "MutatingAdmissionPolicyBinding",
		"mutatingadmissionpolicybindings", false},
	{"admissionregistration.k8s.io", "MutatingWebhookConfiguration",
		"mutatingwebhookconfigurations", false},
	{"admissionregistration.k8s.io", "ValidatingAdmissionPolicy", "validatingadmissionpolicies",
		false},
	{"admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding",
		"validatingadmissionpolicybindings", false},
	{"admissionregistration.k8s.io", "ValidatingWebhookConfiguration",
		"validatingwebhookconfigurations", false},
	{"apiextensions.k8s.io", "CustomResourceDefinition", "customresourcedefinitions", false},
	{"apiregistration.k8s.io", "APIService", "apiservices", false},
	{"apps", "ControllerRevision", "controllerrevisions", true},
	{"apps", "DaemonSet", "daemonsets", true},
	{"apps", "Deployment", "deployments", true},
	{"apps", "ReplicaSet", "replicasets", true},
	{"apps", "StatefulSet", "statefulsets", true},
	{"authentication.k8s.io", "SelfSubjectReview", "selfsubjectreviews", false},
	{"authentication.k8s.io", "TokenRequest", "serviceaccounts/token", true},
	{"authentication.k8s.io", "TokenReview", "tokenreviews", false},
	{"authorization.k8s.io", "LocalSubjectAccessReview", "localsubjectaccessreviews", true},
	{"authorization.k8s.io", "SelfSubjectAccessReview", "selfsubjectaccessreviews", false},
	{"authorization.k8s.io", "SelfSubjectRulesReview", "selfsubjectrulesreviews", false},
	{"authorization.k8s.io", "SubjectAccessReview", "subjectaccessreviews", false},
	{"autoscaling", "HorizontalPodAutoscaler", "horizontalpodautoscalers", true},
	{"autoscaling", "Scale", "scales", true},
	{"batch", "CronJob", "cronjobs", true},
	{"batch", "Job", "jobs", true},
	{"certificates.k8s.io", "CertificateSigningRequest", "certificatesigningrequests", false},
	{"certificates.k8s.io", "ClusterTrustBundle", "clustertrustbundles", false},
	{"certificates.k8s.io", "PodCertificateRequest", "podcertificaterequests", true},
	{"coordination.k8s.io", "Lease", "leases", true},
	{"coordination.k8s.io", "LeaseCandidate", "leasecandidates", true},
	{"discovery.k8s.io", "EndpointSlice", "endpointslices", true},
	{"events.k8s.io", "Event", "events", true},
	{"extensions", "DaemonSet", "daemonsets", true},
	{"extensions", "Deployment", "deployments", true},
	{"extensions", "Ingress", "ingresses", true},
	{"extensions", "NetworkPolicy", "networkpolicies", true},
	{"extensions", "PodSecurityPolicy", "podsecuritypolicies", false},
	{"extensions", "ReplicaSet", "replicasets", true},
	{"flowcontrol.apiserver.k8s.io", "FlowSchema", "flowschemas", false},
	{"flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration",
		"prioritylevelconfigurations", false},
	{"internal.apiserver.k8s.io", "StorageVersion", "storageversions", false},
	{"networking.k8s.io", "IPAddress", "ipaddresses", false},
	{"networking.k8s.io", "Ingress", "ingresses", true},
	{"networking.k8s.io", "IngressClass", "ingressclasses", false},
	{"networking.k8s.io", "NetworkPolicy", "networkpolicies", true},
	{"networking.k8s.io", "ServiceCIDR", "servicecidrs", false},
	{"node.k8s.io", "RuntimeClass", "runtimeclasses", false},
	{"policy", "Eviction", "evictions", true},
	{"policy", "PodDisruptionBudget", "poddisruptionbudgets", true},
	{"policy", "PodSecurityPolicy", "podsecuritypolicies", false},
	{"rbac.authorization.k8s.io", "ClusterRole", "clusterroles", false},
	{"rbac.authorization.k8s.io", "ClusterRoleBinding", "clusterrolebindings", false},
	{"rbac.authorization.k8s.io", "Role", "roles", true},
	{"rbac.authorization.k8s.io", "RoleBinding", "rolebindings", true},
	{"resource.k8s.io", "DeviceClass", "deviceclasses", false},
	{"resource.k8s.io", "DeviceTaintRule", "devicetaintrules", false},
	{"resource.k8s.io", "ResourceClaim", "resourceclaims", true},
	{"resource.k8s.io", "ResourceClaimTemplate", "resourceclaimtemplates", true},
	{"resource.k8s.io", "ResourcePoolStatusRequest", "resourcepoolstatusrequests", false},
	{"resource.k8s.io", "ResourceSlice", "resourceslices", false},
	{"scheduling.k8s.io", "PodGroup", "podgroups", true},
	{"scheduling.k8s.io", "PriorityClass", "priorityclasses", false},
	{"scheduling.k8s.io", "Workload", "workloads", true},
	{"storage.k8s.io", "CSIDriver", "csidrivers", false},
	{"storage.k8s.io", "CSINode", "csinodes", false},
	{"storage.k8s.io", "CSIStorageCapacity", "csistoragecapacities", true},
	{"storage.k8s.io", "StorageClass", "storageclasses", false},
	{"storage.k8s.io", "VolumeAttachment", "volumeattachments", false},
	{"storage.k8s.io", "VolumeAttributesClass", "volumeattributesclasses", false},
	{"storagemigration.k8s.io", "StorageVersionMigration", "storageversionmigrations", false},
};

const struct sw_kube_kind *sw_kube_kinds(size_t *ret_n)
{
	*ret_n = SW_ARRAY_LEN(kinds);
	return kinds;
}

const struct sw_kube_kind *sw_kube_kind_find(struct sw_str group, struct sw_str kind)
{
	size_t lo = 0, hi = SW_ARRAY_LEN(kinds);
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		int c = sw_str_cmp(sw_str_from(kinds[mid].group), group);
		if (!c)
			c = sw_str_cmp(sw_str_from(kinds[mid].kind), kind);
		if (!c)
			return &kinds[mid];
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}
