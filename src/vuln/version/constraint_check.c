/* SPDX-License-Identifier: Apache-2.0 */
/* PEP 440's specifiers, and semver with wildcards. */
#include <stdio.h>

#include "vuln/version/constraint_impl.h"

/* ---- PEP 440 ---- */

static const struct {
	const char *text;
	enum sw_comparator_op op, wild; /* with a trailing .*; SW_CMP_NONE: not allowed */
	bool local;			/* a local part is allowed */
} pep_ops[] = {
	{"===", SW_CMP_SAME, SW_CMP_NONE, true},
	{"==", SW_CMP_EQ, SW_CMP_PREFIX, true},
	{"=", SW_CMP_EQ, SW_CMP_PREFIX, true},
	{"", SW_CMP_EQ, SW_CMP_PREFIX, true},
	{"!=", SW_CMP_NE, SW_CMP_NOT_PREFIX, true},
	{"<=", SW_CMP_LE, SW_CMP_NONE, false},
	{">=", SW_CMP_GE, SW_CMP_NONE, false},
	{"<", SW_CMP_LT, SW_CMP_NONE, false},
	{">", SW_CMP_GT, SW_CMP_NONE, false},
};

/* ~=2!1.4.5 is >=2!1.4.5 and ==2!1.4.* */
static int compatible(struct range_reader *r, struct sw_str v)
{
	struct ver_pep_facts f;
	if (!ver_pep440_facts(v, &f) || f.local || f.release_parts < 2)
		return range_bad(r, v);
	size_t end = 0, dots = 0;
	struct sw_str whole = v;
	if (v.p[0] == 'v' || v.p[0] == 'V')
		v = sw_str_sub(v, 1, v.n);
	while (end < v.n && (ver_digit(v.p[end]) || v.p[end] == '.' || v.p[end] == '!')) {
		dots += v.p[end] == '.' && end + 1 < v.n && ver_digit(v.p[end + 1]);
		end++;
	}
	struct sw_str head = sw_str_sub(v, 0, end);
	while (head.n && head.p[head.n - 1] == '.')
		head.n--;
	size_t dot = sw_str_rfind(head, SW_STR("."));
	int rc = range_add(r, SW_CMP_GE, whole);
	return rc ? rc : range_add(r, SW_CMP_PREFIX, sw_str_sub(head, 0, dot));
}

static int specifier(struct range_reader *r, struct sw_str op, struct sw_str v)
{
	if (!op.n && sw_str_is(v, "*"))
		return range_add(r, SW_CMP_ANY, v);
	if (sw_str_is(op, "~="))
		return compatible(r, v);
	for (size_t i = 0; i < sizeof(pep_ops) / sizeof(*pep_ops); i++) {
		struct ver_pep_facts f;
		if (!sw_str_is(op, pep_ops[i].text))
			continue;
		if (!v.n)
			break;
		if (pep_ops[i].op == SW_CMP_SAME)
			return range_add(r, SW_CMP_SAME, v);
		bool star = sw_str_ends(v, SW_STR(".*"));
		struct sw_str head = star ? sw_str_sub(v, 0, v.n - 2) : v;
		if (!ver_pep440_facts(head, &f))
			break;
		if (star && (pep_ops[i].wild == SW_CMP_NONE || f.local || f.dev))
			break;
		if (f.local && !pep_ops[i].local)
			break;
		return range_add(r, star ? pep_ops[i].wild : pep_ops[i].op, head);
	}
	return range_bad(r, v.n ? v : op);
}

int range_read_pep440(struct range_reader *r, struct sw_str text)
{
	struct sw_str op, v;
	size_t at = 0;
	while (range_token(text, &at, &op, &v)) {
		int rc = specifier(r, op, v);
		if (rc)
			return rc;
	}
	return 0;
}

static struct sw_str public_part(struct sw_str v)
{
	return sw_str_sub(v, 0, sw_str_chr(v, '+', 0));
}

int range_check_pep440(const struct sw_comparator *c, struct sw_str v)
{
	struct ver_pep_facts fv, fc;
	if (c->op == SW_CMP_SAME)
		return sw_str_ieq(sw_str_trim(v), c->v);
	if (!ver_pep440_facts(v, &fv) || !ver_pep440_facts(c->v, &fc))
		return -SW_ESYNTAX;
	struct sw_str pub = public_part(v);
	bool same_base = ver_pep440_base(v, c->v) == 0;
	switch (c->op) {
	case SW_CMP_EQ:
		return ver_pep440(fc.local ? v : pub, c->v) == 0;
	case SW_CMP_NE:
		return ver_pep440(fc.local ? v : pub, c->v) != 0;
	case SW_CMP_LE:
		return ver_pep440(pub, c->v) <= 0;
	case SW_CMP_GE:
		return ver_pep440(pub, c->v) >= 0;
	case SW_CMP_LT:
		return ver_pep440(v, c->v) < 0 && !(!fc.pre && fv.pre && same_base);
	case SW_CMP_GT:
		return ver_pep440(v, c->v) > 0 && !(!fc.post && fv.post && same_base) &&
		       !(fv.local && same_base);
	case SW_CMP_PREFIX:
		return ver_pep440_prefix(v, c->v);
	case SW_CMP_NOT_PREFIX:
		return !ver_pep440_prefix(v, c->v);
	default:
		return 0;
	}
}

/* ---- semver with wildcards ---- */

struct semver {
	struct sw_str part[3];
	bool any[3];
	struct sw_str pre;
};

static bool pattern_part(struct sw_str s, size_t *i)
{
	size_t start = *i;
	while (*i < s.n &&
		(ver_digit(s.p[*i]) || s.p[*i] == 'x' || s.p[*i] == 'X' || s.p[*i] == '*'))
		++*i;
	return *i > start;
}

