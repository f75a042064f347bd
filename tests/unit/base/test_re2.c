/* SPDX-License-Identifier: Apache-2.0 */
/* What the table of OPA's answers (rego/builtins.cases) cannot show: time, both engines, the cache.
 */
#include "../test.h"

#include <stdlib.h>
#include <time.h>

#include "base/glob.h"
#include "base/re2.h"
#include "base/re2_impl.h"

static struct sw_re2 *compile(const char *pattern)
{
	struct sw_re2 *re = NULL;
	struct sw_error err = {0};
	if (sw_re2_compile(sw_str_from(pattern), &re, &err) < 0)
		fail_msg("%s: %s", pattern, err.text);
	return re;
}

static double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void no_pattern_is_catastrophic(void **state)
{
	static const struct {
		const char *pattern, *unit;
		size_t times;
	} cases[] = {
		{"(a+)+$", "a!", 20},
		{"(a+)+!$", "a", 1000},
		{"(a|aa)+b?c$", "a", 1000},
		{"(a|a)*(b|b)*(a|a)*c", "ab", 500},
		{"^(([a-z])+.)+[A-Z]([a-z])+$", "a", 1500},
		{"(x+x+)+y", "x", 1000},
		{"(.*)*(.*)*(.*)*=", "ab", 400},
		{"(?:a?){30}a{30}b", "a", 60},
		{"(.+)+,(.+)+;", "x,", 500},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sw_re2 *re = compile(cases[i].pattern);
		size_t unit = strlen(cases[i].unit), n = unit * cases[i].times;
		char *s = malloc(n);
		for (size_t k = 0; k < n; k++)
			s[k] = cases[i].unit[k % unit];
		double start = seconds();
		assert_true(sw_re2_match(re, sw_str_make(s, n), NULL) >= 0);
		if (seconds() - start > 5)
			fail_msg("%s took %.1f s", cases[i].pattern, seconds() - start);
		free(s);
		sw_re2_free(re);
	}
}

static void work_is_bounded_by_the_caller(void **state)
{
	struct sw_re2 *re = compile("(a*)*(b*)*(c|\xc3\xa9)*x");
	char s[10000];
	memset(s, 'a', sizeof(s));
	uint64_t work = 5000;
	assert_int_equal(sw_re2_match(re, sw_str_make(s, sizeof(s)), &work), -SW_ELIMIT);
	assert_true(work == 0);
	sw_re2_free(re);
}

/* The Pike machine and PCRE2 must tell the same places. */
static void both_engines_agree(void **state)
{
	static const char *const patterns[] = {"a|ab|abc", "(a|ab)(c|bcd)(d*)", "(?:(a)|b)+",
		"(a+?)(a*)",
		"(?i)stra\xc3\x9f"
		"e",
		"[^a]\\b.", "(?m)^.$", "x{2,3}?", "(a{2}){1,2}b", "\\B.\\B", "(foo|fo)(o?)"};
	static const char *const subjects[] = {"abcd", "abab", "aaaa",
		"STRASSE stra\xc3\x9f"
		"e",
		"a b\nc\nd", "xxxx", "aaaab", "foo fo"};
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		sw_autoarena a;
		sw_arena_init(&a, 0);
		struct re2_tree t;
		assert_int_equal(re2_parse(&a, sw_str_from(patterns[i]), &t, NULL), 0);
		struct re2_pcre *pcre = re2_pcre_new(&t);
		struct re2_prog *prog = re2_prog_new(&a, &t);
		assert_non_null(pcre);
		assert_non_null(prog);
		for (size_t k = 0; k < sizeof(subjects) / sizeof(subjects[0]); k++) {
			struct sw_str s = sw_str_from(subjects[k]);
			for (size_t from = 0; from <= s.n; from++) {
				if (from < s.n && ((unsigned char)s.p[from] & 0xc0) == 0x80)
					continue;
				size_t x[8] = {0}, y[8] = {0};
				int r = re2_pcre_find(pcre, s, from, x, 4);
				assert_int_equal(re2_prog_find(prog, s, from, y, 4, NULL), r);
				if (r && memcmp(x, y, sizeof(x)))
					fail_msg("%s on %s from %zu", patterns[i], subjects[k],
						from);
			}
		}
		re2_pcre_free(pcre);
	}
}

static void names_and_groups(void **state)
{
	struct sw_re2 *re = compile("(?P<year>\\d+)-(\\d+)-(?<day>\\d+)");
	assert_int_equal(sw_re2_groups(re), 3);
	sw_autobuf out;
	sw_buf_init(&out, 0);
	assert_int_equal(sw_re2_replace(re, SW_STR("on 2026-11-26."),
				 SW_STR("${day}.$2.$year$$$nope"), &out, NULL),
		0);
	assert_str(sw_buf_str(&out), "on 26.11.2026$.");
	sw_re2_free(re);
}

static void limits_of_patterns(void **state)
{
	struct sw_error err = {0};
	sw_autobuf deep;
	sw_buf_init(&deep, 0);
	sw_buf_pad(&deep, '(', 100000);
	assert_int_equal(sw_re2_check(sw_buf_str(&deep), &err), -SW_ESYNTAX);
	assert_int_equal(sw_re2_check(SW_STR("((a{100}){100}){100}"), &err), -SW_ESYNTAX);
	sw_buf_clear(&deep);
	for (int i = 0; i < 2000; i++)
		sw_buf_addz(&deep, "\\pL{1000}");
	assert_int_equal(sw_re2_check(sw_buf_str(&deep), &err), 0);
	sw_buf_clear(&deep);
	for (int i = 0; i < 4000; i++)
		sw_buf_addz(&deep, "a{1000}");
	assert_int_equal(sw_re2_check(sw_buf_str(&deep), &err), -SW_ESYNTAX);
}

