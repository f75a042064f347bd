/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/rules/lex.h"

#include <ctype.h>

#include "base/cleanup.h"

int sw_lex_fail(struct sw_lex *l, enum sw_errcode code, const char *fmt, ...)
{
	char text[512];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	sw_error_set(l->err, code, "%s", text);
	l->failed = -(int)code;
	return l->failed;
}

static char at(const struct sw_lex *l, size_t i)
{
	return l->pos.idx + i < l->in.n ? l->in.p[l->pos.idx + i] : 0;
}

static void advance(struct sw_lex *l, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char c = l->in.p[l->pos.idx];
		l->pos.col++;
		if (c == '\r' || c == '\n') {
			l->pos.col = 1;
			l->pos.line++;
		}
		l->pos.idx++;
	}
}

static bool take(struct sw_lex *l, size_t n)
{
	if (n == 0)
		return false;
	l->tok = sw_str_make(l->in.p + l->pos.idx, n);
	advance(l, n);
	return true;
}

bool sw_lex_blank(struct sw_lex *l)
{
	bool found = false;
	for (;;) {
		char c = at(l, 0);
		if (c != ' ' && c != '\t' && c != '\b' && c != '\r' && c != '\n')
			return found;
		found = true;
		advance(l, 1);
	}
}

bool sw_lex_str(struct sw_lex *l, const char *s)
{
	size_t n = strlen(s);
	if (l->in.n - l->pos.idx < n || memcmp(l->in.p + l->pos.idx, s, n) != 0)
		return false;
	return take(l, n);
}

/* White space of POSIX classes. */
static bool space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

bool sw_lex_not(struct sw_lex *l)
{
	size_t n = 3;
	if (at(l, 0) != 'n' || at(l, 1) != 'o' || at(l, 2) != 't' || !space(at(l, 3)))
		return false;
	while (space(at(l, n)))
		n++;
	return take(l, n);
}

static bool alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool word(char c)
{
	return alpha(c) || (c >= '0' && c <= '9') || c == '_';
}

static size_t identifier_len(struct sw_str s, size_t from)
{
	size_t i = from;
	if (i >= s.n || !alpha(s.p[i]))
		return 0;
	while (i < s.n && word(s.p[i]))
		i++;
	return i - from;
}

bool sw_lex_identifier(struct sw_lex *l)
{
	return take(l, identifier_len(l->in, l->pos.idx));
}

bool sw_lex_field_name(struct sw_lex *l)
{
	size_t n = identifier_len(l->in, l->pos.idx), parts = 0, more;
	if (n == 0)
		return false;
	while (at(l, n) == '.' && (more = identifier_len(l->in, l->pos.idx + n + 1)) > 0) {
		n += 1 + more;
		parts++;
	}
	return parts ? take(l, n) : false;
}

/* Valid UTF-8 without white space and without the bytes of `not`. */
static size_t run_without(struct sw_str s, size_t from, const char *not)
{
	size_t i = from;
	while (i < s.n) {
		unsigned char c = (unsigned char)s.p[i];
		size_t next = i;
		if (c < 0x80) {
			if (c == 0 || space((char)c) || strchr(not, c))
				break;
			next++;
		} else if (sw_utf8_next(s, &next) == 0xfffd && next == i + 1) {
			break;
		}
		i = next;
	}
	return i - from;
}

bool sw_lex_field_arg(struct sw_lex *l)
{
	return take(l, run_without(l->in, l->pos.idx, "][\"'"));
}

bool sw_lex_bare_str(struct sw_lex *l)
{
	return take(l, run_without(l->in, l->pos.idx, "()\"'=,"));
}

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

