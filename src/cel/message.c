/* SPDX-License-Identifier: Apache-2.0 */
/* Messages, which mutations have (Object{…}, JSONPatch{…}), and results as JSON. */
#include <math.h>

#include "base/base64.h"
#include "cel/internal.h"

enum { COST_MESSAGE = 40 };

bool cel_message_known(const struct sw_cel *cel, struct sw_str name)
{
	return cel->mutations && (sw_str_is(name, "JSONPatch") || sw_str_is(name, "Object") ||
					 sw_str_starts(name, SW_STR("Object.")));
}

/* ---- making ---- */

static bool is_patch(const struct cel_message *m)
{
	return m->type == cel_jsonpatch_type.name;
}

/* Of a JSONPatch, what is not said is empty, and what is empty is not said. */
struct sw_value cel_message_field(const struct cel_message *m, struct sw_value name)
{
	struct sw_value v = sw_object_get(m->fields, name);
	if (!sw_defined(v) && is_patch(m) && !sw_str_is(sw_value_str(name), "value"))
		return SW_VSTR("");
	return v;
}

/* Of two fields of one name the later counts. */
static uint32_t put(struct sw_member *m, uint32_t n, struct sw_value k, struct sw_value v)
{
	uint32_t i = 0;
	while (i < n && !sw_value_str_eq(m[i].k, k))
		i++;
	m[i] = (struct sw_member){k, v};
	return i < n ? n : n + 1;
}

/* SW_UNDEF: an optional value that is none. */
static struct sw_value field_value(struct cel_ctx *c, const struct cel_node *n)
{
	struct sw_value v = cel_run(c, n->op == OP_MAYBE ? n->args[0] : n);
	if (cel_is_err(v) || n->op != OP_MAYBE)
		return v;
	if (v.type != SW_CEL_OPTIONAL)
		return cel_no_overload(c);
	return cel_optional(v) ? *cel_optional(v) : sw_undef();
}

struct sw_value cel_message_make(struct cel_ctx *c, const struct cel_node *n)
{
	struct sw_member *m = sw_arena_new_array(c->a, n->n / 2 + 1, struct sw_member);
	struct cel_message *msg = sw_arena_new(c->a, struct cel_message);
	uint32_t used = 0;
	if (!m || !msg)
		return cel_memory(c);
	cel_spend(c, COST_MESSAGE);
	for (uint32_t i = 0; i + 1 < n->n; i += 2) {
		struct sw_value v = field_value(c, n->args[i + 1]);
		if (cel_is_err(v))
			return v;
		bool empty = n->type == &cel_jsonpatch_type && v.type == SW_STRING && !v.n &&
			     !sw_str_is(sw_value_str(n->args[i]->value), "value");
		if (sw_defined(v) && !empty)
			used = put(m, used, n->args[i]->value, v);
	}
	msg->type = n->type->name;
	msg->fields = cel_map_make(c, m, used);
	return cel_is_err(msg->fields) ? msg->fields : cel_opaque(SW_CEL_MESSAGE, msg);
}

/* ---- as JSON ---- */

struct plain {
	struct sw_arena *a;
	bool exact;
	struct sw_error *err;
};

/* Where a message stands: its type must be called `root` and the fields on the way. */
struct path {
	const struct path *up;
	struct sw_str name;
};

static int plain(struct plain *x, struct sw_value v, const struct path *at, uint32_t depth,
	struct sw_value *ret);

static int overflow(struct plain *x)
{
	return sw_error_set(x->err, SW_ELIMIT, "the result is too large");
}

static void write_path(struct sw_buf *out, const struct path *p)
{
	if (p->up) {
		write_path(out, p->up);
		sw_buf_addch(out, '.');
	}
	sw_buf_addstr(out, p->name);
}

static int check_name(struct plain *x, const struct cel_message *m, const struct path *at)
{
	sw_autobuf b;
	sw_buf_init(&b, 4096);
	write_path(&b, at);
	if (sw_str_is(sw_buf_str(&b), m->type))
		return 0;
	return sw_error_set(x->err, SW_EINVALID,
		"type mismatch: unexpected type name \"%.200s\", expected \"%.*s\", which matches "
		"field name "
		"path from root Object type",
		m->type, SW_STR_ARG(sw_str_sub(sw_buf_str(&b), 0, 200)));
}

static int plain_list(struct plain *x, struct sw_value v, const struct path *at, uint32_t depth,
	struct sw_value *ret)
{
	struct sw_list l;
	sw_list_init(&l, x->a);
	for (uint32_t i = 0; i < v.n; i++) {
		struct sw_value e;
		int r = plain(x, v.u.a->v[i], at, depth + 1, &e);
		if (r < 0)
			return r;
		sw_list_add(&l, e);
	}
	*ret = sw_list_array(&l);
	return sw_defined(*ret) ? 0 : overflow(x);
}

