/* SPDX-License-Identifier: Apache-2.0 */
/* Stage CheckRecursion: no rule may depend on itself; says how it does. */
#include "rego/compile/internal.h"

struct path {
	uint32_t *v, n; /* ids, from a rule back to itself */
};

static bool rule_in_chain(const struct sw_rego_rule *chain, const struct sw_rego_rule *r)
{
	for (; chain; chain = chain->else_rule)
		if (chain == r)
			return true;
	return false;
}

/* The ref that may make u depend on v; NULL when some ref does so whatever its variables hold. */
static const struct dyn_ref *edge_cause(const struct graph *g, uint32_t u, uint32_t v)
{
	const struct graph_node *n = &g->v[u];
	for (uint32_t i = 0; i < n->n_dyn; i++)
		for (uint32_t k = 0; k < n->dyn[i].n_rules; k++)
			if (rule_in_chain(n->dyn[i].rules[k], g->v[v].rule))
				return &n->dyn[i];
	return NULL;
}

struct step {
	uint32_t id, next;
};

/* A path from `start` back to itself, over edges that need no variable's value when `fixed`. */
static struct path find_path(cc *c, uint32_t start, bool fixed)
{
	struct graph *g = c->graph;
	uint8_t *seen = cc_tmp(c, g->n);
	struct step *stack = cc_tmp(c, (g->n + 1) * sizeof(*stack));
	uint32_t n = 0;
	stack[n++] = (struct step){start, 0};
	seen[start] = 1;
	while (n) {
		struct step *top = &stack[n - 1];
		struct graph_node *u = &g->v[top->id];
		if (top->next == u->n_adj) {
			n--;
			continue;
		}
		uint32_t to = u->adj[top->next++];
		if (fixed && edge_cause(g, top->id, to))
			continue;
		if (to == start) {
			struct path p = {cc_tmp(c, (n + 1) * sizeof(uint32_t)), n + 1};
			for (uint32_t i = 0; i < n; i++)
				p.v[i] = stack[i].id;
			p.v[n] = start;
			return p;
		}
		if (seen[to])
			continue;
		seen[to] = 1;
		stack[n++] = (struct step){to, 0};
	}
	return (struct path){0};
}

static struct sw_str rule_name(cc *c, uint32_t id)
{
	return ref_user_str(c, rule_ref(c, c->graph->v[id].rule));
}

static bool fixed_path(cc *c, const struct path *p)
{
	for (uint32_t i = 1; i < p->n; i++)
		if (edge_cause(c->graph, p->v[i - 1], p->v[i]))
			return false;
	return true;
}

/* ---- the cause of a cycle that hangs on a variable ---- */

#define CONDITIONS_MAX 2
#define MEMBERS_MAX 5

struct condition {
	uint32_t pos;
	struct sw_rego_term *term, *value;
};

struct cause {
	cc *c;
	const struct dyn_ref *edge;
	struct sw_rego_term *ref;    /* with the user's names */
	struct sw_rego_term *target; /* the rule's ref */
	uint32_t from;
	struct condition *conds;
	uint32_t n_conds;
};

static bool user_var(struct visitor *v, struct sw_rego_term *t)
{
	if (t->kind == SW_REGO_VAR)
		t->name = user_name(v->c, t->name);
	return false;
}

static bool conditions(struct cause *x, const uint32_t *positions, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		uint32_t pos = positions[i], k = 0;
		if (pos >= x->ref->items.n)
			return false;
		struct sw_rego_term *t = x->ref->items.v[pos], *want = x->target->items.v[pos];
		while (k < x->n_conds && !term_eq(x->conds[k].term, t))
			k++;
		if (k == x->n_conds)
			x->conds[x->n_conds++] = (struct condition){pos, t, want};
		else if (!term_eq(x->conds[k].value, want))
			return false;
	}
	return true;
}

static struct var_origin *origin_of(const struct cause *x, uint32_t pos)
{
	const struct sw_rego_term *t = x->edge->ref->items.v[pos];
	struct var_entry *e = t->kind == SW_REGO_VAR ? vs_get(&x->edge->origins, t->name) : NULL;
	return e ? e->val : NULL;
}

static bool may_return(cc *c, struct sw_str name, const struct sw_rego_term *value)
{
	type *f = env_function(c, mk_builtin_ref(c, (const char *)name.p, NULL));
	if (!f || !f->result || value->kind != SW_REGO_SCALAR)
		return true;
	return sw_rego_type_contains(
		f->result, sw_rego_type_of_scalar((enum sw_type)value->value.type));
}

/* A condition that cannot hold as stated: the compiler gave up on what the variable can be. */
static bool any_unchecked(struct cause *x)
{
	for (uint32_t i = 0; i < x->n_conds; i++) {
		const struct var_origin *o = origin_of(x, x->conds[i].pos);
		if (!o)
			continue;
		if (o->kind == ORIGIN_BUILTIN && !may_return(x->c, o->builtin, x->conds[i].value))
			return true;
		if (o->kind != ORIGIN_COLLECTION)
			continue;
		bool ok, found = false;
		struct term_list l = collection_members(x->c, o->term, &ok);
		for (uint32_t k = 0; k < l.n; k++)
			found = found || term_eq(l.v[k], x->conds[i].value);
		if (!found)
			return true;
	}
	return false;
}

