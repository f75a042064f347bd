/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/version/constraint_impl.h"

typedef int (*read_fn)(struct range_reader *r, struct sw_str text);

static bool any_word(struct sw_str v)
{
	return v.n > 0;
}

static bool mvn_word(struct sw_str v)
{
	for (size_t i = 0; i < v.n; i++)
		if (!ver_digit(v.p[i]) && !ver_alpha(v.p[i]) &&
			(!v.p[i] || !strchr("._-+~", v.p[i])))
			return false;
	return v.n > 0;
}

static bool loose_word(struct sw_str v)
{
	return ver_loose_valid(v.n && v.p[0] == 'V' ? sw_str_sub(v, 1, v.n) : v);
}

static int range_read_ops(struct range_reader *r, struct sw_str text);

static const struct language {
	const char *name;
	enum sw_version_scheme scheme;
	read_fn read;
	const char *ops;			      /* "|"-separated, of range_read_ops */
	bool (*word)(struct sw_str v);		      /* is a version of it */
	int (*cmp)(struct sw_str a, struct sw_str b); /* NULL: the scheme's */
} languages[SW_RANGE__COUNT] = {
	[SW_RANGE_DEB] = {"deb", SW_VER_DEB, range_read_ops, "", any_word},
	[SW_RANGE_RPM] = {"rpm", SW_VER_RPM, range_read_ops, "", any_word, range_cmp_rpm},
	[SW_RANGE_APK] = {"apk", SW_VER_APK, range_read_ops, "~", any_word},
	[SW_RANGE_ALPM] = {"alpm", SW_VER_ALPM, range_read_ops, "", any_word},
	[SW_RANGE_GENTOO] = {"gentoo", SW_VER_GENTOO, range_read_ops, "", any_word},
	[SW_RANGE_GO] = {"go", SW_VER_SEMVER, range_read_ops, "", any_word},
	[SW_RANGE_CRAN] = {"cran", SW_VER_CRAN, range_read_ops, "", any_word},
	[SW_RANGE_HACKAGE] = {"hackage", SW_VER_HACKAGE, range_read_ops, "", any_word},
	[SW_RANGE_JULIA] = {"julia", SW_VER_PUB, range_read_ops, "", any_word},
	[SW_RANGE_BITNAMI] = {"bitnami", SW_VER_SEMVER_LOOSE, range_read_ops, "", any_word,
		range_cmp_bitnami},
	[SW_RANGE_JVM] = {"jvm", SW_VER_SEMVER_LOOSE, range_read_ops, "", any_word, range_cmp_jvm},
	[SW_RANGE_KB] = {"kb", SW_VER_LEXICOGRAPHIC, range_read_ops, "", any_word},
	[SW_RANGE_DATETIME] = {"datetime", SW_VER_DATETIME, range_read_ops, "", any_word},
	[SW_RANGE_FUZZY] = {"fuzzy", SW_VER_SEMVER_LOOSE, range_read_ops, "", any_word,
		range_cmp_fuzzy},
	[SW_RANGE_LAX_SEMVER] = {"semver-lax", SW_VER_SEMVER_LOOSE, range_read_ops, "", any_word,
		range_cmp_semantic},
	[SW_RANGE_LAX_PEP440] = {"pep440-lax", SW_VER_PEP440, range_read_ops, "", any_word,
		range_cmp_lax_pep440},
	[SW_RANGE_SEMVER] = {"semver", SW_VER_SEMVER, range_read_ops, "~|^", range_semver_pattern},
	[SW_RANGE_SEMVER_LOOSE] = {"semver-loose", SW_VER_SEMVER_LOOSE, range_read_ops, "~|^|~>",
		loose_word},
	[SW_RANGE_NPM] = {"npm", SW_VER_NPM, range_read_npm},
	[SW_RANGE_CARGO] = {"cargo", SW_VER_NPM, range_read_npm},
	[SW_RANGE_PUB] = {"pub", SW_VER_PUB, range_read_npm},
	[SW_RANGE_HEX] = {"hex", SW_VER_SEMVER, range_read_ops, "~>", any_word},
	[SW_RANGE_COMPOSER] = {"composer", SW_VER_COMPOSER, range_read_composer},
	[SW_RANGE_PEP440] = {"pep440", SW_VER_PEP440, range_read_pep440},
	[SW_RANGE_GEM] = {"gem", SW_VER_GEM, range_read_ops, "~>", ver_gem_valid},
	[SW_RANGE_MAVEN] = {"maven", SW_VER_MAVEN, range_read_ops, "", mvn_word, range_cmp_maven},
	[SW_RANGE_NUGET] = {"nuget", SW_VER_NUGET, range_read_ops, "", any_word},
	[SW_RANGE_CONAN] = {"conan", SW_VER_CONAN, range_read_conan},
	[SW_RANGE_NGINX] = {"nginx", SW_VER_SEMVER_LOOSE},
	[SW_RANGE_OPENSSL] = {"openssl", SW_VER_OPENSSL},
};

