/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Policies and data from files, laid out as OPA's loader does: *.rego are modules; *.json, *.yaml
 * and *.yml are data rooted at the folder in which they lie below the path given; "a.b:PATH" puts
 * data below data.a.b; "file://" in front of a path is taken off. A folder given as bundle takes
 * only data.json and data.yaml, and its path has no "a.b:" in front. Files are visited in the order of their names. Objects at one path
 * are merged; anything else there twice is an error.
 */
#ifndef SW_CMD_POLICY_REGO_LOAD_H
#define SW_CMD_POLICY_REGO_LOAD_H

#include "cmd/cmd.h"
#include "doc/value.h"
#include "rego/rego.h"

struct sw_rego_load {
	struct sw_arena *arena;
	const char *const *ignore; /* globs of names to leave out */
	uint32_t n_ignore;
	bool bundle;
	enum sw_rego_version version; /* of modules of which no manifest says it; SW_REGO_V1 at first */
	bool only_rego, only_data;  /* leave the others out, as conftest does */
	struct sw_source **modules; /* in order */
	uint8_t *versions; /* of each: 0 in `version`, 1 Rego v0, 2 Rego v1, by a bundle's manifest */
	uint32_t n_modules, cap_modules;
	struct sw_value data; /* an object */
	uint64_t load_ns;
	/* What `policy inspect` tells of a bundle. */
	struct sw_rego_data_file {
		struct sw_str name, prefix; /* "x/data.json"; keys that lead to it, with slashes */
		struct sw_value data;	    /* what it brought, at its place below `data` */
	} * data_files;
	uint32_t n_data_files, cap_data_files;
	struct sw_value manifest, signatures; /* of the last bundle; SW_UNDEF: none */
	const char *bundle_name;
	struct sw_value roots; /* of the bundle that is being read, without slashes around; SW_UNDEF: everything */
	struct sw_rego_root { /* the same, each behind those above it */
		struct sw_str path;
		uint32_t at; /* in `roots` */
	} * sorted_roots;
	uint32_t bundle_from;  /* its first module */
	struct sw_rego_bundle {
		const char *name;
		struct sw_value roots;
	} * bundles; /* all that were read */
	uint32_t n_bundles, cap_bundles;
	enum { SW_BUNDLE_EVAL, SW_BUNDLE_CHECK, SW_BUNDLE_TEST, SW_BUNDLE_BUILD } told_as; /* whose words errors have */
	bool alone; /* the error is of a bundle as a whole: it is told without a count */
	/* Files that could not be taken, each behind so many modules. */
	struct sw_rego_bad_file {
		struct sw_str text;
		uint32_t modules;
	} * bad;
	uint32_t n_bad, cap_bad;
	int fatal; /* what ended the loading before its time; 0: nothing */
	struct sw_rego_diags
		errors; /* all of it, in the order of the files; see sw_rego_load_modules() */
};

#define SW_REGO_LOAD_DEPTH 64
#define SW_REGO_LOAD_FILES 1000000
#define SW_REGO_LOAD_BAD 10000 /* files; loading stops there */
#define SW_REGO_LOAD_ROOTS 10000 /* of all bundles */

void sw_rego_load_init(struct sw_rego_load *l, struct sw_arena *a);
/*
 * One file, folder or bundle. A file that cannot be taken hides no other one: it is remembered, the
 * rest is loaded, and the error of the first such file is returned.
 */
int sw_rego_load_path(struct sw_rego_load *l, const char *path, struct sw_error *err);
int sw_rego_load_paths(
	struct sw_rego_load *l, const char *const *paths, uint32_t n, struct sw_error *err);
/*
 * Parses what was loaded into an engine, in `version`. When a text is not Rego, or a file could not be taken
 * before, `errors` holds all of that and the first error is returned, in the `err` that loading was
 * given too.
 */
int sw_rego_load_modules(struct sw_rego_load *l, struct sw_rego_engine *e, struct sw_error *err);
/* Which language module `i` is in. */
enum sw_rego_version sw_rego_load_version(const struct sw_rego_load *l, uint32_t i);

/* ---- bundles (rego_bundle.c): folders and gzipped tar archives ---- */

