/* SPDX-License-Identifier: Apache-2.0 */
/* Words of the shell: quotes, parameters, $(…), $((…)), `…`, <(…). */
#include <stdlib.h>

#include "cis/sh/parser.h"

int sh_parse_fail(struct sh_parser *p, const char *what)
{
	uint32_t line = 1;
	if (p->bad)
		return -SW_ESYNTAX;
	p->bad = true;
	for (size_t i = 0; i < p->at && i < p->s.n; i++)
		line += p->s.p[i] == '\n';
	sw_error_set(p->err, SW_ESYNTAX, "%s (line %u of the audit)", what, line);
	return -SW_ESYNTAX;
}

void *sh_parse_mem(struct sh_parser *p, size_t n)
{
	void *m = sw_arena_zalloc(p->a, n);
	if (!m)
		sh_parse_fail(p, "the audit takes too much memory");
	return m;
}

/* Room for one more in an array of the arena, doubled at powers of two. */
void *sh_parse_grow(struct sh_parser *p, void *v, uint32_t n, size_t size)
{
	if (n && (n & (n - 1)))
		return v;
	void *m = sw_arena_grow(p->a, v, n * size, (n ? 2 * (size_t)n : 1) * size);
	if (!m)
		sh_parse_fail(p, "the audit takes too much memory");
	return m;
}

/* Blanks, comments and continued lines. */
void sh_parse_blanks(struct sh_parser *p)
{
	for (;;) {
		int c = peek(p);
		if (c == ' ' || c == '\t')
			p->at++;
		else if (!take(p, "\\\n") && !take(p, "\\\r\n"))
			break;
	}
	if (peek(p) == '#')
		while (peek(p) >= 0 && peek(p) != '\n')
			p->at++;
}

static struct sh_part *part(struct sh_parser *p, struct sh_word *w, enum sh_part_kind kind, bool quoted)
{
	if (w->n == w->cap) {
		uint32_t cap = w->cap ? w->cap * 2 : 2;
		w->v = sw_arena_grow(p->a, w->v, w->cap * sizeof(*w->v), cap * sizeof(*w->v));
		w->cap = cap;
	}
	if (!w->v) {
		sh_parse_fail(p, "the audit takes too much memory");
		return NULL;
	}
	struct sh_part *x = &w->v[w->n++];
	*x = (struct sh_part){.kind = kind, .quoted = quoted};
	return x;
}

void sh_parse_literal(struct sh_parser *p, struct sh_word *w, struct sw_str s, bool quoted)
{
	struct sh_part *x = part(p, w, SH_LIT, quoted);
	if (x)
		x->text = s;
}

/* The end of a nested piece of shell text: behind the closing byte that fits. */
static size_t matching(const struct sh_parser *p, size_t at, char open, char close)
{
	int depth = 1;
	for (; at < p->s.n; at++) {
		char c = p->s.p[at];
		if (c == '\\') {
			at++;
		} else if (c == '\'') {
			at = sw_str_chr(p->s, '\'', at + 1);
			if (at == SW_NPOS)
				return SW_NPOS;
		} else if (c == '"') {
			for (at++; at < p->s.n && p->s.p[at] != '"'; at++) {
				if (p->s.p[at] == '\\')
					at++;
				else if (p->s.p[at] == '$' && at + 1 < p->s.n &&
					 p->s.p[at + 1] == '(') {
					/* quotes inside of it are its own */
					int inner = 1;
					for (at += 2; at < p->s.n && inner; at++) {
						if (p->s.p[at] == '\\')
							at++;
						else if (p->s.p[at] == '\'') {
							size_t q = sw_str_chr(p->s, '\'', at + 1);
							if (q == SW_NPOS)
								return SW_NPOS;
							at = q;
						} else
							inner += (p->s.p[at] == '(') -
								 (p->s.p[at] == ')');
					}
					at--;
				}
			}
		} else if (c == open) {
			depth++;
		} else if (c == close && --depth == 0) {
			return at;
		}
	}
	return SW_NPOS;
}

static const struct sh_node *nested(struct sh_parser *p, struct sw_str text)
{
	return sh_parse(p->a, text, p->depth + 1, p->err);
}

struct sh_word *sh_parse_word_of(struct sh_parser *p, struct sw_str text, bool quoted);

