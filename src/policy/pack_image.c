/* SPDX-License-Identifier: Apache-2.0 */
/* The built-in pack as the build compiled it: writing it, and taking it. */
#include "base/cleanup.h"
#include "policy/pack_impl.h"

/* ---- taking ---- */

/* Not there in the tool that writes it. */
extern const struct sw_pack_image sw_pack_image __attribute__((weak));

bool pack_image_usable(const struct sw_packs_opts *o)
{
	return !o->no_builtin && !o->no_image && !o->n_dirs && &sw_pack_image && sw_pack_image.n;
}

int pack_image_take(struct sw_arena *a, struct sw_rego_engine **ret, struct sw_check **ret_checks,
	uint32_t *ret_n, struct sw_error *err)
{
	size_t bytes = sw_pack_image.n * sizeof(struct sw_check);
	const char *base = sw_rego_image_bind(sw_pack_image.rego);
	struct sw_check *checks = !base ? NULL : (struct sw_check *)sw_arena_memdup(
		a, base + (uintptr_t)sw_pack_image.checks, bytes);
	if (!checks)
		return sw_error_set(err, SW_ELIMIT, "no memory left for checks");
	int r = sw_rego_engine_from_image(
		sw_pack_image.rego, sw_embed_content, sw_embed_content_n, ret, err);
	if (r)
		return r;
	*ret_checks = checks;
	*ret_n = sw_pack_image.n;
	return 0;
}

/* ---- writing ---- */

static void strings(
	struct sw_rego_image_out *im, struct sw_buf *out, const struct sw_str *v, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		sw_rego_image_str(im, out, v[i]);
		sw_buf_addz(out, ",\n");
	}
}

static void kinds(
	struct sw_rego_image_out *im, struct sw_buf *out, const struct sw_check_kind *v, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		sw_buf_addch(out, '{');
		sw_rego_image_str(im, out, v[i].group);
		sw_buf_addch(out, ',');
		sw_rego_image_str(im, out, v[i].kind);
		sw_buf_addz(out, "},\n");
	}
}

static void frameworks(struct sw_rego_image_out *im, struct sw_buf *out, const struct sw_rule *r)
{
	for (uint32_t i = 0; i < r->n_frameworks; i++) {
		sw_buf_addch(out, '{');
		sw_rego_image_str(im, out, r->frameworks[i].framework);
		sw_buf_addch(out, ',');
		sw_rego_image_str(im, out, r->frameworks[i].control);
		sw_buf_addz(out, "},\n");
	}
}

struct places {
	uint32_t reference, framework, kind, field;
};

static void rule(struct sw_rego_image_out *im, struct sw_buf *out, const struct sw_rule *r,
	const struct places *at)
{
	const struct sw_str texts[] = {
		r->id, r->title, r->description, r->remediation, r->category, r->engine, r->source};
	sw_buf_addz(out, "{.rule={");
	strings(im, out, texts, SW_ARRAY_LEN(texts));
	sw_buf_printf(out, ".severity=%d,.references=P(references)+%u,.n_references=%u,", r->severity,
		at->reference, r->n_references);
	sw_buf_printf(out, ".frameworks=P(frameworks)+%u,.n_frameworks=%u},\n", at->framework,
		r->n_frameworks);
}

static void check(struct sw_rego_image_out *im, struct sw_buf *out, const struct sw_check *c,
	struct places *at)
{
	rule(im, out, &c->rule, at);
	sw_buf_addz(out, ".package=");
	sw_rego_image_str(im, out, c->package);
	sw_buf_addz(out, ",.program=");
	sw_rego_image_str(im, out, c->program);
	sw_buf_printf(out,
		",.input=%d,.kinds=P(kinds_of)+%u,.n_kinds=%u,.inventory=P(kinds_of)+%u,.n_inventory=%u,",
		c->input, at->kind, c->n_kinds, at->kind + c->n_kinds, c->n_inventory);
	sw_buf_printf(out,
		".inventory_workload=%d,.builtin=%d,.has_unknown=%d,.deny=%u,.unknown=%u,",
		c->inventory_workload, c->builtin, c->has_unknown, c->deny, c->unknown);
	sw_buf_printf(out, ".fields=P(fields)+%u,.n_fields=%u,.settings=P(fields)+%u,.n_settings=%u},\n", at->field,
		c->n_fields, at->field + c->n_fields, c->n_settings);
	at->field += c->n_fields + c->n_settings;
	at->reference += c->rule.n_references;
	at->framework += c->rule.n_frameworks;
	at->kind += c->n_kinds + c->n_inventory;
}

