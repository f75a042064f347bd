/* SPDX-License-Identifier: Apache-2.0 */
/* Versions and ranges where generated pairs once differed from the ecosystems' own tools. */
#include "../test.h"

#include "base/base64.h"
#include "vuln/version/constraint.h"

static void test_vers(void **state)
{
	static const struct {
		const char *vers, *version;
		bool in;
	} cases[] = {
		{"vers:npm/1.0.0%2Bb|>=3.0.0", "1.0.0+b", true},
		{"vers:deb/<1%3A2.0", "1:1.9", true},
		{"vers:deb/<1%3A2.0", "1:2.0", false},
		{"vers:generic/1.0%252F0", "1.0%2F0", true}, /* once, not twice */
		{"vers:lexicographic/a%7Cb", "a|b", true},
		{"vers:NPM/>=1.0.0|<2.0.0", "1.5.0", true},
		{"vers:npm/<2.0.0|>=1.0.0", "0.9.0", false}, /* in any order */
		{"vers:npm/>=1.0.0|!=1.2.0|<2.0.0", "1.2.0", false},
		{"vers:npm/<1.0.0|>=2.0.0|<3.0.0|>=4.0.0", "3.5.0", false},
		{"vers:npm/<1.0.0|>=2.0.0|<3.0.0|>=4.0.0", "9.0.0", true},
		{"vers:all/*", "anything", true},
		{"vers:none/*", "anything", false},
		{"vers:datetime/>=2024-01-01T00:00:00Z", "2024-01-01T01:00:00+02:00", false},
		{"vers:datetime/2024-01-01T00:00:00Z", "2024-01-01T00:00:00.000Z", true},
		{"vers:intdot/<10.234.5.12", "10.99", true},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sw_error err = {0};
		bool in = !cases[i].in;
		if (sw_vers_contains(
			    sw_str_from(cases[i].vers), sw_str_from(cases[i].version), &in, &err) ||
			in != cases[i].in)
			fail_msg("%s of %s: %s", cases[i].version, cases[i].vers, err.text);
	}
}

static void test_vers_refused(void **state)
{
	static const struct {
		const char *vers;
		int rc;
	} cases[] = {
		{"npm/1", -SW_ESYNTAX},
		{"vers:npm", -SW_ESYNTAX},
		{"vers:npm/", -SW_ESYNTAX},
		{"vers:npm/1.0%2G0", -SW_ESYNTAX},
		{"vers:npm/1.0%2", -SW_ESYNTAX},
		{"vers:npm/>=1||<2", -SW_ESYNTAX},
		{"vers:npm/|>=1", -SW_ESYNTAX},
		{"vers:none/1", -SW_ESYNTAX},
		{"vers:nothing-known/1", -SW_EUNSUPPORTED},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sw_error err = {0};
		bool in = false;
		int rc = sw_vers_contains(sw_str_from(cases[i].vers), SW_STR("1"), &in, &err);
		if (rc != cases[i].rc || !err.text[0])
			fail_msg("%s: %d %s", cases[i].vers, rc, err.text);
	}
}

