/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kubectl over the objects that were given: get (json, yaml, jsonpath, custom-columns, name),
 * auth can-i, api-resources. With a live cluster (live.h) they are what its API server lists; without
 * it and without objects there is no answer. `oc` is the same for what audits ask of it.
 */
#include <stdlib.h>

#include "base/cleanup.h"
#include "cis/jsonpath/jsonpath.h"
#include "cis/live.h"
#include "cis/sh/impl.h"
#include "doc/json.h"
#include "doc/yaml.h"

struct get {
	struct sh *sh;
	const struct sh_io *io;
	struct sw_str kinds, name, ns, output, field_selector, selector, as, raw;
	struct sw_cis_live *live;
	bool all, no_headers, ignore_not_found;
	struct sh_args words;
};

static struct sw_str lower(struct sh *sh, struct sw_str s)
{
	char *p = sw_arena_memdup(sh->arena, s.p, s.n);
	for (size_t i = 0; p && i < s.n; i++)
		if (p[i] >= 'A' && p[i] <= 'Z')
			p[i] = (char)(p[i] | 32);
	return sw_str_make(p, p ? s.n : 0);
}

static const struct {
	const char *name, *kind;
} shorts[] = {{"po", "pod"}, {"sa", "serviceaccount"}, {"ns", "namespace"}, {"no", "node"},
	{"svc", "service"}, {"cm", "configmap"}, {"netpol", "networkpolicy"},
	{"deploy", "deployment"}, {"ds", "daemonset"}, {"sts", "statefulset"},
	{"rs", "replicaset"}, {"ing", "ingress"}, {"psp", "podsecuritypolicy"},
	{"crd", "customresourcedefinition"}, {"pv", "persistentvolume"},
	{"pvc", "persistentvolumeclaim"}, {"cj", "cronjob"}, {"ep", "endpoints"}};

static const char *const in_all[] = {"pod", "service", "daemonset", "deployment", "replicaset",
	"statefulset", "job", "cronjob", "replicationcontroller"};

/* Does a word such as "pods", "networkpolicy", "roles.rbac.authorization.k8s.io" name this kind? */
static bool names_kind(struct sw_str word, struct sw_str kind)
{
	word = sw_str_sub(word, 0, sw_str_chr(word, '.', 0));
	if (sw_str_is(word, "all")) {
		for (size_t i = 0; i < SW_ARRAY_LEN(in_all); i++)
			if (sw_str_is(kind, in_all[i]))
				return true;
		return false;
	}
	for (size_t i = 0; i < SW_ARRAY_LEN(shorts); i++)
		if (sw_str_is(word, shorts[i].name))
			word = sw_str_from(shorts[i].kind);
	if (sw_str_eq(word, kind))
		return true;
	if (!sw_str_starts(word, sw_str_sub(kind, 0, kind.n - (kind.n > 0))))
		return false;
	struct sw_str tail = sw_str_sub(word, kind.n - 1, word.n);
	return sw_str_is(tail, "ies") ? kind.p[kind.n - 1] == 'y'
				      : sw_str_starts(word, kind) &&
						(sw_str_is(sw_str_sub(word, kind.n, word.n), "s") ||
							sw_str_is(sw_str_sub(word, kind.n, word.n), "es"));
}

static struct sw_str meta(struct sw_value o, const char *key)
{
	struct sw_value v = sw_value_path(o, "metadata", key, NULL);
	return v.type == SW_STRING ? sw_value_str(v) : (struct sw_str){0};
}

