/* SPDX-License-Identifier: Apache-2.0 */
#include "image/sign/key.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "base/base64.h"

static const struct {
	const char *name, *proto, *rekor;
	uint32_t size;
	const EVP_MD *(*md)(void);
} digests[SW_DIGEST__COUNT] = {
	[SW_DIGEST_NONE] = {"none", "HASH_ALGORITHM_UNSPECIFIED", "", 0, NULL},
	[SW_DIGEST_SHA256] = {"sha256", "SHA2_256", "SHA256", 32, EVP_sha256},
	[SW_DIGEST_SHA384] = {"sha384", "SHA2_384", "SHA384", 48, EVP_sha384},
	[SW_DIGEST_SHA512] = {"sha512", "SHA2_512", "SHA512", 64, EVP_sha512},
};

uint32_t sw_digest_size(enum sw_digest d)
{
	return digests[d].size;
}

const char *sw_digest_name(enum sw_digest d)
{
	return digests[d].name;
}

enum sw_digest sw_digest_parse(struct sw_str name)
{
	for (enum sw_digest d = SW_DIGEST_SHA256; d < SW_DIGEST__COUNT; d++)
		if (sw_str_is(name, digests[d].name) || sw_str_is(name, digests[d].proto) ||
			sw_str_is(name, digests[d].rekor))
			return d;
	return SW_DIGEST_NONE;
}

static const EVP_MD *digest_md(enum sw_digest d)
{
	return digests[d].md();
}

void sw_digest_of(enum sw_digest d, struct sw_str bytes, uint8_t *out)
{
	if (!EVP_Digest(bytes.p ? bytes.p : "", bytes.n, out, NULL, digest_md(d), NULL))
		abort(); /* a build without SHA-2 */
}

const uint8_t *sw_message_digest(struct sw_message *m, enum sw_digest d)
{
	if (!m->has[d]) {
		if (!m->bytes.p)
			return NULL;
		sw_digest_of(d, m->bytes, m->digest[d]);
		m->has[d] = true;
	}
	return m->digest[d];
}

bool sw_message_from_digest(struct sw_str text, struct sw_message *ret)
{
	size_t colon = sw_str_chr(text, ':', 0);
	if (colon == SW_NPOS)
		return false;
	enum sw_digest d = sw_digest_parse(sw_str_sub(text, 0, colon));
	struct sw_str hex = sw_str_sub(text, colon + 1, text.n);
	struct sw_message m = {0};
	if (!d || hex.n != 2 * sw_digest_size(d) || !sw_hex_decode(hex, m.digest[d]))
		return false;
	m.has[d] = true;
	*ret = m;
	return true;
}

const char *sw_key_kind_name(enum sw_key_kind k)
{
	static const char *const names[] = {
		"ECDSA P-256", "ECDSA P-384", "ECDSA P-521", "RSA", "Ed25519"};
	return names[k];
}

static void free_pkey(void *p)
{
	EVP_PKEY_free(p);
}

static int kind_of(EVP_PKEY *pkey, enum sw_key_kind *ret, struct sw_error *err)
{
	int bits = EVP_PKEY_get_bits(pkey);
	char group[32];
	switch (EVP_PKEY_get_base_id(pkey)) {
	case EVP_PKEY_ED25519:
		*ret = SW_KEY_ED25519;
		return 0;
	case EVP_PKEY_RSA:
		if (bits < 2048 || bits > 16384)
			return sw_error_set(err, SW_EINVALID,
				"an RSA key of %d bits: only 2048 to 16384 are accepted", bits);
		*ret = SW_KEY_RSA;
		return 0;
	case EVP_PKEY_EC:
		if (!EVP_PKEY_get_group_name(pkey, group, sizeof(group), NULL))
			group[0] = '\0';
		if (!strcmp(group, "prime256v1"))
			*ret = SW_KEY_P256;
		else if (!strcmp(group, "secp384r1"))
			*ret = SW_KEY_P384;
		else if (!strcmp(group, "secp521r1"))
			*ret = SW_KEY_P521;
		else
			return sw_error_set(err, SW_EUNSUPPORTED,
				"elliptic curve %s is not supported",
				group[0] ? group : "with explicit parameters");
		return 0;
	default:
		return sw_error_set(
			err, SW_EUNSUPPORTED, "this type of public key is not supported");
	}
}

