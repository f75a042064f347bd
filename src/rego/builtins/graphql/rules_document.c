/* SPDX-License-Identifier: Apache-2.0 */
/* Rules about operations and fragments. */
#include "rego/builtins/graphql/validate.h"

#define S(x) SW_STR_ARG(x)
#define MAX_TEXT ((size_t)1 << 20)

/* ---- operations ---- */

static void known_root(struct sw_gql_walk *w)
{
	struct sw_str kind = w->op->operation;
	const struct sw_gql_def *def = w->schema->query;

	if (sw_str_is(kind, "mutation"))
		def = w->schema->mutation;
	else if (sw_str_is(kind, "subscription"))
		def = w->schema->subscription;
	if (!def)
		sw_gql_error(w, w->op->at, "Schema does not support operation type \"%.*s\"", S(kind));
}

static void unused_variables(struct sw_gql_walk *w)
{
	for (uint32_t i = 0; i < w->op->n_vars; i++) {
		const struct sw_gql_var *v = &w->op->vars[i];
		if (v->used)
			continue;
		if (w->op->name.n)
			sw_gql_error(w, v->at, "Variable \"$%.*s\" is never used in operation \"%.*s\".",
				S(v->name), S(w->op->name));
		else
			sw_gql_error(w, v->at, "Variable \"$%.*s\" is never used.", S(v->name));
	}
}

struct top {
	const struct sw_gql_sel **v;
	uint32_t n, cap;
};

/* Fields at the top of a subscription, fragments opened, each name once. False: an unknown fragment ends it. */
static bool top_fields(struct sw_gql_walk *w, const struct sw_gql_sels *set, uint32_t mark, struct top *out)
{
	for (uint32_t i = 0; i < set->n && out->n < out->cap; i++) {
		const struct sw_gql_sel *s = &set->v[i];
		bool seen = false;
		if (s->kind == SW_GQL_SEL_INLINE) {
			top_fields(w, &s->set, mark, out);
			continue;
		}
		if (s->kind == SW_GQL_SEL_SPREAD) {
			if (!s->frag)
				return false;
			if (s->frag->mark != mark) {
				s->frag->mark = mark;
				top_fields(w, &s->frag->set, mark, out);
			}
			continue;
		}
		for (uint32_t j = 0; j < out->n; j++)
			seen |= sw_str_eq(out->v[j]->name, s->name);
		if (!seen && out->n < out->cap)
			out->v[out->n++] = s;
	}
	return true;
}

static void single_field(struct sw_gql_walk *w)
{
	struct top top = {.cap = 1000};
	sw_autobuf name;

	sw_buf_init(&name, MAX_TEXT);
	if (!w->schema->subscription || !sw_str_is(w->op->operation, "subscription"))
		return;
	top.v = sw_arena_new_array(w->ctx->scratch, top.cap, const struct sw_gql_sel *);
	if (!top.v)
		return;
	top_fields(w, &w->op->set, ++w->mark, &top);
	sw_buf_addz(&name, "Anonymous Subscription");
	if (w->op->name.n) {
		sw_buf_clear(&name);
		sw_buf_printf(&name, "Subscription \"%.*s\"", S(w->op->name));
	}
	if (top.n > 1)
		sw_gql_error(w, top.v[1]->at, "%.*s must select only one top level field.",
			S(sw_buf_str(&name)));
	for (uint32_t i = 0; i < top.n; i++)
		if (sw_str_starts(top.v[i]->name, SW_STR("__")))
			sw_gql_error(w, top.v[i]->at, "%.*s must not select an introspection top level field.",
				S(sw_buf_str(&name)));
}

static void unique_names(struct sw_gql_walk *w)
{
	for (const struct sw_gql_op *o = w->query->ops; o < w->op; o++)
		if (sw_str_eq(o->name, w->op->name)) {
			sw_gql_error(w, w->op->at, "There can be only one operation named \"%.*s\".",
				S(w->op->name));
			break;
		}
	for (uint32_t i = 1; i < w->op->n_vars; i++) {
		const struct sw_gql_var *v = &w->op->vars[i];
		uint32_t seen = 0;
		for (uint32_t j = 0; j < i; j++)
			seen += sw_str_eq(w->op->vars[j].name, v->name);
		if (seen == 1)
			sw_gql_error(w, v->at, "There can be only one variable named \"$%.*s\".", S(v->name));
	}
}

