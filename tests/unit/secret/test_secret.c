/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "secret/secret.h"

/* Made of two parts, so that this file holds no secret. */
#define TOKEN                                                                                      \
	"ghp_"                                                                                     \
	"016C7l0YbTqXvH3cKzWm9NdRf2sQ8jE5uAxP"

static struct sw_secret_scanner *scanner;

static int setup(void **state)
{
	const struct sw_secret_rules *r;
	struct sw_error err = {0};
	(void)state;
	if (sw_secret_rules_builtin(&r, &err)) {
		print_error("%s\n", err.text);
		return -1;
	}
	return sw_secret_scanner_new(r, &scanner, &err);
}

static int teardown(void **state)
{
	(void)state;
	sw_secret_scanner_free(scanner);
	return 0;
}

static uint32_t scan(struct sw_str text, const struct sw_secret_hit **ret)
{
	uint32_t n;
	bool more;
	struct sw_error err = {0};
	assert_int_equal(sw_secret_scan(scanner, text, ret, &n, &more, &err), 0);
	return n;
}

static void place_is_exact(void **state)
{
	(void)state;
	static const char text[] = "# x\nexport TOKEN=\"" TOKEN "\" # y\n";
	const struct sw_secret_hit *h;
	assert_int_equal(scan(SW_STR(text), &h), 1);
	assert_true(sw_str_is(h->rule->id, "secret/github-pat"));
	assert_true(sw_str_eq(sw_str_sub(SW_STR(text), h->start, h->end), SW_STR(TOKEN)));
}

/* Everywhere in a large text, across the windows, and at both ends. */
static void anywhere(void **state)
{
	(void)state;
	enum { N = 1 << 20 };
	static const size_t at[] = {0, 1, 4095, 4096, 8191, 8192, 8193, 65535, 300000, N - 40};
	char *text = malloc(N);
	const struct sw_secret_hit *h;
	assert_non_null(text);
	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		memset(text, ' ', N);
		memcpy(text + at[i], TOKEN, 40);
		assert_int_equal(scan(sw_str_make(text, N), &h), 1);
		assert_int_equal(h->start, at[i]);
		assert_int_equal(h->end, at[i] + 40);
	}
	memset(text, ' ', N); /* many, each found once */
	for (size_t i = 0; i < 500; i++)
		memcpy(text + i * 2000 + 7, TOKEN, 40);
	assert_int_equal(scan(sw_str_make(text, N), &h), 500);
	free(text);
}

static void limits(void **state)
{
	(void)state;
	struct sw_error err = {0};
	const struct sw_secret_hit *h;
	uint32_t n;
	bool more;
	sw_autobuf b;
	sw_buf_init(&b, 0);
	for (int i = 0; i < 3000; i++)
		sw_buf_addz(&b, TOKEN "\n");
	assert_int_equal(sw_secret_scan(scanner, sw_buf_str(&b), &h, &n, &more, &err), 0);
	assert_int_equal(n, SW_SECRET_HITS);
	assert_true(more);
	assert_int_equal(scan(SW_STR(""), &h), 0);
}

/* Texts that make patterns walk far: an end in time, and no finding. */
static void hostile(void **state)
{
	(void)state;
	static const char *const parts[] = {"token ", "a", "AKIA", "-----BEGIN PRIVATE KEY-----",
		"://a:", "curl -u ", "kind: secret\n", "eyJ", "=\"", "0123456789abcdef"};
	const struct sw_secret_hit *h;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		sw_autobuf b;
		sw_buf_init(&b, 0);
		while (b.n < 100000)
			sw_buf_addz(&b, parts[i]);
		scan(sw_buf_str(&b), &h);
	}
	char bytes[4096];
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(i * 37);
	scan(sw_str_make(bytes, sizeof(bytes)), &h);
}