int sw_key_own(struct sw_arena *a, EVP_PKEY *pkey, struct sw_key *ret, struct sw_error *err)
{
	struct sw_key key = {.pkey = pkey};
	unsigned char *der = NULL;
	if (sw_arena_defer(a, free_pkey, pkey) < 0)
		return sw_error_set(err, SW_ELIMIT, "no memory left for a key");
	int rc = kind_of(pkey, &key.kind, err);
	if (rc < 0)
		return rc;
	int n = i2d_PUBKEY(pkey, &der);
	if (n > 0)
		key.spki = sw_arena_str(a, sw_str_make((const char *)der, (size_t)n));
	OPENSSL_free(der);
	ERR_clear_error();
	if (!key.spki.p)
		return sw_error_set(err, SW_EINVALID, "a public key that cannot be encoded");
	sw_digest_of(SW_DIGEST_SHA256, key.spki, key.id);
	*ret = key;
	return 0;
}

int sw_key_der(struct sw_arena *a, struct sw_str der, struct sw_key *ret, struct sw_error *err)
{
	const unsigned char *p = (const unsigned char *)der.p, *end = p + der.n;
	if (der.n > 64 << 10)
		return sw_error_set(err, SW_ELIMIT, "a public key of more than 64 KiB");
	EVP_PKEY *pkey = d2i_PUBKEY(NULL, &p, (long)der.n);
	if (!pkey) {
		p = (const unsigned char *)der.p;
		pkey = d2i_PublicKey(EVP_PKEY_RSA, NULL, &p, (long)der.n);
	}
	ERR_clear_error();
	if (!pkey || p != end) {
		EVP_PKEY_free(pkey);
		return sw_error_set(err, SW_EINVALID, "not a public key in DER");
	}
	return sw_key_own(a, pkey, ret, err);
}

static EVP_PKEY *read_pem(BIO *in)
{
	char *name = NULL, *header = NULL;
	unsigned char *data = NULL;
	long n = 0;
	EVP_PKEY *pkey = NULL;
	while (!pkey && PEM_read_bio(in, &name, &header, &data, &n)) {
		const unsigned char *p = data;
		if (!strcmp(name, "PUBLIC KEY") || !strcmp(name, "EC PUBLIC KEY")) {
			pkey = d2i_PUBKEY(NULL, &p, n);
		} else if (!strcmp(name, "RSA PUBLIC KEY")) {
			pkey = d2i_PublicKey(EVP_PKEY_RSA, NULL, &p, n);
		} else if (!strcmp(name, "CERTIFICATE")) {
			X509 *cert = d2i_X509(NULL, &p, n);
			pkey = cert ? X509_get_pubkey(cert) : NULL;
			X509_free(cert);
		}
		OPENSSL_free(name);
		OPENSSL_free(header);
		OPENSSL_free(data);
	}
	return pkey;
}

int sw_sign_foreign(struct sw_str text, struct sw_error *err)
{
	static const struct {
		const char *mark, *what;
	} known[] = {{"-----BEGIN PGP ", "OpenPGP (gpg --verify)"},
		{"-----BEGIN SSH SIGNATURE", "OpenSSH (ssh-keygen -Y verify)"},
		{"ssh-", "OpenSSH (ssh-keygen -Y verify)"},
		{"ecdsa-sha2-", "OpenSSH (ssh-keygen -Y verify)"},
		{"untrusted comment:", "minisign or signify"},
		{"-----BEGIN PKCS7", "PKCS #7 (openssl cms -verify)"},
		{"-----BEGIN CMS", "PKCS #7 (openssl cms -verify)"}};
	struct sw_str head = sw_str_trim(sw_str_sub(text, 0, 1024));
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (sw_str_starts(head, sw_str_from(known[i].mark)))
			return sw_error_set(err, SW_EUNSUPPORTED,
				"this is of %s, which is another kind of signature and is not "
				"verified here",
				known[i].what);
	/* A binary packet of OpenPGP: a signature or a public key. */
	if (text.n > 3 && ((unsigned char)text.p[0] == 0x89 || (unsigned char)text.p[0] == 0x99) &&
		(unsigned char)text.p[3] <= 6 && (unsigned char)text.p[3] >= 3)
		return sw_error_set(err, SW_EUNSUPPORTED,
			"this is of OpenPGP (gpg --verify), which is another kind of signature and is "
			"not verified here");
	return 0;
}

