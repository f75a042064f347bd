/* SPDX-License-Identifier: Apache-2.0 */
/* Stages CheckRuleConflicts, CheckUndefinedFuncs, CheckUnsafeBuiltins and CheckDeprecatedBuiltins.
 */
#include "rego/compile/internal.h"

/* ---- conflicting rules ---- */

struct rule_ref {
	struct sw_rego_term *ref;
	const struct sw_rego_loc *loc;
};

struct flatten {
	cc *c;
	bool functions; /* only them */
	struct rule_ref *v;
	uint32_t n, cap;
};

/* Keeps only refs that no other one is a prefix of. */
static void flatten_add(struct flatten *f, struct sw_rego_rule *r)
{
	cc *c = f->c;
	struct sw_rego_term *ref = rule_ref(c, r);
	uint32_t n = 0;
	for (uint32_t i = 0; i < f->n; i++)
		if (sw_rego_ref_has_prefix(ref, f->v[i].ref))
			return;
	for (uint32_t i = 0; i < f->n; i++)
		if (!sw_rego_ref_has_prefix(f->v[i].ref, ref))
			f->v[n++] = f->v[i];
	f->n = n;
	CC_GROW(c, &c->tmp, f->v, f->n, f->cap);
	f->v[f->n++] = (struct rule_ref){ref, &r->loc};
}

static bool flatten_node(void *ctx, struct sw_rego_node *n)
{
	struct flatten *f = ctx;
	for (uint32_t i = 0; i < n->n_rules; i++)
		if (!f->functions || n->rules[i]->head->args.n)
			flatten_add(f, n->rules[i]);
	return false;
}

/* Order of ref items: scalars by value, before variables. */
static int item_cmp(const struct sw_rego_term *a, const struct sw_rego_term *b)
{
	if (a->kind == SW_REGO_SCALAR && b->kind == SW_REGO_SCALAR)
		return sw_value_cmp(a->value, b->value);
	if (a->kind == SW_REGO_VAR && b->kind == SW_REGO_VAR)
		return sw_str_cmp(a->name, b->name);
	/* null, booleans, numbers, strings, then variables */
	return (a->kind == SW_REGO_VAR) - (b->kind == SW_REGO_VAR);
}

static int ref_cmp(const void *x, const void *y)
{
	const struct sw_rego_terms *a = &((const struct rule_ref *)x)->ref->items;
	const struct sw_rego_terms *b = &((const struct rule_ref *)y)->ref->items;
	for (uint32_t i = 0; i < a->n && i < b->n; i++) {
		int d = item_cmp(a->v[i], b->v[i]);
		if (d)
			return d;
	}
	return (a->n > b->n) - (a->n < b->n);
}

static struct sw_str loc_str(cc *c, const struct sw_rego_loc *loc)
{
	if (loc->file && loc->file->name.n)
		return cc_printf(c, "%.*s:%u", SW_STR_ARG(loc->file->name), loc->row);
	return cc_printf(c, "%u:%u", loc->row, loc->col);
}

static struct flatten flatten_children(cc *c, struct sw_rego_node *n, bool functions)
{
	struct flatten f = {.c = c, .functions = functions};
	for (uint32_t i = 0; i < n->n_children; i++)
		node_each(n->children[i], flatten_node, &f);
	if (f.n > 1)
		qsort(f.v, f.n, sizeof(*f.v), ref_cmp);
	return f;
}

static struct sw_str name_of(cc *c, const struct sw_rego_node *n)
{
	return ref_user_str(c, rule_ref(c, n->rules[n->n_rules - 1]));
}

static bool extent_conflict(cc *c, const struct sw_rego_node *n, const struct flatten *f)
{
	struct sw_str name = name_of(c, n);
	struct sw_str list = SW_STR("");
	for (uint32_t i = 0; i < f->n; i++) {
		struct sw_str ref = ref_user_str(c, f->v[i].ref), loc = loc_str(c, f->v[i].loc);
		list = cc_printf(c, "%.*s\n  rule %.*s at %.*s", SW_STR_ARG(list), SW_STR_ARG(ref),
			SW_STR_ARG(loc));
	}
	return !cc_err(c, true, ERR_TYPE, &n->rules[0]->loc, "rule %.*s conflicts with:%.*s",
		SW_STR_ARG(name), SW_STR_ARG(list));
}

static bool default_conflict(cc *c, const struct sw_rego_node *n)
{
	struct sw_str list = SW_STR("");
	const struct sw_rego_rule *first = NULL;
	uint32_t count = 0;
	for (uint32_t i = 0; i < n->n_rules; i++)
		count += n->rules[i]->is_default;
	if (count < 2)
		return false;
	count = 0;
	for (uint32_t i = 0; i < n->n_rules; i++) {
		if (!n->rules[i]->is_default)
			continue;
		struct sw_str loc = loc_str(c, &n->rules[i]->loc);
		list = cc_printf(
			c, "%.*s%s%.*s", SW_STR_ARG(list), count ? ", " : "", SW_STR_ARG(loc));
		first = first ? first : n->rules[i];
		count++;
	}
	struct sw_str name = name_of(c, n);
	return !cc_err(c, true, ERR_TYPE, &first->module->package_loc,
		"multiple default rules %.*s found at %.*s", SW_STR_ARG(name), SW_STR_ARG(list));
}

