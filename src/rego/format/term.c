/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/cleanup.h"
#include "rego/format/impl.h"
#include "rego/lexer.h"

/* ---- names ---- */

struct sw_str fmt_var_name(const struct fmt_writer *w, const struct sw_rego_term *t)
{
	int64_t i;
	if (!t->name.n || t->name.p[0] != '$')
		return t->name;
	/* A wildcard that stands in two places (a head copied for chained bodies) needs a name. */
	if (sw_str_to_i64(sw_str_sub(t->name, 1, t->name.n), &i) && i >= 0 && i < w->n_wildcards &&
		w->wildcards[i] > 1)
		return sw_arena_printf(w->arena, "_%lld", (long long)i);
	return SW_STR("_");
}

static bool bracketed(const struct fmt_writer *w, struct sw_str s, const struct sw_rego_loc *loc)
{
	if (!sw_rego_is_var_name(s))
		return true;
	/* Keywords behind a dot are allowed; what was written in quotes keeps them. */
	return sw_rego_keyword_tok(s, w->keywords) != SW_TOK_IDENT && loc->text.n && loc->text.p[0] == '"';
}

static void put_printed(struct fmt_writer *w, const struct sw_rego_term *t)
{
	sw_rego_term_print(w->out, t);
}

enum fmt_result fmt_ref(struct fmt_writer *w, const struct sw_rego_terms *ref, struct fmt_comments *c)
{
	const struct sw_rego_term *head = ref->v[0];
	bool parens = head->kind == SW_REGO_CALL && head->loc.text.n && head->loc.text.p[0] == '(';
	enum fmt_result r = fmt_term_parens(w, parens, head, c);
	for (uint32_t i = 1; !r && i < ref->n; i++) {
		const struct sw_rego_term *t = ref->v[i];
		bool string = t->kind == SW_REGO_SCALAR && t->value.type == SW_STRING;
		if (string && !bracketed(w, sw_value_str(t->value), &t->loc)) {
			fmt_put(w, ".");
			fmt_str(w, sw_value_str(t->value));
			continue;
		}
		fmt_put(w, "[");
		if (string) {
			put_printed(w, t);
		} else if (t->kind == SW_REGO_VAR) {
			fmt_str(w, fmt_var_name(w, t));
		} else {
			r = fmt_term(w, t, c);
			if (r == FMT_UNEXPECTED) {
				fmt_put(w, "\n"); /* the bracket must not become part of the comment */
				r = FMT_OK;
			}
		}
		if (!r)
			fmt_put(w, "]");
	}
	if (r)
		c->n = 0;
	return r;
}

/* ---- strings ---- */

/* Whether text is exactly one string literal. */
static bool one_literal(struct sw_str s)
{
	if (s.n < 2 || (s.p[0] != '"' && s.p[0] != '`') || s.p[s.n - 1] != s.p[0])
		return false;
	for (size_t i = 1; i + 1 < s.n; i++) {
		if (s.p[i] == '\\' && s.p[0] == '"')
			i++;
		else if (s.p[i] == s.p[0])
			return false;
	}
	return true;
}

/*
 * As it was written: printing would change "\u0000". In else branches the text may start with `else := `;
 * where it holds more than the literal (a body without braces) the string is printed.
 */
static void put_string(struct fmt_writer *w, const struct sw_rego_term *t)
{
	struct sw_str text = t->loc.text;
	char q = text.n ? text.p[text.n - 1] : 0;
	size_t at = q == '"' || q == '`' ? sw_str_chr(text, q, 0) : SW_NPOS;
	if (text.n && text.p[0] == '`') {
		fmt_str(w, text);
	} else if (at != SW_NPOS && one_literal(sw_str_sub(text, at, text.n))) {
		fmt_str(w, sw_str_sub(text, at, text.n));
	} else {
		put_printed(w, t);
	}
}

static void put_escaped_braces(struct fmt_writer *w, struct sw_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '{' && (i == 0 || s.p[i - 1] != '\\'))
			fmt_put(w, "\\");
		fmt_str(w, sw_str_sub(s, i, i + 1));
	}
}

