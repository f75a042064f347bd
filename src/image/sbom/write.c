/* SPDX-License-Identifier: Apache-2.0 */
/* CycloneDX 1.6 in JSON, written. */
#include "image/sbom/write.h"

#include "doc/json.h"

static void put(struct sbom_written *w, const char *name, struct sw_str value)
{
	if (w->n < SBOM_PROPERTIES)
		w->v[w->n++] = (struct sbom_property){name, value};
}

/* What the purl does not give back. */
static void compare(const struct sw_package *p, const struct sw_package *q, struct sbom_written *w)
{
	const struct {
		const char *name;
		struct sw_str is, back;
	} fields[] = {
		{"seawall:namespace", p->ns, q->ns},
		{"seawall:name", p->name, q->name},
		{"seawall:version", p->version, q->version},
		{"seawall:source", p->source, q->source},
		{"seawall:source-version", p->source_version, q->source_version},
		{"seawall:arch", p->arch, q->arch},
		{"seawall:module", p->module, q->module},
		{"seawall:qualifiers", p->qualifiers, q->qualifiers},
	};
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (fields[i].is.n && !sw_str_eq(fields[i].is, fields[i].back))
			put(w, fields[i].name, fields[i].is);
}

void sbom_describe(struct sw_arena *a, const struct sw_bom *bom, const struct sw_package *p,
	struct sbom_written *ret)
{
	struct sw_purl purl;
	struct sw_package back = {0};
	struct sw_error err;
	*ret = (struct sbom_written){.purl = sw_package_purl(a, p, &bom->distribution)};
	if (!ret->purl.n || sw_purl_parse(a, ret->purl, 0, &purl, &err) < 0 ||
		sw_purl_package(a, &purl, &back, NULL, &err) < 0 || back.type != p->type) {
		back = (struct sw_package){0};
		ret->purl = SW_STR("");
		put(ret, "seawall:type", sw_str_from(sw_package_type_name(p->type)));
		put(ret, "seawall:name", p->name);
		back.name = p->name;
	}
	compare(p, &back, ret);
	if (p->cpe.n)
		put(ret, "seawall:cpe", p->cpe);
	if (p->path.n)
		put(ret, "seawall:path", p->path);
	if (p->layer != SW_LAYER_UNKNOWN)
		put(ret, "seawall:layer", sw_arena_printf(a, "%u", p->layer));
	if (p->dev)
		put(ret, "seawall:dev", SW_STR("true"));
	if (p->claimed)
		put(ret, "seawall:claimed", SW_STR("true"));
	if (p->owned_by_os)
		put(ret, "seawall:owned-by-os", SW_STR("true"));
}

void sbom_describe_distribution(const struct sw_distribution *d, struct sbom_written *ret)
{
	*ret = (struct sbom_written){.purl = SW_STR("")};
	const struct sbom_property all[] = {{"seawall:codename", d->codename},
		{"seawall:pretty-name", d->pretty_name}, {"seawall:id-like", d->id_like},
		{"seawall:cpe", d->cpe}, {"seawall:streams", d->streams}};
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i].value.n)
			put(ret, all[i].name, all[i].value);
}

struct sw_value sbom_string(struct sw_str s)
{
	return sw_string(s.p ? s : SW_STR(""));
}

void sbom_text(struct sw_map *m, const char *key, struct sw_str s)
{
	if (s.n)
		sw_map_adds(m, key, sbom_string(s));
}

void sbom_finish(struct sw_buf *out, struct sw_map *root)
{
	struct sw_value v = sw_map_object(root);
	if (!sw_defined(v) || root->arena->overflow) {
		out->overflow = true;
		return;
	}
	sw_json_write(out, v, SW_JSON_PRETTY);
	sw_buf_addch(out, '\n');
}

static struct sw_value properties(struct sw_arena *a, const struct sbom_written *w)
{
	struct sw_list list;
	sw_list_init(&list, a);
	for (uint32_t i = 0; i < w->n; i++) {
		struct sw_map m;
		sw_map_init(&m, a);
		sw_map_adds(&m, "name", sbom_string(sw_str_from(w->v[i].name)));
		sw_map_adds(&m, "value", sbom_string(w->v[i].value));
		sw_list_add(&list, sw_map_object(&m));
	}
	return sw_list_array(&list);
}

static struct sw_value licenses(struct sw_arena *a, struct sw_str text)
{
	struct sw_map name, license;
	struct sw_list list;
	sw_map_init(&name, a);
	sw_map_init(&license, a);
	sw_list_init(&list, a);
	sw_map_adds(&name, "name", sbom_string(text));
	sw_map_adds(&license, "license", sw_map_object(&name));
	sw_list_add(&list, sw_map_object(&license));
	return sw_list_array(&list);
}

