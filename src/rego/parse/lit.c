/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers, strings and template strings. */
#include <math.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "rego/parse/impl.h"

#define MAX_BINARY_EXPONENT 100000 /* OPA's own, said to be arbitrary */

/* Whether |binary exponent| of a number passes the limit; exact except a hair around it. */
static bool number_too_big(struct sw_str s)
{
	double exp = 0, digits = 0;
	double lead = 0;
	bool point = false, seen = false;
	size_t i = 0;
	for (; i < s.n && s.p[i] != 'e' && s.p[i] != 'E'; i++) {
		char c = s.p[i];
		if (c == '.')
			point = true;
		if (c < '0' || c > '9')
			continue;
		if (!seen && c == '0') {
			exp -= point;
			continue;
		}
		seen = true;
		if (digits < 17)
			lead = lead * 10 + (c - '0');
		digits++;
		exp -= point;
	}
	if (!seen)
		return false;
	if (i < s.n) {
		bool neg = s.p[++i] == '-';
		double e = 0;
		for (i += s.p[i] == '-' || s.p[i] == '+'; i < s.n && e < 1e9; i++)
			e = e * 10 + (s.p[i] - '0');
		exp += neg ? -e : e;
	}
	if (digits > 17)
		exp += digits - 17;
	double bin = log2(lead) + exp * 3.321928094887362347870319429489390175864831;
	return bin >= MAX_BINARY_EXPONENT || bin < -MAX_BINARY_EXPONENT - 1;
}

/* JSON number text wants a digit in front of the point. */
static struct sw_value number_value(struct parser *p, bool minus, bool dot, struct sw_str lit)
{
	if (!minus && !dot)
		return sw_number(lit);
	return sw_number(sw_arena_printf(p->arena, "%s%s%.*s", minus ? "-" : "", dot ? "0." : "", SW_STR_ARG(lit)));
}

struct sw_rego_term *parse_number(struct parser *p)
{
	struct sw_rego_loc loc = p->s.loc;
	bool minus = p->s.tok == SW_TOK_SUB, dot = false;
	if (minus) {
		p_scan(p);
		if (p->s.tok != SW_TOK_NUMBER && p->s.tok != SW_TOK_DOT) {
			p_illegal(p, "expected number");
			return NULL;
		}
	}
	if (p->s.tok == SW_TOK_DOT) {
		dot = true;
		p_scan(p);
		if (p->s.tok != SW_TOK_NUMBER) {
			p_illegal(p, "expected number");
			return NULL;
		}
	}
	struct sw_str lit = p->s.lit;
	if (!dot && lit.n > 1 && lit.p[0] == '0' && lit.p[1] != '.' &&
		!(lit.n > 2 && (lit.p[1] == 'e' || lit.p[1] == 'E'))) {
		p_illegal(p, "expected number without leading zero");
		return NULL;
	}
	/* OPA's number takes a byte of a wider character behind it with it, and then is none. */
	bool stray = lit.n && (unsigned char)lit.p[lit.n - 1] >= 0x80;
	if (stray || (dot && sw_str_chr(lit, '.', 0) != SW_NPOS)) {
		p_illegal(p, "invalid float");
		return NULL;
	}
	struct sw_value v = number_value(p, minus, dot, lit);
	if (lit.n > 256 || sw_str_chr(lit, 'e', 0) != SW_NPOS || sw_str_chr(lit, 'E', 0) != SW_NPOS) {
		struct sw_str text = v.repr == SW_NUM_TEXT ? sw_value_str(v) : lit;
		if (number_too_big(text)) {
			p_error(p, &p->s.loc, "number too big");
			return NULL;
		}
	}
	struct sw_rego_term *t = p_scalar(p, v, &loc);
	if (t && dot) /* a JSON number has a digit there: keep what was written for printing */
		t->name = sw_arena_printf(p->arena, "%s.%.*s", minus ? "-" : "", SW_STR_ARG(lit));
	return t;
}

