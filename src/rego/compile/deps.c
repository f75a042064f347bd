/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which documents a query depends on, found as `opa deps` finds them: refs that start with `data` or `input`,
 * where a variable that is bound to such a ref stands for it. Rules that a ref reaches are followed.
 */
#include "rego/compile/internal.h"

enum {
	REFS_MAX = 1 << 20,
	ROOTS_MAX = 4096, /* of one variable; x = y.a, y = x.b would never come to an end */
	STEPS_MAX = 1 << 22, /* comparisons of roots, of one rule */
	REF_ITEMS_MAX = SW_REGO_COMPILE_DEPTH,
};

/* A variable of a body. */
struct bound {
	struct sw_rego_terms said;  /* refs to which it is equal */
	struct sw_rego_terms roots; /* the same as refs of data and input */
};

/* One rule or query. Lives in c->tmp but for the refs. */
struct scan {
	cc *c;
	struct varset bounds;   /* name -> struct bound */
	struct varset head;     /* variables of the head */
	struct varset used;     /* variables that stand somewhere else than beside an `=` */
	struct sw_rego_terms refs;
	uint32_t steps; /* of STEPS_MAX */
};

struct deps {
	struct sw_rego_body *query;
	struct sw_rego_terms base, virt;
	uint8_t *visited; /* rules, by id */
	struct sw_rego_rule **todo;
	uint32_t n_todo, cap_todo;
};

static bool rooted(const struct sw_rego_term *ref)
{
	return ref_starts(ref, "data") || ref_starts(ref, "input");
}

static void add_ref(cc *c, struct sw_rego_terms *l, struct sw_rego_term *ref)
{
	if (l->n == REFS_MAX || ref->items.n > REF_ITEMS_MAX)
		cc_fail(c, SW_ELIMIT);
	terms_add(c, l, ref);
}

static bool holds(struct scan *s, const struct sw_rego_terms *l, const struct sw_rego_term *ref)
{
	for (uint32_t i = 0; i < l->n; i++) {
		if (++s->steps > STEPS_MAX)
			cc_fail(s->c, SW_ELIMIT);
		if (term_eq(l->v[i], ref))
			return true;
	}
	return false;
}

/* `root` and what stands behind the head of `ref`. */
static struct sw_rego_term *joined(cc *c, const struct sw_rego_term *root, const struct sw_rego_term *ref)
{
	struct sw_rego_term *t = ref_prefix(c, root, root->items.n);
	for (uint32_t i = 1; i < ref->items.n; i++)
		terms_add(c, &t->items, ref->items.v[i]);
	return t;
}

static struct bound *bound_of(const struct scan *s, const struct sw_rego_term *var)
{
	struct var_entry *e = var->kind == SW_REGO_VAR ? vs_get(&s->bounds, var->name) : NULL;
	return e ? e->val : NULL;
}

/* A ref as refs of data and input. */
static void expand(struct scan *s, struct sw_rego_term *ref, struct sw_rego_terms *out)
{
	if (rooted(ref)) {
		add_ref(s->c, out, ref);
		return;
	}
	const struct bound *b = bound_of(s, ref->items.v[0]);
	for (uint32_t i = 0; b && i < b->roots.n; i++)
		add_ref(s->c, out, joined(s->c, b->roots.v[i], ref));
}

static bool see_ref(struct visitor *v, struct sw_rego_term *t)
{
	struct scan *s = v->ctx;
	if (t->kind == SW_REGO_REF)
		expand(s, t, &s->refs);
	return false;
}

static bool see_used(struct visitor *v, struct sw_rego_term *t)
{
	struct scan *s = v->ctx;
	for (uint32_t i = 1; t->kind == SW_REGO_REF && i < t->items.n; i++)
		if (t->items.v[i]->kind == SW_REGO_VAR)
			vs_add(s->c, &s->used, t->items.v[i]->name);
	return false;
}

/* ---- one rule ---- */

/* `x = data.a.b` either way round: takes it down. */
static bool take_binding(struct scan *s, const struct sw_rego_expr *e)
{
	if (!is_eq(e) || e->terms.n != 3)
		return false;
	struct sw_rego_term *l = e->terms.v[1], *r = e->terms.v[2];
	bool left = l->kind == SW_REGO_VAR && r->kind == SW_REGO_REF;
	if (!left && (l->kind == SW_REGO_VAR || r->kind != SW_REGO_VAR || l->kind != SW_REGO_REF))
		return false;
	terms_add(s->c, &bound_of(s, left ? l : r)->said, left ? r : l);
	return true;
}

