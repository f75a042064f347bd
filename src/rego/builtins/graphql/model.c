/* SPDX-License-Identifier: Apache-2.0 */
#include "rego/builtins/graphql/model.h"

#include "base/go/gotext.h"
#include "rego/builtins/graphql/parse.h"

struct load {
	struct sw_arena *a;
	bool from_value, bad;
	unsigned depth;
};

static struct sw_value member(struct load *l, struct sw_value o, const char *key, enum sw_type type)
{
	struct sw_value v = sw_object_gets(o, sw_str_from(key));

	if (v.type == type)
		return v;
	if (v.type > SW_NULL)
		l->bad = true;
	return sw_undef();
}

static struct sw_str str_of(struct load *l, struct sw_value o, const char *key)
{
	struct sw_value v = member(l, o, key, SW_STRING);

	return sw_defined(v) ? sw_value_str(v) : SW_STR("");
}

static bool bool_of(struct load *l, struct sw_value o, const char *key)
{
	return sw_is_true(member(l, o, key, SW_BOOL));
}

static sw_gql_at_t at_of(struct load *l, struct sw_value o)
{
	struct sw_value v = sw_object_gets(o, SW_STR("Position"));

	return !l->from_value && v.type == SW_NUMBER && v.repr == SW_NUM_INT ? (sw_gql_at_t)v.u.i : 0;
}

/* The elements of a list member in memory of `size` bytes each; every element must be an object. */
static void *list_of(
	struct load *l, struct sw_value o, const char *key, size_t size, struct sw_value *ret, uint32_t *ret_n)
{
	*ret = member(l, o, key, SW_ARRAY);
	*ret_n = 0;
	if (!sw_defined(*ret) || !ret->n || l->bad)
		return NULL;
	sw_array_foreach(e, *ret)
		if (e->type != SW_OBJECT)
			l->bad = true;
	void *p = l->bad ? NULL : sw_arena_zalloc(l->a, size * ret->n);
	if (!p)
		l->bad = true;
	else
		*ret_n = ret->n;
	return p;
}

static struct sw_str *strings_of(struct load *l, struct sw_value o, const char *key, uint32_t *ret_n)
{
	struct sw_value v = member(l, o, key, SW_ARRAY);
	struct sw_str *out = sw_defined(v) ? sw_arena_new_array(l->a, v.n + 1, struct sw_str) : NULL;

	*ret_n = 0;
	if (!sw_defined(v) || !out)
		return NULL;
	sw_array_foreach(e, v) {
		l->bad |= e->type != SW_STRING;
		out[(*ret_n)++] = e->type == SW_STRING ? sw_value_str(*e) : SW_STR("");
	}
	return out;
}

static bool enter(struct load *l)
{
	if (l->depth++ > SW_GQL_DEPTH)
		l->bad = true;
	return !l->bad;
}

static struct sw_gql_type *type_of(struct load *l, struct sw_value o, const char *key)
{
	struct sw_value v = member(l, o, key, SW_OBJECT);
	struct sw_gql_type *t = sw_arena_new(l->a, struct sw_gql_type);

	if (!sw_defined(v) || !t || !enter(l)) {
		l->bad = true;
		return NULL;
	}
	t->named = str_of(l, v, "NamedType");
	t->non_null = bool_of(l, v, "NonNull");
	t->at = at_of(l, v);
	if (!t->named.n)
		t->elem = type_of(l, v, "Elem");
	l->depth--;
	return t;
}

static struct sw_gql_value *value_of(struct load *l, struct sw_value o, const char *key);

static struct sw_gql_arg *args_of(struct load *l, struct sw_value o, const char *key, uint32_t *ret_n)
{
	struct sw_value list;
	struct sw_gql_arg *v = list_of(l, o, key, sizeof(*v), &list, ret_n);

	for (uint32_t i = 0; i < *ret_n && !l->bad; i++) {
		struct sw_value e = list.u.a->v[i];
		v[i].name = str_of(l, e, "Name");
		v[i].at = at_of(l, e);
		v[i].value = value_of(l, e, "Value");
		if (!v[i].value)
			l->bad = true;
	}
	return v;
}

