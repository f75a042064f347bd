/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Public keys, messages and the signature algorithms of Sigstore's registry: ECDSA over P-256,
 * P-384 and P-521, RSA (PKCS #1 v1.5 and PSS, 2048 to 16384 bits), Ed25519 and Ed25519ph.
 *
 * A key lives as long as the arena it was read into. Keys are public: nothing here is secret, and
 * comparisons need not be constant in time. A finished key may be used by any number of threads; a
 * message remembers digests and belongs to one.
 */
#ifndef SW_IMAGE_SIGN_KEY_H
#define SW_IMAGE_SIGN_KEY_H

#include <openssl/evp.h>

#include "base/arena.h"
#include "base/error.h"

enum sw_digest {
	SW_DIGEST_NONE,
	SW_DIGEST_SHA256,
	SW_DIGEST_SHA384,
	SW_DIGEST_SHA512,
	SW_DIGEST__COUNT
};

uint32_t sw_digest_size(enum sw_digest d);    /* bytes */
const char *sw_digest_name(enum sw_digest d); /* "sha256" */
/* "sha256", "SHA2_256", "SHA256"; SW_DIGEST_NONE for anything else. */
enum sw_digest sw_digest_parse(struct sw_str name);
/* `out` holds 64 bytes. */
void sw_digest_of(enum sw_digest d, struct sw_str bytes, uint8_t *out);

/* What was signed: its bytes, or only digests of it. */
struct sw_message {
	struct sw_str bytes; /* p NULL: not known */
	uint8_t digest[SW_DIGEST__COUNT][64];
	bool has[SW_DIGEST__COUNT];
};

/* Computed on first use; NULL when the bytes are not known. */
const uint8_t *sw_message_digest(struct sw_message *m, enum sw_digest d);
/* "sha256:<hex>" and the like; false when it is something else. */
bool sw_message_from_digest(struct sw_str text, struct sw_message *ret);

enum sw_key_kind {
	SW_KEY_P256,
	SW_KEY_P384,
	SW_KEY_P521,
	SW_KEY_RSA,
	SW_KEY_ED25519,
};

struct sw_key {
	EVP_PKEY *pkey;
	enum sw_key_kind kind;
	struct sw_str spki; /* SubjectPublicKeyInfo, DER */
	uint8_t id[32];	    /* SHA-256 of spki */
};

const char *sw_key_kind_name(enum sw_key_kind k); /* "ECDSA P-256" */

/* DER: SubjectPublicKeyInfo, or a bare RSAPublicKey. -SW_EINVALID, -SW_EUNSUPPORTED. */
int sw_key_der(struct sw_arena *a, struct sw_str der, struct sw_key *ret, struct sw_error *err);
/* -SW_EUNSUPPORTED, in words, when the text is a key or a signature of OpenPGP, OpenSSH and others. */
int sw_sign_foreign(struct sw_str text, struct sw_error *err);
/* A key file: PEM (public key, RSA public key, or a certificate's key), or DER. */
int sw_key_read(struct sw_arena *a, struct sw_str text, struct sw_key *ret, struct sw_error *err);
/* Takes over `pkey` in every case. */
int sw_key_own(struct sw_arena *a, EVP_PKEY *pkey, struct sw_key *ret, struct sw_error *err);

enum sw_padding { SW_PAD_ANY, SW_PAD_PKCS1, SW_PAD_PSS };
enum sw_prehash { SW_PREHASH_ANY, SW_PREHASH_NO, SW_PREHASH_YES };

/* All zero: what the kind of key says; both paddings; SHA-256 also for the bigger curves. */
struct sw_sigalg {
	enum sw_digest digest;
	enum sw_padding padding;
	enum sw_prehash prehash; /* Ed25519 or Ed25519ph */
};

/* Sigstore's PublicKeyDetails, "PKIX_ECDSA_P256_SHA_256" … False when this build cannot do it. */
bool sw_sigalg_parse(struct sw_str details, struct sw_sigalg *ret);

/* True: `sig` is this key's signature of the message. */
bool sw_key_verify(
	const struct sw_key *key, struct sw_sigalg alg, struct sw_message *m, struct sw_str sig);

/* Ed25519ph (RFC 8032 5.1, empty context), which OpenSSL has from 3.2 on only. */
bool sw_ed25519ph_verify(
	const uint8_t public_key[32], const uint8_t sha512[64], const uint8_t sig[64]);

#endif
