/* SPDX-License-Identifier: Apache-2.0 */
/* Rules about fields and directives. */
#include "rego/builtins/graphql/validate.h"

#define S(x) SW_STR_ARG(x)
#define MAX_TEXT ((size_t)1 << 20)

static struct sw_gql_names names_of(struct sw_arena *a, const struct sw_gql_field_def *v, uint32_t n)
{
	struct sw_gql_names names = {sw_arena_new_array(a, n + 1, struct sw_str), 0};

	for (uint32_t i = 0; names.v && i < n; i++)
		names.v[names.n++] = v[i].name;
	return names;
}

struct usage {
	struct sw_str name;
	uint32_t count;
};

static void count_interface(struct usage *v, uint32_t *n, uint32_t cap, struct sw_str name)
{
	for (uint32_t i = 0; i < *n; i++)
		if (sw_str_eq(v[i].name, name)) {
			v[i].count++;
			return;
		}
	if (*n < cap)
		v[(*n)++] = (struct usage){name, 1};
}

static bool usage_before(struct usage a, struct usage b)
{
	return a.count != b.count ? a.count > b.count : sw_str_cmp(a.name, b.name) < 0;
}

/* Implementations of an abstract type that have the field, and their interfaces, most used first. */
static struct sw_gql_names type_names(
	struct sw_gql_walk *w, const struct sw_gql_def *parent, struct sw_str field)
{
	struct sw_gql_names out = {NULL, 0};
	uint32_t n = 0, cap = parent->n_possible;

	if (!sw_gql_abstract(parent))
		return out;
	for (uint32_t i = 0; i < parent->n_possible; i++)
		cap += parent->possible[i]->n_interfaces;
	struct usage *v = sw_arena_new_array(w->ctx->scratch, cap + 1, struct usage);
	out.v = sw_arena_new_array(w->ctx->scratch, cap + 1, struct sw_str);
	if (!v || !out.v)
		return out;
	for (uint32_t i = 0; i < parent->n_possible; i++) {
		const struct sw_gql_def *p = parent->possible[i];
		if (!sw_gql_find_field(p->fields, p->n_fields, field))
			continue;
		for (uint32_t j = 0; j < p->n_interfaces; j++) {
			const struct sw_gql_def *t = sw_gql_schema_type(w->schema, p->interfaces[j]);
			if (t && sw_gql_find_field(t->fields, t->n_fields, field))
				count_interface(v, &n, cap, t->name);
		}
	}
	for (uint32_t i = 0; i < parent->n_possible && n < cap; i++)
		if (sw_gql_find_field(parent->possible[i]->fields, parent->possible[i]->n_fields, field))
			v[n++] = (struct usage){parent->possible[i]->name, 0};
	for (uint32_t i = 0; i < n; i++) {
		struct usage u = v[i];
		uint32_t at = i;
		for (; at && usage_before(u, v[at - 1]); at--)
			v[at] = v[at - 1];
		v[at] = u;
	}
	for (uint32_t i = 0; i < n; i++)
		out.v[out.n++] = v[i].name;
	return out;
}

static void on_correct_type(struct sw_gql_walk *w, const struct sw_gql_sel *f)
{
	sw_autobuf text;

	sw_buf_init(&text, MAX_TEXT);
	if (!f->parent || f->def)
		return;
	sw_buf_printf(
		&text, "Cannot query field \"%.*s\" on type \"%.*s\".", S(f->name), S(f->parent->name));
	struct sw_gql_names types = type_names(w, f->parent, f->name);
	if (types.n) {
		sw_buf_addz(&text, " Did you mean to use an inline fragment on ");
		sw_gql_or_list(&text, types, true);
		sw_buf_addch(&text, '?');
	} else if (sw_gql_is(f->parent, "OBJECT") || sw_gql_is(f->parent, "INTERFACE")) {
		sw_gql_suggest(w->ctx->scratch, &text, "Did you mean", f->name,
			names_of(w->ctx->scratch, f->parent->fields, f->parent->n_fields), true);
	}
	sw_gql_error(w, f->at, "%.*s", S(sw_buf_str(&text)));
}

