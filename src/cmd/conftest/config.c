/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conftest's own configuration: conftest.toml (or .yaml, .yml, .json) of the folder it runs in or --config-file,
 * and CONFTEST_… of the environment. Keys are the long names of options, as in conftest; others are passed
 * over, which conftest does too. Flags come before the environment, that before the file.
 */
#include <stdlib.h>
#include <unistd.h>

#include "cmd/conftest/conftest.h"
#include "doc/json.h"

static const char *const keys[] = {"all-namespaces", "capabilities", "combine", "data", "fail-on-warn",
	"github-hide-passed", "ignore", "junit-hide-message", "namespace", "no-fail", "output", "parser",
	"policy", "proto-file-dirs", "quiet", "rego-version", "show-builtin-errors", "stdin-filename",
	"strict", "suppress-exceptions", "trace", "update"};

static int set_text(struct sw_cmd_ctx *ctx, const struct sw_opt *row, struct sw_str text,
	enum sw_opt_origin from, struct sw_error *err)
{
	char *copy = sw_arena_cstr(ctx->arena, text);
	if (!copy || sw_str_chr(text, '\0', 0) != SW_NPOS)
		return sw_error_set(err, SW_EINVALID, "%s holds a NUL byte", row->name);
	return sw_opts_set(&ctx->opts, row, copy, from, err);
}

static int set_value(struct sw_cmd_ctx *ctx, const struct sw_opt *row, struct sw_value v, struct sw_error *err)
{
	int rc = 0;
	if (sw_is(v, SW_ARRAY) && row->flags & SW_OPT_LIST) {
		sw_array_foreach (e, v)
			rc = rc ? rc : set_value(ctx, row, *e, err);
		return rc;
	}
	if (sw_is(v, SW_STRING))
		return set_text(ctx, row, sw_value_str(v), SW_FROM_PROJECT, err);
	if (sw_is(v, SW_BOOL))
		return set_text(
			ctx, row, v.u.b ? SW_STR("true") : SW_STR("false"), SW_FROM_PROJECT, err);
	if (!sw_is(v, SW_NUMBER))
		return sw_error_set(err, SW_EINVALID, "%s needs a value, not a %s", row->name,
			sw_type_name((enum sw_type)v.type));
	sw_autobuf b;
	sw_buf_init(&b, 1 << 10);
	sw_json_write(&b, v, 0);
	return set_text(ctx, row, sw_buf_str(&b), SW_FROM_PROJECT, err);
}

/* Keys are compared without case, as conftest's library does. */
static struct sw_value member(struct sw_value doc, const char *name)
{
	sw_object_foreach (m, doc)
		if (sw_is(m->k, SW_STRING) && sw_str_ieq(sw_value_str(m->k), sw_str_from(name)))
			return m->v;
	return sw_undef();
}

static int read_file(struct sw_cmd_ctx *ctx, const char *path, struct sw_error *err)
{
	struct sw_source *src;
	struct sw_value doc;
	const struct sw_format *f = sw_format_of_path(sw_str_from(path));
	int rc = sw_cmd_read(ctx->arena, path, 1 << 20, &src, err);
	if (rc)
		return rc;
	if (!f || !f->parse)
		return sw_error_set(err, SW_EUNSUPPORTED, "%s: a configuration file is TOML, YAML or JSON", path);
	rc = f->parse(ctx->arena, src->text, &doc, err);
	if (!rc && !sw_is(doc, SW_OBJECT))
		rc = sw_error_set(err, SW_EINVALID, "a configuration file holds keys and values");
	for (size_t i = 0; !rc && i < SW_ARRAY_LEN(keys); i++) {
		struct sw_value v = member(doc, keys[i]);
		const struct sw_opt *row = sw_opts_find(&ctx->opts, sw_str_from(keys[i]));
		if (row && sw_defined(v) && !sw_is(v, SW_NULL))
			rc = set_value(ctx, row, v, err);
	}
	if (rc && err && !err->file[0])
		sw_error_at(err, sw_str_from(path), err->line, err->col, err->byte);
	return rc;
}

static int read_environment(struct sw_cmd_ctx *ctx, struct sw_error *err)
{
	int rc = 0;
	for (size_t i = 0; !rc && i < SW_ARRAY_LEN(keys); i++) {
		char name[64] = "CONFTEST_";
		size_t n = strlen(name);
		for (const char *k = keys[i]; *k && n + 1 < sizeof(name); k++)
			name[n++] = *k == '-' ? '_' : (char)(*k - ('a' - 'A'));
		name[n] = '\0';
		const char *text = getenv(name);
		const struct sw_opt *row = sw_opts_find(&ctx->opts, sw_str_from(keys[i]));
		if (row && text)
			rc = set_text(ctx, row, sw_str_from(text), SW_FROM_ENV, err);
		if (rc && err)
			sw_error_prefix(err, "%s", name);
	}
	return rc;
}

const char *cf_config_file(const struct sw_cmd_ctx *ctx)
{
	static const char *const names[] = {"conftest.json", "conftest.toml", "conftest.yaml", "conftest.yml"};
	const char *given = sw_opts_str(&ctx->opts, "config-file");
	for (size_t i = 0; !given && i < SW_ARRAY_LEN(names); i++)
		if (access(names[i], F_OK) == 0)
			given = names[i];
	return given;
}

int cf_config(struct sw_cmd_ctx *ctx, struct sw_error *err)
{
	const char *file = cf_config_file(ctx);
	int rc = file ? read_file(ctx, file, err) : 0;
	return rc ? rc : read_environment(ctx, err);
}
