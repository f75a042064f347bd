/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of section 3 that a type system must keep, in gqlparser's order and words. */
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "rego/builtins/graphql/schema.h"

#define S(x) SW_STR_ARG(x)

static int check_name(struct sw_gql_schema *s, sw_gql_at_t at, struct sw_str name)
{
	if (!sw_str_starts(name, SW_STR("__")))
		return 0;
	return sw_gql_schema_fail(s, at,
		"Name \"%.*s\" must not begin with \"__\", which is reserved by GraphQL introspection.", S(name));
}

static int fail_type(struct sw_gql_schema *s, sw_gql_at_t at, const char *before,
	const struct sw_gql_type *t, const char *after)
{
	sw_autobuf text;

	sw_buf_init(&text, 1 << 20);
	sw_gql_type_print(&text, t);
	return sw_gql_schema_fail(s, at, "%s%.*s%s", before, S(sw_buf_str(&text)), after);
}

static int check_dir_args(
	struct sw_gql_schema *s, const struct sw_gql_dir *d, const struct sw_gql_dirdef *def)
{
	for (uint32_t i = 0; i < d->n_args; i++)
		if (!sw_gql_find_field(def->args, def->n_args, d->args[i].name))
			return sw_gql_schema_fail(s, d->args[i].at,
				"Undefined argument %.*s for directive %.*s.", S(d->args[i].name), S(d->name));
	for (uint32_t i = 0; i < def->n_args; i++) {
		const struct sw_gql_field_def *a = &def->args[i];
		if (!a->type->non_null || a->def_value)
			continue;
		const struct sw_gql_arg *given = sw_gql_find_arg(d->args, d->n_args, a->name);
		if (!given || given->value->kind == SW_GQL_V_NULL)
			return sw_gql_schema_fail(s, d->at,
				"Argument %.*s for directive %.*s cannot be null.", S(a->name), S(d->name));
	}
	return 0;
}

static bool may_stand(const struct sw_gql_dirdef *def, struct sw_str location)
{
	for (uint32_t i = 0; i < def->n_locations; i++)
		if (sw_str_eq(def->locations[i], location))
			return true;
	return false;
}

int sw_gql_schema_check_dirs(struct sw_gql_schema *s, const struct sw_gql_dirs *dirs, const char *location,
	const struct sw_gql_dirdef *inside, bool single)
{
	int rc;

	for (uint32_t i = 0; i < dirs->n; i++) {
		const struct sw_gql_dir *d = &dirs->v[i];
		if ((rc = check_name(s, d->at, d->name)))
			return rc;
		if (inside && sw_str_eq(d->name, inside->name))
			return sw_gql_schema_fail(
				s, d->at, "Directive %.*s cannot refer to itself.", S(inside->name));
		const struct sw_gql_dirdef *def = sw_gql_schema_dir(s, d->name);
		if (!def)
			return sw_gql_schema_fail(s, d->at, "Undefined directive %.*s.", S(d->name));
		for (uint32_t j = 0; single && j < i && !def->repeatable; j++)
			if (sw_str_eq(dirs->v[j].name, d->name))
				return sw_gql_schema_fail(s, d->at,
					"The directive %.*s can only be used once at this location.", S(d->name));
		if (!may_stand(def, sw_str_from(location)))
			return sw_gql_schema_fail(
				s, d->at, "Directive %.*s is not applicable on %s.", S(d->name), location);
		if ((rc = check_dir_args(s, d, def)))
			return rc;
	}
	return 0;
}

static int check_type_ref(struct sw_gql_schema *s, const struct sw_gql_type *t)
{
	struct sw_str name = sw_gql_type_name(t);

	if (sw_gql_schema_type(s, name))
		return 0;
	return sw_gql_schema_fail(s, t->at, "Undefined type %.*s.", S(name));
}

static int check_args(struct sw_gql_schema *s, const struct sw_gql_field_def *args, uint32_t n,
	const struct sw_gql_dirdef *inside)
{
	int rc;

	for (uint32_t i = 0; i < n; i++) {
		const struct sw_gql_field_def *a = &args[i];
		if ((rc = check_name(s, a->at, a->name)) || (rc = check_type_ref(s, a->type)))
			return rc;
		const struct sw_gql_def *def = sw_gql_schema_type(s, sw_gql_type_name(a->type));
		if (!sw_gql_input(def)) {
			sw_autobuf after;
			sw_buf_init(&after, 1 << 20);
			sw_buf_printf(&after, " as argument %.*s because %.*s is not a valid input type",
				S(a->name), S(def->kind));
			return fail_type(s, a->at, "cannot use ", a->type, sw_buf_cstr(&after));
		}
		if ((rc = sw_gql_schema_check_dirs(s, &a->dirs, "ARGUMENT_DEFINITION", inside, true)))
			return rc;
	}
	return 0;
}

