/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/watch_drops.h"

#include <time.h>

#include "runtime/rules/generic.h"

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

static void alert(const struct sw_watch_config *c, uint64_t ts, uint64_t events, uint64_t dropped,
	struct sw_buf *out)
{
	char t[SW_TIME_MAX], utc[32];
	size_t n = c->engine.style.iso_time ? sw_event_time_iso(ts, t)
					    : sw_event_time(ts, false, true, t);
	time_t sec = (time_t)(ts / SECOND);
	struct tm tm = {0};

	if (c->json)
		sw_buf_printf(out, "{\"hostname\":\"%.*s\",\"output\":\"",
			SW_STR_ARG(sw_event_hostname()));
	sw_buf_printf(out, "%.*s: Debug " RULE ". %llu system calls dropped in last second.",
		(int)n, t, (unsigned long long)dropped);
	if (!c->json)
		return;
	gmtime_r(&sec, &tm);
	strftime(utc, sizeof(utc), "%Y-%m-%dT%H:%M:%S", &tm);
	sw_buf_printf(out,
		"\",\"output_fields\":{\"n_drops\":\"%llu\",\"n_evts\":\"%llu\"},\"priority\":"
		"\"Debug\",\"rule\":\"" RULE "\",\"source\":\"internal\",\"time\":\"%s.%09uZ\"}",
		(unsigned long long)dropped, (unsigned long long)events, utc,
		(unsigned)(ts % SECOND));
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
