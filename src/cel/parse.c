/* SPDX-License-Identifier: Apache-2.0 */
/* The grammar of CEL, by recursive descent; macros are expanded as soon as their call is read. */
#include <errno.h>
#include <stdlib.h>

#include "cel/internal.h"
#include "cel/lexer.h"

struct parser {
	struct cel_compiler *k;
	struct cel_lexer lex;
	struct cel_token t;
	uint32_t nest;
};

static struct cel_node *expr(struct parser *p);

struct cel_node *cel_node_new(struct cel_compiler *k, enum cel_op op, uint32_t at, uint32_t n)
{
	struct cel_node *node = sw_arena_new(k->a, struct cel_node);
	struct cel_node **args = n ? sw_arena_new_array(k->a, n, struct cel_node *) : NULL;
	if (!node || (n && !args)) {
		if (!k->full)
			cel_issue(k, at, "the expression is too large");
		k->full = true;
		return NULL;
	}
	node->op = (uint8_t)op;
	node->at = at;
	node->n = n;
	node->args = args;
	node->depth = 1;
	return node;
}

static struct cel_node *fail(struct parser *p, const char *what)
{
	if (!p->k->failed) {
		if (p->t.kind == CEL_TOK_ERROR)
			cel_issue(p->k, p->t.at, "Syntax error: %s", p->t.why);
		else if (p->t.kind == CEL_TOK_END)
			cel_issue(p->k, p->t.at,
				"Syntax error: unexpected end of the expression, expected %s",
				what);
		else
			cel_issue(p->k, p->t.at, "Syntax error: unexpected '%.*s', expected %s",
				SW_STR_ARG(sw_str_sub(p->t.text, 0, 40)), what);
	}
	return NULL;
}

static void next(struct parser *p)
{
	cel_lexer_next(&p->lex, &p->t);
}

static bool is(const struct parser *p, const char *punct)
{
	return p->t.kind == CEL_TOK_PUNCT && sw_str_is(p->t.text, punct);
}

static bool take(struct parser *p, const char *punct)
{
	if (!is(p, punct))
		return false;
	next(p);
	return true;
}

/* Sets the depth from the children; NULL when it is too deep. */
static struct cel_node *seal(struct parser *p, struct cel_node *n)
{
	if (!n)
		return NULL;
	for (uint32_t i = 0; i < n->n; i++) {
		if (!n->args[i])
			continue;
		if (n->args[i]->depth >= n->depth)
			n->depth = (uint16_t)(n->args[i]->depth + 1);
	}
	if (n->depth > CEL_DEPTH_MAX) {
		cel_issue(p->k, n->at, "the expression is nested more than %d deep", CEL_DEPTH_MAX);
		return NULL;
	}
	return n;
}

static struct cel_node *node1(struct parser *p, enum cel_op op, uint32_t at, struct cel_node *a)
{
	struct cel_node *n = a ? cel_node_new(p->k, op, at, 1) : NULL;
	if (n)
		n->args[0] = a;
	return seal(p, n);
}

static struct cel_node *node2(
	struct parser *p, enum cel_op op, uint32_t at, struct cel_node *a, struct cel_node *b)
{
	struct cel_node *n = a && b ? cel_node_new(p->k, op, at, 2) : NULL;
	if (n) {
		n->args[0] = a;
		n->args[1] = b;
	}
	return seal(p, n);
}

/* ---- lists of arguments ---- */

struct nodes {
	struct cel_node **v;
	uint32_t n, cap;
};

static bool add(struct parser *p, struct nodes *l, struct cel_node *n)
{
	if (!n)
		return false;
	if (l->n == CEL_ARGS_MAX) {
		cel_issue(p->k, n->at, "more than %d elements", CEL_ARGS_MAX);
		return false;
	}
	if (l->n == l->cap) {
		uint32_t want = l->cap ? l->cap * 2 : 8;
		struct cel_node **v =
			sw_arena_grow(p->k->a, l->v, l->cap * sizeof(*v), want * sizeof(*v));
		if (!v) {
			cel_issue(p->k, n->at, "the expression is too large");
			return false;
		}
		l->v = v;
		l->cap = want;
	}
	l->v[l->n++] = n;
	return true;
}

static struct cel_node *with_args(
	struct parser *p, enum cel_op op, uint32_t at, const struct nodes *l)
{
	struct cel_node *n = cel_node_new(p->k, op, at, 0);
	if (!n)
		return NULL;
	n->args = l->v;
	n->n = l->n;
	return seal(p, n);
}

