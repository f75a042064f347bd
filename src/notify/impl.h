/* SPDX-License-Identifier: Apache-2.0 */
/* Between the sinks and their queues. */
#ifndef SW_NOTIFY_IMPL_H
#define SW_NOTIFY_IMPL_H

#include "notify/notify.h"

struct sw_sink_ops {
	const char *name;
	/* 0, or an error: the line is lost. Called by the sink's thread only. */
	int (*send)(void *priv, unsigned level, struct sw_str line, struct sw_error *err);
	void (*close)(void *priv);
};

/* Takes priv in any case. */
int sw_notify_add(struct sw_notify *n, const struct sw_sink_ops *ops, void *priv,
	const char *target, struct sw_error *err);
/* True when close() wants the sinks to end. */
bool sw_notify_hurry(void);

#endif
