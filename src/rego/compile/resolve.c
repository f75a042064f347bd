/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stage ResolveRefs and its neighbours: names of rules and imports become absolute refs, heads are
 * made ready for the rule tree, imports are checked and forgotten.
 */
#include "rego/compile/internal.h"

/* Variables declared by := and some in an expression, not looking into comprehensions. */
static bool declared_term(struct visitor *v, struct sw_rego_term *t)
{
	(void)v;
	return is_comprehension(t);
}

static bool declared_expr(struct visitor *v, struct sw_rego_expr *e)
{
	struct varset *s = v->ctx;
	if (is_assign(e) && e->terms.n == 3) {
		vars_term(v->c, s, 0, e->terms.v[1]);
	} else if (e->kind == SW_REGO_EXPR_SOME) {
		if (e->terms.n == 1 && e->terms.v[0]->kind == SW_REGO_CALL) {
			struct sw_rego_terms *args = &e->terms.v[0]->items;
			for (uint32_t i = 1; i + 1 < args->n; i++)
				vars_term(v->c, s, 0, args->v[i]);
			return false;
		}
		vars_terms(v->c, s, 0, &e->terms, 0);
	}
	return false;
}

void declared_vars(cc *c, struct varset *s, struct sw_rego_expr *e)
{
	struct visitor v = {.c = c, .ctx = s, .term = declared_term, .expr = declared_expr};
	walk_expr(&v, e);
}

void declared_body_vars(cc *c, struct varset *s, struct sw_rego_body *b)
{
	for (uint32_t i = 0; i < b->n; i++)
		declared_vars(c, s, b->v[i]);
}

/* ---- globals ---- */

struct global {
	const struct sw_rego_term *ref;
	struct sw_str rule; /* of a rule: its name, behind the package that `ref` is; else {NULL} */
	bool used;
};

/* Scopes whose names hide globals: a stack. */
struct scope {
	const struct varset *vars;
	const struct scope *up;
};

struct resolver {
	cc *c;
	struct varset globals; /* name -> struct global * */
};

static bool ignored(const struct scope *s, struct sw_str name)
{
	for (; s; s = s->up)
		if (vs_has(s->vars, name))
			return true;
	return false;
}

static void resolve_body(struct resolver *r, const struct scope *s, struct sw_rego_body *b);

static struct sw_rego_term *global_ref(
	struct resolver *r, const struct scope *s, const struct sw_rego_term *t)
{
	struct var_entry *e = vs_get(&r->globals, t->name);
	if (!e || ignored(s, t->name))
		return NULL;
	struct global *g = e->val;
	g->used = true;
	struct sw_rego_term *out = copy_term(r->c, g->ref);
	if (g->rule.p)
		terms_add(r->c, &out->items, mk_string(r->c, g->rule, NULL));
	out->loc = t->loc;
	for (uint32_t i = 0; i < out->items.n; i++)
		out->items.v[i]->loc = t->loc;
	return out;
}

static void resolve_term(struct resolver *r, const struct scope *s, struct sw_rego_term **pt);

static void resolve_ref(struct resolver *r, const struct scope *s, struct sw_rego_term *t)
{
	struct sw_rego_terms out = {0};
	for (uint32_t i = 0; i < t->items.n; i++) {
		struct sw_rego_term *x = t->items.v[i];
		struct sw_rego_term *g = x->kind == SW_REGO_VAR ? global_ref(r, s, x) : NULL;
		if (g && i == 0) {
			for (uint32_t k = 0; k < g->items.n; k++)
				terms_add(r->c, &out, g->items.v[k]);
			continue;
		}
		if (g)
			x = g;
		else if (x->kind != SW_REGO_TEMPLATE_STRING)
			resolve_term(r, s, &x);
		terms_add(r->c, &out, x);
	}
	t->items = out;
}

static void resolve_expr(struct resolver *r, const struct scope *s, struct sw_rego_expr *e)
{
	struct varset names;
	vs_init(&names, &r->c->tmp);
	const struct scope every = {&names, s};
	if (e->kind == SW_REGO_EXPR_EVERY) {
		if (e->key)
			vars_term(r->c, &names, 0, e->key);
		vars_term(r->c, &names, 0, e->val);
		resolve_term(r, &every, &e->domain);
		resolve_body(r, &every, &e->body);
	} else if (e->kind == SW_REGO_EXPR_SOME) {
		if (e->terms.n && e->terms.v[0]->kind == SW_REGO_CALL)
			resolve_term(r, s, &e->terms.v[0]);
	} else {
		for (uint32_t i = 0; i < e->terms.n; i++)
			resolve_term(r, s, &e->terms.v[i]);
		resolve_body(r, s, &e->body);
		for (uint32_t i = 0; i < e->n_branches; i++)
			resolve_body(r, s, &e->branches[i]);
	}
	for (uint32_t i = 0; i < e->n_withs; i++) {
		resolve_term(r, s, &e->withs[i].target);
		resolve_term(r, s, &e->withs[i].value);
	}
}

