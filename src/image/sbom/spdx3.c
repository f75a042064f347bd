/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX 3.0 in its JSON-LD form, read: the elements of @graph with the compact names of the context.
 */
#include "image/sbom/impl.h"

struct graph {
	struct sbom_reader *r;
	struct sw_value by_id;	  /* element by spdxId */
	struct sw_value licenses; /* license element's id by package's id */
};

static struct sw_str id_of(struct sw_value e)
{
	struct sw_str s = sw_value_getstr(e, "spdxId");
	return s.n ? s : sw_value_getstr(e, "@id");
}

static struct sw_str type_of(struct sw_value e)
{
	struct sw_str s = sw_value_getstr(e, "type");
	return s.n ? s : sw_value_getstr(e, "@type");
}

static struct sw_value element(const struct graph *g, struct sw_value ref)
{
	if (sw_is(ref, SW_OBJECT))
		return ref;
	return sw_is(ref, SW_STRING) ? sw_object_get(g->by_id, ref) : sw_undef();
}

static struct sw_str purl_of(struct sw_value e)
{
	struct sw_str purl = sw_value_getstr(e, "software_packageUrl");
	struct sw_value list = sw_object_gets(e, SW_STR("externalIdentifier"));
	if (!purl.n && sw_is(list, SW_ARRAY))
		sw_array_foreach (x, list) {
			struct sw_str kind = sw_value_getstr(*x, "externalIdentifierType");
			if (sw_str_is(kind, "packageUrl") || sw_str_is(kind, "purl"))
				return sw_value_getstr(*x, "identifier");
		}
	return purl;
}

static struct sw_str license_of(const struct graph *g, struct sw_str id)
{
	struct sw_value e = element(g, sw_object_gets(g->licenses, id));
	struct sw_str s = sw_value_getstr(e, "simplelicensing_licenseExpression");
	return s.n ? s : sw_value_getstr(e, "name");
}

static int add_package(struct graph *g, struct sw_value e)
{
	struct sw_str purpose = sw_value_getstr(e, "software_primaryPurpose"), id = id_of(e);
	bool system = sw_str_is(purpose, "operatingSystem");
	struct sbom_item item = {.purl = purl_of(e),
		.name = sw_value_getstr(e, "name"),
		.version = sw_value_getstr(e, "software_packageVersion"),
		.supplier = sw_value_getstr(
			element(g, sw_object_gets(e, SW_STR("suppliedBy"))), "name"),
		.license = license_of(g, id),
		.where = id,
		.silent = system || sw_str_is(purpose, "container") ||
			  sw_str_is(purpose, "device") || sw_str_is(purpose, "firmware") ||
			  sw_str_is(purpose, "file")};
	struct sw_value list = sw_object_gets(e, SW_STR("externalIdentifier"));
	if (sw_is(list, SW_ARRAY))
		sw_array_foreach (x, list)
			if (sw_str_starts(
				    sw_value_getstr(*x, "externalIdentifierType"), SW_STR("cpe2")))
				sbom_cpe(g->r, &item, sw_value_getstr(*x, "identifier"));
	if (system)
		sbom_set_distribution(g->r, item.name, item.version);
	sbom_comment(&item, system ? &g->r->bom->distribution : NULL, &g->r->bom->arena,
		sw_value_getstr(e, "comment"));
	return sbom_add(g->r, &item);
}

/* Tables of what elements refer to. */
static int index_graph(struct graph *g, struct sw_value list)
{
	struct sw_map ids, licenses;
	sw_map_init(&ids, g->r->a);
	sw_map_init(&licenses, g->r->a);
	sw_array_foreach (e, list) {
		struct sw_value id = sw_string(id_of(*e).p ? id_of(*e) : SW_STR(""));
		struct sw_str kind = sw_value_getstr(*e, "relationshipType");
		if (id.n && sw_map_add(&ids, id, *e) < 0)
			return -SW_ELIMIT;
		if (!sw_str_is(kind, "hasDeclaredLicense"))
			continue;
		struct sw_value from = sw_object_gets(*e, SW_STR("from")),
				to = sw_object_gets(*e, SW_STR("to"));
		to = sw_is(to, SW_ARRAY) ? sw_array_at(to, 0) : to;
		if (sw_is(from, SW_STRING) && sw_defined(to) && sw_map_add(&licenses, from, to) < 0)
			return -SW_ELIMIT;
	}
	g->by_id = sw_map_object(&ids);
	g->licenses = sw_map_object(&licenses);
	return 0;
}

int sbom_spdx3_json(struct sbom_reader *r, struct sw_value root)
{
	struct graph g = {.r = r};
	struct sw_value list = sw_object_gets(root, SW_STR("@graph"));
	if (!sw_is(list, SW_ARRAY))
		list = sw_array_from(r->a, &root, 1);
	if (!sw_is(list, SW_ARRAY) || index_graph(&g, list) < 0)
		return sw_error_set(r->err, SW_ELIMIT, "no memory left for the document");
	uint32_t known = 0;
	sw_array_foreach (e, list) {
		struct sw_str type = type_of(*e);
		int rc = 0;
		if (sw_str_is(type, "SpdxDocument")) {
			r->doc->name = sw_value_getstr(*e, "name");
			r->doc->serial = id_of(*e);
			struct sw_value subject = sw_object_gets(*e, SW_STR("rootElement"));
			subject = element(
				&g, sw_is(subject, SW_ARRAY) ? sw_array_at(subject, 0) : subject);
			r->doc->subject_version =
				sw_value_getstr(subject, "software_packageVersion");
			sbom_subject_comment(r, sw_value_getstr(subject, "comment"));
			known++;
		} else if (sw_str_is(type, "CreationInfo")) {
			struct sw_str v = sw_value_getstr(*e, "specVersion");
			r->doc->created = sw_value_getstr(*e, "created");
			if (v.n && !sw_str_starts(v, SW_STR("3.")))
				return sw_error_set(r->err, SW_EUNSUPPORTED,
					"version \"%.*s\" of SPDX is not known here",
					(int)(v.n > 40 ? 40 : v.n), v.p);
			if (v.n)
				r->doc->version = sw_arena_printf(r->a, "SPDX-%.*s", SW_STR_ARG(v));
			known++;
		} else if (sw_str_is(type, "Tool")) {
			r->doc->tool = sw_value_getstr(*e, "name");
		} else if (sw_str_is(type, "software_Package")) {
			rc = add_package(&g, *e);
			known++;
		}
		if (rc < 0)
			return rc;
	}
	return known ? 0 : sw_error_set(r->err, SW_EUNSUPPORTED, "this JSON-LD is not SPDX 3");
}
