/* SPDX-License-Identifier: Apache-2.0 */
/* JSON Web Keys and key sets in. */
#include "rego/builtins/crypto/keys.h"

#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>

#include "base/cleanup.h"
#include "doc/json.h"
#include "rego/builtins/jsontext.h"

bool sw_jwt_alg_known(struct sw_str alg)
{
	static const char *const known[] = {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256",
		"ES384", "ES512", "HS256", "HS384", "HS512", "EdDSA"};

	for (size_t i = 0; i < SW_ARRAY_LEN(known); i++)
		if (sw_str_is(alg, known[i]))
			return true;
	return false;
}

static void free_pkey(void *k)
{
	EVP_PKEY_free(k);
}

/* Any of the four alphabets and paddings of base64, guessed from the text as OPA's library does. */
static bool decode_any(struct sw_str s, struct sw_buf *out)
{
	bool padded = s.n && s.p[s.n - 1] == '=';
	bool std = sw_str_chr(s, '+', 0) != SW_NPOS || sw_str_chr(s, '/', 0) != SW_NPOS;
	size_t bad;

	if (padded || !std)
		return sw_b64_decode(s, std ? SW_B64_STD : padded ? SW_B64_URL : SW_B64_RAW_URL, out, &bad);
	sw_autobuf whole;
	sw_buf_init(&whole, 0);
	sw_buf_addstr(&whole, s);
	while (whole.n % 4)
		sw_buf_addch(&whole, '=');
	return sw_b64_decode(sw_buf_str(&whole), SW_B64_STD, out, &bad);
}

/* A member in base64; p NULL: missing or malformed. */
static struct sw_str bytes_of(struct sw_arena *a, struct sw_value jwk, const char *name)
{
	struct sw_str s = sw_value_getstr(jwk, name), none = {NULL, 0};
	sw_autobuf out;

	sw_buf_init(&out, 0);
	if (!s.p || !decode_any(s, &out))
		return none;
	return out.n ? sw_arena_str(a, sw_buf_str(&out)) : SW_STR("");
}

static EVP_PKEY *from_params(const char *type, OSSL_PARAM_BLD *bld, bool secret)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(bld);
	EVP_PKEY *k = NULL;

	if (!ctx || !params || EVP_PKEY_fromdata_init(ctx) <= 0 ||
		EVP_PKEY_fromdata(ctx, &k, secret ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY, params) <= 0)
		k = NULL;
	OSSL_PARAM_free(params);
	EVP_PKEY_CTX_free(ctx);
	return k;
}

static const struct {
	const char *member, *param;
} rsa_members[] = {
	{"n", OSSL_PKEY_PARAM_RSA_N},
	{"e", OSSL_PKEY_PARAM_RSA_E},
	{"d", OSSL_PKEY_PARAM_RSA_D},
	{"p", OSSL_PKEY_PARAM_RSA_FACTOR1},
	{"q", OSSL_PKEY_PARAM_RSA_FACTOR2},
	{"dp", OSSL_PKEY_PARAM_RSA_EXPONENT1},
	{"dq", OSSL_PKEY_PARAM_RSA_EXPONENT2},
	{"qi", OSSL_PKEY_PARAM_RSA_COEFFICIENT1},
};

static EVP_PKEY *rsa_key(struct sw_arena *a, struct sw_value jwk, bool secret, const char **why)
{
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	BIGNUM *n[SW_ARRAY_LEN(rsa_members)] = {0};
	EVP_PKEY *k = NULL;
	size_t count = secret ? SW_ARRAY_LEN(rsa_members) : 2;

	*why = NULL;
	for (size_t i = 0; i < count; i++) {
		struct sw_str b = bytes_of(a, jwk, rsa_members[i].member);
		if (!b.n && i < 2) /* of both, e is named */
			*why = i == 0 ? "required field n is missing" : "required field e is missing";
		if (!b.n || b.n > 2048)
			continue;
		n[i] = BN_bin2bn((const unsigned char *)b.p, (int)b.n, NULL);
		if (n[i])
			OSSL_PARAM_BLD_push_BN(bld, rsa_members[i].param, n[i]);
	}
	if (!*why)
		k = from_params("RSA", bld, secret);
	OSSL_PARAM_BLD_free(bld);
	for (size_t i = 0; i < count; i++)
		BN_clear_free(n[i]);
	return k;
}

