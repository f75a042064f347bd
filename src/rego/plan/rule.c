/* SPDX-License-Identifier: Apache-2.0 */
/* Rules: every node of the rule tree that has any becomes one function. */
#include <ctype.h>
#include <glib.h>

#include "rego/plan/plan.h"

static uint32_t node_depth(const struct sw_rego_node *n)
{
	uint32_t d = 0;
	for (; n->parent; n = n->parent)
		d++;
	return d;
}

static struct sw_value node_path(struct plan *p, const struct sw_rego_node *n)
{
	uint32_t d = node_depth(n);
	struct sw_value *keys = sw_arena_new_array(p->a, d, struct sw_value);
	if (!keys)
		return sw_empty_array();
	for (uint32_t i = d; n->parent; n = n->parent)
		keys[--i] = n->key;
	return sw_array_from(p->a, keys, d);
}

/* data.a.b, as OPA writes a ref. */
static struct sw_str path_name(struct plan *p, struct sw_value path)
{
	sw_autobuf b;
	sw_buf_init(&b, 1 << 16);
	sw_buf_addz(&b, "data");
	sw_array_foreach(k, path)
	{
		bool word = k->type == SW_STRING && k->n > 0;
		for (uint32_t i = 0; word && i < k->n; i++)
			word = isalnum((unsigned char)k->u.s[i]) || k->u.s[i] == '_';
		if (word) {
			sw_buf_addch(&b, '.');
			sw_buf_addstr(&b, sw_value_str(*k));
		} else {
			sw_buf_addch(&b, '[');
			sw_rego_value_print(&b, *k);
			sw_buf_addch(&b, ']');
		}
	}
	return sw_arena_str(p->a, sw_buf_str(&b));
}

static void trace(struct plan *p, enum sw_rego_trace_op op, const struct sw_rego_loc *loc)
{
	if (!p->e->opts.trace)
		return;
	struct sw_rego_loc *named =
		(struct sw_rego_loc *)sw_arena_memdup(p->a, (const char *)loc, sizeof(*loc));
	if (named)
		named->text = p->c->fns.v[p->fn].name; /* not all the text of the rule */
	plan_cold(p, COLD_TRACE, op, TRACE_WHOLE, plan_location(p, named ? named : loc));
}

/* The head is evaluated: for coverage. */
static void reached(struct plan *p, const struct sw_rego_rule *r)
{
	if (!p->e->opts.coverage || !r->head->loc.file)
		return;
	plan_covered(p, &r->head->loc, false);
	if (!r->is_default)
		return;
	struct sw_rego_loc word = r->loc; /* opa's head is `default`, its body what follows */
	word.text = sw_str_sub(word.text, 0, strlen("default"));
	plan_covered(p, &word, false);
}

static uint32_t conflict(struct plan *p, const struct sw_rego_rule *r)
{
	const struct sw_rego_loc *last = r->body.n ? &r->body.v[r->body.n - 1]->loc : &r->loc;
	struct vm_rule v = {plan_location(p, &r->loc), plan_location(p, last), p->c->fns.v[p->fn].name,
		r->kind == SW_REGO_FUNCTION};
	plan_push(p, p->c->rules, v);
	return p->c->rules.n - 1;
}

/* ---- rules with one value: complete rules and functions ---- */

struct single {
	const struct sw_rego_rule **chains; /* first rules of else chains */
	uint32_t n;
	const struct sw_rego_rule *fallback; /* the default rule */
	bool first_wins; /* all values are the same constant: the first success decides */
};

static bool same_value(struct plan *p, const struct sw_rego_rule *r, struct sw_value *seen)
{
	struct sw_value v = plan_static(p, r->head->value);
	if (!sw_defined(v) || (sw_defined(*seen) && !sw_value_eq(*seen, v)))
		return false;
	*seen = v;
	return true;
}

