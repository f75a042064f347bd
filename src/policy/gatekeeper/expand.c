/* SPDX-License-Identifier: Apache-2.0 */
/* ExpansionTemplates: what controllers will make out of an object, reviewed before they do. */
#include "policy/gatekeeper/internal.h"

#include <ctype.h>
#include <stdlib.h>

enum { DEPTH_MAX = 30, EXPANSIONS_MAX = 256, RESULTANTS_MAX = 10000, SEGMENTS_MAX = 64 };

struct gk_expansion {
	struct sw_str name, source, action;
	struct sw_str group, version, kind; /* what is generated */
	struct sw_value apply_to;
	bool cycle;
};

struct sw_str gk_meta_name(struct sw_value object)
{
	return sw_value_getstr(sw_object_gets(object, SW_STR("metadata")), "name");
}

/* ---- templates ---- */

static bool applies(const struct gk_expansion *e, struct sw_str group, struct sw_str version, struct sw_str kind)
{
	sw_array_foreach(entry, e->apply_to)
		if (gk_applies(*entry, group, version, kind))
			return true;
	return false;
}

static int check(const struct gk_expansion *e, struct sw_error *err)
{
	if (!e->name.n)
		return sw_error_set(err, SW_EINVALID, "ExpansionTemplate has empty name field");
	if (e->name.n >= 64)
		return sw_error_set(err, SW_EINVALID, "ExpansionTemplate name must be less than 64 characters");
	if (!e->source.n)
		return sw_error_set(
			err, SW_EINVALID, "ExpansionTemplate %.*s has empty source field", SW_STR_ARG(e->name));
	if (!e->group.n && !e->version.n && !e->kind.n)
		return sw_error_set(err, SW_EINVALID, "ExpansionTemplate %.*s has empty generatedGVK field",
			SW_STR_ARG(e->name));
	if (e->apply_to.n == 0)
		return sw_error_set(
			err, SW_EINVALID, "ExpansionTemplate %.*s must specify ApplyTo", SW_STR_ARG(e->name));
	if (applies(e, e->group, e->version, e->kind))
		return sw_error_set(err, SW_EINVALID,
			"ExpansionTemplate %.*s generates GVK %.*s/%.*s, Kind=%.*s, but also applies to that same GVK",
			SW_STR_ARG(e->name), SW_STR_ARG(e->group), SW_STR_ARG(e->version), SW_STR_ARG(e->kind));
	return 0;
}

/* Does what x generates lead, over others, to y? */
static bool leads_to(const struct sw_gk *gk, uint32_t x, uint32_t y, bool *seen)
{
	uint32_t *queue = calloc(gk->n_expansions, sizeof(*queue)), n = 0;
	if (!queue)
		abort();
	bool found = false;
	queue[n++] = x;
	for (uint32_t i = 0; i < n && !found; i++) {
		const struct gk_expansion *e = gk->expansions[queue[i]];
		for (uint32_t j = 0; j < gk->n_expansions && !found; j++) {
			if (seen[j] || !applies(gk->expansions[j], e->group, e->version, e->kind))
				continue;
			seen[j] = true;
			found = j == y;
			queue[n++] = j;
		}
	}
	free(queue);
	return found;
}

static void find_cycles(struct sw_gk *gk)
{
	for (uint32_t i = 0; i < gk->n_expansions; i++) {
		bool *seen = calloc(gk->n_expansions, 1);
		if (!seen)
			abort();
		gk->expansions[i]->cycle = leads_to(gk, i, i, seen);
		free(seen);
	}
}

