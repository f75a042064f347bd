/* SPDX-License-Identifier: Apache-2.0 */
/* The inputs of `policy verify --policy`: which files, in which format; and parse_config() of them.
 */
#include <sys/stat.h>

#include "base/io.h"
#include "base/re2.h"
#include "cmd/conftest/conftest.h"

static int parse(struct sw_arena *a, struct sw_str path, const struct sw_format *f,
	struct sw_value *ret, struct sw_error *err)
{
	struct sw_source *src;
	if (!f->parse)
		return sw_error_set(err, SW_EUNSUPPORTED,
			"%.*s: %s is not a format that can be read", SW_STR_ARG(path), f->name);
	int rc = sw_cmd_read(a, sw_arena_cstr(a, path), SW_FORMAT_MAX, &src, err);
	if (!rc)
		rc = f->parse(a, src->text, ret, err);
	if (rc && err && !err->file[0])
		sw_error_at(err, path, err->line, err->col, err->byte);
	return rc;
}

static int format_for(
	struct sw_str path, const char *parser, const struct sw_format **ret, struct sw_error *err)
{
	if (parser && *parser)
		return sw_format_find(sw_str_from(parser), ret, err);
	*ret = sw_format_of_path(path);
	return *ret ? 0
		    : sw_error_set(err, SW_EUNSUPPORTED, "%.*s: no parser knows files of this name",
			      SW_STR_ARG(path));
}

static int add_file(struct conftest *c, const char *path)
{
	const struct sw_format *f;
	struct sw_value v = sw_undef();
	struct sw_str p = sw_arena_str(c->ctx->arena, sw_str_from(path));
	const char *alias = sw_opts_str(&c->ctx->opts, "stdin-filename");
	if (c->n_configs == c->cap_configs) {
		uint32_t cap = c->cap_configs ? c->cap_configs * 2 : 64;
		struct cf_config *n = sw_arena_grow(
			c->ctx->arena, c->configs, c->cap_configs * sizeof(*n), cap * sizeof(*n));
		if (!n)
			return sw_error_set(&c->err, SW_ELIMIT, "too many files");
		c->configs = n;
		c->cap_configs = cap;
	}
	struct sw_error err = {0};
	int rc = format_for(p, sw_opts_str(&c->ctx->opts, "parser"), &f, &err);
	if (rc == -SW_EUSAGE) {
		c->err = err;
		return rc;
	}
	if (!rc)
		rc = parse(c->ctx->arena, p, f, &v, &err);
	if (rc)
		cf_problem(c, &err);
	if (sw_str_is(p, "-") && alias && *alias)
		p = sw_str_from(alias);
	c->configs[c->n_configs++] = (struct cf_config){p, rc ? sw_undef() : v};
	return 0;
}

struct folder {
	struct conftest *c;
	struct sw_re2 *ignore;
};

static int on_file(void *arg, const char *path, const struct stat *st)
{
	struct folder *f = arg;
	struct sw_str p = sw_str_from(path);
	if ((f->ignore && sw_re2_match(f->ignore, p, NULL) > 0) || !sw_format_of_path(p))
		return 0;
	return add_file(f->c, path);
}

static void on_error(void *arg, const struct sw_error *err)
{
	cf_problem(((struct folder *)arg)->c, err);
}

int cf_read_files(struct conftest *c)
{
	const struct sw_opts *o = &c->ctx->opts;
	const char *ignore = sw_opts_str(o, "ignore");
	struct folder f = {.c = c};
	int rc = ignore && *ignore ? sw_re2_compile(sw_str_from(ignore), &f.ignore, &c->err) : 0;
	for (uint32_t i = 0; !rc && i < o->n_args; i++) {
		struct stat st;
		if (!*o->args[i])
			continue;
		if (strcmp(o->args[i], "-") != 0 && stat(o->args[i], &st)) {
			struct sw_error err = {0};
			sw_error_set(&err, SW_ENOENT, "%s: no such file or folder", o->args[i]);
			cf_problem(c, &err);
		} else if (strcmp(o->args[i], "-") != 0 && S_ISDIR(st.st_mode)) {
			struct sw_walk w = {.flags = SW_WALK_HIDDEN,
				.file = on_file,
				.error = on_error,
				.arg = &f};
			rc = sw_io_walk(o->args[i], &w, &c->err);
		} else {
			rc = add_file(c, o->args[i]);
		}
	}
	sw_re2_free(f.ignore);
	if (!rc && !c->n_configs && !c->problems)
		rc = sw_error_set(&c->err, SW_EUSAGE, "no files found");
	return rc;
}

/* ---- combining ---- */

static int by_path(const void *a, const void *b)
{
	const struct cf_config *x = a, *y = b;
	int r = sw_str_cmp(x->path, y->path);
	return r ? r : (x > y) - (x < y);
}

static int combine_one(struct sw_list *l, struct sw_str path, struct sw_value v)
{
	struct sw_map m;
	sw_map_init(&m, l->arena);
	if (sw_map_adds(&m, "path", sw_string(path)) || sw_map_adds(&m, "contents", v))
		return -SW_ELIMIT;
	return sw_list_add(l, sw_map_object(&m));
}

struct sw_value cf_combine(struct sw_arena *a, struct cf_config *v, uint32_t n)
{
	struct sw_list l;
	int rc = 0;
	sw_list_init(&l, a);
	if (n)
		qsort(v, n, sizeof(*v), by_path);
	for (uint32_t i = 0; !rc && i < n; i++) {
		if (!sw_defined(v[i].value))
			continue;
		if (!sw_is(v[i].value, SW_ARRAY))
			rc = combine_one(&l, v[i].path, v[i].value);
		for (uint32_t k = 0; !rc && sw_is(v[i].value, SW_ARRAY) && k < v[i].value.n; k++)
			rc = combine_one(&l, v[i].path, v[i].value.u.a->v[k]);
	}
	return rc ? sw_undef() : sw_list_array(&l);
}

