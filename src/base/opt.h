/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Options as rows. One const row says everything about an option; the parser, `--help`, the man
 * page, the shell completions, the configuration file and `seawall help --json` all read the row.
 *
 * A value may come from several places. The highest wins, whole (lists are not merged between
 * places): command line > environment > project file > user file > system file > the row's default
 * The places may be read in any order.
 *
 * The environment variable of an option is SEAWALL_ and its long name in capitals with `_` for `-`;
 * its configuration key is its long name, at the top level or under the command's name.
 * SW_OPT_FLAG_ONLY rows have neither.
 *
 * Command line: `--name VALUE`, `--name=VALUE`, `-nVALUE`, `-n VALUE`, `-n=VALUE`, clusters of
 * letters
 * (`-qv`), `--flag=false`, options behind arguments, `--` ends options, `-` alone is an argument.
 * No abbreviations: a longer name may come to exist.
 *
 * Ownership: everything lives in the arena given to init; the arguments of argv are borrowed. One
 * thread.
 */
#ifndef SW_BASE_OPT_H
#define SW_BASE_OPT_H

#include "base/arena.h"
#include "base/error.h"

enum sw_opt_type {
	SW_OPT_BOOL,
	SW_OPT_COUNT, /* each use adds one */
	SW_OPT_STRING,
	SW_OPT_INT,	 /* int64 */
	SW_OPT_DURATION, /* Go's syntax: 90s, 1h30m, 250ms; kept in nanoseconds */
	SW_OPT_SIZE,	 /* 64MiB, 1GB, 4096; kept in bytes */
	SW_OPT_ENUM,	 /* one of `choices`, separated by `|` */
};

enum sw_opt_flags {
	SW_OPT_LIST = 1 << 0,	   /* may be repeated: values are collected in order */
	SW_OPT_COMMA = 1 << 1,	   /* a list whose values are also split at commas */
	SW_OPT_FLAG_ONLY = 1 << 2, /* neither environment nor configuration file */
	SW_OPT_TRUSTED = 1 << 3, /* not from a project file, which comes with other people's code */
	SW_OPT_HIDDEN = 1 << 4,
};

enum sw_opt_complete {
	SW_COMPLETE_NONE,
	SW_COMPLETE_FILE,
	SW_COMPLETE_DIR,
	SW_COMPLETE_CHOICES, /* the row's choices; implied by SW_OPT_ENUM */
	SW_COMPLETE_FORMATS, /* names of `seawall list formats` */
	SW_COMPLETE_CHECKS,  /* names of `seawall list checks` */
	SW_COMPLETE_FRAMEWORKS,
};

struct sw_opt {
	const char *name; /* long name without dashes */
	char letter;	  /* 0: none */
	enum sw_opt_type type;
	unsigned flags;
	const char *metavar; /* NULL: made from the type */
	const char *help;    /* one sentence without a final stop */
	const char *def;     /* default as a user would write it; NULL: none */
	const char *choices; /* of an ENUM */
	const char *group;   /* heading in the help; NULL: "Options" */
	const char *since;
	enum sw_opt_complete complete;
};

struct sw_optset {
	const struct sw_opt *rows;
	uint32_t n;
};

enum sw_opt_origin {
	SW_FROM_DEFAULT,
	SW_FROM_SYSTEM,
	SW_FROM_USER,
	SW_FROM_PROJECT,
	SW_FROM_ENV,
	SW_FROM_FLAG,
};

struct sw_optval {
	const struct sw_opt *row;
	enum sw_opt_origin origin;
	const char **v; /* values as text */
	uint32_t n, cap;
	int64_t i; /* BOOL, COUNT, INT, DURATION, SIZE; index of an ENUM's choice */
};

#define SW_OPT_SETS 2
#define SW_OPT_MAX_VALUES 65536

struct sw_opts {
	struct sw_arena *arena;
	struct sw_optval *v; /* one per row */
	uint32_t n;
	const char **args; /* what is not an option */
	uint32_t n_args;
};

/* Puts every row at its default. A bad default is a bug and aborts. */
int sw_opts_init(struct sw_opts *o, struct sw_arena *a, const struct sw_optset *sets,
	uint32_t n_sets, struct sw_error *err);
/* argv[0] is already an argument. Unknown options are -SW_EUSAGE with the nearest name as hint. */
int sw_opts_argv(struct sw_opts *o, int argc, const char *const *argv, struct sw_error *err);
/* Reads SEAWALL_… through `get` (getenv, or a test's). */
int sw_opts_env(struct sw_opts *o, char *(*get)(const char *), struct sw_error *err);
/* One value from elsewhere. Ignored (0) when a higher place has spoken. */
int sw_opts_set(struct sw_opts *o, const struct sw_opt *row, const char *value,
	enum sw_opt_origin from, struct sw_error *err);

const struct sw_opt *sw_opts_find(const struct sw_opts *o, struct sw_str name);

/* Reading by long name. A name without a row is a bug and aborts. */
const struct sw_optval *sw_opts_get(const struct sw_opts *o, const char *name);
const char *sw_opts_str(const struct sw_opts *o, const char *name); /* last value; NULL when none */
bool sw_opts_bool(const struct sw_opts *o, const char *name);
int64_t sw_opts_int(const struct sw_opts *o, const char *name);
bool sw_opts_given(const struct sw_opts *o, const char *name); /* from anywhere but the default */

const char *sw_opt_metavar(const struct sw_opt *row); /* "" for BOOL and COUNT */
/* "SEAWALL_FAIL_ON" into out; "" for SW_OPT_FLAG_ONLY. */
const char *sw_opt_env_name(const struct sw_opt *row, char out[64]);

/* Go's time.ParseDuration, and sizes with B, K, KB, KiB, M … */
int sw_opt_parse_duration(struct sw_str s, int64_t *ret_ns);
int sw_opt_parse_size(struct sw_str s, int64_t *ret_bytes);

/*
 * The nearest name in a list, for "did you mean": NULL when nothing is near. A name is near when at
 * most a third of its letters differ (insert, drop, change, swap of neighbours).
 */
struct sw_nearest {
	struct sw_str want;
	const char *best;
	uint32_t best_cost;
};
void sw_nearest_init(struct sw_nearest *n, struct sw_str want);
void sw_nearest_try(struct sw_nearest *n, const char *candidate);

#endif
