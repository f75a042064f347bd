/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which rules OPA's rule index lets through, for traces tell their number and evaluate no others. The planner
 * has an index of its own (plan/filter.c), which rules out more.
 *
 * Of every rule its conditions are listed: that something is at a place (of input, of base data, an argument),
 * or what is there. They are compared one after another, as OPA's trie would: all that counts here is
 * which rules it finds, its shortcuts with what they miss included.
 */
#include "rego/partial/explain.h"

enum affix { WHOLE, PREFIX, SUFFIX };
enum alternated { NEVER, CONVERGING, TERMINAL };

struct place {
	term *ref;    /* NULL: argument `arg` */
	uint32_t arg;
	uint32_t count, level;
	enum alternated alternated;
	bool valued; /* some rule asks for more than that there is something */
};

struct condition {
	uint32_t place;
	term *v; /* VAR: anything */
	enum affix affix;
	bool member;	      /* the place holds a collection with `v` in it */
	struct sw_str delim; /* of a glob; p NULL: none */
};

struct key_of {
	uint32_t key;
	term *collection;
};

struct row {
	struct sw_rego_rule *rule;
	uint32_t group;
	struct condition *v;
	uint32_t n, cap;
	struct key_of *keys; /* the value at a place is a key of base data */
	uint32_t n_keys, cap_keys;
};

struct pe_index {
	struct place *places;
	uint32_t n_places, cap_places;
	struct row *rows;
	uint32_t n, cap, n_groups;
	struct sw_rego_rule *def;
	bool multi, ground, may_exit;
};

struct build {
	struct pe *pe;
	struct pe_index *x;
	struct row *row;
	struct varset constants;
};

/* ---- places and terms ---- */

static bool is_virtual(struct pe *pe, const term *ref)
{
	const struct sw_rego_node *n = pe->c->p->data;
	if (!ref_starts(ref, "data"))
		return false;
	for (uint32_t i = 1; i < ref->items.n && pe_ground(ref->items.v[i]); i++) {
		struct sw_value k = pe_value(pe, ref->items.v[i]);
		n = sw_defined(k) ? sw_rego_node_child(n, k) : NULL;
		if (!n || n->n_rules)
			return n != NULL;
	}
	return true;
}

static bool flat(const term *ref)
{
	for (uint32_t i = 1; i < ref->items.n; i++)
		if (ref->items.v[i]->kind == SW_REGO_REF)
			return false;
	return true;
}

static bool usable(struct build *b, const term *ref)
{
	return (ref_starts(ref, "input") || ref_starts(ref, "data")) && flat(ref) && pe_ground(ref) &&
	       !is_virtual(b->pe, ref);
}

static uint32_t intern(struct build *b, term *ref, uint32_t arg)
{
	struct pe_index *x = b->x;
	for (uint32_t i = 0; i < x->n_places; i++)
		if (ref ? x->places[i].ref && pe_eq(b->pe, x->places[i].ref, ref)
			: !x->places[i].ref && x->places[i].arg == arg)
			return i;
	CC_GROW(b->pe->c, b->pe->c->a, x->places, x->n_places, x->cap_places);
	x->places[x->n_places] = (struct place){.ref = ref, .arg = arg};
	return x->n_places++;
}

static bool scalar(const term *t)
{
	return t->kind == SW_REGO_SCALAR && t->value.type < SW_ARRAY;
}

static bool anything(const term *t)
{
	return t->kind == SW_REGO_VAR;
}

static term *constant_of(struct build *b, const term *t)
{
	const struct var_entry *e = t->kind == SW_REGO_VAR ? vs_get(&b->constants, t->name) : NULL;
	return e ? e->val : NULL;
}

/* The place that a variable stands for: VM_NONE when it is none. */
static uint32_t place_of_var(struct build *b, const term *v)
{
	const struct sw_rego_terms *args = &b->row->rule->head->args;
	for (uint32_t i = 0; i < b->row->n; i++)
		if (anything(b->row->v[i].v) && sw_str_eq(b->row->v[i].v->name, v->name))
			return b->row->v[i].place;
	for (uint32_t i = 0; i < args->n; i++)
		if (args->v[i]->kind == SW_REGO_VAR && sw_str_eq(args->v[i]->name, v->name))
			return intern(b, NULL, i);
	return VM_NONE;
}

