/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files of this folder. */
#ifndef SW_RUNTIME_STATE_IMPL_H
#define SW_RUNTIME_STATE_IMPL_H

#include "runtime/state/net.h"
#include "runtime/state/path.h"
#include "runtime/state/state.h"

/* An enter event that waits for its exit event. */
struct sw_raw_kept {
	uint16_t code;
	uint8_t n;
	uint16_t len[SW_RAW_PARAMS];
	uint32_t cap;
	char bytes[];
};
struct sw_str sw_kept_param(const struct sw_raw_kept *k, unsigned i);

/* Adds an entry and links it; an old one of that tid is removed. NULL: the table is full. */
struct sw_thread *sw_state_thread_new(struct sw_state *st, int64_t tid);
void sw_state_thread_link(struct sw_state *st, struct sw_thread *t);
void sw_state_thread_remove(struct sw_state *st, struct sw_thread *t, int64_t reaper);
void sw_thread_set_cwd(struct sw_state *st, struct sw_thread *t, struct sw_str cwd);
void sw_thread_set_exepath(struct sw_thread *t, struct sw_str path);
void sw_state_infer_addr(const struct sw_state *st, struct sw_fd *f);

/* The slot of the table of the thread's process. NULL: there is none. */
struct sw_fdtab **sw_thread_fdslot(struct sw_state *st, struct sw_thread *t);

/* An entry for a thread that nobody introduced; live it is looked up. NULL: the table is full. */
struct sw_thread *sw_apply_unknown(struct sw_state *st, int64_t tid);
void sw_apply_clone(struct sw_state *st, struct sw_sysev *ev);
void sw_apply_exec(struct sw_state *st, struct sw_sysev *ev);
void sw_apply_cred(struct sw_state *st, struct sw_sysev *ev);
bool sw_apply_file(struct sw_state *st, struct sw_sysev *ev); /* false: not one of its events */
bool sw_apply_socket(struct sw_state *st, struct sw_sysev *ev);
struct sw_fd *sw_apply_put_fd(struct sw_state *st, struct sw_sysev *ev, int64_t fd);
struct sw_fd *sw_apply_edit_fd(struct sw_state *st, struct sw_sysev *ev);
void sw_apply_user(struct sw_state *st, const struct sw_raw *r);
/* The enter event of this exit event, or NULL. */
const struct sw_raw_kept *sw_apply_enter(const struct sw_sysev *ev);
/* Where a relative path of this dirfd begins; "<UNKNOWN>" as text when it is not known. */
struct sw_str sw_apply_dirfd(struct sw_state *st, struct sw_thread *t, struct sw_str path, int64_t dirfd,
	char buf[SW_PATH_MAX]);

#endif
