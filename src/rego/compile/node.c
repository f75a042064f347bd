/* SPDX-License-Identifier: Apache-2.0 */
/* Making, copying and asking nodes of the tree. */
#include "rego/compile/internal.h"

struct sw_rego_term *mk_term(cc *c, int kind, const struct sw_rego_loc *loc)
{
	struct sw_rego_term *t = cc_alloc(c, sizeof(*t));
	t->kind = (uint8_t)kind;
	t->generated = true;
	if (loc)
		t->loc = *loc;
	return t;
}

struct sw_rego_term *mk_var(cc *c, struct sw_str name, const struct sw_rego_loc *loc)
{
	struct sw_rego_term *t = mk_term(c, SW_REGO_VAR, loc);
	t->name = name;
	return t;
}

struct sw_rego_term *mk_gen(cc *c, const struct sw_rego_loc *loc)
{
	return mk_var(c, vargen_next(c, c->gen), loc);
}

struct sw_rego_term *mk_string(cc *c, struct sw_str s, const struct sw_rego_loc *loc)
{
	struct sw_rego_term *t = mk_term(c, SW_REGO_SCALAR, loc);
	t->value = sw_string(s);
	return t;
}

struct sw_rego_term *mk_ref1(cc *c, struct sw_str var, const struct sw_rego_loc *loc)
{
	struct sw_rego_term *t = mk_term(c, SW_REGO_REF, loc);
	terms_add(c, &t->items, mk_var(c, var, loc));
	return t;
}

struct sw_rego_term *mk_builtin_ref(cc *c, const char *name, const struct sw_rego_loc *loc)
{
	struct sw_str rest = sw_str_from(name), piece;
	struct sw_rego_term *t = mk_term(c, SW_REGO_REF, loc);
	while (sw_str_split(&rest, '.', &piece))
		terms_add(c, &t->items,
			t->items.n ? mk_string(c, piece, loc) : mk_var(c, piece, loc));
	return t;
}

struct sw_rego_expr *mk_expr(cc *c, int kind, const struct sw_rego_loc *loc)
{
	struct sw_rego_expr *e = cc_alloc(c, sizeof(*e));
	e->kind = (uint8_t)kind;
	if (loc)
		e->loc = *loc;
	return e;
}

struct sw_rego_expr *mk_eq(
	cc *c, struct sw_rego_term *a, struct sw_rego_term *b, const struct sw_rego_loc *loc)
{
	struct sw_rego_expr *e = mk_expr(c, SW_REGO_EXPR_CALL, loc);
	terms_add(c, &e->terms, mk_ref1(c, SW_STR("eq"), loc));
	terms_add(c, &e->terms, a);
	terms_add(c, &e->terms, b);
	return e;
}

struct sw_rego_expr *mk_true(cc *c, const struct sw_rego_loc *loc)
{
	struct sw_rego_expr *e = mk_expr(c, SW_REGO_EXPR_TERM, loc);
	struct sw_rego_term *t = mk_term(c, SW_REGO_SCALAR, loc);
	t->value = sw_bool(true);
	terms_add(c, &e->terms, t);
	return e;
}

struct sw_rego_expr *mk_capture(cc *c, struct sw_rego_term *t)
{
	struct sw_rego_expr *e = mk_eq(c, mk_gen(c, &t->loc), t, &t->loc);
	e->generated = true;
	return e;
}

void terms_add(cc *c, struct sw_rego_terms *l, struct sw_rego_term *t)
{
	CC_GROW(c, c->a, l->v, l->n, l->cap);
	l->v[l->n++] = t;
}

void body_add(cc *c, struct sw_rego_body *b, struct sw_rego_expr *e)
{
	CC_GROW(c, c->a, b->v, b->n, b->cap);
	e->index = b->n;
	b->v[b->n++] = e;
}

bool is_true_body(const struct sw_rego_body *b)
{
	return b->n == 1 && b->v[0]->kind == SW_REGO_EXPR_TERM && b->v[0]->terms.n == 1 &&
	       b->v[0]->terms.v[0]->kind == SW_REGO_SCALAR &&
	       sw_is_true(b->v[0]->terms.v[0]->value);
}

