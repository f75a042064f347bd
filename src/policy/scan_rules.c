/* SPDX-License-Identifier: Apache-2.0 */
/* The rules behind findings that no check makes: input problems and the Pod Security Standards. */
#include "base/cleanup.h"
#include "policy/scan.h"

#define INPUT(number, level, what, why, how)                                                       \
	{                                                                                          \
		.id = SW_STR_INIT("SW-INPUT-" number), .title = SW_STR_INIT(what),                 \
		.description = SW_STR_INIT(why), .remediation = SW_STR_INIT(how),                  \
		.category = SW_STR_INIT("input"), .engine = SW_STR_INIT("input"),                  \
		.source = SW_STR_INIT("builtin"), .severity = level                                \
	}

static const struct sw_rule input_rules[SW_INPUT__COUNT] = {
	[SW_INPUT_UNREADABLE] = INPUT("001", SW_SEV_MEDIUM, "File or folder cannot be read",
		"What is in it was not judged.", "Make it readable, or leave it out of the scan."),
	[SW_INPUT_BROKEN] = INPUT("002", SW_SEV_MEDIUM, "Document is broken",
		"It is not the YAML or JSON that it should be. Nothing in it was judged, and "
		"Kubernetes would refuse it.",
		"Correct the document at the place shown."),
	[SW_INPUT_TEMPLATE] = INPUT("003", SW_SEV_LOW, "Template was not rendered",
		"The file becomes a manifest only when a tool fills it in. What comes out was not "
		"judged.",
		"Scan what the template renders to: helm template CHART | seawall scan -"),
	[SW_INPUT_NOT_KUBERNETES] = INPUT("004", SW_SEV_INFO, "Document is no Kubernetes object",
		"It has no apiVersion and kind, so that there is nothing to judge.",
		"Leave it out of the scan, or add what is missing."),
	[SW_INPUT_NOT_RENDERED] =
		INPUT("005", SW_SEV_LOW, "Kustomization or chart was not rendered",
			"What it describes as a whole was not judged; plain manifests in it were, "
			"each by itself.",
			"Install the tool named, or scan what it renders: kubectl kustomize FOLDER "
			"| seawall scan -"),
	[SW_INPUT_LIMIT] = INPUT("006", SW_SEV_MEDIUM, "Input is larger or deeper than the limit",
		"It was not judged. Limits keep hostile input from taking all memory.",
		"Split the input, or raise the limit."),
	[SW_INPUT_BINARY] = INPUT("007", SW_SEV_LOW, "File is no text",
		"It has the name of a manifest but holds binary data.",
		"Rename it, or leave it out of the scan."),
	[SW_INPUT_EMPTY] = INPUT("008", SW_SEV_INFO, "File is empty",
		"There is no document in it to judge.", "Remove it, or leave it out of the scan."),
	[SW_INPUT_PATCH] = INPUT("009", SW_SEV_LOW, "Part of a kustomization was not judged",
		"The file only changes other objects; it was not applied, since the kustomization "
		"was not rendered.",
		"Scan what the kustomization renders: kubectl kustomize FOLDER | seawall scan -"),
	[SW_INPUT_NOT_LISTED] = INPUT("010", SW_SEV_MEDIUM, "Resource of the cluster was not listed",
		"The API server did not give it: these credentials may not list it, or the server behind "
		"it does not answer. None of its objects was judged, and checks of the whole cluster did "
		"not see them.",
		"Grant get and list on it to whoever scans (deploy/scan), or repair the "
		"APIService."),
	[SW_INPUT_PARTIAL] = INPUT("011", SW_SEV_INFO, "Only part of an object was read",
		"Checks of what was not read did not happen.", "Scan with --secrets to read Secrets whole."),
};

const struct sw_rule *sw_scan_input_rule(enum sw_input_problem_kind kind)
{
	return &input_rules[(unsigned)kind < SW_INPUT__COUNT ? kind : SW_INPUT_BROKEN];
}

static const struct sw_str pss_reference[] = {
	SW_STR_INIT("https://kubernetes.io/docs/concepts/security/pod-security-standards/")};

#define PSS(level, check, sev, what, why, how)                                                     \
	{                                                                                          \
		.id = SW_STR_INIT("PSS-" check), .title = SW_STR_INIT(what),                       \
		.description = SW_STR_INIT(why), .remediation = SW_STR_INIT(how),                  \
		.category = SW_STR_INIT("workload"), .engine = SW_STR_INIT("pss"),                 \
		.source = SW_STR_INIT("builtin"), .severity = sev, .references = pss_reference,    \
		.n_references = 1,                                                                 \
		.frameworks = (const struct sw_framework_ref[]){{SW_STR_INIT("pss"),               \
			SW_STR_INIT(level "/" check)}},                                            \
		.n_frameworks = 1                                                                  \
	}

#define BASELINE(check, sev, what, why, how) PSS("baseline", check, sev, what, why, how)
#define RESTRICTED(check, what, why, how) PSS("restricted", check, SW_SEV_MEDIUM, what, why, how)