static bool all_the_same(struct plan *p, const struct single *s)
{
	struct sw_value seen = sw_undef();
	for (uint32_t i = 0; i < s->n; i++)
		for (const struct sw_rego_rule *r = s->chains[i]; r; r = r->else_rule)
			if (!same_value(p, r, &seen))
				return false;
	return true;
}

bool plan_constant_input_ref(const struct sw_rego_term *t)
{
	if (t->kind != SW_REGO_REF || t->items.n < 2 || t->items.v[0]->kind != SW_REGO_VAR ||
		!sw_str_is(t->items.v[0]->name, "input"))
		return false;
	for (uint32_t i = 1; i < t->items.n; i++)
		if (t->items.v[i]->kind != SW_REGO_SCALAR)
			return false;
	return true;
}

/* data.a.b where no rule is: a ref that ends inside the rule tree, or at a rule, is none. */
bool plan_base_ref(const struct plan *p, const struct sw_rego_term *t)
{
	const struct sw_rego_node *n = p->e->program->data;
	if (!plan_is_data(t) || t->items.n < 2)
		return false;
	for (uint32_t i = 1; i < t->items.n; i++) {
		if (t->items.v[i]->kind != SW_REGO_SCALAR)
			return false;
		n = n ? sw_rego_node_child(n, t->items.v[i]->value) : NULL;
		if (n && n->n_rules)
			return false;
	}
	return !n;
}

static bool prints(const struct sw_rego_expr *e)
{
	const struct sw_rego_term *op = e->kind == SW_REGO_EXPR_CALL ? e->terms.v[0] : NULL;
	if (!op || op->kind != SW_REGO_REF || op->items.n != 2)
		return false;
	const struct sw_rego_term *name = op->items.v[1];
	return name->kind == SW_REGO_SCALAR && name->value.type == SW_STRING &&
	       (sw_str_is(sw_value_str(name->value), "print") ||
		       sw_str_is(sw_value_str(name->value), "test_case"));
}

bool plan_is_equation(const struct sw_rego_expr *e)
{
	const struct sw_rego_term *op = e->kind == SW_REGO_EXPR_CALL ? e->terms.v[0] : NULL;
	return op && op->kind == SW_REGO_REF && op->items.n == 1 && e->terms.n == 3 &&
	       (sw_str_is(op->items.v[0]->name, "eq") || sw_str_is(op->items.v[0]->name, "equal"));
}

bool plan_argument(const struct sw_rego_rule *r, const struct sw_rego_term *t)
{
	for (uint32_t i = 0; i < r->head->args.n; i++)
		if (t->kind == SW_REGO_VAR && r->head->args.v[i]->kind == SW_REGO_VAR &&
			sw_str_eq(r->head->args.v[i]->name, t->name))
			return true;
	return false;
}

/* An equation of a part of the input, of an argument or of base data, and a constant. */
static bool fixed(const struct plan *p, const struct sw_rego_rule *r, const struct sw_rego_expr *e)
{
	if (e->negated || e->n_withs || !plan_is_equation(e))
		return false;
	for (int k = 1; k <= 2; k++)
		if (e->terms.v[3 - k]->kind == SW_REGO_SCALAR &&
			(plan_constant_input_ref(e->terms.v[k]) || plan_argument(r, e->terms.v[k]) ||
				plan_base_ref(p, e->terms.v[k])))
			return true;
	return false;
}

/*
 * Parts of the input that the body cannot do without are looked at first, as OPA's rule index does: a rule
 * that does not concern this input is left before it computes, or fails at, anything else.
 */