void body_append(cc *c, struct sw_rego_body *b, struct sw_rego_expr *e)
{
	if (is_true_body(b)) {
		e->index = 0;
		b->v[0] = e;
		return;
	}
	body_add(c, b, e);
}

static struct sw_rego_terms copy_terms(cc *c, const struct sw_rego_terms *l)
{
	struct sw_rego_terms out = {0};
	if (!l->n)
		return out;
	out.v = cc_alloc(c, l->n * sizeof(*out.v));
	out.n = out.cap = l->n;
	for (uint32_t i = 0; i < l->n; i++)
		out.v[i] = copy_term(c, l->v[i]);
	return out;
}

struct sw_rego_term *copy_term(cc *c, const struct sw_rego_term *t)
{
	struct sw_rego_term *out = cc_alloc(c, sizeof(*out));
	*out = *t;
	out->items = copy_terms(c, &t->items);
	out->body = copy_body(c, &t->body);
	return out;
}

static struct sw_rego_expr *copy_expr(cc *c, const struct sw_rego_expr *e)
{
	struct sw_rego_expr *out = cc_alloc(c, sizeof(*out));
	*out = *e;
	out->terms = copy_terms(c, &e->terms);
	out->key = e->key ? copy_term(c, e->key) : NULL;
	out->val = e->val ? copy_term(c, e->val) : NULL;
	out->domain = e->domain ? copy_term(c, e->domain) : NULL;
	out->body = copy_body(c, &e->body);
	if (e->n_withs) {
		out->withs = cc_alloc(c, e->n_withs * sizeof(*e->withs));
		for (uint32_t i = 0; i < e->n_withs; i++)
			out->withs[i] = (struct sw_rego_with){e->withs[i].loc,
				copy_term(c, e->withs[i].target), copy_term(c, e->withs[i].value)};
	}
	if (e->n_branches) {
		out->branches = cc_alloc(c, e->n_branches * sizeof(*e->branches));
		for (uint32_t i = 0; i < e->n_branches; i++)
			out->branches[i] = copy_body(c, &e->branches[i]);
	}
	return out;
}

struct sw_rego_body copy_body(cc *c, const struct sw_rego_body *b)
{
	struct sw_rego_body out = {.implicit = b->implicit};
	if (!b->n)
		return out;
	out.v = cc_alloc(c, b->n * sizeof(*out.v));
	out.n = out.cap = b->n;
	for (uint32_t i = 0; i < b->n; i++)
		out.v[i] = copy_expr(c, b->v[i]);
	return out;
}

static bool expr_eq(const struct sw_rego_expr *a, const struct sw_rego_expr *b);

static bool body_eq(const struct sw_rego_body *a, const struct sw_rego_body *b)
{
	if (a->n != b->n)
		return false;
	for (uint32_t i = 0; i < a->n; i++)
		if (!expr_eq(a->v[i], b->v[i]))
			return false;
	return true;
}

static bool expr_eq(const struct sw_rego_expr *a, const struct sw_rego_expr *b)
{
	if (a->kind != b->kind || a->negated != b->negated || a->terms.n != b->terms.n ||
		a->n_withs != b->n_withs || a->n_branches != b->n_branches)
		return false;
	for (uint32_t i = 0; i < a->terms.n; i++)
		if (!term_eq(a->terms.v[i], b->terms.v[i]))
			return false;
	for (uint32_t i = 0; i < a->n_withs; i++)
		if (!term_eq(a->withs[i].target, b->withs[i].target) ||
			!term_eq(a->withs[i].value, b->withs[i].value))
			return false;
	for (uint32_t i = 0; i < a->n_branches; i++)
		if (!body_eq(&a->branches[i], &b->branches[i]))
			return false;
	return body_eq(&a->body, &b->body);
}

bool term_eq(const struct sw_rego_term *a, const struct sw_rego_term *b)
{
	if (a == b)
		return true;
	if (a->kind != b->kind || a->items.n != b->items.n)
		return false;
	if (a->kind == SW_REGO_SCALAR)
		return sw_value_eq(a->value, b->value);
	if (a->kind == SW_REGO_VAR)
		return sw_str_eq(a->name, b->name);
	for (uint32_t i = a->items.n; i-- > 0;) /* names in one tree differ at their ends */
		if (!term_eq(a->items.v[i], b->items.v[i]))
			return false;
	return body_eq(&a->body, &b->body);
}

