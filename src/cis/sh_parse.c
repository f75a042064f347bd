/* SPDX-License-Identifier: Apache-2.0 */
/* The grammar of the shell (POSIX 2.10), as far as sh.h says. */
#include <stdlib.h>

#include "cis/sh_impl.h"

struct parser {
	struct sw_arena *a;
	struct sw_str s;
	size_t at;
	int depth;
	struct sw_error *err;
	bool bad;
	struct sh_redir *here[8]; /* here-documents that begin on the next line */
	struct sw_str here_end[8];
	bool here_raw[8];
	uint32_t n_here;
};

static const struct sh_node *list(struct parser *p);
static const struct sh_node *command(struct parser *p);

static int fail(struct parser *p, const char *what)
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

static void *mem(struct parser *p, size_t n)
{
	void *m = sw_arena_zalloc(p->a, n);
	if (!m)
		fail(p, "the audit takes too much memory");
	return m;
}

/* Room for one more in an array of the arena, doubled at powers of two. */
static void *grow(struct parser *p, void *v, uint32_t n, size_t size)
{
	if (n && (n & (n - 1)))
		return v;
	void *m = sw_arena_grow(p->a, v, n * size, (n ? 2 * (size_t)n : 1) * size);
	if (!m)
		fail(p, "the audit takes too much memory");
	return m;
}

static int peek(const struct parser *p)
{
	return p->at < p->s.n ? (unsigned char)p->s.p[p->at] : -1;
}

static bool looking(const struct parser *p, const char *text)
{
	return sw_str_starts(sw_str_sub(p->s, p->at, p->s.n), sw_str_from(text));
}

static bool take(struct parser *p, const char *text)
{
	if (!looking(p, text))
		return false;
	p->at += strlen(text);
	return true;
}

static bool is_meta(int c)
{
	return c < 0 || memchr(" \t\n;&|<>()", c, 10);
}

static bool is_name(int c, bool first)
{
	return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (!first && c >= '0' && c <= '9');
}

/* Blanks, comments and continued lines. */
static void blanks(struct parser *p)
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

static struct sh_part *part(struct parser *p, struct sh_word *w, enum sh_part_kind kind, bool quoted)
{
	if (w->n == w->cap) {
		uint32_t cap = w->cap ? w->cap * 2 : 2;
		w->v = sw_arena_grow(p->a, w->v, w->cap * sizeof(*w->v), cap * sizeof(*w->v));
		w->cap = cap;
	}
	if (!w->v) {
		fail(p, "the audit takes too much memory");
		return NULL;
	}
	struct sh_part *x = &w->v[w->n++];
	*x = (struct sh_part){.kind = kind, .quoted = quoted};
	return x;
}

static void literal(struct parser *p, struct sh_word *w, struct sw_str s, bool quoted)
{
	struct sh_part *x = part(p, w, SH_LIT, quoted);
	if (x)
		x->text = s;
}

/* The end of a nested piece of shell text: behind the closing byte that fits. */
static size_t matching(const struct parser *p, size_t at, char open, char close)
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

static const struct sh_node *nested(struct parser *p, struct sw_str text)
{
	return sh_parse(p->a, text, p->depth + 1, p->err);
}

static struct sh_word *word_of(struct parser *p, struct sw_str text, bool quoted);

/* ${…}, at the byte behind the brace */
static void braced(struct parser *p, struct sh_word *w, bool quoted)
{
	static const char *const ops[] = {":-", ":+", "##", "%%", "//", "-", "+", "#", "%", "/"};
	size_t end = matching(p, p->at, '{', '}');
	if (end == SW_NPOS) {
		fail(p, "${ without }");
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
		fail(p, "this ${…} is not known");
		return;
	}
	for (size_t i = 0; in.n && i < sizeof(ops) / sizeof(ops[0]); i++) {
		size_t k = strlen(ops[i]);
		if (!sw_str_starts(in, sw_str_from(ops[i])))
			continue;
		memcpy(x->op, ops[i], k + 1);
		in = sw_str_sub(in, k, in.n);
		size_t slash = x->op[0] == '/' ? sw_str_chr(in, '/', 0) : SW_NPOS;
		uint32_t index = w->n - 1; /* word_of() may not move w, but be sure */
		const struct sh_word *arg = word_of(p, sw_str_sub(in, 0, slash), false);
		const struct sh_word *arg2 =
			slash == SW_NPOS ? NULL : word_of(p, sw_str_sub(in, slash + 1, in.n), false);
		w->v[index].arg = arg;
		w->v[index].arg2 = arg2;
		return;
	}
	if (in.n)
		fail(p, "this ${…} is not known");
}

