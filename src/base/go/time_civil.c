/* SPDX-License-Identifier: Apache-2.0 */
#include "base/go/time.h"

#include "base/go/layout.h"

const char *const sw_month_names[12] = {"January", "February", "March", "April", "May", "June", "July",
	"August", "September", "October", "November", "December"};
const char *const sw_weekday_names[7] = {
	"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};

#define NS ((int64_t)1000000000)

static bool leap(int64_t y)
{
	return y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
}

int sw_gotime_days_in(int month, int64_t year)
{
	static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return month == 2 && leap(year) ? 29 : days[month - 1];
}

/* Proleptic Gregorian day number: eras of 400 years that start in March, so that leap days come last. */
int64_t sw_gotime_days(int64_t year, int month, int day)
{
	int64_t y = year - (month <= 2);
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

#define ABSOLUTE_YEARS UINT64_C(292277022400)

enum { MARCH_TO_DECEMBER = 306, DAYS_TO_1970 = 719162 };

static void civil_from_days(int64_t days, struct sw_gocivil *c)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;

	c->day = (int)(doy - (153 * mp + 2) / 5 + 1);
	c->month = (int)(mp < 10 ? mp + 3 : mp - 9);
	c->year = yoe + era * 400 + (c->month <= 2);
	c->weekday = (int)(((days + 4) % 7 + 7) % 7);
	c->yday = (int)(days - sw_gotime_days(c->year, 1, 1)) + 1;
}

void sw_gotime_civil(struct sw_gotime t, struct sw_gocivil *ret)
{
	struct sw_gozone_span span;

	sw_gozone_lookup(t.zone, t.sec, &span);
	int64_t local = t.sec + span.offset;
	int64_t days = local / 86400 - (local % 86400 < 0);
	int64_t rest = local - days * 86400;

	civil_from_days(days, ret);
	ret->hour = (int)(rest / 3600);
	ret->min = (int)(rest / 60 % 60);
	ret->sec = (int)(rest % 60);
	ret->offset = span.offset;
	ret->abbrev = span.abbrev;
}

struct sw_gotime sw_gotime_unix_ns(int64_t ns, const struct sw_gozone *zone)
{
	int64_t sec = ns / NS, nsec = ns % NS;

	if (nsec < 0) {
		sec--;
		nsec += NS;
	}
	return (struct sw_gotime){.sec = sec, .nsec = (int32_t)nsec, .zone = zone};
}

/*
 * Days from the year -292277022399 on, the first of Go's calendar, whose years begin in March. Unsigned, so that what
 * is too big wraps around as it does there.
 */
static uint64_t absolute_days(uint64_t year, uint32_t month, uint64_t day)
{
	uint64_t y = year - (month < 3) + ABSOLUTE_YEARS;
	uint64_t in_year = (979 * (month + (month < 3 ? 12 : 0)) - 2919) >> 5;

	return 146097 * (y / 100) / 4 + 1461 * (y % 100) / 4 + in_year + day - 1;
}

void sw_gotime_date(int64_t year, int64_t month, int64_t day, int64_t hour, int64_t min, int64_t sec,
	int64_t nsec, const struct sw_gozone *zone, struct sw_gotime *ret)
{
	static const uint64_t to_unix = (uint64_t)ABSOLUTE_YEARS / 400 * 146097 + MARCH_TO_DECEMBER + DAYS_TO_1970;
	int64_t m = (int64_t)((uint64_t)month - 1), carry = m / 12 - (m % 12 < 0);
	uint64_t days = absolute_days((uint64_t)year + (uint64_t)carry, (uint32_t)(m - carry * 12) + 1, (uint64_t)day);
	int64_t unix_sec = (int64_t)((days - to_unix) * 86400 + (uint64_t)(hour * 3600 + min * 60 + sec));

	carry = nsec / NS - (nsec % NS < 0);
	unix_sec = (int64_t)((uint64_t)unix_sec + (uint64_t)carry);
	nsec -= carry * NS;

	struct sw_gozone_span span;
	sw_gozone_lookup(zone, unix_sec, &span);
	if (span.offset) {
		int64_t utc = (int64_t)((uint64_t)unix_sec - (uint64_t)(int64_t)span.offset);
		if (utc < span.start || utc >= span.end)
			sw_gozone_lookup(zone, utc, &span);
		unix_sec = (int64_t)((uint64_t)unix_sec - (uint64_t)(int64_t)span.offset);
	}
	*ret = (struct sw_gotime){.sec = unix_sec, .nsec = (int32_t)nsec, .zone = zone};
}

bool sw_gotime_ns(struct sw_gotime t, int64_t *ret)
{
	__int128 ns = (__int128)t.sec * NS + t.nsec;

	if (ns < INT64_MIN || ns > INT64_MAX)
		return false;
	*ret = (int64_t)ns;
	return true;
}
