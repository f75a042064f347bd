/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everyday YAML against libyaml alone: small texts, every file of this repository and of the shared test data that
 * may be YAML, and those with random damage (the same on every run; SW_YAML_MUTATIONS: how many).
 */
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "yaml_pair.h"

enum { FILE_MAX = 8 << 20, MUTATE_MAX = 64 << 10, FILES_MAX = 20000, MUTATIONS = 6000 };

static const unsigned modes[] = {SW_YAML_SPANS, SW_YAML_SPANS | SW_YAML_GOYAML3,
	SW_YAML_SPANS | SW_YAML_DUP_ERROR, SW_YAML_GOYAML3};

static void same(struct sw_str text, struct yaml_pair *x)
{
	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++) {
		if (yaml_pair(text, modes[i], NULL, x))
			continue;
		print_message("# mode %u: %s\n# %.*s\n", modes[i], x->why, (int)(text.n < 4000 ? text.n : 4000),
			text.p);
		fail();
	}
}

/* Texts that must not need libyaml; the second member says how many documents they are. */
static const struct {
	const char *text;
	unsigned documents;
} everyday[] = {
	{"", 0},
	{"# only a comment", 0},
	{"a: 1", 1},
	{"a:\n  b: c\n  d:\n  - e\n  - f: g\n    h: i\nj: k\n", 1},
	{"a:\n- b\n-\n- c: d\n-\n  e: f\ng:\n", 1},
	{"- - a\n  - b\n- - - c\n", 1},
	{"-   a: 1\n    b: 2\n", 1},
	{"a: b c  # d\ne: f#g\nh:  \t # i\n", 1},
	{"a: one\n  two\n\n  three # four\nb: - x\n  - y\n", 0},
	{"a: one\n  - two\n\n\n   three\nb: c\n", 1},
	{"plain\nof\n\nlines", 1},
	{"--- text\n...\n# end\n---\n---\n- 1\n", 3},
	{"--- # first\na: b\n---\n", 2},
	{"--- |\n a\n--- >-\n b\n c\n--- {a: b}\n--- 'x'\n", 4},
	{"\xef\xbb\xbf" "a: b\r\nc:\r\n- d\r\n- |\r\n  e\r\n  f\r\ng: h\r\n  i\r\n", 1},
	{"caf\xc3\xa9: \"\xe2\x82\xac \xf0\x9f\x98\x80\" # \xc3\xbc\n", 1},
	{"a: 'it''s'\nb: \"x\\ty \\u20ac\\U0001F600\\x41\\N\\_\\L\\P\\0\\e\\/\\\" \\\\\"\nc: ''\n", 1},
	{"a: 'b\n  c\n\n\n  d '\ne: \"f \\\n   g\n\n  h\\\n\n  i\"\n", 1},
	{"\"a b\" : c\n'd': e\nf g : h\n", 1},
	{"a: |\n  b\n   c\n\n  d\n\n\ne: |-\n  f\n\ng: |+\n  h\n\ni: >\n  j\n  k\n\n  l\n    m\n\n  n\n", 1},
	{"a: |2\n    b\n  c\nd: >1-\n  e\n f\ng: |+1 # h\n i\n", 1},
	{"a: |\n\n\n  b\nc: |\nd: >\n\ne: |\n", 1},
	{"a:\n- |\n  b\n- >\n c\nd: |\n e", 1},
	{"a: []\nb: {}\nc: [d, 'e', \"f\", [g], {h: i}, ]\nj: {k: l, m, n: , o: [p], 'q':r, \"s\":t}\n", 1},
	{"a: [\n  b, # c\n  d\n  e,\n]\nf: {\n  g: h,\n  i:\n    j\n  }\n", 1},
	{"{\"a\": [1, 2.5, true, null, \"b\"], \"c\": {\"d\": -1}}\n", 1},
	{"a: http://x/y:z?w#v\nb: x:y\nc: -1\nd: -\te\nf: :g\nh: ?i\n", 0},
	{"a: http://x/y:z?w#v\nb: x:y\nc: -1\nf: :g\nh: ?i\nj: a,b]c\n", 1},
	{"1: a\ntrue: b\n1.5: c\nyes: d\n~x: e\n0x1F: f\n", 1},
	{"a: 0777\nb: 0o17\nc: 1_000\nd: 1e3\ne: 12345678901234567890\nf: yes\ng: ~\nh: 1.0\ni: 2001-01-01\n"
	 "j: 0b101\nk: +12\nl: -0\nm: 1:30\nn: null\no: Off\np: 007\nq: 500m\nr: 0.5\n", 1},
	{"a: 1\na: 2\nb: 3\n", 1},
	{"a:\n\n\n  # c\n  b: 1\n # d\n  e: 2\n# f\nc:\n# g\n- 1\n  # h\n- 2\n", 1},
	{"a: b\n\n   \n---\n   \nc: d\n", 2},
	{"a: 'b'#c\nd: [e]#f\n", 1},
};

