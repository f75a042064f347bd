/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "cis/jsonpath/impl.h"

#define TEXT_MAX ((size_t)64 << 10)
#define DEPTH_MAX 64

struct parser {
	struct sw_arena *a;
	struct sw_str s;
	size_t at;
	int depth;
	struct sw_error *err;
	int rc;
};

static struct jp_node *parse_text(struct sw_arena *a, struct sw_str text, int depth, struct sw_error *err, int *ret_rc);

static void fail(struct parser *p, const char *what, struct sw_str near)
{
	if (!p->rc)
		p->rc = sw_error_set(p->err, SW_EINVALID, "%s%s%.*s", what, near.n ? ": " : "", SW_STR_ARG(near));
}

static int peek(const struct parser *p)
{
	return p->at < p->s.n ? (unsigned char)p->s.p[p->at] : -1;
}

static bool starts(const struct parser *p, const char *text)
{
	return sw_str_starts(sw_str_sub(p->s, p->at, p->s.n), sw_str_from(text));
}

static struct jp_node *add(struct parser *p, struct jp_node *list, enum jp_kind kind)
{
	static struct jp_node none;
	struct jp_node *n = sw_arena_new(p->a, struct jp_node);
	if (n && list->n == list->cap) {
		list->v = sw_arena_grow(p->a, list->v, list->cap * sizeof(*list->v), (list->cap * 2 + 4) * sizeof(*list->v));
		list->cap = list->cap * 2 + 4;
	}
	if (!n || !list->v) {
		fail(p, "the path takes too much memory", (struct sw_str){0});
		return &none;
	}
	*n = (struct jp_node){.kind = kind};
	list->v[list->n++] = n;
	return n;
}

/* An expression inside of brackets, as an action of its own. */
static struct jp_node *sub_action(struct parser *p, struct sw_str text)
{
	struct sw_str whole = sw_arena_printf(p->a, "{%.*s}", SW_STR_ARG(text));
	struct jp_node *n = p->rc ? NULL : parse_text(p->a, whole, p->depth + 1, p->err, &p->rc);
	return n && n->n ? n->v[0] : NULL;
}

static bool ends_name(int c)
{
	return c < 0 || strchr(" \t\r\n.,[]$@{}", c);
}

static void field(struct parser *p, struct jp_node *cur)
{
	size_t from = p->at;
	char *name;
	size_t n = 0;
	while (!ends_name(peek(p)))
		p->at += peek(p) == '\\' && p->at + 1 < p->s.n ? 2 : 1;
	if (p->at == from + 1 && p->s.p[from] == '*') {
		add(p, cur, JP_WILDCARD);
		return;
	}
	name = sw_arena_alloc(p->a, p->at - from + 1);
	for (size_t i = from; name && i < p->at; i++)
		if (p->s.p[i] != '\\')
			name[n++] = p->s.p[i];
	add(p, cur, JP_FIELD)->name = sw_str_make(name, name ? n : 0);
}

