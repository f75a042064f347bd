/* SPDX-License-Identifier: Apache-2.0 */
/* POSIX regular expressions (as GNU reads them) and grep. */
#include <errno.h>
#include <stdlib.h>

#include "cis/sh/impl.h"

/* A bracket expression, copied: a backslash in it is itself in POSIX. Returns its end. */
static size_t bracket(struct sw_buf *b, struct sw_str s, size_t i)
{
	size_t from = i++;
	sw_buf_addch(b, '[');
	if (i < s.n && s.p[i] == '^')
		sw_buf_addch(b, s.p[i++]);
	bool first = true;
	for (; i < s.n && (first || s.p[i] != ']'); i++, first = false) {
		if (s.p[i] == '[' && i + 1 < s.n && memchr(":.=", s.p[i + 1], 3)) {
			char end[3] = {s.p[i + 1], ']', 0};
			size_t to = sw_str_find(s, sw_str_make(end, 2), i + 2);
			if (to != SW_NPOS) {
				sw_buf_addstr(b, sw_str_sub(s, i, to + 2));
				i = to + 1;
				continue;
			}
		}
		if (memchr("\\[]", s.p[i], 3))
			sw_buf_addch(b, '\\');
		sw_buf_addch(b, s.p[i]);
	}
	sw_buf_addch(b, ']');
	return i < s.n ? i : from;
}

static bool escape(struct sw_buf *b, char c, bool basic)
{
	if (basic && memchr("(){}|+?", c, 7)) {
		sw_buf_addch(b, c);
		return true;
	}
	if (c == '<' || c == '>') {
		sw_buf_addz(b, "\\b");
		return true;
	}
	if (c >= '1' && c <= '9')
		return false; /* a back-reference */
	if (memchr("wWsSbB", c, 6)) {
		sw_buf_addch(b, '\\');
		sw_buf_addch(b, c);
	} else {
		sw_re2_quote(b, sw_str_make(&c, 1));
	}
	return true;
}

static bool translate(struct sw_buf *b, struct sw_str s, bool basic)
{
	bool start = true; /* where * is itself */
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool next_start = false;
		if (c == '\\' && i + 1 < s.n) {
			c = s.p[++i];
			if (!escape(b, c, basic))
				return false;
			next_start = basic && (c == '(' || c == '|');
		} else if (c == '[') {
			i = bracket(b, s, i);
		} else if (c == '*' && start) {
			sw_buf_addz(b, "\\*");
		} else if (basic && memchr("(){}|+?", c, 7)) {
			sw_buf_addch(b, '\\');
			sw_buf_addch(b, c);
		} else if (basic && c == '^' && !start) {
			sw_buf_addz(b, "\\^");
		} else if (basic && c == '$' && i + 1 < s.n && s.p[i + 1] != '\\') {
			sw_buf_addz(b, "\\$");
		} else {
			sw_buf_addch(b, c);
			next_start = c == '^' || (!basic && (c == '(' || c == '|'));
		}
		start = next_start;
	}
	return true;
}

struct sw_re2 *sh_regex(struct sh *sh, struct sw_str pattern, enum sh_regex_kind kind, bool icase)
{
	sw_autobuf b = {0};
	struct sw_re2 *re = NULL;
	struct sw_error err = {0};
	sw_buf_init(&b, 1 << 20);
	if (icase)
		sw_buf_addz(&b, "(?i)");
	if (kind == SH_RE_FIXED) {
		sw_re2_quote(&b, pattern);
	} else if (kind == SH_RE_PERL) {
		sw_buf_addstr(&b, pattern);
	} else if (!translate(&b, pattern, kind == SH_RE_BASIC)) {
		sh_unknown(sh, "a back-reference in the pattern %.*s", SW_STR_ARG(pattern));
		return NULL;
	}
	if (sw_regex_cache_get(sh->regex, sw_buf_str(&b), &re, &err)) {
		sh_unknown(sh, "the pattern %.*s: %s", SW_STR_ARG(pattern), err.text);
		return NULL;
	}
	return re;
}

/* ---- grep ---- */

