/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statements of CSAF 2.0 and 2.1: the status of products, which the product tree identifies. A
 * product is a branch, or a relationship: a component as part of a platform or of another product.
 * Red Hat's modules are two steps: the component relates to a module that relates to a platform.
 */
#include <stdlib.h>

#include "base/cleanup.h"
#include "vuln/ecosystem.h"
#include "vuln/vex_impl.h"

enum { STEPS = 4, REASONS_MAX = 8 };

struct product {
	struct sw_str id, purl, cpe;
	struct sw_str version;		   /* of its branch: "4.2", "vers:npm/<4"; "" */
	struct sw_str component, platform; /* of a relationship */
};

/* What is said of one product beside its status. */
struct remark {
	struct sw_str id, text;
};

struct csaf {
	struct vex_loader *l;
	struct product *v; /* sorted by id */
	uint32_t n, cap;
	struct sw_value groups;
	struct remark *remarks; /* of the flaw in hand, sorted by id */
	uint32_t n_remarks, cap_remarks;
};

/* ---- the product tree ---- */

static struct product *put(struct csaf *c, struct sw_value product)
{
	struct sw_value helper = sw_value_path(product, "product_identification_helper", NULL);
	struct sw_value purls = sw_value_path(helper, "purls", NULL);
	if (c->n == c->cap) {
		uint32_t want = c->cap ? c->cap * 2 : 64;
		void *p =
			sw_arena_grow(c->l->a, c->v, c->cap * sizeof(*c->v), want * sizeof(*c->v));
		if (!p)
			return NULL;
		c->v = p;
		c->cap = want;
	}
	struct product *p = &c->v[c->n++];
	*p = (struct product){.id = sw_value_getstr(product, "product_id"),
		.purl = sw_value_getstr(helper, "purl"),
		.cpe = sw_value_getstr(helper, "cpe")};
	if (!p->purl.n && sw_is(sw_array_at(purls, 0), SW_STRING)) /* CSAF 2.1 has several */
		p->purl = sw_value_str(sw_array_at(purls, 0));
	return p;
}

static void branches(struct csaf *c, struct sw_value list, unsigned depth)
{
	if (depth == VEX_DEPTH || !sw_is(list, SW_ARRAY))
		return;
	sw_array_foreach (b, list) {
		struct sw_value product = sw_value_path(*b, "product", NULL);
		struct product *p = sw_is(product, SW_OBJECT) ? put(c, product) : NULL;
		struct sw_str category = sw_value_getstr(*b, "category");
		if (p && sw_str_starts(category, SW_STR("product_version")))
			p->version = sw_value_getstr(*b, "name");
		branches(c, sw_value_path(*b, "branches", NULL), depth + 1);
	}
}

static void relationships(struct csaf *c, struct sw_value list)
{
	if (!sw_is(list, SW_ARRAY))
		return;
	sw_array_foreach (r, list) {
		struct product *p = put(c, sw_value_path(*r, "full_product_name", NULL));
		if (!p)
			return;
		p->component = sw_value_getstr(*r, "product_reference");
		p->platform = sw_value_getstr(*r, "relates_to_product_reference");
	}
}

static int by_id(const void *x, const void *y)
{
	return sw_str_cmp(((const struct product *)x)->id, ((const struct product *)y)->id);
}

static const struct product *find(const struct csaf *c, struct sw_str id)
{
	struct product key = {.id = id};
	return c->n && id.n ? bsearch(&key, c->v, c->n, sizeof(*c->v), by_id) : NULL;
}

static void read_tree(struct csaf *c, struct sw_value tree)
{
	struct sw_value full = sw_value_path(tree, "full_product_names", NULL);
	branches(c, sw_value_path(tree, "branches", NULL), 0);
	if (sw_is(full, SW_ARRAY))
		sw_array_foreach (p, full)
			put(c, *p);
	relationships(c, sw_value_path(tree, "relationships", NULL));
	c->groups = sw_value_path(tree, "product_groups", NULL);
	if (c->n)
		qsort(c->v, c->n, sizeof(*c->v), by_id);
}

/* ---- which product is meant ---- */

/* The component of a relationship, and what it is a part of in the end. */
static const struct product *component_of(const struct csaf *c, const struct product *p)
{
	for (unsigned i = 0; p && p->component.n && !p->purl.n && i < STEPS; i++)
		p = find(c, p->component);
	return p;
}

static const struct product *platform_of(const struct csaf *c, const struct product *p)
{
	for (unsigned i = 0; p && p->platform.n && i < STEPS; i++)
		p = find(c, p->platform);
	return p;
}

