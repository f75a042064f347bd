/* SPDX-License-Identifier: Apache-2.0 */
/* Scalars of everyday YAML. Those of one line are views into the text; the others are put together
 * in s->scratch. */
#include <stdlib.h>

#include "doc/yaml_fast.h"

/* ---- putting together ---- */

static void put(struct yaml_fast *f, const char *p, size_t n)
{
	struct sw_yaml_stream *s = f->s;
	if (s->scratch_cap - s->scratch_n < n) {
		s->scratch_cap = (s->scratch_n + n) * 2 + 256;
		s->scratch = yaml_grown(s->scratch, s->scratch_cap, 1);
	}
	if (n)
		memcpy(s->scratch + s->scratch_n, p, n);
	s->scratch_n += n;
}

static void put_breaks(struct yaml_fast *f, size_t n)
{
	while (n--)
		put(f, "\n", 1);
}

/* Lines are joined by a space, or by the empty lines between them. */
static void put_fold(struct yaml_fast *f, size_t empty)
{
	if (empty)
		put_breaks(f, empty);
	else
		put(f, " ", 1);
}

static bool take(struct yaml_fast *f, struct yaml_piece *ret)
{
	ret->text = sw_arena_str(f->s->arena, sw_str_make(f->s->scratch, f->s->scratch_n));
	return ret->text.p;
}

/* ---- plain ---- */

bool yaml_fast_plain_starts(const struct yaml_fast *f, bool flow)
{
	char next = yaml_at(f, f->p + 1);
	switch (*f->p) {
	case '-':
		return !yaml_blankz(next);
	case '?':
	case ':':
		return !flow && !yaml_blankz(next);
	case ',':
	case '[':
	case ']':
	case '{':
	case '}':
	case '#':
	case '&':
	case '*':
	case '!':
	case '|':
	case '>':
	case '\'':
	case '"':
	case '%':
	case '@':
	case '`':
	case ' ':
	case '\t':
	case '\n':
	case '\r':
		return false;
	default:
		return true;
	}
}

/* What ends a plain scalar's part on this line: `: `, ` #`, the line end, the end of the text. */
static const char *block_stop(const struct yaml_fast *f, const char *p)
{
	const char *start = p;
	for (;; p++) {
		p = yaml_find3(p, f->end, ':', '\n', '#');
		if (p == f->end || *p == '\n')
			return p;
		if (*p == ':' ? yaml_blankz(yaml_at(f, p + 1)) : p > start && yaml_blank(p[-1]))
			return p;
	}
}

static const unsigned char flow_special[256] = {
	[','] = 1, ['['] = 1, [']'] = 1, ['{'] = 1, ['}'] = 1, [':'] = 2, ['#'] = 3, ['\n'] = 1};

/* The same between brackets. NULL: a colon that libyaml does not take. */
static const char *flow_stop(const struct yaml_fast *f, const char *p)
{
	const char *start = p;
	for (; p < f->end; p++) {
		char next = yaml_at(f, p + 1);
		switch (flow_special[(unsigned char)*p]) {
		case 1:
			return p;
		case 2:
			if (yaml_blankz(next))
				return p;
			if (next == '?' || (flow_special[(unsigned char)next] == 1 && next != '\n'))
				return NULL;
			break;
		case 3:
			if (p > start && yaml_blank(p[-1]))
				return p;
			break;
		default:
			break;
		}
	}
	return p;
}

static const char *trim(const char *start, const char *p)
{
	while (p > start && (yaml_blank(p[-1]) || p[-1] == '\r'))
		p--;
	return p;
}

/* Is f->p the first byte of one more line of a plain scalar? */
static bool goes_on(const struct yaml_fast *f, int64_t indent, bool flow)
{
	if (f->p == f->end || *f->p == '#' || (!flow && f->p - f->bol <= indent))
		return false;
	return f->p != f->bol || !yaml_is_marker(f, f->p);
}

/* The lines behind the first: each is joined to the others. f->p is at the first byte of the
 * second. */
