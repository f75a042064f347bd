/* SPDX-License-Identifier: Apache-2.0 */
#include "rego/builtins/template/template.h"

#include "base/cleanup.h"
#include "rego/builtins/template/unquote.h"

struct name {
	struct sw_str text;
	struct name *below;
};

/* The state of one template; `define` and `block` begin one of their own over the same lexer. */
struct parser {
	struct template *t;
	struct lexer *lex;
	struct token token[3];
	int peeked;
	struct name *vars;
	uint32_t action_line, ranges, *depth;
	int code;      /* of the failure, once there is one */
};

/* ---- errors ---- */

/* "template: template:3: …"; the first one counts. */
static void fail(struct parser *p, struct sw_str text)
{
	if (p->code)
		return;
	p->code = sw_builtin_fail(
		p->t->ctx, "template: template:%u: %.*s", p->token[0].line, SW_STR_ARG(text));
}

static void failf(struct parser *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void failf(struct parser *p, const char *fmt, ...)
{
	sw_autobuf b;
	va_list ap;
	sw_buf_init(&b, TEMPLATE_TEXT_MAX);
	va_start(ap, fmt);
	sw_buf_vprintf(&b, fmt, ap);
	va_end(ap);
	fail(p, sw_buf_str(&b));
}

static void fail_quoted(struct parser *p, const char *before, struct sw_str s, const char *after)
{
	sw_autobuf b;
	sw_buf_init(&b, TEMPLATE_TEXT_MAX);
	sw_buf_addz(&b, before);
	sw_gofmt_quote(&b, s, false);
	sw_buf_addz(&b, after);
	fail(p, sw_buf_str(&b));
}

static void put_token(struct sw_buf *out, struct token k)
{
	size_t at = 0;
	if (k.type == TOK_EOF || k.type == TOK_ERROR) {
		sw_buf_addstr(out, k.text);
	} else if (k.type > TOK_KEYWORD) {
		sw_buf_printf(out, "<%.*s>", SW_STR_ARG(k.text));
	} else if (k.text.n > 10) {
		for (int i = 0; i < 10 && at < k.text.n; i++)
			sw_utf8_next(k.text, &at);
		sw_gofmt_quote(out, sw_str_sub(k.text, 0, at), false);
		sw_buf_addz(out, "...");
	} else {
		sw_gofmt_quote(out, k.text, false);
	}
}

static void unexpected(struct parser *p, struct token k, const char *context)
{
	sw_autobuf b;
	sw_buf_init(&b, TEMPLATE_TEXT_MAX);
	if (k.type != TOK_ERROR)
		sw_buf_addz(&b, "unexpected ");
	put_token(&b, k);
	if (k.type != TOK_ERROR)
		sw_buf_printf(&b, " in %s", context);
	else if (p->action_line && p->action_line != k.line)
		sw_buf_printf(&b, "%s started at template:%u",
			sw_str_ends(k.text, SW_STR(" action")) ? "" : " in action", p->action_line);
	fail(p, sw_buf_str(&b));
}

static void unexpected_node(struct parser *p, const struct node *n, const char *in)
{
	failf(p, "unexpected %s%s", n->type == NODE_END ? "{{end}}" : "{{else}}", in);
}

/* ---- tokens; after a failure all is end of file ---- */

static struct token next(struct parser *p)
{
	if (p->code)
		return (struct token){TOK_EOF, 0, 0, SW_STR("EOF")};
	if (p->peeked > 0)
		p->peeked--;
	else
		p->token[0] = sw_template_next(p->lex);
	return p->token[p->peeked];
}

static void backup(struct parser *p)
{
	if (!p->code)
		p->peeked++;
}

static struct token peek(struct parser *p)
{
	struct token k = next(p);
	backup(p);
	return k;
}

static struct token next_word(struct parser *p)
{
	struct token k;
	while ((k = next(p)).type == TOK_SPACE)
		;
	return k;
}

static struct token peek_word(struct parser *p)
{
	struct token k = next_word(p);
	backup(p);
	return k;
}

static struct token expect(struct parser *p, enum token_type type, const char *context)
{
	struct token k = next_word(p);
	if (k.type != type)
		unexpected(p, k, context);
	return k;
}

static bool enter(struct parser *p)
{
	if (++*p->depth <= TEMPLATE_NESTING)
		return true;
	if (!p->code)
		p->code = sw_builtin_limit(p->t->ctx, "the template is nested too deeply");
	return false;
}

/* ---- nodes ---- */

static struct node *node(struct parser *p, enum node_type type, struct token k)
{
	static struct node none; /* stands in when the arena is full; nobody reads it then */
	struct node *n = p->code ? NULL : sw_arena_new(p->t->arena, struct node);
	if (!n) {
		if (!p->code)
			p->code = sw_builtin_limit(p->t->ctx, "the evaluation's memory budget is spent");
		n = sw_arena_new(p->t->arena, struct node);
		if (!n)
			return &none;
	}
	n->type = type;
	n->pos = k.pos;
	n->text = k.text;
	return n;
}

static void append(struct parser *p, struct node *to, struct node *n)
{
	if (p->code)
		return;
	*(to->last ? &to->last->next : &to->first) = n;
	to->last = n;
	to->n++;
}

/* The parts of a.b.c. */
static void split_names(struct parser *p, struct node *n, struct sw_str s)
{
	uint32_t parts = 1, i = 0;
	for (size_t k = 0; k < s.n; k++)
		parts += s.p[k] == '.';
	struct sw_str *v = sw_arena_new_array(p->t->arena, parts, struct sw_str);
	if (p->code || !v)
		return;
	for (size_t from = 0; i < parts; i++) {
		size_t dot = sw_str_chr(s, '.', from);
		v[i] = sw_str_sub(s, from, dot == SW_NPOS ? s.n : dot);
		from = dot + 1;
	}
	n->names = v;
	n->n_names = parts;
}

static struct node *variable(struct parser *p, struct token k)
{
	struct node *n = node(p, NODE_VARIABLE, k);
	split_names(p, n, k.text);
	return n;
}

static void push_var(struct parser *p, struct sw_str text)
{
	struct name *v = sw_arena_new(p->t->arena, struct name);
	if (!v)
		return;
	*v = (struct name){text, p->vars};
	p->vars = v;
}

/* ---- terms ---- */

static struct node *pipeline(struct parser *p, const char *context, enum token_type end);

static struct sw_str unquoted(struct parser *p, struct sw_str text)
{
	struct sw_str s = {NULL, 0};
	if (!p->code && !sw_template_unquote(p->t->arena, text, &s))
		fail(p, SW_STR("invalid syntax"));
	return s;
}

static struct node *number(struct parser *p, struct token k)
{
	struct node *n = node(p, NODE_NUMBER, k);
	const char *why = NULL;
	if (p->code)
		return n;
	if (k.type == TOK_CHAR_CONSTANT) {
		uint32_t cp;
		int r = sw_template_unquote_char(k.text, &cp);
		n->i = cp;
		n->is_int = true;
		if (r == 1)
			failf(p, "malformed character constant: %.*s", SW_STR_ARG(k.text));
		else if (r)
			fail(p, SW_STR("invalid syntax"));
	} else if (!sw_template_number(k.text, n, &why)) {
		fail_quoted(p, why, k.text, "");
	}
	return n;
}

static struct node *use_variable(struct parser *p, struct token k)
{
	struct node *n = variable(p, k);
	for (const struct name *v = p->vars; v && n->names; v = v->below)
		if (sw_str_eq(v->text, n->names[0]))
			return n;
	if (n->names)
		fail_quoted(p, "undefined variable ", n->names[0], "");
	return n;
}

static struct node *identifier(struct parser *p, struct token k)
{
	if (!sw_template_function(k.text))
		fail_quoted(p, "function ", k.text, " not defined");
	return node(p, NODE_IDENTIFIER, k);
}

static struct node *string(struct parser *p, struct token k)
{
	struct node *n = node(p, NODE_STRING, k);
	n->string = unquoted(p, k.text);
	return n;
}

/* NULL: the next token begins no term. */
static struct node *term(struct parser *p)
{
	struct token k = next_word(p);
	struct node *n;
	switch (k.type) {
	case TOK_IDENTIFIER:
		return identifier(p, k);
	case TOK_DOT:
		return node(p, NODE_DOT, k);
	case TOK_NIL:
		return node(p, NODE_NIL, k);
	case TOK_VARIABLE:
		return use_variable(p, k);
	case TOK_FIELD:
		n = node(p, NODE_FIELD, k);
		split_names(p, n, sw_str_sub(k.text, 1, k.text.n));
		return n;
	case TOK_BOOL:
		n = node(p, NODE_BOOL, k);
		n->i = sw_str_is(k.text, "true");
		return n;
	case TOK_CHAR_CONSTANT:
	case TOK_COMPLEX:
	case TOK_NUMBER:
		return number(p, k);
	case TOK_LEFT_PAREN:
		n = enter(p) ? pipeline(p, "parenthesized pipeline", TOK_RIGHT_PAREN) : node(p, NODE_PIPE, k);
		--*p->depth;
		return n;
	case TOK_STRING:
	case TOK_RAW_STRING:
		return string(p, k);
	default:
		backup(p);
		return NULL;
	}
}

/* A term with .Fields behind it. */
static struct node *operand(struct parser *p)
{
	struct node *n = term(p);
	sw_autobuf names;
	sw_buf_init(&names, TEMPLATE_TEXT_MAX);
	if (!n || p->code || peek(p).type != TOK_FIELD)
		return n;
	struct token first = peek(p);
	while (peek(p).type == TOK_FIELD)
		sw_buf_addstr(&names, next(p).text);
	struct sw_str rest = sw_arena_str(p->t->arena, sw_buf_str(&names));
	if (n->type == NODE_BOOL || n->type == NODE_STRING || n->type == NODE_NUMBER || n->type == NODE_NIL ||
		n->type == NODE_DOT) {
		fail_quoted(p, "unexpected . after term ", n->text, "");
		return n;
	}
	if (n->type == NODE_FIELD || n->type == NODE_VARIABLE) {
		struct sw_str whole = sw_arena_printf(p->t->arena, "%.*s%.*s", SW_STR_ARG(n->text), SW_STR_ARG(rest));
		struct node *r = node(p, n->type, first);
		split_names(p, r, n->type == NODE_FIELD ? sw_str_sub(whole, 1, whole.n) : whole);
		return r;
	}
	struct node *chain = node(p, NODE_CHAIN, first);
	split_names(p, chain, sw_str_sub(rest, 1, rest.n));
	chain->pipe = n;
	return chain;
}

static struct node *command(struct parser *p)
{
	struct node *c = node(p, NODE_COMMAND, peek_word(p));
	for (;;) {
		peek_word(p);
		struct node *o = operand(p);
		if (o)
			append(p, c, o);
		struct token k = next(p);
		if (p->code)
			return c;
		if (k.type == TOK_SPACE)
			continue;
		if (k.type == TOK_RIGHT_DELIM || k.type == TOK_RIGHT_PAREN)
			backup(p);
		else if (k.type != TOK_PIPE)
			unexpected(p, k, "operand");
		break;
	}
	if (!c->n)
		fail(p, SW_STR("empty command"));
	return c;
}

/* ---- pipelines ---- */

static void declare(struct parser *p, struct node *pipe, struct token v)
{
	struct node *n = variable(p, v), **at = &pipe->decl;
	if (p->code)
		return;
	while (*at)
		at = &(*at)->next;
	*at = n;
	push_var(p, v.text);
}

/* "$x :=", "$x =", "$i, $x :=" */
static void declarations(struct parser *p, struct node *pipe, const char *context)
{
	for (int n = 0; peek_word(p).type == TOK_VARIABLE;) {
		struct token v = next(p), after = peek(p), k = peek_word(p);
		if (k.type == TOK_ASSIGN || k.type == TOK_DECLARE) {
			pipe->assign = k.type == TOK_ASSIGN;
			next_word(p);
			declare(p, pipe, v);
			return;
		}
		if (k.type == TOK_CHAR && sw_str_is(k.text, ",")) {
			next_word(p);
			declare(p, pipe, v);
			enum token_type t = peek_word(p).type;
			if (strcmp(context, "range") != 0 || ++n >= 2)
				failf(p, "too many declarations in %s", context);
			else if (t != TOK_VARIABLE && t != TOK_RIGHT_DELIM && t != TOK_RIGHT_PAREN)
				fail(p, SW_STR("range can only initialize variables"));
			continue;
		}
		if (p->code)
			return;
		if (after.type == TOK_SPACE) {
			p->token[1] = after;
			p->token[2] = v;
			p->peeked = 3;
		} else {
			p->token[1] = v;
			p->peeked = 2;
		}
		return;
	}
}

static void check_pipeline(struct parser *p, const struct node *pipe, const char *context)
{
	uint32_t stage = 1;
	if (!pipe->n)
		failf(p, "missing value for %s", context);
	for (const struct node *c = pipe->first; c && !p->code; c = c->next, stage++) {
		enum node_type t = c->first->type;
		if (stage > 1 && (t == NODE_BOOL || t == NODE_DOT || t == NODE_NIL || t == NODE_NUMBER || t == NODE_STRING))
			failf(p, "non executable command in pipeline stage %u", stage);
	}
}

static struct node *pipeline(struct parser *p, const char *context, enum token_type end)
{
	struct node *pipe = node(p, NODE_PIPE, peek_word(p));
	declarations(p, pipe, context);
	while (!p->code) {
		struct token k = next_word(p);
		if (k.type == end) {
			check_pipeline(p, pipe, context);
			break;
		}
		switch (k.type) {
		case TOK_BOOL:
		case TOK_CHAR_CONSTANT:
		case TOK_COMPLEX:
		case TOK_DOT:
		case TOK_FIELD:
		case TOK_IDENTIFIER:
		case TOK_NUMBER:
		case TOK_NIL:
		case TOK_RAW_STRING:
		case TOK_STRING:
		case TOK_VARIABLE:
		case TOK_LEFT_PAREN:
			backup(p);
			append(p, pipe, command(p));
			break;
		default:
			unexpected(p, k, context);
		}
	}
	return pipe;
}

/* ---- actions ---- */

static struct node *action(struct parser *p);

static struct node *text_or_action(struct parser *p)
{
	struct token k = next_word(p);
	struct node *n = NULL;
	if (k.type == TOK_TEXT)
		return node(p, NODE_TEXT, k);
	if (k.type == TOK_LEFT_DELIM) {
		p->action_line = k.line;
		n = action(p);
		p->action_line = 0;
		return n;
	}
	unexpected(p, k, "input");
	return node(p, NODE_TEXT, k);
}

/* Up to {{end}} or {{else}}, which is *ret_end. */
static struct node *item_list(struct parser *p, struct node **ret_end)
{
	struct node *list = node(p, NODE_LIST, peek_word(p));
	*ret_end = list;
	while (!p->code && peek_word(p).type != TOK_EOF) {
		struct node *n = text_or_action(p);
		if (n->type == NODE_END || n->type == NODE_ELSE) {
			*ret_end = n;
			return list;
		}
		append(p, list, n);
	}
	fail(p, SW_STR("unexpected EOF"));
	return list;
}

static struct node *control(struct parser *p, enum node_type type, const char *context);

static void parse_else(struct parser *p, struct node *n, struct node *end, const char *context)
{
	enum token_type t = peek(p).type;
	bool again = (n->type == NODE_IF && t == TOK_IF) || (n->type == NODE_WITH && t == TOK_WITH);
	if (again) {
		next(p);
		n->other = node(p, NODE_LIST, (struct token){.pos = end->pos});
		append(p, n->other, control(p, n->type, context));
		return;
	}
	n->other = item_list(p, &end);
	if (end->type != NODE_END)
		fail(p, SW_STR("expected end; found {{else}}"));
}

static struct node *control(struct parser *p, enum node_type type, const char *context)
{
	struct name *vars = p->vars;
	struct node *n = node(p, type, peek_word(p)), *end;
	if (enter(p)) {
		n->pipe = pipeline(p, context, TOK_RIGHT_DELIM);
		n->pos = n->pipe->pos;
		p->ranges += type == NODE_RANGE;
		n->first = item_list(p, &end);
		p->ranges -= type == NODE_RANGE;
		if (end->type == NODE_ELSE)
			parse_else(p, n, end, context);
	}
	--*p->depth;
	p->vars = vars;
	return n;
}

static struct node *jump(struct parser *p, enum node_type type, struct token at, const char *name)
{
	struct token k = next_word(p);
	if (k.type != TOK_RIGHT_DELIM)
		unexpected(p, k, name);
	if (!p->ranges)
		failf(p, "%s outside {{range}}", name);
	return node(p, type, at);
}

static struct node *parse_else_word(struct parser *p)
{
	struct token k = peek_word(p);
	if (k.type == TOK_IF || k.type == TOK_WITH)
		return node(p, NODE_ELSE, k);
	return node(p, NODE_ELSE, expect(p, TOK_RIGHT_DELIM, "else"));
}

static struct sw_str template_name(struct parser *p, struct token k, const char *context)
{
	if (k.type == TOK_STRING || k.type == TOK_RAW_STRING)
		return unquoted(p, k.text);
	unexpected(p, k, context);
	return SW_STR("");
}

/* ---- named templates ---- */

static bool is_blank(const struct node *n)
{
	if (n->type == NODE_TEXT)
		return sw_str_trim(n->text).n == 0;
	if (n->type != NODE_LIST)
		return false;
	for (const struct node *k = n->first; k; k = k->next)
		if (!is_blank(k))
			return false;
	return true;
}

struct tree *sw_template_find(const struct template *t, struct sw_str name)
{
	for (struct tree *k = t->trees; k; k = k->next)
		if (sw_str_eq(k->name, name))
			return k;
	return NULL;
}

static void add_tree(struct parser *p, struct sw_str name, struct node *root)
{
	struct tree *old = sw_template_find(p->t, name), *k;
	if (p->code)
		return;
	if (old && is_blank(old->root)) {
		old->root = root;
	} else if (old) {
		if (!is_blank(root))
			fail_quoted(p, "template: multiple definition of template ", name, "");
	} else if ((k = sw_arena_new(p->t->arena, struct tree))) {
		*k = (struct tree){name, root, p->t->trees};
		p->t->trees = k;
	}
}

static struct parser sub_parser(struct parser *p)
{
	struct parser s = {.t = p->t, .lex = p->lex, .depth = p->depth, .code = p->code};
	push_var(&s, SW_STR("$"));
	return s;
}

/* The body of `define` and `block`. */
static void definition(struct parser *s, struct parser *p, struct sw_str name, const char *context)
{
	struct node *end, *root;
	if (enter(s)) {
		root = item_list(s, &end);
		if (end->type == NODE_ELSE) {
			sw_autobuf in;
			sw_buf_init(&in, 256);
			sw_buf_printf(&in, " in %s", context);
			unexpected_node(context[0] == 'b' ? p : s, end, sw_buf_cstr(&in));
		}
		add_tree(s, name, root);
	}
	--*s->depth;
	if (!p->code)
		p->code = s->code;
}

static void define(struct parser *p)
{
	static const char context[] = "define clause";
	struct parser s = sub_parser(p);
	struct token k = next_word(&s);
	struct sw_str name = template_name(&s, k, context);
	expect(&s, TOK_RIGHT_DELIM, context);
	definition(&s, p, name, context);
}

static struct node *block(struct parser *p)
{
	static const char context[] = "block clause";
	struct token k = next_word(p);
	struct sw_str name = template_name(p, k, context);
	struct node *pipe = pipeline(p, context, TOK_RIGHT_DELIM);
	struct parser s = sub_parser(p);
	definition(&s, p, name, context);
	struct node *n = node(p, NODE_TEMPLATE, k);
	n->text = name;
	n->pipe = pipe;
	return n;
}

static struct node *invocation(struct parser *p)
{
	static const char context[] = "template clause";
	struct token k = next_word(p);
	struct node *n = node(p, NODE_TEMPLATE, k);
	n->text = template_name(p, k, context);
	if (next_word(p).type != TOK_RIGHT_DELIM) {
		backup(p);
		n->pipe = pipeline(p, context, TOK_RIGHT_DELIM);
	}
	return n;
}

static struct node *action(struct parser *p)
{
	struct token k = next_word(p);
	switch (k.type) {
	case TOK_BLOCK:
		return block(p);
	case TOK_BREAK:
		return jump(p, NODE_BREAK, k, "{{break}}");
	case TOK_CONTINUE:
		return jump(p, NODE_CONTINUE, k, "{{continue}}");
	case TOK_ELSE:
		return parse_else_word(p);
	case TOK_END:
		return node(p, NODE_END, expect(p, TOK_RIGHT_DELIM, "end"));
	case TOK_IF:
		return control(p, NODE_IF, "if");
	case TOK_RANGE:
		return control(p, NODE_RANGE, "range");
	case TOK_TEMPLATE:
		return invocation(p);
	case TOK_WITH:
		return control(p, NODE_WITH, "with");
	default:
		backup(p);
		break;
	}
	struct node *n = node(p, NODE_ACTION, peek(p));
	n->pipe = pipeline(p, "command", TOK_RIGHT_DELIM);
	return n;
}

int sw_template_parse(struct template *t)
{
	struct lexer lex;
	uint32_t depth = 0;
	struct parser p = {.t = t, .lex = &lex, .depth = &depth};
	sw_template_lexer_init(&lex, t->arena, t->text);
	push_var(&p, SW_STR("$"));
	struct node *root = node(&p, NODE_LIST, peek(&p));
	while (!p.code && peek(&p).type != TOK_EOF) {
		if (peek(&p).type == TOK_LEFT_DELIM) {
			struct token delim = next(&p);
			if (next_word(&p).type == TOK_DEFINE) {
				define(&p);
				continue;
			}
			p.token[1] = delim;
			p.peeked = 2;
		}
		struct node *n = text_or_action(&p);
		if (n->type == NODE_END || n->type == NODE_ELSE)
			unexpected_node(&p, n, "");
		append(&p, root, n);
	}
	add_tree(&p, SW_STR("template"), root);
	if (!p.code && t->arena->overflow)
		return sw_builtin_limit(t->ctx, "the evaluation's memory budget is spent");
	return p.code;
}
