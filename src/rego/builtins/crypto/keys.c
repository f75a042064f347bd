/* SPDX-License-Identifier: Apache-2.0 */
#include "rego/builtins/crypto/keys.h"

#include <openssl/core_names.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "base/cleanup.h"
#include "rego/builtins/crypto/x509.h"

static void free_pkey(void *k)
{
	EVP_PKEY_free(k);
}

static EVP_PKEY *keep(struct sw_arena *a, EVP_PKEY *k)
{
	if (k && sw_arena_defer(a, free_pkey, k))
		return NULL; /* freed already */
	return k;
}

/* What Go reads from PKCS #8; NULL and why otherwise. */
static EVP_PKEY *from_pkcs8(struct sw_arena *a, const unsigned char *p, size_t n, const char **why)
{
	PKCS8_PRIV_KEY_INFO *info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &p, (long)n);
	const ASN1_OBJECT *alg = NULL;
	EVP_PKEY *k = NULL;

	if (info && PKCS8_pkey_get0(&alg, NULL, NULL, NULL, info)) {
		int id = OBJ_obj2nid(alg);
		char oid[128];
		if (id == NID_rsaEncryption || id == NID_X9_62_id_ecPublicKey || id == NID_ED25519 ||
			id == NID_X25519) {
			k = EVP_PKCS82PKEY(info);
		} else if (OBJ_obj2txt(oid, sizeof(oid), alg, 1) > 0) {
			sw_autobuf text;
			sw_buf_init(&text, 512);
			sw_buf_printf(&text, "x509: PKCS#8 wrapping contained private key with unknown algorithm: %s", oid);
			*why = sw_arena_cstr(a, sw_buf_str(&text));
		}
	}
	PKCS8_PRIV_KEY_INFO_free(info);
	return k;
}

EVP_PKEY *sw_key_private(struct sw_arena *a, struct sw_str pem_type, struct sw_str der, const char **why)
{
	const unsigned char *p = (const unsigned char *)der.p;
	const char *unknown = NULL;
	EVP_PKEY *k = NULL;

	if (sw_str_is(pem_type, "RSA PRIVATE KEY"))
		k = d2i_PrivateKey(EVP_PKEY_RSA, NULL, &p, (long)der.n);
	else if (sw_str_is(pem_type, "EC PRIVATE KEY"))
		k = d2i_PrivateKey(EVP_PKEY_EC, NULL, &p, (long)der.n);
	else
		k = from_pkcs8(a, p, der.n, &unknown);
	k = keep(a, k);
	if (!k)
		*why = unknown ? unknown : "x509: failed to parse private key";
	return k;
}

/* ---- JSON out ---- */

static struct sw_value bn_param(struct sw_arena *a, EVP_PKEY *k, const char *name)
{
	BIGNUM *n = NULL;

	if (!EVP_PKEY_get_bn_param(k, name, &n))
		return sw_null();
	struct sw_value v = sw_x509_bn(a, n);
	BN_clear_free(n);
	return v;
}

/* A number in base64url; `size`: padded to so many bytes, 0: as short as it gets. */
static struct sw_value bn_b64(struct sw_arena *a, EVP_PKEY *k, const char *name, int size)
{
	BIGNUM *n = NULL;
	uint8_t bytes[4096];
	sw_autobuf text;

	sw_buf_init(&text, 0);
	if (!EVP_PKEY_get_bn_param(k, name, &n))
		return sw_null();
	int len = BN_num_bytes(n);
	if (len < (int)sizeof(bytes) && size < (int)sizeof(bytes)) {
		if (size < len)
			size = len;
		BN_bn2binpad(n, bytes, size);
		sw_b64_encode(sw_str_make((char *)bytes, (size_t)size), SW_B64_RAW_URL, &text);
	}
	BN_clear_free(n);
	return sw_string_copy(a, sw_buf_str(&text));
}

static struct sw_value raw_b64(struct sw_arena *a, EVP_PKEY *k, bool secret)
{
	uint8_t bytes[64];
	size_t n = sizeof(bytes);
	sw_autobuf text;

	sw_buf_init(&text, 0);
	if (secret ? EVP_PKEY_get_raw_private_key(k, bytes, &n) : EVP_PKEY_get_raw_public_key(k, bytes, &n))
		sw_b64_encode(sw_str_make((char *)bytes, n), SW_B64_RAW_URL, &text);
	OPENSSL_cleanse(bytes, sizeof(bytes));
	return sw_string_copy(a, sw_buf_str(&text));
}

static const struct {
	const char *group, *crv;
	int bytes;
} curves[] = {
	{"prime256v1", "P-256", 32},
	{"secp384r1", "P-384", 48},
	{"secp521r1", "P-521", 66},
};

static int curve_of(EVP_PKEY *k)
{
	char name[64];
	size_t n;

	if (EVP_PKEY_get_group_name(k, name, sizeof(name), &n))
		for (size_t i = 0; i < SW_ARRAY_LEN(curves); i++)
			if (strcmp(name, curves[i].group) == 0)
				return (int)i;
	return -1;
}

