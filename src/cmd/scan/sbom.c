/* SPDX-License-Identifier: Apache-2.0 */
/* `seawall scan sbom`: is this bill of materials right, and what does it name? */
#include "base/io.h"
#include "cmd/db/db.h"
#include "cmd/rows.h"
#include "cmd/scan/scanning.h"
#include "image/sbom/sbom.h"
#include "report/jsonw.h"
#include "vuln/match.h"

struct run {
	struct sw_scanning s;
	const char *path;
	struct sw_bom bom;
	struct sw_sbom doc;
	struct sw_vuln_db *db;
	struct sw_match_report matches;
};

static void put_package(struct sw_jsonw *w, const struct sw_package *p)
{
	sw_jsonw_object(w, NULL);
	sw_jsonw_z(w, "type", sw_package_type_name(p->type));
	sw_jsonw_str_if(w, "namespace", p->ns);
	sw_jsonw_str(w, "name", p->name);
	sw_jsonw_str_if(w, "version", p->version);
	sw_jsonw_str_if(w, "source", p->source);
	sw_jsonw_str_if(w, "sourceVersion", p->source_version);
	sw_jsonw_str_if(w, "arch", p->arch);
	sw_jsonw_str_if(w, "module", p->module);
	sw_jsonw_str_if(w, "license", p->license);
	sw_jsonw_str_if(w, "supplier", p->supplier);
	sw_jsonw_str_if(w, "path", p->path);
	if (p->layer != SW_LAYER_UNKNOWN)
		sw_jsonw_int(w, "layer", p->layer);
	if (p->dev)
		sw_jsonw_bool(w, "dev", true);
	if (p->owned_by_os)
		sw_jsonw_bool(w, "ownedByOs", true);
	sw_jsonw_end(w);
}

static void put_json(struct sw_buf *out, const struct sw_sbom *doc, const struct sw_bom *bom)
{
	struct sw_jsonw w;
	uint32_t n = doc->schema ? doc->schema->n_problems : 0;
	sw_jsonw_init(&w, out);
	sw_jsonw_object(&w, NULL);
	sw_jsonw_z(&w, "format", sw_sbom_format_name(doc->format));
	sw_jsonw_str(&w, "version", doc->version);
	sw_jsonw_str_if(&w, "name", doc->name);
	sw_jsonw_str_if(&w, "serial", doc->serial);
	if (doc->checked)
		sw_jsonw_bool(&w, "valid", n == 0);
	sw_jsonw_array(&w, "schemaProblems");
	for (uint32_t i = 0; i < n; i++) {
		sw_jsonw_object(&w, NULL);
		sw_jsonw_str(&w, "path", doc->schema->problems[i].path);
		if (doc->schema->problems[i].line)
			sw_jsonw_int(&w, "line", doc->schema->problems[i].line);
		sw_jsonw_str(&w, "message", doc->schema->problems[i].message);
		sw_jsonw_end(&w);
	}
	sw_jsonw_end(&w);
	sw_jsonw_object(&w, "distribution");
	sw_jsonw_str(&w, "id", bom->distribution.id);
	sw_jsonw_str(&w, "version", bom->distribution.version);
	sw_jsonw_end(&w);
	sw_jsonw_array(&w, "packages");
	for (uint32_t i = 0; i < bom->n; i++)
		put_package(&w, &bom->packages[i]);
	sw_jsonw_end(&w);
	sw_jsonw_array(&w, "problems");
	for (uint32_t i = 0; i < bom->n_problems; i++) {
		sw_jsonw_object(&w, NULL);
		sw_jsonw_str(&w, "path", bom->problems[i].path);
		sw_jsonw_str(&w, "reason", bom->problems[i].reason);
		sw_jsonw_end(&w);
	}
	sw_jsonw_end(&w);
	sw_jsonw_end(&w);
	sw_buf_addch(out, '\n');
}

