/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Alpine and Gentoo, whose versions have one ancestor:
 *     number{.number}[letter]{_suffix[number]}[~hash][-rNumber]
 */
#include "vuln/version/impl.h"

enum { SUFFIX_NONE = 5 }; /* between pre-release and post-release suffixes */

static const char *const suffixes[] = {
	"alpha", "beta", "pre", "rc", "", /* none */ "", "cvs", "svn", "git", "hg", "p"};

static int suffix_rank(struct sw_str s)
{
	for (int i = 0; i < (int)(sizeof(suffixes) / sizeof(*suffixes)); i++)
		if (suffixes[i][0] && sw_str_is(s, suffixes[i]))
			return i;
	return -1;
}

enum token { DIGIT_OR_ZERO, DIGIT, LETTER, SUFFIX, SUFFIX_NO, COMMIT, REVISION, END, INVALID };

/* Reads the version token by token, as apk does. */
struct cursor {
	struct sw_str v;
	size_t at;
	enum token token;
	struct sw_str text;
	int suffix;
	bool lax; /* "5.9p1": apk 2 wrote such versions, apk 3 calls them invalid */
};

static bool is_hex(char c)
{
	return ver_digit(c) || (c >= 'a' && c <= 'f');
}

static void read_number(struct cursor *c, enum token token)
{
	c->text = ver_run(c->v, &c->at, ver_digit, true);
	c->token = c->text.n ? token : INVALID;
}

static void next(struct cursor *c)
{
	enum token was = c->token;
	if (was == INVALID || was == END)
		return;
	if (c->at >= c->v.n) {
		c->token = END;
		return;
	}
	char ch = c->v.p[c->at];
	bool in_digits = was == DIGIT || was == DIGIT_OR_ZERO;
	if (ch == '.' && in_digits) {
		c->at++;
		read_number(c, DIGIT_OR_ZERO);
	} else if (ch >= 'a' && ch <= 'z' && in_digits) {
		c->text = sw_str_sub(c->v, c->at, c->at + 1);
		c->at++;
		c->token = LETTER;
	} else if (ch == '_' && was <= SUFFIX_NO) {
		c->at++;
		c->text = ver_run(c->v, &c->at, ver_alpha, true);
		c->suffix = suffix_rank(c->text);
		c->token = c->suffix < 0 ? INVALID : SUFFIX;
	} else if (ver_digit(ch) && was == LETTER && c->lax) {
		read_number(c, DIGIT);
	} else if (ver_digit(ch) && was == SUFFIX) {
		read_number(c, SUFFIX_NO);
	} else if (ch == '~' && was <= SUFFIX_NO) {
		c->at++;
		c->text = ver_run(c->v, &c->at, is_hex, true);
		c->token = c->text.n ? COMMIT : INVALID;
	} else if (ch == '-' && was < REVISION && c->at + 1 < c->v.n && c->v.p[c->at + 1] == 'r') {
		c->at += 2;
		read_number(c, REVISION);
		if (c->lax && c->at == c->v.n)
			c->token = REVISION; /* "-r" is -r0 */
	} else {
		c->token = INVALID;
	}
}

static void start(struct cursor *c, struct sw_str v, bool lax)
{
	*c = (struct cursor){.v = v, .lax = lax};
	read_number(c, DIGIT);
}

/* Numbers behind a point that begin with 0 are fractions: 1.05 < 1.5. */
static int digits_cmp(struct sw_str a, struct sw_str b, enum token token)
{
	if (token == DIGIT_OR_ZERO && ((a.n && a.p[0] == '0') || (b.n && b.p[0] == '0')))
		return sw_str_cmp(a, b);
	return ver_num(a, b);
}

static int token_cmp(const struct cursor *x, const struct cursor *y)
{
	if (x->token == SUFFIX)
		return x->suffix - y->suffix;
	if (x->token == LETTER || x->token == COMMIT)
		return sw_str_cmp(x->text, y->text);
	return digits_cmp(x->text, y->text, x->token);
}

