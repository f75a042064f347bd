/* SPDX-License-Identifier: Apache-2.0 */
#include "base/go/time.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/go/layout.h"

struct sw_str sw_gotime_layout(struct sw_str name)
{
	static const struct {
		const char *name, *layout;
	} known[] = {
		{"ANSIC", "Mon Jan _2 15:04:05 2006"},
		{"UnixDate", "Mon Jan _2 15:04:05 MST 2006"},
		{"RubyDate", "Mon Jan 02 15:04:05 -0700 2006"},
		{"RFC822", "02 Jan 06 15:04 MST"},
		{"RFC822Z", "02 Jan 06 15:04 -0700"},
		{"RFC850", "Monday, 02-Jan-06 15:04:05 MST"},
		{"RFC1123", "Mon, 02 Jan 2006 15:04:05 MST"},
		{"RFC1123Z", "Mon, 02 Jan 2006 15:04:05 -0700"},
		{"RFC3339", "2006-01-02T15:04:05Z07:00"},
		{"RFC3339Nano", "2006-01-02T15:04:05.999999999Z07:00"},
	};

	for (size_t i = 0; i < SW_ARRAY_LEN(known); i++)
		if (sw_str_is(name, known[i].name))
			return sw_str_from(known[i].layout);
	return name;
}

struct fixed {
	const char *text;
	enum sw_layout_kind kind;
	bool no_lower_after; /* "Mon" in "Month" is literal text */
	int parts;
	bool iso, colon;
};

/* Longer texts before their prefixes; the first match at a place wins. */
static const struct fixed pieces[] = {
	{"January", SW_LAYOUT_LONG_MONTH},
	{"Jan", SW_LAYOUT_MONTH, true},
	{"Monday", SW_LAYOUT_LONG_WEEKDAY},
	{"Mon", SW_LAYOUT_WEEKDAY, true},
	{"MST", SW_LAYOUT_TZ},
	{"01", SW_LAYOUT_ZERO_MONTH},
	{"02", SW_LAYOUT_ZERO_DAY},
	{"03", SW_LAYOUT_ZERO_HOUR12},
	{"04", SW_LAYOUT_ZERO_MINUTE},
	{"05", SW_LAYOUT_ZERO_SECOND},
	{"06", SW_LAYOUT_YEAR},
	{"002", SW_LAYOUT_ZERO_YDAY},
	{"15", SW_LAYOUT_HOUR},
	{"1", SW_LAYOUT_NUM_MONTH},
	{"2006", SW_LAYOUT_LONG_YEAR},
	{"2", SW_LAYOUT_DAY},
	{"_2", SW_LAYOUT_UNDER_DAY},
	{"__2", SW_LAYOUT_UNDER_YDAY},
	{"3", SW_LAYOUT_HOUR12},
	{"4", SW_LAYOUT_MINUTE},
	{"5", SW_LAYOUT_SECOND},
	{"PM", SW_LAYOUT_PM},
	{"pm", SW_LAYOUT_LOWER_PM},
	{"-070000", SW_LAYOUT_OFFSET, .parts = 3},
	{"-07:00:00", SW_LAYOUT_OFFSET, .parts = 3, .colon = true},
	{"-0700", SW_LAYOUT_OFFSET, .parts = 2},
	{"-07:00", SW_LAYOUT_OFFSET, .parts = 2, .colon = true},
	{"-07", SW_LAYOUT_OFFSET, .parts = 1},
	{"Z070000", SW_LAYOUT_OFFSET, .parts = 3, .iso = true},
	{"Z07:00:00", SW_LAYOUT_OFFSET, .parts = 3, .colon = true, .iso = true},
	{"Z0700", SW_LAYOUT_OFFSET, .parts = 2, .iso = true},
	{"Z07:00", SW_LAYOUT_OFFSET, .parts = 2, .colon = true, .iso = true},
	{"Z07", SW_LAYOUT_OFFSET, .parts = 1, .iso = true},
};

