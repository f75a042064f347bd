/* SPDX-License-Identifier: Apache-2.0 */
/* Signed certificate timestamps inside a certificate: RFC 6962 3.2 and 3.3. */
#include <openssl/err.h>

#include "image/sign/cert.h"
#include "base/der.h"
#include "image/sign/tbs.h"

/* 1.3.6.1.4.1.11129.2.4.2 */
#define SCT_OID "\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x02"
#define MAX_SCTS 16

struct sct {
	struct sw_str log_id;
	uint64_t timestamp; /* milliseconds since 1970 */
	struct sw_str extensions;
	uint8_t hash, sig; /* TLS 1.2 numbers */
	struct sw_str signature;
};

static bool take(struct sw_str *rest, size_t n, struct sw_str *ret)
{
	if (rest->n < n)
		return false;
	*ret = sw_str_sub(*rest, 0, n);
	*rest = sw_str_sub(*rest, n, rest->n);
	return true;
}

static bool take_int(struct sw_str *rest, unsigned bytes, uint64_t *ret)
{
	struct sw_str s;
	*ret = 0;
	if (!take(rest, bytes, &s))
		return false;
	for (unsigned i = 0; i < bytes; i++)
		*ret = *ret << 8 | (unsigned char)s.p[i];
	return true;
}

/* A vector with a 16-bit length. */
static bool take_vector(struct sw_str *rest, struct sw_str *ret)
{
	uint64_t n;
	return take_int(rest, 2, &n) && take(rest, n, ret);
}

static bool parse_sct(struct sw_str s, struct sct *ret)
{
	uint64_t version, hash, sig;
	if (!take_int(&s, 1, &version) || version != 0 || !take(&s, 32, &ret->log_id) ||
		!take_int(&s, 8, &ret->timestamp) || !take_vector(&s, &ret->extensions) ||
		!take_int(&s, 1, &hash) || !take_int(&s, 1, &sig) ||
		!take_vector(&s, &ret->signature) || s.n)
		return false;
	ret->hash = (uint8_t)hash;
	ret->sig = (uint8_t)sig;
	return true;
}

/* The list: OCTET STRING, then TLS vectors. */
static int parse_list(X509 *leaf, struct sct *out, uint32_t *ret_n, struct sw_error *err)
{
	struct sw_str list = {0}, body, rest, one;
	unsigned found = 0;
	for (int i = 0; i < X509_get_ext_count(leaf); i++) {
		X509_EXTENSION *ext = X509_get_ext(leaf, i);
		const ASN1_OBJECT *obj = X509_EXTENSION_get_object(ext);
		struct sw_str oid = {(const char *)OBJ_get0_data(obj), OBJ_length(obj)};
		const ASN1_STRING *data = X509_EXTENSION_get_data(ext);
		if (!sw_str_eq(oid, SW_STR(SCT_OID)))
			continue;
		list = sw_str_make((const char *)ASN1_STRING_get0_data(data),
			(size_t)ASN1_STRING_length(data));
		found++;
	}
	*ret_n = 0;
	if (found != 1)
		return sw_error_set(
			err, SW_ESECURITY, "the certificate has no signed certificate timestamp");
	struct sw_der der = sw_der_from(list), octets;
	bool ok = sw_der_get(&der, SW_DER_OCTETS, &octets) && !der.n;
	body = ok ? sw_der_str(octets) : SW_STR("");
	if (!ok || !take_vector(&body, &rest) || body.n)
		return sw_error_set(
			err, SW_EINVALID, "a malformed list of signed certificate timestamps");
	while (rest.n) {
		if (*ret_n == MAX_SCTS)
			return sw_error_set(err, SW_ELIMIT,
				"more than %d signed certificate timestamps", MAX_SCTS);
		if (!take_vector(&rest, &one) || !parse_sct(one, &out[(*ret_n)++]))
			return sw_error_set(
				err, SW_EINVALID, "a malformed signed certificate timestamp");
	}
	return 0;
}

static void put_int(struct sw_buf *out, uint64_t v, unsigned bytes)
{
	while (bytes--)
		sw_buf_addch(out, (char)(v >> 8 * bytes));
}

/* The digitally-signed struct of RFC 6962 3.2 for a precertificate. */
static void signed_bytes(
	struct sw_buf *out, const struct sct *s, const uint8_t issuer_key[32], struct sw_str tbs)
{
	put_int(out, 0, 1); /* v1 */
	put_int(out, 0, 1); /* certificate_timestamp */
	put_int(out, s->timestamp, 8);
	put_int(out, 1, 2); /* precert_entry */
	sw_buf_add(out, issuer_key, 32);
	put_int(out, tbs.n, 3);
	sw_buf_addstr(out, tbs);
	put_int(out, s->extensions.n, 2);
	sw_buf_addstr(out, s->extensions);
}

static bool good(
	const struct sw_trust *trust, const struct sct *s, struct sw_str data, const char **why)
{
	/* anonymous, RSA, DSA, ECDSA; with SHA-256 only, as the RFC demands */
	bool rsa = s->sig == 1;
	if (s->hash != 4 || (s->sig != 1 && s->sig != 3)) {
		*why = "its signature algorithm is not allowed";
		return false;
	}
	for (uint32_t i = 0; i < trust->n_ctlogs; i++) {
		const struct sw_trust_log *log = &trust->ctlogs[i];
		if (!sw_str_eq(log->id, s->log_id) || !log->usable)
			continue;
		if (!sw_trust_covers(log->valid, (int64_t)(s->timestamp / 1000))) {
			*why = "the log did not hold at that time";
			continue;
		}
		struct sw_message m = {.bytes = data};
		struct sw_sigalg alg = {.digest = SW_DIGEST_SHA256, .padding = SW_PAD_PKCS1};
		if (rsa == (log->key.kind == SW_KEY_RSA) &&
			sw_key_verify(&log->key, alg, &m, s->signature))
			return true;
		*why = "the signature of the log is wrong";
	}
	return false;
}

int sw_cert_sct(struct sw_arena *a, const struct sw_trust *trust, X509 *leaf,
	struct sw_str leaf_der, X509 *issuer, struct sw_error *err)
{
	struct sct list[MAX_SCTS];
	struct sw_str tbs;
	uint32_t n;
	const char *why = "no certificate log of the trusted root made it";
	struct sw_key key;
	int rc = parse_list(leaf, list, &n, err);
	if (rc < 0)
		return rc;
	EVP_PKEY *pkey = X509_get_pubkey(issuer);
	if (!pkey)
		return sw_error_set(err, SW_EINVALID, "the issuer's certificate has no usable key");
	if ((rc = sw_key_own(a, pkey, &key, err)) < 0)
		return rc;
	if (!sw_tbs_without(a, leaf_der, SW_STR(SCT_OID), &tbs))
		return sw_error_set(err, SW_EINVALID, "the certificate is not in strict DER");
	sw_autobuf data;
	sw_buf_init(&data, tbs.n + (1 << 17));
	for (uint32_t i = 0; i < n; i++) {
		sw_buf_clear(&data);
		signed_bytes(&data, &list[i], key.id, tbs);
		if (!data.overflow && good(trust, &list[i], sw_buf_str(&data), &why))
			return 0;
	}
	return sw_error_set(err, SW_ESECURITY, "no valid signed certificate timestamp: %s", why);
}
