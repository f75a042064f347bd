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

enum { STEPS = 4, REASONS_MAX = 8, REMARKS_MAX = 1 << 21 };

struct product {
	struct sw_str id, name, purl, cpe;
	struct sw_str version;		   /* of its branch: "4.2", "vers:npm/<4"; "" */
	bool range;			   /* a product_version_range */
	struct sw_str component, platform; /* of a relationship */
	bool is_part;			   /* is a relationship, to whatever it leads */
};

struct group {
	struct sw_str id;
	struct sw_value products;
};

/* What is said of one product beside its status. */
struct remark {
	struct sw_str id, text;
};

struct csaf {
	struct vex_loader *l;
	struct product *v; /* sorted by id */
	uint32_t n, cap;
	struct group *groups; /* sorted by id */
	uint32_t n_groups;
	struct remark *remarks; /* of the flaw in hand, sorted by id */
	uint32_t n_remarks, cap_remarks;
	uint32_t all_remarks; /* of the document */
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
		.name = sw_value_getstr(product, "name"),
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
		if (p && sw_str_starts(category, SW_STR("product_version"))) {
			p->version = sw_value_getstr(*b, "name");
			p->range = sw_str_is(category, "product_version_range");
		}
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
		p->is_part = true;
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

static int by_group(const void *x, const void *y)
{
	return sw_str_cmp(((const struct group *)x)->id, ((const struct group *)y)->id);
}

static void groups(struct csaf *c, struct sw_value list)
{
	uint32_t n = sw_is(list, SW_ARRAY) ? list.n : 0;
	c->groups = sw_arena_new_array(c->l->a, n + 1u, struct group);
	if (!c->groups)
		return;
	for (uint32_t i = 0; i < n; i++) {
		struct sw_value one = sw_array_at(list, i);
		c->groups[c->n_groups++] = (struct group){
			sw_value_getstr(one, "group_id"), sw_value_path(one, "product_ids", NULL)};
	}
	qsort(c->groups, c->n_groups, sizeof(*c->groups), by_group);
}

static void read_tree(struct csaf *c, struct sw_value tree)
{
	struct sw_value full = sw_value_path(tree, "full_product_names", NULL);
	branches(c, sw_value_path(tree, "branches", NULL), 0);
	if (sw_is(full, SW_ARRAY))
		sw_array_foreach (p, full)
			put(c, *p);
	relationships(c, sw_value_path(tree, "relationships", NULL));
	groups(c, sw_value_path(tree, "product_groups", NULL));
	if (c->n)
		qsort(c->v, c->n, sizeof(*c->v), by_id);
}

/* ---- which product is meant ---- */

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

/* Where relationships say that a product is. */
struct place {
	const struct product *holder; /* an image, or a program; NULL */
	struct sw_str platform, module;
	bool known; /* the outermost is a holder, or a platform that we know */
};

static const struct product *component_of(const struct csaf *c, const struct product *p)
{
	for (unsigned i = 0; p && p->component.n && !p->purl.n && i < STEPS; i++)
		p = find(c, p->component);
	return p;
}

/* One step out: a module, a holder or a platform. Is the place known by it? */
static bool step_out(struct csaf *c, const struct product *to, struct place *at)
{
	struct sw_purl purl;
	bool named = to && vex_purl_of(c->l->a, to->purl, &purl);
	if (named && !sw_str_is(purl.type, "rpmmod")) {
		at->holder = at->holder ? at->holder : to;
		return true;
	}
	if (to && !at->module.n && !to->cpe.n) /* older files tell a module by its id only */
		at->module = named ? sw_purl_stream(c->l->a, &purl) : sw_package_stream(to->id);
	struct sw_str platform = to ? platform_name(c->l->a, to->cpe) : SW_STR("");
	if (platform.n && !at->platform.n)
		at->platform = platform;
	return platform.n > 0;
}

static void climb(struct csaf *c, const struct product *p, struct place *at)
{
	bool known = true;
	for (unsigned i = 0; p && p->is_part; i++) {
		p = i < STEPS ? find(c, p->platform) : NULL;
		known = step_out(c, component_of(c, p), at);
	}
	at->known = at->known && known;
}

static void cover_nothing(struct sw_vex_product *o)
{
	*o = (struct sw_vex_product){.id = SW_STR(""), .purl.type = SW_STR("")};
}

static bool digit_at(struct sw_str s, size_t i)
{
	return i < s.n && s.p[i] >= '0' && s.p[i] <= '9';
}

/*
 * Does the branch tell a version? Red Hat calls those of packages without one as the package:
 * "kernel", "nodejs:18/nodejs". Words without a digit are none either, but a range in words
 * ("before four") is one, which we cannot read.
 */
static bool tells_version(const struct product *p, const struct sw_purl *purl)
{
	struct sw_str v = p->version;
	struct sw_str bare = sw_str_base(v);
	size_t digit = 0;
	if (!v.n || sw_str_is(v, "*") || sw_str_is(v, "vers:all/*"))
		return false;
	if (p->range || sw_str_starts(v, SW_STR("vers:")))
		return true;
	if (sw_str_ieq(bare, purl->name))
		return false;
	if (digit_at(v, 0) || (v.p[0] == 'v' && digit_at(v, 1)))
		return true;
	while (digit < v.n && !digit_at(v, digit))
		digit++;
	return digit < v.n && !sw_str_eq(v, p->id) && !sw_str_eq(v, p->name);
}

/* Versions that the branch names and the purl does not: one, or a vers range. Others are not read.
 */
static bool take_versions(struct sw_arena *a, const struct product *p, const struct sw_purl *purl,
	struct sw_vex_versions *ret)
{
	if (purl->version.n || !tells_version(p, purl))
		return true;
	struct sw_str *v = sw_arena_new_array(a, 1, struct sw_str);
	if (!v)
		return false;
	*v = p->version;
	*ret = (struct sw_vex_versions){v, 1};
	return true;
}

/* The stream: of the purl, of an id like "nodejs:18/nodejs", or of the module on the way. */
static void take_module(const struct product *p, struct sw_str module, struct sw_vex_product *o)
{
	struct sw_str own = sw_package_stream(sw_purl_get(&o->purl, "rpmmod"));
	size_t slash = sw_str_chr(p->id, '/', 0);
	/* "php@7.2?rpmmod=php:7.2": the stream where a version should be. */
	if (own.n && sw_str_chr(o->purl.version, '-', 0) == SW_NPOS)
		o->purl.version = SW_STR("");
	if (!own.n && slash != SW_NPOS && sw_str_is(o->purl.type, "rpm"))
		own = sw_package_stream(sw_str_sub(p->id, 0, slash));
	o->module = own.n ? own : module;
}

/* One that is the same wherever it lies. */
static bool is_build(const struct sw_purl *purl)
{
	enum sw_package_type type;
	if (sw_str_is(purl->type, "oci"))
		return sw_str_starts(purl->version, SW_STR("sha256:"));
	return purl->version.n && !sw_package_type_find(purl->type, &type) &&
	       sw_package_type_is_os(type);
}

/* The component becomes a part of the image, or the program, that holds it. */
static bool put_into(struct csaf *c, const struct place *at, struct sw_vex_product *o)
{
	struct sw_purl *inner = sw_arena_new_array(c->l->a, 1, struct sw_purl);
	if (!inner)
		return false;
	*inner = o->purl;
	o->subcomponents = inner;
	o->n_subcomponents = 1;
	o->sub_versions = o->versions;
	o->versions = (struct sw_vex_versions){0};
	o->id = at->holder->purl;
	return vex_purl_of(c->l->a, o->id, &o->purl) &&
	       take_versions(c->l->a, at->holder, &o->purl, &o->versions) &&
	       (at->known || o->purl.version.n || o->versions.n);
}

/* In a product that we do not know only a build tells whether it is that one. */
static void relate(struct csaf *c, const struct place *at, struct sw_vex_product *o)
{
	bool known = at->known && at->platform.n;
	o->platform = at->platform;
	if (at->holder ? !put_into(c, at, o) : !known && !is_build(&o->purl))
		cover_nothing(o);
}

static void identify(struct csaf *c, struct sw_str id, struct sw_vex_product *o)
{
	const struct product *p = find(c, id), *component = p;
	struct place at = {.known = true};
	bool is_part = p && p->is_part;
	cover_nothing(o);
	if (!is_part) /* else what it is a part of may be all that is called so */
		o->id = id;
	climb(c, p, &at);
	for (unsigned i = 0; component && component->component.n && !component->purl.n; i++) {
		component = i < STEPS ? find(c, component->component) : NULL;
		climb(c, component, &at);
	}
	if (!component || !vex_purl_of(c->l->a, component->purl, &o->purl)) {
		o->purl = (struct sw_purl){.type = SW_STR("")};
		return;
	}
	take_module(component, at.module, o);
	if (!take_versions(c->l->a, component, &o->purl, &o->versions))
		cover_nothing(o);
	else if (is_part)
		relate(c, &at, o);
}

/* ---- why ---- */

/* -SW_ELIMIT beyond REMARKS_MAX in a document: groups multiply. */
static int remark(struct csaf *c, struct sw_value ids, struct sw_str text)
{
	if (!sw_is(ids, SW_ARRAY) || !text.n)
		return 0;
	sw_array_foreach (id, ids) {
		if (c->n_remarks == c->cap_remarks) {
			uint32_t want = c->cap_remarks ? c->cap_remarks * 2 : 64;
			void *p = sw_arena_grow(c->l->a, c->remarks,
				c->cap_remarks * sizeof(*c->remarks), want * sizeof(*c->remarks));
			if (!p)
				return vex_limit(c->l);
			c->remarks = p;
			c->cap_remarks = want;
		}
		if (c->all_remarks++ == REMARKS_MAX)
			return sw_error_set(c->l->err, SW_ELIMIT,
				"more than %d remarks about products", REMARKS_MAX);
		if (sw_is(*id, SW_STRING))
			c->remarks[c->n_remarks++] = (struct remark){sw_value_str(*id), text};
	}
	return 0;
}

static int remark_groups(struct csaf *c, struct sw_value ids, struct sw_str text)
{
	if (!sw_is(ids, SW_ARRAY) || !c->n_groups)
		return 0;
	sw_array_foreach (id, ids) {
		struct group key = {.id = sw_is(*id, SW_STRING) ? sw_value_str(*id) : SW_STR("")};
		const struct group *g =
			bsearch(&key, c->groups, c->n_groups, sizeof(key), by_group);
		int rc = g && key.id.n ? remark(c, g->products, text) : 0;
		if (rc)
			return rc;
	}
	return 0;
}

static int by_product(const void *x, const void *y)
{
	const struct remark *a = x, *b = y;
	int c = sw_str_cmp(a->id, b->id);
	return c ? c : sw_str_cmp(a->text, b->text);
}

/* Justifications as flags, else the impact in words. */
static int read_remarks(struct csaf *c, struct sw_value flaw)
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
			int rc = remark(c, sw_value_path(*one, "product_ids", NULL), text);
			if (!rc)
				rc = remark_groups(c, sw_value_path(*one, "group_ids", NULL), text);
			if (rc)
				return rc;
		}
	}
	if (c->n_remarks)
		qsort(c->remarks, c->n_remarks, sizeof(*c->remarks), by_product);
	return 0;
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
		int rc = read_remarks(&c, *flaw);
		for (size_t i = 0; !rc && i < SW_ARRAY_LEN(lists); i++)
			rc = read_status(&c, *flaw,
				sw_object_gets(status, sw_str_from(lists[i].key)), lists[i].status);
		if (rc)
			return rc;
	}
	return 0;
}
