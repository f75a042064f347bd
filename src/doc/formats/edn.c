/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EDN (edn-format.org) in the shape that conftest gives it: vectors and lists are arrays, maps are objects whose
 * keys are printed, strings are strings, and everything else is a string as Go's %v prints it: "1", ":key",
 * "<nil>", "97" for \a, "map[1:true]" for a set. Only the first value of the text counts.
 */
#include "base/cleanup.h"
#include "base/go/gotext.h"
#include "doc/formats/impl.h"

enum kind { TEXT, STRING, LIST, MAP, SET, TAGGED };

struct node {
	enum kind kind;
	struct sw_str text; /* TEXT: as printed. STRING. TAGGED: the tag */
	struct node **v;    /* MAP: key, value, key, value … */
	uint32_t n, cap;
};

static int value(struct fmt_cursor *c, struct node **ret);

/* ---- characters ---- */

static bool is_space(int ch)
{
	return ch == ' ' || ch == '\t' || ch == '\n' || ch == '\r' || ch == ',' || ch == '\f' || ch == '\v';
}

static bool is_symbol(int ch)
{
	return ch >= 0x80 || (ch >= '0' && ch <= '9') || (ch >= 'a' && ch <= 'z') ||
	       (ch >= 'A' && ch <= 'Z') || (ch > 0 && strchr(".*+!-_?$%&=<>:#'/", ch));
}

static bool is_digit(int ch)
{
	return ch >= '0' && ch <= '9';
}

/* Blanks, comments and values that #_ takes away. */
static int skip(struct fmt_cursor *c)
{
	for (;;) {
		while (is_space(fmt_peek(c, 0)))
			c->at++;
		if (fmt_peek(c, 0) == ';') {
			while (!fmt_end(c) && fmt_peek(c, 0) != '\n')
				c->at++;
		} else if (fmt_starts(c, "#_")) {
			struct node *unused;
			c->at += 2;
			int rc = fmt_enter(c);
			if (!rc)
				rc = value(c, &unused);
			c->depth--;
			if (rc)
				return rc;
		} else {
			return 0;
		}
	}
}

static struct node *new_node(struct fmt_cursor *c, enum kind kind, struct sw_str text)
{
	struct node *n = sw_arena_new(c->a, struct node);
	if (n) {
		n->kind = kind;
		n->text = text;
	}
	return n;
}

static int text_node(struct fmt_cursor *c, struct sw_str text, struct node **ret)
{
	*ret = new_node(c, TEXT, text);
	return *ret && (text.p || !text.n) ? 0 : fmt_full(c);
}

static int number(struct fmt_cursor *c, struct node **ret)
{
	size_t start = c->at;
	bool real = false;
	if (fmt_peek(c, 0) == '+' || fmt_peek(c, 0) == '-')
		c->at++;
	if (fmt_peek(c, 0) == '0' && is_digit(fmt_peek(c, 1)))
		return fmt_fail(c, "a number does not start with 0");
	while (is_digit(fmt_peek(c, 0)))
		c->at++;
	if (fmt_peek(c, 0) == '.') {
		real = true;
		c->at++;
		while (is_digit(fmt_peek(c, 0)))
			c->at++;
	}
	if (fmt_peek(c, 0) == 'e' || fmt_peek(c, 0) == 'E') {
		real = true;
		c->at++;
		if (fmt_peek(c, 0) == '+' || fmt_peek(c, 0) == '-')
			c->at++;
		if (!is_digit(fmt_peek(c, 0)))
			return fmt_fail(c, "an exponent needs digits");
		while (is_digit(fmt_peek(c, 0)))
			c->at++;
	}
	struct sw_str s = sw_str_sub(c->t, start, c->at);
	bool big = !real && fmt_take(c, 'N');
	real = (!big && fmt_take(c, 'M')) || real;
	if (is_symbol(fmt_peek(c, 0)))
		return fmt_fail(c, "unexpected character behind a number");
	double d;
	int64_t i;
	if (s.n && s.p[0] == '+')
		s = sw_str_sub(s, 1, s.n);
	if (real && fmt_to_double(s, &d)) {
		sw_autobuf text;
		sw_buf_init(&text, 0);
		sw_gotext_float_g(&text, d); /* as %v prints it */
		return text_node(c, sw_arena_str(c->a, sw_buf_str(&text)), ret);
	}
	if (!real && (big || sw_str_to_i64(s, &i)))
		return text_node(c, sw_str_is(s, "-0") ? SW_STR("0") : s, ret);
	return fmt_fail_at(c, start, SW_ESYNTAX, "a number outside of what can be held");
}

