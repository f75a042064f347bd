/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rule filters: where a place of the input (or an argument) is compared in many ways, or several places are,
 * a jump by one value is not enough. For each place a filter holds what rules need of it:
 *
 *	it is a constant	input.x == "a", "a" == input.x, input.x in {"a", "b"}, {"a", "b"}[input.x]
 *	an element of it is	input.x[_] == "a", "a" in input.x, some y in input.x with y == "a"
 *	it starts and ends so	startswith(input.x, "a"), endswith(input.x, "z"), glob.match("a*z", [], input.x)
 *
 * Each is necessary for the rule, never sufficient: a rule that is let through is evaluated as ever. One that
 * is not would have failed, and without a trace: where OPA's own index would not look at a condition, it
 * counts only when nothing that could print or fail in another way stands before it.
 */
#include <stdlib.h>

#include "base/cleanup.h"
#include "rego/plan/plan.h"

enum {
	WORTH = 4,	  /* rules that can be told ahead */
	SOURCES_MAX = 8,  /* places */
	KEYS_MAX = 4096,  /* constants of one condition */
	RULES_MAX = 60000 /* a rule's number is an operand */
};

enum need { IS, HAS, TEXT };

struct condition {
	struct sw_value place;
	enum need need;
	const struct sw_value *keys; /* to be equal to; of an object's members the first of `step` */
	struct sw_value one;
	uint32_t n_keys, step;
	struct sw_str prefix, suffix;
	bool glob;
	uint32_t rule;
	struct condition *next;
};

struct conditions {
	struct plan *p;
	const struct sw_rego_rule *rule;
	uint32_t number;
	struct condition *first; /* of all rules, newest first */
	uint32_t n_rules;	 /* that have any */
	bool early;		 /* nothing else came before in this body */
};

/* ---- what a term is ---- */

bool plan_named(const struct sw_rego_term *op, const char *a, const char *b)
{
	uint32_t n = b ? 2 : 1;
	return op->kind == SW_REGO_REF && op->items.n == n && op->items.v[0]->kind == SW_REGO_VAR &&
	       sw_str_is(op->items.v[0]->name, a) &&
	       (!b || (op->items.v[1]->kind == SW_REGO_SCALAR &&
			      sw_is(op->items.v[1]->value, SW_STRING) &&
			      sw_str_is(sw_value_str(op->items.v[1]->value), b)));
}

static bool equation(const struct sw_rego_expr *e)
{
	return !e->negated && !e->n_withs && plan_is_equation(e);
}

/* What a variable of the body is made equal to, other than a scalar; or the term itself. */
static const struct sw_rego_term *source_of(
	const struct sw_rego_rule *r, const struct sw_rego_term *t)
{
	for (uint32_t i = 0; t->kind == SW_REGO_VAR && i < r->body.n; i++) {
		const struct sw_rego_expr *e = r->body.v[i];
		for (int k = 1; equation(e) && k <= 2; k++) {
			const struct sw_rego_term *x = e->terms.v[k], *y = e->terms.v[3 - k];
			if (x->kind == SW_REGO_VAR && sw_str_eq(x->name, t->name) &&
				y->kind != SW_REGO_VAR && y->kind != SW_REGO_SCALAR)
				return y;
		}
	}
	return t;
}

/* input.a.b[k] with a variable k: the place is input.a.b, of which an element is meant. */
static struct sw_value element_place(struct conditions *c, const struct sw_rego_term *t)
{
	t = source_of(c->rule, t);
	if (t->kind != SW_REGO_REF || t->items.n < 3 ||
		t->items.v[t->items.n - 1]->kind != SW_REGO_VAR)
		return sw_undef();
	struct sw_rego_term head = *t;
	head.items.n--;
	return plan_place(c->p, c->rule, &head);
}

static struct sw_value constant(struct conditions *c, const struct sw_rego_term *t)
{
	return plan_static(c->p, source_of(c->rule, t));
}

/* ---- conditions ---- */

static struct condition *add(struct conditions *c, struct sw_value place, enum need need)
{
	if (!sw_defined(place))
		return NULL;
	for (struct condition *x = c->first; x && x->rule == c->number; x = x->next)
		if (sw_value_eq(x->place, place))
			return NULL; /* one of each place */
	struct condition *x = sw_arena_new(c->p->a, struct condition);
	if (!x)
		return NULL;
	x->place = place;
	x->need = need;
	x->rule = c->number;
	if (!c->first || c->first->rule != c->number)
		c->n_rules++;
	x->next = c->first;
	c->first = x;
	return x;
}