static void test_everyday(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(everyday) / sizeof(*everyday); i++) {
		struct yaml_pair x = {0};
		struct sw_str text = sw_str_from(everyday[i].text);
		same(text, &x);
		x = (struct yaml_pair){0};
		assert_true(yaml_pair(text, SW_YAML_SPANS, NULL, &x));
		if (x.fast != everyday[i].documents)
			print_message("# %s\n", text.p);
		assert_int_equal(x.fast, everyday[i].documents);
	}
}

/* libyaml's own: what is rare and what is wrong. */
static const char *const others[] = {"a: &x 1\nb: *x\n", "a: !!str 1\n", "%YAML 1.1\n---\na: b\n", "? a\n: b\n",
	"a:\n  <<: {b: c}\n", "a: [b: c]\n", "a:\n\tb: c\n", "\ta: b\n", "a: b: c\n", "a: - b\n", "- a\nb\n",
	"a: b\n c: d\n", "a:\n   b: c\n  d: e\n", "a: [b\n", "a: {b]\n", "a: 'b\n", "a: \"b\\q\"\n", "a: @b\n", "a: `b\n",
	"a: %b\n", "a: |3x\n b\n", "a: |0\n b\n", "a: |\n\tb\n", "a: |\n   \n  b\n", "...\na: b\n", "a: b\n...\nc: d\n",
	"a: b\n... c\n", "--- a: b\n", "--- - a\n", "a: .inf\n", "a: .nan\n", "null: a\n", "~: a\n", "[a]: b\n", "{a: b}: c\n",
	"12345678901234567890: a\n", "a: [,]\n", "a: {,}\n", "a: [b,,c]\n", "a: [b c: d]\n", "a: [? b]\n", "a: {? b}\n",
	"a: {b\n: c}\n", "'a\n b': c\n", "a\n b: c\n", "a: 'b\n---\nc'\n", "a: [b,\n---\nc]\n", "a: b\rc: d\r",
	"a: b\xc2\x85" "c: d\n", "a: \xe2\x80\xa8x\n", "a: \xff\n", "a: \x01\n", "a: \x7f\n", "a: \xed\xa0\x80\n", "a: b\nc\n",
	"a: {b:c}\n", "a: [b:,c]\n", "a: [b?c, ?d]\n", "a: [-, b]\n", "a: [- b]\n", "a: 'b' c\n", "a: [b] c\n", "-a\n-b\n",
	"a:\n- b\n  c: d\n", "a:\n- b\n c\n", "a: b\n  # c\n  d\n", "a: b\n  c # d\n  e\n", "- a\n - b\n- c\n", "a:\n -b\n - c\n",
	"a: \"b\n\tc\"\n", "a: b\n\tc\n", "a: b\n \tc\n", "a: [b\n\tc]\n", "a: !x\n", "a: &x\n", "*a : b\n", "!!map {a: b}\n", "- !x\n",
	"a:\n  - b\n - c\n", "a: ''b\n", "\"a\"b: c\n", "a: |\n b\n  - c\n", "a: >\n\n\n b\n\n c\n\n  d\n\n e\n",
	"a: >+\n  b\n\n\n\nc: d\n", "a: |1\n  b\n", "- |1\n  b\n- c\n", "|\na\n", "|1\n a\n", ">\n\n", "'\n'", "\"\n\n\"", "\"\\\n\"",
	"a: \"\\\n\"\n", "- \n- -\n-\n", "a: b\n---c\n", "a: b\n--- \n", "---", "--- ", "...", "---\n...\n...\n---\n", "- ---\n- ...\n",
	"a: ---\n", "--- |\n---\n", "--- ---\n", "a: |\n---\n", "a:\n...", "a: b\n...\n...\n# c\n...x\n", "\"---\n---\"", "{", "[", "]", "}",
	"-", "- -", ":", ": a", "?", "a:b", "a :b", "a : b", "a:", " a:", "  a: 1\n b: 2", "a: \"\\ud800\"", "a: \"\\x4\"", "#", " #", "\xef\xbb\xbf",
	"\xef\xbb\xbf\xef\xbb\xbf", "a: \xef\xbb\xbf", "{a: b, <<: {c: d}}", "{'<<': {c: d}}", "'<<': {c: d}", "- <<", "{a : b,c : d}", "{a: b\n, c: d}",
	"{a, b: c}", "[a, {b}]", "[[], {}, [{}]]", "{a: [b}]", "[a]]", "{a:}", "{a: }", "[a #b\n]", "[a#b]", "{a: #b\n c}", "[\"a\"#b\n]"};