static struct sw_gql_value *value_of(struct load *l, struct sw_value o, const char *key)
{
	struct sw_value v = member(l, o, key, SW_OBJECT);
	int64_t kind = 0;

	if (!sw_defined(v) || !enter(l))
		return NULL;
	struct sw_gql_value *r = sw_arena_new(l->a, struct sw_gql_value);
	struct sw_value k = member(l, v, "Kind", SW_NUMBER);
	if (!r || (sw_defined(k) && !sw_value_int(k, &kind)) || kind < 0 || kind > SW_GQL_V_OBJECT) {
		l->bad = true;
		return NULL;
	}
	r->raw = str_of(l, v, "Raw");
	r->kind = (int)kind;
	r->at = at_of(l, v);
	r->children = args_of(l, v, "Children", &r->n_children);
	l->depth--;
	return r;
}

static struct sw_gql_dirs dirs_of(struct load *l, struct sw_value o)
{
	struct sw_value list;
	struct sw_gql_dirs d;

	d.v = list_of(l, o, "Directives", sizeof(*d.v), &list, &d.n);
	for (uint32_t i = 0; i < d.n && !l->bad; i++) {
		struct sw_value e = list.u.a->v[i];
		d.v[i].name = str_of(l, e, "Name");
		d.v[i].at = at_of(l, e);
		d.v[i].args = args_of(l, e, "Arguments", &d.v[i].n_args);
	}
	return d;
}

static struct sw_gql_field_def *field_defs_of(
	struct load *l, struct sw_value o, const char *key, bool typed, uint32_t *ret_n)
{
	struct sw_value list;
	struct sw_gql_field_def *v = list_of(l, o, key, sizeof(*v), &list, ret_n);

	if (*ret_n && !enter(l))
		return v;
	for (uint32_t i = 0; i < *ret_n && !l->bad; i++) {
		struct sw_value e = list.u.a->v[i];
		v[i].name = str_of(l, e, "Name");
		v[i].at = at_of(l, e);
		v[i].dirs = dirs_of(l, e);
		if (!typed)
			continue;
		v[i].type = type_of(l, e, "Type");
		v[i].def_value = value_of(l, e, "DefaultValue");
		v[i].args = field_defs_of(l, e, "Arguments", true, &v[i].n_args);
	}
	if (*ret_n)
		l->depth--;
	return v;
}

static void positions_of(struct load *l, struct sw_value o, struct sw_gql_def *d)
{
	struct sw_value v = sw_object_gets(o, SW_STR("TypePositions"));

	if (l->from_value || v.type != SW_ARRAY)
		return;
	d->type_at = sw_arena_new_array(l->a, v.n + 1, sw_gql_at_t);
	if (d->type_at)
		sw_array_foreach(e, v)
			d->type_at[d->n_type_at++] = e->type == SW_NUMBER ? (sw_gql_at_t)e->u.i : 0;
}

static struct sw_gql_def *defs_of(struct load *l, struct sw_value o, const char *key, uint32_t *ret_n)
{
	struct sw_value list;
	struct sw_gql_def *v = list_of(l, o, key, sizeof(*v), &list, ret_n);

	for (uint32_t i = 0; i < *ret_n && !l->bad; i++) {
		struct sw_value e = list.u.a->v[i];
		struct sw_gql_def *d = &v[i];
		d->kind = str_of(l, e, "Kind");
		d->name = str_of(l, e, "Name");
		d->dirs = dirs_of(l, e);
		d->interfaces = strings_of(l, e, "Interfaces", &d->n_interfaces);
		d->types = strings_of(l, e, "Types", &d->n_types);
		d->fields = field_defs_of(l, e, "Fields", true, &d->n_fields);
		d->values = field_defs_of(l, e, "EnumValues", false, &d->n_values);
		d->built_in = bool_of(l, e, "BuiltIn");
		d->at = at_of(l, e);
		positions_of(l, e, d);
	}
	return v;
}

static struct sw_gql_schema_def *schemas_of(
	struct load *l, struct sw_value o, const char *key, uint32_t *ret_n)
{
	struct sw_value list, ops;
	struct sw_gql_schema_def *v = list_of(l, o, key, sizeof(*v), &list, ret_n);

