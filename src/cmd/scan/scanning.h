/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What scan, explain, fix and diff share: from options to judged findings.
 *
 * A command says which rows of options it has (SW_SCANNING_OPTS and its parts, below), runs
 * sw_scanning_run(), looks at the findings or reports them, and releases. Everything in the struct
 * belongs to it and lives until the release, but for what a caller lends: live, notes, seen.
 * One at a time: the signals that it watches are the program's.
 */
#ifndef SW_CMD_SCAN_SCANNING_H
#define SW_CMD_SCAN_SCANNING_H

#include "cmd/cmd.h"
#include "finding/baseline.h"
#include "finding/score.h"
#include "finding/waiver.h"
#include "policy/scan.h"
#include "report/report.h"

struct sw_scanning {
	struct sw_cmd_ctx *ctx;
	struct sw_scan *scan;
	struct sw_findings findings; /* waived, compared with the baseline, sorted */
	struct sw_input_stats stats;
	struct sw_waivers waivers;
	struct sw_baseline baseline;
	const struct sw_input_live *live; /* scan this cluster, too; NULL: none */
	struct sw_str cluster, kubernetes; /* of it, where no option says otherwise; "" */
	const struct sw_rule **rules; /* that were applied, sorted by id */
	uint32_t n_rules;
	struct sw_summary summary;
	struct sw_str framework; /* report only what answers it; "": all */
	struct sw_scanning_output *outputs;
	uint32_t n_outputs;
	struct sw_str seen;		    /* of the report: how much was looked at, where no objects are */
	const struct sw_report_note *notes; /* for the report */
	uint32_t n_notes;
	int code; /* 0, or an enum sw_exit when the run ended early */
};

/* Load checks, read the paths, judge, waive. *err when it returns nonzero. Release in any case. */
int sw_scanning_run(struct sw_scanning *s, struct sw_cmd_ctx *ctx, const char *const *paths,
	uint32_t n_paths, struct sw_error *err);
/*
 * The parts, for what scans something else than manifests: begin (after which findings may be
 * added), accept (waivers, baseline, order, summary; `whole`: nothing was left out on request, so
 * that a waiver that matches nothing is unused), report (writes everything, sets `code`).
 */
int sw_scanning_begin(struct sw_scanning *s, struct sw_cmd_ctx *ctx, struct sw_error *err);
int sw_scanning_accept(struct sw_scanning *s, bool whole, struct sw_error *err);
/* Is there a new, open finding of at least this severity? "never": no. */
bool sw_scanning_failed(const struct sw_findings *fs, const char *fail_on);
int sw_scanning_report(struct sw_scanning *s,
	struct sw_str (*next)(struct sw_cmd_ctx *ctx, const struct sw_findings *fs),
	struct sw_error *err); /* next: the command to try next; may be NULL */
/* SIGINT and SIGTERM set sw_scanning_cancel from now on; twice ends the program. */
void sw_scanning_watch_signals(void);
void sw_scanning_release(struct sw_scanning *s);
/* Checks only; for lists and `explain RULE`. */
int sw_scanning_load(struct sw_scanning *s, struct sw_cmd_ctx *ctx, struct sw_error *err);
/* Set by SIGINT and SIGTERM once a scan has begun. */
extern volatile bool sw_scanning_cancel;
/* Days since 1970-01-01, from SOURCE_DATE_EPOCH or the clock. */
int64_t sw_today(void);
/* RFC 3339, from SOURCE_DATE_EPOCH or the clock. */
struct sw_str sw_timestamp(struct sw_arena *a);

/* Rows of the options that sw_scanning_accept() reads. */
#define SW_ACCEPTING_OPTS                                                                          \
		{.name = "waivers",                                                                \
			.metavar = "FILE",                                                         \
			.type = SW_OPT_STRING,                                                     \
			.group = "What is accepted",                                               \
			.flags = SW_OPT_LIST,                                                      \
			.since = "0.1",                                                            \
			.complete = SW_COMPLETE_FILE,                                              \
			.help = "accepted findings; seawall-waivers.yaml is read when it is "      \
				"there"},                                                          \
		{.name = "no-waivers",                                                             \
			.type = SW_OPT_BOOL,                                                       \
			.group = "What is accepted",                                               \
			.since = "0.1",                                                            \
			.help = "read no waivers"},                                                \
	{                                                                                          \
		.name = "baseline", .metavar = "FILE", .type = SW_OPT_STRING,                      \
		.group = "What is accepted", .since = "0.1", .complete = SW_COMPLETE_FILE,         \
		.help = "report only findings that are not in this baseline or JSON report"        \
	}

/* Rows of the options that sw_scanning_begin() and sw_scanning_report() read. */
#define SW_REPORTING_OPTS \
	{.name = "output", \
		.letter = 'o', \
		.metavar = "FORMAT[=FILE]", \
		.type = SW_OPT_STRING, \
		.def = "table", \
		.flags = SW_OPT_LIST | SW_OPT_TRUSTED, \
		.group = "What is reported", \
		.since = "0.1", \
		.complete = SW_COMPLETE_FORMATS, \
		.help = "write a report, to standard output or to a file; see `seawall list " \
			"formats`"}, \
	{.name = "severity", \
		.metavar = "LEVEL", \
		.type = SW_OPT_STRING, \
		.flags = SW_OPT_LIST | SW_OPT_COMMA, \
		.group = "What is reported", \
		.since = "0.1", \
		.help = "report only these severities"}, \
	{.name = "fail-on", \
		.type = SW_OPT_ENUM, \
		.choices = "never|info|low|medium|high|critical", \
		.def = "low", \
		.group = "What is reported", \
		.since = "0.1", \
		.help = "exit 1 when a finding is this severe or worse"}, \
	{.name = "strict-coverage", \
		.type = SW_OPT_BOOL, \
		.group = "What is reported", \
		.since = "0.1", \
		.help = "exit 3 when something could not be judged"}, \
	{.name = "timestamp", \
		.type = SW_OPT_BOOL, \
		.group = "What is reported", \
		.since = "0.1", \
		.help = "put the time into reports; without it the same input makes the same " \
			"bytes"}, \
	{.name = "write-baseline", \
		.metavar = "FILE", \
		.type = SW_OPT_STRING, \
		.flags = SW_OPT_FLAG_ONLY, \
		.group = "What is accepted", \
		.since = "0.1", \
		.complete = SW_COMPLETE_FILE, \
		.help = "write the findings of this run as the baseline of later ones"}

