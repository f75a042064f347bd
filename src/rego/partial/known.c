/* SPDX-License-Identifier: Apache-2.0 */
/* Rules where nothing is unknown, step by step as OPA evaluates them. */
#include "rego/partial/explain.h"

/* ---- one value: complete rules and functions ---- */

/* The rules of a document or call, until one gives a value. */
struct single {
	const struct candidates *c;
	term *prev; /* the value so far */
	void (*one)(struct single *s, struct sw_rego_rule *r, term **ret);
};

static void one_value(struct single *s, struct pe *pe)
{
	const struct candidates *c = s->c;
	const struct ee *deferred = NULL;
	for (uint32_t i = 0, end; i < c->n; i = end) {
		term *v = NULL;
		end = i + 1;
		while (end < c->n && c->group[end] == c->group[i])
			end++;
		for (uint32_t k = i; k < end && !v; k++) {
			s->one(s, c->v[k], &v);
			if (pe_stopped(pe, &deferred)) {
				pe_suppress(pe);
				return;
			}
		}
		s->prev = v ? v : s->prev;
	}
	if (c->def && !s->prev) {
		term *v = NULL;
		s->one(s, c->def, &v);
		s->prev = v;
	} else if (!pe->ee) {
		pe->ee = deferred;
	}
	pe_suppress(pe);
}

struct complete {
	struct single s;
	const struct reff *r;
	struct k *then;
};

struct complete_rule {
	struct k k;
	struct complete *all;
	struct ev *e;
	struct sw_rego_rule *rule;
	term *v, *prev;
};

static void complete_found(struct k *k)
{
	struct complete_rule *x = (struct complete_rule *)k;
	struct pe *pe = x->e->pe;
	const struct reff *r = x->all->r;
	struct bnd *tb;
	pe_trace_rule(x->e, SW_REGO_TRACE_EXIT, x->rule);
	x->v = pe_plug(pe, x->e->b, x->rule->head->value);
	if (x->prev) {
		if (!pe_eq(pe, x->prev, x->v))
			pe_error(pe, "eval_conflict_error", &x->rule->head->loc,
				"complete rules must not produce multiple outputs");
		pe_trace_rule(x->e, SW_REGO_TRACE_REDO, x->rule);
		return;
	}
	x->prev = x->v;
	pe_remember(pe, r->plugged, r->pos + 1, x->v);
	term *t = pe_apply(x->e->b, x->rule->head->value, &tb);
	pe_eval_term(r, r->pos + 1, t, tb, x->all->then);
	if (!pe->ee)
		pe_trace_rule(x->e, SW_REGO_TRACE_REDO, x->rule);
}

static void complete_rule(struct single *s, struct sw_rego_rule *rule, term **ret)
{
	struct complete *all = (struct complete *)s;
	struct ev child = pe_child(all->r->e, &rule->body);
	struct complete_rule x = {{complete_found}, all, &child, rule, NULL, s->prev};
	child.find_one = s->c->early;
	pe_trace_rule(&child, SW_REGO_TRACE_ENTER, rule);
	pe_eval(&child, &x.k);
	*ret = x.v;
}

static void complete(const struct reff *r, const struct candidates *c, struct k *k)
{
	struct pe *pe = r->e->pe;
	term *known = pe_remembered(pe, r->plugged, r->pos + 1);
	const struct sw_rego_rule *any = c->n ? c->v[0] : c->def;
	if (!any || any->head->args.n)
		return;
	if (known) {
		if (known != &pe_undefined)
			pe_eval_term(r, r->pos + 1, known, r->b, k);
		return;
	}
	struct complete all = {{c, NULL, complete_rule}, r, k};
	one_value(&all.s, pe);
	if (!all.s.prev && !pe_remembered(pe, r->plugged, r->pos + 1))
		pe_remember(pe, r->plugged, r->pos + 1, &pe_undefined);
}

/* ---- functions ---- */

struct func {
	struct single s;
	struct ev *e;
	const struct sw_rego_terms *call;
	term **key; /* the function and its arguments */
	uint32_t n_key;
	struct k *then;
};

struct func_rule {
	struct k k;
	struct func *all;
	struct ev *e;
	struct sw_rego_rule *rule;
	term *v, *prev;
};

static void func_conflict(struct func_rule *x)
{
	if (!pe_eq(x->e->pe, x->prev, x->v))
		pe_error(x->e->pe, "eval_conflict_error", &x->rule->head->loc,
			"functions must not produce multiple outputs for same inputs");
}

