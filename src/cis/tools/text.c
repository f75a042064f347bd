/* SPDX-License-Identifier: Apache-2.0 */
/* Tools over text: echo, printf, cat, cut, tr, head, tail, sort, uniq, wc, paste, xargs … */
#include <errno.h>
#include <stdlib.h>

#include "cis/sh/impl.h"

bool sh_line(struct sw_str *rest, struct sw_str *ret)
{
	if (!rest->n)
		return false;
	size_t nl = sw_str_chr(*rest, '\n', 0);
	*ret = sw_str_sub(*rest, 0, nl);
	*rest = sw_str_sub(*rest, nl == SW_NPOS ? rest->n : nl + 1, rest->n);
	return true;
}

int sh_input(struct sh *sh, const struct sh_io *io, const struct sw_str *file, const char *tool,
	struct sw_str *ret)
{
	if (!file || sw_str_is(*file, "-") || sw_str_is(*file, "/dev/stdin")) {
		*ret = io->in->text;
		io->in->text = (struct sw_str){0};
		return 0;
	}
	if (sw_str_is(*file, "/dev/null")) {
		*ret = SW_STR("");
		return 0;
	}
	int rc = sh_read_file(sh, *file, ret);
	if (!rc)
		return 0;
	sw_buf_printf(io->err, "%s: %.*s: %s\n", tool, SW_STR_ARG(*file),
		sh_file_error(sh, *file, -rc));
	return 1;
}

/* Letters of the options in front; *i ends at the first operand. Returns false on another one. */
static bool flags(const struct sh_args *args, uint32_t *i, const char *known, char *ret)
{
	size_t n = 0;
	for (*i = 1; *i < args->n; ++*i) {
		struct sw_str a = args->v[*i];
		if (sw_str_is(a, "--")) {
			++*i;
			break;
		}
		if (a.n < 2 || a.p[0] != '-')
			break;
		for (size_t k = 1; k < a.n; k++) {
			if (!strchr(known, a.p[k]) || !a.p[k])
				return false;
			if (n < 15)
				ret[n++] = a.p[k];
		}
	}
	ret[n] = 0;
	return true;
}

static int no_option(struct sh *sh, const struct sh_args *args, uint32_t i)
{
	return sh_unknown(sh, "%.*s %.*s", SW_STR_ARG(args->v[0]),
		SW_STR_ARG(i < args->n ? args->v[i] : args->v[args->n - 1]));
}

/* All operands' content, one after the other. */
static int all_input(struct sh *sh, const struct sh_args *args, uint32_t i, const struct sh_io *io,
	const char *tool, struct sw_buf *ret)
{
	struct sw_str text;
	int rc = 0;
	if (i >= args->n) {
		sh_input(sh, io, NULL, tool, &text);
		sw_buf_addstr(ret, text);
	}
	for (; i < args->n; i++) {
		if (sh_input(sh, io, &args->v[i], tool, &text))
			rc = 1;
		else
			sw_buf_addstr(ret, text);
	}
	return rc;
}

/* ---- echo, printf ---- */

/* A backslash sequence at s[*i] (behind the backslash). False for \c: stop all output. */
static bool escape(struct sw_buf *out, struct sw_str s, size_t *i)
{
	static const char from[] = "abfnrtv\\\"'", to[] = "\a\b\f\n\r\t\v\\\"'";
	char c = *i < s.n ? s.p[*i] : '\\';
	const char *at = strchr(from, c);
	if (c == 'c')
		return false;
	if (c >= '0' && c <= '7') {
		int v = 0, k = 0;
		for (; k < 3 + (c == '0') && *i < s.n && s.p[*i] >= '0' && s.p[*i] <= '7'; k++)
			v = v * 8 + (s.p[(*i)++] - '0');
		sw_buf_addch(out, (char)v);
		return true;
	}
	if (at && c) {
		sw_buf_addch(out, to[at - from]);
	} else {
		sw_buf_addch(out, '\\');
		if (*i < s.n)
			sw_buf_addch(out, c);
	}
	++*i;
	return true;
}

