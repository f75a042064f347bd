/* SPDX-License-Identifier: Apache-2.0 */
/* The type environment: a tree of documents and variables with their types, in nested scopes. */
#include "rego/compile/internal.h"

struct type_node *type_node_new(cc *c, struct sw_arena *a)
{
	struct type_node *n = cc_check(c, sw_arena_zalloc(a, sizeof(*n)));
	vs_init(&n->vars, a);
	vs_init(&n->strs, a);
	return n;
}

static bool is_string(const struct sw_rego_term *t)
{
	return t->kind == SW_REGO_SCALAR && sw_is(t->value, SW_STRING);
}

struct type_node *type_node_child(const struct type_node *n, const struct sw_rego_term *key)
{
	struct var_entry *e;
	if (key->kind == SW_REGO_VAR)
		return (e = vs_get(&n->vars, key->name)) ? e->val : NULL;
	if (is_string(key))
		return (e = vs_get(&n->strs, sw_value_str(key->value))) ? e->val : NULL;
	for (uint32_t i = 0; i < n->n_other; i++)
		if (term_eq(n->other[i]->key, key))
			return n->other[i];
	return NULL;
}

static struct type_node *child_make(
	cc *c, struct sw_arena *a, struct type_node *n, const struct sw_rego_term *key)
{
	struct type_node *k = type_node_child(n, key);
	if (k)
		return k;
	k = type_node_new(c, a);
	k->key = key;
	if (key->kind == SW_REGO_VAR) {
		vs_set(c, &n->vars, key->name, k);
	} else if (is_string(key)) {
		vs_set(c, &n->strs, sw_value_str(key->value), k);
	} else {
		CC_GROW(c, a, n->other, n->n_other, n->cap_other);
		n->other[n->n_other++] = k;
	}
	return k;
}

void type_node_put(cc *c, struct sw_arena *a, struct type_node *n, const struct sw_rego_term *ref,
	uint32_t len, type *t)
{
	for (uint32_t i = 0; i < len; i++)
		n = child_make(c, a, n, ref->items.v[i]);
	n->value = t;
}

struct type_env *env_wrap(cc *c, struct type_env *e, bool with)
{
	struct type_env *out = cc_tmp(c, sizeof(*out));
	out->c = c;
	out->arena = &c->tmp;
	out->tree = type_node_new(c, &c->tmp);
	out->vars = with ? e->vars : out->tree;
	out->next = e;
	return out;
}

type *type_or(cc *c, type *x, type *y)
{
	return sw_rego_type_or(c->a, x, y);
}

type *type_object1(cc *c, type *key, type *value)
{
	return cc_check(c, (void *)sw_rego_type_object(c->a, NULL, 0, true, key, value));
}

/* Keys are JSON: a set among them is an array. */
static struct sw_value json_value(cc *c, struct sw_value v)
{
	if (v.type == SW_ARRAY || v.type == SW_SET) {
		struct sw_list l;
		sw_list_init(&l, c->a);
		for (uint32_t i = 0; i < v.n; i++)
			if (sw_list_add(&l, json_value(c, v.u.a->v[i])) < 0)
				cc_fail(c, SW_ELIMIT);
		return sw_list_array(&l);
	}
	if (v.type != SW_OBJECT)
		return v;
	struct sw_map m;
	sw_map_init(&m, c->a);
	for (uint32_t i = 0; i < v.n; i++)
		if (sw_map_add(&m, json_value(c, v.u.o->m[i].k), json_value(c, v.u.o->m[i].v)) < 0)
			cc_fail(c, SW_ELIMIT);
	return sw_map_object(&m);
}

struct sw_value term_key(cc *c, const struct sw_rego_term *t)
{
	return t->kind == SW_REGO_SCALAR ? t->value : json_value(c, sw_rego_term_value(c->a, t));
}

type *select_constant(cc *c, type *t, const struct sw_rego_term *key)
{
	struct sw_value v = sw_rego_term_is_constant(key) ? term_key(c, key) : sw_undef();
	return sw_defined(v) ? sw_rego_type_select(c->a, t, v) : NULL;
}

bool empty_collection(type *t)
{
	t = sw_rego_type_bare(t);
	if (!t)
		return false;
	if (t->kind == SW_RT_OBJECT)
		return !t->n && !t->has_dyn;
	if (t->kind == SW_RT_ARRAY)
		return !t->n && !t->dyn;
	return t->kind == SW_RT_SET && !t->dyn;
}

/* ---- types of terms ---- */