static void dollar(struct parser *p, struct sh_word *w, bool quoted)
{
	size_t start = p->at++;
	struct sh_part *x;
	if (take(p, "((")) {
		size_t end = sw_str_find(p->s, SW_STR("))"), p->at);
		if (end == SW_NPOS) {
			fail(p, "$(( without ))");
		} else if ((x = part(p, w, SH_ARITH, quoted))) {
			x->text = sw_str_sub(p->s, p->at, end);
			p->at = end + 2;
		}
	} else if (take(p, "(")) {
		size_t end = matching(p, p->at, '(', ')');
		if (end == SW_NPOS) {
			fail(p, "$( without )");
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
		fail(p, "$'…' is not known");
	} else {
		size_t n = p->at = start + 1;
		while (n < p->s.n && is_name((unsigned char)p->s.p[n], n == p->at))
			n++;
		if (n == p->at && n < p->s.n &&
			(memchr("?#@*$!", p->s.p[n], 6) || (p->s.p[n] >= '0' && p->s.p[n] <= '9')))
			n++;
		if (n == p->at) {
			literal(p, w, SW_STR("$"), true);
		} else if ((x = part(p, w, SH_PARAM, quoted))) {
			x->text = sw_str_sub(p->s, p->at, n);
			p->at = n;
		}
	}
}

static void backtick(struct parser *p, struct sh_word *w, bool quoted)
{
	size_t end = ++p->at, n = 0;
	while (end < p->s.n && p->s.p[end] != '`')
		end += p->s.p[end] == '\\' ? 2 : 1;
	if (end >= p->s.n) {
		fail(p, "` without its end");
		return;
	}
	char *text = mem(p, end - p->at + 1);
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

static void double_quoted(struct parser *p, struct sh_word *w)
{
	size_t from = ++p->at;
	literal(p, w, SW_STR(""), true); /* "" is a word */
	while (!p->bad) {
		int c = peek(p);
		if (c < 0) {
			fail(p, "a \" is not closed");
			return;
		}
		if (c != '"' && c != '$' && c != '`' && c != '\\') {
			p->at++;
			continue;
		}
		if (p->at > from)
			literal(p, w, sw_str_sub(p->s, from, p->at), true);
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
				literal(p, w, sw_str_sub(p->s, p->at + 1, p->at + 2), true);
			p->at += 2;
		} else {
			literal(p, w, SW_STR("\\"), true);
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
static void piece(struct parser *p, struct sh_word *w, bool inner)
{
	int c = peek(p);
	size_t from = p->at;
	if (c == '\'') {
		size_t end = sw_str_chr(p->s, '\'', from + 1);
		if (end == SW_NPOS) {
			fail(p, "a ' is not closed");
			return;
		}
		literal(p, w, sw_str_sub(p->s, from + 1, end), true);
		p->at = end + 1;
	} else if (c == '"') {
		double_quoted(p, w);
	} else if (c == '$') {
		dollar(p, w, false);
	} else if (c == '`') {
		backtick(p, w, false);
	} else if (c == '\\') {
		if (!looking(p, "\\\n"))
			literal(p, w, sw_str_sub(p->s, from + 1, from + 2), true);
		p->at = from + 2 < p->s.n ? from + 2 : p->s.n;
	} else {
		while (p->at < p->s.n && !word_special(peek(p)) && (inner || !is_meta(peek(p))))
			p->at++;
		literal(p, w, sw_str_sub(p->s, from, p->at), false);
	}
}

static struct sh_word *word_of(struct parser *p, struct sw_str text, bool quoted)
{
	struct parser in = {.a = p->a, .s = text, .depth = p->depth + 1, .err = p->err};
	struct sh_word *w = mem(p, sizeof(*w));
	if (in.depth > SH_DEPTH_MAX)
		fail(p, "nested too deeply");
	while (w && !p->bad && !in.bad && in.at < in.s.n) {
		if (quoted && (peek(&in) == '"' || peek(&in) == '\'')) {
			literal(&in, w, sw_str_sub(in.s, in.at, in.at + 1), true);
			in.at++;
		} else {
			piece(&in, w, true);
		}
	}
	p->bad |= in.bad;
	return w;
}

/* <(…): the name of a file that holds what the commands write. */
static void process_word(struct parser *p, struct sh_word *w)
{
	p->at += 2;
	size_t end = matching(p, p->at, '(', ')');
	if (end == SW_NPOS) {
		fail(p, "<( without )");
		return;
	}
	const struct sh_node *body = nested(p, sw_str_sub(p->s, p->at, end));
	p->at = end + 1;
	p->bad |= !body;
	struct sh_part *x = part(p, w, SH_PROCESS, true);
	if (x)
		x->body = body;
}

static struct sh_word *word(struct parser *p)
{
	struct sh_word *w = mem(p, sizeof(*w));
	if (w && looking(p, "<("))
		process_word(p, w);
	while (w && !p->bad && !is_meta(peek(p)))
		piece(p, w, false);
	return p->bad ? NULL : w;
}

/* ---- redirections ---- */

static bool is_lit(const struct sh_word *w, const char *text)
{
	return w && w->n == 1 && w->v[0].kind == SH_LIT && !w->v[0].quoted &&
	       sw_str_is(w->v[0].text, text);
}

static void here_doc(struct parser *p, struct sh_redir *r)
{
	blanks(p);
	struct sh_word *w = word(p);
	if (!w || w->n < 1 || p->n_here == 8) {
		fail(p, "<< without a word");
		return;
	}
	uint32_t i = p->n_here++;
	p->here[i] = r;
	p->here_end[i] = w->v[w->n - 1].text;
	p->here_raw[i] = w->v[0].quoted;
	r->kind = SH_RD_TEXT;
}

/* The bodies of here-documents, behind the newline at `at`. */
static void here_bodies(struct parser *p)
{
	for (uint32_t i = 0; i < p->n_here && !p->bad; i++) {
		size_t from = p->at, end = SW_NPOS;
		while (p->at < p->s.n && end == SW_NPOS) {
			size_t nl = sw_str_chr(p->s, '\n', p->at);
			struct sw_str line = sw_str_sub(p->s, p->at, nl);
			if (sw_str_eq(sw_str_trim(line), p->here_end[i]))
				end = p->at;
			p->at = nl == SW_NPOS ? p->s.n : nl + 1;
		}
		struct sw_str body = sw_str_sub(p->s, from, end == SW_NPOS ? p->at : end);
		struct sh_word *w = mem(p, sizeof(*w));
		if (w && p->here_raw[i])
			literal(p, w, body, true);
		else if (w)
			w = word_of(p, body, true);
		p->here[i]->word = w;
	}
	p->n_here = 0;
}

/* > file: only /dev/null, nothing is ever written. */
static void out_target(struct parser *p, struct sh_redir *r, bool both)
{
	blanks(p);
	if (!both && peek(p) == '&') {
		p->at++;
		int c = peek(p);
		if (c != '1' && c != '2') {
			fail(p, "this redirection is not known");
			return;
		}
		p->at++;
		r->kind = SH_RD_DUP;
		r->to = c - '0';
		return;
	}
	const struct sh_word *w = word(p);
	if (is_lit(w, "/dev/null"))
		r->kind = SH_RD_NULL_OUT;
	else if (is_lit(w, "/dev/stderr") || is_lit(w, "/dev/stdout"))
		*r = (struct sh_redir){SH_RD_DUP, r->fd, is_lit(w, "/dev/stderr") ? 2 : 1, NULL};
	else
		fail(p, "the audit writes to a file");
}

/* 1: took one; 0: there is none */
static int redirection(struct parser *p, struct sh_node *n)
{
	struct sh_redir *r;
	size_t at = p->at;
	int fd = -1;
	if (at + 1 < p->s.n && p->s.p[at] >= '0' && p->s.p[at] <= '9' &&
		(p->s.p[at + 1] == '<' || p->s.p[at + 1] == '>'))
		fd = p->s.p[p->at++] - '0';
	bool both = looking(p, "&>");
	if ((!both && peek(p) != '<' && peek(p) != '>') || looking(p, "<("))
		return 0;
	r = mem(p, sizeof(*r));
	if (!r)
		return 0;
	if (both || peek(p) == '>') {
		p->at += both ? 2 : 1;
		take(p, ">");
		take(p, "|");
		r->fd = both ? 3 : fd < 0 ? 1 : fd;
		out_target(p, r, both);
		if (!both && r->fd != 1 && r->fd != 2)
			fail(p, "this redirection is not known");
	} else if (take(p, "<<<")) {
		blanks(p);
		r->kind = SH_RD_TEXT;
		r->to = 1; /* a newline follows */
		r->word = word(p);
	} else if (take(p, "<<-") || take(p, "<<")) {
		here_doc(p, r);
	} else {
		p->at++;
		if (peek(p) == '&')
			fail(p, "this redirection is not known");
		blanks(p);
		r->kind = SH_RD_IN;
		r->word = word(p);
	}
	n->redirs = grow(p, n->redirs, n->n_redirs, sizeof(*n->redirs));
	if (p->bad || !n->redirs)
		return 0;
	n->redirs[n->n_redirs++] = r; /* a here-document is filled in at the end of the line */
	return 1;
}

/* ---- commands ---- */

static struct sh_node *node(struct parser *p, enum sh_node_kind kind)
{
	struct sh_node *n = mem(p, sizeof(*n));
	if (n)
		n->kind = kind;
	return n;
}

static void kid(struct parser *p, struct sh_node *n, const struct sh_node *k)
{
	n->kids = grow(p, n->kids, n->n_kids, sizeof(*n->kids));
	if (n->kids)
		n->kids[n->n_kids++] = k;
}

static void add_word(struct parser *p, struct sh_node *n, const struct sh_word *w)
{
	n->words = grow(p, n->words, n->n_words, sizeof(*n->words));
	if (n->words)
		n->words[n->n_words++] = w;
}

/* The plain word at the cursor, without taking it. */
static struct sw_str ahead(const struct parser *p)
{
	size_t n = p->at;
	while (n < p->s.n && !is_meta((unsigned char)p->s.p[n]))
		n++;
	return sw_str_sub(p->s, p->at, n);
}

static bool reserved(struct parser *p, const char *text)
{
	if (!sw_str_is(ahead(p), text))
		return false;
	p->at += strlen(text);
	return true;
}

static void newlines(struct parser *p)
{
	for (;;) {
		blanks(p);
		if (peek(p) == '\r') {
			p->at++;
		} else if (peek(p) == '\n') {
			p->at++;
			here_bodies(p);
		} else {
			return;
		}
	}
}

static void need(struct parser *p, const char *text)
{
	char what[64];
	newlines(p);
	if (!p->bad && !reserved(p, text)) {
		size_t n = strlen(text);
		memcpy(what, "expected ", 9);
		memcpy(what + 9, text, n + 1);
		fail(p, what);
	}
}

static const struct sh_node *if_clause(struct parser *p)
{
	struct sh_node *n = node(p, SH_IF);
	if (!n)
		return NULL;
	kid(p, n, list(p));
	need(p, "then");
	kid(p, n, p->bad ? NULL : list(p));
	newlines(p);
	if (p->bad)
		return NULL;
	if (reserved(p, "elif")) {
		if (++p->depth > SH_DEPTH_MAX)
			fail(p, "nested too deeply");
		kid(p, n, p->bad ? NULL : if_clause(p));
		p->depth--;
		return p->bad ? NULL : n;
	}
	if (reserved(p, "else"))
		kid(p, n, list(p));
	need(p, "fi");
	return n;
}

static const struct sh_node *for_clause(struct parser *p)
{
	struct sh_node *n = node(p, SH_FOR);
	blanks(p);
	if (!n)
		return NULL;
	n->var = ahead(p);
	p->at += n->var.n;
	if (!n->var.n || !is_name((unsigned char)n->var.p[0], true))
		fail(p, "for without a name");
	need(p, "in");
	for (blanks(p); !p->bad && peek(p) != ';' && peek(p) != '\n' && peek(p) >= 0; blanks(p)) {
		size_t at = p->at;
		add_word(p, n, word(p));
		if (p->at == at)
			fail(p, "for: a word is missing");
	}
	take(p, ";");
	need(p, "do");
	kid(p, n, p->bad ? NULL : list(p));
	need(p, "done");
	return n;
}

static const struct sh_node *while_clause(struct parser *p, enum sh_node_kind kind)
{
	struct sh_node *n = node(p, kind);
	if (!n)
		return NULL;
	kid(p, n, list(p));
	need(p, "do");
	kid(p, n, p->bad ? NULL : list(p));
	need(p, "done");
	return n;
}

static void case_item(struct parser *p, struct sh_node *n)
{
	struct sh_case c = {0};
	take(p, "(");
	do {
		blanks(p);
		size_t at = p->at;
		const struct sh_word *w = word(p);
		if (p->at == at)
			fail(p, "case: a pattern is missing");
		c.pats = grow(p, c.pats, c.n, sizeof(*c.pats));
		if (p->bad)
			return;
		c.pats[c.n++] = w;
		blanks(p);
	} while (take(p, "|"));
	if (!take(p, ")"))
		fail(p, "case: ) is missing");
	kid(p, n, p->bad ? NULL : list(p));
	newlines(p);
	take(p, ";;");
	n->cases = grow(p, n->cases, n->n_cases, sizeof(*n->cases));
	if (n->cases)
		n->cases[n->n_cases++] = c;
}

static const struct sh_node *case_clause(struct parser *p)
{
	struct sh_node *n = node(p, SH_CASE);
	blanks(p);
	if (!n)
		return NULL;
	add_word(p, n, word(p));
	need(p, "in");
	newlines(p);
	while (!p->bad && !reserved(p, "esac")) {
		case_item(p, n);
		newlines(p);
	}
	return n;
}

/* [[ … ]]: words, && || ( ) ! kept as words that are operators */
static const struct sh_node *cond_clause(struct parser *p)
{
	struct sh_node *n = node(p, SH_COND);
	bool regex = false;
	while (n && !p->bad) {
		newlines(p);
		if (reserved(p, "]]"))
			return n;
		struct sh_word *w = mem(p, sizeof(*w));
		size_t at = p->at;
		if (!w)
			break;
		if (regex) {
			while (peek(p) > ' ' && !p->bad) {
				if (memchr("()|<>;&", peek(p), 7)) {
					literal(p, w, sw_str_sub(p->s, p->at, p->at + 1), false);
					p->at++;
				} else {
					piece(p, w, false);
				}
			}
			regex = false;
		} else if (take(p, "&&") || take(p, "||") || take(p, "(") || take(p, ")") ||
			   take(p, "<") || take(p, ">")) {
			literal(p, w, sw_str_sub(p->s, at, p->at), false);
		} else {
			w = word(p);
			regex = is_lit(w, "=~");
		}
		if (p->at == at)
			fail(p, "[[ without ]]");
		add_word(p, n, w);
	}
	return n;
}

static bool assignment(struct parser *p, struct sh_node *n)
{
	size_t k = p->at;
	while (k < p->s.n && is_name((unsigned char)p->s.p[k], k == p->at))
		k++;
	bool append = k + 1 < p->s.n && p->s.p[k] == '+' && p->s.p[k + 1] == '=';
	if (k == p->at || k >= p->s.n || (p->s.p[k] != '=' && !append))
		return false;
	struct sh_assign as = {.name = sw_str_sub(p->s, p->at, k), .append = append};
	p->at = k + 1 + append;
	if (peek(p) == '(') {
		fail(p, "arrays are not known");
		return true;
	}
	as.value = word(p);
	n->assigns = grow(p, n->assigns, n->n_assigns, sizeof(*n->assigns));
	if (n->assigns)
		n->assigns[n->n_assigns++] = as;
	return true;
}

/* NAME() { … }: the name was taken for a command's. */
static void function(struct parser *p, struct sh_node *n)
{
	bool name = n->n_words == 1 && !n->n_assigns && !n->n_redirs && n->words[0]->n == 1 &&
		    n->words[0]->v[0].kind == SH_LIT && !n->words[0]->v[0].quoted;
	p->at++;
	blanks(p);
	if (!name || peek(p) != ')') {
		fail(p, "a ( that no shell takes here");
		return;
	}
	p->at++;
	newlines(p);
	n->kind = SH_FUNCTION;
	n->var = n->words[0]->v[0].text;
	kid(p, n, command(p));
}

static const struct sh_node *simple(struct parser *p)
{
	struct sh_node *n = node(p, SH_CMD);
	while (n && !p->bad) {
		blanks(p);
		if (redirection(p, n) || p->bad)
			continue;
		if (!n->n_words && assignment(p, n))
			continue;
		if (is_meta(peek(p)) && !looking(p, "<("))
			break;
		add_word(p, n, word(p));
	}
	if (!p->bad && peek(p) == '(')
		function(p, n);
	if (n && !p->bad && !n->n_words && !n->n_assigns && !n->n_redirs)
		fail(p, "a command is missing");
	return n;
}

static const struct sh_node *enclosed(struct parser *p, enum sh_node_kind kind)
{
	struct sh_node *n = node(p, kind);
	if (!n)
		return NULL;
	kid(p, n, list(p));
	newlines(p);
	if (kind == SH_GROUP)
		need(p, "}");
	else if (!take(p, ")"))
		fail(p, "( without )");
	return n;
}

static const struct sh_node *compound(struct parser *p)
{
	if (reserved(p, "if"))
		return if_clause(p);
	if (reserved(p, "for"))
		return for_clause(p);
	if (reserved(p, "while"))
		return while_clause(p, SH_WHILE);
	if (reserved(p, "until"))
		return while_clause(p, SH_UNTIL);
	if (reserved(p, "case"))
		return case_clause(p);
	if (reserved(p, "[["))
		return cond_clause(p);
	if (reserved(p, "{"))
		return enclosed(p, SH_GROUP);
	if (looking(p, "((")) {
		fail(p, "(( )) is not known");
		return NULL;
	}
	if (take(p, "("))
		return enclosed(p, SH_SUBSHELL);
	return NULL;
}

static const struct sh_node *command(struct parser *p)
{
	blanks(p);
	if (++p->depth > SH_DEPTH_MAX) {
		fail(p, "nested too deeply");
		return NULL;
	}
	struct sh_node *n = (struct sh_node *)compound(p);
	if (!p->bad && !n)
		n = (struct sh_node *)simple(p);
	else
		for (blanks(p); n && !p->bad && redirection(p, n); blanks(p))
			;
	p->depth--;
	return p->bad ? NULL : n;
}

static const struct sh_node *pipeline(struct parser *p)
{
	blanks(p);
	bool negate = false;
	while (reserved(p, "!")) {
		negate = !negate;
		blanks(p);
	}
	const struct sh_node *first = command(p);
	struct sh_node *n = NULL;
	for (blanks(p); !p->bad && peek(p) == '|' && !looking(p, "||"); blanks(p)) {
		p->at++;
		if (peek(p) == '&')
			fail(p, "|& is not known");
		newlines(p);
		if (!n && (n = node(p, SH_PIPE)))
			kid(p, n, first);
		const struct sh_node *next = command(p);
		if (n)
			kid(p, n, next);
	}
	if (n)
		first = n;
	if (negate && (n = node(p, SH_NOT))) {
		kid(p, n, first);
		return n;
	}
	return first;
}

static const struct sh_node *and_or(struct parser *p)
{
	const struct sh_node *left = pipeline(p);
	for (blanks(p); !p->bad; blanks(p)) {
		enum sh_node_kind kind = looking(p, "&&") ? SH_AND : SH_OR;
		if (!take(p, "&&") && !take(p, "||"))
			break;
		newlines(p);
		struct sh_node *n = node(p, kind);
		if (!n)
			break;
		kid(p, n, left);
		kid(p, n, pipeline(p));
		left = n;
	}
	return left;
}

static bool ends_list(struct parser *p)
{
	static const char *const words[] = {"then", "else", "elif", "fi", "do", "done", "esac", "}"};
	struct sw_str w = ahead(p);
	if (peek(p) < 0 || peek(p) == ')' || looking(p, ";;"))
		return true;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (sw_str_is(w, words[i]))
			return true;
	return false;
}

static const struct sh_node *list(struct parser *p)
{
	struct sh_node *n = node(p, SH_SEQ);
	for (newlines(p); n && !p->bad && !ends_list(p); newlines(p)) {
		kid(p, n, and_or(p));
		blanks(p);
		if (looking(p, ";;"))
			break;
		if (take(p, ";"))
			continue;
		if (peek(p) == '&')
			fail(p, "& is not known");
		else if (peek(p) >= 0 && peek(p) != '\n' && peek(p) != '\r' && !ends_list(p))
			fail(p, "this is not a command");
	}
	return p->bad ? NULL : n;
}

const struct sh_node *sh_parse(struct sw_arena *a, struct sw_str text, int depth,
	struct sw_error *err)
{
	struct parser p = {.a = a, .s = text, .depth = depth, .err = err};
	if (text.n > SH_TEXT_MAX || depth > SH_DEPTH_MAX) {
		sw_error_set(err, SW_ELIMIT, "the audit is too large");
		return NULL;
	}
	const struct sh_node *n = list(&p);
	if (!p.bad && p.at < p.s.n)
		fail(&p, "this is not a command");
	return p.bad ? NULL : n;
}