/* x.a with x for input.b is input.b.a; NULL when its head is nothing of the kind. */
static term *whole_ref(struct build *b, term *ref)
{
	const term *head = ref->items.v[0];
	if (head->kind != SW_REGO_VAR || ref_starts(ref, "input") || ref_starts(ref, "data"))
		return ref;
	uint32_t p = place_of_var(b, head);
	if (p == VM_NONE || !b->x->places[p].ref)
		return NULL;
	const term *base = b->x->places[p].ref;
	term *out = pe_ref(b->pe, base->items.v, base->items.n);
	for (uint32_t i = 1; i < ref->items.n; i++)
		terms_add(b->pe->c, &out->items, ref->items.v[i]);
	return out;
}

/* The ref with locals that are constants put in. */
static term *plugged(struct build *b, term *t)
{
	term *out = NULL;
	if (t->kind != SW_REGO_REF)
		return t;
	for (uint32_t i = 1; i < t->items.n; i++) {
		term *v = constant_of(b, t->items.v[i]);
		if (!v || !scalar(v))
			continue;
		out = out ? out : pe_ref(b->pe, t->items.v, t->items.n);
		out->items.v[i] = v;
	}
	return out ? out : t;
}

/* ---- conditions ---- */

static void insert(struct build *b, struct condition c)
{
	struct row *r = b->row;
	struct place *p = &b->x->places[c.place];
	bool seen = false;
	for (uint32_t i = 0; i < r->n; i++) {
		struct condition *o = &r->v[i];
		if (o->place != c.place)
			continue;
		seen = true;
		if (o->affix == c.affix && o->member == c.member && pe_eq(b->pe, o->v, c.v))
			return;
		if (!anything(c.v) && c.affix == WHOLE && anything(o->v)) {
			*o = c;
			return;
		}
		if (!anything(c.v) && !anything(o->v)) {
			enum alternated a = c.affix || o->affix ? TERMINAL : CONVERGING;
			p->alternated = a > p->alternated ? a : p->alternated;
		}
	}
	p->count += !seen;
	CC_GROW(b->pe->c, b->pe->c->a, r->v, r->n, r->cap);
	r->v[r->n++] = c;
}

/* Scalars, variables and arrays of nothing else. */
static bool comparable(const term *t)
{
	if (t->kind == SW_REGO_VAR || scalar(t))
		return true;
	if (t->kind != SW_REGO_ARRAY)
		return false;
	for (uint32_t i = 0; i < t->items.n; i++)
		if (!scalar(t->items.v[i]) && t->items.v[i]->kind != SW_REGO_VAR)
			return false;
	return true;
}

static bool equal_to(struct build *b, term *x, term *y)
{
	if (x->kind == SW_REGO_VAR) {
		term *known = sw_rego_term_is_constant(y) ? y : constant_of(b, y);
		if (known)
			vs_set(b->pe->c, &b->constants, x->name, known);
		uint32_t p = comparable(y) ? place_of_var(b, x) : VM_NONE;
		if (p == VM_NONE)
			return false;
		insert(b, (struct condition){.place = p, .v = y});
		return true;
	}
	term *ref = x->kind == SW_REGO_REF ? whole_ref(b, x) : NULL;
	if (!ref || !usable(b, ref))
		return false;
	term *known = constant_of(b, y);
	if (!known && !comparable(y))
		return false;
	insert(b, (struct condition){.place = intern(b, ref, 0), .v = known ? known : y});
	return true;
}

