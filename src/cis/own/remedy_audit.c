/* SPDX-License-Identifier: Apache-2.0 */
/* An audit policy where there is none, and the rules in front of those that hide or tell too much; mounts for them. */
#include "base/cleanup.h"
#include "cis/own/condition.h"
#include "cis/own/fix.h"
#include "doc/json.h"

/* What the log must have, by metadata alone: nothing secret is in that. */
static const char watched[] =
	"{\"level\":\"Metadata\",\"resources\":["
	"{\"group\":\"\",\"resources\":[\"secrets\",\"configmaps\",\"serviceaccounts\",\"serviceaccounts/token\",\"pods\","
	"\"pods/exec\",\"pods/attach\",\"pods/portforward\",\"pods/ephemeralcontainers\",\"nodes/proxy\",\"namespaces\"]},"
	"{\"group\":\"apps\"},{\"group\":\"batch\"},{\"group\":\"rbac.authorization.k8s.io\"},"
	"{\"group\":\"admissionregistration.k8s.io\"},{\"group\":\"authentication.k8s.io\"},"
	"{\"group\":\"certificates.k8s.io\"},{\"group\":\"networking.k8s.io\"},{\"group\":\"apiextensions.k8s.io\"}]}";
static const char quiet[] =
	"{\"level\":\"Metadata\",\"resources\":["
	"{\"group\":\"\",\"resources\":[\"secrets\",\"configmaps\",\"serviceaccounts/token\"]},"
	"{\"group\":\"authentication.k8s.io\",\"resources\":[\"tokenreviews\"]}]}";
static const char policy[] = "apiVersion: audit.k8s.io/v1\n"
			     "kind: Policy\n"
			     "omitStages: [RequestReceived]\n"
			     "rules:\n"
			     "- level: None\n"
			     "  nonResourceURLs: [/livez*, /readyz*, /healthz*, /version]\n"
			     "- level: None\n"
			     "  resources:\n"
			     "  - group: coordination.k8s.io\n"
			     "    resources: [leases]\n"
			     "- level: Metadata\n";

bool sw_cis_remedy_audit_rule(struct sw_cis_judging *j, struct sw_str file, bool secrets)
{
	struct sw_value rule, root = sw_cis_plan_yaml(j, file);
	if (sw_object_gets(root, SW_STR("rules")).type != SW_ARRAY ||
		sw_json_parse(j->a, sw_str_from(secrets ? quiet : watched), 0, NULL, &rule, NULL, NULL))
		return false;
	struct sw_patch_op op = {.kind = SW_PATCH_ADD, .path = SW_STR("/rules/0"), .value = rule};
	return sw_cis_plan_splice(j, file, &op, 1);
}

bool sw_cis_remedy_mount(struct sw_cis_judging *j, const struct sw_cis_component *c, struct sw_str path, bool folder)
{
	struct sw_value mount, volume, pod = sw_cis_plan_yaml(j, c->file_args_from);
	struct sw_value one = sw_array_at(sw_value_path(pod, "spec", "containers", NULL), 0);
	struct sw_value mounts = sw_object_gets(one, SW_STR("volumeMounts"));
	struct sw_value volumes = sw_value_path(pod, "spec", "volumes", NULL);
	struct sw_patch_op ops[2] = {{.kind = SW_PATCH_ADD, .path = SW_STR("/spec/containers/0/volumeMounts/-")},
		{.kind = SW_PATCH_ADD, .path = SW_STR("/spec/volumes/-")}};
	sw_autobuf word = {0};
	if (!sw_str_is(c->layout, "static pod") || sw_str_starts(c->file_args_from, SW_STR("/var/lib/rancher/")))
		return true; /* it sees the node's files, or is given them */
	for (uint32_t i = 0; mounts.type == SW_ARRAY && i < mounts.n; i++) {
		struct sw_str at = sw_value_getstr(sw_array_at(mounts, i), "mountPath");
		bool writable = !sw_is_true(sw_object_gets(sw_array_at(mounts, i), SW_STR("readOnly")));
		if (at.n && sw_str_starts(path, at) && (path.n == at.n || path.p[at.n] == '/'))
			return writable || !folder;
	}
	sw_buf_init(&word, 4096);
	sw_json_write_str(&word, path, 0);
	struct sw_str q = sw_buf_str(&word);
	struct sw_str base = sw_str_base(path);
	char *name = sw_arena_cstr(j->a, sw_arena_printf(j->a, "%s%.*s", folder ? "folder-" : "file-", SW_STR_ARG(base)));
	for (char *p = name; p && *p; p++) /* a volume's name is a DNS label */
		*p = (*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') ? *p : '-';
	if (!name || strlen(name) > 63)
		return false;
	struct sw_str m = sw_arena_printf(j->a, "{\"mountPath\":%.*s,\"name\":\"%s\"%s}", SW_STR_ARG(q), name,
		folder ? "" : ",\"readOnly\":true");
	struct sw_str v = sw_arena_printf(j->a, "{\"hostPath\":{\"path\":%.*s,\"type\":\"%s\"},\"name\":\"%s\"}", SW_STR_ARG(q),
		folder ? "DirectoryOrCreate" : "File", name);
	if (sw_json_parse(j->a, m, 0, NULL, &mount, NULL, NULL) || sw_json_parse(j->a, v, 0, NULL, &volume, NULL, NULL))
		return false;
	struct sw_value *lists[] = {&mounts, &volumes}, items[] = {mount, volume};
	for (int i = 0; i < 2; i++) {
		struct sw_list l;
		sw_list_init(&l, j->a);
		sw_list_add(&l, items[i]);
		bool there = lists[i]->type == SW_ARRAY && lists[i]->n;
		ops[i].value = there ? items[i] : sw_list_array(&l);
		if (!there) {
			ops[i].path.n -= 2;
			ops[i].kind = sw_defined(*lists[i]) ? SW_PATCH_REPLACE : SW_PATCH_ADD;
		}
	}
	return sw_cis_plan_splice(j, c->file_args_from, ops, 2);
}

bool sw_cis_remedy_audit_policy(struct sw_cis_judging *j, const struct sw_cis_component *c)
{
	bool k3s = sw_str_is(c->layout, "k3s");
	struct sw_str file = k3s ? SW_STR("/etc/rancher/k3s/audit-policy.yaml") : SW_STR("/etc/kubernetes/audit-policy.yaml");
	struct sw_str text;
	if (sw_str_starts(c->file_args_from, SW_STR("/var/lib/rancher/rke2/")))
		return false; /* it makes one itself */
	if (sw_cis_plan_text(j, file, &text) && !sw_cis_plan_put(j, file, SW_STR(policy)))
		return false;
	return sw_cis_remedy_tell(j, c, SW_STR("audit-policy-file"), SW_STR(""), &file, false) &&
	       sw_cis_remedy_mount(j, c, file, false);
}