static void add_key(struct conditions *c, struct sw_value place, enum need need, struct sw_value k)
{
	struct condition *x = add(c, place, need);
	if (!x)
		return;
	x->one = k;
	x->keys = &x->one;
	x->n_keys = x->step = 1;
}

/* True when the expression is no more than a condition, or names a part of the input. */
static bool equal(struct conditions *c, const struct sw_rego_expr *e)
{
	struct sw_value left = plan_static(c->p, e->terms.v[1]), v = left;
	const struct sw_rego_term *t = e->terms.v[sw_defined(left) ? 2 : 1];
	if (!sw_defined(left))
		v = plan_static(c->p, e->terms.v[2]);
	struct sw_value here = plan_place(c->p, c->rule, t);
	struct sw_value part = sw_defined(here) ? here : element_place(c, t);
	if (!sw_defined(v)) { /* a variable, and what it stands for */
		const struct sw_rego_term *u = e->terms.v[2];
		return (t->kind == SW_REGO_VAR || u->kind == SW_REGO_VAR) &&
		       (sw_defined(part) || sw_defined(plan_place(c->p, c->rule, u)) ||
			       sw_defined(element_place(c, u)));
	}
	if (sw_defined(here))
		add_key(c, here, IS, v);
	else if (sw_defined(part) && c->early)
		add_key(c, part, HAS, v);
	return sw_defined(part) || t->kind == SW_REGO_VAR;
}

/* The elements of a constant; of an object its keys or its values. */
static void keys_of(struct condition *x, struct sw_value set, bool values)
{
	bool object = sw_is(set, SW_OBJECT);
	if (!x)
		return;
	x->keys = !object ? set.u.a->v : values ? &set.u.o->m[0].v : &set.u.o->m[0].k;
	x->n_keys = set.n;
	x->step = object ? 2 : 1;
}

static bool container(struct sw_value v)
{
	return (sw_is(v, SW_ARRAY) || sw_is(v, SW_SET) || sw_is(v, SW_OBJECT)) && v.n &&
	       v.n <= KEYS_MAX;
}

/* x in xs */
static bool member(struct conditions *c, const struct sw_rego_term *x, const struct sw_rego_term *xs)
{
	struct sw_value set = constant(c, xs), v = constant(c, x);
	struct sw_value place = plan_place(c->p, c->rule, sw_defined(set) ? x : xs);
	if (!sw_defined(place) || !c->early)
		return false;
	if (container(set)) {
		keys_of(add(c, place, IS), set, true);
		return true;
	}
	if (!sw_defined(set) && sw_defined(v)) {
		add_key(c, place, HAS, v);
		return true;
	}
	return false;
}

static void text(struct conditions *c, const struct sw_rego_term *t, struct sw_str prefix,
	struct sw_str suffix, bool glob)
{
	struct condition *x = add(c, plan_place(c->p, c->rule, t), TEXT);
	if (!x)
		return;
	x->prefix = prefix;
	x->suffix = suffix;
	x->glob = glob;
}

/* startswith and endswith: their own errors stay, so nothing may be between them and the start. */
static bool affix(struct conditions *c, const struct sw_rego_expr *e, bool start)
{
	struct sw_value k = constant(c, e->terms.v[2]);
	if (!c->early || !sw_is(k, SW_STRING) ||
		!sw_defined(plan_place(c->p, c->rule, e->terms.v[1])))
		return false;
	struct sw_str s = sw_value_str(k), none = {"", 0};
	text(c, e->terms.v[1], start ? s : none, start ? none : s, false);
	return true;
}

static bool is_meta(char ch)
{
	return strchr("*?[]{}\\", ch) != NULL && ch;
}

/* What every text that the pattern matches begins and ends with. */
static bool glob(struct conditions *c, const struct sw_rego_expr *e)
{
	struct sw_value k = constant(c, e->terms.v[1]), delims = constant(c, e->terms.v[2]);
	if (!sw_is(k, SW_STRING) || (!sw_is(delims, SW_ARRAY) && !sw_is(delims, SW_NULL)))
		return false;
	struct sw_str s = sw_value_str(k);
	size_t a = 0, b = s.n;
	while (a < s.n && !is_meta(s.p[a]))
		a++;
	while (b > a && !is_meta(s.p[b - 1]))
		b--;
	if (a < s.n && (s.p[a] == ']' || s.p[a] == '}'))
		return false; /* no pattern, perhaps: an error that is the rule's */
	text(c, e->terms.v[3], sw_str_sub(s, 0, a), a == s.n ? SW_STR("") : sw_str_sub(s, b, s.n),
		true);
	return false; /* a pattern may be wrong */
}

