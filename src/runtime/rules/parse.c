/* SPDX-License-Identifier: Apache-2.0 */
/* The grammar of conditions, by recursive descent. Every function that may recurse counts its depth. */
#include "base/cleanup.h"
#include "runtime/rules/lex.h"

#define TRANSFORMERS "'val', 'tolower', 'toupper', 'b64', 'basename', 'len', 'join', 'concat', 'getopt'"
#define OPERATORS                                                                                      \
	"'exists', '<=', '<', '>=', '>', '==', '=', '!=', 'glob', 'iglob', 'contains', 'icontains', "   \
	"'bcontains', 'startswith', 'bstartswith', 'endswith', 'regex', 'intersects', 'in', 'pmatch'"

typedef struct sw_cond *(*rule_fn)(struct sw_lex *l); /* NULL: l->failed */

static struct sw_cond *parse_or(struct sw_lex *l);
static struct sw_cond *transformer_rest(struct sw_lex *l, struct sw_str name, struct sw_cond_pos pos);

static bool enter(struct sw_lex *l)
{
	if (++l->depth < l->max_depth)
		return true;
	sw_lex_fail(l, SW_ELIMIT, "exceeded max depth limit of %u", l->max_depth);
	return false;
}

static void leave(const void *p)
{
	(*(struct sw_lex *const *)p)->depth--;
}

/* Counts one level until the end of the scope; returns NULL from the function when it is one too many. */
#define LEVEL(l)                                                                                       \
	__attribute__((cleanup(leave))) struct sw_lex *level_ = (l);                                    \
	if (!enter(level_))                                                                            \
		return NULL

static struct sw_cond *fail(struct sw_lex *l, const char *text)
{
	sw_lex_fail(l, SW_ESYNTAX, "%s", text);
	return NULL;
}

static struct sw_cond *node(struct sw_lex *l, enum sw_cond_kind kind, struct sw_cond_pos pos, struct sw_str text)
{
	struct sw_cond *c = sw_arena_new(l->a, struct sw_cond);
	if (!c) {
		sw_lex_fail(l, SW_ELIMIT, "out of memory");
		return NULL;
	}
	c->kind = (uint8_t)kind;
	c->pos = pos;
	c->text = text;
	return c;
}

static bool add_kid(struct sw_lex *l, struct sw_cond *c, struct sw_cond *kid)
{
	if (!kid)
		return false;
	if ((c->n_kids & (c->n_kids - 1)) == 0) {
		size_t cap = c->n_kids ? (size_t)c->n_kids * 2 : 1;
		struct sw_cond **p = sw_arena_grow(l->a, c->kids, c->n_kids * sizeof(*p), cap * sizeof(*p));
		if (!p) {
			sw_lex_fail(l, SW_ELIMIT, "out of memory");
			return false;
		}
		c->kids = p;
	}
	c->kids[c->n_kids++] = kid;
	return true;
}

/* ---- fields and transformers ---- */

static bool optional_arg(struct sw_lex *l, struct sw_cond *c)
{
	if (!sw_lex_str(l, "["))
		return true;
	int q = sw_lex_quoted(l);
	if (q < 0)
		return false;
	if (!q && !sw_lex_field_arg(l)) {
		fail(l, "expected a valid field argument: a quoted string or a bare string");
		return false;
	}
	c->arg = l->tok;
	c->has_arg = true;
	if (!sw_lex_str(l, "]")) {
		fail(l, "expected a ']' token");
		return false;
	}
	return true;
}

static struct sw_cond *field_rest(struct sw_lex *l, struct sw_str name, struct sw_cond_pos pos)
{
	LEVEL(l);
	struct sw_cond *c = node(l, SW_COND_FIELD, pos, name);
	return c && optional_arg(l, c) ? c : NULL;
}

static struct sw_cond *value(struct sw_lex *l, struct sw_cond_pos pos)
{
	return node(l, SW_COND_VALUE, pos, l->tok);
}

static struct sw_cond *tlist_arg(struct sw_lex *l, struct sw_cond_pos pos)
{
	if (sw_lex_field_name(l))
		return field_rest(l, l->tok, pos);
	if (sw_lex_transformer(l)) {
		struct sw_str name = l->tok;
		sw_lex_blank(l);
		return transformer_rest(l, name, pos);
	}
	int q = sw_lex_quoted(l);
	if (q < 0)
		return NULL;
	if (q || sw_lex_number(l))
		return value(l, pos);
	return fail(l, "expected transformer list argument: field, transformer, quoted string, or number");
}