static bool fraction(struct sw_str layout, size_t at, struct sw_layout_piece *ret)
{
	if (at + 1 >= layout.n || (layout.p[at + 1] != '0' && layout.p[at + 1] != '9'))
		return false;
	size_t end = at + 1;
	while (end < layout.n && layout.p[end] == layout.p[at + 1])
		end++;
	if (end < layout.n && layout.p[end] >= '0' && layout.p[end] <= '9')
		return false;
	ret->kind = layout.p[at + 1] == '0' ? SW_LAYOUT_FRAC0 : SW_LAYOUT_FRAC9;
	ret->digits = end - at - 1;
	ret->sep = layout.p[at];
	ret->text = sw_str_sub(layout, at, end);
	return true;
}

static bool piece_at(struct sw_str layout, size_t at, struct sw_layout_piece *ret)
{
	struct sw_str here = sw_str_sub(layout, at, layout.n);

	if (here.p[0] == '.' || here.p[0] == ',')
		return fraction(layout, at, ret);
	for (size_t i = 0; i < SW_ARRAY_LEN(pieces); i++) {
		const struct fixed *f = &pieces[i];
		struct sw_str text = sw_str_from(f->text);
		if (!sw_str_starts(here, text))
			continue;
		if (f->no_lower_after && here.n > text.n && here.p[text.n] >= 'a' && here.p[text.n] <= 'z')
			continue;
		/* _2006 is a literal _ and the year */
		if (f->kind == SW_LAYOUT_UNDER_DAY && sw_str_starts(here, SW_STR("_2006")))
			return false;
		ret->kind = f->kind;
		ret->parts = f->parts;
		ret->iso = f->iso;
		ret->colon = f->colon;
		ret->text = sw_str_sub(here, 0, text.n);
		return true;
	}
	return false;
}

void sw_layout_next(struct sw_str layout, struct sw_layout_piece *ret)
{
	*ret = (struct sw_layout_piece){.prefix = layout, .rest = sw_str_sub(layout, layout.n, layout.n)};
	ret->text = ret->rest;
	for (size_t at = 0; at < layout.n; at++) {
		if (!piece_at(layout, at, ret))
			continue;
		ret->prefix = sw_str_sub(layout, 0, at);
		ret->rest = sw_str_sub(layout, at + ret->text.n, layout.n);
		return;
	}
}

static void put_offset(const struct sw_layout_piece *p, int32_t offset, struct sw_buf *out)
{
	if (p->iso && offset == 0) {
		sw_buf_addch(out, 'Z');
		return;
	}
	/* Go divides first: the sign is that of whole minutes. */
	int zone = offset / 60;
	int secs = abs(offset);
	sw_buf_addch(out, zone < 0 ? '-' : '+');
	zone = abs(zone);
	sw_buf_printf(out, "%02d", zone / 60);
	if (p->parts >= 2)
		sw_buf_printf(out, "%s%02d", p->colon ? ":" : "", zone % 60);
	if (p->parts == 3)
		sw_buf_printf(out, "%s%02d", p->colon ? ":" : "", secs % 60);
}

static void put_fraction(const struct sw_layout_piece *p, int32_t nsec, struct sw_buf *out)
{
	char digits[16];
	size_t n = p->digits < 9 ? p->digits : 9;

	if (p->kind == SW_LAYOUT_FRAC9 && nsec == 0)
		return;
	snprintf(digits, sizeof(digits), "%09d", nsec);
	if (p->kind == SW_LAYOUT_FRAC9) {
		while (n && digits[n - 1] == '0')
			n--;
		if (!n)
			return;
	}
	sw_buf_addch(out, p->sep);
	sw_buf_add(out, digits, n);
}

static void put_year(int64_t year, struct sw_buf *out)
{
	if (year < 0)
		sw_buf_addch(out, '-');
	sw_buf_printf(out, "%04lld", (long long)(year < 0 ? -year : year));
}

static void put_zone_name(const struct sw_gocivil *c, struct sw_buf *out)
{
	if (c->abbrev.n) {
		sw_buf_addstr(out, c->abbrev);
		return;
	}
	int zone = c->offset / 60;
	sw_buf_printf(out, "%c%02d%02d", zone < 0 ? '-' : '+', abs(zone) / 60, abs(zone) % 60);
}

