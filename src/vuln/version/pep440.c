/* SPDX-License-Identifier: Apache-2.0 */
/* Python: [epoch!]release[{a|b|rc}N][.postN][.devN][+local], PEP 440 with its lax spellings. */
#include "vuln/version/impl.h"

enum { PRE_DEV = -1, PRE_A = 0, PRE_B, PRE_RC, PRE_NONE };

struct pep {
	struct sw_str epoch, release, pre_n, post_n, dev_n, local;
	int pre; /* PRE_A … or PRE_NONE */
	bool has_post, has_dev, has_local;
};

struct cursor {
	struct sw_str s;
	size_t at;
};

static char peek(const struct cursor *c, size_t ahead)
{
	return c->at + ahead < c->s.n ? ver_lower(c->s.p[c->at + ahead]) : 0;
}

static bool is_separator(char c)
{
	return c == '.' || c == '-' || c == '_';
}

static struct sw_str number(struct cursor *c)
{
	return ver_run(c->s, &c->at, ver_digit, true);
}

/* `word` at the cursor, after `skip` bytes. */
static bool word_at(const struct cursor *c, size_t skip, const char *word)
{
	size_t n = strlen(word);
	for (size_t i = 0; i < n; i++)
		if (peek(c, skip + i) != word[i])
			return false;
	return true;
}

/* [sep]word[sep]number, one of `words`. The number is "" when it is not written; a separator may
 * stand there all the same: "1.0a." is 1.0a0. */
static int tagged(struct cursor *c, const char *const *words, struct sw_str *ret)
{
	size_t skip = is_separator(peek(c, 0));
	for (int i = 0; words[i]; i++) {
		if (!word_at(c, skip, words[i]))
			continue;
		c->at += skip + strlen(words[i]);
		c->at += is_separator(peek(c, 0));
		*ret = number(c);
		return i;
	}
	return -1;
}

static bool read_release(struct cursor *c, struct pep *p)
{
	struct cursor save = *c;
	struct sw_str n = number(c);
	if (n.n && peek(c, 0) == '!') {
		p->epoch = n;
		c->at++;
	} else {
		*c = save;
	}
	size_t start = c->at;
	if (!number(c).n)
		return false;
	while (peek(c, 0) == '.' && ver_digit(peek(c, 1))) {
		c->at++;
		number(c);
	}
	p->release = sw_str_sub(c->s, start, c->at);
	return true;
}

static void read_pre(struct cursor *c, struct pep *p)
{
	static const char *const words[] = {
		"alpha", "beta", "preview", "pre", "rc", "a", "b", "c", NULL};
	static const int kinds[] = {PRE_A, PRE_B, PRE_RC, PRE_RC, PRE_RC, PRE_A, PRE_B, PRE_RC};
	int i = tagged(c, words, &p->pre_n);
	p->pre = i < 0 ? PRE_NONE : kinds[i];
}

static void read_post(struct cursor *c, struct pep *p)
{
	static const char *const words[] = {"post", "rev", "r", NULL};
	if (peek(c, 0) == '-' && ver_digit(peek(c, 1))) { /* 1.0-1 is 1.0.post1 */
		c->at++;
		p->post_n = number(c);
		p->has_post = true;
		return;
	}
	p->has_post = tagged(c, words, &p->post_n) >= 0;
}

static bool read_local(struct cursor *c, struct pep *p)
{
	if (peek(c, 0) != '+')
		return true;
	c->at++;
	p->has_local = true;
	p->local = sw_str_sub(c->s, c->at, c->s.n);
	bool in_part = false;
	for (; c->at < c->s.n; c->at++) {
		char ch = peek(c, 0);
		bool word = ver_digit(ch) || ver_alpha(ch);
		if (!word && (!is_separator(ch) || !in_part))
			return false;
		in_part = word;
	}
	return in_part;
}

static bool parse(struct sw_str v, struct pep *p)
{
	static const char *const dev[] = {"dev", NULL};
	struct cursor c = {.s = sw_str_trim(v)};
	*p = (struct pep){.epoch = SW_STR(""),
		.pre_n = SW_STR(""),
		.post_n = SW_STR(""),
		.dev_n = SW_STR(""),
		.local = SW_STR(""),
		.pre = PRE_NONE};
	if (peek(&c, 0) == 'v')
		c.at++;
	if (!read_release(&c, p))
		return false;
	read_pre(&c, p);
	read_post(&c, p);
	p->has_dev = tagged(&c, dev, &p->dev_n) >= 0;
	return read_local(&c, p) && c.at == c.s.n;
}

