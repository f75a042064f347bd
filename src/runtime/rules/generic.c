/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/rules/generic.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "runtime/audit/audit.h"
#include "runtime/fields/rows.h"

#define SECOND 1000000000u

size_t sw_event_time(uint64_t ts, bool date, bool ns, char out[SW_TIME_MAX])
{
	time_t sec = (time_t)(ts / SECOND);
	struct tm tm = {0};
	localtime_r(&sec, &tm);
	size_t n = strftime(out, SW_TIME_MAX, date ? "%Y-%m-%d %H:%M:%S" : "%H:%M:%S", &tm);
	if (ns)
		n += (size_t)snprintf(out + n, SW_TIME_MAX - n, ".%09u", (unsigned)(ts % SECOND));
	return n;
}

size_t sw_event_time_iso(uint64_t ts, char out[SW_TIME_MAX])
{
	time_t sec = (time_t)(ts / SECOND);
	struct tm tm = {0};
	gmtime_r(&sec, &tm);
	size_t n = strftime(out, SW_TIME_MAX, "%Y-%m-%dT%H:%M:%S", &tm);
	n += (size_t)snprintf(out + n, SW_TIME_MAX - n, ".%09u+0000", (unsigned)(ts % SECOND));
	return n;
}

static char hostname[256];

static void find_hostname(void)
{
	const char *e = getenv("FALCO_HOSTNAME");
	if (e && *e)
		snprintf(hostname, sizeof(hostname), "%s", e);
	else if (gethostname(hostname, sizeof(hostname) - 1) != 0)
		hostname[0] = 0;
}

struct sw_str sw_event_hostname(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, find_hostname);
	return sw_str_from(hostname);
}

static int text(const struct sw_event *ev, struct sw_fval *v, const char *p, size_t n)
{
	v->s = sw_arena_str(ev->arena, sw_str_make(p, n));
	return v->s.p ? 1 : 0;
}

static int times(const struct sw_fieldref *ref, const struct sw_event *ev, struct sw_fval *v)
{
	char buf[SW_TIME_MAX];
	switch (ref->id) {
	case SW_FLD_EVT_TIME:
		return text(ev, v, buf, sw_event_time(ev->ts, false, true, buf));
	case SW_FLD_EVT_TIME_S:
		return text(ev, v, buf, sw_event_time(ev->ts, false, false, buf));
	case SW_FLD_EVT_TIME_ISO8601:
		return text(ev, v, buf, sw_event_time_iso(ev->ts, buf));
	case SW_FLD_EVT_DATETIME:
		return text(ev, v, buf, sw_event_time(ev->ts, true, true, buf));
	default:
		return text(ev, v, buf, sw_event_time(ev->ts, true, false, buf));
	}
}

static uint64_t numbers(const struct sw_fieldref *ref, const struct sw_event *ev)
{
	uint64_t rel = ev->from && ev->ts > ev->from->first_ts ? ev->ts - ev->from->first_ts : 0;
	switch (ref->id) {
	case SW_FLD_EVT_NUM:
		return ev->num;
	case SW_FLD_EVT_RAWTIME:
		return ev->ts;
	case SW_FLD_EVT_RAWTIME_S:
		return ev->ts / SECOND;
	case SW_FLD_EVT_RAWTIME_NS:
		return ev->ts % SECOND;
	case SW_FLD_EVT_RELTIME:
		return rel;
	case SW_FLD_EVT_RELTIME_S:
		return rel / SECOND;
	case SW_FLD_EVT_RELTIME_NS:
		return rel % SECOND;
	default: /* evt.is_async */
		return ev->code < SW_EVENT_CODES &&
		       (sw_event_table[ev->code].category & SW_EC_METAEVENT) != 0;
	}
}

static int extract(const struct sw_fieldref *ref, const struct sw_event *ev, struct sw_fvals *ret)
{
	struct sw_fval *v = sw_arena_new(ev->arena, struct sw_fval);
	if (!v)
		return 0;
	int n = 1;
	switch (ref->id) {
	case SW_FLD_EVT_TIME ... SW_FLD_EVT_DATETIME_S:
		n = times(ref, ev, v);
		break;
	case SW_FLD_EVT_PLUGINNAME:
		if (ev->source != SW_SOURCE_K8S_AUDIT)
			return 0;
		v->s = SW_STR("k8saudit");
		break;
	case SW_FLD_EVT_PLUGININFO:
		if (ev->source != SW_SOURCE_K8S_AUDIT)
			return 0;
		v->s = sw_audit_text(ev);
		break;
	case SW_FLD_EVT_SOURCE:
		v->s = sw_str_from(ev->source == SW_SOURCE_K8S_AUDIT ? "k8s_audit" : "syscall");
		break;
	case SW_FLD_EVT_ASYNCTYPE:
		if (ev->code >= SW_EVENT_CODES ||
			!(sw_event_table[ev->code].category & SW_EC_METAEVENT))
			return 0;
		v->s = sw_str_from(sw_event_table[ev->code].name);
		break;
	case SW_FLD_EVT_HOSTNAME:
		v->s = ev->from && ev->from->hostname.n ? ev->from->hostname : sw_event_hostname();
		break;
	default:
		v->u = numbers(ref, ev);
	}
	if (n)
		*ret = (struct sw_fvals){.v = v, .n = 1};
	return n;
}

/* In JSON a time is the number of nanoseconds, however its text looks. */
static bool json(const struct sw_fieldref *ref, const struct sw_event *ev, struct sw_buf *out)
{
	if (ref->id < SW_FLD_EVT_TIME || ref->id > SW_FLD_EVT_RELTIME_NS)
		return false;
	uint64_t v = ref->id <= SW_FLD_EVT_DATETIME_S ? ev->ts : numbers(ref, ev);
	sw_buf_printf(out, "%llu", (unsigned long long)v);
	return true;
}

const struct sw_field_class sw_fields_evt_any = {
	.name = "evt",
	.title = "All events",
	.sources = 1u << SW_SOURCE_SYSCALL | 1u << SW_SOURCE_K8S_AUDIT,
	.native = true,
	.fields = sw_field_rows_evt_any,
	.n_fields = SW_FIELDS_EVT_ANY_N,
	.extract = extract,
	.json = json,
};
