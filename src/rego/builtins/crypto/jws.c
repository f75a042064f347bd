/* SPDX-License-Identifier: Apache-2.0 */
#include "rego/builtins/crypto/jws.h"

#include <openssl/crypto.h>
#include <openssl/ecdsa.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>

static const EVP_MD *digest_of(struct sw_str alg)
{
	if (sw_str_ends(alg, SW_STR("256")))
		return EVP_sha256();
	if (sw_str_ends(alg, SW_STR("384")))
		return EVP_sha384();
	return sw_str_ends(alg, SW_STR("512")) ? EVP_sha512() : NULL;
}

/* 'R' RSA PKCS#1 v1.5, 'P' RSA-PSS, 'E' ECDSA, 'D' EdDSA, 'H' HMAC, 0 unknown. */
static char family(struct sw_str alg)
{
	if (!sw_jwt_alg_known(alg))
		return 0;
	return alg.p[1] == 'd' ? 'D' : alg.p[0];
}

static bool key_fits(const EVP_PKEY *k, char fam)
{
	int id = k ? EVP_PKEY_get_base_id(k) : EVP_PKEY_NONE;

	if (fam == 'R' || fam == 'P')
		return id == EVP_PKEY_RSA;
	return fam == 'E' ? id == EVP_PKEY_EC : fam == 'D' && id == EVP_PKEY_ED25519;
}

size_t sw_jws_hmac(struct sw_str alg, struct sw_str key, struct sw_str text, uint8_t mac[EVP_MAX_MD_SIZE])
{
	unsigned n = 0;
	const EVP_MD *md = digest_of(alg);

	if (!md || key.n > INT32_MAX ||
		!HMAC(md, key.n ? key.p : "", (int)key.n, (const unsigned char *)text.p, text.n, mac, &n))
		return 0;
	return n;
}

/* r and s, each half of the signature, to the DER form that OpenSSL reads. */
static int ecdsa_der(struct sw_str sig, unsigned char **ret)
{
	size_t half = sig.n / 2;
	ECDSA_SIG *e = ECDSA_SIG_new();
	const unsigned char *p = (const unsigned char *)sig.p;
	BIGNUM *r = BN_bin2bn(p, (int)half, NULL), *s = BN_bin2bn(p + half, (int)(sig.n - half), NULL);

	*ret = NULL;
	if (!e || !r || !s || !ECDSA_SIG_set0(e, r, s)) {
		BN_free(r);
		BN_free(s);
		ECDSA_SIG_free(e);
		return 0;
	}
	int n = i2d_ECDSA_SIG(e, ret);
	ECDSA_SIG_free(e);
	return n;
}

static bool set_pss(EVP_PKEY_CTX *ctx, int salt)
{
	return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) > 0 &&
	       EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, salt) > 0;
}

static bool digest_verify(EVP_PKEY *k, struct sw_str alg, char fam, struct sw_str text, struct sw_str sig)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	EVP_PKEY_CTX *ctx;

	bool ok = md && EVP_DigestVerifyInit(md, &ctx, fam == 'D' ? NULL : digest_of(alg), NULL, k) > 0 &&
		  (fam != 'P' || set_pss(ctx, RSA_PSS_SALTLEN_AUTO)) &&
		  EVP_DigestVerify(md, (const unsigned char *)sig.p, sig.n, (const unsigned char *)text.p,
			  text.n) == 1;
	EVP_MD_CTX_free(md);
	return ok;
}

static size_t curve_bytes(const EVP_PKEY *k)
{
	return (size_t)(EVP_PKEY_get_bits(k) + 7) / 8;
}

bool sw_jws_verify(
	const struct sw_key *key, struct sw_str alg, struct sw_str text, struct sw_str sig, unsigned flags)
{
	char fam = family(alg);

	if (fam == 'H') {
		uint8_t mac[EVP_MAX_MD_SIZE];
		if (key->pkey)
			return false;
		size_t n = sw_jws_hmac(alg, key->secret, text, mac);
		return n && n == sig.n && CRYPTO_memcmp(mac, sig.p, n) == 0;
	}
	if (!key_fits(key->pkey, fam) || (flags & SW_JWS_PUBLIC_ONLY && key->is_private))
		return false;
	if (fam != 'E')
		return digest_verify(key->pkey, alg, fam, text, sig);
	if (flags & SW_JWS_EXACT_LENGTH && sig.n != 2 * curve_bytes(key->pkey))
		return false;
	if (sig.n > 1024)
		return false;
	unsigned char *der;
	int n = ecdsa_der(sig, &der);
	bool ok = n > 0 && digest_verify(key->pkey, alg, fam, text, sw_str_make((char *)der, (size_t)n));
	OPENSSL_free(der);
	return ok;
}