static type *get_array(struct type_env *e, const struct sw_rego_term *t)
{
	type **items = cc_alloc(e->c, (t->items.n + 1) * sizeof(*items));
	for (uint32_t i = 0; i < t->items.n; i++)
		items[i] = env_get(e, t->items.v[i]);
	return cc_check(e->c, (void *)sw_rego_type_array(e->c->a, items, t->items.n, NULL));
}

#define DEDUP_MAX 64 /* more written keys than that are taken to be different */

static type *get_object(struct type_env *e, const struct sw_rego_term *t)
{
	cc *c = e->c;
	struct sw_rego_prop *props = cc_alloc(c, (t->items.n / 2 + 1) * sizeof(*props));
	uint32_t n = 0;
	bool has_dyn = false;
	type *key = NULL, *dyn = NULL;
	for (uint32_t i = 0; i + 1 < t->items.n; i += 2) {
		struct sw_value k =
			sw_rego_term_is_constant(t->items.v[i]) ? term_key(c, t->items.v[i]) : sw_undef();
		type *v = env_get(e, t->items.v[i + 1]);
		if (!sw_defined(k)) {
			has_dyn = true;
			key = env_get(e, t->items.v[i]);
			dyn = v;
			continue;
		}
		uint32_t at = 0;
		while (n <= DEDUP_MAX && at < n && !sw_value_eq(props[at].key, k))
			at++;
		if (n > DEDUP_MAX)
			at = n;
		props[at] = (struct sw_rego_prop){k, v};
		n += at == n;
	}
	return cc_check(c, (void *)sw_rego_type_object(c->a, props, n, has_dyn, key, dyn));
}

/* Made once: what a body's comprehensions are does not change while it is checked. */
static const struct sw_rego_type no_type = {.kind = SW_RT_ANY};

type *comprehension_type(struct type_env *e, struct sw_rego_term *t, struct ref_errors *errs)
{
	cc *c = e->c;
	if (t->type)
		return t->type == &no_type ? NULL : t->type;
	struct type_env *env = check_body(e, &t->body, errs);
	t->type = (void *)&no_type;
	if (errs->n)
		return NULL;
	type *x = env_get(env, t->items.v[0]), *out;
	if (t->kind == SW_REGO_ARRAY_COMP)
		out = sw_rego_type_array(c->a, NULL, 0, x);
	else if (t->kind == SW_REGO_SET_COMP)
		out = sw_rego_type_set(c->a, x);
	else
		out = type_object1(c, x, env_get(env, t->items.v[1]));
	t->type = (void *)out;
	return out;
}

static type *get_var(struct type_env *e, const struct sw_rego_term *t)
{
	for (; e; e = e->next) {
		if (e->builtins)
			env_need(e, t);
		struct var_entry *v = vs_get(&e->tree->vars, t->name);
		if (v)
			return ((struct type_node *)v->val)->value;
	}
	return NULL;
}

type *env_get(struct type_env *e, const struct sw_rego_term *t)
{
	type *out = NULL;
	switch (t->kind) {
	case SW_REGO_SCALAR:
		return sw_rego_type_of_scalar((enum sw_type)t->value.type);
	case SW_REGO_TEMPLATE_STRING:
		return &sw_rt_string;
	case SW_REGO_ARRAY:
		return get_array(e, t);
	case SW_REGO_OBJECT:
		return get_object(e, t);
	case SW_REGO_SET:
		for (uint32_t i = 0; i < t->items.n; i++)
			out = type_or(e->c, out, env_get(e, t->items.v[i]));
		return cc_check(e->c, (void *)sw_rego_type_set(e->c->a, out));
	case SW_REGO_ARRAY_COMP:
	case SW_REGO_SET_COMP:
	case SW_REGO_OBJECT_COMP:
		return comprehension_type(e, (struct sw_rego_term *)t, &(struct ref_errors){0});
	case SW_REGO_REF:
		return env_get_ref(e, t);
	case SW_REGO_VAR:
		return get_var(e, t);
	default:
		return NULL;
	}
}

/* ---- refs ---- */

static void add_child(cc *c, struct type_env *e, const struct type_node *k,
	struct sw_rego_prop *props, uint32_t *n)
{
	if (k->key->kind != SW_REGO_SCALAR || sw_is(k->key->value, SW_NULL))
		return;
	props[(*n)++] = (struct sw_rego_prop){k->key->value, env_extent(e, k)};
	(void)c;
}

