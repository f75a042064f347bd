/* SPDX-License-Identifier: Apache-2.0 */
#include "rego/builtins/graphql/parser.h"

#include "base/go/gotext.h"

void sw_gql_put(struct sw_map *m, const char *key, struct sw_value v)
{
	if (v.type <= SW_NULL || (v.type >= SW_ARRAY && v.n == 0))
		return;
	sw_map_adds(m, key, v);
}

/* ---- tokens ---- */

void sw_gql_parser_init(struct sw_gql_parser *p, struct sw_arena *a, struct sw_str text, struct sw_buf *why)
{
	*p = (struct sw_gql_parser){.arena = a, .why = why};
	sw_gql_lexer_init(&p->lexer, a, text);
}

static void fail_at(struct sw_gql_parser *p, struct sw_gql_token t, struct sw_str text)
{
	if (p->failed)
		return;
	p->failed = true;
	if ((int32_t)t.col < 0) { /* what OPA does with a place that it cannot read */
		sw_buf_printf(p->why, "GraphQL parse error: input:%u:%d: ", t.line, (int32_t)t.col);
		sw_buf_addstr(p->why, text);
		return;
	}
	sw_buf_addstr(p->why, text);
	sw_buf_printf(p->why, " in GraphQL string at location %u:%u", t.line, t.col);
}

struct sw_gql_token sw_gql_peek(struct sw_gql_parser *p)
{
	struct sw_list comments;

	if (p->failed)
		return p->prev;
	if (p->peeked)
		return p->token;
	sw_list_init(&comments, p->arena);
	while ((p->token = sw_gql_lex(&p->lexer)).kind == SW_GQL_COMMENT) {
		struct sw_map one;
		sw_map_init(&one, p->arena);
		sw_map_adds(&one, "Value", sw_string(p->token.value));
		sw_list_add(&comments, sw_map_object(&one));
	}
	p->peeked = true;
	if (comments.n) {
		struct sw_map group;
		sw_map_init(&group, p->arena);
		sw_map_adds(&group, "List", sw_list_array(&comments));
		p->comment = sw_map_object(&group);
	}
	return p->token;
}

struct sw_gql_token sw_gql_next(struct sw_gql_parser *p)
{
	if (p->failed)
		return p->prev;
	p->prev = sw_gql_peek(p);
	p->peeked = false;
	p->comment = sw_undef();
	if (p->prev.kind == SW_GQL_INVALID)
		fail_at(p, p->prev, SW_STR("Unexpected <Invalid>"));
	return p->prev;
}

bool sw_gql_at(struct sw_gql_parser *p, enum sw_gql_token_kind kind)
{
	return !p->failed && sw_gql_peek(p).kind == kind;
}

bool sw_gql_at_name(struct sw_gql_parser *p, const char *name)
{
	return sw_gql_at(p, SW_GQL_NAME) && sw_str_is(p->token.value, name);
}

bool sw_gql_skip(struct sw_gql_parser *p, enum sw_gql_token_kind kind)
{
	if (!sw_gql_at(p, kind))
		return false;
	sw_gql_next(p);
	return true;
}

static void put_token(struct sw_buf *out, struct sw_gql_token t)
{
	sw_buf_addz(out, sw_gql_kind_name(t.kind));
	if (t.value.n) {
		sw_buf_addch(out, ' ');
		sw_gotext_quote(out, t.value);
	}
}

void sw_gql_unexpected(struct sw_gql_parser *p, struct sw_gql_token t)
{
	sw_autobuf text;

	sw_buf_init(&text, 1 << 20);
	sw_buf_addz(&text, "Unexpected ");
	put_token(&text, t);
	fail_at(p, t, sw_buf_str(&text));
}

static void expected(struct sw_gql_parser *p, enum sw_gql_token_kind kind)
{
	struct sw_gql_token t = sw_gql_peek(p);
	sw_autobuf text;

	sw_buf_init(&text, 256);
	sw_buf_printf(&text, "Expected %s, found %s", sw_gql_kind_name(kind), sw_gql_kind_name(t.kind));
	fail_at(p, t, sw_buf_str(&text));
}

