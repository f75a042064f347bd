/* SPDX-License-Identifier: Apache-2.0 */
/* Readers of types: the decl language of builtin rows, and the JSON of capabilities. */
#include "rego/types.h"

typedef const struct sw_rego_type type;

#define DEPTH_MAX 32
#define ITEMS_MAX 64

struct reader {
	struct sw_arena *a;
	const char *start, *p;
	unsigned depth;
	struct sw_error *err;
};

static type *fail(struct reader *r, const char *what)
{
	sw_error_set(r->err, SW_ESYNTAX, "type declaration \"%s\": %s at byte %td", r->start, what,
		r->p - r->start);
	return NULL;
}

static void skip(struct reader *r)
{
	while (*r->p == ' ')
		r->p++;
}

static bool take(struct reader *r, const char *s)
{
	skip(r);
	size_t n = strlen(s);
	if (strncmp(r->p, s, n))
		return false;
	r->p += n;
	return true;
}

static type *read_type(struct reader *r);

/* T, T … up to `close`. The list may be empty when `empty`. */
static bool read_list(struct reader *r, const char *close, type ***ret, uint32_t *ret_n)
{
	type *v[ITEMS_MAX];
	uint32_t n = 0;
	while (!take(r, close)) {
		if (n == ITEMS_MAX || (n && !take(r, ","))) {
			fail(r, "expected a comma or the end of the list");
			return false;
		}
		if (!(v[n++] = read_type(r)))
			return false;
	}
	type **out = sw_arena_array(r->a, n ? n : 1, sizeof(*out));
	if (!out) {
		fail(r, "out of memory");
		return false;
	}
	memcpy(out, v, n * sizeof(*out));
	*ret = out;
	*ret_n = n;
	return true;
}

static type *read_array(struct reader *r)
{
	type **items = NULL, *dyn = NULL;
	uint32_t n = 0;
	if (take(r, "<") && !read_list(r, ">", &items, &n))
		return NULL;
	if (take(r, "[")) {
		if (!(dyn = read_type(r)))
			return NULL;
		if (!take(r, "]"))
			return fail(r, "expected ]");
	}
	return sw_rego_type_array(r->a, items, n, dyn);
}

static bool read_prop(struct reader *r, struct sw_rego_prop *ret)
{
	if (!take(r, "\"")) {
		fail(r, "expected a quoted key");
		return false;
	}
	const char *from = r->p;
	while (*r->p && *r->p != '"')
		r->p++;
	struct sw_str key = {from, (size_t)(r->p - from)};
	if (!take(r, "\"")) {
		fail(r, "expected \"");
		return false;
	}
	take(r, "?"); /* optional members are typed like others */
	if (!take(r, ":")) {
		fail(r, "expected :");
		return false;
	}
	ret->key = sw_string(key);
	return (ret->type = read_type(r)) != NULL;
}

static type *read_object(struct reader *r)
{
	struct sw_rego_prop v[ITEMS_MAX], *props = NULL;
	uint32_t n = 0;
	type *key = NULL, *dyn = NULL;
	bool has_dyn = false;
	if (take(r, "{")) {
		while (!take(r, "}")) {
			if (n == ITEMS_MAX || (n && !take(r, ",")))
				return fail(r, "expected a comma or }");
			if (!read_prop(r, &v[n++]))
				return NULL;
		}
		props = (struct sw_rego_prop *)(void *)sw_arena_memdup(r->a, v, n * sizeof(*v));
		if (n && !props)
			return fail(r, "out of memory");
	}
	if (take(r, "[")) {
		has_dyn = true;
		if (!(key = read_type(r)))
			return NULL;
		if (!take(r, ":"))
			return fail(r, "expected :");
		if (!(dyn = read_type(r)))
			return NULL;
		if (!take(r, "]"))
			return fail(r, "expected ]");
	}
	return sw_rego_type_object(r->a, props, n, has_dyn, key, dyn);
}

