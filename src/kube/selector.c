/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/selector.h"

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

static bool valid_key(struct sw_str s)
{
	size_t slash = sw_str_chr(s, '/', 0);
	if (slash == SW_NPOS)
		return valid_name(s);
	return sw_kube_valid_subdomain(sw_str_sub(s, 0, slash)) &&
	       valid_name(sw_str_sub(s, slash + 1, s.n));
}

static bool valid_value(struct sw_str s)
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

static int check_values(const struct sw_selector_term *t, struct sw_error *err)
{
	bool none = t->op == SW_SEL_EXISTS || t->op == SW_SEL_NOT_EXISTS;
	if ((t->op == SW_SEL_IN || t->op == SW_SEL_NOT_IN) && !t->n_values)
		return sw_error_set(
			err, SW_EINVALID, "for 'in', 'notin' operators, values set can't be empty");
	if (none && t->n_values)
		return sw_error_set(
			err, SW_EINVALID, "values set must be empty for exists and does not exist");
	for (uint32_t i = 0; i < t->n_values; i++)
		if (!valid_value(t->values[i]))
			return sw_error_set(err, SW_EINVALID, "\"%.*s\" is not a valid label value",
				SW_STR_ARG(sw_str_sub(t->values[i], 0, 80)));
	return 0;
}

static int add_term(struct builder *b, struct sw_selector_term t)
{
	if (!valid_key(t.key))
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
	b->terms[b->n++] = t;
	return 0;
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

static int from_labels(struct builder *b, struct sw_value labels)
{
	if (labels.type != SW_OBJECT)
		return sw_error_set(b->err, SW_EINVALID, "matchLabels is no mapping");
	sw_object_foreach (m, labels) {
		if (m->v.type != SW_STRING)
			return sw_error_set(
				b->err, SW_EINVALID, "matchLabels has a value that is no text");
		struct sw_selector_term t = {.key = sw_value_str(m->k), .op = SW_SEL_IN};
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
	if (!r)
		*ret = (struct sw_selector){.terms = b.terms, .n = b.n};
	return r;
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
	switch (t->op) {
	case SW_SEL_IN:
		return exists && has_value(t, s);
	case SW_SEL_NOT_IN:
		return !exists || !has_value(t, s);
	case SW_SEL_EXISTS:
		return exists;
	case SW_SEL_NOT_EXISTS:
		return !exists;
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