int sh_tool_echo(struct sh *sh, const struct sh_args *args, const struct sh_io *io)
{
	uint32_t i = 1;
	bool newline = true, escapes = false;
	(void)sh;
	for (; i < args->n; i++) {
		struct sw_str a = args->v[i];
		bool option = a.n > 1 && a.p[0] == '-';
		for (size_t k = 1; option && k < a.n; k++)
			option = memchr("neE", a.p[k], 3) != NULL;
		if (!option)
			break;
		newline &= !memchr(a.p, 'n', a.n);
		escapes |= memchr(a.p, 'e', a.n) != NULL;
	}
	for (uint32_t k = i; k < args->n; k++) {
		if (k > i)
			sw_buf_addch(io->out, ' ');
		for (size_t x = 0; escapes && x < args->v[k].n;) {
			char c = args->v[k].p[x++];
			if (c != '\\')
				sw_buf_addch(io->out, c);
			else if (!escape(io->out, args->v[k], &x))
				return 0;
		}
		if (!escapes)
			sw_buf_addstr(io->out, args->v[k]);
	}
	if (newline)
		sw_buf_addch(io->out, '\n');
	return 0;
}

/* One %-conversion of the format at *i; takes its argument. */
static bool convert(struct sh *sh, struct sw_str f, size_t *i, struct sw_str arg, struct sw_buf *out)
{
	bool left = false, zero = false;
	int64_t width = 0, num = 0;
	for (; *i < f.n && memchr("-0 +", f.p[*i], 4); ++*i) {
		left |= f.p[*i] == '-';
		zero |= f.p[*i] == '0';
	}
	while (*i < f.n && f.p[*i] >= '0' && f.p[*i] <= '9' && width < 10000)
		width = width * 10 + (f.p[(*i)++] - '0');
	char c = *i < f.n ? f.p[(*i)++] : 0;
	struct sw_str s = arg;
	if (c == 'd' || c == 'i' || c == 'u' || c == 'o' || c == 'x') {
		sh_number(arg, &num);
		s = c == 'o'   ? sw_arena_printf(sh->arena, "%llo", (unsigned long long)num)
		    : c == 'x' ? sw_arena_printf(sh->arena, "%llx", (unsigned long long)num)
			       : sw_arena_printf(sh->arena, "%lld", (long long)num);
	} else if (c == 'c') {
		s = sw_str_sub(arg, 0, 1);
	} else if (c == 'b') {
		for (size_t x = 0; x < arg.n;) {
			char y = arg.p[x++];
			if (y != '\\')
				sw_buf_addch(out, y);
			else if (!escape(out, arg, &x))
				return false;
		}
		return true;
	} else if (c != 's') {
		sh_unknown(sh, "printf %%%c", c ? c : ' ');
		return false;
	}
	size_t pad = width > (int64_t)s.n ? (size_t)width - s.n : 0;
	if (!left)
		sw_buf_pad(out, zero && c != 's' ? '0' : ' ', pad);
	sw_buf_addstr(out, s);
	if (left)
		sw_buf_pad(out, ' ', pad);
	return true;
}

int sh_tool_printf(struct sh *sh, const struct sh_args *args, const struct sh_io *io)
{
	uint32_t next = args->n > 1 && sw_str_is(args->v[1], "--") ? 2 : 1;
	if (next >= args->n)
		return 2;
	struct sw_str f = args->v[next++];
	uint32_t before;
	do {
		before = next;
		for (size_t i = 0; i < f.n;) {
			char c = f.p[i++];
			if (c == '\\') {
				if (!escape(io->out, f, &i))
					return 0;
			} else if (c != '%') {
				sw_buf_addch(io->out, c);
			} else if (i < f.n && f.p[i] == '%') {
				sw_buf_addch(io->out, '%');
				i++;
			} else {
				struct sw_str arg = next < args->n ? args->v[next++] : SW_STR("");
				if (!convert(sh, f, &i, arg, io->out))
					return 0;
			}
		}
	} while (next < args->n && next > before && sh_step(sh));
	return 0;
}

/* ---- whole input ---- */

int sh_tool_cat(struct sh *sh, const struct sh_args *args, const struct sh_io *io)
{
	uint32_t i;
	char f[16];
	if (!flags(args, &i, "u", f))
		return no_option(sh, args, i);
	struct sw_str text;
	int rc = 0;
	if (i >= args->n) {
		sh_input(sh, io, NULL, "cat", &text);
		sw_buf_addstr(io->out, text);
	}
	for (; i < args->n && !sh->stop; i++) { /* messages come in their place */
		if (sh_input(sh, io, &args->v[i], "cat", &text))
			rc = 1;
		else
			sw_buf_addstr(io->out, text);
	}
	return rc;
}

