/* SPDX-License-Identifier: Apache-2.0 */
#include <glib.h>

#include "base/cleanup.h"
#include "rego/annotations.h"

/* ---- what a block stands above ---- */

struct below {
	uint32_t row;
	enum sw_rego_annotation_on kind;
	const void *node;
};

/* The first package, import or rule below `row`: all three lists are in the order of the text. */
static struct below statement_below(const struct sw_rego_module *m, uint32_t row)
{
	struct below best = {0};
	if (m->package_loc.row > row)
		best = (struct below){m->package_loc.row, SW_REGO_ON_PACKAGE, m->package};
	for (uint32_t i = 0; i < m->n_imports && !(best.row && best.row <= m->imports[i]->loc.row); i++)
		if (m->imports[i]->loc.row > row)
			best = (struct below){m->imports[i]->loc.row, SW_REGO_ON_IMPORT, m->imports[i]};
	uint32_t lo = 0, hi = m->n_rules;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		if (m->rules[mid]->loc.row > row)
			hi = mid;
		else
			lo = mid + 1;
	}
	if (lo < m->n_rules && (!best.row || m->rules[lo]->loc.row < best.row))
		best = (struct below){m->rules[lo]->loc.row, SW_REGO_ON_RULE, m->rules[lo]};
	return best;
}

static void default_scope(struct sw_rego_annotations *a)
{
	static const char *const scopes[] = {[SW_REGO_ON_NOTHING] = "",
		[SW_REGO_ON_PACKAGE] = "package",
		[SW_REGO_ON_IMPORT] = "import",
		[SW_REGO_ON_RULE] = "rule"};
	if (a->scope.n)
		return;
	a->scope = sw_str_from(scopes[a->on]);
	if (a->on == SW_REGO_ON_RULE && a->entrypoint)
		a->scope = SW_STR("document");
}

static bool check_scope(const struct sw_rego_annotations *a, struct sw_rego_diags *d)
{
	static const char *const have[] = {[SW_REGO_ON_NOTHING] = "",
		[SW_REGO_ON_PACKAGE] = " (have package)",
		[SW_REGO_ON_IMPORT] = " (have import)",
		[SW_REGO_ON_RULE] = " (have rule)"};
	bool rule = sw_str_is(a->scope, "rule") || sw_str_is(a->scope, "document");
	bool package = sw_str_is(a->scope, "package") || sw_str_is(a->scope, "subpackages");
	bool ok = true;
	if (!rule && !package) {
		sw_rego_diag_add(d, PARSE_ERR, &a->loc,
			"invalid annotation scope '%.*s'. Use one of 'rule', 'document', 'package', or 'subpackages'",
			SW_STR_ARG(a->scope));
		ok = false;
	} else if (a->on != (rule ? SW_REGO_ON_RULE : SW_REGO_ON_PACKAGE)) {
		sw_rego_diag_add(d, PARSE_ERR, &a->loc, "annotation scope '%.*s' must be applied to %s%s",
			SW_STR_ARG(a->scope), rule ? "rule" : "package", have[a->on]);
		ok = false;
	}
	if (a->entrypoint && !sw_str_is(a->scope, "document") && !sw_str_is(a->scope, "package")) {
		sw_rego_diag_add(d, PARSE_ERR, &a->loc,
			"annotation entrypoint applied to non-document or package scope '%.*s'", SW_STR_ARG(a->scope));
		ok = false;
	}
	return ok;
}

static void add_scope(struct sw_arena *arena, struct sw_value *v, struct sw_str scope)
{
	struct sw_map m;
	sw_map_init(&m, arena);
	sw_object_foreach(it, *v)
		sw_map_add(&m, it->k, it->v);
	sw_map_adds(&m, "scope", sw_string(scope));
	*v = sw_map_object(&m);
}

/* ---- rules ---- */

/* The blocks for one path. */
struct group {
	uint32_t *doc, *by_row, *pending; /* indices of module->annotations */
	uint32_t n_doc, n_by_row, next, n_pending;
};