static bool call(struct conditions *c, const struct sw_rego_expr *e)
{
	const struct sw_rego_term *op = e->terms.v[0];
	if (equation(e))
		return equal(c, e);
	if (plan_named(op, "internal", "member_2") && e->terms.n == 3)
		return member(c, e->terms.v[1], e->terms.v[2]);
	if (plan_named(op, "startswith", NULL) && e->terms.n == 3)
		return affix(c, e, true);
	if (plan_named(op, "endswith", NULL) && e->terms.n == 3)
		return affix(c, e, false);
	if (plan_named(op, "glob", "match") && e->terms.n == 4)
		return glob(c, e);
	return false;
}

/* {"a", "b"}[input.x] */
static bool lookup(struct conditions *c, const struct sw_rego_term *t)
{
	if (t->kind != SW_REGO_REF || t->items.n != 2 || !c->early)
		return false;
	struct sw_value set = constant(c, t->items.v[0]);
	struct sw_value place = plan_place(c->p, c->rule, t->items.v[1]);
	if (!sw_defined(place) || !container(set) || sw_is(set, SW_ARRAY))
		return false;
	keys_of(add(c, place, IS), set, false);
	return true;
}

static void rule_conditions(struct conditions *c, const struct sw_rego_rule *r, uint32_t number)
{
	c->rule = r;
	c->number = number;
	c->early = true;
	if (r->else_rule || r->is_default)
		return;
	for (uint32_t i = 0; i < r->head->args.n; i++)
		if (r->head->args.v[i]->kind == SW_REGO_SCALAR)
			add_key(c, sw_int(i), IS, r->head->args.v[i]->value);
	for (uint32_t i = 0; i < r->body.n; i++) {
		const struct sw_rego_expr *e = r->body.v[i];
		bool plain = !e->negated && !e->n_withs;
		if (plain && e->kind == SW_REGO_EXPR_CALL)
			plain = call(c, e);
		else if (plain && e->kind == SW_REGO_EXPR_TERM)
			plain = lookup(c, e->terms.v[0]);
		else
			plain = false;
		c->early = c->early && plain;
	}
}

/* ---- the filter ---- */

static int order_keys(const void *x, const void *y)
{
	return sw_value_cmp(((const struct vm_filter_key *)x)->key, ((const struct vm_filter_key *)y)->key);
}

static int order_texts(const void *x, const void *y)
{
	return sw_str_cmp(
		((const struct vm_filter_text *)x)->prefix, ((const struct vm_filter_text *)y)->prefix);
}

/* Each entry names the nearest one before it whose prefix is one of its own: a stack of open prefixes. */
static void link_texts(struct vm_filter_source *s)
{
	for (uint32_t i = 1; i < s->n_texts; i++) {
		uint32_t up = i;
		while (up && !sw_str_starts(s->texts[i].prefix, s->texts[up - 1].prefix))
			up = s->texts[up - 1].up;
		s->texts[i].up = up;
	}
}

static void put(struct vm_filter_source *s, const struct condition *x)
{
	s->bound[x->rule / 64] |= (uint64_t)1 << x->rule % 64;
	if (x->need == TEXT)
		s->texts[s->n_texts++] = (struct vm_filter_text){
			.prefix = x->prefix, .suffix = x->suffix, .rule = x->rule, .glob = x->glob};
	for (uint32_t i = 0; i < x->n_keys; i++) {
		struct vm_filter_key k = {x->keys[(size_t)i * x->step], x->rule};
		if (x->need == IS)
			s->is[s->n_is++] = k;
		else
			s->has[s->n_has++] = k;
	}
}

/* The longest run of equal constants. */
static uint32_t crowd(const struct vm_filter_source *s)
{
	uint32_t most = 0;
	for (uint32_t i = 0, first = 0; i < s->n_is; i++) {
		if (!sw_value_eq(s->is[first].key, s->is[i].key))
			first = i;
		if (i - first + 1 > most)
			most = i - first + 1;
	}
	return most;
}

static int order_sources(const void *x, const void *y)
{
	const struct vm_filter_source *a = x, *b = y;
	return (a->crowd > b->crowd) - (a->crowd < b->crowd);
}