int sh_tool_wc(struct sh *sh, const struct sh_args *args, const struct sh_io *io)
{
	uint32_t i;
	char f[16];
	struct sw_str text;
	size_t lines = 0, words = 0;
	bool in_word = false, many = false;
	if (!flags(args, &i, "lwcm", f))
		return no_option(sh, args, i);
	if (args->n > i + 1)
		return sh_unknown(sh, "wc with several files");
	if (sh_input(sh, io, i < args->n ? &args->v[i] : NULL, "wc", &text))
		return 1;
	for (size_t k = 0; k < text.n; k++) {
		bool blank = (unsigned char)text.p[k] <= ' ';
		lines += text.p[k] == '\n';
		words += !blank && !in_word;
		in_word = !blank;
	}
	size_t values[] = {lines, words, text.n};
	const char *letters[] = {"l", "w", "cm"};
	for (int k = 0; k < 3; k++) {
		if (*f && !strpbrk(f, letters[k]))
			continue;
		sw_buf_printf(io->out, "%s%zu", many ? " " : "", values[k]);
		many = true;
	}
	if (i < args->n)
		sw_buf_printf(io->out, " %.*s", SW_STR_ARG(args->v[i]));
	sw_buf_addch(io->out, '\n');
	return 0;
}

/* -n N, -nN, -N, -c N, --lines=N. False when it is another option. */
static bool counted(const struct sh_args *args, uint32_t *i, bool *bytes, struct sw_str *ret)
{
	for (*i = 1; *i < args->n; ++*i) {
		struct sw_str a = args->v[*i];
		if (a.n < 2 || a.p[0] != '-')
			break;
		if (a.p[1] >= '0' && a.p[1] <= '9') {
			*ret = sw_str_sub(a, 1, a.n);
		} else if (a.p[1] == 'n' || a.p[1] == 'c') {
			*bytes = a.p[1] == 'c';
			if (a.n == 2 && *i + 1 >= args->n)
				return false;
			*ret = a.n > 2 ? sw_str_sub(a, 2, a.n) : args->v[++*i];
		} else if (sw_str_starts(a, SW_STR("--lines="))) {
			*ret = sw_str_sub(a, 8, a.n);
		} else if (!sw_str_is(a, "-q")) {
			return false;
		}
	}
	return true;
}

/* Offset behind the first n lines, or of the last n lines. */
static size_t behind_lines(struct sw_str s, int64_t n)
{
	size_t at = 0;
	while (n-- > 0 && at < s.n) {
		size_t nl = sw_str_chr(s, '\n', at);
		at = nl == SW_NPOS ? s.n : nl + 1;
	}
	return at;
}

static size_t last_lines(struct sw_str s, int64_t n)
{
	size_t at = s.n;
	while (n-- > 0 && at > 0) {
		at--;
		while (at > 0 && s.p[at - 1] != '\n')
			at--;
	}
	return at;
}

static int head_tail(struct sh *sh, const struct sh_args *args, const struct sh_io *io, bool tail)
{
	uint32_t i;
	bool bytes = false;
	struct sw_str count = SW_STR("10");
	sw_autobuf b = {0};
	int64_t n;
	if (!counted(args, &i, &bytes, &count) || args->n > i + 1)
		return no_option(sh, args, i);
	bool other = count.n && count.p[0] == (tail ? '+' : '-'); /* all but the first or last n */
	if (!sh_number(other ? sw_str_sub(count, 1, count.n) : count, &n) || n < 0)
		return no_option(sh, args, 1);
	sw_buf_init(&b, SH_PIPE_MAX);
	int rc = all_input(sh, args, i, io, tail ? "tail" : "head", &b);
	struct sw_str s = sw_buf_str(&b);
	size_t k = n > (int64_t)s.n ? s.n : (size_t)n;
	if (tail && other)
		s = sw_str_sub(s, bytes ? (k ? k - 1 : 0) : behind_lines(s, n - 1), s.n);
	else if (tail)
		s = sw_str_sub(s, bytes ? s.n - k : last_lines(s, n), s.n);
	else if (other)
		s = sw_str_sub(s, 0, bytes ? s.n - k : last_lines(s, n));
	else
		s = sw_str_sub(s, 0, bytes ? k : behind_lines(s, n));
	sw_buf_addstr(io->out, s);
	return rc;
}

