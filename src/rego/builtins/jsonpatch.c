/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json.patch: RFC 6902 over Rego values, sets included.
 *
 * The value is opened node by node where operations touch it, so that a patch of n operations costs
 * about n steps and not n copies. A removed object key leaves a mark behind, because OPA's texts
 * tell "deleted" from "never there".
 */
#include <stdlib.h>

#include "rego/builtins/arg.h"
#include "rego/builtins/jsonpath.h"

enum { DEPTH_MAX = 2000 };

struct node;

struct slot {
	struct sw_value key; /* object and set */
	struct node *child;  /* NULL: deleted */
	bool composite;	     /* what was deleted */
};

struct node {
	struct sw_value v; /* as it was before any change; SW_UNDEF: the root was removed */
	bool open;	   /* `slots` count */
	struct slot *slots;
	uint32_t n, cap;
};

struct patch {
	struct sw_builtin_ctx *ctx;
	struct node root;
};

static int no_memory(struct sw_builtin_ctx *ctx)
{
	return sw_builtin_limit(ctx, "the evaluation's memory budget is spent");
}

/* Up to four texts and printed values: fails with "<a><v><b><w><c>". */
static int fail_with(struct sw_builtin_ctx *ctx, const char *a, struct sw_value v, const char *b,
	struct sw_value w, const char *c)
{
	sw_autobuf t;
	sw_buf_init(&t, 1 << 20);
	sw_buf_addz(&t, a);
	if (sw_defined(v))
		sw_rego_value_print(&t, v);
	sw_buf_addz(&t, b);
	if (sw_defined(w))
		sw_rego_value_print(&t, w);
	sw_buf_addz(&t, c);
	return sw_builtin_fail(ctx, "%.*s", SW_STR_ARG(sw_buf_str(&t)));
}

static const char *go_type(struct sw_value v)
{
	switch (v.type) {
	case SW_NULL:
		return " (type: ast.Null)";
	case SW_BOOL:
		return " (type: ast.Boolean)";
	case SW_NUMBER:
		return " (type: ast.Number)";
	default:
		return " (type: ast.String)";
	}
}

static struct node *new_node(struct patch *p, struct sw_value v)
{
	struct node *n = sw_arena_new(p->ctx->scratch, struct node);
	if (n)
		n->v = v;
	return n;
}

static int open_node(struct patch *p, struct node *n)
{
	if (n->open)
		return 0;
	n->open = true;
	SW_TRY(sw_builtin_steps(p->ctx, n->v.n / 8));
	n->cap = n->v.n + 4;
	n->slots = sw_arena_new_array(p->ctx->scratch, n->cap, struct slot);
	if (!n->slots)
		return no_memory(p->ctx);
	for (uint32_t i = 0; i < n->v.n; i++) {
		bool object = n->v.type == SW_OBJECT;
		struct sw_value x = object ? n->v.u.o->m[i].v : n->v.u.a->v[i];
		struct node *child = new_node(p, x);
		if (!child)
			return no_memory(p->ctx);
		n->slots[i] = (struct slot){object ? n->v.u.o->m[i].k : x, child, false};
	}
	n->n = n->v.n;
	return 0;
}

