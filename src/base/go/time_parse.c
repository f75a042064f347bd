/* SPDX-License-Identifier: Apache-2.0 */
/* time.Parse: reads a value by a layout, piece by piece. */
#include "base/go/time.h"

#include "base/go/gotext.h"
#include "base/go/layout.h"

struct parsing {
	struct sw_str value;   /* what is left */
	const char *range;     /* name of the field that is out of its range */
	int64_t year;
	int month, day, yday;  /* -1: not seen */
	int hour, min, sec;
	int64_t nsec;
	bool am, pm, utc, has_offset;
	int32_t offset;
	struct sw_str zone_name;
};

static bool digit_at(struct sw_str s, size_t i)
{
	return i < s.n && s.p[i] >= '0' && s.p[i] <= '9';
}

static void drop(struct sw_str *s, size_t n)
{
	*s = sw_str_sub(*s, n, s->n);
}

/* Go's atoi: an optional sign and digits, nothing else. */
static bool go_atoi(struct sw_str s, int64_t *ret)
{
	bool neg = s.n && s.p[0] == '-';
	int64_t v = 0;

	if (s.n && (s.p[0] == '-' || s.p[0] == '+'))
		drop(&s, 1);
	for (size_t i = 0; i < s.n; i++) {
		if (!digit_at(s, i) || v > INT64_MAX / 100)
			return false;
		v = v * 10 + (s.p[i] - '0');
	}
	*ret = neg ? -v : v;
	return true;
}

/* One or two digits; `fixed`: two. */
static bool num2(struct sw_str *s, bool fixed, int *ret)
{
	if (!digit_at(*s, 0))
		return false;
	if (!digit_at(*s, 1)) {
		if (fixed)
			return false;
		*ret = s->p[0] - '0';
		drop(s, 1);
		return true;
	}
	*ret = (s->p[0] - '0') * 10 + (s->p[1] - '0');
	drop(s, 2);
	return true;
}

static bool num3(struct sw_str *s, bool fixed, int *ret)
{
	int v = 0;
	size_t i = 0;

	for (; i < 3 && digit_at(*s, i); i++)
		v = v * 10 + (s->p[i] - '0');
	if (i == 0 || (fixed && i != 3))
		return false;
	*ret = v;
	drop(s, i);
	return true;
}

static bool name_lookup(
	struct sw_str *s, const char *const *names, int n, bool short_form, int *ret)
{
	for (int i = 0; i < n; i++) {
		struct sw_str name = sw_str_from(names[i]);
		if (short_form)
			name.n = 3;
		if (s->n >= name.n && sw_str_ieq(sw_str_sub(*s, 0, name.n), name)) {
			drop(s, name.n);
			*ret = i;
			return true;
		}
	}
	return false;
}

/* Literal text of the layout; runs of blanks match each other. */
static bool skip(struct sw_str *value, struct sw_str prefix)
{
	while (prefix.n) {
		if (prefix.p[0] == ' ') {
			if (value->n && value->p[0] != ' ')
				return false;
			while (prefix.n && prefix.p[0] == ' ')
				drop(&prefix, 1);
			while (value->n && value->p[0] == ' ')
				drop(value, 1);
			continue;
		}
		if (!value->n || value->p[0] != prefix.p[0])
			return false;
		drop(&prefix, 1);
		drop(value, 1);
	}
	return true;
}

static bool comma_or_period(char c)
{
	return c == '.' || c == ',';
}

/* The separator and n - 1 digits, more than nine are cut. */
static bool nanoseconds(struct parsing *p, size_t n)
{
	struct sw_str text = sw_str_sub(p->value, 1, n > 10 ? 10 : n);

	if (!comma_or_period(p->value.p[0]) || !go_atoi(text, &p->nsec))
		return false;
	if (p->nsec < 0) {
		p->range = "fractional second";
		return true;
	}
	for (size_t i = n > 10 ? 10 : n; i < 10; i++)
		p->nsec *= 10;
	drop(&p->value, n);
	return true;
}