static bool conflict_node(void *ctx, struct sw_rego_node *n)
{
	cc *c = ctx;
	bool single = false, multi = false, complete = false, partial = false, arity = false;
	bool set = false, object_of_sets = false, ground = false;
	if (!n->n_rules)
		return false;
	for (uint32_t i = 0; i < n->n_rules; i++) {
		struct sw_rego_rule *r = n->rules[i];
		bool fixed = ref_is_ground(r->head->ref), many = r->kind == SW_REGO_PARTIAL_SET;
		*(many ? &multi : &single) = true;
		*(!many && fixed ? &complete : &partial) = true;
		if (many)
			*(fixed ? &set : &object_of_sets) = true;
		arity = arity || r->head->args.n != n->rules[0]->head->args.n;
		ground = ground || fixed;
	}
	struct flatten f = {0};
	if (ground && n->n_children)
		f = flatten_children(c, n, false);
	bool dynamic = false;
	for (uint32_t i = 0; i < n->n_rules; i++)
		dynamic = dynamic || !ref_is_ground(n->rules[i]->head->ref);
	if (!f.n && n->n_children && dynamic)
		f = flatten_children(c, n, true);
	if (f.n)
		return extent_conflict(c, n, &f);
	if ((single && multi) || arity || (complete && partial) || (set && object_of_sets)) {
		struct sw_str name = name_of(c, n);
		return !cc_err(c, true, ERR_TYPE, &n->rules[0]->loc, "conflicting rules %.*s found",
			SW_STR_ARG(name));
	}
	return default_conflict(c, n);
}

/* Could the package be the path of the rule? Tells most of them apart without a copy of the path. */
static bool may_be_path(const struct sw_rego_rule *r, const struct sw_rego_term *package)
{
	const struct sw_rego_terms *head = &r->head->ref->items, *p = &package->items;
	const struct sw_rego_term *last = head->v[head->n - 1], *end = p->v[p->n - 1];
	if (p->n != r->module->package->items.n + head->n || !sw_is(end->value, SW_STRING))
		return false;
	return last->kind == SW_REGO_VAR ? sw_str_eq(last->name, sw_value_str(end->value))
					 : sw_value_eq(last->value, end->value);
}

static struct sw_str last_name(const struct sw_rego_term *ref)
{
	const struct sw_rego_term *t = ref->items.v[ref->items.n - 1];
	return t->kind == SW_REGO_VAR		 ? t->name
	       : sw_is(t->value, SW_STRING) ? sw_value_str(t->value)
					    : SW_STR("");
}

/* A package on the path of a rule of another package. `ends`: the last names of all packages. */
static void package_conflicts(cc *c, const struct sw_rego_module *mod, const struct varset *ends)
{
	for (uint32_t i = 0; i < mod->n_rules; i++) {
		const struct sw_rego_rule *r = mod->rules[i];
		if (!vs_has(ends, last_name(r->head->ref)) || !ref_is_ground(r->head->ref))
			continue;
		for (uint32_t m = 0; m < c->p->n_modules; m++) {
			const struct sw_rego_module *other = c->p->modules[m];
			if (other == mod || !may_be_path(r, other->package))
				continue;
			struct sw_rego_term *ref = rule_ref(c, r);
			if (!term_eq(other->package, ref))
				continue;
			struct sw_rego_term *path = ref_prefix(c, ref, 0);
			for (uint32_t k = 1; k < other->package->items.n; k++)
				terms_add(c, &path->items, other->package->items.v[k]);
			struct sw_rego_term *head = copy_term(c, path->items.v[0]);
			head->kind = SW_REGO_VAR;
			head->name = sw_value_str(head->value);
			path->items.v[0] = head;
			struct sw_str pkg = cc_term_str(c, path),
				      rule = cc_term_str(c, r->head->ref);
			struct sw_str loc = loc_str(c, &r->loc);
			if (!cc_err(c, true, ERR_TYPE, &mod->package_loc,
				    "package %.*s conflicts with rule %.*s defined at %.*s",
				    SW_STR_ARG(pkg), SW_STR_ARG(rule), SW_STR_ARG(loc)))
				return;
		}
	}
}

