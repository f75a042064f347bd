/* SPDX-License-Identifier: Apache-2.0 */
/* Kubernetes' quantity, semver and named formats. */
#include <stdio.h>

#include "base/base64.h"
#include "cel/lib.h"

#define ARGS struct cel_ctx *c, const struct sw_value *v, uint32_t n

/* ---- quantity ---- */

static const struct sw_quantity *quantity(struct sw_value v)
{
	return cel_ptr(v);
}

static struct sw_value make_quantity(struct cel_ctx *c, struct sw_quantity q)
{
	struct sw_quantity *p = sw_arena_new(c->a, struct sw_quantity);
	if (!p)
		return cel_memory(c);
	memcpy(p, &q, sizeof(q));
	return cel_opaque(SW_CEL_QUANTITY, p);
}

static struct sw_value quantity_of(ARGS)
{
	struct sw_quantity q;
	struct sw_error err;
	if (sw_quantity_parse(sw_value_str(v[0]), &q, &err) < 0)
		return cel_err(c, "%s", err.text);
	return make_quantity(c, q);
}

static struct sw_value is_quantity(ARGS)
{
	struct sw_quantity q;
	return sw_bool(sw_quantity_parse(sw_value_str(v[0]), &q, NULL) == 0);
}

static struct sw_value sign(ARGS)
{
	return sw_int((quantity(v[0])->nano > 0) - (quantity(v[0])->nano < 0));
}

#define NANO ((__int128)1000000000)

static bool whole(struct sw_value v, int64_t *ret)
{
	__int128 q = quantity(v)->nano;
	if (q % NANO != 0 || q / NANO > INT64_MAX || q / NANO < INT64_MIN)
		return false;
	*ret = (int64_t)(q / NANO);
	return true;
}

static struct sw_value is_integer(ARGS)
{
	int64_t i;
	return sw_bool(whole(v[0], &i));
}
static struct sw_value as_integer(ARGS)
{
	int64_t i;
	return whole(v[0], &i) ? sw_int(i) : cel_err(c, "cannot convert value to integer");
}
static struct sw_value as_float(ARGS)
{
	__int128 q = quantity(v[0])->nano;
	return sw_double(q % NANO ? (double)q / 1e9 : (double)(q / NANO));
}

static int order(struct sw_value a, struct sw_value b)
{
	return sw_quantity_cmp(*quantity(a), *quantity(b));
}
static struct sw_value greater(ARGS)
{
	return sw_bool(order(v[0], v[1]) > 0);
}
static struct sw_value less(ARGS)
{
	return sw_bool(order(v[0], v[1]) < 0);
}
static struct sw_value compare(ARGS)
{
	return sw_int(order(v[0], v[1]));
}

static struct sw_value sum(struct cel_ctx *c, const struct sw_value *v, int by)
{
	struct sw_quantity q = *quantity(v[0]);
	__int128 other = v[1].type == SW_CEL_QUANTITY ? quantity(v[1])->nano : v[1].u.i * NANO;
	if (__builtin_add_overflow(q.nano, other * by, &q.nano))
		return cel_err(c, "quantity overflow");
	if (quantity(v[0])->nano == 0 && v[1].type == SW_CEL_QUANTITY)
		q.format = quantity(v[1])->format;
	q.text = (struct sw_str){0};
	return make_quantity(c, q);
}
static struct sw_value add(ARGS)
{
	return sum(c, v, 1);
}
static struct sw_value sub(ARGS)
{
	return sum(c, v, -1);
}

/* ---- semver ---- */

static bool only(struct sw_str s, bool letters)
{
	for (size_t i = 0; i < s.n; i++) {
		char ch = s.p[i];
		if (!(ch >= '0' && ch <= '9') &&
			!(letters && (((ch | 32) >= 'a' && (ch | 32) <= 'z') || ch == '-')))
			return false;
	}
	return s.n > 0;
}

static const char *part(struct sw_str s, uint64_t *ret)
{
	uint64_t u = 0;
	if (!only(s, false))
		return "Invalid character(s) found in a version number";
	if (s.n > 1 && s.p[0] == '0')
		return "a version number must not contain leading zeroes";
	for (size_t i = 0; i < s.n; i++)
		if (__builtin_mul_overflow(u, (uint64_t)10, &u) ||
			__builtin_add_overflow(u, (uint64_t)(s.p[i] - '0'), &u))
			return "a version number is out of range";
	*ret = u;
	return NULL;
}

