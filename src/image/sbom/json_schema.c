/* SPDX-License-Identifier: Apache-2.0 */
/* JSON Schema, draft 7: the keywords that CycloneDX uses. */
#include <stdarg.h>
#include <stdio.h>

#include "doc/json.h"
#include "doc/pointer.h"
#include "image/sbom/schema.h"

/* The way down to a value, written out only when there is something to say. */
struct way {
	const struct way *up;
	struct sw_str key;
	uint32_t index;
};

struct check {
	struct sw_schema *s;
	bool quiet; /* only the answer is wanted */
	unsigned depth;
};

static bool valid(struct check *c, struct sw_value rule, struct sw_value v, const struct way *w);

static void write_way(struct sw_buf *out, const struct way *w)
{
	if (!w->up)
		return;
	write_way(out, w->up);
	if (w->key.p)
		sw_pointer_add(out, w->key);
	else
		sw_pointer_add_index(out, w->index);
}

static bool bad(struct check *c, const struct way *w, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static bool bad(struct check *c, const struct way *w, const char *fmt, ...)
{
	va_list ap;
	if (c->quiet || c->s->n_problems == SW_SCHEMA_PROBLEMS)
		return false;
	sw_autobuf path, text;
	sw_buf_init(&path, 64 << 10);
	sw_buf_init(&text, 4096);
	write_way(&path, w);
	va_start(ap, fmt);
	sw_buf_vprintf(&text, fmt, ap);
	va_end(ap);
	sw_schema_add(
		c->s, sw_arena_str(c->s->arena, sw_buf_str(&path)), 0, "%s", sw_buf_cstr(&text));
	return false;
}

static struct sw_value get(struct sw_value rule, const char *name)
{
	return sw_object_gets(rule, sw_str_from(name));
}

/* "bom-1.6#/definitions/x"; "spdx#" is the whole document. */
static struct sw_value resolve(struct sw_schema *s, struct sw_str ref)
{
	size_t hash = sw_str_chr(ref, '#', 0);
	if (hash == SW_NPOS)
		return sw_undef();
	struct sw_value doc = sw_object_gets(get(s->rules, "json"), sw_str_sub(ref, 0, hash));
	struct sw_str pointer = sw_str_sub(ref, hash + 1, ref.n);
	return pointer.n ? sw_pointer_get(doc, pointer) : doc;
}

static bool has_type(struct sw_str type, struct sw_value v)
{
	int64_t i;
	switch (v.type) {
	case SW_NULL:
		return sw_str_is(type, "null");
	case SW_BOOL:
		return sw_str_is(type, "boolean");
	case SW_STRING:
		return sw_str_is(type, "string");
	case SW_ARRAY:
		return sw_str_is(type, "array");
	case SW_OBJECT:
		return sw_str_is(type, "object");
	case SW_NUMBER:
		if (sw_str_is(type, "number"))
			return true;
		if (!sw_str_is(type, "integer"))
			return false;
		/* 1.0 is an integer; one beyond 64 bits has neither point nor exponent */
		return sw_value_int(v, &i) ||
		       (v.repr == SW_NUM_TEXT && sw_str_chr(sw_value_str(v), '.', 0) == SW_NPOS &&
			       sw_str_chr(sw_value_str(v), 'e', 0) == SW_NPOS &&
			       sw_str_chr(sw_value_str(v), 'E', 0) == SW_NPOS);
	default:
		return false;
	}
}

static bool check_type(
	struct check *c, struct sw_value type, struct sw_value v, const struct way *w)
{
	if (sw_is(type, SW_STRING) && !has_type(sw_value_str(type), v))
		return bad(c, w, "must be of type %.*s, not %s", SW_STR_ARG(sw_value_str(type)),
			sw_type_name((enum sw_type)v.type));
	if (!sw_is(type, SW_ARRAY))
		return true;
	sw_array_foreach (t, type)
		if (sw_is(*t, SW_STRING) && has_type(sw_value_str(*t), v))
			return true;
	return bad(c, w, "is of a type that is not allowed");
}

static bool check_enum(
	struct check *c, struct sw_value list, struct sw_value v, const struct way *w)
{
	sw_array_foreach (e, list)
		if (sw_value_eq(*e, v))
			return true;
	sw_schema_step(c->s, list.n);
	if (sw_is(v, SW_STRING))
		return bad(c, w, "\"%.*s\" is not one of the %u values allowed",
			(int)(v.n > 80 ? 80 : v.n), v.u.s, list.n);
	return bad(c, w, "is not one of the %u values allowed", list.n);
}

static bool check_format(struct sw_str format, struct sw_str s)
{
	if (sw_str_is(format, "date-time"))
		return sw_format_date_time(s);
	if (sw_str_is(format, "date"))
		return sw_format_date(s);
	if (sw_str_is(format, "iri-reference"))
		return sw_format_iri_reference(s);
	if (sw_str_is(format, "uri"))
		return sw_format_uri(s);
	if (sw_str_is(format, "idn-email") || sw_str_is(format, "email"))
		return sw_format_email(s);
	return true;
}

static size_t length_of(struct sw_str s)
{
	size_t n = 0;
	for (size_t at = 0; at < s.n; n++)
		sw_utf8_next(s, &at);
	return n;
}

static bool check_string(
	struct check *c, struct sw_value rule, struct sw_value v, const struct way *w)
{
	struct sw_value pattern = get(rule, "pattern"), format = get(rule, "format"),
			min = get(rule, "minLength"), max = get(rule, "maxLength");
	struct sw_str s = sw_value_str(v);
	int64_t n;
	bool ok = true;
	if (sw_is(pattern, SW_STRING) && !sw_schema_match(c->s, sw_value_str(pattern), s, false))
		ok = bad(c, w, "\"%.*s\" does not match the pattern %.*s",
			(int)(s.n > 80 ? 80 : s.n), s.p, (int)(pattern.n > 120 ? 120 : pattern.n),
			pattern.u.s);
	if (sw_is(format, SW_STRING) && !check_format(sw_value_str(format), s))
		ok = bad(c, w, "\"%.*s\" is not of the form %.*s", (int)(s.n > 80 ? 80 : s.n), s.p,
			SW_STR_ARG(sw_value_str(format)));
	if (sw_value_int(min, &n) && (int64_t)length_of(s) < n)
		ok = bad(c, w, "must have at least %lld characters", (long long)n);
	if (sw_value_int(max, &n) && (int64_t)length_of(s) > n)
		ok = bad(c, w, "must have at most %lld characters", (long long)n);
	return ok;
}

static bool check_number(
	struct check *c, struct sw_value rule, struct sw_value v, const struct way *w)
{
	struct sw_value min = get(rule, "minimum"), max = get(rule, "maximum");
	bool ok = true;
	if (sw_is(min, SW_NUMBER) && sw_number_cmp(v, min) < 0)
		ok = bad(c, w, "is below the minimum");
	if (sw_is(max, SW_NUMBER) && sw_number_cmp(v, max) > 0)
		ok = bad(c, w, "is above the maximum");
	return ok;
}

static bool is_unique(struct check *c, struct sw_value v)
{
	struct sw_value *copy = sw_arena_new_array(c->s->arena, v.n, struct sw_value);
	if (!copy) {
		if (!c->s->error)
			c->s->error = sw_error_set(
				c->s->err, SW_ELIMIT, "no memory left to check the document");
		return true;
	}
	sw_schema_step(c->s, v.n);
	if (v.n)
		memcpy(copy, v.u.a->v, v.n * sizeof(*copy));
	return sw_values_sort_unique(copy, v.n) == v.n;
}

static bool check_array(
	struct check *c, struct sw_value rule, struct sw_value v, const struct way *w)
{
	struct sw_value items = get(rule, "items"), more = get(rule, "additionalItems"),
			min = get(rule, "minItems"), max = get(rule, "maxItems");
	int64_t n;
	bool ok = true;
	if (sw_value_int(min, &n) && v.n < n)
		ok = bad(c, w, "must have at least %lld elements", (long long)n);
	if (sw_value_int(max, &n) && v.n > n)
		ok = bad(c, w, "must have at most %lld elements", (long long)n);
	if (sw_is_true(get(rule, "uniqueItems")) && !is_unique(c, v))
		ok = bad(c, w, "has the same element twice");
	for (uint32_t i = 0; i < v.n && (ok || !c->quiet); i++) {
		struct way down = {.up = w, .index = i};
		struct sw_value r =
			sw_is(items, SW_ARRAY) ? i < items.n ? sw_array_at(items, i) : more : items;
		if (sw_defined(r) && !valid(c, r, sw_array_at(v, i), &down))
			ok = false;
	}
	return ok;
}

static bool check_object(
	struct check *c, struct sw_value rule, struct sw_value v, const struct way *w)
{
	struct sw_value required = get(rule, "required"), properties = get(rule, "properties"),
			more = get(rule, "additionalProperties");
	bool ok = true;
	if (sw_is(required, SW_ARRAY))
		sw_array_foreach (r, required)
			if (sw_is(*r, SW_STRING) && !sw_defined(sw_object_get(v, *r)))
				ok = bad(c, w, "\"%.*s\" is missing", SW_STR_ARG(sw_value_str(*r)));
	sw_object_foreach (m, v) {
		struct way down = {.up = w, .key = sw_value_str(m->k)};
		struct sw_value r = sw_object_get(properties, m->k);
		if (!sw_defined(r) && sw_is_false(more))
			ok = bad(c, w, "\"%.*s\" is not allowed here",
				(int)(m->k.n > 80 ? 80 : m->k.n), m->k.u.s);
		else if (!valid(c, sw_defined(r) ? r : more, m->v, &down))
			ok = false;
		if (!ok && c->quiet)
			break;
	}
	return ok;
}

/* Whether v satisfies a rule, with nothing said. */
static bool silently(struct check *c, struct sw_value rule, struct sw_value v, const struct way *w)
{
	bool quiet = c->quiet;
	c->quiet = true;
	bool ok = valid(c, rule, v, w);
	c->quiet = quiet;
	return ok;
}

static uint32_t count_valid(
	struct check *c, struct sw_value list, struct sw_value v, const struct way *w)
{
	uint32_t n = 0;
	if (sw_is(list, SW_ARRAY))
		sw_array_foreach (r, list)
			n += silently(c, *r, v, w);
	return n;
}

static bool check_combined(
	struct check *c, struct sw_value rule, struct sw_value v, const struct way *w)
{
	struct sw_value one = get(rule, "oneOf"), any = get(rule, "anyOf"),
			all = get(rule, "allOf"), not = get(rule, "not"), cond = get(rule, "if");
	bool ok = true;
	if (sw_defined(one)) {
		uint32_t n = count_valid(c, one, v, w);
		if (n == 0 && one.n == 1)
			ok = valid(c, sw_array_at(one, 0), v, w);
		else if (n != 1)
			ok = bad(c, w,
				n ? "satisfies more than one of the alternatives, of which it must "
				    "satisfy one"
				  : "satisfies none of the alternatives");
	}
	if (sw_defined(any) && !count_valid(c, any, v, w))
		ok = bad(c, w, "satisfies none of the alternatives");
	if (sw_is(all, SW_ARRAY))
		sw_array_foreach (r, all)
			ok = valid(c, *r, v, w) && ok;
	if (sw_defined(not ) && silently(c, not, v, w))
		ok = bad(c, w, "is what it must not be");
	if (sw_defined(cond)) {
		struct sw_value then = get(rule, silently(c, cond, v, w) ? "then" : "else");
		ok = (!sw_defined(then) || valid(c, then, v, w)) && ok;
	}
	return ok;
}

static bool check_rule(
	struct check *c, struct sw_value rule, struct sw_value v, const struct way *w)
{
	struct sw_value list = get(rule, "enum"), same = get(rule, "const");
	bool ok = check_type(c, get(rule, "type"), v, w);
	if (!ok)
		return false; /* what follows would say the same in other words */
	if (sw_is(list, SW_ARRAY))
		ok = check_enum(c, list, v, w);
	if (sw_defined(same) && !sw_value_eq(same, v))
		ok = bad(c, w, "is not the value that it must be");
	if (sw_is(v, SW_STRING))
		ok = check_string(c, rule, v, w) && ok;
	else if (sw_is(v, SW_NUMBER))
		ok = check_number(c, rule, v, w) && ok;
	else if (sw_is(v, SW_ARRAY))
		ok = check_array(c, rule, v, w) && ok;
	else if (sw_is(v, SW_OBJECT))
		ok = check_object(c, rule, v, w) && ok;
	return check_combined(c, rule, v, w) && ok;
}

static bool valid(struct check *c, struct sw_value rule, struct sw_value v, const struct way *w)
{
	struct sw_value ref;
	unsigned hops = 0;
	if (!sw_schema_step(c->s, 1) || c->s->error)
		return true; /* the caller sees s->error */
	while (sw_is((ref = get(rule, "$ref")), SW_STRING) && hops++ < 32)
		rule = resolve(c->s, sw_value_str(ref));
	if (sw_is_false(rule))
		return bad(c, w, "is not allowed here");
	if (!sw_is(rule, SW_OBJECT))
		return true;
	if (c->depth >= SW_SCHEMA_DEPTH) {
		c->s->error = sw_error_set(c->s->err, SW_ELIMIT, "the document is nested too deep");
		return true;
	}
	c->depth++;
	bool ok = check_rule(c, rule, v, w);
	c->depth--;
	return ok;
}

int sw_schema_json(
	struct sw_schema *s, struct sw_value doc, struct sw_str version, struct sw_error *err)
{
	struct check c = {.s = s};
	struct way top = {0};
	char name[32];
	bool strict = sw_str_is(version, "1.2") || sw_str_is(version, "1.3");
	snprintf(name, sizeof(name), "bom-%.*s%s", (int)(version.n > 8 ? 8 : version.n),
		version.p ? version.p : "", strict ? "-strict" : "");
	struct sw_value rule = get(get(s->rules, "json"), name);
	if (!sw_is(rule, SW_OBJECT))
		return sw_error_set(err, SW_EUNSUPPORTED,
			"CycloneDX has no JSON of version \"%.*s\" that is known here",
			(int)(version.n > 40 ? 40 : version.n), version.p ? version.p : "");
	s->err = err;
	valid(&c, rule, doc, &top);
	return s->error;
}
