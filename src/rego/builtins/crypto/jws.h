/* SPDX-License-Identifier: Apache-2.0 */
/* JSON Web Signatures (RFC 7515, 7518, 8037): one signature over one text. */
#ifndef SW_REGO_BUILTINS_CRYPTO_JWS_H
#define SW_REGO_BUILTINS_CRYPTO_JWS_H

#include "rego/builtins/crypto/keys.h"

enum sw_jws_flags {
	SW_JWS_PUBLIC_ONLY = 1 << 0,  /* a private key does not verify */
	SW_JWS_EXACT_LENGTH = 1 << 1, /* ECDSA: the signature has exactly twice the curve's size */
};

/* Does `sig` hold under algorithm `alg`? False also for a key of another kind and an unknown algorithm. */
bool sw_jws_verify(
	const struct sw_key *key, struct sw_str alg, struct sw_str text, struct sw_str sig, unsigned flags);
/* Appends the signature's bytes; false with the reason. */
bool sw_jws_sign(const struct sw_key *key, struct sw_str alg, struct sw_str text, struct sw_buf *out,
	struct sw_buf *why);
/* HMAC with "256", "384" or "512" bits; the length of the MAC. */
size_t sw_jws_hmac(struct sw_str alg, struct sw_str key, struct sw_str text, uint8_t mac[EVP_MAX_MD_SIZE]);

#endif
