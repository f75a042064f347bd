/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Falco's configuration file, with what it includes and with changes from the command line on top, all put together
 * as Falco 0.44 does (userspace/engine/yaml_helper.h):
 * - config_files of the main file names files, and folders whose files are taken by name; those that are not there are
 *   passed over. What is included may not include. A whole top-level key is added (strategy append: lists grow,
 *   everything else is replaced), replaced (override) or kept (add-only).
 * - "a.b", "a[2].b" and "a[].b" are set, where "\" before ".", "[", "]" and "\" makes them part of a name.
 * - ${NAME} in a text of a file is the variable of the environment, "$${" a "${".
 *
 * Limits: SW_FALCO_FILES files of 16 MiB, 32 levels in a key that is set.
 */
#ifndef SW_CMD_WATCH_FALCO_H
#define SW_CMD_WATCH_FALCO_H

#include "cmd/cmd.h"
#include "doc/source.h"
#include "doc/value.h"

#define SW_FALCO_FILES 64

struct sw_falco_file {
	struct sw_source *src;
	struct sw_value root; /* with places */
};

struct sw_falco {
	struct sw_arena *arena;
	const char *name; /* of the main file; NULL: only what is set */
	struct sw_falco_file files[SW_FALCO_FILES];
	uint32_t n_files;
	const char *const *sets; /* "KEY=VALUE", of the command line */
	uint32_t n_sets;
	struct sw_value root; /* all of it together */
};

/* path NULL: no file, only what is set ("KEY=VALUE"). */
int sw_falco_open(struct sw_arena *a, const char *path, const char *const *sets, uint32_t n_sets,
	struct sw_falco *ret, struct sw_error *err);
/* The value of a key like "file_output.enabled"; undefined when nobody gives one. */
struct sw_value sw_falco_get(const struct sw_falco *f, const char *key);
/* Typed, with a default; -SW_EUSAGE with the place when it is of another type. */
int sw_falco_str(const struct sw_falco *f, const char *key, const char *def, const char **ret,
	struct sw_error *err);
int sw_falco_bool(
	const struct sw_falco *f, const char *key, bool def, bool *ret, struct sw_error *err);
int sw_falco_num(
	const struct sw_falco *f, const char *key, double def, double *ret, struct sw_error *err);
/* The elements of a list. A scalar is a list of one. Undefined when nobody gives one. */
struct sw_value sw_falco_list(const struct sw_falco *f, const char *key);
const char *sw_falco_expand(struct sw_arena *a, struct sw_str s); /* ${NAME}; NULL: no memory */

/* -SW_EUSAGE with "FILE:LINE:COLUMN: KEY ", or "--set: KEY " where it was set, before the text. */
int sw_falco_wrong(const struct sw_falco *f, const char *key, const char *text, struct sw_error *err);

#endif
