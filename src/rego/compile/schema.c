/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON Schemas as types: of the input document, and of what the annotations of a rule say about documents.
 * As OPA reads them: properties, items, anyOf, allOf and references; the rest of a schema says nothing
 * about types. Where a schema refers to itself its type is recursive.
 */
#include "base/cleanup.h"
#include "rego/builtins/jsonschema/schema.h"
#include "rego/compile/internal.h"

struct known {
	const struct sw_js_schema *s;
	type *t; /* NULL: being made; met again, it is a cycle */
	struct sw_rego_type *rec;
};

struct reader {
	cc *c;
	struct known *v;
	uint32_t n, cap, depth;
	struct sw_str why;
};

static type *read_schema(struct reader *r, const struct sw_js_schema *s);

static type *fail(struct reader *r, struct sw_str why)
{
	if (!r->why.n)
		r->why = why;
	return NULL;
}

static bool has_type(const struct sw_js_schema *s, const char *name)
{
	for (uint32_t i = 0; i < s->n_types; i++)
		if (strcmp(sw_js_type_names[s->types[i]], name) == 0)
			return true;
	return false;
}

static struct sw_str type_text(cc *c, const struct sw_js_schema *s)
{
	struct sw_str out = SW_STR("");
	if (!s->n_types)
		return SW_STR("undefined");
	if (s->n_types == 1)
		return sw_str_from(sw_js_type_names[s->types[0]]);
	for (uint32_t i = 0; i < s->n_types; i++)
		out = cc_printf(c, "%.*s%s%s", SW_STR_ARG(out), i ? "," : "",
			sw_js_type_names[s->types[i]]);
	return cc_printf(c, "[%.*s]", SW_STR_ARG(out));
}

static void add_type(struct sw_js_schema *s, const char *name)
{
	for (uint8_t i = 0; i < SW_ARRAY_LEN(s->types) && s->n_types < SW_ARRAY_LEN(s->types); i++)
		if (strcmp(sw_js_type_names[i], name) == 0)
			s->types[s->n_types++] = i;
}

/* What has members is an object, what has items an array, said or not. */
static void assume(struct sw_js_schema *s)
{
	if (s->properties.n && !has_type(s, "object"))
		add_type(s, "object");
	else if (!s->properties.n && s->items.n && !has_type(s, "array"))
		add_type(s, "array");
}

static struct sw_js_list joined(cc *c, const struct sw_js_list *a, const struct sw_js_list *b)
{
	struct sw_js_list out = {cc_alloc(c, (a->n + b->n + 1) * sizeof(*out.v)), a->n + b->n};
	if (a->n)
		memcpy(out.v, a->v, a->n * sizeof(*out.v));
	if (b->n)
		memcpy(out.v + a->n, b->v, b->n * sizeof(*out.v));
	return out;
}

static bool merge_items(struct reader *r, struct sw_js_schema *to, const struct sw_js_schema *from)
{
	for (uint32_t i = 0; i < from->items.n; i++) {
		if (i >= to->items.n) {
			struct sw_js_list rest = {from->items.v + i, from->items.n - i};
			to->items = joined(r->c, &to->items, &rest);
			return true;
		}
		struct sw_str a = type_text(r->c, to->items.v[i].schema);
		if (!sw_str_eq(a, type_text(r->c, from->items.v[i].schema))) {
			fail(r, SW_STR("unable to merge these schemas"));
			return false;
		}
	}
	return true;
}

static bool merge_into(struct reader *r, struct sw_js_schema *to, struct sw_js_schema from)
{
	assume(&from);
	struct sw_str a = type_text(r->c, to), b = type_text(r->c, &from);
	if (!sw_str_eq(a, b)) {
		fail(r, cc_printf(r->c,
				"unable to merge these schemas: type mismatch: %.*s and %.*s",
				SW_STR_ARG(a), SW_STR_ARG(b)));
		return false;
	}
	if (has_type(to, "object") && to->properties.n && from.properties.n)
		to->properties = joined(r->c, &to->properties, &from.properties);
	else if (has_type(to, "array") && to->items.n && from.items.n)
		return merge_items(r, to, &from);
	return true;
}

