/* SPDX-License-Identifier: Apache-2.0 */
/* Lists, as tables or as JSON: what an image holds (`--list-packages`), and the images of a store. */
#include "cmd/scan/image_list.h"
#include "image/sbom/sbom.h"
#include "report/jsonw.h"

static void put_layer(struct sw_jsonw *w, const struct sw_image *img, uint32_t i)
{
	const struct sw_image_layer *l = &img->layers[i];
	sw_jsonw_object(w, NULL);
	sw_jsonw_str(w, "digest", l->digest);
	sw_jsonw_str(w, "diffId", l->diff_id);
	sw_jsonw_str(w, "createdBy", l->created_by);
	sw_jsonw_int(w, "bytes", (int64_t)l->bytes);
	sw_jsonw_int(w, "unpacked", (int64_t)l->unpacked);
	sw_jsonw_int(w, "files", (int64_t)l->files);
	if (l->problem.n)
		sw_jsonw_str(w, "problem", l->problem);
	sw_jsonw_end(w);
}

static void put_package(struct sw_jsonw *w, const struct sw_package *p)
{
	sw_jsonw_object(w, NULL);
	sw_jsonw_z(w, "type", sw_package_type_name(p->type));
	const struct {
		const char *key;
		struct sw_str v;
	} texts[] = {{"namespace", p->ns}, {"name", p->name}, {"version", p->version},
		{"source", p->source}, {"sourceVersion", p->source_version}, {"arch", p->arch},
		{"module", p->module}, {"license", p->license}, {"supplier", p->supplier},
		{"path", p->path}};
	for (size_t i = 0; i < SW_ARRAY_LEN(texts); i++)
		if (texts[i].v.n)
			sw_jsonw_str(w, texts[i].key, texts[i].v);
	if (p->layer != SW_LAYER_UNKNOWN)
		sw_jsonw_int(w, "layer", (int64_t)p->layer);
	if (p->dev)
		sw_jsonw_bool(w, "dev", true);
	if (p->owned_by_os)
		sw_jsonw_bool(w, "ownedByOs", true);
	sw_jsonw_end(w);
}

void sw_image_list_json(struct sw_cmd_ctx *ctx, const struct sw_image *img)
{
	struct sw_jsonw w;
	const struct sw_distribution *d = &img->bom.distribution;
	sw_jsonw_init(&w, ctx->out);
	sw_jsonw_object(&w, NULL);
	sw_jsonw_str(&w, "kind", img->kind);
	sw_jsonw_str(&w, "name", img->name);
	sw_jsonw_str(&w, "digest", img->digest);
	sw_jsonw_object(&w, "distribution");
	sw_jsonw_str(&w, "id", d->id);
	sw_jsonw_str(&w, "version", d->version);
	sw_jsonw_str(&w, "codename", d->codename);
	sw_jsonw_str(&w, "prettyName", d->pretty_name);
	sw_jsonw_end(&w);
	sw_jsonw_array(&w, "layers");
	for (uint32_t i = 0; i < img->n_layers; i++)
		put_layer(&w, img, i);
	sw_jsonw_end(&w);
	sw_jsonw_array(&w, "packages");
	for (uint32_t i = 0; i < img->bom.n; i++)
		put_package(&w, &img->bom.packages[i]);
	sw_jsonw_end(&w);
	sw_jsonw_array(&w, "problems");
	for (uint32_t i = 0; i < img->bom.n_problems; i++) {
		sw_jsonw_object(&w, NULL);
		sw_jsonw_str(&w, "path", img->bom.problems[i].path);
		sw_jsonw_str(&w, "reason", img->bom.problems[i].reason);
		sw_jsonw_int(&w, "layer", (int64_t)img->bom.problems[i].layer);
		sw_jsonw_end(&w);
	}
	sw_jsonw_end(&w);
	sw_jsonw_end(&w);
	sw_buf_addch(ctx->out, '\n');
}

static void pad(struct sw_buf *out, size_t from, size_t cols)
{
	size_t have = sw_text_width(sw_str_make(out->p + from, out->n - from));
	sw_buf_pad(out, ' ', have < cols ? cols - have : 1);
}