static const char *const rsa_jwk_names[] = {"n", "e", "d", "p", "q", "dp", "dq", "qi"};
static const char *const rsa_params[] = {OSSL_PKEY_PARAM_RSA_N, OSSL_PKEY_PARAM_RSA_E,
	OSSL_PKEY_PARAM_RSA_D, OSSL_PKEY_PARAM_RSA_FACTOR1, OSSL_PKEY_PARAM_RSA_FACTOR2,
	OSSL_PKEY_PARAM_RSA_EXPONENT1, OSSL_PKEY_PARAM_RSA_EXPONENT2, OSSL_PKEY_PARAM_RSA_COEFFICIENT1};

struct sw_value sw_key_jwk(struct sw_arena *a, EVP_PKEY *k)
{
	struct sw_map m;
	int curve;

	sw_map_init(&m, a);
	switch (EVP_PKEY_get_base_id(k)) {
	case EVP_PKEY_RSA:
		sw_map_adds(&m, "kty", SW_VSTR("RSA"));
		for (size_t i = 0; i < SW_ARRAY_LEN(rsa_params); i++)
			sw_map_adds(&m, rsa_jwk_names[i], bn_b64(a, k, rsa_params[i], 0));
		break;
	case EVP_PKEY_EC:
		curve = curve_of(k);
		if (curve < 0)
			return sw_undef();
		sw_map_adds(&m, "kty", SW_VSTR("EC"));
		sw_map_adds(&m, "crv", sw_string(sw_str_from(curves[curve].crv)));
		sw_map_adds(&m, "x", bn_b64(a, k, OSSL_PKEY_PARAM_EC_PUB_X, curves[curve].bytes));
		sw_map_adds(&m, "y", bn_b64(a, k, OSSL_PKEY_PARAM_EC_PUB_Y, curves[curve].bytes));
		sw_map_adds(&m, "d", bn_b64(a, k, OSSL_PKEY_PARAM_PRIV_KEY, curves[curve].bytes));
		break;
	case EVP_PKEY_ED25519:
	case EVP_PKEY_X25519:
		sw_map_adds(&m, "kty", SW_VSTR("OKP"));
		sw_map_adds(&m, "crv",
			EVP_PKEY_get_base_id(k) == EVP_PKEY_X25519 ? SW_VSTR("X25519") : SW_VSTR("Ed25519"));
		sw_map_adds(&m, "x", raw_b64(a, k, false));
		sw_map_adds(&m, "d", raw_b64(a, k, true));
		break;
	default:
		return sw_undef();
	}
	return sw_map_object(&m);
}

static struct sw_value go_rsa(struct sw_arena *a, EVP_PKEY *k)
{
	struct sw_map m, pre;
	struct sw_list primes;

	sw_map_init(&m, a);
	sw_map_init(&pre, a);
	sw_list_init(&primes, a);
	sw_list_add(&primes, bn_param(a, k, OSSL_PKEY_PARAM_RSA_FACTOR1));
	sw_list_add(&primes, bn_param(a, k, OSSL_PKEY_PARAM_RSA_FACTOR2));
	sw_map_adds(&pre, "Dp", bn_param(a, k, OSSL_PKEY_PARAM_RSA_EXPONENT1));
	sw_map_adds(&pre, "Dq", bn_param(a, k, OSSL_PKEY_PARAM_RSA_EXPONENT2));
	sw_map_adds(&pre, "Qinv", bn_param(a, k, OSSL_PKEY_PARAM_RSA_COEFFICIENT1));
	sw_map_adds(&pre, "CRTValues", sw_empty_array());
	sw_map_adds(&m, "N", bn_param(a, k, OSSL_PKEY_PARAM_RSA_N));
	sw_map_adds(&m, "E", bn_param(a, k, OSSL_PKEY_PARAM_RSA_E));
	sw_map_adds(&m, "D", bn_param(a, k, OSSL_PKEY_PARAM_RSA_D));
	sw_map_adds(&m, "Primes", sw_list_array(&primes));
	sw_map_adds(&m, "Precomputed", sw_map_object(&pre));
	return sw_map_object(&m);
}

/* seed and public key, one behind the other, is what Go calls an Ed25519 private key */
static struct sw_value go_ed25519(struct sw_arena *a, EVP_PKEY *k)
{
	uint8_t bytes[64];
	size_t half = 32, other = 32;

	if (!EVP_PKEY_get_raw_private_key(k, bytes, &half) ||
		!EVP_PKEY_get_raw_public_key(k, bytes + 32, &other))
		return sw_undef();
	struct sw_value v = sw_x509_b64(a, (struct sw_der){bytes, 64});
	OPENSSL_cleanse(bytes, sizeof(bytes));
	return v;
}

struct sw_value sw_key_go(struct sw_arena *a, EVP_PKEY *k)
{
	struct sw_map m;

	switch (EVP_PKEY_get_base_id(k)) {
	case EVP_PKEY_RSA:
		return go_rsa(a, k);
	case EVP_PKEY_ED25519:
		return go_ed25519(a, k);
	case EVP_PKEY_EC:
		sw_map_init(&m, a);
		sw_map_adds(&m, "Curve", sw_empty_object());
		sw_map_adds(&m, "X", bn_param(a, k, OSSL_PKEY_PARAM_EC_PUB_X));
		sw_map_adds(&m, "Y", bn_param(a, k, OSSL_PKEY_PARAM_EC_PUB_Y));
		sw_map_adds(&m, "D", bn_param(a, k, OSSL_PKEY_PARAM_PRIV_KEY));
		return sw_map_object(&m);
	default:
		return sw_empty_object();
	}
}
