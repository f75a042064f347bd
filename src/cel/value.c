/* SPDX-License-Identifier: Apache-2.0 */
/* Values: types, equality, order, maps with keys of any type. */
#include <math.h>
#include <stdlib.h>

#include "cel/internal.h"

static const char *const type_names[SW_CEL_KIND__COUNT] = {
	[SW_NULL] = "null_type",
	[SW_BOOL] = "bool",
	[SW_NUMBER] = "int",
	[SW_STRING] = "string",
	[SW_ARRAY] = "list",
	[SW_OBJECT] = "map",
	[SW_SET] = "list",
	[SW_CEL_UINT] = "uint",
	[SW_CEL_BYTES] = "bytes",
	[SW_CEL_TYPE] = "type",
	[SW_CEL_TIMESTAMP] = "google.protobuf.Timestamp",
	[SW_CEL_DURATION] = "google.protobuf.Duration",
	[SW_CEL_OPTIONAL] = "optional_type",
	[SW_CEL_URL] = "kubernetes.URL",
	[SW_CEL_IP] = "net.IP",
	[SW_CEL_CIDR] = "net.CIDR",
	[SW_CEL_QUANTITY] = "kubernetes.Quantity",
	[SW_CEL_SEMVER] = "kubernetes.Semver",
	[SW_CEL_FORMAT] = "kubernetes.NamedFormat",
	[SW_CEL_AUTHORIZER] = "kubernetes.authorization.Authorizer",
	[SW_CEL_ERROR] = "error",
};

const char *sw_cel_type_name(struct sw_value v)
{
	v = cel_norm(v);
	if (cel_is_double(v))
		return "double";
	if (v.type == SW_CEL_MESSAGE)
		return cel_message(v)->type;
	const char *s = v.type < SW_CEL_KIND__COUNT ? type_names[v.type] : NULL;
	return s ? s : "dyn";
}

struct sw_value cel_type_of(struct sw_value v)
{
	return cel_kind_str(SW_CEL_TYPE, sw_str_from(sw_cel_type_name(v)));
}

uint64_t cel_size(struct sw_value v)
{
	switch (v.type) {
	case SW_STRING:
		return v.n - 0;
	case SW_CEL_BYTES:
	case SW_ARRAY:
	case SW_OBJECT:
	case SW_SET:
		return v.n;
	default:
		return 1;
	}
}

uint8_t cel_runtime_type(uint8_t tkind)
{
	static const uint8_t map[T_KIND__COUNT] = {[T_NULL] = SW_NULL,
		[T_BOOL] = SW_BOOL,
		[T_INT] = SW_NUMBER,
		[T_UINT] = SW_CEL_UINT,
		[T_DOUBLE] = SW_CEL_KIND__COUNT,
		[T_STRING] = SW_STRING,
		[T_BYTES] = SW_CEL_BYTES,
		[T_TIMESTAMP] = SW_CEL_TIMESTAMP,
		[T_DURATION] = SW_CEL_DURATION,
		[T_TYPE] = SW_CEL_TYPE,
		[T_LIST] = SW_ARRAY,
		[T_MAP] = SW_OBJECT,
		[T_OPTIONAL] = SW_CEL_OPTIONAL,
		[T_URL] = SW_CEL_URL,
		[T_IP] = SW_CEL_IP,
		[T_CIDR] = SW_CEL_CIDR,
		[T_QUANTITY] = SW_CEL_QUANTITY,
		[T_SEMVER] = SW_CEL_SEMVER,
		[T_FORMAT] = SW_CEL_FORMAT,
		[T_AUTHORIZER] = SW_CEL_AUTHORIZER};
	return map[tkind];
}

bool cel_type_fits(uint8_t want, struct sw_value v)
{
	if (!want)
		return true;
	if (want == SW_NUMBER)
		return cel_is_int(v);
	if (want == SW_CEL_KIND__COUNT)
		return cel_is_double(v);
	return v.type == want;
}

/* ---- numbers ---- */