static void put_template_scalar(struct fmt_writer *w, const struct sw_rego_term *t, bool raw)
{
	sw_autobuf b;
	sw_buf_init(&b, 1 << 24);
	bool string = t->value.type == SW_STRING;
	if (string && raw) {
		put_escaped_braces(w, sw_value_str(t->value));
		return;
	}
	sw_rego_term_print(&b, t);
	if (string)
		put_escaped_braces(w, sw_str_sub(sw_buf_str(&b), 1, b.n - 1));
	else
		fmt_str(w, sw_buf_str(&b));
}

static enum fmt_result template_expr(struct fmt_writer *w, const struct sw_rego_term *t, uint32_t i,
	struct fmt_comments *c)
{
	const struct sw_rego_expr *e = t->body.v[i];
	fmt_put(w, "{");
	w->level++;
	if (w->before_end) {
		fmt_end_line(w);
		fmt_start_line(w);
	} else {
		struct fmt_comments before = fmt_take_before(c, e->loc.row);
		if (before.n) {
			fmt_put(w, " ");
			w->in_line = true;
			fmt_write_comments(w, &before);
		}
	}
	enum fmt_result r = fmt_expr(w, e, c);
	if (r)
		return r;
	if (i + 1 < t->items.n) {
		const struct sw_rego_expr *next = t->body.v[i + 1];
		int64_t row = next ? next->loc.row : t->items.v[i + 1]->loc.row;
		struct fmt_comments before = fmt_take_before(c, row);
		if (before.n) {
			fmt_end_line(w);
			fmt_write_comments(w, &before);
			fmt_start_line(w);
		}
	}
	fmt_put(w, "}");
	return fmt_down(w);
}

static enum fmt_result template_string(struct fmt_writer *w, const struct sw_rego_term *t, struct fmt_comments *c)
{
	const char *quote = t->multi_line ? "`" : "\"";
	fmt_put(w, "$");
	fmt_put(w, quote);
	for (uint32_t i = 0; i < t->items.n; i++) {
		if (!t->body.v[i]) {
			put_template_scalar(w, t->items.v[i], t->multi_line);
			continue;
		}
		enum fmt_result r = template_expr(w, t, i, c);
		if (r)
			return r;
	}
	fmt_put(w, quote);
	return FMT_OK;
}

/* ---- calls ---- */

bool fmt_is_member(const struct sw_rego_term *op, uint32_t *ret_arity)
{
	if (op->kind != SW_REGO_REF || op->items.n != 2 || op->items.v[0]->kind != SW_REGO_VAR ||
		!sw_str_is(op->items.v[0]->name, "internal") || op->items.v[1]->kind != SW_REGO_SCALAR ||
		op->items.v[1]->value.type != SW_STRING)
		return false;
	struct sw_str name = sw_value_str(op->items.v[1]->value);
	*ret_arity = sw_str_is(name, "member_2") ? 2 : 3;
	return *ret_arity == 2 || sw_str_is(name, "member_3");
}

static const char *operand_type(struct sw_str op)
{
	static const char *const numbers[] = {"plus", "mul", "div", "rem"};
	for (size_t i = 0; i < SW_ARRAY_LEN(numbers); i++)
		if (sw_str_is(op, numbers[i]))
			return "number";
	if (sw_str_is(op, "minus"))
		return "any<number, set[any]>";
	return sw_str_is(op, "and") || sw_str_is(op, "or") ? "set[any]" : "any";
}

static const char *value_name(const struct sw_rego_term *t)
{
	static const char *const names[] = {[SW_REGO_VAR] = "var",
		[SW_REGO_REF] = "ref",
		[SW_REGO_ARRAY] = "array",
		[SW_REGO_SET] = "set",
		[SW_REGO_OBJECT] = "object",
		[SW_REGO_ARRAY_COMP] = "arraycomprehension",
		[SW_REGO_SET_COMP] = "setcomprehension",
		[SW_REGO_OBJECT_COMP] = "objectcomprehension",
		[SW_REGO_CALL] = "call",
		[SW_REGO_TEMPLATE_STRING] = "templatestring"};
	return t->kind == SW_REGO_SCALAR ? sw_type_name((enum sw_type)t->value.type) : names[t->kind];
}

