/* SPDX-License-Identifier: Apache-2.0 */
/* What comes out of compressed streams, right ones and wrong ones, whichever way they are packed. */
#include "../test.h"
#include <bzlib.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include "base/cleanup.h"
#include "image/layer/codec.h"
#include "image/layer/tar.h"
#include "image/layer/unzip.h"
#include "make.h"

enum { ROOM = 1 << 20 };

static void pack_gzip(struct sw_buf *to, const void *p, size_t n)
{
	z_stream z = {0};
	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
	size_t room = deflateBound(&z, n);
	z.next_in = (Bytef *)p;
	z.avail_in = (uInt)n;
	z.next_out = (Bytef *)sw_buf_extend(to, room);
	z.avail_out = (uInt)room;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	to->n -= z.avail_out;
	deflateEnd(&z);
}

static void pack_zstd(struct sw_buf *to, const void *p, size_t n)
{
	size_t room = ZSTD_compressBound(n);
	char *at = sw_buf_extend(to, room);
	size_t k = ZSTD_compress(at, room, p, n, 3);
	assert_false(ZSTD_isError(k));
	to->n -= room - k;
}

static void pack_xz(struct sw_buf *to, const void *p, size_t n)
{
	size_t room = lzma_stream_buffer_bound(n), k = 0;
	char *at = sw_buf_extend(to, room);
	assert_int_equal(lzma_easy_buffer_encode(1, LZMA_CHECK_CRC64, NULL, p, n, (uint8_t *)at, &k, room), LZMA_OK);
	to->n -= room - k;
}

static void pack_bzip2(struct sw_buf *to, const void *p, size_t n)
{
	unsigned room = (unsigned)(n + n / 100 + 600), k = room;
	char *at = sw_buf_extend(to, room);
	assert_int_equal(BZ2_bzBuffToBuffCompress(at, &k, (char *)p, (unsigned)n, 9, 0, 0), BZ_OK);
	to->n -= room - k;
}

static const struct way {
	const char *name;
	void (*pack)(struct sw_buf *to, const void *p, size_t n);
} ways[] = {{"gzip", pack_gzip}, {"zstd", pack_zstd}, {"xz", pack_xz}, {"bzip2", pack_bzip2}};

/* All that comes out of a file or, when `pipe`, of a pipe that gives a byte at a time at first. */
static int unpacked(const struct sw_buf *in, bool by_pipe, struct sw_buf *out, const char **ret_name,
	struct sw_error *err)
{
	int ends[2], fd = -1;
	uint8_t raw[32], plain[32];
	struct sw_unzip *u;
	if (by_pipe) { /* what fits into it */
		assert_int_equal(pipe(ends), 0);
		fd = ends[0];
		for (size_t i = 0; i < in->n; i++)
			assert_int_equal(write(ends[1], in->p + i, 1), 1);
		close(ends[1]);
	} else {
		mk_write("stream", in->p, in->n);
		fd = open("stream", O_RDONLY | O_CLOEXEC);
	}
	struct sw_unzip_opts o = {.fd = fd, .seekable = !by_pipe, .length = by_pipe ? UINT64_MAX : in->n,
		.hash_raw = true, .hash_plain = true, .max_plain = (uint64_t)64 << 20};
	const uint8_t *p;
	size_t n = 1;
	int rc = sw_unzip_open(&o, &u, err);
	sw_buf_clear(out);
	if (!rc) {
		*ret_name = sw_unzip_name(u);
		while (!rc && n) {
			rc = sw_unzip_next(u, &p, &n, err);
			if (!rc)
				sw_buf_add(out, p, n);
		}
		if (!rc)
			rc = sw_unzip_finish(u, raw, plain, err);
		if (!rc) {
			uint8_t want[32];
			EVP_Digest(in->p ? in->p : "", in->n, want, NULL, EVP_sha256(), NULL);
			assert_memory_equal(raw, want, 32);
			EVP_Digest(out->p ? out->p : "", out->n, want, NULL, EVP_sha256(), NULL);
			assert_memory_equal(plain, want, 32);
		}
		sw_unzip_free(u);
	}
	close(fd);
	return rc;
}