static bool parse_second(struct parsing *p, const struct sw_layout_piece *piece)
{
	struct sw_layout_piece next;

	if (!num2(&p->value, piece->kind == SW_LAYOUT_ZERO_SECOND, &p->sec))
		return false;
	if (p->sec >= 60) {
		p->range = "second";
		return true;
	}
	if (p->value.n < 2 || !comma_or_period(p->value.p[0]) || !digit_at(p->value, 1))
		return true;
	/* A fraction that the layout does not name is taken all the same. */
	sw_layout_next(piece->rest, &next);
	if (next.kind == SW_LAYOUT_FRAC0 || next.kind == SW_LAYOUT_FRAC9)
		return true;
	size_t n = 2;
	while (digit_at(p->value, n))
		n++;
	return nanoseconds(p, n);
}

static bool parse_offset(struct parsing *p, const struct sw_layout_piece *piece)
{
	if (piece->iso && p->value.n && p->value.p[0] == 'Z') {
		drop(&p->value, 1);
		p->utc = true;
		return true;
	}
	size_t step = piece->colon ? 3 : 2;
	size_t need = 3 + step * (size_t)(piece->parts - 1);
	int part[3] = {0};

	if (p->value.n < need)
		return false;
	struct sw_str text = sw_str_sub(p->value, 0, need);
	for (int i = 1; piece->colon && i < piece->parts; i++)
		if (text.p[3 * i] != ':')
			return false;
	drop(&p->value, need);
	bool ok = true;
	for (int i = 0; ok && i < piece->parts; i++) {
		struct sw_str two = sw_str_sub(text, 1 + step * (size_t)i, 3 + step * (size_t)i);
		ok = num2(&two, true, &part[i]);
	}
	/* Some people write offsets of 24 hours or 60 minutes. */
	if (part[0] > 24)
		p->range = "time zone offset hour";
	if (part[1] > 60)
		p->range = "time zone offset minute";
	if (part[2] > 60)
		p->range = "time zone offset second";
	p->offset = (part[0] * 60 + part[1]) * 60 + part[2];
	p->has_offset = true;
	if (text.p[0] == '-')
		p->offset = -p->offset;
	else if (text.p[0] != '+')
		ok = false;
	return ok;
}

/* Bytes of "+03" or "-11", 0 when it is not one. */
static size_t signed_offset(struct sw_str s)
{
	size_t i = 1;
	int64_t v = 0;

	if (!s.n || (s.p[0] != '-' && s.p[0] != '+'))
		return 0;
	for (; digit_at(s, i); i++) {
		v = v * 10 + (s.p[i] - '0');
		if (v > 1000000)
			return 0;
	}
	return i > 1 && v <= 23 ? i : 0;
}

/* Bytes of a time zone abbreviation at the start, 0 when there is none. */
static size_t zone_abbrev(struct sw_str s)
{
	size_t upper = 0;

	if (s.n < 3)
		return 0;
	if (sw_str_starts(s, SW_STR("ChST")) || sw_str_starts(s, SW_STR("MeST")))
		return 4;
	if (sw_str_starts(s, SW_STR("GMT")))
		return 3 + signed_offset(sw_str_sub(s, 3, s.n));
	if (s.p[0] == '+' || s.p[0] == '-')
		return signed_offset(s);
	while (upper < 6 && upper < s.n && s.p[upper] >= 'A' && s.p[upper] <= 'Z')
		upper++;
	if (upper == 3)
		return 3;
	if (upper == 4 && (s.p[3] == 'T' || sw_str_starts(s, SW_STR("WITA"))))
		return 4;
	return upper == 5 && s.p[4] == 'T' ? 5 : 0;
}

static bool parse_zone_name(struct parsing *p)
{
	if (sw_str_starts(p->value, SW_STR("UTC"))) {
		p->utc = true;
		drop(&p->value, 3);
		return true;
	}
	size_t n = zone_abbrev(p->value);
	if (!n)
		return false;
	p->zone_name = sw_str_sub(p->value, 0, n);
	drop(&p->value, n);
	return true;
}

static bool parse_year(struct parsing *p, enum sw_layout_kind kind)
{
	size_t n = kind == SW_LAYOUT_YEAR ? 2 : 4;

	if (p->value.n < n || (n == 4 && !digit_at(p->value, 0)))
		return false;
	struct sw_str text = sw_str_sub(p->value, 0, n);
	drop(&p->value, n);
	if (!go_atoi(text, &p->year))
		return false;
	if (n == 2)
		p->year += p->year >= 69 ? 1900 : 2000;
	return true;
}