static void test_others(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		struct yaml_pair x = {0};
		char text[8192];
		same(sw_str_from(others[i]), &x);
		/* Behind and before documents that are fine. */
		int n = snprintf(text, sizeof(text), "x: y\n---\n%s\n---\nz: [1, 2]\n---\n- w\n", others[i]);
		same(sw_str_make(text, (size_t)n), &x);
	}
}

static void test_limits(void **state)
{
	(void)state;
	char text[8192];
	struct yaml_pair x = {0};
	struct sw_yaml_limits limits = {.depth = 3, .nodes = 7};
	static const char *const texts[] = {"a: {b: {c: d}}", "a: {b: {c: {d: e}}}", "a:\n  b:\n    c: 1\n", "a:\n  b:\n    c:\n    - 1\n",
		"[1, 2, 3, 4, 5]", "[1, 2, 3, 4, 5, 6]", "- 1\n- 2\n- 3\n-\n-\n", "- 1\n- 2\n-\n-\n-\n-\n"};
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		assert_true(yaml_pair(sw_str_from(texts[i]), SW_YAML_SPANS, &limits, &x));
	/* Keys around the length that libyaml takes, in bytes and in characters. */
	for (int n = 1015; n < 1035; n++) {
		memset(text, 'k', (size_t)n);
		strcpy(text + n, ": v\n");
		same(sw_str_from(text), &x);
		text[0] = '"';
		text[n - 1] = '"';
		same(sw_str_from(text), &x);
		sprintf(text, "{%0*d: v}", n, 1);
		same(sw_str_from(text), &x);
		for (int i = 0; i < n; i++)
			memcpy(text + 2 * (size_t)i, "\xc3\xa9", 2);
		strcpy(text + 2 * (size_t)n, ": v\n");
		same(sw_str_from(text), &x);
	}
}

/* ---- files ---- */

static char *paths[FILES_MAX];
static size_t n_paths;

static bool is_text(const char *path)
{
	static const char *const ends[] = {".yaml", ".yml", ".json", ".tmpl", ".dict"};
	size_t n = strlen(path);
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		if (n > strlen(ends[i]) && strcmp(path + n - strlen(ends[i]), ends[i]) == 0)
			return true;
	return strstr(path, "/seeds/yaml") != NULL;
}

static int visit(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)at;
	if (type == FTW_D && (strstr(path, "/build/") || strstr(path, "/.git")))
		return FTW_SKIP_SUBTREE;
	if (type == FTW_F && st->st_size < FILE_MAX && n_paths < FILES_MAX && is_text(path))
		paths[n_paths++] = strdup(path);
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool find_files(const char *root)
{
	if (!root || access(root, R_OK))
		return false;
	nftw(root, visit, 32, FTW_PHYS | FTW_ACTIONRETVAL);
	qsort(paths, n_paths, sizeof(*paths), by_name);
	return true;
}

static void forget_files(void)
{
	while (n_paths)
		free(paths[--n_paths]);
}

static char *read_file(const char *path, size_t *ret_n)
{
	sw_autofclose *f = fopen(path, "rb");
	char *p = f ? malloc(FILE_MAX) : NULL;
	*ret_n = p ? fread(p, 1, FILE_MAX, f) : 0;
	return p;
}

static void check_files(const char *what)
{
	struct yaml_pair x = {0};
	for (size_t i = 0; i < n_paths; i++) {
		size_t n;
		sw_autofree char *p = read_file(paths[i], &n);
		assert_non_null(p);
		sw_autofree char *exact = malloc(n + !n); /* so that a sanitizer sees what is read behind it */
		memcpy(exact, p, n);
		/* A mode a file: two pairs are twice the time. */
		if (!yaml_pair(sw_str_make(exact, n), modes[i % 2], NULL, &x)) {
			print_message("# %s: %s\n", paths[i], x.why);
			fail();
		}
	}
	print_message("# %s: %zu files, %llu documents, %llu of them without libyaml, %llu broken\n", what, n_paths,
		(unsigned long long)x.documents, (unsigned long long)x.fast, (unsigned long long)x.broken);
}

static void test_repository(void **state)
{
	(void)state;
	forget_files();
	assert_true(find_files(getenv("SW_SOURCE_ROOT")));
	check_files("repository");
}

static void test_shared(void **state)
{
	(void)state;
	char root[4096];
	const char *shared = getenv("SW_SHARED");
	snprintf(root, sizeof(root), "%s/conformance", shared ? shared : "");
	forget_files();
	if (!shared || !find_files(root)) {
		print_message("# no shared test data\n");
		skip();
	}
	check_files("shared test data");
}

/* ---- damage ---- */

static uint64_t seed;

static uint64_t next_random(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}
static size_t below(size_t n)
{
	return n ? (size_t)(next_random() % n) : 0;
}

struct text {
	char p[MUTATE_MAX * 2];
	size_t n;
};