/* "rhel-8", of a platform by its CPE; "": of none that we know. */
static struct sw_str platform_name(struct sw_arena *a, struct sw_str cpe)
{
	struct sw_str key = sw_ecosystem_of_cpe(a, cpe);
	size_t colon = sw_str_chr(key, ':', 0), dash = sw_str_chr(key, '-', 0);
	if (colon == SW_NPOS)
		return SW_STR("");
	struct sw_str id = sw_str_sub(key, 0, colon);
	if (sw_str_starts(key, SW_STR("rhel-"))) /* an extended release is of that release */
		id = sw_str_sub(key, 0, dash);
	return sw_arena_printf(
		a, "%.*s-%.*s", SW_STR_ARG(id), SW_STR_ARG(sw_str_sub(key, colon + 1, key.n)));
}

static void no_purl(struct sw_vex_product *o)
{
	o->purl = (struct sw_purl){.type = SW_STR("")};
	o->n_subcomponents = 0;
}

/* Versions that the branch names and the purl does not: one, or a vers range. Others are not read.
 */
static bool set_versions(struct sw_arena *a, const struct product *p, struct sw_vex_product *o)
{
	struct sw_str *v;
	if (!p->version.n || o->purl.version.n || sw_str_is(p->version, "*") ||
		sw_str_is(p->version, "vers:all/*"))
		return true;
	v = sw_arena_new_array(a, 1, struct sw_str);
	if (!v)
		return false;
	*v = p->version;
	o->versions = v;
	o->n_versions = 1;
	return true;
}

static void relate(struct csaf *c, const struct product *platform, struct sw_vex_product *o)
{
	struct sw_arena *a = c->l->a;
	struct sw_purl *inner;
	if (platform->purl.n) { /* an image, or a program: the component in it */
		inner = sw_arena_new_array(a, 1, struct sw_purl);
		if (!inner)
			return no_purl(o);
		*inner = o->purl;
		o->subcomponents = inner;
		o->n_subcomponents = 1;
		o->id = platform->purl;
		if (!vex_purl_of(a, platform->purl, &o->purl))
			no_purl(o);
	} else if (platform->cpe.n) {
		o->platform = platform_name(a, platform->cpe);
		/* In a product that we do not know only a build tells whether it is that one. */
		if (!o->platform.n && !o->purl.version.n)
			no_purl(o);
	}
}

static void identify(struct csaf *c, struct sw_str id, struct sw_vex_product *o)
{
	const struct product *p = find(c, id), *component = component_of(c, p);
	const struct product *platform = p && p->platform.n ? platform_of(c, p) : NULL;
	*o = (struct sw_vex_product){.id = id};
	no_purl(o);
	if (!component || !vex_purl_of(c->l->a, component->purl, &o->purl))
		return no_purl(o);
	if (!set_versions(c->l->a, component, o))
		return no_purl(o);
	if (platform)
		relate(c, platform, o);
}

/* ---- why ---- */

static void remark(struct csaf *c, struct sw_value ids, struct sw_str text)
{
	if (!sw_is(ids, SW_ARRAY) || !text.n)
		return;
	sw_array_foreach (id, ids) {
		if (c->n_remarks == c->cap_remarks) {
			uint32_t want = c->cap_remarks ? c->cap_remarks * 2 : 64;
			void *p = sw_arena_grow(c->l->a, c->remarks,
				c->cap_remarks * sizeof(*c->remarks), want * sizeof(*c->remarks));
			if (!p)
				return;
			c->remarks = p;
			c->cap_remarks = want;
		}
		if (sw_is(*id, SW_STRING))
			c->remarks[c->n_remarks++] = (struct remark){sw_value_str(*id), text};
	}
}

static void remark_groups(struct csaf *c, struct sw_value ids, struct sw_str text)
{
	if (!sw_is(ids, SW_ARRAY) || !sw_is(c->groups, SW_ARRAY))
		return;
	sw_array_foreach (g, c->groups)
		sw_array_foreach (id, ids)
			if (sw_is(*id, SW_STRING) &&
				sw_str_eq(sw_value_str(*id), sw_value_getstr(*g, "group_id")))
				remark(c, sw_value_path(*g, "product_ids", NULL), text);
}

static int by_product(const void *x, const void *y)
{
	const struct remark *a = x, *b = y;
	int c = sw_str_cmp(a->id, b->id);
	return c ? c : sw_str_cmp(a->text, b->text);
}