static bool fill(struct plan *p, struct vm_filter_source *s, const struct conditions *c, uint32_t n_words)
{
	uint32_t n_is = 0, n_has = 0, n_texts = 0;
	for (const struct condition *x = c->first; x; x = x->next) {
		if (!sw_value_eq(x->place, s->place))
			continue;
		n_is += x->need == IS ? x->n_keys : 0;
		n_has += x->need == HAS ? x->n_keys : 0;
		n_texts += x->need == TEXT;
	}
	s->is = sw_arena_new_array(p->a, n_is + 1, struct vm_filter_key);
	s->has = sw_arena_new_array(p->a, n_has + 1, struct vm_filter_key);
	s->texts = sw_arena_new_array(p->a, n_texts + 1, struct vm_filter_text);
	s->bound = sw_arena_zalloc(p->a, n_words * sizeof(*s->bound));
	if (!s->is || !s->has || !s->texts || !s->bound)
		return false;
	for (const struct condition *x = c->first; x; x = x->next)
		if (sw_value_eq(x->place, s->place))
			put(s, x);
	qsort(s->is, s->n_is, sizeof(*s->is), order_keys);
	s->crowd = crowd(s);
	qsort(s->has, s->n_has, sizeof(*s->has), order_keys);
	qsort(s->texts, s->n_texts, sizeof(*s->texts), order_texts);
	link_texts(s);
	return true;
}

/* The places that most rules need something of. */
static uint32_t choose(struct plan *p, const struct conditions *c, struct vm_filter_source *s)
{
	struct {
		struct sw_value place;
		uint32_t n;
	} all[64];
	uint32_t n = 0, n_s = 0;
	for (const struct condition *x = c->first; x; x = x->next) {
		uint32_t i = 0;
		while (i < n && !sw_value_eq(all[i].place, x->place))
			i++;
		if (i == n && n < SW_ARRAY_LEN(all)) {
			all[n].place = x->place;
			all[n++].n = 0;
		}
		if (i < n)
			all[i].n++;
	}
	for (; n_s < SOURCES_MAX; n_s++) {
		uint32_t best = 0;
		for (uint32_t i = 1; i < n; i++)
			best = all[i].n > all[best].n ? i : best;
		if (!n || all[best].n < 2)
			break;
		s[n_s].place = all[best].place;
		all[best].n = 0;
	}
	return n_s;
}

static bool emit(struct plan *p, struct vm_filter *f, struct plan_filter *ret)
{
	uint32_t *labels = sw_arena_new_array(p->a, f->n_rules, uint32_t);
	f->targets = sw_arena_new_array(p->a, f->n_rules, uint32_t);
	if (!labels || !f->targets)
		return false;
	for (uint32_t i = 0; i < f->n_rules; i++)
		labels[i] = f->targets[i] = plan_label(p);
	f->end = plan_label(p);
	*ret = (struct plan_filter){plan_reg(p), p->c->filters.n, f->end, labels};
	plan_push(p, p->c->filters, *f);
	plan_push(p, p->filters, ret->index);
	plan_cold(p, COLD_FILTER, ret->reg, 0, ret->index);
	return !p->err;
}

/* Rules that at least one of the places can rule out. */
static uint32_t covered(const struct vm_filter *f)
{
	uint32_t n = 0;
	for (uint32_t w = 0; w < f->n_words; w++) {
		uint64_t any = 0;
		for (uint32_t s = 0; s < f->n_sources; s++)
			any |= f->sources[s].bound[w];
		n += (uint32_t)__builtin_popcountll(any);
	}
	return n;
}

bool plan_filter(struct plan *p, const struct sw_rego_rule *const *rules, uint32_t n,
	uint32_t indexed, struct plan_filter *ret)
{
	struct conditions c = {.p = p};
	if (n < WORTH || n > RULES_MAX || p->e->opts.no_index || p->e->opts.trace ||
		p->e->opts.coverage || p->e->opts.no_filter)
		return false;
	for (uint32_t i = 0; i < n; i++)
		rule_conditions(&c, rules[i], i);
	if (c.n_rules < WORTH)
		return false;
	struct vm_filter f = {.n_rules = n, .n_words = (n + 63) / 64};
	f.sources = sw_arena_zalloc(p->a, SOURCES_MAX * sizeof(*f.sources));
	if (!f.sources)
		return false;
	f.n_sources = choose(p, &c, f.sources);
	for (uint32_t i = 0; i < f.n_sources; i++)
		if (!fill(p, &f.sources[i], &c, f.n_words))
			return false;
	qsort(f.sources, f.n_sources, sizeof(*f.sources), order_sources);
	uint32_t count = covered(&f);
	/* A jump by one value is cheaper where it does as much. */
	if (count < WORTH || (count <= indexed && (f.n_sources < 2 || n < 16)))
		return false;
	return emit(p, &f, ret);
}

void plan_filter_next(struct plan *p, const struct plan_filter *f, uint32_t rule)
{
	plan_cold(p, COLD_FILTER_NEXT, f->reg, rule, f->index);
}