static struct sw_value component(struct sw_arena *a, const struct sw_bom *bom, uint32_t i)
{
	const struct sw_package *p = &bom->packages[i];
	struct sbom_written w;
	struct sw_map m, supplier;
	sbom_describe(a, bom, p, &w);
	sw_map_init(&m, a);
	sw_map_adds(&m, "type", SW_VSTR("library"));
	sw_map_adds(&m, "bom-ref",
		sbom_string(
			sw_arena_printf(a, "%u-%.*s", i, SW_STR_ARG(w.purl.n ? w.purl : p->name))));
	if (!sw_package_type_is_os(p->type))
		sbom_text(&m, "group", p->ns);
	sw_map_adds(&m, "name", sbom_string(p->name));
	sbom_text(&m, "version", p->version);
	sbom_text(&m, "purl", w.purl);
	if (p->license.n)
		sw_map_adds(&m, "licenses", licenses(a, p->license));
	if (p->supplier.n) {
		sw_map_init(&supplier, a);
		sbom_text(&supplier, "name", p->supplier);
		sw_map_adds(&m, "supplier", sw_map_object(&supplier));
	}
	if (w.n)
		sw_map_adds(&m, "properties", properties(a, &w));
	return sw_map_object(&m);
}

static struct sw_value distribution(struct sw_arena *a, const struct sw_distribution *d)
{
	struct sbom_written w;
	struct sw_map m;
	sbom_describe_distribution(d, &w);
	sw_map_init(&m, a);
	sw_map_adds(&m, "type", SW_VSTR("operating-system"));
	sw_map_adds(&m, "bom-ref", SW_VSTR("distribution"));
	sw_map_adds(&m, "name", sbom_string(d->id));
	sbom_text(&m, "version", d->version);
	if (w.n)
		sw_map_adds(&m, "properties", properties(a, &w));
	return sw_map_object(&m);
}

static struct sw_value layers(struct sw_arena *a, const struct sw_sbom_subject *s)
{
	struct sw_list list;
	sw_list_init(&list, a);
	for (uint32_t i = 0; i < s->n_layers; i++) {
		struct sw_map m;
		sw_map_init(&m, a);
		sw_map_adds(&m, "name", SW_VSTR("seawall:created-by"));
		sw_map_adds(&m, "value", sbom_string(s->layers[i]));
		sw_list_add(&list, sw_map_object(&m));
	}
	return sw_list_array(&list);
}

static struct sw_value metadata(struct sw_arena *a, const struct sw_sbom_subject *s)
{
	struct sw_map m, tool, tools, subject;
	struct sw_list list;
	sw_map_init(&m, a);
	sw_map_init(&tool, a);
	sw_map_init(&tools, a);
	sw_map_init(&subject, a);
	sw_list_init(&list, a);
	if (s->created.n && sw_format_date_time(s->created))
		sbom_text(&m, "timestamp", s->created);
	sw_map_adds(&tool, "type", SW_VSTR("application"));
	sw_map_adds(&tool, "name", SW_VSTR("seawall"));
	sw_map_adds(&tool, "version", SW_VSTR(SW_VERSION));
	sw_list_add(&list, sw_map_object(&tool));
	sw_map_adds(&tools, "components", sw_list_array(&list));
	sw_map_adds(&m, "tools", sw_map_object(&tools));
	sw_map_adds(&subject, "type", s->is_image ? SW_VSTR("container") : SW_VSTR("application"));
	sw_map_adds(&subject, "bom-ref", SW_VSTR("subject"));
	sw_map_adds(&subject, "name", sbom_string(s->name.n ? s->name : SW_STR("unknown")));
	sbom_text(&subject, "version", s->digest.n ? s->digest : s->version);
	sw_map_adds(&m, "component", sw_map_object(&subject));
	if (s->n_layers)
		sw_map_adds(&m, "properties", layers(a, s));
	return sw_map_object(&m);
}

void sw_sbom_write_cyclonedx(
	struct sw_buf *out, const struct sw_bom *bom, const struct sw_sbom_subject *s)
{
	sw_autoarena a;
	struct sw_map root;
	struct sw_list list;
	sw_arena_init(&a, 0);
	sw_map_init(&root, &a);
	sw_list_init(&list, &a);
	sw_map_adds(&root, "$schema", SW_VSTR("http://cyclonedx.org/schema/bom-1.6.schema.json"));
	sw_map_adds(&root, "bomFormat", SW_VSTR("CycloneDX"));
	sw_map_adds(&root, "specVersion", SW_VSTR("1.6"));
	sw_map_adds(&root, "version", sw_int(1));
	sw_map_adds(&root, "metadata", metadata(&a, s));
	if (bom->distribution.id.n)
		sw_list_add(&list, distribution(&a, &bom->distribution));
	for (uint32_t i = 0; i < bom->n; i++)
		sw_list_add(&list, component(&a, bom, i));
	sw_map_adds(&root, "components", sw_list_array(&list));
	sbom_finish(out, &root);
}