static void put_text(
	struct sw_buf *out, const char *path, const struct sw_sbom *doc, const struct sw_bom *bom)
{
	uint32_t n = doc->schema ? doc->schema->n_problems : 0;
	for (uint32_t i = 0; i < n; i++) {
		const struct sw_schema_problem *p = &doc->schema->problems[i];
		sw_buf_printf(out, "%s:", path);
		if (p->line)
			sw_buf_printf(out, "%u:", p->line);
		sw_buf_addch(out, ' ');
		sw_text_clean(out, p->path);
		sw_buf_addch(out, ' ');
		sw_text_clean(out, p->message);
		sw_buf_addch(out, '\n');
	}
	for (uint32_t i = 0; i < bom->n_problems; i++) {
		sw_buf_printf(out, "%s: not evaluated: ", path);
		sw_text_clean(out, bom->problems[i].path);
		sw_buf_addz(out, bom->problems[i].path.n ? ": " : "");
		sw_text_clean(out, bom->problems[i].reason);
		sw_buf_addch(out, '\n');
	}
	sw_buf_printf(out, "%s: %s ", path, sw_sbom_format_name(doc->format));
	sw_text_clean(out, doc->version);
	sw_buf_printf(out, ", %s, %u packages, %u not understood\n",
		!doc->checked ? "not checked (no schema)"
		: n	      ? "invalid"
			      : "valid",
		bom->n, bom->n_problems);
}

static int convert(struct run *r, const char *to)
{
	const struct sw_sbom *doc = &r->doc;
	struct sw_sbom_subject s = {.name = doc->name,
		.version = doc->subject_version,
		.created = doc->created,
		.is_image = doc->n_layers > 0,
		.layers = doc->layers,
		.n_layers = doc->n_layers};
	struct sw_buf *out = r->s.ctx->out;
	if (strcmp(to, "cyclonedx") == 0)
		sw_sbom_write_cyclonedx(out, &r->bom, &s);
	else if (strcmp(to, "spdx") == 0)
		sw_sbom_write_spdx(out, &r->bom, &s);
	else
		sw_sbom_write_spdx3(out, &r->bom, &s);
	return 0;
}

/* As of an image: the same packages give the same findings. */
static void match_options(struct run *r, struct sw_match_options *m)
{
	const struct sw_sbom *doc = &r->doc;
	bool digest = sw_str_starts(doc->subject_version, SW_STR("sha256:"));
	*m = (struct sw_match_options){
		.now = sw_today() * 86400, .layers = doc->layers, .n_layers = doc->n_layers};
	if (doc->n_layers || digest) {
		m->image = doc->name.p ? doc->name : SW_STR("");
		m->digest = digest ? doc->subject_version : SW_STR("");
	} else {
		m->file = sw_str_from(r->path);
	}
}

static int match(struct run *r, struct sw_str *ret_why, struct sw_error *err)
{
	struct sw_cmd_ctx *ctx = r->s.ctx;
	const char *path = sw_opts_str(&ctx->opts, "db");
	struct sw_match_options m;
	struct sw_error why = {0};
	match_options(r, &m);
	int rc = sw_cmd_match_options(ctx, &m, err);
	if (rc)
		return rc;
	rc = sw_vuln_db_open(path ? path : sw_vuln_db_default(ctx->arena), &r->db, &why);
	if (!rc)
		rc = sw_match_bom(r->db, &r->bom, &m, &r->matches, &why);
	if (!rc) {
		rc = sw_match_findings(&r->matches, &r->bom, &m, &r->s.findings, err);
		return rc ? rc : sw_cmd_match_done(ctx, &r->matches, &r->bom, &m, err);
	}
	if (path) {
		*err = why; /* the one that was asked for must be read */
		return rc;
	}
	char text[1200];
	*ret_why = sw_arena_printf(
		ctx->arena, "no advisories: %s", sw_error_format(&why, text, sizeof(text)));
	return 0;
}

static int judge(struct run *r, struct sw_error *err)
{
	struct sw_sbom_judge_opts o = {.file = sw_str_from(r->path)};
	int rc = match(r, &o.why, err);
	o.unmatched = o.problems = o.why.n > 0;
	r->s.findings.coverage.files = 1;
	return rc ? rc : sw_sbom_judge(&r->doc, &r->bom, &o, &r->s.findings, err);
}