/* a=b, a==b, a!=b over a path of the object or a label */
static bool selected(struct sw_str selector, struct sw_value o, bool labels)
{
	struct sw_str one;
	while (sw_str_split(&selector, ',', &one)) {
		size_t eq = sw_str_chr(one, '=', 0);
		bool no = eq != SW_NPOS && eq && one.p[eq - 1] == '!';
		struct sw_str key = sw_str_trim(sw_str_sub(one, 0, eq == SW_NPOS ? one.n : eq - no));
		struct sw_str want = eq == SW_NPOS ? SW_STR("") : sw_str_sub(one, eq + 1, one.n), piece;
		struct sw_value v = o;
		if (want.n && want.p[0] == '=')
			want = sw_str_sub(want, 1, want.n);
		if (labels)
			v = sw_object_gets(sw_value_path(o, "metadata", "labels", NULL), key);
		else
			while (sw_str_split(&key, '.', &piece))
				v = sw_object_gets(v, piece);
		if (eq == SW_NPOS ? !sw_defined(v)
				  : (v.type == SW_STRING && sw_str_eq(sw_value_str(v), want)) == no)
			return false;
	}
	return true;
}

static bool wanted(struct get *g, struct sw_value o)
{
	struct sw_str kinds = g->kinds, one, kind = lower(g->sh, sw_value_getstr(o, "kind"));
	bool hit = g->live != NULL; /* what was asked of the server is of these kinds */
	while (!hit && sw_str_split(&kinds, ',', &one))
		hit = kind.n && names_kind(one, kind);
	struct sw_str ns = meta(o, "namespace");
	if (!hit || (g->name.n && !sw_str_eq(meta(o, "name"), g->name)))
		return false;
	if (ns.n && !g->all && !sw_str_eq(ns, g->ns.n ? g->ns : SW_STR("default")))
		return false;
	return (!g->field_selector.n || selected(g->field_selector, o, false)) &&
	       (!g->selector.n || selected(g->selector, o, true));
}

static void columns(struct get *g, struct sw_value o, struct sw_str spec)
{
	struct sw_str one;
	bool first = true;
	while (sw_str_split(&spec, ',', &one)) {
		sw_autobuf b = {0};
		size_t colon = sw_str_chr(one, ':', 0);
		struct sw_str path = sw_str_sub(one, colon == SW_NPOS ? one.n : colon + 1, one.n);
		struct sw_str t = sw_arena_printf(g->sh->arena, "{range %s%.*s}{@}{\",\"}{end}",
			path.n && path.p[0] == '.' ? "" : ".", SW_STR_ARG(path));
		sw_buf_init(&b, SH_PIPE_MAX);
		if (sw_cis_jsonpath(g->sh->arena, t, o, 0, &b, NULL))
			sh_unknown(g->sh, "the column %.*s", SW_STR_ARG(one));
		sw_buf_addz(g->io->out, first ? "" : "   ");
		first = false;
		if (b.n > 1)
			sw_buf_add(g->io->out, b.p, b.n - 1);
		else
			sw_buf_addz(g->io->out, "<none>");
	}
	sw_buf_addch(g->io->out, '\n');
}

static struct sw_value as_list(struct sh *sh, struct sw_list *l)
{
	struct sw_map m, md;
	sw_map_init(&m, sh->arena);
	sw_map_init(&md, sh->arena);
	sw_map_adds(&md, "resourceVersion", SW_VSTR(""));
	sw_map_adds(&m, "apiVersion", SW_VSTR("v1"));
	sw_map_adds(&m, "kind", SW_VSTR("List"));
	sw_map_adds(&m, "metadata", sw_map_object(&md));
	sw_map_adds(&m, "items", l->n ? sw_list_array(l) : sw_empty_array());
	return sw_map_object(&m);
}