static void needed_input(struct plan *p, const struct sw_rego_rule *r)
{
	const struct sw_rego_body *b = &r->body;
	bool late = false; /* something else comes before */
	if (p->e->opts.no_index || p->e->opts.trace || p->e->opts.coverage)
		return;
	for (uint32_t i = 0; i < b->n; i++)
		if (prints(b->v[i]))
			return;
	for (uint32_t i = 0; i < b->n && !p->err; i++) {
		const struct sw_rego_expr *e = b->v[i];
		bool call = e->kind == SW_REGO_EXPR_CALL;
		if (e->negated || e->n_withs || (!call && e->kind != SW_REGO_EXPR_TERM)) {
			late = true;
			continue;
		}
		if (fixed(p, r, e)) {
			if (late)
				plan_unify(p, e->terms.v[1], e->terms.v[2]);
			continue;
		}
		bool after = late;
		late = true;
		for (uint32_t k = call; k < e->terms.n && k <= 2; k++) {
			bool base = after && plan_is_equation(e) && e->terms.v[3 - k]->kind == SW_REGO_ARRAY &&
				    plan_base_ref(p, e->terms.v[k]);
			if (!base && !plan_constant_input_ref(e->terms.v[k]))
				continue;
			uint16_t v = plan_ref(p, e->terms.v[k], -1);
			if (plan_is_equation(e) && e->terms.v[3 - k]->kind == SW_REGO_ARRAY)
				plan_emit(p, OP_ARRAY_N, v, 0, 0, e->terms.v[3 - k]->items.n);
		}
	}
}

/* What comes before a body. */
static void enter(struct plan *p, const struct sw_rego_rule *r)
{
	needed_input(p, r);
	plan_excluded(p, r);
	trace(p, SW_REGO_TRACE_ENTER, &r->loc);
	if (p->e->opts.coverage && r->generated_body && !r->is_default && r->head->value &&
		!r->head->generated_value && r->head->value->loc.file)
		plan_covered(p, &r->head->value->loc, false); /* opa's body of p := 1 */
}

/* Arguments and body; the register of the value. */
static uint16_t rule_body(struct plan *p, const struct sw_rego_rule *r)
{
	for (uint32_t i = 0; i < r->head->args.n && !p->err; i++)
		plan_unify_reg(p, (uint16_t)i, r->head->args.v[i]);
	enter(p, r);
	plan_body(p, &r->body);
	uint16_t v = plan_term(p, r->head->value);
	reached(p, r);
	trace(p, SW_REGO_TRACE_EXIT, &r->loc);
	trace(p, SW_REGO_TRACE_REDO, &r->loc);
	return v;
}

/*
 * One rule of a chain. `acc` collects the value; on success control goes to `yes` when no other solution
 * can follow, else the loops go on; without success to `no`.
 */
static void one_rule(struct plan *p, const struct sw_rego_rule *r, const struct single *s,
	uint16_t acc, uint32_t yes, bool alone)
{
	struct plan_mark m = plan_open(p);
	uint32_t no = plan_label(p), over = plan_label(p), regs = p->n_regs;
	p->fail = over;
	p->loc = plan_location(p, &r->loc);
	uint16_t v = rule_body(p, r);
	if (s->first_wins || (alone && p->fail == over)) {
		plan_emit(p, OP_RET, v, 0, 0, 0);
	} else {
		plan_emit(p, OP_ONCE, acc, v, 0, conflict(p, r));
		plan_jump(p, p->fail == over ? yes : p->fail);
	}
	plan_close(p, m);
	p->n_regs = regs; /* what a rule computed is of no use behind it */
	plan_here(p, over);
	if (!s->first_wins) { /* loops that had a solution end here too */
		p->fail = no;
		plan_emit(p, OP_DEFINED, acc, 0, 0, 0);
		plan_jump(p, yes);
		p->fail = m.fail;
	}
	plan_here(p, no);
}

static void chain(struct plan *p, const struct sw_rego_rule *first, const struct single *s, uint16_t acc)
{
	if (!first->else_rule && s->n == 1) { /* the only rule */
		uint32_t yes = plan_label(p);
		one_rule(p, first, s, acc, yes, true);
		plan_here(p, yes);
		return;
	}
	uint16_t own = plan_reg(p);
	uint32_t end = plan_label(p), saved = p->fail;
	plan_emit(p, OP_UNDEF, own, 0, 0, 0);
	for (const struct sw_rego_rule *r = first; r && !p->err; r = r->else_rule) {
		uint32_t yes = plan_label(p), next = plan_label(p);
		one_rule(p, r, s, own, yes, false);
		plan_jump(p, next);
		plan_here(p, yes);
		p->fail = next;
		plan_emit(p, OP_DEFINED, own, 0, 0, 0);
		plan_emit(p, OP_ONCE, acc, own, 0, conflict(p, r));
		plan_jump(p, end);
		plan_here(p, next);
		p->fail = saved;
	}
	plan_here(p, end);
}