int sh_tool_head(struct sh *sh, const struct sh_args *args, const struct sh_io *io)
{
	return head_tail(sh, args, io, false);
}

int sh_tool_tail(struct sh *sh, const struct sh_args *args, const struct sh_io *io)
{
	return head_tail(sh, args, io, true);
}

/* ---- sort, uniq ---- */

static int by_text(const void *a, const void *b)
{
	return sw_str_cmp(*(const struct sw_str *)a, *(const struct sw_str *)b);
}

static int by_number(const void *a, const void *b)
{
	double x = strtod(((const struct sw_str *)a)->p, NULL);
	double y = strtod(((const struct sw_str *)b)->p, NULL);
	return x < y ? -1 : x > y ? 1 : by_text(a, b);
}

int sh_tool_sort(struct sh *sh, const struct sh_args *args, const struct sh_io *io)
{
	uint32_t i;
	char f[16];
	sw_autobuf b = {0};
	struct sw_str line, prev = {0};
	struct sh_args lines = {0};
	if (!flags(args, &i, "urn", f))
		return no_option(sh, args, i);
	sw_buf_init(&b, SH_PIPE_MAX);
	int rc = all_input(sh, args, i, io, "sort", &b);
	struct sw_str rest = sw_str_make(sw_buf_cstr(&b), b.n);
	while (sh_line(&rest, &line) && !sh->stop)
		sh_add_arg(sh, &lines, line);
	if (lines.n)
		qsort(lines.v, lines.n, sizeof(*lines.v), strchr(f, 'n') ? by_number : by_text);
	for (uint32_t k = 0; k < lines.n; k++) {
		line = lines.v[strchr(f, 'r') ? lines.n - 1 - k : k];
		if (k && strchr(f, 'u') && sw_str_eq(line, prev))
			continue;
		sw_buf_printf(io->out, "%.*s\n", SW_STR_ARG(line));
		prev = line;
	}
	return rc;
}

int sh_tool_uniq(struct sh *sh, const struct sh_args *args, const struct sh_io *io)
{
	uint32_t i;
	char f[16];
	struct sw_str rest, line, prev = {0};
	size_t count = 0;
	if (!flags(args, &i, "cdu", f) || args->n > i + 1)
		return no_option(sh, args, i);
	if (sh_input(sh, io, i < args->n ? &args->v[i] : NULL, "uniq", &rest))
		return 1;
	for (bool more = true; more;) {
		more = sh_line(&rest, &line);
		if (more && count && sw_str_eq(line, prev)) {
			count++;
			continue;
		}
		bool want = count && !(strchr(f, 'd') && count < 2) && !(strchr(f, 'u') && count > 1);
		if (want && strchr(f, 'c'))
			sw_buf_printf(io->out, "%7zu ", count);
		if (want)
			sw_buf_printf(io->out, "%.*s\n", SW_STR_ARG(prev));
		prev = line;
		count = 1;
	}
	return 0;
}

/* ---- cut, tr, paste ---- */

struct ranges {
	struct {
		int64_t from, to;
	} v[64];
	uint32_t n;
};

static bool parse_ranges(struct sw_str s, struct ranges *r)
{
	struct sw_str one;
	while (sw_str_split(&s, ',', &one)) {
		size_t dash = sw_str_chr(one, '-', 0);
		int64_t from = 1, to = INT64_MAX;
		struct sw_str a = sw_str_sub(one, 0, dash);
		struct sw_str b = dash == SW_NPOS ? a : sw_str_sub(one, dash + 1, one.n);
		if ((a.n && !sh_number(a, &from)) || (b.n && !sh_number(b, &to)) || r->n == 64 ||
			!one.n || from < 1)
			return false;
		r->v[r->n].from = from;
		r->v[r->n++].to = to;
	}
	return r->n > 0;
}

static bool in_ranges(const struct ranges *r, int64_t k)
{
	for (uint32_t i = 0; i < r->n; i++)
		if (k >= r->v[i].from && k <= r->v[i].to)
			return true;
	return false;
}