void sw_gql_expect(struct sw_gql_parser *p, enum sw_gql_token_kind kind)
{
	if (!sw_gql_skip(p, kind))
		expected(p, kind);
}

struct sw_value sw_gql_keyword(struct sw_gql_parser *p, const char *name)
{
	struct sw_gql_token t = sw_gql_peek(p);
	struct sw_value comment = p->comment;
	sw_autobuf text;

	sw_buf_init(&text, 1 << 20);
	if (sw_gql_at_name(p, name)) {
		sw_gql_next(p);
		return comment;
	}
	sw_buf_printf(&text, "Expected \"%s\", found ", name);
	put_token(&text, t);
	fail_at(p, t, sw_buf_str(&text));
	return comment;
}

struct sw_value sw_gql_name(struct sw_gql_parser *p)
{
	sw_gql_expect(p, SW_GQL_NAME);
	return sw_string(p->failed ? SW_STR("") : p->prev.value);
}

struct sw_value sw_gql_pos(struct sw_gql_parser *p)
{
	struct sw_gql_token t = sw_gql_peek(p);

	return sw_int((int64_t)t.line << 32 | t.col);
}

static bool deeper(struct sw_gql_parser *p)
{
	if (p->depth++ < SW_GQL_DEPTH)
		return true;
	fail_at(p, sw_gql_peek(p), SW_STR("Nested too deeply"));
	return false;
}

struct sw_value sw_gql_some(struct sw_gql_parser *p, enum sw_gql_token_kind open,
	enum sw_gql_token_kind close, struct sw_value (*one)(struct sw_gql_parser *),
	struct sw_value *ret_comment)
{
	struct sw_list l;
	sw_autobuf text;

	sw_buf_init(&text, 256);
	if (!sw_gql_skip(p, open) || !deeper(p))
		return sw_undef();
	sw_list_init(&l, p->arena);
	while (!p->failed && !sw_gql_at(p, close)) {
		struct sw_value v = one(p);
		if (!p->failed)
			sw_list_add(&l, v);
	}
	p->depth--;
	if (!p->failed && !l.n) {
		sw_buf_printf(&text, "expected at least one definition, found %s",
			sw_gql_kind_name(sw_gql_peek(p).kind));
		fail_at(p, p->token, sw_buf_str(&text));
	}
	if (p->failed)
		return sw_undef();
	if (ret_comment)
		*ret_comment = p->comment;
	sw_gql_next(p);
	return sw_list_array(&l);
}

/* ---- values, types, directives ---- */

static struct sw_value value_node(struct sw_gql_parser *p, struct sw_value raw, int kind,
	struct sw_value children, struct sw_value pos, struct sw_value comment)
{
	struct sw_map m;

	sw_map_init(&m, p->arena);
	sw_map_adds(&m, "Raw", raw);
	sw_map_adds(&m, "Kind", sw_int(kind));
	sw_map_adds(&m, "ExpectedTypeHasDefault", sw_bool(false));
	sw_gql_put(&m, "Children", children);
	sw_gql_put(&m, "Comment", comment);
	sw_map_adds(&m, "Position", pos);
	return sw_map_object(&m);
}

static struct sw_value child_node(
	struct sw_gql_parser *p, struct sw_value name, struct sw_value pos, struct sw_value comment, bool constant)
{
	struct sw_map m;

	sw_map_init(&m, p->arena);
	sw_map_adds(&m, "Name", name);
	sw_gql_put(&m, "Position", pos);
	sw_gql_put(&m, "Comment", comment);
	sw_gql_put(&m, "Value", sw_gql_value(p, constant));
	return sw_map_object(&m);
}

/* [a, b] and {k: v}: a tuple of children between the brackets. */
static struct sw_value composite(struct sw_gql_parser *p, bool constant)
{
	bool list = sw_gql_at(p, SW_GQL_BRACKET_L);
	struct sw_value pos = sw_gql_pos(p), comment = p->comment;
	struct sw_list l;

