/* SPDX-License-Identifier: Apache-2.0 */
/* Type system documents (October 2021 specification, section 3). */
#include "rego/builtins/graphql/parser.h"

#include "base/cleanup.h"

struct description {
	struct sw_value text, comment;
};

static struct description description(struct sw_gql_parser *p)
{
	struct description d = {.text = SW_VSTR("")};

	if (sw_gql_at(p, SW_GQL_STRING) || sw_gql_at(p, SW_GQL_BLOCK_STRING)) {
		d.comment = p->comment;
		d.text = sw_string(sw_gql_next(p).value);
	}
	return d;
}

/* What every definition starts with. A description of a member that is empty leaves no comment either. */
static void put_head(struct sw_map *m, struct description d, struct sw_value after)
{
	sw_map_adds(m, "Description", d.text);
	sw_gql_put(m, "BeforeDescriptionComment", d.comment);
	sw_gql_put(m, "AfterDescriptionComment", after);
}

static void member_head(struct sw_gql_parser *p, struct sw_map *m)
{
	struct description d = description(p);

	if (!d.text.n)
		d.comment = sw_undef();
	sw_map_init(m, p->arena);
	sw_gql_peek(p);
	put_head(m, d, p->comment);
	sw_map_adds(m, "Position", sw_gql_pos(p));
	sw_map_adds(m, "Name", sw_gql_name(p));
}

/* name: Type = value @directives, of arguments and input fields */
static struct sw_value input_value(struct sw_gql_parser *p)
{
	struct sw_map m;

	member_head(p, &m);
	sw_gql_expect(p, SW_GQL_COLON);
	sw_gql_put(&m, "Type", sw_gql_type(p));
	if (sw_gql_skip(p, SW_GQL_EQUALS))
		sw_gql_put(&m, "DefaultValue", sw_gql_value(p, true));
	sw_gql_put(&m, "Directives", sw_gql_directives(p, true));
	return sw_map_object(&m);
}

static struct sw_value field(struct sw_gql_parser *p)
{
	struct sw_map m;

	member_head(p, &m);
	sw_gql_put(&m, "Arguments", sw_gql_some(p, SW_GQL_PAREN_L, SW_GQL_PAREN_R, input_value, NULL));
	sw_gql_expect(p, SW_GQL_COLON);
	sw_gql_put(&m, "Type", sw_gql_type(p));
	sw_gql_put(&m, "Directives", sw_gql_directives(p, true));
	return sw_map_object(&m);
}

static struct sw_value enum_value(struct sw_gql_parser *p)
{
	struct sw_map m;

	member_head(p, &m);
	sw_gql_put(&m, "Directives", sw_gql_directives(p, true));
	return sw_map_object(&m);
}

static struct sw_value operation_type(struct sw_gql_parser *p)
{
	struct sw_map m;

	sw_map_init(&m, p->arena);
	sw_map_adds(&m, "Position", sw_gql_pos(p));
	sw_gql_put(&m, "Comment", p->comment);
	struct sw_gql_token t = sw_gql_next(p);
	if (!sw_str_is(t.value, "query") && !sw_str_is(t.value, "mutation") &&
		!sw_str_is(t.value, "subscription"))
		sw_gql_unexpected(p, t);
	sw_map_adds(&m, "Operation", sw_string(t.value));
	sw_gql_expect(p, SW_GQL_COLON);
	sw_map_adds(&m, "Type", sw_gql_name(p));
	return sw_map_object(&m);
}

/* implements A & B */
static struct sw_value interfaces(struct sw_gql_parser *p)
{
	struct sw_list l;

	sw_list_init(&l, p->arena);
	if (!sw_gql_at_name(p, "implements"))
		return sw_undef();
	sw_gql_next(p);
	sw_gql_skip(p, SW_GQL_AMP);
	do
		sw_list_add(&l, sw_gql_name(p));
	while (sw_gql_skip(p, SW_GQL_AMP));
	return sw_list_array(&l);
}

/* = A | B */
static void union_types(struct sw_gql_parser *p, struct sw_map *m)
{
	struct sw_list names, places;

	if (!sw_gql_skip(p, SW_GQL_EQUALS))
		return;
	sw_list_init(&names, p->arena);
	sw_list_init(&places, p->arena);
	sw_gql_skip(p, SW_GQL_PIPE);
	do {
		sw_list_add(&places, sw_gql_pos(p));
		sw_list_add(&names, sw_gql_name(p));
	} while (sw_gql_skip(p, SW_GQL_PIPE));
	sw_gql_put(m, "Types", sw_list_array(&names));
	sw_gql_put(m, "TypePositions", sw_list_array(&places));
}