	for (uint32_t i = 0; i < *ret_n && !l->bad; i++) {
		struct sw_value e = list.u.a->v[i];
		v[i].dirs = dirs_of(l, e);
		v[i].at = at_of(l, e);
		v[i].ops = list_of(l, e, "OperationTypes", sizeof(*v[i].ops), &ops, &v[i].n_ops);
		for (uint32_t j = 0; j < v[i].n_ops; j++) {
			struct sw_value op = ops.u.a->v[j];
			v[i].ops[j].operation = str_of(l, op, "Operation");
			v[i].ops[j].type = str_of(l, op, "Type");
			v[i].ops[j].at = at_of(l, op);
		}
	}
	return v;
}

static struct sw_gql_dirdef *dirdefs_of(struct load *l, struct sw_value o, uint32_t *ret_n)
{
	struct sw_value list;
	struct sw_gql_dirdef *v = list_of(l, o, "Directives", sizeof(*v), &list, ret_n);

	for (uint32_t i = 0; i < *ret_n && !l->bad; i++) {
		struct sw_value e = list.u.a->v[i];
		v[i].name = str_of(l, e, "Name");
		v[i].args = field_defs_of(l, e, "Arguments", true, &v[i].n_args);
		v[i].locations = strings_of(l, e, "Locations", &v[i].n_locations);
		v[i].repeatable = bool_of(l, e, "IsRepeatable");
		v[i].at = at_of(l, e);
	}
	return v;
}

bool sw_gql_load_schema(struct sw_arena *a, struct sw_value v, struct sw_gql_schema_doc *ret)
{
	struct load l = {.a = a};

	*ret = (struct sw_gql_schema_doc){0};
	ret->schema = schemas_of(&l, v, "Schema", &ret->n_schema);
	ret->schema_ext = schemas_of(&l, v, "SchemaExtension", &ret->n_schema_ext);
	ret->dirs = dirdefs_of(&l, v, &ret->n_dirs);
	ret->defs = defs_of(&l, v, "Definitions", &ret->n_defs);
	ret->exts = defs_of(&l, v, "Extensions", &ret->n_exts);
	return !l.bad && !a->overflow;
}

static struct sw_gql_sels sels_of(struct load *l, struct sw_value o)
{
	struct sw_value list;
	struct sw_gql_sels s;

	s.v = list_of(l, o, "SelectionSet", sizeof(*s.v), &list, &s.n);
	if (s.n && !enter(l))
		return s;
	for (uint32_t i = 0; i < s.n && !l->bad; i++) {
		struct sw_value e = list.u.a->v[i];
		struct sw_gql_sel *x = &s.v[i];
		bool alias = sw_defined(sw_object_gets(e, SW_STR("Alias")));
		x->name = str_of(l, e, "Name");
		x->alias = str_of(l, e, "Alias");
		x->at = at_of(l, e);
		x->args = args_of(l, e, "Arguments", &x->n_args);
		x->dirs = dirs_of(l, e);
		x->set = sels_of(l, e);
		if (l->from_value || alias)
			continue;
		x->kind = SW_GQL_SEL_SPREAD;
		if (sw_defined(sw_object_gets(e, SW_STR("TypeCondition")))) {
			x->kind = SW_GQL_SEL_INLINE;
			x->name = str_of(l, e, "TypeCondition");
		}
	}
	if (s.n)
		l->depth--;
	return s;
}

static struct sw_gql_var *vars_of(struct load *l, struct sw_value o, uint32_t *ret_n)
{
	struct sw_value list;
	struct sw_gql_var *v = list_of(l, o, "VariableDefinitions", sizeof(*v), &list, ret_n);

	for (uint32_t i = 0; i < *ret_n && !l->bad; i++) {
		struct sw_value e = list.u.a->v[i];
		v[i].name = str_of(l, e, "Variable");
		v[i].type = type_of(l, e, "Type");
		v[i].def_value = value_of(l, e, "DefaultValue");
		v[i].dirs = dirs_of(l, e);
		v[i].at = at_of(l, e);
	}
	return v;
}

