/* SPDX-License-Identifier: Apache-2.0 */
/* The checks that the build compiled against the same checks compiled now: they must be one
 * program. */
#include "../test.h"

#include "base/cleanup.h"
#include "policy/pack.h"
#include "policy/scan.h"
#include "rego/image.h"

struct both {
	struct sw_packs *image, *fresh;
	const struct sw_rego_engine *x, *y;
};

static struct sw_packs *load(bool no_image)
{
	struct sw_packs *p = NULL;
	struct sw_error err = {0};
	int r = sw_packs_load(&(struct sw_packs_opts){.no_image = no_image}, &p, &err);
	if (r)
		fail_msg("%s", err.text);
	return p;
}

static int setup(void **state)
{
	static struct both b;
	b.image = load(false);
	b.fresh = load(true);
	b.x = sw_packs_engine(b.image);
	b.y = sw_packs_engine(b.fresh);
	*state = &b;
	return 0;
}

static int teardown(void **state)
{
	struct both *b = *state;
	sw_packs_free(b->image);
	sw_packs_free(b->fresh);
	return 0;
}

static bool same(struct sw_value a, struct sw_value b)
{
	return a.type == b.type && a.repr == b.repr && a.tag == b.tag && a.n == b.n &&
	       (!sw_defined(a) || sw_value_eq(a, b));
}

static void the_image_is_used(void **state)
{
	struct both *b = *state;
	assert_true(b->x->from_image);
	assert_false(b->y->from_image);
}

static void code_is_the_same(void **state)
{
	struct both *b = *state;
	const struct vm_code *x = &b->x->code, *y = &b->y->code;
	assert_int_equal(x->ins.n, y->ins.n);
	assert_int_equal(x->ins_loc.n, y->ins_loc.n);
	assert_memory_equal(x->ins.v, y->ins.v, x->ins.n * sizeof(*x->ins.v));
	assert_memory_equal(x->ins_loc.v, y->ins_loc.v, x->ins_loc.n * sizeof(*x->ins_loc.v));
	assert_int_equal(x->k.n, y->k.n);
	for (uint32_t i = 0; i < x->k.n; i++)
		assert_true(same(x->k.v[i], y->k.v[i]));
	assert_int_equal(x->builtins.n, y->builtins.n);
	for (uint32_t i = 0; i < x->builtins.n; i++)
		assert_ptr_equal(x->builtins.v[i], y->builtins.v[i]);
	assert_int_equal(x->queries.n, y->queries.n);
	for (uint32_t i = 0; i < x->queries.n; i++) {
		assert_int_equal(x->queries.v[i].fn, y->queries.v[i].fn);
		assert_int_equal(x->queries.v[i].document, y->queries.v[i].document);
	}
	assert_int_equal(x->switches.n, y->switches.n);
	for (uint32_t i = 0; i < x->switches.n; i++) {
		assert_int_equal(x->switches.v[i].n, y->switches.v[i].n);
		assert_int_equal(x->switches.v[i].other, y->switches.v[i].other);
		for (uint32_t k = 0; k < x->switches.v[i].n; k++) {
			assert_true(
				same(x->switches.v[i].cases[k].key, y->switches.v[i].cases[k].key));
			assert_int_equal(
				x->switches.v[i].cases[k].target, y->switches.v[i].cases[k].target);
		}
	}
}

static void same_node(const struct sw_rego_node *x, const struct sw_rego_node *y)
{
	assert_int_equal(!x, !y);
	if (!x)
		return;
	assert_true(same(x->key, y->key));
	assert_int_equal(x->n_children, y->n_children);
	assert_int_equal(x->hide, y->hide);
	assert_int_equal(x->n_rules > 0, y->n_rules > 0);
	if (y->n_rules)
		assert_int_equal(x->rules[0]->kind, y->rules[0]->kind);
	assert_ptr_equal(x->plan, y->plan);
	for (uint32_t i = 0; i < x->n_children; i++) {
		assert_ptr_equal(x->children[i]->parent, x);
		same_node(x->children[i], y->children[i]);
	}
}

static void functions_and_tree_are_the_same(void **state)
{
	struct both *b = *state;
	const struct vm_code *x = &b->x->code, *y = &b->y->code;
	assert_int_equal(x->fns.n, y->fns.n);
	for (uint32_t i = 0; i < x->fns.n; i++) {
		const struct vm_fn *f = &x->fns.v[i], *g = &y->fns.v[i];
		assert_int_equal(f->start, g->start);
		assert_int_equal(f->n_regs, g->n_regs);
		assert_int_equal(f->n_args, g->n_args);
		assert_int_equal(f->flags, g->flags);
		assert_true(same(f->path, g->path));
		assert_true(same(f->constant, g->constant));
		assert_true(sw_str_eq(f->name, g->name));
		assert_int_equal(!f->node, !g->node);
	}
	same_node(b->x->program->data, b->y->program->data);
	assert_int_equal(x->rules.n, y->rules.n);
	for (uint32_t i = 0; i < x->rules.n; i++) {
		assert_true(sw_str_eq(x->rules.v[i].name, y->rules.v[i].name));
		assert_int_equal(x->rules.v[i].loc, y->rules.v[i].loc);
		assert_int_equal(x->rules.v[i].function, y->rules.v[i].function);
	}
}

