/* SPDX-License-Identifier: Apache-2.0 */
#include "base/opt.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

/* ---- nearest name ---- */

#define NEAREST_MAX 64

void sw_nearest_init(struct sw_nearest *n, struct sw_str want)
{
	*n = (struct sw_nearest){.want = want, .best_cost = UINT32_MAX};
}

static uint32_t min3(uint32_t a, uint32_t b, uint32_t c)
{
	uint32_t m = a < b ? a : b;
	return m < c ? m : c;
}

/* Optimal string alignment distance of two short strings. */
static uint32_t distance(struct sw_str a, struct sw_str b)
{
	uint32_t d[3][NEAREST_MAX + 1];
	for (uint32_t j = 0; j <= b.n; j++)
		d[0][j] = j;
	for (uint32_t i = 1; i <= a.n; i++) {
		uint32_t *row = d[i % 3], *up = d[(i + 2) % 3], *upup = d[(i + 1) % 3];
		row[0] = i;
		for (uint32_t j = 1; j <= b.n; j++) {
			uint32_t change = a.p[i - 1] != b.p[j - 1];
			row[j] = min3(up[j] + 1, row[j - 1] + 1, up[j - 1] + change);
			if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] &&
				a.p[i - 2] == b.p[j - 1] && upup[j - 2] + 1 < row[j])
				row[j] = upup[j - 2] + 1;
		}
	}
	return d[a.n % 3][b.n];
}

void sw_nearest_try(struct sw_nearest *n, const char *candidate)
{
	struct sw_str c = sw_str_from(candidate);
	if (!n->want.n || n->want.n > NEAREST_MAX || !c.n || c.n > NEAREST_MAX)
		return;
	uint32_t cost = distance(n->want, c);
	uint32_t longer = (uint32_t)(c.n > n->want.n ? c.n : n->want.n);
	uint32_t limit = longer < 3 ? 1 : (longer + 2) / 3;
	if (n->want.n >= 3 && sw_str_starts(c, n->want)) /* an abbreviation is always near */
		cost = cost ? 1 : 0;
	if (cost <= limit && cost < longer && cost < n->best_cost) {
		n->best_cost = cost;
		n->best = candidate;
	}
}

/* ---- values ---- */

int sw_opt_parse_duration(struct sw_str s, int64_t *ret_ns)
{
	static const struct {
		const char *name;
		double ns;
	} units[] = {{"ns", 1}, {"us", 1e3}, {"\xc2\xb5s", 1e3}, {"\xce\xbcs", 1e3}, {"ms", 1e6},
		{"s", 1e9}, {"m", 60e9}, {"h", 3600e9}};
	double total = 0, sign = 1;
	if (s.n && (s.p[0] == '-' || s.p[0] == '+')) {
		sign = s.p[0] == '-' ? -1 : 1;
		s = sw_str_sub(s, 1, s.n);
	}
	if (sw_str_is(s, "0")) {
		*ret_ns = 0;
		return 0;
	}
	if (!s.n)
		return -SW_EINVALID;
	while (s.n) {
		size_t i = 0;
		double v = 0, scale = 1;
		bool digits = false;
		for (; i < s.n && isdigit((unsigned char)s.p[i]); i++, digits = true)
			v = v * 10 + (s.p[i] - '0');
		if (i < s.n && s.p[i] == '.')
			for (i++; i < s.n && isdigit((unsigned char)s.p[i]); i++, digits = true)
				v += (s.p[i] - '0') * (scale /= 10);
		size_t u = i;
		while (u < s.n && s.p[u] != '.' && !isdigit((unsigned char)s.p[u]))
			u++;
		double ns = 0;
		for (size_t k = 0; k < sizeof(units) / sizeof(*units); k++)
			if (sw_str_is(sw_str_sub(s, i, u), units[k].name))
				ns = units[k].ns;
		if (!digits || ns == 0)
			return -SW_EINVALID;
		total += v * ns;
		s = sw_str_sub(s, u, s.n);
	}
	if (total >= 9.2e18)
		return -SW_EINVALID;
	*ret_ns = (int64_t)llround(sign * total);
	return 0;
}

