/* SPDX-License-Identifier: Apache-2.0 */
#include "image/layer/codec.h"

#include <bzlib.h>
#include <dlfcn.h>
#include <lzma.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

#include "base/cleanup.h"

#ifdef SW_HAVE_ISAL
#include <isa-l/igzip_lib.h>
#endif

enum { ZSTD_WINDOW_LOG = 27 };

static void *zeroed(size_t n)
{
	void *p = calloc(1, n);
	if (!p)
		abort();
	return p;
}

/* ---- gzip, by ISA-L where it is installed ---- */

static struct {
	bool is;
#ifdef SW_HAVE_ISAL
	void (*init)(struct inflate_state *);
	void (*reset)(struct inflate_state *);
	int (*inflate)(struct inflate_state *);
#endif
} isal;

void sw_codec_prepare(void)
{
#ifdef SW_HAVE_ISAL
	const char *no = getenv("SEAWALL_NO_ISAL"); /* for the tests of the other way */
	void *so = no && *no ? NULL : dlopen("libisal.so.2", RTLD_NOW | RTLD_LOCAL);
	if (!so)
		return;
	*(void **)&isal.init = dlsym(so, "isal_inflate_init");
	*(void **)&isal.reset = dlsym(so, "isal_inflate_reset");
	*(void **)&isal.inflate = dlsym(so, "isal_inflate");
	isal.is = isal.init && isal.reset && isal.inflate;
#endif
}

/* With the method, of which there is one: two bytes alone begin other files as well. */
static bool gzip_begins(struct sw_str h)
{
	return sw_str_starts(h, SW_STR("\x1f\x8b\x08"));
}

static bool gzip_again(uint8_t first)
{
	return first == 0x1f;
}

static void *zlib_open(void)
{
	z_stream *z = zeroed(sizeof(*z));
	if (inflateInit2(z, 15 + 16) != Z_OK)
		abort();
	return z;
}

static int zlib_step(void *decoder, struct sw_codec_step *s, struct sw_error *err)
{
	z_stream *z = decoder;
	z->next_in = (Bytef *)s->in;
	z->avail_in = (uInt)s->in_n;
	z->next_out = s->out;
	z->avail_out = (uInt)s->out_n;
	int r = inflate(z, Z_NO_FLUSH);
	s->used = s->in_n - z->avail_in;
	s->made = s->out_n - z->avail_out;
	s->member_end = r == Z_STREAM_END;
	if (r != Z_OK && r != Z_STREAM_END && r != Z_BUF_ERROR)
		return sw_error_set(err, SW_ESYNTAX, "damaged gzip data");
	if (s->member_end)
		inflateReset(z);
	return 0;
}

static void zlib_free(void *decoder)
{
	inflateEnd(decoder);
	free(decoder);
}

static const struct sw_codec by_zlib = {.name = "gzip", .begins = gzip_begins, .again = gzip_again,
	.open = zlib_open, .step = zlib_step, .free = zlib_free};

#ifdef SW_HAVE_ISAL
static void *isal_open(void)
{
	struct inflate_state *z = malloc(sizeof(*z));
	if (!z)
		abort();
	isal.init(z);
	z->crc_flag = ISAL_GZIP;
	return z;
}

static int isal_step(void *decoder, struct sw_codec_step *s, struct sw_error *err)
{
	struct inflate_state *z = decoder;
	z->next_in = (uint8_t *)s->in;
	z->avail_in = (uint32_t)s->in_n;
	z->next_out = s->out;
	z->avail_out = (uint32_t)s->out_n;
	int r = isal.inflate(z);
	s->used = s->in_n - z->avail_in;
	s->made = s->out_n - z->avail_out;
	s->member_end = z->block_state == ISAL_BLOCK_FINISH;
	if (r != ISAL_DECOMP_OK && r != ISAL_END_INPUT)
		return sw_error_set(err, SW_ESYNTAX, "damaged gzip data");
	if (s->member_end) {
		isal.reset(z);
		z->crc_flag = ISAL_GZIP;
	}
	return 0;
}

static const struct sw_codec by_isal = {.name = "gzip", .begins = gzip_begins, .again = gzip_again,
	.open = isal_open, .step = isal_step, .free = free};
#endif

static const struct sw_codec *gzip(void)
{
#ifdef SW_HAVE_ISAL
	if (isal.is)
		return &by_isal;
#endif
	return &by_zlib;
}

/* ---- zstd: frames, and frames to be skipped ---- */

static bool zstd_begins(struct sw_str h)
{
	return sw_str_starts(h, SW_STR("\x28\xb5\x2f\xfd")) ||
	       (h.n >= 4 && ((uint8_t)h.p[0] & 0xf0) == 0x50 && sw_str_is(sw_str_sub(h, 1, 4), "\x2a\x4d\x18"));
}

static bool zstd_again(uint8_t first)
{
	return first == 0x28 || (first & 0xf0) == 0x50;
}

static void *zstd_open(void)
{
	ZSTD_DCtx *z = ZSTD_createDCtx();
	if (!z)
		abort();
	ZSTD_DCtx_setParameter(z, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG);
	return z;
}

