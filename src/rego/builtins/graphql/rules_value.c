/* SPDX-License-Identifier: Apache-2.0 */
/* Rules about values: variables are defined, fields are unique, everything is of the type that is expected. */
#include <math.h>
#include <stdlib.h>

#include "rego/builtins/graphql/validate.h"

#define S(x) SW_STR_ARG(x)
#define MAX_TEXT ((size_t)1 << 20)

static struct sw_str type_text(struct sw_buf *b, const struct sw_gql_type *t)
{
	sw_buf_clear(b); /* callers name the call more than once in one expression */
	sw_gql_type_print(b, t);
	return sw_buf_str(b);
}

static struct sw_str value_text(struct sw_buf *b, const struct sw_gql_value *v)
{
	sw_buf_clear(b);
	sw_gql_value_print(b, v);
	return sw_buf_str(b);
}

static void undefined_variable(struct sw_gql_walk *w, const struct sw_gql_value *v)
{
	if (!w->op || v->kind != SW_GQL_V_VARIABLE || v->var)
		return;
	if (w->op->name.n)
		sw_gql_error(w, v->at, "Variable \"$%.*s\" is not defined by operation \"%.*s\".", S(v->raw),
			S(w->op->name));
	else
		sw_gql_error(w, v->at, "Variable \"$%.*s\" is not defined.", S(v->raw));
}

static void unique_fields(struct sw_gql_walk *w, const struct sw_gql_value *v)
{
	for (uint32_t i = 1; v->kind == SW_GQL_V_OBJECT && i < v->n_children; i++)
		for (uint32_t j = 0; j < i; j++)
			if (sw_str_eq(v->children[i].name, v->children[j].name)) {
				sw_gql_error(w, v->children[i].at,
					"There can be only one input field named \"%.*s\".", S(v->children[i].name));
				break;
			}
}

static bool one_of(const struct sw_gql_def *d, const char *a, const char *b, const char *c)
{
	return sw_str_is(d->name, a) || (b && sw_str_is(d->name, b)) || (c && sw_str_is(d->name, c));
}

/* Does the text of an Int leave the range of `bits`? */
static bool out_of_range(struct sw_str s, int bits)
{
	int64_t v;

	if (!sw_str_to_i64(s, &v)) {
		for (size_t i = s.n && s.p[0] == '-'; i < s.n; i++)
			if (s.p[i] < '0' || s.p[i] > '9')
				return false;
		return s.n > 0;
	}
	return bits == 32 && (v > INT32_MAX || v < INT32_MIN);
}

/* Does a Float fit a double? */
static bool float_range(struct sw_str s)
{
	sw_autobuf text;

	sw_buf_init(&text, MAX_TEXT);
	sw_buf_addstr(&text, s);
	return isfinite(strtod(sw_buf_cstr(&text), NULL));
}

static void unexpected_text(struct sw_buf *out, const struct sw_gql_value *v)
{
	static const struct {
		const char *type, *text;
	} known[] = {
		{"String", "String cannot represent a non string value: "},
		{"Boolean", "Boolean cannot represent a non boolean value: "},
		{"Float", "Float cannot represent non numeric value: "},
		{"ID", "ID cannot represent a non-string and non-integer value: "},
	};
	sw_autobuf tb, vb;
	sw_buf_init(&tb, MAX_TEXT);
	sw_buf_init(&vb, MAX_TEXT);
	struct sw_str type = type_text(&tb, v->expected), value = value_text(&vb, v);
	struct sw_str bare = sw_str_sub(type, 0, type.n && type.p[type.n - 1] == '!' ? type.n - 1 : type.n);

	if (sw_str_is(bare, "Int")) {
		sw_buf_printf(out, "Int cannot represent non%s value: %.*s",
			out_of_range(v->raw, 32) ? " 32-bit signed integer" : "-integer", S(value));
		return;
	}
	if (sw_str_is(type, "[String]"))
		bare = SW_STR("String");
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (sw_str_is(bare, known[i].type)) {
			sw_buf_printf(out, "%s%.*s", known[i].text, S(value));
			return;
		}
	if (sw_gql_is(v->def, "ENUM"))
		sw_buf_printf(
			out, "Enum \"%.*s\" cannot represent non-enum value: %.*s.", S(type), S(value));
	else
		sw_buf_printf(out, "Expected value of type \"%.*s\", found %.*s.", S(type), S(value));
}