/* All that is known below a node, as one object. Base documents may add any key. */
type *env_extent(struct type_env *e, const struct type_node *n)
{
	cc *c = e->c;
	if (n->value)
		return n->value;
	struct sw_rego_prop *props = cc_alloc(c, (n->strs.n + n->n_other + 1) * sizeof(*props));
	uint32_t count = 0;
	for (uint32_t i = 0; i < n->strs.n; i++)
		add_child(c, e, n->strs.v[i].val, props, &count);
	for (uint32_t i = 0; i < n->n_other; i++)
		add_child(c, e, n->other[i], props, &count);
	return cc_check(c,
		(void *)sw_rego_type_object(c->a, props, count, true, &sw_rt_string, &sw_rt_any));
}

static type *select_ref(cc *c, type *t, const struct sw_rego_term *ref, uint32_t from)
{
	for (uint32_t i = from; t && i < ref->items.n; i++) {
		const struct sw_rego_term *k = ref->items.v[i];
		bool many = k->kind == SW_REGO_VAR || k->kind == SW_REGO_REF ||
			    k->kind == SW_REGO_ARRAY || k->kind == SW_REGO_OBJECT ||
			    k->kind == SW_REGO_SET;
		if (many && empty_collection(t))
			return &sw_rt_any;
		t = many ? sw_rego_type_values(c->a, t) : select_constant(c, t, k);
	}
	return t;
}

static type *get_in(struct type_env *e, const struct type_node *n, const struct sw_rego_term *ref,
	bool *ret_missing)
{
	uint32_t i = 1;
	for (; i < ref->items.n; i++) {
		const struct sw_rego_term *k = ref->items.v[i];
		if (n->value) {
			const struct type_node *child = type_node_child(n, k);
			if (!child)
				return select_ref(e->c, n->value, ref, i);
			n = child;
			continue;
		}
		if (!sw_rego_term_is_constant(k))
			return select_ref(e->c, env_extent(e, n), ref, i);
		const struct type_node *child = type_node_child(n, k);
		if (!child) {
			*ret_missing = true;
			return NULL;
		}
		n = child;
	}
	return env_extent(e, n);
}

type *env_get_ref(struct type_env *e, const struct sw_rego_term *ref)
{
	for (; e; e = e->next) {
		bool missing = false;
		if (e->builtins)
			env_need(e, ref->items.v[0]);
		struct type_node *n = type_node_child(e->tree, ref->items.v[0]);
		if (!n)
			continue;
		type *t = get_in(e, n, ref, &missing);
		if (!missing)
			return t;
	}
	return ref_starts(ref, "data") || ref_starts(ref, "input") ? &sw_rt_any : NULL;
}

void env_put_var(struct type_env *e, const struct sw_rego_term *var, type *t)
{
	struct sw_arena *a = e->vars == e->tree ? e->arena : &e->c->tmp;
	child_make(e->c, a, e->vars, var)->value = t;
}

/* ---- merging the types of rules ---- */

static type *merge_types(cc *c, type *a, type *b);

/* `any` with an object without static properties takes the other object's dynamic part in. */
static type *merge_into_any(cc *c, type *obj, type *any)
{
	for (uint32_t i = 0; i < any->n; i++) {
		type *t = any->items[i];
		if (t->kind != SW_RT_OBJECT || t->n || !t->has_dyn)
			continue;
		struct sw_rego_type *out = cc_check(c, sw_rego_type_new(c->a, SW_RT_ANY));
		out->n = any->n;
		out->items = cc_alloc(c, any->n * sizeof(*out->items));
		memcpy(out->items, any->items, any->n * sizeof(*out->items));
		out->items[i] =
			type_object1(c, type_or(c, t->key, obj->key), type_or(c, t->dyn, obj->dyn));
		return out;
	}
	return NULL;
}

static type *merge_types(cc *c, type *a, type *b)
{
	if (!a || !b)
		return a ? a : b;
	a = sw_rego_type_bare(a);
	b = sw_rego_type_bare(b);
	if (a->kind == SW_RT_OBJECT && b->kind == SW_RT_OBJECT && !a->n && !b->n) {
		if (!a->has_dyn)
			return b;
		if (!b->has_dyn)
			return a;
		return type_object1(c, type_or(c, a->key, b->key), merge_types(c, a->dyn, b->dyn));
	}
	if (a->kind == SW_RT_OBJECT && b->kind == SW_RT_ANY && !a->n && a->has_dyn) {
		type *t = merge_into_any(c, a, b);
		if (t)
			return t;
	}
	if (a->kind == SW_RT_SET && b->kind == SW_RT_SET)
		return cc_check(c, (void *)sw_rego_type_set(c->a, type_or(c, a->dyn, b->dyn)));
	if (a->kind == SW_RT_ANY && b->kind != SW_RT_ANY)
		return merge_types(c, b, a);
	return type_or(c, a, b);
}