int sw_key_read(struct sw_arena *a, struct sw_str text, struct sw_key *ret, struct sw_error *err)
{
	int rc = sw_sign_foreign(text, err);
	if (rc < 0)
		return rc;
	if (!sw_str_has(text, SW_STR("-----BEGIN ")))
		return sw_key_der(a, text, ret, err);
	if (sw_str_has(text, SW_STR("PRIVATE KEY-----")))
		return sw_error_set(err, SW_EINVALID, "this is a private key: give the public one");
	if (text.n > 1 << 20)
		return sw_error_set(err, SW_ELIMIT, "a key file of more than 1 MiB");
	BIO *in = BIO_new_mem_buf(text.p, (int)text.n);
	EVP_PKEY *pkey = in ? read_pem(in) : NULL;
	BIO_free(in);
	ERR_clear_error();
	if (!pkey)
		return sw_error_set(err, SW_EINVALID, "no public key in this PEM text");
	return sw_key_own(a, pkey, ret, err);
}

bool sw_sigalg_parse(struct sw_str details, struct sw_sigalg *ret)
{
	static const struct {
		const char *name;
		struct sw_sigalg alg;
	} table[] = {
		{"PKCS1_RSA_PKCS1V5", {SW_DIGEST_SHA256, SW_PAD_PKCS1, 0}},
		{"PKCS1_RSA_PSS", {SW_DIGEST_SHA256, SW_PAD_PSS, 0}},
		{"PKIX_RSA_PKCS1V5", {SW_DIGEST_SHA256, SW_PAD_PKCS1, 0}},
		{"PKIX_RSA_PSS", {SW_DIGEST_SHA256, SW_PAD_PSS, 0}},
		{"PKIX_RSA_PKCS1V15_2048_SHA256", {SW_DIGEST_SHA256, SW_PAD_PKCS1, 0}},
		{"PKIX_RSA_PKCS1V15_3072_SHA256", {SW_DIGEST_SHA256, SW_PAD_PKCS1, 0}},
		{"PKIX_RSA_PKCS1V15_4096_SHA256", {SW_DIGEST_SHA256, SW_PAD_PKCS1, 0}},
		{"PKIX_RSA_PSS_2048_SHA256", {SW_DIGEST_SHA256, SW_PAD_PSS, 0}},
		{"PKIX_RSA_PSS_3072_SHA256", {SW_DIGEST_SHA256, SW_PAD_PSS, 0}},
		{"PKIX_RSA_PSS_4096_SHA256", {SW_DIGEST_SHA256, SW_PAD_PSS, 0}},
		{"PKIX_ECDSA_P256_SHA_256", {SW_DIGEST_SHA256, 0, 0}},
		{"PKIX_ECDSA_P256_HMAC_SHA_256", {SW_DIGEST_SHA256, 0, 0}},
		{"PKIX_ECDSA_P384_SHA_256", {SW_DIGEST_SHA256, 0, 0}},
		{"PKIX_ECDSA_P384_SHA_384", {SW_DIGEST_SHA384, 0, 0}},
		{"PKIX_ECDSA_P521_SHA_256", {SW_DIGEST_SHA256, 0, 0}},
		{"PKIX_ECDSA_P521_SHA_512", {SW_DIGEST_SHA512, 0, 0}},
		{"PKIX_ED25519", {0, 0, SW_PREHASH_NO}},
		{"PKIX_ED25519_PH", {0, 0, SW_PREHASH_YES}},
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (sw_str_is(details, table[i].name)) {
			*ret = table[i].alg;
			return true;
		}
	return false;
}

/* ECDSA and RSA over a digest. */
static bool verify_digest(const struct sw_key *key, enum sw_digest d, int padding,
	struct sw_message *m, struct sw_str sig)
{
	const uint8_t *digest = sw_message_digest(m, d);
	EVP_PKEY_CTX *ctx = digest ? EVP_PKEY_CTX_new(key->pkey, NULL) : NULL;
	bool ok = ctx && EVP_PKEY_verify_init(ctx) > 0;
	if (ok && padding)
		ok = EVP_PKEY_CTX_set_rsa_padding(ctx, padding) > 0;
	ok = ok && EVP_PKEY_CTX_set_signature_md(ctx, digest_md(d)) > 0;
	if (ok && padding == RSA_PKCS1_PSS_PADDING)
		ok = EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_AUTO) > 0;
	ok = ok && EVP_PKEY_verify(ctx, (const unsigned char *)sig.p, sig.n, digest,
			   sw_digest_size(d)) == 1;
	EVP_PKEY_CTX_free(ctx);
	ERR_clear_error();
	return ok;
}

