/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Evaluates expressions for cel_spec.py. A line of stdin is a JSON object: expr, bind (names to
 * expressions), want (an expression of the result), error (it must fail), check (false: types are
 * not checked upstream). A line of output is "ok", or what went wrong.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cel/cel.h"
#include "doc/json.h"

static struct sw_str get(struct sw_value o, const char *key)
{
	return sw_value_getstr(o, key);
}

/* The value of a closed expression. */
static int constant(
	struct sw_arena *a, struct sw_str text, struct sw_value *ret, struct sw_error *err)
{
	struct sw_cel_opts opts = {.loose = true, .spec = true};
	struct sw_cel *cel =
		sw_cel_new(&opts); /* lives as long as the program: values point into it */
	struct sw_cel_program *p;
	int r = sw_cel_compile(cel, text, SW_CEL_WANT_ANY, &p, NULL, err);
	sw_cel_begin(cel, a, 1u << 30, 0);
	return r < 0 ? r : sw_cel_eval(cel, p, 0, ret, err);
}

static int evaluate(
	struct sw_arena *a, struct sw_value c, struct sw_value *ret, struct sw_error *err)
{
	struct sw_cel_opts opts = {.loose = true, .spec = true};
	opts.unchecked = sw_is_false(sw_object_gets(c, SW_STR("check")));
	struct sw_cel *cel = sw_cel_new(&opts);
	struct sw_cel_program *p;
	uint32_t slots[64], n = 0;
	struct sw_value bind = sw_object_gets(c, SW_STR("bind"));
	if (bind.type == SW_OBJECT)
		sw_object_foreach (m, bind)
			if (n < 64)
				sw_cel_declare(
					cel, sw_value_str(m->k), SW_CEL_DYN, &slots[n++], NULL);
	int r = sw_cel_compile(cel, get(c, "expr"), SW_CEL_WANT_ANY, &p, NULL, err);
	if (r < 0)
		return r;
	sw_cel_begin(cel, a, 1u << 30, 0);
	for (uint32_t i = 0; i < n; i++) {
		struct sw_value v;
		if (constant(a, sw_value_str(bind.u.o->m[i].v), &v, err) < 0)
			return -1;
		sw_cel_set(cel, slots[i], v);
	}
	return sw_cel_eval(cel, p, 0, ret, err);
}

static void judge(struct sw_arena *a, struct sw_value c)
{
	struct sw_value got, want;
	struct sw_error err = {0};
	sw_autobuf x, y;
	sw_buf_init(&x, 1 << 20);
	sw_buf_init(&y, 1 << 20);
	int r = evaluate(a, c, &got, &err);
	if (sw_is_true(sw_object_gets(c, SW_STR("error")))) {
		if (r == 0)
			sw_cel_write(&x, got);
		printf(r < 0 ? "ok\n" : "no error but %s\n", r < 0 ? "" : sw_buf_cstr(&x));
		return;
	}
	if (r < 0) {
		printf("error: %s\n", err.text);
		return;
	}
	if (constant(a, get(c, "want"), &want, &err) < 0) {
		printf("the case's own value: %s\n", err.text);
		return;
	}
	sw_cel_write(&x, got);
	sw_cel_write(&y, want);
	if (strcmp(sw_buf_cstr(&x), sw_buf_cstr(&y)) == 0)
		printf("ok\n");
	else
		printf("got %s, want %s\n", sw_buf_cstr(&x), sw_buf_cstr(&y));
}

int main(void)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	while ((n = getline(&line, &cap, stdin)) > 0) {
		sw_autoarena a;
		struct sw_value c;
		sw_arena_init(&a, 0);
		if (sw_json_parse(&a, sw_str_make(line, (size_t)n), 0, NULL, &c, NULL, NULL) < 0)
			printf("the line is no JSON\n");
		else
			judge(&a, c);
		fflush(stdout);
	}
	free(line);
	return 0;
}
