/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Locations of mutators. The grammar:
 *
 *     location = field [list] { "." field [list] }        field = word | "text" | 'text'
 *     list     = "[" field ":" ( "*" | field | integer ) "]"
 *
 * Words are letters, digits, - and _ and do not begin with a digit; \ in a text takes the next character.
 */
#include "policy/gatekeeper/mutator.h"
#include "base/go/gofmt.h"

enum token_type { T_ERROR, T_EOF, T_IDENT, T_INT, T_LBRACKET, T_RBRACKET, T_SEPARATOR, T_GLOB, T_COLON };

struct token {
	enum token_type type;
	struct sw_str text;
};

struct parser {
	struct sw_arena *a;
	struct sw_str in;
	size_t at;
	struct token current, peek;
	struct sw_error *err;
	int rc;
};

static const char *type_name(enum token_type t)
{
	static const char *const names[] = {
		"ERROR", "EOF", "IDENT", "INT", "LBRACKET", "RBRACKET", "SEPARATOR", "GLOB", "COLON"};
	return names[t];
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' || c == '-';
}

/* p->at is at the opening quote. */
static struct token scan_quoted(struct parser *p)
{
	char quote = p->in.p[p->at++];
	char *out = sw_arena_alloc(p->a, p->in.n + 1);
	size_t n = 0;
	while (out && p->at < p->in.n) {
		char c = p->in.p[p->at++];
		if (c == quote)
			return (struct token){T_IDENT, {out, n}};
		if (c == '\\') {
			if (p->at == p->in.n)
				break;
			c = p->in.p[p->at++];
		}
		out[n++] = c;
	}
	return (struct token){T_ERROR, {out, out ? n : 0}};
}

static struct token scan(struct parser *p)
{
	while (p->at < p->in.n && memchr(" \t\r\n", p->in.p[p->at], 4))
		p->at++;
	if (p->at == p->in.n)
		return (struct token){T_EOF, SW_STR("")};
	size_t start = p->at;
	char c = p->in.p[start];
	if (is_digit(c) || is_word(c)) {
		bool number = is_digit(c);
		while (p->at < p->in.n && (number ? is_digit(p->in.p[p->at]) : is_word(p->in.p[p->at])))
			p->at++;
		return (struct token){number ? T_INT : T_IDENT, sw_str_sub(p->in, start, p->at)};
	}
	if (c == '"' || c == '\'')
		return scan_quoted(p);
	static const char signs[] = ".[]*:";
	static const enum token_type types[] = {T_SEPARATOR, T_LBRACKET, T_RBRACKET, T_GLOB, T_COLON};
	const char *sign = memchr(signs, c, sizeof(signs) - 1);
	sw_utf8_next(p->in, &p->at);
	return (struct token){sign ? types[sign - signs] : T_ERROR, sw_str_sub(p->in, start, p->at)};
}

static void next(struct parser *p)
{
	p->current = p->peek;
	p->peek = scan(p);
}

static bool expect(struct parser *p, enum token_type t)
{
	if (p->peek.type != t)
		return false;
	next(p);
	return true;
}

/* The first error stays. */
static int unexpected(struct parser *p, const char *wanted, struct sw_str about, const struct token *got)
{
	if (p->rc)
		return p->rc;
	sw_autobuf text;
	sw_buf_init(&text, 4096);
	sw_gofmt_quote(&text, got->text, false);
	p->rc = sw_error_set(p->err, SW_EINVALID, "unexpected token: expected %s%.*s, got: %s: %.*s", wanted,
		SW_STR_ARG(about), type_name(got->type), SW_STR_ARG(sw_buf_str(&text)));
	return p->rc;
}

static int key_value(struct parser *p, struct gk_node *n)
{
	if (expect(p, T_GLOB)) {
		n->glob = true;
		return 0;
	}
	if (expect(p, T_IDENT)) {
		n->value = sw_string(p->current.text);
		return 0;
	}
	if (!expect(p, T_INT))
		return unexpected(p, "key value or glob in listSpec", SW_STR(""), &p->peek);
	int64_t i;
	if (!sw_str_to_i64(p->current.text, &i)) {
		p->rc = sw_error_set(p->err, SW_EINVALID,
			"overflow in integer string: %.*s: parsing key value for key: %.*s",
			SW_STR_ARG(p->current.text), SW_STR_ARG(n->key));
		return p->rc;
	}
	n->value = sw_int(i);
	return 0;
}

static int parse_list(struct parser *p, struct gk_node *n)
{
	*n = (struct gk_node){.list = true};
	if (!expect(p, T_IDENT))
		return unexpected(p, "keyField in listSpec", SW_STR(""), &p->peek);
	n->key = p->current.text;
	if (!expect(p, T_COLON))
		return unexpected(p, "':' following keyField ", n->key, &p->peek);
	int rc = key_value(p, n);
	if (rc == 0 && !expect(p, T_RBRACKET))
		rc = unexpected(p, "']' following listSpec", SW_STR(""), &p->peek);
	return rc;
}

static int parse_steps(struct parser *p, struct gk_path *out)
{
	while (p->current.type == T_IDENT) {
		if (out->n + 2 > GK_PATH_MAX)
			return sw_error_set(p->err, SW_ELIMIT, "more than %d steps in a location", GK_PATH_MAX);
		out->v[out->n++] = (struct gk_node){.key = p->current.text};
		if (expect(p, T_LBRACKET)) {
			int rc = parse_list(p, &out->v[out->n]);
			if (rc < 0)
				return rc;
			out->n++;
		}
		if (expect(p, T_SEPARATOR)) {
			if (p->peek.type == T_EOF)
				return sw_error_set(p->err, SW_EINVALID, "trailing separators are forbidden");
			next(p);
		} else if (!expect(p, T_EOF)) {
			return unexpected(p, "'.' or eof", SW_STR(""), &p->peek);
		}
	}
	return p->current.type == T_EOF ? 0 : unexpected(p, "field name or eof", SW_STR(""), &p->current);
}

int gk_path_parse(struct sw_arena *a, struct sw_str text, struct gk_path *ret, struct sw_error *err)
{
	struct parser p = {.a = a, .in = text, .err = err};
	struct gk_path out = {.n = 0};
	if (!p.in.p)
		p.in = SW_STR("");
	next(&p);
	next(&p);
	int rc = parse_steps(&p, &out);
	if (rc == 0)
		*ret = out;
	return rc;
}

bool gk_node_eq(const struct gk_node *x, const struct gk_node *y)
{
	return x->list == y->list && x->glob == y->glob && sw_str_eq(x->key, y->key) &&
	       x->value.type == y->value.type && (!sw_defined(x->value) || sw_value_eq(x->value, y->value));
}
