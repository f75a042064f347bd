/* SPDX-License-Identifier: Apache-2.0 */
/* Stage SetGraph: which rule depends on which, and an order in which dependencies come first. */
#include "rego/compile/internal.h"

struct dep {
	struct sw_rego_term *src, *sel;
	struct varset *bound;
	struct sw_rego_rule *rule;
	uint32_t at;
	bool fixed;
};

struct builder {
	cc *c;
	struct graph *g;
	struct sw_rego_rule *rule;
	uint32_t at;
	struct varset *bound; /* variables that may have a value at `bound_at` */
	uint32_t bound_at;
	struct dep *deps;
	uint32_t n_deps, cap_deps;
	bool dynamic;
	/* of the ref being looked at */
	struct sw_rego_term *src, *sel;
	bool has_var;
};

static void add_edge(cc *c, struct graph *g, uint32_t from, uint32_t to)
{
	struct graph_node *u = &g->v[from], *v = &g->v[to];
	for (uint32_t i = u->n_adj; i-- > 0;)
		if (u->adj[i] == to)
			return;
	CC_GROW(c, c->a, u->adj, u->n_adj, u->cap_adj);
	u->adj[u->n_adj++] = to;
	CC_GROW(c, c->a, v->radj, v->n_radj, v->cap_radj);
	v->radj[v->n_radj++] = from;
}

/* Variables of the head and of the expressions ahead of `at`. */
static struct varset *vars_before(struct builder *b)
{
	cc *c = b->c;
	if (b->bound && b->bound_at == b->at)
		return b->bound;
	b->bound = cc_tmp(c, sizeof(*b->bound));
	b->bound_at = b->at;
	vs_init(b->bound, &c->tmp);
	vars_head(c, b->bound, 0, b->rule->head);
	for (uint32_t i = 0; i < b->at && i < b->rule->body.n; i++)
		vars_expr(c, b->bound, 0, b->rule->body.v[i]);
	return b->bound;
}

static void found_rule(void *ctx, struct sw_rego_rule *r)
{
	struct builder *b = ctx;
	cc *c = b->c;
	for (struct sw_rego_rule *x = r; x; x = x->else_rule)
		add_edge(c, b->g, b->rule->id, x->id);
	bool fixed = true;
	if (b->has_var) {
		fixed = ref_selects(b->sel, r, vars_before(b), NULL, NULL);
		b->dynamic = b->dynamic || !fixed;
	}
	CC_GROW(c, &c->tmp, b->deps, b->n_deps, b->cap_deps);
	b->deps[b->n_deps++] =
		(struct dep){b->src, b->sel, b->has_var ? b->bound : NULL, r, b->at, fixed};
}

static bool graph_term(struct visitor *v, struct sw_rego_term *t)
{
	struct builder *b = v->ctx;
	if (t->kind != SW_REGO_REF || !ref_starts(t, "data"))
		return false;
	b->src = b->sel = t;
	b->has_var = ref_has_var(t);
	if (!b->has_var) {
		rules_dynamic(b->c, t, true, found_rule, b);
		return false;
	}
	struct term_list refs = narrow_ref(b->c, b->rule, b->at, t);
	if (refs.n == 1)
		b->sel = refs.v[0];
	for (uint32_t i = 0; i < refs.n; i++)
		rules_dynamic(b->c, refs.v[i], true, found_rule, b);
	return false;
}

static bool fixed_elsewhere(const struct builder *b, const struct sw_rego_rule *r)
{
	for (uint32_t i = 0; i < b->n_deps; i++)
		if (b->deps[i].fixed && b->deps[i].rule == r)
			return true;
	return false;
}

/* Remember the refs that may select a rule only through a variable, for the texts of recursion
 * errors. */
static void add_dynamic(struct builder *b)
{
	cc *c = b->c;
	struct graph_node *n = &b->g->v[b->rule->id];
	const struct sw_rego_term *last = NULL;
	for (uint32_t i = 0; i < b->n_deps; i++) {
		const struct dep *d = &b->deps[i];
		if (fixed_elsewhere(b, d->rule))
			continue;
		if (d->src != last) {
			CC_GROW(c, c->a, n->dyn, n->n_dyn, n->cap_dyn);
			struct dyn_ref *x = &n->dyn[n->n_dyn++];
			*x = (struct dyn_ref){.ref = copy_term(c, d->src), .at = d->at};
			x->sel = d->sel == d->src ? x->ref : copy_term(c, d->sel);
			vs_init(&x->bound, c->a);
			vs_init(&x->origins, c->a);
			if (d->bound)
				vs_update(c, &x->bound, d->bound);
			var_origins(c, b->rule, d->at, d->sel, &x->origins);
			last = d->src;
		}
		struct dyn_ref *x = &n->dyn[n->n_dyn - 1];
		CC_GROW(c, c->a, x->rules, x->n_rules, x->cap_rules);
		x->rules[x->n_rules++] = d->rule;
	}
}

