/* SPDX-License-Identifier: Apache-2.0 */
/* `--list-attached`: signatures, attestations and SBOMs beside an image, as a table or as JSON. */
#include "cmd/image_list.h"
#include "image/sign/layout.h"
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
