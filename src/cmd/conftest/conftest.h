/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `seawall policy verify --policy DIR` does: conftest's conventions over this Rego engine.
 *
 * - Rules named deny, violation or warn, alone or followed by _words, of the chosen packages
 *   ("namespaces"). An element is a message, or an object with `msg`, any metadata, and `_loc`
 *   {file, line}. exception[_][_] == "words" turns the rule of that suffix into an exception.
 * - Each document of a file is judged alone; with `combine` all of them at once, as a list of
 *   {path, contents}. data.conftest.file tells the file's name and folder.
 * - A file that cannot be read or judged is told as a problem and loses nothing else.
 *
 * Everything lives in the arena given. One thread.
 */
#ifndef SW_CMD_CONFTEST_H
#define SW_CMD_CONFTEST_H

#include "cmd/policy/rego_load.h"
#include "doc/formats/formats.h"

struct cf_result {
	struct sw_str msg;
	struct sw_value metadata; /* an object; SW_UNDEF: none */
	struct sw_str query;
	bool has_loc;
	struct sw_str loc_file, loc_line;
};

struct cf_results {
	struct cf_result *v;
	uint32_t n, cap;
};

enum cf_kind { CF_FAILURE, CF_WARNING, CF_EXCEPTION, CF_SKIPPED, CF__KINDS };

/* One file against one namespace. */
struct cf_check {
	struct sw_str file, ns;
	uint32_t successes;
	struct cf_results by[CF__KINDS];
	struct sw_str print; /* lines of print() */
};

struct cf_config {
	struct sw_str path;
	struct sw_value value; /* SW_UNDEF: could not be read */
};

struct conftest {
	struct sw_cmd_ctx *ctx;
	struct sw_rego_load policies, data;
	struct sw_rego_engine *engine;
	struct sw_rego_eval *eval;
	struct sw_buf print;
	struct sw_list began; /* cases of the test that runs */
	struct cf_config *configs;
	uint32_t n_configs, cap_configs;
	struct cf_check *checks;
	uint32_t n_checks, cap_checks;
	uint32_t problems; /* told on standard error */
	struct sw_error err;
};

/* Read policies and data, compile. The builtins parse_config… are there as in conftest. */
int cf_load(struct conftest *c);
void cf_release(struct conftest *c);
/* Read what the user named; -SW_EUSAGE when there is nothing. */
int cf_read_files(struct conftest *c);
/* Judge all of it. */
int cf_run(struct conftest *c);
int cf_add(struct conftest *c, struct cf_results *l, const struct cf_result *r);
struct cf_check *cf_check_new(struct conftest *c, struct sw_str file, struct sw_str ns);
/* "main" of a module's package. */
struct sw_str cf_namespace(struct conftest *c, const struct sw_rego_module *m);
void cf_problem(struct conftest *c, const struct sw_error *err);
/* [{path, contents}] of several files, by path; each document of a file has its own. */
struct sw_value cf_combine(struct sw_arena *a, struct cf_config *v, uint32_t n);

/* The builtins, added to *caps. Files are looked for beside the policies. */
int cf_builtins(struct conftest *c, const struct sw_rego_caps **caps);

/* `tests`: these are results of unit tests. */
int cf_write(struct conftest *c, bool tests);

/* Options from conftest.toml and CONFTEST_…; the file that would be read, or NULL. */
int cf_config(struct sw_cmd_ctx *ctx, struct sw_error *err);
const char *cf_config_file(const struct sw_cmd_ctx *ctx);

/* The command: judges the arguments, or runs the unit tests when there are none. */
int cf_command(struct sw_cmd_ctx *ctx);

#endif
