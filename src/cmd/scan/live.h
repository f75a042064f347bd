/* SPDX-License-Identifier: Apache-2.0 */
/* A connection to a live cluster, from options: for commands that offer --live. */
#ifndef SW_CMD_SCAN_LIVE_H
#define SW_CMD_SCAN_LIVE_H

#include "cmd/cmd.h"
#include "kube/client/client.h"

/*
 * The client of the cluster that --kubeconfig and --context mean, with a warning where certificates are not
 * checked. NULL in *ret without --live; --kubeconfig or --context without it is an error. `cancel` may be NULL.
 * Free the client.
 */
int sw_live_open(struct sw_cmd_ctx *ctx, const volatile bool *cancel, struct sw_kube_client **ret,
	struct sw_error *err);
/* "v1.31.2" as the server says; "" when it does not. In the context's arena. */
struct sw_str sw_live_version(struct sw_cmd_ctx *ctx, struct sw_kube_client *c);

#define SW_LIVE_OPTS                                                                               \
	{.name = "live",                                                                           \
		.type = SW_OPT_BOOL,                                                               \
		.flags = SW_OPT_TRUSTED,                                                           \
		.group = "The live cluster",                                                       \
		.since = "0.1",                                                                    \
		.help = "ask the API server of the kubeconfig, or of the pod's service account"},  \
	{.name = "kubeconfig",                                                                     \
		.metavar = "FILE",                                                                 \
		.type = SW_OPT_STRING,                                                             \
		.flags = SW_OPT_TRUSTED,                                                           \
		.group = "The live cluster",                                                       \
		.since = "0.1",                                                                    \
		.complete = SW_COMPLETE_FILE,                                                      \
		.help = "instead of $KUBECONFIG and ~/.kube/config"},                              \
	{.name = "context",                                                                        \
		.metavar = "NAME",                                                                 \
		.type = SW_OPT_STRING,                                                             \
		.flags = SW_OPT_TRUSTED,                                                           \
		.group = "The live cluster",                                                       \
		.since = "0.1",                                                                    \
		.help = "of the kubeconfig, instead of the current one"},                          \
	{.name = "api-timeout",                                                                    \
		.type = SW_OPT_DURATION,                                                           \
		.def = "1m",                                                                       \
		.group = "The live cluster",                                                       \
		.since = "0.1",                                                                    \
		.help = "longest time for one answer of the API server"},                          \
	{.name = "allow-exec-plugin",                                                              \
		.type = SW_OPT_BOOL,                                                               \
		.flags = SW_OPT_FLAG_ONLY,                                                         \
		.group = "The live cluster",                                                       \
		.since = "0.1",                                                                    \
		.help = "start the program that the kubeconfig names to make credentials"}

#endif