static void resolve_body(struct resolver *r, const struct scope *s, struct sw_rego_body *b)
{
	for (uint32_t i = 0; i < b->n; i++)
		resolve_expr(r, s, b->v[i]);
}

static void resolve_term(struct resolver *r, const struct scope *s, struct sw_rego_term **pt)
{
	struct sw_rego_term *t = *pt, *g;
	if (t->kind == SW_REGO_SCALAR)
		return;
	if (t->kind == SW_REGO_VAR) {
		if ((g = global_ref(r, s, t)))
			*pt = g;
		return;
	}
	if (t->kind == SW_REGO_REF) {
		resolve_ref(r, s, t);
		return;
	}
	if (!is_comprehension(t)) {
		for (uint32_t i = 0; i < t->items.n; i++)
			resolve_term(r, s, &t->items.v[i]);
		resolve_body(r, s, &t->body);
		return;
	}
	struct varset names;
	vs_init(&names, &r->c->tmp);
	declared_body_vars(r->c, &names, &t->body);
	const struct scope in = {&names, s};
	for (uint32_t i = 0; i < t->items.n; i++)
		resolve_term(r, &in, &t->items.v[i]);
	resolve_body(r, &in, &t->body);
}

/* ---- rules ---- */

/* Collect what arguments bind; false when one shadows a root document. */
static bool arg_vars(
	cc *c, struct varset *s, const struct sw_rego_term *t, const struct sw_rego_term **ret_bad)
{
	if (t->kind == SW_REGO_VAR) {
		vs_add(c, s, t->name);
	} else if (t->kind == SW_REGO_REF && t->items.n == 1 &&
		   (ref_starts(t, "data") || ref_starts(t, "input"))) {
		*ret_bad = t;
		return false;
	} else if (t->kind == SW_REGO_ARRAY || t->kind == SW_REGO_OBJECT ||
		   t->kind == SW_REGO_REF) {
		uint32_t step = t->kind == SW_REGO_OBJECT ? 2 : 1;
		for (uint32_t i = step - 1; i < t->items.n; i += step)
			if (!arg_vars(c, s, t->items.v[i], ret_bad))
				return false;
	}
	return true;
}

static void resolve_rule(struct resolver *r, struct sw_rego_rule *rule)
{
	cc *c = r->c;
	struct varset args, names;
	vs_init(&args, &c->tmp);
	vs_init(&names, &c->tmp);
	const struct sw_rego_term *bad = NULL;
	for (uint32_t i = 0; i < rule->head->args.n; i++) {
		if (arg_vars(c, &args, rule->head->args.v[i], &bad))
			continue;
		struct sw_str n = cc_term_str(c, bad);
		cc_err(c, true, ERR_COMPILE, &rule->loc,
			"args must not shadow %.*s (use a different variable name)", SW_STR_ARG(n));
		return;
	}
	declared_body_vars(c, &names, &rule->body);
	const struct scope outer = {&args, NULL}, s = {&names, &outer};
	struct sw_rego_head *h = rule->head;
	for (uint32_t i = 1; i < h->ref->items.n; i++)
		resolve_term(r, &s, &h->ref->items.v[i]);
	if (h->key)
		resolve_term(r, &s, &h->key);
	if (h->value)
		resolve_term(r, &s, &h->value);
	resolve_body(r, &s, &rule->body);
}

static struct global *add_global(
	struct resolver *r, struct sw_str name, const struct sw_rego_term *ref)
{
	struct global *g = cc_tmp(r->c, sizeof(*g));
	g->ref = ref;
	vs_set(r->c, &r->globals, name, g);
	return g;
}

/* Of equal packages the same number, of others mostly another one. */
static uint32_t package_hash(const struct sw_rego_term *pkg)
{
	uint32_t h = pkg->items.n;
	for (uint32_t i = 0; i < pkg->items.n; i++)
		if (sw_is(pkg->items.v[i]->value, SW_STRING))
			h = h * 31 + vs_hash(sw_value_str(pkg->items.v[i]->value));
	return h;
}

static uint32_t *package_hashes(cc *c, struct sw_arena *a)
{
	uint32_t *v = cc_check(c, sw_arena_array(a, c->p->n_modules + 1, sizeof(*v)));
	for (uint32_t m = 0; m < c->p->n_modules; m++)
		v[m] = package_hash(c->p->modules[m]->package);
	return v;
}