static void arity_error(struct fmt_writer *w, struct sw_str op, struct sw_rego_term *const *v, uint32_t n,
	uint32_t arity, const struct sw_rego_loc *loc)
{
	sw_autobuf b;
	uint32_t at = w->diags->n;
	sw_buf_init(&b, 1 << 16);
	sw_buf_addz(&b, "have: (");
	for (uint32_t i = 0; i < n; i++)
		sw_buf_printf(&b, "%s%s", i ? "," : "", value_name(v[i]));
	sw_buf_addz(&b, ")\nwant: (");
	for (uint32_t i = 0; i < arity; i++)
		sw_buf_printf(&b, "%s%s", i ? "," : "", operand_type(op));
	sw_buf_addch(&b, ')');
	sw_rego_diag_add(w->diags, "rego_type_error", loc, "%.*s: arity mismatch", SW_STR_ARG(op));
	if (w->diags->n > at)
		w->diags->v[at].details = sw_arena_str(w->diags->arena, sw_buf_str(&b));
}

void fmt_arity_error(struct fmt_writer *w, const struct sw_rego_terms *call, const struct sw_rego_loc *loc)
{
	sw_autobuf b;
	sw_buf_init(&b, 1 << 16);
	sw_rego_term_print(&b, call->v[0]);
	arity_error(w, sw_buf_str(&b), call->v + 1, call->n - 1, 2, loc);
}

enum fmt_result fmt_call_plain(struct fmt_writer *w, const struct sw_rego_terms *call, struct fmt_comments *c)
{
	const struct sw_rego_loc *loc = &call->v[0]->loc;
	struct sw_rego_terms args = {call->v + 1, call->n - 1, 0};
	enum fmt_result r = fmt_ref(w, &call->v[0]->items, c);
	if (r)
		return r;
	fmt_put(w, "(");
	r = fmt_list(w, &args, loc, fmt_closing_row(0, 0, '(', ')', loc), FMT_LIST, c);
	fmt_put(w, ")");
	if (r)
		c->n = 0;
	return r;
}

enum fmt_result fmt_in(struct fmt_writer *w, bool parens, struct sw_rego_term *const *v, uint32_t n, uint32_t arity,
	const struct sw_rego_loc *loc, struct fmt_comments *c)
{
	enum fmt_result r = FMT_OK;
	if (n != arity) {
		arity_error(w, arity == 2 ? SW_STR("internal.member_2") : SW_STR("internal.member_3"), v, n, arity, loc);
		return FMT_OK;
	}
	parens = parens && n == 3;
	fmt_put(w, parens ? "(" : "");
	for (uint32_t i = 0; !r && i < n; i++) {
		if (i)
			fmt_put(w, i + 1 == n ? " in " : ", ");
		r = fmt_term_parens(w, true, v[i], c);
	}
	fmt_put(w, parens ? ")" : "");
	if (r)
		c->n = 0;
	return r;
}

static enum fmt_result call(struct fmt_writer *w, bool parens, const struct sw_rego_term *t, struct fmt_comments *c)
{
	const struct sw_rego_terms *x = &t->items;
	const char *infix = sw_rego_infix(x->v[0]);
	uint32_t arity;
	if (fmt_is_member(x->v[0], &arity))
		return fmt_in(w, true, x->v + 1, x->n - 1, arity, &t->loc, c);
	if (!infix)
		return fmt_call_plain(w, x, c);
	fmt_put(w, parens ? "(" : "");
	if (x->n != 3) {
		fmt_arity_error(w, x, &t->loc);
		return FMT_OK;
	}
	enum fmt_result r = fmt_term_parens(w, true, x->v[1], c);
	if (!r) {
		fmt_put(w, " ");
		fmt_put(w, infix);
		fmt_put(w, " ");
		r = fmt_term_parens(w, true, x->v[2], c);
	}
	if (r)
		c->n = 0;
	else
		fmt_put(w, parens ? ")" : "");
	return r;
}

/* ---- collections ---- */