/* Base documents on the path of a rule. */
static void data_conflicts(cc *c, struct sw_rego_node *n, struct sw_value doc, struct sw_str path)
{
	for (uint32_t i = 0; i < n->n_children; i++) {
		struct sw_rego_node *k = n->children[i];
		if (!sw_is(k->key, SW_STRING))
			continue;
		struct sw_value v = sw_object_get(doc, k->key);
		struct sw_str here = cc_printf(c, "%.*s%s%.*s", SW_STR_ARG(path), path.n ? "/" : "",
			SW_STR_ARG(sw_value_str(k->key)));
		if (!sw_defined(v))
			continue;
		if (k->n_rules)
			cc_err(c, true, ERR_COMPILE, &k->rules[0]->loc,
				"conflicting rule for data path %.*s found", SW_STR_ARG(here));
		else
			data_conflicts(c, k, v, here);
	}
}

void stage_conflicts(cc *c)
{
	node_each(c->p->data, conflict_node, c);
	if (sw_is(c->p->opts.data, SW_OBJECT))
		data_conflicts(c, c->p->data, c->p->opts.data, SW_STR(""));
	struct varset ends;
	vs_init(&ends, &c->tmp);
	for (uint32_t m = 0; m < c->p->n_modules; m++)
		vs_add(c, &ends, last_name(c->p->modules[m]->package));
	for (uint32_t m = 0; m < c->p->n_modules && !c->limited; m++)
		package_conflicts(c, c->p->modules[m], &ends);
}

/* ---- functions ---- */

static bool undefined_expr(struct visitor *v, struct sw_rego_expr *e)
{
	cc *c = v->c;
	if (e->kind != SW_REGO_EXPR_CALL)
		return false;
	const struct sw_rego_term *op = e->terms.v[0];
	int ar = arity_of(c, op), have = (int)e->terms.n - 1;
	if (ar < 0) {
		/* a root document that a local shadows is no ref any more; OPA names nothing then
		 */
		struct sw_str s = op->kind == SW_REGO_VAR ? SW_STR("") : ref_user_str(c, op);
		cc_err(c, true, ERR_TYPE, &e->loc, "undefined function %.*s", SW_STR_ARG(s));
		return true;
	}
	if (e->generated) {
		if (is_call_of(e, "eq") || have == ar + 1)
			return false;
		err_arity(c, op, e, ar, have - 1);
		return true;
	}
	if (have == ar || have == ar + 1)
		return false;
	err_arity(c, op, e, ar, have);
	return true;
}

static void undefined_rule(cc *c, struct sw_rego_rule *r)
{
	struct visitor v = {.c = c, .expr = undefined_expr};
	walk_rule(&v, r);
}

void stage_undefined(cc *c)
{
	if (!c->allow_undefined)
		each_rule(c, undefined_rule);
}

void body_undefined(cc *c, struct sw_rego_body *b)
{
	struct visitor v = {.c = c, .expr = undefined_expr};
	walk_body(&v, b);
}

static bool unsafe_expr(struct visitor *v, struct sw_rego_expr *e)
{
	if (e->kind != SW_REGO_EXPR_CALL)
		return false;
	struct sw_str n = ref_name(v->c, e->terms.v[0]);
	if (vs_has(&v->c->unsafe, n))
		cc_err(v->c, false, ERR_TYPE, &e->loc,
			"unsafe built-in function calls in expression: %.*s", SW_STR_ARG(n));
	return false;
}

static void unsafe_rule(cc *c, struct sw_rego_rule *r)
{
	struct visitor v = {.c = c, .expr = unsafe_expr};
	walk_rule(&v, r);
}

void stage_unsafe_builtins(cc *c)
{
	if (c->unsafe.n)
		each_rule(c, unsafe_rule);
}

void body_unsafe_builtins(cc *c, struct sw_rego_body *b)
{
	struct visitor v = {.c = c, .expr = unsafe_expr};
	if (c->unsafe.n)
		walk_body(&v, b);
}

/* ctx: are they an error? What is called at all is noted on the way. */
static bool deprecated_expr(struct visitor *v, struct sw_rego_expr *e)
{
	if (e->kind != SW_REGO_EXPR_CALL)
		return false;
	const struct sw_builtin *b = ref_builtin(v->c, e->terms.v[0]);
	if (b)
		vs_set(v->c, &v->c->required, sw_str_from(b->name), (void *)b);
	if (b && b->flags & SW_BUILTIN_DEPRECATED && *(bool *)v->ctx)
		cc_err(v->c, false, ERR_TYPE, &e->loc,
			"deprecated built-in function calls in expression: %s", b->name);
	return false;
}

static void deprecated_rule(cc *c, struct sw_rego_rule *r)
{
	bool forbidden = c->strict || r->module->version != SW_REGO_V0;
	struct visitor v = {.c = c, .ctx = &forbidden, .expr = deprecated_expr};
	walk_rule(&v, r);
}

void stage_deprecated(cc *c)
{
	each_rule(c, deprecated_rule);
}

void body_deprecated(cc *c, struct sw_rego_body *b)
{
	bool forbidden = true;
	struct visitor v = {.c = c, .ctx = &forbidden, .expr = deprecated_expr};
	if (c->strict)
		walk_body(&v, b);
}