const char *sw_range_language_name(enum sw_range_language l)
{
	return languages[l].name;
}

int sw_range_language_find(struct sw_str name, enum sw_range_language *ret)
{
	if (sw_str_is(name, "pypi"))
		name = SW_STR("pep440");
	for (unsigned i = 0; i < SW_RANGE__COUNT; i++)
		if (sw_str_is(name, languages[i].name)) {
			*ret = (enum sw_range_language)i;
			return 0;
		}
	return -SW_ENOENT;
}

enum sw_version_scheme sw_range_scheme(enum sw_range_language l)
{
	return languages[l].scheme;
}

/* ---- collecting ---- */

int range_add(struct range_reader *r, enum sw_comparator_op op, struct sw_str v)
{
	if (r->n == r->cap || (op != SW_CMP_ANY && op != SW_CMP_NONE && !v.p)) {
		r->full = true;
		return sw_error_set(r->err, SW_ELIMIT, "version range: more than %u comparisons",
			SW_RANGE_PARTS);
	}
	r->c[r->n++] = (struct sw_comparator){op, v};
	return 0;
}

int range_bad(struct range_reader *r, struct sw_str what)
{
	return sw_error_set(r->err, SW_ESYNTAX, "version range (%s): '%.*s' is not understood",
		languages[r->l].name, (int)(what.n < 80 ? what.n : 80), what.p ? what.p : "");
}

static bool space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}

static bool op_char(char c)
{
	return c == '<' || c == '>' || c == '=';
}

static struct sw_str unquoted(struct sw_str v)
{
	while (v.n && (v.p[0] == '\'' || v.p[0] == '"' || v.p[0] == '\\'))
		v = sw_str_sub(v, 1, v.n);
	while (v.n && (v.p[v.n - 1] == '\'' || v.p[v.n - 1] == '"' || v.p[v.n - 1] == '\\'))
		v.n--;
	return v;
}

bool range_token(struct sw_str t, size_t *at, struct sw_str *ret_op, struct sw_str *ret_v)
{
	size_t i = *at;
	while (i < t.n && (space(t.p[i]) || t.p[i] == ','))
		i++;
	if (i >= t.n)
		return false;
	size_t start = i;
	while (i < t.n && (op_char(t.p[i]) || strchr("!~^", t.p[i])) && t.p[i])
		i++;
	*ret_op = sw_str_sub(t, start, i);
	while (i < t.n && space(t.p[i]))
		i++;
	start = i;
	/* '!' opens an operator only as "!=": 2!1.0 is a version of Python's. */
	while (i < t.n && !space(t.p[i]) && t.p[i] != ',' && !op_char(t.p[i]) &&
		!(t.p[i] == '!' && i + 1 < t.n && t.p[i + 1] == '='))
		i++;
	*ret_v = sw_str_sub(t, start, i);
	*at = i;
	return true;
}

unsigned range_parts(struct sw_str core)
{
	unsigned n = 0;
	struct sw_str part;
	while (sw_str_split(&core, '.', &part))
		n++;
	return n;
}

struct sw_str range_part(struct sw_str core, unsigned i)
{
	struct sw_str part;
	for (unsigned k = 0; sw_str_split(&core, '.', &part); k++)
		if (k == i)
			return part;
	return SW_STR("");
}

static struct sw_str one_more(struct sw_arena *a, struct sw_str number)
{
	char *p = sw_arena_alloc(a, number.n + 2);
	if (!p)
		return (struct sw_str){0};
	p[0] = '0';
	memcpy(p + 1, number.p, number.n);
	size_t i = number.n;
	while (i > 0 && p[i] == '9')
		p[i--] = '0';
	p[i]++;
	return p[0] == '0' && number.n ? sw_str_make(p + 1, number.n)
				       : sw_str_make(p, number.n + 1);
}