/* ---- implements ---- */

static bool covariant(struct sw_gql_schema *s, const struct sw_gql_type *want, const struct sw_gql_type *got)
{
	if (want->non_null && !got->non_null)
		return false;
	if (!want->named.n)
		return want->elem && got->elem && covariant(s, want->elem, got->elem);
	if (sw_str_eq(want->named, got->named))
		return true;
	const struct sw_gql_def *def = sw_gql_schema_type(s, want->named);
	for (uint32_t i = 0; def && i < def->n_possible; i++)
		if (sw_str_eq(def->possible[i]->name, got->named))
			return true;
	return false;
}

static int check_field_args(struct sw_gql_schema *s, const struct sw_gql_def *def,
	const struct sw_gql_def *intf, const struct sw_gql_field_def *want, const struct sw_gql_field_def *got)
{
	for (uint32_t i = 0; i < want->n_args; i++) {
		const struct sw_gql_field_def *a = &want->args[i];
		const struct sw_gql_field_def *b = sw_gql_find_field(got->args, got->n_args, a->name);
		if (!b)
			return sw_gql_schema_fail(s, got->at,
				"For %.*s to implement %.*s the field %.*s must have the same arguments but it is "
				"missing %.*s.", S(def->name), S(intf->name), S(want->name), S(a->name));
		if (!sw_gql_compatible(a->type, b->type, b->type->non_null))
			return sw_gql_schema_fail(s, b->at,
				"For %.*s to implement %.*s the field %.*s must have the same arguments but %.*s "
				"has the wrong type.", S(def->name), S(intf->name), S(want->name), S(a->name));
	}
	for (uint32_t i = 0; i < got->n_args; i++) {
		const struct sw_gql_field_def *b = &got->args[i];
		if (b->type->non_null && !b->def_value && !sw_gql_find_field(want->args, want->n_args, b->name))
			return sw_gql_schema_fail(s, b->at,
				"For %.*s to implement %.*s any additional arguments on %.*s must be optional or "
				"have a default value but %.*s is required.",
				S(def->name), S(intf->name), S(got->name), S(b->name));
	}
	return 0;
}

static bool implements(const struct sw_gql_def *def, struct sw_str name)
{
	for (uint32_t i = 0; i < def->n_interfaces; i++)
		if (sw_str_eq(def->interfaces[i], name))
			return true;
	return false;
}

static int check_ancestors(
	struct sw_gql_schema *s, const struct sw_gql_def *def, const struct sw_gql_def *intf)
{
	for (uint32_t i = 0; i < intf->n_interfaces; i++) {
		struct sw_str up = intf->interfaces[i];
		if (implements(def, up))
			continue;
		if (sw_str_eq(up, def->name))
			return sw_gql_schema_fail(s, def->at,
				"Type %.*s cannot implement %.*s because it would create a circular reference.",
				S(def->name), S(intf->name));
		return sw_gql_schema_fail(s, def->at,
			"Type %.*s must implement %.*s because it is implemented by %.*s.", S(def->name), S(up),
			S(intf->name));
	}
	return 0;
}

static int check_implements(struct sw_gql_schema *s, const struct sw_gql_def *def, struct sw_str name)
{
	const struct sw_gql_def *intf = sw_gql_schema_type(s, name);
	int rc;

	if (!intf)
		return sw_gql_schema_fail(s, def->at, "Undefined type \"%.*s\".", S(name));
	if (!sw_gql_is(intf, "INTERFACE"))
		return sw_gql_schema_fail(
			s, def->at, "\"%.*s\" is a non interface type %.*s.", S(name), S(intf->kind));
	for (uint32_t i = 0; i < intf->n_fields; i++) {
		const struct sw_gql_field_def *want = &intf->fields[i];
		const struct sw_gql_field_def *got = sw_gql_find_field(def->fields, def->n_fields, want->name);
		if (!got)
			return sw_gql_schema_fail(s, def->at,
				"For %.*s to implement %.*s it must have a field called %.*s.", S(def->name),
				S(intf->name), S(want->name));
		if (!covariant(s, want->type, got->type)) {
			sw_autobuf before;
			sw_buf_init(&before, 1 << 20);
			sw_buf_printf(&before, "For %.*s to implement %.*s the field %.*s must have type ",
				S(def->name), S(intf->name), S(want->name));
			return fail_type(s, got->at, sw_buf_cstr(&before), want->type, ".");
		}
		if ((rc = check_field_args(s, def, intf, want, got)))
			return rc;
	}
	return check_ancestors(s, def, intf);
}

/* ---- definitions ---- */

