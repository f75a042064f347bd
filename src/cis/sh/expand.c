/* SPDX-License-Identifier: Apache-2.0 */
/* From words to fields: parameters, $(…), $((…)), splitting, and names of files. */
#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "cis/sh/impl.h"

#define GLOB_MAX 4096

bool sh_number(struct sw_str s, int64_t *ret)
{
	s = sw_str_trim(s);
	if (s.n && s.p[0] == '+')
		s = sw_str_sub(s, 1, s.n);
	return sw_str_to_i64(s, ret);
}

/* ---- patterns ---- */

/* Matches one element of the pattern at *p against c; moves *p behind it. */
static bool match_one(struct sw_str pat, size_t *p, char c)
{
	char x = pat.p[*p];
	if (x == '\\' && *p + 1 < pat.n) {
		*p += 2;
		return pat.p[*p - 1] == c;
	}
	if (x == '?') {
		++*p;
		return true;
	}
	size_t i = *p + 1;
	bool negate = i < pat.n && (pat.p[i] == '!' || pat.p[i] == '^'), hit = false;
	size_t end = x == '[' ? sw_str_chr(pat, ']', i + negate + 1) : SW_NPOS;
	if (end == SW_NPOS) {
		++*p;
		return x == c;
	}
	for (i += negate; i < end; i++) {
		unsigned char lo = (unsigned char)pat.p[i], hi = lo;
		if (i + 2 < end && pat.p[i + 1] == '-') {
			hi = (unsigned char)pat.p[i + 2];
			i += 2;
		}
		hit |= (unsigned char)c >= lo && (unsigned char)c <= hi;
	}
	*p = end + 1;
	return hit != negate;
}

bool sh_fnmatch(struct sw_str pat, struct sw_str s)
{
	size_t p = 0, i = 0, star = SW_NPOS, back = 0;
	while (i < s.n) {
		size_t next = p;
		if (p < pat.n && pat.p[p] == '*') {
			star = ++p;
			back = i;
		} else if (p < pat.n && match_one(pat, &next, s.p[i])) {
			p = next;
			i++;
		} else if (star != SW_NPOS) {
			p = star;
			i = ++back;
		} else {
			return false;
		}
	}
	while (p < pat.n && pat.p[p] == '*')
		p++;
	return p == pat.n;
}

/* ---- arithmetic: + - * / % ( ) comparisons, names ---- */

struct arith {
	struct sh *sh;
	struct sw_str s;
	size_t at;
	int depth;
};

static int64_t arith_expr(struct arith *x, int level);

static void arith_blanks(struct arith *x)
{
	while (x->at < x->s.n && (unsigned char)x->s.p[x->at] <= ' ')
		x->at++;
}

static bool arith_take(struct arith *x, const char *op)
{
	arith_blanks(x);
	if (!sw_str_starts(sw_str_sub(x->s, x->at, x->s.n), sw_str_from(op)))
		return false;
	x->at += strlen(op);
	return true;
}

static int64_t arith_atom(struct arith *x)
{
	int64_t v = 0;
	if (++x->depth > SH_DEPTH_MAX) {
		sh_unknown(x->sh, "an expression is nested too deeply");
		return 0;
	}
	if (arith_take(x, "(")) {
		v = arith_expr(x, 0);
		arith_take(x, ")");
	} else if (arith_take(x, "-")) {
		v = (int64_t)(0 - (uint64_t)arith_atom(x));
	} else if (arith_take(x, "!")) {
		v = !arith_atom(x);
	} else {
		arith_take(x, "$");
		size_t from = x->at;
		while (x->at < x->s.n &&
			(x->s.p[x->at] == '_' || ((x->s.p[x->at] | 32) >= 'a' && (x->s.p[x->at] | 32) <= 'z') ||
				(x->s.p[x->at] >= '0' && x->s.p[x->at] <= '9')))
			x->at++;
		struct sw_str w = sw_str_sub(x->s, from, x->at), val = {0};
		if (!w.n) {
			sh_unknown(x->sh, "$((%.*s)) is not known", SW_STR_ARG(x->s));
		} else if (!sh_number(w, &v)) {
			sh_get(x->sh, w, &val);
			if (!sh_number(val, &v))
				v = 0;
		}
	}
	x->depth--;
	return v;
}