static const struct sw_rule pss_rules[] = {
	BASELINE("appArmorProfile", SW_SEV_MEDIUM, "AppArmor profile is turned off",
		"AppArmor limits what a program may do even as root. Without it one hole less "
		"stands between an intruder "
		"and the node.",
		"Use RuntimeDefault or a Localhost profile."),
	BASELINE("capabilities_baseline", SW_SEV_HIGH,
		"Container has more capabilities than the default",
		"Each capability is a piece of root's power over the node.",
		"Remove the capabilities that the program does not need."),
	BASELINE("hostNamespaces", SW_SEV_HIGH, "Pod shares the node's namespaces",
		"The pod sees the node's network, processes or shared memory, past every wall "
		"between pods.",
		"Remove hostNetwork, hostPID and hostIPC."),
	BASELINE("hostPathVolumes", SW_SEV_HIGH, "Pod mounts a folder of the node",
		"Files of the node can be read, and often changed, from inside the pod.",
		"Use another kind of volume."),
	BASELINE("hostPorts", SW_SEV_MEDIUM, "Container takes a port of the node",
		"The port is open on the node's own address, past network policies.",
		"Remove hostPort and use a Service."),
	BASELINE("hostProbesAndHostLifecycle", SW_SEV_MEDIUM,
		"Probe or lifecycle handler calls another host",
		"The kubelet can be made to send requests from the node to any address.",
		"Remove the host field."),
	BASELINE("privileged", SW_SEV_CRITICAL, "Container runs privileged",
		"A privileged container has all rights of root on the node.", "Remove privileged."),
	BASELINE("procMount", SW_SEV_HIGH, "Container unmasks /proc",
		"Kernel settings and secrets of the node become visible.",
		"Remove procMount, or run the pod in a user namespace."),
	BASELINE("seLinuxOptions", SW_SEV_MEDIUM, "SELinux type, user or role is changed",
		"SELinux no longer keeps the container in its place.",
		"Use one of the container types, and no user or role."),
	BASELINE("seccompProfile_baseline", SW_SEV_MEDIUM, "Seccomp is turned off",
		"The container may use every system call, also those that exploits need.",
		"Use RuntimeDefault or a Localhost profile."),
	BASELINE("sysctls", SW_SEV_MEDIUM, "Unsafe kernel parameters are set",
		"They change the kernel for more than this pod, or open attacks on it.",
		"Keep to the safe sysctls."),
	BASELINE("windowsHostProcess", SW_SEV_CRITICAL,
		"Container runs as a process of the Windows host",
		"It has the host's rights and none of a container's limits.",
		"Remove hostProcess."),
	RESTRICTED("allowPrivilegeEscalation", "Container may gain more privileges than its parent",
		"Programs such as sudo can make an intruder root.",
		"Set allowPrivilegeEscalation to false."),
	RESTRICTED("capabilities_restricted", "Container keeps capabilities it may not need",
		"The default set holds rights, such as raw network access, that hardly any program "
		"needs.",
		"Drop ALL and add at most NET_BIND_SERVICE."),
	RESTRICTED("procMount_restricted", "Container unmasks /proc",
		"Kernel settings and secrets of the node become visible.", "Remove procMount."),
	RESTRICTED("restrictedVolumes", "Pod uses a kind of volume that is not allowed",
		"Volumes that are not defined by the cluster's administrators can reach the node "
		"or foreign storage.",
		"Use a persistentVolumeClaim or one of the pod's own kinds."),
	RESTRICTED("runAsNonRoot", "Container may run as root",
		"Root inside a container is the same user as root on the node.",
		"Set runAsNonRoot to true."),
	RESTRICTED("runAsUser", "Container runs as user 0",
		"Root inside a container is the same user as root on the node.",
		"Choose another user."),
	RESTRICTED("seccompProfile_restricted", "No seccomp profile is set",
		"The container may use every system call, also those that exploits need.",
		"Set seccompProfile.type to RuntimeDefault."),
};

static const struct sw_rule pss_labels = {
	.id = SW_STR_INIT("PSS-labels"),
	.title = SW_STR_INIT("Pod Security labels of a namespace are unknown or wrong"),
	.description = SW_STR_INIT("Which level holds for its pods is said by labels of the namespace. Where it was not read, "
				   "its pods were not judged; of a label that is wrong Kubernetes takes another value than was "
				   "meant."),
	.remediation = SW_STR_INIT("Scan the namespace together with its pods, and set "
				   "pod-security.kubernetes.io/enforce to privileged, baseline or restricted."),
	.category = SW_STR_INIT("namespace"),
	.engine = SW_STR_INIT("pss"),
	.source = SW_STR_INIT("builtin"),
	.severity = SW_SEV_MEDIUM,
	.references = pss_reference,
	.n_references = 1,
};

const struct sw_rule *sw_pss_rule(const char *id)
{
	if (strcmp(id, "labels") == 0)
		return &pss_labels;
	for (size_t i = 0; i < SW_ARRAY_LEN(pss_rules); i++)
		if (strcmp(pss_rules[i].id.p + 4, id) == 0)
			return &pss_rules[i];
	return NULL;
}