static int release_cmp(struct sw_str a, struct sw_str b)
{
	struct sw_str x, y;
	for (;;) {
		bool more_a = sw_str_split(&a, '.', &x), more_b = sw_str_split(&b, '.', &y);
		if (!more_a && !more_b)
			return 0;
		int c = ver_num(more_a ? x : SW_STR("0"), more_b ? y : SW_STR("0"));
		if (c)
			return c;
	}
}

/* 1.0.dev1 comes before 1.0a1: a bare development release sorts before all pre-releases. */
static int pre_rank(const struct pep *p)
{
	return p->pre == PRE_NONE && !p->has_post && p->has_dev ? PRE_DEV : p->pre;
}

/* A list of numbers and words; numbers are newer than words, longer is newer. */
static int local_cmp(const struct pep *x, const struct pep *y)
{
	if (!x->has_local || !y->has_local)
		return x->has_local - y->has_local;
	size_t i = 0, j = 0;
	while (i < x->local.n && j < y->local.n) {
		struct sw_str a = ver_run(x->local, &i, is_separator, false);
		struct sw_str b = ver_run(y->local, &j, is_separator, false);
		bool na = ver_is_number(a), nb = ver_is_number(b);
		int c = na && nb ? ver_num(a, b) : na != nb ? na - nb : ver_icmp(a, b);
		if (c)
			return c;
		i++;
		j++;
	}
	return (i < x->local.n) - (j < y->local.n);
}

/* Not a version at all: older than everything, by text. */
static int invalid_cmp(bool a, bool b, struct sw_str x, struct sw_str y)
{
	return a != b ? a - b : ver_icmp(x, y);
}

int ver_pep440(struct sw_str a, struct sw_str b)
{
	struct pep x, y;
	bool va = parse(a, &x), vb = parse(b, &y);
	if (!va || !vb)
		return invalid_cmp(va, vb, a, b);
	int c = ver_num(x.epoch, y.epoch);
	if (!c)
		c = release_cmp(x.release, y.release);
	if (!c)
		c = pre_rank(&x) - pre_rank(&y);
	if (!c)
		c = ver_num(x.pre_n, y.pre_n);
	if (!c)
		c = x.has_post - y.has_post;
	if (!c)
		c = ver_num(x.post_n, y.post_n);
	if (!c)
		c = y.has_dev - x.has_dev;
	if (!c)
		c = ver_num(x.dev_n, y.dev_n);
	return c ? c : local_cmp(&x, &y);
}

bool ver_pep440_valid(struct sw_str v)
{
	return v.n > 0; /* legacy versions have an order too: before all others */
}

bool ver_pep440_facts(struct sw_str v, struct ver_pep_facts *ret)
{
	struct pep p;
	struct sw_str part;
	if (!parse(v, &p))
		return false;
	*ret = (struct ver_pep_facts){.pre = p.pre != PRE_NONE || p.has_dev,
		.post = p.has_post,
		.dev = p.has_dev,
		.local = p.has_local};
	while (sw_str_split(&p.release, '.', &part))
		ret->release_parts++;
	return true;
}

int ver_pep440_base(struct sw_str a, struct sw_str b)
{
	struct pep x, y;
	if (!parse(a, &x) || !parse(b, &y))
		return -1;
	int c = ver_num(x.epoch, y.epoch);
	return c ? c : release_cmp(x.release, y.release);
}

/* The pattern's parts, one by one; parts that the version does not write are 0. */
static bool release_begins(struct sw_str release, struct sw_str pattern)
{
	struct sw_str x, y;
	while (sw_str_split(&pattern, '.', &y)) {
		bool more = sw_str_split(&release, '.', &x);
		if (ver_num(more ? x : SW_STR("0"), y))
			return false;
	}
	return true;
}

bool ver_pep440_prefix(struct sw_str v, struct sw_str pattern)
{
	struct pep x, y;
	if (!parse(v, &x) || !parse(pattern, &y) || ver_num(x.epoch, y.epoch))
		return false;
	if (y.pre == PRE_NONE && !y.has_post)
		return release_begins(x.release, y.release);
	if (release_cmp(x.release, y.release) || x.pre != y.pre || ver_num(x.pre_n, y.pre_n))
		return false;
	return !y.has_post || (x.has_post && !ver_num(x.post_n, y.post_n));
}