/* "a.1.b-c": no piece is empty; numbers of a prerelease have no leading zeroes. */
static const char *pieces(struct sw_str s, bool pre)
{
	for (;;) {
		size_t dot = sw_str_chr(s, '.', 0);
		struct sw_str p = sw_str_sub(s, 0, dot == SW_NPOS ? s.n : dot);
		uint64_t u;
		if (!p.n)
			return pre ? "Prerelease is empty" : "Build meta data is empty";
		if (!only(p, true))
			return pre ? "Invalid character(s) found in prerelease"
				   : "Invalid character(s) found in build meta data";
		if (pre && only(p, false) && part(p, &u))
			return "Numeric PreRelease version must not contain leading zeroes";
		if (dot == SW_NPOS)
			return NULL;
		s = sw_str_sub(s, dot + 1, s.n);
	}
}

/* A semver; NULL or why it is none. */
static const char *cel_semver_parse(struct sw_str s, struct cel_semver *ret)
{
	struct cel_semver r = {.text = s};
	if (!s.n)
		return "Version string empty";
	size_t a = sw_str_chr(s, '.', 0), b = a == SW_NPOS ? a : sw_str_chr(s, '.', a + 1);
	if (b == SW_NPOS)
		return "No Major.Minor.Patch elements found";
	struct sw_str patch = sw_str_sub(s, b + 1, s.n);
	const char *why = part(sw_str_sub(s, 0, a), &r.n[0]);
	if (!why)
		why = part(sw_str_sub(s, a + 1, b), &r.n[1]);
	size_t plus = sw_str_chr(patch, '+', 0);
	if (plus != SW_NPOS) {
		r.build = sw_str_sub(patch, plus + 1, patch.n);
		why = why ? why : pieces(r.build, false);
		patch = sw_str_sub(patch, 0, plus);
	}
	size_t minus = sw_str_chr(patch, '-', 0);
	if (minus != SW_NPOS) {
		r.pre = sw_str_sub(patch, minus + 1, patch.n);
		why = why ? why : pieces(r.pre, true);
		patch = sw_str_sub(patch, 0, minus);
	}
	if (!why)
		why = part(patch, &r.n[2]);
	if (!why)
		*ret = r;
	return why;
}

/* One piece off a prerelease; false at the end. */
static int piece_cmp(struct sw_str a, struct sw_str b)
{
	bool na = only(a, false), nb = only(b, false);
	if (na != nb)
		return na ? -1 : 1;
	if (na && a.n != b.n) /* without leading zeroes the longer number is the larger */
		return a.n < b.n ? -1 : 1;
	int r = sw_str_cmp(a, b);
	return (r > 0) - (r < 0);
}

static int pre_cmp(struct sw_str a, struct sw_str b)
{
	if (!a.n || !b.n)
		return a.n ? -1 : b.n ? 1 : 0;
	while (a.n && b.n) {
		size_t i = sw_str_chr(a, '.', 0), j = sw_str_chr(b, '.', 0);
		int r = piece_cmp(sw_str_sub(a, 0, i), sw_str_sub(b, 0, j));
		if (r)
			return r;
		a = i == SW_NPOS ? (struct sw_str){0} : sw_str_sub(a, i + 1, a.n);
		b = j == SW_NPOS ? (struct sw_str){0} : sw_str_sub(b, j + 1, b.n);
	}
	return a.n ? 1 : b.n ? -1 : 0;
}

static int semver_cmp(const struct cel_semver *a, const struct cel_semver *b)
{
	for (int i = 0; i < 3; i++)
		if (a->n[i] != b->n[i])
			return a->n[i] < b->n[i] ? -1 : 1;
	return pre_cmp(a->pre, b->pre);
}

bool cel_semver_eq(const struct cel_semver *a, const struct cel_semver *b)
{
	return semver_cmp(a, b) == 0;
}

void cel_write_semver(struct sw_buf *out, const struct cel_semver *v)
{
	sw_buf_addstr(out, v->text);
}

