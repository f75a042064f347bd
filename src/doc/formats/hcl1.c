/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HCL 1 as hashicorp/hcl decodes it into untyped values: an object is a list of objects, one per
 * time it was written, but for the root and what stands directly in a list.
 */
#include <ctype.h>

#include "doc/formats/impl.h"

static int object(struct fmt_cursor *c, bool braces, struct fmt_node *t);

static int space(struct fmt_cursor *c)
{
	for (;;) {
		int d = fmt_peek(c, 0);
		if (d == ' ' || d == '\t' || d == '\n' || d == '\r') {
			c->at++;
		} else if (d == '#' || fmt_starts(c, "//")) {
			while (!fmt_end(c) && fmt_peek(c, 0) != '\n')
				c->at++;
		} else if (fmt_starts(c, "/*")) {
			size_t end = sw_str_find(c->t, SW_STR("*/"), c->at + 2);
			if (end == SW_NPOS)
				return fmt_fail(c, "the comment does not end");
			c->at = end + 2;
		} else {
			return 0;
		}
	}
}

static int escape(struct fmt_cursor *c, struct sw_buf *b)
{
	static const char from[] = "abfnrtv\\\"", to[] = "\a\b\f\n\r\t\v\\\"";
	int d = fmt_peek(c, 0);
	const char *at = d > 0 ? strchr(from, d) : NULL;
	if (at) {
		c->at++;
		sw_buf_addch(b, to[at - from]);
		return 0;
	}
	int base = d == 'x' || d == 'u' || d == 'U' ? 16 : 8, n = d == 'x'   ? 2
								  : d == 'u' ? 4
								  : d == 'U' ? 8
									     : 3;
	uint32_t cp = 0;
	c->at += base == 16;
	for (int i = 0; i < n; i++, c->at++) {
		int x = fmt_peek(c, 0);
		if (x < 0 || !(base == 16 ? isxdigit(x) : x >= '0' && x < '8'))
			return fmt_fail(c, "unknown escape in a string");
		cp = cp * (uint32_t)base + (uint32_t)(isdigit(x) ? x - '0' : (x | 32) - 'a' + 10);
	}
	sw_buf_addrune(b, cp);
	return 0;
}

/* In ${…} quotes and escapes are the expression's own. */
static int string(struct fmt_cursor *c, struct sw_value *ret)
{
	sw_autobuf b;
	size_t start = c->at++;
	int braces = 0;
	sw_buf_init(&b, SW_FORMAT_MAX);
	for (;;) {
		int d = fmt_peek(c, 0), rc = 0;
		if (d < 0 || (d == '\n' && !braces))
			return fmt_fail_at(c, start, SW_ESYNTAX, "the string does not end");
		if (!braces && d == '"') {
			c->at++;
			return fmt_string(c, &b, ret);
		}
		bool dollar = d == '$' && fmt_peek(c, 1) == '{';
		if (dollar || (braces && d == '{'))
			braces++;
		else if (braces && d == '}')
			braces--;
		c->at++;
		if (!braces && d == '\\')
			rc = escape(c, &b);
		else
			sw_buf_addch(&b, (char)d);
		if (dollar)
			sw_buf_addch(&b, c->t.p[c->at++]);
		if (rc)
			return rc;
	}
}

/* The lines up to the mark: their common indent, and their text with `indent` cut off each. */
static int heredoc_body(
	struct fmt_cursor *c, struct sw_str mark, size_t *indent, struct sw_buf *out)
{
	struct sw_str line;
	size_t least = SIZE_MAX, start = c->at;
	while (fmt_line(c, &line)) {
		size_t n = 0;
		if (sw_str_eq(sw_str_trim(line), mark)) {
			*indent = least;
			return 0;
		}
		while (n < line.n && (line.p[n] == ' ' || line.p[n] == '\t'))
			n++;
		if (n < least && n < line.n)
			least = n;
		if (out) {
			sw_buf_addstr(out, sw_str_sub(line, *indent, line.n));
			sw_buf_addch(out, '\n');
		}
	}
	return fmt_fail_at(c, start, SW_ESYNTAX, "the here-document does not end");
}