struct grep {
	struct sh *sh;
	const struct sh_io *io;
	enum sh_regex_kind kind;
	bool icase, invert, count, only, quiet, word, line, number, names, no_names, list, silent,
		recursive;
	int64_t before, after, max;
	struct sw_str patterns[32];
	struct sw_re2 *re[32];
	uint32_t n_patterns;
	bool matched;
};

static void add_pattern(struct grep *g, struct sw_str text)
{
	struct sw_str one;
	if (!text.n && g->n_patterns < 32)
		g->patterns[g->n_patterns++] = text;
	while (sw_str_split(&text, '\n', &one)) {
		if (g->n_patterns == 32)
			sh_unknown(g->sh, "grep with more than 32 patterns");
		else
			g->patterns[g->n_patterns++] = one;
	}
}

static bool grep_letter(struct grep *g, char c)
{
	switch (c) {
	case 'E':
		g->kind = SH_RE_EXTENDED;
		break;
	case 'F':
		g->kind = SH_RE_FIXED;
		break;
	case 'P':
		g->kind = SH_RE_PERL;
		break;
	case 'G':
		g->kind = SH_RE_BASIC;
		break;
	case 'i':
	case 'y':
		g->icase = true;
		break;
	case 'v':
		g->invert = true;
		break;
	case 'c':
		g->count = true;
		break;
	case 'o':
		g->only = true;
		break;
	case 'q':
		g->quiet = true;
		break;
	case 'w':
		g->word = true;
		break;
	case 'x':
		g->line = true;
		break;
	case 'n':
		g->number = true;
		break;
	case 'H':
		g->names = true;
		break;
	case 'h':
		g->no_names = true;
		break;
	case 'l':
		g->list = true;
		break;
	case 's':
		g->silent = true;
		break;
	case 'a':
		break;
	case 'r':
	case 'R':
		g->recursive = true;
		break;
	default:
		return false;
	}
	return true;
}

/* A cluster of letters; *i moves over an option's value. */
static bool grep_cluster(struct grep *g, const struct sh_args *args, uint32_t *i)
{
	struct sw_str a = args->v[*i];
	for (size_t k = 1; k < a.n; k++) {
		char c = a.p[k];
		if (grep_letter(g, c))
			continue;
		struct sw_str val = sw_str_sub(a, k + 1, a.n);
		int64_t num = 0;
		if (c >= '0' && c <= '9') {
			if (!sh_number(sw_str_sub(a, k, a.n), &num))
				return false;
			g->before = g->after = num;
			return true;
		}
		if (!memchr("eABCm", c, 5))
			return false;
		if (!val.n && *i + 1 < args->n)
			val = args->v[++*i];
		if (c == 'e') {
			add_pattern(g, val);
			return true;
		}
		if (!sh_number(val, &num) || num < 0)
			return false;
		if (c == 'm')
			g->max = num;
		if (c == 'A' || c == 'C')
			g->after = num;
		if (c == 'B' || c == 'C')
			g->before = num;
		return true;
	}
	return true;
}

static bool grep_long(struct grep *g, struct sw_str a)
{
	static const struct {
		const char *name;
		char letter;
	} longs[] = {{"--extended-regexp", 'E'}, {"--fixed-strings", 'F'}, {"--ignore-case", 'i'},
		{"--invert-match", 'v'}, {"--count", 'c'}, {"--only-matching", 'o'}, {"--quiet", 'q'},
		{"--silent", 'q'}, {"--word-regexp", 'w'}, {"--line-regexp", 'x'},
		{"--no-filename", 'h'}, {"--no-messages", 's'}, {"--recursive", 'r'}, {"--text", 'a'},
		{"--perl-regexp", 'P'}, {"--color", 'a'}, {"--color=auto", 'a'},
		{"--color=never", 'a'}, {"--colour=never", 'a'}, {"--files-with-matches", 'l'},
		{"--line-number", 'n'}};
	for (size_t i = 0; i < sizeof(longs) / sizeof(longs[0]); i++)
		if (sw_str_is(a, longs[i].name))
			return grep_letter(g, longs[i].letter);
	if (sw_str_starts(a, SW_STR("--max-count=")))
		return sh_number(sw_str_sub(a, 12, a.n), &g->max);
	if (sw_str_starts(a, SW_STR("--regexp="))) {
		add_pattern(g, sw_str_sub(a, 9, a.n));
		return true;
	}
	return false;
}

