/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of feeds share; nobody else includes this. */
#ifndef SW_VULN_FEED_IMPL_H
#define SW_VULN_FEED_IMPL_H

#include "doc/value.h"
#include "vuln/cvss.h"
#include "vuln/ecosystem.h"
#include "vuln/feed/feed.h"

/* One file while it is read. Memory of `a` is gone with the file. */
struct feed_file {
	struct sw_feeds *feeds;
	struct sw_feed_stats *stats;
	struct sw_arena *a;
	struct sw_str path, feed, text;
};

/* A list of affected intervals that grows in the file's arena. */
struct feed_rows {
	struct sw_arena *a;
	struct sw_affected *v;
	uint32_t n, cap;
	bool full;
};
void feed_row(struct feed_rows *rows, const struct sw_affected *row);
/*
 * Rows of rpm that are there for each architecture ("/ARCH" of `only`) become one for all; where a
 * rebuild made the fixed versions differ, each keeps its own.
 */
void feed_fold_arches(struct feed_rows *rows);

#define FEED_NAMES_MAX 4096 /* of one record: a kernel's update closes a thousand flaws */

struct feed_names {
	struct sw_arena *a;
	struct sw_str *v;
	uint32_t n, cap;
};
void feed_name(struct feed_names *names, struct sw_str name); /* "ghsa-…" becomes "GHSA-…" */
void feed_names_of(struct feed_names *names, struct sw_value list); /* strings of an array */

/* Adds; counts; notes the newest date. 0, or -SW_ELIMIT of the builder. */
int feed_add(struct feed_file *f, struct sw_advisory *adv);
int feed_facts(struct feed_file *f, const struct sw_flaw_facts *facts);
/* Reports a bad record: "path:line: text". line 0: unknown. */
void feed_bad(struct feed_file *f, uint32_t line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

int64_t feed_day(struct feed_file *f,
	struct sw_str date); /* RFC 3339 or YYYY-MM-DD; 0: none, or later than now */
enum sw_severity feed_severity(struct sw_str word); /* "Important", "moderate", "negligible" … */
/* Lower bounds of the alternatives of a range: what an upgrade may aim at, separated by spaces. */
struct sw_str feed_lower_bounds(struct feed_file *f, enum sw_range_language l, struct sw_str range);
struct sw_str feed_join(struct sw_arena *a, struct sw_value list, const char *separator);
/* A range in its own language as rows (intervals where it can be, else as it stands). */
void feed_range_rows(struct feed_file *f, struct feed_rows *rows, struct sw_affected base,
	enum sw_range_language l, struct sw_str range);

/* Readers of values. 0: read (records may have been bad); negative: the builder is full. */
int feed_osv(struct feed_file *f, struct sw_value v);
int feed_csaf(struct feed_file *f, struct sw_value v);
int feed_openvex(struct feed_file *f, struct sw_value v);
int feed_debian_tracker(struct feed_file *f, struct sw_value v);
int feed_secdb(struct feed_file *f, struct sw_value v);
int feed_kev(struct feed_file *f, struct sw_value v);
int feed_cve_record(struct feed_file *f, struct sw_value v);
bool feed_is_nvd(struct sw_value v);
int feed_nvd(struct feed_file *f, struct sw_value v);
int feed_node_core(struct feed_file *f, struct sw_value v);
int feed_node_npm(struct feed_file *f, struct sw_value v);
int feed_retire(struct feed_file *f, struct sw_value v);
int feed_kernel(struct feed_file *f, struct sw_value v);
int feed_rubysec(struct feed_file *f, struct sw_value v);
int feed_friendsofphp(struct feed_file *f, struct sw_value v);
int feed_elixir(struct feed_file *f, struct sw_value v);
int feed_project_kb(struct feed_file *f, struct sw_value v);
int feed_rustsec(struct feed_file *f, struct sw_value v);
int feed_haskell(struct feed_file *f, struct sw_value v);
int feed_julia(struct feed_file *f, struct sw_value v);
int feed_eol(struct feed_file *f, struct sw_value v);
/* Readers of texts. */
int feed_debian_list(struct feed_file *f);
int feed_epss(struct feed_file *f);
int feed_oval(struct feed_file *f);
int feed_opam(struct feed_file *f);
int feed_updateinfo(struct feed_file *f);
int feed_changelog(struct feed_file *f);

/* Debian's release of a codename: "bookworm" -> "12"; "" when unknown. */
struct sw_str feed_debian_release(struct sw_str codename);
struct sw_str feed_ubuntu_release(struct sw_str codename);

/* The text between ``` fences or --- lines at the top of a markdown file; its title ("# …"). */
bool feed_front(
	struct sw_str text, const char *open, struct sw_str *ret_front, struct sw_str *ret_body);
struct sw_str feed_heading(struct sw_str body);

/* Archives (archive.c): every regular file to fn(). */
int feed_archive(const char *path, int (*fn)(void *arg, struct sw_str path, struct sw_str text),
	void *arg, struct sw_error *err);

#endif
