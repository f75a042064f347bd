/* SPDX-License-Identifier: Apache-2.0 */
/* Which rules are tests, and what they are called. */
#include <glib.h>

#include "cmd/policy/test_cases.h"
#include "rego/parse.h"

/* ---- names ---- */

static bool is_test_name(struct sw_str n)
{
	return sw_str_starts(n, SW_STR("test_")) || sw_str_starts(n, SW_STR("todo_test_"));
}

static struct sw_str item_name(const struct sw_rego_term *t)
{
	return t->kind == SW_REGO_VAR					 ? t->name
	       : t->kind == SW_REGO_SCALAR && sw_is(t->value, SW_STRING) ? sw_value_str(t->value)
									 : (struct sw_str){0};
}

uint32_t sw_test_name_items(const struct sw_rego_rule *r)
{
	const struct sw_rego_terms *l = &r->head->ref->items;
	uint32_t ground = sw_rego_ref_ground_len(r->head->ref);
	for (uint32_t i = 0; i < ground; i++)
		if (is_test_name(item_name(l->v[i])))
			return i + 1;
	return 0;
}

struct sw_rego_term *sw_test_path(struct sw_arena *a, const struct sw_rego_rule *r, uint32_t n)
{
	struct sw_rego_term *path = sw_rego_rule_ref(a, r);
	if (path)
		path->items.n = r->module->package->items.n + n;
	return path;
}

struct sw_str sw_test_name(
	struct sw_arena *a, const struct sw_rego_rule *r, uint32_t n, bool package)
{
	sw_autobuf b;
	sw_buf_init(&b, 64 << 10);
	const struct sw_rego_term *path = package ? sw_test_path(a, r, n) : NULL;
	struct sw_rego_term ref = *r->head->ref;
	ref.items.n = n;
	sw_rego_term_print(&b, path ? path : &ref);
	return sw_arena_str(a, sw_buf_str(&b));
}

bool sw_test_is_todo(const struct sw_rego_rule *r, uint32_t n)
{
	return sw_str_starts(item_name(r->head->ref->items.v[n - 1]), SW_STR("todo_"));
}

static int rename_test(struct sw_rego_engine *e, struct sw_arena *scratch, GHashTable *seen,
	struct sw_rego_rule *r)
{
	uint32_t n = sw_test_name_items(r);
	if (!n || sw_test_is_todo(r, n))
		return 0;
	struct sw_str name = sw_test_name(scratch, r, n, true);
	char *full = g_strndup(name.p, name.n);
	guint count = GPOINTER_TO_UINT(g_hash_table_lookup(seen, full));
	g_hash_table_insert(seen, full, GUINT_TO_POINTER(count + 1));
	if (!count)
		return 0;
	const struct sw_rego_term *old = r->head->ref->items.v[n - 1];
	struct sw_arena *a = sw_rego_engine_arena(e);
	struct sw_rego_term *t = sw_arena_new(a, struct sw_rego_term);
	struct sw_rego_term *ref = sw_arena_new(a, struct sw_rego_term);
	struct sw_rego_term **items =
		sw_arena_new_array(a, r->head->ref->items.n, struct sw_rego_term *);
	name = sw_arena_printf(a, "%.*s#%02u", SW_STR_ARG(item_name(old)), count);
	if (!t || !ref || !items || !name.p)
		return -SW_ELIMIT;
	*t = *old;
	if (t->kind == SW_REGO_VAR)
		t->name = name;
	else
		t->value = sw_string(name);
	*ref = *r->head->ref;
	memcpy(items, ref->items.v, ref->items.n * sizeof(struct sw_rego_term *));
	items[n - 1] = t;
	ref->items.v = items;
	ref->items.cap = ref->items.n;
	r->head->ref = ref;
	return 0;
}

int sw_tests_rename(struct sw_rego_engine *e, struct sw_arena *scratch, struct sw_error *err)
{
	const struct sw_rego_program *p = sw_rego_engine_program(e);
	GHashTable *seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	int rc = 0;
	for (uint32_t m = 0; p && m < p->n_modules; m++) {
		struct sw_rego_module *mod = p->modules[m];
		for (uint32_t i = 0; !rc && i < mod->n_rules; i++) {
			mod->rules[i]->module = mod;
			rc = rename_test(e, scratch, seen, mod->rules[i]);
		}
	}
	g_hash_table_destroy(seen);
	return rc ? sw_error_set(err, SW_ELIMIT, "too many tests") : 0;
}