/*
 * Emits code for every rule, behind a jump by the indexed value where that pays:
 *
 *	SWITCH v → a: rules of constant a; goto rest · b: … · rest: rules that are not indexed
 */
static void all_rules(struct plan *p, const struct sw_rego_rule *const *rules, uint32_t n,
	void (*one)(struct plan *p, const struct sw_rego_rule *r, const void *arg), const void *arg)
{
	struct plan_indexed *ix = sw_arena_new_array(p->a, n, struct plan_indexed);
	uint32_t *targets = sw_arena_new_array(p->a, n, uint32_t), n_ix = 0;
	struct sw_value at;
	struct plan_filter filter;
	bool indexed = ix && targets && plan_index(p, rules, n, ix, &n_ix, &at);
	if (plan_filter(p, rules, n, indexed ? n_ix : 0, &filter)) {
		for (uint32_t i = 0; i < n && !p->err; i++) {
			plan_here(p, filter.labels[i]);
			one(p, rules[i], arg);
			plan_filter_next(p, &filter, i);
		}
		plan_here(p, filter.end);
		return;
	}
	if (!indexed) {
		for (uint32_t i = 0; i < n && !p->err; i++)
			one(p, rules[i], arg);
		return;
	}
	uint32_t rest = plan_label(p);
	for (uint32_t i = 0; i < n_ix; i++)
		targets[i] = plan_label(p);
	plan_switch(p, at, ix, n_ix, targets, rest);
	for (uint32_t i = 0; i < n && !p->err; i++) {
		if (i == n_ix)
			plan_here(p, rest);
		if (i < n_ix)
			plan_here(p, targets[i]);
		one(p, ix[i].rule, arg);
		if (i < n_ix && (i + 1 == n_ix || !sw_value_eq(ix[i].constant, ix[i + 1].constant)))
			plan_jump(p, rest);
	}
	if (n_ix == n)
		plan_here(p, rest);
}

struct single_arg {
	const struct single *s;
	uint16_t acc;
};

static void single_chain(struct plan *p, const struct sw_rego_rule *r, const void *arg)
{
	const struct single_arg *a = arg;
	chain(p, r, a->s, a->acc);
}

static void single_value(struct plan *p, const struct single *s)
{
	uint16_t acc = plan_reg(p);
	uint32_t none = plan_label(p), fallback = plan_label(p);
	p->fail = none;
	plan_emit(p, OP_UNDEF, acc, 0, 0, 0);
	all_rules(p, s->chains, s->n, single_chain, &(struct single_arg){s, acc});
	plan_here(p, none);
	if (s->fallback) {
		p->fail = fallback;
		plan_emit(p, OP_DEFINED, acc, 0, 0, 0);
	}
	plan_emit(p, OP_RET, acc, 0, 0, 0);
	plan_here(p, fallback);
	if (s->fallback) {
		struct plan_mark m = plan_open(p);
		uint32_t over = plan_label(p);
		p->fail = over;
		plan_emit(p, OP_RET, rule_body(p, s->fallback), 0, 0, 0);
		plan_close(p, m);
		plan_here(p, over);
		plan_emit(p, OP_RET, acc, 0, 0, 0);
	}
}

/* ---- rules with many values ---- */

