/* SPDX-License-Identifier: Apache-2.0 */
/*
 * awk, as audits use it: patterns with BEGIN and END, print and printf-less output, if and else,
 * fields, NF, NR, variables, comparisons, ~, !, &&, ||, arithmetic, gsub(), sub(), length().
 * The program is read anew for each line: audits are short, and nothing has to be kept of it.
 */
#include <stdlib.h>

#include "cis/sh/impl.h"

#define FIELDS_MAX 1024
#define VARS_MAX 32

struct awk {
	struct sh *sh;
	struct sw_buf *out;
	struct sw_str prog, fs, line;
	size_t at;
	struct sw_str field[FIELDS_MAX];
	uint32_t nf;
	int64_t nr;
	struct {
		struct sw_str name, value;
	} var[VARS_MAX];
	uint32_t n_vars;
	enum { P_BEGIN, P_LINE, P_END } phase;
	int depth;
	bool next; /* leave this line */
};

struct val {
	struct sw_str s;
	bool num; /* a constant or computed number: compares as one */
};

static struct val expr(struct awk *a, int level, bool run);

static void bad(struct awk *a)
{
	sh_unknown(a->sh, "the awk program %.*s", SW_STR_ARG(a->prog));
}

static int peek(const struct awk *a)
{
	return a->at < a->prog.n ? (unsigned char)a->prog.p[a->at] : -1;
}

static void blanks(struct awk *a, bool lines)
{
	while (peek(a) == ' ' || peek(a) == '\t' || (lines && (peek(a) == '\n' || peek(a) == ';')) ||
		peek(a) == '#') {
		if (peek(a) == '#')
			while (peek(a) >= 0 && peek(a) != '\n')
				a->at++;
		else
			a->at++;
	}
}

static bool take(struct awk *a, const char *text)
{
	blanks(a, false);
	if (!sw_str_starts(sw_str_sub(a->prog, a->at, a->prog.n), sw_str_from(text)))
		return false;
	a->at += strlen(text);
	return true;
}

