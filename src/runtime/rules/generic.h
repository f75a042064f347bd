/* SPDX-License-Identifier: Apache-2.0 */
/* The fields that every event has, whatever its source: evt.num, evt.time, evt.source … */
#ifndef SW_RUNTIME_RULES_GENERIC_H
#define SW_RUNTIME_RULES_GENERIC_H

#include "runtime/rules/field.h"

extern const struct sw_field_class sw_fields_evt_any;

/* A time of day "HH:MM:SS[.nnnnnnnnn]" in local time, with the date before it if wanted. Returns the length. */
#define SW_TIME_MAX 64
size_t sw_event_time(uint64_t ts, bool date, bool ns, char out[SW_TIME_MAX]);
/* "2016-08-04T16:17:57.881781397+0000" */
size_t sw_event_time_iso(uint64_t ts, char out[SW_TIME_MAX]);
/* What evt.hostname gives: $FALCO_HOSTNAME, else the host's name. Valid for the process. */
struct sw_str sw_event_hostname(void);

#endif
