/* SPDX-License-Identifier: Apache-2.0 */
/* `seawall scan sbom`: is this bill of materials right, and what does it name? */
#include "base/io.h"
#include "cmd/cmd.h"
#include "image/sbom/sbom.h"
#include "report/jsonw.h"

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

static int convert(
	struct sw_cmd_ctx *ctx, const struct sw_sbom *doc, const struct sw_bom *bom, const char *to)
{
	struct sw_sbom_subject s = {
		.name = doc->name, .version = doc->subject_version, .created = doc->created};
	if (strcmp(to, "cyclonedx") == 0)
		sw_sbom_write_cyclonedx(ctx->out, bom, &s);
	else if (strcmp(to, "spdx") == 0)
		sw_sbom_write_spdx(ctx->out, bom, &s);
	else
		sw_sbom_write_spdx3(ctx->out, bom, &s);
	return SW_EXIT_CLEAN;
}

static int run(struct sw_cmd_ctx *ctx)
{
	const char *path = ctx->opts.args[0], *form = sw_opts_str(&ctx->opts, "output"),
		   *to = sw_opts_str(&ctx->opts, "to");
	struct sw_error err = {0};
	struct sw_str text;
	struct sw_sbom doc;
	sw_autobom bom;
	sw_bom_init(&bom, 0);
	int rc = sw_io_read(ctx->arena, path, SW_SBOM_MAX, SW_IO_COPY, &text, &err);
	if (rc == 0 && (rc = sw_sbom_read(ctx->arena, text, &bom, &doc, &err)) < 0)
		sw_error_at(&err, sw_str_from(path), err.line, err.col, err.byte);
	if (rc < 0)
		return sw_cmd_fail(&err);
	if (to)
		return convert(ctx, &doc, &bom, to);
	if (strcmp(form, "json") == 0)
		put_json(ctx->out, &doc, &bom);
	else
		put_text(ctx->out, path, &doc, &bom);
	return doc.schema && doc.schema->n_problems ? SW_EXIT_FINDINGS : SW_EXIT_CLEAN;
}

static const struct sw_opt opts[] = {
	{.name = "output",
		.letter = 'o',
		.type = SW_OPT_ENUM,
		.choices = "text|json",
		.def = "text",
		.flags = SW_OPT_FLAG_ONLY,
		.since = "0.2",
		.help = "form of the result"},
	{.name = "to",
		.type = SW_OPT_ENUM,
		.choices = "cyclonedx|spdx|spdx3",
		.flags = SW_OPT_FLAG_ONLY,
		.since = "0.2",
		.help = "write the bill in this format instead: CycloneDX 1.6, SPDX 2.3 or SPDX "
			"3.0, in JSON"},
};

const struct sw_cmd sw_cmd_scan_sbom = {
	.name = "scan sbom",
	.summary = "check a software bill of materials",
	.args = "FILE|-",
	.description = "Reads CycloneDX (JSON 1.2 to 1.7, XML 1.0 to 1.7) and SPDX (2.2 and 2.3 in "
		       "JSON and "
		       "tag-value, 3.0 in JSON). A CycloneDX document is held against its schema. "
		       "What names no "
		       "package that is understood is said, never left out.\n\n"
		       "Exit codes: 0 valid (or no schema to say so); 1 the document breaks its "
		       "schema; 2 it "
		       "could not be read.",
	.examples = "seawall scan sbom bom.json\n"
		    "  what is wrong with it, and how much it names\n"
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
	.own_exit_codes = true,
};
