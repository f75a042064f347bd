/* SPDX-License-Identifier: Apache-2.0 */
/* `seawall policy deps`: the documents that a query depends on, as `opa deps` tells them. */
#include <stdio.h>

#include "cmd/policy/policy.h"
#include "cmd/policy/rego_load.h"
#include "cmd/rows.h"
#include "rego/ast_json.h"
#include "rego/parse.h"

struct deps {
	struct sw_cmd_ctx *ctx;
	struct sw_rego_engine *engine;
	struct sw_rego_diags query_errors;
	struct sw_rego_terms base, virt;
	bool no_bundle; /* one cannot be loaded, and this is not the error of one of its files */
};

/* As opa has it, the policies of bundles stand in place of those of --data. */
static int load(struct deps *d, struct sw_rego_load *l, struct sw_error *err)
{
	const struct sw_opts *o = &d->ctx->opts;
	const struct sw_optval *data = sw_opts_get(o, "data"), *bundles = sw_opts_get(o, "bundle");
	l->ignore = sw_opts_get(o, "ignore")->v;
	l->n_ignore = sw_opts_get(o, "ignore")->n;
	int rc = sw_rego_load_paths(l, data->v, data->n, err);
	if (rc || !bundles->n)
		return rc;
	l->bundle = true;
	l->told_as = SW_BUNDLE_CHECK;
	l->n_modules = 0;
	l->ignore = NULL;
	l->n_ignore = 0;
	for (uint32_t i = 0; !rc && i < bundles->n; i++) {
		l->data = sw_empty_object(); /* each has its own */
		rc = sw_rego_load_path(l, bundles->v[i], err);
	}
	d->no_bundle = rc && !l->n_bad;
	return rc;
}

static int find(struct deps *d, struct sw_rego_load *l, struct sw_error *err)
{
	struct sw_arena *a = d->ctx->arena;
	struct sw_rego_engine_opts opts = {0};
	struct sw_rego_parse_opts parse = {.version = SW_REGO_V1};
	struct sw_source *src = sw_arena_new(a, struct sw_source);
	struct sw_rego_body query;
	if (!src)
		return sw_error_set(err, SW_ELIMIT, "out of memory");
	*src = (struct sw_source){.name = SW_STR(""), .text = sw_str_from(d->ctx->opts.args[0])};
	if (sw_rego_parse_body(a, src, &parse, &query, &d->query_errors))
		return sw_error_set(err, SW_ESYNTAX, "the query is no Rego");
	if (load(d, l, err) && (l->alone || d->no_bundle))
		return -err->code;
	d->engine = sw_rego_engine_new(&opts);
	int rc = sw_rego_load_modules(l, d->engine, err);
	if (!rc)
		rc = sw_rego_engine_compile(d->engine, err);
	return rc ? rc : sw_rego_engine_deps(d->engine, &query, &d->base, &d->virt, err);
}

static void put_refs(struct sw_jsonw *w, const char *key, const struct sw_rego_terms *l)
{
	if (!l->n)
		return;
	sw_jsonw_array(w, key);
	for (uint32_t i = 0; i < l->n; i++) {
		sw_buf_addz(w->out, w->any[w->depth] ? ",\n" : "\n");
		w->any[w->depth] = true;
		sw_buf_pad(w->out, ' ', 2 * w->depth);
		sw_rego_ref_json_at(w->out, l->v[i], SW_REGO_JSON_PRETTY, w->depth);
	}
	sw_jsonw_end(w);
}

static void put_json(struct deps *d)
{
	struct sw_jsonw w;
	sw_jsonw_init(&w, d->ctx->out);
	w.html = true;
	sw_jsonw_object(&w, NULL);
	put_refs(&w, "base", &d->base);
	put_refs(&w, "virtual", &d->virt);
	sw_jsonw_end(&w);
}

static void put_cell(struct deps *d, struct sw_policy_table *t, const struct sw_rego_terms *l, uint32_t i)
{
	sw_autobuf text;
	sw_buf_init(&text, 1 << 20);
	if (i < l->n)
		sw_rego_term_print(&text, l->v[i]);
	sw_policy_table_cell(t, sw_arena_str(d->ctx->arena, sw_buf_str(&text)));
}

static void put_table(struct deps *d)
{
	struct sw_policy_table t;
	uint32_t rows = d->base.n > d->virt.n ? d->base.n : d->virt.n;
	sw_policy_table_init(&t, d->ctx->arena);
	if (d->base.n)
		sw_policy_table_head(&t, SW_STR("BASE DOCUMENTS"));
	if (d->virt.n)
		sw_policy_table_head(&t, SW_STR("VIRTUAL DOCUMENTS"));
	for (uint32_t i = 0; i < rows; i++) {
		if (d->base.n)
			put_cell(d, &t, &d->base, i);
		if (d->virt.n)
			put_cell(d, &t, &d->virt, i);
	}
	if (rows)
		sw_policy_table_write(&t, d->ctx->out);
}

static int run(struct sw_cmd_ctx *ctx)
{
	struct deps d = {.ctx = ctx};
	struct sw_rego_load l;
	struct sw_error err = {0};
	sw_rego_load_init(&l, ctx->arena);
	sw_rego_diags_init(&d.query_errors, ctx->arena);
	int rc = find(&d, &l, &err);
	const struct sw_rego_diags *errors = d.query_errors.n ? &d.query_errors
					     : l.errors.n     ? &l.errors
					     : d.engine	      ? sw_rego_engine_diags(d.engine)
							      : NULL;
	if (rc && (l.alone || d.no_bundle))
		fprintf(stderr, "%s\n", err.text);
	else if (rc)
		sw_rego_errors_text(errors == &l.errors ? " during loading" : "", errors, &err);
	else if (strcmp(sw_opts_str(&ctx->opts, "format"), "json") == 0)
		put_json(&d);
	else
		put_table(&d);
	sw_rego_engine_free(d.engine);
	return rc ? 1 : 0;
}

#define F SW_OPT_FLAG_ONLY
static const struct sw_opt opts[] = {
	{.name = "bundle",
		.letter = 'b',
		.metavar = "PATH",
		.type = SW_OPT_STRING,
		.flags = F | SW_OPT_LIST,
		.help = "take the policies of a bundle, instead of those of --data",
		.complete = SW_COMPLETE_FILE},
	{.name = "data",
		.letter = 'd',
		.metavar = "PATH",
		.type = SW_OPT_STRING,
		.flags = F | SW_OPT_LIST,
		.help = "load policies from a file or folder",
		.complete = SW_COMPLETE_FILE},
	{.name = "format",
		.letter = 'f',
		.type = SW_OPT_ENUM,
		.choices = "pretty|json",
		.def = "pretty",
		.flags = F,
		.help = "form of the answer"},
	SW_ROW_IGNORE(F),
	SW_ROW_V1(F),
};

const struct sw_cmd sw_cmd_policy_deps = {
	.name = "policy deps",
	.summary = "tell what documents a Rego query depends on, as opa deps does",
	.args = "QUERY",
	.description = "Base documents are what comes from outside, below `data` and `input`; virtual documents are "
		       "rules.",
	.group = "Policies",
	.since = "0.3",
	.opts = opts,
	.n_opts = SW_ARRAY_LEN(opts),
	.min_args = 1,
	.max_args = 1,
	.run = run,
	.own_exit_codes = true,
	.usage_code = 1,
};
