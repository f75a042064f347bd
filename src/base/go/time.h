/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times as Go's package time has them: instants with a zone of the IANA database, layouts written as the
 * reference time "Mon Jan 2 15:04:05 MST 2006", and durations.
 *
 * Zones come from the system's database (/usr/share/zoneinfo; TZif versions 1 to 3, RFC 8536) and are kept
 * for the life of the process, at most SW_GOTIME_ZONES of them. All calls are thread-safe.
 */
#ifndef SW_BASE_GO_TIME_H
#define SW_BASE_GO_TIME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"

#define SW_GOTIME_ZONES 1024

struct sw_gozone;

struct sw_gotime {
	int64_t sec; /* since 1970-01-01T00:00:00Z */
	int32_t nsec;
	const struct sw_gozone *zone; /* NULL: UTC */
};

struct sw_gocivil {
	int64_t year;
	int month, day;        /* 1-based */
	int hour, min, sec;
	int weekday;           /* 0: Sunday */
	int yday;              /* 1-based */
	int32_t offset;        /* seconds east of UTC */
	struct sw_str abbrev;
};

struct sw_gozone_span {
	struct sw_str abbrev;
	int32_t offset;
	bool dst;
	int64_t start, end; /* Unix seconds in which it holds */
};

/*
 * A zone by name. 0, or negative with Go's error text appended to `why`.
 * "" and "UTC" give NULL, "Local" the zone of $TZ or /etc/localtime.
 */
int sw_gozone_load(struct sw_str name, const struct sw_gozone **ret, struct sw_buf *why);
void sw_gozone_lookup(const struct sw_gozone *z, int64_t sec, struct sw_gozone_span *ret);
/* The offset of an abbreviation in that zone near that pseudo-Unix time. */
bool sw_gozone_lookup_name(
	const struct sw_gozone *z, struct sw_str abbrev, int64_t unix_sec, int32_t *ret_offset);

struct sw_gotime sw_gotime_unix_ns(int64_t ns, const struct sw_gozone *zone);
void sw_gotime_civil(struct sw_gotime t, struct sw_gocivil *ret);
/* time.Date: any field may be out of its range and is carried over; what int64 cannot hold wraps around. */
void sw_gotime_date(int64_t year, int64_t month, int64_t day, int64_t hour, int64_t min, int64_t sec,
	int64_t nsec, const struct sw_gozone *zone, struct sw_gotime *ret);
/* Nanoseconds since 1970; false outside of int64 (1677-09-21 … 2262-04-11). */
bool sw_gotime_ns(struct sw_gotime t, int64_t *ret);

int sw_gotime_days_in(int month, int64_t year);
int64_t sw_gotime_days(int64_t year, int month, int day); /* since 1970-01-01 */

/* The named layouts that OPA knows ("RFC1123", "ANSIC", …), else the text itself. */
struct sw_str sw_gotime_layout(struct sw_str name);
void sw_gotime_format(struct sw_gotime t, struct sw_str layout, struct sw_buf *out);
/* 0, or negative with Go's error text in `why`. */
int sw_gotime_parse(
	struct sw_str layout, struct sw_str value, struct sw_gotime *ret, struct sw_buf *why);
/* time.ParseDuration, with OPA's d, w and y on top. */
int sw_gotime_duration(struct sw_str s, int64_t *ret, struct sw_buf *why);
/* time.ParseDuration alone. */
int sw_gotime_go_duration(struct sw_str s, int64_t *ret, struct sw_buf *why);

#endif
