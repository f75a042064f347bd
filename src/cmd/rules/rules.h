/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the commands around runtime rules share: `rules check`, `list`, `explain`, `test`, and
 * `watch`. Files are loaded in the order given, a later one may change an earlier one's rules, as
 * Falco has it; an error in one file leaves the others loaded.
 */
#ifndef SW_CMD_RULES_H
#define SW_CMD_RULES_H

#include "cmd/cmd.h"
#include "runtime/rules/engine.h"

/* The file itself; of a folder its *.yaml and *.yml files, by name and not below it, as Falco takes them. How many. */
uint32_t sw_rules_each(const char *path, void (*fn)(void *arg, const char *file), void *arg);
/*
 * The given files and folders, or Seawall's own rules when there are none (or with `own` in front of them). Errors go to
 * standard error; *ret_ok tells whether all files loaded. The caller frees the rule set.
 */
struct sw_ruleset *sw_rules_load(const char *const *files, uint32_t n, bool own, bool quiet, bool *ret_ok);
/* "file:line:col: error LOAD_ERR_…: text", one line per note. */
void sw_rules_notes(struct sw_buf *out, const struct sw_load_result *r, bool warnings);

/* The rule of that name. -SW_ENOENT with the name that is nearest, or with how to see them all. */
int sw_rules_find(const struct sw_ruleset *rs, struct sw_str name, const struct sw_runtime_rule **ret, struct sw_error *err);

/* Calls fn for each event of a source until it returns nonzero; broken records are told and counted. */
int sw_rules_run(struct sw_stream *s, int (*fn)(void *arg, const struct sw_event *ev), void *arg, uint64_t *ret_broken,
	struct sw_error *err);

/* An event source by what the file holds: a capture (plain or gzip), or else an audit log. */
int sw_rules_open(const char *path, struct sw_stream **ret, struct sw_error *err);

#define SW_RULES_FILE_OPT                                                                              \
	{                                                                                              \
		.name = "rules", .letter = 'r', .metavar = "FILE", .type = SW_OPT_STRING,              \
		.flags = SW_OPT_LIST | SW_OPT_FLAG_ONLY, .since = "0.1", .complete = SW_COMPLETE_FILE, \
		.help = "a rule file, or a folder of them; later files can append to and override earlier ones" \
	}
#define SW_RULES_OWN_OPT                                                                               \
	{                                                                                              \
		.name = "own", .type = SW_OPT_BOOL, .flags = SW_OPT_FLAG_ONLY, .since = "0.1",         \
		.help = "load Seawall's own rules before the given files"                              \
	}

#endif