static int heredoc(struct fmt_cursor *c, struct sw_value *ret)
{
	sw_autobuf b;
	struct sw_str mark;
	size_t start = c->at, indent = 0;
	sw_buf_init(&b, SW_FORMAT_MAX);
	c->at += 2;
	bool flush = fmt_take(c, '-');
	if (!fmt_line(c, &mark) || !(mark = sw_str_trim(mark)).n)
		return fmt_fail_at(c, start, SW_ESYNTAX, "the here-document has no name");
	size_t body = c->at;
	int rc = flush ? heredoc_body(c, mark, &indent, NULL) : 0;
	c->at = body;
	if (!rc)
		rc = heredoc_body(c, mark, &indent, &b);
	return rc ? rc : fmt_string(c, &b, ret);
}

static int scalar(struct fmt_cursor *c, struct sw_value *ret)
{
	size_t start = c->at;
	double d;
	int64_t i;
	for (int x; (x = fmt_peek(c, 0)) >= 0 && (isalnum(x) || (x && strchr("+-._", x)));)
		c->at++;
	struct sw_str s = sw_str_sub(c->t, start, c->at);
	if (sw_str_is(s, "true") || sw_str_is(s, "false")) {
		*ret = sw_bool(s.n == 4);
		return 0;
	}
	if (sw_str_to_i64(s, &i)) {
		*ret = sw_int(i);
		return 0;
	}
	if (s.n && (isdigit((unsigned char)s.p[0]) || s.p[0] == '-' || s.p[0] == '.') &&
		fmt_to_double(s, &d))
		return fmt_double(c, d, ret);
	return fmt_fail_at(c, start, SW_ESYNTAX, "expected a value");
}

static int value(struct fmt_cursor *c, bool in_list, struct fmt_node **ret);

static int list(struct fmt_cursor *c, struct fmt_node *l)
{
	c->at++;
	for (;;) {
		struct fmt_node *v;
		int rc = space(c);
		if (rc)
			return rc;
		if (fmt_take(c, ']'))
			return 0;
		rc = value(c, true, &v);
		if (!rc)
			rc = fmt_add(c, l, (struct sw_str){0}, v);
		if (!rc)
			rc = space(c);
		if (rc)
			return rc;
		if (!fmt_take(c, ',') && fmt_peek(c, 0) != ']')
			return fmt_fail(c, "expected , or ] in the list");
	}
}

static int wrap(struct fmt_cursor *c, struct fmt_node *v, struct fmt_node **ret)
{
	struct fmt_node *l = fmt_node_new(c, FMT_LIST);
	if (!l)
		return fmt_full(c);
	*ret = l;
	return fmt_add(c, l, (struct sw_str){0}, v);
}

static int value(struct fmt_cursor *c, bool in_list, struct fmt_node **ret)
{
	int d = fmt_peek(c, 0);
	struct fmt_node *n = fmt_node_new(c, d == '['	? FMT_LIST
					     : d == '{' ? FMT_TABLE
							: FMT_VALUE);
	if (!n)
		return fmt_full(c);
	int rc = fmt_enter(c);
	if (rc)
		return rc;
	if (d == '[')
		rc = list(c, n);
	else if (d == '{')
		rc = object(c, true, n);
	else if (d == '"')
		rc = string(c, &n->value);
	else if (fmt_starts(c, "<<"))
		rc = heredoc(c, &n->value);
	else
		rc = scalar(c, &n->value);
	c->depth--;
	*ret = n;
	return !rc && d == '{' && !in_list ? wrap(c, n, ret) : rc;
}

