/* SPDX-License-Identifier: Apache-2.0 */
/* semver.*: Semantic Versioning 2.0.0; a leading "v" is let through, as OPA does. */

#include "rego/builtins/operand.h"

struct version {
	int64_t num[3];
	struct sw_str pre;
};

static bool identifier_char(char c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '-';
}

static bool all_digits(struct sw_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n > 0;
}

/* Dot-separated identifiers, none empty; numeric ones without leading zeros where `strict`. */
static bool identifiers(struct sw_str s, bool strict)
{
	for (;;) {
		size_t dot = sw_str_chr(s, '.', 0);
		struct sw_str id = sw_str_sub(s, 0, dot);
		if (!id.n)
			return false;
		for (size_t i = 0; i < id.n; i++)
			if (!identifier_char(id.p[i]))
				return false;
		if (strict && id.n > 1 && id.p[0] == '0' && all_digits(id))
			return false;
		if (dot == SW_NPOS)
			return true;
		s = sw_str_sub(s, dot + 1, s.n);
	}
}

static bool parse(struct sw_str s, struct version *v)
{
	*v = (struct version){.pre = SW_STR("")};
	if (s.n && s.p[0] == 'v')
		s = sw_str_sub(s, 1, s.n);
	size_t plus = sw_str_chr(s, '+', 0);
	if (plus != SW_NPOS && !identifiers(sw_str_sub(s, plus + 1, s.n), false))
		return false;
	s = sw_str_sub(s, 0, plus);
	size_t dash = sw_str_chr(s, '-', 0);
	if (dash != SW_NPOS) {
		v->pre = sw_str_sub(s, dash + 1, s.n);
		if (!identifiers(v->pre, true))
			return false;
	}
	s = sw_str_sub(s, 0, dash);
	for (int i = 0; i < 3; i++) {
		size_t dot = sw_str_chr(s, '.', 0);
		struct sw_str part = sw_str_sub(s, 0, dot);
		if ((dot == SW_NPOS) != (i == 2) || !all_digits(part) ||
			(part.n > 1 && part.p[0] == '0') || !sw_str_to_i64(part, &v->num[i]))
			return false;
		s = dot == SW_NPOS ? s : sw_str_sub(s, dot + 1, s.n);
	}
	return true;
}

/* Cuts up to the next dot off. */
static struct sw_str next_id(struct sw_str *s)
{
	size_t dot = sw_str_chr(*s, '.', 0);
	struct sw_str id = sw_str_sub(*s, 0, dot);

	*s = dot == SW_NPOS ? SW_STR("") : sw_str_sub(*s, dot + 1, s->n);
	return id;
}

static int compare_ids(struct sw_str a, struct sw_str b)
{
	int64_t x, y;

	if (all_digits(a) != all_digits(b))
		return all_digits(a) ? -1 : 1;
	if (!all_digits(a))
		return sw_str_cmp(a, b) < 0 ? -1 : sw_str_cmp(a, b) > 0;
	if (!sw_str_to_i64(a, &x))
		x = INT64_MAX;
	if (!sw_str_to_i64(b, &y))
		y = INT64_MAX;
	return (x > y) - (x < y);
}

static int compare_pre(struct sw_str a, struct sw_str b)
{
	if (sw_str_eq(a, b))
		return 0;
	if (!a.n || !b.n)
		return a.n ? -1 : 1;
	while (a.n || b.n) {
		if (!a.n || !b.n)
			return a.n ? 1 : -1;
		int c = compare_ids(next_id(&a), next_id(&b));
		if (c)
			return c;
	}
	return 0;
}

static int invalid(struct sw_builtin_ctx *ctx, uint32_t pos, struct sw_value v)
{
	sw_autobuf text;

	sw_buf_init(&text, 0);
	sw_rego_value_print(&text, v);
	return sw_builtin_fail(ctx, "operand %u: string %.*s is not a valid SemVer", pos,
		SW_STR_ARG(sw_buf_str(&text)));
}

static int compare(struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n,
	struct sw_value *ret)
{
	struct version v[2];
	struct sw_str s[2];
	int rc;

	for (uint32_t i = 0; i < 2; i++)
		if ((rc = sw_operand_str(ctx, i + 1, args[i], &s[i])))
			return rc;
	for (uint32_t i = 0; i < 2; i++)
		if (!parse(s[i], &v[i]))
			return invalid(ctx, i + 1, args[i]);
	int c = 0;
	for (int i = 0; i < 3 && c == 0; i++)
		c = (v[0].num[i] > v[1].num[i]) - (v[0].num[i] < v[1].num[i]);
	*ret = sw_int(c ? c : compare_pre(v[0].pre, v[1].pre));
	return 0;
}

static int is_valid(struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n,
	struct sw_value *ret)
{
	struct version v;

	*ret = sw_bool(args[0].type == SW_STRING && parse(sw_value_str(args[0]), &v));
	return 0;
}

static const struct sw_builtin rows[] = {
	{"semver.compare", NULL, "(string, string) number", 0, compare},
	{"semver.is_valid", NULL, "(any) boolean", 0, is_valid},
};

const struct sw_builtin_group sw_builtins_semver = {rows, SW_ARRAY_LEN(rows)};
