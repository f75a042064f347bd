/* SPDX-License-Identifier: Apache-2.0 */
/* Intervals (Maven, NuGet, nginx, OpenSSL), and vers: package-url/vers-spec. */
#include <stdlib.h>

#include "base/base64.h"
#include "vuln/version/constraint_impl.h"

/* ---- intervals ---- */

/* What is between the brackets: "", "1.0", "1.0,2.0". */
static int interval(struct range_reader *r, struct sw_str inner, bool low_closed, bool high_closed)
{
	size_t comma = sw_str_chr(inner, ',', 0);
	if (comma == SW_NPOS) {
		struct sw_str v = sw_str_trim(inner);
		if (!v.n)
			return range_bad(r, inner);
		if (low_closed && high_closed)
			return range_add(r, SW_CMP_EQ, v);
		return range_add(r, SW_CMP_NONE, v); /* (1.0): nothing lies between */
	}
	struct sw_str low = sw_str_trim(sw_str_sub(inner, 0, comma));
	struct sw_str high = sw_str_trim(sw_str_sub(inner, comma + 1, inner.n));
	if (sw_str_chr(high, ',', 0) != SW_NPOS)
		return range_bad(r, inner);
	int rc = 0;
	if (low.n)
		rc = range_add(r, low_closed ? SW_CMP_GE : SW_CMP_GT, low);
	if (!rc && high.n)
		rc = range_add(r, high_closed ? SW_CMP_LE : SW_CMP_LT, high);
	if (!rc && !low.n && !high.n)
		rc = range_add(r, SW_CMP_ANY, SW_STR("*"));
	return rc;
}

static int brackets(struct range_reader *r, struct sw_str text, struct sw_range_alt *alts,
	uint32_t max, uint32_t *ret_n)
{
	struct sw_str t = sw_str_trim(text);
	while (t.n) {
		size_t end = 0, from = r->n;
		if (t.p[0] != '[' && t.p[0] != '(')
			return range_bad(r, t);
		while (end < t.n && t.p[end] != ']' && t.p[end] != ')')
			end++;
		if (end == t.n)
			return range_bad(r, t);
		if (*ret_n == max)
			return sw_error_set(r->err, SW_ELIMIT, "version range: too many intervals");
		int rc = interval(r, sw_str_sub(t, 1, end), t.p[0] == '[', t.p[end] == ']');
		if (rc)
			return rc;
		alts[(*ret_n)++] = (struct sw_range_alt){r->c + from, r->n - (uint32_t)from};
		t = sw_str_trim(sw_str_sub(t, end + 1, t.n));
		if (t.n && t.p[0] == ',')
			t = sw_str_trim(sw_str_sub(t, 1, t.n));
		else if (t.n)
			return range_bad(r, t);
	}
	return 0;
}

/* nginx: "1.5.0+" is the whole of a stable line, or all from there on; "0.7.52-0.8.39". */
static int nginx_item(struct range_reader *r, struct sw_str item)
{
	size_t dash = sw_str_chr(item, '-', 0);
	int rc;
	if (sw_str_is(item, "all"))
		return range_add(r, SW_CMP_ANY, SW_STR("*"));
	if (sw_str_is(item, "none"))
		return range_add(r, SW_CMP_NONE, SW_STR(""));
	if (item.p[item.n - 1] == '+') {
		struct sw_str v = sw_str_sub(item, 0, item.n - 1), minor = range_part(v, 1);
		rc = range_add(r, SW_CMP_GE, v);
		if (rc || !minor.n || (minor.p[minor.n - 1] - '0') % 2)
			return rc;
		return range_add(r, SW_CMP_LT, range_bump(r->a, v, 1));
	}
	if (dash == SW_NPOS)
		return range_add(r, SW_CMP_EQ, item);
	rc = range_add(r, SW_CMP_GE, sw_str_sub(item, 0, dash));
	return rc ? rc : range_add(r, SW_CMP_LE, sw_str_sub(item, dash + 1, item.n));
}

int range_read_intervals(struct range_reader *r, struct sw_str text, struct sw_range_alt *alts,
	uint32_t max, uint32_t *ret_n)
{
	struct sw_str rest = text, item;
	if (r->l == SW_RANGE_MAVEN || r->l == SW_RANGE_NUGET)
		return brackets(r, text, alts, max, ret_n);
	while (sw_str_split(&rest, ',', &item)) {
		uint32_t from = r->n;
		item = sw_str_trim(item);
		if (!item.n)
			return range_bad(r, text);
		if (*ret_n == max)
			return sw_error_set(r->err, SW_ELIMIT, "version range: too many versions");
		int rc = r->l == SW_RANGE_NGINX ? nginx_item(r, item)
						: range_add(r, SW_CMP_EQ, item);
		if (rc)
			return rc;
		alts[(*ret_n)++] = (struct sw_range_alt){r->c + from, r->n - from};
	}
	return 0;
}

