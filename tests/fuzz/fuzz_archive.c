/* SPDX-License-Identifier: Apache-2.0 */
/* An archive of any kind, and the archives in it. */
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "image/archive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct seen {
	uint32_t files, left_out;
	volatile uint8_t sink;
};

static bool climbs(struct sw_str path)
{
	for (size_t from = 0; from <= path.n;) {
		size_t end = sw_str_chr(path, '/', from);
		end = end == SW_NPOS ? path.n : end;
		if (sw_str_is(sw_str_sub(path, from, end), ".."))
			return true;
		from = end + 1;
	}
	return false;
}

static int on_file(void *arg, struct sw_str path, struct sw_str text)
{
	struct seen *s = arg;
	if (!sw_str_starts(path, SW_STR("fuzz")) || climbs(path) || path.n > SW_ARCHIVE_NAME || text.n > SW_ARCHIVE_FILE)
		abort();
	for (size_t i = 0; i < text.n; i += 512)
		s->sink ^= (uint8_t)text.p[i];
	return ++s->files == 1000 ? -1 : 0; /* ended by who looks: as good an end as any */
}

static void on_left_out(void *arg, struct sw_str path, const char *why)
{
	struct seen *s = arg;
	if (!sw_str_starts(path, SW_STR("fuzz")) || !*why)
		abort();
	s->left_out++;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static int fd = -1, spool = -1;
	struct sw_error err = {0};
	struct seen seen = {0};
	if (fd < 0) {
		fd = memfd_create("archive", MFD_CLOEXEC);
		spool = memfd_create("spool", MFD_CLOEXEC);
	}
	if (fd < 0 || spool < 0 || ftruncate(fd, 0) || ftruncate(spool, 0) || pwrite(fd, data, n, 0) != (ssize_t)n)
		return 0;
	sw_archive_is(sw_str_make((const char *)data, n < SW_ARCHIVE_HEAD ? n : SW_ARCHIVE_HEAD));
	struct sw_archive a = {.fd = fd, .length = n, .spool = spool, .name = SW_STR("fuzz"), .arg = &seen,
		.file = on_file, .left_out = on_left_out};
	int rc = sw_archive_walk(&a, &err);
	if (rc && rc != -1 && rc != -SW_EIO)
		abort();
	return 0;
}