/* Behind '('; takes the ')'. */
static bool arguments(struct parser *p, struct nodes *l)
{
	if (take(p, ")"))
		return true;
	do {
		if (!add(p, l, expr(p)))
			return false;
	} while (take(p, ","));
	if (!take(p, ")")) {
		fail(p, "',' or ')'");
		return false;
	}
	return true;
}

static struct cel_node *list(struct parser *p, uint32_t at)
{
	struct nodes l = {0};
	while (!is(p, "]")) {
		bool optional = take(p, "?");
		struct cel_node *e = expr(p);
		if (e && optional)
			e = node1(p, OP_MAYBE, e->at, e);
		if (!add(p, &l, e))
			return NULL;
		if (!take(p, ","))
			break;
	}
	if (!take(p, "]"))
		return fail(p, "',' or ']'");
	return with_args(p, OP_LIST, at, &l);
}

/* Behind '{'. The keys of a message are names. */
static struct cel_node *entries(struct parser *p, enum cel_op op, uint32_t at)
{
	struct nodes l = {0};
	while (!is(p, "}")) {
		bool optional = take(p, "?");
		struct cel_node *key;
		if (op == OP_MESSAGE) {
			if (p->t.kind != CEL_TOK_IDENT && p->t.kind != CEL_TOK_ESCAPED)
				return fail(p, "a field's name");
			key = cel_node_new(p->k, OP_CONST, p->t.at, 0);
			if (key)
				key->value = sw_string(p->t.name);
			next(p);
		} else {
			key = expr(p);
		}
		if (!add(p, &l, key))
			return NULL;
		if (!take(p, ":"))
			return fail(p, "':'");
		struct cel_node *v = expr(p);
		if (v && optional)
			v = node1(p, OP_MAYBE, v->at, v);
		if (!add(p, &l, v))
			return NULL;
		if (!take(p, ","))
			break;
	}
	if (!take(p, "}"))
		return fail(p, "',' or '}'");
	return with_args(p, op, at, &l);
}

/* ---- primary ---- */

static struct cel_node *constant(struct parser *p, struct sw_value v)
{
	struct cel_node *n = cel_node_new(p->k, OP_CONST, p->t.at, 0);
	if (n)
		n->value = v;
	next(p);
	return n;
}

/* The number that the lexer cut; `minus` stands right before it. */
static struct cel_node *number(struct parser *p, bool minus)
{
	char *s = sw_arena_cstr(p->k->a, p->t.text);
	if (!s)
		return fail(p, "less");
	errno = 0;
	if (p->t.kind == CEL_TOK_FLOAT) {
		double d = strtod(s, NULL);
		if (d > 1.7976931348623157e308 || d < -1.7976931348623157e308) {
			cel_issue(p->k, p->t.at, "invalid double literal");
			return NULL;
		}
		return constant(p, sw_double(minus ? -d : d));
	}
	bool hex = p->t.text.n > 1 && (s[1] == 'x' || s[1] == 'X');
	unsigned long long u = strtoull(hex ? s + 2 : s, NULL, hex ? 16 : 10);
	bool is_uint = p->t.kind == CEL_TOK_UINT;
	if (errno || (!is_uint && u > (uint64_t)INT64_MAX + (minus ? 1 : 0))) {
		cel_issue(p->k, p->t.at, "invalid %s literal: value out of range",
			is_uint ? "uint" : "int");
		return NULL;
	}
	if (is_uint)
		return constant(p, cel_uint(u));
	return constant(p, sw_int(minus ? (int64_t)(0 - u) : (int64_t)u));
}

static bool reserved(struct sw_str s)
{
	static const char *const words[] = {"as", "break", "const", "continue", "else", "for",
		"function", "if", "import", "let", "loop", "package", "namespace", "return", "var",
		"void", "while", NULL};
	for (const char *const *w = words; *w; w++)
		if (sw_str_is(s, *w))
			return true;
	return false;
}

static struct cel_node *call(
	struct parser *p, struct cel_node *target, struct sw_str name, uint32_t at)
{
	struct nodes l = {0};
	if (target && !add(p, &l, target))
		return NULL;
	if (!arguments(p, &l))
		return NULL;
	bool failed = false;
	uint32_t skip = target ? 1 : 0;
	struct cel_node *m = cel_macro(p->k, target, name, l.v + skip, l.n - skip, at, &failed);
	if (failed)
		return NULL;
	if (m)
		return seal(p, m);
	struct cel_node *n = with_args(p, OP_CALL, at, &l);
	if (n) {
		n->value = sw_string(name);
		n->method = target != NULL;
	}
	return n;
}