/* One of these types. Of one type alone it is still an any, as opa has it and prints it. */
static type *any_of(struct sw_arena *a, type *const *items, uint32_t n)
{
	type *out = NULL;
	for (uint32_t i = 0; i < n; i++)
		out = sw_rego_type_or(a, out, items[i]);
	if (!out || out->kind == SW_RT_ANY)
		return out ? out : &sw_rt_any;
	struct sw_rego_type *one = sw_rego_type_new(a, SW_RT_ANY);
	if (!one || !(one->items = sw_arena_array(a, 1, sizeof(*one->items))))
		return NULL;
	one->items[0] = out;
	one->n = 1;
	return one;
}

static type *read_any(struct reader *r)
{
	type **items;
	uint32_t n;
	if (!take(r, "<"))
		return &sw_rt_any;
	return read_list(r, ">", &items, &n) ? any_of(r->a, items, n) : NULL;
}

static type *read_type_inner(struct reader *r)
{
	if (take(r, "null"))
		return &sw_rt_null;
	if (take(r, "boolean"))
		return &sw_rt_boolean;
	if (take(r, "number"))
		return &sw_rt_number;
	if (take(r, "string"))
		return &sw_rt_string;
	if (take(r, "array"))
		return read_array(r);
	if (take(r, "object"))
		return read_object(r);
	if (take(r, "any"))
		return read_any(r);
	if (take(r, "set")) {
		type *of = NULL;
		if (take(r, "[")) {
			if (!(of = read_type(r)))
				return NULL;
			if (!take(r, "]"))
				return fail(r, "expected ]");
		}
		return sw_rego_type_set(r->a, of);
	}
	return fail(r, "expected a type");
}

static type *read_type(struct reader *r)
{
	if (r->depth == DEPTH_MAX)
		return fail(r, "nested too deep");
	r->depth++;
	type *t = read_type_inner(r);
	r->depth--;
	return t;
}

int sw_rego_type_read(struct sw_arena *a, const char *decl, type **ret, struct sw_error *err)
{
	struct reader r = {.a = a, .start = decl, .p = decl, .err = err};
	struct sw_rego_type *f = sw_rego_type_new(a, SW_RT_FUNCTION);
	type *v[ITEMS_MAX];
	uint32_t n = 0;
	if (!f)
		return sw_error_set(err, SW_ELIMIT, "out of memory for a type");
	if (!take(&r, "(")) {
		fail(&r, "expected (");
		return -SW_ESYNTAX;
	}
	while (!take(&r, ")")) {
		if (n == ITEMS_MAX || (n && !take(&r, ","))) {
			fail(&r, "expected a comma or )");
			return -SW_ESYNTAX;
		}
		if (!(v[n++] = read_type(&r)))
			return -SW_ESYNTAX;
		if (take(&r, "..."))
			f->dyn = v[--n];
	}
	f->items = (type **)(void *)sw_arena_memdup(a, v, n * sizeof(*v) + 1);
	f->n = n;
	skip(&r);
	if (*r.p && !(f->result = read_type(&r)))
		return -SW_ESYNTAX;
	skip(&r);
	if (*r.p) {
		fail(&r, "unexpected text");
		return -SW_ESYNTAX;
	}
	*ret = f;
	return 0;
}

/* ---- JSON ---- */

struct json_reader {
	struct sw_arena *a;
	struct sw_error *err;
	unsigned depth;
};

static type *json_type(struct json_reader *r, struct sw_value v);

static type *json_fail(struct json_reader *r, const char *what)
{
	sw_error_set(r->err, SW_EINVALID, "type in capabilities: %s", what);
	return NULL;
}