static type *read_all(struct reader *r, const struct sw_js_schema *s)
{
	struct sw_js_schema all = {0}, own = *s;
	bool any = false;
	own.all_of.n = 0;
	for (uint32_t i = 0; i < s->all_of.n; i++) {
		const struct sw_js_schema *x = s->all_of.v[i].schema;
		for (uint32_t hops = 0; x->ref && hops < 100; hops++)
			x = x->ref;
		if (!x->n_types && x->any_of.n && !x->properties.n && !x->items.n)
			continue;
		if (any) {
			if (!merge_into(r, &all, *x))
				return NULL;
			continue;
		}
		all = *x;
		assume(&all);
		any = true;
	}
	if (!any)
		return &sw_rt_any;
	if (!s->n_types)
		return read_schema(r, &all);
	if ((has_type(s, "object") && has_type(&all, "object")) ||
		(has_type(s, "array") && has_type(&all, "array")))
		return merge_into(r, &all, own) ? read_schema(r, &all) : NULL;
	if (!sw_str_eq(type_text(r->c, s), type_text(r->c, &all)))
		return fail(r, SW_STR("unable to merge these schemas"));
	return read_schema(r, &all);
}

static type *read_any(struct reader *r, const struct sw_js_schema *s)
{
	type *out = NULL;
	if (s->n_types) {
		struct sw_js_schema core = *s;
		core.any_of.n = 0;
		type *t = read_schema(r, &core);
		if (!t)
			return NULL;
		if (t->kind == SW_RT_OBJECT && t->n && !t->has_dyn)
			out = t;
	}
	for (uint32_t i = 0; i < s->any_of.n; i++) {
		type *t = read_schema(r, s->any_of.v[i].schema);
		if (!t)
			return NULL;
		if (!sw_rego_type_bare(t)) /* a choice of itself adds nothing */
			continue;
		out = out ? type_or(r->c, t, out) : t;
	}
	return out ? out : &sw_rt_any;
}

static type *read_object(struct reader *r, const struct sw_js_schema *s)
{
	cc *c = r->c;
	struct sw_rego_prop *props = cc_alloc(c, (s->properties.n + 1) * sizeof(*props));
	uint32_t n = 0;
	if (!s->properties.n)
		return type_object1(c, &sw_rt_any, &sw_rt_any);
	for (uint32_t i = 0; i < s->properties.n; i++) {
		type *t = read_schema(r, s->properties.v[i].schema);
		uint32_t at = 0;
		struct sw_value key = sw_string(s->properties.v[i].name);
		if (!t)
			return NULL;
		while (at < n && !sw_value_eq(props[at].key, key))
			at++;
		if (at == n) /* the reader's memory goes away */
			props[n++].key = sw_string(cc_str(c, s->properties.v[i].name));
		props[at].type = t;
	}
	return cc_check(c, (void *)sw_rego_type_object(c->a, props, n, false, NULL, NULL));
}

static type *read_array(struct reader *r, const struct sw_js_schema *s)
{
	cc *c = r->c;
	type **items = cc_alloc(c, (s->items.n + 1) * sizeof(*items));
	for (uint32_t i = 0; i < s->items.n; i++) {
		items[i] = read_schema(r, s->items.v[i].schema);
		if (!items[i])
			return NULL;
	}
	if (!s->items.n || s->items_single)
		return cc_check(c, (void *)sw_rego_type_array(
					   c->a, NULL, 0, s->items.n ? items[0] : &sw_rt_any));
	return cc_check(c, (void *)sw_rego_type_array(c->a, items, s->items.n, NULL));
}

static type *read_plain(struct reader *r, const struct sw_js_schema *s)
{
	struct sw_js_schema x = *s;
	if (s->any_of.n)
		return read_any(r, s);
	if (s->all_of.n)
		return read_all(r, s);
	if (!x.n_types)
		assume(&x);
	if (has_type(&x, "boolean"))
		return &sw_rt_boolean;
	if (has_type(&x, "string"))
		return &sw_rt_string;
	if (has_type(&x, "integer") || has_type(&x, "number"))
		return &sw_rt_number;
	if (has_type(&x, "object"))
		return read_object(r, &x);
	if (has_type(&x, "array"))
		return read_array(r, &x);
	if (x.properties.n || x.items.n) {
		assume(&x);
		return x.properties.n ? read_object(r, &x) : read_array(r, &x);
	}
	return &sw_rt_any;
}