/* `named`: members are fields of a message, whose names are part of the types below. */
static int plain_map(struct plain *x, struct sw_value v, const struct path *at, bool named,
	uint32_t depth, struct sw_value *ret)
{
	struct sw_map m;
	sw_map_init(&m, x->a);
	sw_object_foreach (it, v) {
		struct sw_value e;
		if (it->k.type != SW_STRING)
			return sw_error_set(x->err, SW_EINVALID,
				"a key of a map is of type %s, not string",
				sw_cel_type_name(it->k));
		struct path p = {.up = at, .name = sw_value_str(it->k)};
		int r = plain(x, it->v, named && at ? &p : at, depth + 1, &e);
		if (r < 0)
			return r;
		sw_map_add(&m, it->k, e);
	}
	*ret = sw_map_object(&m);
	return sw_defined(*ret) ? 0 : overflow(x);
}

static int plain_message(struct plain *x, struct sw_value v, const struct path *at, uint32_t depth,
	struct sw_value *ret)
{
	const struct cel_message *m = cel_message(v);
	struct path root = {.name = sw_str_from(m->type)};
	struct plain inner = *x;
	inner.exact = true;
	if (at && check_name(x, m, at) < 0)
		return -SW_EINVALID;
	return plain_map(&inner, m->fields, at ? at : &root, true, depth, ret);
}

/* The operation as RFC 6902 has it: without what is not said. */
static int plain_patch(
	struct plain *x, const struct cel_message *m, uint32_t depth, struct sw_value *ret)
{
	struct sw_map out;
	struct sw_value from = sw_object_gets(m->fields, SW_STR("from")),
			v = sw_object_gets(m->fields, SW_STR("value"));
	sw_map_init(&out, x->a);
	sw_map_adds(&out, "op", cel_message_field(m, SW_VSTR("op")));
	sw_map_adds(&out, "path", cel_message_field(m, SW_VSTR("path")));
	if (sw_defined(from))
		sw_map_adds(&out, "from", from);
	int r = sw_defined(v) ? plain(x, v, NULL, depth + 1, &v) : 0;
	if (r < 0)
		return r;
	if (sw_defined(v))
		sw_map_adds(&out, "value", v);
	*ret = sw_map_object(&out);
	return sw_defined(*ret) ? 0 : overflow(x);
}

static struct sw_value plain_number(struct plain *x, struct sw_value v)
{
	const int64_t safe = (int64_t)1 << 53;
	v = cel_norm(v);
	if (v.type == SW_CEL_UINT && cel_as_uint(v) > INT64_MAX)
		return sw_string(sw_arena_printf(x->a, "%llu", (unsigned long long)cel_as_uint(v)));
	if (v.type == SW_CEL_UINT)
		v = sw_int(v.u.i);
	if (cel_is_double(v))
		return v.u.d == floor(v.u.d) && fabs(v.u.d) < (double)safe ? sw_int((int64_t)v.u.d)
									   : v;
	if (x->exact || (v.u.i < safe && v.u.i > -safe))
		return v;
	return sw_string(sw_arena_printf(x->a, "%lld", (long long)v.u.i));
}

static int plain_text(struct plain *x, struct sw_value v, struct sw_value *ret)
{
	sw_autobuf b;
	sw_buf_init(&b, (size_t)64 << 20);
	if (v.type == SW_CEL_TIMESTAMP)
		cel_write_time(&b, v);
	else if (v.type == SW_CEL_DURATION)
		cel_write_duration(&b, v);
	else
		sw_base64_encode(&b, sw_value_str(v));
	*ret = b.overflow ? sw_undef() : sw_string_copy(x->a, sw_buf_str(&b));
	return sw_defined(*ret) ? 0 : overflow(x);
}

static int plain(struct plain *x, struct sw_value v, const struct path *at, uint32_t depth,
	struct sw_value *ret)
{
	if (depth > CEL_DEPTH_MAX)
		return sw_error_set(
			x->err, SW_ELIMIT, "the result is nested more than %d deep", CEL_DEPTH_MAX);
	switch (v.type) {
	case SW_NULL:
	case SW_BOOL:
	case SW_STRING:
		*ret = v;
		return 0;
	case SW_NUMBER:
	case SW_CEL_UINT:
		*ret = plain_number(x, v);
		return 0;
	case SW_CEL_TIMESTAMP:
	case SW_CEL_DURATION:
	case SW_CEL_BYTES:
		return plain_text(x, v, ret);
	case SW_ARRAY:
		return plain_list(x, v, at, depth, ret);
	case SW_OBJECT:
		return plain_map(x, v, at, false, depth, ret);
	case SW_CEL_MESSAGE:
		return is_patch(cel_message(v)) ? plain_patch(x, cel_message(v), depth, ret)
						: plain_message(x, v, at, depth, ret);
	default:
		return sw_error_set(x->err, SW_EINVALID, "a value of type %s has no form in JSON",
			sw_cel_type_name(v));
	}
}

int sw_cel_plain(struct sw_arena *a, struct sw_value v, bool exact, struct sw_value *ret,
	struct sw_error *err)
{
	struct plain x = {.a = a, .exact = exact, .err = err};
	return plain(&x, v, NULL, 0, ret);
}
