/* SPDX-License-Identifier: Apache-2.0 */
#include "rego/builtins/crypto/verify.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "base/cleanup.h"
#include "base/go/addr.h"

/* Object names of Go's ExtKeyUsage constants, in their order; 0 is "any". */
static const char *const usage_oids[] = {"2.5.29.37.0", "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2",
	"1.3.6.1.5.5.7.3.3", "1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.5", "1.3.6.1.5.5.7.3.6",
	"1.3.6.1.5.5.7.3.7", "1.3.6.1.5.5.7.3.8", "1.3.6.1.5.5.7.3.9", "1.3.6.1.4.1.311.10.3.3",
	"2.16.840.1.113730.4.1", "1.3.6.1.4.1.311.2.1.22", "1.3.6.1.4.1.311.61.1.1"};

/* Which usages a certificate allows; all of them when it does not say. */
static uint32_t usages_of(const X509 *cert)
{
	EXTENDED_KEY_USAGE *list = X509_get_ext_d2i(cert, NID_ext_key_usage, NULL, NULL);
	uint32_t bits = 0;

	if (!list)
		return UINT32_MAX;
	for (int i = 0; i < sk_ASN1_OBJECT_num(list); i++) {
		char oid[128];
		OBJ_obj2txt(oid, sizeof(oid), sk_ASN1_OBJECT_value(list, i), 1);
		for (size_t u = 0; u < SW_ARRAY_LEN(usage_oids); u++)
			if (strcmp(oid, usage_oids[u]) == 0)
				bits |= u == 0 ? UINT32_MAX : 1u << u;
	}
	EXTENDED_KEY_USAGE_free(list);
	return bits;
}

/* One of the wanted usages must be allowed all along the chain. */
static bool chain_usages(STACK_OF(X509) * chain, uint32_t want)
{
	uint32_t left = want ? want : 1u << 1;

	if (left & 1)
		return true;
	for (int i = 0; i < sk_X509_num(chain); i++)
		left &= usages_of(sk_X509_value(chain, i));
	return left != 0;
}

/* MD5 and SHA-1 signatures hold for nobody but the root. */
static bool chain_signatures(STACK_OF(X509) * chain)
{
	for (int i = 0; i + 1 < sk_X509_num(chain); i++) {
		int md = NID_undef;
		X509_get_signature_info(sk_X509_value(chain, i), &md, NULL, NULL, NULL);
		if (md == NID_md5 || md == NID_sha1 || md == NID_md2)
			return false;
	}
	return true;
}

static bool host_fits(X509 *leaf, struct sw_str host)
{
	struct sw_goaddr ip;
	struct sw_str bare = host;

	if (!host.n)
		return true;
	if (bare.n >= 3 && bare.p[0] == '[' && bare.p[bare.n - 1] == ']')
		bare = sw_str_sub(bare, 1, bare.n - 1);
	if (sw_goaddr_parse_ip(bare, &ip)) {
		bool four = sw_goaddr_is4(&ip);
		return X509_check_ip(leaf, four ? ip.b + 12 : ip.b, four ? 4 : 16, 0) == 1;
	}
	if (memchr(host.p, 0, host.n))
		return false;
	if (host.p[host.n - 1] == '.')
		host.n--;
	return X509_check_host(leaf, host.p, host.n,
		       X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS,
		       NULL) == 1;
}

static bool unhandled_critical(const X509 *cert)
{
	for (int i = 0; i < X509_get_ext_count(cert); i++) {
		X509_EXTENSION *e = X509_get_ext(cert, i);
		if (X509_EXTENSION_get_critical(e) && !X509_supported_extension(e))
			return true;
	}
	return false;
}

static bool chain_ok(
	STACK_OF(X509) * chain, const struct sw_x509_verify_opts *opts)
{
	for (int i = 0; i < sk_X509_num(chain); i++)
		if (unhandled_critical(sk_X509_value(chain, i)))
			return false;
	return chain_usages(chain, opts->usages) && chain_signatures(chain) &&
	       host_fits(sk_X509_value(chain, 0), opts->dns_name);
}

static void index_chain(STACK_OF(X509) * chain, X509 *const *all, uint32_t n, uint32_t *ret, uint32_t *ret_n)
{
	*ret_n = 0;
	for (int i = 0; i < sk_X509_num(chain); i++)
		for (uint32_t j = n; j-- > 0;)
			if (X509_cmp(sk_X509_value(chain, i), all[j]) == 0) {
				ret[(*ret_n)++] = j;
				break;
			}
}

static bool run(X509 **all, uint32_t n, const struct sw_x509_verify_opts *opts, uint32_t *ret_chain,
	uint32_t *ret_n)
{
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	STACK_OF(X509) *middle = sk_X509_new_null();
	bool ok = false;

	for (uint32_t i = 1; middle && i + 1 < n; i++)
		sk_X509_push(middle, all[i]);
	if (store && ctx && middle && X509_STORE_add_cert(store, all[0]) &&
		X509_STORE_CTX_init(ctx, store, all[n - 1], middle)) {
		X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);
		int64_t ns = opts->has_time ? opts->time_ns : opts->now_ns;
		X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);
		X509_VERIFY_PARAM_set_time(param, ns / 1000000000);
		X509_VERIFY_PARAM_set_depth(param, SW_X509_CHAIN_MAX - 3);
		X509_VERIFY_PARAM_set_auth_level(param, 0);
		ok = X509_verify_cert(ctx) == 1;
	}
	STACK_OF(X509) *chain = ok ? X509_STORE_CTX_get0_chain(ctx) : NULL;
	ok = chain && sk_X509_num(chain) <= SW_X509_CHAIN_MAX && chain_ok(chain, opts);
	if (ok)
		index_chain(chain, all, n, ret_chain, ret_n);
	sk_X509_free(middle);
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
	return ok;
}

bool sw_x509_verify(const struct sw_der *certs, uint32_t n, const struct sw_x509_verify_opts *opts,
	uint32_t ret_chain[SW_X509_CHAIN_MAX], uint32_t *ret_n)
{
	X509 *all[SW_X509_CHAIN_MAX] = {0};
	bool ok = n >= 2 && n <= SW_X509_CHAIN_MAX;

	for (uint32_t i = 0; ok && i < n; i++) {
		const unsigned char *p = certs[i].p;
		all[i] = d2i_X509(NULL, &p, (long)certs[i].n);
		ok = all[i] != NULL;
	}
	ok = ok && run(all, n, opts, ret_chain, ret_n);
	for (uint32_t i = 0; i < SW_X509_CHAIN_MAX; i++)
		X509_free(all[i]);
	return ok;
}
