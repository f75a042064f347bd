/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/watch/internal.h"

#include <time.h>

#include "base/cleanup.h"
#include "doc/json.h"
#include "runtime/rules/generic.h"

enum { SECOND = 1000000000 };

static void print_text(const struct sw_watch_internal *i, struct sw_buf *out)
{
	char t[SW_TIME_MAX];
	size_t n = sw_event_time(i->ts, false, true, t);
	const char *before = "";

	sw_buf_printf(out, "%.*s: %s %.*s (", (int)n, t, sw_priority_name(i->priority), SW_STR_ARG(i->message));
	if (sw_is(i->fields, SW_OBJECT))
		sw_object_foreach (m, i->fields) {
			sw_buf_printf(out, "%s%.*s=", before, SW_STR_ARG(sw_value_str(m->k)));
			sw_json_write(out, m->v, 0);
			before = " ";
		}
	sw_buf_addch(out, ')');
}

static void print_json(const struct sw_watch_internal *i, struct sw_buf *out)
{
	time_t sec = (time_t)(i->ts / SECOND);
	struct tm tm = {0};
	char utc[32];
	sw_autoarena a;
	struct sw_map m;

	sw_arena_init(&a, 1 << 20);
	gmtime_r(&sec, &tm);
	strftime(utc, sizeof(utc), "%Y-%m-%dT%H:%M:%S", &tm);
	sw_map_init(&m, &a);
	sw_map_adds(&m, "hostname", sw_string(sw_event_hostname()));
	sw_map_adds(&m, "output", sw_string(i->message));
	sw_map_adds(&m, "output_fields", i->fields);
	sw_map_adds(&m, "priority", sw_string(sw_str_from(sw_priority_name(i->priority))));
	sw_map_adds(&m, "rule", sw_string(sw_str_from(i->rule)));
	sw_map_adds(&m, "source", SW_VSTR("internal"));
	sw_map_adds(&m, "time", sw_string(sw_arena_printf(&a, "%s.%09uZ", utc, (unsigned)(i->ts % SECOND))));
	struct sw_value v = sw_map_object(&m);
	if (sw_defined(v))
		sw_json_write(out, v, 0);
}

void sw_watch_internal_print(const struct sw_watch_internal *i, bool json, struct sw_buf *out)
{
	if (json)
		print_json(i, out);
	else
		print_text(i, out);
}