static void placeholders_are_none(void **state)
{
	(void)state;
	static const char *const none[] = {
		"token: abcdef.0123456789abcdef", "kubeadm join 1.2.3.4:6443 --token 9a08jv.c0izixklcxtmnze7",
		"  token-secret: f395accd246ae52d", "tlsBootstrapToken: 783bde.3f89s0fje9f38fhf",
		"ghp_"
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
		"AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE",
		"password: \"${DB_PASSWORD}\"",
		"api_key = process.env.API_KEY",
		"token: {{ .Values.token }}",
		"curl -u user:$PASSWORD https://example.com",
		"the token is in the keyring of the secret service",
		"public_key = \"9Cnzj4p4WGeKLs1Pt8QuKUpRKfFLfRYC9AIKjbJTWit\"",
		"postgresql://user@host/db",
		"parseurl-1.3.3.tgz#9da19e7bee8d12dff0513ed5b76957793bc2e8d4\"",
		"- uses: actions/create-github-app-token@bcd2ba49218906704ab6c1aa796996da409d3eb1 # v3",
		"    uses: cloudflare/wrangler-action@bf2692d0d6c0a4a2d7d5a1d3a0a4e6a1b5a0c7f3",
		"see https://github.com/cloudflare/x/compare/f418d77082eaef48331302e84330488fdc810ef4...master",
		"https://raw.githubusercontent.com/datadog/x/f418d77082eaef48331302e84330488fdc810ef4/a.yaml",
		"bitbucket.org ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIazEu89wgQZ4bqs3d63QSMzYVa0MuJ2e2gKTKqu+UUO",
		"- https://research.splunk.com/cloud/c783dd98-c703-4252-9e8a-f19d9f5c949e/",
		"AwsGovcloud *ProviderOptionsAws `json:\"aws_govcloud,omitempty\"`",
		"https://snyk.io/vuln/SNYK-ALPINE323-ZLIB-15435529",
	};
	const struct sw_secret_hit *h;
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		if (scan(sw_str_from(none[i]), &h) != 0)
			fail_msg("%s: %.*s", none[i], SW_STR_ARG(h->rule->id));
}

/* What only stands near such words, or looks like a commit elsewhere, is one. */
static void near_misses(void **state)
{
	(void)state;
	static const char *const secrets[] = {
		"PARSEUR_API_KEY=9da19e7bee8d12dff0513ed5b76957793bc2e8d4",
		"CLOUDFLARE_API_KEY: bf2692d0d6c0a4a2d7d5a1d3a0a4e6a1b5a0c7f3",
		"github_token: bcd2ba49218906704ab6c1aa796996da409d3eb1",
		"datadog app key 6b3192d0d6c0a4a2d7d5a1d3a0a4e6a1b5a0c7f3",
		"splunk_hec_token = c783dd98-c703-4252-9e8a-f19d9f5c949e",
		"snyk_token = prod-9f86d081884c7d659a2feaa0c55ad015-1700000000",
		"datadog: https://ci.example/gitlab-hook/6b3192d0d6c0a4a2d7d5a1d3a0a4e6a1b5a0c7f3",
	};
	const struct sw_secret_hit *h;
	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
		if (scan(sw_str_from(secrets[i]), &h) == 0)
			fail_msg("%s", secrets[i]);
}

/* No output has more than four characters of a secret. */
static void nothing_leaks(void **state)
{
	(void)state;
	struct sw_findings fs;
	bool more;
	struct sw_error err = {0};
	struct sw_subject subject = {.kind = SW_STR("File"), .name = SW_STR("f")};
	sw_autoarena a;

	sw_arena_init(&a, 0);
	assert_true(
		sw_str_is(sw_secret_redact(&a, SW_STR("hunter2")), "\xe2\x80\xa6 (7 characters)"));
	assert_true(
		sw_str_is(sw_secret_redact(&a, SW_STR(TOKEN)), "ghp_\xe2\x80\xa6 (40 characters)"));
	sw_findings_init(&fs, 0);
	assert_int_equal(sw_secret_findings(scanner, SW_STR("f"),
				 SW_STR("a\n  t: " TOKEN "\n" TOKEN "\n"), &subject, true, &fs, &more, &err),
		0);
	assert_int_equal(fs.n, 2);
	for (uint32_t i = 0; i < fs.n; i++) {
		const struct sw_finding *f = fs.v[i];
		const struct sw_str texts[] = {f->message, f->key, f->evidence->value,
			f->evidence->expected, f->subject.name};
		for (size_t k = 0; k < sizeof(texts) / sizeof(texts[0]); k++)
			assert_false(sw_str_has(texts[k], SW_STR("016C")));
	}
	assert_int_equal(fs.v[0]->evidence->line, 2);
	assert_int_equal(fs.v[0]->evidence->col, 6);
	assert_memory_not_equal(fs.v[0]->fingerprint, fs.v[1]->fingerprint, 16);
	sw_findings_release(&fs);
}

