/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "cis/jq/impl.h"

struct parser {
	struct sw_arena *a;
	struct sw_str s;
	size_t at;
	struct sw_error *err;
	int rc, depth;
};

static struct jq_node *pipe(struct parser *p);
static struct jq_node *postfix(struct parser *p);

static struct jq_node *bad(struct parser *p, const char *what)
{
	if (!p->rc)
		p->rc = sw_error_set(p->err, SW_ESYNTAX, "jq: %s at byte %zu", what, p->at);
	return NULL;
}

static int peek(const struct parser *p)
{
	return p->at < p->s.n ? (unsigned char)p->s.p[p->at] : -1;
}

static void blanks(struct parser *p)
{
	for (; peek(p) >= 0 && (peek(p) <= ' ' || peek(p) == '#'); p->at++)
		if (peek(p) == '#')
			while (peek(p) >= 0 && peek(p) != '\n')
				p->at++;
}

static bool take(struct parser *p, const char *text)
{
	blanks(p);
	if (!sw_str_starts(sw_str_sub(p->s, p->at, p->s.n), sw_str_from(text)))
		return false;
	p->at += strlen(text);
	return true;
}

static bool name_char(int c, bool first)
{
	return c == '_' || ((c | 32) >= 'a' && (c | 32) <= 'z') || (!first && c >= '0' && c <= '9');
}

static struct sw_str name(struct parser *p)
{
	size_t from = p->at;
	while (name_char(peek(p), p->at == from))
		p->at++;
	return sw_str_sub(p->s, from, p->at);
}

static bool take_word(struct parser *p, const char *text)
{
	blanks(p);
	size_t at = p->at;
	if (sw_str_is(name(p), text))
		return true;
	p->at = at;
	return false;
}

static struct jq_node *node(struct parser *p, enum jq_kind kind)
{
	struct jq_node *n = sw_arena_new(p->a, struct jq_node);
	if (!n)
		return bad(p, "the program is too large");
	n->kind = kind;
	return n;
}

static void kid(struct parser *p, struct jq_node *n, struct jq_node *k)
{
	if (!n)
		return;
	if (!(n->n & (n->n - 1)))
		n->kids = sw_arena_grow(p->a, n->kids, n->n * sizeof(*n->kids),
			(n->n ? 2 * n->n : 1) * sizeof(*n->kids));
	if (n->kids)
		n->kids[n->n++] = k;
	else
		bad(p, "the program is too large");
}

static struct jq_node *two(struct parser *p, enum jq_kind kind, struct jq_node *l, struct jq_node *r)
{
	struct jq_node *n = node(p, kind);
	kid(p, n, l);
	kid(p, n, r);
	return n;
}

static struct jq_node *literal(struct parser *p, struct sw_value v)
{
	struct jq_node *n = node(p, JQ_VALUE);
	if (n)
		n->value = v;
	return n;
}

/* "text \(program) text", behind the opening quote */
static struct jq_node *string(struct parser *p)
{
	sw_autobuf b = {0};
	struct jq_node *n = node(p, JQ_STRING);
	sw_buf_init(&b, 1 << 20);
	while (!p->rc && peek(p) >= 0 && peek(p) != '"') {
		int c = peek(p);
		p->at++;
		if (c != '\\') {
			sw_buf_addch(&b, (char)c);
			continue;
		}
		c = peek(p);
		p->at++;
		if (c == '(') {
			kid(p, n, literal(p, sw_string_copy(p->a, sw_buf_str(&b))));
			sw_buf_clear(&b);
			kid(p, n, pipe(p));
			if (!take(p, ")"))
				bad(p, "\\( without )");
		} else if (c == 'u') {
			uint32_t cp = 0;
			for (int i = 0; i < 4 && peek(p) >= 0; i++, p->at++) {
				int d = peek(p);
				cp = cp * 16 + (uint32_t)(d <= '9' ? d - '0' : (d | 32) - 'a' + 10);
			}
			sw_buf_addrune(&b, cp & 0xffff);
		} else {
			sw_buf_addch(&b, c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : (char)c);
		}
	}
	if (peek(p) != '"')
		return bad(p, "a string is not closed");
	p->at++;
	struct jq_node *last = literal(p, sw_string_copy(p->a, sw_buf_str(&b)));
	if (n && !n->n)
		return last;
	kid(p, n, last);
	return n;
}

static struct jq_node *if_then(struct parser *p)
{
	struct jq_node *n = node(p, JQ_IF);
	kid(p, n, pipe(p));
	if (!take_word(p, "then"))
		return bad(p, "if without then");
	kid(p, n, pipe(p));
	if (take_word(p, "elif"))
		kid(p, n, ++p->depth > JQ_DEPTH_MAX ? bad(p, "nested too deeply") : if_then(p));
	else if (take_word(p, "else"))
		kid(p, n, pipe(p));
	else
		kid(p, n, node(p, JQ_DOT));
	if (n && n->n == 3 && n->kids[2] && n->kids[2]->kind == JQ_IF && p->at >= 3 &&
		sw_str_is(sw_str_sub(p->s, p->at - 3, p->at), "end"))
		return n; /* the elif took it */
	return take_word(p, "end") ? n : bad(p, "if without end");
}