/* Place of a key in the sorted slots of an object or set; *ret_found whether it is there. */
static uint32_t find_key(const struct node *n, struct sw_value key, bool *ret_found)
{
	uint32_t lo = 0, hi = n->n;
	*ret_found = false;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		int c = sw_value_cmp(n->slots[mid].key, key);
		if (c == 0)
			*ret_found = true;
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static int insert_slot(struct patch *p, struct node *n, uint32_t at, struct slot s)
{
	SW_TRY(sw_builtin_steps(p->ctx, (n->n - at) / 64 + 1));
	if (n->n == n->cap) {
		uint32_t cap = n->cap * 2;
		void *v = sw_arena_grow(p->ctx->scratch, n->slots, n->cap * sizeof(*n->slots),
			cap * sizeof(*n->slots));
		if (!v)
			return no_memory(p->ctx);
		n->slots = v;
		n->cap = cap;
	}
	memmove(&n->slots[at + 1], &n->slots[at], (n->n - at) * sizeof(*n->slots));
	n->slots[at] = s;
	n->n++;
	return 0;
}

/* ---- array indexes ---- */

static int to_index(struct sw_builtin_ctx *ctx, uint32_t len, struct sw_value key, int64_t *ret)
{
	if (key.type == SW_NUMBER)
		return sw_rego_number_int(key, ret)
			       ? 0
			       : sw_builtin_fail(ctx, "invalid number type for indexing");
	if (key.type != SW_STRING)
		return sw_builtin_fail(ctx, "invalid type for indexing");
	struct sw_str s = sw_value_str(key);
	if (sw_str_is(s, "-")) {
		*ret = len;
		return 0;
	}
	struct sw_value num = {
		.type = SW_NUMBER, .repr = SW_NUM_TEXT, .n = (uint32_t)s.n, .u.s = s.p};
	bool digits = s.n > 0;
	for (size_t i = 0; i < s.n; i++)
		digits = digits && ((s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '.' ||
					   (i == 0 && s.n > 1 && (s.p[i] == '-' || s.p[i] == '+')));
	if (digits && s.p[0] == '+') {
		num.u.s++;
		num.n--;
	}
	if (!digits || !sw_rego_number_int(num, ret))
		return sw_builtin_fail(ctx, "invalid string for indexing");
	if (s.p[0] == '0' && s.n > 1)
		return sw_builtin_fail(ctx, "leading zeros are not allowed in JSON paths");
	return 0;
}

/* ---- going down ---- */

static int missing(struct patch *p, const struct node *n, struct sw_value key)
{
	if (n->v.type == SW_OBJECT)
		return fail_with(p->ctx, "path ", key, " does not exist in object term ", n->v, "");
	if (n->v.type == SW_ARRAY)
		return fail_with(p->ctx, "path ", key, " does not exist in array term ", n->v, "");
	sw_autobuf t;
	sw_buf_init(&t, 1 << 20);
	sw_rego_value_print(&t, key);
	struct sw_value text = sw_string_copy(p->ctx->scratch, sw_buf_str(&t));
	bool bare = key.type == SW_STRING;
	sw_buf_clear(&t);
	sw_buf_printf(&t, "path %.*s does not exist in set term ",
		SW_STR_ARG(bare ? sw_value_str(key) : sw_value_str(text)));
	return fail_with(p->ctx, sw_buf_cstr(&t), n->v, "", sw_undef(), "");
}

static int step_down(struct patch *p, struct node *n, struct sw_value key, struct node **ret)
{
	if (!sw_defined(n->v))
		return sw_builtin_fail(
			p->ctx, "nil value encountered where composite value was expected");
	if (n->v.type < SW_ARRAY)
		return fail_with(p->ctx, "expected composite type for path ", key,
			", found value: ", n->v, go_type(n->v));
	SW_TRY(open_node(p, n));
	if (n->v.type == SW_ARRAY) {
		int64_t i = 0;
		SW_TRY(to_index(p->ctx, n->n, key, &i));
		if (i < 0 || i >= n->n)
			return missing(p, n, sw_int(i));
		*ret = n->slots[i].child;
		return 0;
	}
	bool found;
	uint32_t at = find_key(n, key, &found);
	if (!found)
		return missing(p, n, key);
	if (!n->slots[at].child)
		return fail_with(p->ctx,
			n->slots[at].composite
				? "cannot unfold the already deleted composite node for key "
				: "cannot unfold the already deleted scalar node for key ",
			key, "", sw_undef(), "");
	*ret = n->slots[at].child;
	return 0;
}

static int go_to(struct patch *p, struct sw_path path, struct node **ret)
{
	struct node *n = &p->root;
	for (uint32_t i = 0; i < path.n; i++) {
		SW_TRY(sw_builtin_steps(p->ctx, 1));
		SW_TRY(step_down(p, n, path.v[i], &n));
	}
	*ret = n;
	return 0;
}

/* ---- rendering ---- */

static int render(struct patch *p, const struct node *n, uint32_t depth, struct sw_value *ret)
{
	struct sw_list list;
	struct sw_map map;
	*ret = n->v;
	if (!n->open)
		return 0;
	if (depth > DEPTH_MAX)
		return sw_builtin_limit(p->ctx, "value nests too deeply");
	SW_TRY(sw_builtin_steps(p->ctx, n->n / 4));
	sw_list_init(&list, p->ctx->arena);
	sw_map_init(&map, p->ctx->arena);
	for (uint32_t i = 0; i < n->n; i++) {
		struct sw_value x = sw_undef();
		if (!n->slots[i].child)
			continue;
		SW_TRY(render(p, n->slots[i].child, depth + 1, &x));
		if ((n->v.type == SW_OBJECT ? sw_map_add(&map, n->slots[i].key, x)
					    : sw_list_add(&list, x)) < 0)
			return no_memory(p->ctx);
	}
	return sw_ret_value(p->ctx,
		n->v.type == SW_OBJECT	? sw_map_object(&map)
		: n->v.type == SW_ARRAY ? sw_list_array(&list)
					: sw_list_set(&list),
		ret);
}

/* ---- the two changes ---- */

static int insert(struct patch *p, struct sw_path path, struct sw_value value)
{
	struct node *n = NULL;
	if (!path.n) {
		p->root = (struct node){.v = value};
		return 0;
	}
	SW_TRY(go_to(p, (struct sw_path){path.v, path.n - 1}, &n));
	struct sw_value key = path.v[path.n - 1];
	if (!sw_defined(n->v))
		return sw_builtin_fail(p->ctx, "deleted node encountered during insert operation");
	if (n->v.type < SW_ARRAY)
		return fail_with(p->ctx, "expected composite type, found value: ", n->v,
			go_type(n->v), sw_undef(), "");
	SW_TRY(open_node(p, n));
	struct slot s = {.key = key, .child = new_node(p, value)};
	if (!s.child)
		return no_memory(p->ctx);
	if (n->v.type == SW_ARRAY) {
		int64_t i = 0;
		SW_TRY(to_index(p->ctx, n->n, key, &i));
		if (i < 0 || i > n->n)
			return sw_builtin_fail(p->ctx, "index for array insertion out of bounds");
		return insert_slot(p, n, (uint32_t)i, s);
	}
	if (n->v.type == SW_SET && !sw_value_eq(key, value))
		return fail_with(p->ctx, "set key ", key, " does not equal value to be inserted ",
			value, "");
	bool found;
	uint32_t at = find_key(n, key, &found);
	if (!found)
		return insert_slot(p, n, at, s);
	n->slots[at] = s;
	return 0;
}

static int delete_key(struct patch *p, struct node *n, struct sw_value key)
{
	bool found;
	uint32_t at = find_key(n, key, &found);
	if (!found)
		return fail_with(p->ctx, "cannot delete child key ", key, " that does not exist",
			sw_undef(), "");
	struct slot *s = &n->slots[at];
	if (!s->child)
		return fail_with(p->ctx,
			s->composite ? "cannot delete the already deleted composite node for key "
				     : "cannot delete the already deleted scalar node for key ",
			key, "", sw_undef(), "");
	s->composite = s->child->v.type >= SW_ARRAY;
	s->child = NULL;
	return 0;
}

static int delete (struct patch *p, struct sw_path path)
{
	struct node *n = NULL;
	if (!path.n) {
		if (!sw_defined(p->root.v))
			return sw_builtin_fail(
				p->ctx, "deleted node encountered during delete operation");
		p->root = (struct node){0};
		return 0;
	}
	SW_TRY(go_to(p, (struct sw_path){path.v, path.n - 1}, &n));
	struct sw_value key = path.v[path.n - 1];
	if (!sw_defined(n->v))
		return sw_builtin_fail(p->ctx, "deleted node encountered during delete operation");
	if (n->v.type < SW_ARRAY)
		return fail_with(p->ctx, "expected composite type, found value: ", n->v,
			go_type(n->v), sw_undef(), "");
	SW_TRY(open_node(p, n));
	if (n->v.type != SW_ARRAY)
		return delete_key(p, n, key);
	int64_t i = 0;
	SW_TRY(to_index(p->ctx, n->n, key, &i));
	if (i < 0 || i >= n->n)
		return sw_builtin_fail(p->ctx, "index for array delete out of bounds");
	SW_TRY(sw_builtin_steps(p->ctx, (n->n - (uint32_t)i) / 64 + 1));
	memmove(&n->slots[i], &n->slots[i + 1], (n->n - (size_t)i - 1) * sizeof(*n->slots));
	n->n--;
	return 0;
}

/* ---- operations ---- */

static int attribute(
	struct sw_builtin_ctx *ctx, struct sw_value op, const char *name, struct sw_value *ret)
{
	*ret = sw_object_gets(op, sw_str_from(name));
	return sw_defined(*ret) ? 0 : sw_builtin_fail(ctx, "missing required attribute '%s'", name);
}

static int take(struct patch *p, struct sw_path path, struct sw_value *ret)
{
	struct node *n = NULL;
	SW_TRY(go_to(p, path, &n));
	return render(p, n, 0, ret);
}

static int move_or_copy(struct patch *p, struct sw_value op, struct sw_path path, bool move)
{
	struct sw_value from, chunk = sw_undef();
	struct sw_path source;
	SW_TRY(attribute(p->ctx, op, "from", &from));
	SW_TRY(sw_jsonpath_parse(p->ctx, from, &source));
	SW_TRY(take(p, source, &chunk));
	if (move)
		SW_TRY(delete (p, source));
	return insert(p, path, chunk);
}

static int test(struct patch *p, struct sw_value op, struct sw_path path)
{
	struct sw_value have = sw_undef(), want;
	SW_TRY(take(p, path, &have));
	SW_TRY(attribute(p->ctx, op, "value", &want));
	if (sw_defined(have) && sw_value_eq(have, want))
		return 0;
	return fail_with(p->ctx, "value from EditTree != patch value.\n\nExpected: ", want,
		"\n\nFound: ", have, sw_defined(have) ? "" : "<nil>");
}

static int apply(struct patch *p, struct sw_value op)
{
	struct sw_value name, at, value;
	struct sw_path path;
	if (op.type != SW_OBJECT)
		return sw_builtin_fail(p->ctx,
			"must be an array of JSON-Patch objects, but at least "
			"one element is not an object");
	SW_TRY(attribute(p->ctx, op, "path", &at));
	SW_TRY(attribute(p->ctx, op, "op", &name));
	if (name.type != SW_STRING)
		return sw_builtin_fail(p->ctx, "attribute 'op' must be a string but found: %s",
			sw_type_name((enum sw_type)name.type));
	SW_TRY(sw_jsonpath_parse(p->ctx, at, &path));
	struct sw_str s = sw_value_str(name);
	if (sw_str_is(s, "add")) {
		SW_TRY(attribute(p->ctx, op, "value", &value));
		return insert(p, path, value);
	}
	if (sw_str_is(s, "remove"))
		return delete (p, path);
	if (sw_str_is(s, "replace")) {
		SW_TRY(delete (p, path));
		SW_TRY(attribute(p->ctx, op, "value", &value));
		return insert(p, path, value);
	}
	if (sw_str_is(s, "move") || sw_str_is(s, "copy"))
		return move_or_copy(p, op, path, sw_str_is(s, "move"));
	if (sw_str_is(s, "test"))
		return test(p, op, path);
	return sw_builtin_fail(p->ctx, "unrecognized op: '%.*s'", SW_STR_ARG(s));
}

SW_BUILTIN_FN(json_patch)
{
	SW_TRY(sw_arg_type(ctx, args, 1, SW_ARRAY));
	struct patch p = {.ctx = ctx, .root = {.v = args[0]}};
	sw_array_foreach (op, args[1]) {
		SW_TRY(sw_builtin_steps(ctx, 1));
		SW_TRY(apply(&p, *op));
	}
	return render(&p, &p.root, 0, ret);
}

static const struct sw_builtin rows[] = {
	{"json.patch", NULL, "(any, array[object{\"op\":string,\"path\":any}[any:any]]) any", 0,
		json_patch},
};

const struct sw_builtin_group sw_builtins_jsonpatch = {rows, SW_ARRAY_LEN(rows)};