static void replace(struct text *t, size_t at, size_t cut, const char *p, size_t n)
{
	char tmp[512];
	if (at > t->n)
		at = t->n;
	if (cut > t->n - at)
		cut = t->n - at;
	if (n > sizeof(tmp) || t->n - cut + n > sizeof(t->p))
		return;
	memcpy(tmp, p, n);
	memmove(t->p + at + n, t->p + at + cut, t->n - at - cut);
	memcpy(t->p + at, tmp, n);
	t->n += n - cut;
}

static size_t line_start(const struct text *t, size_t at)
{
	while (at && t->p[at - 1] != '\n')
		at--;
	return at;
}
static size_t line_end(const struct text *t, size_t at)
{
	while (at < t->n && t->p[at] != '\n')
		at++;
	return at < t->n ? at + 1 : at;
}

static void damage(struct text *t)
{
	static const char *const bits[] = {" ", "  ", "\n", "\n\n", "\t", "-", "- ", ": ", ":", "#", " #", "'", "\"", "\\", "|\n",
		">\n", "|-", ">+", "|2", "[", "]", "{", "}", ", ", "? ", "&a ", "*a", "!!str ", "---\n", "\n---\n", "...\n", "\r\n", "\r",
		"<<: ", "\xc3\xa9", "\xc2\x85", "\xe2\x80\xa8", "\xef\xbb\xbf", "\\\n", "\\x41", "''", "%", "@", "~", "yes", ".inf", "0777",
		"\n- ", "\n  ", "\n#\n", "key: ", "\nkey: v\n", "...", "\x7f"};
	size_t at = below(t->n + 1), from = line_start(t, at), to = line_end(t, at);
	const char *bit = bits[below(sizeof(bits) / sizeof(*bits))];
	char byte = (char)next_random();
	switch (next_random() % 9) {
	case 0:
		replace(t, at, 1, &byte, 1);
		break;
	case 1:
		replace(t, at, 1 + below(4), "", 0);
		break;
	case 2:
		replace(t, from, to - from, "", 0);
		break;
	case 3: /* a line said again, elsewhere */
		replace(t, line_start(t, below(t->n + 1)), 0, t->p + from, to - from < 500 ? to - from : 500);
		break;
	case 4: /* other indentation */
		replace(t, from, below(3), "        ", below(4));
		break;
	case 5:
		replace(t, from, 0, bit, strlen(bit));
		break;
	case 6: /* the rest is gone */
		t->n = at;
		break;
	default:
		replace(t, at, below(2), bit, strlen(bit));
		break;
	}
}

/* A part of the file, whole lines: most of a large file has nothing to do with one byte of it. */
static void take_part(struct text *t, const char *p, size_t n)
{
	size_t most = next_random() % 8 ? 2048 : MUTATE_MAX;
	size_t from = n > most ? below(n - most) : 0;
	/* From a line in the first column on, so that it is mostly right. */
	while (from && (p[from - 1] != '\n' || p[from] == ' '))
		from--;
	t->n = n - from < most ? n - from : most;
	memcpy(t->p, p + from, t->n);
}

static void test_damage(void **state)
{
	(void)state;
	const char *many = getenv("SW_YAML_MUTATIONS"), *start = getenv("SW_YAML_SEED");
	long runs = many ? strtol(many, NULL, 10) : MUTATIONS;
	seed = start ? strtoull(start, NULL, 10) : 0x5ea3a11;
	struct yaml_pair x = {0};
	sw_autofree struct text *t = malloc(sizeof(*t));
	sw_autofree char *p = NULL;
	size_t n = 0;
	if (!n_paths)
		find_files(getenv("SW_SOURCE_ROOT"));
	for (long i = 0; i < runs; i++) {
		if (i % 16 == 0) {
			free(p);
			const char *path = paths[below(n_paths)];
			while (!strstr(path, ".y") && next_random() % 16)
				path = paths[below(n_paths)];
			p = read_file(path, &n);
			assert_non_null(p);
		}
		take_part(t, p, n);
		for (size_t k = 1 + below(3); k > 0; k--)
			damage(t);
		sw_autofree char *exact = malloc(t->n + !t->n);
		memcpy(exact, t->p, t->n);
		if (!yaml_pair(sw_str_make(exact, t->n), modes[i % 4], NULL, &x)) {
			print_message("# mode %u: %s\n# %.*s\n", modes[i % 4], x.why, (int)t->n, t->p);
			fail();
		}
	}
	print_message("# damaged: %ld texts, %llu documents, %llu of them without libyaml, %llu broken\n", runs,
		(unsigned long long)x.documents, (unsigned long long)x.fast, (unsigned long long)x.broken);
	forget_files();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_everyday),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_repository),
		cmocka_unit_test(test_shared),
		cmocka_unit_test(test_damage),
	};
	return cmocka_run_group_tests_name("doc/yaml_fast", tests, NULL, NULL);
}