static void func_found(struct k *k)
{
	struct func_rule *x = (struct func_rule *)k;
	struct func *all = x->all;
	struct pe *pe = x->e->pe;
	bool no_output = x->rule->head->args.n + 1 == all->call->n;
	pe_trace_rule(x->e, SW_REGO_TRACE_EXIT, x->rule);
	x->v = pe_plug(pe, x->e->b, x->rule->head->value);
	pe_remember(pe, all->key, all->n_key, x->v);
	if (no_output && x->v->kind == SW_REGO_SCALAR && sw_is_false(x->v->value)) {
		if (x->prev)
			func_conflict(x);
		x->prev = x->v;
		return;
	}
	if (x->prev) {
		func_conflict(x);
		pe_trace_rule(x->e, SW_REGO_TRACE_REDO, x->rule);
		return;
	}
	x->prev = x->v;
	all->then->fn(all->then);
	if (!pe->ee)
		pe_trace_rule(x->e, SW_REGO_TRACE_REDO, x->rule);
}

struct func_args {
	struct k k;
	struct func_rule *rule;
};

static void func_body(struct k *k)
{
	struct func_rule *x = ((struct func_args *)k)->rule;
	pe_eval(x->e, &x->k);
}

static void func_rule(struct single *s, struct sw_rego_rule *rule, term **ret)
{
	struct func *all = (struct func *)s;
	struct pe *pe = all->e->pe;
	struct ev child = pe_child(all->e, &rule->body);
	struct func_rule x = {{func_found}, all, &child, rule, NULL, s->prev};
	struct func_args a = {{func_body}, &x};
	const struct sw_rego_terms *call = all->call;
	uint32_t n = rule->head->args.n;
	term **args = cc_alloc(pe->c, (n + 2) * sizeof(*args));
	memcpy(args, rule->head->args.v, n * sizeof(*args));
	args[n] = rule->head->value;
	child.find_one = s->c->early;
	pe_trace_rule(&child, SW_REGO_TRACE_ENTER, rule);
	pe_unify_lists(&child, call->v + 1, args, call->n - 1, all->e->b, child.b, &a.k);
	*ret = x.v;
}

void pe_known_func(
	struct ev *e, const struct sw_rego_terms *call, const struct sw_rego_node *node, struct k *k)
{
	struct pe *pe = e->pe;
	struct candidates c = pe_candidates(e, node, call->v + 1, e->b);
	pe_trace_index(e, call->v[0], &c);
	const struct sw_rego_rule *any = c.n ? c.v[0] : c.def;
	if (!any)
		return;
	uint32_t arity = any->head->args.n;
	struct func all = {{&c, NULL, func_rule}, e, call, NULL, arity + 1, k};
	if (call->n != arity + 1 && call->n != arity + 2)
		return;
	all.key = cc_alloc(pe->c, (arity + 1) * sizeof(*all.key));
	for (uint32_t i = 0; i <= arity; i++)
		all.key[i] = pe_plug(pe, e->b, call->v[i]);
	term *known = pe_remembered(pe, all.key, all.n_key);
	if (!known)
		one_value(&all.s, pe);
	else if (call->n == arity + 2)
		pe_unify(e, call->v[call->n - 1], known, e->b, e->b, k);
	else if (known->kind != SW_REGO_SCALAR || !sw_is_false(known->value))
		k->fn(k);
}

/* ---- sets, and objects by key ---- */

struct partial {
	const struct reff *r;
	const struct candidates *c;
	struct extent *x;
};

struct partial_rule {
	struct k k;
	struct partial *p;
	struct ev *e;
	struct sw_rego_rule *rule;
	term *own;
	uint32_t at;
	bool key_done, defined, each;
};

static void contributes(struct k *k)
{
	struct partial_rule *x = (struct partial_rule *)k;
	pe_trace_rule(x->e, SW_REGO_TRACE_EXIT, x->rule);
	if (pe_extent_add(x->p->x, x->e, x->rule, x->own) && x->each)
		pe_trace_rule(x->e, SW_REGO_TRACE_DUPLICATE, x->rule);
	pe_trace_rule(x->e, SW_REGO_TRACE_REDO, x->rule);
}

static void head_next(struct partial_rule *x);

static void head_more(struct k *k)
{
	struct partial_rule *x = (struct partial_rule *)k;
	x->at++;
	head_next(x);
	x->at--;
}

static void head_key(struct k *k)
{
	struct partial_rule *x = (struct partial_rule *)k;
	x->key_done = true;
	head_next(x);
	x->key_done = false;
}

struct body_of {
	struct k k;
	struct partial_rule *x;
};

static void body_found(struct k *k)
{
	contributes(&((struct body_of *)k)->x->k);
}

/* What is asked for against the rule's head, then the body. */
static void head_next(struct partial_rule *x)
{
	const struct reff *r = x->p->r;
	bool set = x->rule->kind == SW_REGO_PARTIAL_SET;
	if (x->at < r->n && x->at < x->own->items.n) {
		x->k.fn = head_more;
		pe_unify(x->e, r->ref[x->at], x->own->items.v[x->at], r->b, x->e->b, &x->k);
	} else if (set && !x->key_done && x->at < r->n && x->own->items.n <= r->n) {
		x->k.fn = head_key;
		pe_unify(x->e, r->ref[x->at], x->rule->head->key, r->b, x->e->b, &x->k);
	} else {
		struct body_of b = {{body_found}, x};
		x->defined = true;
		pe_eval(x->e, &b.k);
	}
}