static struct sw_gql_names field_names(
	struct sw_arena *a, const struct sw_gql_field_def *v, uint32_t n)
{
	struct sw_gql_names names = {sw_arena_new_array(a, n + 1, struct sw_str), 0};

	for (uint32_t i = 0; names.v && i < n; i++)
		names.v[names.n++] = v[i].name;
	return names;
}

static void unexpected(struct sw_gql_walk *w, const struct sw_gql_value *v, bool suggest)
{
	sw_autobuf text;

	sw_buf_init(&text, MAX_TEXT);
	unexpected_text(&text, v);
	if (suggest)
		sw_gql_suggest(w->ctx->scratch, &text, "Did you mean the enum value", v->raw,
			field_names(w->ctx->scratch, v->def->values, v->def->n_values), false);
	sw_gql_error(w, v->at, "%.*s", S(sw_buf_str(&text)));
}

static void bad_enum(struct sw_gql_walk *w, const struct sw_gql_value *v, bool quoted_value)
{
	sw_autobuf text, tb, vb;

	sw_buf_init(&text, MAX_TEXT);
	sw_buf_init(&tb, MAX_TEXT);
	sw_buf_init(&vb, MAX_TEXT);
	struct sw_str type = type_text(&tb, v->expected), value = value_text(&vb, v);
	if (quoted_value)
		sw_buf_printf(&text, "Value \"%.*s\" does not exist in \"%.*s\" enum.", S(value), S(type));
	else
		sw_buf_printf(
			&text, "Enum \"%.*s\" cannot represent non-enum value: %.*s.", S(type), S(value));
	sw_gql_suggest(w->ctx->scratch, &text, "Did you mean the enum value", v->raw,
		field_names(w->ctx->scratch, v->def->values, v->def->n_values), true);
	sw_gql_error(w, v->at, "%.*s", S(sw_buf_str(&text)));
}

static bool has_one_of(const struct sw_gql_def *d)
{
	for (uint32_t i = 0; i < d->dirs.n; i++)
		if (sw_str_is(d->dirs.v[i].name, "oneOf"))
			return true;
	return false;
}

static void object_one_of(struct sw_gql_walk *w, const struct sw_gql_value *v)
{
	if (!has_one_of(v->def))
		return;
	if (v->n_children != 1)
		sw_gql_error(w, v->at, "OneOf Input Object \"%.*s\" must specify exactly one key.",
			S(v->def->name));
	else if (v->children[0].value->kind == SW_GQL_V_NULL && v->def->n_fields)
		sw_gql_error(w, v->children[0].value->at, "Field \"%.*s.%.*s\" must be non-null.",
			S(v->def->name), S(v->def->fields[0].name));
}

static void object_fields(struct sw_gql_walk *w, const struct sw_gql_value *v)
{
	const struct sw_gql_def *d = v->def;

	for (uint32_t i = 0; i < d->n_fields; i++) {
		const struct sw_gql_field_def *f = &d->fields[i];
		sw_autobuf tb;
		sw_buf_init(&tb, MAX_TEXT);
		if (f->type->non_null && !f->def_value &&
			!sw_gql_find_arg(v->children, v->n_children, f->name))
			sw_gql_error(w, v->at, "Field \"%.*s.%.*s\" of required type \"%.*s\" was not provided.",
				S(d->name), S(f->name), S(type_text(&tb, f->type)));
	}
	object_one_of(w, v);
	for (uint32_t i = 0; i < v->n_children; i++) {
		struct sw_str name = v->children[i].name;
		sw_autobuf text;
		sw_buf_init(&text, MAX_TEXT);
		if (sw_gql_find_field(d->fields, d->n_fields, name))
			continue;
		sw_buf_printf(&text, "Field \"%.*s\" is not defined by type \"%.*s\".", S(name), S(d->name));
		sw_gql_suggest(w->ctx->scratch, &text, "Did you mean", name,
			field_names(w->ctx->scratch, d->fields, d->n_fields), true);
		sw_gql_error(w, v->children[i].at, "%.*s", S(sw_buf_str(&text)));
	}
}

