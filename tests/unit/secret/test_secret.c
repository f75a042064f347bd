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
	};
	const struct sw_secret_hit *h;
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		if (scan(sw_str_from(none[i]), &h) != 0)
			fail_msg("%s: %.*s", none[i], SW_STR_ARG(h->rule->id));
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
				 SW_STR("a\n  t: " TOKEN "\n" TOKEN "\n"), &subject, &fs, &more, &err),
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
	assert_int_equal(sw_secret_rules_parse(SW_STR("r.yaml"), SW_STR("rules: []\n"), &r, &err),
		-SW_EINVALID);
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
		cmocka_unit_test(nothing_leaks),
		cmocka_unit_test(own_rules),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
