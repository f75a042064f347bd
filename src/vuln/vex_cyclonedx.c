/* SPDX-License-Identifier: Apache-2.0 */
/* Statements of CycloneDX: vulnerabilities with an analysis, about components by their reference.
 */
#include <stdlib.h>

#include "vuln/vex_impl.h"

struct component {
	struct sw_str ref, purl;
};

struct components {
	struct sw_arena *a;
	struct component *v; /* sorted by ref */
	uint32_t n, cap;
};

static void put(struct components *c, struct sw_value component)
{
	struct sw_str ref = sw_value_getstr(component, "bom-ref");
	if (!ref.n)
		return;
	if (c->n == c->cap) {
		uint32_t want = c->cap ? c->cap * 2 : 64;
		void *p = sw_arena_grow(c->a, c->v, c->cap * sizeof(*c->v), want * sizeof(*c->v));
		if (!p)
			return;
		c->v = p;
		c->cap = want;
	}
	c->v[c->n++] = (struct component){ref, sw_value_getstr(component, "purl")};
}

static void collect(struct components *c, struct sw_value list, unsigned depth)
{
	if (depth == VEX_DEPTH || !sw_is(list, SW_ARRAY))
		return;
	sw_array_foreach (one, list) {
		put(c, *one);
		collect(c, sw_value_path(*one, "components", NULL), depth + 1);
	}
}

static int by_ref(const void *x, const void *y)
{
	return sw_str_cmp(((const struct component *)x)->ref, ((const struct component *)y)->ref);
}

/* The purl of a reference: a component's bom-ref, perhaps in another document, or the purl itself.
 */
static struct sw_str purl_of_ref(const struct components *c, struct sw_str ref)
{
	size_t hash = sw_str_chr(ref, '#', 0);
	if (sw_str_starts(ref, SW_STR("urn:cdx:")) && hash != SW_NPOS)
		ref = sw_str_sub(ref, hash + 1, ref.n);
	struct component key = {.ref = ref},
			 *found = c->n ? bsearch(&key, c->v, c->n, sizeof(key), by_ref) : NULL;
	return found && found->purl.n ? found->purl : ref;
}

static bool says(struct sw_value version, const char *status)
{
	return sw_str_is(sw_value_getstr(version, "status"), status);
}

/*
 * "versions": [{"version": "2.4", "status": "affected"}, {"range": "vers:npm/<2"}]. Where a statement
 * that clears tells the cleared versions from affected ones, it means those; most name what they
 * speak of as "affected", whatever the analysis came to.
 */
static bool versions(struct vex_loader *l, struct sw_value list, enum sw_vex_status status,
	struct sw_vex_product *o)
{
	bool clears = status == SW_VEX_NOT_AFFECTED || status == SW_VEX_FIXED, apart = false;
	uint32_t n = sw_is(list, SW_ARRAY) ? list.n : 0;
	struct sw_str *v = sw_arena_new_array(l->a, n + 1u, struct sw_str);
	if (!v)
		return false;
	for (uint32_t i = 0; i < n; i++)
		apart = apart || says(sw_array_at(list, i), "unaffected");
	for (uint32_t i = 0; i < n; i++) {
		struct sw_value one = sw_array_at(list, i);
		struct sw_str version = sw_value_getstr(one, "version");
		bool meant = !apart || !says(one, clears ? "affected" : "unaffected");
		v[i] = !meant	   ? SW_STR("")
		       : version.n ? version
				   : sw_value_getstr(one, "range");
	}
	o->versions = (struct sw_vex_versions){v, n};
	return true;
}

static bool products(struct vex_loader *l, const struct components *c, struct sw_value affects,
	struct sw_vex_statement *s)
{
	uint32_t n = sw_is(affects, SW_ARRAY) ? affects.n : 0;
	s->products = sw_arena_zalloc(l->a, (n + 1u) * sizeof(*s->products));
	if (!s->products)
		return false;
	for (uint32_t i = 0; i < n; i++) {
		struct sw_value one = sw_array_at(affects, i);
		struct sw_vex_product *o = &s->products[s->n_products++];
		o->id = purl_of_ref(c, sw_value_getstr(one, "ref"));
		if (!vex_purl_of(l->a, o->id, &o->purl))
			o->purl.type = SW_STR("");
		if (!versions(l, sw_value_path(one, "versions", NULL), s->status, o))
			return false;
	}
	return true;
}

static void flaw_names(struct vex_loader *l, struct sw_value flaw, struct sw_vex_statement *s)
{
	struct sw_value refs = sw_value_path(flaw, "references", NULL);
	uint32_t n = sw_is(refs, SW_ARRAY) && refs.n < VEX_NAMES_MAX ? refs.n : 0;
	struct sw_str *v = sw_arena_new_array(l->a, n + 1u, struct sw_str);
	if (!v)
		return;
	v[s->n_names++] = sw_value_getstr(flaw, "id");
	for (uint32_t i = 0; i < n; i++) {
		struct sw_str alias = sw_value_getstr(sw_array_at(refs, i), "id");
		if (alias.n)
			v[s->n_names++] = alias;
	}
	s->names = v;
}

int vex_cyclonedx(struct vex_loader *l, struct sw_value doc)
{
	struct components c = {.a = l->a};
	l->time =
		vex_seconds_of(sw_value_getstr(sw_value_path(doc, "metadata", NULL), "timestamp"));
	put(&c, sw_value_path(doc, "metadata", "component", NULL));
	collect(&c, sw_value_path(doc, "metadata", "component", "components", NULL), 0);
	collect(&c, sw_value_path(doc, "components", NULL), 0);
	if (c.n)
		qsort(c.v, c.n, sizeof(*c.v), by_ref);
	sw_array_foreach (one, sw_value_path(doc, "vulnerabilities", NULL)) {
		struct sw_value analysis = sw_value_path(*one, "analysis", NULL);
		enum sw_vex_status status;
		if (!vex_status_of(sw_value_getstr(analysis, "state"), &status))
			continue; /* a vulnerability report, not a statement */
		struct sw_vex_statement *s = vex_add(l);
		if (!s)
			return vex_limit(l);
		s->status = status;
		flaw_names(l, *one, s);
		s->reason = sw_value_getstr(analysis, "justification");
		if (!s->reason.n)
			s->reason = sw_value_getstr(analysis, "detail");
		if (!products(l, &c, sw_value_path(*one, "affects", NULL), s))
			return vex_limit(l);
	}
	return 0;
}