/* ---- strings, characters, words ---- */

static int hex4(struct fmt_cursor *c, uint32_t *ret)
{
	*ret = 0;
	for (int i = 0; i < 4; i++, c->at++) {
		int ch = fmt_peek(c, 0), low = ch | 0x20;
		if (is_digit(ch))
			*ret = *ret << 4 | (uint32_t)(ch - '0');
		else if (low >= 'a' && low <= 'f')
			*ret = *ret << 4 | (uint32_t)(low - 'a' + 10);
		else
			return fmt_fail(c, "\\u needs four hexadecimal digits");
	}
	return 0;
}

static int escape(struct fmt_cursor *c, struct sw_buf *b)
{
	static const char from[] = "bfnrt\\/\"", to[] = "\b\f\n\r\t\\/\"";
	int ch = fmt_peek(c, 0);
	const char *hit = ch > 0 ? strchr(from, ch) : NULL;
	uint32_t cp;
	if (hit) {
		sw_buf_addch(b, to[hit - from]);
		c->at++;
		return 0;
	}
	if (ch != 'u')
		return fmt_fail(c, "invalid escape in a string");
	c->at++;
	int rc = hex4(c, &cp);
	if (!rc)
		sw_buf_addrune(b, cp >= 0xd800 && cp < 0xe000 ? 0xfffd : cp);
	return rc;
}

static int string(struct fmt_cursor *c, struct node **ret)
{
	sw_autobuf b;
	struct sw_value v;
	size_t start = c->at++;
	sw_buf_init(&b, SW_FORMAT_MAX);
	while (!fmt_take(c, '"')) {
		if (fmt_end(c))
			return fmt_fail_at(c, start, SW_ESYNTAX, "the string is not closed");
		if (fmt_take(c, '\\')) {
			int rc = escape(c, &b);
			if (rc)
				return rc;
			continue;
		}
		sw_buf_addch(&b, c->t.p[c->at++]);
	}
	int rc = fmt_string(c, &b, &v);
	if (rc)
		return rc;
	*ret = new_node(c, STRING, sw_value_str(v));
	return *ret ? 0 : fmt_full(c);
}

/* \a is the number of its character, as a rune prints. */
static int character(struct fmt_cursor *c, struct node **ret)
{
	static const struct {
		const char *name;
		uint32_t cp;
	} names[] = {{"newline", '\n'}, {"return", '\r'}, {"space", ' '}, {"tab", '\t'},
		{"formfeed", '\f'}, {"backspace", '\b'}};
	size_t start = c->at++;
	if (fmt_end(c))
		return fmt_fail_at(c, start, SW_ESYNTAX, "a character is missing");
	size_t first = c->at;
	uint32_t cp = sw_utf8_next(c->t, &c->at);
	while (is_symbol(fmt_peek(c, 0)) && (fmt_peek(c, 0) < 0x80))
		c->at++;
	struct sw_str word = sw_str_sub(c->t, first, c->at);
	bool known = sw_str_is(word, "") || sw_utf8_count(word) == 1;
	for (size_t i = 0; !known && i < SW_ARRAY_LEN(names); i++)
		if (sw_str_is(word, names[i].name)) {
			cp = names[i].cp;
			known = true;
		}
	if (!known && word.n == 5 && word.p[0] == 'u') {
		c->at = first + 1;
		int rc = hex4(c, &cp);
		if (rc)
			return rc;
		known = true;
	}
	if (!known)
		return fmt_fail_at(c, start, SW_ESYNTAX, "there is no such character");
	return text_node(c, sw_arena_printf(c->a, "%u", cp), ret);
}

static struct sw_str word(struct fmt_cursor *c)
{
	size_t start = c->at;
	while (is_symbol(fmt_peek(c, 0)))
		c->at++;
	return sw_str_sub(c->t, start, c->at);
}

static int symbol(struct fmt_cursor *c, struct node **ret)
{
	size_t start = c->at;
	bool keyword = fmt_peek(c, 0) == ':';
	struct sw_str s = word(c);
	struct sw_str name = sw_str_sub(s, keyword, s.n);
	size_t slash = sw_str_chr(name, '/', 0);
	if (!name.n)
		return fmt_fail_at(c, start, SW_ESYNTAX, "unexpected character");
	if (name.n > 1 && slash != SW_NPOS && (!slash || slash + 1 == name.n ||
						      sw_str_chr(name, '/', slash + 1) != SW_NPOS))
		return fmt_fail_at(c, start + keyword + slash, SW_ESYNTAX, "a name has one / inside");
	if (name.p[0] == ':' || (name.n > 1 && name.p[0] == '.' && is_digit(name.p[1])))
		return fmt_fail_at(c, start, SW_ESYNTAX, "this is no name");
	return text_node(c, sw_str_is(s, "nil") ? SW_STR("<nil>") : s, ret);
}