/* ---- strings ---- */

static bool hex4(struct sw_str s, size_t at, uint32_t *ret)
{
	uint32_t v = 0;
	if (at + 4 > s.n)
		return false;
	for (size_t i = at; i < at + 4; i++) {
		char c = s.p[i];
		uint32_t d;
		if (c >= '0' && c <= '9')
			d = (uint32_t)(c - '0');
		else if ((c | 32) >= 'a' && (c | 32) <= 'f')
			d = (uint32_t)((c | 32) - 'a' + 10);
		else
			return false;
		v = v << 4 | d;
	}
	*ret = v;
	return true;
}

static bool unescape_u(struct sw_str s, size_t *i, struct sw_buf *out)
{
	uint32_t hi, lo;
	if (!hex4(s, *i, &hi))
		return false;
	*i += 4;
	if (hi >= 0xD800 && hi < 0xDC00 && *i + 1 < s.n && s.p[*i] == '\\' && s.p[*i + 1] == 'u' &&
		hex4(s, *i + 2, &lo) && lo >= 0xDC00 && lo < 0xE000) {
		*i += 6;
		sw_buf_addrune(out, 0x10000 + ((hi - 0xD800) << 10) + (lo - 0xDC00));
	} else {
		sw_buf_addrune(out, hi >= 0xD800 && hi < 0xE000 ? 0xFFFD : hi);
	}
	return true;
}

/* JSON's escapes; false for what JSON does not allow in a string, raw control characters included. */
static bool unescape(struct sw_str s, struct sw_buf *out)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	for (size_t i = 0; i < s.n;) {
		char c = s.p[i++];
		if ((unsigned char)c < 0x20 || c == '"')
			return false;
		if (c != '\\') {
			sw_buf_addch(out, c);
			continue;
		}
		if (i >= s.n)
			return false;
		c = s.p[i++];
		const char *at = c ? strchr(from, c) : NULL;
		if (at)
			sw_buf_addch(out, to[at - from]);
		else if (c != 'u' || !unescape_u(s, &i, out))
			return false;
	}
	return !out->overflow;
}

/* The content of a literal without its delimiters. */
static bool literal_content(struct parser *p, struct sw_str lit, bool raw, struct sw_str *ret)
{
	struct sw_str inner = sw_str_sub(lit, 1, lit.n ? lit.n - 1 : 0);
	if (raw || sw_str_chr(inner, '\\', 0) == SW_NPOS) {
		*ret = inner;
		return true;
	}
	sw_autobuf b;
	sw_buf_init(&b, inner.n * 3 + 16);
	if (!unescape(inner, &b))
		return false;
	*ret = sw_arena_str(p->arena, sw_buf_str(&b));
	return true;
}

struct sw_rego_term *parse_string(struct parser *p)
{
	struct sw_str lit = p->s.lit, s;
	if (lit.n < 2)
		return NULL;
	if (!literal_content(p, lit, lit.p[0] == '`', &s)) {
		p_error(p, &p->s.loc, "illegal string literal: %.*s", SW_STR_ARG(lit));
		return NULL;
	}
	return p_string(p, s, &p->s.loc);
}

/* ---- template strings ---- */

static bool is_global_call(const struct sw_rego_expr *e, const char *name)
{
	return e->kind == SW_REGO_EXPR_CALL && e->terms.v[0]->kind == SW_REGO_REF &&
	       e->terms.v[0]->items.n == 1 && p_term_is_var(e->terms.v[0]->items.v[0], name);
}

static bool template_expr_allowed(struct parser *p, const struct sw_rego_expr *e)
{
	if (e->negated)
		p_error(p, &e->loc, "unexpected negation ('not') in template-string expression");
	else if (is_global_call(e, "eq"))
		p_error(p, &e->loc, "unexpected unification ('=') in template-string expression");
	else if (is_global_call(e, "assign"))
		p_error(p, &e->loc, "unexpected assignment (':=') in template-string expression");
	else if (e->kind == SW_REGO_EXPR_EVERY)
		p_error(p, &e->loc, "unexpected 'every' in template-string expression");
	else if (e->kind == SW_REGO_EXPR_SOME)
		p_error(p, &e->loc, "unexpected 'some' in template-string expression");
	else
		return true;
	return false;
}