static type *recursive(struct reader *r, struct known *k, struct sw_str name)
{
	struct sw_str *own = cc_alloc(r->c, sizeof(*own));
	if (k->rec)
		return k->rec;
	*own = cc_str(r->c, name); /* the reader's memory goes away */
	k->rec = cc_check(r->c, sw_rego_type_new(r->c->a, SW_RT_RECURSIVE));
	k->rec->names = own;
	return k->rec;
}

/* Each definition once. */
static type *read_ref(struct reader *r, const struct sw_js_schema *to, struct sw_str name)
{
	cc *c = r->c;
	for (uint32_t i = 0; i < r->n; i++)
		if (r->v[i].s == to)
			return r->v[i].t ? r->v[i].t : recursive(r, &r->v[i], name);
	uint32_t at = r->n;
	CC_GROW(c, &c->tmp, r->v, r->n, r->cap);
	r->v[r->n++] = (struct known){.s = to};
	type *t = read_schema(r, to);
	r->v[at].t = t;
	if (r->v[at].rec)
		r->v[at].rec->result = sw_rego_type_bare(t); /* a definition that is only itself: nothing */
	return t;
}

static type *read_schema(struct reader *r, const struct sw_js_schema *s)
{
	if (r->depth >= SW_JS_DEPTH)
		return fail(r, SW_STR("schema nested too deeply"));
	r->depth++;
	type *t = s->ref ? read_ref(r, s->ref, s->ref_text) : read_plain(r, s);
	r->depth--;
	return t;
}

/* NULL with the reason in *why. */
type *schema_type(cc *c, struct sw_value doc, struct sw_str *why)
{
	struct sw_arena scratch;
	struct sw_js_schema *s = NULL;
	uint64_t steps = 100000000;
	struct sw_buf text;
	sw_arena_init(&scratch, 0);
	sw_buf_init(&text, 1 << 20);
	struct sw_builtin_ctx ctx = {.arena = c->a, .scratch = &scratch, .steps = &steps};
	jmp_buf out, *saved = c->out;
	struct reader r = {.c = c};
	type *t = NULL;
	int rc = sw_js_compile(&ctx, doc, &s, &text);
	struct sw_str reason = rc < 0 ? ctx.err_text : sw_buf_str(&text);
	c->out = &out; /* an unwinding passes here, where memory is given back */
	int code = setjmp(out);
	if (!code && !s)
		*why = cc_printf(c, "unable to compile the schema: %.*s", SW_STR_ARG(reason));
	else if (!code && !(t = read_schema(&r, s)))
		*why = cc_printf(c, "type checking: %.*s", SW_STR_ARG(r.why));
	c->out = saved;
	sw_arena_release(&scratch);
	sw_buf_release(&text);
	if (code)
		cc_fail(c, code);
	return t;
}

/* ---- the input document ---- */

static const struct sw_rego_schema *find_schema(const cc *c, struct sw_value path)
{
	for (uint32_t i = 0; i < c->p->opts.n_schemas; i++)
		if (sw_value_eq(c->p->opts.schemas[i].path, path))
			return &c->p->opts.schemas[i];
	return NULL;
}

void stage_schemas(cc *c)
{
	const struct sw_rego_schema *s = find_schema(c, sw_empty_array());
	struct sw_str why = SW_STR("");
	if (!s)
		return;
	c->input = schema_type(c, s->doc, &why);
	if (!c->input)
		cc_err(c, true, ERR_TYPE, NULL, "%.*s", SW_STR_ARG(why));
}

/* ---- annotations ---- */

static struct sw_rego_term *path_ref(cc *c, struct sw_value path)
{
	struct sw_rego_term *ref = mk_term(c, SW_REGO_REF, NULL);
	for (uint32_t i = 0; path.type == SW_ARRAY && i < path.n; i++)
		terms_add(c, &ref->items,
			i ? value_term(c, path.u.a->v[i], NULL)
			  : mk_var(c, sw_value_str(path.u.a->v[0]), NULL));
	return ref->items.n ? ref : NULL;
}

static struct sw_str ref_text(cc *c, struct sw_value path)
{
	return cc_term_str(c, path_ref(c, path));
}

