/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls of builtins with the results that OPA 1.22.2 gives, one TAP line each.
 *
 * builtins.cases: ["name", [arguments]] TAB result. JSON with {"$set": […]} for sets, {"$obj":
 * [[key, value], …]} for objects with any keys, {"$hex": "ff"} for strings that are not UTF-8. The
 * result is Rego text, "UNDEF", or an error behind "E " (eval_builtin_error) or "T "
 * (eval_type_error); line ends are written \n.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/re2.h"
#include "doc/json.h"
#include "rego/builtin.h"

static struct sw_value build(struct sw_arena *a, struct sw_value v);

static struct sw_value build_list(struct sw_arena *a, struct sw_value v, bool set)
{
	struct sw_list l;
	sw_list_init(&l, a);
	sw_array_foreach (e, v)
		sw_list_add(&l, build(a, *e));
	return set ? sw_list_set(&l) : sw_list_array(&l);
}

static struct sw_value build_bytes(struct sw_arena *a, struct sw_str hex)
{
	char *p = sw_arena_alloc(a, hex.n / 2 + 1);
	for (size_t i = 0; i < hex.n / 2; i++) {
		char two[3] = {hex.p[2 * i], hex.p[2 * i + 1], 0};
		p[i] = (char)strtol(two, NULL, 16);
	}
	return sw_string(sw_str_make(p, hex.n / 2));
}

static struct sw_value build_object(struct sw_arena *a, struct sw_value v)
{
	struct sw_map m;
	sw_map_init(&m, a);
	struct sw_value pairs = sw_object_gets(v, SW_STR("$obj"));
	if (v.n == 1 && pairs.type == SW_ARRAY) {
		sw_array_foreach (e, pairs)
			sw_map_add(&m, build(a, e->u.a->v[0]), build(a, e->u.a->v[1]));
	} else {
		sw_object_foreach (e, v)
			sw_map_add(&m, e->k, build(a, e->v));
	}
	return sw_map_object(&m);
}

static struct sw_value build(struct sw_arena *a, struct sw_value v)
{
	if (v.type == SW_ARRAY)
		return build_list(a, v, false);
	if (v.type != SW_OBJECT)
		return v;
	struct sw_value set = sw_object_gets(v, SW_STR("$set")),
			hex = sw_object_gets(v, SW_STR("$hex"));
	if (v.n == 1 && set.type == SW_ARRAY)
		return build_list(a, set, true);
	if (v.n == 1 && hex.type == SW_STRING)
		return build_bytes(a, sw_value_str(hex));
	return build_object(a, v);
}

static void put_escaped(struct sw_buf *out, struct sw_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\n')
			sw_buf_addz(out, "\\n");
		else
			sw_buf_addch(out, s.p[i]);
	}
}

static void put_result(struct sw_buf *out, const struct sw_builtin *b, struct sw_value v)
{
	sw_autobuf text;
	sw_buf_init(&text, 0);
	if (b->flags & SW_BUILTIN_RELATION) {
		sw_array_foreach (e, v) {
			if (e != v.u.a->v)
				sw_buf_addz(&text, " ; ");
			sw_rego_value_print(&text, *e);
		}
	} else {
		sw_rego_value_print(&text, v);
	}
	put_escaped(out, sw_buf_str(&text));
}

static void call(struct sw_builtin_ctx *ctx, struct sw_value line, struct sw_buf *out)
{
	struct sw_value args[8], ret = {0};
	struct sw_value list = build(ctx->arena, line.u.a->v[1]);
	const struct sw_builtin *b = sw_builtin_find(sw_value_str(line.u.a->v[0]));
	if (!b || !b->fn) {
		sw_buf_addz(out, "no such builtin");
		return;
	}
	for (uint32_t i = 0; i < list.n && i < 8; i++)
		args[i] = list.u.a->v[i];
	int r = b->fn(ctx, args, list.n, &ret);
	if (r < 0) {
		bool type = strcmp(ctx->err_code, SW_BUILTIN_TYPE_ERROR) == 0;
		sw_buf_addz(out, type					   ? "T "
				 : strcmp(ctx->err_code, SW_BUILTIN_ERROR) ? ctx->err_code
									   : "E ");
		put_escaped(out, ctx->err_text);
	} else if (!sw_defined(ret)) {
		sw_buf_addz(out, "UNDEF");
	} else {
		put_result(out, b, ret);
	}
}

/* False when the result is not the one expected. */
static bool run(struct sw_arena *a, struct sw_arena *scratch, struct sw_regex_cache *cache,
	struct sw_str line, unsigned number)
{
	size_t tab = sw_str_chr(line, '\t', 0);
	struct sw_str want = sw_str_sub(line, tab + 1, line.n);
	struct sw_value v;
	struct sw_error err = {0};
	uint64_t steps = 10000000;
	struct sw_builtin_ctx ctx = {
		.arena = a, .scratch = scratch, .steps = &steps, .regexes = cache, .err_code = ""};
	sw_autobuf got;
	sw_buf_init(&got, 0);
	if (sw_json_parse(a, sw_str_sub(line, 0, tab), SW_JSON_COPY, NULL, &v, NULL, &err) < 0)
		sw_buf_printf(&got, "bad case: %s", err.text);
	else
		call(&ctx, v, &got);
	bool ok = sw_str_eq(sw_buf_str(&got), want);
	struct sw_str name = sw_str_sub(line, 2, sw_str_chr(line, '"', 2));
	printf("%sok %u - %.*s line %u\n", ok ? "" : "not ", number, SW_STR_ARG(name), number);
	if (!ok)
		printf("# call: %.*s\n# got:  %.*s\n", SW_STR_ARG(line),
			SW_STR_ARG(sw_buf_str(&got)));
	return ok;
}

int main(void)
{
	const char *root = getenv("SW_SOURCE_ROOT");
	char path[4096], *line = NULL;
	size_t cap = 0;
	unsigned number = 0, bad = 0;
	snprintf(path, sizeof(path), "%s/tests/unit/rego/builtins.cases", root ? root : ".");
	FILE *f = fopen(path, "r");
	if (!f) {
		printf("not ok 1 - cannot open %s\n1..1\n", path);
		return 1;
	}
	sw_autoarena a, scratch;
	sw_arena_init(&a, 0);
	sw_arena_init(&scratch, 0);
	struct sw_regex_cache *cache = sw_regex_cache_new(16);
	for (ssize_t n; (n = getline(&line, &cap, f)) > 0;) {
		n -= line[n - 1] == '\n';
		bad += !run(&a, &scratch, number % 2 ? cache : NULL, sw_str_make(line, (size_t)n),
			number + 1);
		number++;
		sw_arena_reset(&a);
		sw_arena_reset(&scratch);
	}
	printf("1..%u\n", number);
	sw_regex_cache_free(cache);
	free(line);
	fclose(f);
	return bad != 0;
}
