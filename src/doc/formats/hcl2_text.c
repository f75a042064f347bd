/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HCL 2: templates. Their text is written again with ${…} and %{…} as source, literal ones escaped;
 * `~` trims the white space of the neighbouring text and is not written again.
 */
#include <ctype.h>

#include "doc/formats/hcl2_impl.h"

/* One template being read: what is written, and what its last literal text may lose to a `~`. */
struct text {
	struct sw_buf out;
	size_t literal_from; /* where the last run of literal text begins in `out` */
	bool trim_next;	     /* a `~}` came before */
	uint32_t parts;
	bool wrap; /* the only part is one ${…} */
	struct hcl2_expr only;
	bool quoted;
	size_t end; /* heredoc: where the text ends */
};

static int directive(struct hcl2 *h, struct text *t, struct sw_str *ret_word);

/* Literal `${` and `%{` are written with their escapes. */
static void put_literal(struct text *t, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		bool space = p[i] == ' ' || (p[i] >= '\t' && p[i] <= '\r');
		if (t->trim_next && space)
			continue;
		t->trim_next = false;
		if (p[i] == '{' && t->out.n > t->literal_from) {
			char before = t->out.p[t->out.n - 1];
			if (before == '$' || before == '%')
				sw_buf_addch(&t->out, before); /* the sign twice, then the brace */
		}
		sw_buf_addch(&t->out, p[i]);
	}
}

static void trim_before(struct text *t)
{
	while (t->out.n > t->literal_from && strchr(" \t\n\v\f\r", t->out.p[t->out.n - 1]) &&
		t->out.p[t->out.n - 1])
		t->out.n--;
}

static int escape(struct hcl2 *h, struct text *t)
{
	struct fmt_cursor *c = &h->c;
	static const char from[] = "nrt\"\\", to[] = "\n\r\t\"\\";
	int d = fmt_peek(c, 1);
	const char *at = d > 0 ? strchr(from, d) : NULL;
	if (at) {
		c->at += 2;
		put_literal(t, &to[at - from], 1);
		return 0;
	}
	if (d != 'u' && d != 'U')
		return fmt_fail(c, "unknown escape in a string");
	uint32_t cp = 0;
	c->at += 2;
	for (int i = 0; i < (d == 'u' ? 4 : 8); i++, c->at++) {
		int x = fmt_peek(c, 0);
		if (x < 0 || !isxdigit(x))
			return fmt_fail(c, "expected hexadecimal digits");
		cp = cp * 16 + (uint32_t)(isdigit(x) ? x - '0' : (x | 32) - 'a' + 10);
	}
	char utf8[4];
	put_literal(t, utf8, sw_utf8_put(utf8, cp));
	return 0;
}

/* Up to the `}` or `~}` of ${ or %{. */
static int close_brace(struct hcl2 *h, struct text *t)
{
	int rc = hcl2_space(h);
	if (rc)
		return rc;
	bool trim = fmt_take(&h->c, '~');
	if (!fmt_take(&h->c, '}'))
		return fmt_fail(&h->c, "expected } of the template");
	t->trim_next = trim;
	t->literal_from = t->out.n;
	return 0;
}

static int interpolation(struct hcl2 *h, struct text *t)
{
	struct hcl2_expr e;
	bool was = h->newlines;
	h->c.at += 2;
	h->newlines = false;
	if (fmt_take(&h->c, '~'))
		trim_before(t);
	int rc = hcl2_space(h);
	if (!rc)
		rc = hcl2_expr(h, &e);
	if (!rc)
		rc = hcl2_put_text(h, &e, &t->out);
	if (!rc)
		rc = close_brace(h, t);
	h->newlines = was;
	t->only = e;
	t->wrap = t->parts++ == 0;
	return rc;
}

