/* SPDX-License-Identifier: Apache-2.0 */
#include "rego/types.h"

#include <stdlib.h>

#include "rego/builtin.h"

typedef const struct sw_rego_type type;

const struct sw_rego_type sw_rt_null = {.kind = SW_RT_NULL},
			  sw_rt_boolean = {.kind = SW_RT_BOOLEAN},
			  sw_rt_number = {.kind = SW_RT_NUMBER},
			  sw_rt_string = {.kind = SW_RT_STRING}, sw_rt_any = {.kind = SW_RT_ANY},
			  sw_rt_set = {.kind = SW_RT_SET}, sw_rt_array = {.kind = SW_RT_ARRAY},
			  sw_rt_object = {.kind = SW_RT_OBJECT};

struct sw_rego_type *sw_rego_type_new(struct sw_arena *a, enum sw_rego_type_kind kind)
{
	struct sw_rego_type *t = sw_arena_new(a, struct sw_rego_type);
	if (t)
		t->kind = (uint8_t)kind;
	return t;
}

type *sw_rego_type_set(struct sw_arena *a, type *of)
{
	struct sw_rego_type *t = sw_rego_type_new(a, SW_RT_SET);
	if (t)
		t->dyn = of;
	return t;
}

type *sw_rego_type_array(struct sw_arena *a, type **items, uint32_t n, type *dyn)
{
	struct sw_rego_type *t = sw_rego_type_new(a, SW_RT_ARRAY);
	if (!t)
		return NULL;
	t->items = items;
	t->n = n;
	t->dyn = dyn;
	return t;
}

static int prop_cmp(const void *x, const void *y)
{
	return sw_value_cmp(
		((const struct sw_rego_prop *)x)->key, ((const struct sw_rego_prop *)y)->key);
}

type *sw_rego_type_object(struct sw_arena *a, struct sw_rego_prop *props, uint32_t n, bool has_dyn,
	type *key, type *dyn)
{
	struct sw_rego_type *t = sw_rego_type_new(a, SW_RT_OBJECT);
	if (!t)
		return NULL;
	if (n > 1)
		qsort(props, n, sizeof(*props), prop_cmp);
	t->props = props;
	t->n = n;
	t->has_dyn = has_dyn;
	t->key = key;
	t->dyn = dyn;
	return t;
}

/* ---- order ---- */

static int type_cmp(type *x, type *y);

static int items_cmp(type *x, type *y)
{
	for (uint32_t i = 0; i < x->n && i < y->n; i++) {
		int d = type_cmp(x->items[i], y->items[i]);
		if (d)
			return d;
	}
	return (x->n > y->n) - (x->n < y->n);
}

static int object_cmp(type *x, type *y)
{
	int d = x->has_dyn - y->has_dyn;
	if (!d && x->has_dyn)
		d = type_cmp(x->key, y->key);
	if (!d && x->has_dyn)
		d = type_cmp(x->dyn, y->dyn);
	for (uint32_t i = 0; !d && i < x->n && i < y->n; i++) {
		d = sw_value_cmp(x->props[i].key, y->props[i].key);
		if (!d)
			d = type_cmp(x->props[i].type, y->props[i].type);
	}
	return d ? d : (x->n > y->n) - (x->n < y->n);
}

static int function_cmp(type *x, type *y)
{
	int d = (x->n > y->n) - (x->n < y->n);
	if (!d)
		d = items_cmp(x, y);
	if (!d)
		d = type_cmp(x->result, y->result);
	return d ? d : type_cmp(x->dyn, y->dyn);
}

static int type_cmp(type *x, type *y)
{
	if (x && y && x->kind == SW_RT_RECURSIVE && y->kind == SW_RT_RECURSIVE)
		return sw_str_cmp(x->names[0], y->names[0]); /* taken apart, they might never end */
	x = sw_rego_type_bare(x);
	y = sw_rego_type_bare(y);
	if (x == y)
		return 0;
	int kx = x ? x->kind : -1, ky = y ? y->kind : -1;
	if (kx != ky)
		return kx < ky ? -1 : 1;
	switch (kx) {
	case SW_RT_ARRAY: {
		int d = (x->dyn != NULL) - (y->dyn != NULL);
		if (!d && x->dyn)
			d = type_cmp(x->dyn, y->dyn);
		return d ? d : items_cmp(x, y);
	}
	case SW_RT_OBJECT:
		return object_cmp(x, y);
	case SW_RT_SET:
		return type_cmp(x->dyn, y->dyn);
	case SW_RT_ANY:
		return items_cmp(x, y);
	case SW_RT_FUNCTION:
		return function_cmp(x, y);
	default:
		return 0;
	}
}

