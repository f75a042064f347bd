/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every format over one set of findings with hostile texts in it, compared with tests/golden byte
 * for byte. SW_UPDATE_GOLDEN=1 writes the files anew; look at the difference before you commit it.
 */
#include "../test.h"

#include <stdlib.h>

#include "doc/json.h"
#include "finding/waiver.h"
#include "report/report.h"

static const struct sw_str refs[] = {SW_STR_INIT("https://kubernetes.io/docs/concepts/security/"),
	SW_STR_INIT("javascript:alert(1)")};
static const struct sw_framework_ref fws[] = {{SW_STR_INIT("cis"), SW_STR_INIT("5.2.2")},
	{SW_STR_INIT("pss"), SW_STR_INIT("baseline/privileged")}};

static const struct sw_rule privileged = {.id = SW_STR_INIT("SW-POD-001"),
	.title = SW_STR_INIT("Container runs privileged"),
	.description = SW_STR_INIT(
		"A privileged container can do to the node whatever root on the node can do: read "
		"every other container's memory and secrets, load kernel modules, and take over."),
	.remediation = SW_STR_INIT(
		"Remove `privileged: true` and add only the capabilities that are needed"),
	.category = SW_STR_INIT("workload"),
	.engine = SW_STR_INIT("check"),
	.source = SW_STR_INIT("builtin"),
	.severity = SW_SEV_CRITICAL,
	.references = refs,
	.n_references = 2,
	.frameworks = fws,
	.n_frameworks = 2};
static const struct sw_rule wildcard = {.id = SW_STR_INIT("SW-RBAC-002"),
	.title = SW_STR_INIT("Role grants everything"),
	.description = SW_STR_INIT("Who holds it owns the cluster."),
	.remediation = SW_STR_INIT("Name verbs and resources"),
	.category = SW_STR_INIT("rbac"),
	.engine = SW_STR_INIT("check"),
	.severity = SW_SEV_HIGH};
/* What an attacker would put into names. */
static const struct sw_rule hostile = {.id = SW_STR_INIT("USER/<b>&\"'|`,=1"),
	.title = SW_STR_INIT("</title><script>alert(1)</script> \x1b[31m \xe2\x80\xae | "
			     "](javascript:x) @everyone"),
	.description = SW_STR_INIT("line one\nline two ]]> --> \xff\xfe"),
	.remediation = SW_STR_INIT("=HYPERLINK(\"http://x\")\r\n::error::injected%0A"),
	.category = SW_STR_INIT("a\"b<c"),
	.severity = SW_SEV_MEDIUM};
static const struct sw_rule passing = {.id = SW_STR_INIT("SW-NET-001"),
	.title = SW_STR_INIT("Namespace has no policy"),
	.category = SW_STR_INIT("network"),
	.severity = SW_SEV_LOW};
static const struct sw_rule by_hand = {.id = SW_STR_INIT("cis-1.12/5.3.1"),
	.title = SW_STR_INIT("The network plugin enforces policies"),
	.category = SW_STR_INIT("network"),
	.severity = SW_SEV_MEDIUM};

struct fixture {
	struct sw_findings fs;
	struct sw_summary sum;
	struct sw_waiver waiver;
	struct sw_report r;
};

static void add(struct sw_findings *fs, struct sw_finding f, struct sw_evidence e)
{
	f.evidence = &e;
	f.n_evidence = 1;
	f.severity = f.rule->severity;
	assert_int_equal(sw_findings_add(fs, &f), 0);
}

static struct sw_value patch(struct sw_arena *a)
{
	struct sw_value v;
	assert_int_equal(sw_json_parse(a,
				 SW_STR("[{\"op\":\"remove\",\"path\":\"/spec/containers/0/"
					"securityContext/privileged\"}]"),
				 0, NULL, &v, NULL, NULL),
		0);
	return v;
}

