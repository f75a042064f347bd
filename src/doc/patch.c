/* SPDX-License-Identifier: Apache-2.0 */
#include "doc/patch.h"

#include "base/cleanup.h"
#include "doc/pointer.h"

enum { DEPTH_MAX = 1000 };

static const char *const kind_names[] = {"add", "remove", "replace", "move", "copy", "test"};

static int no_memory(struct sw_error *err)
{
	return sw_error_set(err, SW_ELIMIT, "the memory budget is spent");
}

/* ---- the patch document ---- */

static int get_pointer(
	struct sw_value op, const char *name, struct sw_str *ret, struct sw_error *err)
{
	struct sw_value v = sw_object_gets(op, sw_str_from(name));
	if (v.type != SW_STRING)
		return sw_error_set(err, SW_EINVALID, "\"%s\" must be a string", name);
	if (!sw_pointer_valid(sw_value_str(v)))
		return sw_error_set(err, SW_EINVALID, "\"%s\" is not a JSON Pointer: %.*s", name,
			(int)(v.n < 200 ? v.n : 200), v.u.s);
	*ret = sw_value_str(v);
	return 0;
}

static int parse_op(struct sw_value v, struct sw_patch_op *ret, struct sw_error *err)
{
	struct sw_str name = sw_value_getstr(v, "op");
	uint32_t k = 0;
	if (v.type != SW_OBJECT)
		return sw_error_set(err, SW_EINVALID, "an operation must be an object");
	while (k < SW_ARRAY_LEN(kind_names) && !(name.p && sw_str_is(name, kind_names[k])))
		k++;
	if (k == SW_ARRAY_LEN(kind_names))
		return sw_error_set(err, SW_EINVALID,
			"\"op\" must be add, remove, replace, move, copy or test");
	*ret = (struct sw_patch_op){.kind = (enum sw_patch_kind)k};
	int rc = get_pointer(v, "path", &ret->path, err);
	if (rc == 0 && (ret->kind == SW_PATCH_MOVE || ret->kind == SW_PATCH_COPY))
		rc = get_pointer(v, "from", &ret->from, err);
	if (rc < 0)
		return rc;
	ret->value = sw_object_gets(v, SW_STR("value"));
	bool needs = ret->kind == SW_PATCH_ADD || ret->kind == SW_PATCH_REPLACE ||
		     ret->kind == SW_PATCH_TEST;
	if (needs && !sw_defined(ret->value))
		return sw_error_set(err, SW_EINVALID, "\"%s\" needs a \"value\"", kind_names[k]);
	return 0;
}

int sw_patch_parse(struct sw_arena *a, struct sw_value patch, const struct sw_patch_op **ret,
	uint32_t *ret_n, struct sw_error *err)
{
	if (patch.type != SW_ARRAY)
		return sw_error_set(err, SW_EINVALID, "a JSON Patch must be an array");
	if (patch.n > SW_PATCH_OPS_MAX)
		return sw_error_set(err, SW_ELIMIT, "more than %d operations", SW_PATCH_OPS_MAX);
	struct sw_patch_op *ops = sw_arena_new_array(a, patch.n, struct sw_patch_op);
	if (!ops)
		return no_memory(err);
	for (uint32_t i = 0; i < patch.n; i++) {
		if (parse_op(patch.u.a->v[i], &ops[i], err) < 0)
			return sw_error_prefix(err, "operation %u: ", i);
	}
	*ret = ops;
	*ret_n = patch.n;
	return 0;
}

/* ---- editing: the containers on the path are made anew ---- */

struct edit {
	struct sw_arena *a;
	struct sw_error *err;
	enum sw_patch_kind kind; /* add, remove or replace */
	struct sw_value value;
};

static int missing(struct edit *e, struct sw_str token)
{
	return sw_error_set(e->err, SW_ENOENT, "there is no \"%.*s\"",
		(int)(token.n < 200 ? token.n : 200), token.p);
}

/* `v` with n elements, of which those from `at` on are shifted by `shift` (-1, 0, 1) to make or
 * fill a gap. */
