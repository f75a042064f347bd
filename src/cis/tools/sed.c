/* SPDX-License-Identifier: Apache-2.0 */
/* sed: s, y, p, d, q, = with addresses (numbers, $, /re/, ranges) and !; no files are written. */
#include <stdlib.h>

#include "cis/sh/impl.h"

struct sed_addr {
	enum { A_NONE, A_LINE, A_LAST, A_RE } kind;
	int64_t line;
	struct sw_re2 *re;
};

struct sed_cmd {
	struct sed_addr a, b;
	bool range, negate, active;
	char op;
	struct sw_re2 *re;
	struct sw_str with; /* of s; the second set of y */
	struct sw_str set;  /* the first set of y */
	bool global, print;
	int64_t nth;
};

struct sed {
	struct sh *sh;
	struct sed_cmd cmds[64];
	uint32_t n;
	bool quiet, extended;
};

/* Text up to an unescaped delimiter; \delimiter becomes the delimiter. */
static bool sed_field(struct sed *s, struct sw_str t, size_t *at, char delim, struct sw_str *ret)
{
	char *p = sw_arena_alloc(s->sh->arena, t.n + 1);
	size_t n = 0;
	bool in_set = false;
	for (; p && *at < t.n; ++*at) {
		char c = t.p[*at];
		if (c == delim && !in_set) {
			++*at;
			*ret = sw_str_make(p, n);
			return true;
		}
		if (c == '\\' && *at + 1 < t.n) {
			char next = t.p[++*at];
			if (next == 'n') {
				p[n++] = '\n';
				continue;
			}
			if (next != delim)
				p[n++] = '\\';
			p[n++] = next;
			continue;
		}
		if (c == '[' && !in_set)
			in_set = sw_str_chr(t, ']', *at + 1) != SW_NPOS;
		else if (c == ']' && in_set && n && p[n - 1] != '[' &&
			 !(n > 1 && p[n - 1] == '^' && p[n - 2] == '['))
			in_set = false;
		p[n++] = c;
	}
	return false;
}

static bool sed_address(struct sed *s, struct sw_str t, size_t *at, struct sed_addr *a)
{
	char c = *at < t.n ? t.p[*at] : 0;
	struct sw_str re;
	if (c >= '0' && c <= '9') {
		a->kind = A_LINE;
		while (*at < t.n && t.p[*at] >= '0' && t.p[*at] <= '9' && a->line < 1000000000)
			a->line = a->line * 10 + (t.p[(*at)++] - '0');
	} else if (c == '$') {
		a->kind = A_LAST;
		++*at;
	} else if (c == '/') {
		++*at;
		a->kind = A_RE;
		if (!sed_field(s, t, at, '/', &re))
			return false;
		a->re = sh_regex(s->sh, re, s->extended ? SH_RE_EXTENDED : SH_RE_BASIC, false);
		return a->re != NULL;
	}
	return true;
}

static bool sed_s(struct sed *s, struct sw_str t, size_t *at, struct sed_cmd *c)
{
	struct sw_str re, with;
	bool icase = false;
	if (*at >= t.n)
		return false;
	char delim = t.p[(*at)++];
	if (!sed_field(s, t, at, delim, &re) || !sed_field(s, t, at, delim, &with))
		return false;
	c->nth = 1;
	for (; *at < t.n && !memchr(" ;\n}", t.p[*at], 4); ++*at) {
		char f = t.p[*at];
		if (f == 'g')
			c->global = true;
		else if (f == 'p')
			c->print = true;
		else if (f == 'i' || f == 'I')
			icase = true;
		else if (f >= '1' && f <= '9')
			c->nth = f - '0';
		else
			return false;
	}
	c->with = with;
	c->re = sh_regex(s->sh, re, s->extended ? SH_RE_EXTENDED : SH_RE_BASIC, icase);
	return c->re != NULL;
}

static bool sed_script(struct sed *s, struct sw_str t)
{
	size_t at = 0;
	while (at < t.n) {
		if (memchr(" \t\n;", t.p[at], 4)) {
			at++;
			continue;
		}
		if (s->n == 64)
			return false;
		struct sed_cmd *c = &s->cmds[s->n++];
		if (!sed_address(s, t, &at, &c->a))
			return false;
		if (at < t.n && t.p[at] == ',') {
			at++;
			c->range = true;
			if (!sed_address(s, t, &at, &c->b) || c->b.kind == A_NONE)
				return false;
		}
		while (at < t.n && (t.p[at] == ' ' || t.p[at] == '!'))
			c->negate |= t.p[at++] == '!';
		c->op = at < t.n ? t.p[at++] : 0;
		bool ok = c->op && memchr("pdq=", c->op, 4);
		if (c->op == 's') {
			ok = sed_s(s, t, &at, c);
		} else if (c->op == 'y' && at < t.n) {
			char d = t.p[at++];
			ok = sed_field(s, t, &at, d, &c->set) &&
			     sed_field(s, t, &at, d, &c->with) && c->set.n == c->with.n;
		}
		if (!ok)
			return false;
	}
	return true;
}

static void sed_with(struct sw_buf *out, struct sw_str with, struct sw_str line, const size_t *caps)
{
	for (size_t i = 0; i < with.n; i++) {
		char c = with.p[i];
		int group = c == '&' ? 0 : -1;
		if (c == '\\' && i + 1 < with.n) {
			c = with.p[++i];
			if (c >= '0' && c <= '9')
				group = c - '0';
			else if (c == 't')
				c = '\t';
		}
		if (group < 0)
			sw_buf_addch(out, c);
		else if (caps[2 * group] != SW_RE2_NONE)
			sw_buf_addstr(out, sw_str_sub(line, caps[2 * group], caps[2 * group + 1]));
	}
}

