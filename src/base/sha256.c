/* SPDX-License-Identifier: Apache-2.0 */
/* These functions are deprecated for EVP's, which would bring all of libcrypto. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/sha256.h"

void sw_sha256_init(struct sw_sha256 *s)
{
	SHA256_Init(&s->state);
}

void sw_sha256_add(struct sw_sha256 *s, const void *p, size_t n)
{
	if (n)
		SHA256_Update(&s->state, p, n);
}

void sw_sha256_end(struct sw_sha256 *s, uint8_t ret[SW_SHA256_LEN])
{
	SHA256_Final(ret, &s->state);
}

void sw_sha256(const void *p, size_t n, uint8_t ret[SW_SHA256_LEN])
{
	struct sw_sha256 s;
	sw_sha256_init(&s);
	sw_sha256_add(&s, p, n);
	sw_sha256_end(&s, ret);
}