/* The expression as one term, where it is one. */
static struct sw_rego_term *expr_as_term(struct parser *p, const struct sw_rego_expr *e)
{
	if (e->kind == SW_REGO_EXPR_TERM)
		return e->terms.v[0];
	if (e->kind != SW_REGO_EXPR_CALL)
		return NULL;
	struct sw_rego_term *t = p_term(p, SW_REGO_CALL, &e->loc);
	if (t)
		t->items = e->terms;
	return t;
}

/* One more part: items and body grow together; either may be NULL. */
static bool add_part(struct parser *p, struct sw_rego_term *t, struct sw_rego_term *item, struct sw_rego_expr *e)
{
	static struct sw_rego_term no_term;
	struct sw_rego_expr hole;
	if (!p_add(p, &t->items, item ? item : &no_term))
		return false;
	t->items.v[t->items.n - 1] = item;
	if (!p_body_add(p, &t->body, e ? e : &hole))
		return false;
	t->body.v[t->body.n - 1] = e;
	if (e)
		e->index = 0;
	return true;
}

static bool template_expr(struct parser *p, struct sw_rego_term *t)
{
	uint32_t comments = p->s.n_comments;
	p_scan(p);
	bool commented = p->s.n_comments != comments;
	struct sw_rego_expr *e = parse_literal(p);
	if (!e) {
		p_error(p, &p->s.loc, "invalid template-string expression");
		return false;
	}
	if (!template_expr_allowed(p, e))
		return false;
	bool plain = e->kind == SW_REGO_EXPR_TERM && e->terms.v[0]->kind == SW_REGO_SCALAR && !commented;
	if (!add_part(p, t, expr_as_term(p, e), plain ? NULL : e))
		return false;
	if (p->s.tok != SW_TOK_RBRACE) {
		p_error(p, &p->s.loc, "expected } to end template string expression");
		return false;
	}
	return true;
}

static bool template_parts(struct parser *p, struct sw_rego_term *t, bool raw)
{
	for (;;) {
		struct sw_str s, lit = p->s.lit;
		enum sw_rego_tok tok = p->s.tok;
		if (tok < SW_TOK_TEMPLATE_PART || tok > SW_TOK_RAW_TEMPLATE_END) {
			p_error(p, &p->s.loc, "expected template-string part");
			return false;
		}
		if (!literal_content(p, lit, raw, &s)) {
			p_error(p, &p->s.loc, "illegal template-string part: %.*s", SW_STR_ARG(lit));
			return false;
		}
		if (s.n && !add_part(p, t, p_string(p, s, &p->s.loc), NULL))
			return false;
		if (tok == SW_TOK_TEMPLATE_END || tok == SW_TOK_RAW_TEMPLATE_END)
			return true;
		if (!template_expr(p, t))
			return false;
		p_scan_template(p, raw);
	}
}

struct sw_rego_term *parse_template(struct parser *p, bool raw)
{
	struct sw_rego_loc loc = p->s.loc;
	if (p->opts->version == SW_REGO_V0 || p->opts->version == SW_REGO_V0_COMPAT_V1) {
		p_error(p, &loc, "template strings are not supported by current capabilities");
		return NULL;
	}
	struct sw_rego_term *t = p_term(p, SW_REGO_TEMPLATE_STRING, &loc);
	if (!t)
		return NULL;
	t->multi_line = raw;
	if (!p_enter(p))
		return NULL;
	bool ok = template_parts(p, t, raw);
	p_leave(p);
	if (!ok)
		return NULL;
	t->loc = p_span(p, &loc, loc.offset, p->s.tok_end);
	return t;
}
