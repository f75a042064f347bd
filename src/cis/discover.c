/* SPDX-License-Identifier: Apache-2.0 */
#include "cis/discover.h"

#include <errno.h>

#include "doc/yaml.h"

enum { LINKS_MAX = 40 }; /* as the kernel follows */

#define PODS_MAX 256

const struct sw_cis_proc *sw_cis_process(struct sw_cis_node *n, struct sw_str bin)
{
	uint32_t count;
	const char *why;
	const struct sw_cis_proc *v = sw_cis_procs(n, &count, &why);
	size_t end = 0;
	while (end < bin.n && bin.p[end] > ' ')
		end++;
	struct sw_str first = sw_str_sub(bin, 0, end);
	const struct sw_cis_proc *found = NULL;
	for (uint32_t i = 0; v && i < count; i++) {
		struct sw_str arg0 = sw_str_base(sw_str_sub(v[i].args, 0, sw_str_chr(v[i].args, 0, 0)));
		bool named = sw_str_eq(v[i].comm, first) ||
			     (v[i].comm.n == 15 && sw_str_starts(first, v[i].comm));
		if (!named || !sw_str_eq(arg0, first))
			continue;
		if (!v[i].uid) /* before a user's process, who may call it what he likes and tell it any file */
			return &v[i];
		if (!found)
			found = &v[i];
	}
	return found;
}

bool sw_cis_flag(const struct sw_cis_proc *p, struct sw_str name, struct sw_str *ret)
{
	struct sw_str rest = p->args, arg;
	bool found = false;
	while (sw_str_split(&rest, 0, &arg)) {
		size_t dashes = sw_str_starts(arg, SW_STR("--")) ? 2 : arg.n && arg.p[0] == '-';
		arg = sw_str_sub(arg, dashes, arg.n);
		if (!dashes || !sw_str_starts(arg, name))
			continue;
		if (arg.n == name.n) {
			struct sw_str next = rest;
			*ret = SW_STR("true");
			if (sw_str_split(&next, 0, &arg) && arg.n && arg.p[0] != '-')
				*ret = arg;
			found = true; /* the last one wins */
		} else if (arg.p[name.n] == '=') {
			*ret = sw_str_sub(arg, name.n + 1, arg.n);
			found = true;
		}
	}
	return found;
}

static bool there(struct sw_cis_node *n, struct sw_str path)
{
	struct stat st;
	return path.n && path.p[0] == '/' && sw_cis_stat(n, path, true, &st) == 0;
}

static struct sw_value read_yaml(struct sw_cis_node *n, struct sw_arena *a, struct sw_str path)
{
	struct sw_str text;
	struct sw_yaml_stream *s;
	struct sw_yaml_doc doc = {0};
	if (sw_cis_read(n, a, path, &text) || sw_yaml_open(a, text, SW_YAML_K8S, NULL, &s, NULL) ||
		sw_yaml_next(s, a, &doc, NULL) <= 0)
		return sw_undef();
	return doc.root;
}

static bool pod_name(struct sw_str name)
{
	return sw_str_ends(name, SW_STR(".yaml")) || sw_str_ends(name, SW_STR(".yml")) || sw_str_ends(name, SW_STR(".json")) ||
	       sw_str_ends(name, SW_STR(".manifest"));
}

/* Nothing that is a link or lies behind one, unless it and all that it leads to are named like a pod. */
static bool may_be_pod(struct sw_cis_node *n, struct sw_arena *a, struct sw_str path, bool linked)
{
	struct stat st;
	struct sw_str to = path;
	if (sw_cis_stat(n, path, false, &st) || !(S_ISREG(st.st_mode) || S_ISLNK(st.st_mode)))
		return false;
	if (S_ISREG(st.st_mode) && !linked)
		return true;
	for (int hops = 0; hops < LINKS_MAX && pod_name(to); hops++) {
		struct sw_str next;
		if (sw_cis_stat(n, to, false, &st) || !S_ISLNK(st.st_mode) || sw_cis_readlink(n, a, to, &next))
			return true; /* the end of it, or a captured node does not say */
		struct sw_str dir = sw_str_sub(to, 0, sw_str_rfind(to, SW_STR("/")) + 1);
		bool absolute = sw_str_starts(next, SW_STR("/"));
		to = absolute ? next : sw_arena_printf(a, "%.*s%.*s", SW_STR_ARG(dir), SW_STR_ARG(next));
	}
	return false;
}

int sw_cis_pod_files(struct sw_cis_node *n, struct sw_arena *a, struct sw_str dir, struct sw_str **ret, uint32_t *ret_n)
{
	struct stat st;
	struct sw_str *names, *v;
	uint32_t count, k = 0;
	int rc = sw_cis_list(n, a, dir, &names, &count);
	if (rc)
		return rc;
	bool linked = !sw_cis_stat(n, dir, false, &st) && S_ISLNK(st.st_mode);
	v = sw_arena_new_array(a, PODS_MAX, struct sw_str);
	for (uint32_t i = 0; v && i < count && k < PODS_MAX; i++) {
		struct sw_str path = sw_arena_printf(a, "%.*s/%.*s", SW_STR_ARG(dir), SW_STR_ARG(names[i]));
		if (names[i].p[0] != '.' && may_be_pod(n, a, path, linked))
			v[k++] = path;
	}
	*ret = v;
	*ret_n = k;
	return v ? 0 : -EFBIG;
}