static char *rule_path(struct sw_arena *a, const struct sw_rego_rule *r)
{
	sw_autobuf b = {0};
	struct sw_rego_term whole = {.kind = SW_REGO_REF};
	const struct sw_rego_terms *pkg = &r->module->package->items, *ref = &r->head->ref->items;
	struct sw_rego_term **v = sw_arena_new_array(a, pkg->n + ref->n, struct sw_rego_term *);
	struct sw_rego_term name = {.kind = SW_REGO_SCALAR, .value = sw_string(ref->v[0]->name)};
	if (!v)
		return NULL;
	for (uint32_t i = 0; i < pkg->n; i++)
		v[whole.items.n++] = pkg->v[i];
	v[whole.items.n++] = &name;
	for (uint32_t i = 1; i < ref->n && p_ground(ref->v[i]); i++)
		v[whole.items.n++] = ref->v[i];
	whole.items.v = v;
	sw_buf_init(&b, 1 << 20);
	sw_rego_term_print(&b, &whole);
	return sw_arena_cstr(a, sw_buf_str(&b));
}

static bool group_add(struct sw_arena *a, struct group *g, uint32_t i, bool doc)
{
	uint32_t **v = doc ? &g->doc : &g->by_row, *n = doc ? &g->n_doc : &g->n_by_row;
	void *grown = sw_arena_grow(a, *v, *n * sizeof(uint32_t), (*n + 1) * sizeof(uint32_t));
	if (!grown)
		return false;
	*v = grown;
	(*v)[(*n)++] = i;
	return true;
}

static bool make_groups(struct sw_arena *a, struct sw_rego_module *m, GHashTable *groups)
{
	for (uint32_t i = 0; i < m->n_annotations; i++) {
		const struct sw_rego_annotations *x = m->annotations[i];
		if (x->on != SW_REGO_ON_RULE)
			continue;
		char *path = rule_path(a, x->target);
		struct group *g = path ? g_hash_table_lookup(groups, path) : NULL;
		if (path && !g) {
			g = sw_arena_new(a, struct group);
			if (g)
				g_hash_table_insert(groups, path, g);
		}
		if (!g || !group_add(a, g, i, sw_str_is(x->scope, "document")))
			return false;
	}
	return true;
}

/* Document blocks go to every rule of the path, a rule block to the first rule below it (and those between). */
static bool give(struct sw_arena *a, struct sw_rego_module *m, struct group *g, struct sw_rego_rule *r)
{
	uint32_t d = 0, p = 0;
	if (!g->pending)
		g->pending = sw_arena_new_array(a, g->n_by_row + 1, uint32_t);
	if (!g->pending)
		return false;
	for (; g->next < g->n_by_row && m->annotations[g->by_row[g->next]]->loc.row < r->loc.row; g->next++)
		g->pending[g->n_pending++] = g->by_row[g->next];
	r->annotations = sw_arena_new_array(a, g->n_doc + g->n_pending + 1, struct sw_rego_annotations *);
	if (!r->annotations)
		return false;
	while (d < g->n_doc || p < g->n_pending) {
		bool doc = p == g->n_pending || (d < g->n_doc && g->doc[d] < g->pending[p]);
		r->annotations[r->n_annotations++] = m->annotations[doc ? g->doc[d++] : g->pending[p++]];
	}
	if (g->n_pending)
		g->n_pending--;
	return true;
}

int p_annotations_attach(struct sw_arena *a, struct sw_rego_module *m, struct sw_rego_diags *d)
{
	bool ok = true;
	for (uint32_t i = 0; i < m->n_annotations; i++) {
		struct sw_rego_annotations *x = m->annotations[i];
		struct below b = statement_below(m, x->loc.row);
		x->on = b.kind;
		x->target = b.node;
		default_scope(x);
		ok = check_scope(x, d) && ok;
		add_scope(a, &x->value, x->scope);
		add_scope(a, &x->json, x->scope);
	}
	if (!ok)
		return -SW_ESYNTAX;
	GHashTable *groups = g_hash_table_new(g_str_hash, g_str_equal);
	ok = make_groups(a, m, groups);
	for (uint32_t i = 0; ok && i < m->n_rules && g_hash_table_size(groups); i++) {
		char *path = rule_path(a, m->rules[i]);
		struct group *g = path ? g_hash_table_lookup(groups, path) : NULL;
		ok = path && (!g || give(a, m, g, m->rules[i]));
	}
	g_hash_table_destroy(groups);
	return ok ? 0 : -SW_ELIMIT;
}
