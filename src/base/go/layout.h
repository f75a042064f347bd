/* SPDX-License-Identifier: Apache-2.0 */
/* The pieces of a Go time layout. Internal to builtins/time. */
#ifndef SW_BASE_GO_LAYOUT_H
#define SW_BASE_GO_LAYOUT_H

#include "base/str.h"

enum sw_layout_kind {
	SW_LAYOUT_END,
	SW_LAYOUT_LONG_MONTH,
	SW_LAYOUT_MONTH,
	SW_LAYOUT_NUM_MONTH,
	SW_LAYOUT_ZERO_MONTH,
	SW_LAYOUT_LONG_WEEKDAY,
	SW_LAYOUT_WEEKDAY,
	SW_LAYOUT_DAY,
	SW_LAYOUT_UNDER_DAY,
	SW_LAYOUT_ZERO_DAY,
	SW_LAYOUT_UNDER_YDAY,
	SW_LAYOUT_ZERO_YDAY,
	SW_LAYOUT_HOUR,
	SW_LAYOUT_HOUR12,
	SW_LAYOUT_ZERO_HOUR12,
	SW_LAYOUT_MINUTE,
	SW_LAYOUT_ZERO_MINUTE,
	SW_LAYOUT_SECOND,
	SW_LAYOUT_ZERO_SECOND,
	SW_LAYOUT_LONG_YEAR,
	SW_LAYOUT_YEAR,
	SW_LAYOUT_PM,
	SW_LAYOUT_LOWER_PM,
	SW_LAYOUT_TZ,
	SW_LAYOUT_OFFSET, /* see the fields below */
	SW_LAYOUT_FRAC0,
	SW_LAYOUT_FRAC9,
};

struct sw_layout_piece {
	struct sw_str prefix; /* literal text before */
	struct sw_str text;   /* the piece as written */
	struct sw_str rest;
	enum sw_layout_kind kind;
	bool iso;             /* OFFSET: Z for UTC */
	bool colon;           /* OFFSET: with colons */
	int parts;            /* OFFSET: 1 hours, 2 minutes, 3 seconds */
	size_t digits;        /* FRAC */
	char sep;             /* FRAC: '.' or ',' */
};

/* Cuts the next piece off a layout; kind END when only literal text is left. */
void sw_layout_next(struct sw_str layout, struct sw_layout_piece *ret);

extern const char *const sw_month_names[12];
extern const char *const sw_weekday_names[7];

#endif