/* input.x[_] == "a" */
static bool element_is(struct build *b, term *x, term *y)
{
	term *ref = x->kind == SW_REGO_REF ? whole_ref(b, x) : NULL;
	if (!ref || ref->items.n < 2 || pe_ground(ref->items.v[ref->items.n - 1]))
		return false;
	term *prefix = pe_ref(b->pe, ref->items.v, ref->items.n - 1);
	term *v = constant_of(b, y);
	v = v ? v : y;
	if (!scalar(v) || !usable(b, prefix))
		return false;
	insert(b, (struct condition){.place = intern(b, prefix, 0), .v = v, .member = true});
	return true;
}

/* data.groups.g[input.subject] */
static bool key_of(struct build *b, term *ref)
{
	struct row *r = b->row;
	if (ref->items.n < 2 || !ref_starts(ref, "data"))
		return false;
	term *last = ref->items.v[ref->items.n - 1], *prefix = pe_ref(b->pe, ref->items.v, ref->items.n - 1);
	uint32_t key = VM_NONE;
	if (!pe_ground(prefix) || is_virtual(b->pe, prefix))
		return false;
	if (last->kind == SW_REGO_REF && pe_ground(last) && !is_virtual(b->pe, last))
		key = intern(b, last, 0);
	else if (last->kind == SW_REGO_VAR)
		key = place_of_var(b, last);
	if (key == VM_NONE || (b->x->places[key].ref && is_virtual(b->pe, b->x->places[key].ref)))
		return false;
	CC_GROW(b->pe->c, b->pe->c->a, r->keys, r->n_keys, r->cap_keys);
	r->keys[r->n_keys++] = (struct key_of){key, prefix};
	return true;
}

static uint32_t place_of(struct build *b, term *t)
{
	if (t->kind == SW_REGO_VAR) {
		uint32_t p = place_of_var(b, t);
		/* An argument is no document: OPA asks whether its name is one. */
		return p != VM_NONE && b->x->places[p].ref ? p : VM_NONE;
	}
	return t->kind == SW_REGO_REF && usable(b, t) ? intern(b, t, 0) : VM_NONE;
}

static void affix(struct build *b, const struct sw_rego_terms *call, enum affix a, bool any)
{
	uint32_t p = place_of(b, call->v[1]);
	term *v = constant_of(b, call->v[2]);
	v = v ? v : call->v[2];
	if (p == VM_NONE)
		return;
	if (v->kind == SW_REGO_SCALAR && v->value.type == SW_STRING) {
		insert(b, (struct condition){.place = p, .v = v, .affix = a});
		return;
	}
	if (!any || (v->kind != SW_REGO_ARRAY && v->kind != SW_REGO_SET))
		return;
	for (uint32_t i = 0; i < v->items.n; i++)
		if (v->items.v[i]->kind != SW_REGO_SCALAR || v->items.v[i]->value.type != SW_STRING)
			return;
	for (uint32_t i = 0; i < v->items.n; i++)
		insert(b, (struct condition){.place = p, .v = v->items.v[i], .affix = a});
}

/* x in {…} */
static void one_of(struct build *b, uint32_t p, term *set)
{
	term *known = constant_of(b, set);
	uint32_t step = 1, from = 0;
	set = known ? known : set;
	if (set->kind == SW_REGO_OBJECT)
		step = 2, from = 1;
	else if (set->kind != SW_REGO_ARRAY && set->kind != SW_REGO_SET)
		return;
	for (uint32_t i = from; i < set->items.n; i += step)
		if (anything(set->items.v[i]))
			return;
	for (uint32_t i = from; i < set->items.n; i += step)
		insert(b, (struct condition){.place = p, .v = set->items.v[i]});
}

static void member(struct build *b, const struct sw_rego_terms *call)
{
	term *x = call->v[1], *known = constant_of(b, x);
	uint32_t p = x->kind == SW_REGO_VAR ? place_of_var(b, x) : VM_NONE;
	if (p != VM_NONE) {
		one_of(b, p, call->v[2]);
		return;
	}
	x = known ? known : x;
	p = anything(x) || scalar(x) ? place_of(b, call->v[2]) : VM_NONE;
	if (p != VM_NONE)
		insert(b, (struct condition){.place = p, .v = x, .member = !anything(x)});
}

/* ---- globs ---- */

