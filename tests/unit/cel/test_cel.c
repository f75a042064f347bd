/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include <stdlib.h>

#include "cel/cel.h"
#include "doc/json.h"

#include "cases.h"

static const char document[] = "{\"metadata\":{\"name\":\"web\",\"bad\":\"[a\",\"labels\":{\"app\":"
			       "\"web\",\"app.kubernetes.io/name\":\"web\"}},"
			       "\"spec\":{\"replicas\":3,\"ratio\":0.5,\"whole\":1.0,\"big\":"
			       "12345678901234567890,\"none\":null,"
			       "\"list\":[10,20]}}";
static const char admission[] =
	"{\"operation\":\"CREATE\",\"userInfo\":{\"username\":\"jane\",\"groups\":[\"admins\"]}}";

struct fixture {
	struct sw_arena arena;
	struct sw_cel *cel;
	struct sw_value object, request;
	uint32_t slot_object, slot_request, slot_any;
};

static struct sw_value json(struct fixture *f, const char *text)
{
	struct sw_value v;
	assert_int_equal(sw_json_parse(&f->arena, sw_str_from(text), 0, NULL, &v, NULL, NULL), 0);
	return v;
}

static void define(struct fixture *f, const char *name, const char *text)
{
	struct sw_cel_program *p;
	struct sw_error err;
	assert_int_equal(
		sw_cel_compile(f->cel, sw_str_from(text), SW_CEL_WANT_ANY, &p, NULL, &err), 0);
	assert_int_equal(sw_cel_define(f->cel, sw_str_from(name), p, SW_STR(""), NULL, &err), 0);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct sw_error err;
	sw_arena_init(&f->arena, 0);
	f->cel = sw_cel_new(NULL);
	assert_int_equal(
		sw_cel_declare(f->cel, SW_STR("object"), SW_CEL_DYN, &f->slot_object, &err), 0);
	assert_int_equal(
		sw_cel_declare(f->cel, SW_STR("request"), SW_CEL_REQUEST, &f->slot_request, &err),
		0);
	assert_int_equal(sw_cel_declare(f->cel, SW_STR("authorizer"), SW_CEL_AUTHORIZERS,
				 &f->slot_any, &err),
		0);
	define(f, "variables.twice", "object.spec.replicas * 2");
	define(f, "variables.bad", "1 / 0");
	f->object = json(f, document);
	f->request = json(f, admission);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	sw_cel_free(f->cel);
	sw_arena_release(&f->arena);
	free(f);
	return 0;
}

/* What the expression is, in the form of cases.h. */
static void outcome(struct fixture *f, const char *expr, uint64_t limit, struct sw_buf *out)
{
	struct sw_cel_program *p;
	struct sw_error err = {0};
	struct sw_value v;
	if (sw_cel_compile(f->cel, sw_str_from(expr), SW_CEL_WANT_ANY, &p, NULL, &err) < 0) {
		sw_buf_printf(out, "?%u:%u %s", err.line, err.col, err.text);
		return;
	}
	sw_cel_begin(f->cel, &f->arena, limit, 0);
	sw_cel_set(f->cel, f->slot_object, f->object);
	sw_cel_set(f->cel, f->slot_request, f->request);
	if (sw_cel_eval(f->cel, p, 0, &v, &err) < 0)
		sw_buf_printf(out, "!%s", err.text);
	else
		sw_cel_write(out, v);
}

static void test_cases(void **state)
{
	int bad = 0;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		sw_autobuf out;
		sw_buf_init(&out, 1 << 20);
		outcome(*state, cases[i].expr, SW_CEL_COST_RUN, &out);
		if (strcmp(sw_buf_cstr(&out), cases[i].want) != 0) {
			print_error("%s\n  is   %s\n  want %s\n", cases[i].expr, sw_buf_cstr(&out),
				cases[i].want);
			bad++;
		}
	}
	assert_int_equal(bad, 0);
}

/* All errors of types and names are told, each at its place. */
static void test_issues(void **state)
{
	struct fixture *f = *state;
	struct sw_cel_program *p;
	struct sw_cel_issues l;
	struct sw_error err;
	assert_int_equal(
		sw_cel_compile(f->cel, SW_STR("a == 1 &&\n  '\303\251' + b > 'x' && 1 + 'x' == 2"),
			SW_CEL_WANT_BOOL, &p, &l, &err),
		-SW_EINVALID);
	assert_int_equal(l.n, 3);
	assert_str(l.v[0].text, "undeclared reference to 'a' (in container '')");
	assert_int_equal(l.v[1].line, 2);
	assert_int_equal(l.v[1].col, 9);
	assert_str(l.v[2].text, "found no matching overload for '_+_' applied to '(int, string)'");
}

