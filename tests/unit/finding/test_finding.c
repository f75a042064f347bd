/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "doc/json.h"
#include "finding/baseline.h"
#include "finding/fingerprint.h"
#include "finding/framework.h"
#include "finding/score.h"
#include "finding/waiver.h"

static const struct sw_rule rule = {.id = SW_STR_INIT("SW-POD-001"),
	.title = SW_STR_INIT("Privileged"),
	.severity = SW_SEV_HIGH};

static struct sw_finding base(const struct sw_evidence *e)
{
	return (struct sw_finding){.rule = &rule,
		.severity = SW_SEV_HIGH,
		.subject = {.ns = SW_STR("shop"),
			.api_version = SW_STR("apps/v1"),
			.kind = SW_STR("Deployment"),
			.name = SW_STR("web"),
			.container = SW_STR("app"),
			.image = SW_STR("reg:5000/a/b:1.0")},
		.message = SW_STR("it is privileged"),
		.evidence = e,
		.n_evidence = 1};
}

static void fp(const struct sw_finding *f, char out[SW_FINGERPRINT_HEX])
{
	uint8_t raw[16];
	sw_fingerprint(f, raw);
	sw_fingerprint_hex(raw, out);
}

#define assert_same(f, want)                                                                       \
	do {                                                                                       \
		char got_[SW_FINGERPRINT_HEX];                                                     \
		fp(&(f), got_);                                                                    \
		assert_string_equal(got_, want);                                                   \
	} while (0)
#define assert_other(f, want)                                                                      \
	do {                                                                                       \
		char got_[SW_FINGERPRINT_HEX];                                                     \
		fp(&(f), got_);                                                                    \
		assert_string_not_equal(got_, want);                                               \
	} while (0)

static void fingerprint_survives(void **state)
{
	struct sw_evidence e = {.file = SW_STR("a.yaml"),
		.line = 3,
		.col = 4,
		.path = SW_STR("/spec/template/spec/containers/0/securityContext/privileged"),
		.value = SW_STR("true")};
	char want[SW_FINGERPRINT_HEX];
	struct sw_finding f = base(&e);
	fp(&f, want);
	struct sw_evidence moved = e;
	moved.line = 90;
	moved.file = SW_STR("other/b.yaml");
	moved.path = SW_STR("/spec/template/spec/containers/7/securityContext/privileged");
	f = base(&moved);
	assert_same(f, want);
	f = base(&e);
	f.subject.image = SW_STR("reg:5000/a/b:2.0@sha256:00");
	f.subject.digest = SW_STR("sha256:00");
	f.message = SW_STR("said in other words");
	f.severity = SW_SEV_LOW;
	f.subject.api_version = SW_STR("apps/v1beta2");
	assert_same(f, want);
}

static void fingerprint_tells_apart(void **state)
{
	struct sw_evidence e = {.path = SW_STR("/spec/containers/0/x")},
			   other = {.path = SW_STR("/spec/containers/0/y")};
	struct sw_evidence init = {.path = SW_STR("/spec/initContainers/0/x")};
	char want[SW_FINGERPRINT_HEX];
	struct sw_finding f = base(&e);
	fp(&f, want);
	f = base(&other);
	assert_other(f, want);
	f = base(&init);
	assert_other(f, want);
	f = base(&e);
	f.subject.container = SW_STR("app2");
	assert_other(f, want);
	f = base(&e);
	f.subject.ns = SW_STR("shopw"); /* the same bytes cut elsewhere */
	f.subject.name = SW_STR("eb");
	assert_other(f, want);
	f = base(&e);
	f.subject.image = SW_STR("reg:5000/a/c:1.0");
	assert_other(f, want);
}

static void key_names_elements(void **state)
{
	sw_autoarena a;
	sw_arena_init(&a, 0);
	struct sw_value root;
	const char *doc = "{\"spec\":{\"containers\":[{\"name\":\"x\"},{\"name\":\"w\",\"env\":[{"
			  "\"name\":\"A/B\"}],"
			  "\"args\":[\"p\"]}]}}";
	assert_int_equal(sw_json_parse(&a, sw_str_from(doc), 0, NULL, &root, NULL, NULL), 0);
	assert_str(sw_fingerprint_key(&a, root, SW_STR("/spec/containers/1/env/0/value")),
		"/spec/containers/[name=w]/env/[name=A/B]/value");
	assert_str(sw_fingerprint_key(&a, root, SW_STR("/spec/containers/1/args/0")),
		"/spec/containers/[name=w]/args/0");
	assert_str(sw_fingerprint_key(&a, root, SW_STR("/spec/nothing/9/x")), "/spec/nothing/9/x");
	assert_str(sw_fingerprint_key(&a, root, SW_STR("")), "");
}

static void images_and_packages(void **state)
{
	assert_str(sw_image_repository(SW_STR("localhost:5000/x")), "localhost:5000/x");
	assert_str(sw_image_repository(SW_STR("localhost:5000/x:1@sha256:ab")), "localhost:5000/x");
	assert_str(sw_image_repository(SW_STR("nginx:latest")), "nginx");
	assert_str(sw_image_repository(SW_STR("")), "");
	assert_str(sw_purl_name(SW_STR("pkg:npm/%40a/b@1.0?x=y#z")), "pkg:npm/%40a/b");
	assert_str(sw_purl_name(SW_STR("pkg:npm/@a/b")), "pkg:npm/@a/b");
}