static void input_types(struct sw_gql_walk *w)
{
	for (uint32_t i = 0; i < w->op->n_vars; i++) {
		const struct sw_gql_var *v = &w->op->vars[i];
		sw_autobuf type;
		sw_buf_init(&type, MAX_TEXT);
		if (!v->def || sw_gql_input(v->def))
			continue;
		sw_gql_type_print(&type, v->type);
		sw_gql_error(w, v->at, "Variable \"$%.*s\" cannot be non-input type \"%.*s\".", S(v->name),
			S(sw_buf_str(&type)));
	}
}

void sw_gql_rule_operation(struct sw_gql_walk *w)
{
	known_root(w);
	if (!w->op->name.n && w->query->n_ops > 1)
		sw_gql_error(w, w->op->at, "This anonymous operation must be the only defined operation.");
	unused_variables(w);
	sw_gql_rule_overlap(w, &w->op->set);
	single_field(w);
	unique_names(w);
	input_types(w);
}

/* ---- fragments ---- */

static void known_type(struct sw_gql_walk *w, struct sw_gql_frag *f, const struct sw_gql_def *def)
{
	sw_autobuf text;

	sw_buf_init(&text, MAX_TEXT);
	if (def)
		return;
	struct sw_gql_names names = {
		sw_arena_new_array(w->ctx->scratch, w->schema->n_types + 1, struct sw_str), 0};
	for (uint32_t i = 0; names.v && i < w->schema->n_types; i++)
		names.v[names.n++] = w->schema->types[i]->name;
	sw_buf_printf(&text, "Unknown type \"%.*s\".", S(f->on));
	sw_gql_suggest(w->ctx->scratch, &text, "Did you mean", f->on, names, true);
	sw_gql_error(w, f->at, "%.*s", S(sw_buf_str(&text)));
}

struct cycle {
	struct sw_gql_walk *w;
	const struct sw_gql_sel **path;
	uint32_t n, cap;
};

static void visit(struct cycle *c, struct sw_gql_frag *f);

static void fail_cycle(struct cycle *c, const struct sw_gql_sel *s, uint32_t from)
{
	sw_autobuf via;

	sw_buf_init(&via, MAX_TEXT);
	for (uint32_t i = from; i + 1 < c->n; i++)
		sw_buf_printf(&via, "%s\"%.*s\"", i == from ? " via " : ", ", S(c->path[i]->name));
	sw_gql_error(c->w, s->at, "Cannot spread fragment \"%.*s\" within itself%.*s.", S(s->name),
		S(sw_buf_str(&via)));
}

/* Spreads of a set in gqlparser's order: those of the set itself, then of nested sets, the last one first. */
static void visit_set(struct cycle *c, const struct sw_gql_sels *set)
{
	if (++c->w->depth > 4000 && c->w->rc == 0)
		c->w->rc = sw_builtin_limit(c->w->ctx, "GraphQL query nested too deeply");
	for (uint32_t i = 0; i < set->n && c->w->rc == 0; i++) {
		const struct sw_gql_sel *s = &set->v[i];
		struct sw_gql_frag *to = s->kind == SW_GQL_SEL_SPREAD ? sw_gql_find_frag(c->w->query, s->name)
								      : NULL;
		if (!to || c->n == c->cap)
			continue;
		c->path[c->n++] = s;
		if (to->path_index >= 0)
			fail_cycle(c, s, (uint32_t)to->path_index);
		else
			visit(c, to);
		c->n--;
	}
	for (uint32_t i = set->n; i-- > 0 && c->w->rc == 0;)
		if (set->v[i].kind != SW_GQL_SEL_SPREAD)
			visit_set(c, &set->v[i].set);
	c->w->depth--;
}

