/* SPDX-License-Identifier: Apache-2.0 */
/* The walk over a query: resolves names against the schema and calls the rules. */
#include "rego/builtins/graphql/validate.h"

#include "rego/builtins/graphql/parse.h"

void sw_gql_error(struct sw_gql_walk *w, sw_gql_at_t at, const char *fmt, ...)
{
	va_list ap;

	w->errors++;
	sw_gql_put_at(w->why, at);
	va_start(ap, fmt);
	sw_buf_vprintf(w->why, fmt, ap);
	va_end(ap);
	sw_buf_addch(w->why, '\n');
}

struct sw_gql_frag *sw_gql_find_frag(const struct sw_gql_query *q, struct sw_str name)
{
	for (uint32_t i = 0; i < q->n_frags; i++)
		if (sw_str_eq(q->frags[i].name, name))
			return &q->frags[i];
	return NULL;
}

static bool work(struct sw_gql_walk *w)
{
	if (w->rc == 0)
		w->rc = sw_builtin_steps(w->ctx, 1);
	if (w->rc == 0 && (w->why->overflow || w->ctx->scratch->overflow))
		w->rc = sw_builtin_limit(w->ctx, "GraphQL validation");
	return w->rc == 0;
}

static void expect(struct sw_gql_walk *w, struct sw_gql_value *v, const struct sw_gql_type *type,
	const struct sw_gql_value *def_value)
{
	v->expected = type;
	v->expected_default = def_value && def_value->kind != SW_GQL_V_NULL;
	v->def = sw_gql_schema_type(w->schema, sw_gql_type_name(type));
}

static struct sw_gql_var *find_var(struct sw_gql_op *op, struct sw_str name)
{
	for (uint32_t i = 0; i < op->n_vars; i++)
		if (sw_str_eq(op->vars[i].name, name))
			return &op->vars[i];
	return NULL;
}

/* Recursion: the loader bounds the depth of values. */
static void walk_value(struct sw_gql_walk *w, struct sw_gql_value *v)
{
	if (!work(w))
		return;
	if (v->kind == SW_GQL_V_VARIABLE && w->op) {
		v->var = find_var(w->op, v->raw);
		if (v->var)
			v->var->used = true;
	}
	for (uint32_t i = 0; i < v->n_children; i++) {
		struct sw_gql_value *c = v->children[i].value;
		if (v->kind == SW_GQL_V_OBJECT && v->def) {
			const struct sw_gql_field_def *f =
				sw_gql_find_field(v->def->fields, v->def->n_fields, v->children[i].name);
			if (f)
				expect(w, c, f->type, f->def_value);
		} else if (v->kind == SW_GQL_V_LIST && v->expected && v->expected->elem) {
			c->expected = v->expected->elem;
			c->def = v->def;
		}
		if (v->kind == SW_GQL_V_OBJECT || v->kind == SW_GQL_V_LIST)
			walk_value(w, c);
	}
	sw_gql_rule_value(w, v);
}

static void walk_args(struct sw_gql_walk *w, struct sw_gql_arg *args, uint32_t n,
	const struct sw_gql_field_def *defs, uint32_t n_defs)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct sw_gql_field_def *d = sw_gql_find_field(defs, n_defs, args[i].name);
		if (d)
			expect(w, args[i].value, d->type, d->def_value);
		walk_value(w, args[i].value);
	}
}

static void unique_directives(struct sw_gql_walk *w, const struct sw_gql_dirs *dirs)
{
	for (uint32_t i = 0; i < dirs->n && work(w); i++) {
		const struct sw_gql_dir *d = &dirs->v[i];
		bool seen = false;
		for (uint32_t j = 0; j < i; j++)
			seen |= sw_str_eq(dirs->v[j].name, d->name);
		if (seen && (!d->def || !d->def->repeatable))
			sw_gql_error(w, d->at, "The directive \"@%.*s\" can only be used once at this location.",
				SW_STR_ARG(d->name));
	}
}

static void walk_dirs(struct sw_gql_walk *w, struct sw_gql_dirs *dirs, const char *location)
{
	for (uint32_t i = 0; i < dirs->n && work(w); i++) {
		struct sw_gql_dir *d = &dirs->v[i];
		d->def = sw_gql_schema_dir(w->schema, d->name);
		d->location = location;
		walk_args(w, d->args, d->n_args, d->def ? d->def->args : NULL, d->def ? d->def->n_args : 0);
		sw_gql_rule_directive(w, d);
	}
	unique_directives(w, dirs);
}

static void walk_set(struct sw_gql_walk *w, const struct sw_gql_def *parent, struct sw_gql_sels *set);

static const struct sw_gql_field_def *field_def(
	struct sw_gql_walk *w, const struct sw_gql_def *parent, struct sw_str name)
{
	static struct sw_gql_type string = {.named = SW_STR_INIT("String")};
	static const struct sw_gql_field_def type_name = {
		.name = SW_STR_INIT("__typename"), .type = &string};

	if (sw_str_is(name, "__typename"))
		return &type_name;
	return parent ? sw_gql_find_field(parent->fields, parent->n_fields, name) : NULL;
}

