/* SPDX-License-Identifier: Apache-2.0 */
/* Macros: calls that are something else. A call with another number of arguments stays a call. */
#include "cel/internal.h"

/* The argument must be a name; its text as a value. */
static bool name_of(struct cel_compiler *k, const struct cel_node *n, struct sw_value *ret)
{
	if (n->op != OP_IDENT || n->lead_dot) {
		cel_issue(k, n->at, "argument must be a simple name");
		return false;
	}
	*ret = n->value;
	return true;
}

struct macro {
	const char *name;
	uint8_t n;    /* arguments */
	uint8_t vars; /* of them variables */
	enum cel_op op;
	bool predicate; /* the one before the last is a predicate */
};

static const struct macro macros[] = {
	{"all", 2, 1, OP_ALL, false},
	{"all", 3, 2, OP_ALL, false},
	{"exists", 2, 1, OP_EXISTS, false},
	{"exists", 3, 2, OP_EXISTS, false},
	{"exists_one", 2, 1, OP_EXISTS_ONE, false},
	{"exists_one", 3, 2, OP_EXISTS_ONE, false},
	{"existsOne", 2, 1, OP_EXISTS_ONE, false},
	{"existsOne", 3, 2, OP_EXISTS_ONE, false},
	{"filter", 2, 1, OP_FILTER, false},
	{"map", 2, 1, OP_MAP_LIST, false},
	{"map", 3, 1, OP_MAP_LIST, true},
	{"transformList", 3, 2, OP_MAP_LIST, false},
	{"transformList", 4, 2, OP_MAP_LIST, true},
	{"transformMap", 3, 2, OP_TRANSFORM_MAP, false},
	{"transformMap", 4, 2, OP_TRANSFORM_MAP, true},
	{"transformMapEntry", 3, 2, OP_TRANSFORM_ENTRY, false},
	{"transformMapEntry", 4, 2, OP_TRANSFORM_ENTRY, true},
	{"sortBy", 2, 1, OP_SORT_BY, false},
	{"optMap", 2, 1, OP_OPT_MAP, false},
	{"optFlatMap", 2, 1, OP_OPT_FLAT_MAP, false},
};

static struct cel_node *comprehension(struct cel_compiler *k, const struct macro *m,
	struct cel_node *target, struct cel_node **args, uint32_t at)
{
	struct cel_node *n = cel_node_new(k, m->op, at, m->predicate ? 3 : 2);
	if (!n)
		return NULL;
	for (uint32_t i = 0; i < m->vars; i++)
		if (!name_of(k, args[i], &n->var[i]))
			return NULL;
	for (int i = 0; i < m->vars; i++)
		if (sw_str_is(sw_value_str(n->var[i]), "__result__")) {
			cel_issue(k, args[i]->at, "iteration variable overwrites accumulator variable");
			return NULL;
		}
	if (m->vars == 2 && sw_value_eq(n->var[0], n->var[1])) {
		cel_issue(k, args[1]->at, "duplicate variable name: %.*s",
			SW_STR_ARG(sw_value_str(n->var[1])));
		return NULL;
	}
	n->args[0] = target;
	n->args[1] = args[m->n - 1];
	if (m->predicate)
		n->args[2] = args[m->vars];
	return n;
}

static bool is_ident(const struct cel_node *n, const char *name)
{
	return n && n->op == OP_IDENT && sw_str_is(sw_value_str(n->value), name);
}

static struct cel_node *has(struct cel_compiler *k, struct cel_node *arg)
{
	if (arg->op != OP_SELECT) {
		cel_issue(k, arg->at, "invalid argument to has() macro");
		return NULL;
	}
	arg->op = OP_HAS;
	return arg;
}

static struct cel_node *bind(struct cel_compiler *k, struct cel_node **args, uint32_t at)
{
	struct cel_node *n = cel_node_new(k, OP_BIND, at, 2);
	if (!n || !name_of(k, args[0], &n->var[0]))
		return NULL;
	n->args[0] = args[1];
	n->args[1] = args[2];
	return n;
}

struct cel_node *cel_macro(struct cel_compiler *k, struct cel_node *target, struct sw_str name,
	struct cel_node **args, uint32_t n, uint32_t at, bool *ret_failed)
{
	struct cel_node *r = NULL;
	bool found = false;
	if (!target && n == 1 && sw_str_is(name, "has")) {
		found = true;
		r = has(k, args[0]);
	} else if (k->cel->opts.spec && n == 3 && is_ident(target, "cel") && sw_str_is(name, "bind")) {
		found = true;
		r = bind(k, args, at);
	} else if (target) {
		for (size_t i = 0; i < sizeof(macros) / sizeof(*macros) && !found; i++) {
			if (macros[i].n != n || !sw_str_is(name, macros[i].name))
				continue;
			found = true;
			r = comprehension(k, &macros[i], target, args, at);
		}
	}
	*ret_failed = found && !r;
	return r;
}
