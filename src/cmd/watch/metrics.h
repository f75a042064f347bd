/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prometheus metrics and a health answer of `seawall watch`, on one address: GET /metrics, GET of
 * the health path (200 while events are read). HTTP/1.1, one request per connection, two seconds
 * per client, one client at a time; no TLS: listen on loopback or within the pod.
 *
 * The watching thread writes the counters, the serving thread reads them; nothing waits for
 * anything.
 */
#ifndef SW_CMD_WATCH_METRICS_H
#define SW_CMD_WATCH_METRICS_H

#include <pthread.h>
#include <stdatomic.h>

#include "notify/notify.h"
#include "runtime/rules/load.h"

struct sw_watch_counts {
	_Atomic uint64_t reloads, reloads_failed;
	_Atomic uint64_t events, broken, alerts, drops, blind, denied, killed;
	pthread_mutex_t lock; /* of the two below, which change when rules are read again */
	_Atomic uint64_t *by_rule; /* by index of the rule */
	const struct sw_ruleset *rules;
	struct sw_notify *notify;
	bool health_only; /* /metrics is not there */
};

struct sw_watch_metrics;

/* address: "127.0.0.1:9376", "[::]:9376", ":9376" (all addresses). The counts must outlive it. */
int sw_watch_metrics_open(const char *address, const char *health,
	struct sw_watch_counts *counts, struct sw_watch_metrics **ret, struct sw_error *err);
void sw_watch_metrics_close(struct sw_watch_metrics *m); /* takes NULL */

#endif