static void text_of(struct sw_buf *to, size_t n)
{
	uint32_t x = 1;
	for (size_t i = 0; i < n; i++) { /* neither dull nor noise */
		x = x * 1664525 + 1013904223;
		sw_buf_addch(to, (char)('a' + (x >> 28)));
	}
}

static void members_follow_each_other(void **state)
{
	sw_autobuf plain, in, out;
	const char *name;
	struct sw_error err = {0};
	sw_buf_init(&plain, 0);
	sw_buf_init(&in, 0);
	sw_buf_init(&out, 0);
	text_of(&plain, ROOM);
	for (size_t i = 0; i < SW_ARRAY_LEN(ways); i++) {
		sw_buf_clear(&in);
		ways[i].pack(&in, plain.p, 1);
		ways[i].pack(&in, "", 0);
		ways[i].pack(&in, plain.p + 1, ROOM - 2);
		ways[i].pack(&in, plain.p + ROOM - 1, 1);
		assert_int_equal(unpacked(&in, false, &out, &name, &err), 0);
		assert_string_equal(name, ways[i].name);
		assert_int_equal(out.n, ROOM);
		assert_memory_equal(out.p, plain.p, ROOM);
		/* The same, as a pipe brings it; nothing at all in it. */
		sw_buf_clear(&in);
		ways[i].pack(&in, plain.p, 1000);
		ways[i].pack(&in, plain.p + 1000, 500);
		assert_int_equal(unpacked(&in, true, &out, &name, &err), 0);
		assert_string_equal(name, ways[i].name);
		assert_int_equal(out.n, 1500);
		assert_memory_equal(out.p, plain.p, 1500);
		sw_buf_clear(&in);
		ways[i].pack(&in, "", 0);
		assert_int_equal(unpacked(&in, false, &out, &name, &err), 0);
		assert_string_equal(name, ways[i].name);
		assert_int_equal(out.n, 0);
	}
}

/* Frames to be skipped stand first, last and between; zeros between streams of xz only. */
static void what_stands_between(void **state)
{
	sw_autobuf in, out;
	const char *name;
	struct sw_error err = {0};
	sw_buf_init(&in, 0);
	sw_buf_init(&out, 0);
	sw_buf_add(&in, "\x5f\x2a\x4d\x18\x03\0\0\0abc", 11);
	pack_zstd(&in, "one", 3);
	sw_buf_add(&in, "\x50\x2a\x4d\x18\0\0\0\0", 8);
	pack_zstd(&in, "two", 3);
	sw_buf_add(&in, "\x50\x2a\x4d\x18\x04\0\0\0\x28\xb5\x2f\xfd", 12); /* no frame: content */
	assert_int_equal(unpacked(&in, false, &out, &name, &err), 0);
	assert_string_equal(name, "zstd");
	assert_int_equal(out.n, 6);
	assert_memory_equal(out.p, "onetwo", 6);
	static const size_t paddings[] = {4, 8, 300000};
	for (size_t i = 0; i < SW_ARRAY_LEN(paddings); i++) {
		sw_buf_clear(&in);
		pack_xz(&in, "one", 3);
		sw_buf_pad(&in, '\0', paddings[i]);
		pack_xz(&in, "two", 3);
		sw_buf_pad(&in, '\0', paddings[i]);
		assert_int_equal(unpacked(&in, false, &out, &name, &err), 0);
		assert_int_equal(out.n, 6);
		assert_memory_equal(out.p, "onetwo", 6);
	}
	/* What is behind the last member is no content, as no program takes it for one. */
	for (size_t i = 0; i < SW_ARRAY_LEN(ways); i++) {
		sw_buf_clear(&in);
		ways[i].pack(&in, "one", 3);
		sw_buf_addz(&in, "~~~ tail");
		assert_int_equal(unpacked(&in, false, &out, &name, &err), 0);
		assert_int_equal(out.n, 3);
	}
}

static void cut_short_at_every_byte(void **state)
{
	sw_autobuf plain, in, out;
	const char *name = NULL;
	struct sw_error err = {0};
	sw_buf_init(&plain, 0);
	sw_buf_init(&in, 0);
	sw_buf_init(&out, 0);
	text_of(&plain, 700);
	for (size_t i = 0; i < SW_ARRAY_LEN(ways); i++) {
		sw_buf_clear(&in);
		ways[i].pack(&in, plain.p, plain.n);
		size_t whole = in.n;
		for (in.n = SW_CODEC_HEAD; in.n < whole; in.n++) {
			assert_int_equal(unpacked(&in, false, &out, &name, &err), -SW_ESYNTAX);
			assert_string_equal(err.text, "compressed data is cut short");
			assert_string_equal(name, ways[i].name);
		}
	}
}