static int check_fields(struct sw_gql_schema *s, const struct sw_gql_def *def)
{
	const char *location = sw_gql_is(def, "INPUT_OBJECT") ? "INPUT_FIELD_DEFINITION" : "FIELD_DEFINITION";
	int rc;

	for (uint32_t i = 0; i < def->n_fields; i++) {
		const struct sw_gql_field_def *f = &def->fields[i];
		if ((rc = check_name(s, f->at, f->name)) || (rc = check_type_ref(s, f->type)) ||
			(rc = check_args(s, f->args, f->n_args, NULL)) ||
			(rc = sw_gql_schema_check_dirs(s, &f->dirs, location, NULL, true)))
			return rc;
	}
	for (uint32_t i = 0; i < def->n_types; i++) {
		const struct sw_gql_def *t = sw_gql_schema_type(s, def->types[i]);
		if (!t)
			return sw_gql_schema_fail(s, def->at, "Undefined type \"%.*s\".", S(def->types[i]));
		if (!sw_gql_is(t, "OBJECT"))
			return sw_gql_schema_fail(s, def->at, "%.*s type \"%.*s\" must be OBJECT.", S(def->kind),
				S(def->types[i]));
	}
	for (uint32_t i = 0; i < def->n_interfaces; i++)
		if ((rc = check_implements(s, def, def->interfaces[i])))
			return rc;
	return 0;
}

static int check_field_kinds(struct sw_gql_schema *s, const struct sw_gql_def *def, bool input)
{
	if (!def->n_fields)
		return sw_gql_schema_fail(s, def->at, "%.*s %.*s: must define one or more %s.", S(def->kind),
			S(def->name), input ? "input fields" : "fields");
	for (uint32_t i = 0; i < def->n_fields; i++) {
		const struct sw_gql_field_def *f = &def->fields[i];
		const struct sw_gql_def *t = sw_gql_schema_type(s, sw_gql_type_name(f->type));
		if (input && !sw_gql_input(t))
			return sw_gql_schema_fail(s, f->at,
				"%.*s %.*s: field must be one of SCALAR, ENUM, INPUT_OBJECT.", S(t->kind), S(f->name));
		if (!input && !sw_gql_leaf(t) && !sw_gql_composite(t))
			return sw_gql_schema_fail(s, f->at,
				"%.*s %.*s: field must be one of SCALAR, OBJECT, INTERFACE, UNION, ENUM.",
				S(def->kind), S(def->name));
	}
	return 0;
}

static int check_enum(struct sw_gql_schema *s, const struct sw_gql_def *def)
{
	int rc;

	if (!def->n_values)
		return sw_gql_schema_fail(s, def->at,
			"%.*s %.*s: must define one or more unique enum values.", S(def->kind), S(def->name));
	for (uint32_t i = 0; i < def->n_values; i++) {
		struct sw_str v = def->values[i].name;
		if (sw_str_is(v, "true") || sw_str_is(v, "false") || sw_str_is(v, "null"))
			return sw_gql_schema_fail(s, def->at, "%.*s %.*s: non-enum value %.*s.", S(def->kind),
				S(def->name), S(v));
		if ((rc = sw_gql_schema_check_dirs(s, &def->values[i].dirs, "ENUM_VALUE", NULL, true)))
			return rc;
	}
	return 0;
}

struct named {
	struct sw_str name;
	uint32_t index;
};

static int order_named(const void *x, const void *y)
{
	const struct named *a = x, *b = y;
	int c = sw_str_cmp(a->name, b->name);

	return c ? c : (a->index > b->index) - (a->index < b->index);
}

/* The first name that has a twin behind it, and the twin; false when all differ. */
static bool first_twin(struct named *v, uint32_t n, uint32_t *ret_twin)
{
	uint32_t first = UINT32_MAX;

	qsort(v, n, sizeof(*v), order_named);
	for (uint32_t i = 1; i < n; i++) {
		bool starts = i == 1 || !sw_str_eq(v[i - 2].name, v[i - 1].name);
		if (!sw_str_eq(v[i - 1].name, v[i].name) || !starts || v[i - 1].index > first)
			continue;
		first = v[i - 1].index;
		*ret_twin = v[i].index;
	}
	return first != UINT32_MAX;
}

static int check_twins(struct sw_gql_schema *s, const struct sw_gql_def *def)
{
	uint32_t most = def->n_fields > def->n_values ? def->n_fields : def->n_values, twin;

	if (def->n_types > most)
		most = def->n_types;
	struct named *v = sw_arena_new_array(s->arena, most + 1, struct named);
	if (!v)
		return -SW_ELIMIT;
	for (uint32_t i = 0; i < def->n_fields; i++)
		v[i] = (struct named){def->fields[i].name, i};
	if (first_twin(v, def->n_fields, &twin))
		return sw_gql_schema_fail(s, def->fields[twin].at, "Field %.*s.%.*s can only be defined once.",
			S(def->name), S(def->fields[twin].name));
	for (uint32_t i = 0; i < def->n_values; i++)
		v[i] = (struct named){def->values[i].name, i};
	if (first_twin(v, def->n_values, &twin))
		return sw_gql_schema_fail(s, def->values[twin].at,
			"Enum value %.*s.%.*s can only be defined once.", S(def->name), S(def->values[twin].name));
	for (uint32_t i = 0; i < def->n_types; i++)
		v[i] = (struct named){def->types[i], i};
	if (first_twin(v, def->n_types, &twin))
		return sw_gql_schema_fail(s,
			def->n_type_at == def->n_types && def->type_at[twin] ? def->type_at[twin] : def->at,
			"Union type %.*s can only include type %.*s once.", S(def->name), S(def->types[twin]));
	return 0;
}

