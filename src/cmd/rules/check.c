/* SPDX-License-Identifier: Apache-2.0 */
/* `seawall rules check`: are these rule files right? */
#include <stdio.h>

#include "cmd/rules/rules.h"

static void add(struct sw_buf *out, const struct sw_load_result *r, const char *form, bool first)
{
	if (strcmp(form, "json") == 0) {
		sw_buf_addz(out, first ? "" : ",");
		sw_load_result_json(out, r);
	} else if (strcmp(form, "falco") == 0) {
		sw_load_result_text(out, r, true);
		sw_buf_addch(out, '\n');
	} else {
		sw_rules_notes(out, r, true);
		sw_buf_printf(out, "%.*s: %s\n", SW_STR_ARG(r->name),
			!r->ok           ? "invalid" :
			r->n_warnings ? "ok, with warnings" :
					   "ok");
	}
}

struct checking {
	struct sw_ruleset *rs;
	struct sw_buf *out;
	const char *form;
	uint32_t n;
	bool ok, warned;
};

static void check_one(void *arg, const char *file)
{
	struct checking *c = arg;
	const struct sw_load_result *r = sw_ruleset_add_file(c->rs, file);

	add(c->out, r, c->form, c->n++ == 0);
	c->ok &= r->ok;
	c->warned |= r->n_warnings > 0;
}

static int run(struct sw_cmd_ctx *ctx)
{
	const char *form = sw_opts_str(&ctx->opts, "output");
	struct sw_ruleset *rs = sw_ruleset_new(NULL);
	struct sw_error err = {0};
	struct checking c = {.rs = rs, .out = ctx->out, .form = form, .ok = true};
	if (!rs) {
		sw_error_set(&err, SW_ELIMIT, "out of memory");
		return sw_cmd_fail(&err);
	}
	if (strcmp(form, "json") == 0)
		sw_buf_addz(ctx->out, "{\"falco_load_results\":[");
	for (uint32_t i = 0; i < ctx->opts.n_args; i++)
		if (sw_rules_each(ctx->opts.args[i], check_one, &c) == 0)
			sw_log(SW_LOG_WARNING, "%s: a folder without rule files (*.yaml, *.yml)", ctx->opts.args[i]);
	if (strcmp(form, "json") == 0)
		sw_buf_addz(ctx->out, "]}\n");
	else if (strcmp(form, "text") == 0)
		sw_buf_printf(ctx->out, "%u rules, %u macros, %u lists\n", sw_ruleset_n(rs),
			sw_ruleset_n_macros(rs), sw_ruleset_n_lists(rs));
	sw_ruleset_free(rs);
	return !c.ok || (c.warned && sw_opts_bool(&ctx->opts, "strict")) ? SW_EXIT_FINDINGS : SW_EXIT_CLEAN;
}

static const struct sw_opt opts[] = {
	{.name = "output",
		.letter = 'o',
		.type = SW_OPT_ENUM,
		.choices = "text|json|falco",
		.def = "text",
		.flags = SW_OPT_FLAG_ONLY,
		.since = "0.1",
		.help = "form of the result; json and falco are as Falco prints them"},
	{.name = "strict",
		.type = SW_OPT_BOOL,
		.flags = SW_OPT_FLAG_ONLY,
		.since = "0.1",
		.help = "warnings count as errors"},
};

const struct sw_cmd sw_cmd_rules_check = {
	.name = "rules check",
	.summary = "check runtime rules in Falco's language",
	.args = "FILE...",
	.description = "Loads the files one after the other, as Falco does, and tells their errors and "
		       "warnings with Falco's codes and the place. Later files may append to and override "
		       "earlier ones. Exits 1 when a file has an error.",
	.examples = "seawall rules check falco_rules.yaml my_rules.yaml\n"
		    "  my_rules.yaml together with the rules it changes\n",
	.group = "Runtime",
	.since = "0.1",
	.opts = opts,
	.n_opts = SW_ARRAY_LEN(opts),
	.complete = SW_COMPLETE_FILE,
	.min_args = 1,
	.max_args = SW_CMD_ANY,
	.run = run,
};