static void cut_line(struct sw_buf *out, struct sw_str line, const struct ranges *r, char mode,
	char delim, bool strict)
{
	bool first = true;
	int64_t k = 0;
	if (mode != 'f') {
		for (size_t i = 0; i < line.n; i++)
			if (in_ranges(r, (int64_t)i + 1))
				sw_buf_addch(out, line.p[i]);
	} else if (sw_str_chr(line, delim, 0) == SW_NPOS) {
		if (strict)
			return;
		sw_buf_addstr(out, line);
	} else {
		for (size_t at = 0; at <= line.n;) {
			size_t end = sw_str_chr(line, delim, at);
			if (in_ranges(r, ++k)) {
				if (!first)
					sw_buf_addch(out, delim);
				sw_buf_addstr(out, sw_str_sub(line, at, end));
				first = false;
			}
			at = end == SW_NPOS ? line.n + 1 : end + 1;
		}
	}
	sw_buf_addch(out, '\n');
}

int sh_tool_cut(struct sh *sh, const struct sh_args *args, const struct sh_io *io)
{
	struct ranges r = {0};
	char mode = 0, delim = '\t';
	bool strict = false;
	uint32_t i = 1;
	sw_autobuf b = {0};
	struct sw_str line;
	for (; i < args->n && args->v[i].n > 1 && args->v[i].p[0] == '-'; i++) {
		struct sw_str a = args->v[i], val = sw_str_sub(a, 2, a.n);
		if (sw_str_is(a, "-s")) {
			strict = true;
			continue;
		}
		if (!memchr("dfcb", a.p[1], 4))
			return no_option(sh, args, i);
		if (!val.n && i + 1 < args->n)
			val = args->v[++i];
		if (a.p[1] == 'd') {
			if (val.n != 1)
				return no_option(sh, args, i);
			delim = val.p[0];
		} else {
			mode = a.p[1];
			if (!parse_ranges(val, &r))
				return no_option(sh, args, i);
		}
	}
	if (!mode)
		return no_option(sh, args, i);
	sw_buf_init(&b, SH_PIPE_MAX);
	int rc = all_input(sh, args, i, io, "cut", &b);
	struct sw_str rest = sw_buf_str(&b);
	while (sh_line(&rest, &line))
		cut_line(io->out, line, &r, mode, delim, strict);
	return rc;
}

/* A set of tr as its bytes in order. */
static bool tr_set(struct sw_str s, struct sw_buf *out)
{
	static const struct {
		const char *name;
		unsigned char from[3], to[3];
	} classes[] = {{"[:upper:]", {'A'}, {'Z'}}, {"[:lower:]", {'a'}, {'z'}},
		{"[:digit:]", {'0'}, {'9'}}, {"[:space:]", {'\t', ' '}, {'\r', ' '}},
		{"[:blank:]", {'\t', ' '}, {'\t', ' '}}, {"[:alpha:]", {'A', 'a'}, {'Z', 'z'}},
		{"[:alnum:]", {'0', 'A', 'a'}, {'9', 'Z', 'z'}}};
	for (size_t i = 0; i < s.n;) {
		if (sw_str_starts(sw_str_sub(s, i, s.n), SW_STR("[:"))) {
			size_t k = 0;
			while (k < 7 && !sw_str_starts(sw_str_sub(s, i, s.n), sw_str_from(classes[k].name)))
				k++;
			if (k == 7)
				return false;
			for (int r = 0; r < 3 && classes[k].from[r]; r++)
				for (int c = classes[k].from[r]; c <= classes[k].to[r]; c++)
					sw_buf_addch(out, (char)c);
			i += strlen(classes[k].name);
			continue;
		}
		size_t before = out->n;
		char c = s.p[i++];
		if (c != '\\')
			sw_buf_addch(out, c);
		else if (!escape(out, s, &i))
			return false;
		if (i + 1 < s.n && s.p[i] == '-' && out->n == before + 1) {
			for (int x = (unsigned char)out->p[before] + 1; x <= (unsigned char)s.p[i + 1]; x++)
				sw_buf_addch(out, (char)x);
			i += 2;
		}
	}
	return !out->overflow;
}