static int array_with(struct edit *e, struct sw_value v, uint32_t at, int shift, struct sw_value x,
	struct sw_value *ret)
{
	uint32_t n = v.n + (uint32_t)shift;
	struct sw_value *out = sw_arena_new_array(e->a, n, struct sw_value);
	if (!out)
		return no_memory(e->err);
	uint32_t tail = shift > 0 ? at : at + 1;
	memcpy(out, v.u.a->v ? v.u.a->v : &x, at * sizeof(x));
	if (shift >= 0)
		out[at] = x;
	if (tail < v.n)
		memcpy(out + at + (shift >= 0), v.u.a->v + tail, (v.n - tail) * sizeof(x));
	*ret = sw_array_from(e->a, out, n);
	return sw_defined(*ret) ? 0 : no_memory(e->err);
}

static int object_with(struct edit *e, struct sw_value v, uint32_t at, int shift,
	struct sw_member x, struct sw_value *ret)
{
	uint32_t n = v.n + (uint32_t)shift;
	struct sw_member *out = sw_arena_new_array(e->a, n, struct sw_member);
	if (!out)
		return no_memory(e->err);
	uint32_t tail = shift > 0 ? at : at + 1;
	memcpy(out, v.u.o->m ? v.u.o->m : &x, at * sizeof(x));
	if (shift >= 0)
		out[at] = x;
	if (tail < v.n)
		memcpy(out + at + (shift >= 0), v.u.o->m + tail, (v.n - tail) * sizeof(x));
	*ret = sw_object_from_sorted(e->a, out, n);
	return sw_defined(*ret) ? 0 : no_memory(e->err);
}

static int edit_element(
	struct edit *e, struct sw_value v, struct sw_str token, struct sw_value *ret)
{
	uint32_t at;
	bool end = sw_str_is(token, "-");
	if (end)
		at = v.n;
	else if (!sw_pointer_index(token, &at))
		return sw_error_set(e->err, SW_EINVALID, "\"%.*s\" is not an index",
			(int)(token.n < 200 ? token.n : 200), token.p);
	if (at > v.n || (at == v.n && e->kind != SW_PATCH_ADD))
		return missing(e, token);
	int shift = e->kind == SW_PATCH_ADD ? 1 : e->kind == SW_PATCH_REMOVE ? -1 : 0;
	return array_with(e, v, at, shift, e->value, ret);
}

static int edit_member(struct edit *e, struct sw_value v, struct sw_str token, struct sw_value *ret)
{
	sw_autobuf key;
	sw_buf_init(&key, 0);
	int64_t i = sw_pointer_child(v, token);
	if (i >= 0)
		return object_with(e, v, (uint32_t)i, e->kind == SW_PATCH_REMOVE ? -1 : 0,
			(struct sw_member){v.u.o->m[i].k, e->value}, ret);
	if (e->kind != SW_PATCH_ADD)
		return missing(e, token);
	sw_pointer_unescape(&key, token);
	struct sw_member x = {sw_string_copy(e->a, sw_buf_str(&key)), e->value};
	if (!sw_defined(x.k))
		return no_memory(e->err);
	uint32_t at = 0;
	while (at < v.n && sw_value_cmp(v.u.o->m[at].k, x.k) < 0)
		at++;
	return object_with(e, v, at, 1, x, ret);
}

