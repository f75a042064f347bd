/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/watch/capture.h"

#include "base/cleanup.h"
#include "base/log.h"
#include "runtime/capture/source.h"
#include "runtime/capture/writer.h"

enum { TOLD = 3 }; /* failures, before they are only counted */

void sw_watch_capture_alert(struct sw_watch_capture *c, const struct sw_alert *a)
{
	uint64_t ms = a->rule->capture_duration,
		 until = a->event->ts + (ms ? ms * 1000000u : c->o.duration_ns);

	if (!c->o.enabled || a->event->source != SW_SOURCE_SYSCALL)
		return;
	c->due |= c->o.all || a->rule->capture;
	if (until > c->until)
		c->until = until;
}

static void end(struct sw_watch_capture *c)
{
	sw_scap_writer_close(SW_TAKE(c->out), NULL);
	c->until = 0;
}

static void failed(struct sw_watch_capture *c, const struct sw_error *err)
{
	if (c->failed++ < TOLD)
		sw_log(SW_LOG_ERROR, "no capture: %s", err->text);
}

static void begin(struct sw_watch_capture *c, const struct sw_event *ev)
{
	struct sw_error err = {0};
	char path[4096];
	int n = snprintf(path, sizeof(path), "%s_%020llu_%020llu.scap", c->o.prefix, (unsigned long long)ev->ts,
		(unsigned long long)ev->num);
	int rc = n > 0 && (size_t)n < sizeof(path) ? sw_scap_writer_new(path, true, &c->out, &err)
						   : sw_error_set(&err, SW_EUSAGE, "capture.path_prefix is too long");

	if (rc < 0)
		failed(c, &err);
	else
		c->files++;
}

bool sw_watch_capture_event(struct sw_watch_capture *c, const struct sw_event *ev)
{
	const struct sw_sysev *e = c->out || c->due ? sw_event_sysev(ev) : NULL;
	struct sw_error err = {0};

	if (c->due && !c->out)
		begin(c, ev);
	c->due = false;
	if (!c->out || !e)
		return false;
	if (sw_scap_write(c->out, e, &err) < 0) {
		failed(c, &err);
		end(c);
		return false;
	}
	bool full = c->o.max_bytes && sw_scap_writer_bytes(c->out) >= c->o.max_bytes;
	if (full || ev->ts >= c->until)
		end(c);
	return full;
}

void sw_watch_capture_close(struct sw_watch_capture *c)
{
	sw_scap_writer_close(SW_TAKE(c->out), NULL);
}