static bool put_ecdsa(EVP_PKEY *k, const uint8_t *der, size_t n, struct sw_buf *out)
{
	uint8_t raw[2 * 66];
	size_t size = curve_bytes(k);
	const unsigned char *p = der;
	ECDSA_SIG *e = d2i_ECDSA_SIG(NULL, &p, (long)n);

	bool ok = e && size <= 66 && BN_bn2binpad(ECDSA_SIG_get0_r(e), raw, (int)size) > 0 &&
		  BN_bn2binpad(ECDSA_SIG_get0_s(e), raw + size, (int)size) > 0;
	ECDSA_SIG_free(e);
	if (ok)
		sw_buf_add(out, raw, 2 * size);
	return ok;
}

static bool digest_sign(
	EVP_PKEY *k, struct sw_str alg, char fam, struct sw_str text, uint8_t *sig, size_t *n)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	EVP_PKEY_CTX *ctx;

	bool ok = md && EVP_DigestSignInit(md, &ctx, fam == 'D' ? NULL : digest_of(alg), NULL, k) > 0 &&
		  (fam != 'P' || set_pss(ctx, RSA_PSS_SALTLEN_DIGEST)) &&
		  EVP_DigestSign(md, sig, n, (const unsigned char *)text.p, text.n) > 0;
	EVP_MD_CTX_free(md);
	return ok;
}

/* A key of another kind than the algorithm's, in the words of the library that OPA uses. */
static void tell_kind(struct sw_buf *why, const struct sw_key *key, char fam)
{
	const char *want = fam == 'H'	? "[]byte"
			   : fam == 'E' ? "*ecdsa.PrivateKey"
			   : fam == 'D' ? "ed25519.PrivateKey"
					: "*rsa.PrivateKey";
	int base = key->pkey ? EVP_PKEY_get_base_id(key->pkey) : 0;
	const char *half = key->is_private ? "Private" : "Public";
	bool okp = base == EVP_PKEY_ED25519 || base == EVP_PKEY_X25519;
	char type[32] = "symmetricKey";

	if (base)
		snprintf(type, sizeof(type), "%s%sKey", okp ? "okp" : base == EVP_PKEY_EC ? "ecdsa" : "rsa", half);
	sw_buf_printf(why,
		"jwsbb.Sign: invalid key type *jwk.%s. %s is required: %sfailed to produce %s from *jwk.%s: "
		"jwk.Export: ",
		type, want, fam == 'H' || fam == 'E' ? "keyconv: " : "", want + (*want == '*'), type);
	if (okp)
		sw_buf_printf(why,
			"failed to assign key: argument to AssignIfCompatible() must be compatible with "
			"ed25519.%sKey (was *%s)",
			half, want + (*want == '*'));
	else
		sw_buf_printf(why, "no suitable exporter found for key type '*jwk.%s'", type);
}

bool sw_jws_sign(const struct sw_key *key, struct sw_str alg, struct sw_str text, struct sw_buf *out,
	struct sw_buf *why)
{
	char fam = family(alg);
	uint8_t sig[4096];
	size_t n = sizeof(sig);

	if (fam == 'H' && (!key->pkey || key->secret.n)) {
		n = sw_jws_hmac(alg, key->secret, text, sig);
		sw_buf_add(out, sig, n);
		if (!n)
			sw_buf_addz(why, "HMAC failed");
		return n > 0;
	}
	if (!key_fits(key->pkey, fam) || !key->is_private) {
		tell_kind(why, key, fam);
		return false;
	}
	if ((size_t)EVP_PKEY_get_size(key->pkey) > sizeof(sig) ||
		!digest_sign(key->pkey, alg, fam, text, sig, &n)) {
		sw_buf_addz(why, "jwsbb.Sign: signing failed");
		return false;
	}
	if (fam == 'E')
		return put_ecdsa(key->pkey, sig, n, out);
	sw_buf_add(out, sig, n);
	return true;
}