bool is_scalar(const struct sw_rego_term *t)
{
	return t->kind == SW_REGO_SCALAR;
}

bool is_comprehension(const struct sw_rego_term *t)
{
	return t->kind == SW_REGO_ARRAY_COMP || t->kind == SW_REGO_SET_COMP ||
	       t->kind == SW_REGO_OBJECT_COMP;
}

bool str_const(const struct sw_rego_term *t, const char *s)
{
	if (t->kind == SW_REGO_VAR)
		return sw_str_is(t->name, s);
	return t->kind == SW_REGO_SCALAR && sw_is(t->value, SW_STRING) &&
	       sw_str_is(sw_value_str(t->value), s);
}

bool ref_is(const struct sw_rego_term *t, const char *dotted)
{
	struct sw_str rest = sw_str_from(dotted), piece;
	if (t->kind == SW_REGO_VAR)
		return sw_str_eq(t->name, rest);
	if (t->kind != SW_REGO_REF)
		return false;
	for (uint32_t i = 0; i < t->items.n; i++) {
		const struct sw_rego_term *x = t->items.v[i];
		if (!sw_str_split(&rest, '.', &piece))
			return false;
		if (i == 0 ? x->kind != SW_REGO_VAR || !sw_str_eq(x->name, piece)
			   : x->kind != SW_REGO_SCALAR || !sw_is(x->value, SW_STRING) ||
					!sw_str_eq(sw_value_str(x->value), piece))
			return false;
	}
	return !rest.n;
}

bool ref_starts(const struct sw_rego_term *t, const char *head)
{
	return t->kind == SW_REGO_REF && t->items.n && t->items.v[0]->kind == SW_REGO_VAR &&
	       sw_str_is(t->items.v[0]->name, head);
}

bool is_call_of(const struct sw_rego_expr *e, const char *name)
{
	return e->kind == SW_REGO_EXPR_CALL && e->terms.n && ref_is(e->terms.v[0], name);
}

bool is_eq(const struct sw_rego_expr *e)
{
	return is_call_of(e, "eq") && e->terms.n == 3;
}

bool is_assign(const struct sw_rego_expr *e)
{
	return is_call_of(e, "assign");
}

struct sw_str ref_name(cc *c, const struct sw_rego_term *t)
{
	if (t->kind == SW_REGO_VAR)
		return t->name;
	if (t->kind != SW_REGO_REF)
		return SW_STR("");
	if (t->items.n == 1 && t->items.v[0]->kind == SW_REGO_VAR)
		return t->items.v[0]->name;
	sw_buf_clear(&c->buf);
	for (uint32_t i = 0; i < t->items.n; i++) {
		const struct sw_rego_term *x = t->items.v[i];
		if (i)
			sw_buf_addch(&c->buf, '.');
		if (x->kind == SW_REGO_VAR && !i)
			sw_buf_addstr(&c->buf, x->name);
		else if (x->kind == SW_REGO_SCALAR && sw_is(x->value, SW_STRING) && i)
			sw_buf_addstr(&c->buf, sw_value_str(x->value));
		else
			return SW_STR("");
	}
	return cc_str(c, sw_buf_str(&c->buf));
}

const struct sw_builtin *builtin_named(cc *c, struct sw_str name)
{
	for (uint32_t i = c->builtins.n; i < c->caps->n_builtins; i++) {
		const struct sw_builtin *b = c->caps->builtins[i];
		vs_set(c, &c->builtins, sw_str_from(b->name), (void *)b);
		if (c->builtins.n <= i) /* a name for the second time */
			return sw_rego_caps_find(c->caps, name);
	}
	const struct var_entry *e = vs_get(&c->builtins, name);
	return e ? e->val : NULL;
}

const struct sw_builtin *ref_builtin(cc *c, const struct sw_rego_term *t)
{
	if (ref_starts(t, "data") || ref_starts(t, "input"))
		return NULL;
	struct sw_str n = ref_name(c, t);
	return n.n ? builtin_named(c, n) : NULL;
}

