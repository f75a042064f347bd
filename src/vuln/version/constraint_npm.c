/* SPDX-License-Identifier: Apache-2.0 */
/* Ranges of npm and its kin: node-semver's grammar; Cargo, pub, Conan; and composer's. */
#include <stdio.h>

#include "vuln/version/constraint_impl.h"

struct pattern {
	struct sw_str part[3]; /* "" or x: anything */
	struct sw_str pre;
};

static bool wild(struct sw_str s)
{
	return !s.n || sw_str_is(s, "x") || sw_str_is(s, "X") || sw_str_is(s, "*");
}

static bool identifiers(struct sw_str s, bool loose)
{
	struct sw_str part;
	while (sw_str_split(&s, '.', &part)) {
		for (size_t i = 0; i < part.n; i++)
			if (!ver_digit(part.p[i]) && !ver_alpha(part.p[i]) && part.p[i] != '-')
				return false;
		if (!part.n || (!loose && ver_is_number(part) && part.n > 1 && part.p[0] == '0'))
			return false;
	}
	return true;
}

static bool pattern_part(struct sw_str v, size_t *at, bool loose, struct sw_str *ret)
{
	size_t start = *at;
	if (start < v.n && wild(sw_str_sub(v, start, start + 1)))
		++*at;
	else
		ver_run(v, at, ver_digit, true);
	*ret = sw_str_sub(v, start, *at);
	return ret->n && (loose || ret->n == 1 || ret->p[0] != '0');
}

/* A pre-release stands behind three parts only; loose: also without its hyphen, or the hyphen
 * alone. */
static bool pattern_pre(struct sw_str rest, bool loose, struct sw_str *ret)
{
	bool dash = rest.n > 1 && rest.p[0] == '-';
	*ret = sw_str_sub(rest, dash, rest.n);
	return !rest.n || ((dash || loose) && identifiers(*ret, loose));
}

/* [v=]N|x[.N|x[.N|x[-pre]]][+build] */
static bool read_pattern(struct sw_str v, bool loose, struct pattern *p)
{
	size_t i = 0;
	unsigned k = 0;
	*p = (struct pattern){.pre = SW_STR("")};
	while (v.n && (v.p[0] == 'v' || v.p[0] == '=' || v.p[0] == ' '))
		v = sw_str_sub(v, 1, v.n);
	size_t plus = sw_str_chr(v, '+', 0);
	if (plus != SW_NPOS) {
		if (!identifiers(sw_str_sub(v, plus + 1, v.n), true))
			return false;
		v = sw_str_sub(v, 0, plus);
	}
	for (bool more = true; more; k++) {
		if (!pattern_part(v, &i, loose, &p->part[k]))
			return false;
		more = k < 2 && i < v.n && v.p[i] == '.';
		i += more;
	}
	if ((i < v.n && k < 3) || !pattern_pre(sw_str_sub(v, i, v.n), loose, &p->pre))
		return false;
	if (wild(p->part[0]))
		p->part[1] = SW_STR("");
	if (wild(p->part[1]))
		p->part[2] = SW_STR("");
	return true;
}

/* "1.x.2": a part behind a wildcard says what no range says. Behind ~ and ^ it does not count. */
static bool disordered(struct sw_str v)
{
	bool any = false;
	v = sw_str_sub(v, 0, sw_str_chr(v, '-', 0));
	v = sw_str_sub(v, 0, sw_str_chr(v, '+', 0));
	for (size_t i = 0; i < v.n; i++) {
		if (any && ver_digit(v.p[i]))
			return true;
		any |= wild(sw_str_sub(v, i, i + 1));
	}
	return false;
}

static struct sw_str number(const struct pattern *p, unsigned i)
{
	return wild(p->part[i]) ? SW_STR("0") : p->part[i];
}

