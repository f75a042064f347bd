/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Results of layers on the disk: one file per layer and set of readers, named by both, written
 * beside and renamed. No lock: two scans that write the same file write the same bytes. What does
 * not hold its checksum is as if it were not there.
 *
 *	$XDG_CACHE_HOME/seawall/layers/ab/abcdef….READERS
 *
 * File: "SWCACHE1", XXH3-128 of the rest, the result (result.c).
 */
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <xxhash.h>

#include "base/base64.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "image/layer/layer.h"
#include "image/reader.h"

struct sw_layer_cache {
	struct sw_buf dir;
	uint64_t readers; /* which readers, of which build */
};

static const char magic[8] = "SWCACHE1";
enum { HEAD = 24, RESULT_MAX = 256 << 20 };

/* The linker's build id: readers of another build may see more. */
static int build_id(struct dl_phdr_info *info, size_t size, void *arg)
{
	XXH3_state_t *x = arg;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		if (p->p_type == PT_NOTE && p->p_memsz < 4096)
			XXH3_64bits_update(x, (const char *)(info->dlpi_addr + p->p_vaddr), p->p_memsz);
	}
	return 1; /* the first one is the program itself */
}

static uint64_t readers_version(void)
{
	XXH3_state_t *x = XXH3_createState();
	if (!x)
		abort();
	XXH3_64bits_reset(x);
	XXH3_64bits_update(x, SW_VERSION, sizeof(SW_VERSION));
	dl_iterate_phdr(build_id, x);
	for (int i = 0; sw_readers[i]; i++)
		XXH3_64bits_update(x, sw_readers[i]->name, strlen(sw_readers[i]->name) + 1);
	uint64_t v = XXH3_64bits_digest(x);
	XXH3_freeState(x);
	return v;
}

/* Folders on the way, for the user alone. */
static bool make_dirs(char *path)
{
	for (char *c = path + 1; *c; c++) {
		if (*c != '/')
			continue;
		*c = '\0';
		int r = mkdir(path, 0700);
		*c = '/';
		if (r < 0 && errno != EEXIST)
			return false;
	}
	return mkdir(path, 0700) == 0 || errno == EEXIST;
}

struct sw_layer_cache *sw_layer_cache_open(const char *dir, uint64_t look_version)
{
	const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	struct sw_layer_cache *c = calloc(1, sizeof(*c));
	if (!c)
		abort();
	sw_buf_init(&c->dir, 4096);
	if (dir)
		sw_buf_printf(&c->dir, "%s/layers", dir);
	else if (xdg && *xdg == '/')
		sw_buf_printf(&c->dir, "%s/seawall/layers", xdg);
	else if (home && *home == '/')
		sw_buf_printf(&c->dir, "%s/.cache/seawall/layers", home);
	sw_buf_cstr(&c->dir);
	if (!c->dir.n || c->dir.overflow || !make_dirs(c->dir.p)) {
		sw_layer_cache_free(c);
		return NULL;
	}
	c->readers = readers_version() ^ look_version * 0x9e3779b97f4a7c15u;
	return c;
}

void sw_layer_cache_free(struct sw_layer_cache *c)
{
	if (!c)
		return;
	sw_buf_release(&c->dir);
	free(c);
}

static void name_of(const struct sw_layer_cache *c, const uint8_t diff_id[32], struct sw_buf *out)
{
	sw_buf_addstr(out, sw_buf_str(&c->dir));
	sw_buf_printf(out, "/%02x/", diff_id[0]);
	sw_hex_encode(out, sw_str_make((const char *)diff_id, 32));
	sw_buf_printf(out, ".%016llx", (unsigned long long)c->readers);
}

int sw_layer_cache_get(struct sw_layer_cache *c, const uint8_t diff_id[32], struct sw_layer *ret)
{
	sw_autobuf name;
	sw_autoarena a;
	struct sw_str text;
	sw_buf_init(&name, 8192);
	sw_arena_init(&a, 0);
	name_of(c, diff_id, &name);
	if (sw_io_read(&a, sw_buf_cstr(&name), RESULT_MAX, SW_IO_COPY, &text, NULL))
		return -SW_ENOENT;
	if (text.n < HEAD || memcmp(text.p, magic, 8) != 0)
		return -SW_ENOENT;
	struct sw_str body = sw_str_sub(text, HEAD, text.n);
	XXH128_canonical_t sum;
	XXH128_canonicalFromHash(&sum, XXH3_128bits(body.p, body.n));
	if (memcmp(&sum, text.p + 8, 16) != 0 || sw_layer_unpack(body, ret, NULL) ||
		memcmp(ret->diff_id, diff_id, 32) != 0) {
		sw_layer_release(ret);
		sw_layer_init(ret);
		return -SW_ENOENT;
	}
	return 0;
}

static bool write_all(int fd, const void *p, size_t n)
{
	const char *c = p;
	while (n) {
		ssize_t k = write(fd, c, n);
		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return false;
		c += k;
		n -= (size_t)k;
	}
	return true;
}

int sw_layer_cache_put(struct sw_layer_cache *c, const uint8_t diff_id[32], struct sw_str bytes,
	struct sw_error *err)
{
	sw_autobuf name, temp;
	XXH128_canonical_t sum;
	sw_buf_init(&name, 8192);
	sw_buf_init(&temp, 8192);
	name_of(c, diff_id, &name);
	sw_buf_printf(&temp, "%s/%02x", sw_buf_cstr(&c->dir), diff_id[0]);
	mkdir(sw_buf_cstr(&temp), 0700);
	sw_buf_addz(&temp, "/tmp.XXXXXX");
	sw_buf_cstr(&temp);
	int fd = mkostemp(temp.p, O_CLOEXEC);
	if (fd < 0)
		return sw_error_errno(err, SW_EIO, errno, "the cache cannot be written");
	XXH128_canonicalFromHash(&sum, XXH3_128bits(bytes.p, bytes.n));
	bool good = write_all(fd, magic, 8) && write_all(fd, &sum, 16) &&
		    write_all(fd, bytes.p, bytes.n);
	good = close(fd) == 0 && good;
	if (!good || rename(temp.p, sw_buf_cstr(&name))) {
		int e = errno;
		unlink(temp.p);
		return sw_error_errno(err, SW_EIO, e, "the cache cannot be written");
	}
	return 0;
}
