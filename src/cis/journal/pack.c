/* SPDX-License-Identifier: Apache-2.0 */
/* What journald packed. Sizes that are said are not believed: a buffer's end is. */
#include <endian.h>
#include <lzma.h>
#include <string.h>
#include <zstd.h>

#include "cis/journal/impl.h"

#define XZ_MEMORY ((uint64_t)32 << 20) /* journald's dictionary is 1 MiB; xz -9 would take 65 */
#define XZ_FIRST ((size_t)64 << 10)

static int64_t unpack_lz4(const unsigned char *in, size_t n, unsigned char *out, size_t cap)
{
	size_t i = 0, o = 0;
	while (i < n) {
		unsigned token = in[i++];
		size_t len = token >> 4, match = token & 15;
		for (unsigned more = 255; len >= 15 && more == 255; len += more) {
			if (i >= n)
				return -1;
			more = in[i++];
		}
		if (len > n - i || len > cap - o)
			return -1;
		memcpy(out + o, in + i, len);
		i += len;
		o += len;
		if (i == n) /* the last sequence has no match */
			return (int64_t)o;
		if (n - i < 2)
			return -1;
		size_t back = in[i] | (size_t)in[i + 1] << 8;
		i += 2;
		for (unsigned more = 255; match >= 15 && more == 255; match += more) {
			if (i >= n)
				return -1;
			more = in[i++];
		}
		match += 4;
		if (!back || back > o || match > cap - o)
			return -1;
		for (; match; match--, o++) /* it may overlap itself */
			out[o] = out[o - back];
	}
	return -1;
}

/* An .xz stream does not say its size before its end: the buffer grows up to the ceiling. */
static const char *unpack_xz(struct sw_arena *a, const unsigned char *in, size_t n, struct sw_str *ret)
{
	for (size_t cap = XZ_FIRST; cap <= JF_MESSAGE_MAX; cap *= 4) {
		uint64_t memory = XZ_MEMORY;
		size_t from = 0, to = 0;
		unsigned char *text = sw_arena_alloc(a, cap);
		if (!text)
			return NULL;
		lzma_ret rc = lzma_stream_buffer_decode(&memory, 0, NULL, in, &from, n, text, &to, cap);
		if (rc == LZMA_OK && from == n) {
			*ret = sw_str_make((const char *)text, to);
			return NULL;
		}
		if (rc != LZMA_BUF_ERROR)
			return rc == LZMA_MEMLIMIT_ERROR ? JF_BAD_SIZE : JF_DAMAGED;
	}
	return JF_BAD_SIZE;
}

const char *jf_unpack(struct sw_arena *a, unsigned how, const unsigned char *in, size_t n, struct sw_str *ret)
{
	if (how == JF_XZ)
		return unpack_xz(a, in, n, ret);
	uint64_t want;
	if (how == JF_ZSTD) {
		want = ZSTD_getFrameContentSize(in, n);
	} else {
		if (n < 8)
			return JF_BAD_SIZE;
		memcpy(&want, in, 8);
		want = le64toh(want);
	}
	if (!want || want > JF_MESSAGE_MAX)
		return JF_BAD_SIZE;
	unsigned char *text = sw_arena_alloc(a, (size_t)want);
	if (!text)
		return NULL;
	int64_t got;
	if (how == JF_ZSTD) {
		size_t z = ZSTD_decompress(text, (size_t)want, in, n);
		got = ZSTD_isError(z) ? -1 : (int64_t)z;
	} else {
		got = unpack_lz4(in + 8, n - 8, text, (size_t)want);
	}
	if (got != (int64_t)want)
		return JF_DAMAGED;
	*ret = sw_str_make((const char *)text, (size_t)want);
	return NULL;
}