/* The folder of static pods that the kubelet watches; what runs from there has its manifest there. */
static bool manifest(struct sw_cis_node *n, struct sw_arena *a, struct sw_str bin, struct sw_str *ret)
{
	const struct sw_cis_proc *kubelet = sw_cis_process(n, SW_STR("kubelet"));
	struct sw_str dir = {0}, file, *paths;
	const char *why;
	uint32_t count;
	if (!kubelet)
		return false;
	if (!sw_cis_flag(kubelet, SW_STR("pod-manifest-path"), &dir)) {
		struct sw_value c = sw_cis_kubelet_config(n, a, SW_STR("kubelet"), &file, &why);
		dir = sw_value_getstr(c, "staticPodPath");
	}
	if (!dir.n || sw_cis_pod_files(n, a, dir, &paths, &count))
		return false;
	for (uint32_t i = 0; i < count; i++) {
		struct sw_value pod = read_yaml(n, a, paths[i]);
		struct sw_value cs = sw_value_path(pod, "spec", "containers", NULL);
		struct sw_value cmd = sw_object_gets(sw_array_at(cs, 0), SW_STR("command"));
		struct sw_value name = sw_array_at(cmd, 0);
		if (name.type != SW_STRING)
			continue;
		if (sw_str_eq(sw_str_base(sw_value_str(name)), bin)) {
			*ret = paths[i];
			return true;
		}
	}
	return false;
}

static struct sw_value overlay(struct sw_arena *a, struct sw_value base, struct sw_value top, int depth)
{
	struct sw_map m;
	if (base.type != SW_OBJECT || top.type != SW_OBJECT || depth > 16)
		return top;
	sw_map_init(&m, a);
	sw_object_foreach(it, base)
		sw_map_add(&m, it->k, it->v);
	sw_object_foreach(it, top)
		sw_map_add(&m, it->k, overlay(a, sw_object_get(base, it->k), it->v, depth + 1));
	return sw_map_object(&m);
}

struct sw_value sw_cis_kubelet_config(struct sw_cis_node *n, struct sw_arena *a,
	struct sw_str bin, struct sw_str *ret_file, const char **ret_why)
{
	const struct sw_cis_proc *p = sw_cis_process(n, bin);
	struct sw_str dir, *names;
	uint32_t count;
	*ret_file = (struct sw_str){0};
	*ret_why = "no kubelet is running";
	if (!p)
		return sw_undef();
	struct sw_value v = sw_empty_object();
	if (sw_cis_flag(p, SW_STR("config"), ret_file)) {
		*ret_why = "the kubelet's configuration cannot be read";
		v = read_yaml(n, a, *ret_file);
		if (v.type != SW_OBJECT)
			return sw_undef();
	}
	if (sw_cis_flag(p, SW_STR("config-dir"), &dir)) {
		*ret_why = "the kubelet's drop-in folder cannot be read";
		if (sw_cis_list(n, a, dir, &names, &count))
			return sw_undef();
		for (uint32_t i = 0; i < count; i++) {
			if (!sw_str_ends(names[i], SW_STR(".conf")))
				continue;
			struct sw_value top = read_yaml(n, a,
				sw_arena_printf(a, "%.*s/%.*s", SW_STR_ARG(dir), SW_STR_ARG(names[i])));
			if (top.type != SW_OBJECT)
				return sw_undef();
			v = overlay(a, v, top, 0);
		}
	}
	*ret_why = NULL;
	return v;
}

bool sw_cis_discover(struct sw_cis_node *n, struct sw_arena *a, struct sw_str component,
	struct sw_str bin, enum sw_cis_find what, struct sw_str *ret)
{
	static const char *const flags[] = {"", "config", "kubeconfig", "client-ca-file", "data-dir"};
	const struct sw_cis_proc *p = sw_cis_process(n, bin);
	struct sw_str path = {0}, file;
	const char *why;
	(void)component;
	if (!p || what == SW_CIS_FIND_NONE)
		return false;
	bool kubelet = sw_str_is(bin, "kubelet"), proxy = sw_str_is(bin, "kube-proxy");
	if (what == SW_CIS_FIND_CONFIG && !kubelet && !proxy) {
		/* CIS judges the pod specification of what runs as a static pod. */
		if (!manifest(n, a, bin, &path) && sw_str_is(bin, "etcd"))
			sw_cis_flag(p, SW_STR("config-file"), &path);
	} else {
		sw_cis_flag(p, sw_str_from(flags[what]), &path);
	}
	if (!path.n && kubelet && what == SW_CIS_FIND_CA) {
		struct sw_value c = sw_cis_kubelet_config(n, a, bin, &file, &why);
		struct sw_value v =
			sw_value_path(c, "authentication", "x509", "clientCAFile", NULL);
		if (v.type == SW_STRING)
			path = sw_value_str(v);
	}
	if (!path.n && proxy && what == SW_CIS_FIND_KUBECONFIG &&
		sw_cis_flag(p, SW_STR("config"), &file)) {
		struct sw_value v = sw_value_path(
			read_yaml(n, a, file), "clientConnection", "kubeconfig", NULL);
		if (v.type == SW_STRING)
			path = sw_value_str(v);
	}
	if (!there(n, path))
		return false;
	*ret = sw_arena_str(a, path);
	return true;
}