static struct sw_str origin_note(struct cause *x, const struct condition *cond)
{
	cc *c = x->c;
	const struct sw_rego_term *t = x->edge->ref->items.v[cond->pos];
	if (t->kind == SW_REGO_REF)
		return ref_starts(t, "data") ? SW_STR("rule values aren't known at compile time")
					     : SW_STR("");
	const struct var_origin *o = origin_of(x, cond->pos);
	if (!o)
		return SW_STR("");
	struct sw_str term = cc_term_str(c, cond->term), s = SW_STR("");
	if (o->term)
		s = o->kind == ORIGIN_INPUT ? ref_user_str(c, o->term) : cc_term_str(c, o->term);
	switch (o->kind) {
	case ORIGIN_INPUT:
		return cc_printf(c, "%.*s comes from %.*s", SW_STR_ARG(term), SW_STR_ARG(s));
	case ORIGIN_RULE:
		return cc_printf(c,
			"%.*s comes from rule %.*s, whose value isn't known at compile time",
			SW_STR_ARG(term), SW_STR_ARG(s));
	case ORIGIN_COLLECTION: {
		bool ok;
		struct term_list l = collection_members(c, o->term, &ok);
		if (l.n > MEMBERS_MAX)
			return cc_printf(c, "%.*s is one of %u values", SW_STR_ARG(term), l.n);
		return cc_printf(c, "%.*s is one of %.*s", SW_STR_ARG(term), SW_STR_ARG(s));
	}
	case ORIGIN_BUILTIN:
		return cc_printf(
			c, "%.*s is computed by %.*s", SW_STR_ARG(term), SW_STR_ARG(o->builtin));
	default:
		s = rule_name(c, x->from);
		return cc_printf(c, "%.*s is %s of %.*s", SW_STR_ARG(term),
			o->kind == ORIGIN_HEAD_KEY ? "a key" : "an argument", SW_STR_ARG(s));
	}
}

static struct sw_str cause_text(struct cause *x, bool first, uint32_t to)
{
	cc *c = x->c;
	uint32_t *positions = cc_tmp(c, (x->target->items.n + 1) * sizeof(*positions)), n = 0;
	x->conds = cc_tmp(c, (x->target->items.n + 1) * sizeof(*x->conds));
	ref_selects(x->edge->sel, c->graph->v[to].rule, &x->edge->bound, positions, &n);
	bool ok = conditions(x, positions, n);
	struct sw_str ref = cc_term_str(c, x->ref), target = rule_name(c, to);
	struct sw_str out = cc_printf(c, " (%.*s", SW_STR_ARG(ref));
	if (!first) {
		struct sw_str in = rule_name(c, x->from);
		out = cc_printf(c, "%.*s in %.*s", SW_STR_ARG(out), SW_STR_ARG(in));
	}
	if (!ok || !x->n_conds || x->n_conds > CONDITIONS_MAX || any_unchecked(x))
		return cc_printf(
			c, "%.*s could refer to %.*s)", SW_STR_ARG(out), SW_STR_ARG(target));
	out = cc_printf(c, "%.*s refers to %.*s", SW_STR_ARG(out), SW_STR_ARG(target));
	for (uint32_t i = 0; i < x->n_conds; i++) {
		struct sw_str term = cc_term_str(c, x->conds[i].term);
		struct sw_str value = cc_term_str(c, x->conds[i].value);
		struct sw_str note = origin_note(x, &x->conds[i]);
		out = cc_printf(c, "%.*s %s %.*s is %.*s%s%.*s%s", SW_STR_ARG(out),
			i ? "and" : "if", SW_STR_ARG(term), SW_STR_ARG(value), note.n ? " (" : "",
			SW_STR_ARG(note), note.n ? ")" : "");
	}
	return cc_printf(c, "%.*s)", SW_STR_ARG(out));
}

static struct sw_str dynamic_cause(cc *c, const struct path *p)
{
	for (uint32_t i = 1; i < p->n; i++) {
		const struct dyn_ref *edge = edge_cause(c->graph, p->v[i - 1], p->v[i]);
		if (!edge)
			continue;
		struct cause x = {.c = c, .edge = edge, .from = p->v[i - 1]};
		x.target = rule_ref(c, c->graph->v[p->v[i]].rule);
		uint32_t n = edge->ref->items.n;
		if (n > x.target->items.n)
			n = x.target->items.n;
		x.ref = copy_term(c, ref_prefix(c, edge->ref, n));
		struct visitor v = {.c = c, .term = user_var};
		walk_term(&v, x.ref);
		return cause_text(&x, i == 1, p->v[i]);
	}
	return SW_STR("");
}

static void check_rule(cc *c, struct sw_rego_rule *r, const struct sw_rego_loc *loc)
{
	struct path p = find_path(c, r->id, false);
	struct sw_str cause = SW_STR("");
	if (!p.n)
		return;
	bool fixed = fixed_path(c, &p);
	if (!fixed) {
		struct path q = find_path(c, r->id, true);
		fixed = q.n > 0;
		if (fixed)
			p = q;
		else
			cause = dynamic_cause(c, &p);
	}
	struct sw_str names = rule_name(c, p.v[0]);
	for (uint32_t i = 1; i < p.n; i++) {
		struct sw_str next = rule_name(c, p.v[i]);
		names = cc_printf(c, "%.*s -> %.*s", SW_STR_ARG(names), SW_STR_ARG(next));
	}
	struct sw_str self = rule_name(c, r->id);
	cc_err(c, true, ERR_RECURSION, loc, "rule %.*s %s recursive: %.*s%.*s", SW_STR_ARG(self),
		fixed ? "is" : "may be", SW_STR_ARG(names), SW_STR_ARG(cause));
}

static bool check_node(void *ctx, struct sw_rego_node *n)
{
	cc *c = ctx;
	for (uint32_t i = 0; i < n->n_rules && !c->limited; i++)
		for (struct sw_rego_rule *r = n->rules[i]; r; r = r->else_rule)
			check_rule(c, r, &r->loc);
	return c->limited;
}

void stage_recursion(cc *c)
{
	if (c->graph->cyclic)
		node_each(c->p->data, check_node, c);
}
