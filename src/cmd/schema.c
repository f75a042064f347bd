/* SPDX-License-Identifier: Apache-2.0 */
#include "base/embed.h"
#include "cmd/cmd.h"

extern const struct sw_embed sw_embed_schemas[];
extern const unsigned sw_embed_schemas_n;

static struct sw_str base_name(const struct sw_embed *e)
{
	struct sw_str name = sw_str_from(e->name);
	size_t at = sw_str_find(name, SW_STR(".schema.json"), 0);
	return sw_str_sub(name, 0, at);
}

static int run(struct sw_cmd_ctx *ctx)
{
	struct sw_error err = {0};
	struct sw_nearest near;
	char names[32][64];
	if (!ctx->opts.n_args) {
		for (unsigned i = 0; i < sw_embed_schemas_n; i++)
			sw_buf_printf(
				ctx->out, "%.*s\n", SW_STR_ARG(base_name(&sw_embed_schemas[i])));
		return 0;
	}
	struct sw_str want = sw_str_from(ctx->opts.args[0]);
	sw_nearest_init(&near, want);
	for (unsigned i = 0; i < sw_embed_schemas_n; i++) {
		struct sw_str name = base_name(&sw_embed_schemas[i]);
		if (sw_str_eq(name, want)) {
			sw_buf_addstr(ctx->out, sw_embed_schemas[i].text);
			return 0;
		}
		if (i < SW_ARRAY_LEN(names) && name.n < sizeof(names[0])) {
			memcpy(names[i], name.p, name.n);
			names[i][name.n] = '\0';
			sw_nearest_try(&near, names[i]);
		}
	}
	sw_error_set(&err, SW_EUSAGE, "there is no schema \"%.80s\"", ctx->opts.args[0]);
	if (near.best)
		sw_error_hint(&err, "did you mean %s?", near.best);
	return sw_cmd_fail(&err);
}

const struct sw_cmd sw_cmd_schema = {
	.name = "schema",
	.summary = "show the JSON Schema of an output or file format",
	.args = "[NAME]",
	.description = "Without a name, lists the schemas in this binary. They are versioned: "
		       "within a version members\n"
		       "are only added.",
	.group = "About",
	.since = "0.1",
	.max_args = 1,
	.run = run,
};