/* Justifications as flags, else the impact in words. */
static void read_remarks(struct csaf *c, struct sw_value flaw)
{
	static const char *const places[][2] = {{"flags", "label"}, {"threats", "details"}};
	c->n_remarks = 0;
	for (size_t i = 0; i < SW_ARRAY_LEN(places) && !c->n_remarks; i++) {
		struct sw_value list = sw_value_path(flaw, places[i][0], NULL);
		if (!sw_is(list, SW_ARRAY))
			continue;
		sw_array_foreach (one, list) {
			struct sw_str text = sw_value_getstr(*one, places[i][1]);
			if (i && !sw_str_is(sw_value_getstr(*one, "category"), "impact"))
				continue;
			remark(c, sw_value_path(*one, "product_ids", NULL), text);
			remark_groups(c, sw_value_path(*one, "group_ids", NULL), text);
		}
	}
	if (c->n_remarks)
		qsort(c->remarks, c->n_remarks, sizeof(*c->remarks), by_product);
}

static struct sw_str reason_of(const struct csaf *c, struct sw_str id)
{
	struct remark key = {.id = id};
	uint32_t low = 0, high = c->n_remarks;
	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		if (sw_str_cmp(c->remarks[mid].id, key.id) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low < c->n_remarks && sw_str_eq(c->remarks[low].id, id) ? c->remarks[low].text
								       : SW_STR("");
}

/* ---- statements ---- */

static void flaw_names(struct vex_loader *l, struct sw_vex_statement *s, struct sw_value flaw)
{
	struct sw_value ids = sw_value_path(flaw, "ids", NULL);
	uint32_t n = sw_is(ids, SW_ARRAY) && ids.n < VEX_NAMES_MAX ? ids.n : 0;
	struct sw_str cve = sw_value_getstr(flaw, "cve");
	struct sw_str *v = sw_arena_new_array(l->a, n + 1u, struct sw_str);
	if (!v)
		return;
	if (cve.n)
		v[s->n_names++] = cve;
	for (uint32_t i = 0; i < n; i++) {
		struct sw_str text = sw_value_getstr(sw_array_at(ids, i), "text");
		if (text.n)
			v[s->n_names++] = text;
	}
	s->names = v;
}

/* What a list says of its products, a statement for each reason (those beyond the eighth: none). */
static int read_status(
	struct csaf *c, struct sw_value flaw, struct sw_value ids, enum sw_vex_status status)
{
	struct vex_loader *l = c->l;
	uint32_t from = l->vex->n;
	if (!sw_is(ids, SW_ARRAY))
		return 0;
	sw_array_foreach (id, ids) {
		struct sw_vex_statement *s = NULL;
		if (!sw_is(*id, SW_STRING))
			continue;
		struct sw_str why = status == SW_VEX_NOT_AFFECTED ? reason_of(c, sw_value_str(*id))
								  : SW_STR("");
		if (l->vex->n - from >= REASONS_MAX)
			why = SW_STR("");
		for (uint32_t i = from; !s && i < l->vex->n; i++)
			if (sw_str_eq(l->vex->v[i].reason, why))
				s = &l->vex->v[i];
		if (!s && (s = vex_add(l))) {
			s->status = status;
			s->reason = why;
			s->products = sw_arena_zalloc(l->a, (ids.n + 1u) * sizeof(*s->products));
			flaw_names(l, s, flaw);
		}
		if (!s || !s->products)
			return vex_limit(l);
		identify(c, sw_value_str(*id), &s->products[s->n_products++]);
	}
	return 0;
}

int vex_csaf(struct vex_loader *l, struct sw_value doc)
{
	static const struct {
		const char *key;
		enum sw_vex_status status;
	} lists[] = {{"known_not_affected", SW_VEX_NOT_AFFECTED},
		{"known_affected", SW_VEX_AFFECTED}, {"first_affected", SW_VEX_AFFECTED},
		{"last_affected", SW_VEX_AFFECTED}, {"fixed", SW_VEX_FIXED},
		{"first_fixed", SW_VEX_FIXED}, {"under_investigation", SW_VEX_UNDER_INVESTIGATION}};
	struct csaf c = {.l = l};
	l->time = vex_seconds_of(sw_value_getstr(
		sw_value_path(doc, "document", "tracking", NULL), "current_release_date"));
	read_tree(&c, sw_value_path(doc, "product_tree", NULL));
	sw_array_foreach (flaw, sw_value_path(doc, "vulnerabilities", NULL)) {
		struct sw_value status = sw_value_path(*flaw, "product_status", NULL);
		read_remarks(&c, *flaw);
		for (size_t i = 0; i < SW_ARRAY_LEN(lists); i++) {
			int rc = read_status(&c, *flaw,
				sw_object_gets(status, sw_str_from(lists[i].key)), lists[i].status);
			if (rc)
				return rc;
		}
	}
	return 0;
}
