/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commands: what a user types.
 *
 * One file per command with one const row; the table in cmd.c lists the rows. Help, man pages,
 * completion and `seawall help --json` come from them. A command reads its options, calls the
 * libraries and returns an exit code; it appends results to ctx->out, which main writes to standard
 * output at the end, and reports errors through sw_cmd_fail(). Nothing else in the program prints.
 *
 * Four things to do to add a command: write src/cmd/<name>.c with its row, name the row in cmd.c,
 * add a scenario under tests/scenario, and a line in CHANGELOG.md.
 */
#ifndef SW_CMD_CMD_H
#define SW_CMD_CMD_H

#include "base/cleanup.h"
#include "base/log.h"
#include "base/opt.h"
#include "base/term.h"
#include "doc/source.h"

enum sw_exit {
	SW_EXIT_CLEAN = 0,
	SW_EXIT_FINDINGS = 1,	/* findings at or above --fail-on */
	SW_EXIT_ERROR = 2,	/* wrong usage, or it could not run */
	SW_EXIT_INCOMPLETE = 3, /* ran, but could not see everything (--strict-coverage) */
	SW_EXIT_INTERRUPTED = 130,
};

struct sw_cmd;

#define SW_CMD_ANY 1000000u

struct sw_cmd_ctx {
	const struct sw_cmd *cmd;
	struct sw_arena *arena; /* of the whole run */
	struct sw_opts opts;
	struct sw_term term; /* of standard output */
	struct sw_buf *out;  /* standard output */
};

struct sw_cmd {
	const char *name;	 /* "scan", "policy eval" */
	const char *summary;	 /* one line without a final stop */
	const char *args;	 /* "PATH...", "" */
	const char *description; /* paragraphs separated by an empty line */
	const char *examples;	 /* lines: command, then indented explanation; or NULL */
	const char *group;	 /* heading in `seawall help` */
	const char *since;
	const struct sw_opt *opts;
	uint32_t n_opts;
	enum sw_opt_complete complete; /* of its arguments */
	unsigned min_args, max_args;   /* SW_CMD_ANY: no ceiling */
	int (*run)(struct sw_cmd_ctx *ctx);
	bool hidden;
	bool own_exit_codes; /* documented in its description */
	int usage_code;	     /* exit code of wrong usage; 0: SW_EXIT_ERROR */
};

extern const struct sw_cmd sw_cmd_db_build, sw_cmd_db_diff, sw_cmd_db_lookup, sw_cmd_db_status, sw_cmd_db_update, sw_cmd_db_verify;
extern const struct sw_cmd sw_cmd_bench, sw_cmd_admit, sw_cmd_completion, sw_cmd_diff, sw_cmd_explain, sw_cmd_fix, sw_cmd_help,
	sw_cmd_list, sw_cmd_man, sw_cmd_policy_bench, sw_cmd_policy_capabilities, sw_cmd_policy_check, sw_cmd_policy_build, sw_cmd_policy_deps, sw_cmd_policy_sign, sw_cmd_policy_replay, sw_cmd_policy_eval, sw_cmd_policy_expand, sw_cmd_policy_mutate, sw_cmd_policy_fmt, sw_cmd_policy_inspect, sw_cmd_policy_parse,
	sw_cmd_policy_review, sw_cmd_policy_test, sw_cmd_policy_verify, sw_cmd_rules_check, sw_cmd_rules_explain,
	sw_cmd_rules_list, sw_cmd_rules_test, sw_cmd_scan, sw_cmd_scan_image, sw_cmd_scan_rootfs, sw_cmd_scan_sbom, sw_cmd_scan_secrets, sw_cmd_schema, sw_cmd_verify, sw_cmd_version,
	sw_cmd_waive, sw_cmd_watch;

const struct sw_cmd *const *sw_cmd_all(uint32_t *ret_n); /* sorted by name */
const struct sw_cmd *sw_cmd_find(struct sw_str name);	 /* "policy eval"; NULL when unknown */
extern const struct sw_optset sw_cmd_global;		 /* options that every command has */

/* The whole program. */
int sw_cmd_main(int argc, char **argv);

/* Print the error to standard error; returns SW_EXIT_ERROR. */
int sw_cmd_fail(const struct sw_error *err);

/* Configuration files (config.c): system, user, project, or the one of --config. */
int sw_cmd_config(struct sw_cmd_ctx *ctx, struct sw_error *err);

/* ---- files (io.c) ---- */

/*
 * The whole file, or standard input for "-", as a source in the arena. Regular files are mapped and
 * must not be changed while they are used. -SW_EIO; -SW_ELIMIT beyond `max` bytes (0: 1 GiB).
 */
int sw_cmd_read(struct sw_arena *a, const char *path, size_t max, struct sw_source **ret,
	struct sw_error *err);
/* Replace a file's content: written beside it, then renamed. "-" writes to standard output. */
int sw_cmd_write(const char *path, struct sw_str text, struct sw_error *err);

/* ---- help texts (help.c, man.c, complete.c) ---- */
void sw_cmd_help_command(struct sw_buf *out, const struct sw_cmd *cmd, const struct sw_term *t);
extern const char sw_cmd_exit_codes[];

#endif