/* ---- vers out ---- */

static bool lower(enum sw_comparator_op op)
{
	return op == SW_CMP_GT || op == SW_CMP_GE;
}

/* By version; at one version what ends there before what begins there. */
static int comparator_order(const void *a, const void *b, void *arg)
{
	const struct sw_comparator *x = a, *y = b;
	enum sw_range_language l = *(enum sw_range_language *)arg;
	int c = 0;
	if (sw_range_cmp(l, x->v, y->v, &c) == 0 && c)
		return c;
	return lower(x->op) != lower(y->op) ? (lower(x->op) ? 1 : -1) : (int)x->op - (int)y->op;
}

static const char *op_text(enum sw_comparator_op op)
{
	switch (op) {
	case SW_CMP_NE:
		return "!=";
	case SW_CMP_LT:
		return "<";
	case SW_CMP_LE:
		return "<=";
	case SW_CMP_GT:
		return ">";
	case SW_CMP_GE:
		return ">=";
	default:
		return "";
	}
}

/*
 * The specification's own cases read npm's ranges a little apart from npm: an operator before a
 * wildcard is dropped (">= 1.x" is 1.x), "2.1" is the version 2.1.0 also in "<= 2.1", and bounds
 * have no "-0".
 */
static int npm_item(struct range_reader *r, struct sw_str op, struct sw_str v)
{
	bool wild = false;
	for (size_t i = 0; i < v.n && v.p[i] != '-'; i++)
		wild |= v.p[i] == 'x' || v.p[i] == 'X' || v.p[i] == '*';
	if (op.n && op.p[0] != '^' && op.p[0] != '~' && wild)
		op = SW_STR("");
	else if ((!op.n || sw_str_is(op, "<=")) && !wild && sw_str_chr(v, '-', 0) == SW_NPOS)
		for (unsigned n = range_parts(v); n < 3; n++)
			v = sw_arena_printf(r->a, "%.*s.0", SW_STR_ARG(v));
	struct sw_str joined = sw_arena_printf(r->a, "%.*s%.*s", SW_STR_ARG(op), SW_STR_ARG(v));
	return joined.p ? range_read_npm(r, joined) : range_bad(r, v);
}

static int npm_native(struct range_reader *r, struct sw_str text)
{
	struct sw_str rest = text, op, v;
	int rc = 0;
	for (bool more = true; !rc && more;) {
		size_t cut = sw_str_find(rest, SW_STR("||"), 0), at = 0;
		struct sw_str piece = sw_str_sub(rest, 0, cut);
		more = cut != SW_NPOS;
		rest = more ? sw_str_sub(rest, cut + 2, rest.n) : rest;
		if (sw_str_has(piece, SW_STR(" - "))) {
			rc = range_read_npm(r, piece);
			continue;
		}
		while (!rc && range_token(piece, &at, &op, &v))
			rc = npm_item(r, op, v);
	}
	for (uint32_t i = 0; i < r->n; i++)
		if (r->c[i].op == SW_CMP_LT && sw_str_ends(r->c[i].v, SW_STR("-0")))
			r->c[i].v.n -= 2;
	return rc;
}