/* "1.2.0", with `tail` */
static struct sw_str low(struct range_reader *r, const struct pattern *p, const char *tail)
{
	return sw_arena_printf(r->a, "%.*s.%.*s.%.*s%s%.*s%s", SW_STR_ARG(number(p, 0)),
		SW_STR_ARG(number(p, 1)), SW_STR_ARG(number(p, 2)), p->pre.n ? "-" : "",
		SW_STR_ARG(p->pre), p->pre.n ? "" : tail);
}

/* Part `i` one more, zeros behind it, and below its own pre-releases. */
static struct sw_str top(struct range_reader *r, const struct pattern *p, unsigned i)
{
	struct sw_str core = sw_arena_printf(r->a, "%.*s.%.*s.%.*s", SW_STR_ARG(number(p, 0)),
		SW_STR_ARG(number(p, 1)), SW_STR_ARG(number(p, 2)));
	return sw_arena_printf(r->a, "%.*s-0", SW_STR_ARG(range_bump(r->a, core, i)));
}

static bool zero(struct sw_str s)
{
	return ver_num(s, SW_STR("0")) == 0;
}

static int span(struct range_reader *r, struct sw_str from, struct sw_str to)
{
	int rc = range_add(r, SW_CMP_GE, from);
	return rc ? rc : range_add(r, SW_CMP_LT, to);
}

static const char *zero_tail(const struct range_reader *r)
{
	return r->flags & SW_RANGE_PRERELEASE ? "-0" : "";
}

static int tilde(struct range_reader *r, const struct pattern *p)
{
	if (wild(p->part[0]))
		return range_add(r, SW_CMP_ANY, SW_STR("*"));
	bool partial = wild(p->part[1]) || wild(p->part[2]);
	return span(r, low(r, p, partial ? zero_tail(r) : ""), top(r, p, wild(p->part[1]) ? 0 : 1));
}

static int caret(struct range_reader *r, const struct pattern *p)
{
	if (wild(p->part[0]))
		return range_add(r, SW_CMP_ANY, SW_STR("*"));
	unsigned at = 0;
	if (zero(p->part[0]) && !wild(p->part[1])) {
		at = 1;
		if (zero(p->part[1]) && !wild(p->part[2]))
			at = 2;
	}
	bool partial = wild(p->part[1]) || wild(p->part[2]);
	return span(r, low(r, p, partial ? zero_tail(r) : ""), top(r, p, at));
}

/* One of < <= > >= = with a pattern that may have wildcards. */
static int primitive(struct range_reader *r, struct sw_str op, const struct pattern *p)
{
	bool lt = op.n && op.p[0] == '<', gt = op.n && op.p[0] == '>';
	bool equal = op.n == 2 && op.p[1] == '=';
	if (wild(p->part[0])) {
		if ((lt || gt) && !equal)
			return range_add(r, SW_CMP_NONE, SW_STR(""));
		return range_add(r, SW_CMP_ANY, SW_STR("*"));
	}
	bool partial = wild(p->part[1]) || wild(p->part[2]);
	unsigned at = wild(p->part[1]) ? 0 : 1;
	if (!partial)
		return range_add(r,
			lt   ? (equal ? SW_CMP_LE : SW_CMP_LT)
			: gt ? (equal ? SW_CMP_GE : SW_CMP_GT)
			     : SW_CMP_EQ,
			low(r, p, ""));
	if (gt && !equal) {
		struct sw_str up = top(r, p, at);
		return range_add(r, SW_CMP_GE,
			r->flags & SW_RANGE_PRERELEASE ? up : sw_str_sub(up, 0, up.n - 2));
	}
	if (gt)
		return range_add(r, SW_CMP_GE, low(r, p, zero_tail(r)));
	if (lt && equal)
		return range_add(r, SW_CMP_LT, top(r, p, at));
	if (lt)
		return range_add(r, SW_CMP_LT, low(r, p, "-0"));
	return span(r, low(r, p, zero_tail(r)), top(r, p, at));
}

