/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A tree that a policy made, as it comes out of Go's structures: members that no node has are gone, texts and
 * flags that are missing are empty, empty lists are left out. Names of members count whatever their case, but
 * in the nodes that gqlparser decodes itself. What is of the wrong type is left for the loader to refuse.
 */
#include "rego/builtins/graphql/parse.h"

enum kind { END, TEXT, FLAG, NUMBER, NODE, NODES, TEXTS };

struct member {
	const char *name;
	enum kind kind;
	const struct node *node;
};

struct node {
	struct member members[10];
	bool exact;
};

static const struct node type = {{{"NamedType", TEXT, NULL}, {"Elem", NODE, &type}, {"NonNull", FLAG, NULL}}, false};
static const struct node value;
static const struct node child = {{{"Name", TEXT, NULL}, {"Value", NODE, &value}}, false};
static const struct node value = {{{"Raw", TEXT, NULL}, {"Children", NODES, &child}, {"Kind", NUMBER, NULL},
	{"ExpectedType", NODE, &type}, {"ExpectedTypeHasDefault", FLAG, NULL}}, false};
static const struct node directive = {{{"Name", TEXT, NULL}, {"Arguments", NODES, &child}, {"Location", TEXT, NULL}}, false};
static const struct node variable = {{{"Variable", TEXT, NULL}, {"Type", NODE, &type}, {"DefaultValue", NODE, &value},
	{"Directives", NODES, &directive}, {"Used", FLAG, NULL}}, false};
static const struct node field = {{{"Alias", TEXT, NULL}, {"Name", TEXT, NULL}, {"Arguments", NODES, &child},
	{"Directives", NODES, &directive}, {"SelectionSet", NODES, &field}}, true};
static const struct node operation = {{{"Operation", TEXT, NULL}, {"Name", TEXT, NULL},
	{"VariableDefinitions", NODES, &variable}, {"Directives", NODES, &directive}, {"SelectionSet", NODES, &field}}, true};
static const struct node fragment = {{{"Name", TEXT, NULL}, {"VariableDefinition", NODES, &variable},
	{"TypeCondition", TEXT, NULL}, {"Directives", NODES, &directive}, {"SelectionSet", NODES, &field}}, true};
static const struct node query = {{{"Operations", NODES, &operation}, {"Fragments", NODES, &fragment}}, false};

static const struct node argument_def = {{{"Description", TEXT, NULL}, {"Name", TEXT, NULL}, {"DefaultValue", NODE, &value},
	{"Type", NODE, &type}, {"Directives", NODES, &directive}}, false};
static const struct node field_def = {{{"Description", TEXT, NULL}, {"Name", TEXT, NULL}, {"Arguments", NODES, &argument_def},
	{"DefaultValue", NODE, &value}, {"Type", NODE, &type}, {"Directives", NODES, &directive}}, false};
static const struct node enum_value = {{{"Description", TEXT, NULL}, {"Name", TEXT, NULL}, {"Directives", NODES, &directive}}, false};
static const struct node definition = {{{"Kind", TEXT, NULL}, {"Description", TEXT, NULL}, {"Name", TEXT, NULL},
	{"Directives", NODES, &directive}, {"Interfaces", TEXTS, NULL}, {"Fields", NODES, &field_def}, {"Types", TEXTS, NULL},
	{"EnumValues", NODES, &enum_value}, {"BuiltIn", FLAG, NULL}}, false};
static const struct node directive_def = {{{"Description", TEXT, NULL}, {"Name", TEXT, NULL}, {"Arguments", NODES, &argument_def},
	{"Locations", TEXTS, NULL}, {"IsRepeatable", FLAG, NULL}}, false};
static const struct node operation_type = {{{"Operation", TEXT, NULL}, {"Type", TEXT, NULL}}, false};
static const struct node schema_def = {{{"Description", TEXT, NULL}, {"Directives", NODES, &directive},
	{"OperationTypes", NODES, &operation_type}}, false};
static const struct node schema = {{{"Schema", NODES, &schema_def}, {"SchemaExtension", NODES, &schema_def},
	{"Directives", NODES, &directive_def}, {"Definitions", NODES, &definition}, {"Extensions", NODES, &definition}}, false};

static bool same_name(struct sw_str a, const char *b, bool exact)
{
	if (exact)
		return sw_str_is(a, b);
	for (size_t i = 0; i < a.n; i++)
		if (!b[i] || (a.p[i] | 0x20) != (b[i] | 0x20))
			return false;
	return !b[a.n];
}

static struct sw_value find(struct sw_value o, const char *name, bool exact)
{
	struct sw_value v = sw_object_gets(o, sw_str_from(name));
	if (sw_defined(v) || exact)
		return v;
	sw_object_foreach (m, o)
		if (m->k.type == SW_STRING && same_name(sw_value_str(m->k), name, exact))
			return m->v;
	return sw_undef();
}

static struct sw_value normal(struct sw_arena *a, const struct node *n, struct sw_value v, unsigned depth);

static struct sw_value list(struct sw_arena *a, const struct node *n, struct sw_value v, unsigned depth)
{
	struct sw_list l;
	sw_list_init(&l, a);
	sw_array_foreach (e, v)
		if (e->type != SW_NULL)
			sw_list_add(&l, n && e->type == SW_OBJECT ? normal(a, n, *e, depth) : *e);
	return sw_list_array(&l);
}

static struct sw_value member(struct sw_arena *a, const struct member *m, struct sw_value v, unsigned depth)
{
	bool none = v.type <= SW_NULL;
	switch (m->kind) {
	case TEXT:
		return none ? SW_VSTR("") : v;
	case FLAG:
		return none ? sw_bool(false) : v;
	case NUMBER:
		return none ? sw_int(0) : v;
	case NODE:
		return none ? sw_undef() : v.type == SW_OBJECT ? normal(a, m->node, v, depth) : v;
	default:
		if (none || (v.type == SW_ARRAY && !v.n))
			return sw_undef();
		return v.type == SW_ARRAY ? list(a, m->node, v, depth) : v;
	}
}

static struct sw_value normal(struct sw_arena *a, const struct node *n, struct sw_value v, unsigned depth)
{
	struct sw_map out;
	if (depth > SW_GQL_DEPTH)
		return v; /* the loader refuses it */
	sw_map_init(&out, a);
	for (const struct member *m = n->members; m->kind != END; m++) {
		struct sw_value x = member(a, m, find(v, m->name, n->exact), depth + 1);
		if (sw_defined(x))
			sw_map_adds(&out, m->name, x);
	}
	return sw_map_object(&out);
}

struct sw_value sw_gql_normal(struct sw_arena *a, struct sw_value tree, bool is_schema)
{
	return normal(a, is_schema ? &schema : &query, tree, 0);
}