static int show_values(struct get *g, struct sw_list *l)
{
	struct sw_error err = {0};
	struct sw_str o = g->output, tail = {0};
	struct sw_value v = g->name.n ? l->v[0] : as_list(g->sh, l);
	size_t eq = sw_str_chr(o, '=', 0);
	if (eq != SW_NPOS) {
		tail = sw_str_sub(o, eq + 1, o.n);
		o = sw_str_sub(o, 0, eq);
	}
	if (sw_str_is(o, "json")) {
		sw_json_write(g->io->out, v, SW_JSON_PRETTY);
		sw_buf_addch(g->io->out, '\n');
	} else if (sw_str_is(o, "yaml")) {
		sw_yaml_write(g->io->out, v);
	} else if (sw_str_is(o, "jsonpath")) {
		if (tail.n > 1 && tail.p[0] != '{' && sw_str_chr(tail, '{', 0) == SW_NPOS)
			tail = sw_arena_printf(g->sh->arena, "{%s%.*s}",
				tail.p[0] == '.' ? "" : ".", SW_STR_ARG(tail));
		if (sw_cis_jsonpath(g->sh->arena, tail, v, 0, g->io->out, &err)) {
			sw_buf_printf(g->io->err, "error: error executing jsonpath: %s\n", err.text);
			return 1;
		}
	} else {
		return sh_unknown(g->sh, "kubectl get -o %.*s", SW_STR_ARG(o));
	}
	return 0;
}

static int show_lines(struct get *g, struct sw_list *l)
{
	bool many = sw_str_chr(g->kinds, ',', 0) != SW_NPOS || sw_str_is(g->kinds, "all");
	bool names = sw_str_is(g->output, "name");
	struct sw_str spec = {0}, one, rest;
	if (sw_str_starts(g->output, SW_STR("custom-columns=")))
		spec = rest = sw_str_sub(g->output, 15, g->output.n);
	if (!g->no_headers && spec.n && l->n) {
		while (sw_str_split(&rest, ',', &one))
			sw_buf_printf(g->io->out, "%.*s   ", SW_STR_ARG(sw_str_sub(one, 0, sw_str_chr(one, ':', 0))));
		sw_buf_addch(g->io->out, '\n');
	} else if (!g->no_headers && !names && !spec.n && l->n) {
		sw_buf_addz(g->io->out, "NAME\n");
	}
	for (uint32_t i = 0; i < l->n && sh_step(g->sh); i++) {
		struct sw_str kind = lower(g->sh, sw_value_getstr(l->v[i], "kind"));
		if (spec.n)
			columns(g, l->v[i], spec);
		else
			sw_buf_printf(g->io->out, "%.*s%s%.*s%s\n",
				SW_STR_ARG(many || names ? kind : SW_STR("")), many || names ? "/" : "",
				SW_STR_ARG(meta(l->v[i], "name")), names ? "" : "   ");
	}
	return 0;
}

/* What the live cluster has of `words`; false: *ret is what kubectl would end with. */
static bool live_objects(struct get *g, struct sw_str words, struct sw_str name, struct sw_value *ret, int *ret_rc)
{
	struct sw_str why = {0};
	struct sw_str ns = g->all ? SW_STR("") : g->ns.n ? g->ns : SW_STR("default");
	int rc = sw_cis_live_get(g->live, words, ns, name, ret, &why);
	*ret_rc = 1;
	if (rc == -SW_ENOENT) {
		sw_buf_printf(g->io->err, "%.*s\n", SW_STR_ARG(why));
		return false;
	}
	if (rc && !g->sh->unseen.n)
		g->sh->unseen = sw_arena_str(g->sh->arena, why);
	if (rc)
		sw_buf_printf(g->io->err, "Error from server: %.*s\n", SW_STR_ARG(why));
	return !rc;
}

