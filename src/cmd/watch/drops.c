/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/watch/drops.h"

#include "base/cleanup.h"
#include "cmd/watch/internal.h"

#define SECOND 1000000000u
#define RULE "Falco internal: syscall event drop"

static bool claim(struct sw_watch_drops *d, const struct sw_drop_policy *p, uint64_t ts)
{
	if (!d->started) {
		d->tokens = p->burst;
		d->filled_at = ts;
	}
	d->started = true;
	d->tokens += p->rate * (double)(ts - d->filled_at) / SECOND;
	d->filled_at = ts;
	if (d->tokens > p->burst)
		d->tokens = p->burst;
	if (d->tokens < 1)
		return false;
	d->tokens -= 1;
	return true;
}

static struct sw_value decimal(struct sw_arena *a, uint64_t n)
{
	return sw_string(sw_arena_printf(a, "%llu", (unsigned long long)n));
}

static void alert(const struct sw_watch_config *c, uint64_t ts, uint64_t events, uint64_t dropped,
	struct sw_buf *out)
{
	sw_autoarena a;
	struct sw_map m;

	sw_arena_init(&a, 1 << 16);
	sw_map_init(&m, &a);
	sw_map_adds(&m, "n_drops", decimal(&a, dropped));
	sw_map_adds(&m, "n_evts", decimal(&a, events));
	struct sw_watch_internal i = {.ts = ts,
		.priority = SW_PRIO_DEBUG,
		.rule = RULE,
		.message = sw_arena_printf(&a, RULE ". %llu system calls dropped in last second.", (unsigned long long)dropped),
		.fields = sw_map_object(&m)};
	sw_watch_internal_print(&i, c->json, out);
}

int sw_watch_drops_check(struct sw_watch_drops *d, uint64_t ts, uint64_t events, uint64_t dropped,
	const struct sw_watch_config *c, struct sw_buf *out)
{
	const struct sw_drop_policy *p = &c->drops;
	uint64_t more = events - d->events, lost = dropped - d->dropped + p->simulate;

	bool first = d->next == 0;
	d->next = ts + SECOND + 1;
	d->events = events;
	d->dropped = dropped;
	if (first || !lost ||
		(!p->simulate && (double)lost / (double)(more + lost) <= p->threshold))
		return 0;
	d->detected++;
	if (!claim(d, p, ts))
		return 0;
	d->acted++;
	if (p->tell || p->end)
		sw_log(SW_LOG_WARNING, RULE ". %llu system calls dropped in last second.%s",
			(unsigned long long)lost, p->end ? " Exiting." : "");
	if (p->alert)
		alert(c, ts, more, lost, out);
	d->end = p->end;
	return p->end;
}
