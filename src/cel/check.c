/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checking: every name becomes a slot, a place in the frame or a constant, every call its
 * candidates, every node a static type. What consists of constants is computed once.
 */
#include "cel/check.h"

static const struct cel_type *check(struct cel_checker *k, struct cel_node *n);

/* ---- names ---- */

static int find_local(const struct cel_checker *k, struct sw_str name)
{
	for (uint32_t i = k->n_locals; i > 0; i--)
		if (sw_str_eq(k->locals[i - 1].name, name))
			return (int)i - 1;
	return -1;
}

static int find_slot(const struct cel_checker *k, struct sw_str name)
{
	const struct sw_cel *cel = k->k->cel;
	for (uint32_t i = 0; i < cel->n_slots; i++)
		if (!cel->slots[i].hidden && sw_str_eq(cel->slots[i].name, name))
			return (int)i;
	return -1;
}

/* Is it "variables", of which there are variables.x and variables.y? */
static bool is_prefix(const struct cel_checker *k, struct sw_str name)
{
	const struct sw_cel *cel = k->k->cel;
	for (uint32_t i = 0; i < cel->n_slots; i++) {
		struct sw_str s = cel->slots[i].name;
		if (!cel->slots[i].hidden && s.n > name.n && s.p[name.n] == '.' &&
			sw_str_starts(s, name))
			return true;
	}
	return false;
}

static const char *type_name(struct sw_str name)
{
	static const char *const names[] = {"bool", "int", "uint", "double", "string", "bytes",
		"list", "map", "null_type", "type", "google.protobuf.Timestamp",
		"google.protobuf.Duration", "optional_type", "net.IP", "net.CIDR", NULL};
	for (const char *const *t = names; *t; t++)
		if (sw_str_is(name, *t))
			return *t;
	return NULL;
}

/* The text of a chain of names that begins with no local variable; p NULL: it is none. */
static struct sw_str chain(struct cel_checker *k, const struct cel_node *n, uint32_t depth)
{
	if (n->op == OP_IDENT && (n->lead_dot || find_local(k, sw_value_str(n->value)) < 0))
		return sw_value_str(n->value);
	if (n->op != OP_SELECT || depth > 16)
		return (struct sw_str){0};
	struct sw_str head = chain(k, n->args[0], depth + 1);
	return head.p ? sw_arena_printf(k->k->a, "%.*s.%.*s", SW_STR_ARG(head),
				SW_STR_ARG(sw_value_str(n->value)))
		      : head;
}

/* The chain as a declared variable or type; NULL: it is neither. */
static const struct cel_type *resolve(struct cel_checker *k, struct cel_node *n, struct sw_str name)
{
	int slot = find_slot(k, name);
	if (slot >= 0) {
		n->op = OP_VAR;
		n->slot = (uint32_t)slot;
		return k->k->cel->slots[slot].type;
	}
	const char *t = type_name(name);
	if (!t && !cel_message_known(k->k->cel, name))
		return NULL;
	n->op = OP_CONST;
	n->value = cel_kind_str(SW_CEL_TYPE, t ? sw_str_from(t) : name);
	return cel_simple(T_TYPE);
}

static const struct cel_type *ident(struct cel_checker *k, struct cel_node *n)
{
	struct sw_str name = sw_value_str(n->value);
	int local = n->lead_dot ? -1 : find_local(k, name);
	if (local >= 0) {
		n->op = OP_LOCAL;
		n->slot = (uint32_t)local;
		return k->locals[local].type;
	}
	const struct cel_type *t = resolve(k, n, name);
	if (t)
		return t;
	cel_type_issue(
		k, n->at, "undeclared reference to '%.*s' (in container '')", SW_STR_ARG(name));
	n->op = OP_CALL; /* of nothing, which is an error when it is evaluated */
	return cel_simple(T_ERROR);
}

/* ---- selection ---- */

