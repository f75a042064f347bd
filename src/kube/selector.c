/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/selector.h"

#include <stdlib.h>

#define MAX_TERMS 4096

/* ---- names ---- */

static bool alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool lower_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool valid_name(struct sw_str s)
{
	if (!s.n || s.n > 63 || !alnum(s.p[0]) || !alnum(s.p[s.n - 1]))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!alnum(s.p[i]) && s.p[i] != '-' && s.p[i] != '_' && s.p[i] != '.')
			return false;
	return true;
}

static bool dns_label(struct sw_str s)
{
	if (!s.n || !lower_alnum(s.p[0]) || !lower_alnum(s.p[s.n - 1]))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!lower_alnum(s.p[i]) && s.p[i] != '-')
			return false;
	return true;
}

bool sw_kube_valid_subdomain(struct sw_str s)
{
	if (!s.n || s.n > 253 || s.p[s.n - 1] == '.')
		return false;
	struct sw_str piece;
	while (sw_str_split(&s, '.', &piece))
		if (!dns_label(piece))
			return false;
	return true;
}

bool sw_kube_valid_label_key(struct sw_str s)
{
	size_t slash = sw_str_chr(s, '/', 0);
	if (slash == SW_NPOS)
		return valid_name(s);
	return sw_kube_valid_subdomain(sw_str_sub(s, 0, slash)) &&
	       valid_name(sw_str_sub(s, slash + 1, s.n));
}

bool sw_kube_valid_label_value(struct sw_str s)
{
	return !s.n || valid_name(s);
}

/* ---- requirements ---- */

struct builder {
	struct sw_arena *arena;
	struct sw_selector_term *terms;
	uint32_t n, cap;
	struct sw_error *err;
};

static int full(struct sw_error *err)
{
	return sw_error_set(err, SW_ELIMIT, "selector is too large");
}

static int compare_str(const void *a, const void *b)
{
	return sw_str_cmp(*(const struct sw_str *)a, *(const struct sw_str *)b);
}

static void sort_unique(struct sw_selector_term *t)
{
	uint32_t n = 0;
	if (!t->n_values)
		return;
	qsort(t->values, t->n_values, sizeof(*t->values), compare_str);
	for (uint32_t i = 0; i < t->n_values; i++)
		if (!i || !sw_str_eq(t->values[i], t->values[n - 1]))
			t->values[n++] = t->values[i];
	t->n_values = n;
}

static int check_values(const struct sw_selector_term *t, struct sw_error *err)
{
	bool one = t->op == SW_SEL_EQUALS || t->op == SW_SEL_DOUBLE_EQUALS ||
		   t->op == SW_SEL_NOT_EQUALS;
	bool order = t->op == SW_SEL_GREATER || t->op == SW_SEL_LESS;
	bool none = t->op == SW_SEL_EXISTS || t->op == SW_SEL_NOT_EXISTS;
	if ((t->op == SW_SEL_IN || t->op == SW_SEL_NOT_IN) && !t->n_values)
		return sw_error_set(
			err, SW_EINVALID, "for 'in', 'notin' operators, values set can't be empty");
	if (one && t->n_values != 1)
		return sw_error_set(
			err, SW_EINVALID, "exact-match compatibility requires one single value");
	if (none && t->n_values)
		return sw_error_set(
			err, SW_EINVALID, "values set must be empty for exists and does not exist");
	int64_t number;
	if (order && (t->n_values != 1 || !sw_str_to_i64(t->values[0], &number)))
		return sw_error_set(
			err, SW_EINVALID, "for 'Gt', 'Lt' operators, the value must be an integer");
	for (uint32_t i = 0; i < t->n_values; i++)
		if (!sw_kube_valid_label_value(t->values[i]))
			return sw_error_set(err, SW_EINVALID, "\"%.*s\" is not a valid label value",
				SW_STR_ARG(sw_str_sub(t->values[i], 0, 80)));
	return 0;
}

static int add_term(struct builder *b, struct sw_selector_term t)
{
	if (!sw_kube_valid_label_key(t.key))
		return sw_error_set(b->err, SW_EINVALID, "\"%.*s\" is not a valid label key",
			SW_STR_ARG(sw_str_sub(t.key, 0, 80)));
	int r = check_values(&t, b->err);
	if (r)
		return r;
	if (b->n == MAX_TERMS)
		return full(b->err);
	if (b->n == b->cap) {
		uint32_t cap = b->cap ? 2 * b->cap : 4;
		struct sw_selector_term *p =
			sw_arena_grow(b->arena, b->terms, b->n * sizeof(*p), cap * sizeof(*p));
		if (!p)
			return full(b->err);
		b->terms = p;
		b->cap = cap;
	}
	sort_unique(&t);
	b->terms[b->n++] = t;
	return 0;
}