/* ---- unions ---- */

/* Place of t among the members of an any. */
static uint32_t any_at(type *any, type *t, bool *found)
{
	uint32_t i = 0;
	int d = -1;
	while (i < any->n && (d = type_cmp(any->items[i], t)) < 0)
		i++;
	*found = i < any->n && d == 0;
	return i;
}

static bool any_has(type *any, type *t)
{
	bool found;
	if (t && t->kind == SW_RT_FUNCTION)
		return false;
	any_at(any, t, &found);
	return found || !any->n;
}

bool sw_rego_type_contains(type *x, type *y)
{
	if (x && x->kind == SW_RT_ANY)
		return any_has(x, y);
	return type_cmp(x, y) == 0;
}

static struct sw_rego_type *any_make(struct sw_arena *a, uint32_t cap)
{
	struct sw_rego_type *t = sw_rego_type_new(a, SW_RT_ANY);
	if (t)
		t->items = sw_arena_array(a, cap ? cap : 1, sizeof(*t->items));
	return t && t->items ? t : NULL;
}

static type *any_union(struct sw_arena *a, type *x, type *y)
{
	if (!x->n)
		return x;
	if (!y->n)
		return y;
	struct sw_rego_type *t = any_make(a, x->n + y->n);
	uint32_t i = 0, k = 0;
	while (t && (i < x->n || k < y->n)) {
		int d = i == x->n ? 1 : k == y->n ? -1 : type_cmp(x->items[i], y->items[k]);
		t->items[t->n++] = d <= 0 ? x->items[i] : y->items[k];
		i += d <= 0;
		k += d >= 0;
	}
	return t;
}

static type *any_merge(struct sw_arena *a, type *any, type *t)
{
	bool found;
	if (t->kind == SW_RT_ANY)
		return any_union(a, any, t);
	if (any_has(any, t))
		return any;
	uint32_t at = any_at(any, t, &found);
	struct sw_rego_type *out = any_make(a, any->n + 1);
	for (uint32_t i = 0; out && i <= any->n; i++)
		out->items[i] = i < at ? any->items[i] : i == at ? t : any->items[i - 1];
	if (out)
		out->n = any->n + 1;
	return out;
}

static type *function_or(struct sw_arena *a, type *x, type *y)
{
	if (x->n != y->n || (x->dyn != NULL) != (y->dyn != NULL))
		return NULL;
	struct sw_rego_type *t = sw_rego_type_new(a, SW_RT_FUNCTION);
	if (!t || !(t->items = sw_arena_array(a, x->n ? x->n : 1, sizeof(*t->items))))
		return NULL;
	for (uint32_t i = 0; i < x->n; i++)
		t->items[i] = sw_rego_type_or(a, x->items[i], y->items[i]);
	t->n = x->n;
	t->result = sw_rego_type_or(a, x->result, y->result);
	t->dyn = sw_rego_type_or(a, x->dyn, y->dyn);
	return t;
}

type *sw_rego_type_or(struct sw_arena *a, type *x, type *y)
{
	if (!x || !y)
		return x ? x : y;
	bool fx = x->kind == SW_RT_FUNCTION, fy = y->kind == SW_RT_FUNCTION;
	if (fx || fy)
		return fx && fy ? function_or(a, x, y) : NULL;
	if (x->kind == SW_RT_ANY)
		return any_merge(a, x, y);
	if (y->kind == SW_RT_ANY)
		return any_merge(a, y, x);
	int d = type_cmp(x, y);
	if (!d)
		return x;
	struct sw_rego_type *t = any_make(a, 2);
	if (!t)
		return NULL;
	t->items[0] = d < 0 ? x : y;
	t->items[1] = d < 0 ? y : x;
	t->n = 2;
	return t;
}

/* ---- taking types apart ---- */

static type *type_of(struct sw_arena *a, struct sw_value v);