static void test_result_type(void **state)
{
	struct fixture *f = *state;
	struct sw_cel_program *p;
	struct sw_error err;
	assert_int_equal(sw_cel_compile(f->cel, SW_STR("1"), SW_CEL_WANT_BOOL, &p, NULL, &err),
		-SW_EINVALID);
	assert_string_equal(err.text, "must evaluate to bool but got int");
	assert_int_equal(
		sw_cel_compile(f->cel, SW_STR("object.a"), SW_CEL_WANT_BOOL, &p, NULL, &err), 0);
	assert_int_equal(sw_cel_compile(f->cel, SW_STR("null"),
				 SW_CEL_WANT_STRING | SW_CEL_WANT_NULL, &p, NULL, &err),
		0);
}

/* What is spent ends the evaluation, wherever it stands: no operator makes a verdict of it. */
static void test_cost(void **state)
{
	static const char *const costly[] = {
		"lists.range(1000).all(x, lists.range(1000).exists(y, y == x))",
		"true || lists.range(100000000).size() > 0",
		"lists.range(100000).map(x, x).size() > 0 || true",
		"[1].all(x, lists.range(1000000).exists(y, y < 0)) || true",
		"!lists.range(100000).exists(x, x < 0) && false",
	};
	for (size_t i = 0; i < sizeof(costly) / sizeof(*costly); i++) {
		sw_autobuf out;
		sw_buf_init(&out, 4096);
		outcome(*state, costly[i], 100000, &out);
		if (i == 1)
			assert_string_equal(sw_buf_cstr(&out), "true");
		else
			assert_string_equal(sw_buf_cstr(&out),
				"!operation cancelled: actual cost limit exceeded");
	}
}

/* 'a' doubled 40 times is a terabyte. */
static void test_growth(void **state)
{
	sw_autobuf expr, out;
	sw_buf_init(&expr, 1 << 16);
	sw_buf_init(&out, 1 << 16);
	for (int i = 0; i < 40; i++) {
		if (i)
			sw_buf_printf(&expr, "[v%d + v%d].map(v%d, ", i - 1, i - 1, i);
		else
			sw_buf_addz(&expr, "[object.metadata.name].map(v0, ");
	}
	sw_buf_addz(&expr, "v39.size()");
	sw_buf_pad(&expr, ')', 40);
	outcome(*state, sw_buf_cstr(&expr), SW_CEL_COST_RUN, &out);
	assert_string_equal(sw_buf_cstr(&out), "!operation cancelled: actual cost limit exceeded");
}

static void nested(struct fixture *f, const char *open, const char *middle, const char *close,
	int n, const char *want)
{
	sw_autobuf expr, out;
	sw_buf_init(&expr, 1 << 20);
	sw_buf_init(&out, 1 << 20);
	for (int i = 0; i < n; i++)
		sw_buf_addz(&expr, open);
	sw_buf_addz(&expr, middle);
	for (int i = 0; i < n; i++)
		sw_buf_addz(&expr, close);
	outcome(f, sw_buf_cstr(&expr), SW_CEL_COST_RUN, &out);
	if (!strstr(sw_buf_cstr(&out), want))
		fail_msg("%s… %d times: %.200s", open, n, sw_buf_cstr(&out));
}

static void test_depth(void **state)
{
	nested(*state, "(", "1", ")", 200, "1");
	nested(*state, "(", "1", ")", 300, "expression recursion limit exceeded: 250");
	nested(*state, "[", "1", "]", 300, "expression recursion limit exceeded: 250");
	nested(*state, "true ? ", "1", " : 2", 300, "");
	nested(*state, "1 + ", "1", "", 900, "901");
	nested(*state, "1 + ", "1", "", 2000, "nested more than 1000 deep");
	nested(*state, "true && ", "true", "", 5000, "true");
	nested(*state, "", "object", ".a", 2000, "nested more than 1000 deep");
	nested(*state, "[1].all(x, ", "true", ")", 100,
		"more than 64 variables of macros in each other");
	nested(*state, "!", "true", "", 30001, "false");
	nested(*state, "", "1", "                                                ", 3000,
		"expression code point size");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_cases, setup, teardown),
		cmocka_unit_test_setup_teardown(test_issues, setup, teardown),
		cmocka_unit_test_setup_teardown(test_result_type, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cost, setup, teardown),
		cmocka_unit_test_setup_teardown(test_growth, setup, teardown),
		cmocka_unit_test_setup_teardown(test_depth, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
