/* SPDX-License-Identifier: Apache-2.0 */
/* The conversion table read backwards: what an enter event would have said. */
#include <pthread.h>

#include "runtime/capture/convert.h"
#include "runtime/capture/convert_impl.h"

enum { PARAMS = 8, NONE = 255 };

/* By exit code: how many parameters the enter event has, and which of the exit event each is. */
static struct {
	uint8_t n, from[PARAMS];
	bool passed; /* sw_convert passes such enter events: they are in the stream already */
} rows[SW_EVENT_CODES];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void learn(const struct sw_convert_row *add)
{
	unsigned at = add->n;

	for (const char *m = add->make; *m; m++, at++) {
		if ((*m != 'n' && *m != 'E') || !m[1])
			continue;
		unsigned param = (unsigned)(m[1] - 'a');
		m++;
		if (param < rows[add->code].n)
			rows[add->code].from[param] = (uint8_t)at;
	}
}

static void build(void)
{
	for (size_t i = 0; i < sw_convert_rows_n; i++) {
		const struct sw_convert_row *r = &sw_convert_rows[i];
		bool enter = r->action == STORE || r->action == KEEP ||
			     (r->action == PASS && sw_event_is_enter(r->code));
		if (!enter || r->code + 1 >= SW_EVENT_CODES || r->n > PARAMS)
			continue;
		rows[r->code + 1].n = r->n;
		rows[r->code + 1].passed = r->action != STORE;
		/* Those that open pass have the exit event's parameters but the first, its result.
		 */
		for (unsigned k = 0; k < PARAMS; k++)
			rows[r->code + 1].from[k] = r->action == PASS ? (uint8_t)(k + 1) : NONE;
	}
	for (size_t i = 0; i < sw_convert_rows_n; i++)
		if (sw_convert_rows[i].action == ADD && rows[sw_convert_rows[i].code].n)
			learn(&sw_convert_rows[i]);
}

bool sw_convert_enter_of(const struct sw_raw *exit, bool live, struct sw_raw *ret)
{
	pthread_once(&once, build);
	if (exit->code >= SW_EVENT_CODES || !rows[exit->code].n ||
		(rows[exit->code].passed && !live))
		return false;
	struct sw_raw r = {.ts = exit->ts,
		.tid = exit->tid,
		.cpu = exit->cpu,
		.code = (uint16_t)(exit->code - 1),
		.n = rows[exit->code].n};
	bool any = false;
	for (unsigned i = 0; i < r.n; i++) {
		unsigned from = rows[exit->code].from[i];
		r.p[i] = from < exit->n ? exit->p[from] : (struct sw_str){"", 0};
		any |= from < exit->n;
	}
	if (any)
		*ret = r;
	return any;
}
