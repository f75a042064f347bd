/* SPDX-License-Identifier: Apache-2.0 */
/* time.*: what OPA builds on Go's package time. */

#include "rego/builtins/operand.h"
#include "base/go/time.h"
#include "base/go/layout.h"

#define MAX_TEXT ((size_t)16 << 20)

static int fail_buf(struct sw_builtin_ctx *ctx, struct sw_buf *why)
{
	return sw_builtin_fail(ctx, "%.*s", SW_STR_ARG(sw_buf_str(why)));
}

static int ret_ns(struct sw_builtin_ctx *ctx, struct sw_gotime t, struct sw_value *ret)
{
	int64_t ns;

	if (!sw_gotime_ns(t, &ns))
		return sw_builtin_fail(ctx, "time outside of valid range");
	*ret = sw_int(ns);
	return 0;
}

static int now_ns(struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n,
	struct sw_value *ret)
{
	*ret = sw_int(ctx->now_ns);
	return 0;
}

static int parse_with(struct sw_builtin_ctx *ctx, struct sw_str layout, struct sw_str value,
	struct sw_value *ret)
{
	struct sw_gotime t;
	sw_autobuf why;

	sw_buf_init(&why, MAX_TEXT);
	int rc = sw_builtin_steps(ctx, 1 + (layout.n + value.n) / 16);
	if (rc)
		return rc;
	if (sw_gotime_parse(layout, value, &t, &why))
		return fail_buf(ctx, &why);
	return ret_ns(ctx, t, ret);
}

static int parse_ns(struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n,
	struct sw_value *ret)
{
	struct sw_str layout, value;
	int rc;

	if ((rc = sw_operand_str(ctx, 1, args[0], &layout)) ||
		(rc = sw_operand_str(ctx, 2, args[1], &value)))
		return rc;
	return parse_with(ctx, sw_gotime_layout(layout), value, ret);
}

static int parse_rfc3339_ns(struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n,
	struct sw_value *ret)
{
	struct sw_str value;
	int rc = sw_operand_str(ctx, 1, args[0], &value);

	return rc ? rc : parse_with(ctx, sw_gotime_layout(SW_STR("RFC3339")), value, ret);
}

static int parse_duration_ns(struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n,
	struct sw_value *ret)
{
	struct sw_str s;
	int64_t ns;
	int rc = sw_operand_str(ctx, 1, args[0], &s);
	sw_autobuf why;

	sw_buf_init(&why, MAX_TEXT);
	if (rc || (rc = sw_builtin_steps(ctx, 1 + s.n / 16)))
		return rc;
	if (sw_gotime_duration(s, &ns, &why))
		return fail_buf(ctx, &why);
	*ret = sw_int(ns);
	return 0;
}

/* number · [number] · [number, zone] · [number, zone, layout] */
static int operand_time(struct sw_builtin_ctx *ctx, struct sw_value v, struct sw_gotime *ret,
	struct sw_str *ret_layout)
{
	struct sw_value ns = v;
	const struct sw_gozone *zone = NULL;
	struct sw_str name;
	int64_t i;
	int rc;

	*ret_layout = SW_STR("");
	if ((v.type != SW_ARRAY && v.type != SW_NUMBER) || (v.type == SW_ARRAY && v.n == 0))
		return sw_builtin_operand(ctx, 1, "either number (ns) or [number (ns), string (tz)]", v);
	if (v.type == SW_ARRAY)
		ns = v.u.a->v[0];
	if (ns.type != SW_NUMBER)
		return sw_builtin_operand(ctx, 1, "number", ns);
	if (v.type == SW_ARRAY && v.n > 1) {
		sw_autobuf why;
		sw_buf_init(&why, MAX_TEXT);
		if ((rc = sw_operand_str(ctx, 1, v.u.a->v[1], &name)))
			return rc;
		if (sw_gozone_load(name, &zone, &why))
			return fail_buf(ctx, &why);
	}
	if (v.type == SW_ARRAY && v.n > 2 &&
		(rc = sw_operand_str(ctx, 1, v.u.a->v[2], ret_layout)))
		return rc;
	if (!sw_value_int(ns, &i))
		return sw_builtin_fail(ctx, "timestamp too big");
	*ret = sw_gotime_unix_ns(i, zone);
	return 0;
}

static int format(struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n,
	struct sw_value *ret)
{
	struct sw_gotime t = {0};
	struct sw_str layout;
	int rc = operand_time(ctx, args[0], &t, &layout);
	sw_autobuf out;

	sw_buf_init(&out, MAX_TEXT);
	if (rc || (rc = sw_builtin_steps(ctx, 1 + layout.n / 16)))
		return rc;
	sw_gotime_format(t, sw_gotime_layout(layout.n ? layout : SW_STR("RFC3339Nano")), &out);
	if (out.overflow)
		return sw_builtin_limit(ctx, "formatted time");
	return sw_builtin_ret_str(ctx, sw_buf_str(&out), ret);
}