static int do_get(struct get *g, struct sw_value objects)
{
	struct sw_list l;
	int rc;
	sw_list_init(&l, g->sh->arena);
	g->kinds = lower(g->sh, g->words.v[1]);
	if (g->words.n > 3)
		return sh_unknown(g->sh, "kubectl get with several names");
	if (g->words.n == 3)
		g->name = g->words.v[2];
	size_t slash = sw_str_chr(g->kinds, '/', 0);
	if (slash != SW_NPOS) {
		g->name = sw_str_sub(g->words.v[1], slash + 1, g->words.v[1].n);
		g->kinds = sw_str_sub(g->kinds, 0, slash);
	}
	if (g->live && !live_objects(g, g->kinds, g->name, &objects, &rc))
		return rc;
	sw_array_foreach(it, objects)
		if (wanted(g, *it) && sw_list_add(&l, *it))
			return sh_unknown(g->sh, "the audit takes too much memory");
	if (g->name.n && !l.n) {
		if (g->ignore_not_found)
			return 0;
		sw_buf_printf(g->io->err, "Error from server (NotFound): %.*s \"%.*s\" not found\n",
			SW_STR_ARG(g->kinds), SW_STR_ARG(g->name));
		return 1;
	}
	bool lines = !g->output.n || sw_str_is(g->output, "name") || sw_str_is(g->output, "wide") ||
		     sw_str_starts(g->output, SW_STR("custom-columns="));
	if (!lines)
		return show_values(g, &l);
	if (!l.n && !g->ignore_not_found)
		sw_buf_addz(g->io->err, "No resources found\n");
	return show_lines(g, &l);
}

/* ---- auth can-i ---- */

static bool has_word(struct sw_value list, struct sw_str word)
{
	if (list.type == SW_ARRAY)
		sw_array_foreach(it, list)
			if (it->type == SW_STRING && (sw_str_is(sw_value_str(*it), "*") ||
							     sw_str_eq(sw_value_str(*it), word)))
				return true;
	return false;
}

static bool binds(struct sw_value binding, struct sw_str who)
{
	struct sw_value subjects = sw_object_gets(binding, SW_STR("subjects"));
	if (subjects.type != SW_ARRAY)
		return false;
	sw_array_foreach(it, subjects) {
		struct sw_str kind = sw_value_getstr(*it, "kind"), name = sw_value_getstr(*it, "name");
		/* whoever is impersonated is authenticated, too */
		if ((sw_str_is(kind, "User") && sw_str_eq(name, who)) ||
			(sw_str_is(kind, "Group") && sw_str_is(name, "system:authenticated")))
			return true;
	}
	return false;
}

static bool role_allows(struct sw_value objects, struct sw_str role, struct sw_str verb,
	struct sw_str resource)
{
	sw_array_foreach(it, objects) {
		if (!sw_str_is(sw_value_getstr(*it, "kind"), "ClusterRole") ||
			!sw_str_eq(meta(*it, "name"), role))
			continue;
		struct sw_value rules = sw_object_gets(*it, SW_STR("rules"));
		if (rules.type != SW_ARRAY)
			continue;
		sw_array_foreach(r, rules)
			if (has_word(sw_object_gets(*r, SW_STR("verbs")), verb) &&
				has_word(sw_object_gets(*r, SW_STR("apiGroups")), SW_STR("")) &&
				has_word(sw_object_gets(*r, SW_STR("resources")), resource) &&
				sw_object_gets(*r, SW_STR("resourceNames")).n == 0)
				return true;
	}
	return false;
}

static int can_i(struct get *g, struct sw_value objects)
{
	if (g->words.n != 4 || !g->as.n || !g->all)
		return sh_unknown(g->sh, "kubectl auth can-i without --as and --all-namespaces");
	int rc;
	if (g->live && !live_objects(g, SW_STR("clusterroles.rbac.authorization.k8s.io,"
					       "clusterrolebindings.rbac.authorization.k8s.io"),
			       SW_STR(""), &objects, &rc))
		return rc;
	sw_array_foreach(it, objects) {
		if (!sw_str_is(sw_value_getstr(*it, "kind"), "ClusterRoleBinding") || !binds(*it, g->as))
			continue;
		struct sw_value role = sw_value_path(*it, "roleRef", "name", NULL);
		if (role.type == SW_STRING &&
			role_allows(objects, sw_value_str(role), g->words.v[2], g->words.v[3])) {
			sw_buf_addz(g->io->out, "yes\n");
			return 0;
		}
	}
	sw_buf_addz(g->io->out, "no\n");
	return 1;
}