static bool sed_subst(struct sed *s, const struct sed_cmd *c, struct sw_str *line)
{
	size_t caps[20], at = 0;
	int64_t k = 0;
	bool done = false;
	sw_autobuf b = {0};
	sw_buf_init(&b, SH_PIPE_MAX);
	for (int i = 0; i < 20; i++)
		caps[i] = SW_RE2_NONE;
	while (at <= line->n && sw_re2_find(c->re, *line, at, caps, 10, NULL) == 1) {
		sw_buf_addstr(&b, sw_str_sub(*line, at, caps[0]));
		bool want = ++k >= c->nth && (c->global || !done);
		if (want)
			sed_with(&b, c->with, *line, caps);
		else
			sw_buf_addstr(&b, sw_str_sub(*line, caps[0], caps[1]));
		done |= want;
		at = caps[1];
		if (caps[1] == caps[0]) {
			if (at < line->n)
				sw_buf_addch(&b, line->p[at]);
			at++;
		}
		if (done && !c->global)
			break;
	}
	if (!done)
		return false;
	sw_buf_addstr(&b, sw_str_sub(*line, at, line->n));
	*line = sw_arena_str(s->sh->arena, sw_buf_str(&b));
	return true;
}

static bool sed_at(const struct sed_addr *a, struct sw_str line, int64_t no, bool last)
{
	return a->kind == A_LINE   ? no == a->line
	       : a->kind == A_LAST ? last
	       : a->kind == A_RE   ? sw_re2_match(a->re, line, NULL) == 1
				   : true;
}

static bool sed_chosen(struct sed_cmd *c, struct sw_str line, int64_t no, bool last)
{
	bool hit;
	if (!c->range) {
		hit = sed_at(&c->a, line, no, last);
	} else if (c->active) {
		hit = true;
		c->active = c->b.kind == A_LINE ? no < c->b.line : !sed_at(&c->b, line, no, last);
	} else {
		hit = sed_at(&c->a, line, no, last);
		c->active = hit && !(c->b.kind == A_LINE && no >= c->b.line);
	}
	return hit != c->negate;
}

/* False: quit. */
static bool sed_line(struct sed *s, struct sw_str line, int64_t no, bool last, struct sw_buf *out)
{
	bool quit = false;
	for (uint32_t i = 0; i < s->n && !quit; i++) {
		struct sed_cmd *c = &s->cmds[i];
		if (!sed_chosen(c, line, no, last))
			continue;
		switch (c->op) {
		case 's':
			if (sed_subst(s, c, &line) && c->print)
				sw_buf_printf(out, "%.*s\n", SW_STR_ARG(line));
			break;
		case 'y': {
			char *p = sw_arena_memdup(s->sh->arena, line.p, line.n);
			for (size_t k = 0; p && k < line.n; k++) {
				const char *hit = memchr(c->set.p, p[k], c->set.n);
				if (hit)
					p[k] = c->with.p[hit - c->set.p];
			}
			line = sw_str_make(p, p ? line.n : 0);
			break;
		}
		case 'p':
			sw_buf_printf(out, "%.*s\n", SW_STR_ARG(line));
			break;
		case '=':
			sw_buf_printf(out, "%lld\n", (long long)no);
			break;
		case 'd':
			return true;
		default:
			quit = true;
		}
	}
	if (!s->quiet)
		sw_buf_printf(out, "%.*s\n", SW_STR_ARG(line));
	return !quit;
}

int sh_tool_sed(struct sh *sh, const struct sh_args *args, const struct sh_io *io)
{
	struct sed s = {.sh = sh};
	struct sw_str scripts[8], text, line;
	uint32_t n_scripts = 0, i = 1;
	for (; i < args->n && args->v[i].n > 1 && args->v[i].p[0] == '-'; i++) {
		struct sw_str a = args->v[i];
		if (sw_str_is(a, "-n")) {
			s.quiet = true;
		} else if (sw_str_is(a, "-E") || sw_str_is(a, "-r")) {
			s.extended = true;
		} else if (sw_str_is(a, "-nE") || sw_str_is(a, "-nr") || sw_str_is(a, "-En")) {
			s.quiet = s.extended = true;
		} else if ((sw_str_is(a, "-e") || sw_str_is(a, "-ne")) && i + 1 < args->n && n_scripts < 8) {
			s.quiet |= a.n == 3;
			scripts[n_scripts++] = args->v[++i];
		} else {
			return sh_unknown(sh, "sed %.*s", SW_STR_ARG(a));
		}
	}
	if (!n_scripts && i < args->n)
		scripts[n_scripts++] = args->v[i++];
	for (uint32_t k = 0; k < n_scripts; k++)
		if (!sed_script(&s, scripts[k]))
			return sh_unknown(sh, "the sed script %.*s", SW_STR_ARG(scripts[k]));
	if (args->n > i + 1)
		return sh_unknown(sh, "sed with several files");
	if (sh_input(sh, io, i < args->n ? &args->v[i] : NULL, "sed", &text))
		return 2;
	int64_t no = 0;
	while (sh_line(&text, &line) && sh_step(sh))
		if (!sed_line(&s, line, ++no, text.n == 0, io->out))
			break;
	return 0;
}