static int64_t arith_apply(struct arith *x, int op, int64_t a, int64_t b)
{
	switch (op) {
	case 0:
		return a == b;
	case 1:
		return a != b;
	case 2:
		return a <= b;
	case 3:
		return a >= b;
	case 4:
		return a < b;
	case 5:
		return a > b;
	case 6:
		return (int64_t)((uint64_t)a + (uint64_t)b);
	case 7:
		return (int64_t)((uint64_t)a - (uint64_t)b);
	case 8:
		return (int64_t)((uint64_t)a * (uint64_t)b);
	default:
		if (b == 0 || (b == -1 && a == INT64_MIN)) {
			sh_unknown(x->sh, "division by zero");
			return 0;
		}
		return op == 9 ? a / b : a % b;
	}
}

static int64_t arith_expr(struct arith *x, int level)
{
	static const char *const ops[] = {"==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "%"};
	static const int from[] = {0, 6, 8, 11};
	if (level == 3)
		return arith_atom(x);
	int64_t v = arith_expr(x, level + 1);
	for (int op = from[level]; !x->sh->stop && op < from[level + 1]; op++) {
		if (arith_take(x, ops[op])) {
			v = arith_apply(x, op, v, arith_expr(x, level + 1));
			op = from[level] - 1;
		}
	}
	return v;
}

static int64_t sh_arith(struct sh *sh, struct sw_str text)
{
	struct arith x = {.sh = sh, .s = text};
	int64_t v = arith_expr(&x, 0);
	arith_blanks(&x);
	if (x.at < text.n)
		sh_unknown(sh, "$((%.*s)) is not known", SW_STR_ARG(text));
	return v;
}

/* ---- parameters ---- */

static struct sw_str strip(struct sh *sh, const struct sh_part *p, struct sw_str v)
{
	struct sw_str pat = p->arg ? sh_expand_one(sh, p->arg, true) : SW_STR("");
	bool longest = p->op[1] != 0, front = p->op[0] == '#';
	for (size_t k = 0; k <= v.n; k++) {
		size_t cut = longest ? v.n - k : k;
		struct sw_str part = front ? sw_str_sub(v, 0, cut) : sw_str_sub(v, v.n - cut, v.n);
		if (sh_fnmatch(pat, part))
			return front ? sw_str_sub(v, cut, v.n) : sw_str_sub(v, 0, v.n - cut);
	}
	return v;
}

/* ${v/pattern/with}: the longest match at each place */
static struct sw_str replace(struct sh *sh, const struct sh_part *p, struct sw_str v)
{
	struct sw_str pat = p->arg ? sh_expand_one(sh, p->arg, true) : SW_STR("");
	struct sw_str with = p->arg2 ? sh_expand_one(sh, p->arg2, false) : SW_STR("");
	sw_autobuf b = {0};
	bool all = p->op[1] != 0, done = false;
	sw_buf_init(&b, SH_PIPE_MAX);
	if (!pat.n || v.n > 4096)
		return v;
	for (size_t i = 0; i < v.n;) {
		size_t end = v.n;
		while (!done && end > i && !sh_fnmatch(pat, sw_str_sub(v, i, end)))
			end--;
		if (done || end == i) {
			sw_buf_addch(&b, v.p[i++]);
		} else {
			sw_buf_addstr(&b, with);
			i = end;
			done = !all;
		}
	}
	return sw_arena_str(sh->arena, sw_buf_str(&b));
}

static struct sw_str param(struct sh *sh, const struct sh_part *p)
{
	struct sw_str v = {0};
	bool set = true;
	if (sw_str_is(p->text, "?"))
		v = sw_arena_printf(sh->arena, "%d", sh->status);
	else if (sw_str_is(p->text, "#"))
		set = sh_get(sh, p->text, &v) || (v = SW_STR("0")).n;
	else if (p->text.n && memchr("@*$!-", p->text.p[0], 5))
		set = false;
	else
		set = sh_get(sh, p->text, &v);
	switch (p->op[0]) {
	case 0:
		return v;
	case 'l':
		return sw_arena_printf(sh->arena, "%zu", sw_utf8_count(v));
	case '#':
	case '%':
		return strip(sh, p, v);
	case '/':
		return replace(sh, p, v);
	default: { /* -, +, :-, :+ */
		bool colon = p->op[0] == ':', plus = p->op[colon] == '+';
		bool have = set && (!colon || v.n);
		if (have != plus)
			return v;
		return p->arg ? sh_expand_one(sh, p->arg, false) : SW_STR("");
	}
	}
}

static struct sw_str subst(struct sh *sh, const struct sh_part *p, struct sw_buf *err)
{
	sw_autobuf out = {0};
	struct sh_in in = {0};
	const struct sh_var *vars = sh->vars;
	sw_buf_init(&out, SH_PIPE_MAX);
	/* Its error messages go where the shell's own go; what matters of them is noted anyway. */
	struct sh_io io = {&in, &out, err};
	sh->status = sh_run(sh, p->body, &io);
	sh->substituted = true;
	sh->vars = vars;
	sh->exiting = false;
	while (out.n && out.p[out.n - 1] == '\n')
		out.n--;
	return sw_arena_str(sh->arena, sw_buf_str(&out));
}

static struct sw_str value_of(struct sh *sh, const struct sh_part *p)
{
	if (p->kind == SH_LIT)
		return p->text;
	if (p->kind == SH_PARAM)
		return param(sh, p);
	if (p->kind == SH_ARITH)
		return sw_arena_printf(sh->arena, "%lld", (long long)sh_arith(sh, p->text));
	sw_autobuf err = {0};
	sw_buf_init(&err, SH_PIPE_MAX);
	if (p->kind == SH_SUBST)
		return subst(sh, p, &err);
	if (sh->n_made == SW_ARRAY_LEN(sh->made)) {
		sh_unknown(sh, "more than %zu times <(…)", SW_ARRAY_LEN(sh->made));
		return (struct sw_str){0};
	}
	struct sw_str text = subst(sh, p, &err);
	if (text.n) /* its last line's end was taken off */
		text = sw_arena_printf(sh->arena, "%.*s\n", SW_STR_ARG(text));
	sh->made[sh->n_made] = text;
	return sw_arena_printf(sh->arena, "/dev/fd/%u", 63 - sh->n_made++);
}

int sh_read_file(struct sh *sh, struct sw_str path, struct sw_str *ret)
{
	int64_t fd;
	if (sw_str_starts(path, SW_STR("/dev/fd/")) && sh_number(sw_str_sub(path, 8, path.n), &fd) && fd <= 63 &&
		63 - fd < sh->n_made) {
		*ret = sh->made[63 - fd];
		return 0;
	}
	int rc = sw_cis_read(sh->node, sh->arena, path, ret);
	if (!rc)
		sh_touch(sh, path);
	return rc;
}

static void add_escaped(struct sw_buf *b, struct sw_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (memchr("*?[]\\", s.p[i], 5))
			sw_buf_addch(b, '\\');
		sw_buf_addch(b, s.p[i]);
	}
}

