/* SPDX-License-Identifier: Apache-2.0 */
/* HCL 2: expressions. */
#include <ctype.h>

#include "doc/formats/hcl2_impl.h"

static int operand(struct hcl2 *h, struct hcl2_expr *ret);

struct sw_str hcl2_source(const struct hcl2 *h, const struct hcl2_expr *e)
{
	return sw_str_sub(h->c.t, e->start, e->end);
}

int hcl2_value(struct hcl2 *h, const struct hcl2_expr *e, struct sw_value *ret)
{
	if (sw_defined(e->value)) {
		*ret = e->value;
		return 0;
	}
	struct sw_str s = sw_arena_printf(h->c.a, "${%.*s}", SW_STR_ARG(hcl2_source(h, e)));
	if (!s.p)
		return fmt_full(&h->c);
	*ret = sw_string(s);
	return 0;
}

int hcl2_put_text(struct hcl2 *h, const struct hcl2_expr *e, struct sw_buf *out)
{
	if (e->text.p) {
		sw_buf_addstr(out, e->text);
	} else {
		sw_buf_addz(out, "${");
		sw_buf_addstr(out, hcl2_source(h, e));
		sw_buf_addch(out, '}');
	}
	return out->overflow ? fmt_full(&h->c) : 0;
}

static struct hcl2_expr other(size_t start, size_t end)
{
	return (struct hcl2_expr){.kind = HCL2_OTHER, .start = start, .end = end};
}

/* ---- literals ---- */

static int number(struct hcl2 *h, struct hcl2_expr *ret)
{
	struct fmt_cursor *c = &h->c;
	size_t start = c->at;
	double d;
	int64_t i;
	while (isdigit(fmt_peek(c, 0)))
		c->at++;
	if (fmt_peek(c, 0) == '.' && isdigit(fmt_peek(c, 1)))
		for (c->at++; isdigit(fmt_peek(c, 0));)
			c->at++;
	if ((fmt_peek(c, 0) | 32) == 'e') {
		size_t sign = fmt_peek(c, 1) == '+' || fmt_peek(c, 1) == '-';
		if (isdigit(fmt_peek(c, 1 + sign)))
			for (c->at += 1 + sign; isdigit(fmt_peek(c, 0));)
				c->at++;
	}
	struct sw_str s = sw_str_sub(c->t, start, c->at);
	*ret = (struct hcl2_expr){.kind = HCL2_LITERAL, .start = start, .end = c->at, .text = s};
	if (sw_str_to_i64(s, &i)) {
		ret->value = sw_int(i);
		return 0;
	}
	if (!fmt_to_double(s, &d))
		return fmt_fail_at(c, start, SW_EINVALID, "the number is out of range");
	return fmt_double(c, d, &ret->value);
}

/* Words in brackets of any kind: ends of lines do not count there. */
static int enclosed(struct hcl2 *h, char end, bool commas)
{
	bool was = h->newlines;
	h->newlines = false;
	h->c.at++;
	for (;;) {
		struct hcl2_expr e;
		int rc = hcl2_space(h);
		if (rc)
			return rc;
		if (fmt_take(&h->c, end))
			break;
		rc = hcl2_expr(h, &e);
		if (!rc)
			rc = hcl2_space(h);
		if (rc)
			return rc;
		if (fmt_starts(&h->c, "..."))
			h->c.at += 3;
		rc = hcl2_space(h);
		if (rc)
			return rc;
		if (!(commas && fmt_take(&h->c, ',')) && fmt_peek(&h->c, 0) != end)
			return fmt_fail(&h->c, "expected %s%c", commas ? ", or " : "", end);
	}
	h->newlines = was;
	return 0;
}

/* ---- for ---- */

static bool is_for(struct hcl2 *h)
{
	struct sw_str word;
	size_t at = h->c.at;
	h->c.at++;
	bool is = hcl2_lines(h) == 0 && hcl2_ident(h, &word) && sw_str_is(word, "for");
	if (is) {
		int rc = hcl2_lines(h);
		is = rc == 0 && hcl2_ident(h, &word);
	}
	h->c.at = at;
	return is;
}

static int want(struct hcl2 *h, const char *word)
{
	int rc = hcl2_space(h);
	if (rc)
		return rc;
	if (!fmt_starts(&h->c, word))
		return fmt_fail(&h->c, "expected %s", word);
	h->c.at += strlen(word);
	return hcl2_space(h);
}