bool sw_lex_number(struct sw_lex *l)
{
	size_t n = 0;
	if (at(l, 0) == '0' && (at(l, 1) | 0x20) == 'x' && isxdigit((unsigned char)at(l, 2))) {
		for (n = 2; isxdigit((unsigned char)at(l, n));)
			n++;
		return take(l, n);
	}
	n = at(l, 0) == '+' || at(l, 0) == '-';
	if (!digit(at(l, n)))
		return false;
	while (digit(at(l, n)))
		n++;
	if (at(l, n) == '.')
		n++;
	while (digit(at(l, n)))
		n++;
	if ((at(l, n) | 0x20) == 'e' && (at(l, n + 1) == '+' || at(l, n + 1) == '-') && digit(at(l, n + 2))) {
		for (n += 2; digit(at(l, n));)
			n++;
	}
	return take(l, n);
}

static int hex(char c)
{
	if (digit(c))
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int unescape_one(struct sw_lex *l, struct sw_str s, size_t *i, char *out)
{
	char c = s.p[*i];
	switch (c) {
	case 'b':
		*out = '\b';
		return 0;
	case 'f':
		*out = '\f';
		return 0;
	case 'n':
		*out = '\n';
		return 0;
	case 'r':
		*out = '\r';
		return 0;
	case 't':
		*out = '\t';
		return 0;
	case ' ': /* old rules escape blanks; a backslash is what upstream makes of it */
	case '\\':
		*out = '\\';
		return 0;
	case '/':
		*out = '/';
		return 0;
	case '"':
	case '\'':
		if (s.p[0] != c)
			return sw_lex_fail(l, SW_ESYNTAX, "invalid \\%c escape in %c-quoted string", c,
				c == '"' ? '\'' : '"');
		*out = c;
		return 0;
	case 'x':
		if (*i + 2 >= s.n - 1)
			return sw_lex_fail(l, SW_ESYNTAX, "truncated hex char escape sequence");
		if (hex(s.p[*i + 1]) < 0 || hex(s.p[*i + 2]) < 0)
			return sw_lex_fail(l, SW_ESYNTAX, "invalid hex char escape sequence: %.2s",
				s.p + *i + 1);
		*out = (char)(hex(s.p[*i + 1]) * 16 + hex(s.p[*i + 2]));
		*i += 2;
		return 0;
	default:
		return sw_lex_fail(l, SW_ESYNTAX, "unsupported string escape sequence: \\%c", c);
	}
}

/* The content of a quoted token. */
static int unescape(struct sw_lex *l, struct sw_str s)
{
	char *out = sw_arena_alloc(l->a, s.n);
	size_t n = 0;
	if (!out)
		return sw_lex_fail(l, SW_ELIMIT, "out of memory");
	for (size_t i = 1; i + 1 < s.n; i++) {
		if (s.p[i] != '\\') {
			out[n++] = s.p[i];
		} else if (i + 2 < s.n) {
			i++;
			int rc = unescape_one(l, s, &i, &out[n]);
			if (rc < 0)
				return rc;
			n++;
		}
	}
	l->tok = sw_str_make(out, n);
	return 1;
}

int sw_lex_quoted(struct sw_lex *l)
{
	char quote = at(l, 0), prev = '\\';
	if (quote != '\'' && quote != '"')
		return 0;
	for (size_t i = 0; at(l, i) != 0; i++) {
		if (at(l, i) == quote && prev != '\\') {
			struct sw_str s = sw_str_make(l->in.p + l->pos.idx, i + 1);
			advance(l, i + 1);
			return unescape(l, s);
		}
		prev = at(l, i);
	}
	return 0;
}

/* An operator that is a word needs a blank behind it, which is taken too. */
static bool word_op(struct sw_lex *l, const char *op)
{
	struct sw_lex before = *l;
	if (!sw_lex_str(l, op))
		return false;
	struct sw_str tok = l->tok;
	if (sw_lex_blank(l)) {
		l->tok = tok;
		return true;
	}
	*l = before;
	return false;
}

bool sw_lex_unary_op(struct sw_lex *l)
{
	return sw_lex_str(l, "exists");
}

bool sw_lex_num_op(struct sw_lex *l)
{
	return sw_lex_str(l, "<=") || sw_lex_str(l, "<") || sw_lex_str(l, ">=") || sw_lex_str(l, ">");
}

static const char *const word_ops[] = {
	"glob", "iglob", "contains", "icontains", "bcontains", "startswith", "bstartswith", "endswith", "regex",
};
static const char *const modifiers[] = {"oneof", "anyof", "allof"};

bool sw_lex_str_op(struct sw_lex *l)
{
	if (sw_lex_str(l, "==") || sw_lex_str(l, "=") || sw_lex_str(l, "!="))
		return true;
	for (size_t i = 0; i < SW_ARRAY_LEN(word_ops); i++)
		if (word_op(l, word_ops[i]))
			return true;
	return false;
}

bool sw_lex_list_op(struct sw_lex *l)
{
	return sw_lex_str(l, "intersects") || sw_lex_str(l, "in") || sw_lex_str(l, "pmatch");
}

bool sw_lex_modifier(struct sw_lex *l)
{
	for (size_t i = 0; i < SW_ARRAY_LEN(modifiers); i++)
		if (word_op(l, modifiers[i]))
			return true;
	return false;
}

bool sw_lex_transformer(struct sw_lex *l)
{
	static const char *const names[] = {
		"tolower(", "toupper(", "b64(", "basename(", "len(", "join(", "concat(", "getopt(",
	};
	for (size_t i = 0; i < SW_ARRAY_LEN(names); i++) {
		if (sw_lex_str(l, names[i])) {
			l->tok.n--;
			return true;
		}
	}
	return false;
}

bool sw_lex_list_follows(struct sw_lex *l)
{
	static const char *const keywords[] = {"and", "or", "not"};
	struct sw_str rest = sw_str_sub(l->in, l->pos.idx, l->in.n);
	for (size_t i = 0; i < SW_ARRAY_LEN(keywords); i++) {
		size_t n = strlen(keywords[i]);
		if (sw_str_starts(rest, sw_str_from(keywords[i])) &&
			(rest.n == n || !isalnum((unsigned char)rest.p[n])))
			return false;
	}
	return at(l, 0) == '(' || identifier_len(l->in, l->pos.idx) > 0;
}

bool sw_cond_is_identifier(struct sw_str s)
{
	return s.n > 0 && identifier_len(s, 0) == s.n;
}

bool sw_cond_is_bare_string(struct sw_str s)
{
	return s.n > 0 && run_without(s, 0, "()\"'=,") == s.n;
}

static bool str_op(struct sw_str op)
{
	bool found = sw_str_is(op, "=") || sw_str_is(op, "==") || sw_str_is(op, "!=");
	for (size_t i = 0; i < SW_ARRAY_LEN(word_ops); i++)
		found |= sw_str_is(op, word_ops[i]);
	return found;
}

bool sw_cond_is_list_operator(struct sw_str op)
{
	return sw_str_is(op, "in") || sw_str_is(op, "intersects") || sw_str_is(op, "pmatch");
}

bool sw_cond_is_operator(struct sw_str op)
{
	return sw_str_is(op, "exists") || sw_str_is(op, "<") || sw_str_is(op, "<=") || sw_str_is(op, ">") ||
	       sw_str_is(op, ">=") || str_op(op) || sw_cond_is_list_operator(op);
}

bool sw_cond_is_modified_operator(struct sw_str op)
{
	size_t sp = sw_str_chr(op, ' ', 0);
	if (sp == SW_NPOS || !str_op(sw_str_sub(op, 0, sp)))
		return false;
	struct sw_str mod = sw_str_sub(op, sp + 1, op.n);
	for (size_t i = 0; i < SW_ARRAY_LEN(modifiers); i++)
		if (sw_str_is(mod, modifiers[i]))
			return true;
	return false;
}
