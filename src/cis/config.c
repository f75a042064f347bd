/* SPDX-License-Identifier: Apache-2.0 */
#include "cis/config.h"

#include <errno.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/re2.h"
#include "cis/discover.h"
#include "doc/yaml.h"

#define MERGE_DEPTH 16
#define TEXT_MAX ((size_t)16 << 20)

static struct sw_value merge(struct sw_arena *a, struct sw_value base, struct sw_value own, int depth)
{
	struct sw_map m;
	if (base.type != SW_OBJECT || own.type != SW_OBJECT || depth > MERGE_DEPTH)
		return sw_defined(own) && own.type != SW_NULL ? own : base;
	sw_map_init(&m, a);
	sw_object_foreach(it, base)
		sw_map_add(&m, it->k, it->v);
	sw_object_foreach(it, own)
		sw_map_add(&m, it->k, merge(a, sw_object_get(base, it->k), it->v, depth + 1));
	return sw_map_object(&m);
}

static int parse_one(struct sw_arena *a, struct sw_str name, struct sw_str text,
	struct sw_value *ret, struct sw_error *err)
{
	struct sw_yaml_stream *s;
	struct sw_yaml_doc doc = {0};
	*ret = sw_undef();
	int rc = sw_yaml_open(a, text, SW_YAML_K8S, NULL, &s, err);
	if (!rc)
		rc = sw_yaml_next(s, a, &doc, err);
	if (rc < 0)
		return sw_error_prefix(err, "%.*s: ", SW_STR_ARG(name));
	*ret = doc.root;
	return 0;
}

int sw_cis_config_parse(struct sw_arena *a, struct sw_str base_name, struct sw_str base,
	struct sw_str own_name, struct sw_str own, struct sw_cis_config *ret, struct sw_error *err)
{
	struct sw_value b, o;
	int rc = parse_one(a, base_name, base, &b, err);
	if (!rc)
		rc = parse_one(a, own_name, own, &o, err);
	if (rc)
		return rc;
	ret->root = merge(a, b, o, 0);
	return 0;
}

/* ---- programs and files ---- */

/* The list under a key as one string each; one string is split at blanks, as viper does. */
static uint32_t strings(struct sw_value v, struct sw_str *out, uint32_t max)
{
	uint32_t n = 0;
	if (v.type == SW_ARRAY) {
		sw_array_foreach(it, v)
			if (it->type == SW_STRING && n < max)
				out[n++] = sw_value_str(*it);
	} else if (v.type == SW_STRING) {
		struct sw_str rest = sw_value_str(v), one;
		while (n < max && sw_str_split(&rest, ' ', &one))
			if (one.n)
				out[n++] = one;
	}
	return n;
}

/* The first word of the process list's line, its folder apart, begins with the name. */
static bool line_matches(struct sw_str line, struct sw_str bin)
{
	size_t word = 0, at = 0;
	while (word < line.n && line.p[word] > ' ')
		word++;
	for (size_t i = 0; i <= word && i < line.n; i = at) {
		if (sw_str_starts(sw_str_sub(line, i, line.n), bin))
			return true;
		at = sw_str_chr(line, '/', i);
		if (at == SW_NPOS || at >= word)
			return false;
		at++;
	}
	return false;
}

static bool runs(struct sw_cis_node *n, struct sw_str bin)
{
	uint32_t count;
	const char *why;
	const struct sw_cis_proc *v = sw_cis_procs(n, &count, &why);
	size_t end = 0;
	while (bin.n && (bin.p[0] == '\'' || bin.p[0] == '"'))
		bin = sw_str_sub(bin, 1, bin.n);
	while (bin.n && (bin.p[bin.n - 1] == '\'' || bin.p[bin.n - 1] == '"'))
		bin.n--;
	while (end < bin.n && bin.p[end] > ' ')
		end++;
	struct sw_str first = sw_str_sub(bin, 0, end);
	for (uint32_t i = 0; v && i < count; i++) {
		struct sw_str comm = v[i].comm;
		bool named = sw_str_eq(comm, first) || (comm.n == 15 && sw_str_starts(first, comm));
		if (named && line_matches(v[i].cmd, bin))
			return true;
	}
	return false;
}

static struct sw_value component(const struct sw_cis_config *c, struct sw_str target,
	struct sw_str name)
{
	return sw_object_gets(sw_object_gets(c->root, target), name);
}

