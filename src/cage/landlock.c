/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Landlock by its system calls: the C library of Debian 12 has no wrappers, and its kernel headers
 * know the first ABI only. Source: Documentation/userspace-api/landlock.rst of Linux 6.12.
 */
#include <errno.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cage/cage.h"

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_restrict_self 446
#endif

struct ruleset { /* struct landlock_ruleset_attr, as it grew */
	uint64_t fs;	 /* ABI 1 */
	uint64_t net;	 /* ABI 4 */
	uint64_t scoped; /* ABI 6 */
};

enum { ASK_VERSION = 1, SIZE_1 = 8, SIZE_4 = 16, SIZE_6 = 24 };

int sw_cage_landlock_abi(void)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, ASK_VERSION);
	return abi > 0 ? (int)abi : 0;
}

int sw_cage_landlock(void)
{
	struct ruleset r = {0};
	int abi = sw_cage_landlock_abi();
	size_t size = abi >= 6 ? SIZE_6 : abi >= 4 ? SIZE_4 : SIZE_1;
	if (abi < 1)
		return 0;
	/* Rights are numbered from 0: 13 with ABI 1, refer with 2, truncate with 3, ioctl with 5. */
	r.fs = abi >= 5 ? 0xffff : abi >= 3 ? 0x7fff : abi >= 2 ? 0x3fff : 0x1fff;
	r.net = 3;    /* bind and connect TCP */
	r.scoped = 3; /* abstract UNIX sockets, signals */
	long fd = syscall(SYS_landlock_create_ruleset, &r, size, 0);
	if (fd < 0)
		return -1;
	long rc = syscall(SYS_landlock_restrict_self, (int)fd, 0);
	close((int)fd);
	return rc ? -1 : 0;
}
