/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands about the advisory database share. */
#ifndef SW_CMD_DB_H
#define SW_CMD_DB_H

#include "cmd/cmd.h"
#include "vuln/db/db.h"

#define SW_DB_OPT                                                                                  \
	{.name = "db",                                                                             \
		.metavar = "FILE",                                                                 \
		.type = SW_OPT_STRING,                                                             \
		.since = "0.1",                                                                    \
		.complete = SW_COMPLETE_FILE,                                                      \
		.help = "the advisory database; else $SEAWALL_DB, /var/lib/seawall/vuln.db, or the "    \
			"user's cache"}

/* The path of --db or the default. */
const char *sw_cmd_db_path(struct sw_cmd_ctx *ctx);
int sw_cmd_db_open(struct sw_cmd_ctx *ctx, struct sw_vuln_db **ret, struct sw_error *err);
/* "2026-08-22", "unknown" for 0. */
const char *sw_cmd_day(int64_t day, char out[16]);

#endif
