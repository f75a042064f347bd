/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets in archives: unpacked and searched in the cage (cage/cage.h), which gives back redacted notes only.
 *
 * Small archives are collected, and one process searches up to SW_ARCHIVES_MAX of them: what is told of them comes
 * later than the call that added them. When such a process is stopped, the archive that it was at is searched alone,
 * and the others by another process: a hostile archive loses itself only.
 *
 * Ownership: what is given to the callbacks lives during the call. Threads: one.
 */
#ifndef SW_CMD_SCAN_SECRET_ARCHIVE_H
#define SW_CMD_SCAN_SECRET_ARCHIVE_H

#include "secret/secret.h"

#define SW_ARCHIVES_MAX 512
#define SW_ARCHIVES_SMALL ((size_t)1 << 20)  /* bytes of an archive that is collected */
#define SW_ARCHIVES_BYTES ((size_t)64 << 20) /* of all that are */

struct sw_secret_archive {
	struct sw_secret_scanner *scanner;
	const struct sw_secret_rules *rules;
	void *arg;
	int (*file)(void *arg); /* one more was searched */
	int (*seen)(void *arg, struct sw_str path, const struct sw_secret_seen *seen);
	/* What was not looked into, and why. */
	int (*left_out)(void *arg, struct sw_str path, struct sw_str why);
	uint32_t deadline_ms; /* of a process; 0: ten minutes */
};

struct sw_secret_archives;
/* -SW_EIO. Free in any case; what was not finished is forgotten. */
int sw_secret_archives_new(const struct sw_secret_archive *a, struct sw_secret_archives **ret, struct sw_error *err);
void sw_secret_archives_free(struct sw_secret_archives *s);
/*
 * 1: it is an archive, and searched now or later; 0: it is none; negative: what a callback returned, or no process or
 * file was to be had. An archive that cannot be looked into is left out, with the reason.
 */
int sw_secret_archives_add(struct sw_secret_archives *s, struct sw_str path, struct sw_str bytes, struct sw_error *err);
/* The same for a file of any size, which is read only if it is an archive. */
int sw_secret_archives_add_file(struct sw_secret_archives *s, const char *path, struct sw_error *err);
/* All that were added are searched from now on. 0, or negative as above. */
int sw_secret_archives_finish(struct sw_secret_archives *s, struct sw_error *err);

#endif