int sw_gk_add_expansion(struct sw_gk *gk, struct sw_value object, struct sw_error *err)
{
	struct sw_value spec = sw_object_gets(object, SW_STR("spec"));
	struct sw_value gvk = sw_object_gets(spec, SW_STR("generatedGVK"));
	struct gk_expansion *e = sw_arena_new(&gk->arena, struct gk_expansion);
	if (!e)
		return sw_error_set(err, SW_ELIMIT, "too many ExpansionTemplates");
	struct sw_value apply_to = sw_object_gets(spec, SW_STR("applyTo"));
	*e = (struct gk_expansion){.name = gk_meta_name(object), .source = sw_value_getstr(spec, "templateSource"),
		.action = sw_value_getstr(spec, "enforcementAction"), .group = sw_value_getstr(gvk, "group"),
		.version = sw_value_getstr(gvk, "version"), .kind = sw_value_getstr(gvk, "kind"),
		.apply_to = apply_to.type == SW_ARRAY ? apply_to : sw_empty_array()};
	int rc = check(e, err);
	if (rc < 0)
		return rc;
	uint32_t at = 0;
	while (at < gk->n_expansions && sw_str_cmp(gk->expansions[at]->name, e->name) < 0)
		at++;
	if (at < gk->n_expansions && sw_str_eq(gk->expansions[at]->name, e->name)) {
		gk->expansions[at] = e;
	} else {
		if (gk->n_expansions >= EXPANSIONS_MAX ||
			gk_grow(&gk->arena, (void **)&gk->expansions, gk->n_expansions, &gk->cap_expansions,
				sizeof(*gk->expansions)) < 0)
			return sw_error_set(err, SW_ELIMIT, "more than %d ExpansionTemplates", EXPANSIONS_MAX);
		memmove(&gk->expansions[at + 1], &gk->expansions[at],
			(gk->n_expansions - at) * sizeof(*gk->expansions));
		gk->expansions[at] = e;
		gk->n_expansions++;
	}
	find_cycles(gk);
	return e->cycle ? sw_error_set(err, SW_ECONFLICT, "template forms expansion cycle") : 0;
}

/* ---- expanding ---- */

struct expand {
	struct sw_gk *gk;
	struct sw_arena *a;
	const struct sw_gk_mutable *in;
	struct sw_gk_expanded *out;
	struct sw_error *err;
};

/* The source field, an object. */
static int find_source(struct expand *x, const struct gk_expansion *e, const struct sw_kube_object *o,
	struct sw_value *ret)
{
	struct sw_str rest = e->source, segment;
	struct sw_value v = o->value;
	for (int i = 0; i < SEGMENTS_MAX && sw_str_split(&rest, '.', &segment); i++) {
		if (v.type != SW_OBJECT)
			return sw_error_set(x->err, SW_EINVALID,
				"could not extract source field from unstructured: a part of \"%.*s\" is no object",
				SW_STR_ARG(e->source));
		v = sw_object_gets(v, segment);
		if (!sw_defined(v))
			return sw_error_set(x->err, SW_EINVALID,
				"could not find source field \"%.*s\" in resource %.*s", SW_STR_ARG(e->source),
				SW_STR_ARG(o->name));
	}
	if (v.type != SW_OBJECT)
		return sw_error_set(x->err, SW_EINVALID,
			"could not extract source field from unstructured: \"%.*s\" is no object",
			SW_STR_ARG(e->source));
	*ret = v;
	return 0;
}

/* "<generator>-<kind>" in lower case. */
static struct sw_str mock_name(struct sw_arena *a, struct sw_str name, struct sw_str kind)
{
	struct sw_str s = sw_arena_printf(a, "%.*s%s%.*s", SW_STR_ARG(name), kind.n ? "-" : "", SW_STR_ARG(kind));
	char *p = (char *)s.p;
	for (size_t i = 0; p && i < s.n; i++)
		p[i] = (char)tolower((unsigned char)p[i]);
	return s;
}

static struct sw_value with_owner(struct sw_arena *a, struct sw_value meta, const struct sw_kube_object *parent)
{
	struct sw_value refs = sw_object_gets(meta, SW_STR("ownerReferences"));
	struct sw_list l;
	struct sw_map m;
	if (!parent->api_version.n || !parent->kind.n || !parent->name.n)
		return meta;
	sw_list_init(&l, a);
	if (refs.type == SW_ARRAY)
		sw_array_foreach(r, refs)
		{
			if (sw_str_eq(sw_value_getstr(*r, "apiVersion"), parent->api_version) &&
				sw_str_eq(sw_value_getstr(*r, "kind"), parent->kind) &&
				sw_str_eq(sw_value_getstr(*r, "name"), parent->name))
				return meta;
			sw_list_add(&l, *r);
		}
	sw_map_init(&m, a);
	sw_map_adds(&m, "apiVersion", sw_string(parent->api_version));
	sw_map_adds(&m, "kind", sw_string(parent->kind));
	sw_map_adds(&m, "name", sw_string(parent->name));
	sw_map_adds(&m, "uid", SW_VSTR(""));
	sw_list_add(&l, sw_map_object(&m));
	return gk_with(a, meta, SW_STR("ownerReferences"), sw_list_array(&l));
}

static struct sw_value namespace_of(struct expand *x, const struct sw_kube_object *o)
{
	if (sw_defined(x->in->ns)) {
		struct sw_str name = gk_meta_name(x->in->ns);
		return name.n ? sw_string(name) : sw_undef();
	}
	return o->ns.n ? sw_string(o->ns) : sw_undef();
}

