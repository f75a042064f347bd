/* SPDX-License-Identifier: Apache-2.0 */
/* crypto.x509.* and crypto.parse_private_keys. */
#include "rego/builtins/crypto/x509.h"

#include <openssl/x509.h>

#include "rego/builtins/crypto/crypto.h"
#include "rego/builtins/crypto/keys.h"
#include "rego/builtins/crypto/verify.h"
#include "rego/builtins/operand.h"

#define MAX_CERTS 10000

static int decode_b64(struct sw_builtin_ctx *ctx, struct sw_str s, struct sw_str *ret)
{
	size_t bad = 0;
	sw_autobuf out;

	sw_buf_init(&out, 0);
	if (!sw_b64_decode(s, SW_B64_STD, &out, &bad))
		return sw_builtin_fail(ctx, "illegal base64 data at input byte %zu", bad);
	*ret = out.n ? sw_arena_str(ctx->scratch, sw_buf_str(&out)) : SW_STR("");
	return ret->p ? 0 : sw_builtin_limit(ctx, "operand too big");
}

/* PEM, base64 of PEM or base64 of DER, to one run of DER certificates. */
static int certs_der(struct sw_builtin_ctx *ctx, struct sw_str s, struct sw_der *ret)
{
	const struct sw_str begin = SW_STR("-----BEGIN");
	struct sw_pem pem;
	sw_autobuf all;
	int rc;

	sw_buf_init(&all, 0);
	if (!sw_str_starts(s, begin) && (rc = decode_b64(ctx, s, &s)))
		return rc;
	if (!sw_str_starts(s, begin)) {
		*ret = sw_der_from(s);
		return 0;
	}
	while (sw_pem_next(ctx->scratch, &s, &pem)) {
		if (!sw_str_is(pem.type, "CERTIFICATE"))
			return sw_builtin_fail(ctx, "PEM block type is '%.*s', expected CERTIFICATE",
				SW_STR_ARG(pem.type));
		sw_buf_addstr(&all, pem.der);
	}
	struct sw_str copy = all.n ? sw_arena_str(ctx->scratch, sw_buf_str(&all)) : SW_STR("");
	*ret = sw_der_from(copy);
	return copy.p ? 0 : sw_builtin_limit(ctx, "operand too big");
}

struct certs {
	struct sw_der der[MAX_CERTS];
	struct sw_map map[MAX_CERTS];
	uint32_t n;
};

static int read_certs(struct sw_builtin_ctx *ctx, struct sw_str s, struct certs **ret)
{
	struct sw_der all = {0};
	struct certs *c = sw_arena_new(ctx->scratch, struct certs);
	int rc = sw_builtin_steps(ctx, 16 + s.n / 16);

	if (!c)
		return sw_builtin_limit(ctx, "operand too big");
	if (rc || (rc = certs_der(ctx, s, &all)))
		return rc;
	while (all.n) {
		if (c->n == MAX_CERTS)
			return sw_builtin_limit(ctx, "too many certificates");
		const uint8_t *start = all.p;
		const char *bad = sw_x509_cert_value(ctx->arena, &all, &c->map[c->n]);
		if (bad)
			return sw_builtin_fail(ctx, "%s", bad);
		c->der[c->n++] = (struct sw_der){start, (size_t)(all.p - start)};
	}
	*ret = c;
	return 0;
}

static int done(struct sw_builtin_ctx *ctx, struct sw_value v, struct sw_value *ret)
{
	if (!sw_defined(v) || ctx->arena->overflow)
		return sw_builtin_limit(ctx, "the evaluation's memory budget is spent");
	*ret = v;
	return 0;
}

SW_CRYPTO_BUILTIN(parse_certificates)
{
	struct sw_str s;
	struct certs *c = NULL;
	struct sw_list out;
	int rc = sw_operand_str(ctx, 1, args[0], &s);

	if (rc || (rc = read_certs(ctx, s, &c)))
		return rc;
	sw_list_init(&out, ctx->arena);
	for (uint32_t i = 0; i < c->n; i++)
		sw_list_add(&out, sw_map_object(&c->map[i]));
	return done(ctx, sw_list_array(&out), ret);
}

static int ret_verified(struct sw_builtin_ctx *ctx, bool ok, struct sw_value chain, struct sw_value *ret)
{
	return sw_ret_array(ctx, (struct sw_value[]){sw_bool(ok), chain}, 2, ret);
}

/* A copy without the member that only the plain call has. */
static struct sw_value without_uri_strings(struct sw_arena *a, struct sw_value o)
{
	struct sw_map m;

	sw_map_init(&m, a);
	sw_object_foreach(e, o)
		if (!sw_str_is(sw_value_str(e->k), "URIStrings"))
			sw_map_add(&m, e->k, e->v);
	return sw_map_object(&m);
}