int sw_opt_parse_size(struct sw_str s, int64_t *ret_bytes)
{
	size_t i = 0;
	while (i < s.n && isdigit((unsigned char)s.p[i]))
		i++;
	int64_t v;
	if (!i || !sw_str_to_i64(sw_str_sub(s, 0, i), &v))
		return -SW_EINVALID;
	struct sw_str unit = sw_str_sub(s, i, s.n);
	static const char letters[] = "KMGT";
	int64_t factor = 1;
	if (unit.n && !sw_str_ieq(unit, SW_STR("B"))) {
		const char *at = strchr(letters, toupper((unsigned char)unit.p[0]));
		struct sw_str tail = sw_str_sub(unit, 1, unit.n);
		bool decimal = sw_str_ieq(tail, SW_STR("B"));
		if (!at || !*at ||
			(tail.n && !decimal && !sw_str_ieq(tail, SW_STR("i")) &&
				!sw_str_ieq(tail, SW_STR("iB"))))
			return -SW_EINVALID;
		for (const char *p = letters; p <= at; p++)
			factor *= decimal ? 1000 : 1024;
	}
	if (__builtin_mul_overflow(v, factor, ret_bytes))
		return -SW_EINVALID;
	return 0;
}

static int parse_bool(const char *s, int64_t *ret)
{
	static const char *const yes[] = {"1", "t", "true", "yes", "on"};
	static const char *const no[] = {"0", "f", "false", "no", "off", ""};
	for (size_t i = 0; i < sizeof(yes) / sizeof(*yes); i++)
		if (strcasecmp(s, yes[i]) == 0) {
			*ret = 1;
			return 0;
		}
	for (size_t i = 0; i < sizeof(no) / sizeof(*no); i++)
		if (strcasecmp(s, no[i]) == 0) {
			*ret = 0;
			return 0;
		}
	return -SW_EINVALID;
}

static int parse_choice(const struct sw_opt *row, const char *s, int64_t *ret, struct sw_error *err)
{
	struct sw_str rest = sw_str_from(row->choices), one;
	struct sw_nearest near;
	sw_nearest_init(&near, sw_str_from(s));
	static _Thread_local char names[32][48];
	for (int64_t i = 0; sw_str_split(&rest, '|', &one); i++) {
		if (sw_str_is(one, s)) {
			*ret = i;
			return 0;
		}
		if (i < 32) {
			snprintf(names[i], sizeof(names[i]), "%.*s", SW_STR_ARG(one));
			sw_nearest_try(&near, names[i]);
		}
	}
	sw_error_set(
		err, SW_EUSAGE, "--%s must be one of %s, not \"%s\"", row->name, row->choices, s);
	return near.best ? sw_error_hint(err, "did you mean %s?", near.best) : -SW_EUSAGE;
}

const char *sw_opt_metavar(const struct sw_opt *row)
{
	static const char *const names[] = {[SW_OPT_BOOL] = "",
		[SW_OPT_COUNT] = "",
		[SW_OPT_STRING] = "TEXT",
		[SW_OPT_INT] = "N",
		[SW_OPT_DURATION] = "DURATION",
		[SW_OPT_SIZE] = "SIZE"};
	if (row->metavar)
		return row->metavar;
	return row->type == SW_OPT_ENUM ? row->choices : names[row->type];
}

const char *sw_opt_env_name(const struct sw_opt *row, char out[64])
{
	out[0] = '\0';
	if (row->flags & SW_OPT_FLAG_ONLY)
		return out;
	int n = snprintf(out, 64, "SEAWALL_%s", row->name);
	for (int i = 8; i < n && i < 63; i++)
		out[i] = out[i] == '-' ? '_' : (char)toupper((unsigned char)out[i]);
	return out;
}

static int parse_one(struct sw_optval *v, const char *text, struct sw_error *err)
{
	const struct sw_opt *row = v->row;
	struct sw_str s = sw_str_from(text);
	int rc = 0;
	const char *want = "";
	switch (row->type) {
	case SW_OPT_BOOL:
		want = "true or false";
		rc = parse_bool(text, &v->i);
		break;
	case SW_OPT_COUNT:
	case SW_OPT_INT:
		want = "a whole number";
		rc = sw_str_to_i64(s, &v->i) ? 0 : -SW_EINVALID;
		break;
	case SW_OPT_DURATION:
		want = "a duration such as 90s or 1h30m";
		rc = sw_opt_parse_duration(s, &v->i);
		break;
	case SW_OPT_SIZE:
		want = "a size such as 64MiB";
		rc = sw_opt_parse_size(s, &v->i);
		break;
	case SW_OPT_ENUM:
		return parse_choice(row, text, &v->i, err);
	case SW_OPT_STRING:
		break;
	}
	if (rc)
		return sw_error_set(
			err, SW_EUSAGE, "--%s needs %s, not \"%.100s\"", row->name, want, text);
	return 0;
}

