/* SPDX-License-Identifier: Apache-2.0 */
#include "image/sign/tsa.h"

#include <openssl/err.h>
#include <openssl/pkcs7.h>
#include <openssl/ts.h>

#include "image/sign/cert.h"

static void free_response(TS_RESP **r)
{
	TS_RESP_free(*r);
}

/* Only what RFC 3161 allows and what is strong: granted, with a SHA-2 imprint of these bytes. */
static int check_info(TS_RESP *resp, struct sw_str bytes, int64_t *ret_time, struct sw_error *err)
{
	const ASN1_INTEGER *status = TS_STATUS_INFO_get0_status(TS_RESP_get_status_info(resp));
	long code = status ? ASN1_INTEGER_get(status) : -1;
	TS_TST_INFO *info = TS_RESP_get_tst_info(resp);
	if ((code != 0 && code != 1) || !info)
		return sw_error_set(err, SW_ESECURITY, "the timestamp was not granted");
	TS_MSG_IMPRINT *imprint = TS_TST_INFO_get_msg_imprint(info);
	int nid = OBJ_obj2nid(TS_MSG_IMPRINT_get_algo(imprint)->algorithm);
	enum sw_digest d = nid == NID_sha256   ? SW_DIGEST_SHA256
			   : nid == NID_sha384 ? SW_DIGEST_SHA384
			   : nid == NID_sha512 ? SW_DIGEST_SHA512
					       : SW_DIGEST_NONE;
	const ASN1_OCTET_STRING *said = TS_MSG_IMPRINT_get_msg(imprint);
	uint8_t digest[64];
	if (!d)
		return sw_error_set(
			err, SW_ESECURITY, "the timestamp uses a digest that is not SHA-2");
	sw_digest_of(d, bytes, digest);
	if ((uint32_t)ASN1_STRING_length(said) != sw_digest_size(d) ||
		memcmp(ASN1_STRING_get0_data(said), digest, sw_digest_size(d)) != 0)
		return sw_error_set(err, SW_ESECURITY, "the timestamp is of another signature");
	if (!sw_cert_time(TS_TST_INFO_get_time(info), ret_time))
		return sw_error_set(err, SW_EINVALID, "the timestamp has no valid time");
	return 0;
}

/* The stamp's signer is the authority's own leaf, where the trusted root has one, and held at t. */
static bool is_signer(
	const struct sw_trust_ca *tsa, PKCS7 *token, STACK_OF(X509) * certs, int64_t t)
{
	STACK_OF(X509) *signers = PKCS7_get0_signers(token, certs, 0);
	bool same = sk_X509_num(signers) == 1 &&
		    (X509_check_ca(tsa->certs[0])
				    ? sw_cert_chain_holds(signers, t)
				    : X509_cmp(sk_X509_value(signers, 0), tsa->certs[0]) == 0);
	sk_X509_free(signers);
	return same;
}

static bool chain_holds(const struct sw_trust_ca *tsa, int64_t t)
{
	int64_t from, to;
	for (uint32_t i = 0; i < tsa->n; i++)
		if (!sw_cert_time(X509_get0_notBefore(tsa->certs[i]), &from) ||
			!sw_cert_time(X509_get0_notAfter(tsa->certs[i]), &to) || t < from || t > to)
			return false;
	return true;
}

/* OpenSSL checks the path (purpose time stamping), the signature and the ESS certificate id. */
static bool signed_by(const struct sw_trust_ca *tsa, TS_RESP *resp, int64_t t)
{
	TS_VERIFY_CTX *ctx = TS_VERIFY_CTX_new();
	X509_STORE *store = X509_STORE_new();
	STACK_OF(X509) *certs = sk_X509_new_null();
	bool ok =
		ctx && store && certs && X509_STORE_add_cert(store, tsa->certs[tsa->n - 1]) &&
		X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME);
	for (uint32_t i = 0; ok && i < tsa->n; i++)
		ok = X509_up_ref(tsa->certs[i]) && sk_X509_push(certs, tsa->certs[i]) > 0;
	ok = ok && is_signer(tsa, TS_RESP_get_token(resp), certs, t);
	if (ok) {
		TS_VERIFY_CTX_add_flags(ctx, TS_VFY_VERSION | TS_VFY_SIGNATURE);
		TS_VERIFY_CTX_set_store(ctx, store);
		TS_VERIFY_CTX_set_certs(ctx, certs);
		store = NULL; /* the context has both now */
		certs = NULL;
		ok = TS_RESP_verify_response(ctx, resp) == 1;
	}
	sk_X509_pop_free(certs, X509_free);
	X509_STORE_free(store);
	TS_VERIFY_CTX_free(ctx);
	ERR_clear_error();
	return ok;
}

int sw_tsa_verify(const struct sw_trust *trust, struct sw_str response, struct sw_str bytes,
	int64_t *ret_time, const struct sw_trust_ca **ret_tsa, struct sw_error *err)
{
	const unsigned char *p = (const unsigned char *)response.p, *end = p + response.n;
	const char *why = "no authority of the trusted root made it";
	int64_t t;
	if (response.n > 1 << 20)
		return sw_error_set(err, SW_ELIMIT, "a timestamp of more than 1 MiB");
	__attribute__((cleanup(free_response))) TS_RESP *resp =
		d2i_TS_RESP(NULL, &p, (long)response.n);
	ERR_clear_error();
	if (!resp || p != end || !TS_RESP_get_token(resp))
		return sw_error_set(err, SW_EINVALID, "not a timestamp response in DER");
	int rc = check_info(resp, bytes, &t, err);
	if (rc < 0)
		return rc;
	for (uint32_t i = 0; i < trust->n_tsas; i++) {
		const struct sw_trust_ca *tsa = &trust->tsas[i];
		if (!signed_by(tsa, resp, t))
			continue;
		if (sw_trust_covers(tsa->valid, t) && chain_holds(tsa, t)) {
			*ret_time = t;
			*ret_tsa = tsa;
			return 0;
		}
		why = "the authority did not hold at that time";
	}
	return sw_error_set(err, SW_ESECURITY, "the timestamp is not trusted: %s", why);
}
