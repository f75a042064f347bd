/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/openapi.h"

#include <math.h>

#include "base/re2.h"
#include "doc/json.h"

enum { DEPTH_MAX = 64, ERRORS_MAX = 64 };

static struct sw_value field(struct sw_value schema, const char *key)
{
	return sw_object_gets(schema, sw_str_from(key));
}

static bool flag(struct sw_value schema, const char *key)
{
	return sw_is_true(field(schema, key));
}


/* The schema of a member: properties first, then additionalProperties. SW_UNDEF: not named. */
static struct sw_value member_schema(struct sw_value schema, struct sw_value key)
{
	struct sw_value s = sw_object_get(field(schema, "properties"), key);
	return sw_defined(s) ? s : field(schema, "additionalProperties");
}

/* ---- defaults ---- */

static struct sw_value fill(struct sw_arena *a, struct sw_value schema, struct sw_value v, int depth);

static struct sw_value fill_list(struct sw_arena *a, struct sw_value schema, struct sw_value v, int depth)
{
	struct sw_value items = field(schema, "items");
	if (items.type != SW_OBJECT || v.n == 0)
		return v;
	struct sw_value *out = sw_arena_new_array(a, v.n, struct sw_value);
	if (!out)
		return sw_undef();
	for (uint32_t i = 0; i < v.n; i++)
		out[i] = fill(a, items, v.u.a->v[i], depth);
	return sw_array_from(a, out, v.n);
}

static struct sw_value fill_object(struct sw_arena *a, struct sw_value schema, struct sw_value v, int depth)
{
	struct sw_map m;
	sw_map_init(&m, a);
	struct sw_value properties = field(schema, "properties");
	sw_object_foreach(it, v)
	{
		struct sw_value s = member_schema(schema, it->k);
		struct sw_value x = it->v;
		/* A null that is not allowed gives way to the default, as the API server prunes it first. */
		if (x.type == SW_NULL && s.type == SW_OBJECT && !flag(s, "nullable") && sw_defined(field(s, "default")))
			continue;
		sw_map_add(&m, it->k, s.type == SW_OBJECT ? fill(a, s, x, depth) : x);
	}
	if (properties.type == SW_OBJECT)
		sw_object_foreach(p, properties)
		{
			struct sw_value def = field(p->v, "default"), have = sw_object_get(v, p->k);
			bool missing = !sw_defined(have) || (have.type == SW_NULL && !flag(p->v, "nullable"));
			if (missing && sw_defined(def))
				sw_map_add(&m, p->k, fill(a, p->v, def, depth));
		}
	return sw_map_object(&m);
}

static struct sw_value fill(struct sw_arena *a, struct sw_value schema, struct sw_value v, int depth)
{
	if (depth > DEPTH_MAX || schema.type != SW_OBJECT)
		return v;
	if (v.type == SW_ARRAY)
		return fill_list(a, schema, v, depth + 1);
	if (v.type == SW_OBJECT)
		return fill_object(a, schema, v, depth + 1);
	return v;
}

struct sw_value sw_openapi_default(struct sw_arena *a, struct sw_value schema, struct sw_value v)
{
	struct sw_value r = fill(a, schema, v, 0);
	return a->overflow ? sw_undef() : r;
}

/* ---- validation ---- */

struct check {
	struct sw_arena *a;
	struct sw_buf errors;
	uint32_t n;
	int depth;
	bool quiet; /* inside anyOf, oneOf, not: only whether it fits matters */
};

static void validate(struct check *c, struct sw_value schema, struct sw_value v, struct sw_str path);