static void score_rules(void **state)
{
	struct sw_findings fs;
	struct sw_summary s;
	sw_findings_init(&fs, 0);
	sw_summary_make(&fs, &s);
	assert_int_equal(s.score, 100);
	assert_int_equal(s.coverage, 100);
	fs.coverage.broken_documents = 1;
	sw_summary_make(&fs, &s);
	assert_int_equal(s.score, -1); /* nothing seen is no score */
	assert_false(s.complete);
	fs.coverage.broken_documents = 0;
	sw_findings_pass(&fs, SW_SEV_HIGH, 99);
	fs.coverage.broken_documents = 101;
	sw_summary_make(&fs, &s);
	assert_int_equal(s.coverage, 49);
	assert_int_equal(s.score, 49); /* all that was seen is good, but half was not seen */
	fs.coverage.broken_documents = 0;
	struct sw_evidence e = {.path = SW_STR("/x")};
	struct sw_finding f = base(&e);
	assert_int_equal(sw_findings_add(&fs, &f), 0);
	sw_summary_make(&fs, &s);
	assert_int_equal(s.score, 79); /* 99 of 100, but a high one is open */
	f.severity = SW_SEV_CRITICAL;
	f.subject.name = SW_STR("other");
	assert_int_equal(sw_findings_add(&fs, &f), 0);
	sw_summary_make(&fs, &s);
	assert_int_equal(s.score, 49);
	assert_int_equal(s.total, 2);
	f.verdict = SW_VERDICT_NOT_EVALUATED;
	assert_int_equal(sw_findings_add(&fs, &f), 0);
	sw_summary_make(&fs, &s);
	assert_int_equal(s.coverage, 99);
	sw_findings_sort(&fs);
	assert_int_equal(fs.v[0]->severity, SW_SEV_CRITICAL);
	assert_int_equal(fs.v[2]->verdict, SW_VERDICT_NOT_EVALUATED);
	sw_findings_release(&fs);
}

/* A thousand rules, so that the table grows; adopted and cleared as the other counts are. */
static void passes_by_rule(void **state)
{
	static struct sw_rule rules[1000];
	struct sw_findings fs, other;
	sw_findings_init(&fs, 0);
	sw_findings_init(&other, 0);
	assert_int_equal(sw_findings_passed(&fs, &rules[0]), 0);
	for (uint32_t i = 0; i < 1000; i++)
		for (uint32_t k = 0; k <= i % 3; k++)
			sw_findings_pass_rule(i % 2 ? &fs : &other, &rules[i], SW_SEV_LOW);
	sw_findings_pass_rule(&other, &rules[1], SW_SEV_HIGH);
	sw_findings_adopt(&fs, &other);
	for (uint32_t i = 0; i < 1000; i++)
		assert_int_equal(sw_findings_passed(&fs, &rules[i]), i % 3 + 1 + (i == 1));
	assert_int_equal(fs.passed, 2000);
	assert_int_equal(fs.passed_by[SW_SEV_HIGH], 1);
	sw_findings_clear(&fs);
	assert_int_equal(sw_findings_passed(&fs, &rules[1]), 0);
	assert_int_equal(fs.passed, 0);
	sw_findings_release(&fs);
}

/* One control of each outcome. */
static void controls_are_judged(void **state)
{
	static const struct sw_framework_ref refs[] = {{SW_STR_INIT("f"), SW_STR_INIT("1")},
		{SW_STR_INIT("f"), SW_STR_INIT("2")}, {SW_STR_INIT("g"), SW_STR_INIT("3")}};
	static const struct sw_control controls[] = {{SW_STR_INIT("1"), SW_STR_INIT("a"), false},
		{SW_STR_INIT("2"), SW_STR_INIT("b"), false}, {SW_STR_INIT("3"), SW_STR_INIT("c"), false}};
	const struct sw_framework fw = {.id = SW_STR("f"), .controls = controls, .n_controls = 3};
	const struct sw_rule one = {.id = SW_STR("R1"), .frameworks = refs, .n_frameworks = 3};
	const struct sw_rule two = {.id = SW_STR("R2"), .frameworks = refs + 1, .n_frameworks = 1};
	const struct sw_rule *const rules[] = {&one, &two};
	struct sw_control_result r[3];
	struct sw_waiver waiver = {0};
	struct sw_findings fs;
	struct sw_evidence e = {.path = SW_STR("/x")};
	struct sw_finding f = base(&e);
	sw_findings_init(&fs, 0);
	f.rule = &two;
	assert_int_equal(sw_findings_add(&fs, &f), 0);
	f.severity = SW_SEV_CRITICAL;
	assert_int_equal(sw_findings_add(&fs, &f), 0);
	fs.v[1]->waiver = &waiver;
	f.verdict = SW_VERDICT_MANUAL;
	assert_int_equal(sw_findings_add(&fs, &f), 0);
	f.verdict = SW_VERDICT_NOT_EVALUATED;
	assert_int_equal(sw_findings_add(&fs, &f), 0);
	sw_findings_pass_rule(&fs, &one, SW_SEV_LOW);
	sw_framework_judge(&fw, rules, 2, &fs, r);
	assert_int_equal(r[0].rules, 1);
	assert_int_equal(r[0].passed, 1);
	assert_int_equal(r[0].failed + r[0].waived + r[0].manual + r[0].unseen, 0);
	assert_int_equal(r[1].rules, 2);
	assert_int_equal(r[1].passed, 1);
	assert_int_equal(r[1].failed, 1);
	assert_int_equal(r[1].waived, 1);
	assert_int_equal(r[1].manual, 1);
	assert_int_equal(r[1].unseen, 1);
	assert_int_equal(r[1].worst, SW_SEV_HIGH);
	assert_int_equal(r[2].rules, 0); /* "3" of another framework */
	sw_findings_release(&fs);
}

