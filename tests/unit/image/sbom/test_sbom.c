/* SPDX-License-Identifier: Apache-2.0 */
/* XML, formats and the two schema languages, where a whole document would hide what went wrong. */
#include "../../test.h"

#include <sys/mman.h>

#include "base/cleanup.h"
#include "doc/json.h"
#include "image/sbom/sbom.h"

/* ---- XML ---- */

static void test_xml(void **state)
{
	sw_autoarena a;
	struct sw_xmltree *x;
	sw_arena_init(&a, 16 << 20);
	assert_int_equal(
		sw_xmltree_parse(&a,
			SW_STR("\xef\xbb\xbf<?xml version='1.0' encoding='utf-8'?><!-- c -->\n"
			       "<b xmlns='u' xmlns:p=\"v\" p:q='&lt;&#65;&#x42;' "
			       "r='a\n\tb'>t1<p:c/>t2<![CDATA[<&]]>"
			       "<d xmlns=''>&amp;</d>\r\n</b>\n<?pi?>"),
			&x, NULL),
		0);
	assert_str(x->ns, "u");
	assert_str(x->name, "b");
	assert_str(x->text, "t1t2<&\n");
	assert_int_equal(x->n_attrs, 2);
	assert_str(x->attrs[0].ns, "v");
	assert_str(x->attrs[0].value, "<AB");
	assert_str(sw_xmltree_attr(x, "r"), "a  b");
	assert_int_equal(x->n_children, 2);
	assert_str(x->first->ns, "v");
	assert_str(x->last->ns, "");
	assert_str(sw_xmltree_text(x, "d"), "&");
	assert_int_equal(x->line, 2);
	assert_null(sw_xmltree_child(x, "nothing"));
}

static void test_xml_refused(void **state)
{
	static const char *const bad[] = {"", " ", "x", "<", "<a", "<a>", "</a>", "<a></b>",
		"<a/><b/>", "<a/>x", "<a b/>", "<a b=c/>", "<a b='x/>", "<a b='<'/>",
		"<a b='1'c='2'/>", "<a b='1' b='2'/>", "<p:a/>", "<a p:b='1'/>", "<a xmlns:p=''/>",
		"<a:/>", "<a>&x;</a>", "<a>&#0;</a>", "<a>&#x110000;</a>", "<a>&#xd800;</a>",
		"<a>&#;</a>", "<a>&amp</a>", "<a>\x01</a>", "<a>\xff</a>", "<a><![CDATA[x</a>",
		"<!-- x", "<?x", "<!DOCTYPE a><a/>", "<?xml version='1.0' encoding='latin1'?><a/>",
		"\xff\xfe<\0", "<1/>", "<a xmlns:p='u' xmlns:q='u' p:x='1' q:x='2'/>"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		sw_autoarena a;
		struct sw_xmltree *x;
		struct sw_error err = {0};
		sw_arena_init(&a, 16 << 20);
		if (sw_xmltree_parse(&a, sw_str_from(bad[i]), &x, &err) == 0 || !err.text[0])
			fail_msg("XML %zu was taken: %s", i, bad[i]);
	}
}

static void test_xml_limits(void **state)
{
	sw_autoarena a;
	sw_autobuf b;
	struct sw_xmltree *x;
	struct sw_error err;
	sw_arena_init(&a, 16 << 20);
	sw_buf_init(&b, 0);
	for (int i = 0; i < SW_XMLTREE_DEPTH; i++)
		sw_buf_addz(&b, "<a>");
	for (int i = 0; i < SW_XMLTREE_DEPTH; i++)
		sw_buf_addz(&b, "</a>");
	assert_int_equal(sw_xmltree_parse(&a, sw_buf_str(&b), &x, &err), 0);
	sw_buf_clear(&b);
	for (int i = 0; i <= SW_XMLTREE_DEPTH; i++)
		sw_buf_addz(&b, "<a>");
	assert_int_equal(sw_xmltree_parse(&a, sw_buf_str(&b), &x, &err), -SW_ELIMIT);
	sw_buf_clear(&b);
	sw_buf_addz(&b, "<a");
	for (int i = 0; i <= SW_XMLTREE_ATTRS; i++)
		sw_buf_printf(&b, " a%d=''", i);
	sw_buf_addz(&b, "/>");
	assert_int_equal(sw_xmltree_parse(&a, sw_buf_str(&b), &x, &err), -SW_ELIMIT);
}

