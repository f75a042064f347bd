/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets in archives: unpacked and searched in the cage (cage/cage.h), which gives back redacted notes only.
 *
 * Ownership: what is given to the callbacks lives during the call. Threads: one.
 */
#ifndef SW_CMD_SECRET_ARCHIVE_H
#define SW_CMD_SECRET_ARCHIVE_H

#include "secret/secret.h"

struct sw_secret_archive {
	struct sw_secret_scanner *scanner;
	void *arg;
	int (*file)(void *arg); /* one more was searched */
	int (*seen)(void *arg, struct sw_str path, const struct sw_secret_seen *seen);
	/* What was not looked into, and why. */
	int (*left_out)(void *arg, struct sw_str path, struct sw_str why);
	uint32_t deadline_ms; /* 0: ten minutes */
};

/*
 * 1: the file is an archive and was searched; 0: it is none; negative: what a callback returned. An archive that
 * cannot be looked into is left out, with the reason.
 */
int sw_secret_archive(const struct sw_secret_archive *a, const char *path, const struct sw_secret_rules *rules,
	struct sw_error *err);

#endif