static void budget_is_an_error(void **state)
{
	struct sw_findings fs;
	sw_findings_init(&fs, 1);
	struct sw_evidence e = {.path = SW_STR("/x")};
	struct sw_finding f = base(&e);
	assert_int_equal(sw_findings_add(&fs, &f), -SW_ELIMIT);
	assert_int_equal(fs.n, 0);
	sw_findings_release(&fs);
}

static void baseline_round_trip(void **state)
{
	sw_autoarena a;
	sw_autobuf text;
	sw_arena_init(&a, 0);
	sw_buf_init(&text, 0);
	struct sw_findings fs;
	sw_findings_init(&fs, 0);
	struct sw_evidence e = {.path = SW_STR("/x")};
	struct sw_finding f = base(&e);
	f.subject.name = SW_STR("we\"b\n\xff");
	assert_int_equal(sw_findings_add(&fs, &f), 0);
	sw_baseline_write(&text, &fs);
	struct sw_source src = {.name = SW_STR("b.json"), .text = sw_buf_str(&text)};
	struct sw_baseline b = {0};
	assert_int_equal(sw_baseline_parse(&b, &a, &src, NULL), 0);
	f.subject.name = SW_STR("new");
	assert_int_equal(sw_findings_add(&fs, &f), 0);
	sw_baseline_apply(&b, &fs);
	assert_false(fs.v[0]->is_new);
	assert_true(fs.v[1]->is_new);
	assert_int_equal(b.matched, 1);
	sw_findings_release(&fs);
}

static void baseline_mistakes(void **state)
{
	static const struct {
		const char *text;
		int rc;
	} cases[] = {
		{"", -SW_ESYNTAX},
		{"{", -SW_ESYNTAX},
		{"[]", -SW_EINVALID},
		{"{\"schema\":\"seawall.dev/baseline/v1\"}", -SW_EINVALID},
		{"{\"schema\":\"seawall.dev/baseline/v2\",\"findings\":[]}", -SW_EINVALID},
		{"{\"schema\":\"seawall.dev/baseline/"
		 "v1\",\"findings\":[{\"fingerprint\":\"xyz\"}]}",
			-SW_EINVALID},
		{"{\"schema\":\"seawall.dev/baseline/v1\",\"findings\":[7]}", -SW_EINVALID},
		{"{\"schema\":\"seawall.dev/baseline/v1\",\"findings\":[]}", 0},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		sw_autoarena a;
		sw_arena_init(&a, 0);
		struct sw_error err = {0};
		struct sw_baseline b = {0};
		struct sw_source src = {
			.name = SW_STR("b.json"), .text = sw_str_from(cases[i].text)};
		assert_int_equal(sw_baseline_parse(&b, &a, &src, &err), cases[i].rc);
		if (cases[i].rc)
			assert_string_equal(err.file, "b.json");
	}
}

static void frameworks_load(void **state)
{
	sw_autoarena a;
	sw_arena_init(&a, 0);
	const struct sw_framework *fw;
	uint32_t n;
	struct sw_error err = {0};
	assert_int_equal(sw_frameworks_builtin(&a, &fw, &n, &err), 0);
	assert_int_equal(n, 5);
	for (uint32_t i = 0; i < n; i++) {
		assert_true(fw[i].n_controls > 9);
		for (uint32_t k = 0; k < fw[i].n_controls; k++) /* no identifier twice */
			assert_ptr_equal(sw_framework_control(&fw[i], fw[i].controls[k].id),
				&fw[i].controls[k]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fingerprint_survives),
		cmocka_unit_test(fingerprint_tells_apart),
		cmocka_unit_test(key_names_elements),
		cmocka_unit_test(images_and_packages),
		cmocka_unit_test(score_rules),
		cmocka_unit_test(passes_by_rule),
		cmocka_unit_test(controls_are_judged),
		cmocka_unit_test(budget_is_an_error),
		cmocka_unit_test(baseline_round_trip),
		cmocka_unit_test(baseline_mistakes),
		cmocka_unit_test(frameworks_load),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
