/* SPDX-License-Identifier: Apache-2.0 */
#include "rego/lexer.h"

#include <glib.h>

#include "base/cleanup.h"

#define BOM 0xFEFF
#define NBSP 0xA0

static const char *const tok_names[SW_TOK__COUNT] = {
	[SW_TOK_ILLEGAL] = "illegal",
	[SW_TOK_EOF] = "eof",
	[SW_TOK_WHITESPACE] = "whitespace",
	[SW_TOK_COMMENT] = "comment",
	[SW_TOK_IDENT] = "identifier",
	[SW_TOK_PACKAGE] = "package",
	[SW_TOK_IMPORT] = "import",
	[SW_TOK_AS] = "as",
	[SW_TOK_DEFAULT] = "default",
	[SW_TOK_ELSE] = "else",
	[SW_TOK_NOT] = "not",
	[SW_TOK_SOME] = "some",
	[SW_TOK_WITH] = "with",
	[SW_TOK_NULL] = "null",
	[SW_TOK_TRUE] = "true",
	[SW_TOK_FALSE] = "false",
	[SW_TOK_NUMBER] = "number",
	[SW_TOK_STRING] = "string",
	[SW_TOK_TEMPLATE_PART] = "template-string-part",
	[SW_TOK_TEMPLATE_END] = "template-string-end",
	[SW_TOK_RAW_TEMPLATE_PART] = "raw-template-string-part",
	[SW_TOK_RAW_TEMPLATE_END] = "raw-template-string-end",
	[SW_TOK_LBRACK] = "[",
	[SW_TOK_RBRACK] = "]",
	[SW_TOK_LBRACE] = "{",
	[SW_TOK_RBRACE] = "}",
	[SW_TOK_LPAREN] = "(",
	[SW_TOK_RPAREN] = ")",
	[SW_TOK_COMMA] = ",",
	[SW_TOK_COLON] = ":",
	[SW_TOK_ADD] = "plus",
	[SW_TOK_SUB] = "minus",
	[SW_TOK_MUL] = "mul",
	[SW_TOK_QUO] = "div",
	[SW_TOK_REM] = "rem",
	[SW_TOK_AND] = "and",
	[SW_TOK_OR] = "or",
	[SW_TOK_UNIFY] = "eq",
	[SW_TOK_EQUAL] = "equal",
	[SW_TOK_ASSIGN] = "assign",
	[SW_TOK_IN] = "in",
	[SW_TOK_NEQ] = "neq",
	[SW_TOK_GT] = "gt",
	[SW_TOK_LT] = "lt",
	[SW_TOK_GTE] = "gte",
	[SW_TOK_LTE] = "lte",
	[SW_TOK_DOT] = ".",
	[SW_TOK_SEMICOLON] = ";",
	[SW_TOK_EVERY] = "every",
	[SW_TOK_CONTAINS] = "contains",
	[SW_TOK_IF] = "if",
	[SW_TOK_LOGICAL_AND] = "and",
	[SW_TOK_LOGICAL_OR] = "or",
};

static const struct {
	const char *word;
	enum sw_rego_tok tok;
	uint32_t bit; /* 0: always a keyword */
} words[] = {
	{"package", SW_TOK_PACKAGE, 0},
	{"import", SW_TOK_IMPORT, 0},
	{"as", SW_TOK_AS, 0},
	{"default", SW_TOK_DEFAULT, 0},
	{"else", SW_TOK_ELSE, 0},
	{"some", SW_TOK_SOME, 0},
	{"with", SW_TOK_WITH, 0},
	{"null", SW_TOK_NULL, 0},
	{"true", SW_TOK_TRUE, 0},
	{"false", SW_TOK_FALSE, 0},
	{"not", SW_TOK_NOT, SW_KW_NOT},
	{"in", SW_TOK_IN, SW_KW_IN},
	{"every", SW_TOK_EVERY, SW_KW_EVERY},
	{"contains", SW_TOK_CONTAINS, SW_KW_CONTAINS},
	{"if", SW_TOK_IF, SW_KW_IF},
	{"and", SW_TOK_LOGICAL_AND, SW_KW_AND},
	{"or", SW_TOK_LOGICAL_OR, SW_KW_OR},
};