static const struct cel_type *field_type(
	struct cel_checker *k, const struct cel_node *n, const struct cel_type *of)
{
	struct sw_str name = sw_value_str(n->value);
	switch (of->kind) {
	case T_DYN:
	case T_ERROR:
		return of;
	case T_MAP:
		return cel_param(of->b);
	case T_OPTIONAL: {
		const struct cel_type *t = field_type(k, n, cel_param(of->a));
		return n->op == OP_OPT_SELECT ? t : cel_type_new(k, T_OPTIONAL, t, NULL);
	}
	case T_OBJECT:
		for (const struct cel_field *f = of->fields; f && f->name; f++)
			if (sw_str_is(name, f->name))
				return f->type;
		if (!of->fields) /* of mutations: any */
			return cel_simple(T_DYN);
		cel_issue(k->k, n->at, "undefined field '%.*s'", SW_STR_ARG(name));
		return cel_simple(T_ERROR);
	default: {
		sw_autobuf b;
		sw_buf_init(&b, 512);
		cel_type_write(&b, of);
		cel_type_issue(k, n->at, "type '%.*s' does not support field selection",
			SW_STR_ARG(sw_buf_str(&b)));
		return cel_simple(T_ERROR);
	}
	}
}

static const struct cel_type *selection(struct cel_checker *k, struct cel_node *n)
{
	struct cel_node as = *n;
	as.op = n->op == OP_HAS ? OP_SELECT : n->op;
	struct sw_str name = chain(k, &as, 0);
	if (name.p) {
		const struct cel_type *t = resolve(k, &as, name);
		if (t && n->op == OP_HAS) { /* a declared variable is there */
			n->op = OP_CONST;
			n->value = sw_bool(true);
			n->n = 0;
			return cel_simple(T_BOOL);
		}
		if (t) {
			*n = as;
			n->n = 0;
			return t;
		}
		struct sw_str head = n->args[0]->op == OP_IDENT ? sw_value_str(n->args[0]->value)
								: (struct sw_str){0};
		if (head.n && find_slot(k, head) < 0 && is_prefix(k, head)) {
			cel_issue(k->k, n->at, "undefined field '%.*s'",
				SW_STR_ARG(sw_value_str(n->value)));
			return cel_simple(T_ERROR);
		}
	}
	const struct cel_type *t = field_type(k, n, check(k, n->args[0]));
	if (n->op == OP_HAS)
		return cel_simple(t->kind == T_ERROR ? T_ERROR : T_BOOL);
	return n->op == OP_OPT_SELECT ? cel_type_new(k, T_OPTIONAL, t, NULL) : t;
}

/* ---- macros ---- */

static bool push(struct cel_checker *k, struct cel_node *n, struct sw_value name,
	const struct cel_type *type)
{
	if (k->n_locals == CEL_LOCALS_MAX) {
		cel_issue(k->k, n->at, "more than %d variables of macros in each other",
			CEL_LOCALS_MAX);
		return false;
	}
	k->locals[k->n_locals++] = (struct cel_local){sw_value_str(name), type};
	return true;
}

static void expect_bool(struct cel_checker *k, const struct cel_node *n)
{
	if (cel_assignable(cel_simple(T_BOOL), n->type, NULL))
		return;
	sw_autobuf b;
	sw_buf_init(&b, 512);
	cel_type_write(&b, n->type);
	cel_type_issue(
		k, n->at, "expected type 'bool' but found '%.*s'", SW_STR_ARG(sw_buf_str(&b)));
}

/* A call that the macro makes, which the type of its body does not fit. */
static void misfit(struct cel_checker *k, const struct cel_node *n, const char *call, const struct cel_type *target,
	const struct cel_type *argument)
{
	sw_autobuf x, y;
	sw_buf_init(&x, 512);
	sw_buf_init(&y, 512);
	if (target)
		cel_type_write(&x, target);
	cel_type_write(&y, argument);
	cel_type_issue(k, n->at, target ? "found no matching overload for '%s' applied to '%.*s.(list(%.*s))'"
					: "found no matching overload for '%s' applied to '(map(dyn, dyn)%.*s, %.*s)'",
		call, SW_STR_ARG(sw_buf_str(&x)), SW_STR_ARG(sw_buf_str(&y)));
}

