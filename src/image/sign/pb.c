/* SPDX-License-Identifier: Apache-2.0 */
#include "image/sign/pb.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/base64.h"
#include "doc/json.h"

int sw_pb_parse(struct sw_arena *a, struct sw_str text, struct sw_value *ret, struct sw_error *err)
{
	static const struct sw_json_limits limits = {.depth = 64, .nodes = 1000000};
	return sw_json_parse(a, text, SW_JSON_DUP_ERROR, &limits, ret, NULL, err);
}

/* "logId" as "log_id". */
static struct sw_str snake(const char *name, char out[64])
{
	size_t n = 0;
	for (; *name && n < 62; name++) {
		if (isupper((unsigned char)*name)) {
			out[n++] = '_';
			out[n++] = (char)tolower((unsigned char)*name);
		} else {
			out[n++] = *name;
		}
	}
	return sw_str_make(out, n);
}

struct sw_value sw_pb_get(struct sw_value msg, const char *name)
{
	char alt[64];
	struct sw_value v = sw_object_gets(msg, sw_str_from(name));
	if (!sw_defined(v))
		v = sw_object_gets(msg, snake(name, alt));
	return sw_is(v, SW_NULL) ? sw_undef() : v;
}

struct sw_value sw_pb_path(struct sw_value msg, ...)
{
	va_list ap;
	const char *name;
	va_start(ap, msg);
	while ((name = va_arg(ap, const char *)))
		msg = sw_pb_get(msg, name);
	va_end(ap);
	return msg;
}

struct sw_str sw_pb_str(struct sw_value msg, const char *name)
{
	struct sw_value v = sw_pb_get(msg, name);
	return sw_is(v, SW_STRING) ? sw_value_str(v) : (struct sw_str){0};
}

int sw_pb_bytes(struct sw_arena *a, struct sw_value msg, const char *name, struct sw_str *ret,
	struct sw_error *err)
{
	struct sw_value v = sw_pb_get(msg, name);
	if (!sw_defined(v))
		return 0;
	if (!sw_is(v, SW_STRING) || !sw_base64_decode(a, sw_value_str(v), ret))
		return sw_error_set(err, SW_EINVALID, "field %s is not base64", name);
	return 1;
}

int sw_pb_int(struct sw_value msg, const char *name, int64_t *ret, struct sw_error *err)
{
	struct sw_value v = sw_pb_get(msg, name);
	if (!sw_defined(v))
		return 0;
	if (sw_is(v, SW_STRING) ? sw_str_to_i64(sw_value_str(v), ret)
				: sw_is(v, SW_NUMBER) && sw_value_int(v, ret))
		return 1;
	return sw_error_set(err, SW_EINVALID, "field %s is not a 64-bit integer", name);
}

static bool digits(struct sw_str *s, unsigned n, int *ret)
{
	int v = 0;
	if (s->n < n)
		return false;
	for (unsigned i = 0; i < n; i++) {
		if (s->p[i] < '0' || s->p[i] > '9')
			return false;
		v = v * 10 + (s->p[i] - '0');
	}
	*s = sw_str_sub(*s, n, s->n);
	*ret = v;
	return true;
}

static bool sign(struct sw_str *s, const char *any, char *ret)
{
	if (!s->n || !strchr(any, s->p[0]) || !s->p[0])
		return false;
	*ret = s->p[0];
	*s = sw_str_sub(*s, 1, s->n);
	return true;
}

/* Days since 1970 of a day in the Gregorian calendar. */
static int64_t days(int y, int m, int d)
{
	y -= m <= 2;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int yoe = (int)(y - era * 400), doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

bool sw_pb_rfc3339(struct sw_str s, int64_t *ret)
{
	static const int month[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int y, mo, d, h, mi, se, oh = 0, om = 0, skip;
	char c, zone;
	if (!digits(&s, 4, &y) || !sign(&s, "-", &c) || !digits(&s, 2, &mo) || !sign(&s, "-", &c) ||
		!digits(&s, 2, &d) || !sign(&s, "Tt", &c) || !digits(&s, 2, &h) ||
		!sign(&s, ":", &c) || !digits(&s, 2, &mi) || !sign(&s, ":", &c) ||
		!digits(&s, 2, &se))
		return false;
	if (sign(&s, ".", &c)) {
		if (!digits(&s, 1, &skip))
			return false;
		while (digits(&s, 1, &skip))
			;
	}
	if (!sign(&s, "Zz+-", &zone))
		return false;
	if ((zone == '+' || zone == '-') &&
		(!digits(&s, 2, &oh) || !sign(&s, ":", &c) || !digits(&s, 2, &om)))
		return false;
	bool leap = y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
	if (s.n || mo < 1 || mo > 12 || d < 1 || d > month[mo - 1] + (leap && mo == 2) || h > 23 ||
		mi > 59 || se > 60 || oh > 23 || om > 59)
		return false;
	int64_t offset = (oh * 60 + om) * 60;
	*ret = days(y, mo, d) * 86400 + h * 3600 + mi * 60 + se - (zone == '-' ? -offset : offset);
	return true;
}

int sw_pb_time(struct sw_value msg, const char *name, int64_t *ret, struct sw_error *err)
{
	struct sw_value v = sw_pb_get(msg, name);
	if (!sw_defined(v))
		return 0;
	if (!sw_is(v, SW_STRING) || !sw_pb_rfc3339(sw_value_str(v), ret))
		return sw_error_set(err, SW_EINVALID, "field %s is not a time of RFC 3339", name);
	return 1;
}

int sw_pb_list(struct sw_value msg, const char *name, uint32_t max, struct sw_value *ret,
	struct sw_error *err)
{
	struct sw_value v = sw_pb_get(msg, name);
	if (!sw_defined(v)) {
		*ret = sw_empty_array();
		return 0;
	}
	if (!sw_is(v, SW_ARRAY))
		return sw_error_set(err, SW_EINVALID, "field %s is not a list", name);
	if (v.n > max)
		return sw_error_set(err, SW_ELIMIT, "field %s has %u entries, at most %u are read",
			name, v.n, max);
	*ret = v;
	return 1;
}