static bool json_list(struct json_reader *r, struct sw_value v, type ***ret, uint32_t *ret_n)
{
	uint32_t n = sw_is(v, SW_ARRAY) ? v.n : 0;
	type **out = sw_arena_array(r->a, n + 1, sizeof(*out));
	if (!out)
		return false;
	for (uint32_t i = 0; i < n; i++)
		if (!(out[i] = json_type(r, v.u.a->v[i])))
			return false;
	*ret = out;
	*ret_n = n;
	return true;
}

static struct sw_value get(struct sw_value v, const char *key)
{
	return sw_object_gets(v, sw_str_from(key));
}

static type *json_object(struct json_reader *r, struct sw_value v)
{
	struct sw_value stat = get(v, "static"), dyn = get(v, "dynamic");
	uint32_t n = sw_is(stat, SW_ARRAY) ? stat.n : 0;
	struct sw_rego_prop *props = sw_arena_array(r->a, n + 1, sizeof(*props));
	type *key = NULL, *val = NULL;
	if (!props)
		return json_fail(r, "out of memory");
	for (uint32_t i = 0; i < n; i++) {
		props[i].key = get(stat.u.a->v[i], "key");
		if (!(props[i].type = json_type(r, get(stat.u.a->v[i], "value"))))
			return NULL;
	}
	if (sw_is(dyn, SW_OBJECT) && (!(key = json_type(r, get(dyn, "key"))) ||
					     !(val = json_type(r, get(dyn, "value")))))
		return NULL;
	return sw_rego_type_object(r->a, props, n, sw_is(dyn, SW_OBJECT), key, val);
}

static type *json_function(struct json_reader *r, struct sw_value v)
{
	struct sw_rego_type *f = sw_rego_type_new(r->a, SW_RT_FUNCTION);
	struct sw_value result = get(v, "result"), variadic = get(v, "variadic");
	if (!f || !json_list(r, get(v, "args"), &f->items, &f->n))
		return NULL;
	if (sw_defined(result) && !(f->result = json_type(r, result)))
		return NULL;
	if (sw_defined(variadic) && !(f->dyn = json_type(r, variadic)))
		return NULL;
	return f;
}

static type *json_type_inner(struct json_reader *r, struct sw_value v)
{
	struct sw_str kind = sw_value_getstr(v, "type");
	type **items, *of = NULL;
	uint32_t n;
	if (sw_str_is(kind, "null"))
		return &sw_rt_null;
	if (sw_str_is(kind, "boolean"))
		return &sw_rt_boolean;
	if (sw_str_is(kind, "number"))
		return &sw_rt_number;
	if (sw_str_is(kind, "string"))
		return &sw_rt_string;
	if (sw_str_is(kind, "object"))
		return json_object(r, v);
	if (sw_str_is(kind, "function"))
		return json_function(r, v);
	if (sw_str_is(kind, "set")) {
		if (sw_defined(get(v, "of")) && !(of = json_type(r, get(v, "of"))))
			return NULL;
		return sw_rego_type_set(r->a, of);
	}
	if (sw_str_is(kind, "array")) {
		if (!json_list(r, get(v, "static"), &items, &n) ||
			(sw_defined(get(v, "dynamic")) && !(of = json_type(r, get(v, "dynamic")))))
			return NULL;
		return sw_rego_type_array(r->a, items, n, of);
	}
	if (!sw_str_is(kind, "any"))
		return json_fail(r, "unknown kind");
	return json_list(r, get(v, "of"), &items, &n) ? any_of(r->a, items, n) : NULL;
}

static type *json_type(struct json_reader *r, struct sw_value v)
{
	if (r->depth == DEPTH_MAX)
		return json_fail(r, "nested too deep");
	r->depth++;
	type *t = json_type_inner(r, v);
	r->depth--;
	return t;
}

int sw_rego_type_json(struct sw_arena *a, struct sw_value v, type **ret, struct sw_error *err)
{
	struct json_reader r = {a, err, 0};
	type *t = json_type(&r, v);
	if (!t)
		return -SW_EINVALID;
	*ret = t;
	return 0;
}