/* A leading "v" goes, missing parts are 0, leading zeroes go. */
static const char *normalize(struct cel_ctx *c, struct sw_str s, struct cel_semver *ret)
{
	struct sw_str parts[3];
	uint32_t count = 0;
	sw_autobuf b;
	sw_buf_init(&b, 65536);
	if (s.n && s.p[0] == 'v')
		s = sw_str_sub(s, 1, s.n);
	while (count < 3) {
		size_t dot = count < 2 ? sw_str_chr(s, '.', 0) : SW_NPOS;
		parts[count++] = sw_str_sub(s, 0, dot == SW_NPOS ? s.n : dot);
		if (dot == SW_NPOS)
			break;
		s = sw_str_sub(s, dot + 1, s.n);
	}
	struct sw_str last = parts[count - 1];
	if (count < 3 &&
		(sw_str_chr(last, '+', 0) != SW_NPOS || sw_str_chr(last, '-', 0) != SW_NPOS))
		return "short version cannot contain PreRelease/Build meta data";
	for (uint32_t i = 0; i < 3; i++) {
		struct sw_str p = i < count ? parts[i] : SW_STR("0");
		if (i)
			sw_buf_addch(&b, '.');
		if (p.n > 1) {
			while (p.n && p.p[0] == '0')
				p = sw_str_sub(p, 1, p.n);
			if (!p.n || p.p[0] < '0' || p.p[0] > '9')
				sw_buf_addch(&b, '0');
		}
		sw_buf_addstr(&b, p);
	}
	struct sw_str text = sw_arena_str(c->a, sw_buf_str(&b));
	return cel_semver_parse(text, ret);
}

static const char *read_semver(
	struct cel_ctx *c, const struct sw_value *v, uint32_t n, struct cel_semver *ret)
{
	return n > 1 && v[1].u.b ? normalize(c, sw_value_str(v[0]), ret)
				 : cel_semver_parse(sw_value_str(v[0]), ret);
}

static struct sw_value semver_of(ARGS)
{
	struct cel_semver *s = sw_arena_new(c->a, struct cel_semver);
	if (!s)
		return cel_memory(c);
	const char *why = read_semver(c, v, n, s);
	return why ? cel_err(c, "%s", why) : cel_opaque(SW_CEL_SEMVER, s);
}
static struct sw_value is_semver(ARGS)
{
	struct cel_semver s;
	return sw_bool(!read_semver(c, v, n, &s));
}

#define SEMVER(name, expr)                                                                         \
	static struct sw_value name(ARGS)                                                          \
	{                                                                                          \
		const struct cel_semver *a = cel_ptr(v[0]);                                        \
		return expr;                                                                       \
	}
SEMVER(semver_greater, sw_bool(semver_cmp(a, cel_ptr(v[1])) > 0))
SEMVER(semver_less, sw_bool(semver_cmp(a, cel_ptr(v[1])) < 0))
SEMVER(semver_compare, sw_int(semver_cmp(a, cel_ptr(v[1]))))
SEMVER(major, sw_int((int64_t)a->n[0]))
SEMVER(minor, sw_int((int64_t)a->n[1]))
SEMVER(patch, sw_int((int64_t)a->n[2]))

/* ---- named formats ---- */

#define LABEL_1123 "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
#define LABEL_1035 "[a-z]([-a-z0-9]*[a-z0-9])?"
#define LABEL_1123_TEXT                                                                            \
	"a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', "   \
	"and must start and "                                                                      \
	"end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for "       \
	"validation is "                                                                           \
	"'" LABEL_1123 "')"
#define SUBDOMAIN_TEXT                                                                             \
	"a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' "  \
	"or '.', and must "                                                                        \
	"start and end with an alphanumeric character (e.g. 'example.com', regex used for "        \
	"validation is "                                                                           \
	"'" LABEL_1123 "(\\." LABEL_1123 ")*')"
#define LABEL_1035_TEXT                                                                            \
	"a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with "  \
	"an alphabetic "                                                                           \
	"character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex " \
	"used for "                                                                                \
	"validation is '" LABEL_1035 "')"
#define NAME_TEXT                                                                                  \
	"must consist of alphanumeric characters, '-', '_' or '.', and must start and end with "   \
	"an alphanumeric "                                                                         \
	"character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "    \
	"'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