static void string_value(struct sw_gql_walk *w, const struct sw_gql_value *v)
{
	if (sw_gql_is(v->def, "ENUM"))
		bad_enum(w, v, false);
	else if (!one_of(v->def, "String", "ID", NULL))
		unexpected(w, v, false);
}

static void enum_value(struct sw_gql_walk *w, const struct sw_gql_value *v)
{
	if (!sw_gql_is(v->def, "ENUM"))
		unexpected(w, v, true);
	else if (!sw_gql_find_field(v->def->values, v->def->n_values, v->raw))
		bad_enum(w, v, true);
}

static void correct_type(struct sw_gql_walk *w, const struct sw_gql_value *v)
{
	sw_autobuf tb, vb;

	sw_buf_init(&tb, MAX_TEXT);
	sw_buf_init(&vb, MAX_TEXT);
	if (!v->def || !v->expected)
		return;
	if (v->kind == SW_GQL_V_NULL && v->expected->non_null)
		sw_gql_error(w, v->at, "Expected value of type \"%.*s\", found %.*s.",
			S(type_text(&tb, v->expected)), S(value_text(&vb, v)));
	if (sw_gql_is(v->def, "SCALAR") && !one_of(v->def, "Int", "Float", "String") &&
		!one_of(v->def, "Boolean", "ID", NULL))
		return;
	if ((v->kind == SW_GQL_V_INT && out_of_range(v->raw, 64)) ||
		(v->kind == SW_GQL_V_FLOAT && !float_range(v->raw)))
		unexpected(w, v, false);
	if (v->kind == SW_GQL_V_LIST && !v->expected->elem)
		unexpected(w, v, false);
	else if (v->kind == SW_GQL_V_INT && !one_of(v->def, "Int", "Float", "ID"))
		unexpected(w, v, false);
	else if (v->kind == SW_GQL_V_FLOAT && !one_of(v->def, "Float", NULL, NULL))
		unexpected(w, v, false);
	else if (v->kind == SW_GQL_V_BOOL && !one_of(v->def, "Boolean", NULL, NULL))
		unexpected(w, v, false);
	else if (v->kind == SW_GQL_V_STRING || v->kind == SW_GQL_V_BLOCK)
		string_value(w, v);
	else if (v->kind == SW_GQL_V_ENUM)
		enum_value(w, v);
	else if (v->kind == SW_GQL_V_OBJECT)
		object_fields(w, v);
}

static void allowed_position(struct sw_gql_walk *w, const struct sw_gql_value *v)
{
	sw_autobuf tb, eb;

	sw_buf_init(&tb, MAX_TEXT);
	sw_buf_init(&eb, MAX_TEXT);
	if (v->kind != SW_GQL_V_VARIABLE || !v->expected || !v->var || !w->op)
		return;
	bool non_null = v->expected->non_null && !v->expected_default &&
			!(v->var->def_value && v->var->def_value->kind != SW_GQL_V_NULL);
	if (!sw_gql_compatible(v->var->type, v->expected, non_null))
		sw_gql_error(w, v->at,
			"Variable \"$%.*s\" of type \"%.*s\" used in position expecting type \"%.*s\".", S(v->raw),
			S(type_text(&tb, v->var->type)), S(type_text(&eb, v->expected)));
}

static void one_of_variables(struct sw_gql_walk *w, const struct sw_gql_value *v)
{
	if (v->kind != SW_GQL_V_OBJECT || !v->def || !has_one_of(v->def))
		return;
	for (uint32_t i = 0; i < v->n_children; i++) {
		const struct sw_gql_value *c = v->children[i].value;
		sw_autobuf tb;
		sw_buf_init(&tb, MAX_TEXT);
		if (c->kind == SW_GQL_V_VARIABLE && c->var && !c->var->type->non_null)
			sw_gql_error(w, c->var->at,
				"Variable \"$%.*s\" is of type \"%.*s\" but must be non-nullable to be used for "
				"OneOf Input Object \"%.*s\".",
				S(c->raw), S(type_text(&tb, c->var->type)), S(v->def->name));
	}
}

void sw_gql_rule_value(struct sw_gql_walk *w, struct sw_gql_value *v)
{
	undefined_variable(w, v);
	unique_fields(w, v);
	correct_type(w, v);
	allowed_position(w, v);
	one_of_variables(w, v);
}
