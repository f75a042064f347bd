/* SPDX-License-Identifier: Apache-2.0 */
/* Timestamps and durations. */
#include "base/go/time.h"
#include "cel/internal.h"

#define ARGS struct cel_ctx *c, const struct sw_value *v, uint32_t n

/* 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z */
#define TIME_MIN (-62135596800)
#define TIME_MAX 253402300799

bool cel_time_valid(struct sw_value t)
{
	return t.u.i >= TIME_MIN && t.u.i <= TIME_MAX;
}

bool cel_time_parse(struct sw_str s, struct sw_value *ret)
{
	struct sw_gotime t;
	sw_autobuf why;
	sw_buf_init(&why, 1024);
	if (s.n > 64 || sw_gotime_parse(SW_STR("2006-01-02T15:04:05Z07:00"), s, &t, &why) < 0)
		return false;
	*ret = cel_time(t.sec, (uint32_t)t.nsec);
	return true;
}

void cel_write_time(struct sw_buf *out, struct sw_value t)
{
	struct sw_gotime g = {.sec = t.u.i, .nsec = (int32_t)t.n};
	sw_gotime_format(g, SW_STR("2006-01-02T15:04:05.999999999Z07:00"), out);
}

static struct sw_value timestamp_of_string(ARGS)
{
	struct sw_value t;
	struct sw_str s = sw_value_str(v[0]);
	if (!cel_time_parse(s, &t))
		return cel_err(c, "parsing time \"%.*s\": it is no RFC 3339 time",
			SW_STR_ARG(sw_str_sub(s, 0, 100)));
	return cel_time_valid(t) ? t : cel_err(c, "timestamp overflow");
}

static struct sw_value timestamp_of_int(ARGS)
{
	struct sw_value t = cel_time(v[0].u.i, 0);
	return cel_time_valid(t) ? t : cel_err(c, "timestamp overflow");
}

static struct sw_value duration_of_string(ARGS)
{
	int64_t ns;
	sw_autobuf why;
	sw_buf_init(&why, 1024);
	if (v[0].n > 256 || sw_gotime_go_duration(sw_value_str(v[0]), &ns, &why) < 0)
		return cel_err(c, "%.*s", SW_STR_ARG(sw_buf_str(&why)));
	return cel_duration(ns);
}

static struct sw_value duration_of_int(ARGS)
{
	return cel_duration(v[0].u.i);
}
static struct sw_value same(ARGS)
{
	return v[0];
}
static struct sw_value int_of_timestamp(ARGS)
{
	return sw_int(v[0].u.i);
}
static struct sw_value int_of_duration(ARGS)
{
	return sw_int(v[0].u.i);
}

/* ---- parts ---- */

/* "+05:30", "-8:00", "02:00" */
static bool fixed_zone(struct sw_str s, int64_t *ret)
{
	int sign = s.n && s.p[0] == '-' ? -1 : 1;
	int64_t hours, minutes;
	if (s.n && (s.p[0] == '-' || s.p[0] == '+'))
		s = sw_str_sub(s, 1, s.n);
	size_t colon = sw_str_chr(s, ':', 0);
	if (colon == SW_NPOS || !sw_str_to_i64(sw_str_sub(s, 0, colon), &hours) ||
		!sw_str_to_i64(sw_str_sub(s, colon + 1, s.n), &minutes) || hours < 0 ||
		hours > 23 || minutes < 0 || minutes > 59)
		return false;
	*ret = sign * (hours * 3600 + minutes * 60);
	return true;
}

static bool civil(struct cel_ctx *c, const struct sw_value *v, uint32_t n, struct sw_gocivil *ret,
	struct sw_value *err)
{
	struct sw_gotime t = {.sec = v[0].u.i, .nsec = (int32_t)v[0].n};
	if (n > 1) {
		struct sw_str name = sw_value_str(v[1]);
		sw_autobuf why;
		int64_t offset;
		sw_buf_init(&why, 1024);
		if (fixed_zone(name, &offset)) {
			t.sec += offset;
		} else if (sw_str_chr(name, ':', 0) != SW_NPOS || sw_str_is(name, "Local") ||
			   sw_gozone_load(name, &t.zone, &why) < 0) {
			*err = cel_err(
				c, "unknown time zone %.*s", SW_STR_ARG(sw_str_sub(name, 0, 100)));
			return false;
		}
	}
	sw_gotime_civil(t, ret);
	return true;
}

#define PART(name, expr)                                                                           \
	static struct sw_value name(ARGS)                                                          \
	{                                                                                          \
		struct sw_gocivil t;                                                               \
		struct sw_value err;                                                               \
		return civil(c, v, n, &t, &err) ? sw_int(expr) : err;                              \
	}
PART(full_year, t.year)
PART(month, t.month - 1)
PART(day_of_year, t.yday - 1)
PART(day_of_month, t.day - 1)
PART(date, t.day)
PART(day_of_week, t.weekday)
PART(hours, t.hour)
PART(minutes, t.min)
PART(seconds, t.sec)
PART(milliseconds, v[0].n / 1000000)

static struct sw_value d_hours(ARGS)
{
	return sw_int(v[0].u.i / 3600000000000);
}
static struct sw_value d_minutes(ARGS)
{
	return sw_int(v[0].u.i / 60000000000);
}
static struct sw_value d_seconds(ARGS)
{
	return sw_int(v[0].u.i / 1000000000);
}
static struct sw_value d_milliseconds(ARGS)
{
	int64_t all = v[0].u.i / 1000000; /* the whole duration, as for hours; the specification counts the rest of a second */
	return sw_int(c->cel->opts.spec ? all % 1000 : all);
}

#define BOTH(name, fn)                                                                             \
	{name, "t.:i", fn, COST_1, false},                                                         \
	{                                                                                          \
		name, "t.s:i", fn, COST_1, false                                                   \
	}

const struct cel_row cel_rows_time[] = {
	{"timestamp", "t:t", same, COST_1, false},
	{"timestamp", "s:t", timestamp_of_string, COST_1, false},
	{"timestamp", "i:t", timestamp_of_int, COST_1, false},
	{"duration", "D:D", same, COST_1, false},
	{"duration", "s:D", duration_of_string, COST_1, false},
	{"duration", "i:D", duration_of_int, COST_1, false},
	{"int", "t:i", int_of_timestamp, COST_1, false},
	{"int", "D:i", int_of_duration, COST_1, false},
	BOTH("getFullYear", full_year),
	BOTH("getMonth", month),
	BOTH("getDayOfYear", day_of_year),
	BOTH("getDayOfMonth", day_of_month),
	BOTH("getDate", date),
	BOTH("getDayOfWeek", day_of_week),
	BOTH("getHours", hours),
	BOTH("getMinutes", minutes),
	BOTH("getSeconds", seconds),
	BOTH("getMilliseconds", milliseconds),
	{"getHours", "D.:i", d_hours, COST_1, false},
	{"getMinutes", "D.:i", d_minutes, COST_1, false},
	{"getSeconds", "D.:i", d_seconds, COST_1, false},
	{"getMilliseconds", "D.:i", d_milliseconds, COST_1, false},
	{NULL, NULL, NULL, 0, false},
};