/* ${…}, at the byte behind the brace */
static void braced(struct sh_parser *p, struct sh_word *w, bool quoted)
{
	static const char *const ops[] = {":-", ":+", "##", "%%", "//", "-", "+", "#", "%", "/"};
	size_t end = matching(p, p->at, '{', '}');
	if (end == SW_NPOS) {
		sh_parse_fail(p, "${ without }");
		return;
	}
	struct sw_str in = sw_str_sub(p->s, p->at, end);
	struct sh_part *x = part(p, w, SH_PARAM, quoted);
	p->at = end + 1;
	if (!x)
		return;
	if (in.n > 1 && in.p[0] == '#') {
		memcpy(x->op, "len", 4);
		in = sw_str_sub(in, 1, in.n);
	}
	size_t n = 0;
	while (n < in.n && is_name((unsigned char)in.p[n], n == 0))
		n++;
	if (!n && in.n && (memchr("?#@*$!-", in.p[0], 7) || (in.p[0] >= '0' && in.p[0] <= '9')))
		n = 1;
	x->text = sw_str_sub(in, 0, n);
	in = sw_str_sub(in, n, in.n);
	if (!n || (in.n && x->op[0])) {
		sh_parse_fail(p, "this ${…} is not known");
		return;
	}
	for (size_t i = 0; in.n && i < sizeof(ops) / sizeof(ops[0]); i++) {
		size_t k = strlen(ops[i]);
		if (!sw_str_starts(in, sw_str_from(ops[i])))
			continue;
		memcpy(x->op, ops[i], k + 1);
		in = sw_str_sub(in, k, in.n);
		size_t slash = x->op[0] == '/' ? sw_str_chr(in, '/', 0) : SW_NPOS;
		uint32_t index = w->n - 1; /* sh_parse_word_of() may not move w, but be sure */
		const struct sh_word *arg = sh_parse_word_of(p, sw_str_sub(in, 0, slash), false);
		const struct sh_word *arg2 =
			slash == SW_NPOS ? NULL : sh_parse_word_of(p, sw_str_sub(in, slash + 1, in.n), false);
		w->v[index].arg = arg;
		w->v[index].arg2 = arg2;
		return;
	}
	if (in.n)
		sh_parse_fail(p, "this ${…} is not known");
}

static void dollar(struct sh_parser *p, struct sh_word *w, bool quoted)
{
	size_t start = p->at++;
	struct sh_part *x;
	if (take(p, "((")) {
		size_t end = sw_str_find(p->s, SW_STR("))"), p->at);
		if (end == SW_NPOS) {
			sh_parse_fail(p, "$(( without ))");
		} else if ((x = part(p, w, SH_ARITH, quoted))) {
			x->text = sw_str_sub(p->s, p->at, end);
			p->at = end + 2;
		}
	} else if (take(p, "(")) {
		size_t end = matching(p, p->at, '(', ')');
		if (end == SW_NPOS) {
			sh_parse_fail(p, "$( without )");
			return;
		}
		const struct sh_node *body = nested(p, sw_str_sub(p->s, p->at, end));
		p->at = end + 1;
		p->bad |= !body;
		if ((x = part(p, w, SH_SUBST, quoted)))
			x->body = body;
	} else if (take(p, "{")) {
		braced(p, w, quoted);
	} else if (take(p, "'") && !quoted) { /* $'…' */
		sh_parse_fail(p, "$'…' is not known");
	} else {
		size_t n = p->at = start + 1;
		while (n < p->s.n && is_name((unsigned char)p->s.p[n], n == p->at))
			n++;
		if (n == p->at && n < p->s.n &&
			(memchr("?#@*$!", p->s.p[n], 6) || (p->s.p[n] >= '0' && p->s.p[n] <= '9')))
			n++;
		if (n == p->at) {
			sh_parse_literal(p, w, SW_STR("$"), true);
		} else if ((x = part(p, w, SH_PARAM, quoted))) {
			x->text = sw_str_sub(p->s, p->at, n);
			p->at = n;
		}
	}
}

static void backtick(struct sh_parser *p, struct sh_word *w, bool quoted)
{
	size_t end = ++p->at, n = 0;
	while (end < p->s.n && p->s.p[end] != '`')
		end += p->s.p[end] == '\\' ? 2 : 1;
	if (end >= p->s.n) {
		sh_parse_fail(p, "` without its end");
		return;
	}
	char *text = sh_parse_mem(p, end - p->at + 1);
	for (size_t i = p->at; text && i < end; i++) {
		if (p->s.p[i] == '\\' && i + 1 < end && memchr("`\\$", p->s.p[i + 1], 3))
			i++;
		text[n++] = p->s.p[i];
	}
	p->at = end + 1;
	const struct sh_node *body = text ? nested(p, sw_str_make(text, n)) : NULL;
	p->bad |= !body;
	struct sh_part *x = part(p, w, SH_SUBST, quoted);
	if (x)
		x->body = body;
}

