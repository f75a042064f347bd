/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA-256 (FIPS 180-4) for fingerprints and checksums: OpenSSL's code, which uses what the
 * processor has, but linked in, so that libcrypto need not be loaded for it (base/lazy.h).
 *
 * Threads: any; a state belongs to one.
 */
#ifndef SW_BASE_SHA256_H
#define SW_BASE_SHA256_H

#include <openssl/sha.h>
#include <stdint.h>

#include "base/str.h"

#define SW_SHA256_LEN SHA256_DIGEST_LENGTH

struct sw_sha256 {
	SHA256_CTX state;
};

void sw_sha256_init(struct sw_sha256 *s);
void sw_sha256_add(struct sw_sha256 *s, const void *p, size_t n);
void sw_sha256_end(struct sw_sha256 *s, uint8_t ret[SW_SHA256_LEN]);

void sw_sha256(const void *p, size_t n, uint8_t ret[SW_SHA256_LEN]);

#endif
