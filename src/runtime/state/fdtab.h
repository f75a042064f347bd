/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The open descriptors of a process. A table is shared by reference after fork and copied when one side
 * changes it. Bounded: SW_FDTAB_MAX entries; more are not remembered. One thread.
 */
#ifndef SW_RUNTIME_STATE_FDTAB_H
#define SW_RUNTIME_STATE_FDTAB_H

#include "runtime/capture/scap.h"
#include "runtime/state/rstr.h"

#define SW_FDTAB_MAX 65536u

enum sw_l4 { SW_L4_UNKNOWN = 0, SW_L4_NA = 1, SW_L4_TCP = 2, SW_L4_UDP = 3, SW_L4_ICMP = 4, SW_L4_RAW = 5 };

enum sw_fd_flag {
	SW_FDF_CLIENT = 1 << 0,
	SW_FDF_SERVER = 1 << 1,
	SW_FDF_CONNECTED = 1 << 2,
	SW_FDF_PENDING = 1 << 3,
	SW_FDF_FAILED = 1 << 4,
	SW_FDF_UPPER = 1 << 5, /* overlayfs */
	SW_FDF_LOWER = 1 << 6,
	SW_FDF_LISTED = 1 << 7, /* known from a list, not from an event */
};

struct sw_fd {
	int64_t fd; /* -1: a free slot */
	int16_t type; /* enum sw_fd_type */
	uint8_t l4, flags;
	uint32_t open_flags, dev;
	uint64_t ino;
	struct sw_rstr *name, *name_raw;
	/* Sockets: client (s) and server (d) end. A listening socket has only the server end. Host byte order
	 * for ports, network order for addresses; 4 bytes for IPv4. */
	uint16_t sport, dport;
	uint8_t sip[16], dip[16];
	uint64_t unix_src, unix_dst;
	int64_t pid; /* of a pidfd */
};

/* The protocol as it is shown: that of a socket that is neither client nor server yet is not, unless it is raw. */
static inline uint8_t sw_fd_l4(const struct sw_fd *f)
{
	bool end = f->type == SW_FD_IPV4_SOCK || f->type == SW_FD_IPV6_SOCK;

	return end && f->l4 != SW_L4_RAW && !(f->flags & (SW_FDF_CLIENT | SW_FDF_SERVER)) ? SW_L4_NA : f->l4;
}

struct sw_fdtab {
	uint32_t refs, n, used, cap; /* used: with the marks of what was removed */
	struct sw_fd *slots;
};

struct sw_fdtab *sw_fdtab_new(void);
static inline struct sw_fdtab *sw_fdtab_ref(struct sw_fdtab *t)
{
	if (t)
		t->refs++;
	return t;
}
void sw_fdtab_unref(struct sw_fdtab *t); /* takes NULL */

/* A pointer is valid until the table is changed. */
struct sw_fd *sw_fdtab_find(const struct sw_fdtab *t, int64_t fd);
/*
 * The same to be written to: *t is made its owner's alone first. NULL where there is none.
 */
struct sw_fd *sw_fdtab_edit(struct sw_fdtab **t, int64_t fd);
/* An emptied entry for fd, old content dropped; NULL when the table is full. */
struct sw_fd *sw_fdtab_put(struct sw_fdtab **t, int64_t fd);
void sw_fdtab_remove(struct sw_fdtab **t, int64_t fd);
/* Drops every entry that drop() wants to. */
void sw_fdtab_sift(struct sw_fdtab **t, bool (*drop)(const struct sw_fd *, const void *), const void *arg);
/* dst gets what src is, but for the number. */
void sw_fd_copy(struct sw_fd *dst, const struct sw_fd *src);

#define sw_fdtab_foreach(it, tab)                                                                  \
	for (struct sw_fd *it = (tab) ? (tab)->slots : NULL,                                       \
			  *it##_end = it ? it + (tab)->cap : NULL;                                 \
		it != it##_end; it++)                                                              \
		if (it->fd >= 0)

#endif