static bool delimiters(struct build *b, const term *t, struct sw_str *ret)
{
	struct sw_buf *buf = &b->pe->c->buf;
	if (t->kind != SW_REGO_ARRAY)
		return false;
	sw_buf_clear(buf);
	for (uint32_t i = 0; i < t->items.n; i++) {
		if (t->items.v[i]->kind != SW_REGO_SCALAR || t->items.v[i]->value.type != SW_STRING)
			return false;
		sw_buf_addstr(buf, sw_value_str(t->items.v[i]->value));
	}
	if (!t->items.n)
		sw_buf_addch(buf, '.');
	*ret = sw_arena_str(b->pe->c->a, sw_buf_str(buf));
	return true;
}

/* Pieces between delimiters that no backslash stands before. */
static bool next_piece(struct sw_str *rest, struct sw_str delim, struct sw_str *ret)
{
	bool escaped = false;
	if (!rest->p)
		return false;
	for (size_t i = 0; i < rest->n; i++) {
		if (rest->p[i] == '\\' || escaped) {
			escaped = !escaped;
		} else if (memchr(delim.p, rest->p[i], delim.n)) {
			*ret = sw_str_sub(*rest, 0, i);
			*rest = sw_str_sub(*rest, i + 1, rest->n);
			return true;
		}
	}
	*ret = *rest;
	rest->p = NULL;
	return true;
}

static bool plain_piece(struct sw_str s)
{
	bool escaped = false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\') {
			escaped = !escaped;
			continue;
		}
		if (!escaped && memchr("[?{*", s.p[i], 4))
			return false;
		escaped = false;
	}
	return true;
}

static term *pieces(struct pe *pe, struct sw_str text, struct sw_str delim, bool pattern)
{
	term *out = mk_term(pe->c, SW_REGO_ARRAY, NULL);
	struct sw_str piece;
	while (next_piece(&text, delim, &piece)) {
		if (pattern && sw_str_is(piece, "*"))
			terms_add(pe->c, &out->items, mk_var(pe->c, SW_STR("$globwildcard"), NULL));
		else if (!pattern || plain_piece(piece))
			terms_add(pe->c, &out->items, pe_scalar(pe, sw_string(piece)));
		else
			return NULL;
	}
	return out;
}

static void glob(struct build *b, const struct sw_rego_terms *call)
{
	const term *pattern = call->v[1];
	struct sw_str delim;
	if (call->v[3]->kind != SW_REGO_VAR || pattern->kind != SW_REGO_SCALAR ||
		pattern->value.type != SW_STRING || !delimiters(b, call->v[2], &delim))
		return;
	term *v = pieces(b->pe, sw_value_str(pattern->value), delim, true);
	uint32_t p = v ? place_of_var(b, call->v[3]) : VM_NONE;
	if (p != VM_NONE)
		insert(b, (struct condition){.place = p, .v = v, .delim = delim});
}

/* ---- a rule's body ---- */

static bool no_index_for(const struct sw_rego_expr *e)
{
	if (is_call_of(e, "internal.print") || is_call_of(e, "internal.test_case"))
		return true;
	for (uint32_t i = 0; i < e->body.n; i++)
		if (no_index_for(e->body.v[i]))
			return true;
	for (uint32_t i = 0; i < e->n_branches; i++)
		for (uint32_t k = 0; k < e->branches[i].n; k++)
			if (no_index_for(e->branches[i].v[k]))
				return true;
	return false;
}