/* Rows of the options that sw_scanning_run() reads. */
#define SW_SCANNING_OPTS                                                                           \
	{.name = "check",                                                                          \
		.metavar = "ID",                                                                   \
		.type = SW_OPT_STRING,                                                             \
		.group = "What is judged",                                                         \
		.flags = SW_OPT_LIST | SW_OPT_COMMA,                                               \
		.since = "0.1",                                                                    \
		.complete = SW_COMPLETE_CHECKS,                                                    \
		.help = "only these checks"},                                                      \
		{.name = "disable",                                                                \
			.metavar = "ID",                                                           \
			.type = SW_OPT_STRING,                                                     \
			.group = "What is judged",                                                 \
			.flags = SW_OPT_LIST | SW_OPT_COMMA,                                       \
			.since = "0.1",                                                            \
			.complete = SW_COMPLETE_CHECKS,                                            \
			.help = "leave these checks out"},                                         \
		{.name = "policy",                                                                 \
			.metavar = "DIR",                                                          \
			.type = SW_OPT_STRING,                                                     \
			.group = "What is judged",                                                 \
			.flags = SW_OPT_LIST,                                                      \
			.since = "0.1",                                                            \
			.complete = SW_COMPLETE_DIR,                                               \
			.help = "add checks of your own; one with the id of a built-in check "     \
				"replaces it"},                                                    \
		{.name = "policies",                                                               \
			.metavar = "PATH",                                                         \
			.type = SW_OPT_STRING,                                                     \
			.group = "What is judged",                                                 \
			.flags = SW_OPT_LIST,                                                      \
			.since = "0.1",                                                            \
			.complete = SW_COMPLETE_FILE,                                              \
			.help = "judge by these Gatekeeper and admission policies, too"},          \
		{.name = "allow-external-data",                                                    \
			.type = SW_OPT_BOOL,                                                       \
			.group = "What is judged",                                                 \
			.flags = SW_OPT_TRUSTED,                                                   \
			.since = "0.1",                                                            \
			.help = "let templates of --policies ask the Providers given, over HTTPS"}, \
		{.name = "no-builtin",                                                             \
			.type = SW_OPT_BOOL,                                                       \
			.group = "What is judged",                                                 \
			.since = "0.1",                                                            \
			.help = "leave all built-in checks out"},                                  \
		{.name = "pss",                                                                    \
			.metavar = "LEVEL[:VERSION]|labels",                                       \
			.type = SW_OPT_STRING,                                                     \
			.group = "What is judged",                                                 \
			.flags = SW_OPT_LIST | SW_OPT_COMMA,                                       \
			.since = "0.1",                                                            \
			.help = "also judge pods by a Pod Security Standard, such as "             \
				"baseline:v1.30, or by the one that labels of its namespace say"}, \
		{.name = "kubernetes-version",                                                             \
			.metavar = "VERSION",                                                      \
			.type = SW_OPT_STRING,                                                     \
			.group = "What is judged",                                                 \
			.since = "0.1",                                                            \
			.help = "the release the objects are meant for, for removed and "          \
				"deprecated APIs; without it the newest known"},                   \
		{.name = "set",                                                                    \
			.metavar = "KEY=VALUE",                                                    \
			.type = SW_OPT_STRING,                                                     \
			.group = "What is judged",                                                 \
			.flags = SW_OPT_LIST,                                                      \
			.since = "0.1",                                                            \
			.help = "tell the checks what is right here, such as "                     \
				"allowed_registries=registry.example"},           \
		{.name = "cluster",                                                                \
			.metavar = "NAME",                                                         \
			.type = SW_OPT_STRING,                                                     \
			.group = "What is judged",                                                 \
			.since = "0.1",                                                            \
			.help = "name of the cluster the objects belong to, for reports and "      \
				"waivers"},                                                        \
		{.name = "no-render",                                                              \
			.type = SW_OPT_BOOL,                                                       \
			.group = "What is read",                                                   \
			.since = "0.1",                                                            \
			.help = "do not start kubectl and helm to render kustomizations and "      \
				"charts"},                                                         \
		{.name = "max-file",                                                               \
			.type = SW_OPT_SIZE,                                                       \
			.def = "1GiB",                                                             \
			.group = "What is read",                                                   \
			.since = "0.1",                                                            \
			.help = "do not read files larger than this"},                             \
		{.name = "jobs",                                                                   \
			.metavar = "N",                                                            \
			.type = SW_OPT_INT,                                                        \
			.def = "0",                                                                \
			.group = "What is read",                                                   \
			.since = "0.1",                                                            \
			.help = "threads that judge, at most 64; 0: as many as there are "         \
				"processors, at most 8"},                                          \
		{.name = "other",                                                                  \
			.type = SW_OPT_BOOL,                                                       \
			.group = "What is read",                                                   \
			.since = "0.1",                                                            \
			.help = "also report documents that are no Kubernetes objects"},           \
		SW_ACCEPTING_OPTS

#endif
