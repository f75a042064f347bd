/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "base/cleanup.h"
#include "finding/waiver.h"

#define HEAD "apiVersion: seawall.dev/v1\nkind: Waivers\nwaivers:\n"
#define TAIL "  reason: r\n  owner: o\n  expires: 2027-01-31\n"

static const struct sw_rule rule = {.id = SW_STR_INIT("SW-POD-001"), .severity = SW_SEV_HIGH};

static int parse(struct sw_arena *a, const char *text, struct sw_waivers *ws, struct sw_error *err)
{
	struct sw_source *src = sw_arena_new(a, struct sw_source);
	src->name = SW_STR("w.yaml");
	src->text = sw_str_from(text);
	return sw_waivers_parse(ws, a, src, err);
}

static void mistakes_have_a_place(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{"kind: Waivers\n", "w.yaml:1:1: not a waiver file (it begins with apiVersion: "
				    "seawall.dev/v1 and kind: Waivers)"},
		{HEAD "- rules: SW-POD-001\n  reson: x\n" TAIL,
			"w.yaml:5:3: unknown field in a waiver: \"reson\" (known are id, rules, "
			"scope, reason, owner, ticket, "
			"approver, expires)"},
		{HEAD "- rules: SW-POD-001\n  reason: r\n  expires: 2027-01-31\n",
			"w.yaml:4:3: the waiver has no \"owner\" (rules, reason, owner and expires "
			"must be there)"},
		{HEAD "- rules: []\n" TAIL,
			"w.yaml:4:10: the list is empty (leave the field out to match anything)"},
		{HEAD "- rules: x\n  scope:\n    namespaces: y\n" TAIL,
			"w.yaml:6:5: unknown field in a scope: \"namespaces\" (known are cluster, "
			"namespace, kind, name, "
			"container, image, package, path, file, fingerprint)"},
		{HEAD "- rules: x\n  reason: r\n  owner: o\n  expires: 2027-02-29\n",
			"w.yaml:7:12: not a date: \"2027-02-29\" (write YYYY-MM-DD, or never)"},
		{HEAD "- rules: x\n  reason: 7\n  owner: o\n  expires: never\n",
			"w.yaml:5:11: this must be a text that is not empty"},
		{HEAD "- 5\n", "w.yaml:4:3: a waiver must be a map"},
		{HEAD "- rules: x\n  scope: y\n" TAIL, "w.yaml:5:10: scope must be a map"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		sw_autoarena a;
		sw_arena_init(&a, 0);
		struct sw_waivers ws = {0};
		struct sw_error err = {0};
		char text[1600];
		assert_true(parse(&a, cases[i].text, &ws, &err) < 0);
		assert_string_equal(sw_error_format(&err, text, sizeof(text)), cases[i].want);
		assert_int_equal(ws.n, 0);
	}
}

static void add(struct sw_findings *fs, const char *ns, const char *name, const char *path)
{
	struct sw_evidence e = {.file = SW_STR("d/a.yaml"), .line = 1, .path = sw_str_from(path)};
	struct sw_finding f = {.rule = &rule,
		.severity = SW_SEV_HIGH,
		.subject = {.ns = sw_str_from(ns),
			.kind = SW_STR("Pod"),
			.name = sw_str_from(name),
			.image = SW_STR("reg/x:1")},
		.evidence = &e,
		.n_evidence = 1};
	assert_int_equal(sw_findings_add(fs, &f), 0);
}

static void applies_in_scope(void **state)
{
	sw_autoarena a;
	sw_arena_init(&a, 0);
	struct sw_waivers ws = {0};
	struct sw_error err = {0};
	assert_int_equal(
		parse(&a,
			HEAD "- rules: [SW-POD-*]\n  scope: {namespace: shop, name: 'w?b', path: "
			     "/spec/a}\n" TAIL "- rules: SW-POD-001\n  scope: {image: reg/x}\n  "
					       "reason: r\n  owner: o\n  expires: 2020-01-01\n"
			     "- rules: SW-NET-001\n  scope: {name: x}\n  reason: r\n  owner: o\n  "
			     "expires: never\n"
			     "- rules: '*'\n  scope: {name: q}\n  reason: r\n  owner: o\n  "
			     "expires: never\n",
			&ws, &err),
		0);
	assert_int_equal(ws.n, 4);
	assert_int_equal(ws.v[0].line, 4);
	struct sw_findings fs;
	sw_findings_init(&fs, 0);
	add(&fs, "shop", "web", "/spec/a/b");
	add(&fs, "shop", "web", "/spec/ab");
	add(&fs, "other", "web", "/spec/a");
	int64_t today;
	assert_int_equal(sw_date_parse(SW_STR("2027-01-31"), &today), 0);
	static const struct sw_rule kin = {.id = SW_STR_INIT("SW-NET-002")};
	const struct sw_rule *run[] = {&rule, &kin};
	assert_int_equal(sw_waivers_apply(&ws, &fs, today, run, 2), 0);
	assert_ptr_equal(fs.v[0]->waiver, &ws.v[0]); /* still holds on its last day */
	assert_null(fs.v[1]->waiver);		     /* /spec/ab is not below /spec/a */
	assert_null(fs.v[2]->waiver);
	assert_string_equal(sw_waiver_mismatch(&ws.v[0], fs.v[2]), "namespace");
	assert_int_equal(fs.n, 3 + 1 + 1 + 1);
	assert_str(fs.v[3]->rule->id, "SW-WAIVER-001");
	assert_str(fs.v[4]->rule->id, "SW-WAIVER-002"); /* SW-NET-001, beside SW-NET-002 */
	assert_str(fs.v[5]->rule->id, "SW-WAIVER-003"); /* '*' */
	sw_findings_release(&fs);
}