static int edit_at(
	struct edit *e, struct sw_value v, struct sw_str path, int depth, struct sw_value *ret)
{
	struct sw_str token;
	if (depth > DEPTH_MAX)
		return sw_error_set(
			e->err, SW_ELIMIT, "the path is longer than %d steps", DEPTH_MAX);
	if (!sw_pointer_next(&path, &token)) {
		if (e->kind == SW_PATCH_REMOVE)
			return sw_error_set(
				e->err, SW_EINVALID, "the whole document cannot be removed");
		*ret = e->value;
		return 0;
	}
	if (v.type != SW_OBJECT && v.type != SW_ARRAY)
		return sw_error_set(e->err, SW_ENOENT, "\"%.*s\" of a %s",
			(int)(token.n < 200 ? token.n : 200), token.p,
			sw_type_name((enum sw_type)v.type));
	if (path.n == 0)
		return v.type == SW_ARRAY ? edit_element(e, v, token, ret)
					  : edit_member(e, v, token, ret);
	int64_t i = sw_pointer_child(v, token);
	if (i < 0)
		return missing(e, token);
	struct sw_value child;
	int rc = edit_at(
		e, v.type == SW_ARRAY ? v.u.a->v[i] : v.u.o->m[i].v, path, depth + 1, &child);
	if (rc < 0)
		return rc;
	if (v.type == SW_ARRAY)
		return array_with(e, v, (uint32_t)i, 0, child, ret);
	return object_with(e, v, (uint32_t)i, 0, (struct sw_member){v.u.o->m[i].k, child}, ret);
}

static int edit(struct sw_arena *a, struct sw_value doc, enum sw_patch_kind kind,
	struct sw_str path, struct sw_value value, struct sw_value *ret, struct sw_error *err)
{
	struct edit e = {a, err, kind, value};
	return edit_at(&e, doc, path, 0, ret);
}

static int get_from(
	struct sw_value doc, struct sw_str from, struct sw_value *ret, struct sw_error *err)
{
	*ret = sw_pointer_get(doc, from);
	if (sw_defined(*ret))
		return 0;
	return sw_error_set(
		err, SW_ENOENT, "there is no \"%.*s\"", (int)(from.n < 200 ? from.n : 200), from.p);
}

static int apply_op(struct sw_arena *a, struct sw_value doc, const struct sw_patch_op *op,
	struct sw_value *ret, struct sw_error *err)
{
	struct sw_value v;
	int rc;
	switch (op->kind) {
	case SW_PATCH_TEST:
		rc = get_from(doc, op->path, &v, err);
		if (rc == 0 && !sw_value_eq(v, op->value))
			rc = sw_error_set(err, SW_ECONFLICT, "the value is another one");
		*ret = doc;
		return rc;
	case SW_PATCH_COPY:
		rc = get_from(doc, op->from, &v, err);
		return rc < 0 ? rc : edit(a, doc, SW_PATCH_ADD, op->path, v, ret, err);
	case SW_PATCH_MOVE:
		rc = get_from(doc, op->from, &v, err);
		if (rc < 0)
			return rc;
		if (sw_str_eq(op->from, op->path)) {
			*ret = doc;
			return 0;
		}
		if (sw_str_starts(op->path, op->from) && op->path.p[op->from.n] == '/')
			return sw_error_set(
				err, SW_EINVALID, "a value cannot be moved into itself");
		rc = edit(a, doc, SW_PATCH_REMOVE, op->from, sw_undef(), &doc, err);
		return rc < 0 ? rc : edit(a, doc, SW_PATCH_ADD, op->path, v, ret, err);
	default:
		return edit(a, doc, op->kind, op->path, op->value, ret, err);
	}
}

int sw_patch_apply_ops(struct sw_arena *a, struct sw_value doc, const struct sw_patch_op *ops,
	uint32_t n, struct sw_value *ret, struct sw_error *err)
{
	for (uint32_t i = 0; i < n; i++) {
		int rc = apply_op(a, doc, &ops[i], &doc, err);
		if (rc < 0) {
			sw_error_prefix(err, "%s %.*s: ", kind_names[ops[i].kind],
				(int)(ops[i].path.n < 200 ? ops[i].path.n : 200), ops[i].path.p);
			return rc;
		}
	}
	*ret = doc;
	return 0;
}

int sw_patch_apply(struct sw_arena *a, struct sw_value doc, struct sw_value patch,
	struct sw_value *ret, struct sw_error *err)
{
	const struct sw_patch_op *ops;
	uint32_t n;
	int rc = sw_patch_parse(a, patch, &ops, &n, err);
	return rc < 0 ? rc : sw_patch_apply_ops(a, doc, ops, n, ret, err);
}
