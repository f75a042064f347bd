/* SPDX-License-Identifier: Apache-2.0 */
/* A database of containerd's: pages of bbolt, and the images that it names. */
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "image/source/bolt.h"
#include "image/source/store.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* What is told is understood, and names nothing but digests. */
static void list(int fd, size_t n, bool snapshots)
{
	struct sw_store_images all;
	struct sw_error err;
	sw_autobuf out;
	sw_buf_init(&out, 0);
	if (sw_containerd_list(fd, n, snapshots, &out, &err))
		return;
	struct sw_image_opts o = {0};
	struct sw_source *s = sw_source_new(&o);
	if (sw_store_unpack(s, sw_buf_str(&out), &all, &err))
		abort();
	for (uint32_t i = 0; i < all.n; i++)
		if (!sw_digest_valid(all.v[i].digest) || all.v[i].name.n > SW_STORE_TEXT)
			abort();
	sw_source_free(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static int fd = -1;
	if (fd < 0)
		fd = memfd_create("bolt", MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, 0) || pwrite(fd, data, n, 0) != (ssize_t)n)
		return 0;
	for (int snapshots = 0; snapshots < 2; snapshots++)
		list(fd, n, snapshots);
	return 0;
}
