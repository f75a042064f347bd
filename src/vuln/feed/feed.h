/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Advisory feeds: what their publishers give, into a database builder.
 *
 * A feed is a folder (or a top folder of a tar archive, plain, .gz or .zst): its name is the
 * folder's. Formats are told by content, not by name, so that a feed fetched elsewhere works in any
 * folder. One row per format (sw_feed_formats). A record that cannot be read is reported with its
 * file and line, and costs nothing but itself.
 *
 * Limits: SW_FEED_FILE_MAX bytes in one file, SW_FEED_FILES files. Threads: one.
 */
#ifndef SW_VULN_FEED_H
#define SW_VULN_FEED_H

#include "vuln/db/builder.h"

#define SW_FEED_FILE_MAX ((size_t)512 << 20)
#define SW_FEED_FILES 4000000u
#define SW_FEEDS_MAX 256

struct sw_feeds {
	struct sw_db_builder *builder;
	struct sw_feed_stats stats[SW_FEEDS_MAX];
	uint32_t n_stats;
	int64_t now; /* seconds since 1970: dates beyond it are mistakes */
	/* A record or file that could not be read. May be NULL. */
	void (*problem)(void *arg, const struct sw_error *err);
	void *arg;
	struct sw_arena arena; /* of one file */
	struct sw_arena names; /* of the stats */
	uint64_t files;
};

void sw_feeds_init(struct sw_feeds *f, struct sw_db_builder *b, int64_t now);
void sw_feeds_release(struct sw_feeds *f);
#define sw_autofeeds __attribute__((cleanup(sw_feeds_release))) struct sw_feeds

/* A folder, an archive, or one file. -SW_EIO, -SW_ENOENT, -SW_ELIMIT. */
int sw_feeds_read(struct sw_feeds *f, const char *path, struct sw_error *err);
/* One file's bytes; `path` is relative to the folder of feeds ("alma/advisories/x.json"). */
int sw_feeds_file(struct sw_feeds *f, struct sw_str path, struct sw_str text, struct sw_error *err);

struct sw_feed_format {
	const char *name, *what;
};
const struct sw_feed_format *sw_feed_formats(uint32_t *ret_n);

#endif