int sw_range_to_vers(struct sw_arena *a, enum sw_range_language l, struct sw_str native,
	struct sw_buf *out, struct sw_error *err)
{
	struct sw_range range = {0};
	struct range_reader r = {.a = a, .l = l, .err = err, .cap = SW_RANGE_PARTS};
	int rc;
	if (native.n > SW_RANGE_MAX)
		return sw_error_set(
			err, SW_ELIMIT, "version range: longer than %u bytes", SW_RANGE_MAX);
	r.c = sw_arena_new_array(a, r.cap, struct sw_comparator);
	if (!r.c)
		return sw_error_set(err, SW_ELIMIT, "version range: out of memory budget");
	if (l == SW_RANGE_NPM) {
		rc = npm_native(&r, native);
	} else {
		rc = sw_range_parse(a, l, 0, native, &range, err);
		for (uint32_t i = 0; !rc && i < range.n; i++)
			for (uint32_t k = 0; !rc && k < range.alts[i].n; k++)
				rc = range_add(&r, range.alts[i].c[k].op, range.alts[i].c[k].v);
	}
	if (rc)
		return rc;
	qsort_r(r.c, r.n, sizeof(*r.c), comparator_order, &l);
	sw_buf_addz(out, "vers:");
	sw_buf_addz(out, l == SW_RANGE_PEP440 ? "pypi"
			 : l == SW_RANGE_GO   ? "golang"
					      : sw_range_language_name(l));
	sw_buf_addch(out, '/');
	for (uint32_t i = 0; i < r.n; i++) {
		struct sw_str v = r.c[i].v;
		if (l == SW_RANGE_GEM && sw_str_ends(v, SW_STR(".A")))
			v.n -= 2;
		if (i)
			sw_buf_addch(out, '|');
		sw_buf_addz(out, op_text(r.c[i].op));
		for (size_t k = 0; k < v.n; k++)
			if (v.p[k] && strchr("<>=!*|%", v.p[k]) && r.c[i].op != SW_CMP_ANY)
				sw_buf_printf(out, "%%%02X", (unsigned char)v.p[k]);
			else
				sw_buf_addch(out, v.p[k]);
	}
	return 0;
}

/* ---- vers in ---- */

enum { VERS_PARTS = 256 };

static const struct {
	const char *name;
	enum sw_range_language l;
} vers_types[] = {
	{"alpine", SW_RANGE_APK},
	{"apk", SW_RANGE_APK},
	{"alpm", SW_RANGE_ALPM},
	{"arch", SW_RANGE_ALPM},
	{"bitnami", SW_RANGE_BITNAMI},
	{"cargo", SW_RANGE_LAX_SEMVER},
	{"composer", SW_RANGE_COMPOSER},
	{"conan", SW_RANGE_CONAN},
	{"conda", SW_RANGE_LAX_PEP440},
	{"cpan", SW_RANGE_FUZZY},
	{"cran", SW_RANGE_CRAN},
	{"dart", SW_RANGE_PUB},
	{"datetime", SW_RANGE_DATETIME},
	{"deb", SW_RANGE_DEB},
	{"debian", SW_RANGE_DEB},
	{"ebuild", SW_RANGE_GENTOO},
	{"gem", SW_RANGE_GEM},
	{"generic", SW_RANGE_FUZZY},
	{"gentoo", SW_RANGE_GENTOO},
	{"github", SW_RANGE_LAX_SEMVER},
	{"go", SW_RANGE_GO},
	{"golang", SW_RANGE_GO},
	{"hackage", SW_RANGE_HACKAGE},
	{"hex", SW_RANGE_LAX_SEMVER},
	{"intdot", SW_RANGE_CRAN},
	{"julia", SW_RANGE_JULIA},
	{"lexicographic", SW_RANGE_KB},
	{"maven", SW_RANGE_MAVEN},
	{"nginx", SW_RANGE_LAX_SEMVER},
	{"npm", SW_RANGE_LAX_SEMVER},
	{"nuget", SW_RANGE_NUGET},
	{"openssl", SW_RANGE_OPENSSL},
	{"pub", SW_RANGE_PUB},
	{"pypi", SW_RANGE_LAX_PEP440},
	{"rpm", SW_RANGE_RPM},
	{"semver", SW_RANGE_LAX_SEMVER},
	{"swift", SW_RANGE_LAX_SEMVER},
};

static struct sw_comparator vers_part(struct sw_str s)
{
	static const struct {
		const char *text;
		enum sw_comparator_op op;
	} ops[] = {{">=", SW_CMP_GE}, {"<=", SW_CMP_LE}, {"!=", SW_CMP_NE}, {"<", SW_CMP_LT},
		{">", SW_CMP_GT}, {"=", SW_CMP_EQ}};
	s = sw_str_trim(s);
	for (size_t i = 0; i < sizeof(ops) / sizeof(*ops); i++)
		if (sw_str_starts(s, sw_str_from(ops[i].text)))
			return (struct sw_comparator){
				ops[i].op, sw_str_trim(sw_str_sub(s, strlen(ops[i].text), s.n))};
	return (struct sw_comparator){SW_CMP_EQ, s};
}

static bool within(enum sw_range_language l, const struct sw_comparator *c, struct sw_str v)
{
	int o = 0;
	if (sw_range_cmp(l, v, c->v, &o))
		return false;
	return c->op == SW_CMP_LT   ? o < 0
	       : c->op == SW_CMP_LE ? o <= 0
	       : c->op == SW_CMP_GT ? o > 0
				    : o >= 0;
}

