/* SPDX-License-Identifier: Apache-2.0 */
/* crypto.*: digests and MACs here, X.509 and keys in x509.c. */
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "rego/builtins/crypto/crypto.h"
#include "rego/builtins/operand.h"

static int ret_hex(struct sw_builtin_ctx *ctx, const uint8_t *p, unsigned n, struct sw_value *ret)
{
	static const char digits[] = "0123456789abcdef";
	char text[2 * EVP_MAX_MD_SIZE];

	for (unsigned i = 0; i < n; i++) {
		text[2 * i] = digits[p[i] >> 4];
		text[2 * i + 1] = digits[p[i] & 15];
	}
	return sw_builtin_ret_str(ctx, sw_str_make(text, (size_t)n * 2), ret);
}

static int digest(struct sw_builtin_ctx *ctx, struct sw_value v, const EVP_MD *md, struct sw_value *ret)
{
	uint8_t out[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	struct sw_str s;
	int rc = sw_operand_str(ctx, 1, v, &s);

	if (rc || (rc = sw_builtin_steps(ctx, 1 + s.n / 64)))
		return rc;
	if (!EVP_Digest(s.p, s.n, out, &n, md, NULL))
		return sw_builtin_fail(ctx, "digest not available");
	return ret_hex(ctx, out, n, ret);
}

static int mac(struct sw_builtin_ctx *ctx, const struct sw_value *args, const EVP_MD *md,
	struct sw_value *ret)
{
	uint8_t out[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	struct sw_str text, key;
	int rc;

	if ((rc = sw_operand_str(ctx, 1, args[0], &text)) || (rc = sw_operand_str(ctx, 2, args[1], &key)) ||
		(rc = sw_builtin_steps(ctx, 1 + (text.n + key.n) / 64)))
		return rc;
	if (key.n > INT32_MAX || !HMAC(md, key.n ? key.p : "", (int)key.n, (const unsigned char *)text.p,
					 text.n, out, &n))
		return sw_builtin_fail(ctx, "digest not available");
	return ret_hex(ctx, out, n, ret);
}

#define DIGEST(name, md)                                                                           \
	static int name(struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n,       \
		struct sw_value *ret)                                                              \
	{                                                                                          \
		return digest(ctx, args[0], md, ret);                                              \
	}
#define MAC(name, md)                                                                              \
	static int name(struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n,       \
		struct sw_value *ret)                                                              \
	{                                                                                          \
		return mac(ctx, args, md, ret);                                                    \
	}
DIGEST(crypto_md5, EVP_md5())
DIGEST(crypto_sha1, EVP_sha1())
DIGEST(crypto_sha256, EVP_sha256())
MAC(hmac_md5, EVP_md5())
MAC(hmac_sha1, EVP_sha1())
MAC(hmac_sha256, EVP_sha256())
MAC(hmac_sha512, EVP_sha512())

static int hmac_equal(struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n,
	struct sw_value *ret)
{
	struct sw_str x, y;
	int rc;

	if ((rc = sw_operand_str(ctx, 1, args[0], &x)) || (rc = sw_operand_str(ctx, 2, args[1], &y)))
		return rc;
	*ret = sw_bool(x.n == y.n && (x.n == 0 || CRYPTO_memcmp(x.p, y.p, x.n) == 0));
	return 0;
}

static const struct sw_builtin rows[] = {
	{"crypto.hmac.equal", NULL, "(string, string) boolean", 0, hmac_equal},
	{"crypto.hmac.md5", NULL, "(string, string) string", 0, hmac_md5},
	{"crypto.hmac.sha1", NULL, "(string, string) string", 0, hmac_sha1},
	{"crypto.hmac.sha256", NULL, "(string, string) string", 0, hmac_sha256},
	{"crypto.hmac.sha512", NULL, "(string, string) string", 0, hmac_sha512},
	{"crypto.md5", NULL, "(string) string", 0, crypto_md5},
	{"crypto.parse_private_keys", NULL, "(string) array[object[string:any]]", 0,
		sw_crypto_parse_private_keys},
	{"crypto.sha1", NULL, "(string) string", 0, crypto_sha1},
	{"crypto.sha256", NULL, "(string) string", 0, crypto_sha256},
	{"crypto.x509.parse_and_verify_certificates", NULL,
		"(string) array<boolean,array[object[string:any]]>", SW_BUILTIN_NO_CONST, /* today's time */
		sw_crypto_parse_and_verify},
	{"crypto.x509.parse_and_verify_certificates_with_options", NULL,
		"(string, object[string:any]) array<boolean,array[object[string:any]]>", SW_BUILTIN_NO_CONST,
		sw_crypto_parse_and_verify_with_options},
	{"crypto.x509.parse_certificate_request", NULL, "(string) object[string:any]", 0,
		sw_crypto_parse_certificate_request},
	{"crypto.x509.parse_certificates", NULL, "(string) array[object[string:any]]", 0,
		sw_crypto_parse_certificates},
	{"crypto.x509.parse_keypair", NULL, "(string, string) object[string:any]", 0,
		sw_crypto_parse_keypair},
	{"crypto.x509.parse_rsa_private_key", NULL, "(string) object[string:any]", 0,
		sw_crypto_parse_rsa_private_key},
};

const struct sw_builtin_group sw_builtins_crypto = {rows, SW_ARRAY_LEN(rows)};