static int compare_term(const void *a, const void *b)
{
	const struct sw_selector_term *x = a, *y = b;
	int c = sw_str_cmp(x->key, y->key);
	return c ? c : (x->op > y->op) - (x->op < y->op);
}

static int finish(struct builder *b, struct sw_selector *ret)
{
	if (b->n)
		qsort(b->terms, b->n, sizeof(*b->terms), compare_term);
	*ret = (struct sw_selector){.terms = b->terms, .n = b->n};
	return 0;
}

/* ---- the string form ---- */

enum token {
	T_BAD,
	T_END,
	T_CLOSE,
	T_COMMA,
	T_NOT,
	T_DEQ,
	T_EQ,
	T_GT,
	T_ID,
	T_IN,
	T_LT,
	T_NE,
	T_NOTIN,
	T_OPEN,
};

struct lexer {
	struct sw_str s;
	size_t at;
	enum token tok; /* the next token */
	struct sw_str lit;
};

static bool special(char c)
{
	return c && memchr("=!(),><", c, 7);
}

static bool space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static enum token symbol(struct lexer *l)
{
	static const struct {
		const char *text;
		enum token tok;
	} table[] = {{"==", T_DEQ}, {"!=", T_NE}, {"=", T_EQ}, {"!", T_NOT}, {"(", T_OPEN},
		{")", T_CLOSE}, {",", T_COMMA}, {">", T_GT}, {"<", T_LT}};
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct sw_str t = sw_str_from(table[i].text);
		if (sw_str_starts(sw_str_sub(l->s, l->at, l->s.n), t)) {
			l->lit = sw_str_sub(l->s, l->at, l->at + t.n);
			l->at += t.n;
			return table[i].tok;
		}
	}
	return T_BAD;
}

static void lex(struct lexer *l)
{
	while (l->at < l->s.n && space(l->s.p[l->at]))
		l->at++;
	/* A NUL ends the text, as it does upstream. */
	if (l->at >= l->s.n || !l->s.p[l->at]) {
		l->tok = T_END;
		l->lit = SW_STR("");
		return;
	}
	if (special(l->s.p[l->at])) {
		l->tok = symbol(l);
		return;
	}
	size_t from = l->at;
	while (l->at < l->s.n && l->s.p[l->at] && !special(l->s.p[l->at]) && !space(l->s.p[l->at]))
		l->at++;
	l->lit = sw_str_sub(l->s, from, l->at);
	l->tok = sw_str_is(l->lit, "in") ? T_IN : sw_str_is(l->lit, "notin") ? T_NOTIN : T_ID;
}

/* Where a key or value stands, `in` and `notin` are names like any other. */
static enum token as_value(const struct lexer *l)
{
	return l->tok == T_IN || l->tok == T_NOTIN ? T_ID : l->tok;
}

static int expected(const struct lexer *l, const char *what, struct sw_error *err)
{
	return sw_error_set(err, SW_ESYNTAX, "found '%.*s', expected: %s",
		SW_STR_ARG(sw_str_sub(l->lit, 0, 80)), what);
}

static int add_value(struct builder *b, struct sw_selector_term *t, uint32_t *cap, struct sw_str v)
{
	if (t->n_values == *cap) {
		uint32_t n = *cap ? 2 * *cap : 2;
		struct sw_str *p =
			sw_arena_grow(b->arena, t->values, *cap * sizeof(*p), n * sizeof(*p));
		if (!p || n > 1 << 20)
			return full(b->err);
		t->values = p;
		*cap = n;
	}
	t->values[t->n_values++] = v;
	return 0;
}

/* "(" [value] {"," [value]} ")": an empty place is the empty value. */
static int parse_set(struct builder *b, struct lexer *l, struct sw_selector_term *t)
{
	uint32_t cap = 0;
	bool want = true; /* a value may come next */
	if (l->tok != T_OPEN)
		return expected(l, "'('", b->err);
	for (;;) {
		lex(l);
		enum token tok = as_value(l);
		int r = 0;
		if (tok == T_ID && want) {
			r = add_value(b, t, &cap, l->lit);
			want = false;
		} else if (tok == T_COMMA || tok == T_CLOSE) {
			if (want)
				r = add_value(b, t, &cap, SW_STR(""));
			want = true;
		} else {
			return expected(l, "',', ')' or identifier", b->err);
		}
		if (r)
			return r;
		if (tok == T_CLOSE) {
			lex(l);
			return 0;
		}
	}
}