#define SW_REGO_BUNDLE_BYTES ((uint64_t)1 << 30) /* of an archive, unpacked; OPA's own limit */

bool sw_rego_is_bundle(const char *path); /* an archive by its name or first bytes */
bool sw_rego_is_bundle_data(struct sw_str name); /* data.json and its kind; no path */
bool sw_rego_load_ignores(const struct sw_rego_load *l, struct sw_str name); /* of a file or folder, no path */
int sw_rego_load_archive(struct sw_rego_load *l, const char *path, struct sw_error *err);
/* The bundle `path`, whose files were read before: what is loaded is what was looked at, and nothing is read again. */
struct sw_bundle_files;
int sw_rego_load_files(
	struct sw_rego_load *l, const char *path, const struct sw_bundle_files *files, struct sw_error *err);
/*
 * Takes a `.manifest` in; the roots in it bind what is loaded from then on. -SW_EINVALID where roots are no strings, or
 * for a language that there is not; -SW_ELIMIT beyond SW_REGO_LOAD_ROOTS.
 */
int sw_rego_load_manifest(
	struct sw_rego_load *l, const char *path, struct sw_str text, struct sw_error *err);
int sw_rego_load_roots(struct sw_rego_load *l, const char *path, struct sw_error *err); /* those of l->manifest */
/*
 * Around the reading of a bundle. The end holds it to its manifest: roots that overlap, packages that are not below
 * them, and the language of each file.
 */
void sw_rego_bundle_begin(struct sw_rego_load *l, const char *path);
int sw_rego_bundle_end(struct sw_rego_load *l, struct sw_error *err);
/* Takes the data and the roots of bundles that were read by themselves. */
int sw_rego_bundles_join(struct sw_rego_load *l, const struct sw_rego_load *from, struct sw_error *err);
/* Behind the last bundle: no two of them may hold the same. */
int sw_rego_load_overlap(struct sw_rego_load *l, struct sw_error *err);
/* May the bundle `path` have this document below these keys? */
int sw_rego_load_permitted(struct sw_rego_load *l, const char *path, struct sw_str prefix,
	struct sw_value doc, struct sw_error *err);
int sw_rego_load_add_data(struct sw_rego_load *l, const char *path, struct sw_str prefix,
	struct sw_value doc, struct sw_error *err);
int sw_rego_load_add_module(struct sw_rego_load *l, struct sw_source *src, struct sw_error *err);
int sw_rego_load_parse(
	struct sw_arena *a, struct sw_source *src, struct sw_value *ret, struct sw_error *err);
/* A document from a file, JSON or YAML; "-" is standard input. null for an empty file. */
int sw_rego_load_document(
	struct sw_arena *a, const char *path, struct sw_value *ret, struct sw_error *err);
/* A path without empty parts, "." and "..", as Go cleans it: files of a folder are named so. */
struct sw_str sw_rego_clean_path(struct sw_arena *a, struct sw_str path);
/* "file://" in front is off. */
const char *sw_rego_local_path(const char *path);
/* Names in a folder, in the order of their bytes, without "." and "..": as scandir(), which errno is of. */
struct dirent;
int sw_rego_scan_folder(const char *path, struct dirent ***ret);

/* ---- errors as OPA tells them ---- */
struct sw_jsonw;
/* "errors": [...] of diagnostics, or of `err` alone when there are none. */
void sw_rego_errors_json(
	struct sw_jsonw *w, const struct sw_rego_diags *d, const struct sw_error *err);
/* "2 errors occurred:\n..."; and to standard error. */
void sw_rego_errors_format(struct sw_buf *out, const char *what, const struct sw_rego_diags *d,
	const struct sw_error *err);
void sw_rego_errors_text(
	const char *what, const struct sw_rego_diags *d, const struct sw_error *err);
/* A value as json.MarshalIndent writes it, further lines indented; and such a member. */
void sw_rego_pretty(struct sw_buf *out, struct sw_value v, unsigned indent);
void sw_rego_value_json(struct sw_jsonw *w, struct sw_str key, struct sw_value v);
void sw_rego_location_json(
	struct sw_jsonw *w, const char *key, const struct sw_rego_loc *loc, bool file);

#endif