static int push(struct sw_opts *o, struct sw_optval *v, const char *text, struct sw_error *err)
{
	int rc = parse_one(v, text, err);
	if (rc)
		return rc;
	if (!(v->row->flags & SW_OPT_LIST))
		v->n = 0;
	if (v->n == SW_OPT_MAX_VALUES)
		return sw_error_set(err, SW_ELIMIT, "--%s is given more than %d times",
			v->row->name, SW_OPT_MAX_VALUES);
	if (v->n == v->cap) {
		uint32_t cap = v->cap ? v->cap * 2 : 4;
		v->v = sw_arena_grow(o->arena, v->v, v->cap * sizeof(*v->v), cap * sizeof(*v->v));
		v->cap = cap;
	}
	char *copy = v->v ? sw_arena_cstr(o->arena, sw_str_from(text)) : NULL;
	if (!copy)
		return sw_error_set(err, SW_ELIMIT, "too many option values");
	v->v[v->n++] = copy;
	return 0;
}

static struct sw_optval *value_of(const struct sw_opts *o, struct sw_str name)
{
	for (uint32_t i = 0; i < o->n; i++)
		if (sw_str_is(name, o->v[i].row->name))
			return &o->v[i];
	return NULL;
}

static int assign(struct sw_opts *o, struct sw_optval *v, const char *value,
	enum sw_opt_origin from, struct sw_error *err)
{
	if (from < v->origin)
		return 0;
	if (from > v->origin) {
		v->n = 0;
		v->i = 0;
		v->origin = from;
	}
	if (!(v->row->flags & SW_OPT_COMMA))
		return push(o, v, value, err);
	struct sw_str rest = sw_str_from(value), one;
	while (sw_str_split(&rest, ',', &one)) {
		const char *piece = sw_arena_cstr(o->arena, sw_str_trim(one));
		int rc = piece ? (*piece ? push(o, v, piece, err) : 0)
			       : sw_error_set(err, SW_ELIMIT, "too many option values");
		if (rc)
			return rc;
	}
	return 0;
}

int sw_opts_set(struct sw_opts *o, const struct sw_opt *row, const char *value,
	enum sw_opt_origin from, struct sw_error *err)
{
	struct sw_optval *v = value_of(o, sw_str_from(row->name));
	if (!v)
		abort();
	return assign(o, v, value, from, err);
}

int sw_opts_init(struct sw_opts *o, struct sw_arena *a, const struct sw_optset *sets,
	uint32_t n_sets, struct sw_error *err)
{
	*o = (struct sw_opts){.arena = a};
	uint32_t n = 0;
	for (uint32_t i = 0; i < n_sets; i++)
		n += sets[i].n;
	o->v = sw_arena_zalloc(a, (n ? n : 1) * sizeof(*o->v));
	if (!o->v)
		return sw_error_set(err, SW_ELIMIT, "too many options");
	for (uint32_t i = 0; i < n_sets; i++)
		for (uint32_t j = 0; j < sets[i].n; j++) {
			struct sw_optval *v = &o->v[o->n++];
			v->row = &sets[i].rows[j];
			if (v->row->def && assign(o, v, v->row->def, SW_FROM_DEFAULT, err))
				abort();
		}
	return 0;
}

/* ---- command line ---- */

static int unknown(const struct sw_opts *o, struct sw_str name, struct sw_error *err)
{
	struct sw_nearest near;
	sw_nearest_init(&near, name);
	for (uint32_t i = 0; i < o->n; i++)
		if (!(o->v[i].row->flags & SW_OPT_HIDDEN))
			sw_nearest_try(&near, o->v[i].row->name);
	sw_error_set(err, SW_EUSAGE, "unknown option --%.*s", SW_STR_ARG(name));
	return near.best ? sw_error_hint(err, "did you mean --%s?", near.best) : -SW_EUSAGE;
}

static bool takes_value(const struct sw_opt *row)
{
	return row->type != SW_OPT_BOOL && row->type != SW_OPT_COUNT;
}

static int count_up(struct sw_opts *o, struct sw_optval *v, struct sw_error *err)
{
	char text[24];
	snprintf(text, sizeof(text), "%lld", (long long)(v->origin == SW_FROM_FLAG ? v->i + 1 : 1));
	return assign(o, v, text, SW_FROM_FLAG, err);
}