static int generate(
	struct expand *x, const struct gk_expansion *e, const struct sw_kube_object *o, struct sw_value *ret)
{
	struct sw_arena *a = x->a;
	struct sw_value v;
	int rc = find_source(x, e, o, &v);
	if (rc < 0)
		return rc;
	struct sw_str api = e->group.n ? sw_arena_printf(a, "%.*s/%.*s", SW_STR_ARG(e->group), SW_STR_ARG(e->version))
				       : e->version;
	struct sw_value meta = sw_object_gets(v, SW_STR("metadata")), ns = namespace_of(x, o);
	if (meta.type != SW_OBJECT)
		meta = sw_empty_object();
	if (sw_defined(ns) || !sw_defined(x->in->ns))
		meta = sw_defined(ns) ? gk_with(a, meta, SW_STR("namespace"), ns) : meta;
	else
		meta = gk_with(a, meta, SW_STR("namespace"), sw_undef());
	meta = gk_with(a, meta, SW_STR("name"), sw_string(mock_name(a, o->name, e->kind)));
	meta = with_owner(a, meta, o);
	v = gk_with(a, v, SW_STR("apiVersion"), sw_string(api));
	v = gk_with(a, v, SW_STR("kind"), sw_string(e->kind));
	*ret = gk_with(a, v, SW_STR("metadata"), meta);
	return a->overflow ? sw_error_set(x->err, SW_ELIMIT, "what is generated is too large") : 0;
}

static int mutate(struct expand *x, struct sw_value *object, enum sw_gk_source source)
{
	struct sw_gk_mutable m = *x->in;
	struct sw_gk_mutation done;
	m.object = *object;
	m.source = source;
	if (source == SW_GK_GENERATED)
		m.admission = sw_undef();
	if (!sw_gk_mutators(x->gk))
		return 0;
	int rc = sw_gk_mutate(x->gk, x->a, &m, &done, x->err);
	if (rc == 0 && done.denied.p)
		return sw_error_set(x->err, SW_EINVALID, "%.*s", SW_STR_ARG(done.denied));
	if (rc == 0)
		*object = done.object;
	return rc;
}

static int keep(struct expand *x, const struct gk_expansion *e, struct sw_value v)
{
	struct sw_gk_expanded *out = x->out;
	if (out->n >= RESULTANTS_MAX ||
		gk_grow(x->a, (void **)&out->v, out->n, &out->cap, sizeof(*out->v)) < 0)
		return sw_error_set(x->err, SW_ELIMIT, "more than %d generated objects", RESULTANTS_MAX);
	out->v[out->n++] = (struct sw_gk_resultant){.object = v, .template = e->name, .action = e->action};
	return 0;
}

/* What is deeper comes first. */
static int expand(struct expand *x, struct sw_value base, int depth)
{
	struct sw_kube_object o;
	if (depth >= DEPTH_MAX)
		return sw_error_set(x->err, SW_ELIMIT, "maximum recursion depth of %d reached", DEPTH_MAX);
	int rc = sw_kube_object_init(base, &o, x->err);
	struct sw_value *made = sw_arena_new_array(x->a, x->gk->n_expansions + 1, struct sw_value);
	const struct gk_expansion **by =
		sw_arena_new_array(x->a, x->gk->n_expansions + 1, const struct gk_expansion *);
	uint32_t n = 0;
	if (rc == 0 && (!made || !by))
		rc = sw_error_set(x->err, SW_ELIMIT, "what is generated is too large");
	for (uint32_t i = 0; rc == 0 && i < x->gk->n_expansions; i++) {
		const struct gk_expansion *e = x->gk->expansions[i];
		if (e->cycle || !applies(e, o.group, o.version, o.kind))
			continue;
		by[n] = e;
		rc = generate(x, e, &o, &made[n]);
		if (rc == 0 && (rc = mutate(x, &made[n], SW_GK_GENERATED)) < 0)
			sw_error_prefix(x->err, "failed to mutate resultant resource %.*s: ",
				SW_STR_ARG(gk_meta_name(made[n])));
		n++;
	}
	for (uint32_t i = 0; rc == 0 && i < n; i++)
		rc = expand(x, made[i], depth + 1);
	for (uint32_t i = 0; rc == 0 && i < n; i++)
		rc = keep(x, by[i], made[i]);
	return rc;
}

