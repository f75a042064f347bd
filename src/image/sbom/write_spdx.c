/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX 2.3 and 3.0 in JSON, written. */
#include "image/sbom/write.h"

struct writer {
	struct sw_arena *a;
	const struct sw_bom *bom;
	const struct sw_sbom_subject *s;
	struct sw_value licenses; /* identifiers of the licence list */
	struct sw_str ns;	  /* of the document, ends in '#' or '/' */
};

/* The name of the document must be its own: it is made from its content. */
static struct sw_str namespace_of(struct writer *w, const char *end)
{
	uint64_t h = 0xcbf29ce484222325ull;
	for (uint32_t i = 0; i < w->bom->n; i++) {
		const struct sw_package *p = &w->bom->packages[i];
		const struct sw_str parts[] = {p->ns, p->name, p->version, p->arch, p->path};
		for (size_t k = 0; k < sizeof(parts) / sizeof(parts[0]); k++) {
			for (size_t c = 0; c < parts[k].n; c++)
				h = (h ^ (unsigned char)parts[k].p[c]) * 0x100000001b3ull;
			h = (h ^ 0xff) * 0x100000001b3ull;
		}
	}
	for (size_t c = 0; c < w->s->name.n; c++)
		h = (h ^ (unsigned char)w->s->name.p[c]) * 0x100000001b3ull;
	return sw_arena_printf(
		w->a, "https://seawall.invalid/spdx/%016llx%s", (unsigned long long)h, end);
}

static void load_licenses(struct writer *w)
{
	struct sw_schema *s = sw_arena_new(w->a, struct sw_schema);
	struct sw_error err;
	if (s && sw_schema_init(s, w->a, &err) == 0)
		w->licenses = sw_value_path(s->rules, "json", "spdx", "enum", NULL);
}

static bool is_listed(const struct writer *w, struct sw_str id)
{
	if (sw_is(w->licenses, SW_ARRAY))
		sw_array_foreach (l, w->licenses)
			if (sw_str_eq(sw_value_str(*l), id))
				return true;
	return false;
}

static struct sw_str created(const struct writer *w)
{
	return w->s->created.n && sw_format_date_time(w->s->created)
		       ? w->s->created
		       : SW_STR("1970-01-01T00:00:00Z");
}

static void comment_line(struct sw_buf *b, const char *name, struct sw_str value)
{
	sw_buf_printf(b, "%s%s=", b->n ? "\n" : "", name);
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] == '\n')
			sw_buf_addz(b, "%0A");
		else if (value.p[i] == '%')
			sw_buf_addz(b, "%25");
		else
			sw_buf_addch(b, value.p[i]);
	}
}

/* Lines "seawall:created-by=" for the layers of an image; "" when there are none. */
static struct sw_str sbom_layers_comment(struct sw_arena *a, const struct sw_sbom_subject *s)
{
	sw_autobuf b;
	sw_buf_init(&b, 16 << 20);
	for (uint32_t i = 0; i < s->n_layers; i++)
		comment_line(&b, "seawall:created-by", s->layers[i]);
	return b.n ? sw_arena_str(a, sw_buf_str(&b)) : SW_STR("");
}

static struct sw_str comment(struct writer *w, const struct sbom_written *x, struct sw_str license)
{
	sw_autobuf b;
	sw_buf_init(&b, 1 << 20);
	for (uint32_t i = 0; i < x->n; i++)
		comment_line(&b, x->v[i].name, x->v[i].value);
	if (license.n && !is_listed(w, license))
		comment_line(&b, "seawall:license", license);
	return b.n ? sw_arena_str(w->a, sw_buf_str(&b)) : SW_STR("");
}

/* ---- 2.3 ---- */

static void head(struct sw_map *m, struct sw_str id, struct sw_str name, struct sw_str version,
	struct sw_str purpose)
{
	sw_map_adds(m, "SPDXID", sbom_string(id));
	sw_map_adds(m, "name", sbom_string(name.n ? name : SW_STR("unknown")));
	sbom_text(m, "versionInfo", version);
	sw_map_adds(m, "downloadLocation", SW_VSTR("NOASSERTION"));
	sw_map_adds(m, "filesAnalyzed", sw_bool(false));
	sbom_text(m, "primaryPackagePurpose", purpose);
}