int ver_apk(struct sw_str a, struct sw_str b)
{
	struct cursor x, y;
	start(&x, a, true);
	start(&y, b, true);
	while (x.token == y.token && x.token < END) {
		int c = token_cmp(&x, &y);
		if (c)
			return c;
		next(&x);
		next(&y);
	}
	if (x.token == INVALID && y.token == INVALID) /* no order is defined; keep it total */
		return sw_str_cmp(sw_str_sub(a, x.at, a.n), sw_str_sub(b, y.at, b.n));
	if (x.token == y.token)
		return 0;
	/* A pre-release suffix makes a version older than the one without. */
	if (x.token == SUFFIX && x.suffix < SUFFIX_NONE)
		return -1;
	if (y.token == SUFFIX && y.suffix < SUFFIX_NONE)
		return 1;
	return x.token > y.token ? -1 : 1;
}

bool ver_apk_valid(struct sw_str v)
{
	struct cursor c;
	start(&c, v, false);
	while (c.token < END)
		next(&c);
	return c.token == END;
}

/* ---- Gentoo ---- */

struct gentoo {
	struct sw_str numbers, letter, suffix, revision;
};

static struct gentoo take_apart(struct sw_str v)
{
	struct gentoo g = {.letter = SW_STR(""), .suffix = SW_STR(""), .revision = SW_STR("")};
	size_t r = sw_str_rfind(v, SW_STR("-r"));
	if (r != SW_NPOS && ver_is_number(sw_str_sub(v, r + 2, v.n))) {
		g.revision = sw_str_sub(v, r + 2, v.n);
		v = sw_str_sub(v, 0, r);
	}
	size_t under = sw_str_chr(v, '_', 0);
	if (under != SW_NPOS) {
		g.suffix = sw_str_sub(v, under, v.n);
		v = sw_str_sub(v, 0, under);
	}
	if (v.n && ver_alpha(v.p[v.n - 1])) {
		g.letter = sw_str_sub(v, v.n - 1, v.n);
		v.n--;
	}
	g.numbers = v;
	return g;
}

static struct sw_str trim_zeros(struct sw_str s)
{
	while (s.n && s.p[s.n - 1] == '0')
		s.n--;
	return s;
}

static int numbers_cmp(struct sw_str a, struct sw_str b)
{
	struct sw_str x, y;
	for (bool first = true;; first = false) {
		bool more_a = sw_str_split(&a, '.', &x), more_b = sw_str_split(&b, '.', &y);
		if (!more_a || !more_b)
			return more_a - more_b;
		bool fraction = !first && ((x.n && x.p[0] == '0') || (y.n && y.p[0] == '0'));
		int c = fraction ? sw_str_cmp(trim_zeros(x), trim_zeros(y)) : ver_num(x, y);
		if (c)
			return c;
	}
}

static int gentoo_rank(struct sw_str name)
{
	static const char *const order[] = {"alpha", "beta", "pre", "rc", NULL, "p"};
	for (int i = 0; i < 6; i++)
		if (order[i] && sw_str_is(name, order[i]))
			return i;
	return 4;
}

/* "_alpha1_p2": the next one of the list; rank 4 (none) at its end. */
static int next_suffix(struct sw_str s, size_t *at, struct sw_str *ret_number)
{
	*ret_number = SW_STR("");
	if (*at >= s.n)
		return 4;
	++*at; /* '_' */
	struct sw_str name = ver_run(s, at, ver_alpha, true);
	*ret_number = ver_run(s, at, ver_digit, true);
	return gentoo_rank(name);
}

int ver_gentoo(struct sw_str a, struct sw_str b)
{
	struct gentoo x = take_apart(a), y = take_apart(b);
	int c = numbers_cmp(x.numbers, y.numbers);
	if (!c)
		c = sw_str_cmp(x.letter, y.letter);
	for (size_t i = 0, j = 0; !c && (i < x.suffix.n || j < y.suffix.n);) {
		struct sw_str n, m;
		c = next_suffix(x.suffix, &i, &n) - next_suffix(y.suffix, &j, &m);
		if (!c)
			c = ver_num(n, m);
	}
	return c ? c : ver_num(x.revision, y.revision);
}

bool ver_gentoo_valid(struct sw_str v)
{
	return v.n && ver_digit(v.p[0]);
}
