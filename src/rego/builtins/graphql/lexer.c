/* SPDX-License-Identifier: Apache-2.0 */
#include "rego/builtins/graphql/lexer.h"

const char *sw_gql_kind_name(enum sw_gql_token_kind k)
{
	static const char *const names[] = {"<Invalid>", "<EOF>", "!", "$", "&", "(", ")", "...", ":", "=",
		"@", "[", "]", "{", "}", "|", "Name", "Int", "Float", "String", "BlockString", "Comment"};

	return names[k];
}

void sw_gql_lexer_init(struct sw_gql_lexer *l, struct sw_arena *a, struct sw_str text)
{
	*l = (struct sw_gql_lexer){.arena = a, .text = text, .line = 1};
}

static int here(const struct sw_gql_lexer *l, size_t ahead)
{
	return l->at + ahead < l->text.n ? (unsigned char)l->text.p[l->at + ahead] : -1;
}

static void step(struct sw_gql_lexer *l, size_t bytes)
{
	l->at += bytes;
	l->runes += bytes;
}

static void newline(struct sw_gql_lexer *l)
{
	l->line++;
	l->line_start = l->runes;
}

/* One code point, whatever its length. */
static void step_rune(struct sw_gql_lexer *l)
{
	sw_utf8_next(l->text, &l->at);
	l->runes++;
}

static void blanks(struct sw_gql_lexer *l)
{
	for (;;) {
		switch (here(l, 0)) {
		case '\t':
		case ' ':
		case ',':
			step(l, 1);
			break;
		case '\n':
			step(l, 1);
			newline(l);
			break;
		case '\r':
			step(l, 1);
			newline(l);
			if (here(l, 0) == '\n')
				step(l, 1);
			break;
		case 0xef:
			if (here(l, 1) != 0xbb || here(l, 2) != 0xbf)
				return;
			l->at += 3;
			l->runes++;
			break;
		default:
			return;
		}
	}
}

static bool digit(int c)
{
	return c >= '0' && c <= '9';
}

static bool name_char(int c)
{
	return digit(c) || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_';
}

static struct sw_gql_token invalid(struct sw_gql_lexer *l)
{
	return (struct sw_gql_token){.kind = SW_GQL_INVALID, .value = SW_STR(""), .line = l->line,
		.col = (uint32_t)(l->runes - l->line_start + 1)};
}

static size_t digits(struct sw_gql_lexer *l)
{
	size_t n = 0;

	for (; digit(here(l, 0)); n++)
		step(l, 1);
	return n;
}

/* -?(0|[1-9][0-9]*)(.[0-9]+)?([eE][+-]?[0-9]+)? */
static enum sw_gql_token_kind number(struct sw_gql_lexer *l)
{
	enum sw_gql_token_kind kind = SW_GQL_INT;

	if (here(l, 0) == '-')
		step(l, 1);
	if (here(l, 0) == '0') {
		step(l, 1);
		if (digit(here(l, 0)))
			return SW_GQL_INVALID;
	} else if (!digits(l)) {
		return SW_GQL_INVALID;
	}
	if (here(l, 0) == '.') {
		kind = SW_GQL_FLOAT;
		step(l, 1);
		if (!digits(l))
			return SW_GQL_INVALID;
	}
	if (here(l, 0) == 'e' || here(l, 0) == 'E') {
		kind = SW_GQL_FLOAT;
		step(l, 1);
		if (here(l, 0) == '-' || here(l, 0) == '+')
			step(l, 1);
		if (!digits(l))
			return SW_GQL_INVALID;
	}
	return kind;
}

static int hex4(const struct sw_gql_lexer *l, size_t ahead)
{
	int v = 0;

	for (size_t i = 0; i < 4; i++) {
		int c = here(l, ahead + i);
		if (digit(c))
			v = v << 4 | (c - '0');
		else if ((c | 32) >= 'a' && (c | 32) <= 'f')
			v = v << 4 | ((c | 32) - 'a' + 10);
		else
			return -1;
	}
	return v;
}

static bool escape(struct sw_gql_lexer *l, struct sw_buf *out)
{
	static const char from[] = "\"/\\bfnrt", to[] = "\"/\\\b\f\n\r\t";
	int c = here(l, 1);

	if (c == 'u') {
		int v = here(l, 6) < 0 ? -1 : hex4(l, 2);
		if (v < 0)
			return false;
		sw_buf_addrune(out, (uint32_t)v);
		step(l, 6);
		return true;
	}
	const char *hit = c > 0 ? strchr(from, c) : NULL;
	if (!hit)
		return false;
	sw_buf_addch(out, to[hit - from]);
	step(l, 2);
	return true;
}

static bool string(struct sw_gql_lexer *l, struct sw_buf *out)
{
	step(l, 1);
	for (;;) {
		int c = here(l, 0);
		if (c < 0 || (c < 0x20 && c != '\t'))
			return false;
		if (c == '"') {
			step(l, 1);
			return true;
		}
		if (c == '\\') {
			if (!escape(l, out)) {
				step(l, 1);
				return false;
			}
			continue;
		}
		uint32_t cp = sw_utf8_next(l->text, &l->at);
		l->runes++;
		sw_buf_addrune(out, cp);
	}
}

/* Leading blanks of a line, or SIZE_MAX when it has nothing else. */
static size_t indent(struct sw_str line)
{
	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] != ' ' && line.p[i] != '\t')
			return i;
	return SIZE_MAX;
}