static struct jq_node *object_key(struct parser *p)
{
	struct jq_node *k;
	blanks(p);
	if (take(p, "\""))
		return string(p);
	if (take(p, "(")) {
		k = pipe(p);
		return take(p, ")") ? k : bad(p, "( without )");
	}
	struct sw_str w = name(p);
	return w.n ? literal(p, sw_string(w)) : bad(p, "a key is missing");
}

static struct jq_node *object(struct parser *p)
{
	struct jq_node *n = node(p, JQ_OBJECT);
	while (!p->rc && !take(p, "}")) {
		blanks(p);
		if (take(p, "$")) {
			struct jq_node *v = node(p, JQ_VAR);
			struct sw_str w = name(p);
			if (v)
				v->name = w;
			kid(p, n, literal(p, sw_string(w)));
			kid(p, n, v);
		} else {
			struct jq_node *k = object_key(p), *v = NULL;
			if (take(p, ":")) {
				v = postfix(p);
				while (!p->rc && take(p, "|"))
					v = two(p, JQ_PIPE, v, postfix(p));
			} else {
				v = two(p, JQ_INDEX, node(p, JQ_DOT), k);
			}
			kid(p, n, k);
			kid(p, n, v);
		}
		if (!take(p, ",")) {
			blanks(p);
			if (peek(p) != '}')
				return bad(p, "this is not part of an object");
		}
	}
	return n;
}

static struct jq_node *call(struct parser *p, struct sw_str w)
{
	struct jq_node *n = node(p, JQ_CALL);
	if (!n)
		return NULL;
	n->name = w;
	if (peek(p) == '(') {
		p->at++;
		do
			kid(p, n, pipe(p));
		while (!p->rc && take(p, ";"));
		if (!take(p, ")"))
			return bad(p, "( without )");
	}
	if (!p->rc && !jq_known(w, n->n)) {
		p->rc = sw_error_set(
			p->err, SW_EUNSUPPORTED, "jq: %.*s/%u is not known", SW_STR_ARG(w), n->n);
		return NULL;
	}
	return n;
}

static struct jq_node *number(struct parser *p)
{
	size_t from = p->at;
	while ((peek(p) >= '0' && peek(p) <= '9') || peek(p) == '.')
		p->at++;
	return literal(p, sw_number(sw_str_sub(p->s, from, p->at)));
}

static struct jq_node *word_term(struct parser *p)
{
	struct sw_str w = name(p);
	if (sw_str_is(w, "if"))
		return if_then(p);
	if (sw_str_is(w, "try")) {
		struct jq_node *n = node(p, JQ_TRY);
		kid(p, n, postfix(p));
		if (take_word(p, "catch"))
			kid(p, n, postfix(p));
		return n;
	}
	if (sw_str_is(w, "true") || sw_str_is(w, "false"))
		return literal(p, sw_bool(w.n == 4));
	if (sw_str_is(w, "null"))
		return literal(p, sw_null());
	if (sw_str_is(w, "reduce") || sw_str_is(w, "foreach") || sw_str_is(w, "def") ||
		sw_str_is(w, "label") || sw_str_is(w, "import"))
		return bad(p, "reduce, foreach, def, label and import are not known");
	return call(p, w);
}

static struct jq_node *term(struct parser *p)
{
	struct jq_node *n;
	blanks(p);
	int c = peek(p);
	if (take(p, ".."))
		return node(p, JQ_RECURSE);
	if (c == '.') { /* the suffixes take it apart; `.` alone is the input */
		int next = p->at + 1 < p->s.n ? (unsigned char)p->s.p[p->at + 1] : -1;
		if (!name_char(next, true) && next != '"')
			p->at++;
		return node(p, JQ_DOT);
	}
	if (c == '"') {
		p->at++;
		return string(p);
	}
	if (c >= '0' && c <= '9')
		return number(p);
	if (take(p, "-"))
		return two(p, JQ_NEG, postfix(p), NULL);
	if (take(p, "(")) {
		n = pipe(p);
		return take(p, ")") ? n : bad(p, "( without )");
	}
	if (take(p, "[")) {
		n = node(p, JQ_ARRAY);
		if (!take(p, "]")) {
			kid(p, n, pipe(p));
			if (!take(p, "]"))
				return bad(p, "[ without ]");
		}
		return n;
	}
	if (take(p, "{"))
		return object(p);
	if (take(p, "$")) {
		n = node(p, JQ_VAR);
		struct sw_str w = name(p);
		if (n)
			n->name = w;
		return n;
	}
	return name_char(c, true) ? word_term(p) : bad(p, "this is not known");
}