static void turned_over_at_every_byte(void **state)
{
	sw_autobuf plain, in, out;
	const char *name;
	struct sw_error err = {0};
	sw_buf_init(&plain, 0);
	sw_buf_init(&in, 0);
	sw_buf_init(&out, 0);
	text_of(&plain, 300);
	for (size_t i = 0; i < SW_ARRAY_LEN(ways); i++) {
		sw_buf_clear(&in);
		ways[i].pack(&in, plain.p, plain.n);
		for (size_t at = SW_CODEC_HEAD; at < in.n; at++) {
			in.p[at] ^= 0x55;
			int rc = unpacked(&in, false, &out, &name, &err);
			assert_true(rc == 0 || rc == -SW_ESYNTAX || rc == -SW_ELIMIT);
			/* gzip's size and zstd (no sum was asked for) may pass; sums of the others hold. */
			if (rc == 0 && i >= 2)
				assert_int_equal(out.n, plain.n), assert_memory_equal(out.p, plain.p, plain.n);
			in.p[at] ^= 0x55;
		}
	}
}

/* Names of files that look like something compressed, and the other way round. */
static void not_what_it_looks_like(void **state)
{
	sw_autobuf in, out;
	const char *name;
	struct sw_error err = {0};
	static const char *const plain[] = {"BZh9", "BZh91AY&SX", "BZh01AY&SY", "BZhello.txt", "\xfd" "7zXZ.txt", "(\xb5/", "\x1f\x8b\x07xyz", "\x1f\x8b", ""};
	sw_buf_init(&in, 0);
	sw_buf_init(&out, 0);
	for (size_t i = 0; i < SW_ARRAY_LEN(plain); i++) {
		sw_buf_clear(&in);
		sw_buf_addz(&in, plain[i]);
		assert_int_equal(unpacked(&in, i & 1, &out, &name, &err), 0);
		assert_null(name);
		assert_int_equal(out.n, in.n);
		assert_false(sw_unzip_is(sw_buf_str(&in)));
	}
	sw_buf_clear(&in);
	mk_file(&in, "BZh9/etc/os-release", "ID=debian\n");
	mk_end(&in);
	assert_int_equal(unpacked(&in, false, &out, &name, &err), 0);
	assert_null(name);
	for (size_t i = 0; i < SW_ARRAY_LEN(ways); i++) {
		sw_buf_clear(&in);
		ways[i].pack(&in, "x", 1);
		assert_true(sw_unzip_is(sw_str_sub(sw_buf_str(&in), 0, SW_CODEC_HEAD)));
	}
}

/* One byte, and a dictionary of 2^(bits / 2 + 12), half as much again when odd, that nobody fills. */
static void xz_with(struct sw_buf *to, uint8_t bits)
{
	lzma_stream z = LZMA_STREAM_INIT;
	size_t room = 4096;
	uint8_t *at = (uint8_t *)sw_buf_extend(to, room);
	assert_int_equal(lzma_easy_encoder(&z, 0, LZMA_CHECK_CRC32), LZMA_OK);
	z.next_in = (const uint8_t *)"x";
	z.avail_in = 1;
	z.next_out = at;
	z.avail_out = room;
	assert_int_equal(lzma_code(&z, LZMA_FINISH), LZMA_STREAM_END);
	to->n -= z.avail_out;
	lzma_end(&z);
	/* Behind the stream's header the block's: size, flags, filter and its properties: the dictionary; a sum. */
	uint8_t *block = at + 12;
	size_t sum = ((size_t)block[0] + 1) * 4 - 4;
	assert_memory_equal(block + 1, "\0\x21\x01", 3);
	block[4] = bits;
	uint32_t crc = lzma_crc32(block, sum, 0);
	for (size_t i = 0; i < 4; i++)
		block[sum + i] = (uint8_t)(crc >> (8 * i));
}