static void fill(struct sw_findings *fs)
{
	char name[16];
	for (int i = 0; i < 9; i++) {
		snprintf(name, sizeof(name), "web-%d", i);
		add(fs,
			(struct sw_finding){.rule = &privileged,
				.message = SW_STR("container \"app\" is privileged"),
				.subject = {.ns = SW_STR("shop"),
					.api_version = SW_STR("apps/v1"),
					.kind = SW_STR("Deployment"),
					.name = sw_str_from(name),
					.container = SW_STR("app"),
					.image = SW_STR("shop/web:1.0")},
				.fix = {SW_STR("remove privileged"), patch(&fs->arena)},
				.document = SW_STR("web.yaml#0")},
			(struct sw_evidence){.file = SW_STR("deploy/web.yaml"),
				.line = (uint32_t)(10 + i),
				.col = 9,
				.end_line = (uint32_t)(10 + i),
				.end_col = 25,
				.span = {100, 116},
				.path = SW_STR("/spec/template/spec/containers/0/securityContext/"
					       "privileged"),
				.value = SW_STR("true"),
				.expected = SW_STR("false or unset")});
	}
	add(fs,
		(struct sw_finding){.rule = &wildcard,
			.message = SW_STR("verbs \"*\" on resources \"*\""),
			.subject = {.api_version = SW_STR("rbac.authorization.k8s.io/v1"),
				.kind = SW_STR("ClusterRole"),
				.name = SW_STR("a-role-with-a-name-that-is-so-long-that-it-does-"
					       "not-fit-beside-its-place-on-one-line")}},
		(struct sw_evidence){.file = SW_STR("some/very/deep/folder/structure/of/a/real/"
						    "repository/with/overlays/role "
						    "\xe6\xb5\xb7.yaml"),
			.line = 7,
			.col = 3,
			.path = SW_STR("/rules/0/verbs")});
	add(fs,
		(struct sw_finding){.rule = &hostile,
			.message = SW_STR("m\x07<img src=x onerror=alert(1)>\n::warning::x"),
			.subject = {.ns = SW_STR("n\"s"),
				.kind = SW_STR("Po<d"),
				.name = SW_STR("na'me,&`|\x1b]0;x\x07")}},
		(struct sw_evidence){.file = SW_STR("../a b%20:c,d\"<e>.yaml"),
			.line = 1,
			.col = 1,
			.path = SW_STR("/metadata/annotations/a~1b"),
			.value = SW_STR("\"</script>\"")});
	add(fs,
		(struct sw_finding){.rule = &by_hand,
			.verdict = SW_VERDICT_MANUAL,
			.reason = SW_STR("ask who runs the network"),
			.subject = {.kind = SW_STR("Namespace"),
				.name = SW_STR("shop"),
				.api_version = SW_STR("v1")}},
		(struct sw_evidence){0});
	add(fs,
		(struct sw_finding){.rule = &privileged,
			.verdict = SW_VERDICT_NOT_EVALUATED,
			.reason = SW_STR("the chart could not be rendered: helm is not installed")},
		(struct sw_evidence){.file = SW_STR("charts/shop")});
}

static int setup(void **state)
{
	static const struct sw_rule *rules[] = {
		&passing, &privileged, &wildcard, &by_hand, &hostile};
	static const struct sw_report_note notes[] = {{SW_NOTE_ERROR, SW_STR_INIT("broken.yaml"), 3,
		7, SW_STR_INIT("did not find expected key <&>")}};
	static const char *const targets[] = {"deploy", "charts/<x>"};
	struct fixture *f = calloc(1, sizeof(*f));
	sw_findings_init(&f->fs, 0);
	fill(&f->fs);
	sw_findings_pass(&f->fs, SW_SEV_LOW, 40);
	f->fs.coverage = (struct sw_coverage){.files = 12,
		.documents = 20,
		.objects = 18,
		.broken_documents = 1,
		.not_evaluated = 1,
		.evaluations = 55};
	sw_findings_sort(&f->fs);
	f->waiver = (struct sw_waiver){.reason = SW_STR("accepted <for now>"),
		.owner = SW_STR("team@example.com"),
		.expires = SW_STR("2027-01-31"),
		.file = SW_STR("waivers.yaml"),
		.line = 4,
		.last_day = INT64_MAX};
	f->fs.v[2]->waiver = &f->waiver;
	f->fs.v[3]->is_new = false;
	sw_summary_make(&f->fs, &f->sum);
	f->r = (struct sw_report){.findings = &f->fs,
		.summary = &f->sum,
		.rules = rules,
		.n_rules = 5,
		.notes = notes,
		.n_notes = 1,
		.targets = targets,
		.n_targets = 2,
		.next = SW_STR("seawall explain SW-POD-001"),
		.term = {.width = 80}};
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	sw_findings_release(&f->fs);
	free(f);
	return 0;
}

static void check_golden(const char *name, struct sw_str got)
{
	char path[512];
	snprintf(path, sizeof(path), "%s/tests/golden/%s", getenv("SW_SOURCE_ROOT"), name);
	if (getenv("SW_UPDATE_GOLDEN")) {
		FILE *o = fopen(path, "wb");
		assert_non_null(o);
		fwrite(got.p, 1, got.n, o);
		fclose(o);
		return;
	}
	FILE *in = fopen(path, "rb");
	assert_non_null(in);
	sw_autobuf want;
	sw_buf_init(&want, 0);
	char tmp[4096];
	for (size_t n; (n = fread(tmp, 1, sizeof(tmp), in)) > 0;)
		sw_buf_add(&want, tmp, n);
	fclose(in);
	size_t at = 0;
	while (at < got.n && at < want.n && got.p[at] == want.p[at])
		at++;
	if (!sw_str_eq(got, sw_buf_str(&want)))
		fail_msg("%s differs at byte %zu: got \"%.*s\", want \"%.*s\"", name, at,
			SW_STR_ARG(sw_str_sub(got, at, at + 60)),
			SW_STR_ARG(sw_str_sub(sw_buf_str(&want), at, at + 60)));
}

