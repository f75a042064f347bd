/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What resources there are: apidiscovery.k8s.io v2 and v2beta1 (one answer for everything), or the lists
 * of each group and version that older servers give.
 */
#include "base/base64.h"
#include "base/cleanup.h"
#include "kube/client/impl.h"

enum { RESOURCES_MAX = 100000, GROUPS_MAX = 10000, ANSWER_MAX = 64 << 20 };
#define AGGREGATED                                                                                 \
	"application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"                    \
	"application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,"               \
	"application/json"

struct discovery {
	struct sw_kube_client *c;
	struct sw_arena *a;
	struct sw_kube_discovery *d;
	uint32_t cap, cap_gaps;
	struct sw_error *err;
};

static int full(struct discovery *x)
{
	return sw_error_set(x->err, SW_ELIMIT, "the server has too many resources");
}

static int add_gap(struct discovery *x, struct sw_str what, struct sw_str reason)
{
	struct sw_kube_discovery *d = x->d;
	if (d->n_gaps == x->cap_gaps) {
		uint32_t cap = x->cap_gaps ? x->cap_gaps * 2 : 16;
		void *v = sw_arena_grow(x->a, d->gaps, d->n_gaps * sizeof(*d->gaps), cap * sizeof(*d->gaps));
		if (!v || cap > GROUPS_MAX)
			return full(x);
		d->gaps = v;
		x->cap_gaps = cap;
	}
	d->gaps[d->n_gaps++] = (struct sw_kube_gap){sw_arena_str(x->a, what), sw_arena_str(x->a, reason)};
	return 0;
}

static bool has(struct sw_value list, const char *word)
{
	if (list.type == SW_ARRAY)
		sw_array_foreach(it, list)
			if (it->type == SW_STRING && sw_str_is(sw_value_str(*it), word))
				return true;
	return false;
}

static int add(struct discovery *x, struct sw_kube_resource r, struct sw_value shorts, struct sw_value verbs)
{
	struct sw_kube_discovery *d = x->d;
	if (!r.resource.n || !r.kind.n || !r.version.n || sw_str_chr(r.resource, '/', 0) != SW_NPOS)
		return 0; /* a subresource, or nothing that can be asked for */
	if (d->n == x->cap) {
		uint32_t cap = x->cap ? x->cap * 2 : 256;
		void *v = sw_arena_grow(x->a, d->v, d->n * sizeof(*d->v), cap * sizeof(*d->v));
		if (!v || d->n >= RESOURCES_MAX)
			return full(x);
		d->v = v;
		x->cap = cap;
	}
	r.api_version = r.group.n ? sw_arena_printf(x->a, "%.*s/%.*s", SW_STR_ARG(r.group), SW_STR_ARG(r.version))
				  : r.version;
	r.list = has(verbs, "list");
	r.watch = has(verbs, "watch");
	if (shorts.type == SW_ARRAY && shorts.n) {
		r.shorts = sw_arena_new_array(x->a, shorts.n, struct sw_str);
		if (!r.shorts)
			return full(x);
		sw_array_foreach(it, shorts)
			if (it->type == SW_STRING)
				r.shorts[r.n_shorts++] = sw_value_str(*it);
	}
	d->v[d->n++] = r;
	return 0;
}

/* ---- one answer for everything ---- */

static int aggregated_version(struct discovery *x, struct sw_str group, struct sw_value v)
{
	struct sw_str version = sw_value_getstr(v, "version");
	struct sw_value list = sw_object_gets(v, SW_STR("resources"));
	int rc = 0;
	if (sw_str_is(sw_value_getstr(v, "freshness"), "Stale")) {
		struct sw_str what = sw_arena_printf(x->a, "%.*s/%.*s", SW_STR_ARG(group), SW_STR_ARG(version));
		rc = add_gap(x, what, SW_STR("the server behind it does not answer; what is known of it may be old"));
	}
	if (list.type != SW_ARRAY)
		return rc;
	sw_array_foreach(it, list) {
		struct sw_kube_resource r = {.group = group, .version = version,
			.resource = sw_value_getstr(*it, "resource"),
			.singular = sw_value_getstr(*it, "singularResource"),
			.kind = sw_value_getstr(sw_object_gets(*it, SW_STR("responseKind")), "kind"),
			.namespaced = sw_str_is(sw_value_getstr(*it, "scope"), "Namespaced")};
		rc = rc ? rc : add(x, r, sw_object_gets(*it, SW_STR("shortNames")),
				       sw_object_gets(*it, SW_STR("verbs")));
	}
	return rc;
}