static void places_of_the_source_are_the_same(void **state)
{
	struct both *b = *state;
	struct sw_rego_eval *v = sw_rego_eval_new(b->x, NULL), *w = sw_rego_eval_new(b->y, NULL);
	uint32_t n = b->y->code.locs.n;
	assert_int_equal(b->x->n_image_locs, n);
	for (uint32_t i = 0; i < n; i++) {
		const struct sw_rego_loc *l = vm_loc_at(v, i), *m = vm_loc_at(w, i);
		assert_int_equal(l->row, m->row);
		assert_int_equal(l->col, m->col);
		assert_int_equal(l->offset, m->offset);
		if (!l->file)
			continue;
		assert_true(sw_str_eq(l->file->name, m->file->name));
		assert_true(sw_str_eq(l->text, m->text));
	}
	assert_null(vm_loc_at(v, n));
	sw_rego_eval_free(v);
	sw_rego_eval_free(w);
}

static void same_kinds(const struct sw_check_kind *x, const struct sw_check_kind *y, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		assert_true(sw_str_eq(x[i].kind, y[i].kind));
		assert_true(sw_str_eq(x[i].group, y[i].group));
		assert_int_equal(!x[i].group.p, !y[i].group.p); /* "any" and "core" differ */
	}
}

static void same_rule(const struct sw_rule *x, const struct sw_rule *y)
{
	assert_true(sw_str_eq(x->id, y->id) && sw_str_eq(x->title, y->title));
	assert_true(sw_str_eq(x->description, y->description));
	assert_true(sw_str_eq(x->remediation, y->remediation));
	assert_true(sw_str_eq(x->category, y->category) && sw_str_eq(x->engine, y->engine));
	assert_true(sw_str_eq(x->source, y->source));
	assert_int_equal(x->severity, y->severity);
	assert_int_equal(x->n_references, y->n_references);
	for (uint32_t i = 0; i < x->n_references; i++)
		assert_true(sw_str_eq(x->references[i], y->references[i]));
	assert_int_equal(x->n_frameworks, y->n_frameworks);
	for (uint32_t i = 0; i < x->n_frameworks; i++) {
		assert_true(sw_str_eq(x->frameworks[i].framework, y->frameworks[i].framework));
		assert_true(sw_str_eq(x->frameworks[i].control, y->frameworks[i].control));
	}
}

static void checks_are_the_same(void **state)
{
	struct both *b = *state;
	uint32_t n, m;
	const struct sw_check *x = sw_packs_checks(b->image, &n),
			      *y = sw_packs_checks(b->fresh, &m);
	assert_int_equal(n, m);
	assert_true(n > 150);
	for (uint32_t i = 0; i < n; i++) {
		same_rule(&x[i].rule, &y[i].rule);
		assert_true(sw_str_eq(x[i].package, y[i].package));
		assert_int_equal(x[i].input, y[i].input);
		assert_int_equal(x[i].n_kinds, y[i].n_kinds);
		same_kinds(x[i].kinds, y[i].kinds, x[i].n_kinds);
		assert_int_equal(x[i].n_inventory, y[i].n_inventory);
		same_kinds(x[i].inventory, y[i].inventory, x[i].n_inventory);
		assert_int_equal(x[i].inventory_workload, y[i].inventory_workload);
		assert_int_equal(x[i].n_fields, y[i].n_fields);
		for (uint32_t k = 0; k < x[i].n_fields; k++)
			assert_true(sw_str_eq(x[i].fields[k], y[i].fields[k]));
		assert_int_equal(x[i].n_settings, y[i].n_settings);
		for (uint32_t k = 0; k < x[i].n_settings; k++)
			assert_true(sw_str_eq(x[i].settings[k], y[i].settings[k]));
		assert_int_equal(x[i].builtin, y[i].builtin);
		assert_int_equal(x[i].off, y[i].off);
		assert_int_equal(x[i].has_unknown, y[i].has_unknown);
		assert_int_equal(x[i].deny, y[i].deny);
		assert_int_equal(x[i].unknown, y[i].unknown);
	}
}

