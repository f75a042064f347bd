/* SPDX-License-Identifier: Apache-2.0 */
/* Which format is it, and from an item of any format to a package. */
#include "image/sbom/impl.h"

#include "doc/json.h"
#include "doc/yaml.h"

const char *sw_sbom_format_name(enum sw_sbom_format f)
{
	static const char *const names[] = {"CycloneDX JSON", "CycloneDX XML", "SPDX JSON",
		"SPDX YAML", "SPDX XML", "SPDX RDF", "SPDX tag-value", "SPDX 3 JSON-LD"};
	return names[f];
}

void sbom_property(struct sbom_item *item, struct sw_str name, struct sw_str value)
{
	const struct {
		const char *name;
		struct sw_str *to;
	} table[] = {
		{"seawall:path", &item->path},
		{"seawall:layer", &item->layer},
		{"seawall:source", &item->source},
		{"seawall:source-version", &item->source_version},
		{"seawall:arch", &item->arch},
		{"seawall:module", &item->module},
		{"seawall:namespace", &item->ns},
		{"seawall:type", &item->own_type},
		{"seawall:name", &item->own_name},
		{"seawall:version", &item->own_version},
		{"seawall:license", &item->own_license},
		{"seawall:qualifiers", &item->qualifiers},
		{"seawall:cpe", &item->cpe},
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (sw_str_is(name, table[i].name))
			*table[i].to = value;
	if (sw_str_is(name, "seawall:dev"))
		item->dev = sw_str_is(value, "true");
	if (sw_str_is(name, "seawall:claimed"))
		item->claimed = sw_str_is(value, "true");
	if (sw_str_is(name, "seawall:owned-by-os"))
		item->owned_by_os = sw_str_is(value, "true");
}

void sbom_layer(struct sbom_reader *r, struct sw_str instruction)
{
	if (!r->doc->layers)
		r->doc->layers = sw_arena_new_array(r->a, SBOM_LAYERS, struct sw_str);
	if (r->doc->layers && r->doc->n_layers < SBOM_LAYERS)
		r->doc->layers[r->doc->n_layers++] = instruction;
}

int sbom_problem(struct sbom_reader *r, struct sw_str where, const char *fmt, ...)
{
	va_list ap;
	sw_autobuf b;
	sw_buf_init(&b, 4096);
	va_start(ap, fmt);
	sw_buf_vprintf(&b, fmt, ap);
	va_end(ap);
	int rc = sw_bom_problem(r->bom, where, sw_buf_str(&b), SW_LAYER_UNKNOWN);
	return rc < 0 ? sw_error_set(r->err, SW_ELIMIT, "too many problems in the document") : 0;
}

/* What a purl does not say, or says in another way. */
static void complete(const struct sbom_item *item, struct sw_package *p)
{
	int64_t layer;
	if (item->own_version.n || !p->version.n)
		p->version = item->own_version.n ? item->own_version : item->version;
	if (item->own_name.n)
		p->name = item->own_name;
	p->license = item->own_license.n ? item->own_license : item->license;
	p->supplier = item->supplier;
	p->path = item->path;
	if (item->source.n)
		p->source = item->source;
	if (item->source_version.n)
		p->source_version = item->source_version;
	if (item->arch.n)
		p->arch = item->arch;
	if (item->module.n)
		p->module = item->module;
	if (item->ns.n)
		p->ns = item->ns;
	if (item->qualifiers.n)
		p->qualifiers = item->qualifiers;
	p->cpe = item->cpe;
	if (!p->cpe.n && p->type == SW_PKG_GENERIC)
		p->cpe = item->told_cpe;
	if (sw_str_to_i64(item->layer, &layer) && layer >= 0 && layer < SW_LAYER_UNKNOWN)
		p->layer = (uint32_t)layer;
	p->dev = item->dev;
	p->claimed = item->claimed;
	p->owned_by_os = item->owned_by_os;
}

/* Up to the next ':' that no backslash stands before. */
static struct sw_str cpe_field(struct sw_str *rest)
{
	size_t i = 0;

	while (i < rest->n && rest->p[i] != ':')
		i += rest->p[i] == '\\' ? 2 : 1;
	i = i < rest->n ? i : rest->n;
	struct sw_str field = sw_str_sub(*rest, 0, i);
	*rest = sw_str_sub(*rest, i + 1 < rest->n ? i + 1 : rest->n, rest->n);
	return field;
}

void sbom_cpe(struct sbom_reader *r, struct sbom_item *item, struct sw_str cpe)
{
	struct sw_str rest, one, known = item->told_cpe;

	if (sw_str_starts(cpe, SW_STR("cpe:2.3:a:")))
		rest = sw_str_sub(cpe, strlen("cpe:2.3:a:"), cpe.n);
	else if (sw_str_starts(cpe, SW_STR("cpe:/a:")))
		rest = sw_str_sub(cpe, strlen("cpe:/a:"), cpe.n);
	else
		return;
	struct sw_str vendor = cpe_field(&rest), product = cpe_field(&rest);
	if (!vendor.n || !product.n || sw_str_is(product, "*") || sw_str_is(vendor, "*") ||
		known.n + cpe.n > 1024 || sw_str_chr(cpe, ' ', 0) != SW_NPOS)
		return;
	struct sw_str made =
		sw_arena_printf(r->a, "%.*s:%.*s", SW_STR_ARG(vendor), SW_STR_ARG(product));
	while (known.n && sw_str_split(&known, ' ', &one))
		if (sw_str_eq(one, made))
			return;
	known = item->told_cpe;
	item->told_cpe =
		known.n ? sw_arena_printf(r->a, "%.*s %.*s", SW_STR_ARG(known), SW_STR_ARG(made))
			: made;
}

/* A package of our own document whose purl its type's rules do not allow. */
static int without_purl(const struct sbom_item *item, struct sw_package *ret)
{
	*ret = (struct sw_package){.layer = SW_LAYER_UNKNOWN};
	return item->own_name.n ? sw_package_type_find(item->own_type, &ret->type) : -SW_ENOENT;
}

int sbom_add(struct sbom_reader *r, const struct sbom_item *item)
{
	struct sw_purl purl;
	struct sw_package p;
	struct sw_distribution d = {0};
	struct sw_error err = {0};
	int rc = without_purl(item, &p);
	/* Software without a package manager is known by its product. */
	if (rc < 0 && !item->purl.n && item->told_cpe.n && item->name.n) {
		p = (struct sw_package){
			.type = SW_PKG_GENERIC, .name = item->name, .layer = SW_LAYER_UNKNOWN};
		rc = 0;
	}
	if (rc < 0 && !item->purl.n) {
		if (item->silent)
			return 0;
		r->seen++;
		return sbom_problem(r, item->where,
			"\"%.*s\" has no package URL: what ecosystem it is of is not known",
			(int)(item->name.n > 200 ? 200 : item->name.n),
			item->name.p ? item->name.p : "");
	}
	if (rc < 0 && (rc = sw_purl_parse(r->a, item->purl, SW_PURL_FOLD_KEYS, &purl, &err)) == 0)
		rc = sw_purl_package(r->a, &purl, &p, &d, &err);
	if (rc == -SW_EUNSUPPORTED && item->silent)
		return 0; /* an image by its purl */
	r->seen++;
	if (rc == -SW_ELIMIT && r->a->overflow)
		return sw_error_set(r->err, SW_ELIMIT, "no memory left for the document");
	if (rc < 0)
		return sbom_problem(r, item->where, "package URL \"%.*s\": %s",
			(int)(item->purl.n > 200 ? 200 : item->purl.n), item->purl.p, err.text);
	complete(item, &p);
	if (d.id.n && !r->bom->distribution.id.n && sw_package_type_is_os(p.type)) {
		r->bom->distribution.id = sw_arena_str(&r->bom->arena, d.id);
		r->bom->distribution.version = sw_arena_str(&r->bom->arena, d.version);
	}
	rc = sw_bom_add(r->bom, &p);
	if (rc == -SW_EINVALID)
		return sbom_problem(r, item->where, "a package without a name");
	return rc < 0 ? sw_error_set(
				r->err, SW_ELIMIT, "too many packages, or a text that is too long")
		      : 0;
}

/* ---- which format ---- */

static int check_schema(struct sbom_reader *r, struct sw_value json, const struct sw_xmltree *xml)
{
	if (r->no_schema)
		return 0;
	struct sw_schema *s = sw_arena_new(r->a, struct sw_schema);
	if (!s)
		return sw_error_set(r->err, SW_ELIMIT, "no memory left for the schema");
	int rc = sw_schema_init(s, r->a, r->err);
	if (rc == 0)
		rc = xml ? sw_schema_xml(s, xml, r->doc->version, r->err)
			 : sw_schema_json(s, json, r->doc->version, r->err);
	if (rc < 0)
		return rc;
	r->doc->schema = s;
	r->doc->checked = true;
	return 0;
}

static bool is_vex(struct sw_value root)
{
	return sw_is(sw_object_gets(root, SW_STR("statements")), SW_ARRAY) ||
	       sw_is(sw_object_gets(root, SW_STR("product_tree")), SW_OBJECT);
}

static int spdx_version(struct sbom_reader *r, struct sw_str version)
{
	r->doc->version = version;
	if (sw_str_starts(version, SW_STR("SPDX-2.")))
		return 0;
	return sw_error_set(r->err, SW_EUNSUPPORTED, "version \"%.*s\" of SPDX is not known here",
		(int)(version.n > 40 ? 40 : version.n), version.p ? version.p : "");
}

static int read_spdx(struct sbom_reader *r, enum sw_sbom_format format, struct sw_value root)
{
	int rc = spdx_version(r, sw_value_getstr(root, "spdxVersion"));
	r->doc->format = format;
	return rc < 0 ? rc : sbom_spdx_json(r, root);
}

static int read_yaml(struct sbom_reader *r, struct sw_str text)
{
	static const struct sw_yaml_limits limits = {.depth = 200};
	struct sw_value root;
	int rc = sw_yaml_parse(r->a, text, 0, &limits, &root, r->err);
	return rc < 0 ? rc : read_spdx(r, SW_SBOM_SPDX_YAML, root);
}

static int read_json(struct sbom_reader *r, struct sw_str text)
{
	static const struct sw_json_limits limits = {.depth = 200, .nodes = 50000000};
	struct sw_value root;
	int rc = sw_json_parse(r->a, text, 0, &limits, &root, NULL, r->err);
	if (rc < 0)
		return rc;
	if (sw_value_getstr(root, "bomFormat").p || sw_value_getstr(root, "specVersion").p) {
		r->doc->format = SW_SBOM_CYCLONEDX_JSON;
		r->doc->version = sw_value_getstr(root, "specVersion");
		rc = check_schema(r, root, NULL);
		return rc < 0 ? rc : sbom_cyclonedx_json(r, root);
	}
	if (sw_value_getstr(root, "spdxVersion").p)
		return read_spdx(r, SW_SBOM_SPDX_JSON, root);
	if (is_vex(root))
		return sw_error_set(r->err, SW_EUNSUPPORTED,
			"not a bill of materials but VEX: it is taken by --vex of a scan");
	if (sw_defined(sw_object_gets(root, SW_STR("@graph"))) ||
		sw_defined(sw_object_gets(root, SW_STR("@context")))) {
		r->doc->format = SW_SBOM_SPDX3_JSON;
		r->doc->version = SW_STR("SPDX-3.0");
		return sbom_spdx3_json(r, root);
	}
	return sw_error_set(r->err, SW_EUNSUPPORTED, "this JSON is neither CycloneDX nor SPDX");
}

static int read_xml(struct sbom_reader *r, struct sw_str text)
{
	struct sw_xmltree *root;
	int rc = sw_xmltree_parse(r->a, text, &root, r->err);
	struct sw_str ns = SW_STR("http://cyclonedx.org/schema/bom/");
	if (rc < 0)
		return rc;
	if (sw_str_is(root->name, "RDF") || (!root->ns.n && sw_str_is(root->name, "Document"))) {
		rc = sbom_spdx_xml(r, root);
		return rc < 0 ? rc : spdx_version(r, r->doc->version);
	}
	if (!sw_str_starts(root->ns, ns))
		return sw_error_set(r->err, SW_EUNSUPPORTED,
			"this XML is neither CycloneDX nor SPDX: its namespace is \"%.*s\"",
			(int)(root->ns.n > 100 ? 100 : root->ns.n), root->ns.p);
	r->doc->format = SW_SBOM_CYCLONEDX_XML;
	r->doc->version = sw_str_sub(root->ns, ns.n, root->ns.n);
	rc = check_schema(r, sw_undef(), root);
	return rc < 0 ? rc : sbom_cyclonedx_xml(r, root);
}

/* UTF-16 by its mark, as PowerShell redirects, in UTF-8; any other text is itself. */
static int in_utf8(struct sw_arena *a, struct sw_str text, struct sw_str *ret, struct sw_error *err)
{
	bool big = sw_str_starts(text, SW_STR("\xfe\xff"));
	*ret = text;
	if (!big && !sw_str_starts(text, SW_STR("\xff\xfe")))
		return 0;
	sw_autobuf b;
	sw_buf_init(&b, SW_SBOM_MAX);
	sw_buf_addutf16(&b, text, big);
	*ret = sw_arena_str(a, sw_buf_str(&b));
	return b.overflow || !ret->p
		       ? sw_error_set(err, SW_ELIMIT, "no memory left for the document")
		       : 0;
}

int sbom_read_document(struct sw_arena *a, struct sw_str text, struct sw_bom *bom, bool no_schema,
	struct sw_sbom *ret, struct sw_error *err)
{
	struct sw_sbom doc = {.name = SW_STR("")};
	struct sbom_reader r = {
		.a = a, .bom = bom, .doc = &doc, .err = err, .no_schema = no_schema};
	if (text.n > SW_SBOM_MAX)
		return sw_error_set(
			err, SW_ELIMIT, "a document of more than %zu MiB", SW_SBOM_MAX >> 20);
	int rc = in_utf8(a, text, &text, err);
	if (rc < 0)
		return rc;
	struct sw_str head = sw_str_trim(
		sw_str_starts(text, SW_STR("\xef\xbb\xbf")) ? sw_str_sub(text, 3, text.n) : text);
	if (head.n && (head.p[0] == '{' || head.p[0] == '['))
		rc = read_json(&r, text);
	else if (head.n && head.p[0] == '<')
		rc = read_xml(&r, text);
	else if (sw_str_has(sw_str_sub(head, 0, 1 << 16), SW_STR("SPDXVersion:")))
		rc = sbom_spdx_tag(&r, head);
	else if (sw_str_has(text, SW_STR("spdxVersion:")))
		rc = read_yaml(&r, text);
	else
		rc = sw_error_set(err, SW_ESYNTAX,
			"neither CycloneDX (JSON, XML) nor SPDX (JSON, YAML, XML, RDF, tag-value)");
	if (rc < 0)
		return rc;
	if (!r.seen && sw_bom_problem(bom, SW_STR(""), SW_STR("the document names no packages"),
			       SW_LAYER_UNKNOWN) < 0)
		return sw_error_set(err, SW_ELIMIT, "no memory left for the document");
	sw_bom_finish(bom);
	*ret = doc;
	return 0;
}

int sw_sbom_read(struct sw_arena *a, struct sw_str text, struct sw_bom *bom, struct sw_sbom *ret,
	struct sw_error *err)
{
	return sbom_read_document(a, text, bom, false, ret, err);
}

int sbom_take_claims(const struct sw_bom *told, struct sw_str from, uint32_t layer,
	struct sw_bom *bom, struct sw_error *err)
{
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && i < told->n; i++) {
		struct sw_package p = told->packages[i];
		if (sw_package_type_is_os(p.type) || p.owned_by_os)
			continue; /* the system's own database tells */
		p.path = from;
		p.layer = layer;
		p.claimed = true;
		rc = sw_bom_add(bom, &p);
	}
	return rc ? sw_error_set(err, SW_ELIMIT, "more packages than a bill holds") : 0;
}

int sw_sbom_claims(struct sw_arena *a, struct sw_str text, struct sw_str from, uint32_t layer,
	struct sw_bom *bom, struct sw_error *err)
{
	struct sw_sbom doc;
	sw_autobom told;

	sw_bom_init(&told, SW_SBOM_CLAIMS);
	int rc = sbom_read_document(a, text, &told, true, &doc, err);
	return rc ? rc : sbom_take_claims(&told, from, layer, bom, err);
}