static void memory_has_a_ceiling(void **state)
{
	sw_autobuf in, out;
	const char *name;
	struct sw_error err = {0};
	sw_buf_init(&in, 0);
	sw_buf_init(&out, 0);
	xz_with(&in, 28); /* 64 MiB, as xz -9 */
	assert_int_equal(unpacked(&in, false, &out, &name, &err), 0);
	assert_int_equal(out.n, 1);
	static const uint8_t too_much[] = {29, 36, 40}; /* 96 MiB, 1 GiB, 4 GiB */
	for (size_t i = 0; i < SW_ARRAY_LEN(too_much); i++) {
		sw_buf_clear(&in);
		xz_with(&in, too_much[i]);
		assert_int_equal(unpacked(&in, false, &out, &name, &err), -SW_ELIMIT);
		assert_non_null(strstr(err.text, "MiB to unpack, more than 72"));
	}
}

/* More than was allowed comes out of little. */
static void bombs_end(void **state)
{
	sw_autobuf plain, in, out;
	const char *name;
	struct sw_error err = {0};
	sw_buf_init(&plain, 0);
	sw_buf_init(&in, 0);
	sw_buf_init(&out, 0);
	sw_buf_pad(&plain, '\0', (size_t)8 << 20);
	for (size_t i = 0; i < SW_ARRAY_LEN(ways); i++) {
		sw_buf_clear(&in);
		for (int k = 0; k < 9; k++)
			ways[i].pack(&in, plain.p, plain.n);
		assert_int_equal(unpacked(&in, false, &out, &name, &err), -SW_ELIMIT);
		assert_string_equal(err.text, "larger than 67108864 bytes when unpacked");
		assert_true(in.n < ROOM);
	}
}

/* Members without content are passed by as fast as they are read. */
static void empty_members_end(void **state)
{
	sw_autobuf in, out;
	const char *name;
	struct sw_error err = {0};
	sw_buf_init(&in, 0);
	sw_buf_init(&out, 0);
	for (size_t i = 0; i < SW_ARRAY_LEN(ways); i++) {
		sw_buf_clear(&in);
		for (int k = 0; k < 3000; k++)
			ways[i].pack(&in, "", 0);
		ways[i].pack(&in, "x", 1);
		assert_int_equal(unpacked(&in, false, &out, &name, &err), 0);
		assert_int_equal(out.n, 1);
	}
}

static void packed_twice_is_told(void **state)
{
	sw_autobuf once, in;
	struct sw_unzip *u;
	struct sw_tar tar;
	const struct sw_tar_entry *e;
	struct sw_error err = {0};
	sw_buf_init(&once, 0);
	sw_buf_init(&in, 0);
	for (size_t i = 0; i < SW_ARRAY_LEN(ways); i++) {
		sw_buf_clear(&once);
		sw_buf_clear(&in);
		ways[i].pack(&once, "no matter what, of more than a few bytes", 40);
		ways[(i + 1) % SW_ARRAY_LEN(ways)].pack(&in, once.p, once.n);
		mk_write("stream", in.p, in.n);
		int fd = open("stream", O_RDONLY | O_CLOEXEC);
		struct sw_unzip_opts o = {.fd = fd, .seekable = true, .length = in.n};
		assert_int_equal(sw_unzip_open(&o, &u, &err), 0);
		sw_tar_init(&tar, u);
		assert_int_equal(sw_tar_next(&tar, &e, &err), -SW_EUNSUPPORTED);
		assert_string_equal(err.text, "compressed twice");
		sw_tar_release(&tar);
		sw_unzip_free(u);
		close(fd);
	}
}

static int enter(void **state)
{
	static char folder[] = "/tmp/seawall-unzip.XXXXXX";
	*state = folder;
	return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int leave(void **state)
{
	unlink("stream");
	return chdir("/") || rmdir(*state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(members_follow_each_other),
		cmocka_unit_test(what_stands_between), cmocka_unit_test(cut_short_at_every_byte),
		cmocka_unit_test(turned_over_at_every_byte), cmocka_unit_test(not_what_it_looks_like),
		cmocka_unit_test(memory_has_a_ceiling), cmocka_unit_test(bombs_end),
		cmocka_unit_test(empty_members_end), cmocka_unit_test(packed_twice_is_told)};
	return cmocka_run_group_tests_name("image/unzip", tests, enter, leave);
}
