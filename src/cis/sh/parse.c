/* SPDX-License-Identifier: Apache-2.0 */
/* The grammar of the shell (POSIX 2.10), as far as sh.h says. */
#include <stdlib.h>

#include "cis/sh/parser.h"

static const struct sh_node *list(struct sh_parser *p);
static const struct sh_node *command(struct sh_parser *p);

/* ---- redirections ---- */

static bool is_lit(const struct sh_word *w, const char *text)
{
	return w && w->n == 1 && w->v[0].kind == SH_LIT && !w->v[0].quoted &&
	       sw_str_is(w->v[0].text, text);
}

static void here_doc(struct sh_parser *p, struct sh_redir *r)
{
	sh_parse_blanks(p);
	struct sh_word *w = sh_parse_word(p);
	if (!w || w->n < 1 || p->n_here == 8) {
		sh_parse_fail(p, "<< without a word");
		return;
	}
	uint32_t i = p->n_here++;
	p->here[i] = r;
	p->here_end[i] = w->v[w->n - 1].text;
	p->here_raw[i] = w->v[0].quoted;
	r->kind = SH_RD_TEXT;
}

/* The bodies of here-documents, behind the newline at `at`. */
static void here_bodies(struct sh_parser *p)
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
		struct sh_word *w = sh_parse_mem(p, sizeof(*w));
		if (w && p->here_raw[i])
			sh_parse_literal(p, w, body, true);
		else if (w)
			w = sh_parse_word_of(p, body, true);
		p->here[i]->word = w;
	}
	p->n_here = 0;
}

/* > file: only /dev/null, nothing is ever written. */
static void out_target(struct sh_parser *p, struct sh_redir *r, bool both)
{
	sh_parse_blanks(p);
	if (!both && peek(p) == '&') {
		p->at++;
		int c = peek(p);
		if (c != '1' && c != '2') {
			sh_parse_fail(p, "this redirection is not known");
			return;
		}
		p->at++;
		r->kind = SH_RD_DUP;
		r->to = c - '0';
		return;
	}
	const struct sh_word *w = sh_parse_word(p);
	if (is_lit(w, "/dev/null"))
		r->kind = SH_RD_NULL_OUT;
	else if (is_lit(w, "/dev/stderr") || is_lit(w, "/dev/stdout"))
		*r = (struct sh_redir){SH_RD_DUP, r->fd, is_lit(w, "/dev/stderr") ? 2 : 1, NULL};
	else
		sh_parse_fail(p, "the audit writes to a file");
}

/* 1: took one; 0: there is none */
static int redirection(struct sh_parser *p, struct sh_node *n)
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
	r = sh_parse_mem(p, sizeof(*r));
	if (!r)
		return 0;
	if (both || peek(p) == '>') {
		p->at += both ? 2 : 1;
		take(p, ">");
		take(p, "|");
		r->fd = both ? 3 : fd < 0 ? 1 : fd;
		out_target(p, r, both);
		if (!both && r->fd != 1 && r->fd != 2)
			sh_parse_fail(p, "this redirection is not known");
	} else if (take(p, "<<<")) {
		sh_parse_blanks(p);
		r->kind = SH_RD_TEXT;
		r->to = 1; /* a newline follows */
		r->word = sh_parse_word(p);
	} else if (take(p, "<<-") || take(p, "<<")) {
		here_doc(p, r);
	} else {
		p->at++;
		if (peek(p) == '&')
			sh_parse_fail(p, "this redirection is not known");
		sh_parse_blanks(p);
		r->kind = SH_RD_IN;
		r->word = sh_parse_word(p);
	}
	n->redirs = sh_parse_grow(p, n->redirs, n->n_redirs, sizeof(*n->redirs));
	if (p->bad || !n->redirs)
		return 0;
	n->redirs[n->n_redirs++] = r; /* a here-document is filled in at the end of the line */
	return 1;
}

/* ---- commands ---- */

static struct sh_node *node(struct sh_parser *p, enum sh_node_kind kind)
{
	struct sh_node *n = sh_parse_mem(p, sizeof(*n));
	if (n)
		n->kind = kind;
	return n;
}

static void kid(struct sh_parser *p, struct sh_node *n, const struct sh_node *k)
{
	n->kids = sh_parse_grow(p, n->kids, n->n_kids, sizeof(*n->kids));
	if (n->kids)
		n->kids[n->n_kids++] = k;
}

static void add_word(struct sh_parser *p, struct sh_node *n, const struct sh_word *w)
{
	n->words = sh_parse_grow(p, n->words, n->n_words, sizeof(*n->words));
	if (n->words)
		n->words[n->n_words++] = w;
}

/* The plain word at the cursor, without taking it. */
static struct sw_str ahead(const struct sh_parser *p)
{
	size_t n = p->at;
	while (n < p->s.n && !is_meta((unsigned char)p->s.p[n]))
		n++;
	return sw_str_sub(p->s, p->at, n);
}