int sh_tool_tr(struct sh *sh, const struct sh_args *args, const struct sh_io *io)
{
	uint32_t i;
	char f[16];
	sw_autobuf one = {0}, two = {0};
	struct sw_str text;
	sw_buf_init(&one, 65536);
	sw_buf_init(&two, 65536);
	if (!flags(args, &i, "dscC", f) || i >= args->n)
		return no_option(sh, args, i);
	bool del = strchr(f, 'd'), squeeze = strchr(f, 's'), inverse = strpbrk(f, "cC");
	if (!tr_set(args->v[i], &one) || (i + 1 < args->n && !tr_set(args->v[i + 1], &two)))
		return no_option(sh, args, i);
	if (inverse && two.n > 1)
		return sh_unknown(sh, "tr -c with a second set");
	sh_input(sh, io, NULL, "tr", &text);
	int last = -1;
	for (size_t k = 0; k < text.n; k++) {
		const char *hit = one.n ? memchr(one.p, text.p[k], one.n) : NULL;
		bool in = (hit != NULL) != inverse;
		char c = text.p[k];
		if (in && del)
			continue;
		if (in && two.n) {
			size_t at = hit ? (size_t)(hit - one.p) : 0;
			c = two.p[at < two.n ? at : two.n - 1];
		}
		bool sq = squeeze && (two.n ? memchr(two.p, c, two.n) != NULL : in);
		if (sq && last == (unsigned char)c)
			continue;
		sw_buf_addch(io->out, c);
		last = (unsigned char)c;
	}
	return 0;
}

int sh_tool_paste(struct sh *sh, const struct sh_args *args, const struct sh_io *io)
{
	struct sw_str delim = SW_STR("\t"), rest, line;
	bool serial = false, first = true;
	uint32_t i = 1;
	for (; i < args->n && args->v[i].n > 1 && args->v[i].p[0] == '-'; i++) {
		struct sw_str a = args->v[i];
		size_t k = 1;
		for (; k < a.n && a.p[k] == 's'; k++)
			serial = true;
		if (k < a.n && a.p[k] == 'd') {
			delim = sw_str_sub(a, k + 1, a.n);
			if (!delim.n && i + 1 < args->n)
				delim = args->v[++i];
		} else if (k < a.n) {
			return no_option(sh, args, i);
		}
	}
	if (!serial || delim.n != 1 || args->n > i + 1)
		return sh_unknown(sh, "paste without -s");
	if (sh_input(sh, io, i < args->n ? &args->v[i] : NULL, "paste", &rest))
		return 1;
	for (; sh_line(&rest, &line); first = false) {
		if (!first)
			sw_buf_addstr(io->out, delim);
		sw_buf_addstr(io->out, line);
	}
	sw_buf_addch(io->out, '\n');
	return 0;
}

/* ---- xargs ---- */

struct xargs {
	struct sw_str replace; /* of -I */
	int64_t lines, max;    /* -L, -n; 0: none */
	bool no_empty;
};

static bool xargs_options(struct sh *sh, const struct sh_args *args, uint32_t *i, struct xargs *x)
{
	for (*i = 1; *i < args->n; ++*i) {
		struct sw_str a = args->v[*i], val = sw_str_sub(a, 2, a.n);
		if (a.n < 2 || a.p[0] != '-')
			return true;
		if (sw_str_is(a, "-r") || sw_str_is(a, "--no-run-if-empty")) {
			x->no_empty = true;
			continue;
		}
		if (!memchr("ILni", a.p[1], 4) || a.p[1] == '-')
			return false;
		if (!val.n && a.p[1] != 'i' && *i + 1 < args->n)
			val = args->v[++*i];
		if (a.p[1] == 'I' || a.p[1] == 'i')
			x->replace = val.n ? val : SW_STR("{}");
		else if (!sh_number(val, a.p[1] == 'L' ? &x->lines : &x->max))
			return false;
	}
	(void)sh;
	return true;
}

/* The next word by xargs' own quoting; false at the end. Stops at the line's end with `line`. */
static bool xargs_word(struct sh *sh, struct sw_str *rest, struct sw_str *ret)
{
	sw_autobuf b = {0};
	bool any = false;
	sw_buf_init(&b, SH_PIPE_MAX);
	while (rest->n && (unsigned char)rest->p[0] <= ' ')
		*rest = sw_str_sub(*rest, 1, rest->n);
	size_t i = 0;
	for (; i < rest->n && (unsigned char)rest->p[i] > ' '; i++, any = true) {
		char c = rest->p[i];
		if (c == '\\' && i + 1 < rest->n) {
			sw_buf_addch(&b, rest->p[++i]);
		} else if (c == '"' || c == '\'') {
			size_t end = sw_str_chr(*rest, c, i + 1);
			if (end == SW_NPOS) {
				sh_unknown(sh, "xargs: unmatched quote");
				return false;
			}
			sw_buf_addstr(&b, sw_str_sub(*rest, i + 1, end));
			i = end;
		} else {
			sw_buf_addch(&b, c);
		}
	}
	*rest = sw_str_sub(*rest, i, rest->n);
	*ret = sw_arena_str(sh->arena, sw_buf_str(&b));
	return any;
}

