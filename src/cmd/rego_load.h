/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Policies and data from files, laid out as OPA's loader does: *.rego are modules; *.json, *.yaml
 * and *.yml are data rooted at the folder in which they lie below the path given; "a.b:PATH" puts
 * data below data.a.b; "file://" in front of a path is taken off. A folder given as bundle takes
 * only data.json and data.yaml. Files are visited in the order of their names. Objects at one path
 * are merged; anything else there twice is an error.
 */
#ifndef SW_CMD_REGO_LOAD_H
#define SW_CMD_REGO_LOAD_H

#include "cmd/cmd.h"
#include "doc/value.h"
#include "rego/rego.h"

struct sw_rego_load {
	struct sw_arena *arena;
	const char *const *ignore; /* globs of names to leave out */
	uint32_t n_ignore;
	bool bundle;
	bool only_rego, only_data; /* leave the others out, as conftest does */
	struct sw_source **modules; /* in order */
	uint32_t n_modules, cap_modules;
	struct sw_value data; /* an object */
	uint64_t load_ns;
};

#define SW_REGO_LOAD_DEPTH 64
#define SW_REGO_LOAD_FILES 1000000

void sw_rego_load_init(struct sw_rego_load *l, struct sw_arena *a);
int sw_rego_load_path(struct sw_rego_load *l, const char *path, struct sw_error *err);
/* A document from a file, JSON or YAML; "-" is standard input. SW_UNDEF for an empty file. */
int sw_rego_load_document(
	struct sw_arena *a, const char *path, struct sw_value *ret, struct sw_error *err);
int64_t sw_now_ns(void); /* monotonic */

/* ---- errors as OPA tells them ---- */
struct sw_jsonw;
/* "errors": [...] of diagnostics, or of `err` alone when there are none. */
void sw_rego_errors_json(
	struct sw_jsonw *w, const struct sw_rego_diags *d, const struct sw_error *err);
/* "2 errors occurred:\n..." to standard error. */
void sw_rego_errors_text(
	const char *what, const struct sw_rego_diags *d, const struct sw_error *err);
void sw_rego_location_json(
	struct sw_jsonw *w, const char *key, const struct sw_rego_loc *loc, bool file);

#endif