static bool parse_meridiem(struct parsing *p, bool lower)
{
	if (p->value.n < 2)
		return false;
	struct sw_str two = sw_str_sub(p->value, 0, 2);
	drop(&p->value, 2);
	if (sw_str_is(two, lower ? "pm" : "PM"))
		p->pm = true;
	else if (sw_str_is(two, lower ? "am" : "AM"))
		p->am = true;
	else
		return false;
	return true;
}

static bool parse_clock(struct parsing *p, const struct sw_layout_piece *piece)
{
	bool ok = true;

	switch (piece->kind) {
	case SW_LAYOUT_HOUR:
		ok = num2(&p->value, false, &p->hour);
		if (p->hour >= 24)
			p->range = "hour";
		return ok;
	case SW_LAYOUT_HOUR12:
	case SW_LAYOUT_ZERO_HOUR12:
		ok = num2(&p->value, piece->kind == SW_LAYOUT_ZERO_HOUR12, &p->hour);
		if (p->hour > 12)
			p->range = "hour";
		return ok;
	case SW_LAYOUT_MINUTE:
	case SW_LAYOUT_ZERO_MINUTE:
		ok = num2(&p->value, piece->kind == SW_LAYOUT_ZERO_MINUTE, &p->min);
		if (p->min >= 60)
			p->range = "minute";
		return ok;
	case SW_LAYOUT_SECOND:
	case SW_LAYOUT_ZERO_SECOND:
		return parse_second(p, piece);
	case SW_LAYOUT_PM:
	case SW_LAYOUT_LOWER_PM:
		return parse_meridiem(p, piece->kind == SW_LAYOUT_LOWER_PM);
	default:
		return true;
	}
}

static bool parse_fraction(struct parsing *p, const struct sw_layout_piece *piece)
{
	size_t n = 1;

	if (piece->kind == SW_LAYOUT_FRAC0)
		return p->value.n >= 1 + piece->digits && nanoseconds(p, 1 + piece->digits);
	if (p->value.n < 2 || !comma_or_period(p->value.p[0]) || !digit_at(p->value, 1))
		return true; /* left out */
	while (digit_at(p->value, n))
		n++;
	return nanoseconds(p, n);
}

static bool parse_day(struct parsing *p, enum sw_layout_kind kind)
{
	if (kind == SW_LAYOUT_UNDER_YDAY || kind == SW_LAYOUT_ZERO_YDAY) {
		for (int i = 0; i < 2 && kind == SW_LAYOUT_UNDER_YDAY; i++)
			if (p->value.n && p->value.p[0] == ' ')
				drop(&p->value, 1);
		return num3(&p->value, kind == SW_LAYOUT_ZERO_YDAY, &p->yday);
	}
	if (kind == SW_LAYOUT_UNDER_DAY && p->value.n && p->value.p[0] == ' ')
		drop(&p->value, 1);
	return num2(&p->value, kind == SW_LAYOUT_ZERO_DAY, &p->day);
}

static bool parse_piece(struct parsing *p, const struct sw_layout_piece *piece)
{
	int ignored;
	bool ok;

	switch (piece->kind) {
	case SW_LAYOUT_YEAR:
	case SW_LAYOUT_LONG_YEAR:
		return parse_year(p, piece->kind);
	case SW_LAYOUT_MONTH:
	case SW_LAYOUT_LONG_MONTH:
		ok = name_lookup(&p->value, sw_month_names, 12, piece->kind == SW_LAYOUT_MONTH, &p->month);
		p->month++;
		return ok;
	case SW_LAYOUT_NUM_MONTH:
	case SW_LAYOUT_ZERO_MONTH:
		ok = num2(&p->value, piece->kind == SW_LAYOUT_ZERO_MONTH, &p->month);
		if (ok && (p->month <= 0 || p->month > 12))
			p->range = "month";
		return ok;
	case SW_LAYOUT_WEEKDAY:
	case SW_LAYOUT_LONG_WEEKDAY:
		return name_lookup(
			&p->value, sw_weekday_names, 7, piece->kind == SW_LAYOUT_WEEKDAY, &ignored);
	case SW_LAYOUT_DAY:
	case SW_LAYOUT_UNDER_DAY:
	case SW_LAYOUT_ZERO_DAY:
	case SW_LAYOUT_UNDER_YDAY:
	case SW_LAYOUT_ZERO_YDAY:
		return parse_day(p, piece->kind);
	case SW_LAYOUT_TZ:
		return parse_zone_name(p);
	case SW_LAYOUT_OFFSET:
		return parse_offset(p, piece);
	case SW_LAYOUT_FRAC0:
	case SW_LAYOUT_FRAC9:
		return parse_fraction(p, piece);
	default:
		return parse_clock(p, piece);
	}
}

