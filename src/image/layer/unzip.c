/* SPDX-License-Identifier: Apache-2.0 */
#include "image/layer/unzip.h"

#include <dlfcn.h>
#include <errno.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "base/cleanup.h"

#ifdef SW_HAVE_ISAL
#include <isa-l/igzip_lib.h>
#endif

enum { IN_SIZE = 256 << 10, OUT_SIZE = 256 << 10, ZSTD_WINDOW_LOG = 27 };

/* ---- libraries ---- */

static struct {
	EVP_MD *sha256;
#ifdef SW_HAVE_ISAL
	void (*init)(struct inflate_state *);
	void (*reset)(struct inflate_state *);
	int (*inflate)(struct inflate_state *);
#endif
	bool isal;
} lib;

static void load(void)
{
	lib.sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
#ifdef SW_HAVE_ISAL
	const char *no = getenv("SEAWALL_NO_ISAL"); /* for the tests of the other way */
	void *so = no && *no ? NULL : dlopen("libisal.so.2", RTLD_NOW | RTLD_LOCAL);
	if (!so)
		return;
	*(void **)&lib.init = dlsym(so, "isal_inflate_init");
	*(void **)&lib.reset = dlsym(so, "isal_inflate_reset");
	*(void **)&lib.inflate = dlsym(so, "isal_inflate");
	lib.isal = lib.init && lib.reset && lib.inflate;
#endif
}

void sw_unzip_prepare(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, load);
}

/* ---- the stream ---- */

struct sw_unzip {
	struct sw_unzip_opts o;
	enum sw_unzip_kind kind;
	uint64_t raw, plain;
	bool raw_end, end, in_member;
	uint8_t *in, *out;
	size_t in_at, in_n;
	EVP_MD_CTX *raw_sum, *plain_sum;
	z_stream z;
	bool z_on;
	ZSTD_DCtx *zstd;
#ifdef SW_HAVE_ISAL
	struct inflate_state *isal;
#endif
};

static EVP_MD_CTX *sum_new(void)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	if (!c || !lib.sha256 || EVP_DigestInit_ex2(c, lib.sha256, NULL) != 1)
		abort();
	return c;
}