static void own_rules(void **state)
{
	(void)state;
	static const char good[] = "rules:\n- {id: house, title: House token, severity: high, "
				   "pattern: 'house-(?P<secret>[0-9]{6})'}\n";
	static const char bad[] = "rules:\n- {id: a, title: A, severity: high, pattern: 'x'}\n- "
				  "{id: b, title: B, severity: high, pattern: '(x'}\n";
	static const char twice[] = "rules:\n- {id: a, title: A, severity: high, pattern: 'x1'}\n- "
				    "{id: b, title: B, severity: high, pattern: 'x2'}\n- "
				    "{id: a, title: C, severity: high, pattern: 'x3'}\n";
	struct sw_secret_rules *r;
	struct sw_secret_scanner *s;
	struct sw_error err = {0};
	const struct sw_secret_hit *h;
	uint32_t n;
	bool more;

	assert_int_equal(sw_secret_rules_parse(SW_STR("r.yaml"), SW_STR(good), &r, &err), 0);
	assert_int_equal(sw_secret_scanner_new(r, &s, &err), 0);
	assert_int_equal(sw_secret_scan(s, SW_STR("my house-123456."), &h, &n, &more, &err), 0);
	assert_int_equal(n, 1);
	assert_int_equal(h->start, 9);
	sw_secret_scanner_free(s);
	sw_secret_rules_free(r);
	assert_int_equal(
		sw_secret_rules_parse(SW_STR("r.yaml"), SW_STR(bad), &r, &err), -SW_EINVALID);
	assert_int_equal(err.line, 3);
	assert_string_equal(err.file, "r.yaml");
	assert_int_equal(
		sw_secret_rules_parse(SW_STR("r.yaml"), SW_STR(twice), &r, &err), -SW_EINVALID);
	assert_int_equal(err.line, 4);
	assert_string_equal(err.text, "two rules have the id: a");
	assert_int_equal(sw_secret_rules_parse(SW_STR("r.yaml"), SW_STR("rules: []\n"), &r, &err),
		-SW_EINVALID);
}

static uint32_t allowed(const char *list, const char *file, const char *text)
{
	const struct sw_secret_rules *r;
	struct sw_secret_scanner *s;
	struct sw_error err = {0};
	const struct sw_secret_hit *h;
	uint32_t n;
	bool more;
	assert_int_equal(sw_secret_rules_builtin(&r, &err), 0);
	assert_int_equal(sw_secret_scanner_new(r, &s, &err), 0);
	if (sw_secret_scanner_allow(s, SW_STR("allow.yaml"), sw_str_from(list), &err))
		fail_msg("%s", err.text);
	sw_secret_scanner_file(s, sw_str_from(file));
	assert_int_equal(sw_secret_scan(s, sw_str_from(text), &h, &n, &more, &err), 0);
	sw_secret_scanner_free(s);
	return n;
}