static EVP_PKEY *ec_key(struct sw_arena *a, struct sw_value jwk, bool secret, const char **why)
{
	static const struct {
		const char *crv, *group;
		size_t bytes;
	} curves[] = {
		{"P-256", "prime256v1", 32},
		{"P-384", "secp384r1", 48},
		{"P-521", "secp521r1", 66},
	};
	struct sw_str crv = sw_value_getstr(jwk, "crv"), x = bytes_of(a, jwk, "x"),
		      y = bytes_of(a, jwk, "y"), d = bytes_of(a, jwk, "d");
	uint8_t point[1 + 2 * 66] = {4};
	size_t c = 0;

	while (c < SW_ARRAY_LEN(curves) && !sw_str_is(crv, curves[c].crv))
		c++;
	if (c == SW_ARRAY_LEN(curves)) {
		*why = crv.p ? "invalid curve name for EC key" : "required field crv is missing";
		return NULL;
	}
	size_t size = curves[c].bytes;
	if (!x.n || !y.n) {
		*why = !x.n ? "required field x is missing" : "required field y is missing";
		return NULL;
	}
	if (x.n > size || y.n > size || (secret && (!d.n || d.n > size))) {
		*why = "invalid coordinates of EC key";
		return NULL;
	}
	memcpy(point + 1 + size - x.n, x.p, x.n);
	memcpy(point + 1 + 2 * size - y.n, y.p, y.n);
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	BIGNUM *priv = secret ? BN_bin2bn((const unsigned char *)d.p, (int)d.n, NULL) : NULL;
	OSSL_PARAM_BLD_push_utf8_string(bld, OSSL_PKEY_PARAM_GROUP_NAME, curves[c].group, 0);
	OSSL_PARAM_BLD_push_octet_string(bld, OSSL_PKEY_PARAM_PUB_KEY, point, 1 + 2 * size);
	if (priv)
		OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_PRIV_KEY, priv);
	EVP_PKEY *k = from_params("EC", bld, secret);
	OSSL_PARAM_BLD_free(bld);
	BN_clear_free(priv);
	return k;
}

static EVP_PKEY *okp_key(struct sw_arena *a, struct sw_value jwk, bool secret, const char **why)
{
	struct sw_str crv = sw_value_getstr(jwk, "crv");
	struct sw_str b = bytes_of(a, jwk, secret ? "d" : "x");
	int type = sw_str_is(crv, "Ed25519") ? EVP_PKEY_ED25519
					     : sw_str_is(crv, "X25519") ? EVP_PKEY_X25519 : 0;

	if (!type || b.n != 32) {
		*why = !crv.p	? "required field crv is missing"
		       : !type ? "invalid curve name for OKP key"
		       : !b.n	? "required field x is missing"
				: "invalid length of OKP key";
		return NULL;
	}
	const unsigned char *p = (const unsigned char *)b.p;
	return secret ? EVP_PKEY_new_raw_private_key(type, NULL, p, 32)
		      : EVP_PKEY_new_raw_public_key(type, NULL, p, 32);
}

/* What the library takes for the bytes of such a key: private ones are the seed and the public key. */
static struct sw_str okp_bytes(struct sw_arena *a, struct sw_value jwk, bool secret)
{
	struct sw_str x = bytes_of(a, jwk, "x"), d = secret ? bytes_of(a, jwk, "d") : SW_STR("");
	sw_autobuf all;

	sw_buf_init(&all, 0);
	sw_buf_addstr(&all, d);
	sw_buf_addstr(&all, x);
	return sw_arena_str(a, sw_buf_str(&all));
}

static bool one_key(struct sw_arena *a, struct sw_value jwk, struct sw_key *ret, const char **why)
{
	struct sw_str kty = sw_value_getstr(jwk, "kty");
	bool secret = sw_defined(sw_object_gets(jwk, SW_STR("d")));

	*ret = (struct sw_key){.is_private = secret,
		.alg = sw_value_getstr(jwk, "alg"), .kid = sw_value_getstr(jwk, "kid")};
	*why = "invalid key";
	if (sw_str_is(kty, "oct")) {
		ret->secret = bytes_of(a, jwk, "k");
		*why = "required field k is missing";
		return ret->secret.p != NULL;
	}
	if (sw_str_is(kty, "RSA"))
		ret->pkey = rsa_key(a, jwk, secret, why);
	else if (sw_str_is(kty, "EC"))
		ret->pkey = ec_key(a, jwk, secret, why);
	else if (sw_str_is(kty, "OKP")) {
		ret->pkey = okp_key(a, jwk, secret, why);
		ret->secret = okp_bytes(a, jwk, secret);
	}
	if (!*why)
		*why = "invalid key";
	return ret->pkey && sw_arena_defer(a, free_pkey, ret->pkey) == 0;
}