static struct sw_str running(struct sw_cis_node *n, struct sw_value comp)
{
	struct sw_str bins[64];
	uint32_t k = strings(sw_object_gets(comp, SW_STR("bins")), bins, 64);
	for (uint32_t i = 0; i < k; i++)
		if (bins[i].n && runs(n, bins[i]))
			return bins[i];
	return (struct sw_str){0};
}

static const struct kind {
	const char *ext, *list, *def;
	enum sw_cis_find find;
} kinds[] = {
	{"conf", "confs", "defaultconf", SW_CIS_FIND_CONFIG},
	{"svc", "svc", "defaultsvc", SW_CIS_FIND_NONE},
	{"kubeconfig", "kubeconfig", "defaultkubeconfig", SW_CIS_FIND_KUBECONFIG},
	{"cafile", "cafile", "defaultcafile", SW_CIS_FIND_CA},
	{"datadir", "datadirs", "defaultdatadir", SW_CIS_FIND_DATA},
};

static bool find_file(struct sw_cis_node *n, struct sw_arena *a, struct sw_value comp,
	const struct kind *k, struct sw_str name, struct sw_str bin, bool guess, struct sw_str *ret)
{
	struct sw_str paths[128];
	struct stat st;
	uint32_t count = strings(sw_object_gets(comp, sw_str_from(k->list)), paths, 128);
	if (!guess && bin.n && count && sw_cis_discover(n, a, name, bin, k->find, ret))
		return true;
	for (uint32_t i = 0; i < count; i++) {
		*ret = paths[i];
		int rc = sw_cis_stat(n, paths[i], true, &st);
		if (!rc || rc == -EACCES)
			return true;
	}
	*ret = sw_value_getstr(comp, k->def);
	if (!ret->n)
		*ret = name;
	return false;
}

int sw_cis_vars(struct sw_cis_node *n, struct sw_arena *a, const struct sw_cis_config *c,
	struct sw_str target, bool guess, struct sw_cis_var **ret, uint32_t *ret_n,
	struct sw_error *err)
{
	struct sw_str names[64], bins[64];
	struct sw_value t = sw_object_gets(c->root, target);
	if (t.type != SW_OBJECT)
		return sw_error_set(err, SW_EINVALID, "config.yaml says nothing about the target %.*s",
			SW_STR_ARG(target));
	uint32_t count = strings(sw_object_gets(t, SW_STR("components")), names, 64), k = 0;
	struct sw_cis_var *v = sw_arena_zalloc(a, (count * 6 + 1) * sizeof(*v));
	for (uint32_t i = 0; v && i < count; i++) {
		struct sw_value comp = component(c, target, names[i]);
		struct sw_str list[1];
		bins[i] = running(n, comp);
		if (!strings(sw_object_gets(comp, SW_STR("bins")), list, 1))
			continue;
		v[k++] = (struct sw_cis_var){sw_arena_printf(a, "$%.*sbin", SW_STR_ARG(names[i])),
			bins[i].n ? bins[i] : names[i], true, bins[i].n > 0};
	}
	for (size_t x = 0; v && x < SW_ARRAY_LEN(kinds); x++)
		for (uint32_t i = 0; i < count; i++) {
			struct sw_value comp = component(c, target, names[i]);
			if (comp.type != SW_OBJECT)
				continue;
			struct sw_cis_var *w = &v[k++];
			w->name = sw_arena_printf(a, "$%.*s%s", SW_STR_ARG(names[i]), kinds[x].ext);
			w->found = find_file(
				n, a, comp, &kinds[x], names[i], bins[i], guess, &w->value);
		}
	if (!v || a->overflow)
		return sw_error_set(err, SW_ELIMIT, "the benchmark takes too much memory");
	*ret = v;
	*ret_n = k;
	return 0;
}