/* "1.2 - 2.3.4" */
static int hyphen(struct range_reader *r, struct sw_str from, struct sw_str to)
{
	struct pattern f, t;
	bool loose = r->flags & SW_RANGE_LOOSE;
	int rc = 0;
	if (!read_pattern(from, loose, &f))
		return range_bad(r, from);
	if (!read_pattern(to, loose, &t))
		return range_bad(r, to);
	if (!wild(f.part[0]))
		rc = range_add(r, SW_CMP_GE, low(r, &f, zero_tail(r)));
	if (rc || wild(t.part[0]))
		return rc || !wild(f.part[0]) ? rc : range_add(r, SW_CMP_ANY, SW_STR("*"));
	if (wild(t.part[1]) || wild(t.part[2]))
		return range_add(r, SW_CMP_LT, top(r, &t, wild(t.part[1]) ? 0 : 1));
	if ((r->flags & SW_RANGE_PRERELEASE) && !t.pre.n)
		return range_add(r, SW_CMP_LT, top(r, &t, 2));
	return range_add(r, SW_CMP_LE, low(r, &t, ""));
}

/* " - " with words at both sides and nothing else. */
static bool split_hyphen(struct sw_str text, struct sw_str *from, struct sw_str *to)
{
	text = sw_str_trim(text);
	size_t at = sw_str_find(text, SW_STR(" - "), 0);
	if (at == SW_NPOS)
		return false;
	*from = sw_str_trim(sw_str_sub(text, 0, at));
	*to = sw_str_trim(sw_str_sub(text, at + 3, text.n));
	return from->n && to->n && sw_str_chr(*to, ' ', 0) == SW_NPOS &&
	       sw_str_chr(*from, ' ', 0) == SW_NPOS;
}

static bool primitive_op(struct sw_str op)
{
	return !op.n || sw_str_is(op, "=") || sw_str_is(op, "==") || sw_str_is(op, "<") ||
	       sw_str_is(op, "<=") || sw_str_is(op, ">") || sw_str_is(op, ">=");
}

/* "~>=1.2", "==1", "=>1": the operator, and what of it belongs to the version. */
static struct sw_str npm_op(struct sw_str op)
{
	if (sw_str_is(op, "=>"))
		return SW_STR(">=");
	if (sw_str_is(op, "=<"))
		return SW_STR("<=");
	while (op.n > 1 && op.p[op.n - 1] == '=' &&
		(!strchr("<>", op.p[op.n - 2]) || op.p[0] == '~'))
		op.n--;
	return op;
}

/* Cargo: "1.2" is ^1.2, "1.2.*" is not. */
static bool has_wildcard(struct sw_str v)
{
	bool found = false;
	for (size_t i = 0; i < v.n && v.p[i] != '-' && v.p[i] != '+'; i++)
		found |= wild(sw_str_sub(v, i, i + 1));
	return found;
}

static int npm_comparator(struct range_reader *r, struct sw_str op, struct sw_str v)
{
	struct pattern p;
	op = npm_op(op);
	if (!op.n && r->l == SW_RANGE_PUB && sw_str_is(v, "any"))
		v = SW_STR("*");
	if (!read_pattern(v, r->flags & SW_RANGE_LOOSE, &p))
		return range_bad(r, v.n ? v : op);
	if (sw_str_is(op, "~") || sw_str_is(op, "~>"))
		return tilde(r, &p);
	if (sw_str_is(op, "^") || (!op.n && r->l == SW_RANGE_CARGO && !has_wildcard(v)))
		return caret(r, &p);
	return primitive_op(op) && !disordered(v) ? primitive(r, op, &p) : range_bad(r, v);
}

int range_read_npm(struct range_reader *r, struct sw_str text)
{
	struct sw_str from, to, op, v;
	size_t at = 0;
	uint32_t before = r->n;
	bool dropped = false;
	if (split_hyphen(text, &from, &to))
		return hyphen(r, from, to);
	while (range_token(text, &at, &op, &v)) {
		int rc = npm_comparator(r, op, v);
		/* Loose: what is no comparator does not count. */
		if (rc == -SW_ESYNTAX && (r->flags & SW_RANGE_LOOSE))
			dropped = true;
		else if (rc)
			return rc;
	}
	if (r->n == before)
		return range_add(r, dropped ? SW_CMP_NONE : SW_CMP_ANY, SW_STR("*"));
	return 0;
}

