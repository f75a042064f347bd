/* SPDX-License-Identifier: Apache-2.0 */
/* `seawall list KIND`: what this binary knows, from the same rows and content that it works with. */
#include "cmd/cmd.h"
#include "report/jsonw.h"
#include "report/report.h"

/* Three forms of one list. */
struct listing {
	struct sw_cmd_ctx *ctx;
	enum { AS_TABLE, AS_JSON, AS_NAMES } form;
	struct sw_jsonw w;
	size_t name_width;
};

static void put(struct listing *l, const char *name, const char *summary)
{
	struct sw_buf *out = l->ctx->out;
	if (l->form == AS_NAMES) {
		sw_buf_printf(out, "%s\n", name);
	} else if (l->form == AS_TABLE) {
		sw_buf_printf(out, "%-*s  ", (int)l->name_width, name);
		sw_text_wrap(out, sw_str_from(summary), l->name_width + 2, l->name_width + 2, l->ctx->term.width);
	} else {
		sw_jsonw_object(&l->w, NULL);
		sw_jsonw_z(&l->w, "name", name);
		sw_jsonw_z(&l->w, "summary", summary);
	}
}

static void put_end(struct listing *l)
{
	if (l->form == AS_JSON)
		sw_jsonw_end(&l->w);
}

static void list_commands(struct listing *l)
{
	uint32_t n;
	const struct sw_cmd *const *all = sw_cmd_all(&n);
	l->name_width = 14;
	for (uint32_t i = 0; i < n; i++) {
		if (all[i]->hidden)
			continue;
		put(l, all[i]->name, all[i]->summary);
		if (l->form == AS_JSON)
			sw_jsonw_z(&l->w, "since", all[i]->since);
		put_end(l);
	}
}

static void list_formats(struct listing *l)
{
	uint32_t n;
	const struct sw_report_format *const *all = sw_report_formats(&n);
	l->name_width = 14;
	for (uint32_t i = 0; i < n; i++) {
		put(l, all[i]->name, all[i]->summary);
		if (l->form == AS_JSON) {
			sw_jsonw_z(&l->w, "mediaType", all[i]->media);
			sw_jsonw_z(&l->w, "schema", all[i]->schema);
			sw_jsonw_z(&l->w, "since", all[i]->since);
		}
		put_end(l);
	}
}

static const struct kind {
	const char *name;
	void (*list)(struct listing *);
} kinds[] = {
	{"commands", list_commands},
	{"formats", list_formats},
};

static int run(struct sw_cmd_ctx *ctx)
{
	struct sw_error err = {0};
	struct sw_nearest near;
	sw_nearest_init(&near, sw_str_from(ctx->opts.args[0]));
	for (size_t i = 0; i < SW_ARRAY_LEN(kinds); i++) {
		sw_nearest_try(&near, kinds[i].name);
		if (strcmp(kinds[i].name, ctx->opts.args[0]) != 0)
			continue;
		struct listing l = {.ctx = ctx, .form = (int)sw_opts_int(&ctx->opts, "output")};
		sw_jsonw_init(&l.w, ctx->out);
		if (l.form == AS_JSON)
			sw_jsonw_array(&l.w, NULL);
		kinds[i].list(&l);
		if (l.form == AS_JSON)
			sw_jsonw_end(&l.w);
		return 0;
	}
	sw_error_set(&err, SW_EUSAGE, "there is no list of \"%.80s\"", ctx->opts.args[0]);
	if (near.best)
		sw_error_hint(&err, "did you mean %s?", near.best);
	return sw_cmd_fail(&err);
}

static const struct sw_opt opts[] = {
	{.name = "output", .letter = 'o', .type = SW_OPT_ENUM, .choices = "table|json|names", .def = "table",
		.flags = SW_OPT_FLAG_ONLY, .since = "0.1", .help = "form of the list"},
};

const struct sw_cmd sw_cmd_list = {
	.name = "list",
	.summary = "list checks, report formats, frameworks or commands",
	.args = "checks|formats|frameworks|commands",
	.group = "About",
	.since = "0.1",
	.opts = opts,
	.n_opts = SW_ARRAY_LEN(opts),
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
