/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which failed calls a condition can be true for. Half of what a compiler opens does not exist:
 * where no rule can match such an event, the sensor leaves it in the kernel. Answers are cautious:
 * what is not understood may match.
 */
#include <stdlib.h>

#include "runtime/rules/engine.h"
#include "runtime/rules/prog.h"

enum tri { NO, MAYBE, YES };

static bool is_field(const struct sw_cond *c, const char *name)
{
	return c->kind == SW_COND_FIELD && !c->has_arg && sw_str_is(c->text, name);
}

static bool number_of(struct sw_str s, long long *ret)
{
	char z[32], *end;

	if (!s.n || s.n >= sizeof(z))
		return false;
	memcpy(z, s.p, s.n);
	z[s.n] = 0;
	*ret = strtoll(z, &end, 10);
	return *end == 0;
}

/* All values are numbers that a failure cannot give. */
static bool never_negative(const struct sw_cond *r)
{
	uint32_t n = r->kind == SW_COND_LIST ? r->n_values : 1;
	long long v;

	if (r->kind != SW_COND_LIST && r->kind != SW_COND_VALUE)
		return false;
	for (uint32_t i = 0; i < n; i++)
		if (!number_of(r->kind == SW_COND_LIST ? r->values[i] : r->text, &v) || v < 0)
			return false;
	return true;
}

/* evt.rawres and fd.num are below 0 then. */
static enum tri negative(struct sw_str op, const struct sw_cond *r)
{
	if (!never_negative(r))
		return MAYBE;
	if (sw_str_is(op, ">=") || sw_str_is(op, ">") || sw_str_is(op, "=") ||
		sw_str_is(op, "==") || sw_str_is(op, "in"))
		return NO;
	return sw_str_is(op, "<") || sw_str_is(op, "<=") || sw_str_is(op, "!=") ? YES : MAYBE;
}

static enum tri of_type(struct sw_str op, const struct sw_cond *r, uint16_t code)
{
	uint32_t n = r->kind == SW_COND_LIST ? r->n_values : 1;
	struct sw_codeset set;
	bool hit = false;

	if ((r->kind != SW_COND_LIST && r->kind != SW_COND_VALUE) || code <= 1)
		return MAYBE;
	for (uint32_t i = 0; i < n; i++)
		hit |= sw_event_codes_of(r->kind == SW_COND_LIST ? r->values[i] : r->text, &set) &&
		       sw_codeset_has(&set, code);
	if (sw_str_is(op, "=") || sw_str_is(op, "==") || sw_str_is(op, "in"))
		return hit ? YES : NO;
	return sw_str_is(op, "!=") ? (hit ? NO : YES) : MAYBE;
}

/* `absent`: the call failed for want of a file (ENOENT). */
static enum tri binary(const struct sw_cond *c, uint16_t code, bool absent)
{
	const struct sw_cond *l = c->kids[0], *r = c->kids[1];
	bool equal = sw_str_is(c->text, "=") || sw_str_is(c->text, "==");

	if (is_field(l, "evt.type") || is_field(l, "syscall.type"))
		return of_type(c->text, r, code);
	if (is_field(l, "evt.rawres") || is_field(l, "fd.num"))
		return negative(c->text, r);
	if (is_field(l, "evt.res") && equal && r->kind == SW_COND_VALUE)
		return sw_str_is(r->text, "SUCCESS") || (absent && !sw_str_is(r->text, "ENOENT")) ? NO : MAYBE;
	if (is_field(l, "evt.failed") && equal && r->kind == SW_COND_VALUE)
		return sw_str_is(r->text, "false") ? NO : MAYBE;
	return MAYBE;
}

/* The depth is that of the parser. */
static enum tri walk(const struct sw_cond *c, uint16_t code, bool absent)
{
	if (c->kind == SW_COND_NOT) {
		enum tri k = walk(c->kids[0], code, absent);
		return k == YES ? NO : k == NO ? YES : MAYBE;
	}
	if (c->kind == SW_COND_AND || c->kind == SW_COND_OR) {
		enum tri all = c->kind == SW_COND_AND ? YES : NO;
		for (uint32_t i = 0; i < c->n_kids; i++) {
			enum tri k = walk(c->kids[i], code, absent);
			all = c->kind == SW_COND_AND ? (k < all ? k : all) : (k > all ? k : all);
		}
		return all;
	}
	return c->kind == SW_COND_BINARY ? binary(c, code, absent) : MAYBE;
}

struct sw_codeset sw_ruleset_failed_codes(const struct sw_ruleset *rs, bool absent)
{
	struct sw_codeset s = {0};

	for (uint32_t i = 0; i < sw_ruleset_n(rs); i++) {
		const struct sw_runtime_rule *r = sw_ruleset_rule(rs, i);
		if (!r->enabled || r->source != SW_SOURCE_SYSCALL || !r->cond)
			continue;
		for (uint16_t code = 0; code < SW_EVENT_CODES; code++)
			if (sw_codeset_has(&r->codes, code) && !sw_codeset_has(&s, code) &&
				walk(r->cond, code, absent) != NO)
				sw_codeset_add(&s, code);
	}
	return s;
}

/* ---- names of files ---- */

struct names {
	struct sw_arena *a;
	struct sw_str *v;
	size_t n, cap;
};

static void add_name(struct names *o, struct sw_str path)
{
	size_t slash = sw_str_rfind(path, SW_STR("/"));
	struct sw_str leaf = slash == SW_NPOS ? path : sw_str_sub(path, slash + 1, path.n);

	for (size_t i = 0; i < o->n; i++)
		if (sw_str_eq(o->v[i], leaf))
			return;
	if (!leaf.n || slash == SW_NPOS || o->n >= SW_RULE_NAMES_MAX)
		return;
	if (o->n == o->cap) {
		size_t cap = o->cap ? o->cap * 2 : 64;
		struct sw_str *v = sw_arena_new_array(o->a, cap, struct sw_str);
		if (!v)
			return;
		if (o->n)
			memcpy(v, o->v, o->n * sizeof(*v));
		o->v = v;
		o->cap = cap;
	}
	o->v[o->n++] = leaf;
}

static void find_names(struct names *o, const struct sw_cond *c)
{
	if (c->kind == SW_COND_BINARY && is_field(c->kids[0], "fd.name") &&
		(sw_str_is(c->text, "=") || sw_str_is(c->text, "==") || sw_str_is(c->text, "in") ||
			sw_str_is(c->text, "endswith"))) {
		const struct sw_cond *r = c->kids[1];
		if (r->kind == SW_COND_VALUE)
			add_name(o, r->text);
		for (uint32_t i = 0; r->kind == SW_COND_LIST && i < r->n_values; i++)
			add_name(o, r->values[i]);
		return;
	}
	for (uint32_t i = 0; c->kind <= SW_COND_NOT && i < c->n_kids; i++)
		find_names(o, c->kids[i]);
}

size_t sw_ruleset_file_names(const struct sw_ruleset *rs, struct sw_arena *a, struct sw_str **ret)
{
	struct names o = {.a = a};

	for (uint32_t i = 0; i < sw_ruleset_n(rs); i++) {
		const struct sw_runtime_rule *r = sw_ruleset_rule(rs, i);
		if (r->enabled && r->source == SW_SOURCE_SYSCALL && r->cond)
			find_names(&o, r->cond);
	}
	*ret = o.v;
	return o.n;
}
