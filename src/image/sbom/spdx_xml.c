/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SPDX 2.2 and 2.3 in XML: the form of the JSON with its member names as elements (<Document>), and
 * RDF/XML, where packages lie inside the relationships that name them, each at its first mention.
 *
 * RDF/XML has more ways to write a node than the tools of SPDX use: its class as the element's name or
 * as rdf:type of an rdf:Description, its members as elements or inline (rdf:parseType="Resource"). These
 * are read. Members that are said elsewhere (rdf:nodeID, rdf:resource) and packages of two classes are
 * problems of the bill.
 */
#include "image/sbom/impl.h"

#define RDF_NS "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
#define TERMS "http://spdx.org/rdf/terms#"

static struct sw_str rdf_attr(const struct sw_xmltree *el, const char *name)
{
	for (uint32_t i = 0; el && i < el->n_attrs; i++)
		if (sw_str_is(el->attrs[i].ns, RDF_NS) && sw_str_is(el->attrs[i].name, name))
			return el->attrs[i].value;
	return SW_STR("");
}

/* "http://…#SPDXRef-Package", "…/references/purl", "…#purpose_source": the last part. */
static struct sw_str fragment(struct sw_str iri)
{
	size_t at = sw_str_chr(iri, '#', 0);
	if (at == SW_NPOS)
		at = sw_str_rfind(iri, SW_STR("/"));
	return at == SW_NPOS ? iri : sw_str_sub(iri, at + 1, iri.n);
}

/* A member's text, or what its rdf:resource, or the rdf:about of the node in it, ends in. */
static struct sw_str member(const struct sw_xmltree *el, const char *name)
{
	const struct sw_xmltree *at = sw_xmltree_child(el, name);
	struct sw_str text = sw_xmltree_text(el, name), iri = rdf_attr(at, "resource");
	if (!iri.n && at)
		iri = rdf_attr(at->first, "about");
	return text.n ? text : fragment(iri);
}

/* Is one of a node's classes, by its element's name or by rdf:type, this one of SPDX? */
static bool is_of(const struct sw_xmltree *el, const char *class)
{
	struct sw_str terms = SW_STR(TERMS), name = sw_str_from(class), iri = rdf_attr(el, "type");
	const struct sw_xmltree *type = sw_xmltree_child(el, "type");
	if (sw_str_eq(el->ns, terms) && sw_str_eq(el->name, name))
		return true;
	for (;;) {
		if (sw_str_starts(iri, terms) && sw_str_eq(fragment(iri), name))
			return true;
		if (!type)
			return false;
		iri = sw_str_is(type->ns, RDF_NS) ? rdf_attr(type, "resource") : SW_STR("");
		type = sw_xmltree_next(type->next, "type");
	}
}

/* "OPERATING-SYSTEM" of "purpose_operatingSystem" and of itself. */
static struct sw_str purpose_of(struct sbom_reader *r, const struct sw_xmltree *el)
{
	struct sw_str s = member(el, "primaryPackagePurpose"), head = SW_STR("purpose_");
	if (!sw_str_starts(s, head))
		return s;
	sw_autobuf b;
	sw_buf_init(&b, 256);
	for (size_t i = head.n; i < s.n; i++) {
		bool upper = s.p[i] >= 'A' && s.p[i] <= 'Z', low = s.p[i] >= 'a' && s.p[i] <= 'z';
		if (upper)
			sw_buf_addch(&b, '-');
		sw_buf_addch(&b, low ? (char)(s.p[i] - 32) : s.p[i]);
	}
	return sw_arena_str(r->a, sw_buf_str(&b));
}

static int references(struct sbom_reader *r, struct sbom_item *item, const struct sw_xmltree *el)
{
	bool rdf = el->ns.n != 0;
	int rc = 0;
	const char *name = rdf ? "externalRef" : "externalRefs";
	const struct sw_xmltree *ref = sw_xmltree_child(el, name);
	for (; ref && rc == 0; ref = sw_xmltree_next(ref->next, name)) {
		bool inlined = !rdf || sw_str_is(rdf_attr(ref, "parseType"), "Resource");
		const struct sw_xmltree *in = inlined ? ref : ref->first;
		struct sw_str type = member(in, "referenceType"),
			      locator = sw_xmltree_text(in, "referenceLocator");
		if (rdf && (!type.n || !locator.n))
			rc = sbom_problem(r, item->where,
				"an externalRef on line %u that is said elsewhere, or not whole",
				ref->line);
		else if (sw_str_is(type, "purl") && !item->purl.n)
			item->purl = locator;
		else if (sw_str_starts(type, SW_STR("cpe2")))
			sbom_cpe(r, item, locator);
	}
	return rc;
}