/* What may come next in a template. 1: its end. */
static int piece(struct hcl2 *h, struct text *t)
{
	struct fmt_cursor *c = &h->c;
	struct sw_str word;
	int d = fmt_peek(c, 0);
	if (t->quoted ? d == '"' : c->at >= t->end) {
		c->at += t->quoted;
		return 1;
	}
	if (d < 0 || (t->quoted && d == '\n'))
		return fmt_fail(c, "the string does not end");
	if ((d == '$' || d == '%') && fmt_peek(c, 1) == d && fmt_peek(c, 2) == '{') {
		char literal[2] = {(char)d, '{'};
		c->at += 3;
		t->parts++;
		t->wrap = false;
		put_literal(t, literal, 2);
		return 0;
	}
	if (d == '$' && fmt_peek(c, 1) == '{')
		return interpolation(h, t);
	if (d == '%' && fmt_peek(c, 1) == '{')
		return directive(h, t, &word);
	t->parts++;
	t->wrap = false;
	if (t->quoted && d == '\\')
		return escape(h, t);
	put_literal(t, &c->t.p[c->at++], 1);
	return 0;
}

static int directive_head(struct hcl2 *h, struct text *t, struct sw_str word)
{
	struct hcl2_expr e;
	struct sw_str k, v = {0};
	int rc = hcl2_space(h);
	if (rc || sw_str_is(word, "else") || sw_str_is(word, "endif") ||
		sw_str_is(word, "endfor")) {
		sw_buf_printf(&t->out, "%%{%.*s}", SW_STR_ARG(word));
		return rc;
	}
	if (sw_str_is(word, "for")) {
		if (!hcl2_ident(h, &k))
			return fmt_fail(&h->c, "expected a name");
		rc = hcl2_space(h);
		if (!rc && fmt_take(&h->c, ',')) {
			rc = hcl2_space(h);
			if (!rc && !hcl2_ident(h, &v))
				rc = fmt_fail(&h->c, "expected a name");
		}
		struct sw_str in;
		if (!rc)
			rc = hcl2_space(h);
		if (!rc && (!hcl2_ident(h, &in) || !sw_str_is(in, "in")))
			rc = fmt_fail(&h->c, "expected in");
		if (!rc)
			rc = hcl2_space(h);
	} else if (!sw_str_is(word, "if")) {
		return fmt_fail(&h->c, "unknown directive of a template");
	}
	if (!rc)
		rc = hcl2_expr(h, &e);
	if (rc)
		return rc;
	if (sw_str_is(word, "for"))
		sw_buf_printf(&t->out, "%%{for %.*s%s%.*s in ", SW_STR_ARG(k), v.p ? ", " : "",
			SW_STR_ARG(v));
	else
		sw_buf_addz(&t->out, "%{if ");
	sw_buf_addstr(&t->out, hcl2_source(h, &e));
	sw_buf_addch(&t->out, '}');
	return 0;
}

/* One %{…}; that they match is not checked here, only that each is well formed. */
static int directive(struct hcl2 *h, struct text *t, struct sw_str *ret_word)
{
	bool was = h->newlines;
	h->c.at += 2;
	h->newlines = false;
	t->parts++;
	t->wrap = false;
	if (fmt_take(&h->c, '~'))
		trim_before(t);
	int rc = hcl2_space(h);
	if (!rc && !hcl2_ident(h, ret_word))
		rc = fmt_fail(&h->c, "expected a directive");
	if (!rc)
		rc = directive_head(h, t, *ret_word);
	if (!rc)
		rc = close_brace(h, t);
	h->newlines = was;
	return rc;
}

static int template(struct hcl2 *h, struct text *t, struct hcl2_expr *ret)
{
	struct sw_value v;
	int rc = fmt_enter(&h->c);
	while (!rc)
		rc = piece(h, t);
	h->c.depth--;
	if (rc < 0)
		return rc;
	rc = fmt_string(&h->c, &t->out, &v);
	if (rc)
		return rc;
	*ret = (struct hcl2_expr){.kind = HCL2_TEMPLATE, .value = v, .text = sw_value_str(v)};
	if (t->wrap && t->parts == 1) {
		ret->kind = HCL2_WRAP;
		rc = hcl2_value(h, &t->only, &ret->value);
	}
	return rc;
}