static int aggregated(struct discovery *x, struct sw_value v)
{
	struct sw_value groups = sw_object_gets(v, SW_STR("items"));
	int rc = 0;
	if (groups.type != SW_ARRAY)
		return 0;
	sw_array_foreach(g, groups) {
		struct sw_value versions = sw_object_gets(*g, SW_STR("versions"));
		struct sw_str group = sw_value_getstr(sw_object_gets(*g, SW_STR("metadata")), "name");
		if (versions.type == SW_ARRAY)
			sw_array_foreach(it, versions)
				rc = rc ? rc : aggregated_version(x, group, *it);
	}
	return rc;
}

/* ---- group by group ---- */

static int plain_version(struct discovery *x, struct sw_str group, struct sw_str version)
{
	struct sw_error e = {0};
	struct sw_value v;
	sw_autobuf path;
	sw_buf_init(&path, 4096);
	sw_buf_addz(&path, group.n ? "/apis/" : "/api/");
	if (group.n) {
		sw_percent_encode(&path, group, "");
		sw_buf_addch(&path, '/');
	}
	sw_percent_encode(&path, version, "");
	int rc = sw_kube_get(x->c, x->a, sw_buf_cstr(&path), NULL, ANSWER_MAX, &v, &e);
	if (rc == -SW_ECANCELLED) {
		*x->err = e;
		return rc;
	}
	if (rc)
		return add_gap(x,
			group.n ? sw_arena_printf(x->a, "%.*s/%.*s", SW_STR_ARG(group), SW_STR_ARG(version))
				: version,
			sw_str_from(e.text));
	struct sw_value list = sw_object_gets(v, SW_STR("resources"));
	if (list.type != SW_ARRAY)
		return 0;
	sw_array_foreach(it, list) {
		struct sw_kube_resource r = {.group = group, .version = version,
			.resource = sw_value_getstr(*it, "name"),
			.singular = sw_value_getstr(*it, "singularName"),
			.kind = sw_value_getstr(*it, "kind"),
			.namespaced = sw_is_true(sw_object_gets(*it, SW_STR("namespaced")))};
		rc = rc ? rc : add(x, r, sw_object_gets(*it, SW_STR("shortNames")),
				       sw_object_gets(*it, SW_STR("verbs")));
	}
	return rc;
}

static int plain_group(struct discovery *x, struct sw_value g)
{
	struct sw_str group = sw_value_getstr(g, "name");
	struct sw_str first = sw_value_getstr(sw_object_gets(g, SW_STR("preferredVersion")), "version");
	struct sw_value versions = sw_object_gets(g, SW_STR("versions"));
	int rc = first.n ? plain_version(x, group, first) : 0;
	if (versions.type == SW_ARRAY)
		sw_array_foreach(it, versions) {
			struct sw_str v = sw_value_getstr(*it, "version");
			if (!rc && v.n && !sw_str_eq(v, first))
				rc = plain_version(x, group, v);
		}
	return rc;
}

