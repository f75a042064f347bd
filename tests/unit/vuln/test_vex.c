/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "doc/json.h"
#include "vuln/vex.h"

static struct sw_str aliases[] = {SW_STR_INIT("GHSA-1")};
static const struct sw_match flaw = {.id = SW_STR_INIT("CVE-2024-1"),
	.aliases = aliases,
	.n_aliases = 1,
	.advisory = SW_STR_INIT("DSA-1")};

static enum sw_vex_status status_of(
	const char *text, const char *purl, const char *image, const char *digest)
{
	sw_autoarena a;
	struct sw_vex vex = {0};
	struct sw_purl p;
	struct sw_error err = {0};
	sw_arena_init(&a, 0);
	if (sw_vex_parse(&vex, &a, SW_STR("v.json"), sw_str_from(text), &err))
		fail_msg("%s", err.text);
	assert_int_equal(sw_purl_parse(&a, sw_str_from(purl), 0, &p, NULL), 0);
	struct sw_vex_statement *s =
		sw_vex_find(&vex, &p, &flaw, sw_str_from(image), sw_str_from(digest));
	return s ? s->status : SW_VEX_NONE;
}

#define OPENVEX(vuln, products, status)                                                            \
	"{\"@context\":\"https://openvex.dev/ns/v0.2.0\",\"statements\":[{\"vulnerability\":" vuln \
	",\"products\":[" products "],\"status\":\"" status                                        \
	"\",\"justification\":\"vulnerable_code_not_present\"}]}"

static void openvex(void **state)
{
	(void)state;
	static const struct {
		const char *products, *purl;
		bool covered;
	} cases[] = {{"\"pkg:npm/a@1\"", "pkg:npm/a@1", true},
		{"\"pkg:npm/a\"", "pkg:npm/a@1", true}, {"\"pkg:npm/a@2\"", "pkg:npm/a@1", false},
		{"\"pkg:npm/b\"", "pkg:npm/a@1", false}, {"\"pkg:pypi/a\"", "pkg:npm/a@1", false},
		{"{\"@id\":\"x\",\"identifiers\":{\"purl\":\"pkg:npm/a@1\"}}", "pkg:npm/a@1", true},
		/* The trap that hid 101 alerts: the release with and without its point. */
		{"\"pkg:deb/debian/curl@7.1?distro=debian-12\"",
			"pkg:deb/debian/curl@7.1?arch=amd64&distro=debian-12.13", true},
		{"\"pkg:deb/debian/curl@7.1?distro=debian-1\"",
			"pkg:deb/debian/curl@7.1?distro=debian-12", false},
		{"\"pkg:deb/debian/curl?arch=arm64\"", "pkg:deb/debian/curl@7.1?arch=amd64", false},
		{"\"pkg:rpm/redhat/bash@1:5-1\"", "pkg:rpm/redhat/bash@5-1?epoch=1", true},
		{"{\"@id\":\"pkg:oci/app@sha256:00\",\"subcomponents\":[{\"@id\":\"pkg:npm/a\"}]}",
			"pkg:npm/a@1", true},
		{"{\"@id\":\"pkg:oci/app@sha256:00\",\"subcomponents\":[{\"@id\":\"pkg:npm/b\"}]}",
			"pkg:npm/a@1", false},
		{"{\"@id\":\"pkg:oci/app@sha256:11\"}", "pkg:npm/a@1", false},
		{"{\"@id\":\"pkg:oci/app\"}", "pkg:npm/a@1", true}};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char text[1024];
		snprintf(text, sizeof(text),
			OPENVEX("{\"name\":\"CVE-2024-1\"}", "%s", "not_affected"),
			cases[i].products);
		enum sw_vex_status s =
			status_of(text, cases[i].purl, "reg.example/app:1", "sha256:00");
		if ((s == SW_VEX_NOT_AFFECTED) != cases[i].covered)
			fail_msg("%s on %s: %d", cases[i].products, cases[i].purl, s);
	}
	assert_int_equal(
		status_of(OPENVEX("\"GHSA-1\"", "\"pkg:npm/a\"", "fixed"), "pkg:npm/a@1", "", ""),
		SW_VEX_FIXED);
	assert_int_equal(status_of(OPENVEX("{\"name\":\"X\",\"aliases\":[\"cve-2024-1\"]}",
					   "\"pkg:npm/a\"", "affected"),
				 "pkg:npm/a@1", "", ""),
		SW_VEX_AFFECTED);
	assert_int_equal(status_of(OPENVEX("\"CVE-2024-10\"", "\"pkg:npm/a\"", "fixed"),
				 "pkg:npm/a@1", "", ""),
		SW_VEX_NONE);
}

