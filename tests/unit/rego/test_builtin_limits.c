/* SPDX-License-Identifier: Apache-2.0 */
/* Builtins under budgets, hostile operands, and the table against OPA's capabilities. */
#include "../test.h"

#include <stdlib.h>

#include "base/re2.h"
#include "doc/json.h"
#include "rego/builtin.h"

struct env {
	struct sw_arena arena, scratch;
	struct sw_builtin_ctx ctx;
	uint64_t steps;
};

static void env_open(struct env *e, uint64_t steps)
{
	*e = (struct env){.steps = steps};
	sw_arena_init(&e->arena, 64 << 20);
	sw_arena_init(&e->scratch, 64 << 20);
	e->ctx = (struct sw_builtin_ctx){
		.arena = &e->arena, .scratch = &e->scratch, .steps = &e->steps};
}

static void env_close(struct env *e)
{
	sw_arena_release(&e->arena);
	sw_arena_release(&e->scratch);
}

static int invoke(
	struct env *e, const char *name, const struct sw_value *args, struct sw_value *ret)
{
	const struct sw_builtin *b = sw_builtin_find(sw_str_from(name));
	assert_non_null(b);
	assert_non_null(b->fn);
	return b->fn(&e->ctx, args, sw_builtin_arity(b), ret);
}

static struct sw_value repeated(struct env *e, const char *unit, size_t times)
{
	size_t n = strlen(unit);
	char *p = sw_arena_alloc(&e->arena, n * times + 1);
	for (size_t i = 0; i < times; i++)
		memcpy(p + i * n, unit, n);
	return sw_string(sw_str_make(p, n * times));
}

static void a_range_stops_at_the_budget(void **state)
{
	struct env e;
	struct sw_value ret, args[] = {sw_int(0), sw_int(INT64_MAX)};
	env_open(&e, 100000);
	assert_int_equal(invoke(&e, "numbers.range", args, &ret), -SW_ELIMIT);
	assert_string_equal(e.ctx.err_code, SW_BUILTIN_LIMIT);
	env_close(&e);
}

static void a_full_arena_is_a_limit(void **state)
{
	struct env e;
	struct sw_value ret, args[] = {sw_int(0), sw_int(INT64_MAX)};
	env_open(&e, UINT64_MAX);
	assert_int_equal(invoke(&e, "numbers.range", args, &ret), -SW_ELIMIT);
	env_close(&e);
}

static void cancellation_stops_loops(void **state)
{
	struct env e;
	volatile bool cancel = true;
	struct sw_value ret, args[] = {sw_int(0), sw_int(1000)};
	env_open(&e, UINT64_MAX);
	e.ctx.cancel = &cancel;
	assert_int_equal(invoke(&e, "numbers.range", args, &ret), -SW_ECANCELLED);
	assert_string_equal(e.ctx.err_code, SW_BUILTIN_CANCEL);
	env_close(&e);
}

static void replacements_do_not_explode(void **state)
{
	struct env e;
	struct sw_value ret;
	env_open(&e, 1 << 30);
	struct sw_value args[] = {
		repeated(&e, "a", 100000), SW_VSTR(""), repeated(&e, "b", 100000)};
	assert_true(invoke(&e, "replace", args, &ret) < 0);
	struct sw_value re[] = {args[0], SW_VSTR("a"), args[2]};
	assert_true(invoke(&e, "regex.replace", re, &ret) < 0);
	env_close(&e);
}

static void huge_numbers_are_refused(void **state)
{
	static const struct {
		const char *by;
		int64_t right; /* 1 >> by: of `by` the low 64 bits count, as with OPA */
	} shifts[] = {{"100000000", 0}, {"18446744073709551616", 1}};
	struct env e;
	struct sw_value ret;
	env_open(&e, 1 << 30);
	for (size_t i = 0; i < 2; i++) {
		struct sw_value args[] = {sw_int(1), sw_number(sw_str_from(shifts[i].by))};
		assert_true(invoke(&e, "bits.lsh", args, &ret) < 0);
		assert_int_equal(invoke(&e, "bits.rsh", args, &ret), 0);
		assert_true(ret.u.i == shifts[i].right);
	}
	struct sw_value big[] = {sw_number(SW_STR("1e99999999")), sw_number(SW_STR("1.5"))};
	assert_true(invoke(&e, "plus", big, &ret) < 0);
	assert_true(invoke(&e, "round", big, &ret) < 0);
	struct sw_value wide[] = {SW_VSTR("%999999d%999999d"), sw_empty_array()};
	assert_int_equal(invoke(&e, "sprintf", wide, &ret), 0);
	env_close(&e);
}