static void expression(struct build *b, const struct sw_rego_expr *e)
{
	struct pe *pe = b->pe;
	if (e->n_withs || e->negated)
		return;
	if (e->kind == SW_REGO_EXPR_TERM && e->terms.v[0]->kind == SW_REGO_REF) {
		term *ref = plugged(b, e->terms.v[0]);
		if (!key_of(b, ref))
			equal_to(b, ref, mk_var(pe->c, SW_STR("__any__"), NULL));
	}
	if (e->kind == SW_REGO_EXPR_AND_OR && !e->is_or) {
		for (uint32_t i = 0; i < e->n_branches; i++)
			for (uint32_t k = 0; k < e->branches[i].n; k++)
				expression(b, e->branches[i].v[k]);
	}
	if (e->kind != SW_REGO_EXPR_CALL || e->terms.n < 3 || e->terms.n > 4)
		return;
	term *v[4] = {e->terms.v[0]};
	struct sw_rego_terms call = {v, e->terms.n, 4};
	for (uint32_t i = 1; i < call.n; i++)
		v[i] = plugged(b, e->terms.v[i]);
	if (call.n == 4) {
		if (ref_is(v[0], "glob.match"))
			glob(b, &call);
		return;
	}
	if (ref_is(v[0], "eq") || ref_is(v[0], "equal")) {
		if (!element_is(b, v[1], v[2]) && !element_is(b, v[2], v[1]) && !equal_to(b, v[1], v[2]))
			equal_to(b, v[2], v[1]);
	} else if (ref_is(v[0], "internal.member_2")) {
		member(b, &call);
	} else if (ref_is(v[0], "startswith") || ref_is(v[0], "strings.any_prefix_match")) {
		affix(b, &call, PREFIX, !ref_is(v[0], "startswith"));
	} else if (ref_is(v[0], "endswith") || ref_is(v[0], "strings.any_suffix_match")) {
		affix(b, &call, SUFFIX, !ref_is(v[0], "endswith"));
	}
}

static void add_row(struct build *b, struct sw_rego_rule *r, uint32_t group)
{
	struct pe *pe = b->pe;
	struct pe_index *x = b->x;
	bool skip = pe->e->opts.no_index;
	CC_GROW(pe->c, pe->c->a, x->rows, x->n, x->cap);
	b->row = &x->rows[x->n++];
	*b->row = (struct row){.rule = r, .group = group};
	vs_init(&b->constants, pe->c->a);
	for (uint32_t i = 0; i < r->body.n; i++)
		skip = skip || no_index_for(r->body.v[i]);
	for (uint32_t i = 0; !skip && i < r->body.n; i++)
		expression(b, r->body.v[i]);
	for (uint32_t i = 0; i < b->row->n; i++)
		x->places[b->row->v[i].place].valued |= !anything(b->row->v[i].v);
}

/* ---- the index ---- */

static int before(const struct place *a, const struct place *b)
{
	if (a->alternated != b->alternated)
		return a->alternated < b->alternated ? -1 : 1;
	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	const struct sw_rego_loc *x = a->ref ? &a->ref->items.v[0]->loc : NULL;
	const struct sw_rego_loc *y = b->ref ? &b->ref->items.v[0]->loc : NULL;
	if (!x || !y)
		return (x != NULL) - (y != NULL);
	int c = x->file && y->file ? sw_str_cmp(x->file->name, y->file->name) : 0;
	if (c)
		return c;
	if (x->row != y->row)
		return x->row < y->row ? -1 : 1;
	return (x->col > y->col) - (x->col < y->col);
}

static void set_levels(struct pe_index *x)
{
	for (uint32_t i = 0; i < x->n_places; i++)
		for (uint32_t k = 0; k < x->n_places; k++) {
			int c = before(&x->places[k], &x->places[i]);
			x->places[i].level += c < 0 || (c == 0 && k < i);
		}
}

/* Do the rules agree on a value that holds no variable? Then the first of them to hold is enough. */
static bool agree(struct pe *pe, struct sw_rego_rule *const *v, uint32_t n)
{
	const term *value = NULL;
	for (uint32_t i = 0; i < n; i++) {
		const struct sw_rego_rule *r = v[i];
		/* As in OPA, p["q"] := v is one entry of an object. */
		if ((r->kind != SW_REGO_COMPLETE && r->kind != SW_REGO_FUNCTION) || r->head->opa_key || !r->head->value ||
			!sw_rego_term_is_constant(r->head->value) || (value && !pe_eq(pe, value, r->head->value)))
			return false;
		value = r->head->value;
	}
	return true;
}