static void set_rule(struct plan *p, const struct sw_rego_rule *r, const void *arg)
{
	if (r->is_default)
		return;
	struct plan_mark m = plan_open(p);
	uint32_t over = plan_label(p), regs = p->n_regs;
	p->fail = over;
	p->loc = plan_location(p, &r->loc);
	enter(p, r);
	plan_body(p, &r->body);
	uint16_t v = plan_term(p, r->head->key);
	plan_emit(p, OP_ADD1, v, 0, 0, 0);
	reached(p, r);
	trace(p, SW_REGO_TRACE_EXIT, &r->loc);
	trace(p, SW_REGO_TRACE_REDO, &r->loc);
	if (p->fail != over)
		plan_jump(p, p->fail);
	plan_close(p, m);
	p->n_regs = regs;
	plan_here(p, over);
}

/* A rule whose ref goes on behind the node: keys, then the value or element. */
struct path_arg {
	uint32_t depth;
	bool plain;
};

static void path_rule(struct plan *p, const struct sw_rego_rule *r, const void *arg)
{
	uint32_t depth = ((const struct path_arg *)arg)->depth;
	bool plain = ((const struct path_arg *)arg)->plain;
	if (r->is_default || r->kind == SW_REGO_FUNCTION)
		return;
	struct plan_mark m = plan_open(p);
	uint32_t over = plan_label(p), regs = p->n_regs;
	p->fail = over;
	p->loc = plan_location(p, &r->loc);
	enter(p, r);
	plan_body(p, &r->body);
	const struct sw_rego_term *ref = sw_rego_rule_ref(p->a, r);
	if (!ref) {
		plan_fail(p, -SW_ELIMIT, "the engine's memory budget is spent");
		return;
	}
	bool set = r->kind == SW_REGO_PARTIAL_SET;
	uint16_t v = plan_term(p, set ? r->head->key : r->head->value);
	uint32_t n = ref->items.n - depth - 1;
	uint16_t keys = plan_regs(p, n);
	for (uint32_t i = 0; i < n && !p->err; i++)
		plan_into(p, ref->items.v[depth + 1 + i], (uint16_t)(keys + i));
	if (plain) {
		plan_emit(p, OP_ADD2, keys, v, 0, 0);
	} else {
		struct vm_refadd ra = {n, set, plan_location(p, &r->head->loc)};
		plan_push(p, p->c->refadds, ra);
		plan_cold(p, COLD_REFADD, keys, v, p->c->refadds.n - 1);
	}
	reached(p, r);
	trace(p, SW_REGO_TRACE_EXIT, &r->loc);
	trace(p, SW_REGO_TRACE_REDO, &r->loc);
	if (p->fail != over)
		plan_jump(p, p->fail);
	plan_close(p, m);
	p->n_regs = regs;
	plan_here(p, over);
}

struct rule_list {
	const struct sw_rego_rule **v;
	uint32_t n, cap;
};

static void gather(struct plan *p, const struct sw_rego_node *n, bool below, struct rule_list *l)
{
	for (uint32_t i = 0; i < n->n_rules; i++)
		plan_push(p, *l, n->rules[i]);
	for (uint32_t i = 0; below && i < n->n_children; i++)
		gather(p, n->children[i], true, l);
}

static void partial_set(struct plan *p, const struct rule_list *l)
{
	uint16_t mark = plan_reg(p), dst = plan_reg(p);
	plan_emit(p, OP_OPEN, mark, 0, 0, 0);
	all_rules(p, l->v, l->n, set_rule, NULL);
	plan_emit(p, OP_SEAL, dst, mark, SW_SET, 0);
	plan_emit(p, OP_RET, dst, 0, 0, 0);
}