static void complain(struct check *c, struct sw_str path, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void complain(struct check *c, struct sw_str path, const char *fmt, ...)
{
	c->n++;
	if (c->quiet || c->n > ERRORS_MAX)
		return;
	if (c->errors.n)
		sw_buf_addz(&c->errors, ", ");
	sw_buf_printf(&c->errors, "%.*s: ", path.n ? (int)path.n : 6, path.n ? path.p : "<root>");
	va_list ap;
	va_start(ap, fmt);
	sw_buf_vprintf(&c->errors, fmt, ap);
	va_end(ap);
}

static bool is_integer(struct sw_value v)
{
	int64_t i;
	if (v.type != SW_NUMBER)
		return false;
	double d = sw_value_double(v);
	return sw_value_int(v, &i) || (isfinite(d) && floor(d) == d);
}

static bool type_fits(struct sw_str type, struct sw_value v)
{
	if (sw_str_is(type, "object"))
		return v.type == SW_OBJECT;
	if (sw_str_is(type, "array"))
		return v.type == SW_ARRAY;
	if (sw_str_is(type, "string"))
		return v.type == SW_STRING;
	if (sw_str_is(type, "boolean"))
		return v.type == SW_BOOL;
	if (sw_str_is(type, "number"))
		return v.type == SW_NUMBER;
	if (sw_str_is(type, "integer"))
		return is_integer(v);
	return true;
}

static const char *go_type(struct sw_value v)
{
	return v.type == SW_NUMBER ? is_integer(v) ? "integer" : "number" : sw_type_name(v.type);
}

/* False when the type is wrong and nothing else of the schema makes sense. */
static bool check_type(struct check *c, struct sw_value schema, struct sw_value v, struct sw_str path)
{
	if (v.type == SW_NULL && flag(schema, "nullable"))
		return false;
	if (flag(schema, "x-kubernetes-int-or-string")) {
		if (v.type == SW_STRING || is_integer(v))
			return true;
		complain(c, path, "Invalid value: \"%s\": %.*s in body must be of type integer,string: \"%s\"",
			go_type(v), SW_STR_ARG(path), go_type(v));
		return false;
	}
	struct sw_str type = sw_value_getstr(schema, "type");
	if (!type.n || type_fits(type, v))
		return true;
	complain(c, path, "Invalid value: \"%s\": %.*s in body must be of type %.*s: \"%s\"", go_type(v),
		SW_STR_ARG(path), SW_STR_ARG(type), go_type(v));
	return false;
}

static void check_enum(struct check *c, struct sw_value schema, struct sw_value v, struct sw_str path)
{
	struct sw_value list = field(schema, "enum");
	if (list.type != SW_ARRAY)
		return;
	sw_array_foreach(e, list)
		if (sw_value_eq(*e, v))
			return;
	sw_autobuf got, want;
	sw_buf_init(&got, 1 << 16);
	sw_buf_init(&want, 1 << 16);
	sw_json_write(&got, v, 0);
	sw_array_foreach(e, list)
	{
		if (want.n)
			sw_buf_addz(&want, ", ");
		sw_json_write(&want, *e, 0);
	}
	complain(c, path, "Unsupported value: %.*s: supported values: %.*s", SW_STR_ARG(sw_buf_str(&got)),
		SW_STR_ARG(sw_buf_str(&want)));
}

static void check_number(struct check *c, struct sw_value schema, struct sw_value v, struct sw_str path)
{
	struct sw_value min = field(schema, "minimum"), max = field(schema, "maximum");
	struct sw_value step = field(schema, "multipleOf");
	bool above = flag(schema, "exclusiveMinimum"), below = flag(schema, "exclusiveMaximum");
	double d = sw_value_double(v);
	if (min.type == SW_NUMBER && sw_number_cmp(v, min) < (above ? 1 : 0))
		complain(c, path, "Invalid value: %g: %.*s in body should be greater than %s%g", d,
			SW_STR_ARG(path), above ? "" : "or equal to ", sw_value_double(min));
	if (max.type == SW_NUMBER && sw_number_cmp(v, max) > (below ? -1 : 0))
		complain(c, path, "Invalid value: %g: %.*s in body should be less than %s%g", d,
			SW_STR_ARG(path), below ? "" : "or equal to ", sw_value_double(max));
	if (step.type == SW_NUMBER && sw_value_double(step) > 0) {
		double q = d / sw_value_double(step);
		if (fabs(q - round(q)) > 1e-9)
			complain(c, path, "Invalid value: %g: %.*s in body should be a multiple of %g", d,
				SW_STR_ARG(path), sw_value_double(step));
	}
}

static void check_string(struct check *c, struct sw_value schema, struct sw_value v, struct sw_str path)
{
	struct sw_str s = sw_value_str(v);
	int64_t min, max, n = (int64_t)sw_utf8_count(s);
	if (sw_value_int(field(schema, "minLength"), &min) && n < min)
		complain(c, path, "Invalid value: \"%.*s\": %.*s in body should be at least %lld chars long",
			SW_STR_ARG(s), SW_STR_ARG(path), (long long)min);
	if (sw_value_int(field(schema, "maxLength"), &max) && n > max)
		complain(c, path, "Too long: may not be more than %lld bytes", (long long)max);
	struct sw_str pattern = sw_value_getstr(schema, "pattern");
	if (!pattern.p)
		return;
	struct sw_re2 *re;
	struct sw_error err;
	if (sw_re2_compile(pattern, &re, &err) < 0) {
		complain(c, path, "Invalid value: %.*s, but pattern is invalid: %s", SW_STR_ARG(s), err.text);
		return;
	}
	uint64_t work = 1 << 24;
	if (sw_re2_match(re, s, &work) != 1)
		complain(c, path, "Invalid value: \"%.*s\": %.*s in body should match '%.*s'", SW_STR_ARG(s),
			SW_STR_ARG(path), SW_STR_ARG(pattern));
	sw_re2_free(re);
}

static void check_array(struct check *c, struct sw_value schema, struct sw_value v, struct sw_str path)
{
	int64_t min, max;
	if (sw_value_int(field(schema, "minItems"), &min) && v.n < min)
		complain(c, path, "Invalid value: %u: %.*s in body should have at least %lld items", v.n,
			SW_STR_ARG(path), (long long)min);
	if (sw_value_int(field(schema, "maxItems"), &max) && v.n > max)
		complain(c, path, "Too many: %u: must have at most %lld items", v.n, (long long)max);
	if (flag(schema, "uniqueItems"))
		for (uint32_t i = 1; i < v.n; i++)
			for (uint32_t j = 0; j < i && v.n < 4096; j++)
				if (sw_value_eq(v.u.a->v[i], v.u.a->v[j]))
					complain(c, path, "Duplicate value: item %u", i);
	struct sw_value items = field(schema, "items");
	if (items.type != SW_OBJECT)
		return;
	for (uint32_t i = 0; i < v.n; i++)
		validate(c, items, v.u.a->v[i],
			sw_arena_printf(c->a, "%.*s[%u]", SW_STR_ARG(path), i));
}

static struct sw_str member_path(struct check *c, struct sw_str path, struct sw_value key)
{
	return path.n ? sw_arena_printf(c->a, "%.*s.%.*s", SW_STR_ARG(path), SW_STR_ARG(sw_value_str(key)))
		      : sw_value_str(key);
}

static void check_object(struct check *c, struct sw_value schema, struct sw_value v, struct sw_str path)
{
	struct sw_value required = field(schema, "required");
	if (required.type == SW_ARRAY)
		sw_array_foreach(key, required)
			if (key->type == SW_STRING && !sw_defined(sw_object_get(v, *key)))
				complain(c, member_path(c, path, *key), "Required value");
	int64_t limit;
	if (sw_value_int(field(schema, "minProperties"), &limit) && v.n < limit)
		complain(c, path, "Invalid value: %u: must have at least %lld properties", v.n, (long long)limit);
	if (sw_value_int(field(schema, "maxProperties"), &limit) && v.n > limit)
		complain(c, path, "Too many: %u: must have at most %lld properties", v.n, (long long)limit);
	sw_object_foreach(it, v)
	{
		struct sw_value s = member_schema(schema, it->k);
		if (s.type == SW_OBJECT && it->k.type == SW_STRING)
			validate(c, s, it->v, member_path(c, path, it->k));
	}
}

static bool fits(struct check *c, struct sw_value schema, struct sw_value v, struct sw_str path)
{
	struct check inner = {.a = c->a, .quiet = true, .depth = c->depth};
	validate(&inner, schema, v, path);
	return inner.n == 0;
}

static uint32_t count_fits(struct check *c, struct sw_value list, struct sw_value v, struct sw_str path)
{
	uint32_t n = 0;
	sw_array_foreach(s, list)
		n += fits(c, *s, v, path);
	return n;
}

static void check_combined(struct check *c, struct sw_value schema, struct sw_value v, struct sw_str path)
{
	struct sw_value all = field(schema, "allOf"), any = field(schema, "anyOf");
	struct sw_value one = field(schema, "oneOf"), none = field(schema, "not");
	if (all.type == SW_ARRAY)
		sw_array_foreach(s, all)
			validate(c, *s, v, path);
	if (any.type == SW_ARRAY && any.n && count_fits(c, any, v, path) == 0)
		complain(c, path, "Invalid value: must validate at least one schema (anyOf)");
	if (one.type == SW_ARRAY && one.n && count_fits(c, one, v, path) != 1)
		complain(c, path, "Invalid value: must validate one and only one schema (oneOf)");
	if (none.type == SW_OBJECT && fits(c, none, v, path))
		complain(c, path, "Invalid value: must not validate the schema (not)");
}

static void validate(struct check *c, struct sw_value schema, struct sw_value v, struct sw_str path)
{
	if (schema.type != SW_OBJECT || c->depth >= DEPTH_MAX)
		return;
	c->depth++;
	if (check_type(c, schema, v, path)) {
		check_enum(c, schema, v, path);
		if (v.type == SW_NUMBER)
			check_number(c, schema, v, path);
		else if (v.type == SW_STRING)
			check_string(c, schema, v, path);
		else if (v.type == SW_ARRAY)
			check_array(c, schema, v, path);
		else if (v.type == SW_OBJECT)
			check_object(c, schema, v, path);
		check_combined(c, schema, v, path);
	}
	c->depth--;
}

int sw_openapi_validate(struct sw_arena *a, struct sw_value schema, struct sw_value v, struct sw_str path,
	struct sw_error *err)
{
	struct check c = {.a = a};
	sw_buf_init(&c.errors, 1 << 20);
	validate(&c, schema, v, path);
	int r = 0;
	if (c.n)
		r = sw_error_set(err, SW_EINVALID, c.n > 1 ? "[%.*s]" : "%.*s",
			SW_STR_ARG(sw_buf_str(&c.errors)));
	sw_buf_release(&c.errors);
	return r;
}

/* ---- fields that nobody named ---- */

static void unknown(struct check *c, struct sw_value schema, struct sw_value v, struct sw_str path, bool root)
{
	if (schema.type != SW_OBJECT || c->depth >= DEPTH_MAX)
		return;
	c->depth++;
	bool keep = flag(schema, "x-kubernetes-preserve-unknown-fields");
	if (v.type == SW_ARRAY)
		for (uint32_t i = 0; i < v.n; i++)
			unknown(c, field(schema, "items"), v.u.a->v[i],
				sw_arena_printf(c->a, "%.*s[%u]", SW_STR_ARG(path), i), false);
	else if (v.type == SW_OBJECT)
		sw_object_foreach(it, v)
		{
			struct sw_value s = member_schema(schema, it->k);
			struct sw_str at = member_path(c, path, it->k);
			bool usual = root && (sw_str_is(at, "apiVersion") || sw_str_is(at, "kind") ||
						     sw_str_is(at, "metadata"));
			if (usual)
				continue;
			if (sw_defined(s) && !sw_is_false(s)) {
				unknown(c, s, it->v, at, false);
			} else if (!keep) {
				c->n++;
				sw_buf_printf(&c->errors, "%s%.*s", c->errors.n ? " " : "", SW_STR_ARG(at));
			}
		}
	c->depth--;
}

bool sw_openapi_unknown(struct sw_arena *a, struct sw_value schema, struct sw_value v, bool root,
	struct sw_buf *ret_paths)
{
	struct check c = {.a = a};
	sw_buf_init(&c.errors, 1 << 20);
	unknown(&c, schema, v, SW_STR(""), root);
	sw_buf_addstr(ret_paths, sw_buf_str(&c.errors));
	sw_buf_release(&c.errors);
	return c.n > 0;
}