/* Behind "(" */
static struct sw_cond *tlist(struct sw_lex *l, struct sw_cond_pos pos)
{
	struct sw_cond *c = node(l, SW_COND_TLIST, pos, SW_STR(""));
	sw_lex_blank(l);
	if (!c || sw_lex_str(l, ")"))
		return c;
	for (;;) {
		if (!add_kid(l, c, tlist_arg(l, pos)))
			return NULL;
		sw_lex_blank(l);
		if (!sw_lex_str(l, ","))
			break;
		sw_lex_blank(l);
	}
	return sw_lex_str(l, ")") ? c : fail(l, "expected ')'");
}

static struct sw_cond *transformer_arg(struct sw_lex *l, struct sw_cond_pos pos)
{
	LEVEL(l);
	sw_lex_blank(l);
	if (sw_lex_number(l))
		return value(l, pos);
	int q = sw_lex_quoted(l);
	if (q < 0)
		return NULL;
	if (q)
		return value(l, pos);
	if (sw_lex_str(l, "("))
		return tlist(l, pos);
	if (sw_lex_transformer(l))
		return transformer_rest(l, l->tok, pos);
	if (sw_lex_field_name(l))
		return field_rest(l, l->tok, pos);
	return fail(l, "expected field transformer argument: field, transformer, quoted string, number, or "
		       "transformer list");
}

static struct sw_cond *transformer_rest(struct sw_lex *l, struct sw_str name, struct sw_cond_pos pos)
{
	LEVEL(l);
	struct sw_cond *c = node(l, SW_COND_TRANSFORMER, pos, name);
	if (!c)
		return NULL;
	sw_lex_blank(l);
	do {
		if (!add_kid(l, c, transformer_arg(l, l->pos)))
			return NULL;
		sw_lex_blank(l);
	} while (sw_lex_str(l, ","));
	if (!sw_lex_str(l, ")"))
		return fail(l, "expected a ')' token closing the transformer");
	return optional_arg(l, c) ? c : NULL;
}

/* val(field) or a transformer on the right side. NULL without failure: there is none. */
static struct sw_cond *try_transformer(struct sw_lex *l)
{
	LEVEL(l);
	sw_lex_blank(l);
	struct sw_cond_pos pos = l->pos;
	if (sw_lex_str(l, "val(")) {
		struct sw_cond *c = node(l, SW_COND_TRANSFORMER, pos, SW_STR("val"));
		sw_lex_blank(l);
		struct sw_cond_pos field_pos = l->pos;
		if (!sw_lex_field_name(l))
			return fail(l, "expected a field within 'val' transformer");
		if (!c || !add_kid(l, c, field_rest(l, l->tok, field_pos)))
			return NULL;
		sw_lex_blank(l);
		if (!sw_lex_str(l, ")"))
			return fail(l, "expected a ')' token closing the transformer");
		return optional_arg(l, c) ? c : NULL;
	}
	if (sw_lex_transformer(l)) {
		struct sw_str name = l->tok;
		sw_lex_blank(l);
		return transformer_rest(l, name, pos);
	}
	return NULL;
}

/* ---- right sides ---- */

static struct sw_cond *num_value(struct sw_lex *l)
{
	LEVEL(l);
	sw_lex_blank(l);
	struct sw_cond_pos pos = l->pos;
	struct sw_cond *c = try_transformer(l);
	if (c || l->failed)
		return c;
	if (sw_lex_number(l))
		return value(l, pos);
	return fail(l, "expected a number value or a field with a valid transformer: " TRANSFORMERS);
}

static struct sw_cond *str_value(struct sw_lex *l, bool plain)
{
	LEVEL(l);
	sw_lex_blank(l);
	struct sw_cond_pos pos = l->pos;
	if (!plain) {
		struct sw_cond *c = try_transformer(l);
		if (c || l->failed)
			return c;
	}
	int q = sw_lex_quoted(l);
	if (q < 0)
		return NULL;
	if (q || sw_lex_bare_str(l))
		return value(l, pos);
	return fail(l, plain ? "expected a string value" :
			       "expected a string value or a field with a valid transformer: " TRANSFORMERS);
}

static bool add_value(struct sw_lex *l, struct sw_cond *c, const struct sw_cond *v, struct sw_str **buf)
{
	if (!v)
		return false;
	if ((c->n_values & (c->n_values - 1)) == 0) {
		size_t cap = c->n_values ? (size_t)c->n_values * 2 : 1;
		struct sw_str *p = sw_arena_grow(l->a, *buf, c->n_values * sizeof(*p), cap * sizeof(*p));
		if (!p) {
			sw_lex_fail(l, SW_ELIMIT, "out of memory");
			return false;
		}
		*buf = p;
		c->values = p;
	}
	(*buf)[c->n_values++] = v->text;
	return true;
}