static void every_format(void **state)
{
	struct fixture *f = *state;
	uint32_t n;
	const struct sw_report_format *const *all = sw_report_formats(&n);
	assert_int_equal(n, 11);
	for (uint32_t i = 0; i < n; i++) {
		sw_autobuf a, b;
		sw_buf_init(&a, 0);
		sw_buf_init(&b, 0);
		char name[64];
		assert_int_equal(all[i]->write(&a, &f->r, NULL), 0);
		assert_int_equal(all[i]->write(&b, &f->r, NULL), 0);
		assert_true(sw_str_eq(sw_buf_str(&a), sw_buf_str(&b)));
		assert_true(sw_utf8_valid(sw_buf_str(&a)) || strcmp(all[i]->name, "github") == 0);
		snprintf(name, sizeof(name), "report.%s%s", all[i]->name,
			strcmp(all[i]->name, "table") ? "" : ".80");
		check_golden(name, sw_buf_str(&a));
		if (i)
			assert_true(strcmp(all[i - 1]->name, all[i]->name) < 0);
	}
}

/* No line is wider than the terminal, whatever the width, and no control byte gets through. */
static void table_fits(void **state)
{
	struct fixture *f = *state;
	static const uint32_t widths[] = {20, 40, 79, 80, 100, 120};
	for (size_t i = 0; i < sizeof(widths) / sizeof(*widths); i++) {
		sw_autobuf out;
		sw_buf_init(&out, 0);
		f->r.term.width = widths[i];
		assert_int_equal(sw_report_table.write(&out, &f->r, NULL), 0);
		struct sw_str rest = sw_buf_str(&out), line;
		while (sw_str_split(&rest, '\n', &line)) {
			if (sw_text_width(line) > widths[i])
				fail_msg("at %u: \"%.*s\"", widths[i], SW_STR_ARG(line));
			for (size_t k = 0; k < line.n; k++)
				assert_true((unsigned char)line.p[k] >= 0x20 && line.p[k] != 0x7f);
		}
		if (widths[i] == 120)
			check_golden("report.table.120", sw_buf_str(&out));
	}
	sw_autobuf out;
	sw_buf_init(&out, 0);
	f->r.term = (struct sw_term){.width = 80, .color = true};
	assert_int_equal(sw_report_table.write(&out, &f->r, NULL), 0);
	check_golden("report.table.color", sw_buf_str(&out));
}

/* In a file or a pipe no place is cut, however narrow the prose. */
static void table_for_a_pipe_is_whole(void **state)
{
	struct fixture *f = *state;
	sw_autobuf out;
	sw_buf_init(&out, 0);
	f->r.term = (struct sw_term){.width = 20, .endless = true};
	f->r.verbose = true;
	assert_int_equal(sw_report_table.write(&out, &f->r, NULL), 0);
	uint32_t places = 0;
	for (uint32_t i = 0; i < f->r.findings->n; i++) {
		const struct sw_finding *one = f->r.findings->v[i];
		if (!one->n_evidence || !one->evidence[0].line)
			continue;
		const struct sw_evidence *e = &one->evidence[0];
		sw_autobuf place;
		sw_buf_init(&place, 0);
		sw_text_clean(&place, e->file);
		sw_buf_printf(&place, ":%u", e->line);
		if (one->verdict == SW_VERDICT_FAIL && !one->waiver && one->is_new) {
			places++;
			if (!sw_str_has(sw_buf_str(&out), sw_buf_str(&place)))
				fail_msg("%.*s is cut", SW_STR_ARG(sw_buf_str(&place)));
		}
	}
	assert_true(places > 3);
}

static void clean_is_one_line(void **state)
{
	struct sw_findings fs;
	struct sw_summary sum;
	sw_findings_init(&fs, 0);
	fs.coverage.files = fs.coverage.objects = 1;
	sw_summary_make(&fs, &sum);
	struct sw_report r = {.findings = &fs, .summary = &sum, .term = {.width = 80}};
	sw_autobuf out;
	sw_buf_init(&out, 0);
	assert_int_equal(sw_report_table.write(&out, &r, NULL), 0);
	assert_str(sw_buf_str(&out), "clean: 1 object in 1 file, nothing to report\n");
	uint32_t n;
	const struct sw_report_format *const *all = sw_report_formats(&n);
	for (uint32_t i = 0; i < n; i++)
		assert_int_equal(all[i]->write(&out, &r, NULL), 0);
	sw_findings_release(&fs);
}

static void unknown_format(void **state)
{
	struct sw_error err = {0};
	assert_null(sw_report_format_find(SW_STR("sariff"), &err));
	assert_string_equal(err.hint, "did you mean sarif?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_format, setup, teardown),
		cmocka_unit_test_setup_teardown(table_fits, setup, teardown),
		cmocka_unit_test_setup_teardown(table_for_a_pipe_is_whole, setup, teardown),
		cmocka_unit_test(clean_is_one_line),
		cmocka_unit_test(unknown_format),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