static struct places total(const struct sw_check *c, uint32_t n)
{
	struct places t = {0};
	for (uint32_t i = 0; i < n; i++) {
		t.reference += c[i].rule.n_references;
		t.framework += c[i].rule.n_frameworks;
		t.kind += c[i].n_kinds + c[i].n_inventory;
		t.field += c[i].n_fields + c[i].n_settings;
	}
	return t;
}

/* One array per sort of list, and the checks that point into them. */
static void write_checks(struct sw_rego_image_out *im, const struct sw_packs *p)
{
	uint32_t n;
	const struct sw_check *c = sw_packs_checks(p, &n);
	struct sw_buf *out = &im->tables;
	struct places at = {0};
	sw_rego_image_begin(im, "struct sw_str", "references", "s p");
	for (uint32_t i = 0; i < n; i++)
		strings(im, out, c[i].rule.references, c[i].rule.n_references);
	sw_rego_image_end(im, total(c, n).reference);
	sw_rego_image_begin(im, "struct sw_framework_ref", "frameworks", "s framework s control");
	for (uint32_t i = 0; i < n; i++)
		frameworks(im, out, &c[i].rule);
	sw_rego_image_end(im, total(c, n).framework);
	sw_rego_image_begin(im, "struct sw_check_kind", "kinds_of", "s group s kind");
	for (uint32_t i = 0; i < n; i++) {
		kinds(im, out, c[i].kinds, c[i].n_kinds);
		kinds(im, out, c[i].inventory, c[i].n_inventory);
	}
	sw_rego_image_end(im, total(c, n).kind);
	sw_rego_image_begin(im, "struct sw_str", "fields", "s p");
	for (uint32_t i = 0; i < n; i++) {
		strings(im, out, c[i].fields, c[i].n_fields);
		strings(im, out, c[i].settings, c[i].n_settings);
	}
	sw_rego_image_end(im, total(c, n).field);
	sw_rego_image_begin(im, "struct sw_check", "checks",
		"s rule.id s rule.title s rule.description s rule.remediation s rule.category "
		"s rule.engine s rule.source p rule.references p rule.frameworks s package s program "
		"p kinds p inventory p fields p settings");
	for (uint32_t i = 0; i < n; i++)
		check(im, out, &c[i], &at);
	sw_rego_image_end(im, n);
	sw_buf_printf(&im->rest,
		"extern const struct sw_pack_image sw_pack_image;\n"
		"const struct sw_pack_image sw_pack_image = {&engine_image, P(checks), %u};\n",
		n);
}

int sw_packs_write_image(struct sw_buf *out, struct sw_error *err)
{
	struct sw_packs *p;
	struct sw_rego_image_out im;
	int r = sw_packs_load(&(struct sw_packs_opts){.no_image = true}, &p, err);
	if (r)
		return r;
	sw_rego_image_init(&im);
	r = sw_rego_image_engine(
		&im, sw_packs_engine(p), sw_embed_content, sw_embed_content_n, err);
	if (!r) {
		write_checks(&im, p);
		sw_buf_addz(out, "#include \"policy/pack_impl.h\"\n");
		sw_rego_image_print(&im, out);
		if (out->overflow)
			r = sw_error_set(err, SW_ELIMIT, "the image is too large");
	}
	sw_rego_image_release(&im);
	sw_packs_free(p);
	return r;
}