/* A list in parentheses. NULL without failure: there is none. */
static struct sw_cond *try_list(struct sw_lex *l)
{
	struct sw_cond_pos pos = l->pos;
	if (!sw_lex_str(l, "("))
		return NULL;
	struct sw_cond *c = node(l, SW_COND_LIST, pos, SW_STR(""));
	struct sw_str *buf = NULL;
	if (!c)
		return NULL;
	sw_lex_blank(l);
	struct sw_error *err = l->err;
	l->err = NULL;
	struct sw_cond *first = str_value(l, true);
	l->err = err;
	if (!first) {
		/* Whatever was wrong with the first element, the list counts as empty if it ends here. */
		l->failed = 0;
	} else {
		if (!add_value(l, c, first, &buf))
			return NULL;
		sw_lex_blank(l);
		while (sw_lex_str(l, ",")) {
			if (!add_value(l, c, str_value(l, true), &buf))
				return NULL;
			sw_lex_blank(l);
		}
	}
	return sw_lex_str(l, ")") ? c : fail(l, "expected a ')' token");
}

static struct sw_cond *list_value(struct sw_lex *l, bool plain)
{
	LEVEL(l);
	sw_lex_blank(l);
	struct sw_cond_pos pos = l->pos;
	struct sw_cond *c = try_list(l);
	if (c || l->failed)
		return c;
	if (!plain) {
		c = try_transformer(l);
		if (c || l->failed)
			return c;
	}
	if (sw_lex_identifier(l))
		return value(l, pos);
	return fail(l, plain ? "expected a list or an identifier" :
			       "expected a list, an identifier, or a field with a valid transformer: " TRANSFORMERS);
}

/* ---- checks ---- */

/* The right side of a string operator; *op gets the modifier when there is one. */
static struct sw_cond *str_right(struct sw_lex *l, struct sw_str *op)
{
	bool is_word = op->p[0] >= 'a';
	bool blank = is_word || sw_lex_blank(l);
	struct sw_cond_pos pos = l->pos;
	if (blank && sw_lex_modifier(l) && sw_lex_list_follows(l)) {
		*op = sw_arena_printf(l->a, "%.*s %.*s", SW_STR_ARG(*op), SW_STR_ARG(l->tok));
		if (!op->p) {
			sw_lex_fail(l, SW_ELIMIT, "out of memory");
			return NULL;
		}
		return list_value(l, true);
	}
	l->pos = pos;
	return str_value(l, false);
}

static struct sw_cond *condition(struct sw_lex *l, struct sw_cond *left, struct sw_cond_pos pos)
{
	LEVEL(l);
	if (!left)
		return NULL;
	sw_lex_blank(l);
	if (sw_lex_unary_op(l)) {
		struct sw_cond *c = node(l, SW_COND_UNARY, pos, l->tok);
		return c && add_kid(l, c, left) ? c : NULL;
	}
	struct sw_str op;
	struct sw_cond *right;
	if (sw_lex_num_op(l)) {
		op = l->tok;
		right = num_value(l);
	} else if (sw_lex_str_op(l)) {
		op = l->tok;
		right = str_right(l, &op);
	} else if (sw_lex_list_op(l)) {
		op = l->tok;
		right = list_value(l, false);
	} else {
		return fail(l, "expected a valid check operator: one of " OPERATORS);
	}
	if (!right)
		return NULL;
	struct sw_cond *c = node(l, SW_COND_BINARY, pos, op);
	return c && add_kid(l, c, left) && add_kid(l, c, right) ? c : NULL;
}

/* Behind "(" */
static struct sw_cond *embedded(struct sw_lex *l)
{
	LEVEL(l);
	sw_lex_blank(l);
	struct sw_cond *c = parse_or(l);
	if (!c)
		return NULL;
	sw_lex_blank(l);
	return sw_lex_str(l, ")") ? c : fail(l, "expected a ')' token");
}

static struct sw_cond *check(struct sw_lex *l)
{
	LEVEL(l);
	struct sw_cond_pos pos = l->pos;
	sw_lex_blank(l);
	if (sw_lex_str(l, "("))
		return embedded(l);
	if (sw_lex_field_name(l))
		return condition(l, field_rest(l, l->tok, pos), pos);
	if (sw_lex_transformer(l)) {
		struct sw_str name = l->tok;
		sw_lex_blank(l);
		return condition(l, transformer_rest(l, name, pos), pos);
	}
	if (sw_lex_identifier(l))
		return node(l, SW_COND_IDENT, pos, l->tok);
	return fail(l, "expected a '(' token, a field check, or an identifier");
}