/* Is the node a name with dots, which may be that of a message's type? Its text, else p NULL. */
static struct sw_str dotted(struct parser *p, const struct cel_node *n)
{
	if (n->op == OP_IDENT)
		return sw_value_str(n->value);
	if (n->op != OP_SELECT)
		return (struct sw_str){0};
	struct sw_str head = dotted(p, n->args[0]);
	if (!head.p)
		return head;
	return sw_arena_printf(
		p->k->a, "%.*s.%.*s", SW_STR_ARG(head), SW_STR_ARG(sw_value_str(n->value)));
}

static struct cel_node *identifier(struct parser *p, bool lead_dot, uint32_t at)
{
	struct sw_str name = p->t.name;
	if (p->t.kind != CEL_TOK_IDENT)
		return fail(p, "a name");
	next(p);
	uint32_t paren = p->t.at; /* where a call stands, in cel-go */
	if (take(p, "(")) {
		struct cel_node *n = call(p, NULL, name, paren);
		if (n)
			n->lead_dot = lead_dot;
		return n;
	}
	if (reserved(name)) {
		cel_issue(p->k, at, "Syntax error: reserved identifier: %.*s", SW_STR_ARG(name));
		return NULL;
	}
	struct cel_node *n = cel_node_new(p->k, OP_IDENT, at, 0);
	if (n) {
		n->value = sw_string(name);
		n->lead_dot = lead_dot;
	}
	return n;
}

static struct cel_node *primary(struct parser *p)
{
	uint32_t at = p->t.at;
	switch (p->t.kind) {
	case CEL_TOK_INT:
	case CEL_TOK_UINT:
	case CEL_TOK_FLOAT:
		return number(p, false);
	case CEL_TOK_STRING:
		return constant(p, sw_string(p->t.name));
	case CEL_TOK_BYTES:
		return constant(p, cel_kind_str(SW_CEL_BYTES, p->t.name));
	case CEL_TOK_TRUE:
	case CEL_TOK_FALSE:
		return constant(p, sw_bool(p->t.kind == CEL_TOK_TRUE));
	case CEL_TOK_NULL:
		return constant(p, sw_null());
	case CEL_TOK_IDENT:
		return identifier(p, false, at);
	default:
		break;
	}
	if (take(p, "."))
		return identifier(p, true, at);
	if (take(p, "(")) {
		struct cel_node *n = expr(p);
		if (n && !take(p, ")"))
			return fail(p, "')'");
		return n;
	}
	if (take(p, "["))
		return list(p, at);
	if (take(p, "{"))
		return entries(p, OP_MAP, at);
	return fail(p, "an expression");
}

static struct cel_node *member_field(struct parser *p, struct cel_node *n, uint32_t at)
{
	bool optional = take(p, "?");
	struct sw_str name = p->t.name;
	bool escaped = p->t.kind == CEL_TOK_ESCAPED;
	if (p->t.kind != CEL_TOK_IDENT && !escaped)
		return fail(p, "a field's name");
	next(p);
	if (!optional && !escaped && is(p, "(")) {
		uint32_t paren = p->t.at;
		next(p);
		return call(p, n, name, paren);
	}
	struct cel_node *s = node1(p, optional ? OP_OPT_SELECT : OP_SELECT, at, n);
	if (s)
		s->value = sw_string(name);
	return s;
}

static struct cel_node *member(struct parser *p)
{
	struct cel_node *n = primary(p);
	while (n) {
		uint32_t at = p->t.at;
		if (take(p, ".")) {
			n = member_field(p, n, at);
		} else if (take(p, "[")) {
			bool optional = take(p, "?");
			struct cel_node *i = expr(p);
			if (i && !take(p, "]"))
				return fail(p, "']'");
			n = node2(p, optional ? OP_OPT_INDEX : OP_INDEX, at, n, i);
		} else if (is(p, "{") && (n->op == OP_IDENT || n->op == OP_SELECT)) {
			struct sw_str name = dotted(p, n);
			if (!name.p)
				return fail(p, "an operator or the end");
			next(p);
			n = entries(p, OP_MESSAGE, n->at);
			if (n)
				n->value = sw_string(name);
		} else {
			return n;
		}
	}
	return NULL;
}