/* --validate: the document only. */
static int validate(struct run *r)
{
	struct sw_cmd_ctx *ctx = r->s.ctx;
	const struct sw_optval *form = sw_opts_get(&ctx->opts, "output");
	bool json = form->n && strcmp(form->v[form->n - 1], "json") == 0;
	if (json)
		put_json(ctx->out, &r->doc, &r->bom);
	else
		put_text(ctx->out, r->path, &r->doc, &r->bom);
	r->s.code = r->doc.schema && r->doc.schema->n_problems ? SW_EXIT_FINDINGS : SW_EXIT_CLEAN;
	return 0;
}

static int work(struct run *r, struct sw_cmd_ctx *ctx, struct sw_error *err)
{
	const char *to = sw_opts_str(&ctx->opts, "to");
	struct sw_str text;
	int rc = sw_scanning_begin(&r->s, ctx, err);
	if (!rc)
		rc = sw_io_read(ctx->arena, r->path, SW_SBOM_MAX, SW_IO_COPY, &text, err);
	if (!rc && (rc = sw_sbom_read_caged(ctx->arena, text, &r->bom, &r->doc, err)) < 0)
		sw_error_at(err, sw_str_from(r->path), err->line, err->col, err->byte);
	if (rc)
		return rc;
	if (to)
		return convert(r, to);
	if (sw_opts_bool(&ctx->opts, "validate"))
		return validate(r);
	rc = judge(r, err);
	if (!rc)
		rc = sw_scanning_accept(&r->s, true, err);
	return rc ? rc : sw_scanning_report(&r->s, NULL, err);
}

static int run(struct sw_cmd_ctx *ctx)
{
	struct run r = {.path = ctx->opts.args[0]};
	struct sw_error err = {0};
	sw_bom_init(&r.bom, 0);
	sw_match_report_init(&r.matches);
	int rc = work(&r, ctx, &err);
	int code = rc ? sw_cmd_fail(&err) : r.s.code;
	sw_scanning_release(&r.s);
	sw_match_report_release(&r.matches);
	sw_vuln_db_close(r.db);
	sw_bom_release(&r.bom);
	return code;
}

static const struct sw_opt opts[] = {
	SW_REPORTING_OPTS,
	SW_ACCEPTING_OPTS,
	{.name = "validate",
		.type = SW_OPT_BOOL,
		.flags = SW_OPT_FLAG_ONLY,
		.group = "What is reported",
		.since = "0.2",
		.help = "check the document and list its packages, and judge nothing; -o json for "
			"programs"},
	{.name = "to",
		.type = SW_OPT_ENUM,
		.choices = "cyclonedx|spdx|spdx3",
		.flags = SW_OPT_FLAG_ONLY,
		.group = "What is reported",
		.since = "0.2",
		.help = "write the bill in this format instead: CycloneDX 1.6, SPDX 2.3 or SPDX "
			"3.0, in JSON"},
	SW_ROW_DB,
	SW_MATCH_OPTS,
};

const struct sw_cmd sw_cmd_scan_sbom = {
	.name = "scan sbom",
	.summary = "judge a software bill of materials",
	.args = "FILE|-",
	.description = "Reads CycloneDX (JSON 1.2 to 1.7, XML 1.0 to 1.7) and SPDX (2.2 and 2.3 in "
		       "JSON and tag-value, "
		       "3.0 in JSON), and judges it: packages with known vulnerabilities, as "
		       "`seawall scan image` does; a "
		       "CycloneDX document that breaks its schema; and what names no package that "
		       "is understood, which is "
		       "reported as not evaluated and never left out.",
	.examples = "seawall scan sbom bom.json\n"
		    "  what is known to be wrong with its packages, and with the document\n"
		    "seawall scan sbom bom.json --validate\n"
		    "  the document only: exit code 1 when it breaks its schema\n"
		    "seawall scan sbom bom.spdx --to cyclonedx\n"
		    "  the same bill in another format\n",
	.group = "Judge",
	.since = "0.2",
	.opts = opts,
	.n_opts = SW_ARRAY_LEN(opts),
	.complete = SW_COMPLETE_FILE,
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
