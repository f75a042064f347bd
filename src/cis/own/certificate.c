/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates on the node: when they end, how strong they are, who signs etcd's clients. OpenSSL
 * reads them. */
#include <errno.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <time.h>

#include "base/cleanup.h"
#include "cis/own/condition.h"

#define CERTS_MAX 256
#define CHAIN_MAX 64

static const char *weakness(X509 *x)
{
	EVP_PKEY *key = X509_get0_pubkey(x);
	int nid = X509_get_signature_nid(x);
	bool self = X509_NAME_cmp(X509_get_subject_name(x), X509_get_issuer_name(x)) == 0;
	if (!key)
		return "has a key that cannot be read";
	if (EVP_PKEY_base_id(key) == EVP_PKEY_RSA && EVP_PKEY_bits(key) < 2048)
		return "has an RSA key below 2,048 bits";
	if (EVP_PKEY_base_id(key) == EVP_PKEY_EC && EVP_PKEY_bits(key) < 256)
		return "has an elliptic curve key below 256 bits";
	/* What a root signs itself with proves nothing and hurts nobody. */
	if (!self && (nid == NID_sha1WithRSAEncryption || nid == NID_ecdsa_with_SHA1 ||
			     nid == NID_md5WithRSAEncryption))
		return "is signed with SHA-1 or MD5";
	return NULL;
}

/* What is wrong with the certificates of one PEM text; empty: nothing. *ret_n: how many there are.
 */
static struct sw_str fault_of(struct sw_cis_judging *j, struct sw_str file, struct sw_str pem,
	int64_t days, bool strength, uint32_t *ret_n)
{
	struct sw_str bad = {0};
	BIO *in = BIO_new_mem_buf(pem.p, (int)pem.n);
	time_t soon = (time_t)(j->today + days * 86400), now = (time_t)j->today;
	*ret_n = 0;
	for (X509 *x; in && *ret_n < CHAIN_MAX && (x = PEM_read_bio_X509(in, NULL, NULL, NULL));
		(*ret_n)++) {
		const char *weak = strength ? weakness(x) : NULL;
		struct tm end = {0};
		ASN1_TIME_to_tm(X509_get0_notAfter(x), &end);
		if (weak)
			bad = sw_arena_printf(j->a, "%.*s %s", SW_STR_ARG(file), weak);
		else if (!strength && X509_cmp_time(X509_get0_notAfter(x), &soon) < 0)
			bad = sw_arena_printf(j->a, "%.*s %s on %04d-%02d-%02d", SW_STR_ARG(file),
				X509_cmp_time(X509_get0_notAfter(x), &now) < 0 ? "ended" : "ends",
				end.tm_year + 1900, end.tm_mon + 1, end.tm_mday);
		X509_free(x);
	}
	BIO_free(in);
	return bad;
}

int sw_cis_fact_certificates(
	struct sw_cis_judging *j, struct sw_value cond, struct sw_cis_outcome *o)
{
	int64_t days = 30;
	uint32_t n, certs = 0, bad = 0;
	struct sw_str why = {0}, pem;
	bool strength = sw_is_true(sw_object_gets(cond, SW_STR("strength")));
	struct sw_str *v = sw_arena_new_array(j->a, CERTS_MAX, struct sw_str);
	sw_value_int(sw_object_gets(cond, SW_STR("days")), &days);
	int rc = v ? sw_cis_paths(j, sw_object_gets(cond, SW_STR("of")),
			     sw_value_getstr(cond, "ends"), v, CERTS_MAX, &n, &why)
		   : -SW_ELIMIT;
	o->expected =
		strength ? SW_STR("RSA of 2,048 bits or more, no SHA-1")
			 : sw_arena_printf(j->a, "valid for %lld days or more", (long long)days);
	for (uint32_t i = 0; !rc && i < n; i++) {
		uint32_t here;
		int no = sw_cis_read(j->n, j->a, v[i], &pem);
		if (no == -ENOENT || no == -ENOTDIR)
			continue;
		if (no)
			return sw_cis_outcome_unknown(
				j, o, "%.*s: %s", SW_STR_ARG(v[i]), strerror(-no));
		struct sw_str fault = fault_of(j, v[i], pem, days, strength, &here);
		certs += here;
		if (fault.n && !bad++)
			o->actual = fault;
		if (fault.n)
			sw_cis_outcome_file(o, v[i]);
	}
	if (rc)
		return rc;
	if (!certs && why.n)
		return sw_cis_outcome_unknown(j, o, "%.*s", SW_STR_ARG(why));
	if (!certs) {
		o->truth = SW_CIS_NOT_APPLICABLE;
		o->reason = SW_STR("no certificates on this node");
		return 0;
	}
	o->truth = bad ? SW_CIS_NO : SW_CIS_YES;
	if (bad > 1)
		o->actual = sw_arena_printf(
			j->a, "%.*s, and %u more files", SW_STR_ARG(o->actual), bad - 1);
	else if (!bad)
		o->actual = sw_arena_printf(j->a, "%u certificates", certs);
	return 0;
}

/* etcd trusts clients by a CA of its own when its CA is not the API server's. */
int sw_cis_fact_etcd_ca(struct sw_cis_judging *j, struct sw_value cond, struct sw_cis_outcome *o)
{
	const struct sw_cis_component *etcd = sw_cis_judging_component(j, SW_CIS_ETCD);
	const struct sw_cis_component *api = sw_cis_judging_component(j, SW_CIS_APISERVER);
	struct sw_str x, y;
	(void)cond;
	if (!etcd || !api)
		return -SW_EINVALID;
	o->expected = SW_STR("etcd's --trusted-ca-file is not the API server's --client-ca-file");
	struct sw_cis_setting a = sw_cis_told(
		j, etcd, "trusted-ca-file", "client-transport-security.trusted-ca-file", NULL);
	struct sw_cis_setting b = sw_cis_told(j, api, "client-ca-file", "", NULL);
	if (!a.found || !b.found)
		return sw_cis_outcome_unknown(j, o, "%s is not set",
			a.found ? "the API server's --client-ca-file" : "etcd's --trusted-ca-file");
	a.value = sw_cis_host_path(j->a, etcd, a.value);
	b.value = sw_cis_host_path(j->a, api, b.value);
	sw_cis_outcome_file(o, a.value);
	sw_cis_outcome_file(o, b.value);
	o->actual = sw_arena_printf(
		j->a, "etcd %.*s, API server %.*s", SW_STR_ARG(a.value), SW_STR_ARG(b.value));
	int rx = sw_cis_read(j->n, j->a, a.value, &x), ry = sw_cis_read(j->n, j->a, b.value, &y);
	if (sw_str_eq(a.value, b.value))
		o->truth = SW_CIS_NO;
	else if (rx || ry)
		return sw_cis_outcome_unknown(j, o, "%.*s: %s", SW_STR_ARG(rx ? a.value : b.value),
			strerror(rx ? -rx : -ry));
	else
		o->truth = sw_str_eq(sw_str_trim(x), sw_str_trim(y)) ? SW_CIS_NO : SW_CIS_YES;
	return 0;
}