static int xargs_run(struct sh *sh, struct sh_args *base, const struct sh_args *more,
	const struct xargs *x, const struct sh_io *io)
{
	struct sh_args all = {0};
	struct sh_in none = {0};
	struct sh_io own = {&none, io->out, io->err};
	if (!base->n)
		sh_add_arg(sh, &all, SW_STR("echo"));
	for (uint32_t i = 0; i < base->n; i++) {
		struct sw_str s = base->v[i];
		size_t at = x->replace.n ? sw_str_find(s, x->replace, 0) : SW_NPOS;
		if (at != SW_NPOS && more->n)
			s = sw_arena_printf(sh->arena, "%.*s%.*s%.*s", (int)at, s.p,
				SW_STR_ARG(more->v[0]),
				SW_STR_ARG(sw_str_sub(s, at + x->replace.n, s.n)));
		sh_add_arg(sh, &all, s);
	}
	for (uint32_t i = 0; !x->replace.n && i < more->n; i++)
		sh_add_arg(sh, &all, more->v[i]);
	int rc = sh_run_args(sh, &all, &own);
	return rc == 0 ? 0 : 123;
}

int sh_tool_xargs(struct sh *sh, const struct sh_args *args, const struct sh_io *io)
{
	struct xargs x = {0};
	uint32_t i;
	struct sw_str rest, w;
	struct sh_args more = {0};
	int rc = 0;
	bool ran = false;
	if (!xargs_options(sh, args, &i, &x))
		return no_option(sh, args, i);
	struct sh_args base = {args->v + i, args->n - i, 0};
	sh_input(sh, io, NULL, "xargs", &rest);
	while (!sh->stop) {
		struct sw_str line = rest;
		bool got;
		if (x.replace.n) {
			got = sh_line(&rest, &line);
			w = got ? sw_str_trim(line) : line;
			if (got && !w.n)
				continue;
		} else {
			got = xargs_word(sh, &rest, &w);
		}
		if (got)
			sh_add_arg(sh, &more, w);
		/* -L: a line ends where a newline is the next byte */
		bool line_end = x.lines && (!rest.n || rest.p[0] == '\n');
		if (more.n && (x.replace.n || line_end || !got || (x.max && more.n >= (uint64_t)x.max))) {
			int one = xargs_run(sh, &base, &more, &x, io);
			rc = one ? one : rc;
			ran = true;
			more.n = 0;
		}
		if (!got)
			break;
	}
	if (!ran && !x.no_empty && !x.replace.n && !sh->stop) {
		int one = xargs_run(sh, &base, &more, &x, io);
		rc = one ? one : rc;
	}
	return rc;
}

/* ---- names ---- */

int sh_tool_basename(struct sh *sh, const struct sh_args *args, const struct sh_io *io)
{
	if (args->n != 2 && args->n != 3)
		return sh_unknown(sh, "basename");
	struct sw_str s = args->v[1];
	while (s.n > 1 && s.p[s.n - 1] == '/')
		s.n--;
	size_t slash = sw_str_rfind(s, SW_STR("/"));
	if (slash != SW_NPOS && s.n > 1)
		s = sw_str_sub(s, slash + 1, s.n);
	if (args->n == 3 && s.n > args->v[2].n && sw_str_ends(s, args->v[2]))
		s.n -= args->v[2].n;
	sw_buf_printf(io->out, "%.*s\n", SW_STR_ARG(s));
	return 0;
}

int sh_tool_dirname(struct sh *sh, const struct sh_args *args, const struct sh_io *io)
{
	if (args->n != 2)
		return sh_unknown(sh, "dirname");
	struct sw_str s = args->v[1];
	size_t slash = sw_str_rfind(s, SW_STR("/"));
	s = slash == SW_NPOS ? SW_STR(".") : slash == 0 ? SW_STR("/") : sw_str_sub(s, 0, slash);
	sw_buf_printf(io->out, "%.*s\n", SW_STR_ARG(s));
	return 0;
}