static bool join_one(struct scan *s, struct bound *b)
{
	bool grown = false;
	for (uint32_t i = 0; i < b->said.n; i++) {
		struct sw_rego_terms more = {0};
		expand(s, b->said.v[i], &more);
		for (uint32_t k = 0; k < more.n; k++) {
			if (holds(s, &b->roots, more.v[k]))
				continue;
			if (b->roots.n == ROOTS_MAX)
				cc_fail(s->c, SW_ELIMIT);
			add_ref(s->c, &b->roots, more.v[k]);
			grown = true;
		}
	}
	return grown;
}

static void join_all(struct scan *s)
{
	for (bool grown = true; grown;) {
		grown = false;
		for (uint32_t i = 0; i < s->bounds.n; i++)
			grown |= join_one(s, s->bounds.v[i].val);
	}
}

/* A lone ref that ends in a variable of the head stands for what is below it, too. */
static bool is_head_ref(const struct scan *s, const struct sw_rego_expr *e)
{
	if (e->kind != SW_REGO_EXPR_TERM || e->terms.v[0]->kind != SW_REGO_REF)
		return false;
	const struct sw_rego_terms *items = &e->terms.v[0]->items;
	const struct sw_rego_term *last = items->v[items->n - 1];
	return last->kind == SW_REGO_VAR && vs_has(&s->head, last->name);
}

/* Is there a ref among the first `n` that begins with this one, or (`either`) with which it begins? */
static bool covered(const struct sw_rego_terms *l, uint32_t n, const struct sw_rego_term *ref, bool either)
{
	for (uint32_t i = 0; i < n; i++)
		if (sw_rego_ref_has_prefix(l->v[i], ref) || (either && sw_rego_ref_has_prefix(ref, l->v[i])))
			return true;
	return false;
}

/* A name for one ref and used for nothing else. */
static bool is_alias(const struct scan *s, const struct var_entry *e)
{
	const struct bound *b = e->val;
	return b->roots.n == 1 && !vs_has(&s->head, e->name) && !vs_has(&s->used, e->name);
}

static void add_bound(struct scan *s, struct visitor *v)
{
	for (uint32_t i = 0; i < s->bounds.n; i++) {
		struct bound *b = s->bounds.v[i].val;
		bool alias = is_alias(s, &s->bounds.v[i]);
		for (uint32_t k = 0; k < b->roots.n; k++)
			if (alias)
				walk_terms(v, &b->roots.v[k]->items, 0);
			else
				walk_term(v, b->roots.v[k]);
	}
	uint32_t n = s->refs.n;
	for (uint32_t i = 0; i < s->bounds.n; i++) {
		struct bound *b = s->bounds.v[i].val;
		if (is_alias(s, &s->bounds.v[i]) && !covered(&s->refs, n, b->roots.v[0], true))
			add_ref(s->c, &s->refs, b->roots.v[0]);
	}
}

/* Adds to s->refs what a body needs when these are the variables of its head. */
static void scan_body(struct scan *s, struct sw_rego_body *body)
{
	struct sw_rego_terms head_refs = {0};
	struct visitor see = {.c = s->c, .ctx = s, .term = see_ref};
	struct visitor used = {.c = s->c, .ctx = s, .term = see_used};
	bool *done = cc_tmp(s->c, body->n + 1);
	vars_body(s->c, &s->bounds, 0, body);
	for (uint32_t i = 0; i < s->bounds.n; i++)
		s->bounds.v[i].val = cc_tmp(s->c, sizeof(struct bound));
	for (uint32_t i = 0; i < body->n; i++)
		done[i] = take_binding(s, body->v[i]);
	join_all(s);
	for (uint32_t i = 0; i < body->n; i++) {
		if (!done[i] && is_head_ref(s, body->v[i])) {
			expand(s, body->v[i]->terms.v[0], &head_refs);
			done[i] = true;
		}
	}
	for (uint32_t i = 0; i < body->n; i++) {
		if (done[i])
			continue;
		walk_expr(&see, body->v[i]);
		vars_expr(s->c, &s->used, VV_SKIP_REF_HEAD, body->v[i]);
	}
	for (uint32_t i = 0; i < head_refs.n; i++) {
		if (!covered(&s->refs, s->refs.n, head_refs.v[i], false))
			add_ref(s->c, &s->refs, head_refs.v[i]);
		walk_terms(&see, &head_refs.v[i]->items, 0);
	}
	walk_body(&used, body);
	add_bound(s, &see);
}

static void scan_init(struct scan *s, cc *c)
{
	s->c = c;
	vs_init(&s->bounds, &c->tmp);
	vs_init(&s->head, &c->tmp);
	vs_init(&s->used, &c->tmp);
}