static bool verify_ed25519(
	const struct sw_key *key, enum sw_prehash prehash, struct sw_message *m, struct sw_str sig)
{
	if (sig.n != 64)
		return false;
	if (prehash != SW_PREHASH_YES && m->bytes.p) {
		EVP_MD_CTX *ctx = EVP_MD_CTX_new();
		bool ok = ctx && EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key->pkey) == 1 &&
			  EVP_DigestVerify(ctx, (const unsigned char *)sig.p, sig.n,
				  (const unsigned char *)m->bytes.p, m->bytes.n) == 1;
		EVP_MD_CTX_free(ctx);
		ERR_clear_error();
		if (ok)
			return true;
	}
	uint8_t raw[32];
	size_t n = sizeof(raw);
	const uint8_t *digest =
		prehash != SW_PREHASH_NO ? sw_message_digest(m, SW_DIGEST_SHA512) : NULL;
	return digest && EVP_PKEY_get_raw_public_key(key->pkey, raw, &n) == 1 && n == 32 &&
	       sw_ed25519ph_verify(raw, digest, (const uint8_t *)sig.p);
}

static bool verify_rsa(const struct sw_key *key, struct sw_sigalg alg, enum sw_digest d,
	struct sw_message *m, struct sw_str sig)
{
	return (alg.padding != SW_PAD_PSS && verify_digest(key, d, RSA_PKCS1_PADDING, m, sig)) ||
	       (alg.padding != SW_PAD_PKCS1 &&
		       verify_digest(key, d, RSA_PKCS1_PSS_PADDING, m, sig));
}

bool sw_key_verify(
	const struct sw_key *key, struct sw_sigalg alg, struct sw_message *m, struct sw_str sig)
{
	static const enum sw_digest usual[] = {[SW_KEY_P256] = SW_DIGEST_SHA256,
		[SW_KEY_P384] = SW_DIGEST_SHA384,
		[SW_KEY_P521] = SW_DIGEST_SHA512,
		[SW_KEY_RSA] = SW_DIGEST_SHA256};
	if (!sig.n || sig.n > 4096)
		return false;
	if (key->kind == SW_KEY_ED25519)
		return verify_ed25519(key, alg.prehash, m, sig);
	enum sw_digest d = alg.digest ? alg.digest : usual[key->kind];
	if (key->kind == SW_KEY_RSA)
		return verify_rsa(key, alg, d, m, sig);
	return verify_digest(key, d, 0, m, sig) ||
	       (!alg.digest && d != SW_DIGEST_SHA256 &&
		       verify_digest(key, SW_DIGEST_SHA256, 0, m, sig));
}