type *sw_rego_type_keys(struct sw_arena *a, type *t)
{
	type *out = NULL;
	t = sw_rego_type_bare(t);
	if (!t)
		return NULL;
	switch (t->kind) {
	case SW_RT_ARRAY:
		return &sw_rt_number;
	case SW_RT_OBJECT:
		for (uint32_t i = 0; i < t->n; i++)
			out = sw_rego_type_or(a, out, type_of(a, t->props[i].key));
		return t->has_dyn ? sw_rego_type_or(a, out, t->key) : out;
	case SW_RT_SET:
		return t->dyn;
	case SW_RT_ANY:
		if (!t->n)
			return &sw_rt_any;
		for (uint32_t i = 0; i < t->n; i++)
			out = sw_rego_type_or(a, sw_rego_type_keys(a, t->items[i]), out);
		return out;
	default:
		return NULL;
	}
}

type *sw_rego_type_values(struct sw_arena *a, type *t)
{
	type *out = NULL;
	t = sw_rego_type_bare(t);
	if (!t)
		return NULL;
	switch (t->kind) {
	case SW_RT_ARRAY:
		for (uint32_t i = 0; i < t->n; i++)
			out = sw_rego_type_or(a, out, t->items[i]);
		return sw_rego_type_or(a, out, t->dyn);
	case SW_RT_OBJECT:
		for (uint32_t i = 0; i < t->n; i++)
			out = sw_rego_type_or(a, out, t->props[i].type);
		return t->has_dyn ? sw_rego_type_or(a, out, t->dyn) : out;
	case SW_RT_SET:
		return t->dyn;
	case SW_RT_ANY:
		if (!t->n)
			return &sw_rt_any;
		for (uint32_t i = 0; i < t->n; i++)
			out = sw_rego_type_or(a, sw_rego_type_values(a, t->items[i]), out);
		return out;
	default:
		return NULL;
	}
}