/* [for k, v in xs : v if c] and {for k, v in xs : k => v... if c} */
static int for_expr(struct hcl2 *h, char end)
{
	struct hcl2_expr e;
	struct sw_str name;
	bool was = h->newlines;
	h->newlines = false;
	h->c.at++;
	int rc = hcl2_space(h);
	if (!rc)
		rc = want(h, "for");
	if (!rc && !hcl2_ident(h, &name))
		rc = fmt_fail(&h->c, "expected a name");
	if (!rc)
		rc = hcl2_space(h);
	if (!rc && fmt_take(&h->c, ',')) {
		rc = hcl2_space(h);
		if (!rc && !hcl2_ident(h, &name))
			rc = fmt_fail(&h->c, "expected a name");
	}
	if (!rc)
		rc = want(h, "in");
	if (!rc)
		rc = hcl2_expr(h, &e);
	if (!rc)
		rc = want(h, ":");
	if (!rc)
		rc = hcl2_expr(h, &e);
	if (!rc && end == '}') {
		rc = want(h, "=>");
		if (!rc)
			rc = hcl2_expr(h, &e);
		if (!rc)
			rc = hcl2_space(h);
		if (!rc && fmt_starts(&h->c, "..."))
			h->c.at += 3;
	}
	if (!rc)
		rc = hcl2_space(h);
	if (!rc && fmt_starts(&h->c, "if")) {
		rc = want(h, "if");
		if (!rc)
			rc = hcl2_expr(h, &e);
		if (!rc)
			rc = hcl2_space(h);
	}
	if (!rc && !fmt_take(&h->c, end))
		rc = fmt_fail(&h->c, "expected %c", end);
	h->newlines = was;
	return rc;
}

/* ---- tuples and objects ---- */

static int tuple(struct hcl2 *h, struct hcl2_expr *ret)
{
	struct sw_list l;
	bool was = h->newlines;
	sw_list_init(&l, h->c.a);
	h->newlines = false;
	h->c.at++;
	for (;;) {
		struct hcl2_expr e;
		struct sw_value v;
		int rc = hcl2_space(h);
		if (rc)
			return rc;
		if (fmt_take(&h->c, ']'))
			break;
		rc = hcl2_expr(h, &e);
		if (!rc)
			rc = hcl2_value(h, &e, &v);
		if (!rc && sw_list_add(&l, v))
			rc = fmt_full(&h->c);
		if (!rc)
			rc = hcl2_space(h);
		if (rc)
			return rc;
		if (!fmt_take(&h->c, ',') && fmt_peek(&h->c, 0) != ']')
			return fmt_fail(&h->c, "expected , or ] in the list");
	}
	h->newlines = was;
	*ret = (struct hcl2_expr){.kind = HCL2_TUPLE, .end = h->c.at, .value = sw_list_array(&l)};
	return sw_defined(ret->value) ? 0 : fmt_full(&h->c);
}

/* A bare name is itself; a template and a literal are their text; the rest stays source. */
static int object_key(struct hcl2 *h, const struct hcl2_expr *e, struct sw_value *ret)
{
	sw_autobuf b;
	sw_buf_init(&b, SW_FORMAT_MAX);
	if (e->kind == HCL2_NAME) {
		*ret = sw_string(hcl2_source(h, e));
		return 0;
	}
	int rc = hcl2_put_text(h, e, &b);
	return rc ? rc : fmt_string(&h->c, &b, ret);
}

static int object_item(struct hcl2 *h, struct sw_map *m)
{
	struct hcl2_expr k, v;
	struct sw_value key, value;
	int rc = hcl2_expr(h, &k);
	if (!rc)
		rc = hcl2_lines(h);
	if (rc)
		return rc;
	if (!fmt_take(&h->c, '=') && !fmt_take(&h->c, ':'))
		return fmt_fail(&h->c, "expected = or : in the object");
	h->newlines = true;
	rc = hcl2_lines(h);
	if (!rc)
		rc = hcl2_expr(h, &v);
	if (!rc)
		rc = object_key(h, &k, &key);
	if (!rc)
		rc = hcl2_value(h, &v, &value);
	if (!rc && sw_map_add(m, key, value))
		rc = fmt_full(&h->c);
	return rc;
}

