/* SPDX-License-Identifier: Apache-2.0 */
/*
 * On OpenShift operators write a node's files anew from objects of the cluster: what is mended there is the object.
 * Only what Red Hat supports is offered; `unsupportedConfigOverrides`, which ends upgrades, is not.
 * (docs.openshift.com: KubeletConfig and MachineConfig of machineconfiguration.openshift.io/v1, APIServer of
 * config.openshift.io/v1.)
 */
#include "base/base64.h"
#include "base/cleanup.h"
#include "cis/own/condition.h"
#include "cis/own/fix.h"
#include "doc/json.h"

enum { FILE_MODE = 0644 };

bool sw_cis_openshift(struct sw_cis_judging *j, const struct sw_cis_component *c)
{
	struct sw_str text;

	if (c && (sw_str_has(c->args, SW_STR("node.openshift.io/os_id")) || sw_str_has(c->args, SW_STR("--openshift-config"))))
		return true;
	return !sw_cis_read(j->n, j->a, SW_STR("/etc/os-release"), &text) && sw_str_has(text, SW_STR("OPENSHIFT_VERSION="));
}

/* The MachineConfigPool that the node is in, where nobody made one of his own. */
static const char *pool(struct sw_cis_judging *j)
{
	struct stat st;

	return sw_cis_stat(j->n, SW_STR("/etc/kubernetes/manifests/kube-apiserver-pod.yaml"), true, &st) ? "worker" : "master";
}

static struct sw_str json_word(struct sw_cis_judging *j, struct sw_value v)
{
	sw_autobuf b = {0};

	sw_buf_init(&b, (size_t)64 << 10);
	sw_json_write(&b, v, 0);
	return b.overflow ? (struct sw_str){0} : sw_cis_shell_word(j->a, sw_arena_str(j->a, sw_buf_str(&b)));
}

/* Made where it is missing, then given the key: each control adds to what those before it asked for. */
bool sw_cis_openshift_kubelet(struct sw_cis_judging *j, struct sw_str path, struct sw_value v)
{
	static const char *const refused[] = {"cgroupDriver", "clusterDNS", "clusterDomain", "featureGates", "staticPodPath"};
	struct sw_str first = sw_str_sub(path, 0, sw_str_chr(path, '.', 0));
	const char *p = pool(j);

	for (size_t i = 0; i < SW_ARRAY_LEN(refused); i++) /* the machine config operator takes none of these */
		if (sw_str_is(first, refused[i]))
			return false;
	struct sw_str made = sw_arena_printf(j->a,
		"oc get kubeletconfig seawall-%s -o name 2>/dev/null || echo "
		"'{\"apiVersion\":\"machineconfiguration.openshift.io/v1\",\"kind\":\"KubeletConfig\",\"metadata\":{\"name\":\"seawall-%s\"},"
		"\"spec\":{\"machineConfigPoolSelector\":{\"matchLabels\":{\"pools.operator.machineconfiguration.openshift.io/%s\":\"\"}},"
		"\"kubeletConfig\":{}}}' | oc create -f -  # a pool that has another KubeletConfig: patch that one",
		p, p, p);
	struct sw_str patch = json_word(j,
		sw_cis_nested(j, sw_arena_printf(j->a, "spec.kubeletConfig.%.*s", SW_STR_ARG(path)), v));
	return patch.n && (sw_str_has(j->plan.commands, made) || sw_cis_plan_command(j, made)) &&
	       sw_cis_plan_command(j,
		       sw_arena_printf(j->a, "oc patch kubeletconfig seawall-%s --type=merge -p %.*s", p, SW_STR_ARG(patch)));
}

bool sw_cis_openshift_apiserver(struct sw_cis_judging *j, const char *spec)
{
	struct sw_str command = sw_arena_printf(j->a, "oc patch apiserver cluster --type=merge -p '{\"spec\":%s}'", spec);

	return sw_str_has(j->plan.commands, command) || sw_cis_plan_command(j, command);
}

bool sw_cis_openshift_flag(struct sw_cis_judging *j, const struct sw_cis_component *c, struct sw_str flag)
{
	if (c->id != SW_CIS_APISERVER)
		return false;
	if (sw_str_is(flag, "encryption-provider-config"))
		return sw_cis_openshift_apiserver(j, "{\"encryption\":{\"type\":\"aesgcm\"}}");
	return (sw_str_is(flag, "tls-min-version") || sw_str_is(flag, "tls-cipher-suites")) &&
	       sw_cis_openshift_apiserver(j, "{\"tlsSecurityProfile\":{\"type\":\"Intermediate\",\"intermediate\":{}}}");
}

/* As a data URL (RFC 2397). */
static struct sw_str data_url(struct sw_cis_judging *j, struct sw_str text)
{
	sw_autobuf b = {0};

	sw_buf_init(&b, (size_t)64 << 10);
	sw_buf_addz(&b, "data:,");
	sw_percent_encode(&b, text, "/:");
	return b.overflow ? (struct sw_str){0} : sw_arena_str(j->a, sw_buf_str(&b));
}

bool sw_cis_openshift_file(struct sw_cis_judging *j, struct sw_str folder, struct sw_str key, struct sw_str text)
{
	const char *p = pool(j);
	char *name = sw_arena_cstr(j->a, key);
	sw_autobuf b = {0};

	for (char *c = name; c && *c; c++) /* of an object: a DNS name */
		*c = (*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') ? *c : *c >= 'A' && *c <= 'Z' ? (char)(*c + 32) : '-';
	struct sw_str url = data_url(j, text);
	if (!name || !url.n)
		return false;
	sw_buf_init(&b, (size_t)64 << 10);
	sw_buf_printf(&b,
		"{\"apiVersion\":\"machineconfiguration.openshift.io/v1\",\"kind\":\"MachineConfig\",\"metadata\":{\"name\":\"99-%s-seawall-%s\","
		"\"labels\":{\"machineconfiguration.openshift.io/role\":\"%s\"}},\"spec\":{\"config\":{\"ignition\":{\"version\":\"3.2.0\"},"
		"\"storage\":{\"files\":[{\"path\":",
		p, name, p);
	sw_json_write_str(&b, sw_arena_printf(j->a, "%.*s/99-seawall-%s.conf", SW_STR_ARG(folder), name), 0);
	sw_buf_printf(&b, ",\"mode\":%d,\"overwrite\":true,\"contents\":{\"source\":", FILE_MODE);
	sw_json_write_str(&b, url, 0);
	sw_buf_addz(&b, "}}]}}}}");
	return !b.overflow &&
	       sw_cis_plan_command(j, sw_arena_printf(j->a, "echo %.*s | oc apply -f -",
					      SW_STR_ARG(sw_cis_shell_word(j->a, sw_buf_str(&b)))));
}
