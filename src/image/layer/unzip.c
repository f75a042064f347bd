/* SPDX-License-Identifier: Apache-2.0 */
#include "image/layer/unzip.h"

#include <errno.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "image/layer/codec.h"

enum { IN_SIZE = 256 << 10, OUT_SIZE = 256 << 10 };

/* ---- libraries ---- */

static EVP_MD *sha256;

static void load(void)
{
	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	sw_codec_prepare();
}

void sw_unzip_prepare(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, load);
}

/* ---- the stream ---- */

struct sw_unzip {
	struct sw_unzip_opts o;
	const struct sw_codec *codec; /* NULL: plain bytes */
	void *decoder;
	uint64_t raw, plain;
	bool raw_end, end, in_member;
	uint8_t *in, *out;
	size_t in_at, in_n;
	EVP_MD_CTX *raw_sum, *plain_sum;
};

static EVP_MD_CTX *sum_new(void)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	if (!c || !sha256 || EVP_DigestInit_ex2(c, sha256, NULL) != 1)
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

/* A pipe gives what it has; what tells the kind may need more. */
static int fill_first(struct sw_unzip *s, struct sw_error *err)
{
	int rc = fill(s, err);
	while (!rc && !s->raw_end && s->in_n < SW_CODEC_HEAD) {
		uint64_t left = s->o.length == UINT64_MAX ? SW_CODEC_HEAD : s->o.length - s->raw;
		size_t want = SW_CODEC_HEAD - s->in_n < left ? SW_CODEC_HEAD - s->in_n : (size_t)left;
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

bool sw_unzip_is(struct sw_str head)
{
	sw_unzip_prepare();
	return sw_codec_of(head);
}

static void start(struct sw_unzip *s)
{
	s->codec = sw_codec_of((struct sw_str){(const char *)s->in, s->in_n});
	s->in_member = s->codec;
	if (s->codec) {
		s->decoder = s->codec->open();
	} else if (s->raw_sum) { /* one and the same sum */
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
	if (s->decoder)
		s->codec->free(s->decoder);
	EVP_MD_CTX_free(s->raw_sum);
	EVP_MD_CTX_free(s->plain_sum);
	free(s->in);
	free(s->out);
	free(s);
}

const char *sw_unzip_name(const struct sw_unzip *s)
{
	return s->codec ? s->codec->name : NULL;
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
	do {
		while (s->codec->padded && s->in_at < s->in_n && !s->in[s->in_at])
			s->in_at++;
		int rc = s->in_at == s->in_n ? fill(s, err) : 0;
		if (rc)
			return rc;
	} while (s->codec->padded && s->in_at < s->in_n && !s->in[s->in_at]);
	s->in_member = s->in_at < s->in_n && s->codec->again(s->in[s->in_at]);
	s->end = !s->in_member;
	return 0;
}

/* One step in a member: *ret_n bytes came out, which may be none. */
static int step(struct sw_unzip *s, size_t *ret_n, struct sw_error *err)
{
	int rc = s->in_at == s->in_n && !s->raw_end ? fill(s, err) : 0;
	struct sw_codec_step k = {s->in + s->in_at, s->in_n - s->in_at, s->out, OUT_SIZE};
	if (!rc)
		rc = s->codec->step(s->decoder, &k, err);
	if (rc)
		return rc;
	s->in_at += k.used;
	*ret_n = k.made;
	if (k.member_end)
		s->in_member = false;
	else if (k.made == 0 && s->raw_end && s->in_at == s->in_n)
		return sw_error_set(err, SW_ESYNTAX, "compressed data is cut short");
	else if (k.made == 0 && k.used == 0 && s->in_at < s->in_n)
		return sw_error_set(err, SW_ESYNTAX, "damaged compressed data");
	return 0;
}

static int unpack(struct sw_unzip *s, size_t *ret_n, struct sw_error *err)
{
	size_t n = 0;
	int rc = 0;
	while (!rc && !s->end && !n)
		rc = s->in_member ? step(s, &n, err) : between(s, err);
	*ret_n = n;
	return rc;
}

int sw_unzip_next(struct sw_unzip *s, const uint8_t **ret_p, size_t *ret_n, struct sw_error *err)
{
	const uint8_t *p = s->out;
	size_t n = 0;
	int rc = 0;
	if (!s->codec) {
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
	return !s->codec && s->o.seekable && !s->raw_sum && !s->plain_sum;
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