static void allow_lists(void **state)
{
	(void)state;
	static const char text[] = "t = " TOKEN "\n";
	static const struct {
		const char *list, *file;
		uint32_t left;
	} cases[] = {
		{"allow: []", "a.py", 1},
		{"allow:\n- rules: [github-pat]\n", "a.py", 0},
		{"allow:\n- rules: [secret/github-pat]\n", "a.py", 0},
		{"allow:\n- rules: [github-oauth, npm-token]\n", "a.py", 1},
		{"allow:\n- path: ^tests/\n", "tests/a.py", 0},
		{"allow:\n- path: ^tests/\n", "src/tests/a.py", 1},
		{"allow:\n- path: ^tests/\n", "", 1},
		{"allow:\n- secret: ^ghp_016\n", "a.py", 0},
		{"allow:\n- secret: ^ghp_017\n", "a.py", 1},
		{"allow:\n- line: '^t = '\n", "a.py", 0},
		{"allow:\n- line: '^u = '\n", "a.py", 1},
		{"allow:\n- entropy: 8\n", "a.py", 0},
		{"allow:\n- entropy: 2\n", "a.py", 1},
		{"allow:\n- path: ^src/\n  rules: [github-pat]\n  reason: all must hold\n", "tests/a.py", 1},
		{"allow:\n- path: ^src/\n- rules: [github-pat]\n", "tests/a.py", 0},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (allowed(cases[i].list, cases[i].file, text) != cases[i].left)
			fail_msg("%s for %s", cases[i].list, cases[i].file);
}

static void wrong_allow_lists(void **state)
{
	(void)state;
	static const struct {
		const char *list;
		uint32_t line;
	} cases[] = {{"allow:\n- path: x\n- paths: y\n", 3}, {"allow:\n- {}\n", 2}, {"allow:\n- reason: all\n", 2},
		{"allow:\n- path: '('\n", 2}, {"allow:\n- rules: []\n", 2}, {"allow:\n- path: [a]\n", 2}, {"allow: 1\n", 1},
		{"alow: []\n", 0}, {"allow: [\n", 2}};
	const struct sw_secret_rules *r;
	struct sw_error err = {0};
	assert_int_equal(sw_secret_rules_builtin(&r, &err), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sw_secret_scanner *s;
		assert_int_equal(sw_secret_scanner_new(r, &s, &err), 0);
		err = (struct sw_error){0};
		int rc = sw_secret_scanner_allow(s, SW_STR("allow.yaml"), sw_str_from(cases[i].list), &err);
		if (!rc || err.line != cases[i].line || strcmp(err.file, "allow.yaml") != 0)
			fail_msg("%s: %d %s %u %s", cases[i].list, rc, err.file, err.line, err.text);
		sw_secret_scanner_free(s);
	}
}

static void comments(void **state)
{
	(void)state;
	static const struct {
		const char *comment;
		bool ignored;
	} cases[] = {{"", false}, {" # seawall:ignore", true}, {" // seawall:ignore: a fixture", true},
		{" # seawall:ignore a fixture", true}, {" # seawall:ignore github-pat", true},
		{" # seawall:ignore secret/github-pat for tests", true}, {" # seawall:ignore npm-token, github-pat", true},
		{" # seawall:ignore npm-token", false}, {" # seawall:ignored", false}, {" # seawall:ignore-file", false},
		{" # seawall: ignore", false}, {"\n# seawall:ignore", false}};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct sw_secret_hit *h;
		sw_autobuf b;
		sw_buf_init(&b, 0);
		sw_buf_printf(&b, "a: 1\nt: %s%s\n", TOKEN, cases[i].comment);
		assert_int_equal(scan(sw_buf_str(&b), &h), 1);
		if (h->ignored != cases[i].ignored)
			fail_msg("%s", cases[i].comment);
	}
}

