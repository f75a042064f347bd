/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rule files: YAML to rules that can be run, with Falco's errors and warnings, in its words and at its places.
 *
 * A rule set collects files one after the other. After each file everything collected so far is compiled anew,
 * as Falco does, so a later file can append to, override or replace what an earlier one defined; the result of a
 * file tells what was wrong with it. A file with an error leaves the rules as they were compiled before it.
 *
 * What the language asks for: lists are substituted as text in conditions, with no regard to order; lists in
 * lists and macros in macros only when they were defined before; a redefinition keeps the place of the first
 * definition; rules see all macros. Names and texts are those of Falco's engine 0.63.
 *
 * One rule set, one thread, until it is only read. Limits: 64 MiB per file, 100,000 items per rule set, 1 GiB of
 * memory in all.
 */
#ifndef SW_RUNTIME_RULES_LOAD_H
#define SW_RUNTIME_RULES_LOAD_H

#include "runtime/rules/prog.h"

#define SW_RULES_FILE_MAX ((size_t)64 << 20)
#define SW_RULES_ENGINE_VERSION "0.63.0"

enum sw_priority {
	SW_PRIO_EMERGENCY,
	SW_PRIO_ALERT,
	SW_PRIO_CRITICAL,
	SW_PRIO_ERROR,
	SW_PRIO_WARNING,
	SW_PRIO_NOTICE,
	SW_PRIO_INFORMATIONAL,
	SW_PRIO_DEBUG,
};

const char *sw_priority_name(enum sw_priority p);             /* "Warning" */
bool sw_priority_from(struct sw_str s, enum sw_priority *ret); /* any case; "info" too */

/* ---- results ---- */

enum sw_load_error {
	SW_LOAD_ERR_FILE_READ,
	SW_LOAD_ERR_YAML_PARSE,
	SW_LOAD_ERR_YAML_VALIDATE,
	SW_LOAD_ERR_COMPILE_CONDITION,
	SW_LOAD_ERR_COMPILE_OUTPUT,
	SW_LOAD_ERR_VALIDATE,
	SW_LOAD_ERR_EXTENSION,
};

enum sw_load_warning {
	SW_LOAD_UNKNOWN_SOURCE,
	SW_LOAD_UNSAFE_NA_CHECK,
	SW_LOAD_NO_EVTTYPE,
	SW_LOAD_UNKNOWN_FILTER,
	SW_LOAD_UNUSED_MACRO,
	SW_LOAD_UNUSED_LIST,
	SW_LOAD_UNKNOWN_ITEM,
	SW_LOAD_DEPRECATED_ITEM,
	SW_LOAD_WARNING_EXTENSION,
	SW_LOAD_APPEND_NO_VALUES,
	SW_LOAD_EXCEPTION_NAME_NOT_UNIQUE,
	SW_LOAD_INVALID_MACRO_NAME,
	SW_LOAD_INVALID_LIST_NAME,
	SW_LOAD_COMPILE_CONDITION,
	SW_LOAD_UNKNOWN_KEY,
};

/* A place, and what encloses it. Numbers begin at 0, as in Falco's output. */
struct sw_load_ctx {
	const struct sw_load_ctx *parent; /* NULL: the file itself */
	struct sw_str name;               /* file, or the beginning of a condition */
	const char *type;                 /* "rule", "macro condition" … */
	struct sw_str item;
	uint32_t line, col, pos;
	struct sw_str alt; /* the text that pos is in, when it is not the file */
};

struct sw_load_note {
	uint8_t code; /* enum sw_load_error or sw_load_warning */
	struct sw_str text;
	const struct sw_load_ctx *ctx;
	const char *deprecated_field; /* NULL: none */
};

struct sw_load_result {
	struct sw_str name;    /* of the file */
	struct sw_str content; /* owned by the rule set */
	bool ok;
	struct sw_load_note *errors, *warnings;
	uint32_t n_errors, n_warnings;
	struct sw_str *schema; /* what Falco's JSON schema says of each document; n 0: no YAML; first "ok": valid */
	uint32_t n_schema;
};

const char *sw_load_error_name(enum sw_load_error e);     /* "LOAD_ERR_YAML_PARSE" */
const char *sw_load_warning_name(enum sw_load_warning w); /* "LOAD_UNUSED_LIST" */
const char *sw_load_warning_text(enum sw_load_warning w);
/* The place within the file: of the innermost context that is not in a condition. Numbers begin at 1. */
void sw_load_place(const struct sw_load_note *n, uint32_t *ret_line, uint32_t *ret_col);
/* As `falco -V` prints it; summary: in one line each. */
void sw_load_result_text(struct sw_buf *out, const struct sw_load_result *r, bool verbose);
/* One element of falco_load_results. */
void sw_load_result_json(struct sw_buf *out, const struct sw_load_result *r);

/* ---- rules ---- */

struct sw_runtime_rule {
	struct sw_str name, desc, source_name, output, condition; /* condition: as written, appended parts too */
	enum sw_event_source source;
	enum sw_priority priority;
	bool enabled, capture, warn_evttypes;
	uint32_t capture_duration;
	struct sw_str *tags; /* sorted */
	uint32_t n_tags;
	const struct sw_load_ctx *ctx;
	/* compiled */
	const struct sw_cond *cond;
	struct sw_node *node;
	struct sw_codeset codes;
	uint32_t index;
};

struct sw_rules_options {
	/* Appended to the output of rules of that source ("" or NULL: all): Falco's append_output. */
	const struct sw_rules_extra *extra;
	size_t n_extra;
};

struct sw_rules_extra {
	const char *source, *rule, *tag; /* NULL: any */
	const char *output;
};

struct sw_ruleset;

struct sw_ruleset *sw_ruleset_new(const struct sw_rules_options *o); /* NULL: no memory */
void sw_ruleset_free(struct sw_ruleset *rs);
/* Name and text are copied. The result belongs to the rule set. Never fails otherwise than in the result. */
const struct sw_load_result *sw_ruleset_add(struct sw_ruleset *rs, const char *name, struct sw_str text);
/* Reads the file; one that cannot be read is a result too (LOAD_ERR_FILE_READ). */
const struct sw_load_result *sw_ruleset_add_file(struct sw_ruleset *rs, const char *path);

/* Rules that compiled, in order; disabled ones too. */
uint32_t sw_ruleset_n(const struct sw_ruleset *rs);
const struct sw_runtime_rule *sw_ruleset_rule(const struct sw_ruleset *rs, uint32_t i);
const struct sw_runtime_rule *sw_ruleset_find(const struct sw_ruleset *rs, struct sw_str name);
struct sw_prog *sw_ruleset_prog(const struct sw_ruleset *rs, enum sw_event_source source);
/* By name (exact), or by tag; n: how many rules. */
uint32_t sw_ruleset_enable(struct sw_ruleset *rs, struct sw_str name, bool by_tag, bool enabled);
/*
 * The codes of which a rule can match a failed call; `absent`: one that failed for want of a file (ENOENT).
 * All others are of no use to the rules.
 */
struct sw_codeset sw_ruleset_failed_codes(const struct sw_ruleset *rs, bool absent);
/* The last components of the paths that rules compare fd.name with, each once; at most SW_RULE_NAMES_MAX. */
#define SW_RULE_NAMES_MAX 4096
size_t sw_ruleset_file_names(const struct sw_ruleset *rs, struct sw_arena *a, struct sw_str **ret);
/* Names of macros and lists, for listings. */
uint32_t sw_ruleset_n_macros(const struct sw_ruleset *rs);
uint32_t sw_ruleset_n_lists(const struct sw_ruleset *rs);

#endif