/* OPA starts from its own order of elements, which counts where places are of no use. */
static struct sw_rego_terms in_opa_order(struct fmt_writer *w, const struct sw_rego_term *t)
{
	struct sw_rego_terms l = t->items;
	l.v = sw_arena_new_array(w->arena, l.n + 1, struct sw_rego_term *);
	if (!l.v)
		return t->items;
	memcpy(l.v, t->items.v, l.n * sizeof(*l.v));
	sw_rego_terms_sort(l.v, l.n, t->kind == SW_REGO_OBJECT ? 2 : 1);
	return l;
}

static enum fmt_result collection(struct fmt_writer *w, const struct sw_rego_term *t, struct fmt_comments *c)
{
	bool array = t->kind == SW_REGO_ARRAY;
	char open = array ? '[' : '{', close = array ? ']' : '}';
	enum fmt_result r;
	if (t->kind == SW_REGO_SET && !t->items.n) {
		fmt_put(w, "set()");
		r = fmt_insert_comments(w, c, fmt_closing_row(0, 0, '(', ')', &t->loc));
	} else {
		struct sw_rego_terms l = array || !t->items.n ? t->items : in_opa_order(w, t);
		fmt_put(w, array ? "[" : "{");
		r = fmt_list(w, &l, &t->loc, fmt_closing_row(0, 0, open, close, &t->loc),
			t->kind == SW_REGO_OBJECT ? FMT_OBJECT : FMT_LIST_UNION_PARENS, c);
		fmt_put(w, array ? "]" : "}");
	}
	if (r && t->kind != SW_REGO_OBJECT && t->kind != SW_REGO_SET)
		c->n = 0;
	return r;
}

/* ---- terms ---- */

static enum fmt_result by_kind(struct fmt_writer *w, bool parens, const struct sw_rego_term *t,
	struct fmt_comments *c)
{
	switch ((enum sw_rego_term_kind)t->kind) {
	case SW_REGO_REF:
		return fmt_ref(w, &t->items, c);
	case SW_REGO_OBJECT:
	case SW_REGO_ARRAY:
	case SW_REGO_SET:
		return collection(w, t, c);
	case SW_REGO_ARRAY_COMP:
	case SW_REGO_SET_COMP:
	case SW_REGO_OBJECT_COMP:
		return fmt_comprehension(w, t, c);
	case SW_REGO_TEMPLATE_STRING:
		return template_string(w, t, c);
	case SW_REGO_CALL:
		return call(w, parens, t, c);
	case SW_REGO_VAR:
		fmt_str(w, fmt_var_name(w, t));
		break;
	case SW_REGO_SCALAR:
		if (t->value.type == SW_STRING)
			put_string(w, t);
		else
			put_printed(w, t);
		break;
	}
	return FMT_OK;
}

enum fmt_result fmt_term_parens(struct fmt_writer *w, bool parens, const struct sw_rego_term *t,
	struct fmt_comments *c)
{
	if (w->paren_term == t) {
		w->paren_term = NULL;
		parens = true;
	}
	enum fmt_result r = fmt_insert_comments(w, c, t->loc.row);
	if (!r) {
		if (!w->in_line)
			fmt_start_line(w);
		r = by_kind(w, parens, t, c);
	}
	if (r) {
		c->n = 0;
		return r;
	}
	if (!w->in_line)
		fmt_start_line(w);
	return FMT_OK;
}

enum fmt_result fmt_term(struct fmt_writer *w, const struct sw_rego_term *t, struct fmt_comments *c)
{
	struct fmt_comments saved = *c;
	size_t len = w->out->n;
	uint32_t level = w->level;
	enum fmt_result r = fmt_term_parens(w, false, t, c);
	if (r != FMT_UNEXPECTED || !saved.n)
		return r;
	w->out->n = len;
	w->level = level;
	/* A comment inside of the text must not be written twice. */
	if (w->before_end && t->loc.text.n && w->before_end->loc.row >= t->loc.row &&
		(int64_t)w->before_end->loc.row <= fmt_end_row(&t->loc))
		w->before_end = NULL;
	r = fmt_unformatted(w, &t->loc, &saved);
	*c = saved;
	if (r == FMT_FAIL)
		c->n = 0;
	return r == FMT_FAIL ? FMT_FAIL : FMT_UNEXPECTED;
}
