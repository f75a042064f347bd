/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which events a condition can be true for. Negation is pushed to the leaves (De Morgan); checks of evt.type give
 * sets, the event's number is known to be at least 1, and everything else says nothing.
 */
#include <inttypes.h>
#include <stdio.h>

#include "runtime/rules/prog.h"

struct visit {
	bool negated, known; /* known: the last set came from a check of the type */
	bool failed;
	struct sw_error *err;
};

static struct sw_codeset all(void)
{
	struct sw_codeset s = {0};
	for (uint16_t i = 0; i < SW_EVENT_CODES; i++)
		sw_codeset_add(&s, i);
	return s;
}

static struct sw_codeset invert(struct sw_codeset s)
{
	struct sw_codeset a = all();
	for (size_t i = 0; i < sizeof(s.w) / sizeof(*s.w); i++)
		a.w[i] &= ~s.w[i];
	return a;
}

static struct sw_codeset maybe_invert(struct visit *v, struct sw_codeset s)
{
	return v->negated && v->known ? invert(s) : s;
}

uint32_t sw_codeset_count(const struct sw_codeset *s)
{
	uint32_t n = 0;
	for (size_t i = 0; i < sizeof(s->w) / sizeof(*s->w); i++)
		n += (uint32_t)__builtin_popcountll(s->w[i]);
	return n;
}

static bool number(struct sw_str s, uint64_t *ret)
{
	char z[64], rest;
	if (s.n >= sizeof(z))
		return false;
	memcpy(z, s.p, s.n);
	z[s.n] = 0;
	return sscanf(z, "%" SCNu64 "%c", ret, &rest) == 1;
}

/* -1: cannot be true, 1: always true, 0: depends. */
static int number_check(const struct sw_cond *c)
{
	const struct sw_cond *l = c->kids[0], *r = c->kids[1];
	uint64_t n;
	if (l->kind != SW_COND_FIELD || l->has_arg || !sw_str_is(l->text, "evt.num"))
		return 0;
	if (sw_str_is(c->text, "in")) {
		if (r->kind != SW_COND_LIST)
			return 0;
		for (uint32_t i = 0; i < r->n_values; i++)
			if (!number(r->values[i], &n) || n != 0)
				return 0;
		return -1;
	}
	if (r->kind != SW_COND_VALUE || !number(r->text, &n))
		return 0;
	if (sw_str_is(c->text, "=") || sw_str_is(c->text, "==") || sw_str_is(c->text, "<="))
		return n == 0 ? -1 : 0;
	if (sw_str_is(c->text, "!=") || sw_str_is(c->text, ">"))
		return n == 0 ? 1 : 0;
	if (sw_str_is(c->text, "<"))
		return n <= 1 ? -1 : 0;
	return sw_str_is(c->text, ">=") && n <= 1 ? 1 : 0;
}

static bool is_type_field(const struct sw_cond *c)
{
	return c->kind == SW_COND_FIELD && !c->has_arg &&
	       (sw_str_is(c->text, "evt.type") || sw_str_is(c->text, "syscall.type"));
}

static bool names_type(const struct sw_cond *c)
{
	bool found = is_type_field(c);
	for (uint32_t i = 0; i < c->n_kids; i++)
		found |= names_type(c->kids[i]);
	return found;
}

static struct sw_codeset names(const struct sw_cond *r)
{
	struct sw_codeset s = {0}, one;
	uint32_t n = r->kind == SW_COND_LIST ? r->n_values : 1;
	for (uint32_t i = 0; i < n; i++) {
		if (!sw_event_codes_of(r->kind == SW_COND_LIST ? r->values[i] : r->text, &one))
			continue;
		for (size_t k = 0; k < sizeof(s.w) / sizeof(*s.w); k++)
			s.w[k] |= one.w[k];
	}
	return s;
}

static struct sw_codeset binary(struct visit *v, const struct sw_cond *c)
{
	const struct sw_cond *l = c->kids[0], *r = c->kids[1];
	int fixed = number_check(c);
	v->known = fixed != 0;
	if (fixed)
		return maybe_invert(v, fixed > 0 ? all() : (struct sw_codeset){0});
	bool equality = sw_str_is(c->text, "=") || sw_str_is(c->text, "==") || sw_str_is(c->text, "!=") ||
			sw_str_is(c->text, "in");
	if (equality && l->kind == SW_COND_TRANSFORMER && names_type(l)) {
		v->failed = true;
		sw_error_set(v->err, SW_EINVALID,
			"event code search does not support `evt.type` checks with transformers");
	} else if (equality && is_type_field(l)) {
		if (r->kind != SW_COND_VALUE && r->kind != SW_COND_LIST) {
			v->failed = true;
			sw_error_set(v->err, SW_EINVALID,
				"right-hand field comparisons on `evt.type`/`syscall.type` checks are not "
				"supported by event code search");
			return all();
		}
		v->known = true;
		struct sw_codeset s = maybe_invert(v, names(r));
		return sw_str_is(c->text, "!=") ? invert(s) : s;
	}
	return all();
}

/* The depth is that of the parser. */
static struct sw_codeset walk(struct visit *v, const struct sw_cond *c)
{
	if (c->kind == SW_COND_NOT) {
		v->negated = !v->negated;
		struct sw_codeset s = walk(v, c->kids[0]);
		v->negated = !v->negated;
		return s;
	}
	if (c->kind == SW_COND_AND || c->kind == SW_COND_OR) {
		bool both = (c->kind == SW_COND_AND) != v->negated;
		struct sw_codeset s = both ? all() : (struct sw_codeset){0};
		for (uint32_t i = 0; i < c->n_kids; i++) {
			struct sw_codeset k = walk(v, c->kids[i]);
			for (size_t w = 0; w < sizeof(s.w) / sizeof(*s.w); w++)
				s.w[w] = both ? s.w[w] & k.w[w] : s.w[w] | k.w[w];
		}
		return s;
	}
	if (c->kind == SW_COND_BINARY)
		return binary(v, c);
	v->known = c->kind == SW_COND_UNARY && is_type_field(c->kids[0]);
	return maybe_invert(v, all());
}

bool sw_cond_codes(const struct sw_cond *c, struct sw_codeset *ret, struct sw_error *err)
{
	struct visit v = {.err = err};
	*ret = walk(&v, c);
	return !v.failed;
}