enum def_kind { SCALAR, OBJECT, INTERFACE, UNION, ENUM, INPUT_OBJECT, N_KINDS };

static const struct {
	const char *keyword, *kind;
} kinds[N_KINDS] = {
	{"scalar", "SCALAR"},
	{"type", "OBJECT"},
	{"interface", "INTERFACE"},
	{"union", "UNION"},
	{"enum", "ENUM"},
	{"input", "INPUT_OBJECT"},
};

static int kind_at(struct sw_gql_parser *p)
{
	for (int i = 0; i < N_KINDS; i++)
		if (sw_gql_at_name(p, kinds[i].keyword))
			return i;
	return -1;
}

static void def_body(struct sw_gql_parser *p, int kind, struct sw_map *m)
{
	static struct sw_value (*const members[N_KINDS])(struct sw_gql_parser *) = {
		[OBJECT] = field,
		[INTERFACE] = field,
		[ENUM] = enum_value,
		[INPUT_OBJECT] = input_value,
	};
	struct sw_value end = sw_undef();

	if (kind == UNION)
		union_types(p, m);
	if (!members[kind])
		return;
	struct sw_value list = sw_gql_some(p, SW_GQL_BRACE_L, SW_GQL_BRACE_R, members[kind], &end);
	sw_gql_put(m, kind == ENUM ? "EnumValues" : "Fields", list);
	sw_gql_put(m, "EndOfDefinitionComment", end);
}

/* A type or, behind `extend`, an extension of one, which must not be empty. */
static struct sw_value definition(
	struct sw_gql_parser *p, int kind, struct description d, bool extend, struct sw_value extend_comment)
{
	struct sw_map m;
	struct sw_value comment = sw_gql_keyword(p, kinds[kind].keyword);

	sw_map_init(&m, p->arena);
	put_head(&m, d, extend ? extend_comment : comment);
	sw_map_adds(&m, "Kind", sw_string(sw_str_from(kinds[kind].kind)));
	sw_map_adds(&m, "BuiltIn", sw_bool(false));
	sw_map_adds(&m, "Position", sw_gql_pos(p));
	sw_map_adds(&m, "Name", sw_gql_name(p));
	uint32_t empty = m.n;
	if (kind == OBJECT || (kind == INTERFACE && !extend))
		sw_gql_put(&m, "Interfaces", interfaces(p));
	sw_gql_put(&m, "Directives", sw_gql_directives(p, !(extend && kind == INPUT_OBJECT)));
	def_body(p, kind, &m);
	if (extend && m.n == empty && !p->failed)
		sw_gql_unexpected(p, sw_gql_peek(p));
	return sw_map_object(&m);
}

static struct sw_value schema_def(
	struct sw_gql_parser *p, struct description d, bool extend, struct sw_value extend_comment)
{
	struct sw_map m;
	struct sw_value end = sw_undef(), comment = sw_gql_keyword(p, "schema");

	sw_map_init(&m, p->arena);
	put_head(&m, d, extend ? extend_comment : comment);
	sw_map_adds(&m, "Position", sw_gql_pos(p));
	uint32_t empty = m.n;
	sw_gql_put(&m, "Directives", sw_gql_directives(p, true));
	sw_gql_put(&m, "OperationTypes",
		sw_gql_some(p, SW_GQL_BRACE_L, SW_GQL_BRACE_R, operation_type, &end));
	sw_gql_put(&m, "EndOfDefinitionComment", end);
	if (extend && m.n == empty && !p->failed)
		sw_gql_unexpected(p, sw_gql_peek(p));
	return sw_map_object(&m);
}

static struct sw_value location(struct sw_gql_parser *p)
{
	static const char *const known[] = {"QUERY", "MUTATION", "SUBSCRIPTION", "FIELD",
		"FRAGMENT_DEFINITION", "FRAGMENT_SPREAD", "INLINE_FRAGMENT", "VARIABLE_DEFINITION", "SCHEMA",
		"SCALAR", "OBJECT", "FIELD_DEFINITION", "ARGUMENT_DEFINITION", "INTERFACE", "UNION", "ENUM",
		"ENUM_VALUE", "INPUT_OBJECT", "INPUT_FIELD_DEFINITION"};
	struct sw_value name = sw_gql_name(p);