static void graph_rule(cc *c, struct sw_rego_rule *r)
{
	struct builder b = {.c = c, .g = c->graph, .rule = r};
	struct visitor v = {.c = c, .ctx = &b, .term = graph_term};
	for (b.at = 0; b.at < r->body.n; b.at++)
		walk_expr(&v, r->body.v[b.at]);
	walk_head(&v, r->head);
	if (b.dynamic)
		add_dynamic(&b);
}

/* ---- order ---- */

static int rule_cmp(const struct sw_rego_rule *x, const struct sw_rego_rule *y)
{
	int d = loc_cmp(&x->loc, &y->loc);
	return d ? d : (x->id > y->id) - (x->id < y->id);
}

static __thread const struct graph_node *sort_nodes; /* qsort has no context */

static int id_cmp(const void *a, const void *b)
{
	return rule_cmp(
		sort_nodes[*(const uint32_t *)a].rule, sort_nodes[*(const uint32_t *)b].rule);
}

static void sort_ids(struct graph *g, uint32_t *v, uint32_t n)
{
	sort_nodes = g->v;
	if (n > 1)
		qsort(v, n, sizeof(*v), id_cmp);
}

struct visit {
	uint32_t id, next;
};

enum { WHITE, GREY, BLACK };

/* Depth first without recursion; sets `cyclic` instead of an order when there is a cycle. */
static void order_from(cc *c, struct graph *g, struct visit *stack, uint32_t start)
{
	uint32_t n = 0;
	(void)c;
	stack[n++] = (struct visit){start, 0};
	g->v[start].mark = GREY;
	while (n) {
		struct visit *top = &stack[n - 1];
		struct graph_node *u = &g->v[top->id];
		if (top->next == u->n_adj) {
			u->mark = BLACK;
			g->order[g->n_order++] = top->id;
			n--;
			continue;
		}
		uint32_t to = u->adj[top->next++];
		if (g->v[to].mark == GREY)
			g->cyclic = true;
		if (g->v[to].mark != WHITE)
			continue;
		g->v[to].mark = GREY;
		stack[n++] = (struct visit){to, 0};
	}
}

static void graph_order(cc *c, struct graph *g)
{
	uint32_t *ids = cc_tmp(c, (g->n + 1) * sizeof(*ids));
	struct visit *stack = cc_tmp(c, (g->n + 1) * sizeof(*stack));
	g->order = cc_alloc(c, (g->n + 1) * sizeof(*g->order));
	for (uint32_t i = 0; i < g->n; i++) {
		ids[i] = i;
		sort_ids(g, g->v[i].adj, g->v[i].n_adj);
	}
	sort_ids(g, ids, g->n);
	for (uint32_t i = 0; i < g->n; i++)
		if (g->v[ids[i]].mark == WHITE)
			order_from(c, g, stack, ids[i]);
	c->p->order = cc_alloc(c, (g->n + 1) * sizeof(*c->p->order));
	for (uint32_t i = 0; i < g->n_order; i++)
		c->p->order[i] = g->v[g->order[i]].rule;
	c->p->n_order = g->n_order;
}

static void number_rule(cc *c, struct sw_rego_rule *r)
{
	r->id = c->graph->n++;
}

static void place_rule(cc *c, struct sw_rego_rule *r)
{
	c->graph->v[r->id].rule = r;
}

void stage_graph(cc *c)
{
	c->graph = cc_alloc(c, sizeof(*c->graph));
	each_rule(c, number_rule);
	c->graph->v = cc_alloc(c, (c->graph->n + 1) * sizeof(*c->graph->v));
	each_rule(c, place_rule);
	each_rule(c, graph_rule);
	graph_order(c, c->graph);
}

/* ---- who depends on what a ref may reach ---- */

struct dependents {
	cc *c;
	uint8_t *seen;
	uint32_t *stack, n;
};

static void push_rule(void *ctx, struct sw_rego_rule *r)
{
	struct dependents *d = ctx;
	if (d->seen[r->id])
		return;
	d->seen[r->id] = 1;
	d->stack[d->n++] = r->id;
}

void graph_dependents(cc *c, const struct sw_rego_term *ref, rule_fn fn, void *ctx)
{
	struct graph *g = c->graph;
	if (!g || !g->n)
		return;
	struct dependents d = {c, cc_tmp(c, g->n), cc_tmp(c, g->n * sizeof(uint32_t)), 0};
	rules_dynamic(c, ref, true, push_rule, &d);
	while (d.n) {
		uint32_t id = d.stack[--d.n];
		fn(ctx, g->v[id].rule);
		for (uint32_t i = 0; i < g->v[id].n_radj; i++)
			push_rule(&d, g->v[g->v[id].radj[i]].rule);
	}
}