/* .[ … ] behind the bracket */
static struct jq_node *bracket(struct parser *p, struct jq_node *t)
{
	if (take(p, "]"))
		return two(p, JQ_EACH, t, NULL);
	struct jq_node *from = NULL, *n;
	if (!take(p, ":")) {
		from = pipe(p);
		if (take(p, "]"))
			return two(p, JQ_INDEX, t, from);
		if (!take(p, ":"))
			return bad(p, "[ without ]");
	}
	n = two(p, JQ_SLICE, t, from);
	if (take(p, "]")) {
		kid(p, n, NULL);
		return n;
	}
	kid(p, n, pipe(p));
	return take(p, "]") ? n : bad(p, "[ without ]");
}

static struct jq_node *postfix(struct parser *p)
{
	if (++p->depth > JQ_DEPTH_MAX * 4)
		return bad(p, "nested too deeply");
	struct jq_node *t = term(p);
	while (!p->rc) {
		blanks(p);
		if (peek(p) == '?') {
			p->at++;
			t = two(p, JQ_TRY, t, NULL);
			if (t)
				t->n = 1;
		} else if (peek(p) == '[') {
			p->at++;
			t = bracket(p, t);
		} else if (peek(p) == '.' && p->at + 1 < p->s.n &&
			   (name_char((unsigned char)p->s.p[p->at + 1], true) ||
				   p->s.p[p->at + 1] == '"' || p->s.p[p->at + 1] == '[')) {
			p->at++;
			if (peek(p) == '[')
				continue;
			if (take(p, "\"")) {
				t = two(p, JQ_INDEX, t, string(p));
			} else {
				struct sw_str w = name(p);
				t = two(p, JQ_INDEX, t, literal(p, sw_string(w)));
			}
		} else {
			break;
		}
	}
	if (!p->rc && take_word(p, "as")) {
		struct jq_node *n = node(p, JQ_AS);
		if (!take(p, "$"))
			return bad(p, "as without a variable");
		struct sw_str w = name(p);
		if (!take(p, "|"))
			return bad(p, "as without |");
		kid(p, n, t);
		kid(p, n, pipe(p));
		if (n)
			n->name = w;
		t = n;
	}
	p->depth--;
	return t;
}

/* 0: // (right) 1: or 2: and 3: comparisons 4: + - 5: * / % */
static struct jq_node *binary(struct parser *p, int level)
{
	static const char *const ops[6][7] = {{"//"}, {"or"}, {"and"},
		{"==", "!=", "<=", ">=", "<", ">"}, {"+", "-"}, {"*", "/", "%"}};
	static const enum jq_kind kinds[] = {JQ_ALT, JQ_OR, JQ_AND, JQ_BIN, JQ_BIN, JQ_BIN};
	if (level == 6)
		return postfix(p);
	struct jq_node *l = binary(p, level + 1);
	for (int i = 0; !p->rc && ops[level][i]; i++) {
		blanks(p);
		bool hit = level == 1 || level == 2 ? take_word(p, ops[level][i])
						    : take(p, ops[level][i]);
		if (hit && ops[level][i][0] == '/' && level == 5 && peek(p) == '/') {
			p->at--;
			continue;
		}
		if (hit && peek(p) == '=' && level != 3)
			return bad(p, "assignments are not known");
		if (!hit)
			continue;
		struct jq_node *n = two(p, kinds[level], l, binary(p, level == 0 ? 0 : level + 1));
		if (n)
			memcpy(n->op, ops[level][i], strlen(ops[level][i]) < 3 ? strlen(ops[level][i]) : 2);
		l = n;
		i = -1;
	}
	return l;
}

static struct jq_node *comma(struct parser *p)
{
	struct jq_node *l = binary(p, 0);
	while (!p->rc && take(p, ","))
		l = two(p, JQ_COMMA, l, binary(p, 0));
	return l;
}

static struct jq_node *pipe(struct parser *p)
{
	if (++p->depth > JQ_DEPTH_MAX * 4)
		return bad(p, "nested too deeply");
	struct jq_node *l = comma(p);
	blanks(p);
	if (!p->rc && peek(p) == '|') {
		p->at++;
		if (peek(p) == '=')
			return bad(p, "assignments are not known");
		l = two(p, JQ_PIPE, l, pipe(p));
	}
	p->depth--;
	return l;
}

int sw_cis_jq_parse(struct sw_arena *a, struct sw_str text, struct sw_cis_jq **ret,
	struct sw_error *err)
{
	struct parser p = {.a = a, .s = text, .err = err};
	struct sw_cis_jq *q = sw_arena_new(a, struct sw_cis_jq);
	if (!q)
		return sw_error_set(err, SW_ELIMIT, "jq: the program is too large");
	blanks(&p);
	q->root = peek(&p) < 0 ? node(&p, JQ_DOT) : pipe(&p);
	blanks(&p);
	if (!p.rc && p.at < text.n)
		bad(&p, "this is not known");
	if (!p.rc)
		*ret = q;
	return p.rc;
}