static bool words(struct sw_str s)
{
	struct sw_str part;
	if (!s.n)
		return false;
	while (sw_str_split(&s, '.', &part)) {
		if (!part.n)
			return false;
		for (size_t i = 0; i < part.n; i++)
			if (!ver_digit(part.p[i]) && !ver_alpha(part.p[i]) && part.p[i] != '-')
				return false;
	}
	return true;
}

static bool read_semver(struct sw_str v, bool zero_padding, struct semver *p)
{
	*p = (struct semver){.pre = SW_STR("")};
	if (v.n && v.p[0] == 'v')
		v = sw_str_sub(v, 1, v.n);
	size_t i = 0;
	for (unsigned k = 0; k < 3; k++) {
		p->any[k] = !zero_padding;
		p->part[k] = SW_STR("0");
	}
	for (unsigned k = 0; k < 3; k++) {
		size_t start = i;
		if (!pattern_part(v, &i))
			return false;
		p->part[k] = sw_str_sub(v, start, i);
		p->any[k] = !ver_is_number(p->part[k]);
		if (k == 2 || i >= v.n || v.p[i] != '.')
			break;
		i++;
	}
	if (i < v.n && v.p[i] == '-') {
		size_t plus = sw_str_chr(v, '+', i);
		p->pre = sw_str_sub(v, i + 1, plus);
		if (!words(p->pre))
			return false;
		i = plus == SW_NPOS ? v.n : plus;
	}
	return i >= v.n || (v.p[i] == '+' && words(sw_str_sub(v, i + 1, v.n)));
}

bool range_semver_pattern(struct sw_str v)
{
	struct semver p;
	return read_semver(v, false, &p);
}

static int pre_cmp(struct sw_str a, struct sw_str b)
{
	char x[SW_VERSION_MAX + 8], y[SW_VERSION_MAX + 8];
	if (!a.n || !b.n)
		return (b.n > 0) - (a.n > 0);
	int n = snprintf(x, sizeof(x), "0.0.0-%.*s", SW_STR_ARG(a));
	int m = snprintf(y, sizeof(y), "0.0.0-%.*s", SW_STR_ARG(b));
	return ver_semver(sw_str_make(x, (size_t)n), sw_str_make(y, (size_t)m));
}

/* A wildcard equals everything, and ends the comparison. */
static int wild_cmp(const struct semver *v, const struct semver *c)
{
	for (unsigned k = 0; k < 3; k++) {
		if (c->any[k])
			return 0;
		int o = ver_num(v->part[k], c->part[k]);
		if (o)
			return o;
	}
	return pre_cmp(v->pre, c->pre);
}

/* Is v below c with part `at` one more and zeros behind? */
static bool below_bump(const struct semver *v, const struct semver *c, unsigned at)
{
	for (unsigned k = 0; k < at; k++) {
		int o = ver_num(v->part[k], c->part[k]);
		if (o)
			return o < 0;
	}
	if (ver_num(v->part[at], c->part[at]) <= 0)
		return true;
	/* One above: only the bump's own pre-releases are still below it. */
	char up[SW_VERSION_MAX];
	size_t n = c->part[at].n;
	if (n + 1 >= sizeof(up))
		return false;
	up[0] = '0';
	memcpy(up + 1, c->part[at].p, n);
	size_t i = n;
	while (i > 0 && up[i] == '9')
		up[i--] = '0';
	up[i]++;
	if (ver_num(v->part[at], sw_str_make(up, n + 1)) != 0)
		return false;
	for (unsigned k = at + 1; k < 3; k++)
		if (ver_num(v->part[k], SW_STR("0")))
			return false;
	return v->pre.n > 0;
}

static bool zero(struct sw_str s)
{
	return ver_num(s, SW_STR("0")) == 0;
}

bool range_check_semver(
	const struct sw_range *r, const struct sw_comparator *cmp, struct sw_str text)
{
	struct semver v, c, low;
	bool padded = r->flags & SW_RANGE_ZERO_PADDING;
	if (!read_semver(text, true, &v) || !read_semver(cmp->v, padded, &c))
		return false;
	bool any = c.any[0] || c.any[1] || c.any[2];
	if (!(r->flags & SW_RANGE_PRERELEASE) && v.pre.n && !c.pre.n)
		return false;
	if (c.pre.n && any)
		return false;
	low = c;
	for (unsigned k = 0; k < 3; k++)
		if (c.any[k]) {
			low.part[k] = SW_STR("0");
			low.any[k] = false;
		}
	int o = wild_cmp(&v, &c);
	unsigned at = c.any[1] ? 0 : 1;
	switch (cmp->op) {
	case SW_CMP_EQ:
		return o == 0;
	case SW_CMP_NE:
		return o != 0;
	case SW_CMP_LT:
		return wild_cmp(&v, &low) < 0;
	case SW_CMP_LE:
		return o <= 0;
	case SW_CMP_GT:
		return o > 0;
	case SW_CMP_GE:
		return o >= 0;
	case SW_CMP_CARET:
		if (!c.any[0] && !zero(c.part[0]))
			at = 0;
		else if (!c.any[1] && zero(c.part[1]) && !c.any[2] && range_parts(cmp->v) > 2)
			at = 2;
		else if (padded && range_parts(cmp->v) < 2)
			at = 0;
		/* fall through */
	case SW_CMP_TILDE:
		if (cmp->op == SW_CMP_TILDE && padded && range_parts(cmp->v) < 2)
			at = 0;
		return o >= 0 && (c.any[0] || below_bump(&v, &c, at));
	default:
		return false;
	}
}