static bool plain_lines(
	struct yaml_fast *f, int64_t indent, bool flow, size_t empty, struct yaml_piece *ret)
{
	ret->lines = true;
	f->s->scratch_n = 0;
	put(f, ret->text.p, ret->text.n);
	for (;;) {
		const char *start = f->p;
		const char *stop = flow ? flow_stop(f, start) : block_stop(f, start);
		if (!stop || (stop < f->end && *stop == ':') || *start == '\t')
			return false;
		if (stop == start) /* a bracket or comma: the scalar ended before */
			break;
		const char *end = trim(start, stop);
		put_fold(f, empty);
		put(f, start, (size_t)(end - start));
		ret->span.end = yaml_offset(f, end);
		f->p = stop;
		if (stop == f->end || *stop != '\n')
			break;
		const char *line = yaml_next_line(f, stop);
		f->p = yaml_skip_lines(f, line);
		if (!goes_on(f, indent, flow))
			break;
		empty = 0;
		for (const char *p = line; p < f->bol; p++)
			empty += *p == '\n';
	}
	return take(f, ret);
}

bool yaml_fast_plain(struct yaml_fast *f, int64_t indent, bool flow, struct yaml_piece *ret)
{
	const char *start = f->p, *stop = flow ? flow_stop(f, start) : block_stop(f, start);
	if (!stop)
		return false;
	const char *end = trim(start, stop);
	*ret = (struct yaml_piece){.text = sw_str_make(start, (size_t)(end - start)),
		.span = {yaml_offset(f, start), yaml_offset(f, end)}};
	f->p = stop;
	if (stop == f->end || *stop != '\n')
		return true;
	const char *line = yaml_next_line(f, stop);
	f->p = yaml_skip_lines(f, line);
	if (!goes_on(f, indent, flow))
		return true;
	size_t empty = 0;
	for (const char *p = line; p < f->bol; p++)
		empty += *p == '\n';
	return plain_lines(f, indent, flow, empty, ret);
}

/* ---- quoted ---- */

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* `\x`, `\u` and `\U`: the digits at p. */
static bool put_code(struct yaml_fast *f, const char *p, int digits)
{
	char out[4];
	uint32_t c = 0;
	if (f->end - p < digits)
		return false;
	for (int i = 0; i < digits; i++) {
		int d = hex(p[i]);
		if (d < 0)
			return false;
		c = c << 4 | (uint32_t)d;
	}
	if ((c >= 0xd800 && c <= 0xdfff) || c > 0x10ffff)
		return false;
	put(f, out, sw_utf8_put(out, c));
	return true;
}

/* At a backslash that no line end follows; NULL when it is no escape. */
static const char *escape(struct yaml_fast *f, const char *p)
{
	static const char from[] = "0abt\tnvfre \"/\\", to[] = "\0\a\b\t\t\n\v\f\r\x1b \"/\\";
	char c = yaml_at(f, p + 1);
	int digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
	const char *hit = c ? memchr(from, c, sizeof(from) - 1) : NULL;
	if (digits)
		return put_code(f, p + 2, digits) ? p + 2 + digits : NULL;
	if (hit)
		put(f, &to[hit - from], 1);
	else if (c == 'N' || c == '_')
		put(f, c == 'N' ? "\xc2\x85" : "\xc2\xa0", 2);
	else if (c == 'L' || c == 'P')
		put(f, c == 'L' ? "\xe2\x80\xa8" : "\xe2\x80\xa9", 3);
	else
		return NULL;
	return p + 2;
}

/* Blanks and line ends inside quotes. `leading`: an escaped line end was before them. */
static const char *quoted_space(struct yaml_fast *f, const char *p, bool leading)
{
	const char *start = p;
	bool first = false;
	size_t empty = 0;
	while (p < f->end && (yaml_blank(*p) || yaml_break(*p))) {
		if (yaml_blank(*p)) {
			p++;
			continue;
		}
		if (leading)
			empty++;
		else
			leading = first = true;
		p = yaml_next_line(f, p);
	}
	if (!leading)
		put(f, start, (size_t)(p - start));
	else if (first)
		put_fold(f, empty);
	else
		put_breaks(f, empty);
	return p;
}

/* To the closing quote, a blank or a line end; *ret_leading: over an escaped line end. */
static const char *quoted_word(struct yaml_fast *f, const char *p, char quote, bool *ret_leading)
{
	*ret_leading = false;
	while (p && p < f->end && !yaml_blank(*p) && !yaml_break(*p)) {
		if (*p == quote) {
			if (quote == '"' || yaml_at(f, p + 1) != '\'')
				return p;
			put(f, p, 1);
			p += 2;
		} else if (quote == '"' && *p == '\\') {
			if (p + 1 < f->end && yaml_break(p[1])) {
				*ret_leading = true;
				return yaml_next_line(f, p + 1);
			}
			p = escape(f, p);
		} else {
			const char *q = p + 1;
			while (q < f->end && *q != quote && *q != '\\' && !yaml_blank(*q) &&
				!yaml_break(*q))
				q++;
			put(f, p, (size_t)(q - p));
			p = q;
		}
	}
	return p;
}