static bool reserved(struct sh_parser *p, const char *text)
{
	if (!sw_str_is(ahead(p), text))
		return false;
	p->at += strlen(text);
	return true;
}

static void newlines(struct sh_parser *p)
{
	for (;;) {
		sh_parse_blanks(p);
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

static void need(struct sh_parser *p, const char *text)
{
	char what[64];
	newlines(p);
	if (!p->bad && !reserved(p, text)) {
		size_t n = strlen(text);
		memcpy(what, "expected ", 9);
		memcpy(what + 9, text, n + 1);
		sh_parse_fail(p, what);
	}
}

static const struct sh_node *if_clause(struct sh_parser *p)
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
			sh_parse_fail(p, "nested too deeply");
		kid(p, n, p->bad ? NULL : if_clause(p));
		p->depth--;
		return p->bad ? NULL : n;
	}
	if (reserved(p, "else"))
		kid(p, n, list(p));
	need(p, "fi");
	return n;
}

static const struct sh_node *for_clause(struct sh_parser *p)
{
	struct sh_node *n = node(p, SH_FOR);
	sh_parse_blanks(p);
	if (!n)
		return NULL;
	n->var = ahead(p);
	p->at += n->var.n;
	if (!n->var.n || !is_name((unsigned char)n->var.p[0], true))
		sh_parse_fail(p, "for without a name");
	need(p, "in");
	for (sh_parse_blanks(p); !p->bad && peek(p) != ';' && peek(p) != '\n' && peek(p) >= 0; sh_parse_blanks(p)) {
		size_t at = p->at;
		add_word(p, n, sh_parse_word(p));
		if (p->at == at)
			sh_parse_fail(p, "for: a word is missing");
	}
	take(p, ";");
	need(p, "do");
	kid(p, n, p->bad ? NULL : list(p));
	need(p, "done");
	return n;
}

static const struct sh_node *while_clause(struct sh_parser *p, enum sh_node_kind kind)
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

static void case_item(struct sh_parser *p, struct sh_node *n)
{
	struct sh_case c = {0};
	take(p, "(");
	do {
		sh_parse_blanks(p);
		size_t at = p->at;
		const struct sh_word *w = sh_parse_word(p);
		if (p->at == at)
			sh_parse_fail(p, "case: a pattern is missing");
		c.pats = sh_parse_grow(p, c.pats, c.n, sizeof(*c.pats));
		if (p->bad)
			return;
		c.pats[c.n++] = w;
		sh_parse_blanks(p);
	} while (take(p, "|"));
	if (!take(p, ")"))
		sh_parse_fail(p, "case: ) is missing");
	kid(p, n, p->bad ? NULL : list(p));
	newlines(p);
	take(p, ";;");
	n->cases = sh_parse_grow(p, n->cases, n->n_cases, sizeof(*n->cases));
	if (n->cases)
		n->cases[n->n_cases++] = c;
}

static const struct sh_node *case_clause(struct sh_parser *p)
{
	struct sh_node *n = node(p, SH_CASE);
	sh_parse_blanks(p);
	if (!n)
		return NULL;
	add_word(p, n, sh_parse_word(p));
	need(p, "in");
	newlines(p);
	while (!p->bad && !reserved(p, "esac")) {
		case_item(p, n);
		newlines(p);
	}
	return n;
}

/* [[ … ]]: words, && || ( ) ! kept as words that are operators */
static const struct sh_node *cond_clause(struct sh_parser *p)
{
	struct sh_node *n = node(p, SH_COND);
	bool regex = false;
	while (n && !p->bad) {
		newlines(p);
		if (reserved(p, "]]"))
			return n;
		struct sh_word *w = sh_parse_mem(p, sizeof(*w));
		size_t at = p->at;
		if (!w)
			break;
		if (regex) {
			while (peek(p) > ' ' && !p->bad) {
				if (memchr("()|<>;&", peek(p), 7)) {
					sh_parse_literal(p, w, sw_str_sub(p->s, p->at, p->at + 1), false);
					p->at++;
				} else {
					sh_parse_piece(p, w, false);
				}
			}
			regex = false;
		} else if (take(p, "&&") || take(p, "||") || take(p, "(") || take(p, ")") ||
			   take(p, "<") || take(p, ">")) {
			sh_parse_literal(p, w, sw_str_sub(p->s, at, p->at), false);
		} else {
			w = sh_parse_word(p);
			regex = is_lit(w, "=~");
		}
		if (p->at == at)
			sh_parse_fail(p, "[[ without ]]");
		add_word(p, n, w);
	}
	return n;
}