static struct sw_value package(struct writer *w, uint32_t i)
{
	const struct sw_package *p = &w->bom->packages[i];
	struct sbom_written x;
	struct sw_map m, ref;
	struct sw_list refs;
	sbom_describe(w->a, w->bom, p, &x);
	sw_map_init(&m, w->a);
	head(&m, sw_arena_printf(w->a, "SPDXRef-Package-%u", i), p->name, p->version,
		SW_STR("LIBRARY"));
	sw_map_adds(&m, "licenseConcluded", SW_VSTR("NOASSERTION"));
	sw_map_adds(&m, "licenseDeclared",
		is_listed(w, p->license) ? sbom_string(p->license) : SW_VSTR("NOASSERTION"));
	sw_map_adds(&m, "copyrightText", SW_VSTR("NOASSERTION"));
	if (p->supplier.n)
		sbom_text(&m, "supplier",
			sw_arena_printf(w->a, "Organization: %.*s", SW_STR_ARG(p->supplier)));
	sbom_text(&m, "comment", comment(w, &x, p->license));
	if (x.purl.n) {
		sw_map_init(&ref, w->a);
		sw_list_init(&refs, w->a);
		sw_map_adds(&ref, "referenceCategory", SW_VSTR("PACKAGE-MANAGER"));
		sw_map_adds(&ref, "referenceType", SW_VSTR("purl"));
		sw_map_adds(&ref, "referenceLocator", sbom_string(x.purl));
		sw_list_add(&refs, sw_map_object(&ref));
		sw_map_adds(&m, "externalRefs", sw_list_array(&refs));
	}
	return sw_map_object(&m);
}

static struct sw_value relationship(
	struct writer *w, struct sw_str from, const char *type, struct sw_str to)
{
	struct sw_map m;
	sw_map_init(&m, w->a);
	sw_map_adds(&m, "spdxElementId", sbom_string(from));
	sw_map_adds(&m, "relationshipType", sbom_string(sw_str_from(type)));
	sw_map_adds(&m, "relatedSpdxElement", sbom_string(to));
	return sw_map_object(&m);
}

static struct sw_value creation(struct writer *w)
{
	struct sw_map m;
	struct sw_list creators;
	sw_map_init(&m, w->a);
	sw_list_init(&creators, w->a);
	sw_map_adds(&m, "created", sbom_string(created(w)));
	sw_list_add(&creators, SW_VSTR("Tool: seawall-" SW_VERSION));
	sw_map_adds(&m, "creators", sw_list_array(&creators));
	return sw_map_object(&m);
}

static void add_packages(struct writer *w, struct sw_list *packages, struct sw_list *relations)
{
	const struct sw_distribution *d = &w->bom->distribution;
	const struct sw_str subject = SW_STR("SPDXRef-Subject");
	struct sw_map m;
	sw_map_init(&m, w->a);
	head(&m, subject, w->s->name, w->s->digest.n ? w->s->digest : w->s->version,
		w->s->is_image ? SW_STR("CONTAINER") : SW_STR("APPLICATION"));
	sbom_text(&m, "comment", sbom_layers_comment(w->a, w->s));
	sw_list_add(packages, sw_map_object(&m));
	sw_list_add(relations, relationship(w, SW_STR("SPDXRef-DOCUMENT"), "DESCRIBES", subject));
	if (d->id.n) {
		struct sbom_written x;
		sbom_describe_distribution(d, &x);
		sw_map_init(&m, w->a);
		head(&m, SW_STR("SPDXRef-Distribution"), d->id, d->version,
			SW_STR("OPERATING-SYSTEM"));
		sbom_text(&m, "comment", comment(w, &x, SW_STR("")));
		sw_list_add(packages, sw_map_object(&m));
		sw_list_add(relations,
			relationship(w, subject, "CONTAINS", SW_STR("SPDXRef-Distribution")));
	}
	for (uint32_t i = 0; i < w->bom->n; i++) {
		sw_list_add(packages, package(w, i));
		sw_list_add(relations, relationship(w, subject, "CONTAINS",
					       sw_arena_printf(w->a, "SPDXRef-Package-%u", i)));
	}
}