/* With escapes or line ends. */
static bool quoted_long(struct yaml_fast *f, const char *p, char quote, struct yaml_piece *ret)
{
	const char *bol = f->bol;
	f->s->scratch_n = 0;
	for (;;) {
		bool leading;
		if (p == f->end || (p == f->bol && yaml_is_marker(f, p)))
			return false;
		p = quoted_word(f, p, quote, &leading);
		if (!p || p == f->end)
			return false;
		if (*p == quote)
			break;
		p = quoted_space(f, p, leading);
	}
	f->p = p + 1;
	ret->span.end = yaml_offset(f, f->p);
	ret->lines = f->bol != bol;
	return take(f, ret);
}

bool yaml_fast_quoted(struct yaml_fast *f, struct yaml_piece *ret)
{
	char quote = *f->p;
	const char *start = f->p + 1;
	*ret = (struct yaml_piece){.span = {yaml_offset(f, f->p), 0}};
	const char *stop = yaml_find3(start, f->end, quote, '\n', quote == '"' ? '\\' : '\n');
	if (stop == f->end)
		return false;
	if (*stop != quote || (quote == '\'' && yaml_at(f, stop + 1) == '\''))
		return quoted_long(f, start, quote, ret);
	f->p = stop + 1;
	ret->span.end = yaml_offset(f, f->p);
	ret->text = sw_str_make(start, (size_t)(stop - start));
	return true;
}

/* ---- block ---- */

struct block {
	bool literal;
	int chomp;	/* -1 strip, 0 clip, 1 keep */
	int64_t indent; /* 0: not known yet */
	size_t empty;	/* line ends not yet put, of empty lines */
	bool line_end;	/* and of the line before them */
	const char *p;	/* the first byte that is not indentation */
};

/* Behind the indicator: chomping and indentation in any order, a comment, the line's end. */
static bool block_header(struct yaml_fast *f, int64_t indent, struct block *b)
{
	const char *p = f->p + 1;
	b->literal = *f->p == '|';
	for (int i = 0; i < 2 && p < f->end; i++) {
		if ((*p == '+' || *p == '-') && !b->chomp) {
			b->chomp = *p++ == '+' ? 1 : -1;
		} else if (*p >= '0' && *p <= '9' && !b->indent) {
			if (*p == '0')
				return false;
			b->indent = (indent > 0 ? indent : 0) + (*p++ - '0');
		}
	}
	f->p = p;
	if (!yaml_end_line(f))
		return false;
	if (f->p == f->end)
		f->bol = f->p;
	return true;
}

/* Over empty lines, from the start of a line; finds the indentation by them and the line behind
 * them. */
static bool block_breaks(struct yaml_fast *f, int64_t indent, struct block *b)
{
	int64_t most = 0;
	for (const char *p = f->p;;) {
		while (p < f->end && *p == ' ' && (!b->indent || p - f->p < b->indent))
			p++;
		if (p - f->p > most)
			most = p - f->p;
		if (p < f->end && *p == '\t' && (!b->indent || p - f->p < b->indent))
			return false;
		if (p == f->end || !yaml_break(*p)) {
			b->p = p;
			break;
		}
		b->empty++;
		f->p = p = yaml_next_line(f, p);
	}
	if (!b->indent) {
		b->indent = most > indent + 1 ? most : indent + 1;
		b->indent = b->indent < 1 ? 1 : b->indent;
	}
	return true;
}

/* The line ends between the last line and the one at b->p. */
static void block_join(struct yaml_fast *f, struct block *b, bool before_blank)
{
	bool blank = yaml_blank(*b->p);
	if (!b->literal && b->line_end && !before_blank && !blank) {
		if (!b->empty)
			put(f, " ", 1);
	} else if (b->line_end) {
		put(f, "\n", 1);
	}
	put_breaks(f, b->empty);
	b->empty = 0;
}