/* The object with `t` at path[from..] in its dynamic part. */
static type *insert_into(struct type_env *e, type *obj, const struct sw_rego_term *path,
	uint32_t from, uint32_t len, type *t)
{
	cc *c = e->c;
	if (from == len)
		return obj;
	type *key = env_get(e, path->items.v[from]);
	if (from + 1 < len)
		t = insert_into(e, &sw_rt_object, path, from + 1, len, t);
	if (obj->has_dyn) {
		key = type_or(c, obj->key, key);
		t = type_or(c, obj->dyn, t);
	}
	return cc_check(c, (void *)sw_rego_type_object(
				   c->a, (struct sw_rego_prop *)obj->props, obj->n, true, key, t));
}

static void collect_leafs(
	struct type_env *e, const struct type_node *n, struct sw_rego_term *path, type **obj);

static void collect_leaf(
	struct type_env *e, const struct type_node *k, struct sw_rego_term *path, type **obj)
{
	terms_add(e->c, &path->items, (struct sw_rego_term *)k->key);
	if (k->value)
		*obj = insert_into(e, *obj, path, 0, path->items.n, k->value);
	else
		collect_leafs(e, k, path, obj);
	path->items.n--;
}

static void collect_leafs(
	struct type_env *e, const struct type_node *n, struct sw_rego_term *path, type **obj)
{
	for (uint32_t i = 0; i < n->strs.n; i++)
		collect_leaf(e, n->strs.v[i].val, path, obj);
	for (uint32_t i = 0; i < n->vars.n; i++)
		collect_leaf(e, n->vars.v[i].val, path, obj);
	for (uint32_t i = 0; i < n->n_other; i++)
		collect_leaf(e, n->other[i], path, obj);
}

void env_insert(struct type_env *e, const struct sw_rego_term *ref, uint32_t len, type *t)
{
	struct type_node *n = e->tree;
	for (uint32_t i = 0; i < len; i++) {
		n = child_make(e->c, e->arena, n, ref->items.v[i]);
		if (n->value && i + 1 < len && n->value->kind == SW_RT_OBJECT)
			n->value = insert_into(e, n->value, ref, i + 1, len, t);
	}
	n->value = merge_types(e->c, n->value, t);
	if (t->kind == SW_RT_OBJECT && n->value->kind == SW_RT_OBJECT &&
		(n->strs.n || n->vars.n || n->n_other)) {
		struct sw_rego_term *path = mk_term(e->c, SW_REGO_REF, NULL);
		collect_leafs(e, n, path, &n->value);
	}
}

/* ---- builtins ---- */

static uint32_t lower_bound(const struct sw_rego_caps *caps, struct sw_str name)
{
	uint32_t lo = 0, hi = caps->n_builtins;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		if (sw_str_cmp(sw_str_from(caps->builtins[mid]->name), name) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Most programs call few of the two hundred. */
void env_need(struct type_env *e, const struct sw_rego_term *key)
{
	cc *c = e->c;
	if (key->kind != SW_REGO_VAR || var_generated(key->name) || var_wildcard(key->name) ||
		vs_has(&e->tree->vars, key->name))
		return;
	for (uint32_t i = lower_bound(c->caps, key->name); i < c->caps->n_builtins; i++) {
		const struct sw_builtin *b = c->caps->builtins[i];
		struct sw_str name = sw_str_from(b->name);
		type *t;
		if (!sw_str_starts(name, key->name))
			return;
		if ((name.n > key->name.n && name.p[key->name.n] != '.') ||
			sw_rego_type_read(e->arena, b->decl, &t, NULL) < 0)
			continue; /* a row that its unit test catches */
		struct sw_rego_term *ref = mk_builtin_ref(c, b->name, NULL);
		type_node_put(c, e->arena, e->tree, ref, ref->items.n, t);
	}
}

void stage_env(cc *c)
{
	c->env = cc_alloc(c, sizeof(*c->env));
	c->env->c = c;
	c->env->arena = c->a;
	c->env->builtins = true;
	c->env->tree = c->env->vars = type_node_new(c, c->a);
	env_put_input(c->env);
}

void env_put_input(struct type_env *e)
{
	cc *c = e->c;
	if (c->input)
		type_node_put(c, e->arena, e->tree, mk_ref1(c, SW_STR("input"), NULL), 1, c->input);
}

type *env_function(cc *c, const struct sw_rego_term *op)
{
	type *t = NULL;
	if (op->kind == SW_REGO_REF)
		t = env_get_ref(c->env, op);
	else if (op->kind == SW_REGO_VAR)
		t = env_get(c->env, op);
	return t && t->kind == SW_RT_FUNCTION ? t : NULL;
}