static int parse_exact(struct builder *b, struct lexer *l, struct sw_selector_term *t)
{
	uint32_t cap = 0;
	enum token tok = as_value(l);
	if (tok == T_END || tok == T_COMMA)
		return add_value(b, t, &cap, SW_STR(""));
	if (tok != T_ID)
		return expected(l, "identifier", b->err);
	int r = add_value(b, t, &cap, l->lit);
	lex(l);
	return r;
}

static int parse_term(struct builder *b, struct lexer *l)
{
	struct sw_selector_term t = {.op = SW_SEL_EXISTS};
	if (as_value(l) == T_NOT) {
		t.op = SW_SEL_NOT_EXISTS;
		lex(l);
	}
	if (as_value(l) != T_ID)
		return expected(l, "identifier", b->err);
	t.key = l->lit;
	lex(l);
	if (t.op == SW_SEL_NOT_EXISTS || l->tok == T_END || l->tok == T_COMMA)
		return add_term(b, t);
	enum token op = l->tok;
	static const int8_t ops[] = {[T_IN] = SW_SEL_IN + 1,
		[T_NOTIN] = SW_SEL_NOT_IN + 1,
		[T_EQ] = SW_SEL_EQUALS + 1,
		[T_DEQ] = SW_SEL_DOUBLE_EQUALS + 1,
		[T_NE] = SW_SEL_NOT_EQUALS + 1,
		[T_GT] = SW_SEL_GREATER + 1,
		[T_LT] = SW_SEL_LESS + 1,
		[T_OPEN] = 0};
	if (!ops[op])
		return expected(l, "in, notin, =, ==, !=, gt, lt", b->err);
	t.op = (enum sw_selector_op)(ops[op] - 1);
	lex(l);
	int r = op == T_IN || op == T_NOTIN ? parse_set(b, l, &t) : parse_exact(b, l, &t);
	return r ? r : add_term(b, t);
}

int sw_selector_parse(
	struct sw_arena *a, struct sw_str text, struct sw_selector *ret, struct sw_error *err)
{
	struct builder b = {.arena = a, .err = err};
	struct lexer l = {.s = text};
	lex(&l);
	if (l.tok == T_END)
		return finish(&b, ret);
	for (;;) {
		if (as_value(&l) != T_ID && l.tok != T_NOT)
			return expected(&l, "!, identifier, or 'end of string'", err);
		int r = parse_term(&b, &l);
		if (r)
			return r;
		if (l.tok == T_END)
			return finish(&b, ret);
		if (l.tok != T_COMMA)
			return expected(&l, "',' or 'end of string'", err);
		lex(&l);
		if (as_value(&l) != T_ID && l.tok != T_NOT)
			return expected(&l, "identifier after ','", err);
	}
}

/* ---- the object form ---- */

static int from_labels(struct builder *b, struct sw_value labels)
{
	if (labels.type != SW_OBJECT)
		return sw_error_set(b->err, SW_EINVALID, "matchLabels is no mapping");
	sw_object_foreach (m, labels) {
		if (m->v.type != SW_STRING)
			return sw_error_set(
				b->err, SW_EINVALID, "matchLabels has a value that is no text");
		struct sw_selector_term t = {.key = sw_value_str(m->k), .op = SW_SEL_EQUALS};
		uint32_t cap = 0;
		int r = add_value(b, &t, &cap, sw_value_str(m->v));
		if (!r)
			r = add_term(b, t);
		if (r)
			return r;
	}
	return 0;
}

