/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables from the kernel's own lists, through iterators: threads with their arguments, rights
 * and cgroups, and every descriptor with both ends of its socket. Faster than /proc by a factor of
 * ten, and of one moment each.
 */
#ifndef SW_RUNTIME_BPF_ITER_H
#define SW_RUNTIME_BPF_ITER_H

#include "runtime/bpf/lib.h"
#include "runtime/state/state.h"

struct sw_iter;

/* NULL where this kernel has no such iterators (before 6.1). */
struct sw_iter *sw_iter_new(const struct sw_bpf_lib *lib);
void sw_iter_free(struct sw_iter *it); /* takes NULL */
/*
 * Adds what is missing, renews what is there, drops what is gone. `offset` makes wall clock of time
 * since boot. Negative: nothing could be read, or not all of it; nothing was dropped then.
 */
int sw_iter_scan(struct sw_iter *it, struct sw_state *st, uint64_t offset);

#endif
