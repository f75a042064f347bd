/* SPDX-License-Identifier: Apache-2.0 */
/* `--list-attached`: signatures, attestations and SBOMs beside an image, as a table or as JSON. */
#include "cmd/scan/image_list.h"
#include "cmd/scan/vex_caged.h"
#include "image/sbom/sbom.h"
#include "image/sign/layout.h"
#include "base/log.h"
#include "report/jsonw.h"

static void put_json(struct sw_buf *out, const struct sw_image_signatures *all)
{
	struct sw_jsonw w;
	sw_jsonw_init(&w, out);
	sw_jsonw_object(&w, NULL);
	sw_jsonw_str(&w, "digest", all->digest);
	sw_jsonw_array(&w, "attached");
	for (uint32_t i = 0; i < all->n_attached; i++) {
		const struct sw_attached *a = &all->attached[i];
		sw_jsonw_object(&w, NULL);
		sw_jsonw_z(&w, "kind", sw_attached_kind_name(a->kind));
		sw_jsonw_str(&w, "type", a->type);
		if (a->predicate.n)
			sw_jsonw_str(&w, "predicateType", a->predicate);
		sw_jsonw_bool(&w, "signed", a->is_signed);
		sw_jsonw_str(&w, "manifest", a->manifest);
		sw_jsonw_str(&w, "digest", a->digest);
		sw_jsonw_int(&w, "size", (int64_t)a->size);
		if (a->tag.n)
			sw_jsonw_str(&w, "tag", a->tag);
		sw_jsonw_end(&w);
	}
	sw_jsonw_end(&w);
	sw_jsonw_end(&w);
	sw_buf_addch(out, '\n');
}

static void put_table(struct sw_buf *out, const struct sw_image_signatures *all)
{
	for (uint32_t i = 0; i < all->n_attached; i++) {
		const struct sw_attached *a = &all->attached[i];
		sw_buf_printf(out, "%-12s %-8s ", sw_attached_kind_name(a->kind),
			a->is_signed ? "signed" : "unsigned");
		sw_text_clean(out, sw_str_sub(a->digest, 0, 19));
		sw_buf_addz(out, "  ");
		sw_text_clean(out, a->predicate.n ? a->predicate : a->type);
		sw_buf_addch(out, '\n');
	}
	sw_buf_printf(out, "%u attached to %.*s%s\n", all->n_attached, SW_STR_ARG(all->digest),
		all->n_attached ? "; none of it was verified: seawall verify" : "");
}

int sw_image_list_attached(
	struct sw_cmd_ctx *ctx, const struct sw_image_opts *opts, struct sw_error *err)
{
	const struct sw_optval *form = sw_opts_get(&ctx->opts, "output");
	const char *as = form->n ? form->v[form->n - 1] : "table";
	struct sw_image_opts *kept = sw_arena_new(ctx->arena, struct sw_image_opts);
	struct sw_image_signatures all;
	if (strcmp(as, "json") != 0 && strcmp(as, "table") != 0)
		return sw_error_set(err, SW_EUSAGE, "--list-attached: -o table or -o json");
	if (!kept)
		return sw_error_set(err, SW_ELIMIT, "out of memory");
	*kept = *opts;
	int rc = sw_layout_signatures(ctx->arena, ctx->opts.args[0], SW_STR(""), kept, &all, err);
	if (rc)
		return rc;
	if (strcmp(as, "json") == 0)
		put_json(ctx->out, &all);
	else
		put_table(ctx->out, &all);
	return 0;
}

/* ---- `--attached` ---- */

static bool is_bill(const struct sw_attached *at, struct sw_str predicate)
{
	return at->kind == SW_ATTACHED_SBOM || sw_str_has(predicate, SW_STR("cyclonedx")) ||
	       sw_str_has(predicate, SW_STR("spdx"));
}

static bool is_vex(const struct sw_attached *at, struct sw_str predicate)
{
	return at->kind == SW_ATTACHED_VEX || sw_str_has(predicate, SW_STR("openvex")) ||
	       sw_str_has(predicate, SW_STR("csaf"));
}

/* Only predicates that may be such documents are worth their bytes. */
static bool may_be(const struct sw_attached *at)
{
	if (at->kind == SW_ATTACHED_SBOM || at->kind == SW_ATTACHED_VEX)
		return true;
	return at->kind == SW_ATTACHED_ATTESTATION &&
	       (!at->predicate.n || is_bill(at, at->predicate) || is_vex(at, at->predicate));
}