static int from_expression(struct builder *b, struct sw_value e)
{
	static const struct {
		const char *name;
		enum sw_selector_op op;
	} ops[] = {{"In", SW_SEL_IN}, {"NotIn", SW_SEL_NOT_IN}, {"Exists", SW_SEL_EXISTS},
		{"DoesNotExist", SW_SEL_NOT_EXISTS}};
	struct sw_str op = sw_value_getstr(e, "operator");
	size_t i = 0;
	while (i < 4 && !sw_str_is(op, ops[i].name))
		i++;
	if (i == 4)
		return sw_error_set(b->err, SW_EINVALID,
			"\"%.*s\" is not a valid label selector operator",
			SW_STR_ARG(sw_str_sub(op, 0, 80)));
	struct sw_selector_term t = {.key = sw_value_getstr(e, "key"), .op = ops[i].op};
	struct sw_value values = sw_object_gets(e, SW_STR("values"));
	uint32_t cap = 0;
	if (values.type == SW_ARRAY) {
		sw_array_foreach (v, values) {
			if (v->type != SW_STRING)
				return sw_error_set(
					b->err, SW_EINVALID, "values of a selector must be texts");
			int r = add_value(b, &t, &cap, sw_value_str(*v));
			if (r)
				return r;
		}
	} else if (values.type > SW_NULL) {
		return sw_error_set(b->err, SW_EINVALID, "values of a selector must be a list");
	}
	return add_term(b, t);
}

int sw_selector_from(
	struct sw_arena *a, struct sw_value v, struct sw_selector *ret, struct sw_error *err)
{
	if (v.type <= SW_NULL) {
		*ret = (struct sw_selector){.nothing = true};
		return 0;
	}
	if (v.type != SW_OBJECT)
		return sw_error_set(
			err, SW_EINVALID, "a selector is a mapping, not %s", sw_type_name(v.type));
	struct builder b = {.arena = a, .err = err};
	struct sw_value labels = sw_object_gets(v, SW_STR("matchLabels"));
	struct sw_value exprs = sw_object_gets(v, SW_STR("matchExpressions"));
	int r = labels.type > SW_NULL ? from_labels(&b, labels) : 0;
	if (!r && exprs.type > SW_NULL && exprs.type != SW_ARRAY)
		r = sw_error_set(err, SW_EINVALID, "matchExpressions is no list");
	for (uint32_t i = 0; !r && exprs.type == SW_ARRAY && i < exprs.n; i++)
		r = from_expression(&b, exprs.u.a->v[i]);
	return r ? r : finish(&b, ret);
}

/* ---- use ---- */

static bool has_value(const struct sw_selector_term *t, struct sw_str v)
{
	for (uint32_t i = 0; i < t->n_values; i++)
		if (sw_str_eq(t->values[i], v))
			return true;
	return false;
}

static bool match_term(const struct sw_selector_term *t, struct sw_value labels)
{
	struct sw_value v = sw_object_gets(labels, t->key);
	bool exists = v.type == SW_STRING;
	struct sw_str s = exists ? sw_value_str(v) : SW_STR("");
	int64_t have, want;
	switch (t->op) {
	case SW_SEL_IN:
	case SW_SEL_EQUALS:
	case SW_SEL_DOUBLE_EQUALS:
		return exists && has_value(t, s);
	case SW_SEL_NOT_IN:
	case SW_SEL_NOT_EQUALS:
		return !exists || !has_value(t, s);
	case SW_SEL_EXISTS:
		return exists;
	case SW_SEL_NOT_EXISTS:
		return !exists;
	case SW_SEL_GREATER:
	case SW_SEL_LESS:
		return exists && sw_str_to_i64(s, &have) && sw_str_to_i64(t->values[0], &want) &&
		       (t->op == SW_SEL_GREATER ? have > want : have < want);
	}
	return false;
}

bool sw_selector_match(const struct sw_selector *s, struct sw_value labels)
{
	if (s->nothing)
		return false;
	for (uint32_t i = 0; i < s->n; i++)
		if (!match_term(&s->terms[i], labels))
			return false;
	return true;
}

void sw_selector_write(struct sw_buf *out, const struct sw_selector *s)
{
	static const char *const ops[] = {" in ", " notin ", "=", "==", "!=", "", "", ">", "<"};
	for (uint32_t i = 0; i < s->n; i++) {
		const struct sw_selector_term *t = &s->terms[i];
		bool set = t->op == SW_SEL_IN || t->op == SW_SEL_NOT_IN;
		if (i)
			sw_buf_addch(out, ',');
		if (t->op == SW_SEL_NOT_EXISTS)
			sw_buf_addch(out, '!');
		sw_buf_addstr(out, t->key);
		sw_buf_addz(out, ops[t->op]);
		if (set)
			sw_buf_addch(out, '(');
		for (uint32_t k = 0; k < t->n_values; k++) {
			if (k)
				sw_buf_addch(out, ',');
			sw_buf_addstr(out, t->values[k]);
		}
		if (set)
			sw_buf_addch(out, ')');
	}
}