static void double_quoted(struct sh_parser *p, struct sh_word *w)
{
	size_t from = ++p->at;
	sh_parse_literal(p, w, SW_STR(""), true); /* "" is a word */
	while (!p->bad) {
		int c = peek(p);
		if (c < 0) {
			sh_parse_fail(p, "a \" is not closed");
			return;
		}
		if (c != '"' && c != '$' && c != '`' && c != '\\') {
			p->at++;
			continue;
		}
		if (p->at > from)
			sh_parse_literal(p, w, sw_str_sub(p->s, from, p->at), true);
		if (c == '"') {
			p->at++;
			return;
		}
		if (c == '$') {
			dollar(p, w, true);
		} else if (c == '`') {
			backtick(p, w, true);
		} else if (p->at + 1 < p->s.n && memchr("$`\"\\\n", p->s.p[p->at + 1], 5)) {
			if (p->s.p[p->at + 1] != '\n')
				sh_parse_literal(p, w, sw_str_sub(p->s, p->at + 1, p->at + 2), true);
			p->at += 2;
		} else {
			sh_parse_literal(p, w, SW_STR("\\"), true);
			p->at++;
		}
		from = p->at;
	}
}

static bool word_special(int c)
{
	return c == '\'' || c == '"' || c == '$' || c == '`' || c == '\\';
}

/* One piece of a word. */
void sh_parse_piece(struct sh_parser *p, struct sh_word *w, bool inner)
{
	int c = peek(p);
	size_t from = p->at;
	if (c == '\'') {
		size_t end = sw_str_chr(p->s, '\'', from + 1);
		if (end == SW_NPOS) {
			sh_parse_fail(p, "a ' is not closed");
			return;
		}
		sh_parse_literal(p, w, sw_str_sub(p->s, from + 1, end), true);
		p->at = end + 1;
	} else if (c == '"') {
		double_quoted(p, w);
	} else if (c == '$') {
		dollar(p, w, false);
	} else if (c == '`') {
		backtick(p, w, false);
	} else if (c == '\\') {
		if (!looking(p, "\\\n"))
			sh_parse_literal(p, w, sw_str_sub(p->s, from + 1, from + 2), true);
		p->at = from + 2 < p->s.n ? from + 2 : p->s.n;
	} else {
		while (p->at < p->s.n && !word_special(peek(p)) && (inner || !is_meta(peek(p))))
			p->at++;
		sh_parse_literal(p, w, sw_str_sub(p->s, from, p->at), false);
	}
}

struct sh_word *sh_parse_word_of(struct sh_parser *p, struct sw_str text, bool quoted)
{
	struct sh_parser in = {.a = p->a, .s = text, .depth = p->depth + 1, .err = p->err};
	struct sh_word *w = sh_parse_mem(p, sizeof(*w));
	if (in.depth > SH_DEPTH_MAX)
		sh_parse_fail(p, "nested too deeply");
	while (w && !p->bad && !in.bad && in.at < in.s.n) {
		if (quoted && (peek(&in) == '"' || peek(&in) == '\'')) {
			sh_parse_literal(&in, w, sw_str_sub(in.s, in.at, in.at + 1), true);
			in.at++;
		} else {
			sh_parse_piece(&in, w, true);
		}
	}
	p->bad |= in.bad;
	return w;
}

/* <(…): the name of a file that holds what the commands write. */
static void process_word(struct sh_parser *p, struct sh_word *w)
{
	p->at += 2;
	size_t end = matching(p, p->at, '(', ')');
	if (end == SW_NPOS) {
		sh_parse_fail(p, "<( without )");
		return;
	}
	const struct sh_node *body = nested(p, sw_str_sub(p->s, p->at, end));
	p->at = end + 1;
	p->bad |= !body;
	struct sh_part *x = part(p, w, SH_PROCESS, true);
	if (x)
		x->body = body;
}

struct sh_word *sh_parse_word(struct sh_parser *p)
{
	struct sh_word *w = sh_parse_mem(p, sizeof(*w));
	if (w && looking(p, "<("))
		process_word(p, w);
	while (w && !p->bad && !is_meta(peek(p)))
		sh_parse_piece(p, w, false);
	return p->bad ? NULL : w;
}