static type *object_select(struct sw_arena *a, type *t, struct sw_value key)
{
	uint32_t lo = 0, hi = t->n;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		int d = sw_value_cmp(t->props[mid].key, key);
		if (!d)
			return t->props[mid].type;
		if (d < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (t->has_dyn && sw_rego_type_contains(t->key, type_of(a, key)))
		return t->dyn;
	return NULL;
}

static type *set_select(struct sw_arena *a, type *t, struct sw_value key)
{
	type *k = type_of(a, key);
	if (type_cmp(t->dyn, k) == 0)
		return t->dyn;
	return t->dyn && t->dyn->kind == SW_RT_ANY && any_has(t->dyn, k) ? k : NULL;
}

type *sw_rego_type_select(struct sw_arena *a, type *t, struct sw_value key)
{
	int64_t i;
	type *out = NULL;
	t = sw_rego_type_bare(t);
	if (!t)
		return NULL;
	switch (t->kind) {
	case SW_RT_ARRAY:
		if (!sw_is(key, SW_NUMBER) || key.repr != SW_NUM_INT || (i = key.u.i) < 0)
			return NULL;
		return i < t->n ? t->items[i] : t->dyn;
	case SW_RT_OBJECT:
		return object_select(a, t, key);
	case SW_RT_SET:
		return set_select(a, t, key);
	case SW_RT_ANY:
		if (!t->n)
			return &sw_rt_any;
		for (uint32_t k = 0; k < t->n; k++)
			out = sw_rego_type_or(a, sw_rego_type_select(a, t->items[k], key), out);
		return out;
	default:
		return NULL;
	}
}

bool sw_rego_type_nil(type *t)
{
	if (!t)
		return true;
	switch (t->kind) {
	case SW_RT_FUNCTION:
	case SW_RT_ARRAY:
		for (uint32_t i = 0; i < t->n; i++)
			if (sw_rego_type_nil(t->items[i]))
				return true;
		if (t->kind == SW_RT_FUNCTION)
			return sw_rego_type_nil(t->result);
		return t->dyn && sw_rego_type_nil(t->dyn);
	case SW_RT_OBJECT:
		for (uint32_t i = 0; i < t->n; i++)
			if (sw_rego_type_nil(t->props[i].type))
				return true;
		return t->has_dyn && (sw_rego_type_nil(t->key) || sw_rego_type_nil(t->dyn));
	case SW_RT_SET:
		return sw_rego_type_nil(t->dyn);
	default:
		return false;
	}
}

type *sw_rego_type_of_scalar(enum sw_type t)
{
	switch (t) {
	case SW_NULL:
		return &sw_rt_null;
	case SW_BOOL:
		return &sw_rt_boolean;
	case SW_NUMBER:
		return &sw_rt_number;
	case SW_STRING:
		return &sw_rt_string;
	default:
		return &sw_rt_any;
	}
}

static type *type_of(struct sw_arena *a, struct sw_value v)
{
	if (v.type == SW_ARRAY || v.type == SW_SET) {
		const struct sw_rego_type **items =
			sw_arena_array(a, v.n ? v.n : 1, sizeof(*items));
		for (uint32_t i = 0; items && i < v.n; i++)
			items[i] = type_of(a, v.u.a->v[i]);
		return items ? sw_rego_type_array(a, items, v.n, NULL) : NULL;
	}
	if (v.type == SW_OBJECT) {
		struct sw_rego_prop *props = sw_arena_array(a, v.n ? v.n : 1, sizeof(*props));
		for (uint32_t i = 0; props && i < v.n; i++)
			props[i] = (struct sw_rego_prop){v.u.o->m[i].k, type_of(a, v.u.o->m[i].v)};
		return props ? sw_rego_type_object(a, props, v.n, false, NULL, NULL) : NULL;
	}
	return sw_rego_type_of_scalar((enum sw_type)v.type);
}

/* ---- printing ---- */

void sw_rego_type_print_key(struct sw_buf *out, struct sw_value key)
{
	if (sw_is(key, SW_STRING))
		sw_buf_addstr(out, sw_value_str(key));
	else if (sw_is(key, SW_NULL))
		sw_buf_addz(out, "<nil>");
	else
		sw_rego_value_print(out, key);
}

static void print_items(struct sw_buf *out, type *t, const char *open, const char *close)
{
	sw_buf_addz(out, open);
	for (uint32_t i = 0; i < t->n; i++) {
		if (i)
			sw_buf_addz(out, ", ");
		sw_rego_type_print(out, t->items[i]);
	}
	sw_buf_addz(out, close);
}

static void print_object(struct sw_buf *out, type *t)
{
	sw_buf_addz(out, "object");
	for (uint32_t i = 0; i < t->n; i++) {
		sw_buf_addz(out, i ? ", " : "<");
		sw_rego_type_print_key(out, t->props[i].key);
		sw_buf_addz(out, ": ");
		sw_rego_type_print(out, t->props[i].type);
	}
	if (t->n)
		sw_buf_addch(out, '>');
	if (!t->has_dyn)
		return;
	sw_buf_addch(out, '[');
	sw_rego_type_print(out, t->key);
	sw_buf_addz(out, ": ");
	sw_rego_type_print(out, t->dyn);
	sw_buf_addch(out, ']');
}

static void print_function(struct sw_buf *out, type *t)
{
	print_items(out, t, "(", "");
	if (t->dyn) {
		sw_buf_addz(out, t->n ? ", " : "");
		sw_rego_type_print(out, t->dyn);
		sw_buf_addz(out, "...");
	}
	sw_buf_addz(out, ") => ");
	sw_rego_type_print(out, t->result);
}

void sw_rego_type_print(struct sw_buf *out, type *t)
{
	static const char *const names[] = {"null", "boolean", "number", "string"};
	if (!t) {
		sw_buf_addz(out, "???");
		return;
	}
	switch (t->kind) {
	case SW_RT_ARRAY:
		sw_buf_addz(out, "array");
		if (t->n)
			print_items(out, t, "<", ">");
		if (t->dyn) {
			sw_buf_addch(out, '[');
			sw_rego_type_print(out, t->dyn);
			sw_buf_addch(out, ']');
		}
		break;
	case SW_RT_OBJECT:
		print_object(out, t);
		break;
	case SW_RT_SET:
		sw_buf_addz(out, t->dyn ? "set[" : "set");
		if (t->dyn) {
			sw_rego_type_print(out, t->dyn);
			sw_buf_addch(out, ']');
		}
		break;
	case SW_RT_ANY:
		sw_buf_addz(out, "any");
		if (t->n)
			print_items(out, t, "<", ">");
		break;
	case SW_RT_FUNCTION:
		print_function(out, t);
		break;
	case SW_RT_RECURSIVE:
		sw_buf_printf(out, "recursive(%.*s)", SW_STR_ARG(t->names[0]));
		break;
	default:
		sw_buf_addz(out, names[t->kind]);
	}
}