void sw_sbom_write_spdx(
	struct sw_buf *out, const struct sw_bom *bom, const struct sw_sbom_subject *s)
{
	sw_autoarena a;
	struct sw_map root;
	struct sw_list packages, relations;
	sw_arena_init(&a, 0);
	struct writer w = {.a = &a, .bom = bom, .s = s};
	load_licenses(&w);
	sw_map_init(&root, &a);
	sw_list_init(&packages, &a);
	sw_list_init(&relations, &a);
	sw_map_adds(&root, "spdxVersion", SW_VSTR("SPDX-2.3"));
	sw_map_adds(&root, "dataLicense", SW_VSTR("CC0-1.0"));
	sw_map_adds(&root, "SPDXID", SW_VSTR("SPDXRef-DOCUMENT"));
	sw_map_adds(&root, "name", sbom_string(s->name.n ? s->name : SW_STR("unknown")));
	sw_map_adds(&root, "documentNamespace", sbom_string(namespace_of(&w, "")));
	sw_map_adds(&root, "creationInfo", creation(&w));
	add_packages(&w, &packages, &relations);
	sw_map_adds(&root, "packages", sw_list_array(&packages));
	sw_map_adds(&root, "relationships", sw_list_array(&relations));
	sbom_finish(out, &root);
}

/* ---- 3.0 ---- */

static struct sw_str iri(struct writer *w, const char *kind, uint32_t i)
{
	return sw_arena_printf(w->a, "%.*s%s-%u", SW_STR_ARG(w->ns), kind, i);
}

static void element(struct writer *w, struct sw_map *m, const char *type, struct sw_str id)
{
	sw_map_init(m, w->a);
	sw_map_adds(m, "type", sbom_string(sw_str_from(type)));
	sw_map_adds(m, "spdxId", sbom_string(id));
	sw_map_adds(m, "creationInfo", SW_VSTR("_:creation"));
}

static void relation3(struct writer *w, struct sw_list *graph, struct sw_str id, struct sw_str from,
	const char *type, struct sw_value to)
{
	struct sw_map m;
	element(w, &m, "Relationship", id);
	sw_map_adds(&m, "from", sbom_string(from));
	sw_map_adds(&m, "relationshipType", sbom_string(sw_str_from(type)));
	sw_map_adds(&m, "to", to);
	sw_list_add(graph, sw_map_object(&m));
}

static struct sw_value only(struct writer *w, struct sw_str id)
{
	struct sw_list l;
	sw_list_init(&l, w->a);
	sw_list_add(&l, sbom_string(id));
	return sw_list_array(&l);
}

static void package3(struct writer *w, struct sw_list *graph, uint32_t i)
{
	const struct sw_package *p = &w->bom->packages[i];
	struct sbom_written x;
	struct sw_map m, agent, license;
	struct sw_str id = iri(w, "package", i);
	sbom_describe(w->a, w->bom, p, &x);
	element(w, &m, "software_Package", id);
	sw_map_adds(&m, "name", sbom_string(p->name));
	sbom_text(&m, "software_packageVersion", p->version);
	sbom_text(&m, "software_packageUrl", x.purl);
	sw_map_adds(&m, "software_primaryPurpose", SW_VSTR("library"));
	sbom_text(&m, "comment", comment(w, &x, p->license));
	if (p->supplier.n) {
		element(w, &agent, "Organization", iri(w, "supplier", i));
		sbom_text(&agent, "name", p->supplier);
		sw_list_add(graph, sw_map_object(&agent));
		sw_map_adds(&m, "suppliedBy", sbom_string(iri(w, "supplier", i)));
	}
	sw_list_add(graph, sw_map_object(&m));
	if (p->license.n && is_listed(w, p->license)) {
		element(w, &license, "simplelicensing_LicenseExpression", iri(w, "license", i));
		sbom_text(&license, "simplelicensing_licenseExpression", p->license);
		sw_list_add(graph, sw_map_object(&license));
		relation3(w, graph, iri(w, "declares", i), id, "hasDeclaredLicense",
			only(w, iri(w, "license", i)));
	}
}