/* NULL: it says nothing, or an error was recorded. */
static type *annotated_type(cc *c, const struct sw_rego_rule *r, struct sw_value x)
{
	struct sw_value doc = sw_object_gets(x, SW_STR("definition"));
	struct sw_value name = sw_object_gets(x, SW_STR("schema"));
	struct sw_str why = SW_STR("");
	if (!sw_defined(doc)) {
		if (!c->p->opts.schema_set || name.type != SW_ARRAY || !name.n)
			return NULL;
		const struct sw_rego_schema *s = find_schema(c,
			name.n > 1 ? sw_array_from(c->a, name.u.a->v + 1, name.n - 1)
				   : sw_empty_array());
		if (!s) {
			struct sw_str text = ref_text(c, name);
			cc_err(c, false, ERR_TYPE, &r->loc, "undefined schema: %.*s", SW_STR_ARG(text));
			return NULL;
		}
		doc = s->doc;
	}
	type *t = schema_type(c, doc, &why);
	if (!t)
		cc_err(c, false, ERR_TYPE, &r->loc, "%.*s", SW_STR_ARG(why));
	return t;
}

static type *object_at(cc *c, const struct sw_rego_term *ref, uint32_t from, type *t, type *like)
{
	for (uint32_t i = ref->items.n; i-- > from;) {
		struct sw_rego_prop *p = cc_alloc(c, sizeof(*p));
		*p = (struct sw_rego_prop){term_key(c, ref->items.v[i]), t};
		t = cc_check(c, (void *)sw_rego_type_object(
					c->a, p, 1, like->has_dyn, like->key, like->dyn));
	}
	return t;
}

/* `in` with the type of what lies at ref[from…] replaced. */
static type *override(cc *c, const struct sw_rego_term *ref, uint32_t from, type *in, type *t)
{
	const struct sw_rego_type open = {.kind = SW_RT_OBJECT, .has_dyn = true, .key = &sw_rt_any,
		.dyn = &sw_rt_any};
	in = sw_rego_type_bare(in);
	if (!in || in->kind != SW_RT_OBJECT)
		return object_at(c, ref, from, t, &open);
	struct sw_rego_prop *props = cc_alloc(c, (in->n + 1) * sizeof(*props));
	struct sw_value key = term_key(c, ref->items.v[from]);
	uint32_t at = 0;
	if (in->n)
		memcpy(props, in->props, in->n * sizeof(*props));
	while (at < in->n && !sw_value_eq(props[at].key, key))
		at++;
	if (at == in->n)
		props[at] = object_at(c, ref, from, t, in)->props[0];
	else
		props[at].type = from + 1 == ref->items.n
					 ? t : override(c, ref, from + 1, props[at].type, t);
	return cc_check(c, (void *)sw_rego_type_object(c->a, props,
				   at == in->n ? in->n + 1 : in->n, in->has_dyn, in->key, in->dyn));
}

static void apply(struct type_env *env, const struct sw_rego_rule *r, struct sw_value x)
{
	cc *c = env->c;
	type *t = annotated_type(c, r, x);
	struct sw_rego_term *ref = path_ref(c, sw_object_gets(x, SW_STR("path")));
	if (!t || !ref)
		return;
	uint32_t n = 1;
	type *have = env_get_ref(env, ref_prefix(c, ref, n));
	while (!have && n + 1 < ref->items.n)
		have = env_get_ref(env, ref_prefix(c, ref, ++n));
	if (!have || n == ref->items.n)
		type_node_put(c, c->a, env->tree, ref, ref->items.n, t);
	else
		type_node_put(c, c->a, env->tree, ref, n, override(c, ref, n, have, t));
}

/* The environment for a rule: what its annotations say lies over what is known. */
struct type_env *annotated_env(struct type_env *env, struct sw_rego_rule *r)
{
	cc *c = env->c;
	struct sw_rego_annotation_link *v;
	uint32_t n;
	if (!c->p->opts.schema_annotations || !c->annotated)
		return env;
	if (sw_rego_annotation_chain(c->p, c->a, r, &v, &n) < 0)
		cc_fail(c, SW_ELIMIT);
	struct type_env *out = NULL;
	for (uint32_t i = n; i-- > 0;) { /* from the outermost on; the last word counts */
		struct sw_value all = v[i].annotations
			? sw_object_gets(v[i].annotations->value, SW_STR("schemas")) : sw_undef();
		for (uint32_t k = 0; all.type == SW_ARRAY && k < all.n; k++) {
			out = out ? out : env_wrap(c, env, false);
			apply(out, r, all.u.a->v[k]);
		}
	}
	return out ? out : env;
}