static void scan_rule(cc *c, struct sw_rego_rule *r, struct sw_rego_terms *refs)
{
	struct scan s = {.refs = *refs};
	scan_init(&s, c);
	vars_head(c, &s.head, 0, r->head);
	scan_body(&s, &r->body);
	*refs = s.refs;
}

/* Of a query all variables are asked for. */
static void scan_query(cc *c, struct sw_rego_body *b, struct sw_rego_terms *refs)
{
	struct scan s = {.refs = *refs};
	struct varset all;
	scan_init(&s, c);
	vs_init(&all, &c->tmp);
	vars_body(c, &all, 0, b);
	for (uint32_t i = 0; i < all.n; i++)
		if (!var_wildcard(all.v[i].name))
			vs_add(c, &s.head, all.v[i].name);
	scan_body(&s, b);
	*refs = s.refs;
}

/* ---- documents ---- */

static void sort_unique(struct sw_rego_terms *l)
{
	uint32_t n = 0;
	sw_rego_terms_sort(l->v, l->n, 1);
	for (uint32_t i = 0; i < l->n; i++)
		if (!n || !term_eq(l->v[n - 1], l->v[i]))
			l->v[n++] = l->v[i];
	l->n = n;
}

static void visit(cc *c, struct deps *d, const struct sw_rego_node *n, bool deep)
{
	for (uint32_t i = 0; i < n->n_rules; i++) {
		struct sw_rego_rule *r = n->rules[i];
		if (d->visited[r->id])
			continue;
		d->visited[r->id] = 1;
		struct sw_rego_term *ref = rule_ref(c, r);
		add_ref(c, &d->virt, ref_prefix(c, ref, sw_rego_ref_ground_len(ref)));
		CC_GROW(c, c->a, d->todo, d->n_todo, d->cap_todo);
		d->todo[d->n_todo++] = r;
	}
	for (uint32_t i = 0; deep && i < n->n_children; i++)
		if (!n->children[i]->hide)
			visit(c, d, n->children[i], true);
}

/* The node of the rules to which the document belongs, or NULL. */
static const struct sw_rego_node *rules_above(const struct sw_rego_program *p, const struct sw_rego_term *ref)
{
	struct sw_rego_term part = *ref;
	for (part.items.n = 1; part.items.n <= ref->items.n; part.items.n++) {
		const struct sw_rego_node *n = sw_rego_node_find(p, &part);
		if (!n || n->n_rules)
			return n;
	}
	return NULL;
}

static bool has_rules(const struct sw_rego_node *n)
{
	bool found = n->n_rules > 0;
	for (uint32_t i = 0; !found && i < n->n_children; i++)
		found = !n->children[i]->hide && has_rules(n->children[i]);
	return found;
}

static void follow(cc *c, struct deps *d, struct sw_rego_terms *refs)
{
	const struct sw_rego_term *last = NULL;
	sort_unique(refs);
	for (uint32_t i = 0; i < refs->n; i++) {
		if (last && sw_rego_ref_has_prefix(refs->v[i], last))
			continue;
		last = refs->v[i];
		struct sw_rego_term *ref = ref_prefix(c, last, sw_rego_ref_ground_len(last));
		const struct sw_rego_node *above = rules_above(c->p, ref), *at = sw_rego_node_find(c->p, ref);
		if (above)
			visit(c, d, above, false);
		if (at)
			visit(c, d, at, true);
		if (!above && !(at && has_rules(at)))
			add_ref(c, &d->base, ref);
	}
}

static void find(cc *c, void *arg)
{
	struct deps *d = arg;
	struct sw_rego_terms refs = {0};
	d->visited = cc_alloc(c, c->p->n_order + 1);
	body_prepare(c, d->query);
	scan_query(c, d->query, &refs);
	follow(c, d, &refs);
	while (d->n_todo) {
		struct sw_arena_mark mark = sw_arena_mark(&c->tmp);
		refs = (struct sw_rego_terms){0};
		for (struct sw_rego_rule *r = d->todo[--d->n_todo]; r; r = r->else_rule)
			scan_rule(c, r, &refs);
		follow(c, d, &refs);
		sw_arena_rewind(&c->tmp, mark);
	}
	sort_unique(&d->base);
	sort_unique(&d->virt);
}

int sw_rego_program_deps(struct sw_rego_program *p, struct sw_rego_body *query,
	struct sw_rego_terms *ret_base, struct sw_rego_terms *ret_virtual)
{
	struct deps d = {.query = query};
	if (!check_body_depth(query))
		return -SW_ELIMIT;
	int code = cc_guard(p->c, find, &d);
	if (code)
		return -code;
	*ret_base = d.base;
	*ret_virtual = d.virt;
	return 0;
}
