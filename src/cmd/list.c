/* SPDX-License-Identifier: Apache-2.0 */
/* `seawall list KIND`: what this binary knows, from the same rows and content that it works with.
 */
#include "cmd/cmd.h"
#include "finding/framework.h"
#include "image/reader.h"
#include "policy/scan.h"
#include "report/jsonw.h"
#include "report/report.h"
#include "vuln/feed/feed.h"

/* Three forms of one list. */
struct listing {
	struct sw_cmd_ctx *ctx;
	enum { AS_TABLE, AS_JSON, AS_NAMES } form;
	struct sw_jsonw w;
	size_t name_width;
	bool failed;
};

static void put(struct listing *l, const char *name, const char *summary)
{
	struct sw_buf *out = l->ctx->out;
	if (l->form == AS_NAMES) {
		sw_buf_printf(out, "%s\n", name);
	} else if (l->form == AS_TABLE) {
		sw_buf_printf(out, "%-*s  ", (int)l->name_width, name);
		sw_text_wrap(out, sw_str_from(summary), l->name_width + 2, l->name_width + 2,
			l->ctx->term.width);
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

static void list_frameworks(struct listing *l)
{
	const struct sw_framework *fw;
	uint32_t n;
	struct sw_error err = {0};
	if (sw_frameworks_builtin(l->ctx->arena, &fw, &n, &err)) {
		sw_cmd_fail(&err);
		l->failed = true;
		return;
	}
	l->name_width = 10;
	for (uint32_t i = 0; i < n; i++) {
		put(l, sw_arena_cstr(l->ctx->arena, fw[i].id),
			sw_arena_cstr(l->ctx->arena,
				sw_arena_printf(l->ctx->arena, "%.*s, version %.*s, %u controls",
					SW_STR_ARG(fw[i].title), SW_STR_ARG(fw[i].version),
					fw[i].n_controls)));
		if (l->form == AS_JSON) {
			sw_jsonw_str(&l->w, "version", fw[i].version);
			sw_jsonw_str(&l->w, "url", fw[i].url);
			sw_jsonw_array(&l->w, "controls");
			for (uint32_t k = 0; k < fw[i].n_controls; k++) {
				sw_jsonw_object(&l->w, NULL);
				sw_jsonw_str(&l->w, "id", fw[i].controls[k].id);
				sw_jsonw_str(&l->w, "title", fw[i].controls[k].title);
				sw_jsonw_bool(&l->w, "manual", fw[i].controls[k].manual);
				sw_jsonw_end(&l->w);
			}
			sw_jsonw_end(&l->w);
		}
		put_end(l);
	}
}

static void list_readers(struct listing *l)
{
	l->name_width = 16;
	for (const struct sw_reader *const *r = sw_readers; *r; r++) {
		put(l, (*r)->name, (*r)->about);
		put_end(l);
	}
}

static void list_feeds(struct listing *l)
{
	uint32_t n;
	const struct sw_feed_format *all = sw_feed_formats(&n);
	l->name_width = 16;
	for (uint32_t i = 0; i < n; i++) {
		put(l, all[i].name, all[i].what);
		put_end(l);
	}
}

static void put_check(struct listing *l, const struct sw_rule *r)
{
	char letter[3] = {sw_severity_letter(r->severity), ' ', '\0'};
	struct sw_arena *a = l->ctx->arena;
	put(l, sw_arena_cstr(a, r->id),
		l->form == AS_TABLE ? sw_arena_cstr(a, sw_arena_printf(a, "%s %.*s", letter,
							       SW_STR_ARG(r->title)))
				    : sw_arena_cstr(a, r->title));
	if (l->form == AS_JSON) {
		sw_jsonw_z(&l->w, "severity", sw_severity_name(r->severity));
		sw_jsonw_str(&l->w, "category", r->category);
		sw_jsonw_str(&l->w, "source", r->source);
		sw_jsonw_array(&l->w, "frameworks");
		for (uint32_t k = 0; k < r->n_frameworks; k++) {
			sw_jsonw_object(&l->w, NULL);
			sw_jsonw_str(&l->w, "framework", r->frameworks[k].framework);
			sw_jsonw_str(&l->w, "control", r->frameworks[k].control);
			sw_jsonw_end(&l->w);
		}
		sw_jsonw_end(&l->w);
	}
	put_end(l);
}

static void list_checks(struct listing *l)
{
	const struct sw_optval *dirs = sw_opts_get(&l->ctx->opts, "policy");
	struct sw_packs_opts o = {.dirs = dirs->v, .n_dirs = dirs->n};
	struct sw_packs *packs;
	struct sw_error err = {0};
	uint32_t n;
	if (sw_packs_load(&o, &packs, &err)) {
		sw_cmd_fail(&err);
		l->failed = true;
		return;
	}
	const struct sw_check *c = sw_packs_checks(packs, &n);
	l->name_width = 14;
	for (uint32_t i = 0; i < n; i++)
		if (!c[i].off)
			put_check(l, &c[i].rule);
	sw_packs_free(packs);
}

static const struct kind {
	const char *name;
	void (*list)(struct listing *);
} kinds[] = {
	{"checks", list_checks},
	{"commands", list_commands},
	{"feeds", list_feeds},
	{"formats", list_formats},
	{"frameworks", list_frameworks},
	{"readers", list_readers},
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
		return l.failed ? SW_EXIT_ERROR : 0;
	}
	sw_error_set(&err, SW_EUSAGE, "there is no list of \"%.80s\"", ctx->opts.args[0]);
	if (near.best)
		sw_error_hint(&err, "did you mean %s?", near.best);
	return sw_cmd_fail(&err);
}

static const struct sw_opt opts[] = {
	{.name = "output",
		.letter = 'o',
		.type = SW_OPT_ENUM,
		.choices = "table|json|names",
		.def = "table",
		.flags = SW_OPT_FLAG_ONLY,
		.since = "0.1",
		.help = "form of the list"},
	{.name = "policy",
		.metavar = "DIR",
		.type = SW_OPT_STRING,
		.flags = SW_OPT_LIST,
		.since = "0.1",
		.complete = SW_COMPLETE_DIR,
		.help = "of checks: also those in this folder"},
};

const struct sw_cmd sw_cmd_list = {
	.name = "list",
	.summary = "list checks, report formats, frameworks, commands, package readers or feeds",
	.args = "checks|formats|frameworks|commands|readers|feeds",
	.group = "About",
	.since = "0.1",
	.opts = opts,
	.n_opts = SW_ARRAY_LEN(opts),
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