#define LABEL_VALUE_TEXT                                                                           \
	"a valid label must be an empty string or consist of alphanumeric characters, '-', '_' "   \
	"or '.', and must "                                                                        \
	"start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or "       \
	"'12345', regex used for "                                                                 \
	"validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"

enum format {
	F_LABEL,
	F_SUBDOMAIN,
	F_LABEL_1035,
	F_QUALIFIED,
	F_LABEL_PREFIX,
	F_SUBDOMAIN_PREFIX,
	F_LABEL_1035_PREFIX,
	F_LABEL_VALUE,
	F_URI,
	F_UUID,
	F_BYTE,
	F_DATE,
	F_DATETIME,
};
static const char *const format_names[] = {"dns1123Label", "dns1123Subdomain", "dns1035Label",
	"qualifiedName", "dns1123LabelPrefix", "dns1123SubdomainPrefix", "dns1035LabelPrefix",
	"labelValue", "uri", "uuid", "byte", "date", "datetime"};

static struct sw_value format_value(enum format f)
{
	return cel_opaque(SW_CEL_FORMAT, format_names[f]);
}

#define FORMAT(name, f)                                                                            \
	static struct sw_value name(ARGS)                                                          \
	{                                                                                          \
		return format_value(f);                                                            \
	}
FORMAT(f_label, F_LABEL)
FORMAT(f_subdomain, F_SUBDOMAIN)
FORMAT(f_label_1035, F_LABEL_1035)
FORMAT(f_qualified, F_QUALIFIED)
FORMAT(f_label_prefix, F_LABEL_PREFIX)
FORMAT(f_subdomain_prefix, F_SUBDOMAIN_PREFIX)
FORMAT(f_label_1035_prefix, F_LABEL_1035_PREFIX)
FORMAT(f_label_value, F_LABEL_VALUE)
FORMAT(f_uri, F_URI)
FORMAT(f_uuid, F_UUID)
FORMAT(f_byte, F_BYTE)
FORMAT(f_date, F_DATE)
FORMAT(f_datetime, F_DATETIME)

static struct sw_value named(ARGS)
{
	for (int i = F_LABEL; i <= F_DATETIME; i++)
		if (sw_str_is(sw_value_str(v[0]), format_names[i]))
			return cel_some(c, format_value((enum format)i));
	return cel_none();
}

struct notes {
	struct cel_ctx *c;
	struct sw_list list;
};

static void note(struct notes *l, const char *prefix, const char *text)
{
	struct sw_str s = sw_arena_printf(l->c->a, "%s%s", prefix, text);
	if (!s.p || sw_list_add(&l->list, sw_string(s)) < 0)
		cel_memory(l->c);
}

static bool label_chars(struct sw_str s, bool alpha_first)
{
	if (!s.n || s.p[0] == '-' || s.p[s.n - 1] == '-' ||
		(alpha_first && (s.p[0] < 'a' || s.p[0] > 'z')))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') ||
			    s.p[i] == '-'))
			return false;
	return true;
}

static bool subdomain_chars(struct sw_str s)
{
	for (;;) {
		size_t dot = sw_str_chr(s, '.', 0);
		if (!label_chars(sw_str_sub(s, 0, dot == SW_NPOS ? s.n : dot), false))
			return false;
		if (dot == SW_NPOS)
			return true;
		s = sw_str_sub(s, dot + 1, s.n);
	}
}

static void long_note(struct notes *l, const char *prefix, int max, const char *unit)
{
	char text[64];
	snprintf(text, sizeof(text), "must be no more than %d %s", max, unit);
	note(l, prefix, text);
}

static void label(struct notes *l, struct sw_str s, bool old)
{
	if (s.n > 63)
		long_note(l, "", 63, "characters");
	if (label_chars(s, old))
		return;
	if (!old && subdomain_chars(s))
		note(l, "", "must not contain dots");
	else
		note(l, "", old ? LABEL_1035_TEXT : LABEL_1123_TEXT);
}

static void subdomain(struct notes *l, const char *prefix, struct sw_str s)
{
	if (s.n > 253)
		long_note(l, prefix, 253, *prefix ? "bytes" : "characters");
	if (!subdomain_chars(s))
		note(l, prefix, SUBDOMAIN_TEXT);
}

