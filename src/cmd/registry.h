/* SPDX-License-Identifier: Apache-2.0 */
/* Options of commands that may read an image out of a registry. */
#ifndef SW_CMD_REGISTRY_H
#define SW_CMD_REGISTRY_H

#include "cmd/cmd.h"
#include "image/image.h"

/* Those of the rows below, into *o. */
int sw_cmd_registry_options(
	const struct sw_cmd_ctx *ctx, struct sw_image_opts *o, struct sw_error *err);

#define SW_REGISTRY_OPTS                                                                           \
	{.name = "offline",                                                                        \
		.type = SW_OPT_BOOL,                                                               \
		.group = "Registries",                                                             \
		.since = "0.2",                                                                    \
		.help = "open no connection: the name of an image in a registry is an error"},     \
		{.name = "registry-user",                                                          \
			.metavar = "USER:PASSWORD",                                                \
			.type = SW_OPT_STRING,                                                     \
			.flags = SW_OPT_TRUSTED,                                                   \
			.group = "Registries",                                                     \
			.since = "0.2",                                                            \
			.help = "who to be; better by the environment than on the command line. "  \
				"Else what "                                                       \
				"docker or podman logged in with"},                                \
		{.name = "mirror",                                                                 \
			.metavar = "[REGISTRY=]HOST",                                              \
			.type = SW_OPT_STRING,                                                     \
			.flags = SW_OPT_LIST | SW_OPT_TRUSTED,                                     \
			.group = "Registries",                                                     \
			.since = "0.2",                                                            \
			.help = "ask this host first, in place of REGISTRY or of Docker Hub"},     \
		{.name = "ca-file",                                                                \
			.metavar = "FILE",                                                         \
			.type = SW_OPT_STRING,                                                     \
			.flags = SW_OPT_TRUSTED,                                                   \
			.group = "Registries",                                                     \
			.since = "0.2",                                                            \
			.complete = SW_COMPLETE_FILE,                                              \
			.help = "certificate authorities to trust, in PEM"},                       \
		{.name = "insecure-tls",                                                           \
			.type = SW_OPT_BOOL,                                                       \
			.flags = SW_OPT_TRUSTED,                                                   \
			.group = "Registries",                                                     \
			.since = "0.2",                                                            \
			.help = "do not verify the registry's certificate"},                       \
	{                                                                                          \
		.name = "plain-http", .type = SW_OPT_BOOL, .flags = SW_OPT_TRUSTED,                \
		.group = "Registries", .since = "0.2",                                             \
		.help = "talk to the registry without TLS; on the loopback interface that is "     \
			"tried "                                                                   \
			"anyway"                                                                   \
	}

#endif