static void test_to_vers(void **state)
{
	static const struct {
		enum sw_range_language l;
		const char *native, *vers;
	} cases[] = {
		{SW_RANGE_NGINX, "1.5.0+, 1.4.1+", "vers:nginx/>=1.4.1|<1.5.0|>=1.5.0"},
		{SW_RANGE_NPM, "<=2.1 >=1.1", "vers:npm/>=1.1.0|<=2.1.0"},
		{SW_RANGE_PEP440, "!=5, >=1.0", "vers:pypi/>=1.0|!=5"},
		{SW_RANGE_PEP440, ">=1!2.0", "vers:pypi/>=1%212.0"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		sw_autoarena a;
		sw_autobuf out;
		struct sw_error err;
		sw_arena_init(&a, 0);
		sw_buf_init(&out, 0);
		assert_int_equal(
			sw_range_to_vers(&a, cases[i].l, sw_str_from(cases[i].native), &out, &err),
			0);
		assert_str(sw_buf_str(&out), cases[i].vers);
	}
}

/* -1: not a range. */
static int in_range(
	enum sw_range_language l, unsigned flags, const char *range, const char *version)
{
	sw_autoarena a;
	struct sw_range r;
	struct sw_error err;
	bool in;
	sw_arena_init(&a, 0);
	if (sw_range_parse(&a, l, flags, sw_str_from(range), &r, &err))
		return -1;
	assert_int_equal(sw_range_check(&r, sw_str_from(version), &in), 0);
	return in;
}

static void test_ranges(void **state)
{
	static const struct {
		enum sw_range_language l;
		unsigned flags;
		const char *range, *version;
		int want;
	} cases[] = {
		/* npm: the operator ends before a second '=' */
		{SW_RANGE_NPM, 0, "~>=10.0", "10.0.9", 1},
		{SW_RANGE_NPM, 0, "~>=10.0", "10.1.0", 0},
		{SW_RANGE_NPM, 0, "^=1.1.1", "1.9.0", 1},
		{SW_RANGE_NPM, 0, "==1.1.1", "1.1.1", 1},
		/* a pre-release stands behind three parts, a number not behind a wildcard */
		{SW_RANGE_NPM, 0, "~1-0", "1.0.0", -1},
		{SW_RANGE_NPM, 0, "1.x.2", "1.0.2", -1},
		{SW_RANGE_NPM, 0, "X.1", "1.1.0", -1},
		{SW_RANGE_NPM, 0, "^1.x.2", "1.0.0", 1},
		{SW_RANGE_NPM, 0, "^v", "1.0.0", -1},
		{SW_RANGE_NPM, 0, "01.2.3", "1.2.3", -1},
		{SW_RANGE_NPM, 0, "1.2.", "1.2.0", -1},
		/* loose: what is no comparator does not count, unless it is all there is */
		{SW_RANGE_NPM, SW_RANGE_LOOSE, "~4 .10", "4.0.9", 1},
		{SW_RANGE_NPM, SW_RANGE_LOOSE, ".10", "4.0.9", 0},
		{SW_RANGE_NPM, SW_RANGE_LOOSE, "1.2.3beta", "1.2.3-beta", 1},
		{SW_RANGE_CARGO, 0, "1.0.*", "1.1.0", 0},
		{SW_RANGE_CARGO, 0, "1.0.x", "1.0.9", 1},
		{SW_RANGE_CARGO, 0, "1.0", "1.1.0", 1},
		{SW_RANGE_CARGO, 0, "*", "7.1.0", 1},
		{SW_RANGE_PEP440, 0, "~= v5.00.8", "5.0.9", 1},
		{SW_RANGE_PEP440, 0, "~= v5.00.8", "5.1", 0},
		{SW_RANGE_PEP440, 0, ">=1.0a.", "1.0a0", 1},
		/* composer: the edge of 12 is below its own pre-releases */
		{SW_RANGE_COMPOSER, 0, "<12", "12.0-RC1", 0},
		{SW_RANGE_COMPOSER, 0, ">=12", "12-alpha", 1},
		{SW_RANGE_COMPOSER, 0, ">=12-beta", "12-alpha", 0},
		{SW_RANGE_COMPOSER, 0, "^12", "12-alpha", 1},
		{SW_RANGE_COMPOSER, 0, "2 - v10.10.9", "10.10.9", 1},
		{SW_RANGE_COMPOSER, 0, "2 - v10.10", "10.10.99", 1},
		{SW_RANGE_COMPOSER, 0, "2 - v10.10", "10.11", 0},
		{SW_RANGE_COMPOSER, 0, "*", "7.0", 1},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int got = in_range(cases[i].l, cases[i].flags, cases[i].range, cases[i].version);
		if (got != cases[i].want)
			fail_msg("%s of %s: %d", cases[i].version, cases[i].range, got);
	}
}

static void test_order(void **state)
{
	static const struct {
		enum sw_version_scheme s;
		const char *a, *b;
		int want;
	} cases[] = {
		{SW_VER_PEP440, "1.0a.", "1.0a0", 0},
		{SW_VER_PEP440, "v1_b_", "1b", 0},
		{SW_VER_PEP440, "4", "10.rc_-r1", -1},
		{SW_VER_PEP440, "1.0.post_.dev-", "1.0.post0.dev0", 0},
		{SW_VER_DATETIME, "2024-01-01T00:00:00.50Z", "2024-01-01T00:00:00.5Z", 0},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int got;
		assert_int_equal(sw_version_cmp(cases[i].s, sw_str_from(cases[i].a),
					 sw_str_from(cases[i].b), &got),
			0);
		if (got != cases[i].want)
			fail_msg("%s %s: %d", cases[i].a, cases[i].b, got);
	}
	assert_false(sw_version_valid(SW_VER_NPM_LOOSE, SW_STR("1.2.3+")));
	assert_false(sw_version_valid(SW_VER_NPM_LOOSE, SW_STR("1.2.3_a")));
	assert_true(sw_version_valid(SW_VER_NPM_LOOSE, SW_STR("=01.2.3beta")));
}

static void test_percent(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {{"", ""}, {"a%2fb%2F", "a/b/"}, {"%25%32%46", "%2F"}, {"%", NULL},
		{"a%2", NULL}, {"%zz", NULL}, {"%%20", NULL}};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		sw_autobuf out;
		sw_buf_init(&out, 0);
		assert_int_equal(
			sw_percent_decode(&out, sw_str_from(cases[i].text)), cases[i].want != NULL);
		if (cases[i].want)
			assert_str(sw_buf_str(&out), cases[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vers),
		cmocka_unit_test(test_vers_refused),
		cmocka_unit_test(test_to_vers),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_percent),
	};
	return cmocka_run_group_tests_name("vuln/version", tests, NULL, NULL);
}
