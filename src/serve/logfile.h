/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file of JSON lines that is rotated by size: FILE, FILE.1 … FILE.n, the oldest is removed. Mode
 * 0600.
 * "-" is standard output, without rotation. What cannot be written is counted, never waited for.
 *
 * Threads: sw_logfile_write() from any; whole lines only.
 */
#ifndef SW_SERVE_LOGFILE_H
#define SW_SERVE_LOGFILE_H

#include "base/error.h"
#include "base/str.h"

struct sw_logfile;

/* max_bytes: of one file; keep: older files that stay (at most 1,000). */
int sw_logfile_open(const char *path, uint64_t max_bytes, uint32_t keep, struct sw_logfile **ret,
	struct sw_error *err);
void sw_logfile_close(struct sw_logfile *f); /* takes NULL */
/* Returns 0, or -SW_EIO when the lines are lost. */
int sw_logfile_write(struct sw_logfile *f, struct sw_str lines);

#endif
