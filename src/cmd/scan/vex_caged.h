/* SPDX-License-Identifier: Apache-2.0 */
/*
 * VEX documents that others made, read by a process in the cage (cage/cage.h): its statements come back as
 * bytes that are mistrusted.
 *
 * Ownership: as sw_vex_parse(), everything is in `a`; `text` is not referred to. Threads: one.
 * Limits: those of vuln/vex.h, and 128 MiB of statements in one document.
 */
#ifndef SW_CMD_SCAN_VEX_CAGED_H
#define SW_CMD_SCAN_VEX_CAGED_H

#include "vuln/vex.h"

/*
 * As sw_vex_parse(), all statements or none. Besides its errors those of a parser that was stopped:
 * -SW_ESECURITY, -SW_ELIMIT, -SW_EIO.
 */
int sw_vex_parse_caged(struct sw_vex *vex, struct sw_arena *a, struct sw_str name, struct sw_str text,
	struct sw_error *err);

/* For tests. -SW_ESECURITY: not such bytes, whole. */
void sw_vex_pack(struct sw_buf *out, const struct sw_vex *vex);
int sw_vex_unpack(struct sw_vex *vex, struct sw_arena *a, struct sw_str name, struct sw_str bytes,
	struct sw_error *err);

#endif