/* ---- builtins ---- */

/* The policies whose folders are looked through; one command runs at a time. */
static const struct sw_rego_load *policies;

static int put_error(struct sw_builtin_ctx *ctx, const struct sw_error *err)
{
	char text[1400];
	return sw_builtin_fail(ctx, "%s", sw_error_format(err, text, sizeof(text)));
}

static int parse_config(
	struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n, struct sw_value *ret)
{
	const struct sw_format *f;
	struct sw_error err = {0};
	for (uint32_t i = 0; i < 2; i++)
		if (!sw_is(args[i], SW_STRING))
			return sw_builtin_operand(ctx, i + 1, "string", args[i]);
	int rc = sw_builtin_steps(ctx, 1 + args[1].n);
	if (rc)
		return rc;
	struct sw_value v;
	if (sw_format_find(sw_value_str(args[0]), &f, &err) ||
		f->parse(ctx->arena, sw_value_str(args[1]), &v, &err))
		return ctx->arena->overflow
			       ? sw_builtin_limit(ctx, "the configuration is too large")
			       : put_error(ctx, &err);
	*ret = v;
	return 0;
}

/* A path beside a policy: the first folder of a policy that has it. */
static int read_beside(
	struct sw_builtin_ctx *ctx, struct sw_str name, struct cf_config *ret, struct sw_error *err)
{
	const struct sw_format *f;
	int rc = format_for(name, NULL, &f, err);
	for (uint32_t i = 0; !rc && policies && i < policies->n_modules; i++) {
		struct sw_str file = policies->modules[i]->name;
		size_t slash = sw_str_rfind(file, SW_STR("/"));
		struct sw_str path = sw_arena_printf(ctx->arena, "%.*s%.*s",
			SW_STR_ARG(sw_str_sub(file, 0, slash == SW_NPOS ? 0 : slash + 1)),
			SW_STR_ARG(name));
		struct stat st;
		if (!path.p)
			return sw_error_set(err, SW_ELIMIT, "too many files");
		if (stat(sw_arena_cstr(ctx->arena, path), &st))
			continue;
		ret->path = path;
		return parse(ctx->arena, path, f, &ret->value, err);
	}
	return rc ? rc
		  : sw_error_set(err, SW_ENOENT, "%.*s: no such file beside the policies",
			    SW_STR_ARG(name));
}

static int parse_config_file(
	struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n, struct sw_value *ret)
{
	struct cf_config f;
	struct sw_error err = {0};
	if (!sw_is(args[0], SW_STRING))
		return sw_builtin_operand(ctx, 1, "string", args[0]);
	if (read_beside(ctx, sw_value_str(args[0]), &f, &err))
		return put_error(ctx, &err);
	*ret = f.value;
	return 0;
}

static int parse_combined(
	struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n, struct sw_value *ret)
{
	struct sw_error err = {0};
	if (!sw_is(args[0], SW_ARRAY))
		return sw_builtin_operand(ctx, 1, "array", args[0]);
	struct cf_config *v = sw_arena_array(ctx->arena, args[0].n + 1, sizeof(*v));
	for (uint32_t i = 0; v && i < args[0].n; i++) {
		struct sw_value name = args[0].u.a->v[i];
		if (!sw_is(name, SW_STRING))
			return sw_builtin_operand(ctx, 1, "array of strings", args[0]);
		if (read_beside(ctx, sw_value_str(name), &v[i], &err))
			return put_error(ctx, &err);
	}
	*ret = v ? cf_combine(ctx->arena, v, args[0].n) : sw_undef();
	return sw_defined(*ret) ? 0 : sw_builtin_limit(ctx, "the configurations are too large");
}

int cf_builtins(struct conftest *c, const struct sw_rego_caps **caps)
{
	static const struct sw_builtin rows[] = {
		{"parse_combined_config_files", NULL, "(array[string]) any", SW_BUILTIN_NO_CONST,
			parse_combined},
		{"parse_config", NULL, "(string, string) any", SW_BUILTIN_NO_CONST, parse_config},
		{"parse_config_file", NULL, "(string) any", SW_BUILTIN_NO_CONST, parse_config_file},
	};
	struct sw_rego_caps *all = sw_arena_new(c->ctx->arena, struct sw_rego_caps);
	if (*caps) {
		if (all)
			*all = **caps;
	} else {
		int rc = sw_rego_caps_default(c->ctx->arena, &all, &c->err);
		if (rc)
			return rc;
	}
	const struct sw_builtin **v =
		all ? sw_arena_array(
			      c->ctx->arena, all->n_builtins + SW_ARRAY_LEN(rows), sizeof(*v))
		    : NULL;
	if (!v)
		return sw_error_set(&c->err, SW_ELIMIT, "too many builtins");
	uint32_t n = 0;
	size_t own = 0;
	for (uint32_t i = 0; i <= all->n_builtins; i++) {
		while (own < SW_ARRAY_LEN(rows) &&
			(i == all->n_builtins ||
				strcmp(all->builtins[i]->name, rows[own].name) > 0))
			v[n++] = &rows[own++];
		if (i < all->n_builtins)
			v[n++] = all->builtins[i];
	}
	all->builtins = v;
	all->n_builtins = n;
	*caps = all;
	policies = &c->policies;
	return 0;
}
