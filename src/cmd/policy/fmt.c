/* SPDX-License-Identifier: Apache-2.0 */
/* `seawall policy fmt`: the canonical form of Rego sources, as `opa fmt` writes it. */
#include <stdio.h>

#include "base/diff.h"
#include "cmd/policy/rego_load.h"
#include "cmd/rows.h"
#include "rego/format.h"
#include "rego/parse.h"

struct fmt {
	struct sw_cmd_ctx *ctx;
	struct sw_error err;
	bool failed;
};

/* Of the formatter alone a single error stands without its number, as opa has it of an empty file. */
static void tell(const struct sw_rego_diags *d, const char *what, const struct sw_error *err)
{
	fputs(what, stderr);
	if (d->n == 1 && !d->v[0].loc.row) {
		sw_autobuf text;
		sw_buf_init(&text, 64 << 10);
		sw_rego_diag_format(&d->v[0], &text);
		fprintf(stderr, "%s\n", sw_buf_cstr(&text));
	} else {
		sw_rego_errors_text("", d, err);
	}
}

/* `what` stands in front of errors. */
static int format(struct fmt *f, struct sw_source *src, const char *what, struct sw_buf *out)
{
	struct sw_rego_parse_opts opts = {
		.version = sw_opts_bool(&f->ctx->opts, "v0-compatible") ? SW_REGO_V0 : SW_REGO_V1};
	struct sw_rego_format_opts target = {.target = opts.version,
		.drop_imports = sw_opts_bool(&f->ctx->opts, "drop-v0-imports")};
	struct sw_rego_diags diags;
	struct sw_rego_module *m = NULL;
	sw_autoarena arena;
	if (sw_opts_bool(&f->ctx->opts, "v0-v1")) {
		opts.version = SW_REGO_V0;
		target.target = SW_REGO_V0_COMPAT_V1;
	}
	sw_arena_init(&arena, 0);
	sw_rego_diags_init(&diags, &arena);
	int rc = sw_rego_parse_module(&arena, src, &opts, &m, &diags);
	if (!rc)
		rc = sw_rego_format(&arena, m, &target, out, &diags);
	if (rc)
		tell(&diags, what, &f->err);
	return rc;
}

/* One file. -SW_EINVALID: it is not formatted, and --fail was given; the first such file ends the run, as in opa. */
static int one(struct fmt *f, struct sw_source *src, const char *path)
{
	const struct sw_opts *o = &f->ctx->opts;
	bool list = sw_opts_bool(o, "list"), diff = sw_opts_bool(o, "diff");
	sw_autobuf out;
	sw_buf_init(&out, 256 << 20);
	if (format(f, src, "failed to format Rego source file: ", &out)) {
		f->failed = true;
		return 0;
	}
	bool changed = !sw_str_eq(sw_buf_str(&out), src->text);
	bool refused = changed && sw_opts_bool(o, "fail");
	if (list && changed)
		sw_buf_printf(f->ctx->out, "%s\n", path);
	else if (diff && !list)
		sw_diff_unified(
			f->ctx->out, sw_str_from(path), src->text, sw_buf_str(&out), &f->ctx->term);
	if (refused)
		return sw_error_set(&f->err, SW_EINVALID, "unexpected diff");
	if (list || diff)
		return 0;
	if (sw_opts_bool(o, "write"))
		return changed ? sw_cmd_write(path, sw_buf_str(&out), &f->err) : 0;
	sw_buf_addstr(f->ctx->out, sw_buf_str(&out));
	return 0;
}

static int format_stdin(struct fmt *f)
{
	struct sw_source *src;
	if (sw_cmd_read(f->ctx->arena, "-", 64 << 20, &src, &f->err)) {
		sw_cmd_fail(&f->err);
		return 1;
	}
	src->name = SW_STR("stdin");
	return format(f, src, "", f->ctx->out) ? 1 : 0;
}

static int run(struct sw_cmd_ctx *ctx)
{
	struct fmt f = {.ctx = ctx};
	struct sw_rego_load load;
	sw_rego_load_init(&load, ctx->arena);
	load.only_rego = true;
	int rc = 0;
	if (!ctx->opts.n_args)
		return format_stdin(&f);
	for (uint32_t i = 0; !rc && i < ctx->opts.n_args; i++)
		rc = sw_rego_load_path(&load, ctx->opts.args[i], &f.err);
	int code = rc ? 1 : SW_EXIT_ERROR;
	for (uint32_t i = 0; !rc && i < load.n_modules; i++)
		rc = one(&f, load.modules[i], sw_arena_cstr(ctx->arena, load.modules[i]->name));
	if (!rc)
		return f.failed ? SW_EXIT_ERROR : 0;
	bool missing = code == 1 && strncmp(f.err.text, "stat ", 5) == 0;
	fprintf(stderr, "%s%s\n", missing ? "l" : "", f.err.text); /* opa looks with lstat */
	return code;
}

#define F SW_OPT_FLAG_ONLY
static const struct sw_opt opts[] = {
	{.name = "capabilities",
		.metavar = "FILE",
		.type = SW_OPT_STRING,
		.flags = F,
		.help = "accepted for compatibility",
		.complete = SW_COMPLETE_FILE},
	{.name = "check-result",
		.type = SW_OPT_BOOL,
		.def = "true",
		.flags = F,
		.help = "accepted for compatibility: what it writes is valid"},
	{.name = "diff",
		.letter = 'd',
		.type = SW_OPT_BOOL,
		.flags = F,
		.help = "show what would change"},
	{.name = "drop-v0-imports",
		.type = SW_OPT_BOOL,
		.flags = F,
		.help = "drop imports of rego.v1 and future.keywords that Rego v1 has no use for"},
	{.name = "fail",
		.type = SW_OPT_BOOL,
		.flags = F,
		.help = "exit 2 when a file is not in canonical form"},
	{.name = "list",
		.letter = 'l',
		.type = SW_OPT_BOOL,
		.flags = F,
		.help = "list the files that would change"},
	SW_ROW_V0(F),
	{.name = "v0-v1",
		.type = SW_OPT_BOOL,
		.flags = F,
		.help = "read Rego v0 and write what both v0 and v1 accept"},
	{.name = "write",
		.letter = 'w',
		.type = SW_OPT_BOOL,
		.flags = F,
		.help = "write the files"},
};

const struct sw_cmd sw_cmd_policy_fmt = {
	.name = "policy fmt",
	.summary = "format Rego sources, as opa fmt does",
	.args = "[PATH...]",
	.description = "Without a path, formats standard input. Exit codes: 0; 2 on errors, and "
		       "with --fail when a file is not\n"
		       "in canonical form.",
	.group = "Policies",
	.since = "0.1",
	.opts = opts,
	.n_opts = SW_ARRAY_LEN(opts),
	.complete = SW_COMPLETE_FILE,
	.max_args = SW_CMD_ANY,
	.run = run,
	.own_exit_codes = true,
	.usage_code = 1,
};