int sw_gk_expand(struct sw_gk *gk, struct sw_arena *a, const struct sw_gk_mutable *m, struct sw_gk_expanded *ret,
	struct sw_error *err)
{
	struct sw_error e = {0};
	struct sw_gk_expanded out = {.object = m->object};
	struct expand x = {.gk = gk, .a = a, .in = m, .out = &out, .err = &e};
	struct sw_str name = gk_meta_name(m->object);
	int rc = mutate(&x, &out.object, m->source);
	if (rc < 0) {
		sw_error_prefix(&e, "error mutating base resource %.*s: ", SW_STR_ARG(name));
	} else if (gk->n_expansions) {
		rc = expand(&x, out.object, 0);
		if (rc < 0)
			sw_error_prefix(&e, "error expanding resource %.*s: ", SW_STR_ARG(name));
	}
	if (rc < 0) {
		if (err)
			*err = e;
		return rc;
	}
	*ret = out;
	return 0;
}

/* ---- reviewing what was expanded ---- */

struct sw_value sw_gk_gator_namespace(const struct sw_gk *gk, struct sw_value object)
{
	struct sw_value ns = sw_value_path(object, "metadata", "namespace", NULL);
	if (ns.type != SW_STRING || ns.n == 0)
		return sw_empty_object();
	struct sw_value found = gk_namespace(gk, sw_value_str(ns));
	if (!sw_defined(found) && sw_str_is(sw_value_str(ns), "default"))
		return gk->default_ns;
	return found;
}

static int append(struct sw_arena *a, struct sw_gk_results *to, const struct sw_gk_results *more,
	const struct sw_gk_resultant *by)
{
	for (uint32_t i = 0; i < more->n; i++) {
		if (gk_grow(a, (void **)&to->v, to->n, &to->cap, sizeof(*to->v)) < 0)
			return -SW_ELIMIT;
		struct sw_gk_result r = more->v[i];
		r.msg = sw_arena_printf(a, "[Implied by %.*s] %.*s", SW_STR_ARG(by->template), SW_STR_ARG(r.msg));
		if (by->action.n)
			r.action = by->action;
		if (!r.msg.p)
			return -SW_ELIMIT;
		to->v[to->n++] = r;
	}
	to->judged += more->judged;
	to->denying += more->denying;
	for (uint32_t i = 0; i < more->n_stats; i++) {
		if (gk_grow(a, (void **)&to->stats, to->n_stats, &to->cap_stats, sizeof(*to->stats)) < 0)
			return -SW_ELIMIT;
		to->stats[to->n_stats] = more->stats[i];
		to->stats[to->n_stats++].implied_by = by->template;
	}
	return 0;
}

static int review_generated(struct sw_gk *gk, struct sw_arena *a, const struct sw_gk_request *req,
	struct sw_gk_reviewed *out, struct sw_error *err)
{
	struct sw_gk_mutable m = {.object = req->object, .source = req->source, .operation = req->operation,
		.ns = sw_defined(req->match_ns) ? req->match_ns : req->ns,
		.deadline_ns = req->deadline_ns};
	struct sw_gk_expanded made;
	int rc = sw_gk_expand(gk, a, &m, &made, err);
	if (rc < 0)
		return rc;
	out->object = made.object;
	for (uint32_t i = 0; rc == 0 && i < made.n; i++) {
		struct sw_gk_request child = *req;
		struct sw_gk_results results;
		child.object = made.v[i].object;
		child.source = SW_GK_GENERATED;
		rc = sw_gk_review(gk, a, &child, &results, err);
		if (rc == 0 && append(a, &out->results, &results, &made.v[i]) < 0)
			rc = sw_error_set(err, SW_ELIMIT, "the review has too many results");
	}
	return rc;
}

int sw_gk_review_expanded(struct sw_gk *gk, struct sw_arena *a, const struct sw_gk_request *req,
	struct sw_gk_reviewed *ret, struct sw_error *err)
{
	struct sw_gk_reviewed out = {.object = req->object};
	struct sw_error e = {0};
	int rc = sw_gk_review(gk, a, req, &out.results, err);
	if (rc < 0)
		return rc;
	if ((gk->n_expansions || sw_gk_mutators(gk)) && sw_defined(req->object) &&
		review_generated(gk, a, req, &out, &e) < 0) {
		out.not_expanded = sw_arena_str(a, sw_str_from(e.text));
		if (e.code == SW_ELIMIT && a->overflow) {
			if (err)
				*err = e;
			return -SW_ELIMIT;
		}
	}
	*ret = out;
	return 0;
}
