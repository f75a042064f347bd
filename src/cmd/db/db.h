/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands about the advisory database share. */
#ifndef SW_CMD_DB_H
#define SW_CMD_DB_H

#include "cmd/cmd.h"
#include "vuln/db/db.h"

#define SW_DB_OPT                                                                                  \
	{                                                                                          \
		.name = "db", .metavar = "FILE", .type = SW_OPT_STRING, .since = "0.1",            \
		.complete = SW_COMPLETE_FILE,                                                      \
		.help = "the advisory database; else $SEAWALL_DB, /var/lib/seawall/vuln.db, or "   \
			"the "                                                                     \
			"user's cache"                                                             \
	}

/* Rows of what sw_cmd_match_options() and sw_cmd_match_done() read. */
#define SW_MATCH_OPTS                                                                              \
	{.name = "vex",                                                                            \
		.metavar = "FILE",                                                                 \
		.type = SW_OPT_STRING,                                                             \
		.flags = SW_OPT_LIST,                                                              \
		.group = "Known vulnerabilities",                                                  \
		.since = "0.2",                                                                    \
		.complete = SW_COMPLETE_FILE,                                                      \
		.help = "statements about flaws that do not concern this: OpenVEX, CSAF or "       \
			"CycloneDX"},                                                              \
		{.name = "vex-output",                                                             \
			.metavar = "FORMAT=FILE",                                                  \
			.type = SW_OPT_STRING,                                                     \
			.flags = SW_OPT_FLAG_ONLY,                                                 \
			.group = "Known vulnerabilities",                                          \
			.since = "0.2",                                                            \
			.complete = SW_COMPLETE_FILE,                                              \
			.help = "write what was found as VEX: openvex=FILE or cyclonedx=FILE"},    \
		{.name = "max-db-age",                                                             \
			.metavar = "DAYS",                                                         \
			.type = SW_OPT_INT,                                                        \
			.def = "5",                                                                \
			.group = "Known vulnerabilities",                                          \
			.since = "0.2",                                                            \
			.help = "advisory data older than this is a finding"},                     \
	{                                                                                          \
		.name = "skip-dev", .type = SW_OPT_BOOL, .group = "Known vulnerabilities",         \
		.since = "0.2", .help = "leave out packages that are needed for development only"  \
	}

struct sw_match_options;
struct sw_match_report;
struct sw_bom;
/* Fills vex, skip_dev and max_age from the options. */
int sw_cmd_match_options(struct sw_cmd_ctx *ctx, struct sw_match_options *m, struct sw_error *err);
/* Writes --vex-output, and tells on standard error which upgrades close most. */
int sw_cmd_match_done(struct sw_cmd_ctx *ctx, const struct sw_match_report *r,
	const struct sw_bom *bom, const struct sw_match_options *m, struct sw_error *err);

/* The path of --db or the default. */
const char *sw_cmd_db_path(struct sw_cmd_ctx *ctx);
/* "2026-08-22", "unknown" for 0. */
const char *sw_cmd_day(int64_t day, char out[16]);

#endif