const char *sw_rego_tok_name(enum sw_rego_tok t)
{
	return tok_names[t];
}

bool sw_rego_tok_is_keyword(enum sw_rego_tok t)
{
	for (size_t i = 0; i < SW_ARRAY_LEN(words); i++)
		if (words[i].tok == t)
			return true;
	/* OPA asks by name, and `&` and `|` are called and / or. Only their tokens differ. */
	return false;
}

uint32_t sw_rego_keyword_bit(struct sw_str word)
{
	for (size_t i = 0; i < SW_ARRAY_LEN(words); i++)
		if (words[i].bit && sw_str_is(word, words[i].word))
			return words[i].bit;
	return 0;
}

/* The only keyword that a word of this first letter and length can be, as a place in `words`; -1: none. */
static int only_keyword(struct sw_str word)
{
	switch (word.p[0] << 4 | (int)word.n) {
	case 'p' << 4 | 7:
		return 0;
	case 'i' << 4 | 6:
		return 1;
	case 'a' << 4 | 2:
		return 2;
	case 'd' << 4 | 7:
		return 3;
	case 'e' << 4 | 4:
		return 4;
	case 's' << 4 | 4:
		return 5;
	case 'w' << 4 | 4:
		return 6;
	case 'n' << 4 | 4:
		return 7;
	case 't' << 4 | 4:
		return 8;
	case 'f' << 4 | 5:
		return 9;
	case 'n' << 4 | 3:
		return 10;
	case 'i' << 4 | 2:
		return word.p[1] == 'n' ? 11 : 14;
	case 'e' << 4 | 5:
		return 12;
	case 'c' << 4 | 8:
		return 13;
	case 'a' << 4 | 3:
		return 15;
	case 'o' << 4 | 2:
		return 16;
	default:
		return -1;
	}
}

enum sw_rego_tok sw_rego_keyword_tok(struct sw_str word, uint32_t keywords)
{
	int i = word.n < 2 || word.n > 8 ? -1 : only_keyword(word);
	if (i < 0 || (words[i].bit && !(keywords & words[i].bit)))
		return SW_TOK_IDENT;
	return memcmp(word.p, words[i].word, word.n) == 0 ? words[i].tok : SW_TOK_IDENT;
}

struct scan {
	struct sw_rego_lexer *l;
	struct sw_str text;
	struct sw_arena *arena;
	struct sw_rego_token *t;
};

static void lex_error(struct scan *s, const char *text)
{
	if (s->t->n_errors < SW_REGO_LEX_ERRORS)
		s->t->errors[s->t->n_errors++] = text;
}

static void decode(struct scan *s)
{
	struct sw_rego_lexer *l = s->l;
	size_t pos = l->offset;
	uint32_t cp = sw_utf8_next(s->text, &pos);
	l->curr = (int32_t)cp;
	l->width = (uint32_t)(pos - l->offset);
	if (cp == 0xFFFD && l->width == 1)
		lex_error(s, "illegal utf-8 character");
	else if (cp == BOM && l->offset > 0)
		lex_error(s, "illegal byte-order mark");
}

static void next(struct scan *s)
{
	struct sw_rego_lexer *l = s->l;
	if (l->offset >= s->text.n) {
		l->curr = -1;
		l->offset = s->text.n + 1;
		return;
	}
	l->curr = (unsigned char)s->text.p[l->offset];
	l->width = 1;
	if (l->curr == 0)
		lex_error(s, "illegal null character");
	else if (l->curr >= 0x80)
		decode(s);
	l->offset += l->width;
	if (l->curr == '\n') {
		l->row++;
		l->col = 0;
	} else {
		l->col++;
	}
}