static const struct cel_type *macro_type(
	struct cel_checker *k, const struct cel_node *n, const struct cel_type *range)
{
	const struct cel_type *body = n->args[1]->type;
	switch (n->op) {
	case OP_ALL:
	case OP_EXISTS:
	case OP_EXISTS_ONE:
		expect_bool(k, n->args[1]);
		return cel_simple(T_BOOL);
	case OP_FILTER:
		expect_bool(k, n->args[1]);
		return cel_type_new(k, T_LIST, k->locals[n->slot].type, NULL);
	case OP_MAP_LIST:
		return cel_type_new(k, T_LIST, body, NULL);
	case OP_TRANSFORM_MAP:
		return cel_type_new(k, T_MAP, k->locals[n->slot].type, body);
	case OP_TRANSFORM_ENTRY:
		if (body->kind != T_MAP && !cel_is_dyn(body))
			misfit(k, n, "cel.@mapInsert", NULL, body);
		return body->kind == T_MAP ? body : cel_simple(T_MAP);
	default:
		if (!cel_is_ordered(body))
			misfit(k, n, "@sortByAssociatedKeys", range, body);
		return range->kind == T_LIST ? range : cel_simple(T_LIST);
	}
}

static const struct cel_type *comprehension(struct cel_checker *k, struct cel_node *n)
{
	const struct cel_type *range = check(k, n->args[0]);
	const struct cel_type *dyn = cel_simple(T_DYN), *first = dyn, *second = dyn;
	bool two = sw_defined(n->var[1]);
	if (range->kind == T_LIST) {
		first = two ? cel_simple(T_INT) : cel_param(range->a);
		second = cel_param(range->a);
	} else if (range->kind == T_MAP) {
		first = cel_param(range->a);
		second = cel_param(range->b);
	} else if (!cel_is_dyn(range)) {
		sw_autobuf b;
		sw_buf_init(&b, 512);
		cel_type_write(&b, range);
		cel_issue(k->k, n->args[0]->at,
			"expression of type '%.*s' cannot be range of a comprehension (must be "
			"list, map, or dynamic)",
			SW_STR_ARG(sw_buf_str(&b)));
	}
	uint32_t keep = k->n_locals;
	n->slot = keep;
	if (!push(k, n, n->var[0], first) || (two && !push(k, n, n->var[1], second)))
		return cel_simple(T_ERROR);
	for (uint32_t i = n->n - 1; i > 0; i--)
		check(k, n->args[i]);
	if (n->n > 2)
		expect_bool(k, n->args[2]);
	const struct cel_type *t = macro_type(k, n, range);
	k->n_locals = keep;
	return t;
}

/* cel.bind, optMap and optFlatMap */
static const struct cel_type *binding(struct cel_checker *k, struct cel_node *n)
{
	const struct cel_type *v = check(k, n->args[0]);
	if (n->op != OP_BIND && !cel_is_dyn(v)) {
		if (v->kind != T_OPTIONAL) {
			cel_issue(k->k, n->at, "found no matching overload for '%s'",
				n->op == OP_OPT_MAP ? "optMap" : "optFlatMap");
			return cel_simple(T_ERROR);
		}
		v = cel_param(v->a);
	}
	n->slot = k->n_locals;
	if (!push(k, n, n->var[0], v))
		return cel_simple(T_ERROR);
	const struct cel_type *t = check(k, n->args[1]);
	k->n_locals--;
	return n->op == OP_OPT_MAP ? cel_type_new(k, T_OPTIONAL, t, NULL) : t;
}

/* ---- literals ---- */

/* The type of two elements beside each other. */
static const struct cel_type *join(
	struct cel_checker *k, const struct cel_type *a, const struct cel_type *b, uint32_t at)
{
	if (!a)
		return b;
	if (cel_is_dyn(a) || cel_is_dyn(b))
		return cel_simple(T_DYN);
	if (cel_assignable(a, b, NULL))
		return a;
	if (cel_assignable(b, a, NULL))
		return b;
	if (!k->k->cel->opts.loose && !k->formatting) {
		sw_autobuf x, y;
		sw_buf_init(&x, 512);
		sw_buf_init(&y, 512);
		cel_type_write(&x, a);
		cel_type_write(&y, b);
		cel_issue(k->k, at, "expected type '%.*s' but found '%.*s'",
			SW_STR_ARG(sw_buf_str(&x)), SW_STR_ARG(sw_buf_str(&y)));
	}
	return cel_simple(T_DYN);
}

