/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions against events. */
#include <stdlib.h>

#include "runtime/rules/prog_int.h"

struct sw_eval {
	const struct sw_prog *p;
	struct sw_event ev;
	uint32_t gen; /* of this event; what bears another number is forgotten */
	uint32_t *xt_gen, *node_gen;
	struct sw_fvals *xt;
	bool *node;
};

struct sw_eval *sw_eval_new(const struct sw_prog *p)
{
	struct sw_eval *e = calloc(1, sizeof(*e));
	size_t nx = (size_t)p->n_xts + 1, nn = (size_t)p->n_nodes + 1;
	if (!e)
		return NULL;
	e->p = p;
	e->xt_gen = calloc(nx, sizeof(*e->xt_gen));
	e->xt = calloc(nx, sizeof(*e->xt));
	e->node_gen = calloc(nn, sizeof(*e->node_gen));
	e->node = calloc(nn, sizeof(*e->node));
	if (!e->xt_gen || !e->xt || !e->node_gen || !e->node) {
		sw_eval_free(e);
		return NULL;
	}
	return e;
}

void sw_eval_free(struct sw_eval *e)
{
	if (!e)
		return;
	free(e->xt_gen);
	free(e->xt);
	free(e->node_gen);
	free(e->node);
	free(e);
}

void sw_eval_begin(struct sw_eval *e, const struct sw_event *ev)
{
	e->ev = *ev;
	if (++e->gen == 0) {
		memset(e->xt_gen, 0, (e->p->n_xts + 1) * sizeof(*e->xt_gen));
		memset(e->node_gen, 0, (e->p->n_nodes + 1) * sizeof(*e->node_gen));
		e->gen = 1;
	}
}

const struct sw_event *sw_eval_event(const struct sw_eval *e)
{
	return &e->ev;
}

struct sw_fvals sw_eval_values(struct sw_eval *e, const struct sw_xt *x)
{
	if (e->xt_gen[x->id] == e->gen)
		return e->xt[x->id];
	struct sw_fvals v = {0};
	if (x->kind == SW_XT_FIELD) {
		int n = e->ev.lookup ? e->ev.lookup(&e->ev, &x->ref, &v) :
				       x->ref.cls->extract(&x->ref, &e->ev, &v);
		if (n < 0 || (n == 0 && !(x->flags & SW_FF_EMPTY)))
			v = (struct sw_fvals){0};
	} else if (sw_transform(e, x, e->ev.arena, &v) == 0 && x->kind != SW_XT_GETOPT) {
		v = (struct sw_fvals){0};
	}
	e->xt_gen[x->id] = e->gen;
	e->xt[x->id] = v;
	return v;
}

const struct sw_fval sw_fval_mute;

/* ---- one value against constants ---- */

static bool with_modifier(struct sw_eval *e, const struct sw_rule_check *k, struct sw_fval v)
{
	uint32_t n = 0;
	if (k->n_rhs == 0)
		return false;
	if (k->set)
		return sw_strset_has(k->set, v.s) == (k->op == SW_OP_EQ);
	for (uint32_t i = 0; i < k->n_rhs; i++) {
		bool m = sw_rhs_compare((enum sw_op)k->op, k->left->type, v, &k->rhs[i], e->ev.arena);
		if (k->mod == SW_MOD_ANYOF && m)
			return true;
		if (k->mod == SW_MOD_ALLOF && !m)
			return false;
		n += m;
	}
	return k->mod == SW_MOD_ALLOF || (k->mod == SW_MOD_ONEOF && n == 1);
}

static bool one_value(struct sw_eval *e, const struct sw_rule_check *k, struct sw_fval v)
{
	if (k->mod != SW_MOD_NONE)
		return with_modifier(e, k, v);
	switch (k->op) {
	case SW_OP_IN:
	case SW_OP_INTERSECTS:
		if (k->set)
			return sw_strset_has(k->set, v.s);
		for (uint32_t i = 0; i < k->n_rhs; i++)
			if (sw_rhs_compare(SW_OP_EQ, k->left->type, v, &k->rhs[i], e->ev.arena))
				return true;
		return false;
	case SW_OP_PMATCH:
		return sw_pathtree_match(k->paths, v.s, e->ev.arena);
	default:
		return k->n_rhs && sw_rhs_compare((enum sw_op)k->op, k->left->type, v, &k->rhs[0], e->ev.arena);
	}
}

/* ---- field against field ---- */

static bool against_fields(struct sw_eval *e, const struct sw_rule_check *k, struct sw_fvals l)
{
	struct sw_fvals r = sw_eval_values(e, k->right);
	if (r.n == 0)
		return false;
	bool all = k->op == SW_OP_IN && k->left->list;
	for (uint32_t i = 0; i < l.n; i++) {
		bool found = false;
		uint32_t n = k->op == SW_OP_IN || k->op == SW_OP_INTERSECTS ? r.n : 1;
		for (uint32_t j = 0; j < n && !found; j++) {
			struct sw_rhs c = {.v = r.v[j]};
			enum sw_tclass t = sw_type_class(k->left->type);
			if (t == SW_TC_STR || t == SW_TC_BYTES) {
				c.cstr = sw_arena_cstr(e->ev.arena, c.v.s);
				if (!c.cstr)
					return false;
			}
			enum sw_op op = n == 1 && k->op != SW_OP_IN && k->op != SW_OP_INTERSECTS ?
						(enum sw_op)k->op :
						SW_OP_EQ;
			found = sw_rhs_compare(op, k->left->type, l.v[i], &c, e->ev.arena);
		}
		if (all && !found)
			return false;
		if (!all && found)
			return true;
	}
	return all;
}

static bool check(struct sw_eval *e, const struct sw_rule_check *k)
{
	struct sw_fvals l = sw_eval_values(e, k->left);
	if (k->op == SW_OP_EXISTS)
		return l.n > 0 || l.v;
	if (l.n == 0)
		return l.v && l.v != &sw_fval_mute && ((k->left->list && k->op == SW_OP_IN) ||
				      (k->left->flags & SW_FF_NAMES && k->op == SW_OP_NE));
	if (k->right)
		return against_fields(e, k, l);
	bool all = (k->left->list && k->op == SW_OP_IN) ||
		   ((k->left->flags & SW_FF_ALTS_NE_ALL) && k->op == SW_OP_NE);
	for (uint32_t i = 0; i < l.n; i++) {
		bool m = one_value(e, k, l.v[i]);
		if (m != all)
			return m;
	}
	return all;
}

/* The depth is that of the parser; what was asked before for this event is not asked again. */
bool sw_eval_node(struct sw_eval *e, const struct sw_node *n)
{
	if (e->node_gen[n->id] == e->gen)
		return e->node[n->id];
	bool r;
	switch (n->kind) {
	case SW_NODE_CHECK:
		r = check(e, n->check);
		break;
	case SW_NODE_NOT:
		r = !sw_eval_node(e, n->kids[0]);
		break;
	default:
		r = n->kind == SW_NODE_AND;
		for (uint32_t i = 0; i < n->n_kids; i++) {
			if (sw_eval_node(e, n->kids[i]) != r) {
				r = !r;
				break;
			}
		}
	}
	e->node_gen[n->id] = e->gen;
	e->node[n->id] = r;
	return r;
}

int sw_eval_known(const struct sw_eval *e, const struct sw_node *n)
{
	return e->node_gen[n->id] == e->gen ? e->node[n->id] : -1;
}