	sw_list_init(&l, p->arena);
	sw_gql_next(p);
	if (!deeper(p))
		return sw_undef();
	while (!p->failed && !sw_gql_at(p, list ? SW_GQL_BRACKET_R : SW_GQL_BRACE_R)) {
		struct sw_value name = SW_VSTR(""), at = sw_undef(), note = sw_undef();
		if (!list) {
			at = sw_gql_pos(p);
			note = p->comment;
			name = sw_gql_name(p);
			sw_gql_expect(p, SW_GQL_COLON);
		}
		sw_list_add(&l, child_node(p, name, at, note, constant));
	}
	p->depth--;
	sw_gql_next(p);
	return value_node(p, SW_VSTR(""), list ? 8 : 9, sw_list_array(&l), pos, comment);
}

static int value_kind(struct sw_gql_token t)
{
	switch (t.kind) {
	case SW_GQL_INT:
		return 1;
	case SW_GQL_FLOAT:
		return 2;
	case SW_GQL_STRING:
		return 3;
	case SW_GQL_BLOCK_STRING:
		return 4;
	case SW_GQL_NAME:
		if (sw_str_is(t.value, "true") || sw_str_is(t.value, "false"))
			return 5;
		return sw_str_is(t.value, "null") ? 6 : 7;
	default:
		return -1;
	}
}

struct sw_value sw_gql_value(struct sw_gql_parser *p, bool constant)
{
	struct sw_gql_token t = sw_gql_peek(p);
	struct sw_value pos = sw_gql_pos(p);

	if (p->failed)
		return sw_undef();
	if (t.kind == SW_GQL_BRACKET_L || t.kind == SW_GQL_BRACE_L)
		return composite(p, constant);
	if (t.kind == SW_GQL_DOLLAR && !constant) {
		sw_gql_next(p);
		struct sw_value name = sw_gql_name(p);
		return value_node(p, name, 0, sw_undef(), pos, sw_undef());
	}
	int kind = value_kind(t);
	if (kind < 0) {
		sw_gql_unexpected(p, t);
		return sw_undef();
	}
	sw_gql_next(p);
	return value_node(p, sw_string(t.value), kind, sw_undef(), pos, sw_undef());
}

struct sw_value sw_gql_type(struct sw_gql_parser *p)
{
	struct sw_map m;

	sw_map_init(&m, p->arena);
	if (!deeper(p))
		return sw_undef();
	if (sw_gql_skip(p, SW_GQL_BRACKET_L)) {
		sw_map_adds(&m, "Position", sw_gql_pos(p));
		sw_map_adds(&m, "NamedType", SW_VSTR(""));
		sw_gql_put(&m, "Elem", sw_gql_type(p));
		sw_gql_expect(p, SW_GQL_BRACKET_R);
	} else {
		sw_map_adds(&m, "Position", sw_gql_pos(p));
		sw_map_adds(&m, "NamedType", sw_gql_name(p));
	}
	p->depth--;
	sw_map_adds(&m, "NonNull", sw_bool(sw_gql_skip(p, SW_GQL_BANG)));
	return sw_map_object(&m);
}

static struct sw_value argument(struct sw_gql_parser *p, bool constant)
{
	struct sw_value pos = sw_gql_pos(p), comment = p->comment;
	struct sw_value name = sw_gql_name(p);

	sw_gql_expect(p, SW_GQL_COLON);
	return child_node(p, name, pos, comment, constant);
}

static struct sw_value argument_const(struct sw_gql_parser *p)
{
	return argument(p, true);
}

static struct sw_value argument_any(struct sw_gql_parser *p)
{
	return argument(p, false);
}

static struct sw_value arguments(struct sw_gql_parser *p, bool constant)
{
	return sw_gql_some(
		p, SW_GQL_PAREN_L, SW_GQL_PAREN_R, constant ? argument_const : argument_any, NULL);
}

struct sw_value sw_gql_directives(struct sw_gql_parser *p, bool constant)
{
	struct sw_list l;

	sw_list_init(&l, p->arena);
	while (sw_gql_skip(p, SW_GQL_AT)) {
		struct sw_map m;
		sw_map_init(&m, p->arena);
		sw_map_adds(&m, "Position", sw_gql_pos(p));
		sw_map_adds(&m, "Name", sw_gql_name(p));
		sw_gql_put(&m, "Arguments", arguments(p, constant));
		sw_map_adds(&m, "Location", SW_VSTR(""));
		sw_list_add(&l, sw_map_object(&m));
	}
	return sw_list_array(&l);
}