static void walk_field(struct sw_gql_walk *w, const struct sw_gql_def *parent, struct sw_gql_sel *f)
{
	f->def = field_def(w, parent, f->name);
	f->parent = parent;
	const struct sw_gql_def *next =
		f->def ? sw_gql_schema_type(w->schema, sw_gql_type_name(f->def->type)) : NULL;
	walk_args(w, f->args, f->n_args, f->def ? f->def->args : NULL, f->def ? f->def->n_args : 0);
	walk_dirs(w, &f->dirs, "FIELD");
	walk_set(w, next, &f->set);
	sw_gql_rule_fields(w, f);
	if (w->op)
		sw_gql_rule_overlap(w, &f->set);
	sw_gql_rule_fields_late(w, f);
}

static void walk_spread(struct sw_gql_walk *w, const struct sw_gql_def *parent, struct sw_gql_sel *s)
{
	struct sw_gql_frag *f = sw_gql_find_frag(w->query, s->name);

	s->frag = f;
	s->parent = parent;
	const struct sw_gql_def *next = f ? sw_gql_schema_type(w->schema, f->on) : NULL;
	walk_dirs(w, &s->dirs, "FRAGMENT_SPREAD");
	if (f && !f->walked) {
		f->walked = true;
		walk_dirs(w, &f->dirs, "FRAGMENT_DEFINITION");
		walk_set(w, next, &f->set);
	}
	sw_gql_rule_spread(w, s);
}

/* Recursion: a fragment is entered once per operation, so the depth is that of all sets together. */
static void walk_set(struct sw_gql_walk *w, const struct sw_gql_def *parent, struct sw_gql_sels *set)
{
	if (++w->depth > 10 * SW_GQL_DEPTH && w->rc == 0)
		w->rc = sw_builtin_limit(w->ctx, "GraphQL query nested too deeply");
	for (uint32_t i = 0; i < set->n && work(w); i++) {
		struct sw_gql_sel *s = &set->v[i];
		if (s->kind == SW_GQL_SEL_FIELD) {
			walk_field(w, parent, s);
		} else if (s->kind == SW_GQL_SEL_SPREAD) {
			walk_spread(w, parent, s);
		} else {
			s->parent = parent;
			const struct sw_gql_def *next =
				s->name.n ? sw_gql_schema_type(w->schema, s->name) : parent;
			walk_dirs(w, &s->dirs, "INLINE_FRAGMENT");
			walk_set(w, next, &s->set);
			sw_gql_rule_inline(w, s);
		}
	}
	w->depth--;
}

static void forget_walks(struct sw_gql_walk *w)
{
	for (uint32_t i = 0; i < w->query->n_frags; i++)
		w->query->frags[i].walked = false;
}

static void walk_operation(struct sw_gql_walk *w, struct sw_gql_op *op)
{
	const struct sw_gql_def *def = w->schema->query;
	const char *location = "QUERY";

	w->op = op;
	forget_walks(w);
	for (uint32_t i = 0; i < op->n_vars; i++) {
		struct sw_gql_var *v = &op->vars[i];
		struct sw_str name = sw_gql_type_name(v->type);
		v->def = sw_gql_schema_type(w->schema, name);
		if (!v->def)
			sw_gql_error(w, v->at, "Unknown type \"%.*s\".", SW_STR_ARG(name));
		if (v->def_value) {
			v->def_value->expected = v->type;
			v->def_value->def = v->def;
		}
	}
	if (sw_str_is(op->operation, "mutation")) {
		def = w->schema->mutation;
		location = "MUTATION";
	} else if (sw_str_is(op->operation, "subscription")) {
		def = w->schema->subscription;
		location = "SUBSCRIPTION";
	}
	for (uint32_t i = 0; i < op->n_vars; i++) {
		if (op->vars[i].def_value)
			walk_value(w, op->vars[i].def_value);
		walk_dirs(w, &op->vars[i].dirs, "VARIABLE_DEFINITION");
	}
	walk_dirs(w, &op->dirs, location);
	walk_set(w, def, &op->set);
	sw_gql_rule_operation(w);
	w->op = NULL;
}

int sw_gql_validate(struct sw_builtin_ctx *ctx, const struct sw_gql_schema *schema,
	struct sw_gql_query *query, struct sw_buf *why, bool *ret_valid)
{
	struct sw_gql_walk w = {.ctx = ctx, .schema = schema, .query = query, .why = why};

	for (uint32_t i = 0; i < query->n_ops && w.rc == 0; i++)
		walk_operation(&w, &query->ops[i]);
	for (uint32_t i = 0; i < query->n_frags && w.rc == 0; i++) {
		struct sw_gql_frag *f = &query->frags[i];
		const struct sw_gql_def *def = sw_gql_schema_type(schema, f->on);
		forget_walks(&w);
		walk_dirs(&w, &f->dirs, "FRAGMENT_DEFINITION");
		walk_set(&w, def, &f->set);
		sw_gql_rule_fragment(&w, f);
	}
	*ret_valid = w.errors == 0;
	return w.rc;
}