/* Arguments that nobody declared; `what` is `field "T.f"` or `directive "@d"`. */
static void known_args(struct sw_gql_walk *w, const struct sw_gql_arg *args, uint32_t n,
	const struct sw_gql_field_def *defs, uint32_t n_defs, struct sw_str what, sw_gql_at_t at)
{
	for (uint32_t i = 0; i < n; i++) {
		sw_autobuf text;
		sw_buf_init(&text, MAX_TEXT);
		if (sw_gql_find_field(defs, n_defs, args[i].name))
			continue;
		sw_buf_printf(&text, "Unknown argument \"%.*s\" on %.*s.", S(args[i].name), S(what));
		sw_gql_suggest(w->ctx->scratch, &text, "Did you mean", args[i].name,
			names_of(w->ctx->scratch, defs, n_defs), true);
		sw_gql_error(w, at, "%.*s", S(sw_buf_str(&text)));
	}
}

static void required_args(struct sw_gql_walk *w, const struct sw_gql_arg *args, uint32_t n,
	const struct sw_gql_field_def *defs, uint32_t n_defs, struct sw_str what, sw_gql_at_t at)
{
	for (uint32_t i = 0; i < n_defs; i++) {
		sw_autobuf type;
		sw_buf_init(&type, MAX_TEXT);
		if (!defs[i].type->non_null || defs[i].def_value || sw_gql_find_arg(args, n, defs[i].name))
			continue;
		sw_gql_type_print(&type, defs[i].type);
		sw_gql_error(w, at, "%.*s argument \"%.*s\" of type \"%.*s\" is required, but it was not provided.",
			S(what), S(defs[i].name), S(sw_buf_str(&type)));
	}
}

/* Lists of introspection below each other; true when the limit is reached. */
static bool lists_too_deep(struct sw_gql_walk *w, const struct sw_gql_sels *set, int lists, uint32_t mark);

static bool too_deep(struct sw_gql_walk *w, const struct sw_gql_sels *set, int lists, uint32_t mark)
{
	if (++w->depth > 4000 && w->rc == 0)
		w->rc = sw_builtin_limit(w->ctx, "GraphQL query nested too deeply");
	bool deep = w->rc == 0 && lists_too_deep(w, set, lists, mark);
	w->depth--;
	return deep;
}

static bool lists_too_deep(struct sw_gql_walk *w, const struct sw_gql_sels *set, int lists, uint32_t mark)
{
	for (uint32_t i = 0; i < set->n; i++) {
		const struct sw_gql_sel *s = &set->v[i];
		int here = lists;
		if (s->kind == SW_GQL_SEL_SPREAD) {
			struct sw_gql_frag *f = s->frag;
			if (!f || f->mark == mark)
				continue;
			uint32_t before = f->mark;
			f->mark = mark;
			bool deep = too_deep(w, &f->set, lists, mark);
			f->mark = before;
			if (deep || (w->rc = w->rc ? w->rc : sw_builtin_steps(w->ctx, 1)))
				return deep;
			continue;
		}
		if (s->kind == SW_GQL_SEL_FIELD &&
			(sw_str_is(s->name, "fields") || sw_str_is(s->name, "interfaces") ||
				sw_str_is(s->name, "possibleTypes") || sw_str_is(s->name, "inputFields")) &&
			++here >= 3)
			return true;
		if (too_deep(w, &s->set, here, mark))
			return true;
	}
	return false;
}

static void introspection_depth(struct sw_gql_walk *w, const struct sw_gql_sel *f)
{
	if (!sw_str_is(f->name, "__schema") && !sw_str_is(f->name, "__type"))
		return;
	if (too_deep(w, &f->set, 0, ++w->mark))
		sw_gql_error(w, f->at, "Maximum introspection depth exceeded");
}