static void subject3(struct writer *w, struct sw_list *graph, struct sw_list *inside)
{
	const struct sw_distribution *d = &w->bom->distribution;
	struct sw_map m;
	element(w, &m, "software_Package", iri(w, "subject", 0));
	sw_map_adds(&m, "name", sbom_string(w->s->name.n ? w->s->name : SW_STR("unknown")));
	sbom_text(&m, "software_packageVersion", w->s->digest.n ? w->s->digest : w->s->version);
	sw_map_adds(&m, "software_primaryPurpose", SW_VSTR("container"));
	sbom_text(&m, "comment", sbom_layers_comment(w->a, w->s));
	sw_list_add(graph, sw_map_object(&m));
	if (d->id.n) {
		struct sbom_written x;
		sbom_describe_distribution(d, &x);
		element(w, &m, "software_Package", iri(w, "distribution", 0));
		sw_map_adds(&m, "name", sbom_string(d->id));
		sbom_text(&m, "software_packageVersion", d->version);
		sw_map_adds(&m, "software_primaryPurpose", SW_VSTR("operatingSystem"));
		sbom_text(&m, "comment", comment(w, &x, SW_STR("")));
		sw_list_add(graph, sw_map_object(&m));
		sw_list_add(inside, sbom_string(iri(w, "distribution", 0)));
	}
}

/* Who, when and the document itself. */
static void document3(struct writer *w, struct sw_list *graph)
{
	struct sw_map m;
	sw_map_init(&m, w->a);
	sw_map_adds(&m, "type", SW_VSTR("CreationInfo"));
	sw_map_adds(&m, "@id", SW_VSTR("_:creation"));
	sw_map_adds(&m, "specVersion", SW_VSTR("3.0.1"));
	sw_map_adds(&m, "created", sbom_string(created(w)));
	sw_map_adds(&m, "createdBy", only(w, iri(w, "agent", 0)));
	sw_list_add(graph, sw_map_object(&m));
	element(w, &m, "SoftwareAgent", iri(w, "agent", 0));
	sw_map_adds(&m, "name", SW_VSTR("seawall " SW_VERSION));
	sw_list_add(graph, sw_map_object(&m));
	element(w, &m, "SpdxDocument", sw_arena_printf(w->a, "%.*sdocument", SW_STR_ARG(w->ns)));
	sw_map_adds(&m, "name", sbom_string(w->s->name.n ? w->s->name : SW_STR("unknown")));
	sw_map_adds(&m, "profileConformance", only(w, SW_STR("software")));
	sw_map_adds(&m, "rootElement", only(w, iri(w, "subject", 0)));
	sw_list_add(graph, sw_map_object(&m));
}

void sw_sbom_write_spdx3(
	struct sw_buf *out, const struct sw_bom *bom, const struct sw_sbom_subject *s)
{
	sw_autoarena a;
	struct sw_map root;
	struct sw_list graph, inside;
	sw_arena_init(&a, 0);
	struct writer w = {.a = &a, .bom = bom, .s = s};
	w.ns = namespace_of(&w, "/");
	load_licenses(&w);
	sw_map_init(&root, &a);
	sw_list_init(&graph, &a);
	sw_list_init(&inside, &a);
	document3(&w, &graph);
	subject3(&w, &graph, &inside);
	for (uint32_t i = 0; i < bom->n; i++) {
		package3(&w, &graph, i);
		sw_list_add(&inside, sbom_string(iri(&w, "package", i)));
	}
	if (inside.n)
		relation3(&w, &graph, iri(&w, "contains", 0), iri(&w, "subject", 0), "contains",
			sw_list_array(&inside));
	sw_map_adds(&root, "@context", SW_VSTR("https://spdx.org/rdf/3.0.1/spdx-context.jsonld"));
	sw_map_adds(&root, "@graph", sw_list_array(&graph));
	sbom_finish(out, &root);
}