/* ---- what can go wrong ---- */

static void an_image_takes_no_more(void **state)
{
	struct both *b = *state;
	struct sw_rego_engine *e = (struct sw_rego_engine *)b->x;
	struct sw_error err = {0};
	uint32_t q;
	assert_int_equal(sw_rego_engine_entrypoint(e, SW_STR("data.x"), &q, &err), -SW_EUSAGE);
	assert_int_equal(sw_rego_engine_query(e, SW_STR("1"), NULL, &q, &err), -SW_EUSAGE);
	assert_int_equal(
		sw_rego_engine_add_text(e, SW_STR("a.rego"), SW_STR("package a"), SW_REGO_V1, &err),
		-SW_EUSAGE);
	assert_int_equal(sw_rego_engine_compile(e, &err), -SW_EUSAGE);
}

static int write_image(const char *text, struct sw_buf *out, struct sw_error *err)
{
	struct sw_rego_engine *e = sw_rego_engine_new(NULL);
	struct sw_embed file = {"a.rego", sw_str_from(text)};
	struct sw_rego_image_out im;
	uint32_t q;
	assert_int_equal(
		sw_rego_engine_add_text(e, SW_STR("a.rego"), file.text, SW_REGO_V1, err), 0);
	assert_int_equal(sw_rego_engine_compile(e, err), 0);
	assert_int_equal(sw_rego_engine_entrypoint(e, SW_STR("data.a.p"), &q, err), 0);
	sw_rego_image_init(&im);
	int r = sw_rego_image_engine(&im, e, &file, 1, err);
	sw_rego_image_print(&im, out);
	sw_rego_image_release(&im);
	sw_rego_engine_free(e);
	return r;
}

static void mocks_of_builtins_are_refused(void **state)
{
	struct sw_error err = {0};
	sw_autobuf out;
	sw_buf_init(&out, 0);
	(void)state;
	assert_int_equal(
		write_image("package a\np if count([]) == 1 with count as 1\n", &out, &err),
		-SW_EUNSUPPORTED);
}

/* Bytes that C would read otherwise, and every kind of value. */
static void hostile_texts_are_escaped(void **state)
{
	struct sw_error err = {0};
	sw_autobuf out;
	sw_buf_init(&out, 0);
	(void)state;
	int r = write_image("package a\np := [\"a\\u0000b\\\"?\?/\\\\\", \"\\u00e9\", "
			    "-9223372036854775808, 1e400, "
			    "{\"k\": {1, [], {}}}, null, true]\n",
		&out, &err);
	assert_int_equal(r, 0);
	struct sw_str s = sw_buf_str(&out);
	assert_true(sw_str_has(s, SW_STR("a\\000b\\042\\077\\077/\\134")));
	assert_true(sw_str_has(s, SW_STR("\\303\\251")));
	assert_true(sw_str_has(s, SW_STR("0x8000000000000000u")));
	assert_true(sw_str_has(s, SW_STR("1e400")));
	sw_autobuf empty;
	sw_buf_init(&empty, 0);
	for (int type = SW_ARRAY; type <= SW_OBJECT; type += SW_OBJECT - SW_ARRAY) {
		sw_buf_clear(&empty);
		sw_buf_printf(&empty, "{%d,0,0,0,{0}}", type); /* the library's own, when bound */
		assert_true(sw_str_has(s, sw_buf_str(&empty)));
	}
	for (size_t i = 0; i < s.n; i++)
		assert_true((unsigned char)s.p[i] < 0x7f && s.p[i]);
}

static void an_image_of_other_sources_is_refused(void **state)
{
	struct both *b = *state;
	struct sw_rego_image im = {.code = b->x->code, .n_files = 3};
	struct sw_rego_engine *e = NULL;
	struct sw_error err = {0};
	static const char *const unknown[] = {"no.such.builtin"};
	assert_int_equal(sw_rego_engine_from_image(&im, NULL, 0, &e, &err), -SW_EINVALID);
	im = (struct sw_rego_image){.builtins = unknown, .n_builtins = 1};
	assert_int_equal(sw_rego_engine_from_image(&im, NULL, 0, &e, &err), -SW_EINVALID);
	assert_null(e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_image_is_used),
		cmocka_unit_test(code_is_the_same),
		cmocka_unit_test(functions_and_tree_are_the_same),
		cmocka_unit_test(places_of_the_source_are_the_same),
		cmocka_unit_test(checks_are_the_same),
		cmocka_unit_test(an_image_takes_no_more),
		cmocka_unit_test(mocks_of_builtins_are_refused),
		cmocka_unit_test(hostile_texts_are_escaped),
		cmocka_unit_test(an_image_of_other_sources_is_refused),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