/* ---- collections ---- */

static int add(struct fmt_cursor *c, struct node *l, struct node *n)
{
	if (l->n == l->cap) {
		uint32_t cap = l->cap ? l->cap * 2 : 8;
		l->v = sw_arena_grow(c->a, l->v, l->cap * sizeof(*l->v), cap * sizeof(*l->v));
		if (!l->v)
			return fmt_full(c);
		l->cap = cap;
	}
	l->v[l->n++] = n;
	return 0;
}

static int collection(struct fmt_cursor *c, enum kind kind, char close, struct node **ret)
{
	size_t start = c->at;
	struct node *l = new_node(c, kind, SW_STR("")), *n;
	int rc = l ? fmt_enter(c) : fmt_full(c);
	c->at++;
	while (!rc) {
		rc = skip(c);
		if (!rc && fmt_take(c, close))
			break;
		if (!rc && fmt_end(c))
			rc = fmt_fail_at(c, start, SW_ESYNTAX, "%c is missing", close);
		if (!rc)
			rc = value(c, &n);
		if (!rc)
			rc = add(c, l, n);
	}
	if (!rc && kind == MAP && l->n % 2)
		rc = fmt_fail_at(c, start, SW_ESYNTAX, "a key of the map has no value");
	c->depth--;
	*ret = l;
	return rc;
}

/* 2020-01-01T00:00:00Z as time.Time prints it. */
static struct sw_str print_time(struct fmt_cursor *c, struct sw_str s)
{
	if (s.n < 20 || s.p[10] != 'T')
		return s;
	size_t zone = 19;
	while (zone < s.n && (s.p[zone] == '.' || is_digit(s.p[zone])))
		zone++;
	size_t end = zone;
	while (end > 19 && (s.p[end - 1] == '0' || s.p[end - 1] == '.'))
		end--;
	struct sw_str date = sw_str_sub(s, 0, 10), time = sw_str_sub(s, 11, end);
	if (zone < s.n && s.p[zone] == 'Z')
		return sw_arena_printf(c->a, "%.*s %.*s +0000 UTC", SW_STR_ARG(date), SW_STR_ARG(time));
	struct sw_str h = sw_str_sub(s, zone, zone + 3), m = sw_str_sub(s, zone + 4, zone + 6);
	return sw_arena_printf(c->a, "%.*s %.*s %.*s%.*s %.*s%.*s", SW_STR_ARG(date), SW_STR_ARG(time),
		SW_STR_ARG(h), SW_STR_ARG(m), SW_STR_ARG(h), SW_STR_ARG(m));
}

static int tagged(struct fmt_cursor *c, struct node **ret)
{
	size_t start = c->at++;
	if (fmt_peek(c, 0) == '{')
		return collection(c, SET, '}', ret);
	struct sw_str tag = word(c);
	struct node *n, *inner = NULL;
	if (!tag.n || !((tag.p[0] | 0x20) >= 'a' && (tag.p[0] | 0x20) <= 'z'))
		return fmt_fail_at(c, start, SW_ESYNTAX, "unexpected character behind #");
	int rc = fmt_enter(c);
	if (!rc)
		rc = value(c, &inner);
	c->depth--;
	if (rc)
		return rc;
	if (sw_str_is(tag, "inst") && inner->kind == STRING)
		return text_node(c, print_time(c, inner->text), ret);
	n = new_node(c, TAGGED, tag);
	*ret = n;
	return n ? add(c, n, inner) : fmt_full(c);
}

static int value(struct fmt_cursor *c, struct node **ret)
{
	int rc = skip(c), ch = fmt_peek(c, 0), next = fmt_peek(c, 1);
	if (rc)
		return rc;
	if (ch < 0)
		return fmt_fail(c, "a value is missing");
	ch = fmt_peek(c, 0);
	next = fmt_peek(c, 1);
	if (ch == '(' || ch == '[')
		return collection(c, LIST, ch == '(' ? ')' : ']', ret);
	if (ch == '{')
		return collection(c, MAP, '}', ret);
	if (ch == '"')
		return string(c, ret);
	if (ch == '\\')
		return character(c, ret);
	if (ch == '#')
		return tagged(c, ret);
	if (is_digit(ch) || ((ch == '+' || ch == '-') && is_digit(next)))
		return number(c, ret);
	return symbol(c, ret);
}