static struct sw_str bare(struct sw_str v)
{
	v = sw_str_trim(v);
	while (v.n && (v.p[0] == 'v' || v.p[0] == '=' || v.p[0] == ' '))
		v = sw_str_sub(v, 1, v.n);
	return sw_str_sub(v, 0, sw_str_chr(v, '+', 0));
}

static struct sw_str core(struct sw_str v)
{
	size_t i = 0;
	while (i < v.n && (ver_digit(v.p[i]) || v.p[i] == '.'))
		i++;
	return sw_str_sub(v, 0, i);
}

bool range_check_npm(const struct sw_range *r, const struct sw_range_alt *alt, struct sw_str v)
{
	v = bare(v);
	bool pre = core(v).n < v.n, admitted = false;
	for (uint32_t i = 0; i < alt->n; i++) {
		const struct sw_comparator *c = &alt->c[i];
		if (c->op == SW_CMP_NONE)
			return false;
		if (c->op == SW_CMP_ANY)
			continue;
		int o = ver_npm(v, c->v);
		bool ok = c->op == SW_CMP_EQ   ? o == 0
			  : c->op == SW_CMP_LT ? o < 0
			  : c->op == SW_CMP_LE ? o <= 0
			  : c->op == SW_CMP_GT ? o > 0
					       : o >= 0;
		if (!ok)
			return false;
		/* A pre-release counts only beside one of the same version that the range names. */
		admitted |= core(c->v).n < c->v.n && sw_str_eq(core(c->v), core(v));
	}
	return !pre || admitted || (r->flags & SW_RANGE_PRERELEASE);
}

/* ---- Conan: like npm, any number of parts; an upper bound keeps out its pre-releases ---- */

int range_read_conan(struct range_reader *r, struct sw_str text)
{
	struct sw_str op, v;
	size_t at = 0;
	while (range_token(text, &at, &op, &v)) {
		int rc;
		if (!op.n && sw_str_starts(v, SW_STR("include_prerelease")))
			break; /* the option and its value */
		if (v.n > 1 && v.p[v.n - 1] == '-')
			v.n--;
		if (!v.n)
			return range_bad(r, text);
		unsigned n = range_parts(core(v));
		if (sw_str_is(v, "*")) {
			rc = range_add(r, SW_CMP_GE, SW_STR("0.0.0"));
		} else if (sw_str_is(op, "~") || sw_str_is(op, "^")) {
			unsigned i = 0;
			if (op.p[0] == '~')
				i = n > 1 ? 1 : 0;
			else
				while (i + 1 < n && zero(range_part(core(v), i)))
					i++;
			struct sw_str cut = core(v), up = SW_STR("");
			/* 1.2.3 -> 1.2 -> 1.3 */
			for (unsigned k = 0; k <= i && n; k++)
				up = k ? sw_arena_printf(r->a, "%.*s.%.*s", SW_STR_ARG(up),
						 SW_STR_ARG(range_part(cut, k)))
				       : range_part(cut, 0);
			if (!n)
				return range_bad(r, v);
			rc = span(r, v,
				sw_arena_printf(
					r->a, "%.*s-", SW_STR_ARG(range_bump(r->a, up, i))));
		} else if (primitive_op(op)) {
			bool eq = op.n == 2;
			rc = range_add(r,
				!op.n || op.p[0] == '=' ? SW_CMP_EQ
				: op.p[0] == '<'	? (eq ? SW_CMP_LE : SW_CMP_LT)
							: (eq ? SW_CMP_GE : SW_CMP_GT),
				v);
		} else {
			return range_bad(r, op);
		}
		if (rc)
			return rc;
	}
	return 0;
}