static struct sw_cond *parse_not(struct sw_lex *l)
{
	LEVEL(l);
	struct sw_cond_pos pos = l->pos;
	bool negated = false;
	sw_lex_blank(l);
	while (sw_lex_not(l))
		negated = !negated;
	struct sw_cond *kid;
	if (sw_lex_str(l, "not(")) {
		negated = !negated;
		kid = embedded(l);
	} else {
		kid = check(l);
	}
	if (!kid || !negated)
		return kid;
	struct sw_cond *c = node(l, SW_COND_NOT, pos, SW_STR(""));
	return c && add_kid(l, c, kid) ? c : NULL;
}

/* kid (word kid)*: what `and` and `or` have in common. */
static struct sw_cond *chain(struct sw_lex *l, enum sw_cond_kind kind, const char *word, rule_fn kid)
{
	LEVEL(l);
	struct sw_cond_pos pos = l->pos;
	sw_lex_blank(l);
	struct sw_cond *first = kid(l), *c = NULL;
	if (!first)
		return NULL;
	sw_lex_blank(l);
	while (sw_lex_str(l, word)) {
		struct sw_cond *next;
		if (sw_lex_blank(l)) {
			next = kid(l);
		} else if (sw_lex_str(l, "(")) {
			next = embedded(l);
		} else {
			sw_lex_fail(l, SW_ESYNTAX, "expected blank or '(' after '%s'", word);
			return NULL;
		}
		if (!c) {
			c = node(l, kind, pos, SW_STR(""));
			if (!c || !add_kid(l, c, first))
				return NULL;
		}
		if (!add_kid(l, c, next))
			return NULL;
		sw_lex_blank(l);
	}
	return c ? c : first;
}

static struct sw_cond *parse_and(struct sw_lex *l)
{
	return chain(l, SW_COND_AND, "and", parse_not);
}

static struct sw_cond *parse_or(struct sw_lex *l)
{
	return chain(l, SW_COND_OR, "or", parse_and);
}

/* ---- entry points ---- */

static int finish(struct sw_lex *l, struct sw_cond *c, struct sw_cond **ret, struct sw_cond_pos *ret_pos)
{
	if (ret_pos)
		*ret_pos = l->pos;
	if (!c)
		return l->failed ? l->failed : sw_lex_fail(l, SW_ESYNTAX, "cannot be parsed");
	*ret = c;
	return 0;
}

static struct sw_lex start(struct sw_arena *a, struct sw_str text, uint32_t max_depth, struct sw_error *err)
{
	return (struct sw_lex){
		.a = a, .in = text, .pos = {0, 1, 1}, .tok = SW_STR(""), .max_depth = max_depth, .err = err};
}

int sw_cond_parse(struct sw_arena *a, struct sw_str text, uint32_t max_depth, struct sw_cond **ret,
	struct sw_cond_pos *ret_pos, struct sw_error *err)
{
	struct sw_lex l = start(a, text, max_depth, err);
	struct sw_cond *c = NULL;
	if (text.n == 0)
		sw_lex_fail(&l, SW_ESYNTAX, "filter input string is empty");
	else if (text.n > UINT32_MAX)
		sw_lex_fail(&l, SW_ELIMIT, "filter input string is too long");
	else
		c = parse_or(&l);
	if (c && l.pos.idx != text.n) {
		sw_lex_fail(&l, SW_ESYNTAX, "unexpected token after '%.*s', expecting 'or', 'and'",
			SW_STR_ARG(l.tok));
		c = NULL;
	}
	return finish(&l, c, ret, ret_pos);
}

int sw_cond_parse_field(struct sw_arena *a, struct sw_str text, struct sw_cond **ret, struct sw_cond_pos *ret_pos,
	struct sw_error *err)
{
	struct sw_lex l = start(a, text, SW_COND_DEPTH_FILTER, err);
	struct sw_cond *c = NULL;
	if (sw_lex_field_name(&l)) {
		c = field_rest(&l, l.tok, (struct sw_cond_pos){0, 1, 1});
	} else if (sw_lex_transformer(&l)) {
		struct sw_str name = l.tok;
		sw_lex_blank(&l);
		c = transformer_rest(&l, name, (struct sw_cond_pos){0, 1, 1});
	} else {
		sw_lex_fail(&l, SW_ESYNTAX, "unexpected token after '%.*s", SW_STR_ARG(l.tok));
	}
	return finish(&l, c, ret, ret_pos);
}
