/* SPDX-License-Identifier: Apache-2.0 */
#include "rego/builtins/template/template.h"

#include <glib.h>

enum { END = UINT32_MAX }; /* behind the last code point */

void sw_template_lexer_init(struct lexer *l, struct sw_arena *a, struct sw_str in)
{
	*l = (struct lexer){.arena = a, .in = in, .line = 1, .start_line = 1};
}

static bool is_space(uint32_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_alnum(uint32_t c)
{
	return c == '_' || (c != END && (g_unichar_isalpha(c) || g_unichar_isdigit(c)));
}

static uint32_t next(struct lexer *l)
{
	size_t at = l->pos;
	if (at >= l->in.n)
		return END;
	uint32_t c = sw_utf8_next(l->in, &at);
	l->pos = (uint32_t)at;
	l->line += c == '\n';
	return c;
}

static uint32_t peek(const struct lexer *l)
{
	size_t at = l->pos;
	return at < l->in.n ? sw_utf8_next(l->in, &at) : END;
}

static char byte_at(const struct lexer *l, size_t at)
{
	return at < l->in.n ? l->in.p[at] : 0;
}

static bool at_text(const struct lexer *l, size_t at, const char *text)
{
	return at <= l->in.n && sw_str_starts(sw_str_sub(l->in, at, l->in.n), sw_str_from(text));
}

static uint32_t newlines(const struct lexer *l, size_t from, size_t to)
{
	uint32_t n = 0;
	for (; from < to; from++)
		n += l->in.p[from] == '\n';
	return n;
}

static struct token item(struct lexer *l, enum token_type type)
{
	struct token t = {type, l->start, l->start_line, sw_str_sub(l->in, l->start, l->pos)};
	l->start = l->pos;
	l->start_line = l->line;
	return t;
}

/* Drop what was passed without next(). */
static void ignore(struct lexer *l)
{
	l->line += newlines(l, l->start, l->pos);
	l->start = l->pos;
	l->start_line = l->line;
}

static struct token fail(struct lexer *l, struct sw_str text)
{
	struct token t = {TOK_ERROR, l->start, l->start_line, text};
	l->start = l->pos = 0;
	l->in.n = 0;
	return t;
}

static struct token fail_char(struct lexer *l, const char *what, uint32_t c)
{
	sw_autobuf quoted;
	sw_buf_init(&quoted, 64);
	if (sw_gofmt_printable(c)) {
		sw_buf_addz(&quoted, " '");
		sw_buf_addrune(&quoted, c);
		sw_buf_addch(&quoted, '\'');
	}
	return fail(l, sw_arena_printf(l->arena, "%s %s%04X%.*s", what, "U+", c, SW_STR_ARG(sw_buf_str(&quoted))));
}

static bool left_trim(const struct lexer *l, size_t at)
{
	return byte_at(l, at) == '-' && at + 1 < l->in.n && is_space((unsigned char)l->in.p[at + 1]);
}

static bool right_trim(const struct lexer *l, size_t at)
{
	return at + 1 < l->in.n && is_space((unsigned char)l->in.p[at]) && l->in.p[at + 1] == '-';
}

static bool at_right_delim(const struct lexer *l, bool *ret_trim)
{
	*ret_trim = right_trim(l, l->pos) && at_text(l, l->pos + 2, "}}");
	return *ret_trim || at_text(l, l->pos, "}}");
}

static void skip_spaces(struct lexer *l)
{
	while (l->pos < l->in.n && is_space((unsigned char)l->in.p[l->pos]))
		l->pos++;
}

/* A comment: an error, or nothing and the text behind it is next. */
static bool pass_comment(struct lexer *l, struct token *ret)
{
	bool trim;
	size_t end = sw_str_find(l->in, SW_STR("*/"), l->pos + 2);
	if (end == SW_NPOS) {
		*ret = fail(l, SW_STR("unclosed comment"));
		return false;
	}
	l->pos = (uint32_t)end + 2;
	if (!at_right_delim(l, &trim)) {
		*ret = fail(l, SW_STR("comment ends before closing delimiter"));
		return false;
	}
	l->pos += trim ? 4 : 2;
	if (trim)
		skip_spaces(l);
	ignore(l);
	return true;
}

/* At "{{": true with a token, or false when it was a comment. */
static bool left_delim(struct lexer *l, struct token *ret)
{
	bool trim = left_trim(l, l->pos + 2);
	uint32_t after = trim ? 2 : 0;
	if (at_text(l, l->pos + 2 + after, "/*")) {
		l->pos += 2 + after;
		ignore(l);
		return !pass_comment(l, ret);
	}
	l->pos += 2;
	*ret = item(l, TOK_LEFT_DELIM);
	l->inside = true;
	l->pos += after;
	ignore(l);
	l->parens = 0;
	return true;
}

static struct token lex_text(struct lexer *l)
{
	struct token t;
	for (;;) {
		size_t x = sw_str_find(l->in, SW_STR("{{"), l->pos);
		if (x == SW_NPOS)
			break;
		if (x > l->pos) {
			size_t end = x;
			if (left_trim(l, x + 2))
				while (end > l->start && is_space((unsigned char)l->in.p[end - 1]))
					end--;
			l->pos = (uint32_t)end;
			l->line += newlines(l, l->start, end);
			t = item(l, TOK_TEXT);
			l->pos = (uint32_t)x;
			ignore(l);
			if (t.text.n)
				return t;
		}
		if (left_delim(l, &t))
			return t;
	}
	l->pos = (uint32_t)l->in.n;
	l->line += newlines(l, l->start, l->pos);
	t = item(l, l->pos > l->start ? TOK_TEXT : TOK_EOF);
	if (t.type == TOK_EOF)
		t.text = SW_STR("EOF");
	return t;
}

static struct token right_delim(struct lexer *l)
{
	bool trim;
	at_right_delim(l, &trim);
	if (trim) {
		l->pos += 2;
		ignore(l);
	}
	l->pos += 2;
	struct token t = item(l, TOK_RIGHT_DELIM);
	if (trim) {
		skip_spaces(l);
		ignore(l);
	}
	l->inside = false;
	return t;
}

static struct token lex_space(struct lexer *l)
{
	uint32_t n = 0;
	while (is_space(peek(l))) {
		next(l);
		n++;
	}
	if (right_trim(l, l->pos - 1) && at_text(l, l->pos + 1, "}}")) {
		l->pos--;
		l->line -= l->in.p[l->pos] == '\n';
		if (n == 1)
			return right_delim(l);
	}
	return item(l, TOK_SPACE);
}

/* What may follow a word. */
static bool at_terminator(const struct lexer *l)
{
	uint32_t c = peek(l);
	return c == END || is_space(c) || c == '.' || c == ',' || c == '|' || c == ':' || c == ')' || c == '(' ||
	       at_text(l, l->pos, "}}");
}

static struct token lex_word(struct lexer *l)
{
	static const struct {
		const char *word;
		enum token_type type;
	} words[] = {{"block", TOK_BLOCK}, {"break", TOK_BREAK}, {"continue", TOK_CONTINUE}, {"define", TOK_DEFINE},
		{"else", TOK_ELSE}, {"end", TOK_END}, {"if", TOK_IF}, {"range", TOK_RANGE}, {"nil", TOK_NIL},
		{"template", TOK_TEMPLATE}, {"with", TOK_WITH}, {"true", TOK_BOOL}, {"false", TOK_BOOL}};
	while (is_alnum(peek(l)))
		next(l);
	struct sw_str word = sw_str_sub(l->in, l->start, l->pos);
	if (!at_terminator(l))
		return fail_char(l, "bad character", peek(l));
	for (size_t i = 0; i < SW_ARRAY_LEN(words); i++)
		if (sw_str_is(word, words[i].word))
			return item(l, words[i].type);
	return item(l, TOK_IDENTIFIER);
}

/* Behind '.' or '$'. */
static struct token lex_field(struct lexer *l, enum token_type type)
{
	if (at_terminator(l))
		return item(l, type == TOK_VARIABLE ? TOK_VARIABLE : TOK_DOT);
	while (is_alnum(peek(l)))
		next(l);
	if (!at_terminator(l))
		return fail_char(l, "bad character", peek(l));
	return item(l, type);
}

/* Behind the opening quote. */
static struct token lex_quoted(struct lexer *l, uint32_t quote, enum token_type type, const char *what)
{
	for (;;) {
		uint32_t c = next(l);
		if (c == '\\') {
			c = next(l);
			if (c != END && c != '\n')
				continue;
			c = END;
		}
		if (c == END || c == '\n')
			return fail(l, sw_arena_printf(l->arena, "unterminated %s", what));
		if (c == quote)
			return item(l, type);
	}
}

static struct token lex_raw(struct lexer *l)
{
	for (;;) {
		uint32_t c = next(l);
		if (c == END)
			return fail(l, SW_STR("unterminated raw quoted string"));
		if (c == '`')
			return item(l, TOK_RAW_STRING);
	}
}

static bool accept(struct lexer *l, const char *set)
{
	uint32_t c = peek(l);
	if (c == END || c == 0 || c > 0x7f || !strchr(set, (int)c))
		return false;
	next(l);
	return true;
}

static void accept_run(struct lexer *l, const char *set)
{
	while (accept(l, set))
		;
}

static bool scan_number(struct lexer *l)
{
	const char *digits = "0123456789_";
	bool hex = false, decimal = true;
	accept(l, "+-");
	if (accept(l, "0")) {
		if (accept(l, "xX")) {
			digits = "0123456789abcdefABCDEF_";
			hex = true;
			decimal = false;
		} else if (accept(l, "oO")) {
			digits = "01234567_";
			decimal = false;
		} else if (accept(l, "bB")) {
			digits = "01_";
			decimal = false;
		}
	}
	accept_run(l, digits);
	if (accept(l, "."))
		accept_run(l, digits);
	if ((decimal && accept(l, "eE")) || (hex && accept(l, "pP"))) {
		accept(l, "+-");
		accept_run(l, "0123456789_");
	}
	accept(l, "i");
	if (is_alnum(peek(l))) {
		next(l);
		return false;
	}
	return true;
}

static struct token lex_number(struct lexer *l)
{
	bool complex = false, ok = scan_number(l);
	if (ok && (peek(l) == '+' || peek(l) == '-')) {
		complex = true;
		ok = scan_number(l) && l->in.p[l->pos - 1] == 'i';
	}
	if (ok)
		return item(l, complex ? TOK_COMPLEX : TOK_NUMBER);
	sw_autobuf b;
	sw_buf_init(&b, 1 << 20);
	sw_gofmt_quote(&b, sw_str_sub(l->in, l->start, l->pos), false);
	return fail(l, sw_arena_printf(l->arena, "bad number syntax: %.*s", SW_STR_ARG(sw_buf_str(&b))));
}

static struct token lex_paren(struct lexer *l, bool open)
{
	l->parens += open ? 1 : -1;
	if (l->parens < 0)
		return fail(l, SW_STR("unexpected right paren"));
	return item(l, open ? TOK_LEFT_PAREN : TOK_RIGHT_PAREN);
}

static struct token lex_inside(struct lexer *l)
{
	bool trim;
	if (at_right_delim(l, &trim))
		return l->parens ? fail(l, SW_STR("unclosed left paren")) : right_delim(l);
	uint32_t c = peek(l);
	if (c == END)
		return fail(l, SW_STR("unclosed action"));
	if (is_space(c))
		return lex_space(l);
	bool digit = byte_at(l, l->pos + 1) >= '0' && byte_at(l, l->pos + 1) <= '9';
	if (c == '+' || c == '-' || (c >= '0' && c <= '9') || (c == '.' && (digit || l->pos + 1 >= l->in.n)))
		return lex_number(l);
	if (is_alnum(c))
		return lex_word(l);
	next(l);
	switch (c) {
	case '=':
		return item(l, TOK_ASSIGN);
	case ':':
		return next(l) == '=' ? item(l, TOK_DECLARE) : fail(l, SW_STR("expected :="));
	case '|':
		return item(l, TOK_PIPE);
	case '"':
		return lex_quoted(l, '"', TOK_STRING, "quoted string");
	case '\'':
		return lex_quoted(l, '\'', TOK_CHAR_CONSTANT, "character constant");
	case '`':
		return lex_raw(l);
	case '$':
		return lex_field(l, TOK_VARIABLE);
	case '.':
		return lex_field(l, TOK_FIELD);
	case '(':
	case ')':
		return lex_paren(l, c == '(');
	default:
		return c < 0x7f && c >= ' ' ? item(l, TOK_CHAR) : fail_char(l, "unrecognized character in action:", c);
	}
}

struct token sw_template_next(struct lexer *l)
{
	return l->inside ? lex_inside(l) : lex_text(l);
}