static bool name_char(int c)
{
	return c == '_' || (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

static struct sw_str word(struct awk *a)
{
	blanks(a, false);
	size_t from = a->at;
	while (name_char(peek(a)))
		a->at++;
	return sw_str_sub(a->prog, from, a->at);
}

static bool take_word(struct awk *a, const char *text)
{
	size_t at = a->at;
	if (sw_str_is(word(a), text))
		return true;
	a->at = at;
	return false;
}

static void split(struct awk *a)
{
	struct sw_str s = a->line;
	a->nf = 0;
	if (sw_str_is(a->fs, " ")) {
		for (size_t i = 0; i < s.n;) {
			while (i < s.n && (unsigned char)s.p[i] <= ' ')
				i++;
			size_t from = i;
			while (i < s.n && (unsigned char)s.p[i] > ' ')
				i++;
			if (i > from && a->nf < FIELDS_MAX)
				a->field[a->nf++] = sw_str_sub(s, from, i);
		}
		return;
	}
	struct sw_re2 *re = sh_regex(a->sh, a->fs, a->fs.n == 1 ? SH_RE_FIXED : SH_RE_EXTENDED, false);
	size_t at = 0, c[2];
	while (re && s.n && a->nf < FIELDS_MAX) {
		if (sw_re2_find(re, s, at, c, 1, NULL) != 1 || c[1] == c[0])
			c[0] = c[1] = SW_NPOS;
		a->field[a->nf++] = sw_str_sub(s, at, c[0]);
		if (c[0] == SW_NPOS)
			break;
		at = c[1];
	}
}

static double number(struct sw_str s)
{
	char text[64];
	size_t n = s.n < sizeof(text) - 1 ? s.n : sizeof(text) - 1;
	if (n)
		memcpy(text, s.p, n);
	text[n] = 0;
	return strtod(text, NULL);
}

static bool numeric(struct sw_str s)
{
	char text[64], *end;
	s = sw_str_trim(s);
	if (!s.n || s.n >= sizeof(text))
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = 0;
	strtod(text, &end);
	return !*end;
}

static struct val of_number(struct awk *a, double d)
{
	struct sw_str s = d == (double)(int64_t)d ? sw_arena_printf(a->sh->arena, "%lld", (long long)d)
						  : sw_arena_printf(a->sh->arena, "%.6g", d);
	return (struct val){s, true};
}

static bool truth(struct val v)
{
	return v.num || numeric(v.s) ? number(v.s) != 0 : v.s.n > 0;
}

static struct sw_str get(struct awk *a, struct sw_str name)
{
	for (uint32_t i = 0; i < a->n_vars; i++)
		if (sw_str_eq(a->var[i].name, name))
			return a->var[i].value;
	return SW_STR("");
}

static void set(struct awk *a, struct sw_str name, struct sw_str value)
{
	if (sw_str_is(name, "FS"))
		a->fs = value;
	for (uint32_t i = 0; i < a->n_vars; i++) {
		if (sw_str_eq(a->var[i].name, name)) {
			a->var[i].value = value;
			return;
		}
	}
	if (a->n_vars == VARS_MAX) {
		bad(a);
		return;
	}
	a->var[a->n_vars].name = name;
	a->var[a->n_vars++].value = value;
}

static struct sw_str quoted(struct awk *a, char end)
{
	sw_autobuf b = {0};
	sw_buf_init(&b, 65536);
	for (a->at++; peek(a) >= 0 && peek(a) != end; a->at++) {
		int c = peek(a);
		if (c == '\\' && a->at + 1 < a->prog.n) {
			c = a->prog.p[++a->at];
			if (end == '/' && c != '/')
				sw_buf_addch(&b, '\\');
			else
				c = c == 'n' ? '\n' : c == 't' ? '\t' : c;
		}
		sw_buf_addch(&b, (char)c);
	}
	if (peek(a) < 0)
		bad(a);
	a->at++;
	return sw_arena_str(a->sh->arena, sw_buf_str(&b));
}

static bool matches(struct awk *a, struct sw_str s, struct sw_str re)
{
	struct sw_re2 *r = sh_regex(a->sh, re, SH_RE_EXTENDED, false);
	return r && sw_re2_match(r, s, NULL) == 1;
}

static void set_field(struct awk *a, int64_t k, struct sw_str v)
{
	sw_autobuf b = {0};
	sw_buf_init(&b, SH_PIPE_MAX);
	if (k == 0) {
		a->line = v;
		split(a);
		return;
	}
	while (a->nf < (uint64_t)k && a->nf < FIELDS_MAX)
		a->field[a->nf++] = SW_STR("");
	if (k > 0 && k <= a->nf)
		a->field[k - 1] = v;
	for (uint32_t i = 0; i < a->nf; i++) {
		if (i)
			sw_buf_addch(&b, ' ');
		sw_buf_addstr(&b, a->field[i]);
	}
	a->line = sw_arena_str(a->sh->arena, sw_buf_str(&b));
}

/* gsub(re, text[, target]) with the parenthesis taken */
static struct val substitute(struct awk *a, bool all, bool run)
{
	sw_autobuf b = {0};
	int64_t field = 0, hits = 0;
	size_t at = 0, c[2];
	blanks(a, false);
	struct sw_str re = peek(a) == '/' ? quoted(a, '/') : expr(a, 0, run).s;
	if (!take(a, ","))
		bad(a);
	struct sw_str with = expr(a, 0, run).s, target = a->line;
	if (take(a, ",")) {
		if (!take(a, "$"))
			bad(a);
		field = (int64_t)number(expr(a, 9, run).s);
		target = field > 0 && field <= a->nf ? a->field[field - 1] : a->line;
	}
	if (!take(a, ")"))
		bad(a);
	struct sw_re2 *r = run && !a->sh->stop ? sh_regex(a->sh, re, SH_RE_EXTENDED, false) : NULL;
	sw_buf_init(&b, SH_PIPE_MAX);
	while (r && at <= target.n && (all || !hits) && sw_re2_find(r, target, at, c, 1, NULL) == 1) {
		sw_buf_addstr(&b, sw_str_sub(target, at, c[0]));
		sw_buf_addstr(&b, with);
		hits++;
		if (c[1] == c[0] && c[1] < target.n)
			sw_buf_addch(&b, target.p[c[1]]);
		at = c[1] + (c[1] == c[0]);
	}
	if (hits) {
		sw_buf_addstr(&b, sw_str_sub(target, at, target.n));
		set_field(a, field, sw_arena_str(a->sh->arena, sw_buf_str(&b)));
	}
	return of_number(a, (double)hits);
}

static struct val named(struct awk *a, bool run)
{
	struct sw_str w = word(a);
	if (sw_str_is(w, "gsub") || sw_str_is(w, "sub")) {
		if (!take(a, "("))
			bad(a);
		return substitute(a, w.n == 4, run);
	}
	if (sw_str_is(w, "length")) {
		struct val v = {a->line, false};
		if (take(a, "(") && !take(a, ")")) {
			v = expr(a, 0, run);
			if (!take(a, ")"))
				bad(a);
		}
		return of_number(a, (double)v.s.n);
	}
	if (sw_str_is(w, "NF"))
		return of_number(a, a->nf);
	if (sw_str_is(w, "NR") || sw_str_is(w, "FNR"))
		return of_number(a, (double)a->nr);
	if (!w.n || peek(a) == '(' || peek(a) == '[') {
		bad(a);
		return (struct val){0};
	}
	if (take(a, "++")) {
		struct val v = of_number(a, number(get(a, w)));
		if (run)
			set(a, w, of_number(a, number(v.s) + 1).s);
		return v;
	}
	size_t at = a->at;
	if (take(a, "+=")) {
		double d = number(get(a, w)) + number(expr(a, 0, run).s);
		if (run)
			set(a, w, of_number(a, d).s);
		return of_number(a, d);
	}
	if (take(a, "=") && peek(a) != '=' && peek(a) != '~') {
		struct val v = expr(a, 0, run);
		if (run)
			set(a, w, v.s);
		return v;
	}
	a->at = at;
	struct sw_str s = get(a, w);
	return (struct val){s, false};
}

static struct val primary(struct awk *a, bool run)
{
	blanks(a, false);
	int c = peek(a);
	struct val v = {0};
	if (c == '"') {
		v.s = quoted(a, '"');
	} else if (c == '/') {
		struct sw_str re = quoted(a, '/');
		v = of_number(a, run && matches(a, a->line, re));
	} else if (c >= '0' && c <= '9') {
		size_t from = a->at;
		while ((peek(a) >= '0' && peek(a) <= '9') || peek(a) == '.')
			a->at++;
		v = (struct val){sw_str_sub(a->prog, from, a->at), true};
	} else if (take(a, "$")) {
		int64_t k = (int64_t)number(primary(a, run).s);
		v.s = k == 0 ? a->line : k > 0 && k <= a->nf ? a->field[k - 1] : SW_STR("");
	} else if (take(a, "(")) {
		v = expr(a, 0, run);
		if (!take(a, ")"))
			bad(a);
	} else if (take(a, "!")) {
		v = of_number(a, !truth(expr(a, 5, run)));
	} else if (take(a, "-")) {
		v = of_number(a, -number(expr(a, 6, run).s));
	} else {
		v = named(a, run);
	}
	return v;
}

static bool starts_value(struct awk *a)
{
	blanks(a, false);
	int c = peek(a);
	if (c == '"' || c == '$' || c == '(' || (c >= '0' && c <= '9') || c == '_')
		return true;
	if (!((c | 32) >= 'a' && (c | 32) <= 'z'))
		return false;
	size_t at = a->at;
	bool in = sw_str_is(word(a), "in");
	a->at = at;
	return !in;
}

static struct val compare(struct awk *a, struct val l, const char *op, struct val r)
{
	bool num = (l.num || numeric(l.s)) && (r.num || numeric(r.s));
	double d = num ? number(l.s) - number(r.s) : sw_str_cmp(l.s, r.s);
	bool v = op[0] == '='		       ? d == 0
		 : op[0] == '!'		       ? d != 0
		 : op[0] == '<' && op[1] == '=' ? d <= 0
		 : op[0] == '>' && op[1] == '=' ? d >= 0
		 : op[0] == '<'		       ? d < 0
					       : d > 0;
	return of_number(a, v);
}

static struct val arith(struct awk *a, struct val l, char op, struct val r)
{
	double x = number(l.s), y = number(r.s);
	if ((op == '/' || op == '%') && (int64_t)y == 0)
		bad(a);
	return of_number(a, op == '+'   ? x + y
			    : op == '-' ? x - y
			    : op == '*' ? x * y
			    : op == '/' ? x / (y != 0 ? y : 1)
					: (double)((int64_t)x % ((int64_t)y ? (int64_t)y : 1)));
}

/* 0: || 1: && 2: ~ 3: comparisons 4: concatenation 5: + - 6: * / % 7: primary */
static struct val expr(struct awk *a, int level, bool run)
{
	static const char *const cmp[] = {"==", "!=", "<=", ">=", "<", ">"};
	if (++a->depth > SH_DEPTH_MAX * 4)
		bad(a);
	if (a->sh->stop || level >= 7) {
		struct val v = a->sh->stop ? (struct val){0} : primary(a, run);
		a->depth--;
		return v;
	}
	struct val l = expr(a, level + 1, run);
	for (bool more = true; more && !a->sh->stop;) {
		more = false;
		if (level == 0 && take(a, "||")) {
			bool left = truth(l), right = truth(expr(a, 1, run && !left));
			l = of_number(a, left || right);
			more = true;
		} else if (level == 1 && take(a, "&&")) {
			bool left = truth(l), right = truth(expr(a, 2, run && left));
			l = of_number(a, left && right);
			more = true;
		} else if (level == 2) {
			bool no = take(a, "!~");
			if (no || take(a, "~")) {
				blanks(a, false);
				struct sw_str re = peek(a) == '/' ? quoted(a, '/') : expr(a, 3, run).s;
				l = of_number(a, (run && matches(a, l.s, re)) != no);
				more = true;
			}
		} else if (level == 3) {
			for (int i = 0; i < 6 && !more; i++)
				if (take(a, cmp[i])) {
					l = compare(a, l, cmp[i], expr(a, 4, run));
					more = true;
				}
		} else if (level == 4 && starts_value(a)) {
			struct val r = expr(a, 5, run);
			l.s = sw_arena_printf(
				a->sh->arena, "%.*s%.*s", SW_STR_ARG(l.s), SW_STR_ARG(r.s));
			l.num = false;
			more = true;
		} else if (level >= 5) {
			blanks(a, false);
			int c = peek(a);
			if (level == 5 ? c == '+' || c == '-' : c == '*' || c == '/' || c == '%') {
				a->at++;
				l = arith(a, l, (char)c, expr(a, level + 1, run));
				more = true;
			}
		}
	}
	a->depth--;
	return l;
}

static void block(struct awk *a, bool run);

static bool ends(struct awk *a)
{
	blanks(a, false);
	return peek(a) < 0 || peek(a) == ';' || peek(a) == '}' || peek(a) == '\n';
}

static void print(struct awk *a, bool run)
{
	bool first = true;
	if (ends(a) && run)
		sw_buf_addstr(a->out, a->line);
	while (!ends(a) && !a->sh->stop) {
		struct val v = expr(a, 0, run);
		if (run && !first)
			sw_buf_addch(a->out, ' ');
		first = false;
		if (run)
			sw_buf_addstr(a->out, v.s);
		if (!take(a, ",") && !ends(a))
			bad(a);
	}
	if (run)
		sw_buf_addch(a->out, '\n');
}

static void statement(struct awk *a, bool run)
{
	blanks(a, true);
	if (++a->depth > SH_DEPTH_MAX)
		bad(a);
	run = run && !a->next;
	if (a->sh->stop) {
		a->depth--;
		return;
	}
	if (peek(a) == '{') {
		block(a, run);
	} else if (take_word(a, "if")) {
		if (!take(a, "("))
			bad(a);
		bool yes = truth(expr(a, 0, run));
		if (!take(a, ")"))
			bad(a);
		statement(a, run && yes);
		size_t at = a->at;
		blanks(a, true);
		if (take_word(a, "else"))
			statement(a, run && !yes);
		else
			a->at = at;
	} else if (take_word(a, "print")) {
		print(a, run);
	} else if (take_word(a, "next") || take_word(a, "exit")) {
		a->next |= run;
	} else {
		expr(a, 0, run);
	}
	a->depth--;
}

static void block(struct awk *a, bool run)
{
	if (!take(a, "{"))
		bad(a);
	for (;;) {
		blanks(a, true);
		if (a->sh->stop || peek(a) < 0 || take(a, "}"))
			return;
		size_t at = a->at;
		statement(a, run);
		if (a->at == at)
			bad(a);
	}
}

static void rules(struct awk *a)
{
	a->at = 0;
	a->next = false;
	for (blanks(a, true); peek(a) >= 0 && !a->sh->stop && !a->next; blanks(a, true)) {
		bool run = a->phase == P_LINE;
		size_t at = a->at;
		if (take_word(a, "BEGIN")) {
			run = a->phase == P_BEGIN;
		} else if (take_word(a, "END")) {
			run = a->phase == P_END;
		} else if (peek(a) != '{') {
			run = truth(expr(a, 0, run)) && run;
		}
		blanks(a, false);
		if (peek(a) == '{')
			block(a, run);
		else if (run)
			sw_buf_printf(a->out, "%.*s\n", SW_STR_ARG(a->line));
		if (a->at == at)
			bad(a);
	}
}

int sh_tool_awk(struct sh *sh, const struct sh_args *args, const struct sh_io *io)
{
	struct awk *a = sw_arena_new(sh->arena, struct awk);
	uint32_t i = 1;
	struct sw_str rest;
	if (!a)
		return sh_unknown(sh, "the audit takes too much memory");
	a->sh = sh;
	a->out = io->out;
	a->fs = SW_STR(" ");
	for (; i < args->n && args->v[i].n > 1 && args->v[i].p[0] == '-'; i++) {
		struct sw_str o = args->v[i], val = sw_str_sub(o, 2, o.n);
		if (!val.n && i + 1 < args->n)
			val = args->v[++i];
		size_t eq = sw_str_chr(val, '=', 0);
		if (o.p[1] == 'F')
			a->fs = sw_str_is(val, "\\t") ? SW_STR("\t") : val;
		else if (o.p[1] == 'v' && eq != SW_NPOS)
			set(a, sw_str_sub(val, 0, eq), sw_str_sub(val, eq + 1, val.n));
		else
			return sh_unknown(sh, "awk %.*s", SW_STR_ARG(o));
	}
	if (i >= args->n || args->n > i + 2)
		return sh_unknown(sh, "awk with several files");
	a->prog = args->v[i++];
	a->phase = P_BEGIN;
	rules(a);
	if (sh->stop || sh_input(sh, io, i < args->n ? &args->v[i] : NULL, "awk", &rest))
		return 2;
	a->phase = P_LINE;
	while (!sh->stop && sh_line(&rest, &a->line) && sh_step(sh)) {
		a->nr++;
		split(a);
		rules(a);
	}
	a->phase = P_END;
	if (!sh->stop)
		rules(a);
	return 0;
}