bool yaml_fast_block_scalar(struct yaml_fast *f, int64_t indent, struct yaml_piece *ret)
{
	struct block b = {0};
	bool before_blank = false;
	*ret = (struct yaml_piece){.span = {yaml_offset(f, f->p), 0}, .lines = true};
	f->s->scratch_n = 0;
	if (!block_header(f, indent, &b) || !block_breaks(f, indent, &b))
		return false;
	while (b.p < f->end && b.p - f->p == b.indent) {
		block_join(f, &b, before_blank);
		before_blank = yaml_blank(*b.p);
		const char *stop = yaml_find(b.p, f->end, '\n');
		b.line_end = stop < f->end;
		const char *end = b.line_end && stop > b.p && stop[-1] == '\r' ? stop - 1 : stop;
		put(f, b.p, (size_t)(end - b.p));
		f->p = f->bol = b.line_end ? stop + 1 : stop;
		if (!block_breaks(f, indent, &b))
			return false;
	}
	if (b.line_end && b.chomp >= 0)
		put(f, "\n", 1);
	if (b.chomp > 0)
		put_breaks(f, b.empty);
	ret->span.end = yaml_offset(f, f->p);
	return take(f, ret);
}

/* ---- values ---- */

/* Can text that begins so be anything but a string? As yaml_resolve() has it. */
static const unsigned char maybe_typed[256] = {['y'] = 1,
	['Y'] = 1,
	['n'] = 1,
	['N'] = 1,
	['t'] = 1,
	['T'] = 1,
	['f'] = 1,
	['F'] = 1,
	['o'] = 1,
	['O'] = 1,
	['~'] = 1,
	['.'] = 2,
	['-'] = 2,
	['+'] = 2,
	['0' ... '9'] = 2};

static bool is_string(struct sw_str s)
{
	unsigned char kind = s.n ? maybe_typed[(unsigned char)s.p[0]] : 1;
	return kind == 0 || (kind == 1 && s.n > 5);
}

/* Decimal digits that fit: most numbers. */
static bool is_count(struct sw_str s, int64_t *ret)
{
	int64_t v = 0;
	if (s.n == 0 || s.n > 18 || (s.p[0] == '0' && s.n > 1))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		v = v * 10 + (s.p[i] - '0');
	}
	*ret = v;
	return true;
}

static bool resolve(
	struct yaml_fast *f, const struct yaml_piece *in, struct sw_value *ret, enum yaml_tag *tag)
{
	struct yaml_scalar scalar = {.text = in->text};
	int64_t i;
	*tag = YAML_TAG_STR;
	if (is_string(in->text)) {
		*ret = sw_string(in->text);
	} else if (is_count(in->text, &i)) {
		*tag = YAML_TAG_INT;
		*ret = sw_int(i);
	} else {
		return yaml_resolve(&scalar, f->s->flags, f->s->arena, ret, tag, NULL) == 0;
	}
	return true;
}

bool yaml_fast_value(struct yaml_fast *f, const struct yaml_piece *in, bool plain)
{
	struct sw_yaml_stream *s = f->s;
	struct sw_value v;
	enum yaml_tag tag;
	if (++s->ops > s->nodes_max)
		return false;
	if (!plain)
		v = sw_string(in->text);
	else if (!resolve(f, in, &v, &tag))
		return false;
	if (v.type == SW_NUMBER && v.repr == SW_NUM_DOUBLE && !(s->flags & SW_YAML_GOYAML3))
		return false;
	return yaml_push(s, v, in->span) == 0;
}

/* The same key as lately, with the bytes that it had then. */
static struct sw_value remembered(struct sw_yaml_stream *s, struct sw_value key)
{
	if (!s->keys) {
		s->keys = calloc(YAML_FAST_KEYS, sizeof(*s->keys));
		if (!s->keys)
			abort();
	}
	struct sw_value *k = &s->keys[key.tag % YAML_FAST_KEYS];
	if (k->type != SW_STRING || !sw_value_str_eq(*k, key))
		*k = key;
	return *k;
}

bool yaml_fast_key(struct yaml_fast *f, const struct yaml_piece *in, bool plain)
{
	struct sw_yaml_stream *s = f->s;
	struct sw_value v;
	enum yaml_tag tag;
	if (++s->ops > s->nodes_max || (plain && sw_str_is(in->text, "<<")))
		return false;
	if (!plain)
		v = sw_string(in->text);
	else if (!resolve(f, in, &v, &tag))
		return false;
	if (v.type != SW_STRING && yaml_key_string(v, tag, s->arena, &v, NULL) < 0)
		return false;
	/* Of little text the table costs more than it saves. */
	bool in_text = f->end - f->text > YAML_REMEMBER_FROM && in->text.p >= f->text &&
		       in->text.p < f->end && v.u.s == in->text.p;
	return yaml_push(s, in_text ? remembered(s, v) : v, in->span) == 0;
}