static void partial_rules(struct partial *p, bool head_first)
{
	struct pe *pe = p->r->e->pe;
	for (uint32_t i = 0; i < p->c->n; i++) {
		struct ev child = pe_child(p->r->e, &p->c->v[i]->body);
		struct partial_rule x = {.k = {contributes}, .p = p, .e = &child, .rule = p->c->v[i],
			.own = rule_ref(pe->c, p->c->v[i]), .at = p->r->pos + 1, .each = head_first};
		pe_trace_rule(&child, SW_REGO_TRACE_ENTER, x.rule);
		if (head_first)
			head_next(&x);
		else
			pe_eval(&child, &x.k);
		if (head_first && !x.defined)
			pe_trace_rule(&child, SW_REGO_TRACE_FAIL, x.rule);
	}
}

static term *partial_value(const struct reff *r, const struct candidates *c, bool head_first)
{
	struct pe *pe = r->e->pe;
	struct partial p = {r, c, pe_extent_new(pe, r->pos + 1)};
	partial_rules(&p, head_first);
	return pe_extent_value(p.x, pe, c->multi && c->ground);
}

/*
 * What is remembered of a part: its place are the ground keys that the ref begins with, as far as rules have
 * keys, and what stands behind them counts too. ret_ground: how many keys.
 */
static term **part_key(const struct reff *r, const struct candidates *c, uint32_t *ret_n, uint32_t *ret_ground)
{
	struct pe *pe = r->e->pe;
	uint32_t longest = 0;
	for (uint32_t i = 0; i < c->n; i++) {
		const struct sw_rego_rule *x = c->v[i];
		uint32_t n = x->module->package->items.n + x->head->ref->items.n +
			     (x->kind == SW_REGO_PARTIAL_SET);
		longest = n > longest ? n : longest;
	}
	longest = longest < r->n ? longest : r->n;
	term **key = cc_alloc(pe->c, (longest + 1) * sizeof(*key));
	uint32_t n = r->pos + 1, ground = n;
	memcpy(key, r->plugged, n * sizeof(*key));
	for (; n < longest; n++) {
		key[n] = pe_plug(pe, r->b, r->ref[n]);
		if (pe_ground(key[n]) && ground == n)
			ground++;
		else if (!pe_ground(key[n]))
			key[n] = mk_var(pe->c, SW_STR("_"), NULL);
	}
	while (n > ground && !pe_ground(key[n - 1]))
		n--;
	*ret_n = n;
	*ret_ground = ground;
	return key;
}

static term *part_of(struct pe *pe, term *doc, term *const *keys, uint32_t n)
{
	struct sw_value v = doc->value;
	for (uint32_t i = 0; i < n && sw_defined(v); i++)
		v = pe_select(v, pe_value(pe, keys[i]));
	return sw_defined(v) ? pe_scalar(pe, v) : NULL;
}

static void partial(const struct reff *r, const struct candidates *c, struct k *k)
{
	struct pe *pe = r->e->pe;
	uint32_t doc = r->pos + 1, n, ground;
	term *known = pe_remembered(pe, r->plugged, doc);
	bool part = !known && r->n > doc && pe_plug(pe, r->b, r->ref[doc])->kind != SW_REGO_VAR;
	if (r->n > doc && !c->n && !c->def)
		return;
	if (!known && !part) {
		known = partial_value(r, c, false);
		pe_remember(pe, r->plugged, doc, known);
	}
	if (!part) {
		pe_eval_term(r, doc, known, r->b, k);
		return;
	}
	term **key = part_key(r, c, &n, &ground);
	for (uint32_t i = doc + 1; ground > doc && i <= n; i++) {
		known = pe_remembered(pe, key, i);
		if (known) {
			pe_eval_term(r, i < ground ? i : ground, known, r->b, k);
			return;
		}
	}
	known = partial_value(r, c, true);
	term *inner = ground > doc ? part_of(pe, known, key + doc, ground - doc) : NULL;
	if (inner)
		pe_remember(pe, key, n, inner);
	pe_eval_term(r, doc, known, r->b, k);
}

void pe_known_virtual(const struct reff *r, const struct sw_rego_node *node, struct k *k)
{
	struct candidates c = pe_candidates(r->e, node, NULL, NULL);
	pe_trace_index(r->e, pe_ref(r->e->pe, r->plugged, r->pos + 1), &c);
	if (!c.multi && c.ground)
		complete(r, &c, k);
	else
		partial(r, &c, k);
}