/* ---- formats ---- */

static void expect(const char *what, bool (*f)(struct sw_str), const char *good, const char *bad)
{
	struct sw_str rest = sw_str_from(good), one;
	while (sw_str_split(&rest, '|', &one))
		if (!f(one))
			fail_msg("%s: \"%.*s\" is right", what, SW_STR_ARG(one));
	rest = sw_str_from(bad);
	while (sw_str_split(&rest, '|', &one))
		if (f(one))
			fail_msg("%s: \"%.*s\" is wrong", what, SW_STR_ARG(one));
}

static void test_formats(void **state)
{
	expect("date-time", sw_format_date_time,
		"2020-04-07T07:01:00Z|2020-04-07t07:01:00.123z|2020-02-29T23:59:60+05:30",
		"|2020-04-07|2020-04-07T07:01:00|2020-04-07 "
		"07:01:00Z|2021-02-29T00:00:00Z|2020-13-01T00:00:00Z|"
		"2020-04-07T24:00:00Z|2020-04-07T07:01:00.Z|2020-04-07T07:01:00Zx|2020-04-07T07:01:"
		"00+0530");
	expect("date", sw_format_date, "2020-04-07", "|2020-4-7|2020-04-31|2020-04-07Z");
	expect("xs:dateTime", sw_format_xs_date_time,
		"2020-04-07T07:01:00|2020-04-07T07:01:00Z|2020-04-07T24:00:00|-0001-01-01T00:00:00|"
		"12020-01-01T00:00:00Z",
		"|2020-04-07|2020-04-07T07:01|2020-04-07T24:00:01|2020-04-07t07:01:00");
	expect("xs:date", sw_format_xs_date, "2020-04-07|2020-04-07Z|2020-04-07+02:00",
		"|2020-04-07T00:00:00");
	expect("iri-reference", sw_format_iri_reference,
		"|a|/a/b?c#d|https://example.org/\xc3\xa9|mailto:a@b|urn:cdx:x/1#y|../"
		"x:y|#f|a?b:c|%20",
		"a b|a<b|a\"|a^b|{x}|a\\b|%2|%zz|a#b#c|:x|1a:b|-x:y");
	expect("uri", sw_format_uri, "https://x|urn:a:b",
		"|a|/a|ES256|https://\xc3\xa9|a/b:c|a?b:c");
	expect("email", sw_format_email, "a@b|\xc3\xa9@b.org", "|a|@|a@|@b|a b@c");
}

/* ---- JSON Schema ---- */

static uint32_t problems_json(const char *json, const char *version)
{
	sw_autoarena a;
	struct sw_schema s;
	struct sw_value v;
	struct sw_error err;
	sw_arena_init(&a, 64 << 20);
	assert_int_equal(sw_schema_init(&s, &a, &err), 0);
	assert_int_equal(sw_json_parse(&a, sw_str_from(json), 0, NULL, &v, NULL, &err), 0);
	assert_int_equal(sw_schema_json(&s, v, sw_str_from(version), &err), 0);
	for (uint32_t i = 0; i < s.n_problems; i++)
		assert_true(s.problems[i].message.n > 0);
	return s.n_problems;
}

#define TOP "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\""

static void test_json_schema(void **state)
{
	static const struct {
		const char *json;
		uint32_t problems;
	} cases[] = {
		{TOP "}", 0},
		{TOP ",\"version\":1.0}", 0}, /* an integer, says JSON Schema */
		{TOP ",\"version\":1.5}", 1},
		{TOP ",\"version\":0}", 1},
		{TOP ",\"surprise\":1}", 1},
		{"[]", 1},
		{"{\"specVersion\":\"1.6\"}", 1},
		{TOP ",\"serialNumber\":\"urn:uuid:x\"}", 1},
		{TOP ",\"components\":[{\"type\":\"library\",\"name\":\"a\"}]}", 0},
		{TOP ",\"components\":[{\"type\":\"library\",\"name\":\"a\"},{\"name\":\"a\","
		     "\"type\":\"library\"}]}",
			1},
		{TOP ",\"components\":[{\"type\":\"alien\"}]}", 2},
		{TOP ",\"components\":[{\"type\":\"library\",\"name\":\"a\",\"licenses\":[{"
		     "\"expression\":\"MIT\"},"
		     "{\"license\":{\"id\":\"MIT\"}}]}]}",
			1},
		{TOP ",\"metadata\":{\"timestamp\":\"yesterday\"}}", 1},
		{TOP ",\"metadata\":{\"authors\":[{\"email\":\"nobody\"}]}}", 1},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint32_t n = problems_json(cases[i].json, "1.6");
		if (n != cases[i].problems)
			fail_msg("%s: %u problems, want %u", cases[i].json, n, cases[i].problems);
	}
}