struct sw_str sw_cis_substitute(struct sw_arena *a, struct sw_str text,
	const struct sw_cis_var *vars, uint32_t n, struct sw_str *ret_bin)
{
	uint32_t bins = 0;
	*ret_bin = (struct sw_str){0};
	for (uint32_t i = 0; i < n; i++) {
		sw_autobuf b = {0};
		size_t at = 0, hit = sw_str_find(text, vars[i].name, 0);
		bool quote = sw_str_chr(sw_str_trim(vars[i].value), ' ', 0) != SW_NPOS;
		if (hit == SW_NPOS || !vars[i].value.n)
			continue;
		sw_buf_init(&b, TEXT_MAX);
		for (; hit != SW_NPOS; hit = sw_str_find(text, vars[i].name, at)) {
			sw_buf_addstr(&b, sw_str_sub(text, at, hit));
			sw_buf_printf(&b, quote ? "'%.*s'" : "%.*s", SW_STR_ARG(vars[i].value));
			at = hit + vars[i].name.n;
		}
		sw_buf_addstr(&b, sw_str_sub(text, at, text.n));
		text = sw_arena_str(a, sw_buf_str(&b));
		if (vars[i].is_bin && ++bins == 1)
			*ret_bin = vars[i].value;
	}
	if (bins != 1)
		*ret_bin = (struct sw_str){0};
	return text;
}

bool sw_cis_target_runs(struct sw_cis_node *n, struct sw_arena *a, const struct sw_cis_config *c,
	struct sw_str target)
{
	struct sw_str names[64], list[1];
	struct sw_value t = sw_object_gets(c->root, target);
	uint32_t count = strings(sw_object_gets(t, SW_STR("components")), names, 64), with = 0;
	(void)a;
	for (uint32_t i = 0; i < count; i++) {
		struct sw_value comp = component(c, target, names[i]);
		if (!strings(sw_object_gets(comp, SW_STR("bins")), list, 1))
			continue;
		with++;
		if (!running(n, comp).n && !sw_is_true(sw_object_gets(comp, SW_STR("optional"))))
			return false;
	}
	return with > 0;
}

bool sw_cis_target_valid(
	const struct sw_cis_config *c, struct sw_str benchmark, struct sw_str target)
{
	struct sw_value l =
		sw_object_gets(sw_object_gets(c->root, SW_STR("target_mapping")), benchmark);
	if (l.type != SW_ARRAY)
		return true;
	sw_array_foreach(it, l)
		if (it->type == SW_STRING && sw_str_ieq(sw_value_str(*it), target))
			return true;
	return false;
}

/* ---- versions ---- */

/* Which benchmark answers a platform: the newest row whose minor version is not above the asked. */
static const struct platform {
	const char *name;
	int minor;
	const char *benchmark;
} platforms[] = {
	{"aks", 0, "aks-1.0"}, {"aks", 25, "aks-1.8"}, {"aks", 29, "aks-1.7"},
	{"aks", 32, "aks-1.8"}, {"aliyun", 0, "ack-1.0"}, {"eks", 0, "eks-1.5.0"},
	{"eks", 15, "eks-1.0.1"}, {"eks", 20, "eks-1.5.0"}, {"eks", 29, "eks-1.7.0"},
	{"eks", 32, "eks-1.8.0"}, {"gke", 0, "gke-1.9.0"}, {"gke", 15, "gke-1.0"},
	{"gke", 20, "gke-1.2.0"}, {"gke", 28, "gke-1.6.0"}, {"gke", 30, "gke-1.8.0"},
	{"gke", 31, "gke-1.9.0"}, {"k3s", 0, "k3s-cis-1.9"}, {"k3s", 22, "k3s-cis-1.23"},
	{"k3s", 24, "k3s-cis-1.24"}, {"k3s", 25, "k3s-cis-1.7"}, {"k3s", 26, "k3s-cis-1.8"},
	{"k3s", 27, "k3s-cis-1.9"}, {"rancher", 0, "rke-cis-1.7"}, {"rancher", 23, "rke-cis-1.23"},
	{"rancher", 24, "rke-cis-1.24"}, {"rancher", 25, "rke-cis-1.7"}, {"rke2r", 0, "rke2-cis-1.8"},
	{"rke2r", 23, "rke2-cis-1.23"}, {"rke2r", 24, "rke2-cis-1.24"}, {"rke2r", 25, "rke2-cis-1.7"},
	{"rke2r", 26, "rke2-cis-1.8"}, {"vmware", 0, "tkgi-1.2.53"},
};

static const char *by_platform(struct sw_str name, int64_t minor)
{
	const char *best = NULL;
	for (size_t i = 0; i < SW_ARRAY_LEN(platforms); i++)
		if (sw_str_is(name, platforms[i].name) && platforms[i].minor <= minor)
			best = platforms[i].benchmark;
	return best;
}