/* ---- what is wrong, in the words of the library that OPA uses ---- */

#define PROBE "jwk.Parse: failed to probe data: probe: failed to unmarshal data: "

static const char *go_type(struct sw_value v)
{
	static const char *const names[SW_TYPE__COUNT] = {[SW_BOOL] = "bool", [SW_NUMBER] = "number",
		[SW_STRING] = "string", [SW_ARRAY] = "array", [SW_SET] = "array", [SW_OBJECT] = "object"};
	return names[v.type] ? names[v.type] : "null";
}

static const char *key_type(struct sw_str kty, bool secret)
{
	if (sw_str_is(kty, "oct"))
		return "symmetricKey";
	if (sw_str_is(kty, "RSA"))
		return secret ? "rsaPrivateKey" : "rsaPublicKey";
	if (sw_str_is(kty, "EC"))
		return secret ? "ecdsaPrivateKey" : "ecdsaPublicKey";
	return sw_str_is(kty, "OKP") ? (secret ? "okpPrivateKey" : "okpPublicKey") : NULL;
}

static bool member_of(const char *const *names, struct sw_str name)
{
	for (; *names; names++)
		if (sw_str_is(name, *names))
			return true;
	return false;
}

/* The first member that cannot be read, in the library's words. */
static bool tell_member(struct sw_buf *why, struct sw_value jwk, struct sw_str kty)
{
	static const char *const oct[] = {"k", NULL}, *const curve[] = {"x", "y", "d", NULL},
				 *const rsa[] = {"n", "e", "d", "p", "q", "dp", "dq", "qi", NULL},
				 *const texts[] = {"alg", "kid", "use", NULL};
	const char *const *bytes = sw_str_is(kty, "oct") ? oct : sw_str_is(kty, "RSA") ? rsa : curve;

	sw_object_foreach(m, jwk) {
		struct sw_str name = sw_value_str(m->k);
		bool text = member_of(texts, name);
		sw_autobuf out;

		sw_buf_init(&out, 0);
		if (!text && !member_of(bytes, name))
			continue;
		if (!sw_is(m->v, SW_STRING) && !sw_is(m->v, SW_NULL))
			sw_buf_printf(why,
				"failed to decode value for key %.*s: %sjson: cannot unmarshal %s into Go "
				"value of type string",
				SW_STR_ARG(name), sw_str_is(name, "alg") ? "" : "error reading next value: ",
				go_type(m->v));
		else if (!text && sw_is(m->v, SW_STRING) && !decode_any(sw_value_str(m->v), &out))
			sw_buf_printf(why,
				"failed to decode value for key %.*s: expected base64 encoded []byte (string)",
				SW_STR_ARG(name));
		else
			continue;
		return true;
	}
	return false;
}

static void tell_key(struct sw_buf *why, struct sw_value jwk, const char *reason)
{
	struct sw_value kty = sw_object_gets(jwk, SW_STR("kty"));
	bool secret = sw_defined(sw_object_gets(jwk, SW_STR("d")));
	struct sw_str name = sw_is(kty, SW_STRING) ? sw_value_str(kty) : SW_STR("");
	const char *type = key_type(name, secret);
	sw_buf_addz(why, "jwk.ParseKey: ");
	if (!sw_is(jwk, SW_OBJECT) && !sw_is(jwk, SW_NULL))
		sw_buf_printf(why,
			PROBE "json: cannot unmarshal %s into Go value of type struct { Kty string "
			      "\"json:\\\"kty\\\"\"; D json.RawMessage \"json:\\\"d,omitempty\\\"\" }",
			go_type(jwk));
	else if (sw_defined(kty) && !sw_is(kty, SW_STRING) && !sw_is(kty, SW_NULL))
		sw_buf_printf(why,
			PROBE "json: cannot unmarshal %s into Go struct field .kty of type string",
			go_type(kty));
	else if (!type)
		sw_buf_printf(why, "invalid key type from JSON (%.*s)", SW_STR_ARG(name));
	else {
		sw_buf_printf(why,
			"failed to unmarshal JSON into key (*jwk.%s): failed to unmarshal JSON "
			"into key (*jwk.%s): ",
			type, type);
		if (!tell_member(why, jwk, name))
			sw_buf_addz(why, reason);
	}
}