static int object(struct hcl2 *h, struct hcl2_expr *ret)
{
	struct sw_map m;
	bool was = h->newlines;
	sw_map_init(&m, h->c.a);
	h->c.at++;
	for (;;) {
		int rc = hcl2_lines(h);
		if (rc)
			return rc;
		if (fmt_take(&h->c, '}'))
			break;
		h->newlines = true;
		rc = object_item(h, &m);
		if (!rc)
			rc = hcl2_space(h);
		if (rc)
			return rc;
		int d = fmt_peek(&h->c, 0);
		if (!fmt_take(&h->c, ',') && d != '}' && d != '\n' && d != '\r')
			return fmt_fail(
				&h->c, "expected , or } or the end of the line in the object");
	}
	h->newlines = was;
	*ret = (struct hcl2_expr){.kind = HCL2_OBJECT, .end = h->c.at, .value = sw_map_object(&m)};
	return sw_defined(ret->value) ? 0 : fmt_full(&h->c);
}

/* ---- primaries ---- */

static int named(struct hcl2 *h, struct hcl2_expr *ret)
{
	size_t start = h->c.at;
	struct sw_str name;
	if (!hcl2_ident(h, &name))
		return fmt_fail(&h->c, "expected an expression");
	while (fmt_starts(&h->c, "::")) {
		struct sw_str part;
		h->c.at += 2;
		if (!hcl2_ident(h, &part))
			return fmt_fail(&h->c, "expected the name of a function");
	}
	size_t end = h->c.at;
	int rc = hcl2_space(h);
	if (rc)
		return rc;
	if (fmt_peek(&h->c, 0) == '(') {
		rc = enclosed(h, ')', true);
		*ret = other(start, h->c.at);
		return rc;
	}
	h->c.at = end;
	*ret = (struct hcl2_expr){.kind = HCL2_NAME, .start = start, .end = end};
	if (sw_str_is(name, "true") || sw_str_is(name, "false") || sw_str_is(name, "null")) {
		ret->kind = HCL2_LITERAL;
		ret->value = name.p[0] == 'n' ? sw_null() : sw_bool(name.n == 4);
		ret->text = name;
	}
	return 0;
}

static int primary(struct hcl2 *h, struct hcl2_expr *ret)
{
	size_t start = h->c.at;
	int d = fmt_peek(&h->c, 0), rc;
	if (d == '"')
		rc = hcl2_quoted(h, ret);
	else if (fmt_starts(&h->c, "<<"))
		rc = hcl2_heredoc(h, ret);
	else if (isdigit(d))
		rc = number(h, ret);
	else if (d == '(' || ((d == '[' || d == '{') && is_for(h))) {
		rc = d == '(' ? enclosed(h, ')', false) : for_expr(h, d == '[' ? ']' : '}');
		*ret = other(start, h->c.at);
	} else if (d == '[')
		rc = tuple(h, ret);
	else if (d == '{')
		rc = object(h, ret);
	else
		rc = named(h, ret);
	ret->start = start;
	return rc;
}

/* .name .0 .* [x] [*] behind an operand */
static int postfix(struct hcl2 *h, struct hcl2_expr *e)
{
	for (;;) {
		struct sw_str name;
		size_t end = h->c.at;
		int rc = hcl2_space(h), d = fmt_peek(&h->c, 0);
		if (rc)
			return rc;
		if (d == '.' && fmt_peek(&h->c, 1) != '.') {
			h->c.at++;
			if (isdigit(fmt_peek(&h->c, 0)))
				while (isdigit(fmt_peek(&h->c, 0)) ||
					(fmt_peek(&h->c, 0) == '.' && isdigit(fmt_peek(&h->c, 1))))
					h->c.at++;
			else if (!fmt_take(&h->c, '*') && !hcl2_ident(h, &name))
				return fmt_fail(&h->c, "expected the name of an attribute");
		} else if (d == '[') {
			if (fmt_peek(&h->c, 1) == '*' && fmt_peek(&h->c, 2) == ']')
				h->c.at += 3;
			else
				rc = enclosed(h, ']', false);
			if (rc)
				return rc;
		} else {
			h->c.at = end;
			return 0;
		}
		bool name_only = e->kind == HCL2_NAME;
		*e = other(e->start, h->c.at);
		e->kind = name_only ? HCL2_NAME : HCL2_OTHER;
	}
}

/* A minus before a number and a not before a boolean are folded; before anything else they are not.
 */