static void add_exports(struct resolver *r, const struct sw_rego_term *pkg, const uint32_t *hashes)
{
	uint32_t hash = package_hash(pkg);
	for (uint32_t m = 0; m < r->c->p->n_modules; m++) {
		const struct sw_rego_module *mod = r->c->p->modules[m];
		if (hashes[m] != hash || !term_eq(mod->package, pkg))
			continue;
		for (uint32_t i = 0; i < mod->n_rules; i++) {
			const struct sw_rego_term *name = mod->rules[i]->head->ref->items.v[0];
			if (name->kind != SW_REGO_VAR || vs_has(&r->globals, name->name))
				continue;
			add_global(r, name->name, pkg)->rule = name->name;
		}
	}
}

static bool special_import(const struct sw_rego_import *i)
{
	return ref_starts(i->path, "future") || ref_starts(i->path, "rego");
}

static struct sw_str import_name(const struct sw_rego_import *i)
{
	const struct sw_rego_term *t = i->path;
	if (i->alias.n)
		return i->alias;
	if (t->kind == SW_REGO_VAR)
		return t->name;
	t = t->items.v[t->items.n - 1];
	return t->kind == SW_REGO_VAR ? t->name : sw_value_str(t->value);
}

static void add_imports(struct resolver *r, struct sw_rego_import **v, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (!special_import(v[i]) && v[i]->path->kind == SW_REGO_REF)
			add_global(r, import_name(v[i]), v[i]->path);
}

static void note_unused(struct resolver *r, const struct sw_rego_module *mod)
{
	cc *c = r->c;
	for (uint32_t i = 0; i < mod->n_imports; i++) {
		if (special_import(mod->imports[i]))
			continue;
		struct var_entry *e = vs_get(&r->globals, import_name(mod->imports[i]));
		if (!e || ((struct global *)e->val)->used)
			continue;
		CC_GROW(c, c->a, c->unused, c->n_unused, c->cap_unused);
		c->unused[c->n_unused++] = mod->imports[i];
	}
}

void stage_resolve(cc *c)
{
	if (!c->from) /* in c->a: for all modules, each a call of its own */
		c->packages = package_hashes(c, c->a);
	for (uint32_t m = c->from; m < c->to; m++) {
		struct sw_rego_module *mod = c->p->modules[m];
		struct sw_arena_mark mark = sw_arena_mark(&c->tmp);
		struct resolver r = {.c = c};
		vs_init(&r.globals, &c->tmp);
		add_exports(&r, mod->package, c->packages);
		add_imports(&r, mod->imports, mod->n_imports);
		for (uint32_t i = 0; i < mod->n_rules; i++)
			for (struct sw_rego_rule *x = mod->rules[i]; x; x = x->else_rule)
				resolve_rule(&r, x);
		if (c->strict)
			note_unused(&r, mod);
		sw_arena_rewind(&c->tmp, mark);
	}
}

void body_resolve(cc *c, const struct sw_rego_query_opts *o, struct sw_rego_body *b)
{
	struct resolver r = {.c = c};
	struct varset names;
	vs_init(&r.globals, &c->tmp);
	vs_init(&names, &c->tmp);
	if (o->package)
		add_exports(&r, o->package, package_hashes(c, &c->tmp));
	add_imports(&r, o->imports, o->n_imports);
	declared_body_vars(c, &names, b);
	const struct scope s = {&names, NULL};
	resolve_body(&r, &s, b);
}

/* ---- imports ---- */

static struct sw_str import_str(cc *c, const struct sw_rego_import *i)
{
	struct sw_str path = cc_term_str(c, i->path);
	if (!i->alias.n)
		return cc_printf(c, "import %.*s", SW_STR_ARG(path));
	return cc_printf(c, "import %.*s as %.*s", SW_STR_ARG(path), SW_STR_ARG(i->alias));
}

void stage_unused_imports(cc *c)
{
	for (uint32_t i = 0; i < c->n_unused; i++) {
		struct sw_str s = import_str(c, c->unused[i]);
		if (!cc_err(c, false, ERR_COMPILE, &c->unused[i]->loc, "%.*s unused",
			    SW_STR_ARG(s)))
			break;
	}
	c->n_unused = 0;
}

static bool v1_module(const cc *c, const struct sw_rego_module *m)
{
	return c->strict || m->version != SW_REGO_V0;
}

static void duplicate_imports(cc *c, const struct sw_rego_module *mod)
{
	struct varset seen;
	vs_init(&seen, &c->tmp);
	for (uint32_t i = 0; i < mod->n_imports; i++) {
		struct sw_str name = import_name(mod->imports[i]);
		struct var_entry *e = vs_get(&seen, name);
		if (!e) {
			vs_set(c, &seen, name, mod->imports[i]);
			continue;
		}
		struct sw_str s = import_str(c, e->val);
		cc_err(c, false, ERR_COMPILE, &mod->imports[i]->loc, "import must not shadow %.*s",
			SW_STR_ARG(s));
	}
}