/* Tokens that tell by themselves that they are none are reported, but not as what they would be. */
static void doubts(void **state)
{
	(void)state;
	static const struct {
		const char *text, *rule;
		enum sw_secret_doubt doubt;
		enum sw_severity severity;
	} cases[] = {
		/* CRC-32 of the first 30 characters, reckoned by another program. */
		{"t=ghp_" "aB7cD8eF9gH0jK1mN2pQ3rS4tU5vW62M5jQM", "github-pat", SW_SECRET_SURE, SW_SEV_CRITICAL},
		{"t=npm_" "aB7cD8eF9gH0jK1mN2pQ3rS4tU5vW62M5jQM", "npm-token", SW_SECRET_SURE, SW_SEV_CRITICAL},
		{"t=ghs_" "Zz9Yy8Xq7Ww6Vv5Uu4Tt3Ss2Rr11030rb8oP", "github-app-token", SW_SECRET_SURE, SW_SEV_CRITICAL},
		{"t=ghp_" "aB7cD8eF9gH0jK1mN2pQ3rS4tU5vW62M5jQN", "github-pat", SW_SECRET_CHECKSUM, SW_SEV_LOW},
		{"t=gho_" "bB7cD8eF9gH0jK1mN2pQ3rS4tU5vW62M5jQM", "github-oauth", SW_SECRET_CHECKSUM, SW_SEV_LOW},
		/* Of ghr_ there are longer ones, of whose sums nothing is known. */
		{"t=ghr_" "aB7cD8eF9gH0jK1mN2pQ3rS4tU5vW62M5jQMaB7cD8eF9gH0jK", "github-refresh-token", SW_SECRET_SURE,
			SW_SEV_CRITICAL},
		{"okta_api_token = 00" "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", "okta-token", SW_SECRET_MADE_UP, SW_SEV_INFO},
		{"aws_secret_access_key: " "abcabcabcabcabcabcabcabcabcabcabcabcabca", "aws-secret-access-key",
			SW_SECRET_MADE_UP, SW_SEV_INFO},
		{"anypoint_key = \"44444444-bbbb-cccc-dddd-555555555555\"", "anypoint-key", SW_SECRET_MADE_UP, SW_SEV_INFO},
		{"anypoint_key = \"4f1d0c92-7be3-49a8-a1c5-9d27e6b083fa\"", "anypoint-key", SW_SECRET_SURE, SW_SEV_HIGH},
	};
	const struct sw_secret_hit *h;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (scan(sw_str_from(cases[i].text), &h) != 1)
			fail_msg("%s", cases[i].text);
		assert_string_equal(h->rule->id.p + sizeof("secret/") - 1, cases[i].rule);
		if (h->doubt != cases[i].doubt)
			fail_msg("%s: %d", cases[i].text, h->doubt);
		assert_int_equal(sw_secret_severity(h->rule, h->doubt), cases[i].severity);
	}
	/* x and 0 mean "to be filled in": nothing. */
	assert_int_equal(scan(SW_STR("okta_api_token = 00" "0000000000000000000000000000000000000000"), &h), 0);
	assert_int_equal(scan(SW_STR("aws_secret_access_key: " "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"), &h), 0);
}

/* Only a file that is nothing else. */
static void weak_passwords(void **state)
{
	(void)state;
	const struct sw_secret_hit *h;
	assert_int_equal(scan(SW_STR("welcome2024!\n"), &h), 1);
	assert_true(sw_str_is(h->rule->id, "secret/weak-password"));
	assert_int_equal(h->rule->severity, SW_SEV_LOW);
	assert_int_equal(scan(SW_STR("monkey7"), &h), 1);
	assert_int_equal(scan(SW_STR("P4ssw0rd1\r\n"), &h), 1);
	assert_int_equal(scan(SW_STR("welcome2024\nletmein1\n"), &h), 0);
	assert_int_equal(scan(SW_STR("# welcome2024\n"), &h), 0);
	assert_int_equal(scan(SW_STR("welcome\n"), &h), 0);
}

static void there_are_rules(void **state)
{
	(void)state;
	const struct sw_secret_rules *r;
	struct sw_error err = {0};
	assert_int_equal(sw_secret_rules_builtin(&r, &err), 0);
	assert_true(sw_secret_rules_n(r) >= 250);
	for (uint32_t i = 0; i < sw_secret_rules_n(r); i++)
		for (uint32_t k = 0; k < i; k++)
			assert_false(sw_str_eq(sw_secret_rule(r, i)->id, sw_secret_rule(r, k)->id));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_are_rules),
		cmocka_unit_test(place_is_exact),
		cmocka_unit_test(anywhere),
		cmocka_unit_test(limits),
		cmocka_unit_test(hostile),
		cmocka_unit_test(placeholders_are_none),
		cmocka_unit_test(near_misses),
		cmocka_unit_test(nothing_leaks),
		cmocka_unit_test(own_rules),
		cmocka_unit_test(allow_lists),
		cmocka_unit_test(wrong_allow_lists),
		cmocka_unit_test(comments),
		cmocka_unit_test(doubts),
		cmocka_unit_test(weak_passwords),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