static void the_newest_wins(void **state)
{
	(void)state;
	assert_int_equal(
		status_of("{\"@context\":\"openvex\",\"timestamp\":\"2024-01-01T00:00:00Z\","
			  "\"statements\":["
			  "{\"vulnerability\":\"CVE-2024-1\",\"products\":[\"pkg:npm/"
			  "a\"],\"status\":\"affected\",\"timestamp\":\"2025-01-01T00:00:00Z\"},"
			  "{\"vulnerability\":\"CVE-2024-1\",\"products\":[\"pkg:npm/"
			  "a\"],\"status\":\"under_investigation\"}]}",
			"pkg:npm/a@1", "", ""),
		SW_VEX_AFFECTED);
}

static void cyclonedx_and_csaf(void **state)
{
	(void)state;
	assert_int_equal(status_of("{\"bomFormat\":\"CycloneDX\",\"components\":[{\"bom-ref\":"
				   "\"r\",\"purl\":\"pkg:npm/a@1\"}],\"vulnerabilities\":"
				   "[{\"id\":\"CVE-2024-1\",\"analysis\":{\"state\":\"false_"
				   "positive\"},\"affects\":[{\"ref\":\"r\"}]}]}",
				 "pkg:npm/a@1", "", ""),
		SW_VEX_NOT_AFFECTED);
	assert_int_equal(status_of("{\"document\":{\"category\":\"csaf_vex\"},\"product_tree\":{"
				   "\"branches\":[{\"product\":{\"product_id\":\"p\","
				   "\"product_identification_helper\":{\"purl\":\"pkg:npm/"
				   "a@1\"}}}]},\"vulnerabilities\":[{\"cve\":\"CVE-2024-1\","
				   "\"flags\":[{\"label\":\"component_not_present\"}],\"product_"
				   "status\":{\"known_not_affected\":[\"p\"]}}]}",
				 "pkg:npm/a@1", "", ""),
		SW_VEX_NOT_AFFECTED);
}

static void what_is_no_vex(void **state)
{
	(void)state;
	static const char *const bad[] = {"{}", "[]", "{\"bomFormat\":\"CycloneDX\"}", "nonsense",
		"{\"@context\":\"openvex\",\"statements\":[{\"vulnerability\":\"X\",\"products\":[]"
		",\"status\":\"maybe\"}]}"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		sw_autoarena a;
		struct sw_vex vex = {0};
		sw_arena_init(&a, 0);
		assert_true(sw_vex_parse(&vex, &a, SW_STR("v"), sw_str_from(bad[i]), NULL) < 0);
	}
}

/* What is written can be read again, and covers what it was written about. */
static void written_and_read(void **state)
{
	(void)state;
	sw_autobom bom;
	sw_autoarena a;
	sw_autobuf open, cdx;
	struct sw_package p = {.type = SW_PKG_NPM,
		.ns = SW_STR("@s"),
		.name = SW_STR("a"),
		.version = SW_STR("1")};
	struct sw_match m = flaw;
	struct sw_match_report r = {.v = &m, .n = 1};
	struct sw_match_options opt = {0};
	sw_bom_init(&bom, 0);
	sw_arena_init(&a, 0);
	sw_buf_init(&open, 1 << 16);
	sw_buf_init(&cdx, 1 << 16);
	assert_int_equal(sw_bom_add(&bom, &p), 0);
	sw_bom_finish(&bom);
	m.fix = SW_FIX_AVAILABLE;
	m.fixed = SW_STR("2 \"quoted\"");
	sw_vex_write_openvex(&open, &r, &bom, &opt, SW_STR("2026-01-01T00:00:00Z"));
	m.vex = SW_VEX_NOT_AFFECTED;
	m.vex_reason = SW_STR("component_not_present");
	sw_vex_write_cyclonedx(&cdx, &r, &bom, &opt, SW_STR("2026-01-01T00:00:00Z"));
	struct sw_purl purl;
	assert_int_equal(sw_purl_parse(&a, SW_STR("pkg:npm/%40s/a@1"), 0, &purl, NULL), 0);
	for (int i = 0; i < 2; i++) {
		struct sw_vex vex = {0};
		struct sw_error err = {0};
		if (sw_vex_parse(&vex, &a, SW_STR("v"), sw_buf_str(i ? &cdx : &open), &err))
			fail_msg("%s", err.text);
		struct sw_vex_statement *s =
			sw_vex_find(&vex, &purl, &flaw, SW_STR(""), SW_STR(""));
		assert_non_null(s);
		assert_int_equal(s->status, i ? SW_VEX_NOT_AFFECTED : SW_VEX_AFFECTED);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(openvex),
		cmocka_unit_test(the_newest_wins), cmocka_unit_test(cyclonedx_and_csaf),
		cmocka_unit_test(what_is_no_vex), cmocka_unit_test(written_and_read)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