static int civil(struct sw_builtin_ctx *ctx, struct sw_value v, struct sw_gocivil *ret)
{
	struct sw_gotime t = {0};
	struct sw_str layout;
	int rc = operand_time(ctx, v, &t, &layout);

	if (rc == 0)
		sw_gotime_civil(t, ret);
	return rc;
}

static int date(struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n,
	struct sw_value *ret)
{
	struct sw_gocivil c = {0};
	int rc = civil(ctx, args[0], &c);

	if (rc)
		return rc;
	return sw_ret_array(
		ctx, (struct sw_value[]){sw_int(c.year), sw_int(c.month), sw_int(c.day)}, 3, ret);
}

static int clock_(struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n,
	struct sw_value *ret)
{
	struct sw_gocivil c = {0};
	int rc = civil(ctx, args[0], &c);

	if (rc)
		return rc;
	return sw_ret_array(
		ctx, (struct sw_value[]){sw_int(c.hour), sw_int(c.min), sw_int(c.sec)}, 3, ret);
}

static int weekday(struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n,
	struct sw_value *ret)
{
	struct sw_gocivil c = {0};
	int rc = civil(ctx, args[0], &c);

	if (rc == 0)
		*ret = sw_string(sw_str_from(sw_weekday_names[c.weekday]));
	return rc;
}

static int add_date(struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n,
	struct sw_value *ret)
{
	struct sw_gotime t = {0}, sum;
	struct sw_gocivil c;
	struct sw_str layout;
	int64_t years, months, days;
	int rc;

	if ((rc = operand_time(ctx, args[0], &t, &layout)) ||
		(rc = sw_operand_int(ctx, 2, args[1], &years)) ||
		(rc = sw_operand_int(ctx, 3, args[2], &months)) ||
		(rc = sw_operand_int(ctx, 4, args[3], &days)))
		return rc;
	sw_gotime_civil(t, &c);
	sw_gotime_date((int64_t)((uint64_t)c.year + (uint64_t)years), (int64_t)((uint64_t)c.month + (uint64_t)months),
		(int64_t)((uint64_t)c.day + (uint64_t)days), c.hour, c.min, c.sec, t.nsec, t.zone, &sum);
	return ret_ns(ctx, sum, ret);
}

static bool after(struct sw_gotime a, struct sw_gotime b)
{
	return a.sec != b.sec ? a.sec > b.sec : a.nsec > b.nsec;
}

/* Borrow from the next bigger unit. */
static void normalise(int64_t *small, int64_t *big, int64_t base)
{
	if (*small < 0) {
		*small += base;
		(*big)--;
	}
}

static int diff(struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n,
	struct sw_value *ret)
{
	struct sw_gotime t1 = {0}, t2 = {0};
	struct sw_str layout;
	struct sw_gocivil a, b;
	int rc;

	if ((rc = operand_time(ctx, args[0], &t1, &layout)) ||
		(rc = operand_time(ctx, args[1], &t2, &layout)))
		return rc;
	t2.zone = t1.zone;
	sw_gotime_civil(after(t1, t2) ? t2 : t1, &a);
	sw_gotime_civil(after(t1, t2) ? t1 : t2, &b);
	int64_t d[6] = {b.year - a.year, b.month - a.month, b.day - a.day, b.hour - a.hour,
		b.min - a.min, b.sec - a.sec};
	normalise(&d[5], &d[4], 60);
	normalise(&d[4], &d[3], 60);
	normalise(&d[3], &d[2], 24);
	normalise(&d[2], &d[1], sw_gotime_days_in(a.month, a.year));
	normalise(&d[1], &d[0], 12);
	struct sw_value v[6];
	for (int i = 0; i < 6; i++)
		v[i] = sw_int(d[i]);
	return sw_ret_array(ctx, v, 6, ret);
}

#define TIME_OR_ZONED "any<number,array<number,string>>"

static const struct sw_builtin rows[] = {
	{"time.add_date", NULL, "(number, number, number, number) number", 0, add_date},
	{"time.clock", NULL, "(" TIME_OR_ZONED ") array<number,number,number>", 0, clock_},
	{"time.date", NULL, "(" TIME_OR_ZONED ") array<number,number,number>", 0, date},
	{"time.diff", NULL,
		"(" TIME_OR_ZONED ", " TIME_OR_ZONED
		") array<number,number,number,number,number,number>", 0, diff},
	{"time.format", NULL,
		"(any<number,array<number,string>,array<number,string,string>>) string", 0, format},
	{"time.now_ns", NULL, "() number", SW_BUILTIN_NONDETERMINISTIC, now_ns},
	{"time.parse_duration_ns", NULL, "(string) number", 0, parse_duration_ns},
	{"time.parse_ns", NULL, "(string, string) number", 0, parse_ns},
	{"time.parse_rfc3339_ns", NULL, "(string) number", 0, parse_rfc3339_ns},
	{"time.weekday", NULL, "(" TIME_OR_ZONED ") string", 0, weekday},
};

const struct sw_builtin_group sw_builtins_time = {rows, SW_ARRAY_LEN(rows)};
