/* SPDX-License-Identifier: Apache-2.0 */
/*
 * systemd's journal of a node, read from its files and not by journalctl.
 *
 * Files: *.journal and *.journal~ of /var/log/journal/ID and /run/log/journal/ID, ID being the node's own
 * (/etc/machine-id) or, merged, every folder there. The format is that of systemd's JOURNAL_FILE_FORMAT: old and
 * compact files, data in the clear, LZ4, zstd or xz. Everything is read by offset through a small cache and checked
 * against the file's size: a file that lies, loops or shrinks while it is read ends in a reason, never beyond it.
 *
 * A unit's entries are what its processes said, what the manager said of it, and what root's programs said of it,
 * as `journalctl -u` has them; lines are those of its short output, times in UTC.
 *
 * Limits: 4,096 files, 2,000,000 entries, 1 MiB for one message, 4 MiB of lines after `keep`. One thread.
 */
#ifndef SW_CIS_JOURNAL_H
#define SW_CIS_JOURNAL_H

#include "cis/node.h"

struct sw_cis_journal_query {
	const struct sw_str *units; /* "k3s.service", with stars; none: everything */
	uint32_t n_units;
	bool merge;   /* of all machines whose journal is there */
	bool bare;    /* messages without time and name */
	bool reverse; /* the newest first */
	int64_t last; /* only so many of the newest entries; negative: all */
	/* Says whether a line is kept; NULL: all are. */
	bool (*keep)(void *arg, struct sw_str line);
	void *arg;
};

/*
 * 0 with the lines in `a`, none when the journal has no such entry; -ENOENT: the node has no journal; -EFBIG; else
 * another negative errno with *ret_why, which says what file could not be read and why.
 */
int sw_cis_journal(struct sw_cis_node *n, struct sw_arena *a, const struct sw_cis_journal_query *q,
	struct sw_str *ret, struct sw_str *ret_why);

#endif