static int one_root(struct discovery *x, const char *path)
{
	struct sw_value v, list;
	int rc = sw_kube_get(x->c, x->a, path, AGGREGATED, ANSWER_MAX, &v, x->err);
	if (rc)
		return rc;
	struct sw_str kind = sw_value_getstr(v, "kind");
	if (sw_str_is(kind, "APIGroupDiscoveryList"))
		return aggregated(x, v);
	if (sw_str_is(kind, "APIVersions")) {
		list = sw_object_gets(v, SW_STR("versions"));
		if (list.type == SW_ARRAY)
			sw_array_foreach(it, list)
				if (!rc && it->type == SW_STRING)
					rc = plain_version(x, SW_STR(""), sw_value_str(*it));
		return rc;
	}
	list = sw_object_gets(v, SW_STR("groups"));
	if (!sw_str_is(kind, "APIGroupList") || list.n > GROUPS_MAX)
		return sw_error_set(x->err, SW_ESYNTAX, "%.*s%s: no list of API groups",
			SW_STR_ARG(x->c->x->server), path);
	if (list.type == SW_ARRAY)
		sw_array_foreach(it, list)
			rc = rc ? rc : plain_group(x, *it);
	return rc;
}

/* Of each resource of a group, the first version that has it: versions come in order of preference. */
static void prefer(struct sw_kube_discovery *d)
{
	uint32_t group = 0; /* where the entries of this group begin */
	for (uint32_t i = 0; i < d->n; i++) {
		if (!sw_str_eq(d->v[i].group, d->v[group].group))
			group = i;
		d->v[i].preferred = true;
		for (uint32_t k = group; k < i && d->v[i].preferred; k++)
			d->v[i].preferred = !sw_str_eq(d->v[k].resource, d->v[i].resource);
	}
}

int sw_kube_discover(struct sw_kube_client *c, struct sw_arena *a, struct sw_kube_discovery *ret,
	struct sw_error *err)
{
	struct sw_kube_discovery d = {0};
	struct sw_error own = {0};
	struct discovery x = {.c = c, .a = a, .d = &d, .err = err ? err : &own};
	int rc = one_root(&x, "/api");
	if (!rc)
		rc = one_root(&x, "/apis");
	if (rc)
		return rc;
	prefer(&d);
	*ret = d;
	return 0;
}

int sw_kube_discover_text(struct sw_arena *a, struct sw_value v, struct sw_kube_discovery *ret,
	struct sw_error *err)
{
	struct sw_kube_discovery d = {0};
	struct sw_error own = {0};
	struct discovery x = {.a = a, .d = &d, .err = err ? err : &own};
	int rc = aggregated(&x, v);
	if (rc)
		return rc;
	prefer(&d);
	*ret = d;
	return 0;
}

/* ---- finding ---- */

static bool names(const struct sw_kube_resource *r, struct sw_str word)
{
	if (sw_str_ieq(word, r->resource) || sw_str_ieq(word, r->singular) || sw_str_ieq(word, r->kind))
		return true;
	for (uint32_t i = 0; i < r->n_shorts; i++)
		if (sw_str_ieq(word, r->shorts[i]))
			return true;
	return false;
}

/* "deployments.apps", "deployments.v1.apps", "deployments.v1." or the bare name. */
static bool fits(const struct sw_kube_resource *r, struct sw_str word)
{
	size_t dot = sw_str_chr(word, '.', 0);
	if (!word.n || !dot || !names(r, sw_str_sub(word, 0, dot)))
		return false;
	if (dot == SW_NPOS)
		return r->preferred;
	struct sw_str rest = sw_str_sub(word, dot + 1, word.n);
	if (sw_str_eq(rest, r->group))
		return r->preferred;
	return sw_str_starts(rest, r->version) && rest.n > r->version.n && rest.p[r->version.n] == '.' &&
	       sw_str_eq(sw_str_sub(rest, r->version.n + 1, rest.n), r->group);
}

const struct sw_kube_resource *sw_kube_discovery_find(
	const struct sw_kube_discovery *d, struct sw_str word)
{
	const struct sw_kube_resource *best = NULL;
	for (uint32_t i = 0; i < d->n; i++)
		if (fits(&d->v[i], word) && (!best || (d->v[i].list && !best->list)))
			best = &d->v[i];
	return best;
}