struct sw_str range_bump(struct sw_arena *a, struct sw_str core, unsigned at)
{
	sw_autobuf out;
	unsigned n = range_parts(core);
	sw_buf_init(&out, SW_RANGE_MAX);
	for (unsigned i = 0; i < n || i <= at; i++) {
		struct sw_str part = range_part(core, i);
		if (i)
			sw_buf_addch(&out, '.');
		if (i < at)
			sw_buf_addstr(&out, part.n ? part : SW_STR("0"));
		else
			sw_buf_addstr(&out, i > at ? SW_STR("0") : one_more(a, part));
	}
	return out.overflow ? (struct sw_str){0} : sw_arena_str(a, sw_buf_str(&out));
}

/* ---- lists of operators ---- */

static int op_of(struct sw_str op, enum sw_comparator_op *ret)
{
	static const struct {
		const char *text;
		enum sw_comparator_op op;
	} known[] = {{"", SW_CMP_EQ}, {"=", SW_CMP_EQ}, {"==", SW_CMP_EQ}, {"!=", SW_CMP_NE},
		{"<", SW_CMP_LT}, {"<=", SW_CMP_LE}, {"=<", SW_CMP_LE}, {">", SW_CMP_GT},
		{">=", SW_CMP_GE}, {"=>", SW_CMP_GE}, {"~", SW_CMP_TILDE}, {"^", SW_CMP_CARET},
		{"<~", SW_CMP_LT_LINE}, {">~", SW_CMP_GT_LINE}, {"!~", SW_CMP_NOT_LINE}};
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (sw_str_is(op, known[i].text)) {
			*ret = known[i].op;
			return 0;
		}
	return -SW_ENOENT;
}

/* "1.2.3-beta" -> "1.2.3" */
static struct sw_str core_of(struct sw_str v)
{
	size_t i = 0;
	if (v.n && (v.p[0] == 'v' || v.p[0] == 'V'))
		v = sw_str_sub(v, 1, v.n);
	while (i < v.n && (ver_digit(v.p[i]) || v.p[i] == '.'))
		i++;
	while (i && v.p[i - 1] == '.')
		i--;
	return sw_str_sub(v, 0, i);
}

/* ~> 1.2.3: the last part but one may not grow. Letters in a gem's version count as parts. */
static int pessimistic(struct range_reader *r, struct sw_str v)
{
	struct sw_str core = core_of(v);
	unsigned n = range_parts(core);
	bool cut = r->l == SW_RANGE_GEM;
	if (!n)
		return range_bad(r, v);
	struct sw_str top = range_bump(r->a, core, n > 1 ? n - 2 : 0);
	size_t dot = n > 1 && cut ? sw_str_rfind(top, SW_STR(".")) : SW_NPOS;
	if (dot != SW_NPOS)
		top = sw_str_sub(top, 0, dot);
	int rc = range_add(r, SW_CMP_GE, v);
	/* A gem's own pre-releases of the upper bound are above the range: 2.0.a is no ~> 1.0. */
	if (!rc && cut)
		top = sw_arena_printf(r->a, "%.*s.A", SW_STR_ARG(top));
	return rc ? rc : range_add(r, SW_CMP_LT, top);
}

static int loose_tilde(struct range_reader *r, struct sw_str v, bool caret)
{
	struct sw_str core = core_of(v);
	unsigned n = range_parts(core), at = n > 1 ? n - 2 : 0;
	if (!n)
		return range_bad(r, v);
	if (caret) {
		for (at = 0; at + 1 < n && !ver_num(range_part(core, at), SW_STR("0")); at++)
			;
	} else if (n == 2) {
		at = 1;
	}
	int rc = range_add(r, SW_CMP_GE, v);
	return rc ? rc : range_add(r, SW_CMP_LT, range_bump(r->a, core, at));
}

static bool op_allowed(const struct language *l, struct sw_str op)
{
	struct sw_str rest = sw_str_from(l->ops), piece;
	if (op.n && op.p[0] != '~' && op.p[0] != '^')
		return true;
	while (sw_str_split(&rest, '|', &piece))
		if (piece.n && sw_str_eq(piece, op))
			return true;
	return op.n == 0;
}