static void test_versions(void **state)
{
	static const char *const json[] = {"1.2", "1.3", "1.4", "1.5", "1.6", "1.7"},
				 *const xml[] = {"1.0", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6",
					 "1.7"},
				 *const none[] = {
					 "", "1", "1.1", "1.8", "2.0", "spdx", "1.6-strict"};
	sw_autoarena a;
	struct sw_schema s;
	struct sw_error err;
	struct sw_xmltree *x;
	sw_arena_init(&a, 64 << 20);
	assert_int_equal(sw_schema_init(&s, &a, &err), 0);
	for (size_t i = 0; i < sizeof(json) / sizeof(json[0]); i++)
		assert_int_equal(
			sw_schema_json(&s, sw_empty_object(), sw_str_from(json[i]), &err), 0);
	assert_int_equal(sw_xmltree_parse(&a, SW_STR("<bom/>"), &x, &err), 0);
	for (size_t i = 0; i < sizeof(xml) / sizeof(xml[0]); i++)
		assert_int_equal(sw_schema_xml(&s, x, sw_str_from(xml[i]), &err), 0);
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_int_equal(sw_schema_json(&s, sw_empty_object(), sw_str_from(none[i]), &err),
			-SW_EUNSUPPORTED);
}

/* ---- XML Schema ---- */

#define BOM(in) "<bom xmlns='http://cyclonedx.org/schema/bom/1.6' version='1'>" in "</bom>"
#define COMPONENT(in) BOM("<components><component type='library'>" in "</component></components>")

static void check_xml(const char *xml, bool valid)
{
	sw_autoarena a;
	struct sw_schema s;
	struct sw_error err;
	struct sw_xmltree *x;
	sw_arena_init(&a, 64 << 20);
	assert_int_equal(sw_schema_init(&s, &a, &err), 0);
	assert_int_equal(sw_xmltree_parse(&a, sw_str_from(xml), &x, &err), 0);
	assert_int_equal(sw_schema_xml(&s, x, SW_STR("1.6"), &err), 0);
	if ((s.n_problems == 0) != valid)
		fail_msg("%s: %.*s", xml, SW_STR_ARG(s.problems[0].message));
}