static int live_resources(struct get *g)
{
	struct sw_str why = {0};
	const struct sw_kube_discovery *d = sw_cis_live_resources(g->live, &why);
	if (!d) {
		if (!g->sh->unseen.n)
			g->sh->unseen = sw_arena_str(g->sh->arena, why);
		return 1;
	}
	for (uint32_t i = 0; i < d->n; i++)
		if (d->v[i].preferred && d->v[i].list && d->v[i].namespaced)
			sw_buf_printf(g->io->out, "%.*s%s%.*s\n", SW_STR_ARG(d->v[i].resource),
				d->v[i].group.n ? "." : "", SW_STR_ARG(d->v[i].group));
	return 0;
}

/* The kinds that the objects show; those without an object do not matter to who lists them all. */
static int api_resources(struct get *g, struct sw_value objects)
{
	struct sh_args seen = {0};
	if (!sw_str_is(g->output, "name"))
		return sh_unknown(g->sh, "kubectl api-resources without -o name");
	if (g->live)
		return live_resources(g);
	sw_array_foreach(it, objects) {
		struct sw_str kind = lower(g->sh, sw_value_getstr(*it, "kind"));
		bool known = !meta(*it, "namespace").n || !kind.n;
		for (uint32_t i = 0; i < seen.n && !known; i++)
			known = sw_str_eq(seen.v[i], kind);
		if (known)
			continue;
		sh_add_arg(g->sh, &seen, kind);
		bool y = kind.p[kind.n - 1] == 'y', s = kind.p[kind.n - 1] == 's';
		sw_buf_printf(g->io->out, "%.*s%s\n", (int)(kind.n - y), kind.p,
			y ? "ies" : s ? "es" : "s");
	}
	return 0;
}

static bool option(struct get *g, const struct sh_args *args, uint32_t *i)
{
	static const char *const ignored[] = {"--verbs", "--namespaced", "--request-timeout",
		"--show-kind", "--show-labels", "--kubeconfig", "--context", "--sort-by"};
	struct sw_str a = args->v[*i], val = {0};
	size_t eq = sw_str_chr(a, '=', 0);
	if (sw_str_is(a, "-A") || sw_str_is(a, "--all-namespaces"))
		return g->all = true;
	if (sw_str_is(a, "--no-headers") || sw_str_is(a, "--no-headers=true"))
		return g->no_headers = true;
	if (sw_str_starts(a, SW_STR("--ignore-not-found")))
		return g->ignore_not_found = true;
	struct sw_str name = sw_str_sub(a, 0, eq);
	for (size_t k = 0; k < SW_ARRAY_LEN(ignored); k++)
		if (sw_str_is(name, ignored[k]))
			return eq != SW_NPOS || ++*i < args->n;
	if (a.p[1] != '-' && a.n > 2) { /* -ojson, -o=json, -nNAME */
		name = sw_str_sub(a, 0, 2);
		val = sw_str_sub(a, a.p[2] == '=' ? 3 : 2, a.n);
	} else if (eq != SW_NPOS) {
		val = sw_str_sub(a, eq + 1, a.n);
	} else if (++*i < args->n) {
		val = args->v[*i];
	} else {
		return false;
	}
	if (sw_str_is(name, "-o") || sw_str_is(name, "--output"))
		g->output = val;
	else if (sw_str_is(name, "-n") || sw_str_is(name, "--namespace"))
		g->ns = val;
	else if (sw_str_is(name, "--field-selector"))
		g->field_selector = val;
	else if (sw_str_is(name, "-l") || sw_str_is(name, "--selector"))
		g->selector = val;
	else if (sw_str_is(name, "--as"))
		g->as = val;
	else if (sw_str_is(name, "--raw"))
		g->raw = val;
	else
		return false;
	return true;
}

static bool changes(struct sw_str verb)
{
	static const char *const verbs[] = {"create", "delete", "apply", "label", "annotate", "patch", "edit", "replace",
		"adm", "scale", "set"};
	for (size_t i = 0; i < SW_ARRAY_LEN(verbs); i++)
		if (sw_str_is(verb, verbs[i]))
			return true;
	return false;
}