static void the_cache_forgets_the_least_used(void **state)
{
	struct sw_regex_cache *c = sw_regex_cache_new(3);
	struct sw_re2 *re, *first = NULL;
	struct sw_error err = {0};
	assert_int_equal(sw_regex_cache_get(c, SW_STR("a"), &first, &err), 0);
	for (const char *p = "bcdef"; *p; p++) {
		assert_int_equal(sw_regex_cache_get(c, sw_str_make(p, 1), &re, &err), 0);
		assert_int_equal(sw_regex_cache_get(c, SW_STR("a"), &re, &err), 0);
		assert_ptr_equal(re, first); /* used every time: stays */
	}
	assert_null(sw_regex_cache_lookup(c, SW_STR("b")));
	assert_non_null(sw_regex_cache_lookup(c, SW_STR("f")));
	assert_true(sw_regex_cache_get(c, SW_STR("("), &re, &err) < 0);
	assert_int_equal(sw_glob_cached(c, SW_STR("a"), SW_STR("."), &re, &err), 0);
	assert_ptr_not_equal(re, first); /* a glob is not the expression of the same text */
	sw_regex_cache_free(c);
	sw_regex_cache_free(NULL);
}

/* What is told from texts that a match must hold is what the machine that has no such short cut tells. */
static void literals_lose_no_match(void **state)
{
	static const char *const patterns[] = {"(?i)password$", "(?i)k", "\\x{fffd}ab", "a{0,2}bcd",
		"(abc|x)y", "(ab|cd)+ef", "[aA][bB][cC]", "(?:|abc)d", "\xc3\xa9+z", "(abc)?def", "^$",
		"\\Qa.b\\E", "(?i)stra\xc3\x9f" "e", "ab\\b|cd\\B", "(?s)a.b", "[a-c]{3}", "(a|b)(c|d)(e|f)",
		"AKIA|gh[pousr]_|[sr]k_live_", "((((abc))))", "(?:abc){2,}", "x*abc", "[^a]bc", "a\\dc"};
	static const struct sw_str subjects[] = {SW_STR_INIT(""), SW_STR_INIT("a"), SW_STR_INIT("ab"),
		SW_STR_INIT("my PassWord"), SW_STR_INIT("\xe2\x84\xaa"), SW_STR_INIT("\xff" "ab"),
		SW_STR_INIT("\xef\xbf\xbd" "ab"), SW_STR_INIT("bcd"), SW_STR_INIT("aabcd"), SW_STR_INIT("xy"),
		SW_STR_INIT("abcdef"), SW_STR_INIT("ABC"), SW_STR_INIT("d"), SW_STR_INIT("\xc3\xa9\xc3\xa9z"),
		SW_STR_INIT("a.b"), SW_STR_INIT("STRA\xe1\xba\x9e" "E"), SW_STR_INIT("a\nb"), SW_STR_INIT("ace"),
		SW_STR_INIT("..ghs_"), SW_STR_INIT("rk_live_1"), SW_STR_INIT("abcabc"), SW_STR_INIT("\xff" "bc"),
		SW_STR_INIT("a5c"), SW_STR_INIT("cde"), SW_STR_INIT("A\0B")};
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		struct re2_tree tree;
		struct sw_error err = {0};
		sw_autoarena a;
		sw_arena_init(&a, 0);
		assert_int_equal(re2_parse(&a, sw_str_from(patterns[i]), &tree, &err), 0);
		struct re2_prog *prog = re2_prog_new(&a, &tree);
		struct sw_re2 *re = compile(patterns[i]);
		for (size_t k = 0; k < sizeof(subjects) / sizeof(subjects[0]); k++) {
			uint64_t work = 1000000;
			int want = re2_prog_find(prog, subjects[k], 0, NULL, 0, &work);
			if (sw_re2_match(re, subjects[k], NULL) != want)
				fail_msg("%s: subject %zu", patterns[i], k);
		}
		sw_re2_free(re);
	}
}

static void literals_are_found(void **state)
{
	static const struct {
		const char *pattern, *with, *without;
	} cases[] = {
		{"(?i)(^|_)(password|pwd)$", "x Pwd", "passwort"},
		{"AKIA[A-Z]{16}|ghp_[a-z]+", "..ghp_a", "akg hp_"},
		{"\\d+(foo|bar)?baz", "12baz", "foobar"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct re2_tree tree;
		struct sw_error err = {0};
		sw_autoarena a;
		sw_arena_init(&a, 0);
		assert_int_equal(re2_parse(&a, sw_str_from(cases[i].pattern), &tree, &err), 0);
		struct re2_literal *l = re2_literal_new(&a, &tree);
		assert_non_null(l);
		assert_true(re2_literal_in(l, cases[i].with, strlen(cases[i].with)));
		if (re2_literal_in(l, cases[i].without, strlen(cases[i].without)))
			fail_msg("%s: %s", cases[i].pattern, cases[i].without);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_pattern_is_catastrophic),
		cmocka_unit_test(work_is_bounded_by_the_caller),
		cmocka_unit_test(both_engines_agree),
		cmocka_unit_test(names_and_groups),
		cmocka_unit_test(limits_of_patterns),
		cmocka_unit_test(the_cache_forgets_the_least_used),
		cmocka_unit_test(literals_lose_no_match),
		cmocka_unit_test(literals_are_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