static bool is_word(struct sw_str s, size_t i)
{
	unsigned char c = i < s.n ? (unsigned char)s.p[i] : 0;
	return c == '_' || (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

/* The first match at or after `from` that -w and -x allow. */
static bool find_match(struct grep *g, struct sw_str line, size_t from, size_t caps[2])
{
	bool found = false;
	for (uint32_t i = 0; i < g->n_patterns && g->re[i]; i++) {
		size_t c[2], at = from;
		while (at <= line.n && sw_re2_find(g->re[i], line, at, c, 1, NULL) == 1) {
			bool ok = !g->line || (c[0] == 0 && c[1] == line.n);
			if (g->word)
				ok = ok && !(c[0] && is_word(line, c[0] - 1)) && !is_word(line, c[1]);
			if (ok) {
				if (!found || c[0] < caps[0] || (c[0] == caps[0] && c[1] > caps[1])) {
					caps[0] = c[0];
					caps[1] = c[1];
				}
				found = true;
				break;
			}
			at = c[0] + 1;
		}
	}
	return found;
}

static void show(struct grep *g, struct sw_str name, int64_t number, struct sw_str line, char sep)
{
	if (name.n)
		sw_buf_printf(g->io->out, "%.*s%c", SW_STR_ARG(name), sep);
	if (g->number)
		sw_buf_printf(g->io->out, "%lld%c", (long long)number, sep);
	sw_buf_addstr(g->io->out, line);
	sw_buf_addch(g->io->out, '\n');
}

static void show_only(struct grep *g, struct sw_str name, int64_t number, struct sw_str line)
{
	size_t c[2], at = 0;
	while (at <= line.n && find_match(g, line, at, c)) {
		if (c[1] > c[0])
			show(g, name, number, sw_str_sub(line, c[0], c[1]), ':');
		at = c[1] > c[0] ? c[1] : c[1] + 1;
	}
}

/* Lines in front of a match that were not shown yet. */
static void show_before(struct grep *g, struct sw_str name, struct sw_str text, size_t start,
	int64_t number, int64_t *shown)
{
	size_t at = start;
	int64_t k = number;
	while (at > 0 && number - k < g->before && k - 1 > *shown) {
		at--;
		while (at > 0 && text.p[at - 1] != '\n')
			at--;
		k--;
	}
	if (*shown && k > *shown + 1 && (g->before || g->after))
		sw_buf_addz(g->io->out, "--\n");
	struct sw_str rest = sw_str_sub(text, at, start), line;
	for (; k < number && sh_line(&rest, &line); k++)
		show(g, name, k, line, '-');
}

static void grep_text(struct grep *g, struct sw_str name, struct sw_str text)
{
	struct sw_str rest = text, line;
	int64_t number = 0, hits = 0, shown = 0, tail = 0;
	size_t caps[2];
	while (!g->sh->stop && (g->max < 0 || hits < g->max || tail > 0)) {
		size_t start = text.n - rest.n;
		if (!sh_line(&rest, &line))
			break;
		number++;
		bool full = g->max >= 0 && hits >= g->max;
		bool hit = !full && find_match(g, line, 0, caps) != g->invert;
		if (hit) {
			hits++;
			g->matched = true;
			if (g->quiet || g->list)
				break;
		}
		if (g->count || (!hit && tail <= 0))
			continue;
		if (!hit) {
			show(g, name, number, line, '-');
			tail--;
		} else if (g->only && !g->invert) {
			show_only(g, name, number, line);
		} else {
			show_before(g, name, text, start, number, &shown);
			show(g, name, number, line, ':');
			tail = g->after;
		}
		shown = number;
		sh_step(g->sh);
	}
	if (g->list && !g->quiet && hits)
		sw_buf_printf(g->io->out, "%.*s\n", SW_STR_ARG(name.n ? name : SW_STR("(standard input)")));
	else if (g->count && !g->quiet)
		sw_buf_printf(g->io->out, "%.*s%s%lld\n", SW_STR_ARG(name), name.n ? ":" : "",
			(long long)hits);
}

static int grep_files(struct grep *g, const struct sh_args *args, uint32_t i)
{
	struct sw_str text;
	bool failed = false, many = args->n - i > 1;
	if (i >= args->n) {
		text = g->io->in->text;
		g->io->in->text = (struct sw_str){0};
		grep_text(g, (struct sw_str){0}, text);
	}
	for (; i < args->n && !g->sh->stop; i++) {
		struct sw_buf quiet;
		sw_buf_init(&quiet, 4096);
		struct sh_io io = *g->io;
		if (g->silent)
			io.err = &quiet;
		if (sh_input(g->sh, &io, &args->v[i], "grep", &text))
			failed = true;
		else
			grep_text(g, (many || g->names || g->list) && !g->no_names ? args->v[i]
										   : (struct sw_str){0},
				text);
		sw_buf_release(&quiet);
	}
	if (g->matched && (!failed || g->quiet))
		return 0;
	return failed ? 2 : 1;
}

/* Options, patterns and files. 0, or the status that grep ends with. */
static int grep_parse(struct grep *g, const struct sh_args *args, struct sh_args *rest, uint32_t *ret_first)
{
	if (sw_str_is(args->v[0], "egrep"))
		g->kind = SH_RE_EXTENDED;
	if (sw_str_is(args->v[0], "fgrep"))
		g->kind = SH_RE_FIXED;
	bool options = true;
	for (uint32_t i = 1; i < args->n; i++) {
		struct sw_str a = args->v[i];
		if (options && sw_str_is(a, "--")) {
			options = false;
			continue;
		}
		if (!options || a.n < 2 || a.p[0] != '-') {
			sh_add_arg(g->sh, rest, a);
			continue;
		}
		if (a.p[1] == '-' ? !grep_long(g, a) : !grep_cluster(g, args, &i))
			return sh_unknown(g->sh, "grep %.*s", SW_STR_ARG(a));
	}
	*ret_first = 0;
	if (!g->n_patterns && rest->n)
		add_pattern(g, rest->v[(*ret_first)++]);
	if (!g->n_patterns)
		return 2;
	if (g->recursive)
		return sh_unknown(g->sh, "grep -r");
	for (uint32_t k = 0; k < g->n_patterns; k++)
		if (!(g->re[k] = sh_regex(g->sh, g->patterns[k], g->kind, g->icase)))
			return 2;
	return 0;
}

int sh_tool_grep(struct sh *sh, const struct sh_args *args, const struct sh_io *io)
{
	struct grep g = {.sh = sh, .io = io, .max = -1};
	struct sh_args rest = {0};
	uint32_t first;
	int rc = grep_parse(&g, args, &rest, &first);
	if (rc && !g.n_patterns && !sh->stop)
		sw_buf_addz(io->err, "Usage: grep [OPTION]... PATTERNS [FILE]...\n");
	return rc ? rc : grep_files(&g, &rest, first);
}

struct sh_sieve {
	struct grep g;
	int64_t tail; /* lines behind a match that are still wanted */
};

struct sh_sieve *sh_sieve_new(struct sh *sh, const struct sh_args *args)
{
	struct sh_sieve *s = sw_arena_zalloc(sh->arena, sizeof(*s));
	struct sh_args rest = {0};
	uint32_t first;
	if (!s)
		return NULL;
	s->g = (struct grep){.sh = sh, .max = -1};
	if (grep_parse(&s->g, args, &rest, &first) || first < rest.n || s->g.invert || s->g.number || s->g.before)
		return NULL;
	return s;
}

bool sh_sieve_keeps(void *arg, struct sw_str line)
{
	struct sh_sieve *s = arg;
	size_t caps[2];
	if (find_match(&s->g, line, 0, caps)) {
		s->tail = s->g.after ? s->g.after + 1 : 0; /* one more: grep must see that there is a gap */
		return true;
	}
	return s->tail-- > 0;
}