/* "v1.32.1-eks-1234" -> major 1, minor 32, platform "eks" */
static bool split_version(struct sw_str v, int64_t *major, int64_t *minor, struct sw_str *platform)
{
	size_t i = v.n && v.p[0] == 'v', k;
	for (k = i; k < v.n && v.p[k] >= '0' && v.p[k] <= '9'; k++)
		;
	if (!sw_str_to_i64(sw_str_sub(v, i, k), major) || k >= v.n || v.p[k] != '.')
		return false;
	for (i = ++k; k < v.n && v.p[k] >= '0' && v.p[k] <= '9'; k++)
		;
	if (!sw_str_to_i64(sw_str_sub(v, i, k), minor))
		return false;
	while (k < v.n && v.p[k] != '-' && v.p[k] != '+')
		k++;
	for (i = ++k; k < v.n && ((v.p[k] | 32) >= 'a' && (v.p[k] | 32) <= 'z'); k++)
		;
	if (k < v.n && k > i && v.p[k] >= '0' && v.p[k] <= '9') /* k3s1, rke2r1, rancher1 */
		for (size_t e = k; e < v.n && v.p[e] != '-' && v.p[e] != '.' && v.p[e] != '+'; e++)
			if ((v.p[e] | 32) >= 'a' && (v.p[e] | 32) <= 'z')
				k = e + 1;
	*platform = i < v.n ? sw_str_sub(v, i, k) : (struct sw_str){0};
	return true;
}

struct sw_str sw_cis_benchmark_for(
	struct sw_arena *a, const struct sw_cis_config *c, struct sw_str version)
{
	int64_t major, minor;
	struct sw_str platform;
	struct sw_value map = sw_object_gets(c->root, SW_STR("version_mapping"));
	struct sw_value direct = sw_object_gets(map, version);
	if (direct.type == SW_STRING)
		return sw_value_str(direct);
	if (!split_version(version, &major, &minor, &platform))
		return (struct sw_str){0};
	const char *known = platform.n ? by_platform(platform, minor) : NULL;
	if (known)
		return sw_str_from(known);
	for (; minor >= 1 && minor < 1000; minor--) {
		char key[32];
		snprintf(key, sizeof(key), "%lld.%lld", (long long)major, (long long)minor);
		struct sw_value v = sw_object_gets(map, sw_str_from(key));
		if (v.type == SW_STRING)
			return sw_value_str(v);
	}
	(void)a;
	return (struct sw_str){0};
}

/* The image's tag in a static pod: registry.k8s.io/kube-apiserver:v1.31.2 */
static struct sw_str image_version(struct sw_cis_node *n, struct sw_arena *a, const char *file)
{
	struct sw_str text, line;
	if (sw_cis_read(n, a, sw_str_from(file), &text))
		return (struct sw_str){0};
	while (sw_str_split(&text, '\n', &line)) {
		size_t at = sw_str_find(line, SW_STR("image:"), 0), v;
		if (at == SW_NPOS || (v = sw_str_find(line, SW_STR(":v1."), at)) == SW_NPOS)
			continue;
		line = sw_str_sub(line, v + 1, line.n);
		for (v = 0; v < line.n && line.p[v] > ' ' && line.p[v] != '@' && line.p[v] != '"'; v++)
			;
		return sw_str_sub(line, 0, v);
	}
	return (struct sw_str){0};
}

struct sw_str sw_cis_node_version(struct sw_cis_node *n, struct sw_arena *a)
{
	static const char *const manifests[] = {"/etc/kubernetes/manifests/kube-apiserver.yaml",
		"/var/lib/rancher/rke2/agent/pod-manifests/kube-apiserver.yaml"};
	struct sw_value objects = sw_cis_objects(n);
	struct sw_str host = sw_cis_hostname(n), any = {0};
	if (objects.type == SW_ARRAY)
		sw_array_foreach(it, objects) {
			struct sw_value v = sw_value_path(
				*it, "status", "nodeInfo", "kubeletVersion", NULL);
			if (v.type != SW_STRING)
				continue;
			struct sw_value name = sw_value_path(*it, "metadata", "name", NULL);
			if (!any.n || (name.type == SW_STRING && sw_str_eq(sw_value_str(name), host)))
				any = sw_value_str(v);
		}
	for (size_t i = 0; !any.n && i < SW_ARRAY_LEN(manifests); i++)
		any = image_version(n, a, manifests[i]);
	return any;
}