/* More input. The whole buffer must have been used. */
static int fill(struct sw_unzip *s, struct sw_error *err)
{
	size_t want = IN_SIZE;
	ssize_t n;
	if (s->raw_end)
		return 0;
	if (s->o.length != UINT64_MAX && s->o.length - s->raw < want)
		want = (size_t)(s->o.length - s->raw);
	s->in_at = s->in_n = 0;
	if (want == 0) {
		s->raw_end = true;
		return 0;
	}
	do {
		n = s->o.seekable ? pread(s->o.fd, s->in, want, (off_t)(s->o.offset + s->raw))
				  : read(s->o.fd, s->in, want);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return sw_error_errno(err, SW_EIO, errno, "cannot read");
	if (n == 0) {
		s->raw_end = true;
		if (s->o.length != UINT64_MAX)
			return sw_error_set(err, SW_ESYNTAX, "cut short: %llu of %llu bytes",
				(unsigned long long)s->raw, (unsigned long long)s->o.length);
		return 0;
	}
	s->in_n = (size_t)n;
	s->raw += (uint64_t)n;
	if (s->raw_sum)
		EVP_DigestUpdate(s->raw_sum, s->in, s->in_n);
	if (s->o.progress)
		__atomic_store_n(s->o.progress, s->raw, __ATOMIC_RELAXED);
	return 0;
}

/* A pipe gives what it has; the magic needs four bytes. */
static int fill_first(struct sw_unzip *s, struct sw_error *err)
{
	int rc = fill(s, err);
	while (!rc && !s->raw_end && s->in_n < 4) {
		uint64_t left = s->o.length == UINT64_MAX ? 4 : s->o.length - s->raw;
		size_t want = 4 - s->in_n < left ? 4 - s->in_n : (size_t)left;
		ssize_t n = want == 0	      ? 0
			    : s->o.seekable ? pread(s->o.fd, s->in + s->in_n, want,
						    (off_t)(s->o.offset + s->raw))
					    : read(s->o.fd, s->in + s->in_n, want);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		if (s->raw_sum)
			EVP_DigestUpdate(s->raw_sum, s->in + s->in_n, (size_t)n);
		s->in_n += (size_t)n;
		s->raw += (uint64_t)n;
	}
	return rc;
}

static bool is_gzip(const uint8_t *p, size_t n)
{
	return n >= 2 && p[0] == 0x1f && p[1] == 0x8b;
}

static bool is_zstd(const uint8_t *p, size_t n)
{
	return n >= 4 && p[0] == 0x28 && p[1] == 0xb5 && p[2] == 0x2f && p[3] == 0xfd;
}

static bool is_zstd_skip(const uint8_t *p, size_t n)
{
	return n >= 4 && (p[0] & 0xf0) == 0x50 && p[1] == 0x2a && p[2] == 0x4d && p[3] == 0x18;
}

static void start(struct sw_unzip *s)
{
	const uint8_t *p = s->in;
	if (is_gzip(p, s->in_n)) {
		s->kind = SW_UNZIP_GZIP;
#ifdef SW_HAVE_ISAL
		if (lib.isal) {
			s->isal = malloc(sizeof(*s->isal));
			if (!s->isal)
				abort();
			lib.init(s->isal);
			s->isal->crc_flag = ISAL_GZIP;
		}
#endif
		if (!lib.isal) {
			s->z_on = inflateInit2(&s->z, 15 + 16) == Z_OK;
			if (!s->z_on)
				abort();
		}
	} else if (is_zstd(p, s->in_n) || is_zstd_skip(p, s->in_n)) {
		s->kind = SW_UNZIP_ZSTD;
		s->zstd = ZSTD_createDCtx();
		if (!s->zstd)
			abort();
		ZSTD_DCtx_setParameter(s->zstd, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG);
	}
	s->in_member = s->kind != SW_UNZIP_PLAIN;
	if (s->kind == SW_UNZIP_PLAIN && s->raw_sum) { /* one and the same sum */
		EVP_MD_CTX_free(s->plain_sum);
		s->plain_sum = NULL;
	}
}

int sw_unzip_open(const struct sw_unzip_opts *opts, struct sw_unzip **ret, struct sw_error *err)
{
	sw_unzip_prepare();
	struct sw_unzip *s = calloc(1, sizeof(*s));
	if (!s)
		abort();
	s->o = *opts;
	if (!s->o.max_plain)
		s->o.max_plain = (uint64_t)64 << 30;
	s->in = malloc(IN_SIZE);
	s->out = malloc(OUT_SIZE);
	if (!s->in || !s->out)
		abort();
	if (s->o.hash_raw)
		s->raw_sum = sum_new();
	if (s->o.hash_plain)
		s->plain_sum = sum_new();
	int rc = fill_first(s, err);
	if (rc) {
		sw_unzip_free(s);
		return rc;
	}
	start(s);
	*ret = s;
	return 0;
}

void sw_unzip_free(struct sw_unzip *s)
{
	if (!s)
		return;
	if (s->z_on)
		inflateEnd(&s->z);
	ZSTD_freeDCtx(s->zstd);
#ifdef SW_HAVE_ISAL
	free(s->isal);
#endif
	EVP_MD_CTX_free(s->raw_sum);
	EVP_MD_CTX_free(s->plain_sum);
	free(s->in);
	free(s->out);
	free(s);
}

enum sw_unzip_kind sw_unzip_kind(const struct sw_unzip *s)
{
	return s->kind;
}

/* One step of a decompressor: *used of the input, *made into out; *member_end at the end of one. */
static int step_zlib(
	struct sw_unzip *s, size_t *used, size_t *made, bool *member_end, struct sw_error *err)
{
	s->z.next_in = s->in + s->in_at;
	s->z.avail_in = (uInt)(s->in_n - s->in_at);
	s->z.next_out = s->out;
	s->z.avail_out = OUT_SIZE;
	int r = inflate(&s->z, Z_NO_FLUSH);
	*used = s->in_n - s->in_at - s->z.avail_in;
	*made = OUT_SIZE - s->z.avail_out;
	*member_end = r == Z_STREAM_END;
	if (r != Z_OK && r != Z_STREAM_END && r != Z_BUF_ERROR)
		return sw_error_set(err, SW_ESYNTAX, "damaged gzip data");
	if (*member_end)
		inflateReset(&s->z);
	return 0;
}

#ifdef SW_HAVE_ISAL
static int step_isal(
	struct sw_unzip *s, size_t *used, size_t *made, bool *member_end, struct sw_error *err)
{
	struct inflate_state *z = s->isal;
	z->next_in = s->in + s->in_at;
	z->avail_in = (uint32_t)(s->in_n - s->in_at);
	z->next_out = s->out;
	z->avail_out = OUT_SIZE;
	int r = lib.inflate(z);
	*used = s->in_n - s->in_at - z->avail_in;
	*made = OUT_SIZE - z->avail_out;
	*member_end = z->block_state == ISAL_BLOCK_FINISH;
	if (r != ISAL_DECOMP_OK && r != ISAL_END_INPUT)
		return sw_error_set(err, SW_ESYNTAX, "damaged gzip data");
	if (*member_end) {
		lib.reset(z);
		z->crc_flag = ISAL_GZIP;
	}
	return 0;
}
#endif

static int step_zstd(
	struct sw_unzip *s, size_t *used, size_t *made, bool *member_end, struct sw_error *err)
{
	ZSTD_inBuffer in = {s->in + s->in_at, s->in_n - s->in_at, 0};
	ZSTD_outBuffer out = {s->out, OUT_SIZE, 0};
	size_t r = ZSTD_decompressStream(s->zstd, &out, &in);
	*used = in.pos;
	*made = out.pos;
	*member_end = r == 0;
	if (ZSTD_isError(r))
		return sw_error_set(
			err, SW_ESYNTAX, "damaged zstd data: %s", ZSTD_getErrorName(r));
	return 0;
}

static int step(struct sw_unzip *s, size_t *used, size_t *made, bool *end, struct sw_error *err)
{
	if (s->kind == SW_UNZIP_ZSTD)
		return step_zstd(s, used, made, end, err);
#ifdef SW_HAVE_ISAL
	if (s->isal)
		return step_isal(s, used, made, end, err);
#endif
	return step_zlib(s, used, made, end, err);
}

static int check_growth(struct sw_unzip *s, struct sw_error *err)
{
	if (s->plain > s->o.max_plain)
		return sw_error_set(err, SW_ELIMIT, "larger than %llu bytes when unpacked",
			(unsigned long long)s->o.max_plain);
	if (s->plain > SW_UNZIP_RATIO_FROM && s->plain / SW_UNZIP_RATIO > s->raw)
		return sw_error_set(err, SW_ELIMIT,
			"unpacks to more than %d times its size: a decompression bomb",
			SW_UNZIP_RATIO);
	return 0;
}

/* Between members: is there another one? Zero bytes and anything else behind the last are left. */
static int between(struct sw_unzip *s, struct sw_error *err)
{
	if (s->in_at == s->in_n) {
		int rc = fill(s, err);
		if (rc)
			return rc;
	}
	const uint8_t *p = s->in + s->in_at;
	size_t n = s->in_n - s->in_at;
	s->in_member = s->kind == SW_UNZIP_GZIP ? n && p[0] == 0x1f
						 : n && (p[0] == 0x28 || (p[0] & 0xf0) == 0x50);
	s->end = !s->in_member;
	return 0;
}

static int unpack(struct sw_unzip *s, size_t *ret_n, struct sw_error *err)
{
	while (!s->end) {
		size_t used, made;
		bool member_end;
		if (!s->in_member) {
			int rc = between(s, err);
			if (rc)
				return rc;
			continue;
		}
		if (s->in_at == s->in_n && !s->raw_end) {
			int rc = fill(s, err);
			if (rc)
				return rc;
		}
		int rc = step(s, &used, &made, &member_end, err);
		if (rc)
			return rc;
		s->in_at += used;
		if (member_end)
			s->in_member = false;
		else if (made == 0 && s->raw_end && s->in_at == s->in_n)
			return sw_error_set(err, SW_ESYNTAX, "compressed data is cut short");
		else if (made == 0 && used == 0 && s->in_at < s->in_n)
			return sw_error_set(err, SW_ESYNTAX, "damaged compressed data");
		if (made) {
			*ret_n = made;
			return 0;
		}
	}
	*ret_n = 0;
	return 0;
}

int sw_unzip_next(struct sw_unzip *s, const uint8_t **ret_p, size_t *ret_n, struct sw_error *err)
{
	const uint8_t *p = s->out;
	size_t n = 0;
	int rc = 0;
	if (s->kind == SW_UNZIP_PLAIN) {
		if (s->in_at == s->in_n)
			rc = fill(s, err);
		p = s->in + s->in_at;
		n = s->in_n - s->in_at;
		s->in_at = s->in_n;
	} else {
		rc = unpack(s, &n, err);
	}
	if (rc)
		return rc;
	s->plain += n;
	rc = check_growth(s, err);
	if (rc)
		return rc;
	if (s->plain_sum && n)
		EVP_DigestUpdate(s->plain_sum, p, n);
	*ret_p = p;
	*ret_n = n;
	return 0;
}

bool sw_unzip_jumps(const struct sw_unzip *s)
{
	return s->kind == SW_UNZIP_PLAIN && s->o.seekable && !s->raw_sum && !s->plain_sum;
}

int sw_unzip_skip(struct sw_unzip *s, uint64_t n, struct sw_error *err)
{
	if (sw_unzip_jumps(s)) { /* in_at == in_n: pieces are given out whole */
		if (s->o.length != UINT64_MAX && n > s->o.length - s->raw)
			return sw_error_set(err, SW_ESYNTAX, "cut short");
		s->raw += n;
		s->plain += n;
		return check_growth(s, err);
	}
	return sw_error_set(err, SW_EUNSUPPORTED, "this stream cannot jump");
}

uint64_t sw_unzip_raw_bytes(const struct sw_unzip *s)
{
	return s->raw;
}

uint64_t sw_unzip_plain_bytes(const struct sw_unzip *s)
{
	return s->plain;
}

int sw_unzip_drain(struct sw_unzip *s, uint8_t ret_raw[32], struct sw_error *err)
{
	int rc = 0;
	while (!rc && !s->raw_end)
		rc = fill(s, err);
	if (!rc && s->raw_sum)
		EVP_DigestFinal_ex(s->raw_sum, ret_raw, NULL);
	return rc;
}

int sw_unzip_finish(
	struct sw_unzip *s, uint8_t ret_raw[32], uint8_t ret_plain[32], struct sw_error *err)
{
	const uint8_t *p;
	size_t n = 1;
	int rc = 0;
	while (!rc && n)
		rc = sw_unzip_next(s, &p, &n, err);
	while (!rc && !s->raw_end)
		rc = fill(s, err);
	if (rc)
		return rc;
	if (s->raw_sum)
		EVP_DigestFinal_ex(s->raw_sum, ret_raw, NULL);
	if (s->o.hash_plain && !s->plain_sum)
		memcpy(ret_plain, ret_raw, 32);
	else if (s->plain_sum)
		EVP_DigestFinal_ex(s->plain_sum, ret_plain, NULL);
	return 0;
}