/* All commands read one file: what a scan of manifests waives is not unused in one of secrets. */
static void of_other_commands(void **state)
{
	static const struct sw_rule jwt = {.id = SW_STR_INIT("secret/jwt")};
	static const struct sw_rule net = {.id = SW_STR_INIT("SW-NET-002")};
	static const struct sw_rule own = {.id = SW_STR_INIT("house")};
	const struct sw_rule *run[] = {&jwt}, *scan[] = {&net, &own};
	const char *what[] = {"SW-POD-001", "SW-*", "secret/jwr", "secret/*", "house", "'*'"};
	const bool in_secrets[] = {false, false, true, true, false, false};
	const bool in_scan[] = {false, true, false, false, true, false};
	for (size_t i = 0; i < SW_ARRAY_LEN(what); i++) {
		sw_autoarena a;
		sw_arena_init(&a, 0);
		struct sw_waivers ws = {0};
		struct sw_error err = {0};
		char text[512];
		snprintf(text, sizeof(text),
			HEAD "- rules: %s\n  scope: {fingerprint: "
			     "bbf2bc24b9b2c4f821bfb9dbe236df6a}\n" TAIL, what[i]);
		assert_int_equal(parse(&a, text, &ws, &err), 0);
		for (int scanning = 0; scanning < 3; scanning++) {
			struct sw_findings fs;
			sw_findings_init(&fs, 0);
			assert_int_equal(sw_waivers_apply(&ws, &fs, 0, scanning == 1 ? scan : run,
						 scanning == 1 ? 2 : scanning == 0), 0);
			assert_int_equal(fs.n, scanning == 2 ? 0 : scanning ? in_scan[i] : in_secrets[i]);
			if (fs.n)
				assert_str(fs.v[0]->rule->id, "SW-WAIVER-002");
			sw_findings_release(&fs);
		}
	}
}

/* What `seawall waive FINGERPRINT` writes is not told to be broad; what only looks like it is. */
static void fingerprints_are_narrow(void **state)
{
	const char *scope[] = {"bbf2bc24b9b2c4f821bfb9dbe236df6a", "'bbf2bc*'", "'*'",
		"[bbf2bc24b9b2c4f821bfb9dbe236df6a, '*bf2bc24b9b2c4f821bfb9dbe236df6a']",
		"'\?\?\?\?\?\?\?\?\?\?\?\?\?\?\?\?\?\?\?\?\?\?\?\?\?\?\?\?\?\?\?\?'", "'bbf2bc24b9b2c4f821bfb9dbe236df6?'"};
	for (size_t i = 0; i < SW_ARRAY_LEN(scope); i++) {
		sw_autoarena a;
		sw_arena_init(&a, 0);
		struct sw_waivers ws = {0};
		struct sw_error err = {0};
		struct sw_findings fs;
		char text[512];
		snprintf(text, sizeof(text), HEAD "- rules: '*'\n  scope: {fingerprint: %s}\n" TAIL, scope[i]);
		assert_int_equal(parse(&a, text, &ws, &err), 0);
		sw_findings_init(&fs, 0);
		assert_int_equal(sw_waivers_apply(&ws, &fs, 0, NULL, 0), 0);
		assert_int_equal(fs.n, i > 0);
		if (fs.n)
			assert_str(fs.v[0]->rule->id, "SW-WAIVER-003");
		sw_findings_release(&fs);
	}
}

static void globs(void **state)
{
	assert_true(sw_glob(SW_STR("*"), SW_STR("")));
	assert_true(sw_glob(SW_STR("a*b*c"), SW_STR("aXbYbc")));
	assert_false(sw_glob(SW_STR("a*b"), SW_STR("abc")));
	assert_true(sw_glob(SW_STR("a?c"), SW_STR("abc")));
	assert_false(sw_glob(SW_STR(""), SW_STR("a")));
	char hostile[4096];
	memset(hostile, 'a', sizeof(hostile));
	assert_false(
		sw_glob(SW_STR("*a*a*a*a*a*a*a*a*a*b"), sw_str_make(hostile, sizeof(hostile))));
}

static void dates(void **state)
{
	int64_t d;
	assert_int_equal(sw_date_parse(SW_STR("1970-01-01"), &d), 0);
	assert_int_equal(d, 0);
	assert_int_equal(sw_date_parse(SW_STR("2000-02-29"), &d), 0);
	assert_int_equal(d, 11016);
	static const char *const bad[] = {"1900-02-29", "2026-13-01", "2026-00-10", "2026-01-00",
		"2026-1-01", "x", "", "2026-01-01T00", "2026/01/01"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(sw_date_parse(sw_str_from(bad[i]), &d), -SW_EINVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mistakes_have_a_place),
		cmocka_unit_test(of_other_commands),
		cmocka_unit_test(fingerprints_are_narrow),
		cmocka_unit_test(applies_in_scope),
		cmocka_unit_test(globs),
		cmocka_unit_test(dates),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