static int verify(struct sw_builtin_ctx *ctx, const struct certs *c,
	const struct sw_x509_verify_opts *opts, bool extended, struct sw_value *ret)
{
	uint32_t chain[SW_X509_CHAIN_MAX], len = 0;
	struct sw_list out;

	if (!c || !sw_x509_verify(c->der, c->n, opts, chain, &len))
		return ret_verified(ctx, false, sw_empty_array(), ret);
	sw_list_init(&out, ctx->arena);
	for (uint32_t i = 0; i < len; i++) {
		struct sw_map map = c->map[chain[i]];
		struct sw_value v = sw_map_object(&map);
		sw_list_add(&out, extended ? v : without_uri_strings(ctx->arena, v));
	}
	struct sw_value list;
	int rc = done(ctx, sw_list_array(&out), &list);
	return rc ? rc : ret_verified(ctx, true, list, ret);
}

/* Bytes that are no certificates do not verify; only limits are errors. */
static int certs_or_none(struct sw_builtin_ctx *ctx, struct sw_str s, struct certs **ret)
{
	*ret = NULL;
	int rc = read_certs(ctx, s, ret);
	return rc == -SW_EINVALID ? 0 : rc;
}

SW_CRYPTO_BUILTIN(parse_and_verify)
{
	struct sw_x509_verify_opts opts = {.dns_name = SW_STR(""), .now_ns = ctx->now_ns};
	struct certs *c;
	struct sw_str s;
	int rc = sw_operand_str(ctx, 1, args[0], &s);

	if (rc || (rc = certs_or_none(ctx, s, &c)))
		return rc;
	return verify(ctx, c, &opts, true, ret);
}

static struct sw_str trim_quotes(struct sw_str s)
{
	while (s.n && s.p[0] == '"')
		s = sw_str_sub(s, 1, s.n);
	while (s.n && s.p[s.n - 1] == '"')
		s.n--;
	return s;
}

static int opt_usages(struct sw_builtin_ctx *ctx, struct sw_value v, struct sw_x509_verify_opts *opts)
{
	static const char *const names[] = {"Any", "ServerAuth", "ClientAuth", "CodeSigning",
		"EmailProtection", "IPSECEndSystem", "IPSECTunnel", "IPSECUser", "TimeStamping",
		"OCSPSigning", "MicrosoftServerGatedCrypto", "NetscapeServerGatedCrypto",
		"MicrosoftCommercialCodeSigning", "MicrosoftKernelCodeSigning"};
	sw_autobuf bad;

	sw_buf_init(&bad, 1 << 20);
	if (v.type != SW_ARRAY && v.type != SW_SET)
		return sw_builtin_fail(ctx, "'KeyUsages' should be an Array or Set");
	sw_array_foreach(e, v) {
		if (e->type != SW_STRING)
			continue;
		struct sw_str s = trim_quotes(sw_value_str(*e));
		size_t i = 0;
		while (i < SW_ARRAY_LEN(names) && !(sw_str_starts(s, SW_STR("KeyUsage")) &&
							sw_str_is(sw_str_sub(s, 8, s.n), names[i])))
			i++;
		if (i < SW_ARRAY_LEN(names)) {
			opts->usages |= 1u << i;
			continue;
		}
		sw_buf_addz(&bad, bad.n ? " " : "");
		sw_buf_addstr(&bad, s);
	}
	if (bad.n)
		return sw_builtin_fail(ctx, "invalid entries for 'KeyUsages' found: [%.*s]",
			SW_STR_ARG(sw_buf_str(&bad)));
	return 0;
}

static int one_opt(struct sw_builtin_ctx *ctx, struct sw_str k, struct sw_value v,
	struct sw_x509_verify_opts *opts)
{
	int64_t i;

	if (sw_str_is(k, "DNSName")) {
		if (v.type != SW_STRING)
			return sw_builtin_fail(ctx, "'DNSName' should be a string");
		opts->dns_name = trim_quotes(sw_value_str(v));
		return 0;
	}
	if (sw_str_is(k, "CurrentTime")) {
		if (v.type != SW_NUMBER)
			return sw_builtin_fail(ctx, "'CurrentTime' should be a number");
		if (sw_operand_int(ctx, 1, v, &opts->time_ns))
			return sw_builtin_fail(ctx, "'CurrentTime' should be a valid int64 number");
		opts->has_time = true;
		return 0;
	}
	if (sw_str_is(k, "MaxConstraintComparisons")) {
		if (v.type != SW_NUMBER)
			return sw_builtin_fail(ctx, "'MaxConstraintComparisons' should be a number");
		if (sw_operand_int(ctx, 1, v, &i))
			return sw_builtin_fail(ctx, "'MaxConstraintComparisons' should be a valid number");
		return 0;
	}
	if (sw_str_is(k, "KeyUsages"))
		return opt_usages(ctx, v, opts);
	return sw_builtin_fail(ctx, "invalid key option");
}