static bool name_chars(struct sw_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char ch = s.p[i];
		bool alnum = ((ch | 32) >= 'a' && (ch | 32) <= 'z') || (ch >= '0' && ch <= '9');
		bool mid = ch == '-' || ch == '_' || ch == '.';
		if (!alnum && (!mid || i == 0 || i == s.n - 1))
			return false;
	}
	return s.n > 0;
}

static void qualified(struct notes *l, struct sw_str s)
{
	size_t slash = sw_str_chr(s, '/', 0);
	struct sw_str name = s;
	if (slash != SW_NPOS) {
		if (sw_str_chr(s, '/', slash + 1) != SW_NPOS)
			return note(l, "a valid label key ",
				NAME_TEXT " with an optional DNS subdomain prefix and '/' "
					  "(e.g. 'example.com/MyName')");
		if (!slash)
			note(l, "prefix part ", "must be non-empty");
		else
			subdomain(l, "prefix part ", sw_str_sub(s, 0, slash));
		name = sw_str_sub(s, slash + 1, s.n);
	}
	if (!name.n)
		note(l, "name part ", "must be non-empty");
	else if (name.n > 63)
		long_note(l, "name part ", 63, "bytes");
	if (!name_chars(name))
		note(l, "name part ", NAME_TEXT);
}

/* 8-4-4-4-12 hexadecimal digits, hyphens may be missing. */
static bool uuid(struct sw_str s)
{
	static const int groups[] = {8, 4, 4, 4, 12};
	size_t at = 0;
	for (int g = 0; g < 5; g++) {
		if (g && at < s.n && s.p[at] == '-')
			at++;
		for (int i = 0; i < groups[g]; i++, at++)
			if (at >= s.n || !strchr("0123456789abcdefABCDEF", s.p[at]) || !s.p[at])
				return false;
	}
	return at == s.n;
}

static bool date(struct sw_str s)
{
	struct sw_value t;
	sw_autobuf b;
	sw_buf_init(&b, 128);
	sw_buf_printf(&b, "%.*sT00:00:00Z", SW_STR_ARG(sw_str_sub(s, 0, 100)));
	return s.n == 10 && cel_time_parse(sw_buf_str(&b), &t);
}

/* strfmt's date-time: a time that may lack its zone and seconds' fraction, 't' and 'z' as well. */
static bool datetime(struct sw_str s)
{
	struct sw_value t;
	char text[64];
	if (s.n < 19 || s.n > 60)
		return false;
	memcpy(text, s.p, s.n);
	text[10] = text[10] == 't' ? 'T' : text[10];
	if (text[s.n - 1] == 'z')
		text[s.n - 1] = 'Z';
	return text[10] == 'T' && cel_time_parse(sw_str_make(text, s.n), &t);
}

static bool base64(struct sw_str s)
{
	sw_autoarena a;
	struct sw_str out;
	sw_arena_init(&a, s.n + 65536);
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '-' || s.p[i] == '_') /* of another alphabet */
			return false;
	return s.n % 4 == 0 && s.n > 0 && sw_base64_decode(&a, s, &out);
}

/* A trailing dash of a prefix stands for what will come behind it. */
static struct sw_str mask(struct cel_ctx *c, struct sw_str s)
{
	if (s.n < 2 || s.p[s.n - 1] != '-')
		return s;
	return sw_arena_printf(c->a, "%.*sa", SW_STR_ARG(sw_str_sub(s, 0, s.n - 2)));
}