static int say(struct sw_buf *why, struct sw_str value, const char *text)
{
	sw_buf_addz(why, "parsing time ");
	sw_gotext_time_quote(why, value);
	sw_buf_addz(why, text);
	return -1;
}

static int cannot(struct sw_buf *why, struct sw_str layout, struct sw_str value,
	struct sw_str layout_part, struct sw_str value_part)
{
	say(why, value, " as ");
	sw_gotext_time_quote(why, layout);
	sw_buf_addz(why, ": cannot parse ");
	sw_gotext_time_quote(why, value_part);
	sw_buf_addz(why, " as ");
	sw_gotext_time_quote(why, layout_part);
	return -1;
}

/* Day of the year to month and day, and do they agree with those that were read? */
static const char *settle_yday(struct parsing *p)
{
	bool leap = sw_gotime_days_in(2, p->year) == 29;

	if (p->yday < 1 || p->yday > (leap ? 366 : 365))
		return ": day-of-year out of range";
	int m = 1, d = p->yday;
	while (d > sw_gotime_days_in(m, p->year))
		d -= sw_gotime_days_in(m++, p->year);
	if (p->month >= 0 && p->month != m)
		return ": day-of-year does not match month";
	p->month = m;
	if (p->day >= 0 && p->day != d)
		return ": day-of-year does not match day";
	p->day = d;
	return NULL;
}

static const char *settle_date(struct parsing *p)
{
	if (p->pm && p->hour < 12)
		p->hour += 12;
	else if (p->am && p->hour == 12)
		p->hour = 0;
	if (p->yday >= 0) {
		const char *bad = settle_yday(p);
		if (bad)
			return bad;
	}
	if (p->month < 0)
		p->month = 1;
	if (p->day < 0)
		p->day = 1;
	if (p->day < 1 || p->day > sw_gotime_days_in(p->month, p->year))
		return ": day out of range";
	return NULL;
}

static void settle_zone(struct parsing *p, struct sw_gotime *t)
{
	const struct sw_gozone *local = NULL;
	int32_t offset = 0;

	if (p->utc)
		return;
	if (p->has_offset) {
		t->sec -= p->offset;
		return;
	}
	if (!p->zone_name.n)
		return;
	sw_autobuf ignored;
	sw_buf_init(&ignored, 256);
	if (sw_gozone_load(SW_STR("Local"), &local, &ignored) == 0 &&
		sw_gozone_lookup_name(local, p->zone_name, t->sec, &offset))
		t->sec -= offset;
	/* Any other abbreviation, "GMT+3" too, names a zone but does not move the instant. */
}

int sw_gotime_parse(
	struct sw_str layout, struct sw_str value, struct sw_gotime *ret, struct sw_buf *why)
{
	struct parsing p = {.value = value, .month = -1, .day = -1, .yday = -1};
	struct sw_str rest = layout;

	for (;;) {
		struct sw_layout_piece piece;
		sw_layout_next(rest, &piece);
		if (!skip(&p.value, piece.prefix))
			return cannot(why, layout, value, piece.prefix, p.value);
		if (piece.kind == SW_LAYOUT_END)
			break;
		rest = piece.rest;
		struct sw_str hold = p.value;
		bool ok = parse_piece(&p, &piece);
		if (p.range) {
			say(why, value, ": ");
			sw_buf_printf(why, "%s out of range", p.range);
			return -1;
		}
		if (!ok)
			return cannot(why, layout, value, piece.text, hold);
	}
	if (p.value.n) {
		say(why, value, ": extra text: ");
		sw_gotext_time_quote(why, p.value);
		return -1;
	}
	const char *bad = settle_date(&p);
	if (bad)
		return say(why, value, bad);

	struct sw_gotime t;
	sw_gotime_date(p.year, p.month, p.day, p.hour, p.min, p.sec, p.nsec, NULL, &t);
	settle_zone(&p, &t);
	*ret = t;
	return 0;
}