SW_CRYPTO_BUILTIN(parse_and_verify_with_options)
{
	struct sw_x509_verify_opts opts = {.dns_name = SW_STR(""), .now_ns = ctx->now_ns};
	struct certs *c;
	struct sw_str s;
	int rc;

	if ((rc = sw_operand_str(ctx, 1, args[0], &s)) || (rc = sw_operand_object(ctx, 2, args[1])) ||
		(rc = certs_or_none(ctx, s, &c)))
		return rc;
	if (!c)
		return ret_verified(ctx, false, sw_empty_array(), ret);
	sw_object_foreach(m, args[1])
		if (m->k.type == SW_STRING && (rc = one_opt(ctx, sw_value_str(m->k), m->v, &opts)))
			return rc;
	return verify(ctx, c, &opts, false, ret);
}

SW_CRYPTO_BUILTIN(parse_certificate_request)
{
	struct sw_str s, rest;
	struct sw_pem pem;
	struct sw_map map;
	int rc = sw_operand_str(ctx, 1, args[0], &s);

	if (rc || (rc = sw_builtin_steps(ctx, 16 + s.n / 16)))
		return rc;
	if (!sw_str_starts(s, SW_STR("-----BEGIN CERTIFICATE REQUEST-----")) &&
		(rc = decode_b64(ctx, s, &s)))
		return rc;
	rest = s;
	if (sw_pem_next(ctx->scratch, &rest, &pem)) {
		if (!sw_str_is(pem.type, "CERTIFICATE REQUEST"))
			return sw_builtin_fail(ctx, "invalid PEM-encoded certificate signing request");
		s = pem.der;
	}
	const char *bad = sw_x509_csr_value(ctx->arena, sw_der_from(s), &map);
	if (bad)
		return sw_builtin_fail(ctx, "%s", bad);
	return done(ctx, sw_map_object(&map), ret);
}

/* ---- private keys ---- */

static bool key_block(struct sw_str type)
{
	return sw_str_is(type, "RSA PRIVATE KEY") || sw_str_is(type, "PRIVATE KEY") ||
	       sw_str_is(type, "EC PRIVATE KEY");
}

/* Calls for each key of a PEM text; the value of the first, or a list of all. */
static int private_keys(struct sw_builtin_ctx *ctx, struct sw_str s, struct sw_list *out, bool jwk)
{
	struct sw_pem pem;
	size_t bad;
	sw_autobuf decoded;

	sw_buf_init(&decoded, 0);
	if (sw_b64_decode(s, SW_B64_STD, &decoded, &bad))
		s = sw_buf_str(&decoded);
	while (sw_pem_next(ctx->scratch, &s, &pem)) {
		const char *why = NULL;
		if (!key_block(pem.type))
			continue;
		EVP_PKEY *k = sw_key_private(ctx->scratch, pem.type, pem.der, &why);
		if (!k)
			return sw_builtin_fail(ctx, "%s", why);
		struct sw_value v = jwk ? sw_key_jwk(ctx->arena, k) : sw_key_go(ctx->arena, k);
		if (!sw_defined(v) && !ctx->arena->overflow)
			return sw_builtin_fail(ctx, "unsupported key type");
		if (sw_list_add(out, v))
			return sw_builtin_limit(ctx, "result");
	}
	return 0;
}

SW_CRYPTO_BUILTIN(parse_rsa_private_key)
{
	struct sw_str s;
	struct sw_list out;
	int rc = sw_operand_str(ctx, 1, args[0], &s);

	if (rc || (rc = sw_builtin_steps(ctx, 16 + s.n / 16)))
		return rc;
	if (!s.n)
		return sw_builtin_fail(ctx, "input PEM data was empty");
	if (!sw_str_starts(s, SW_STR("-----BEGIN")) && (rc = decode_b64(ctx, s, &s)))
		return rc;
	sw_list_init(&out, ctx->arena);
	if ((rc = private_keys(ctx, s, &out, true)))
		return rc;
	return done(ctx, out.n ? out.v[0] : sw_null(), ret);
}

SW_CRYPTO_BUILTIN(parse_private_keys)
{
	struct sw_str s;
	struct sw_list out;
	int rc = sw_operand_str(ctx, 1, args[0], &s);

	if (rc || (rc = sw_builtin_steps(ctx, 16 + s.n / 16)))
		return rc;
	if (!s.n) {
		*ret = sw_null();
		return 0;
	}
	sw_list_init(&out, ctx->arena);
	if ((rc = private_keys(ctx, s, &out, false)))
		return rc;
	return done(ctx, sw_list_array(&out), ret);
}

/* ---- key pairs ---- */