static void recursive(struct parser *p, struct jp_node *cur)
{
	if (cur->n && cur->v[cur->n - 1]->kind == JP_RECURSIVE) {
		fail(p, "invalid multiple recursive descent", (struct sw_str){0});
		return;
	}
	p->at += 2;
	add(p, cur, JP_RECURSIVE);
	int c = peek(p);
	if (c == '_' || (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c >= 0x80)
		field(p, cur);
}

static void number(struct parser *p, struct jp_node *cur)
{
	size_t from = p->at;
	if (peek(p) == '+' || peek(p) == '-')
		p->at++;
	while (peek(p) == '.' || (peek(p) >= '0' && peek(p) <= '9'))
		p->at++;
	struct sw_str s = sw_str_sub(p->s, from, p->at);
	const char *z = sw_arena_cstr(p->a, s);
	char *end = NULL;
	int64_t i;
	double d = z ? strtod(z, &end) : 0;
	bool whole = s.n && sw_str_chr(s, '.', 0) == SW_NPOS;
	if (whole && sw_str_to_i64(s, &i))
		add(p, cur, JP_VALUE)->value = sw_int(i);
	else if (z && end == z + s.n && end != z)
		add(p, cur, JP_VALUE)->value = sw_double(d);
	else
		fail(p, "cannot parse number", s);
}

static void identifier(struct parser *p, struct jp_node *cur)
{
	size_t from = p->at;
	while (!ends_name(peek(p)))
		p->at++;
	struct sw_str s = sw_str_sub(p->s, from, p->at);
	if (sw_str_is(s, "true") || sw_str_is(s, "false"))
		add(p, cur, JP_VALUE)->value = sw_bool(s.n == 4);
	else if (sw_str_is(s, "range"))
		add(p, cur, JP_RANGE);
	else if (sw_str_is(s, "end"))
		add(p, cur, JP_END);
	else
		fail(p, "unrecognized identifier", s);
}

/* One character behind a backslash, as strconv.UnquoteChar() has it; hexadecimal and octal ones are bytes of ASCII only. */
static int escape(struct parser *p, struct sw_str s, size_t *i, char quote)
{
	static const char from[] = "abfnrtv\\", to[] = "\a\b\f\n\r\t\v\\";
	char c = *i < s.n ? s.p[(*i)++] : 0;
	const char *k = c ? strchr(from, c) : NULL;
	if (k || c == quote)
		return k ? to[k - from] : c;
	int base = c == 'x' ? 16 : c >= '0' && c <= '7' ? 8 : 0, v = 0;
	if (base == 8)
		--*i;
	for (int n = base == 16 ? 2 : 3; base && n; n--) {
		int d = *i < s.n ? s.p[(*i)++] : 0;
		d = d >= '0' && d <= '9' ? d - '0' : (d | 32) >= 'a' && (d | 32) <= 'f' ? (d | 32) - 'a' + 10 : 99;
		base = d < base ? base : 0;
		v = v * base + d;
	}
	if (!base || v > 127)
		fail(p, "unquote string error invalid syntax", s);
	return v;
}

static void quote(struct parser *p, struct jp_node *cur)
{
	char q = p->s.p[p->at];
	size_t from = ++p->at, n = 0;
	for (; peek(p) != q || p->s.p[p->at - 1] == '\\'; p->at++) {
		if (peek(p) < 0 || peek(p) == '\n') {
			fail(p, "unterminated quoted string", (struct sw_str){0});
			return;
		}
	}
	struct sw_str s = sw_str_sub(p->s, from, p->at++);
	char *out = sw_arena_alloc(p->a, s.n + 1);
	for (size_t i = 0; out && i < s.n && !p->rc;) {
		char c = s.p[i++];
		out[n++] = c == '\\' ? (char)escape(p, s, &i, q) : c;
	}
	add(p, cur, JP_TEXT)->value = sw_string(sw_str_make(out, out ? n : 0));
}

/* FROM:TO:STEP, each may be empty; a single index is the slice of one. */
static void slice(struct parser *p, struct jp_node *cur, struct sw_str text)
{
	struct jp_bound b[3] = {0};
	struct sw_str rest = text, part = {0};
	int k = 0;
	bool more = true;
	for (; k < 3 && more; k++) {
		size_t colon = sw_str_chr(rest, ':', 0);
		more = colon != SW_NPOS;
		part = sw_str_sub(rest, 0, colon);
		rest = more ? sw_str_sub(rest, colon + 1, rest.n) : (struct sw_str){0};
		b[k].known = part.n > 0;
		if (part.n && !sw_str_to_i64(part, &b[k].v))
			fail(p, "invalid array index", text);
	}
	if (more)
		fail(p, "invalid array index", text);
	if (k == 1)
		b[1] = (struct jp_bound){.v = (int64_t)((uint64_t)b[0].v + 1), .known = true, .derived = true};
	memcpy(add(p, cur, JP_ARRAY)->bound, b, sizeof(b));
}

static void array(struct parser *p, struct jp_node *cur)
{
	size_t from = ++p->at, end = sw_str_chr(p->s, ']', from);
	struct sw_str text = sw_str_sub(p->s, from, end), one;
	if (end == SW_NPOS || sw_str_chr(text, '\n', 0) != SW_NPOS) {
		fail(p, "unterminated array", (struct sw_str){0});
		return;
	}
	p->at = end + 1;
	if (sw_str_chr(text, ',', 0) != SW_NPOS) {
		struct jp_node *u = add(p, cur, JP_UNION);
		for (bool more = true; more && !p->rc;) {
			size_t comma = sw_str_chr(text, ',', 0);
			more = comma != SW_NPOS;
			one = sw_str_trim(sw_str_sub(text, 0, comma));
			text = more ? sw_str_sub(text, comma + 1, text.n) : text;
			struct jp_node *l = sub_action(p, sw_arena_printf(p->a, "[%.*s]", SW_STR_ARG(one)));
			if (l)
				*add(p, u, JP_LIST) = *l;
		}
	} else if (text.n > 1 && text.p[0] == '\'' && text.p[text.n - 1] == '\'' && sw_str_chr(text, '\'', 1) == text.n - 1) {
		struct jp_node *l = sub_action(p, sw_arena_printf(p->a, ".%.*s", SW_STR_ARG(sw_str_sub(text, 1, text.n - 1))));
		for (uint32_t i = 0; l && i < l->n; i++)
			*add(p, cur, JP_LIST) = *l->v[i];
	} else {
		slice(p, cur, sw_str_is(text, "*") ? SW_STR(":") : text);
	}
}

/* Where a filter ends: the first ) that is not within its first pair of quotes. */
static size_t filter_end(const struct parser *p)
{
	bool begin = false, end = false;
	char pair = 0;
	for (size_t i = p->at; i < p->s.n && p->s.p[i] != '\n'; i++) {
		char c = p->s.p[i];
		if ((c == '"' || c == '\'') && !begin) {
			begin = true;
			pair = c;
		} else if ((c == '"' || c == '\'') && c == pair && p->s.p[i - 1] != '\\') {
			end = true;
		} else if (c == ')' && begin == end) {
			return i;
		}
	}
	return SW_NPOS;
}

static size_t span_of(struct sw_str s, size_t at, bool operators)
{
	while (at < s.n && (strchr("!<>=", s.p[at]) != NULL) == operators && s.p[at])
		at++;
	return at;
}

static void filter(struct parser *p, struct jp_node *cur)
{
	p->at += 3;
	size_t end = filter_end(p);
	if (end == SW_NPOS || end + 1 >= p->s.n || p->s.p[end + 1] != ']') {
		fail(p, end == SW_NPOS ? "unterminated filter" : "unclosed array expect ]", (struct sw_str){0});
		return;
	}
	struct sw_str text = sw_str_sub(p->s, p->at, end);
	struct jp_node *f = add(p, cur, JP_FILTER);
	size_t op = span_of(text, 0, false), right = span_of(text, op, true);
	p->at = end + 2;
	if (op && right > op && right < text.n) {
		f->name = sw_str_sub(text, op, right);
		f->left = sub_action(p, sw_str_sub(text, 0, op));
		f->right = sub_action(p, sw_str_sub(text, right, text.n));
	} else {
		f->name = SW_STR("exists");
		f->left = sub_action(p, text);
	}
}

static void action(struct parser *p, struct jp_node *cur)
{
	while (!p->rc) {
		int c = peek(p);
		if (c == '}') {
			p->at++;
			return;
		}
		if (c < 0 || c == '\n' || c == '\r')
			fail(p, "unclosed action", (struct sw_str){0});
		else if (starts(p, "[?("))
			filter(p, cur);
		else if (starts(p, ".."))
			recursive(p, cur);
		else if (c == ' ' || c == '@' || c == '$')
			p->at++;
		else if (c == '[')
			array(p, cur);
		else if (c == '"' || c == '\'')
			quote(p, cur);
		else if (c == '.') {
			p->at++;
			field(p, cur);
		} else if (c == '+' || c == '-' || (c >= '0' && c <= '9'))
			number(p, cur);
		else if (c == '_' || ((c | 32) >= 'a' && (c | 32) <= 'z') || c >= 0x80)
			identifier(p, cur);
		else
			fail(p, "unrecognized character in action", sw_str_sub(p->s, p->at, p->at + 1));
	}
}

static struct jp_node *parse_text(struct sw_arena *a, struct sw_str text, int depth, struct sw_error *err, int *ret_rc)
{
	struct parser p = {.a = a, .s = text, .depth = depth, .err = err};
	struct jp_node *root = sw_arena_new(a, struct jp_node);
	if (!root || depth > DEPTH_MAX || text.n > TEXT_MAX)
		fail(&p, "the path is too long", (struct sw_str){0});
	else
		*root = (struct jp_node){.kind = JP_LIST};
	while (!p.rc && p.at < text.n) {
		size_t brace = sw_str_chr(text, '{', p.at);
		size_t end = brace == SW_NPOS ? text.n : brace;
		if (end > p.at)
			add(&p, root, JP_TEXT)->value = sw_string(sw_str_sub(text, p.at, end));
		p.at = end;
		if (brace != SW_NPOS) {
			p.at++;
			action(&p, add(&p, root, JP_LIST));
		}
	}
	*ret_rc = p.rc;
	return p.rc ? NULL : root;
}

int jp_parse(struct sw_arena *a, struct sw_str text, struct jp_node **ret, struct sw_error *err)
{
	int rc;
	struct jp_node *n = parse_text(a, text, 0, err, &rc);
	if (!rc)
		*ret = n;
	return rc;
}