static void partial_object(struct plan *p, const struct rule_list *l, uint32_t depth)
{
	uint16_t mark = plan_reg(p), dst = plan_reg(p);
	const struct sw_rego_term *ref = l->n == 1 ? sw_rego_rule_ref(p->a, l->v[0]) : NULL;
	bool plain = ref && ref->items.n == depth + 2 && l->v[0]->kind != SW_REGO_PARTIAL_SET;
	plan_emit(p, OP_OPEN, mark, 0, 0, 0);
	all_rules(p, l->v, l->n, path_rule, &(struct path_arg){depth, plain});
	p->loc = plan_location(p, &l->v[0]->head->loc);
	if (plain)
		plan_emit(p, OP_SEAL, dst, mark, SW_OBJECT, 1);
	else
		plan_cold(p, COLD_REFSEAL, dst, mark, 0);
	plan_emit(p, OP_RET, dst, 0, 0, 0);
}

bool plan_dynamic_ref(struct plan *p, const struct sw_rego_rule *r)
{
	const struct sw_rego_term *ref = sw_rego_rule_ref(p->a, r);
	return ref && sw_rego_ref_ground_len(ref) < ref->items.n;
}

static void node_code(struct plan *p, const struct sw_rego_node *n)
{
	bool open = false;
	for (uint32_t i = 0; i < n->n_rules; i++)
		open |= n->rules[i]->kind != SW_REGO_FUNCTION && plan_dynamic_ref(p, n->rules[i]);
	struct rule_list l = {0};
	gather(p, n, open, &l);
	if (p->err)
		return;
	if (open) {
		partial_object(p, &l, node_depth(n));
	} else if (l.v[0]->kind == SW_REGO_PARTIAL_SET) {
		partial_set(p, &l);
	} else {
		struct single s = {.chains = sw_arena_new_array(p->a, l.n, const struct sw_rego_rule *)};
		for (uint32_t i = 0; s.chains && i < l.n; i++) {
			if (l.v[i]->is_default)
				s.fallback = l.v[i];
			else
				s.chains[s.n++] = l.v[i];
		}
		s.first_wins = !p->e->opts.no_early_exit && all_the_same(p, &s);
		single_value(p, &s);
	}
}

/* ---- the whole program ---- */

static void number_nodes(struct plan *p, struct sw_rego_node *n)
{
	if (n->n_rules) {
		struct vm_fn f = {.node = n};
		f.path = node_path(p, n);
		f.name = path_name(p, f.path);
		if (n->rules[0]->kind == SW_REGO_FUNCTION) {
			f.flags = FN_FUNCTION;
			f.n_args = n->rules[0]->head->args.n;
		}
		plan_push(p, p->c->fns, f);
		n->plan = (void *)(uintptr_t)p->c->fns.n;
	}
	for (uint32_t i = 0; i < n->n_children && !p->err; i++)
		number_nodes(p, n->children[i]);
}

static int plan_node(struct sw_rego_engine *e, uint32_t fn)
{
	struct plan p;
	plan_begin(&p, e, fn);
	struct vm_fn *f = &e->code.fns.v[fn];
	p.n_regs = p.max_regs = f->n_args;
	node_code(&p, f->node);
	int r = plan_finish(&p);
	if (r < 0) {
		const struct sw_rego_rule *rule = f->node->rules[0];
		sw_rego_diag_add(&e->diags, "rego_compile_error", &rule->loc, "%s: %.*s",
			p.why ? p.why : "the engine's memory budget is spent", SW_STR_ARG(f->name));
		return r;
	}
	if (p.heavy && (f->flags & FN_FUNCTION))
		f->flags |= FN_MEMO;
	return 0;
}

/* Code for all functions; once more when an operator turns out to be replaced somewhere. */
int plan_functions(struct sw_rego_engine *e)
{
	bool plain;
	do {
		plain = e->plain_ops;
		for (uint32_t i = 0; i < e->code.fns.n; i++) {
			int r = e->code.fns.v[i].flags & FN_QUERY ? 0 : plan_node(e, i);
			if (r < 0)
				return r;
		}
	} while (plain != e->plain_ops);
	return 0;
}

int plan_program(struct sw_rego_engine *e)
{
	struct plan p;
	plan_begin(&p, e, 0);
	number_nodes(&p, e->program->data);
	return p.err || e->arena.overflow ? -SW_ELIMIT : plan_functions(e);
}