static bool find_eval(struct visitor *v, struct sw_rego_term *t)
{
	if (t->kind == SW_REGO_REF || is_comprehension(t))
		*(bool *)v->ctx = true;
	return *(bool *)v->ctx;
}

bool requires_eval(const struct sw_rego_term *t)
{
	bool found = false;
	struct visitor v = {.ctx = &found, .term = find_eval};
	if (t)
		walk_term(&v, (struct sw_rego_term *)t);
	return found;
}

bool sw_rego_ref_has_prefix(const struct sw_rego_term *ref, const struct sw_rego_term *prefix)
{
	if (prefix->items.n > ref->items.n)
		return false;
	for (uint32_t i = 0; i < prefix->items.n; i++)
		if (!term_eq(ref->items.v[i], prefix->items.v[i]))
			return false;
	return true;
}

uint32_t sw_rego_ref_ground_len(const struct sw_rego_term *ref)
{
	uint32_t i = 1;
	while (i < ref->items.n && sw_rego_term_is_constant(ref->items.v[i]))
		i++;
	return i < ref->items.n ? i : ref->items.n;
}

bool ref_is_ground(const struct sw_rego_term *t)
{
	return sw_rego_ref_ground_len(t) == t->items.n;
}

struct sw_rego_term *ref_prefix(cc *c, const struct sw_rego_term *ref, uint32_t n)
{
	struct sw_rego_term *t = mk_term(c, SW_REGO_REF, &ref->loc);
	for (uint32_t i = 0; i < n && i < ref->items.n; i++)
		terms_add(c, &t->items, ref->items.v[i]);
	return t;
}

static struct sw_rego_term *join_ref(struct sw_arena *a, const struct sw_rego_rule *r)
{
	const struct sw_rego_terms *pkg = &r->module->package->items, *ref = &r->head->ref->items;
	struct sw_rego_term *t = sw_arena_new(a, struct sw_rego_term);
	struct sw_rego_term *name = sw_arena_new(a, struct sw_rego_term);
	struct sw_rego_term **v = sw_arena_array(a, pkg->n + ref->n, sizeof(*v));
	if (!t || !name || !v)
		return NULL;
	*name = *ref->v[0];
	if (name->kind == SW_REGO_VAR) {
		name->kind = SW_REGO_SCALAR;
		name->value = sw_string(name->name);
		name->name = (struct sw_str){0};
	}
	memcpy(v, pkg->v, pkg->n * sizeof(*v));
	v[pkg->n] = name;
	memcpy(v + pkg->n + 1, ref->v + 1, (ref->n - 1) * sizeof(*v));
	t->kind = SW_REGO_REF;
	t->loc = r->head->loc;
	t->items = (struct sw_rego_terms){v, pkg->n + ref->n, pkg->n + ref->n};
	return t;
}

struct sw_rego_term *sw_rego_rule_ref(struct sw_arena *a, const struct sw_rego_rule *r)
{
	return join_ref(a, r);
}

struct sw_rego_term *sw_rego_rule_path(struct sw_arena *a, const struct sw_rego_rule *r)
{
	struct sw_rego_term *ref = join_ref(a, r);
	if (ref)
		ref->items.n = sw_rego_ref_ground_len(ref);
	return ref;
}

struct sw_rego_term *rule_ref(cc *c, const struct sw_rego_rule *r)
{
	return cc_check(c, join_ref(c->a, r));
}

static bool to_user(struct visitor *v, struct sw_rego_term *t)
{
	if (t->kind == SW_REGO_VAR)
		t->name = user_name(v->c, t->name);
	return false;
}

void sw_rego_program_user_names(const struct sw_rego_program *p, struct sw_rego_expr *e)
{
	struct visitor v = {.c = p->c, .term = to_user};
	walk_expr(&v, e);
}

struct sw_str ref_user_str(cc *c, const struct sw_rego_term *ref)
{
	struct visitor v = {.c = c, .term = to_user};
	struct sw_rego_term *t = copy_term(c, ref);
	walk_term(&v, t);
	return cc_term_str(c, t);
}