static struct sw_str cut_line(struct sw_str s, size_t *at)
{
	size_t end = sw_str_chr(s, '\n', *at);
	struct sw_str line = sw_str_sub(s, *at, end);

	*at = end == SW_NPOS ? s.n + 1 : end + 1;
	return line;
}

/* BlockStringValue() of the specification: common indentation and blank edges go. */
static void block_value(struct sw_str raw, struct sw_buf *out)
{
	size_t common = SIZE_MAX, n = 0, first = SIZE_MAX, last = 0;

	for (size_t at = 0; at <= raw.n; n++) {
		size_t in = indent(cut_line(raw, &at));
		if (in == SIZE_MAX)
			continue;
		if (in < common)
			common = in;
		if (first == SIZE_MAX)
			first = n;
		last = n;
	}
	n = 0;
	for (size_t at = 0; at <= raw.n && first != SIZE_MAX; n++) {
		struct sw_str line = cut_line(raw, &at);
		if (n < first || n > last)
			continue;
		if (n > first)
			sw_buf_addch(out, '\n');
		sw_buf_addstr(out, n ? sw_str_sub(line, common, line.n) : line);
	}
}

static bool block_string(struct sw_gql_lexer *l, struct sw_buf *out)
{
	sw_autobuf raw;

	sw_buf_init(&raw, l->text.n * 3 + 16);
	step(l, 3);
	for (;;) {
		int c = here(l, 0);
		size_t quotes = 0;
		if (c < 0 || (c < 0x20 && c != '\t' && c != '\n' && c != '\r'))
			return false;
		while (c == '"' && here(l, quotes) == '"')
			quotes++;
		if (quotes >= 3) {
			sw_buf_pad(&raw, '"', quotes - 3);
			step(l, quotes);
			block_value(sw_buf_str(&raw), out);
			return true;
		}
		if (c == '\\' && here(l, 1) == '"' && here(l, 2) == '"' && here(l, 3) == '"') {
			sw_buf_addz(&raw, "\"\"\"");
			step(l, 4);
		} else if (c == '\r' || c == '\n') {
			step(l, c == '\r' && here(l, 1) == '\n' ? 2 : 1);
			sw_buf_addch(&raw, '\n');
			newline(l);
		} else {
			sw_buf_addrune(&raw, sw_utf8_next(l->text, &l->at));
			l->runes++;
		}
	}
}

static struct sw_gql_token quoted(struct sw_gql_lexer *l, struct sw_gql_token t)
{
	bool block = here(l, 1) == '"' && here(l, 2) == '"';
	size_t start = l->runes + (block ? 3 : 1);
	sw_autobuf out;

	sw_buf_init(&out, l->text.n * 3 + 16);
	if (!(block ? block_string(l, &out) : string(l, &out)))
		return invalid(l);
	t.kind = block ? SW_GQL_BLOCK_STRING : SW_GQL_STRING;
	/* gqlparser's place of a string: behind its quotes, and on the line where a block ends. */
	t.line = l->line;
	t.col = (uint32_t)(start - l->line_start + 1);
	t.value = out.n ? sw_arena_str(l->arena, sw_buf_str(&out)) : SW_STR("");
	return t.value.p ? t : invalid(l);
}

static enum sw_gql_token_kind punctuation(struct sw_gql_lexer *l)
{
	static const char chars[] = "!$&():=@[]{}|";
	static const uint8_t kinds[] = {SW_GQL_BANG, SW_GQL_DOLLAR, SW_GQL_AMP, SW_GQL_PAREN_L,
		SW_GQL_PAREN_R, SW_GQL_COLON, SW_GQL_EQUALS, SW_GQL_AT, SW_GQL_BRACKET_L, SW_GQL_BRACKET_R,
		SW_GQL_BRACE_L, SW_GQL_BRACE_R, SW_GQL_PIPE};
	const char *hit = here(l, 0) > 0 ? strchr(chars, here(l, 0)) : NULL;

	if (hit) {
		step(l, 1);
		return kinds[hit - chars];
	}
	if (here(l, 0) == '.' && here(l, 1) == '.' && here(l, 2) == '.') {
		step(l, 3);
		return SW_GQL_SPREAD;
	}
	return SW_GQL_INVALID;
}

static void comment(struct sw_gql_lexer *l)
{
	while (here(l, 0) > 0x1f || here(l, 0) == '\t')
		step_rune(l);
}

struct sw_gql_token sw_gql_lex(struct sw_gql_lexer *l)
{
	blanks(l);
	size_t start = l->at;
	struct sw_gql_token t = {.value = SW_STR(""), .line = l->line,
		.col = (uint32_t)(l->runes - l->line_start + 1)};
	int c = here(l, 0);

	if (c < 0) {
		t.kind = SW_GQL_EOF;
		return t;
	}
	if (c == '"')
		return quoted(l, t);
	if (c == '#') {
		t.kind = SW_GQL_COMMENT;
		comment(l);
	} else if (c == '-' || digit(c)) {
		t.kind = number(l);
	} else if (name_char(c)) {
		t.kind = SW_GQL_NAME;
		while (name_char(here(l, 0)))
			step(l, 1);
	} else {
		t.kind = punctuation(l);
		return t.kind == SW_GQL_INVALID ? invalid(l) : t;
	}
	t.value = sw_str_sub(l->text, start, l->at);
	return t.kind == SW_GQL_INVALID ? invalid(l) : t;
}