static int range_read_ops(struct range_reader *r, struct sw_str text)
{
	const struct language *l = &languages[r->l];
	struct sw_str op, v;
	size_t at = 0;
	while (range_token(text, &at, &op, &v)) {
		enum sw_comparator_op kind = SW_CMP_EQ;
		bool twiddle = sw_str_is(op, "~>");
		if (r->l == SW_RANGE_HEX && !op.n && sw_str_is(v, "and"))
			continue;
		if (r->l != SW_RANGE_MAVEN)
			v = unquoted(v);
		if (!op_allowed(l, op) || (!twiddle && op_of(op, &kind)) || !v.n || !l->word(v))
			return range_bad(r, sw_str_trim(text));
		if (r->l == SW_RANGE_MAVEN && !op.n && (r->flags & SW_RANGE_SOFT))
			kind = SW_CMP_GE;
		if (kind >= SW_CMP_LINE && r->l != SW_RANGE_APK)
			return range_bad(r, sw_str_trim(text));
		if (kind == SW_CMP_TILDE && r->l == SW_RANGE_APK)
			kind = SW_CMP_LINE;
		int rc;
		if (twiddle)
			rc = pessimistic(r, v);
		else if (r->l == SW_RANGE_SEMVER_LOOSE &&
			 (kind == SW_CMP_TILDE || kind == SW_CMP_CARET))
			rc = loose_tilde(r, v, kind == SW_CMP_CARET);
		else
			rc = range_add(r, kind, v);
		if (rc)
			return rc;
	}
	return 0;
}

/* ---- whole ranges ---- */

/* The next alternative: "||", for composer "|" too, for hex the word "or". */
static bool next_alternative(enum sw_range_language l, struct sw_str *rest, struct sw_str *ret)
{
	if (!rest->p)
		return false;
	size_t at = sw_str_find(*rest, SW_STR("||"), 0), width = 2;
	if (l == SW_RANGE_COMPOSER) {
		size_t one = sw_str_chr(*rest, '|', 0);
		if (one != SW_NPOS && one < at) {
			at = one;
			width = 1;
		}
	}
	if (l == SW_RANGE_HEX && at == SW_NPOS) {
		at = sw_str_find(*rest, SW_STR(" or "), 0);
		width = 4;
	}
	*ret = sw_str_sub(*rest, 0, at);
	*rest = at == SW_NPOS ? (struct sw_str){0} : sw_str_sub(*rest, at + width, rest->n);
	return true;
}

static bool has_intervals(enum sw_range_language l, struct sw_str text)
{
	text = sw_str_trim(text);
	if (l != SW_RANGE_MAVEN && l != SW_RANGE_NUGET)
		return l == SW_RANGE_NGINX || l == SW_RANGE_OPENSSL;
	return sw_str_chr(text, '[', 0) != SW_NPOS || sw_str_chr(text, '(', 0) != SW_NPOS ||
	       sw_str_chr(text, ']', 0) != SW_NPOS || sw_str_chr(text, ')', 0) != SW_NPOS;
}

int sw_range_parse(struct sw_arena *a, enum sw_range_language l, unsigned flags, struct sw_str text,
	struct sw_range *ret, struct sw_error *err)
{
	if (text.n > SW_RANGE_MAX)
		return sw_error_set(
			err, SW_ELIMIT, "version range: longer than %u bytes", SW_RANGE_MAX);
	uint32_t cap = 16 + (uint32_t)text.n;
	if (cap > SW_RANGE_PARTS)
		cap = SW_RANGE_PARTS;
	struct range_reader r = {.a = a, .l = l, .flags = flags, .err = err, .cap = cap};
	struct sw_range_alt *alts = sw_arena_new_array(a, cap, struct sw_range_alt);
	r.c = sw_arena_new_array(a, cap, struct sw_comparator);
	if (!alts || !r.c)
		return sw_error_set(err, SW_ELIMIT, "version range: out of memory budget");
	uint32_t n = 0;
	int rc = 0;
	if (has_intervals(l, text)) {
		rc = range_read_intervals(&r, text, alts, cap, &n);
	} else {
		struct sw_str rest = text.p ? text : SW_STR(""), piece;
		while (!rc && next_alternative(l, &rest, &piece)) {
			uint32_t from = r.n;
			if (n == cap)
				return sw_error_set(err, SW_ELIMIT,
					"version range: more than %u alternatives", cap);
			rc = languages[l].read(&r, piece);
			alts[n++] = (struct sw_range_alt){r.c + from, r.n - from};
		}
	}
	if (!rc)
		*ret = (struct sw_range){l, flags, alts, n};
	return rc;
}