static struct pe_index *build(struct pe *pe, const struct sw_rego_node *node)
{
	struct pe_index *x = cc_alloc(pe->c, sizeof(*x));
	struct build b = {.pe = pe, .x = x};
	struct ir ir = pe_rules(pe, node);
	struct sw_rego_rule **all;
	*x = (struct pe_index){.def = ir.def, .multi = ir.multi, .ground = ir.ground, .n_groups = ir.n};
	for (uint32_t i = 0; i < ir.n; i++)
		for (struct sw_rego_rule *r = ir.v[i]; r; r = r->else_rule)
			add_row(&b, r, i);
	set_levels(x);
	all = cc_alloc(pe->c, (x->n + 1) * sizeof(*all));
	for (uint32_t i = 0; i < x->n; i++)
		all[i] = x->rows[i].rule;
	x->may_exit = agree(pe, all, x->n);
	return x;
}

/* ---- looking up ---- */

struct lookup {
	struct ev *e;
	const struct pe_index *x;
	term *const *args;
	term **values; /* by place; NULL: not asked for yet, &pe_undefined: nothing there */
	struct bnd *args_b;
};

static term *read_ref(struct lookup *l, const term *ref)
{
	struct pe *pe = l->e->pe;
	bool unknown;
	struct sw_value v = l->e->input;
	if (ref_starts(ref, "data")) {
		v = pe_base(l->e, ref->items.v, ref->items.n, &unknown);
	} else {
		for (uint32_t i = 1; i < ref->items.n && sw_defined(v); i++)
			v = pe_select(v, pe_value(pe, ref->items.v[i]));
	}
	return sw_defined(v) ? pe_scalar(pe, v) : (term *)&pe_undefined;
}

/* NULL: the arguments are not known here. */
static term *at(struct lookup *l, uint32_t place)
{
	const struct place *p = &l->x->places[place];
	if (!p->ref && !l->args)
		return NULL;
	if (!l->values[place])
		l->values[place] = p->ref ? read_ref(l, p->ref)
					  : pe_plug(l->e->pe, l->args_b, l->args[p->arg]);
	return l->values[place];
}

static bool value_is(struct pe *pe, const term *want, struct sw_value v)
{
	if (scalar(want))
		return v.type < SW_ARRAY && sw_value_eq(want->value, v);
	if (want->kind != SW_REGO_ARRAY)
		return true;
	if (v.type != SW_ARRAY || v.n != want->items.n)
		return false;
	for (uint32_t i = 0; i < v.n; i++)
		if (scalar(want->items.v[i]) && !value_is(pe, want->items.v[i], v.u.a->v[i]))
			return false;
	return true;
}

static bool has_affix(const struct condition *c, struct sw_value v)
{
	if (v.type != SW_STRING)
		return false;
	struct sw_str s = sw_value_str(v), want = sw_value_str(c->v->value);
	return c->affix == PREFIX ? sw_str_starts(s, want) : sw_str_ends(s, want);
}

static struct sw_value element(struct sw_value v, uint32_t i)
{
	return v.type == SW_OBJECT ? v.u.o->m[i].v : v.u.a->v[i];
}

static bool fits(struct pe *pe, const struct condition *c, struct sw_value v)
{
	if (c->affix && v.type < SW_ARRAY)
		return has_affix(c, v);
	if (c->affix || c->member) {
		for (uint32_t i = 0; v.type >= SW_ARRAY && i < v.n; i++)
			if (c->affix ? has_affix(c, element(v, i)) : sw_value_eq(element(v, i), c->v->value))
				return true;
		return false;
	}
	if (value_is(pe, c->v, v))
		return true;
	if (!c->delim.p || v.type != SW_STRING)
		return false;
	return value_is(pe, c->v, pe_value(pe, pieces(pe, sw_value_str(v), c->delim, false)));
}