	for (size_t i = 0; i < SW_ARRAY_LEN(known); i++)
		if (sw_str_is(sw_value_str(name), known[i]))
			return name;
	if (!p->failed)
		sw_gql_unexpected(p, p->prev);
	return name;
}

static struct sw_value directive_def(struct sw_gql_parser *p, struct description d)
{
	struct sw_map m;
	struct sw_list locations;
	struct sw_value comment = sw_gql_keyword(p, "directive");

	sw_gql_expect(p, SW_GQL_AT);
	sw_map_init(&m, p->arena);
	sw_list_init(&locations, p->arena);
	put_head(&m, d, comment);
	sw_map_adds(&m, "Position", sw_gql_pos(p));
	sw_map_adds(&m, "Name", sw_gql_name(p));
	sw_gql_put(&m, "Arguments", sw_gql_some(p, SW_GQL_PAREN_L, SW_GQL_PAREN_R, input_value, NULL));
	bool repeatable = sw_gql_at_name(p, "repeatable");
	if (repeatable)
		sw_gql_next(p);
	sw_map_adds(&m, "IsRepeatable", sw_bool(repeatable));
	sw_gql_keyword(p, "on");
	sw_gql_skip(p, SW_GQL_PIPE);
	do
		sw_list_add(&locations, location(p));
	while (sw_gql_skip(p, SW_GQL_PIPE));
	sw_gql_put(&m, "Locations", sw_list_array(&locations));
	return sw_map_object(&m);
}

struct lists {
	struct sw_list schema, schema_ext, directives, defs, exts;
};

static void extension(struct sw_gql_parser *p, struct lists *l)
{
	const struct description none = {.text = SW_VSTR("")};
	struct sw_value comment = sw_gql_keyword(p, "extend");
	int kind = kind_at(p);

	if (kind >= 0)
		sw_list_add(&l->exts, definition(p, kind, none, true, comment));
	else if (sw_gql_at_name(p, "schema"))
		sw_list_add(&l->schema_ext, schema_def(p, none, true, comment));
	else if (!p->failed)
		sw_gql_unexpected(p, sw_gql_peek(p));
}

static void top_level(struct sw_gql_parser *p, struct lists *l)
{
	struct description d = description(p);
	int kind = kind_at(p);

	if (kind >= 0) {
		sw_list_add(&l->defs, definition(p, kind, d, false, sw_undef()));
	} else if (sw_gql_at_name(p, "schema")) {
		sw_list_add(&l->schema, schema_def(p, d, false, sw_undef()));
	} else if (sw_gql_at_name(p, "directive")) {
		sw_list_add(&l->directives, directive_def(p, d));
	} else if (sw_gql_at_name(p, "extend")) {
		if (d.text.n)
			sw_gql_unexpected(p, p->prev);
		extension(p, l);
	} else if (!p->failed) {
		sw_gql_unexpected(p, sw_gql_peek(p));
	}
}

struct sw_value sw_gql_parse_schema(struct sw_arena *a, struct sw_str text, struct sw_buf *why)
{
	struct sw_gql_parser p;
	struct lists l;
	struct sw_map m;

	sw_gql_parser_init(&p, a, text, why);
	sw_list_init(&l.schema, a);
	sw_list_init(&l.schema_ext, a);
	sw_list_init(&l.directives, a);
	sw_list_init(&l.defs, a);
	sw_list_init(&l.exts, a);
	while (!p.failed && !sw_gql_at(&p, SW_GQL_EOF))
		top_level(&p, &l);
	if (p.failed)
		return sw_undef();
	sw_map_init(&m, a);
	sw_gql_put(&m, "Schema", sw_list_array(&l.schema));
	sw_gql_put(&m, "SchemaExtension", sw_list_array(&l.schema_ext));
	sw_gql_put(&m, "Directives", sw_list_array(&l.directives));
	sw_gql_put(&m, "Definitions", sw_list_array(&l.defs));
	sw_gql_put(&m, "Extensions", sw_list_array(&l.exts));
	sw_gql_put(&m, "Comment", p.comment);
	return sw_map_object(&m);
}