static int check_def(struct sw_gql_schema *s, const struct sw_gql_def *def)
{
	int rc = check_fields(s, def);

	if (rc == 0 && (sw_gql_is(def, "OBJECT") || sw_gql_is(def, "INTERFACE")))
		rc = check_field_kinds(s, def, false);
	else if (rc == 0 && sw_gql_is(def, "INPUT_OBJECT"))
		rc = check_field_kinds(s, def, true);
	else if (rc == 0 && sw_gql_is(def, "ENUM"))
		rc = check_enum(s, def);
	if (rc || (rc = check_twins(s, def)))
		return rc;
	if (!def->built_in && (rc = check_name(s, def->at, def->name)))
		return rc;
	char kind[32];
	snprintf(kind, sizeof(kind), "%.*s", S(def->kind));
	return sw_gql_schema_check_dirs(s, &def->dirs, kind, NULL, false);
}

/* ---- input objects that need themselves ---- */

struct frame {
	struct sw_gql_def *def;
	uint32_t next;
};

static int fail_cycle(struct sw_gql_schema *s, const struct frame *path, uint32_t from, uint32_t n,
	struct sw_str name)
{
	sw_autobuf names;

	sw_buf_init(&names, 1 << 20);
	for (uint32_t i = from; i < n; i++) {
		const struct sw_gql_field_def *f = &path[i].def->fields[path[i].next - 1];
		if (i > from)
			sw_buf_addch(&names, '.');
		sw_buf_addstr(&names, f->name);
	}
	return sw_gql_schema_fail(s, path[from].def->fields[path[from].next - 1].at,
		"Cannot reference Input Object \"%.*s\" within itself through a series of non-null fields: "
		"\"%.*s\".", S(name), S(sw_buf_str(&names)));
}

/* Depth first along non-null fields, on a path of our own. */
static int check_cycle(struct sw_gql_schema *s, struct sw_gql_def *start, struct frame *path)
{
	uint32_t n = 0;

	if (start->visited)
		return 0;
	start->visited = true;
	start->path_index = 0;
	path[n++] = (struct frame){start, 0};
	while (n) {
		struct frame *f = &path[n - 1];
		if (f->next == f->def->n_fields) {
			f->def->path_index = -1;
			n--;
			continue;
		}
		const struct sw_gql_type *t = f->def->fields[f->next++].type;
		struct sw_gql_def *to = t->non_null && t->named.n ? sw_gql_schema_type(s, t->named) : NULL;
		if (!to || !sw_gql_is(to, "INPUT_OBJECT"))
			continue;
		if (to->visited && to->path_index >= 0)
			return fail_cycle(s, path, (uint32_t)to->path_index, n, to->name);
		if (to->visited)
			continue;
		to->visited = true;
		to->path_index = n;
		path[n++] = (struct frame){to, 0};
	}
	return 0;
}

int sw_gql_schema_check(struct sw_gql_schema *s)
{
	int rc;
	struct frame *path = sw_arena_new_array(s->arena, s->n_types + 1, struct frame);

	if (!path)
		return -SW_ELIMIT;
	for (uint32_t i = 0; i < s->n_types; i++)
		if ((rc = check_def(s, s->types[i])))
			return rc;
	for (uint32_t i = 0; i < s->n_types; i++)
		if (sw_gql_is(s->types[i], "INPUT_OBJECT") && (rc = check_cycle(s, s->types[i], path)))
			return rc;
	/* by name */
	const struct sw_gql_dirdef *last = NULL;
	for (uint32_t i = 0; i < s->n_dirs; i++) {
		const struct sw_gql_dirdef *next = NULL;
		for (uint32_t j = 0; j < s->n_dirs; j++)
			if ((!last || sw_str_cmp(s->dirs[j]->name, last->name) > 0) &&
				(!next || sw_str_cmp(s->dirs[j]->name, next->name) < 0))
				next = s->dirs[j];
		if (!next)
			break;
		if ((rc = check_name(s, next->at, next->name)) ||
			(rc = check_args(s, next->args, next->n_args, next)))
			return rc;
		last = next;
	}
	return 0;
}