void sw_gql_rule_fields(struct sw_gql_walk *w, const struct sw_gql_sel *f)
{
	sw_autobuf what;

	sw_buf_init(&what, MAX_TEXT);
	on_correct_type(w, f);
	if (f->def && f->parent) {
		sw_buf_printf(&what, "field \"%.*s.%.*s\"", S(f->parent->name), S(f->name));
		known_args(w, f->args, f->n_args, f->def->args, f->def->n_args, sw_buf_str(&what), f->at);
	}
	introspection_depth(w, f);
}

static void scalar_leafs(struct sw_gql_walk *w, const struct sw_gql_sel *f)
{
	const struct sw_gql_def *t = sw_gql_schema_type(w->schema, sw_gql_type_name(f->def->type));
	sw_autobuf type;

	sw_buf_init(&type, MAX_TEXT);
	if (!t)
		return;
	sw_gql_type_print(&type, f->def->type);
	if (sw_gql_leaf(t) && f->set.n)
		sw_gql_error(w, f->at,
			"Field \"%.*s\" must not have a selection since type \"%.*s\" has no subfields.", S(f->name),
			S(t->name));
	if (!sw_gql_leaf(t) && !f->set.n)
		sw_gql_error(w, f->at,
			"Field \"%.*s\" of type \"%.*s\" must have a selection of subfields. Did you mean "
			"\"%.*s { ... }\"?", S(f->name), S(sw_buf_str(&type)), S(f->name));
}

static void unique_args(struct sw_gql_walk *w, const struct sw_gql_arg *v, uint32_t n)
{
	for (uint32_t i = 1; i < n; i++) {
		uint32_t seen = 0;
		for (uint32_t j = 0; j < i; j++)
			seen += sw_str_eq(v[i].name, v[j].name);
		if (seen == 1)
			sw_gql_error(w, v[i].at, "There can be only one argument named \"%.*s\".", S(v[i].name));
	}
}

void sw_gql_rule_fields_late(struct sw_gql_walk *w, const struct sw_gql_sel *f)
{
	sw_autobuf what;

	sw_buf_init(&what, MAX_TEXT);
	if (f->def) {
		sw_buf_printf(&what, "Field \"%.*s\"", S(f->name));
		required_args(w, f->args, f->n_args, f->def->args, f->def->n_args, sw_buf_str(&what), f->at);
		scalar_leafs(w, f);
	}
	unique_args(w, f->args, f->n_args);
}

static void known_directive(struct sw_gql_walk *w, const struct sw_gql_dir *d)
{
	if (!d->def) {
		sw_gql_error(w, d->at, "Unknown directive \"@%.*s\".", S(d->name));
		return;
	}
	for (uint32_t i = 0; i < d->def->n_locations; i++)
		if (sw_str_is(d->def->locations[i], d->location))
			return;
	/* A fragment is walked for itself and where it is spread: said once. */
	sw_autobuf text;
	sw_buf_init(&text, MAX_TEXT);
	sw_gql_put_at(&text, d->at);
	sw_buf_printf(&text, "Directive \"@%.*s\" may not be used on %s.\n", S(d->name), d->location);
	if (!sw_str_has(sw_buf_str(w->why), sw_buf_str(&text)))
		sw_gql_error(w, d->at, "Directive \"@%.*s\" may not be used on %s.", S(d->name), d->location);
}

void sw_gql_rule_directive(struct sw_gql_walk *w, const struct sw_gql_dir *d)
{
	sw_autobuf what, need;

	sw_buf_init(&what, MAX_TEXT);
	sw_buf_init(&need, MAX_TEXT);
	sw_buf_printf(&what, "directive \"@%.*s\"", S(d->name));
	sw_buf_printf(&need, "Directive \"@%.*s\"", S(d->name));
	if (d->def)
		known_args(w, d->args, d->n_args, d->def->args, d->def->n_args, sw_buf_str(&what), d->at);
	known_directive(w, d);
	if (d->def)
		required_args(w, d->args, d->n_args, d->def->args, d->def->n_args, sw_buf_str(&need), d->at);
	unique_args(w, d->args, d->n_args);
}
