/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The receiver of the API server's audit webhook: batches are acknowledged when they are in memory,
 * and written by a thread of its own as JSON lines, one event each.
 *
 * The API server drops events when its backend is slow, so nothing is parsed before the answer. At
 * most `memory` bytes wait; a batch beyond is refused (429), which the API server retries. The
 * bodies of Secrets, should the audit policy have asked for them, are not written.
 */
#ifndef SW_SERVE_AUDIT_H
#define SW_SERVE_AUDIT_H

#include "serve/logfile.h"
#include "serve/metrics.h"

struct sw_audit;

int sw_audit_new(struct sw_logfile *spool, size_t memory, struct sw_metrics *m,
	struct sw_audit **ret, struct sw_error *err);
/* Copies the batch. False: no room. */
bool sw_audit_put(struct sw_audit *a, struct sw_str body);
/* Writes what waits, then ends the thread. Takes NULL. */
void sw_audit_free(struct sw_audit *a);

/* The events of an EventList as lines. -SW_ESYNTAX, -SW_EINVALID: *ret_n events before it were
 * written. */
int sw_audit_lines(struct sw_str body, struct sw_buf *out, uint64_t *ret_n, struct sw_error *err);

#endif