int hcl2_quoted(struct hcl2 *h, struct hcl2_expr *ret)
{
	struct text t = {.quoted = true};
	size_t start = h->c.at++;
	sw_buf_init(&t.out, SW_FORMAT_MAX);
	int rc = template(h, &t, ret);
	sw_buf_release(&t.out);
	ret->start = start;
	ret->end = h->c.at;
	return rc;
}

int hcl2_label(struct hcl2 *h, struct sw_str *ret)
{
	struct hcl2_expr e;
	size_t at = h->c.at;
	int rc = hcl2_quoted(h, &e);
	if (rc)
		return rc;
	if (sw_str_has(hcl2_source(h, &e), SW_STR("${")))
		return fmt_fail_at(&h->c, at, SW_ESYNTAX, "no templates are allowed in a label");
	*ret = e.text;
	return 0;
}

/* ---- here-documents ---- */

/* Where the line of the mark begins and ends, and the least indent of the lines before. */
static int find_mark(
	struct hcl2 *h, struct sw_str mark, size_t *ret_end, size_t *ret_after, size_t *ret_indent)
{
	struct sw_str line;
	size_t start = h->c.at, indent = SIZE_MAX;
	for (;;) {
		size_t at = h->c.at, n = 0;
		if (!fmt_line(&h->c, &line))
			return fmt_fail_at(
				&h->c, start, SW_ESYNTAX, "the here-document does not end");
		if (sw_str_eq(sw_str_trim(line), mark)) {
			*ret_end = at;
			*ret_after = (size_t)(line.p - h->c.t.p) +
				     line.n; /* the end of line is not taken */
			*ret_indent = indent == SIZE_MAX ? 0 : indent;
			return 0;
		}
		while (n < line.n && (line.p[n] == ' ' || line.p[n] == '\t'))
			n++;
		if (n < indent && n < line.n)
			indent = n;
	}
}

static int body(struct hcl2 *h, struct text *t, size_t indent)
{
	int rc = 0;
	for (bool fresh = true; !rc;) {
		for (size_t i = 0; fresh && i < indent && h->c.at < t->end &&
				   fmt_peek(&h->c, 0) <= ' ' && fmt_peek(&h->c, 0) != '\n';
			i++)
			h->c.at++;
		fresh = fmt_peek(&h->c, 0) == '\n';
		rc = piece(h, t);
		if (h->c.at > t->end)
			return fmt_fail(
				&h->c, "the template goes beyond the end of the here-document");
	}
	return rc < 0 ? rc : 0;
}

int hcl2_heredoc(struct hcl2 *h, struct hcl2_expr *ret)
{
	struct text t = {0};
	struct sw_str mark;
	struct sw_value v;
	size_t start = h->c.at, after = start, indent = 0;
	h->c.at += 2;
	bool flush = fmt_take(&h->c, '-');
	if (!fmt_line(&h->c, &mark) || !(mark = sw_str_trim(mark)).n)
		return fmt_fail_at(&h->c, start, SW_ESYNTAX, "the here-document has no name");
	size_t from = h->c.at;
	int rc = find_mark(h, mark, &t.end, &after, &indent);
	if (rc)
		return rc;
	h->c.at = from;
	sw_buf_init(&t.out, SW_FORMAT_MAX);
	rc = body(h, &t, flush ? indent : 0);
	if (!rc)
		rc = fmt_string(&h->c, &t.out, &v);
	sw_buf_release(&t.out);
	h->c.at = after;
	if (!rc)
		*ret = (struct hcl2_expr){.kind = HCL2_TEMPLATE,
			.start = start,
			.end = after,
			.value = v,
			.text = sw_value_str(v)};
	return rc;
}