static void put_clock(const struct sw_layout_piece *p, const struct sw_gocivil *c, struct sw_buf *out)
{
	int hour12 = c->hour % 12 ? c->hour % 12 : 12;

	switch (p->kind) {
	case SW_LAYOUT_HOUR:
		sw_buf_printf(out, "%02d", c->hour);
		break;
	case SW_LAYOUT_HOUR12:
		sw_buf_printf(out, "%d", hour12);
		break;
	case SW_LAYOUT_ZERO_HOUR12:
		sw_buf_printf(out, "%02d", hour12);
		break;
	case SW_LAYOUT_MINUTE:
		sw_buf_printf(out, "%d", c->min);
		break;
	case SW_LAYOUT_ZERO_MINUTE:
		sw_buf_printf(out, "%02d", c->min);
		break;
	case SW_LAYOUT_SECOND:
		sw_buf_printf(out, "%d", c->sec);
		break;
	case SW_LAYOUT_ZERO_SECOND:
		sw_buf_printf(out, "%02d", c->sec);
		break;
	case SW_LAYOUT_PM:
		sw_buf_addz(out, c->hour >= 12 ? "PM" : "AM");
		break;
	case SW_LAYOUT_LOWER_PM:
		sw_buf_addz(out, c->hour >= 12 ? "pm" : "am");
		break;
	default:
		break;
	}
}

static void put_piece(const struct sw_layout_piece *p, struct sw_gotime t, const struct sw_gocivil *c,
	struct sw_buf *out)
{
	switch (p->kind) {
	case SW_LAYOUT_YEAR:
		sw_buf_printf(out, "%02d", abs((int)(c->year % 100)));
		break;
	case SW_LAYOUT_LONG_YEAR:
		put_year(c->year, out);
		break;
	case SW_LAYOUT_MONTH:
		sw_buf_add(out, sw_month_names[c->month - 1], 3);
		break;
	case SW_LAYOUT_LONG_MONTH:
		sw_buf_addz(out, sw_month_names[c->month - 1]);
		break;
	case SW_LAYOUT_NUM_MONTH:
		sw_buf_printf(out, "%d", c->month);
		break;
	case SW_LAYOUT_ZERO_MONTH:
		sw_buf_printf(out, "%02d", c->month);
		break;
	case SW_LAYOUT_WEEKDAY:
		sw_buf_add(out, sw_weekday_names[c->weekday], 3);
		break;
	case SW_LAYOUT_LONG_WEEKDAY:
		sw_buf_addz(out, sw_weekday_names[c->weekday]);
		break;
	case SW_LAYOUT_DAY:
		sw_buf_printf(out, "%d", c->day);
		break;
	case SW_LAYOUT_UNDER_DAY:
		sw_buf_printf(out, "%2d", c->day);
		break;
	case SW_LAYOUT_ZERO_DAY:
		sw_buf_printf(out, "%02d", c->day);
		break;
	case SW_LAYOUT_UNDER_YDAY:
		sw_buf_printf(out, "%3d", c->yday);
		break;
	case SW_LAYOUT_ZERO_YDAY:
		sw_buf_printf(out, "%03d", c->yday);
		break;
	case SW_LAYOUT_TZ:
		put_zone_name(c, out);
		break;
	case SW_LAYOUT_OFFSET:
		put_offset(p, c->offset, out);
		break;
	case SW_LAYOUT_FRAC0:
	case SW_LAYOUT_FRAC9:
		put_fraction(p, t.nsec, out);
		break;
	default:
		put_clock(p, c, out);
	}
}

void sw_gotime_format(struct sw_gotime t, struct sw_str layout, struct sw_buf *out)
{
	struct sw_gocivil c;
	struct sw_layout_piece p;

	sw_gotime_civil(t, &c);
	do {
		sw_layout_next(layout, &p);
		sw_buf_addstr(out, p.prefix);
		put_piece(&p, t, &c, out);
		layout = p.rest;
	} while (p.kind != SW_LAYOUT_END);
}