static int key(struct fmt_cursor *c, struct sw_str *ret)
{
	struct sw_value v;
	size_t start = c->at;
	if (fmt_peek(c, 0) == '"') {
		int rc = string(c, &v);
		if (!rc)
			*ret = sw_value_str(v);
		return rc;
	}
	for (int d;
		(d = fmt_peek(c, 0)) >= 0 && (isalnum(d) || d >= 0x80 || (d && strchr("-._", d)));)
		c->at++;
	if (c->at == start)
		return fmt_fail(c, "expected a key");
	*ret = sw_str_sub(c->t, start, c->at);
	return 0;
}

/* Objects of one key are collected; of anything else the last one stays. */
static int put(struct fmt_cursor *c, struct fmt_node *t, struct sw_str k, struct fmt_node *v,
	bool is_object)
{
	struct fmt_node *old = fmt_table_get(t, k);
	if (!old)
		return fmt_add(c, t, k, v);
	if (is_object && old->kind == FMT_LIST && old->flags) {
		int rc = 0;
		for (uint32_t i = 0; !rc && i < v->n; i++)
			rc = fmt_add(c, old, (struct sw_str){0}, v->v[i].node);
		return rc;
	}
	*old = *v;
	return 0;
}

/* key "label" … { … }: each label is one more object. */
static int block(struct fmt_cursor *c, struct fmt_node *t, struct sw_str *keys, uint32_t n)
{
	struct fmt_node *v, *outer;
	int rc = value(c, false, &v);
	while (!rc && n-- > 1) {
		v->flags = 1;
		outer = fmt_node_new(c, FMT_TABLE);
		rc = outer ? fmt_add(c, outer, keys[n], v) : fmt_full(c);
		if (!rc)
			rc = wrap(c, outer, &v);
	}
	if (rc)
		return rc;
	v->flags = 1;
	return put(c, t, keys[0], v, true);
}

static int item(struct fmt_cursor *c, struct fmt_node *t)
{
	enum { KEYS = 16 };
	struct sw_str keys[KEYS];
	struct fmt_node *v;
	uint32_t n = 0;
	for (;;) {
		int rc = n == KEYS ? fmt_fail(c, "too many keys") : key(c, &keys[n]);
		if (!rc) {
			n++;
			rc = space(c);
		}
		if (rc)
			return rc;
		if (fmt_peek(c, 0) == '{')
			return block(c, t, keys, n);
		if (fmt_peek(c, 0) != '=' && fmt_peek(c, 0) != ':')
			continue;
		if (n > 1)
			return fmt_fail(c, "more than one key before =");
		c->at++;
		rc = space(c);
		if (!rc && fmt_peek(c, 0) == '{')
			return block(c, t, keys, 1);
		if (!rc)
			rc = value(c, false, &v);
		return rc ? rc : put(c, t, keys[0], v, false);
	}
}

static int object(struct fmt_cursor *c, bool braces, struct fmt_node *t)
{
	c->at += braces;
	for (;;) {
		int rc = space(c);
		if (rc)
			return rc;
		if (fmt_end(c))
			return braces ? fmt_fail(c, "the object does not end") : 0;
		if (braces && fmt_take(c, '}'))
			return 0;
		rc = item(c, t);
		if (!rc)
			rc = space(c);
		if (rc)
			return rc;
		(void)fmt_take(c, ',');
	}
}

int sw_hcl1_parse(
	struct sw_arena *a, struct sw_str text, struct sw_value *ret, struct sw_error *err)
{
	struct fmt_cursor c;
	int rc = fmt_open(&c, a, text, err);
	struct fmt_node *root = fmt_node_new(&c, FMT_TABLE);
	if (!rc && !root)
		rc = fmt_full(&c);
	if (!rc)
		rc = space(&c);
	bool json = !rc && fmt_peek(&c, 0) == '{';
	if (!rc)
		rc = object(&c, json, root);
	if (!rc && json)
		rc = space(&c);
	if (!rc && !fmt_end(&c))
		rc = fmt_fail(&c, "text behind the end of the object");
	return rc ? rc : fmt_seal(&c, root, ret);
}
