/* SPDX-License-Identifier: Apache-2.0 */
/* Falco's configuration file, with changes from the command line on top. */
#ifndef SW_CMD_WATCH_FALCO_H
#define SW_CMD_WATCH_FALCO_H

#include "cmd/cmd.h"
#include "doc/value.h"

#define SW_FALCO_FILES 64

struct sw_falco_set {
	struct sw_str key; /* "a.b", "a[2]" or "a[]" */
	struct sw_value value;
};

struct sw_falco {
	struct sw_arena *arena;
	const char *name;
	struct sw_value files[SW_FALCO_FILES]; /* later ones win */
	uint32_t n_files;
	struct sw_falco_set *sets;
	uint32_t n_sets;
};

/* path NULL: no file, only what is set. */
int sw_falco_open(struct sw_arena *a, const char *path, const char *const *sets, uint32_t n_sets,
	struct sw_falco *ret, struct sw_error *err);
/* The value of a key like "file_output.enabled"; undefined when nobody gives one. */
struct sw_value sw_falco_get(const struct sw_falco *f, const char *key);
/* Typed, with a default; -SW_EUSAGE when it is of another type. ${NAME} is replaced. */
int sw_falco_str(const struct sw_falco *f, const char *key, const char *def, const char **ret,
	struct sw_error *err);
int sw_falco_bool(
	const struct sw_falco *f, const char *key, bool def, bool *ret, struct sw_error *err);
int sw_falco_num(
	const struct sw_falco *f, const char *key, double def, double *ret, struct sw_error *err);
/* The elements of a list, those added with KEY[]=VALUE behind. A scalar is a list of one. */
struct sw_value sw_falco_list(const struct sw_falco *f, const char *key);
const char *sw_falco_expand(struct sw_arena *a, struct sw_str s); /* ${NAME}; NULL: no memory */

#endif
