/* SPDX-License-Identifier: Apache-2.0 */
/* `seawall policy check`: parse and compile, as `opa check` does: silent and 0, or errors and 1. */
#include <stdio.h>

#include "cmd/policy/policy.h"
#include "cmd/policy/rego_load.h"
#include "cmd/rows.h"

static int check_as(struct sw_rego_load *load, const struct sw_rego_engine_opts *opts,
	enum sw_rego_version version, struct sw_rego_engine **ret_engine, struct sw_error *err)
{
	struct sw_rego_engine *e = *ret_engine = sw_rego_engine_new(opts);
	load->version = version;
	int rc = sw_rego_load_modules(load, e, err);
	return rc ? rc : sw_rego_engine_compile(e, err);
}

static int check(struct sw_cmd_ctx *ctx, struct sw_rego_load *load,
	struct sw_rego_engine **ret_engine, struct sw_error *err)
{
	const struct sw_opts *o = &ctx->opts;
	struct sw_rego_engine_opts opts = {.compile = {.strict = sw_opts_bool(o, "strict"),
						   .print = true,
						   .max_errors = sw_policy_max_errors(o)},
		.annotations = true};
	load->bundle = sw_opts_bool(o, "bundle");
	load->only_rego = !load->bundle;
	load->ignore = sw_opts_get(o, "ignore")->v;
	load->n_ignore = sw_opts_get(o, "ignore")->n;
	int rc =
		sw_policy_caps(ctx->arena, sw_opts_str(o, "capabilities"), &opts.compile.caps, err);
	if (!rc)
		rc = sw_policy_schemas(ctx->arena, sw_opts_str(o, "schema"), &opts.compile, err);
	if (rc)
		return rc;
	bool both = sw_opts_bool(o, "v0-v1"), v0 = sw_opts_bool(o, "v0-compatible");
	load->told_as = SW_BUNDLE_CHECK;
	load->version = both || v0 ? SW_REGO_V0 : SW_REGO_V1;
	if (!sw_rego_load_paths(load, ctx->opts.args, ctx->opts.n_args, err))
		sw_rego_load_overlap(load, err);
	rc = check_as(load, &opts, load->version, ret_engine, err);
	if (rc || !both)
		return rc;
	sw_rego_engine_free(*ret_engine);
	return check_as(load, &opts, SW_REGO_V1, ret_engine, err);
}

static int run(struct sw_cmd_ctx *ctx)
{
	struct sw_rego_load load;
	struct sw_rego_engine *engine = NULL;
	struct sw_error err = {0};
	sw_rego_load_init(&load, ctx->arena);
	if (sw_policy_agree(&ctx->opts, &err)) {
		sw_cmd_fail(&err);
		return 1;
	}
	int rc = check(ctx, &load, &engine, &err);
	if (!rc) {
		sw_rego_engine_free(engine);
		return 0;
	}
	const struct sw_rego_diags *d = load.errors.n ? &load.errors
					: engine      ? sw_rego_engine_diags(engine)
						      : NULL;
	if (strcmp(sw_opts_str(&ctx->opts, "format"), "json") == 0) {
		struct sw_jsonw w;
		sw_autobuf text; /* opa tells errors on standard error in this form too */
		sw_buf_init(&text, 0);
		sw_jsonw_init(&w, &text);
		w.html = true;
		sw_jsonw_object(&w, NULL);
		sw_rego_errors_json(&w, d, &err);
		sw_jsonw_end(&w);
		fwrite(text.p, 1, text.n, stderr);
	} else if (load.alone) {
		fprintf(stderr, "%s\n", err.text);
	} else {
		bool loading = !d || !d->n || d == &load.errors;
		sw_rego_errors_text(loading ? " during loading" : "", d, &err);
	}
	sw_rego_engine_free(engine);
	return SW_EXIT_FINDINGS;
}

#define F SW_OPT_FLAG_ONLY
static const struct sw_opt opts[] = {
	{.name = "bundle",
		.letter = 'b',
		.type = SW_OPT_BOOL,
		.flags = F,
		.help = "load the paths as bundles"},
	SW_ROW_CAPABILITIES(F, NULL),
	{.name = "format",
		.letter = 'f',
		.type = SW_OPT_ENUM,
		.choices = "pretty|json",
		.def = "pretty",
		.flags = F,
		.help = "form of the errors"},
	SW_ROW_IGNORE(F),
	{.name = "max-errors",
		.letter = 'm',
		.type = SW_OPT_INT,
		.def = "10",
		.flags = F,
		.help = "stop after so many errors; 0: never"},
	SW_POLICY_SCHEMA_OPT(F),
	{.name = "strict",
		.letter = 'S',
		.type = SW_OPT_BOOL,
		.flags = F,
		.help = "compile in strict mode"},
	SW_ROW_V0(F),
	{.name = "v0-v1",
		.type = SW_OPT_BOOL,
		.flags = F,
		.help = "policies must be valid as Rego v0 and as v1"},
	SW_ROW_V1(F),
};

const struct sw_cmd sw_cmd_policy_check = {
	.name = "policy check",
	.summary = "check Rego policies for errors, as opa check does",
	.args = "PATH...",
	.description = "Says nothing and exits 0 when every policy parses and compiles; else tells "
		       "the errors and exits 1.",
	.group = "Policies",
	.since = "0.1",
	.opts = opts,
	.n_opts = SW_ARRAY_LEN(opts),
	.complete = SW_COMPLETE_FILE,
	.min_args = 1,
	.max_args = SW_CMD_ANY,
	.run = run,
	.own_exit_codes = true,
	.usage_code = 1,
};