void sw_image_list_table(struct sw_cmd_ctx *ctx, const struct sw_image *img)
{
	struct sw_buf *out = ctx->out;
	size_t name_cols = 4, version_cols = 7;
	for (uint32_t i = 0; i < img->bom.n; i++) {
		const struct sw_package *p = &img->bom.packages[i];
		size_t n = sw_text_width(p->name) + (p->ns.n ? sw_text_width(p->ns) + 1 : 0);
		bool os = sw_package_type_is_os(p->type);
		n = os ? sw_text_width(p->name) : n;
		name_cols = n > name_cols ? n : name_cols;
		n = sw_text_width(p->version);
		version_cols = n > version_cols ? n : version_cols;
	}
	name_cols = name_cols > 50 ? 50 : name_cols;
	version_cols = version_cols > 40 ? 40 : version_cols;
	for (uint32_t i = 0; i < img->bom.n; i++) {
		const struct sw_package *p = &img->bom.packages[i];
		size_t at = out->n;
		sw_buf_printf(out, "%-9s ", sw_package_type_name(p->type));
		at = out->n;
		if (p->ns.n && !sw_package_type_is_os(p->type)) {
			sw_text_clean(out, p->ns);
			sw_buf_addch(out, '/');
		}
		sw_text_clean(out, p->name);
		pad(out, at, name_cols + 2);
		at = out->n;
		sw_text_clean(out, p->version);
		pad(out, at, version_cols + 2);
		sw_text_clean(out, p->path);
		sw_buf_addch(out, '\n');
	}
	for (uint32_t i = 0; i < img->bom.n_problems; i++) {
		sw_buf_addz(out, "not read  ");
		sw_text_clean(out, img->bom.problems[i].path);
		sw_buf_addz(out, img->bom.problems[i].path.n ? ": " : "");
		sw_text_clean(out, img->bom.problems[i].reason);
		sw_buf_addch(out, '\n');
	}
	sw_buf_printf(out, "%u package%s, %u problem%s, %u layer%s", img->bom.n, img->bom.n == 1 ? "" : "s",
		img->bom.n_problems, img->bom.n_problems == 1 ? "" : "s",
		img->n_layers, img->n_layers == 1 ? "" : "s");
	if (img->bom.distribution.pretty_name.n) {
		sw_buf_addz(out, ", ");
		sw_text_clean(out, img->bom.distribution.pretty_name);
	}
	sw_buf_addch(out, '\n');
}

bool sw_image_list_sbom(struct sw_cmd_ctx *ctx, const struct sw_image *img, const char *form)
{
	struct sw_str *by = sw_arena_new_array(ctx->arena, img->n_layers + 1, struct sw_str);
	struct sw_sbom_subject s = {.name = img->name.n ? img->name : img->reference,
		.digest = img->digest,
		.created = img->config.created,
		.is_image = !sw_str_starts(img->kind, SW_STR("rootfs")),
		.layers = by,
		.n_layers = by ? img->n_layers : 0};
	for (uint32_t i = 0; i < s.n_layers; i++)
		by[i] = img->layers[i].created_by.p ? img->layers[i].created_by : SW_STR("");
	if (strcmp(form, "cyclonedx") == 0)
		sw_sbom_write_cyclonedx(ctx->out, &img->bom, &s);
	else if (strcmp(form, "spdx") == 0)
		sw_sbom_write_spdx(ctx->out, &img->bom, &s);
	else if (strcmp(form, "spdx3") == 0)
		sw_sbom_write_spdx3(ctx->out, &img->bom, &s);
	else
		return false;
	return true;
}

static void store_json(struct sw_cmd_ctx *ctx, const struct sw_image_entries *all)
{
	struct sw_jsonw w;
	sw_jsonw_init(&w, ctx->out);
	sw_jsonw_object(&w, NULL);
	sw_jsonw_array(&w, "images");
	for (uint32_t i = 0; i < all->n; i++) {
		sw_jsonw_object(&w, NULL);
		sw_jsonw_str(&w, "reference", all->v[i].reference);
		sw_jsonw_str(&w, "name", all->v[i].name);
		sw_jsonw_str(&w, "digest", all->v[i].digest);
		sw_jsonw_end(&w);
	}
	sw_jsonw_end(&w);
	sw_jsonw_bool(&w, "complete", !all->damaged);
	sw_jsonw_end(&w);
	sw_buf_addch(ctx->out, '\n');
}

void sw_image_list_store(struct sw_cmd_ctx *ctx, const struct sw_image_entries *all, bool json)
{
	uint32_t images = 0;
	if (json) {
		store_json(ctx, all);
		return;
	}
	for (uint32_t i = 0; i < all->n; i++) {
		struct sw_str digest = all->v[i].digest; /* as much of it as docker and crictl show */
		sw_text_clean(ctx->out, sw_str_sub(digest, sw_str_starts(digest, SW_STR("sha256:")) ? 7 : 0, 19));
		sw_buf_addz(ctx->out, "  ");
		sw_text_clean(ctx->out, all->v[i].reference);
		sw_buf_addch(ctx->out, '\n');
		images += !all->v[i].again;
	}
	sw_buf_printf(ctx->out, "%u image%s by %u name%s\n", images, images == 1 ? "" : "s", all->n, all->n == 1 ? "" : "s");
}