static int zstd_step(void *decoder, struct sw_codec_step *s, struct sw_error *err)
{
	ZSTD_inBuffer in = {s->in, s->in_n, 0};
	ZSTD_outBuffer out = {s->out, s->out_n, 0};
	size_t r = ZSTD_decompressStream(decoder, &out, &in);
	s->used = in.pos;
	s->made = out.pos;
	s->member_end = r == 0;
	if (ZSTD_isError(r))
		return sw_error_set(err, SW_ESYNTAX, "damaged zstd data: %s", ZSTD_getErrorName(r));
	return 0;
}

static void zstd_free(void *decoder)
{
	ZSTD_freeDCtx(decoder);
}

static const struct sw_codec by_zstd = {.name = "zstd", .begins = zstd_begins, .again = zstd_again,
	.open = zstd_open, .step = zstd_step, .free = zstd_free};

/* ---- xz ---- */

static bool xz_begins(struct sw_str h)
{
	return sw_str_starts(h, SW_STR("\xfd" "7zXZ\0"));
}

static bool xz_again(uint8_t first)
{
	return first == 0xfd;
}

/* The memory of the stream before is used again. */
static void xz_start(lzma_stream *z)
{
	if (lzma_stream_decoder(z, SW_CODEC_XZ_MEMORY, 0) != LZMA_OK)
		abort();
}

static void *xz_open(void)
{
	lzma_stream *z = zeroed(sizeof(*z)); /* LZMA_STREAM_INIT */
	xz_start(z);
	return z;
}

static int xz_step(void *decoder, struct sw_codec_step *s, struct sw_error *err)
{
	lzma_stream *z = decoder;
	z->next_in = s->in;
	z->avail_in = s->in_n;
	z->next_out = s->out;
	z->avail_out = s->out_n;
	lzma_ret r = lzma_code(z, LZMA_RUN);
	s->used = s->in_n - z->avail_in;
	s->made = s->out_n - z->avail_out;
	s->member_end = r == LZMA_STREAM_END;
	if (r == LZMA_MEMLIMIT_ERROR)
		return sw_error_set(err, SW_ELIMIT, "xz data that takes %llu MiB to unpack, more than %llu",
			(unsigned long long)(lzma_memusage(z) >> 20), (unsigned long long)(SW_CODEC_XZ_MEMORY >> 20));
	if (r == LZMA_MEM_ERROR)
		return sw_error_set(err, SW_ELIMIT, "out of memory");
	if (r != LZMA_OK && r != LZMA_STREAM_END && r != LZMA_BUF_ERROR)
		return sw_error_set(err, SW_ESYNTAX, r == LZMA_OPTIONS_ERROR ? "xz data of an unknown kind"
									     : "damaged xz data");
	if (s->member_end)
		xz_start(z);
	return 0;
}

static void xz_free(void *decoder)
{
	lzma_end(decoder);
	free(decoder);
}

static const struct sw_codec by_xz = {.name = "xz", .begins = xz_begins, .again = xz_again, .padded = true,
	.open = xz_open, .step = xz_step, .free = xz_free};

/* ---- bzip2 ---- */

/* "BZh" alone may be the name of a tar's first file: the first block, or the end of an empty stream, follows. */
static bool bzip2_begins(struct sw_str h)
{
	return h.n >= 10 && sw_str_starts(h, SW_STR("BZh")) && h.p[3] >= '1' && h.p[3] <= '9' &&
	       (sw_str_is(sw_str_sub(h, 4, 10), "1AY&SY") || sw_str_is(sw_str_sub(h, 4, 10), "\x17rE8P\x90"));
}

static bool bzip2_again(uint8_t first)
{
	return first == 'B';
}

static void *bzip2_open(void)
{
	bz_stream *z = zeroed(sizeof(*z));
	if (BZ2_bzDecompressInit(z, 0, 0) != BZ_OK)
		abort();
	return z;
}

static int bzip2_step(void *decoder, struct sw_codec_step *s, struct sw_error *err)
{
	bz_stream *z = decoder;
	z->next_in = (char *)s->in;
	z->avail_in = (unsigned)s->in_n;
	z->next_out = (char *)s->out;
	z->avail_out = (unsigned)s->out_n;
	int r = BZ2_bzDecompress(z);
	s->used = s->in_n - z->avail_in;
	s->made = s->out_n - z->avail_out;
	s->member_end = r == BZ_STREAM_END;
	if (r == BZ_MEM_ERROR)
		return sw_error_set(err, SW_ELIMIT, "out of memory");
	if (r != BZ_OK && r != BZ_STREAM_END)
		return sw_error_set(err, SW_ESYNTAX, "damaged bzip2 data");
	if (s->member_end && (BZ2_bzDecompressEnd(z) != BZ_OK || BZ2_bzDecompressInit(z, 0, 0) != BZ_OK))
		abort();
	return 0;
}

static void bzip2_free(void *decoder)
{
	BZ2_bzDecompressEnd(decoder);
	free(decoder);
}

static const struct sw_codec by_bzip2 = {.name = "bzip2", .begins = bzip2_begins, .again = bzip2_again,
	.open = bzip2_open, .step = bzip2_step, .free = bzip2_free};

const struct sw_codec *sw_codec_of(struct sw_str head)
{
	const struct sw_codec *const all[] = {gzip(), &by_zstd, &by_xz, &by_bzip2};
	for (size_t i = 0; i < SW_ARRAY_LEN(all); i++)
		if (all[i]->begins(head))
			return all[i];
	return NULL;
}