static int cmp_i64(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}
static int cmp_u64(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int cmp_f64(double a, double b)
{
	return (a > b) - (a < b);
}

/* As cel-go does it: what no integer can be is larger or smaller, the rest is compared as doubles.
 */
static int cmp_int_double(int64_t i, double d)
{
	if (d > 9223372036854775808.0)
		return -1;
	return d < -9223372036854775808.0 ? 1 : cmp_f64((double)i, d);
}

static int cmp_uint_double(uint64_t u, double d)
{
	if (d > 18446744073709551616.0)
		return -1;
	return d < 0 ? 1 : cmp_f64((double)u, d);
}

static bool is_number(struct sw_value v)
{
	return v.type == SW_NUMBER || v.type == SW_CEL_UINT;
}

static int cmp_numbers(struct sw_value a, struct sw_value b)
{
	bool da = cel_is_double(a), db = cel_is_double(b);
	if ((da && isnan(a.u.d)) || (db && isnan(b.u.d)))
		return 3;
	if (da && db)
		return cmp_f64(a.u.d, b.u.d);
	if (db)
		return a.type == SW_CEL_UINT ? cmp_uint_double(cel_as_uint(a), b.u.d)
					     : cmp_int_double(a.u.i, b.u.d);
	if (da)
		return -cmp_numbers(b, a);
	if (a.type == b.type)
		return a.type == SW_CEL_UINT ? cmp_u64(cel_as_uint(a), cel_as_uint(b))
					     : cmp_i64(a.u.i, b.u.i);
	if (a.type == SW_CEL_UINT)
		return b.u.i < 0 ? 1 : cmp_u64(cel_as_uint(a), (uint64_t)b.u.i);
	return a.u.i < 0 ? -1 : cmp_u64((uint64_t)a.u.i, cel_as_uint(b));
}

int cel_cmp(struct sw_value a, struct sw_value b)
{
	if (is_number(a) && is_number(b))
		return cmp_numbers(a, b);
	if (a.type != b.type)
		return 2;
	switch (a.type) {
	case SW_BOOL:
		return (int)a.u.b - (int)b.u.b;
	case SW_STRING:
	case SW_CEL_BYTES: {
		int c = sw_str_cmp(sw_value_str(a), sw_value_str(b));
		return (c > 0) - (c < 0);
	}
	case SW_CEL_TIMESTAMP:
		return a.u.i != b.u.i ? cmp_i64(a.u.i, b.u.i) : cmp_u64(a.n, b.n);
	case SW_CEL_DURATION:
		return cmp_i64(a.u.i, b.u.i);
	default:
		return 2;
	}
}

/* ---- equality ---- */

static bool lists_eq(struct sw_value a, struct sw_value b)
{
	if (a.n != b.n)
		return false;
	for (uint32_t i = 0; i < a.n; i++)
		if (!cel_eq(a.u.a->v[i], b.u.a->v[i]))
			return false;
	return true;
}

static bool maps_eq(struct sw_value a, struct sw_value b)
{
	if (a.n != b.n)
		return false;
	for (uint32_t i = 0; i < a.n; i++) {
		struct sw_value v = cel_map_find(b, a.u.o->m[i].k);
		if (!sw_defined(v) || !cel_eq(a.u.o->m[i].v, v))
			return false;
	}
	return true;
}

static bool opaque_eq(struct sw_value a, struct sw_value b)
{
	switch (a.type) {
	case SW_CEL_OPTIONAL: {
		const struct sw_value *x = cel_optional(a), *y = cel_optional(b);
		return x && y ? cel_eq(*x, *y) : !x && !y;
	}
	case SW_CEL_QUANTITY:
		return sw_quantity_cmp(*(const struct sw_quantity *)cel_ptr(a),
			       *(const struct sw_quantity *)cel_ptr(b)) == 0;
	case SW_CEL_IP: {
		const struct cel_ip *x = cel_ptr(a), *y = cel_ptr(b);
		return x->v4 == y->v4 && memcmp(x->b, y->b, 16) == 0;
	}
	case SW_CEL_CIDR: {
		const struct cel_cidr *x = cel_ptr(a), *y = cel_ptr(b);
		return x->bits == y->bits && x->ip.v4 == y->ip.v4 &&
		       memcmp(x->ip.b, y->ip.b, 16) == 0;
	}
	case SW_CEL_MESSAGE:
		return strcmp(cel_message(a)->type, cel_message(b)->type) == 0 &&
		       cel_eq(cel_message(a)->fields, cel_message(b)->fields);
	case SW_CEL_SEMVER:
		return cel_semver_eq(cel_ptr(a), cel_ptr(b));
	case SW_CEL_URL: {
		sw_autobuf x, y;
		sw_buf_init(&x, 1 << 20);
		sw_buf_init(&y, 1 << 20);
		cel_write_url(&x, a);
		cel_write_url(&y, b);
		return sw_str_eq(sw_buf_str(&x), sw_buf_str(&y));
	}
	default:
		return cel_ptr(a) == cel_ptr(b);
	}
}

bool cel_eq(struct sw_value a, struct sw_value b)
{
	a = cel_norm(a);
	b = cel_norm(b);
	if (is_number(a) && is_number(b))
		return cmp_numbers(a, b) == 0;
	if (a.type != b.type)
		return false;
	switch (a.type) {
	case SW_NULL:
		return true;
	case SW_BOOL:
		return a.u.b == b.u.b;
	case SW_STRING:
		return sw_value_str_eq(a, b);
	case SW_CEL_BYTES:
	case SW_CEL_TYPE:
		return sw_str_eq(sw_value_str(a), sw_value_str(b));
	case SW_CEL_TIMESTAMP:
		return a.u.i == b.u.i && a.n == b.n;
	case SW_CEL_DURATION:
		return a.u.i == b.u.i;
	case SW_ARRAY:
		return lists_eq(a, b);
	case SW_OBJECT:
		return maps_eq(a, b);
	default:
		return opaque_eq(a, b);
	}
}

/* ---- containers ---- */

/* bool < number < string */
static int cel_key_cmp(struct sw_value a, struct sw_value b)
{
	int ra = a.type == SW_BOOL ? 0 : a.type == SW_STRING ? 2 : 1;
	int rb = b.type == SW_BOOL ? 0 : b.type == SW_STRING ? 2 : 1;
	return ra != rb ? ra - rb : cel_cmp(a, b);
}

static int member_cmp(const void *a, const void *b)
{
	return cel_key_cmp(((const struct sw_member *)a)->k, ((const struct sw_member *)b)->k);
}

struct sw_value cel_map_find(struct sw_value map, struct sw_value key)
{
	key = cel_norm(key);
	if (map.repr != CEL_MIXED_KEYS)
		return key.type == SW_STRING ? cel_norm(sw_object_get(map, key)) : sw_undef();
	if (key.type != SW_BOOL && key.type != SW_STRING && !is_number(key))
		return sw_undef();
	if (cel_is_double(key) && isnan(key.u.d))
		return sw_undef();
	uint32_t lo = 0, hi = map.n;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		int c = cel_key_cmp(map.u.o->m[mid].k, key);
		if (c == 0)
			return cel_norm(map.u.o->m[mid].v);
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return sw_undef();
}

struct sw_value cel_map_make(struct cel_ctx *c, struct sw_member *m, uint32_t n)
{
	bool mixed = false;
	for (uint32_t i = 0; i < n; i++) {
		if (m[i].k.type == SW_STRING)
			continue;
		if (m[i].k.type != SW_BOOL && m[i].k.type != SW_CEL_UINT && !cel_is_int(m[i].k))
			return cel_err(c, "unsupported key type: %s", sw_cel_type_name(m[i].k));
		mixed = true;
	}
	if (n > 1)
		qsort(m, n, sizeof(*m), member_cmp);
	for (uint32_t i = 1; i < n; i++)
		if (cel_key_cmp(m[i - 1].k, m[i].k) == 0) {
			sw_autobuf key;
			sw_buf_init(&key, 1024);
			sw_cel_write(&key, m[i].k);
			return cel_err(c, "Failed with repeated key: %s", sw_buf_cstr(&key));
		}
	struct sw_value v = sw_object_from_sorted(c->a, m, n);
	if (!sw_defined(v))
		return cel_memory(c);
	v.repr = mixed ? CEL_MIXED_KEYS : 0;
	return v;
}

struct sw_value cel_list_make(struct cel_ctx *c, const struct sw_value *v, uint32_t n)
{
	struct sw_value l = sw_array_from(c->a, v, n);
	return sw_defined(l) ? l : cel_memory(c);
}

struct sw_value cel_str_copy(struct cel_ctx *c, struct sw_str s)
{
	struct sw_value v = sw_string_copy(c->a, s);
	return sw_defined(v) ? v : cel_memory(c);
}

struct sw_value cel_buf_str(struct cel_ctx *c, struct sw_buf *b)
{
	return b->overflow ? cel_memory(c) : cel_str_copy(c, sw_buf_str(b));
}

struct sw_value cel_some(struct cel_ctx *c, struct sw_value v)
{
	struct sw_value *p = sw_arena_alloc(c->a, sizeof(*p));
	if (!p)
		return cel_memory(c);
	*p = v;
	return cel_opaque(SW_CEL_OPTIONAL, p);
}