static int pair_text(struct sw_builtin_ctx *ctx, struct sw_str *text)
{
	return sw_str_starts(*text, SW_STR("-----BEGIN ")) ? 0 : decode_b64(ctx, *text, text);
}

/* All certificates of the text, as base64, and the first as DER. */
static int pair_certs(struct sw_builtin_ctx *ctx, struct sw_str s, struct sw_list *out, struct sw_der *first)
{
	struct sw_pem pem;
	bool any = false;

	*first = (struct sw_der){0};
	if (!sw_str_starts(s, SW_STR("-----BEGIN "))) {
		*first = sw_der_from(s);
		sw_list_add(out, sw_x509_b64(ctx->arena, *first));
		return 0;
	}
	while (sw_pem_next(ctx->scratch, &s, &pem)) {
		any = true;
		if (!sw_str_is(pem.type, "CERTIFICATE"))
			continue;
		if (!out->n)
			*first = sw_der_from(pem.der);
		sw_list_add(out, sw_x509_b64(ctx->arena, sw_der_from(pem.der)));
	}
	if (out->n)
		return 0;
	if (!any)
		return sw_builtin_fail(ctx, "tls: failed to find any PEM data in certificate input");
	return sw_builtin_fail(ctx, "tls: failed to find certificate PEM data in certificate input, but did "
				    "find a private key; PEM inputs may have been switched");
}

static int pair_key(struct sw_builtin_ctx *ctx, struct sw_str s, EVP_PKEY **ret)
{
	struct sw_pem pem = {.type = SW_STR("PRIVATE KEY"), .der = s};
	const char *why = NULL;

	if (sw_str_starts(s, SW_STR("-----BEGIN"))) {
		bool any = false, found = false;
		while (!found && sw_pem_next(ctx->scratch, &s, &pem)) {
			any = true;
			found = sw_str_is(pem.type, "PRIVATE KEY") ||
				sw_str_ends(pem.type, SW_STR(" PRIVATE KEY"));
		}
		if (!any)
			return sw_builtin_fail(ctx, "tls: failed to find any PEM data in key input");
		if (!found)
			return sw_builtin_fail(ctx, "tls: found a certificate rather than a key in the PEM "
						    "for the private key");
	}
	*ret = sw_key_private(ctx->scratch, pem.type, pem.der, &why);
	return *ret ? 0 : sw_builtin_fail(ctx, "tls: failed to parse private key");
}

static int pair_match(struct sw_builtin_ctx *ctx, struct sw_der cert, EVP_PKEY *key)
{
	const unsigned char *p = cert.p;
	X509 *x = d2i_X509(NULL, &p, (long)cert.n);
	const EVP_PKEY *pub = x ? X509_get0_pubkey(x) : NULL;
	bool type = pub && EVP_PKEY_get_base_id(pub) == EVP_PKEY_get_base_id(key);
	bool same = type && EVP_PKEY_eq(pub, key) == 1;

	X509_free(x);
	if (!type)
		return sw_builtin_fail(ctx, "tls: private key type does not match public key type");
	return same ? 0 : sw_builtin_fail(ctx, "tls: private key does not match public key");
}

SW_CRYPTO_BUILTIN(parse_keypair)
{
	struct sw_str cert = SW_STR(""), key = SW_STR("");
	struct sw_list certs;
	struct sw_der first, at;
	struct sw_map leaf, map;
	EVP_PKEY *k = NULL;
	int rc;

	sw_list_init(&certs, ctx->arena);
	if ((rc = sw_operand_str(ctx, 1, args[0], &cert)) || (rc = sw_operand_str(ctx, 1, args[1], &key)) ||
		(rc = pair_text(ctx, &cert)) || (rc = pair_text(ctx, &key)) ||
		(rc = sw_builtin_steps(ctx, 16 + (cert.n + key.n) / 16)) ||
		(rc = pair_certs(ctx, cert, &certs, &first)))
		return rc;
	at = first;
	const char *bad = sw_x509_cert_value(ctx->arena, &at, &leaf);
	if (bad)
		return sw_builtin_fail(ctx, "%s", bad);
	if ((rc = pair_key(ctx, key, &k)) || (rc = pair_match(ctx, first, k)))
		return rc;
	sw_map_init(&map, ctx->arena);
	sw_map_adds(&map, "Certificate", sw_list_array(&certs));
	sw_map_adds(&map, "PrivateKey", sw_key_go(ctx->arena, k));
	sw_map_adds(&map, "SupportedSignatureAlgorithms", sw_null());
	sw_map_adds(&map, "OCSPStaple", sw_null());
	sw_map_adds(&map, "SignedCertificateTimestamps", sw_null());
	sw_map_adds(&map, "Leaf", without_uri_strings(ctx->arena, sw_map_object(&leaf)));
	return done(ctx, sw_map_object(&map), ret);
}