static void paths_of_a_dense_graph_are_bounded(void **state)
{
	struct env e;
	struct sw_value ret;
	sw_autobuf text;
	env_open(&e, 200000);
	sw_buf_init(&text, 0);
	sw_buf_addz(&text, "{");
	for (int i = 0; i < 20; i++) {
		sw_buf_printf(&text, "%s\"%d\":[", i ? "," : "", i);
		for (int k = 0; k < 20; k++)
			sw_buf_printf(&text, "%s\"%d\"", k ? "," : "", k);
		sw_buf_addz(&text, "]");
	}
	sw_buf_addz(&text, "}");
	struct sw_value args[2];
	assert_int_equal(
		sw_json_parse(&e.arena, sw_buf_str(&text), 0, NULL, &args[0], NULL, NULL), 0);
	assert_int_equal(
		sw_json_parse(&e.arena, SW_STR("[\"0\"]"), 0, NULL, &args[1], NULL, NULL), 0);
	assert_int_equal(invoke(&e, "graph.reachable", args, &ret), 0);
	assert_int_equal(ret.n, 20);
	assert_int_equal(invoke(&e, "graph.reachable_paths", args, &ret), -SW_ELIMIT);
	env_close(&e);
}

static void globs_that_recurse_are_bounded(void **state)
{
	struct env e;
	struct sw_value ret;
	env_open(&e, 1000000);
	struct sw_value x = repeated(&e, "a*b*.*", 60), args[] = {x, repeated(&e, ".*c*a*", 60)};
	int r = invoke(&e, "regex.globs_match", args, &ret);
	assert_true(r == 0 || r == -SW_ELIMIT);
	env_close(&e);
}

static void random_numbers_keep_their_range(void **state)
{
	struct env e;
	struct sw_value ret, again;
	env_open(&e, 1 << 20);
	bool seen[10] = {0};
	for (e.ctx.seed = 0; e.ctx.seed < 300; e.ctx.seed++) {
		struct sw_value args[] = {SW_VSTR("key"), sw_int(-10)};
		assert_int_equal(invoke(&e, "rand.intn", args, &ret), 0);
		assert_int_equal(invoke(&e, "rand.intn", args, &again), 0);
		assert_true(ret.u.i >= 0 && ret.u.i < 10 && ret.u.i == again.u.i);
		seen[ret.u.i] = true;
	}
	for (int i = 0; i < 10; i++)
		assert_true(seen[i]);
	env_close(&e);
}

/* ---- the table ---- */

/* OPA's capabilities.json, or SW_UNDEF when it is not there. */
static struct sw_value capabilities(struct sw_arena *a)
{
	const char *shared = getenv("SW_SHARED");
	char path[4096];
	struct sw_value v = {0};
	snprintf(path, sizeof(path), "%s/conformance/opa/extra/capabilities.json",
		shared ? shared : "");
	FILE *f = fopen(path, "r");
	if (!f)
		return v;
	sw_autobuf text;
	sw_buf_init(&text, 16 << 20);
	char part[4096];
	for (size_t n; (n = fread(part, 1, sizeof(part), f)) > 0;)
		sw_buf_add(&text, part, n);
	fclose(f);
	assert_int_equal(
		sw_json_parse(a, sw_buf_str(&text), SW_JSON_COPY, NULL, &v, NULL, NULL), 0);
	return v;
}

static void put_type(struct sw_buf *out, struct sw_value t);

static void put_list(struct sw_buf *out, struct sw_value list, const char *sep)
{
	if (list.type != SW_ARRAY)
		return;
	sw_array_foreach (e, list) {
		if (e != list.u.a->v)
			sw_buf_addz(out, sep);
		put_type(out, *e);
	}
}

static void put_object_type(struct sw_buf *out, struct sw_value fields, struct sw_value rest)
{
	if (fields.type == SW_ARRAY) {
		sw_buf_addch(out, '{');
		sw_array_foreach (e, fields) {
			sw_buf_printf(out, "%s\"%.*s\":", e == fields.u.a->v ? "" : ",",
				SW_STR_ARG(sw_value_getstr(*e, "key")));
			put_type(out, sw_object_gets(*e, SW_STR("value")));
		}
		sw_buf_addch(out, '}');
	}
	if (rest.type == SW_OBJECT) {
		sw_buf_addch(out, '[');
		put_type(out, sw_object_gets(rest, SW_STR("key")));
		sw_buf_addch(out, ':');
		put_type(out, sw_object_gets(rest, SW_STR("value")));
		sw_buf_addch(out, ']');
	}
}