int sw_range_cmp(enum sw_range_language l, struct sw_str a, struct sw_str b, int *ret)
{
	if (a.n > SW_VERSION_MAX || b.n > SW_VERSION_MAX)
		return -SW_ELIMIT;
	if (l == SW_RANGE_GEM) {
		a = range_gem_without_platform(a);
		b = range_gem_without_platform(b);
	}
	if (!languages[l].cmp)
		return sw_version_cmp(languages[l].scheme, a, b, ret);
	*ret = languages[l].cmp(a, b);
	return 0;
}

static bool holds(enum sw_comparator_op op, int c)
{
	switch (op) {
	case SW_CMP_EQ:
		return c == 0;
	case SW_CMP_NE:
		return c != 0;
	case SW_CMP_LT:
		return c < 0;
	case SW_CMP_LE:
		return c <= 0;
	case SW_CMP_GT:
		return c > 0;
	case SW_CMP_GE:
		return c >= 0;
	case SW_CMP_ANY:
		return true;
	default:
		return false;
	}
}

/* "3.6_pre1" is of the line "3.6", "3.60" is not. */
static bool of_line(struct sw_str v, struct sw_str line)
{
	return sw_str_starts(v, line) &&
	       (v.n == line.n || !ver_digit(v.p[line.n]) || !ver_digit(v.p[line.n - 1]));
}

/* 1, 0, or an error. */
static int one_holds(const struct sw_range *r, const struct sw_comparator *c, struct sw_str v)
{
	char room[256];
	struct sw_str bound = c->v;
	int order = 0;
	if (c->op == SW_CMP_ANY || c->op == SW_CMP_NONE)
		return c->op == SW_CMP_ANY;
	if (r->language == SW_RANGE_SEMVER)
		return range_check_semver(r, c, v);
	if (r->language == SW_RANGE_PEP440)
		return range_check_pep440(c, v);
	if (r->language == SW_RANGE_KB)
		return sw_str_eq(c->v, v);
	if (r->language == SW_RANGE_COMPOSER && (c->op == SW_CMP_LT || c->op == SW_CMP_GE))
		bound = range_composer_edge(bound, room, sizeof(room));
	int rc = sw_range_cmp(r->language, v, bound, &order);
	if (rc || c->op < SW_CMP_LINE)
		return rc ? rc : holds(c->op, order);
	bool line = order == 0 || of_line(v, c->v);
	return c->op == SW_CMP_NOT_LINE	 ? !line
	       : c->op == SW_CMP_LT_LINE ? line || order < 0
	       : c->op == SW_CMP_GT_LINE ? line || order > 0
					 : line;
}

int sw_range_check(const struct sw_range *r, struct sw_str v, bool *ret)
{
	bool npm = r->language == SW_RANGE_NPM || r->language == SW_RANGE_CARGO;
	if (v.n > SW_VERSION_MAX)
		return -SW_ELIMIT;
	if (npm && !((r->flags & SW_RANGE_LOOSE) ? ver_npm_loose_valid(v) : ver_npm_valid(v)))
		return -SW_ESYNTAX;
	for (uint32_t i = 0; i < r->n; i++) {
		const struct sw_range_alt *alt = &r->alts[i];
		int all = 1;
		if (npm)
			all = range_check_npm(r, alt, v);
		else if (!alt->n && r->language == SW_RANGE_KB)
			all = 0;
		else if (!alt->n && r->language == SW_RANGE_SEMVER)
			all = (r->flags & SW_RANGE_PRERELEASE) || sw_str_chr(v, '-', 0) == SW_NPOS;
		for (uint32_t k = 0; !npm && all > 0 && k < alt->n; k++)
			all = one_holds(r, &alt->c[k], v);
		if (all < 0)
			return all;
		if (all) {
			*ret = true;
			return 0;
		}
	}
	*ret = false;
	return 0;
}