/* ---- the document ---- */

static int by_text(const void *a, const void *b)
{
	return sw_str_cmp(*(const struct sw_str *)a, *(const struct sw_str *)b);
}

static void print(struct sw_buf *out, struct fmt_cursor *c, const struct node *n);

/* map[a:1 b:2], sorted; of a set map[a:true b:true]. */
static void print_map(struct sw_buf *out, struct fmt_cursor *c, const struct node *n)
{
	uint32_t step = n->kind == MAP ? 2 : 1, count = n->n / step;
	struct sw_str *v = sw_arena_new_array(c->a, count + 1, struct sw_str);
	for (uint32_t i = 0; v && i < count; i++) {
		sw_autobuf b;
		sw_buf_init(&b, SW_FORMAT_MAX);
		print(&b, c, n->v[i * step]);
		sw_buf_addch(&b, ':');
		if (n->kind == MAP)
			print(&b, c, n->v[i * step + 1]);
		else
			sw_buf_addz(&b, "true");
		v[i] = sw_arena_str(c->a, sw_buf_str(&b));
	}
	if (v && count > 1)
		qsort(v, count, sizeof(*v), by_text);
	sw_buf_addz(out, "map[");
	for (uint32_t i = 0; v && i < count; i++) {
		if (i && sw_str_eq(v[i], v[i - 1]))
			continue;
		sw_buf_addz(out, i ? " " : "");
		sw_buf_addstr(out, v[i]);
	}
	sw_buf_addch(out, ']');
}

/* As %v does. Recursion: bounded by the reader's depth. */
static void print(struct sw_buf *out, struct fmt_cursor *c, const struct node *n)
{
	if (n->kind == TEXT || n->kind == STRING) {
		sw_buf_addstr(out, n->text);
	} else if (n->kind == MAP || n->kind == SET) {
		print_map(out, c, n);
	} else if (n->kind == TAGGED) {
		sw_buf_printf(out, "#%.*s ", SW_STR_ARG(n->text));
		print(out, c, n->v[0]);
	} else {
		sw_buf_addch(out, '[');
		for (uint32_t i = 0; i < n->n; i++) {
			sw_buf_addz(out, i ? " " : "");
			print(out, c, n->v[i]);
		}
		sw_buf_addch(out, ']');
	}
}

static int printed(struct fmt_cursor *c, const struct node *n, struct sw_value *ret)
{
	sw_autobuf b;
	sw_buf_init(&b, SW_FORMAT_MAX);
	print(&b, c, n);
	return fmt_string(c, &b, ret);
}

static int convert(struct fmt_cursor *c, const struct node *n, struct sw_value *ret)
{
	if (n->kind == TEXT || n->kind == STRING) {
		*ret = sw_string(n->text);
		return 0;
	}
	if (n->kind != LIST && n->kind != MAP)
		return printed(c, n, ret);
	struct sw_list l;
	struct sw_map m;
	struct sw_value k, v;
	int rc = 0;
	sw_list_init(&l, c->a);
	sw_map_init(&m, c->a);
	for (uint32_t i = 0; !rc && n->kind == LIST && i < n->n; i++) {
		rc = convert(c, n->v[i], &v);
		if (!rc && sw_list_add(&l, v))
			rc = fmt_full(c);
	}
	for (uint32_t i = 0; !rc && n->kind == MAP && i < n->n; i += 2) {
		rc = printed(c, n->v[i], &k);
		if (!rc)
			rc = convert(c, n->v[i + 1], &v);
		if (!rc && sw_map_add(&m, k, v))
			rc = fmt_full(c);
	}
	*ret = n->kind == LIST ? sw_list_array(&l) : sw_map_object(&m);
	return rc ? rc : sw_defined(*ret) ? 0 : fmt_full(c);
}

int sw_edn_parse(struct sw_arena *a, struct sw_str text, struct sw_value *ret, struct sw_error *err)
{
	struct fmt_cursor c;
	struct node *n;
	struct sw_value v;
	int rc = fmt_open(&c, a, text, err);
	if (!rc)
		rc = value(&c, &n);
	if (!rc)
		rc = convert(&c, n, &v);
	if (!rc)
		*ret = v;
	return rc;
}