/* ---- executable documents ---- */

static struct sw_value selection(struct sw_gql_parser *p);

static struct sw_value required_set(struct sw_gql_parser *p)
{
	if (!sw_gql_at(p, SW_GQL_BRACE_L)) {
		expected(p, SW_GQL_BRACE_L);
		return sw_undef();
	}
	return sw_gql_some(p, SW_GQL_BRACE_L, SW_GQL_BRACE_R, selection, NULL);
}

static struct sw_value field(struct sw_gql_parser *p)
{
	struct sw_map m;

	sw_map_init(&m, p->arena);
	sw_map_adds(&m, "Position", sw_gql_pos(p));
	sw_gql_put(&m, "Comment", p->comment);
	struct sw_value alias = sw_gql_name(p);
	sw_map_adds(&m, "Alias", alias);
	sw_map_adds(&m, "Name", sw_gql_skip(p, SW_GQL_COLON) ? sw_gql_name(p) : alias);
	sw_gql_put(&m, "Arguments", arguments(p, false));
	sw_gql_put(&m, "Directives", sw_gql_directives(p, false));
	if (sw_gql_at(p, SW_GQL_BRACE_L))
		sw_gql_put(&m, "SelectionSet",
			sw_gql_some(p, SW_GQL_BRACE_L, SW_GQL_BRACE_R, selection, NULL));
	return sw_map_object(&m);
}

static struct sw_value fragment_name(struct sw_gql_parser *p)
{
	if (sw_gql_at_name(p, "on")) {
		sw_gql_unexpected(p, p->token);
		return SW_VSTR("");
	}
	return sw_gql_name(p);
}

static struct sw_value selection(struct sw_gql_parser *p)
{
	struct sw_map m;

	if (!sw_gql_at(p, SW_GQL_SPREAD))
		return field(p);
	struct sw_value comment = p->comment;
	sw_gql_next(p);
	sw_map_init(&m, p->arena);
	sw_map_adds(&m, "Position", sw_gql_pos(p));
	sw_gql_put(&m, "Comment", comment);
	if (sw_gql_at(p, SW_GQL_NAME) && !sw_gql_at_name(p, "on")) {
		sw_map_adds(&m, "Name", fragment_name(p));
		sw_gql_put(&m, "Directives", sw_gql_directives(p, false));
		return sw_map_object(&m);
	}
	bool on = sw_gql_at_name(p, "on");
	if (on)
		sw_gql_next(p);
	sw_map_adds(&m, "TypeCondition", on ? sw_gql_name(p) : SW_VSTR(""));
	sw_gql_put(&m, "Directives", sw_gql_directives(p, false));
	sw_gql_put(&m, "SelectionSet", required_set(p));
	return sw_map_object(&m);
}

static struct sw_value variable(struct sw_gql_parser *p)
{
	struct sw_map m;

	sw_map_init(&m, p->arena);
	sw_map_adds(&m, "Position", sw_gql_pos(p));
	sw_gql_put(&m, "Comment", p->comment);
	sw_gql_expect(p, SW_GQL_DOLLAR);
	sw_map_adds(&m, "Variable", sw_gql_name(p));
	sw_gql_expect(p, SW_GQL_COLON);
	sw_gql_put(&m, "Type", sw_gql_type(p));
	if (sw_gql_skip(p, SW_GQL_EQUALS))
		sw_gql_put(&m, "DefaultValue", sw_gql_value(p, true));
	sw_gql_put(&m, "Directives", sw_gql_directives(p, false));
	sw_map_adds(&m, "Used", sw_bool(false));
	return sw_map_object(&m);
}

static struct sw_value operation(struct sw_gql_parser *p)
{
	struct sw_map m;