/* Of conditions on both ends of a text the trie keeps those of one end. */
static enum affix dropped_end(const struct row *r, uint32_t place)
{
	size_t n[3] = {0, SIZE_MAX, SIZE_MAX};
	for (uint32_t i = 0; i < r->n; i++) {
		const struct condition *c = &r->v[i];
		if (c->place == place && c->affix && c->v->value.n < n[c->affix])
			n[c->affix] = c->v->value.n;
	}
	if (n[PREFIX] == SIZE_MAX || n[SUFFIX] == SIZE_MAX)
		return WHOLE;
	return n[SUFFIX] > n[PREFIX] ? PREFIX : SUFFIX;
}

/* What the row asks of a place. ret_last: nothing below this level of the trie is looked at. */
static bool place_fits(struct lookup *l, const struct row *r, uint32_t place, bool *ret_last)
{
	struct pe *pe = l->e->pe;
	uint32_t concrete = 0;
	bool last = false, any = false;
	term *t = at(l, place);
	if (t == &pe_undefined)
		return false;
	struct sw_value v = t ? pe_value(pe, t) : sw_undef();
	if (!sw_defined(v))
		return true;
	for (uint32_t i = 0; i < r->n; i++) {
		const struct condition *c = &r->v[i];
		if (c->place != place || anything(c->v))
			continue;
		concrete++;
		last = last || c->affix || !scalar(c->v);
	}
	enum affix drop = concrete > 1 ? dropped_end(r, place) : WHOLE;
	for (uint32_t i = 0; i < r->n && !any; i++) {
		const struct condition *c = &r->v[i];
		if (c->place == place && !anything(c->v) && (!drop || c->affix != drop))
			any = fits(pe, c, v);
	}
	*ret_last = concrete > 1 && last;
	return any || !concrete;
}

static bool keys_fit(struct lookup *l, const struct row *r)
{
	struct pe *pe = l->e->pe;
	for (uint32_t i = 0; i < r->n_keys && !l->x->may_exit; i++) {
		term *key = at(l, r->keys[i].key), *in = read_ref(l, r->keys[i].collection);
		if (!key)
			continue;
		if (key == &pe_undefined || in == &pe_undefined)
			return false;
		if (in->value.type != SW_ARRAY && !sw_defined(pe_select(in->value, pe_value(pe, key))))
			return false;
	}
	return true;
}

static bool row_fits(struct lookup *l, const struct row *r)
{
	uint32_t lowest = l->x->n_places;
	for (uint32_t i = 0; i < r->n; i++) {
		const struct place *p = &l->x->places[r->v[i].place];
		bool last = false;
		if (p->level > lowest && p->valued)
			continue;
		if (!place_fits(l, r, r->v[i].place, &last))
			return false;
		if (last)
			lowest = p->level;
	}
	return keys_fit(l, r);
}

static struct pe_index *index_of(struct pe *pe, const struct sw_rego_node *node)
{
	struct sw_str key = cc_printf(pe->c, "%p", (const void *)node);
	const struct var_entry *known = vs_get(&pe->explain->indices, key);
	if (known)
		return known->val;
	struct pe_index *x = build(pe, node);
	vs_set(pe->c, &pe->explain->indices, key, x);
	return x;
}

struct candidates pe_candidates(
	struct ev *e, const struct sw_rego_node *node, term *const *args, struct bnd *args_b)
{
	struct pe *pe = e->pe;
	const struct pe_index *x = index_of(pe, node);
	struct lookup l = {e, x, args, NULL, args_b};
	struct candidates out = {.def = x->def, .multi = x->multi, .ground = x->ground};
	l.values = cc_alloc(pe->c, (x->n_places + 1) * sizeof(*l.values));
	out.v = cc_alloc(pe->c, (x->n + 1) * sizeof(*out.v));
	out.group = cc_alloc(pe->c, (x->n + 1) * sizeof(*out.group));
	for (uint32_t i = 0; i < x->n; i++) {
		const struct row *r = &x->rows[i];
		if (!row_fits(&l, r))
			continue;
		out.n_groups += !out.n || out.group[out.n - 1] != r->group;
		out.group[out.n] = r->group;
		out.v[out.n++] = r->rule;
	}
	out.early = agree(pe, out.v, out.n);
	return out;
}