static void validate_text(struct notes *l, struct sw_str s, enum format f)
{
	switch (f) {
	case F_LABEL:
	case F_LABEL_PREFIX:
		return label(l, f == F_LABEL ? s : mask(l->c, s), false);
	case F_LABEL_1035:
	case F_LABEL_1035_PREFIX:
		return label(l, f == F_LABEL_1035 ? s : mask(l->c, s), true);
	case F_SUBDOMAIN:
	case F_SUBDOMAIN_PREFIX:
		return subdomain(l, "", f == F_SUBDOMAIN ? s : mask(l->c, s));
	case F_QUALIFIED:
		return qualified(l, s);
	case F_LABEL_VALUE:
		if (s.n > 63)
			long_note(l, "", 63, "bytes");
		if (s.n && !name_chars(s))
			note(l, "", LABEL_VALUE_TEXT);
		return;
	case F_URI: {
		sw_autobuf why;
		sw_buf_init(&why, 4096);
		if (!cel_request_uri(l->c->a, s, &why))
			note(l, "", sw_buf_cstr(&why));
		return;
	}
	case F_UUID:
		return uuid(s) ? (void)0 : note(l, "", "does not match the UUID format");
	case F_BYTE:
		return base64(s) ? (void)0 : note(l, "", "invalid base64");
	case F_DATE:
		return date(s) ? (void)0 : note(l, "", "invalid date");
	default:
		return datetime(s) ? (void)0 : note(l, "", "invalid datetime");
	}
}

static struct sw_value validate(ARGS)
{
	struct notes l = {.c = c};
	const char *name = cel_ptr(v[0]);
	int f = F_LABEL;
	while (f < F_DATETIME && strcmp(format_names[f], name) != 0)
		f++;
	sw_list_init(&l.list, c->a);
	validate_text(&l, sw_value_str(v[1]), (enum format)f);
	if (!l.list.n)
		return cel_none();
	struct sw_value r = sw_list_array(&l.list);
	return sw_defined(r) ? cel_some(c, r) : cel_memory(c);
}

const struct cel_row cel_rows_kube[] = {
	{"quantity", "s:Q", quantity_of, COST_ARG0, false},
	{"isQuantity", "s:b", is_quantity, COST_ARG0, false},
	{"sign", "Q:i", sign, COST_1, false}, /* no method, whatever the documentation says */
	{"isGreaterThan", "Q.Q:b", greater, COST_1, false},
	{"isLessThan", "Q.Q:b", less, COST_1, false},
	{"compareTo", "Q.Q:i", compare, COST_1, false},
	{"asApproximateFloat", "Q.:d", as_float, COST_1, false},
	{"asInteger", "Q.:i", as_integer, COST_1, false},
	{"isInteger", "Q.:b", is_integer, COST_1, false},
	{"add", "Q.Q:Q", add, COST_1, false},
	{"add", "Q.i:Q", add, COST_1, false},
	{"sub", "Q.Q:Q", sub, COST_1, false},
	{"sub", "Q.i:Q", sub, COST_1, false},
	{"semver", "s:V", semver_of, COST_ARG0, false},
	{"semver", "sb:V", semver_of, COST_ARG0, false},
	{"isSemver", "s:b", is_semver, COST_ARG0, false},
	{"isSemver", "sb:b", is_semver, COST_ARG0, false},
	{"isGreaterThan", "V.V:b", semver_greater, COST_1, false},
	{"isLessThan", "V.V:b", semver_less, COST_1, false},
	{"compareTo", "V.V:i", semver_compare, COST_1, false},
	{"major", "V.:i", major, COST_1, false},
	{"minor", "V.:i", minor, COST_1, false},
	{"patch", "V.:i", patch, COST_1, false},
	{"format.named", "s:oF", named, COST_1, false},
	{"format.dns1123Label", ":F", f_label, COST_1, false},
	{"format.dns1123Subdomain", ":F", f_subdomain, COST_1, false},
	{"format.dns1035Label", ":F", f_label_1035, COST_1, false},
	{"format.qualifiedName", ":F", f_qualified, COST_1, false},
	{"format.dns1123LabelPrefix", ":F", f_label_prefix, COST_1, false},
	{"format.dns1123SubdomainPrefix", ":F", f_subdomain_prefix, COST_1, false},
	{"format.dns1035LabelPrefix", ":F", f_label_1035_prefix, COST_1, false},
	{"format.labelValue", ":F", f_label_value, COST_1, false},
	{"format.uri", ":F", f_uri, COST_1, false},
	{"format.uuid", ":F", f_uuid, COST_1, false},
	{"format.byte", ":F", f_byte, COST_1, false},
	{"format.date", ":F", f_date, COST_1, false},
	{"format.datetime", ":F", f_datetime, COST_1, false},
	{"validate", "F.s:ols", validate, COST_ARG1, false},
	{NULL, NULL, NULL, 0, false},
};