/* Recursion: every fragment is visited once. */
static void visit(struct cycle *c, struct sw_gql_frag *f)
{
	if (f->visited || (c->w->rc = c->w->rc ? c->w->rc : sw_builtin_steps(c->w->ctx, 1)))
		return;
	f->visited = true;
	f->path_index = c->n;
	visit_set(c, &f->set);
	f->path_index = -1;
}

static void cycles(struct sw_gql_walk *w, struct sw_gql_frag *f)
{
	struct cycle c = {.w = w, .cap = 400};

	if (f == w->query->frags)
		for (uint32_t i = 0; i < w->query->n_frags; i++)
			w->query->frags[i].path_index = -1;
	c.path = sw_arena_new_array(w->ctx->scratch, c.cap, const struct sw_gql_sel *);
	if (c.path)
		visit(&c, f);
}

void sw_gql_rule_fragment(struct sw_gql_walk *w, struct sw_gql_frag *f)
{
	const struct sw_gql_def *def = sw_gql_schema_type(w->schema, f->on);

	if (def && f->on.n && !sw_gql_composite(def))
		sw_gql_error(w, f->at, "Fragment \"%.*s\" cannot condition on non composite type \"%.*s\".",
			S(f->name), S(f->on));
	known_type(w, f, def);
	cycles(w, f);
	/* Spreads in the first fragment still count as use: gqlparser learns only here that it is in fragments. */
	w->in_fragments = true;
	if (!f->used)
		sw_gql_error(w, f->at, "Fragment \"%.*s\" is never used.", S(f->name));
	sw_gql_rule_overlap(w, &f->set);
	for (const struct sw_gql_frag *o = w->query->frags; o < f; o++)
		if (sw_str_eq(o->name, f->name)) {
			sw_gql_error(w, f->at, "There can be only one fragment named \"%.*s\".", S(f->name));
			break;
		}
}

/* Can an object be of both types? */
static bool can_spread(struct sw_gql_walk *w, const struct sw_gql_def *parent, struct sw_str on)
{
	const struct sw_gql_def *t = sw_gql_schema_type(w->schema, on);

	if (!parent || !sw_gql_composite(parent) || !t || !sw_gql_composite(t))
		return true;
	for (uint32_t i = 0; i < t->n_possible; i++) {
		if (sw_gql_is(parent, "OBJECT") && sw_str_eq(parent->name, t->possible[i]->name))
			return true;
		for (uint32_t j = 0; sw_gql_abstract(parent) && j < parent->n_possible; j++)
			if (sw_str_eq(parent->possible[j]->name, t->possible[i]->name))
				return true;
	}
	return false;
}

void sw_gql_rule_inline(struct sw_gql_walk *w, const struct sw_gql_sel *s)
{
	const struct sw_gql_def *t = sw_gql_schema_type(w->schema, s->name);

	if (t && !sw_gql_composite(t))
		sw_gql_error(w, s->at, "Fragment cannot condition on non composite type \"%.*s\".", S(s->name));
	if (s->name.n && !t)
		sw_gql_error(w, s->at, "Unknown type \"%.*s\".", S(s->name));
	sw_gql_rule_overlap(w, &s->set);
	if (!can_spread(w, s->parent, s->name))
		sw_gql_error(w, s->at,
			"Fragment cannot be spread here as objects of type \"%.*s\" can never be of type \"%.*s\".",
			S(s->parent->name), S(s->name));
}

void sw_gql_rule_spread(struct sw_gql_walk *w, const struct sw_gql_sel *s)
{
	if (!s->frag) {
		sw_gql_error(w, s->at, "Unknown fragment \"%.*s\".", S(s->name));
		return;
	}
	if (!w->in_fragments)
		for (uint32_t i = 0; i < w->query->n_frags; i++)
			if (sw_str_eq(w->query->frags[i].name, s->name))
				w->query->frags[i].used = true;
	if (!can_spread(w, s->parent, s->frag->on))
		sw_gql_error(w, s->at,
			"Fragment \"%.*s\" cannot be spread here as objects of type \"%.*s\" can never be of type "
			"\"%.*s\".", S(s->name), S(s->parent->name), S(s->frag->on));
}