void stage_imports(cc *c)
{
	bool v1 = sw_rego_caps_feature(c->caps, "rego_v1_import") ||
		  sw_rego_caps_feature(c->caps, "rego_v1") ||
		  sw_rego_caps_feature(c->caps, "rego_v2");
	for (uint32_t m = c->from; m < c->to; m++) {
		struct sw_rego_module *mod = c->p->modules[m];
		for (uint32_t i = 0; !v1 && i < mod->n_imports; i++)
			if (ref_is(mod->imports[i]->path, "rego.v1"))
				cc_err(c, false, ERR_COMPILE, &mod->imports[i]->loc,
					"rego.v1 import is not supported");
	}
	for (uint32_t m = c->from; m < c->to; m++)
		if (v1_module(c, c->p->modules[m]))
			duplicate_imports(c, c->p->modules[m]);
}

/* ---- root documents as names ---- */

static bool override_expr(struct visitor *v, struct sw_rego_expr *e)
{
	if (!is_assign(e) || e->terms.n < 2)
		return false;
	const struct sw_rego_term *t = e->terms.v[1];
	for (int i = 0; i < 2; i++) {
		const char *root = i ? "input" : "data";
		if (ref_is(t, root) && (t->kind == SW_REGO_VAR || t->items.n == 1))
			cc_err(v->c, v->c->query, ERR_COMPILE, &e->loc,
				"variables must not shadow %s (use a different variable name)",
				root);
	}
	return false;
}

static void rule_overrides(cc *c, struct sw_rego_rule *r)
{
	const struct sw_rego_term *name = r->head->ref->items.v[0];
	if (str_const(name, "data") || str_const(name, "input")) {
		struct sw_str s =
			name->kind == SW_REGO_VAR ? name->name : sw_value_str(name->value);
		cc_err(c, false, ERR_COMPILE, &r->loc,
			"rules must not shadow %.*s (use a different rule name)", SW_STR_ARG(s));
	}
}

void body_keyword_overrides(cc *c, struct sw_rego_body *b)
{
	struct visitor v = {.c = c, .expr = override_expr};
	if (c->strict)
		walk_body(&v, b);
}

void stage_keyword_overrides(cc *c)
{
	struct visitor v = {.c = c, .expr = override_expr};
	for (uint32_t m = c->from; m < c->to; m++) {
		struct sw_rego_module *mod = c->p->modules[m];
		if (!v1_module(c, mod))
			continue;
		for (uint32_t i = 0; i < mod->n_rules; i++)
			rule_overrides(c, mod->rules[i]);
		for (uint32_t i = 0; i < mod->n_rules; i++)
			for (struct sw_rego_rule *r = mod->rules[i]; r; r = r->else_rule)
				walk_rule(&v, r);
	}
}

/* ---- heads ---- */

static bool general_refs(cc *c)
{
	return sw_rego_caps_feature(c->caps, "rule_head_refs") ||
	       sw_rego_caps_feature(c->caps, "rego_v1") || sw_rego_caps_feature(c->caps, "rego_v2");
}

static void head_ref(cc *c, struct sw_rego_rule *r, bool general, bool prefixes)
{
	struct sw_rego_terms *ref = &r->head->ref->items;
	bool multi = r->kind == SW_REGO_PARTIAL_SET;
	if (!general && !prefixes && ref->n > 2) {
		struct sw_str s = cc_term_str(c, r->head->ref);
		cc_err(c, true, ERR_COMPILE, &r->loc,
			"rule heads with refs are not supported: %.*s", SW_STR_ARG(s));
		return;
	}
	for (uint32_t i = 1; i < ref->n; i++) {
		struct sw_rego_term *t = ref->v[i];
		bool string = t->kind == SW_REGO_SCALAR && sw_is(t->value, SW_STRING);
		if (!general && (multi || i + 1 < ref->n) && !string) {
			struct sw_str s = cc_term_str(c, r->head->ref);
			cc_err(c, true, ERR_TYPE, &r->loc,
				"rule heads with general refs (containing variables) are not "
				"supported: %.*s",
				SW_STR_ARG(s));
			continue;
		}
		if (t->kind == SW_REGO_VAR || is_scalar(t))
			continue;
		struct sw_rego_expr *e = mk_capture(c, t);
		ref->v[i] = e->terms.v[1];
		body_append(c, &r->body, e);
	}
}

/* Elements of a ref that must be computed move into the body: the rule tree knows scalars and
 * variables. */
void stage_head_refs(cc *c)
{
	bool general = general_refs(c);
	bool prefixes = general || sw_rego_caps_feature(c->caps, "rule_head_ref_string_prefixes");
	for (uint32_t m = c->from; m < c->to; m++) {
		struct sw_rego_module *mod = c->p->modules[m];
		for (uint32_t i = 0; i < mod->n_rules; i++)
			head_ref(c, mod->rules[i], general, prefixes);
	}
}