static int vers_language(struct sw_str type, enum sw_range_language *ret, struct sw_error *err)
{
	for (size_t i = 0; i < sizeof(vers_types) / sizeof(*vers_types); i++)
		if (sw_str_ieq(type, sw_str_from(vers_types[i].name))) {
			*ret = vers_types[i].l;
			return 0;
		}
	return sw_error_set(
		err, SW_EUNSUPPORTED, "vers: type '%.*s' is not known", SW_STR_ARG(type));
}

/* Comparators with their versions decoded, views of `text`, which has room for all of them. */
static int vers_read(struct sw_str rest, struct sw_buf *text, struct sw_comparator *c,
	uint32_t *ret_n, struct sw_error *err)
{
	struct sw_str piece;
	uint32_t n = 0;
	if (rest.n > SW_RANGE_MAX || !sw_buf_extend(text, rest.n + 1))
		return sw_error_set(err, SW_ELIMIT, "vers: longer than %u bytes", SW_RANGE_MAX);
	sw_buf_clear(text);
	while (sw_str_split(&rest, '|', &piece)) {
		struct sw_comparator part = vers_part(piece);
		size_t from = text->n;
		if (!part.v.n)
			return sw_error_set(err, SW_ESYNTAX, "vers: an empty comparator");
		if (n == VERS_PARTS)
			return sw_error_set(err, SW_ELIMIT, "vers: more than 256 comparators");
		if (!sw_percent_decode(text, part.v))
			return sw_error_set(err, SW_ESYNTAX,
				"vers: '%%' is not followed by two hexadecimal digits");
		part.v = sw_str_sub(sw_buf_str(text), from, text->n);
		c[n++] = part;
	}
	*ret_n = n;
	return 0;
}

/* Single versions say yes or no by themselves; the bounds are kept. True: `ret` is the answer. */
static bool vers_singles(
	enum sw_range_language l, struct sw_comparator *c, uint32_t *n, struct sw_str v, bool *ret)
{
	uint32_t bounds = 0;
	bool yes = false, no = false;
	for (uint32_t i = 0; i < *n; i++) {
		int o = 0;
		bool equal = sw_range_cmp(l, v, c[i].v, &o) == 0 && o == 0;
		yes |= equal &&
		       (c[i].op == SW_CMP_EQ || c[i].op == SW_CMP_LE || c[i].op == SW_CMP_GE);
		no |= equal && c[i].op == SW_CMP_NE;
		if (c[i].op != SW_CMP_EQ && c[i].op != SW_CMP_NE)
			c[bounds++] = c[i];
	}
	*n = bounds;
	if (yes || no)
		*ret = yes;
	return yes || no;
}

int sw_vers_contains(struct sw_str vers, struct sw_str v, bool *ret, struct sw_error *err)
{
	struct sw_comparator c[VERS_PARTS];
	enum sw_range_language l;
	uint32_t n = 0;
	sw_autobuf text;
	sw_buf_init(&text, SW_RANGE_MAX + 1);
	size_t slash = sw_str_chr(vers, '/', 0);
	if (!sw_str_starts(vers, SW_STR("vers:")) || slash == SW_NPOS)
		return sw_error_set(err, SW_ESYNTAX, "vers: does not begin with 'vers:<type>/'");
	struct sw_str type = sw_str_sub(vers, 5, slash), rest = sw_str_sub(vers, slash + 1, vers.n);
	bool all = sw_str_ieq(type, SW_STR("all")), none = sw_str_ieq(type, SW_STR("none"));
	int rc = all || none ? 0 : vers_language(type, &l, err);
	if (rc)
		return rc;
	if (sw_str_is(rest, "*")) {
		*ret = !none;
		return 0;
	}
	if (all || none)
		return sw_error_set(
			err, SW_ESYNTAX, "vers: '*' alone may follow '%.*s'", SW_STR_ARG(type));
	if ((rc = vers_read(rest, &text, c, &n, err)))
		return rc;
	if (vers_singles(l, c, &n, v, ret))
		return 0;
	qsort_r(c, n, sizeof(*c), comparator_order, &l);
	bool in = n && ((!lower(c[0].op) && within(l, &c[0], v)) ||
			       (lower(c[n - 1].op) && within(l, &c[n - 1], v)));
	for (uint32_t i = 0; !in && i + 1 < n; i++)
		in = lower(c[i].op) && !lower(c[i + 1].op) && within(l, &c[i], v) &&
		     within(l, &c[i + 1], v);
	*ret = in;
	return 0;
}