static int long_option(
	struct sw_opts *o, int argc, const char *const *argv, int *at, struct sw_error *err)
{
	struct sw_str text = sw_str_from(argv[*at] + 2);
	size_t eq = sw_str_chr(text, '=', 0);
	struct sw_str name = sw_str_sub(text, 0, eq == SW_NPOS ? text.n : eq);
	struct sw_optval *v = value_of(o, name);
	if (!v)
		return unknown(o, name, err);
	if (eq != SW_NPOS)
		return assign(o, v, text.p + eq + 1, SW_FROM_FLAG, err);
	if (v->row->type == SW_OPT_COUNT)
		return count_up(o, v, err);
	if (v->row->type == SW_OPT_BOOL)
		return assign(o, v, "true", SW_FROM_FLAG, err);
	if (*at + 1 >= argc)
		return sw_error_set(err, SW_EUSAGE, "--%s needs a value: %s", v->row->name,
			sw_opt_metavar(v->row));
	return assign(o, v, argv[++*at], SW_FROM_FLAG, err);
}

static struct sw_optval *by_letter(const struct sw_opts *o, char c)
{
	for (uint32_t i = 0; i < o->n; i++)
		if (o->v[i].row->letter == c)
			return &o->v[i];
	return NULL;
}

static int short_options(
	struct sw_opts *o, int argc, const char *const *argv, int *at, struct sw_error *err)
{
	for (const char *p = argv[*at] + 1; *p; p++) {
		struct sw_optval *v = by_letter(o, *p);
		if (!v) {
			sw_error_set(
				err, SW_EUSAGE, "unknown option -%c in \"%.60s\"", *p, argv[*at]);
			return p[1] && value_of(o, sw_str_from(argv[*at] + 1))
				       ? sw_error_hint(err, "did you mean -%s?", argv[*at])
				       : -SW_EUSAGE;
		}
		int rc;
		if (!takes_value(v->row)) {
			if (p[1] == '=')
				return assign(o, v, p + 2, SW_FROM_FLAG, err);
			rc = v->row->type == SW_OPT_COUNT ? count_up(o, v, err)
							  : assign(o, v, "true", SW_FROM_FLAG, err);
			if (rc)
				return rc;
			continue;
		}
		if (p[1])
			return assign(o, v, p + 1 + (p[1] == '='), SW_FROM_FLAG, err);
		if (*at + 1 >= argc)
			return sw_error_set(err, SW_EUSAGE, "-%c needs a value: %s", *p,
				sw_opt_metavar(v->row));
		return assign(o, v, argv[++*at], SW_FROM_FLAG, err);
	}
	return 0;
}

int sw_opts_argv(struct sw_opts *o, int argc, const char *const *argv, struct sw_error *err)
{
	o->args = sw_arena_zalloc(o->arena, (size_t)(argc + 1) * sizeof(*o->args));
	if (!o->args)
		return sw_error_set(err, SW_ELIMIT, "too many arguments");
	bool only_args = false;
	for (int i = 0; i < argc; i++) {
		const char *a = argv[i];
		int rc = 0;
		if (only_args || a[0] != '-' || a[1] == '\0')
			o->args[o->n_args++] = a;
		else if (a[1] == '-' && a[2] == '\0')
			only_args = true;
		else if (a[1] == '-')
			rc = long_option(o, argc, argv, &i, err);
		else
			rc = short_options(o, argc, argv, &i, err);
		if (rc)
			return rc;
	}
	return 0;
}

int sw_opts_env(struct sw_opts *o, char *(*get)(const char *), struct sw_error *err)
{
	for (uint32_t i = 0; i < o->n; i++) {
		char name[64];
		const char *value = *sw_opt_env_name(o->v[i].row, name) ? get(name) : NULL;
		if (!value || !*value)
			continue;
		int rc = assign(o, &o->v[i], value, SW_FROM_ENV, err);
		if (rc) {
			sw_error_prefix(err, "in the environment variable %s: ", name);
			return rc;
		}
	}
	return 0;
}

/* ---- reading ---- */

const struct sw_opt *sw_opts_find(const struct sw_opts *o, struct sw_str name)
{
	const struct sw_optval *v = value_of(o, name);
	return v ? v->row : NULL;
}

const struct sw_optval *sw_opts_get(const struct sw_opts *o, const char *name)
{
	const struct sw_optval *v = value_of(o, sw_str_from(name));
	if (!v)
		abort();
	return v;
}

const char *sw_opts_str(const struct sw_opts *o, const char *name)
{
	const struct sw_optval *v = sw_opts_get(o, name);
	return v->n ? v->v[v->n - 1] : NULL;
}

bool sw_opts_bool(const struct sw_opts *o, const char *name)
{
	return sw_opts_get(o, name)->i != 0;
}

int64_t sw_opts_int(const struct sw_opts *o, const char *name)
{
	return sw_opts_get(o, name)->i;
}

bool sw_opts_given(const struct sw_opts *o, const char *name)
{
	return sw_opts_get(o, name)->origin != SW_FROM_DEFAULT;
}