static const struct cel_type *element(struct cel_checker *k, struct cel_node *n)
{
	const struct cel_type *t = check(k, n);
	if (n->op != OP_MAYBE || cel_is_dyn(t))
		return t;
	if (t->kind == T_OPTIONAL)
		return cel_param(t->a);
	cel_issue(k->k, n->at, "expected type 'optional_type' but found another");
	return cel_simple(T_ERROR);
}

static const struct cel_type *literal(struct cel_checker *k, struct cel_node *n)
{
	const struct cel_type *key = NULL, *v = NULL;
	for (uint32_t i = 0; i < n->n; i++) {
		bool is_key = n->op == OP_MAP && i % 2 == 0;
		const struct cel_type *t = element(k, n->args[i]);
		if (is_key)
			key = join(k, key, t, n->args[i]->at);
		else
			v = join(k, v, t, n->args[i]->at);
	}
	return n->op == OP_MAP ? cel_type_new(k, T_MAP, key, v) : cel_type_new(k, T_LIST, v, NULL);
}

static const struct cel_type *constant_type(struct sw_value v)
{
	switch (v.type) {
	case SW_NULL:
		return cel_simple(T_NULL);
	case SW_BOOL:
		return cel_simple(T_BOOL);
	case SW_NUMBER:
		return cel_simple(cel_is_double(v) ? T_DOUBLE : T_INT);
	case SW_CEL_UINT:
		return cel_simple(T_UINT);
	case SW_STRING:
		return cel_simple(T_STRING);
	case SW_CEL_BYTES:
		return cel_simple(T_BYTES);
	default:
		return cel_simple(T_DYN);
	}
}

/* Object.spec{…}: the type says its own name; its fields are not declared. */
static const struct cel_type *message_type(struct cel_checker *k, struct sw_str name)
{
	if (sw_str_is(name, cel_jsonpatch_type.name))
		return &cel_jsonpatch_type;
	struct cel_type *t = sw_arena_new(k->k->a, struct cel_type);
	char *copy = sw_arena_cstr(k->k->a, name);
	if (!t || !copy)
		return cel_simple(T_DYN);
	*t = (struct cel_type){.kind = T_OBJECT, .name = copy};
	return t;
}

static void field_value(struct cel_checker *k, const struct cel_type *of, const struct cel_node *key,
	struct cel_node *v)
{
	struct cel_node name = *key;
	name.op = OP_SELECT;
	const struct cel_type *want = field_type(k, &name, of), *have = element(k, v);
	if (want->kind == T_ERROR || cel_assignable(want, have, NULL))
		return;
	sw_autobuf x, y;
	sw_buf_init(&x, 512);
	sw_buf_init(&y, 512);
	cel_type_write(&x, want);
	cel_type_write(&y, have);
	cel_issue(k->k, v->at, "expected type of field '%.*s' is '%.*s' but provided type is '%.*s'",
		SW_STR_ARG(sw_value_str(key->value)), SW_STR_ARG(sw_buf_str(&x)),
		SW_STR_ARG(sw_buf_str(&y)));
}

static const struct cel_type *message(struct cel_checker *k, struct cel_node *n)
{
	struct sw_str name = sw_value_str(n->value);
	if (!cel_message_known(k->k->cel, name)) {
		cel_issue(k->k, n->at, "undeclared reference to '%.*s' (in container '')",
			SW_STR_ARG(name));
		return cel_simple(T_ERROR);
	}
	const struct cel_type *t = message_type(k, name);
	for (uint32_t i = 0; i + 1 < n->n; i += 2)
		field_value(k, t, n->args[i], n->args[i + 1]);
	return t;
}

/* ---- calls ---- */

static bool named(const struct cel_node *n, const char *name)
{
	return sw_str_is(sw_value_str(n->value), name);
}

/* A constant pattern is compiled once. */
static void pattern(struct cel_checker *k, struct cel_node *n)
{
	struct sw_cel *cel = k->k->cel;
	struct sw_error err;
	if (n->n < 2 || n->args[1]->op != OP_CONST || n->args[1]->value.type != SW_STRING ||
		!(named(n, "matches") || named(n, "find") || named(n, "findAll")))
		return;
	if (cel->n_res == cel->cap_res) {
		uint32_t want = cel->cap_res ? cel->cap_res * 2 : 8;
		struct sw_re2 **v = sw_arena_grow(
			&cel->arena, cel->res, cel->cap_res * sizeof(*v), want * sizeof(*v));
		if (!v)
			return;
		cel->res = v;
		cel->cap_res = want;
	}
	if (sw_re2_compile(sw_value_str(n->args[1]->value), &n->re, &err) < 0)
		return cel_issue(k->k, n->args[1]->at, "invalid %.*s argument: %s",
			SW_STR_ARG(sw_value_str(n->value)), err.text);
	cel->res[cel->n_res++] = n->re;
}