/* <Document>: by its list, or by a relationship. RDF: the relationship that the package lies in. */
static bool is_described(
	const struct sw_xmltree *root, const struct sw_xmltree *el, struct sw_str id)
{
	if (el->ns.n)
		return el->parent && el->parent->parent &&
		       sw_str_is(fragment(rdf_attr(
					 sw_xmltree_child(el->parent->parent, "relationshipType"),
					 "resource")),
			       "relationshipType_describes");
	for (const struct sw_xmltree *at = root->first; at; at = at->next)
		if (sw_str_is(at->name, "documentDescribes")
				? sw_str_eq(sw_str_trim(at->text), id)
				: sw_str_is(at->name, "relationships") &&
					  sw_str_is(sw_xmltree_text(at, "relationshipType"),
						  "DESCRIBES") &&
					  sw_str_eq(sw_xmltree_text(at, "relatedSpdxElement"), id))
			return true;
	return false;
}

static int package(struct sbom_reader *r, const struct sw_xmltree *root,
	const struct sw_xmltree *el, uint32_t *looked)
{
	struct sbom_item item = {.name = sw_xmltree_text(el, "name"),
		.version = spdx_plain(sw_xmltree_text(el, "versionInfo")),
		.license = spdx_plain(member(el, "licenseDeclared")),
		.supplier = spdx_plain(sw_xmltree_text(el, "supplier")),
		.where =
			el->ns.n ? fragment(rdf_attr(el, "about")) : sw_xmltree_text(el, "SPDXID")};
	if (sw_str_is(item.license, "noassertion") || sw_str_is(item.license, "none"))
		item.license = SW_STR("");
	int rc = references(r, &item, el);
	if (rc < 0)
		return rc;
	/* Looking is linear in the document, and there are few such packages. */
	bool described =
		!item.purl.n && *looked < 16 && ++*looked && is_described(root, el, item.where);
	return spdx_add(r, &item, purpose_of(r, el), sw_xmltree_text(el, "comment"), described);
}

static void about(struct sbom_reader *r, const struct sw_xmltree *el)
{
	bool rdf = el->ns.n != 0;
	const struct sw_xmltree *info = sw_xmltree_child(el, "creationInfo");
	struct sw_str iri = rdf_attr(el, "about");
	if (rdf)
		info = info ? info->first : NULL;
	r->doc->version = sw_xmltree_text(el, rdf ? "specVersion" : "spdxVersion");
	r->doc->name = sw_xmltree_text(el, "name");
	r->doc->serial = rdf ? sw_str_sub(iri, 0, sw_str_chr(iri, '#', 0))
			     : sw_xmltree_text(el, "documentNamespace");
	r->doc->created = sw_xmltree_text(info, "created");
	r->doc->tool = spdx_plain(sw_xmltree_text(info, rdf ? "creator" : "creators"));
}

/* The element after `el` in the document. */
static const struct sw_xmltree *following(
	const struct sw_xmltree *root, const struct sw_xmltree *el)
{
	if (el->first)
		return el->first;
	while (el != root && !el->next)
		el = el->parent;
	return el == root ? NULL : el->next;
}

/* A package by its element, or by rdf:type of a bare node; of any other node it cannot be told. */
static int rdf_node(struct sbom_reader *r, const struct sw_xmltree *root,
	const struct sw_xmltree *el, uint32_t *looked)
{
	bool bare = sw_str_is(el->ns, RDF_NS) && sw_str_is(el->name, "Description"),
	     named = sw_str_is(el->ns, TERMS);
	if (is_of(el, "SpdxDocument"))
		about(r, el);
	if (!is_of(el, "Package"))
		return 0;
	if (bare || (named && sw_str_is(el->name, "Package")))
		return package(r, root, el, looked);
	return sbom_problem(r, fragment(rdf_attr(el, "about")),
		"a package on line %u that is said to be of another class as well", el->line);
}

int sbom_spdx_xml(struct sbom_reader *r, const struct sw_xmltree *root)
{
	bool rdf = root->ns.n != 0;
	uint32_t looked = 0;
	r->doc->format = rdf ? SW_SBOM_SPDX_RDF : SW_SBOM_SPDX_XML;
	r->doc->version = SW_STR("");
	if (!rdf)
		about(r, root);
	for (const struct sw_xmltree *el = root; el; el = following(root, el)) {
		int rc = 0;
		if (rdf)
			rc = rdf_node(r, root, el, &looked);
		else if (el->parent == root && sw_str_is(el->name, "packages"))
			rc = package(r, root, el, &looked);
		if (rc < 0)
			return rc;
	}
	return 0;
}