bool sw_gql_load_query(struct sw_arena *a, struct sw_value v, bool from_value, struct sw_gql_query *ret)
{
	struct load l = {.a = a, .from_value = from_value};
	struct sw_value list;

	*ret = (struct sw_gql_query){0};
	ret->ops = list_of(&l, v, "Operations", sizeof(*ret->ops), &list, &ret->n_ops);
	for (uint32_t i = 0; i < ret->n_ops && !l.bad; i++) {
		struct sw_value e = list.u.a->v[i];
		struct sw_gql_op *op = &ret->ops[i];
		op->operation = str_of(&l, e, "Operation");
		op->name = str_of(&l, e, "Name");
		op->vars = vars_of(&l, e, &op->n_vars);
		op->dirs = dirs_of(&l, e);
		op->set = sels_of(&l, e);
		op->at = at_of(&l, e);
	}
	ret->frags = list_of(&l, v, "Fragments", sizeof(*ret->frags), &list, &ret->n_frags);
	for (uint32_t i = 0; i < ret->n_frags && !l.bad; i++) {
		struct sw_value e = list.u.a->v[i];
		struct sw_gql_frag *f = &ret->frags[i];
		f->name = str_of(&l, e, "Name");
		f->on = str_of(&l, e, "TypeCondition");
		f->dirs = dirs_of(&l, e);
		f->set = sels_of(&l, e);
		f->at = at_of(&l, e);
	}
	return !l.bad && !a->overflow;
}

/* ---- small helpers ---- */

struct sw_str sw_gql_type_name(const struct sw_gql_type *t)
{
	while (!t->named.n && t->elem)
		t = t->elem;
	return t->named;
}

void sw_gql_type_print(struct sw_buf *out, const struct sw_gql_type *t)
{
	if (t->named.n) {
		sw_buf_addstr(out, t->named);
	} else {
		sw_buf_addch(out, '[');
		if (t->elem)
			sw_gql_type_print(out, t->elem);
		sw_buf_addch(out, ']');
	}
	if (t->non_null)
		sw_buf_addch(out, '!');
}

void sw_gql_value_print(struct sw_buf *out, const struct sw_gql_value *v)
{
	bool object = v->kind == SW_GQL_V_OBJECT;

	switch (v->kind) {
	case SW_GQL_V_VARIABLE:
		sw_buf_addch(out, '$');
		sw_buf_addstr(out, v->raw);
		break;
	case SW_GQL_V_STRING:
	case SW_GQL_V_BLOCK:
		sw_gotext_quote(out, v->raw);
		break;
	case SW_GQL_V_LIST:
	case SW_GQL_V_OBJECT:
		sw_buf_addch(out, object ? '{' : '[');
		for (uint32_t i = 0; i < v->n_children; i++) {
			if (i)
				sw_buf_addch(out, ',');
			if (object) {
				sw_buf_addstr(out, v->children[i].name);
				sw_buf_addch(out, ':');
			}
			sw_gql_value_print(out, v->children[i].value);
		}
		sw_buf_addch(out, object ? '}' : ']');
		break;
	default:
		sw_buf_addstr(out, v->raw);
	}
}

const struct sw_gql_field_def *sw_gql_find_field(
	const struct sw_gql_field_def *v, uint32_t n, struct sw_str name)
{
	for (uint32_t i = 0; i < n; i++)
		if (sw_str_eq(v[i].name, name))
			return &v[i];
	return NULL;
}

const struct sw_gql_arg *sw_gql_find_arg(const struct sw_gql_arg *v, uint32_t n, struct sw_str name)
{
	for (uint32_t i = 0; i < n; i++)
		if (sw_str_eq(v[i].name, name))
			return &v[i];
	return NULL;
}

bool sw_gql_compatible(const struct sw_gql_type *t, const struct sw_gql_type *other, bool other_non_null)
{
	if (!sw_str_eq(t->named, other->named))
		return false;
	if (t->elem && (!other->elem || !sw_gql_compatible(t->elem, other->elem, other->elem->non_null)))
		return false;
	return !other_non_null || t->non_null;
}