static const struct cel_type *call(struct cel_checker *k, struct cel_node *n)
{
	if (n->method) { /* optional.of(x): the name of a function, not a method of optional */
		struct sw_str head = chain(k, n->args[0], 0);
		struct sw_str full =
			head.p ? sw_arena_printf(k->k->a, "%.*s.%.*s", SW_STR_ARG(head),
					 SW_STR_ARG(sw_value_str(n->value)))
			       : head;
		if (full.p && find_slot(k, head) < 0 && cel_function_known(k, full)) {
			n->method = false;
			n->value = sw_string(full);
			n->args++;
			n->n--;
		}
	}
	bool format = n->method && named(n, "format"); /* whose list may mix types */
	k->formatting += format;
	for (uint32_t i = 0; i < n->n; i++)
		check(k, n->args[i]);
	k->formatting -= format;
	cel_call_resolve(k, n);
	pattern(k, n);
	return n->type;
}

/* ---- constants ---- */

static bool foldable(const struct cel_node *n)
{
	if (n->op == OP_CALL)
		for (uint32_t i = 0; i < n->n_candidates; i++)
			if (n->candidates[i].cost == COST_IMPURE)
				return false;
	if (n->op != OP_CALL && n->op != OP_LIST && n->op != OP_MAP && n->op != OP_NEG &&
		!(n->op >= OP_ADD && n->op <= OP_MOD))
		return false;
	for (uint32_t i = 0; i < n->n; i++)
		if (n->args[i]->op != OP_CONST)
			return false;
	return true;
}

static void fold(struct cel_checker *k, struct cel_node *n)
{
	if (k->k->failed || n->type->kind == T_ERROR || !foldable(n))
		return;
	struct cel_ctx *c = sw_arena_new(k->k->a, struct cel_ctx);
	if (!c)
		return;
	c->cel = k->k->cel;
	c->a = k->k->a;
	c->limit = 100000;
	c->check = c->limit;
	struct sw_value v = cel_run(c, n);
	if (!c->fatal && !cel_is_err(v)) {
		n->op = OP_CONST;
		n->value = v;
		n->n = 0;
	} else if (!c->fatal && n->op == OP_CALL &&
		   (named(n, "duration") || named(n, "timestamp"))) {
		cel_issue(k->k, n->args[0]->at, "invalid %.*s argument",
			SW_STR_ARG(sw_value_str(n->value)));
	}
}

static const struct cel_type *check_node(struct cel_checker *k, struct cel_node *n)
{
	switch (n->op) {
	case OP_CONST:
		return constant_type(n->value);
	case OP_IDENT:
		return ident(k, n);
	case OP_SELECT:
	case OP_HAS:
	case OP_OPT_SELECT:
		return selection(k, n);
	case OP_CALL:
		return call(k, n);
	case OP_LIST:
	case OP_MAP:
		return literal(k, n);
	case OP_MAYBE:
		return check(k, n->args[0]);
	case OP_MESSAGE:
		return message(k, n);
	case OP_BIND:
	case OP_OPT_MAP:
	case OP_OPT_FLAT_MAP:
		return binding(k, n);
	default:
		if (n->op >= OP_ALL && n->op <= OP_SORT_BY)
			return comprehension(k, n);
		for (uint32_t i = 0; i < n->n; i++)
			check(k, n->args[i]);
		return cel_operator_type(k, n);
	}
}

static const struct cel_type *check(struct cel_checker *k, struct cel_node *n)
{
	n->type = check_node(k, n);
	fold(k, n);
	return n->type;
}

struct cel_node *cel_check(struct cel_compiler *k, struct cel_node *root, struct sw_cel_program *p)
{
	struct cel_checker c = {.k = k};
	p->type = check(&c, root);
	return k->failed ? NULL : root;
}