void sw_keys_bad_text(struct sw_buf *why, struct sw_str text)
{
	sw_buf_addz(why, "jwk.Parse: failed to parse sole key: jwk.ParseKey: " PROBE);
	sw_jsontext_error(why, text);
}

bool sw_keys_from_jwk(struct sw_arena *a, struct sw_value json, struct sw_keys *ret, struct sw_buf *why)
{
	struct sw_value list = sw_object_gets(json, SW_STR("keys"));
	bool set = sw_is(json, SW_OBJECT) && sw_defined(list);
	const char *reason = "";

	if (set && list.type != SW_ARRAY) {
		sw_buf_addz(why, "jwk.Parse: failed to unmarshal JWK set: failed to decode \"keys\": "
				 "expected '[' but got ");
		if (sw_is(list, SW_OBJECT)) /* its first token */
			sw_buf_addch(why, '{');
		else
			sw_json_write(why, list, 0);
		return false;
	}
	uint32_t n = set ? list.n : 1;
	if (n > SW_KEYS_MAX) {
		sw_buf_printf(why, "too many keys in \"keys\" array: max %d", SW_KEYS_MAX);
		return false;
	}
	ret->v = sw_arena_new_array(a, n ? n : 1, struct sw_key);
	ret->n = n;
	for (uint32_t i = 0; ret->v && i < n; i++) {
		struct sw_value k = set ? list.u.a->v[i] : json;
		if (k.type == SW_OBJECT && one_key(a, k, &ret->v[i], &reason))
			continue;
		if (set)
			sw_buf_printf(why,
				"jwk.Parse: failed to unmarshal JWK set: failed to decode key #%u in "
				"\"keys\": ",
				i);
		else
			sw_buf_addz(why, "jwk.Parse: failed to parse sole key: ");
		tell_key(why, k, reason);
		return false;
	}
	return ret->v != NULL;
}

static bool single(struct sw_arena *a, EVP_PKEY *k, struct sw_keys *ret)
{
	ret->v = sw_arena_new(a, struct sw_key);
	ret->n = 1;
	if (!k || sw_arena_defer(a, free_pkey, k) || !ret->v)
		return false;
	ret->v[0].pkey = k;
	return true;
}

static bool from_pem(struct sw_arena *a, const struct sw_pem *pem, struct sw_keys *ret, struct sw_buf *why)
{
	const unsigned char *p = (const unsigned char *)pem->der.p;

	if (sw_str_is(pem->type, "CERTIFICATE")) {
		X509 *cert = d2i_X509(NULL, &p, (long)pem->der.n);
		EVP_PKEY *k = cert ? X509_get_pubkey(cert) : NULL;
		X509_free(cert);
		if (single(a, k, ret))
			return true;
		sw_buf_addz(why, "failed to parse a PEM certificate: x509: malformed certificate");
		return false;
	}
	if (sw_str_is(pem->type, "PUBLIC KEY")) {
		if (single(a, d2i_PUBKEY(NULL, &p, (long)pem->der.n), ret))
			return true;
		sw_buf_addz(why, "failed to parse a PEM public key: asn1: structure error");
		return false;
	}
	sw_buf_addz(why, "failed to extract a Key from the PEM certificate");
	return false;
}

#define JWK_TEXT "failed to parse a JWK key (set): jwk.ParseString: failed to parse string: "

bool sw_keys_from_text(struct sw_arena *a, struct sw_str s, struct sw_keys *ret, struct sw_buf *why)
{
	struct sw_str rest = s;
	struct sw_pem pem;
	struct sw_value json;

	if (sw_pem_next(a, &rest, &pem)) {
		if (rest.n) {
			sw_buf_addz(why, "extra data after a PEM certificate block");
			return false;
		}
		return from_pem(a, &pem, ret, why);
	}
	if (sw_json_parse(a, s, 0, NULL, &json, NULL, NULL)) {
		sw_buf_addz(why, JWK_TEXT);
		sw_keys_bad_text(why, s);
		return false;
	}
	sw_autobuf inner;
	sw_buf_init(&inner, 4096);
	if (!sw_keys_from_jwk(a, json, ret, &inner)) {
		sw_buf_addz(why, JWK_TEXT);
		sw_buf_addstr(why, sw_buf_str(&inner));
		return false;
	}
	uint32_t n = 0;
	for (uint32_t i = 0; i < ret->n; i++)
		if (!ret->v[i].alg.n || sw_jwt_alg_known(ret->v[i].alg))
			ret->v[n++] = ret->v[i];
	ret->n = n;
	return true;
}