struct sw_str sh_expand_one(struct sh *sh, const struct sh_word *w, bool pattern)
{
	sw_autobuf b = {0};
	sw_buf_init(&b, SH_PIPE_MAX);
	if (w && w->n == 1 && !pattern)
		return value_of(sh, &w->v[0]);
	for (uint32_t i = 0; w && i < w->n && !sh->stop; i++) {
		struct sw_str s = value_of(sh, &w->v[i]);
		if (pattern && w->v[i].quoted)
			add_escaped(&b, s);
		else
			sw_buf_addstr(&b, s);
	}
	return sw_arena_str(sh->arena, sw_buf_str(&b));
}

/* ---- names of files ---- */

static bool has_glob(struct sw_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (memchr("*?[", s.p[i], 3))
			return true;
	}
	return false;
}

static struct sw_str unescape(struct sh *sh, struct sw_str s)
{
	char *p = sw_arena_alloc(sh->arena, s.n + 1);
	size_t n = 0;
	for (size_t i = 0; p && i < s.n; i++) {
		if (s.p[i] == '\\' && i + 1 < s.n)
			i++;
		p[n++] = s.p[i];
	}
	return sw_str_make(p, p ? n : 0);
}

static void glob_under(struct sh *sh, struct sw_str dir, struct sw_str pattern, struct sh_args *ret,
	int depth)
{
	size_t slash = sw_str_chr(pattern, '/', 0);
	struct sw_str piece = sw_str_sub(pattern, 0, slash), rest = {0}, *names;
	uint32_t n;
	struct stat st;
	if (slash != SW_NPOS)
		rest = sw_str_sub(pattern, slash + 1, pattern.n);
	if (depth > SH_DEPTH_MAX || !sh_step(sh) || ret->n > GLOB_MAX)
		return;
	if (!has_glob(piece)) {
		struct sw_str at = sw_arena_printf(sh->arena, "%.*s%.*s%s", SW_STR_ARG(dir),
			SW_STR_ARG(unescape(sh, piece)), slash == SW_NPOS ? "" : "/");
		if (slash != SW_NPOS)
			glob_under(sh, at, rest, ret, depth + 1);
		else if (!sw_cis_stat(sh->node, at.n ? at : SW_STR("/"), false, &st))
			sh_add_arg(sh, ret, at);
		return;
	}
	int rc = sw_cis_list(sh->node, sh->arena, dir.n ? dir : SW_STR("/"), &names, &n);
	if (rc == -EACCES || rc == -ENODATA)
		sh_unseen(sh, dir, -rc);
	for (uint32_t i = 0; !rc && i < n && !sh->stop; i++) {
		if (names[i].p[0] == '.' && piece.p[0] != '.')
			continue;
		if (!sh_fnmatch(piece, names[i]))
			continue;
		struct sw_str at = sw_arena_printf(sh->arena, "%.*s%.*s%s", SW_STR_ARG(dir),
			SW_STR_ARG(names[i]), slash == SW_NPOS ? "" : "/");
		if (slash == SW_NPOS)
			sh_add_arg(sh, ret, at);
		else
			glob_under(sh, at, rest, ret, depth + 1);
	}
}