static int take_bill(struct sw_cmd_ctx *ctx, struct sw_image *img, struct sw_str name,
	struct sw_str text, struct sw_error *err)
{
	uint32_t before = img->bom.n;
	int rc = sw_sbom_claims_caged(text, name, SW_LAYER_UNKNOWN, &img->bom, err);
	if (!rc)
		sw_log(SW_LOG_NOTE, "%.*s names %u packages; nobody verified who made it",
			SW_STR_ARG(name), img->bom.n - before);
	return rc;
}

static int take_vex(struct sw_cmd_ctx *ctx, struct sw_vex *vex, struct sw_str name,
	struct sw_str text, struct sw_error *err)
{
	uint32_t before = vex->n;
	int rc = sw_vex_parse_caged(vex, ctx->arena, name, text, err);
	if (!rc)
		sw_log(SW_LOG_NOTE, "%.*s makes %u statements; nobody verified who made it",
			SW_STR_ARG(name), vex->n - before);
	return rc;
}

static int take(struct sw_cmd_ctx *ctx, const struct sw_image_signatures *all,
	const struct sw_attached *at, struct sw_image *img, struct sw_vex *vex, struct sw_error *err)
{
	struct sw_str text, predicate, name;
	int rc = sw_attached_read(ctx->arena, all, at, &text, &predicate, err);
	if (rc)
		return rc;
	bool bill = is_bill(at, predicate);
	name = sw_arena_printf(ctx->arena, "attached %s %.*s", bill ? "SBOM" : "VEX",
		SW_STR_ARG(sw_str_sub(at->digest, 0, 19)));
	if (bill && img)
		rc = take_bill(ctx, img, name, text, err);
	/* CycloneDX may say both. */
	if (!rc && vex && is_vex(at, predicate))
		rc = take_vex(ctx, vex, name, text, err);
	else if (!rc && vex && bill && sw_str_has(text, SW_STR("\"vulnerabilities\"")))
		rc = take_vex(ctx, vex, name, text, err);
	return rc;
}

static int take_all(struct sw_cmd_ctx *ctx, const struct sw_image_signatures *all,
	struct sw_str digest, struct sw_image *img, bool bills, struct sw_vex *vex, uint32_t *used)
{
	for (uint32_t i = 0; i < all->n_attached; i++) {
		const struct sw_attached *at = &all->attached[i];
		struct sw_error why = {0};
		if (!may_be(at) || (at->about.n && !sw_str_eq(at->about, digest)))
			continue;
		int rc = take(ctx, all, at, bills ? img : NULL, vex, &why);
		*used += rc == 0;
		/* What cannot be understood, or whose reader had to be stopped, must not be silent. */
		if (rc &&
			sw_bom_problem(&img->bom,
				sw_arena_printf(ctx->arena, "attached %.*s",
					SW_STR_ARG(sw_str_sub(at->digest, 0, 19))),
				sw_str_from(why.text), SW_LAYER_UNKNOWN))
			return -SW_ELIMIT;
	}
	return 0;
}

int sw_image_use_attached(struct sw_cmd_ctx *ctx, const struct sw_image_opts *opts,
	struct sw_image *img, const char *what, struct sw_vex *vex, struct sw_error *err)
{
	struct sw_image_opts *kept = sw_arena_new(ctx->arena, struct sw_image_opts);
	struct sw_image_signatures all;
	bool bills = strcmp(what, "vex") != 0;
	uint32_t used = 0;
	if (!kept)
		return sw_error_set(err, SW_ELIMIT, "out of memory");
	*kept = *opts;
	vex = strcmp(what, "sbom") != 0 ? vex : NULL;
	int rc = sw_layout_signatures(ctx->arena, ctx->opts.args[0], SW_STR(""), kept, &all, err);
	if (rc)
		return rc;
	rc = take_all(ctx, &all, img->digest, img, bills, vex, &used);
	/* Of an index, what is attached to the image of this platform as well. */
	if (!rc && img->digest.n && !sw_str_eq(img->digest, all.digest) &&
		!sw_layout_signatures(ctx->arena, ctx->opts.args[0], img->digest, kept, &all, err))
		rc = take_all(ctx, &all, img->digest, img, bills, vex, &used);
	if (rc)
		return sw_error_set(err, SW_ELIMIT, "more is attached than can be held");
	if (!used)
		sw_log(SW_LOG_NOTE, "no bill of materials and no VEX document is attached");
	sw_bom_finish(&img->bom);
	return 0;
}
