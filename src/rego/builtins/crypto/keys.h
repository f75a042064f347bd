/* SPDX-License-Identifier: Apache-2.0 */
/* Keys: PEM, DER and JSON Web Keys (RFC 7517, 7518, 8037) in, OpenSSL keys and JSON out. */
#ifndef SW_REGO_BUILTINS_CRYPTO_KEYS_H
#define SW_REGO_BUILTINS_CRYPTO_KEYS_H

#include <openssl/evp.h>

#include "rego/builtin.h"
#include "rego/builtins/crypto/pem.h"

/* One key, public, private or symmetric, and what a key set says about it. */
struct sw_key {
	EVP_PKEY *pkey; /* NULL: symmetric; freed with the arena it was read into */
	bool is_private;
	struct sw_str secret; /* symmetric key's bytes */
	struct sw_str alg, kid;
};

struct sw_keys {
	struct sw_key *v;
	uint32_t n;
};

#define SW_KEYS_MAX 10000 /* in one set */

/* "RSA PRIVATE KEY", "EC PRIVATE KEY" or "PRIVATE KEY". NULL with Go's text. Freed with `a`. */
EVP_PKEY *sw_key_private(struct sw_arena *a, struct sw_str pem_type, struct sw_str der, const char **why);
/* A JWK or a JWKS. False with the reason in `why`. */
bool sw_keys_from_jwk(struct sw_arena *a, struct sw_value json, struct sw_keys *ret, struct sw_buf *why);
/* PEM certificate, PEM public key, JWK or JWKS, as io.jwt.* take them. Algorithms unknown to OPA are left out. */
/* The error of a text that is no JSON. */
void sw_keys_bad_text(struct sw_buf *why, struct sw_str text);
bool sw_keys_from_text(struct sw_arena *a, struct sw_str s, struct sw_keys *ret, struct sw_buf *why);

/* A private key as a JWK, and as encoding/json prints Go's key structures. */
struct sw_value sw_key_jwk(struct sw_arena *a, EVP_PKEY *k);
struct sw_value sw_key_go(struct sw_arena *a, EVP_PKEY *k);

bool sw_jwt_alg_known(struct sw_str alg);

#endif
