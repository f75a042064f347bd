/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls of builtins with the results that OPA 1.22.2 gave for them: tests/golden/builtins/<group>.tsv holds
 * name, arguments and result (JSON, UNDEF or ERR code: name: text), separated by tabs. One TAP line each.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "doc/json.h"
#include "rego/builtin.h"

#define NOW_NS INT64_C(1800000000000000000) /* the certificates in the cases are valid then */

static unsigned count;

static void result(bool ok, const char *group, struct sw_str name, unsigned line)
{
	printf("%sok %u - %s.tsv:%u %.*s\n", ok ? "" : "not ", ++count, group, line, SW_STR_ARG(name));
}

static void call(struct sw_arena *a, const struct sw_builtin *b, struct sw_value args, struct sw_buf *out)
{
	sw_autoarena scratch;
	uint64_t steps = 100000000;
	struct sw_value ret = sw_undef();

	sw_arena_init(&scratch, 0);
	struct sw_builtin_ctx ctx = {
		.arena = a, .scratch = &scratch, .now_ns = NOW_NS, .seed = 42, .steps = &steps};
	int rc = b->fn(&ctx, args.u.a->v, args.n, &ret);
	if (rc < 0) {
		sw_buf_printf(out, "ERR %s: %s: %.*s", ctx.err_code, b->name, SW_STR_ARG(ctx.err_text));
		for (size_t i = 0; i < out->n; i++)
			if (out->p[i] == '\n')
				out->p[i] = '~';
	} else if (!sw_defined(ret)) {
		sw_buf_addz(out, "UNDEF");
	} else {
		sw_json_write(out, ret, 0);
	}
}

static bool one(struct sw_str name, struct sw_str args_text, struct sw_str want)
{
	const struct sw_builtin *b = sw_builtin_find(name);
	struct sw_value args;
	sw_autoarena a;
	sw_autobuf got;

	sw_arena_init(&a, 0);
	sw_buf_init(&got, 0);
	if (!b || !b->fn || sw_json_parse(&a, args_text, 0, NULL, &args, NULL, NULL) ||
		args.type != SW_ARRAY || args.n != sw_builtin_arity(b))
		return false;
	call(&a, b, args, &got);
	if (sw_str_eq(sw_buf_str(&got), want))
		return true;
	printf("# %.*s\n# want %.*s\n# got  %.*s\n", SW_STR_ARG(args_text), SW_STR_ARG(want),
		SW_STR_ARG(sw_buf_str(&got)));
	return false;
}

static bool run_group(const char *root, const char *group)
{
	char path[4096];
	char *line = NULL;
	size_t cap = 0;
	unsigned at = 0;

	snprintf(path, sizeof(path), "%s/tests/golden/builtins/%s.tsv", root, group);
	FILE *f = fopen(path, "r");
	if (!f)
		return false;
	for (ssize_t n; (n = getline(&line, &cap, f)) > 0;) {
		struct sw_str rest = {line, (size_t)n}, name, args;
		if (rest.p[rest.n - 1] == '\n')
			rest.n--;
		at++;
		bool ok = sw_str_split(&rest, '\t', &name) && sw_str_split(&rest, '\t', &args) &&
			  one(name, args, rest);
		result(ok, group, name, at);
	}
	free(line);
	fclose(f);
	return true;
}

int main(void)
{
	static const char *const groups[] = {
		"crypto", "graphql", "json", "jwt", "net", "providers", "semver", "template", "time", "uri", "uuid"};
	const char *root = getenv("SW_SOURCE_ROOT");

	setenv("TZ", "UTC", 1);
	for (size_t i = 0; i < sizeof(groups) / sizeof(*groups); i++)
		if (!run_group(root ? root : ".", groups[i]))
			result(false, groups[i], SW_STR("file missing"), 0);
	printf("1..%u\n", count);
	return 0;
}