static bool is_letter(int32_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_decimal(int32_t c)
{
	return c >= '0' && c <= '9';
}

static bool is_digit(int32_t c)
{
	return is_decimal(c) || (c >= 0x80 && g_unichar_type((gunichar)c) == G_UNICODE_DECIMAL_NUMBER);
}

/* The text from `start` to before the current character (whose width is taken for 1, as OPA does). */
static struct sw_str lit_from(const struct scan *s, size_t start)
{
	return sw_str_sub(s->text, start, s->l->offset - 1);
}

/* As next() does for what is no end, no line's end and one byte of ASCII, but many of them at once. */
static void skip(struct scan *s, size_t n)
{
	s->l->offset += n;
	s->l->col += (uint32_t)n;
}

static const bool plain_ident[256] = {['a' ... 'z'] = true, ['A' ... 'Z'] = true, ['0' ... '9'] = true,
	['_'] = true};

static struct sw_str scan_identifier(struct scan *s)
{
	size_t start = s->l->offset - 1, at = s->l->offset;
	while (at < s->text.n && plain_ident[(unsigned char)s->text.p[at]])
		at++;
	if (at > s->l->offset) { /* the current character is of the name: stop at its last one */
		skip(s, at - s->l->offset);
		s->l->curr = 'a';
	}
	while (is_letter(s->l->curr) || is_digit(s->l->curr))
		next(s);
	return lit_from(s, start);
}

static bool scan_decimals(struct scan *s)
{
	bool found = false;
	for (; is_decimal(s->l->curr); found = true)
		next(s);
	return found;
}

static struct sw_str scan_number(struct scan *s)
{
	size_t start = s->l->offset - 1;
	scan_decimals(s);
	if (s->l->curr == '.') {
		next(s);
		if (!scan_decimals(s))
			lex_error(s, "expected fraction");
	}
	if (s->l->curr == 'e' || s->l->curr == 'E') {
		next(s);
		if (s->l->curr == '+' || s->l->curr == '-')
			next(s);
		if (!scan_decimals(s))
			lex_error(s, "expected exponent");
	}
	/* 0a2b is one bad number, not the number 0 and a name behind it. */
	if (is_letter(s->l->curr)) {
		lex_error(s, "illegal number format");
		while (is_letter(s->l->curr) || is_digit(s->l->curr))
			next(s);
	}
	return lit_from(s, start);
}

/* Where the opening delimiter stands, the current character being the first behind it. */
static size_t literal_start(const struct scan *s)
{
	return s->l->offset - (s->l->width + 1);
}

static void scan_escape(struct scan *s)
{
	switch (s->l->curr) {
	case '\\':
	case '"':
	case '/':
	case 'b':
	case 'f':
	case 'n':
	case 'r':
	case 't':
		next(s);
		break;
	case 'u':
		for (int i = 0; i < 4; i++)
			next(s);
		break;
	default:
		lex_error(s, "illegal escape sequence");
	}
}

static const bool plain_string[256] = {
	[' ' ... '!'] = true, ['#' ... '['] = true, [']' ... '~'] = true};

static struct sw_str scan_string(struct scan *s)
{
	size_t start = literal_start(s);
	for (;;) {
		int32_t ch = s->l->curr;
		if (ch == '\n' || ch < 0) {
			lex_error(s, "non-terminated string");
			break;
		}
		if (plain_string[(unsigned char)ch]) {
			size_t at = s->l->offset;
			while (at < s->text.n && plain_string[(unsigned char)s->text.p[at]])
				at++;
			skip(s, at - s->l->offset);
		}
		next(s);
		if (ch == '"')
			break;
		if (ch == '\\')
			scan_escape(s);
	}
	return lit_from(s, start);
}

static struct sw_str scan_raw_string(struct scan *s)
{
	size_t start = literal_start(s);
	for (;;) {
		int32_t ch = s->l->curr;
		next(s);
		if (ch == '`')
			break;
		if (ch < 0) {
			lex_error(s, "non-terminated string");
			break;
		}
	}
	return lit_from(s, start);
}

/* \{ stands for a brace. Other escapes stay: they are the caller's. */
static struct sw_str without_brace_escapes(struct scan *s, struct sw_str lit)
{
	char *out = sw_arena_alloc(s->arena, lit.n);
	if (!out)
		return lit;
	size_t n = 0;
	for (size_t i = 0; i < lit.n; i++) {
		if (lit.p[i] == '\\' && i + 1 < lit.n && lit.p[i + 1] == '{')
			continue;
		if (lit.p[i] == '\\' && i + 1 < lit.n && s->t->tok != SW_TOK_RAW_TEMPLATE_PART &&
			s->t->tok != SW_TOK_RAW_TEMPLATE_END)
			out[n++] = lit.p[i++];
		out[n++] = lit.p[i];
	}
	return sw_str_make(out, n);
}

static struct sw_str scan_template(struct scan *s)
{
	size_t start = literal_start(s);
	bool braces = false;
	s->t->tok = SW_TOK_TEMPLATE_PART;
	for (;;) {
		int32_t ch = s->l->curr;
		if (ch == '\n' || ch < 0) {
			lex_error(s, "non-terminated string");
			break;
		}
		next(s);
		if (ch == '"') {
			s->t->tok = SW_TOK_TEMPLATE_END;
			break;
		}
		if (ch == '{')
			break;
		if (ch == '\\' && s->l->curr == '{') {
			braces = true;
			next(s);
		} else if (ch == '\\') {
			scan_escape(s);
		}
	}
	struct sw_str lit = lit_from(s, start);
	return braces ? without_brace_escapes(s, lit) : lit;
}

static struct sw_str scan_raw_template(struct scan *s)
{
	size_t start = literal_start(s);
	bool braces = false;
	s->t->tok = SW_TOK_RAW_TEMPLATE_PART;
	for (;;) {
		int32_t ch = s->l->curr;
		if (ch < 0) {
			lex_error(s, "non-terminated string");
			break;
		}
		next(s);
		if (ch == '`') {
			s->t->tok = SW_TOK_RAW_TEMPLATE_END;
			break;
		}
		if (ch == '{')
			break;
		if (ch == '\\' && s->l->curr == '{') {
			braces = true;
			next(s);
		}
	}
	struct sw_str lit = lit_from(s, start);
	return braces ? without_brace_escapes(s, lit) : lit;
}

/* How many bytes from here on are printable ASCII, eight at a time. */
static size_t plain_bytes(const struct scan *s)
{
	const uint64_t high = 0x8080808080808080u;
	size_t at = s->l->offset;
	for (uint64_t w; at + 8 <= s->text.n; at += 8) {
		memcpy(&w, s->text.p + at, sizeof(w));
		if ((w | (w - 0x2020202020202020u)) & high)
			break;
	}
	while (at < s->text.n && s->text.p[at] >= ' ')
		at++;
	return at > s->l->offset ? at - s->l->offset : 0;
}

static struct sw_str scan_comment(struct scan *s)
{
	size_t start = literal_start(s);
	while (s->l->curr != '\n' && s->l->curr != -1) {
		size_t n = plain_bytes(s);
		if (n) {
			skip(s, n);
			s->l->curr = ' ';
			s->l->width = 1;
		}
		next(s);
	}
	size_t end = s->l->offset - 1;
	if (s->l->offset > 1 && s->text.p[s->l->offset - 2] == '\r')
		end--;
	return sw_str_sub(s->text, start, end);
}

/* A character that may be followed by '='. */
static enum sw_rego_tok with_eq(struct scan *s, enum sw_rego_tok alone, enum sw_rego_tok eq)
{
	if (s->l->curr != '=')
		return alone;
	next(s);
	return eq;
}

static enum sw_rego_tok single(int32_t ch)
{
	switch (ch) {
	case -1:
		return SW_TOK_EOF;
	case '[':
		return SW_TOK_LBRACK;
	case ']':
		return SW_TOK_RBRACK;
	case '{':
		return SW_TOK_LBRACE;
	case '}':
		return SW_TOK_RBRACE;
	case '(':
		return SW_TOK_LPAREN;
	case ')':
		return SW_TOK_RPAREN;
	case ',':
		return SW_TOK_COMMA;
	case '+':
		return SW_TOK_ADD;
	case '-':
		return SW_TOK_SUB;
	case '*':
		return SW_TOK_MUL;
	case '/':
		return SW_TOK_QUO;
	case '%':
		return SW_TOK_REM;
	case '&':
		return SW_TOK_AND;
	case '|':
		return SW_TOK_OR;
	case ';':
		return SW_TOK_SEMICOLON;
	case '.':
		return SW_TOK_DOT;
	default:
		return SW_TOK_ILLEGAL;
	}
}

static void scan_dollar(struct scan *s)
{
	if (s->l->curr == '`') {
		next(s);
		s->t->lit = scan_raw_template(s);
	} else if (s->l->curr == '"') {
		next(s);
		s->t->lit = scan_template(s);
	} else {
		lex_error(s, "illegal $ character");
	}
}

static void scan_other(struct scan *s)
{
	struct sw_rego_token *t = s->t;
	int32_t ch = s->l->curr;
	next(s);
	switch (ch) {
	case '#':
		t->tok = SW_TOK_COMMENT;
		t->lit = scan_comment(s);
		break;
	case '"':
		t->tok = SW_TOK_STRING;
		t->lit = scan_string(s);
		break;
	case '`':
		t->tok = SW_TOK_STRING;
		t->lit = scan_raw_string(s);
		break;
	case '$':
		scan_dollar(s);
		break;
	case ':':
		t->tok = with_eq(s, SW_TOK_COLON, SW_TOK_ASSIGN);
		break;
	case '=':
		t->tok = with_eq(s, SW_TOK_UNIFY, SW_TOK_EQUAL);
		break;
	case '>':
		t->tok = with_eq(s, SW_TOK_GT, SW_TOK_GTE);
		break;
	case '<':
		t->tok = with_eq(s, SW_TOK_LT, SW_TOK_LTE);
		break;
	case '!':
		t->tok = with_eq(s, SW_TOK_ILLEGAL, SW_TOK_NEQ);
		if (t->tok == SW_TOK_ILLEGAL)
			lex_error(s, "illegal ! character");
		break;
	case NBSP:
		lex_error(s, "illegal non-breaking space character, use a regular space instead");
		break;
	default:
		t->tok = single(ch);
	}
}

void sw_rego_lexer_init(struct sw_rego_lexer *l, struct sw_str text)
{
	struct sw_rego_token unused = {0};
	struct scan s = {.l = l, .text = text, .t = &unused};
	*l = (struct sw_rego_lexer){.row = 1, .curr = -1, .keywords = SW_KW_NOT};
	next(&s);
	if (l->curr == BOM)
		next(&s);
	if (unused.n_errors)
		l->pending = unused.errors[0];
}

void sw_rego_lexer_scan(struct sw_rego_lexer *l, struct sw_str text, struct sw_arena *a,
	enum sw_rego_lex_mode mode, struct sw_rego_token *ret)
{
	struct scan s = {.l = l, .text = text, .arena = a, .t = ret};
	ret->tok = SW_TOK_ILLEGAL;
	ret->lit = (struct sw_str){0};
	ret->n_errors = 0;
	if (l->pending)
		lex_error(&s, l->pending);
	l->pending = NULL;
	ret->offset = l->offset - l->width;
	ret->row = l->row;
	ret->col = l->col;
	if (mode == SW_LEX_RAW_TEMPLATE) {
		ret->lit = scan_raw_template(&s);
	} else if (mode == SW_LEX_TEMPLATE) {
		ret->lit = scan_template(&s);
	} else if (l->curr == ' ' || l->curr == '\t' || l->curr == '\n' || l->curr == '\r') {
		ret->lit = sw_str_sub(text, l->offset - 1, l->offset);
		size_t at = l->offset; /* of blanks and tabs a whole run, so that few tokens are only for them */
		if (l->curr == ' ' || l->curr == '\t')
			while (at < text.n && (text.p[at] == ' ' || text.p[at] == '\t'))
				at++;
		skip(&s, at - l->offset);
		next(&s);
		ret->tok = SW_TOK_WHITESPACE;
	} else if (is_letter(l->curr)) {
		ret->lit = scan_identifier(&s);
		ret->tok = sw_rego_keyword_tok(ret->lit, l->keywords);
	} else if (is_decimal(l->curr)) {
		ret->lit = scan_number(&s);
		ret->tok = SW_TOK_NUMBER;
	} else {
		scan_other(&s);
	}
	ret->end = l->offset - l->width;
}