	sw_map_init(&m, p->arena);
	sw_map_adds(&m, "Position", sw_gql_pos(p));
	if (sw_gql_at(p, SW_GQL_BRACE_L)) {
		sw_map_adds(&m, "Operation", SW_VSTR("query"));
		sw_map_adds(&m, "Name", SW_VSTR(""));
		sw_gql_put(&m, "SelectionSet", required_set(p));
		return sw_map_object(&m);
	}
	sw_gql_put(&m, "Comment", p->comment);
	sw_map_adds(&m, "Operation", sw_string(sw_gql_next(p).value));
	sw_map_adds(&m, "Name", sw_gql_at(p, SW_GQL_NAME) ? sw_string(sw_gql_next(p).value) : SW_VSTR(""));
	sw_gql_put(&m, "VariableDefinitions",
		sw_gql_some(p, SW_GQL_PAREN_L, SW_GQL_PAREN_R, variable, NULL));
	sw_gql_put(&m, "Directives", sw_gql_directives(p, false));
	sw_gql_put(&m, "SelectionSet", required_set(p));
	return sw_map_object(&m);
}

static struct sw_value fragment(struct sw_gql_parser *p)
{
	struct sw_map m;

	sw_map_init(&m, p->arena);
	sw_map_adds(&m, "Position", sw_gql_pos(p));
	sw_gql_put(&m, "Comment", p->comment);
	sw_gql_keyword(p, "fragment");
	sw_map_adds(&m, "Name", fragment_name(p));
	sw_gql_put(&m, "VariableDefinition",
		sw_gql_some(p, SW_GQL_PAREN_L, SW_GQL_PAREN_R, variable, NULL));
	sw_gql_keyword(p, "on");
	sw_map_adds(&m, "TypeCondition", sw_gql_name(p));
	sw_gql_put(&m, "Directives", sw_gql_directives(p, false));
	sw_gql_put(&m, "SelectionSet", required_set(p));
	return sw_map_object(&m);
}

struct sw_value sw_gql_parse_query(struct sw_arena *a, struct sw_str text, struct sw_buf *why)
{
	struct sw_gql_parser p;
	struct sw_list ops, frags;
	struct sw_map m;

	sw_gql_parser_init(&p, a, text, why);
	sw_list_init(&ops, a);
	sw_list_init(&frags, a);
	while (!p.failed && !sw_gql_at(&p, SW_GQL_EOF)) {
		if (sw_gql_at(&p, SW_GQL_BRACE_L) || sw_gql_at_name(&p, "query") ||
			sw_gql_at_name(&p, "mutation") || sw_gql_at_name(&p, "subscription"))
			sw_list_add(&ops, operation(&p));
		else if (sw_gql_at_name(&p, "fragment"))
			sw_list_add(&frags, fragment(&p));
		else
			sw_gql_unexpected(&p, p.token);
	}
	if (p.failed)
		return sw_undef();
	sw_map_init(&m, a);
	sw_gql_put(&m, "Operations", sw_list_array(&ops));
	sw_gql_put(&m, "Fragments", sw_list_array(&frags));
	return sw_map_object(&m);
}

/* ---- output ---- */

static struct sw_value strip_list(struct sw_arena *a, struct sw_value v)
{
	struct sw_list l;

	sw_list_init(&l, a);
	sw_array_foreach(e, v) {
		struct sw_value s = sw_gql_strip(a, *e);
		if (s.type > SW_NULL && !(s.type >= SW_ARRAY && s.n == 0) && sw_list_add(&l, s))
			return sw_undef();
	}
	return sw_list_array(&l);
}

struct sw_value sw_gql_strip(struct sw_arena *a, struct sw_value v)
{
	struct sw_map m;

	if (v.type == SW_ARRAY)
		return strip_list(a, v);
	if (v.type != SW_OBJECT)
		return v;
	sw_map_init(&m, a);
	sw_object_foreach(e, v) {
		struct sw_str k = e->k.type == SW_STRING ? sw_value_str(e->k) : SW_STR("");
		if (sw_str_is(k, "Position") || sw_str_is(k, "TypePositions"))
			continue;
		struct sw_value s = sw_gql_strip(a, e->v);
		if (s.type > SW_NULL && !(s.type >= SW_ARRAY && s.n == 0) && sw_map_add(&m, e->k, s))
			return sw_undef();
	}
	return sw_map_object(&m);
}
