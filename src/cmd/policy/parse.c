/* SPDX-License-Identifier: Apache-2.0 */
/* `seawall policy parse`: the syntax tree of a Rego file as JSON, as `opa parse --format json` prints it. */
#include <stdio.h>
#include <unistd.h>

#include "cmd/policy/rego_load.h"
#include "cmd/rows.h"
#include "rego/ast_json.h"
#include "rego/parse.h"
#include "report/jsonw.h"

/* --json-include: a name shows a part, one behind '-' hides it; the last one of a part counts. */
static unsigned json_flags(const struct sw_opts *o)
{
	const struct sw_optval *list = sw_opts_get(o, "json-include");
	unsigned flags = SW_REGO_JSON_PRETTY;
	for (uint32_t i = 0; i < list->n; i++) {
		struct sw_str part = sw_str_from(list->v[i]);
		bool hide = sw_str_starts(part, SW_STR("-"));
		if (sw_str_ends(part, SW_STR("locations")))
			flags = hide ? flags & ~(unsigned)(SW_REGO_JSON_LOCATIONS | SW_REGO_JSON_TEXT)
				     : flags | SW_REGO_JSON_LOCATIONS | SW_REGO_JSON_TEXT;
		if (sw_str_ends(part, SW_STR("comments")))
			flags = hide ? flags | SW_REGO_JSON_NO_COMMENTS
				     : flags & ~(unsigned)SW_REGO_JSON_NO_COMMENTS;
	}
	return flags;
}

/* To standard error, and in JSON always, as opa does. */
static int fail(const struct sw_rego_diags *d, const struct sw_error *err)
{
	struct sw_jsonw w;
	sw_autobuf text;
	sw_buf_init(&text, 0);
	sw_jsonw_init(&w, &text);
	w.html = true;
	sw_jsonw_object(&w, NULL);
	sw_rego_errors_json(&w, d, err);
	sw_jsonw_end(&w);
	fwrite(text.p, 1, text.n, stderr);
	return 1;
}

static int run(struct sw_cmd_ctx *ctx)
{
	struct sw_rego_parse_opts opts = {.annotations = true,
		.version = sw_opts_bool(&ctx->opts, "v0-compatible") ? SW_REGO_V0 : SW_REGO_V1};
	const char *path = ctx->opts.args[0];
	struct sw_rego_module *m;
	struct sw_rego_diags d;
	struct sw_source *src;
	struct sw_error err = {0};
	sw_rego_diags_init(&d, ctx->arena);
	if (access(path, F_OK) != 0) {
		sw_error_set(&err, SW_ENOENT, "open %s: no such file or directory", path);
		return fail(&d, &err);
	}
	if (sw_cmd_read(ctx->arena, path, 64 << 20, &src, &err))
		return fail(&d, &err);
	src->name = sw_str_from(path);
	if (sw_rego_parse_module(ctx->arena, src, &opts, &m, &d))
		return fail(&d, &err);
	sw_rego_module_json(ctx->out, m, json_flags(&ctx->opts));
	sw_buf_addch(ctx->out, '\n');
	return 0;
}

#define F SW_OPT_FLAG_ONLY
static const struct sw_opt opts[] = {
	{.name = "format",
		.letter = 'f',
		.type = SW_OPT_ENUM,
		.choices = "json",
		.def = "json",
		.flags = F,
		.help = "form of the tree; opa's pretty is not there"},
	{.name = "json-include",
		.metavar = "PARTS",
		.type = SW_OPT_STRING,
		.flags = F | SW_OPT_LIST | SW_OPT_COMMA,
		.help = "locations, comments (the default), or without them: -comments"},
	SW_ROW_V0(F),
	SW_ROW_V1(F),
};

const struct sw_cmd sw_cmd_policy_parse = {
	.name = "policy parse",
	.summary = "show the syntax tree of a Rego policy, as opa parse -f json does",
	.args = "PATH",
	.description = "Prints the tree as JSON. A policy that does not parse: its errors as JSON on "
		       "standard error, and exit code 1.",
	.group = "Policies",
	.since = "0.1",
	.opts = opts,
	.n_opts = SW_ARRAY_LEN(opts),
	.complete = SW_COMPLETE_FILE,
	.min_args = 1,
	.max_args = 1,
	.run = run,
	.own_exit_codes = true,
	.usage_code = 1,
};