bool sh_kubectl_object(struct sh *sh, struct sw_str kinds, struct sw_str ns, struct sw_str name, struct sw_value *ret)
{
	struct sw_buf null;
	struct sh_io io = {.out = &null, .err = &null};
	struct get g = {.sh = sh, .io = &io, .live = sw_cis_node_live(sh->node), .ns = ns, .kinds = kinds, .name = name};
	struct sw_value objects = sw_cis_objects(sh->node);
	bool found = false;
	int rc = 0;
	sw_buf_init(&null, 4096);
	if ((!g.live || live_objects(&g, kinds, name, &objects, &rc)) && objects.type == SW_ARRAY)
		sw_array_foreach(it, objects)
			if (!found && wanted(&g, *it)) {
				*ret = *it;
				found = true;
			}
	sw_buf_release(&null);
	return found;
}

/* The pod that the audit would run in is told by its node alone. */
static struct sw_value own_pod(struct sh *sh)
{
	struct sw_map m, spec;
	sw_map_init(&m, sh->arena);
	sw_map_init(&spec, sh->arena);
	sw_map_adds(&spec, "nodeName", sw_string(sh_node_name(sh)));
	sw_map_adds(&m, "kind", SW_VSTR("Pod"));
	sw_map_adds(&m, "spec", sw_map_object(&spec));
	return sw_map_object(&m);
}

static int get_own_pod(struct get *g)
{
	struct sw_list l;
	sw_list_init(&l, g->sh->arena);
	g->name = g->words.v[2];
	if (!sh_node_name(g->sh).n || sw_list_add(&l, own_pod(g->sh))) {
		if (!g->sh->unseen.n)
			g->sh->unseen = SW_STR("the node's name is not known (--node-name)");
		return 1;
	}
	return show_values(g, &l);
}

int sh_tool_kubectl(struct sh *sh, const struct sh_args *args, const struct sh_io *io)
{
	int rc;
	if (sh_kubectl_exec(sh, args, io, &rc))
		return rc;
	struct get g = {.sh = sh, .io = io, .live = sw_cis_node_live(sh->node)};
	struct sw_value objects = sw_cis_objects(sh->node);
	for (uint32_t i = 1; i < args->n; i++) {
		struct sw_str a = args->v[i];
		if (a.n < 2 || a.p[0] != '-')
			sh_add_arg(sh, &g.words, a);
		else if (!option(&g, args, &i))
			return sh_unknown(sh, "kubectl %.*s", SW_STR_ARG(a));
	}
	if (sh->stop)
		return 127;
	if (g.raw.n)
		return sh_kubectl_raw(sh, g.raw, io);
	if (g.words.n == 3 && sw_str_is(g.words.v[0], "get") && sw_str_is(g.words.v[2], SH_OWN_POD))
		return get_own_pod(&g);
	if (g.words.n && changes(g.words.v[0]))
		return sh_unknown(sh, "kubectl %.*s would change the cluster", SW_STR_ARG(g.words.v[0]));
	if (objects.type != SW_ARRAY && !g.live) {
		if (!sh->unseen.n)
			sh->unseen = SW_STR("no objects of the cluster were given (--objects, --live)");
		sw_buf_addz(io->err, "The connection to the server was refused\n");
		return 1;
	}
	if (g.words.n >= 2 && sw_str_is(g.words.v[0], "get"))
		return do_get(&g, objects);
	if (g.words.n >= 2 && sw_str_is(g.words.v[0], "auth") && sw_str_is(g.words.v[1], "can-i"))
		return can_i(&g, objects);
	if (g.words.n == 1 && sw_str_is(g.words.v[0], "api-resources"))
		return api_resources(&g, objects);
	return sh_unknown(sh, "kubectl %.*s", SW_STR_ARG(g.words.n ? g.words.v[0] : SW_STR("")));
}