static void test_xml_schema(void **state)
{
	static const struct {
		const char *xml;
		bool valid;
	} cases[] = {
		{BOM(""), true},
		{BOM("text"), false},
		{BOM("<components/>"), true},
		{BOM("<components/><metadata/>"), false}, /* order */
		{BOM("<components/><components/>"), false},
		{BOM("<x:y xmlns:x='urn:x'><z/></x:y>"), true},
		{BOM("<y xmlns=''/>"), false},
		{COMPONENT("<name>a</name>"), true},
		{COMPONENT(""), false},
		{COMPONENT("<name>a</name><version>1</version>"), true},
		{COMPONENT("<version>1</version><name>a</name>"), false},
		{COMPONENT("<name><b/></name>"), false},
		{COMPONENT("<name>a</name><scope>required</scope>"), true},
		{COMPONENT("<name>a</name><scope> required </scope>"),
			false}, /* a string keeps its blanks */
		{COMPONENT("<name>a</name><scope>never</scope>"), false},
		{COMPONENT("<name>a</name><hashes><hash "
			   "alg='MD5'>641b6e166f8b33c5e959e2adcc18b1c7</hash></hashes>"),
			true},
		{COMPONENT("<name>a</name><hashes><hash alg='MD5'>641b</hash></hashes>"), false},
		{COMPONENT("<name>a</name><hashes><hash>641b6e166f8b33c5e959e2adcc18b1c7</hash></"
			   "hashes>"),
			false},
		{COMPONENT("<name>a</name><licenses><license><id>MIT</id></license></licenses>"),
			true},
		{COMPONENT("<name>a</name><licenses><license><id>NoSuch</id></license></licenses>"),
			false},
		{BOM("<components><component type='library' bom-ref='a'><name>a</name></component>"
		     "<component type='library' "
		     "bom-ref='a'><name>b</name></component></components>"),
			false},
		{BOM("<metadata><timestamp>2020-04-07T07:01:00Z</timestamp></metadata>"), true},
		{BOM("<metadata><timestamp>soon</timestamp></metadata>"), false},
		{"<bom xmlns='http://cyclonedx.org/schema/bom/1.5'/>", false},
		{"<bon xmlns='http://cyclonedx.org/schema/bom/1.6'/>", false},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_xml(cases[i].xml, cases[i].valid);
}

/* What an extension declares is checked wherever a wildcard lets it in. */
#define SCORE(value)                                                                               \
	BOM("<v:vulnerabilities xmlns:v='http://cyclonedx.org/schema/ext/vulnerability/1.0'>"      \
	    "<v:vulnerability ref='r'><v:id>CVE-1</v:id><v:ratings><v:rating><v:score>"            \
	    "<v:base>" value "</v:base></v:score></v:rating></v:ratings></v:vulnerability>"        \
	    "</v:vulnerabilities>")
#define GRAPH(in)                                                                                  \
	"<dg:dependencies xmlns:dg='http://cyclonedx.org/schema/ext/dependency-graph/1.0'>" in     \
	"</dg:dependencies>"
#define DESCRIPTOR(in)                                                                             \
	BOM("<bd:metadata xmlns:bd='http://cyclonedx.org/schema/ext/bom-descriptor/1.0' "          \
	    "xmlns:b='http://cyclonedx.org/schema/bom/1.1'>" in "</bd:metadata>")

static void test_xml_extensions(void **state)
{
	static const struct {
		const char *xml;
		bool valid;
	} cases[] = {
		{BOM(GRAPH("<dg:dependency ref='1'><dg:dependency ref='2'/></dg:dependency>")),
			true},
		{BOM(GRAPH("<dg:dependency ref='1'><dg:dependency/></dg:dependency>")), false},
		{BOM(GRAPH("<dg:else/>")), false},
		{BOM("<x xmlns='urn:x'><y>" GRAPH("<dg:dependency/>") "</y></x>"), false},
		{BOM("<x xmlns='urn:x'><y>" GRAPH("<dg:dependency ref='a'/>") "</y></x>"), true},
		{BOM("<dg:other xmlns:dg='http://cyclonedx.org/schema/ext/dependency-graph/1.0'/>"),
			true}, /* not declared: lax */
		{SCORE("9.8"), true},
		{SCORE("10.0"), true},
		{SCORE("9.85"), false},
		{SCORE("11"), false},
		{DESCRIPTOR("<bd:timestamp>2020-04-07T07:01:00Z</bd:timestamp>"), true},
		{DESCRIPTOR("<bd:timestamp>soon</bd:timestamp>"), false},
		{DESCRIPTOR("<bd:component type='library'><b:name>n</b:name>"
			    "<b:version>1</b:version></bd:component>"),
			true},
		{DESCRIPTOR("<bd:component type='library'><b:name>n</b:name></bd:component>"),
			false},
		{DESCRIPTOR("<bd:component type='thing'><b:name>n</b:name>"
			    "<b:version>1</b:version></bd:component>"),
			false},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_xml(cases[i].xml, cases[i].valid);
}

/* ---- SPDX in all its clothes ---- */

#define RDF_HEAD                                                                                   \
	"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' "                        \
	"xmlns:spdx='http://spdx.org/rdf/terms#'><spdx:SpdxDocument rdf:about='urn:d#SPDXRef-D'>"
#define RDF_REF                                                                                    \
	"<spdx:externalRef><spdx:ExternalRef><spdx:referenceType "                                 \
	"rdf:resource='http://spdx.org/rdf/references/purl'/><spdx:referenceLocator>"              \
	"pkg:npm/left-pad@1.3.0</spdx:referenceLocator></spdx:ExternalRef></spdx:externalRef>"

/* The same two packages, one of them what the document is about. */
static const struct {
	const char *text;
	enum sw_sbom_format format;
	uint32_t problems;
} spdx_forms[] = {
	{"spdxVersion: SPDX-2.3\nname: d\ndocumentDescribes: [SPDXRef-App]\npackages:\n"
	 "- {SPDXID: SPDXRef-App, name: app, versionInfo: \"7\"}\n"
	 "- SPDXID: SPDXRef-P\n  name: left-pad\n  versionInfo: \"1.3.0\"\n  licenseDeclared: "
	 "WTFPL\n"
	 "  externalRefs:\n  - referenceType: purl\n    referenceLocator: pkg:npm/left-pad@1.3.0\n",
		SW_SBOM_SPDX_YAML, 0},
	{"<Document><spdxVersion>SPDX-2.3</spdxVersion><name>d</name>"
	 "<relationships><spdxElementId>SPDXRef-DOCUMENT</spdxElementId>"
	 "<relationshipType>DESCRIBES</relationshipType>"
	 "<relatedSpdxElement>SPDXRef-App</relatedSpdxElement></relationships>"
	 "<packages><SPDXID>SPDXRef-App</SPDXID><name>app</name><versionInfo>7</versionInfo></"
	 "packages>"
	 "<packages><SPDXID>SPDXRef-P</SPDXID><name>left-pad</name><versionInfo>1.3.0</versionInfo>"
	 "<licenseDeclared>WTFPL</licenseDeclared><externalRefs><referenceType>purl</referenceType>"
	 "<referenceLocator>pkg:npm/left-pad@1.3.0</referenceLocator></externalRefs></packages>"
	 "</Document>",
		SW_SBOM_SPDX_XML, 0},
	{RDF_HEAD
		"<spdx:specVersion>SPDX-2.3</spdx:specVersion><spdx:name>d</spdx:name>"
		"<spdx:relationship><spdx:Relationship><spdx:relatedSpdxElement>"
		"<spdx:Package rdf:about='urn:d#SPDXRef-App'><spdx:name>app</spdx:name>"
		"<spdx:versionInfo>7</spdx:versionInfo><spdx:relationship><spdx:Relationship>"
		"<spdx:relatedSpdxElement><spdx:Package rdf:about='urn:d#SPDXRef-P'>"
		"<spdx:name>left-pad</spdx:name><spdx:versionInfo>1.3.0</spdx:versionInfo>"
		"<spdx:licenseDeclared rdf:resource='http://spdx.org/licenses/WTFPL'/>" RDF_REF
		"</spdx:Package></spdx:relatedSpdxElement><spdx:relationshipType "
		"rdf:resource='http://spdx.org/rdf/terms#relationshipType_contains'/>"
		"</spdx:Relationship></spdx:relationship></spdx:Package></spdx:relatedSpdxElement>"
		"<spdx:relationshipType "
		"rdf:resource='http://spdx.org/rdf/terms#relationshipType_describes'/>"
		"</spdx:Relationship></spdx:relationship></spdx:SpdxDocument></rdf:RDF>",
		SW_SBOM_SPDX_RDF, 0},
	{"SPDXVersion: SPDX-2.3\nDocumentName: d\nRelationship SPDXRef-D DESCRIBES SPDXRef-App\n"
	 "PackageName: app\nSPDXID: SPDXRef-App\nPackageVersion: 7\n"
	 "PackageName: left-pad\nSPDXID: SPDXRef-P\nPackageVersion: 1.3.0\n"
	 "PackageLicenseDeclared: WTFPL\n"
	 "ExternalRef: PACKAGE-MANAGER purl pkg:npm/left-pad@1.3.0\n"
	 "Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-App\n",
		SW_SBOM_SPDX_TAG, 1}, /* the line without a tag; the rest is read */
};

static void test_spdx_forms(void **state)
{
	for (size_t i = 0; i < sizeof(spdx_forms) / sizeof(spdx_forms[0]); i++) {
		sw_autoarena a;
		sw_autobom bom;
		struct sw_sbom doc;
		struct sw_error err = {0};
		sw_arena_init(&a, 64 << 20);
		sw_bom_init(&bom, 1 << 20);
		if (sw_sbom_read(&a, sw_str_from(spdx_forms[i].text), &bom, &doc, &err))
			fail_msg("form %zu: %s", i, err.text);
		assert_int_equal(doc.format, spdx_forms[i].format);
		assert_str(doc.version, "SPDX-2.3");
		assert_str(doc.name, "d");
		assert_int_equal(bom.n_problems, spdx_forms[i].problems);
		assert_int_equal(bom.n, 1);
		assert_str(bom.packages[0].name, "left-pad");
		assert_str(bom.packages[0].version, "1.3.0");
		assert_str(bom.packages[0].license, "WTFPL");
		assert_int_equal(bom.packages[0].type, SW_PKG_NPM);
	}
}

#define RDF_TYPE "<rdf:type rdf:resource='http://spdx.org/rdf/terms#Package'/>"
#define RDF_TAIL "</spdx:SpdxDocument></rdf:RDF>"
#define RDF_VERSION "<spdx:specVersion>SPDX-2.3</spdx:specVersion>"

/* Other ways to say it, and what cannot be followed: the names found, and the problems. */
static void test_spdx_more(void **state)
{
	static const struct {
		const char *text, *names;
		uint32_t problems;
	} cases[] = {
		/* What the document describes, known by its CPE. */
		{"SPDXVersion: SPDX-2.3\nDocumentName: d\n"
		 "PackageName: openssl\nSPDXID: SPDXRef-openssl\nPackageVersion: 3.0.1\n"
		 "ExternalRef: SECURITY cpe23Type cpe:2.3:a:openssl:openssl:3.0.1:*:*:*:*:*:*:*\n"
		 "PackageName: lodash\nSPDXID: SPDXRef-l\nPackageVersion: 4.17.20\n"
		 "ExternalRef: PACKAGE-MANAGER purl pkg:npm/lodash@4.17.20\n"
		 "Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-openssl\n",
			"openssl 3.0.1 lodash 4.17.20 ", 0},
		{RDF_HEAD RDF_VERSION "<spdx:x><rdf:Description rdf:about='urn:d#SPDXRef-P'>" RDF_TYPE
				      "<spdx:name>left-pad</spdx:name>" RDF_REF
				      "</rdf:Description></spdx:x>" RDF_TAIL,
			"left-pad 1.3.0 ", 0},
		{RDF_HEAD RDF_VERSION
			"<spdx:x><rdf:Description rdf:type='http://spdx.org/rdf/terms#Package'>"
			"<spdx:name>left-pad</spdx:name><spdx:externalRef "
			"rdf:parseType='Resource'><spdx:referenceType><spdx:ReferenceType "
			"rdf:about='http://spdx.org/rdf/references/purl'/></spdx:referenceType>"
			"<spdx:referenceLocator>pkg:npm/left-pad@1.3.0</spdx:referenceLocator>"
			"</spdx:externalRef></rdf:Description></spdx:x>" RDF_TAIL,
			"left-pad 1.3.0 ", 0},
		/* The document, too, may be a bare node. */
		{"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' "
		 "xmlns:spdx='http://spdx.org/rdf/terms#'><rdf:Description rdf:about='urn:d#SPDXRef-D'>"
		 "<rdf:type rdf:resource='http://spdx.org/rdf/terms#SpdxDocument'/>" RDF_VERSION
		 "<spdx:x><spdx:Package><spdx:name>left-pad</spdx:name>" RDF_REF
		 "</spdx:Package></spdx:x></rdf:Description></rdf:RDF>",
			"left-pad 1.3.0 ", 0},
		/* Said elsewhere: the reference, and that the package has no other. */
		{RDF_HEAD RDF_VERSION "<spdx:x><spdx:Package><spdx:name>p</spdx:name>"
				      "<spdx:externalRef rdf:nodeID='A'/></spdx:Package></spdx:x>" RDF_TAIL,
			"", 2},
		{RDF_HEAD RDF_VERSION "<spdx:x><spdx:Package><spdx:name>p</spdx:name>" RDF_REF
				      "<spdx:externalRef rdf:resource='urn:r'/></spdx:Package></spdx:x>" RDF_TAIL,
			"left-pad 1.3.0 ", 1},
		/* Of another class as well, and a type that is not RDF's. */
		{RDF_HEAD RDF_VERSION "<spdx:x><spdx:Package><spdx:name>q</spdx:name>" RDF_REF
				      "</spdx:Package><spdx:File rdf:about='urn:d#SPDXRef-F'>" RDF_TYPE
				      "</spdx:File><x:Thing xmlns:x='urn:x'>" RDF_TYPE "</x:Thing></spdx:x>"
				      "<rdf:Description><spdx:type "
				      "rdf:resource='http://spdx.org/rdf/terms#Package'/>"
				      "</rdf:Description>" RDF_TAIL,
			"left-pad 1.3.0 ", 2},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		sw_autoarena a;
		sw_autobom bom;
		sw_autobuf names;
		struct sw_sbom doc;
		struct sw_error err = {0};
		sw_arena_init(&a, 64 << 20);
		sw_bom_init(&bom, 1 << 20);
		sw_buf_init(&names, 4096);
		if (sw_sbom_read(&a, sw_str_from(cases[i].text), &bom, &doc, &err))
			fail_msg("case %zu: %s", i, err.text);
		for (uint32_t k = 0; k < bom.n; k++)
			sw_buf_printf(&names, "%.*s %.*s ", SW_STR_ARG(bom.packages[k].name),
				SW_STR_ARG(bom.packages[k].version));
		if (!sw_str_eq(sw_buf_str(&names), sw_str_from(cases[i].names)) ||
			bom.n_problems != cases[i].problems)
			fail_msg("case %zu: %.*s, %u problems", i,
				SW_STR_ARG(sw_buf_str(&names)), bom.n_problems);
		assert_str(doc.version, "SPDX-2.3");
	}
}

static const char *const caged_forms[] = {
	/* With all that our own documents tell, and against the schema. */
	"{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.5\",\"serialNumber\":\"urn:x\",\"nonsense\":1,"
	"\"metadata\":{\"timestamp\":\"2026-01-01T00:00:00Z\",\"component\":{\"type\":\"container\","
	"\"name\":\"img\",\"version\":\"sha256:1\"}},\"components\":["
	"{\"type\":\"operating-system\",\"name\":\"debian\",\"version\":\"12\"},"
	"{\"type\":\"library\",\"name\":\"bash\",\"purl\":\"pkg:deb/debian/bash@5.2?distro=debian-12\","
	"\"properties\":[{\"name\":\"seawall:layer\",\"value\":\"3\"}]},"
	"{\"type\":\"library\",\"name\":\"six\",\"purl\":\"pkg:pypi/six@1\",\"properties\":["
	"{\"name\":\"seawall:owned-by-os\",\"value\":\"true\"},{\"name\":\"seawall:dev\",\"value\":\"true\"},"
	"{\"name\":\"seawall:path\",\"value\":\"usr/six\"}]},"
	"{\"type\":\"library\",\"name\":\"left-pad\",\"purl\":\"pkg:npm/left-pad@1.3.0\"},"
	"{\"type\":\"library\",\"name\":\"unknown\"}]}",
	"SPDXVersion: SPDX-2.3\nDocumentName: d\nthis line is none\nPackageName: six\nSPDXID: SPDXRef-l\n"
	"ExternalRef: PACKAGE-MANAGER purl pkg:pypi/six@1\n",
};

/* What a document and its bill tell, as text. */
static void told(struct sw_buf *out, const struct sw_sbom *doc, const struct sw_bom *bom)
{
	struct sw_sbom_subject s = {.name = doc->name, .version = doc->subject_version,
		.created = doc->created, .layers = doc->layers, .n_layers = doc->n_layers};
	sw_sbom_write_cyclonedx(out, bom, &s);
	sw_buf_printf(out, "%d %.*s %.*s %.*s %d %u %s%.*s\n", doc->format, SW_STR_ARG(doc->version),
		SW_STR_ARG(doc->serial), SW_STR_ARG(doc->tool), doc->checked, doc->n_layers,
		doc->schema ? "schema " : "", SW_STR_ARG(bom->distribution.version));
	for (uint32_t i = 0; doc->schema && i < doc->schema->n_problems; i++)
		sw_buf_printf(out, "%.*s %.*s %u\n", SW_STR_ARG(doc->schema->problems[i].path),
			SW_STR_ARG(doc->schema->problems[i].message), doc->schema->problems[i].line);
	for (uint32_t i = 0; i < bom->n_problems; i++)
		sw_buf_printf(out, "%.*s %.*s\n", SW_STR_ARG(bom->problems[i].path),
			SW_STR_ARG(bom->problems[i].reason));
}

static void test_caged(void **state)
{
	for (size_t i = 0; i < SW_ARRAY_LEN(caged_forms); i++) {
		sw_autoarena a;
		sw_autobuf here, there;
		sw_arena_init(&a, 256 << 20);
		sw_buf_init(&here, 1 << 20);
		sw_buf_init(&there, 1 << 20);
		for (int caged = 0; caged < 2; caged++) {
			sw_autobom bom;
			struct sw_sbom doc;
			struct sw_error err = {0};
			struct sw_str t = sw_str_from(caged_forms[i]);
			sw_bom_init(&bom, 1 << 20);
			if (caged ? sw_sbom_read_caged(&a, t, &bom, &doc, &err)
				  : sw_sbom_read(&a, t, &bom, &doc, &err))
				fail_msg("%s", err.text);
			told(caged ? &there : &here, &doc, &bom);
			assert_int_equal(bom.n_problems, 1);
			assert_int_equal(bom.n, i ? 1 : 3);
		}
		if (!sw_str_eq(sw_buf_str(&here), sw_buf_str(&there)))
			fail_msg("%.*s\nbut in the cage\n%.*s", SW_STR_ARG(sw_buf_str(&here)),
				SW_STR_ARG(sw_buf_str(&there)));
	}
}

/* Of the system's packages its own database tells. */
static void test_caged_claims(void **state)
{
	sw_autobom bom;
	struct sw_error err = {0};
	sw_bom_init(&bom, 1 << 20);
	assert_int_equal(sw_sbom_claims_caged(sw_str_from(caged_forms[0]), SW_STR("a.json"), 7, &bom, &err), 0);
	assert_int_equal(bom.n, 1);
	for (uint32_t i = 0; i < bom.n; i++)
		assert_true(!sw_str_is(bom.packages[i].name, "bash"));
	assert_str(bom.packages[0].path, "a.json");
	assert_int_equal(bom.packages[0].layer, 7);
	assert_true(bom.packages[0].claimed);
	/* A reader that dies, dies alone. */
	char *p = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(p, MAP_FAILED);
	assert_int_equal(sw_sbom_claims_caged(sw_str_make(p, 4096), SW_STR("a"), 0, &bom, &err), -SW_ESECURITY);
	munmap(p, 4096);
	assert_int_equal(sw_sbom_claims_caged(SW_STR("{"), SW_STR("a"), 0, &bom, &err), -SW_ESYNTAX);
	assert_int_equal(bom.n, 1);
}

static void test_utf16(void **state)
{
	static const char text[] =
		"{\"spdxVersion\":\"SPDX-2.3\",\"packages\":[{\"name\":\"a\",\"externalRefs\":"
		"[{\"referenceType\":\"purl\",\"referenceLocator\":\"pkg:npm/a@1\"}]}]}";
	for (int big = 0; big < 2; big++) {
		sw_autoarena a;
		sw_autobom bom;
		struct sw_sbom doc;
		struct sw_error err;
		char wide[2 * sizeof(text)] = {big ? '\xfe' : '\xff', big ? '\xff' : '\xfe'};
		for (size_t i = 0; i + 1 < sizeof(text); i++)
			wide[2 + 2 * i + big] = text[i];
		sw_arena_init(&a, 64 << 20);
		sw_bom_init(&bom, 1 << 20);
		assert_int_equal(
			sw_sbom_read(&a, sw_str_make(wide, sizeof(wide)), &bom, &doc, &err), 0);
		assert_int_equal(doc.format, SW_SBOM_SPDX_JSON);
		assert_int_equal(bom.n, 1);
	}
}

static void test_spdx_refused(void **state)
{
	static const char *const bad[] = {"<Document/>",
		"<Document><spdxVersion>SPDX-4</spdxVersion></Document>",
		"<r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#'/>",
		"spdxVersion: SPDX-9.9\n", "spdxVersion: [\n", "spdxVersion: 2.3\n"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		sw_autoarena a;
		sw_autobom bom;
		struct sw_sbom doc;
		struct sw_error err = {0};
		sw_arena_init(&a, 64 << 20);
		sw_bom_init(&bom, 1 << 20);
		if (!sw_sbom_read(&a, sw_str_from(bad[i]), &bom, &doc, &err) || !err.text[0])
			fail_msg("%s was taken", bad[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_xml),
		cmocka_unit_test(test_xml_refused),
		cmocka_unit_test(test_xml_limits),
		cmocka_unit_test(test_formats),
		cmocka_unit_test(test_json_schema),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_xml_schema),
		cmocka_unit_test(test_xml_extensions),
		cmocka_unit_test(test_spdx_forms),
		cmocka_unit_test(test_spdx_more),
		cmocka_unit_test(test_caged), cmocka_unit_test(test_caged_claims), cmocka_unit_test(test_utf16),
		cmocka_unit_test(test_spdx_refused),
	};
	return cmocka_run_group_tests_name("image/sbom", tests, NULL, NULL);
}