static int unary(struct hcl2 *h, struct hcl2_expr *ret)
{
	size_t start = h->c.at++;
	bool minus = h->c.t.p[start] == '-';
	struct hcl2_expr e;
	int64_t i;
	int rc = hcl2_space(h);
	if (!rc)
		rc = operand(h, &e);
	if (rc)
		return rc;
	*ret = other(start, e.end);
	if (e.kind != HCL2_LITERAL)
		return 0;
	if (!minus && sw_is(e.value, SW_BOOL)) {
		ret->value = sw_bool(!e.value.u.b);
	} else if (minus && sw_is(e.value, SW_NUMBER)) {
		if (!sw_value_int(e.value, &i))
			return fmt_double(&h->c, -sw_value_double(e.value), &ret->value);
		ret->value = i == INT64_MIN ? sw_undef() : sw_int(-i);
	} else {
		return fmt_fail_at(
			&h->c, start, SW_EINVALID, "the operator does not fit its operand");
	}
	return 0;
}

static int operand(struct hcl2 *h, struct hcl2_expr *ret)
{
	int d = fmt_peek(&h->c, 0), rc = fmt_enter(&h->c);
	if (rc)
		return rc;
	if (d == '-' || d == '!') {
		rc = unary(h, ret);
	} else {
		rc = primary(h, ret);
		if (!rc)
			rc = postfix(h, ret);
	}
	h->c.depth--;
	return rc;
}

static size_t operator_length(const struct fmt_cursor *c)
{
	static const char *const two[] = {"==", "!=", "<=", ">=", "&&", "||"};
	for (size_t i = 0; i < sizeof(two) / sizeof(*two); i++)
		if (fmt_starts(c, two[i]))
			return 2;
	int d = fmt_peek(c, 0);
	if (d == '=' || fmt_starts(c, "=>"))
		return 0;
	return d > 0 && strchr("<>+-*/%", d) ? 1 : 0;
}

static int binary(struct hcl2 *h, struct hcl2_expr *ret)
{
	int rc = operand(h, ret);
	while (!rc) {
		struct hcl2_expr rhs;
		size_t end = h->c.at;
		rc = hcl2_space(h);
		size_t op = rc ? 0 : operator_length(&h->c);
		if (!op) {
			h->c.at = end;
			break;
		}
		h->c.at += op;
		rc = hcl2_space(h);
		if (!rc)
			rc = operand(h, &rhs);
		if (!rc)
			*ret = other(ret->start, rhs.end);
	}
	return rc;
}

/* As part of a template a choice becomes %{if}. */
static int cond_text(struct hcl2 *h, const struct hcl2_expr *c, const struct hcl2_expr *yes,
	const struct hcl2_expr *no, struct hcl2_expr *ret)
{
	sw_autobuf b, otherwise;
	struct sw_value v;
	sw_buf_init(&b, SW_FORMAT_MAX);
	sw_buf_init(&otherwise, SW_FORMAT_MAX);
	sw_buf_addz(&b, "%{if ");
	sw_buf_addstr(&b, hcl2_source(h, c));
	sw_buf_addch(&b, '}');
	int rc = hcl2_put_text(h, yes, &b);
	if (!rc)
		rc = hcl2_put_text(h, no, &otherwise);
	if (rc)
		return rc;
	if (otherwise.n)
		sw_buf_addz(&b, "%{else}");
	sw_buf_addstr(&b, sw_buf_str(&otherwise));
	sw_buf_addz(&b, "%{endif}");
	rc = fmt_string(&h->c, &b, &v);
	if (!rc)
		ret->text = sw_value_str(v);
	return rc;
}

int hcl2_expr(struct hcl2 *h, struct hcl2_expr *ret)
{
	struct hcl2_expr cond, yes, no;
	int rc = fmt_enter(&h->c);
	if (!rc)
		rc = binary(h, &cond);
	size_t end = h->c.at;
	if (!rc)
		rc = hcl2_space(h);
	if (rc)
		return rc;
	h->c.depth--;
	if (!fmt_take(&h->c, '?')) {
		h->c.at = end;
		*ret = cond;
		return 0;
	}
	rc = fmt_enter(&h->c);
	if (!rc)
		rc = hcl2_space(h);
	if (!rc)
		rc = hcl2_expr(h, &yes);
	if (!rc)
		rc = hcl2_space(h);
	if (!rc && !fmt_take(&h->c, ':'))
		rc = fmt_fail(&h->c, "expected : of the condition");
	if (!rc)
		rc = hcl2_space(h);
	if (!rc)
		rc = hcl2_expr(h, &no);
	h->c.depth--;
	if (rc)
		return rc;
	*ret = other(cond.start, no.end);
	ret->kind = HCL2_COND;
	return cond_text(h, &cond, &yes, &no, ret);
}