/* ---- composer ---- */

static struct sw_str plain(struct sw_str v)
{
	size_t at = sw_str_chr(v, '@', 0); /* stability flag */
	if (at != SW_NPOS && at)
		v = sw_str_sub(v, 0, at);
	if (v.n > 1 && (v.p[0] == 'v' || v.p[0] == 'V') && ver_digit(v.p[1]))
		v = sw_str_sub(v, 1, v.n);
	return v;
}

struct sw_str range_composer_edge(struct sw_str v, char *room, size_t size)
{
	size_t dash = sw_str_rfind(v, SW_STR("-"));
	if (dash != SW_NPOS && dash + 1 < v.n && !ver_digit(v.p[dash + 1]))
		return v;
	struct sw_str plain = sw_str_sub(v, 0, sw_str_chr(v, '+', 0));
	int n = snprintf(room, size, "%.*s-dev", SW_STR_ARG(plain));
	return n > 0 && (size_t)n < size ? sw_str_make(room, (size_t)n) : v;
}

static int composer_wild(struct range_reader *r, struct sw_str v, bool negated)
{
	struct sw_str head = core(v);
	while (head.n && head.p[head.n - 1] == '.')
		head.n--;
	if (!head.n)
		return range_add(r, SW_CMP_ANY, SW_STR("*"));
	unsigned n = range_parts(head);
	if (negated)
		return range_bad(r, v);
	return span(r, sw_arena_printf(r->a, "%.*s-dev", SW_STR_ARG(head)),
		sw_arena_printf(r->a, "%.*s-dev", SW_STR_ARG(range_bump(r->a, head, n - 1))));
}

static int composer_bound(struct range_reader *r, struct sw_str op, struct sw_str v)
{
	struct sw_str head = core(v);
	unsigned n = range_parts(head), at = 0;
	if (!n)
		return range_bad(r, v);
	if (op.p[0] == '~')
		at = n > 1 ? n - 2 : 0;
	else
		while (at + 1 < n && zero(range_part(head, at)))
			at++;
	return span(
		r, v, sw_arena_printf(r->a, "%.*s-dev", SW_STR_ARG(range_bump(r->a, head, at))));
}

int range_read_composer(struct range_reader *r, struct sw_str text)
{
	struct sw_str from, to, op, v;
	size_t at = 0;
	if (split_hyphen(text, &from, &to)) {
		to = plain(to);
		unsigned n = core(to).n ? range_parts(core(to)) : 0;
		int rc = range_add(r, SW_CMP_GE, plain(from));
		if (rc || n >= 3)
			return rc ? rc : range_add(r, SW_CMP_LE, to);
		if (!n)
			return range_bad(r, to);
		return range_add(r, SW_CMP_LT,
			sw_arena_printf(
				r->a, "%.*s-dev", SW_STR_ARG(range_bump(r->a, core(to), n - 1))));
	}
	while (range_token(text, &at, &op, &v)) {
		bool eq = op.n == 2, ne = sw_str_is(op, "!=") || sw_str_is(op, "<>");
		int rc;
		v = plain(v);
		if (!v.n)
			return range_bad(r, text);
		if (!sw_str_starts(v, SW_STR("dev-")) &&
			(sw_str_ends(v, SW_STR("*")) || sw_str_ends(v, SW_STR(".x"))))
			rc = composer_wild(r, v, ne);
		else if (sw_str_is(op, "~") || sw_str_is(op, "^"))
			rc = composer_bound(r, op, v);
		else if (ne)
			rc = range_add(r, SW_CMP_NE, v);
		else if (primitive_op(op))
			rc = range_add(r,
				!op.n || op.p[0] == '=' ? SW_CMP_EQ
				: op.p[0] == '<'	? (eq ? SW_CMP_LE : SW_CMP_LT)
							: (eq ? SW_CMP_GE : SW_CMP_GT),
				v);
		else
			rc = range_bad(r, op);
		if (rc)
			return rc;
	}
	return 0;
}
