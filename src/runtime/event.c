/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/event.h"

static const char *const type_names[SW_FT__COUNT] = {
	"NONE", "INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64", "CHARBUF",
	"BYTEBUF", "ERRNO", "SOCKADDR", "SOCKTUPLE", "FD", "PID", "FDLIST", "FSPATH", "SYSCALLID", "SIGTYPE",
	"RELTIME", "ABSTIME", "PORT", "L4PROTO", "SOCKFAMILY", "BOOL", "IPV4ADDR", "DYNAMIC", "FLAGS8",
	"FLAGS16", "FLAGS32", "UID", "GID", "DOUBLE", "SIGSET", "CHARBUFARRAY", "CHARBUF_PAIR_ARRAY",
	"IPV4NET", "IPV6ADDR", "IPV6NET", "IPADDR", "IPNET", "MODE", "FSRELPATH", "ENUMFLAGS8",
	"ENUMFLAGS16", "ENUMFLAGS32", "FD32", "PID32",
};

const char *sw_ftype_name(enum sw_ftype t)
{
	return (unsigned)t < SW_FT__COUNT ? type_names[t] : "<NA>";
}

bool sw_event_codes_of(struct sw_str name, struct sw_codeset *ret)
{
	bool found = false;
	*ret = (struct sw_codeset){0};
	if (sw_str_is(name, "NA"))
		return false;
	for (uint16_t i = 2; i < SW_EVENT_CODES; i++) {
		if (sw_str_is(name, sw_event_table[i].name)) {
			sw_codeset_add(ret, i);
			found = true;
		}
	}
	for (size_t lo = 0, hi = sw_generic_syscalls_n; !found && lo < hi;) {
		size_t mid = lo + (hi - lo) / 2;
		int c = sw_str_cmp(name, sw_str_from(sw_generic_syscalls[mid]));
		if (c == 0) {
			sw_codeset_add(ret, 0);
			sw_codeset_add(ret, 1);
			found = true;
		} else if (c < 0) {
			hi = mid;
		} else {
			lo = mid + 1;
		}
	}
	return found;
}

/* Falco counts from the first event that is not about the machine or the containers. */
void sw_stream_count(struct sw_stream *s, uint64_t ts, uint16_t code)
{
	s->n_events++;
	if (!s->first_ts && (code >= SW_EVENT_CODES || !(sw_event_table[code].category & SW_EC_METAEVENT)))
		s->first_ts = ts;
	s->before_ts = s->n_events == 1 ? ts : s->last_ts;
	s->last_ts = ts;
}

int sw_stream_next(struct sw_stream *s, struct sw_event *ret, struct sw_error *err)
{
	struct sw_event ev = {.from = s};
	int rc = s->ops->next(s, &ev, err);
	if (rc <= 0)
		return rc;
	sw_stream_count(s, ev.ts, ev.code);
	ev.num = s->n_events;
	*ret = ev;
	return 1;
}

void sw_stream_close(struct sw_stream *s)
{
	if (s && s->ops->close)
		s->ops->close(s);
}