static void put_type(struct sw_buf *out, struct sw_value t)
{
	struct sw_str kind = sw_value_getstr(t, "type");
	struct sw_value of = sw_object_gets(t, SW_STR("of"));
	struct sw_value fixed = sw_object_gets(t, SW_STR("static"));
	struct sw_value rest = sw_object_gets(t, SW_STR("dynamic"));
	sw_buf_addstr(out, kind);
	if (sw_str_is(kind, "object")) {
		put_object_type(out, fixed, rest);
	} else if (of.type == SW_ARRAY || fixed.type == SW_ARRAY) {
		sw_buf_addch(out, '<');
		put_list(out, of.type == SW_ARRAY ? of : fixed, ",");
		sw_buf_addch(out, '>');
	} else if (of.type == SW_OBJECT || rest.type == SW_OBJECT) {
		sw_buf_addch(out, '[');
		put_type(out, of.type == SW_OBJECT ? of : rest);
		sw_buf_addch(out, ']');
	}
}

static void check_row(struct sw_value want)
{
	struct sw_str name = sw_value_getstr(want, "name");
	struct sw_value decl = sw_object_gets(want, SW_STR("decl"));
	const struct sw_builtin *b = sw_builtin_find(name);
	if (!b)
		fail_msg("%.*s is missing", SW_STR_ARG(name));
	assert_str(sw_str_from(b->infix ? b->infix : ""), /* NULL and absent are the same */
		sw_value_getstr(want, "infix").n ? b->infix ? b->infix : "(none)" : "");
	if (sw_str_is(name, "print")) /* of any arity, which capabilities cannot say */
		return;
	sw_autobuf text;
	sw_buf_init(&text, 0);
	struct sw_value args = sw_object_gets(decl, SW_STR("args"));
	struct sw_value result = sw_object_gets(decl, SW_STR("result"));
	sw_buf_addch(&text, '(');
	put_list(&text, args, ", ");
	sw_buf_addch(&text, ')');
	if (sw_defined(result)) {
		sw_buf_addch(&text, ' ');
		put_type(&text, result);
	}
	if (!sw_str_eq(sw_str_from(b->decl), sw_buf_str(&text)))
		fail_msg("%s is %s, want %s", b->name, b->decl, sw_buf_cstr(&text));
	assert_int_equal(sw_builtin_arity(b), args.type == SW_ARRAY ? args.n : 0);
	/* Schemas may be fetched: OPA 1.22 says so, the list is older. */
	bool nondeterministic = sw_is_true(sw_object_gets(want, SW_STR("nondeterministic"))) ||
				sw_str_is(name, "json.match_schema") || sw_str_is(name, "json.verify_schema");
	if (nondeterministic != !!(b->flags & SW_BUILTIN_NONDETERMINISTIC))
		fail_msg("%s: nondeterministic is wrong", b->name);
	bool deprecated = sw_is_true(sw_object_gets(want, SW_STR("deprecated")));
	if (deprecated != !!(b->flags & SW_BUILTIN_DEPRECATED))
		fail_msg("%s: deprecated is wrong", b->name);
}

/* Groups that are there are checked; see the other test for completeness. */
static void rows_are_those_of_opa(void **state)
{
	sw_autoarena a;
	sw_arena_init(&a, 0);
	struct sw_value all = sw_object_gets(capabilities(&a), SW_STR("builtins"));
	if (!sw_defined(all))
		skip();
	sw_array_foreach (e, all)
		if (sw_builtin_find(sw_value_getstr(*e, "name")))
			check_row(*e);
}

static void names_are_found_and_sorted(void **state)
{
	size_t n;
	const struct sw_builtin *const *all = sw_builtin_all(&n);
	assert_true(n > 120);
	for (size_t i = 0; i < n; i++) {
		assert_ptr_equal(sw_builtin_find(sw_str_from(all[i]->name)), all[i]);
		assert_true(i == 0 || strcmp(all[i - 1]->name, all[i]->name) < 0);
	}
	assert_null(sw_builtin_find(SW_STR("nope")));
	assert_null(sw_builtin_find(SW_STR("")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_range_stops_at_the_budget),
		cmocka_unit_test(a_full_arena_is_a_limit),
		cmocka_unit_test(cancellation_stops_loops),
		cmocka_unit_test(replacements_do_not_explode),
		cmocka_unit_test(huge_numbers_are_refused),
		cmocka_unit_test(paths_of_a_dense_graph_are_bounded),
		cmocka_unit_test(globs_that_recurse_are_bounded),
		cmocka_unit_test(random_numbers_keep_their_range),
		cmocka_unit_test(rows_are_those_of_opa),
		cmocka_unit_test(names_are_found_and_sorted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
