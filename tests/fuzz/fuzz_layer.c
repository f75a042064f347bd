/* SPDX-License-Identifier: Apache-2.0 */
/* A layer as an image brings it: compressed or plain, tar, and all readers behind it. */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "image/layer/layer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static int fd = -1, spool = -1;
	sw_autolayer l, back;
	sw_autobuf bytes;
	struct sw_error err;
	sw_layer_init(&l);
	sw_layer_init(&back);
	sw_buf_init(&bytes, 0);
	if (fd < 0) {
		fd = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
		spool = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	}
	if (fd < 0 || ftruncate(fd, 0) || pwrite(fd, data, n, 0) != (ssize_t)n)
		return 0;
	struct sw_layer_job job = {.fd = fd, .spool = spool, .seekable = true, .length = n,
		.hash_raw = true, .hash_plain = true, .max_unpacked = 64 << 20};
	sw_layer_walk(&job, &l, &err);
	/* What was found is told and understood again. */
	sw_layer_pack(&bytes, &l);
	if (sw_layer_unpack(sw_buf_str(&bytes), &back, &err))
		abort();
	struct sw_merge *m = sw_merge_new();
	sw_autobom bom;
	sw_bom_init(&bom, 0);
	for (uint32_t i = 0; i < 2; i++)
		if (sw_merge_add(m, &back, i, &err))
			abort();
	if (sw_merge_finish(m, &bom, &err))
		abort();
	sw_merge_free(m);
	return 0;
}