static bool assignment(struct sh_parser *p, struct sh_node *n)
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
		sh_parse_fail(p, "arrays are not known");
		return true;
	}
	as.value = sh_parse_word(p);
	n->assigns = sh_parse_grow(p, n->assigns, n->n_assigns, sizeof(*n->assigns));
	if (n->assigns)
		n->assigns[n->n_assigns++] = as;
	return true;
}

/* NAME() { … }: the name was taken for a command's. */
static void function(struct sh_parser *p, struct sh_node *n)
{
	bool name = n->n_words == 1 && !n->n_assigns && !n->n_redirs && n->words[0]->n == 1 &&
		    n->words[0]->v[0].kind == SH_LIT && !n->words[0]->v[0].quoted;
	p->at++;
	sh_parse_blanks(p);
	if (!name || peek(p) != ')') {
		sh_parse_fail(p, "a ( that no shell takes here");
		return;
	}
	p->at++;
	newlines(p);
	n->kind = SH_FUNCTION;
	n->var = n->words[0]->v[0].text;
	kid(p, n, command(p));
}

static const struct sh_node *simple(struct sh_parser *p)
{
	struct sh_node *n = node(p, SH_CMD);
	while (n && !p->bad) {
		sh_parse_blanks(p);
		if (redirection(p, n) || p->bad)
			continue;
		if (!n->n_words && assignment(p, n))
			continue;
		if (is_meta(peek(p)) && !looking(p, "<("))
			break;
		add_word(p, n, sh_parse_word(p));
	}
	if (!p->bad && peek(p) == '(')
		function(p, n);
	if (n && !p->bad && !n->n_words && !n->n_assigns && !n->n_redirs)
		sh_parse_fail(p, "a command is missing");
	return n;
}

static const struct sh_node *enclosed(struct sh_parser *p, enum sh_node_kind kind)
{
	struct sh_node *n = node(p, kind);
	if (!n)
		return NULL;
	kid(p, n, list(p));
	newlines(p);
	if (kind == SH_GROUP)
		need(p, "}");
	else if (!take(p, ")"))
		sh_parse_fail(p, "( without )");
	return n;
}

static const struct sh_node *compound(struct sh_parser *p)
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
		sh_parse_fail(p, "(( )) is not known");
		return NULL;
	}
	if (take(p, "("))
		return enclosed(p, SH_SUBSHELL);
	return NULL;
}

static const struct sh_node *command(struct sh_parser *p)
{
	sh_parse_blanks(p);
	if (++p->depth > SH_DEPTH_MAX) {
		sh_parse_fail(p, "nested too deeply");
		return NULL;
	}
	struct sh_node *n = (struct sh_node *)compound(p);
	if (!p->bad && !n)
		n = (struct sh_node *)simple(p);
	else
		for (sh_parse_blanks(p); n && !p->bad && redirection(p, n); sh_parse_blanks(p))
			;
	p->depth--;
	return p->bad ? NULL : n;
}

static const struct sh_node *pipeline(struct sh_parser *p)
{
	sh_parse_blanks(p);
	bool negate = false;
	while (reserved(p, "!")) {
		negate = !negate;
		sh_parse_blanks(p);
	}
	const struct sh_node *first = command(p);
	struct sh_node *n = NULL;
	for (sh_parse_blanks(p); !p->bad && peek(p) == '|' && !looking(p, "||"); sh_parse_blanks(p)) {
		p->at++;
		if (peek(p) == '&')
			sh_parse_fail(p, "|& is not known");
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

static const struct sh_node *and_or(struct sh_parser *p)
{
	const struct sh_node *left = pipeline(p);
	for (sh_parse_blanks(p); !p->bad; sh_parse_blanks(p)) {
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

static bool ends_list(struct sh_parser *p)
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

static const struct sh_node *list(struct sh_parser *p)
{
	struct sh_node *n = node(p, SH_SEQ);
	for (newlines(p); n && !p->bad && !ends_list(p); newlines(p)) {
		kid(p, n, and_or(p));
		sh_parse_blanks(p);
		if (looking(p, ";;"))
			break;
		if (take(p, ";"))
			continue;
		if (peek(p) == '&')
			sh_parse_fail(p, "& is not known");
		else if (peek(p) >= 0 && peek(p) != '\n' && peek(p) != '\r' && !ends_list(p))
			sh_parse_fail(p, "this is not a command");
	}
	return p->bad ? NULL : n;
}

const struct sh_node *sh_parse(struct sw_arena *a, struct sw_str text, int depth,
	struct sw_error *err)
{
	struct sh_parser p = {.a = a, .s = text, .depth = depth, .err = err};
	if (text.n > SH_TEXT_MAX || depth > SH_DEPTH_MAX) {
		sw_error_set(err, SW_ELIMIT, "the audit is too large");
		return NULL;
	}
	const struct sh_node *n = list(&p);
	if (!p.bad && p.at < p.s.n)
		sh_parse_fail(&p, "this is not a command");
	return p.bad ? NULL : n;
}
