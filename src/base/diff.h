/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A unified diff of two texts with three lines of context. Byte-exact; `patch` and `git apply` take
 * it. Common lines at both ends are skipped, the rest is compared by Myers' algorithm within a
 * bound of work; beyond it the rest is shown as one change, which is longer but just as true.
 */
#ifndef SW_BASE_DIFF_H
#define SW_BASE_DIFF_H

#include "base/buf.h"
#include "base/term.h"

/* Nothing is appended when the texts are equal. */
void sw_diff_unified(struct sw_buf *out, struct sw_str name, struct sw_str from, struct sw_str to,
	const struct sw_term *t);

#endif
