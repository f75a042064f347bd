/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the server counts, in Prometheus' text form (version 0.0.4).
 *
 * Counters are atomic and may be raised by any thread. Series per policy are kept under a lock, at
 * most SW_METRICS_SERIES of them; what is beyond is counted as policy="other".
 */
#ifndef SW_SERVE_METRICS_H
#define SW_SERVE_METRICS_H

#include <stdatomic.h>

#include "base/buf.h"

#define SW_METRICS_SERIES 10000

enum sw_metric {
	SW_M_ALLOWED, /* reviews by result; one of these six per review */
	SW_M_DENIED,
	SW_M_WARNED,
	SW_M_EXCLUDED,
	SW_M_FAILED_OPEN,
	SW_M_FAILED_CLOSED,
	SW_M_MUTATED,
	SW_M_MALFORMED,
	SW_M_SLOW,	 /* reviews that were handed to the second line */
	SW_M_OVERLOADED, /* of them, those that found its queue full */
	SW_M_LATE,	 /* reviews answered at their deadline, undecided */
	SW_M_ACCEPTED,	 /* connections */
	SW_M_REFUSED,
	SW_M_EVICTED,
	SW_M_NO_DESCRIPTORS,
	SW_M_HANDSHAKES,
	SW_M_HANDSHAKE_FAILURES,
	SW_M_TIMEOUTS,
	SW_M_BAD_REQUESTS,
	SW_M_TOO_LARGE,
	SW_M_UNAUTHORIZED,
	SW_M_RELOADS,
	SW_M_RELOAD_FAILURES,
	SW_M_CERT_RELOADS,
	SW_M_CERT_FAILURES,
	SW_M_AUDIT_BATCHES,
	SW_M_AUDIT_EVENTS,
	SW_M_AUDIT_DROPPED,
	SW_M_AUDIT_MALFORMED,
	SW_M_LOG_LOST,
	SW_M_COUNTERS,
};

enum { SW_METRICS_BUCKETS = 16 };

struct sw_metrics {
	_Atomic uint64_t n[SW_M_COUNTERS];
	_Atomic uint64_t buckets[SW_METRICS_BUCKETS + 1]; /* the last: longer than all */
	_Atomic uint64_t latency_ns;
	_Atomic int64_t connections;
	_Atomic int64_t cert_expiry, policies_loaded_at, policies_broken, constraints;
	void *policies; /* private */
};

void sw_metrics_init(struct sw_metrics *m);
void sw_metrics_release(struct sw_metrics *m);

static inline void sw_metrics_add(struct sw_metrics *m, enum sw_metric what, uint64_t n)
{
	atomic_fetch_add_explicit(&m->n[what], n, memory_order_relaxed);
}
void sw_metrics_latency(struct sw_metrics *m, int64_t ns);
/* One judgement: engine, policy and action ("deny") must be clean text. */
void sw_metrics_policy(
	struct sw_metrics *m, const char *engine, struct sw_str policy, const char *action);
void sw_metrics_write(struct sw_metrics *m, struct sw_buf *out);

#endif