static struct cel_node *unary(struct parser *p)
{
	uint32_t at = p->t.at, count = 0;
	const char *op = is(p, "!") ? "!" : is(p, "-") ? "-" : NULL;
	if (!op)
		return member(p);
	while (take(p, op))
		count++;
	struct cel_node *n = NULL;
	bool num = p->t.kind == CEL_TOK_INT || p->t.kind == CEL_TOK_FLOAT;
	if (*op == '-' && num) { /* the last sign is the literal's */
		struct parser before = *p;
		n = number(p, true);
		if (n && (is(p, ".") || is(p, "["))) { /* -1.f() is of the literal too, in cel-go */
			*p = before;
			n = NULL;
			n = member(p);
			if (!n)
				return NULL;
		} else if (n) {
			count--;
		}
	} else {
		n = member(p);
	}
	if (n && count % 2)
		n = node1(p, *op == '!' ? OP_NOT : OP_NEG, at, n);
	return n;
}

static enum cel_op binary_op(const struct parser *p, int level)
{
	static const struct {
		const char *text;
		enum cel_op op;
		int level;
	} ops[] = {{"*", OP_MUL, 2}, {"/", OP_DIV, 2}, {"%", OP_MOD, 2}, {"+", OP_ADD, 1},
		{"-", OP_SUB, 1}, {"==", OP_EQ, 0}, {"!=", OP_NE, 0}, {"<", OP_LT, 0},
		{"<=", OP_LE, 0}, {">", OP_GT, 0}, {">=", OP_GE, 0}};
	if (p->t.kind == CEL_TOK_IN)
		return level == 0 ? OP_IN : OP_CONST;
	for (size_t i = 0; i < sizeof(ops) / sizeof(*ops); i++)
		if (ops[i].level == level && is(p, ops[i].text))
			return ops[i].op;
	return OP_CONST;
}

static struct cel_node *binary(struct parser *p, int level)
{
	struct cel_node *n = level == 2 ? unary(p) : binary(p, level + 1);
	while (n) {
		uint32_t at = p->t.at;
		enum cel_op op = binary_op(p, level);
		if (op == OP_CONST)
			return n;
		next(p);
		n = node2(p, op, at, n, level == 2 ? unary(p) : binary(p, level + 1));
	}
	return NULL;
}

static struct cel_node *logical(struct parser *p, bool any)
{
	const char *op = any ? "||" : "&&";
	struct nodes l = {0};
	struct cel_node *n = any ? logical(p, false) : binary(p, 0);
	uint32_t at = p->t.at;
	if (!n || !is(p, op))
		return n;
	if (!add(p, &l, n))
		return NULL;
	while (take(p, op))
		if (!add(p, &l, any ? logical(p, false) : binary(p, 0)))
			return NULL;
	return with_args(p, any ? OP_OR : OP_AND, at, &l);
}

static struct cel_node *expr(struct parser *p)
{
	if (++p->nest > CEL_NEST_MAX) {
		cel_issue(p->k, p->t.at, "expression recursion limit exceeded: %d", CEL_NEST_MAX);
		return NULL;
	}
	struct cel_node *n = logical(p, true);
	uint32_t at = p->t.at;
	if (n && take(p, "?")) {
		struct cel_node *yes = logical(p, true);
		if (yes && !take(p, ":"))
			return fail(p, "':'");
		struct cel_node *no = yes ? expr(p) : NULL;
		struct cel_node *c = no ? cel_node_new(p->k, OP_COND, at, 3) : NULL;
		if (c) {
			c->args[0] = n;
			c->args[1] = yes;
			c->args[2] = no;
		}
		n = seal(p, c);
	}
	p->nest--;
	return n;
}

struct cel_node *cel_parse(struct cel_compiler *k)
{
	struct parser p = {.k = k};
	if (sw_utf8_count(k->text) > CEL_TEXT_MAX) {
		cel_issue(k, 0, "expression code point size exceeds limit: %d", CEL_TEXT_MAX);
		return NULL;
	}
	cel_lexer_init(&p.lex, k->a, k->text);
	next(&p);
	struct cel_node *n = expr(&p);
	if (n && p.t.kind != CEL_TOK_END)
		n = fail(&p, "an operator or the end");
	return k->failed ? NULL : n;
}