/* A field as a pattern: a pattern that finds nothing stands for itself. */
static void add_field(struct sh *sh, struct sw_str field, struct sh_args *ret)
{
	uint32_t before = ret->n;
	if (has_glob(field)) {
		bool absolute = field.p[0] == '/';
		glob_under(sh, absolute ? SW_STR("/") : SW_STR(""),
			absolute ? sw_str_sub(field, 1, field.n) : field, ret, 0);
	}
	if (ret->n == before)
		sh_add_arg(sh, ret, unescape(sh, field));
}

static int expand_word(struct sh *sh, const struct sh_word *w, struct sh_args *ret)
{
	sw_autobuf field = {0};
	struct sw_str ifs = SW_STR(" \t\n");
	bool open = false;
	sw_buf_init(&field, SH_PIPE_MAX);
	sh_get(sh, SW_STR("IFS"), &ifs);
	for (uint32_t i = 0; i < w->n && !sh->stop; i++) {
		const struct sh_part *p = &w->v[i];
		struct sw_str s = value_of(sh, p);
		if (p->quoted) {
			add_escaped(&field, s);
			open = true;
			continue;
		}
		if (p->kind == SH_LIT) {
			sw_buf_addstr(&field, s);
			open |= s.n > 0;
			continue;
		}
		for (size_t k = 0; k < s.n; k++) {
			if (ifs.n && memchr(ifs.p, s.p[k], ifs.n)) {
				if (open)
					add_field(sh, sw_arena_str(sh->arena, sw_buf_str(&field)), ret);
				sw_buf_clear(&field);
				open = false;
			} else {
				if (s.p[k] == '\\')
					sw_buf_addch(&field, '\\');
				sw_buf_addch(&field, s.p[k]);
				open = true;
			}
		}
	}
	if (open)
		add_field(sh, sw_arena_str(sh->arena, sw_buf_str(&field)), ret);
	return sh->stop ? 127 : 0;
}

int sh_expand(struct sh *sh, const struct sh_word *const *words, uint32_t n, struct sh_args *ret)
{
	for (uint32_t i = 0; i < n; i++)
		if (words[i] && expand_word(sh, words[i], ret))
			return 127;
	return sh->stop ? 127 : 0;
}
