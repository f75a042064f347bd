/* SPDX-License-Identifier: Apache-2.0 */
#include "image/sign/cert.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <time.h>

#include "base/der.h"

bool sw_cert_time(const ASN1_TIME *t, int64_t *ret)
{
	struct tm tm = {0};
	if (!t || ASN1_TIME_to_tm(t, &tm) != 1)
		return false;
	*ret = timegm(&tm);
	return true;
}

static bool holds(X509 *cert, int64_t t)
{
	int64_t from, to;
	return sw_cert_time(X509_get0_notBefore(cert), &from) &&
	       sw_cert_time(X509_get0_notAfter(cert), &to) && t >= from && t <= to;
}

bool sw_cert_chain_holds(STACK_OF(X509) * chain, int64_t t)
{
	for (int i = 0; i < sk_X509_num(chain); i++)
		if (!holds(sk_X509_value(chain, i), t))
			return false;
	return sk_X509_num(chain) > 0;
}

/* What a code signing leaf must and must not be. */
static int check_leaf(X509 *leaf, struct sw_error *err)
{
	uint32_t flags = X509_get_extension_flags(leaf);
	if (flags & EXFLAG_INVALID)
		return sw_error_set(err, SW_ESECURITY, "the certificate has malformed extensions");
	if (flags & EXFLAG_CA)
		return sw_error_set(
			err, SW_ESECURITY, "the signing certificate is that of an authority");
	if (!(flags & EXFLAG_XKUSAGE) || !(X509_get_extended_key_usage(leaf) & XKU_CODE_SIGN))
		return sw_error_set(err, SW_ESECURITY, "the certificate is not for code signing");
	if ((flags & EXFLAG_KUSAGE) && !(X509_get_key_usage(leaf) & KU_DIGITAL_SIGNATURE))
		return sw_error_set(
			err, SW_ESECURITY, "the certificate's key is not for signatures");
	return 0;
}

static X509_STORE *store_of(const struct sw_trust_ca *ca)
{
	X509_STORE *store = X509_STORE_new();
	if (!store || !X509_STORE_add_cert(store, ca->certs[ca->n - 1]) ||
		!X509_STORE_set_flags(
			store, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME)) {
		X509_STORE_free(store);
		return NULL;
	}
	return store;
}

static void free_cert(void *p)
{
	X509_free(p);
}

/* 1: a good path; 0: none; *why then says what is wrong. */
static int try_ca(struct sw_arena *a, const struct sw_trust_ca *ca, const struct sw_bundle *b,
	int64_t t, X509 **ret_issuer, const char **why)
{
	X509_STORE *store = store_of(ca);
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	STACK_OF(X509) *helpers = sk_X509_new_null();
	int ok = store && ctx && helpers;
	for (uint32_t i = 0; ok && i + 1 < ca->n; i++)
		ok = sk_X509_push(helpers, ca->certs[i]) > 0;
	for (uint32_t i = 0; ok && i < b->n_chain; i++)
		ok = sk_X509_push(helpers, b->chain[i]) > 0;
	ok = ok && X509_STORE_CTX_init(ctx, store, b->leaf, helpers);
	if (ok) {
		X509_STORE_CTX_set_depth(ctx, SW_TRUST_MAX_CHAIN);
		ok = X509_verify_cert(ctx) == 1;
		if (!ok)
			*why = X509_verify_cert_error_string(X509_STORE_CTX_get_error(ctx));
	}
	STACK_OF(X509) *chain = ok ? X509_STORE_CTX_get0_chain(ctx) : NULL;
	if (ok && sk_X509_num(chain) < 2) {
		*why = "the certificate is its own authority";
		ok = 0;
	} else if (ok && !sw_cert_chain_holds(chain, t)) {
		*why = "a certificate was not valid at the time of signing";
		ok = 0;
	}
	if (ok) {
		X509 *issuer = sk_X509_value(chain, 1);
		X509_up_ref(issuer);
		ok = sw_arena_defer(a, free_cert, issuer) == 0;
		*ret_issuer = issuer;
	}
	sk_X509_free(helpers);
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
	ERR_clear_error();
	return ok;
}

/* When the last of the authorities ends; 0: one has no end. */
static int64_t newest(const struct sw_trust *trust)
{
	int64_t last = 0;
	for (uint32_t i = 0; i < trust->n_cas; i++) {
		if (trust->cas[i].valid.end == INT64_MAX)
			return 0;
		if (trust->cas[i].valid.end > last)
			last = trust->cas[i].valid.end;
	}
	return last;
}

int sw_cert_chain(struct sw_arena *a, const struct sw_trust *trust, const struct sw_bundle *b,
	int64_t t, X509 **ret_issuer, struct sw_error *err)
{
	const char *why = "the trusted root has no certificate authority for that time";
	int rc = check_leaf(b->leaf, err);
	if (rc < 0)
		return rc;
	for (uint32_t i = 0; i < trust->n_cas; i++)
		if (sw_trust_covers(trust->cas[i].valid, t) &&
			try_ca(a, &trust->cas[i], b, t, ret_issuer, &why))
			return 0;
	sw_error_set(err, SW_ESECURITY,
		"the signing certificate does not lead to a trusted authority: %s", why);
	if (newest(trust) && t > newest(trust))
		return sw_error_hint(err, "the trusted root ends before this was signed: a newer one "
					  "is needed (--trusted-root)");
	return -SW_ESECURITY;
}

/* ---- whom it names ---- */

/* 1.3.6.1.4.1.57264.1.<n>, by n. The first six are bare text, the others a UTF8String in DER. */
static const char *const claim_names[] = {
	[1] = "issuer-v1",
	[2] = "github-workflow-trigger",
	[3] = "github-workflow-sha",
	[4] = "github-workflow-name",
	[5] = "github-workflow-repository",
	[6] = "github-workflow-ref",
	[8] = "issuer",
	[9] = "build-signer-uri",
	[10] = "build-signer-digest",
	[11] = "runner-environment",
	[12] = "source-repository-uri",
	[13] = "source-repository-digest",
	[14] = "source-repository-ref",
	[15] = "source-repository-identifier",
	[16] = "source-repository-owner-uri",
	[17] = "source-repository-owner-identifier",
	[18] = "build-config-uri",
	[19] = "build-config-digest",
	[20] = "build-trigger",
	[21] = "run-invocation-uri",
	[22] = "source-repository-visibility-at-signing",
	[23] = "deployment-environment",
};

bool sw_cert_claim_known(const char *name)
{
	for (size_t i = 0; i < sizeof(claim_names) / sizeof(claim_names[0]); i++)
		if (claim_names[i] && strcmp(claim_names[i], name) == 0)
			return true;
	return false;
}

/* Content bytes of 1.3.6.1.4.1.57264.1; one more byte follows. */
#define FULCIO_ARC "\x2b\x06\x01\x04\x01\x83\xbf\x30\x01"

static struct sw_str octets(const ASN1_STRING *s)
{
	return sw_str_make((const char *)ASN1_STRING_get0_data(s), (size_t)ASN1_STRING_length(s));
}

static int add_claim(struct sw_arena *a, unsigned n, struct sw_str value,
	struct sw_cert_identity *id, struct sw_error *err)
{
	struct sw_str text = value;
	if (n > 6 && !sw_der_utf8(value, &text))
		return sw_error_set(err, SW_EINVALID,
			"extension %s of the certificate is not a UTF8String", claim_names[n]);
	text = sw_arena_str(a, text);
	if (!text.p)
		return sw_error_set(err, SW_ELIMIT, "no memory left for a certificate's claims");
	if (n == 8 || (n == 1 && !id->issuer.n))
		id->issuer = text;
	if (id->n_claims < SW_CERT_MAX_CLAIMS)
		id->claims[id->n_claims++] = (struct sw_cert_claim){claim_names[n], text};
	return 0;
}

static int read_claims(
	struct sw_arena *a, X509 *leaf, struct sw_cert_identity *id, struct sw_error *err)
{
	uint64_t seen = 0;
	for (int i = 0; i < X509_get_ext_count(leaf); i++) {
		X509_EXTENSION *ext = X509_get_ext(leaf, i);
		const ASN1_OBJECT *obj = X509_EXTENSION_get_object(ext);
		struct sw_str oid = {(const char *)OBJ_get0_data(obj), OBJ_length(obj)};
		if (oid.n != sizeof(FULCIO_ARC) || !sw_str_starts(oid, SW_STR(FULCIO_ARC)))
			continue;
		unsigned n = (unsigned char)oid.p[oid.n - 1];
		if (n >= sizeof(claim_names) / sizeof(claim_names[0]) || !claim_names[n])
			continue;
		if (seen & 1ull << n)
			return sw_error_set(err, SW_EINVALID,
				"the certificate has extension %s twice", claim_names[n]);
		seen |= 1ull << n;
		int rc = add_claim(a, n, octets(X509_EXTENSION_get_data(ext)), id, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* OtherName 1.3.6.1.4.1.57264.1.7 holds a UTF8String. */
static struct sw_str other_name(const OTHERNAME *o)
{
	struct sw_str oid = {(const char *)OBJ_get0_data(o->type_id), OBJ_length(o->type_id)};
	if (!sw_str_eq(oid, SW_STR(FULCIO_ARC "\x07")) || o->value->type != V_ASN1_UTF8STRING)
		return (struct sw_str){0};
	return octets(o->value->value.utf8string);
}

static int add_name(struct sw_arena *a, const GENERAL_NAME *g, struct sw_cert_identity *id)
{
	struct sw_str s = {0};
	if (g->type == GEN_URI || g->type == GEN_EMAIL || g->type == GEN_DNS)
		s = octets(g->d.ia5);
	else if (g->type == GEN_OTHERNAME)
		s = other_name(g->d.otherName);
	/* A NUL inside is how one name is made to look like another. */
	if (!s.n || sw_str_chr(s, '\0', 0) != SW_NPOS || id->n_names == SW_CERT_MAX_NAMES)
		return 0;
	s = sw_arena_str(a, s);
	if (!s.p)
		return -SW_ELIMIT;
	id->names[id->n_names++] = s;
	return 0;
}

int sw_cert_identity(
	struct sw_arena *a, X509 *leaf, struct sw_cert_identity *ret, struct sw_error *err)
{
	struct sw_cert_identity id = {0};
	int crit, rc = 0;
	GENERAL_NAMES *names = X509_get_ext_d2i(leaf, NID_subject_alt_name, &crit, NULL);
	for (int i = 0; rc == 0 && i < sk_GENERAL_NAME_num(names); i++)
		rc = add_name(a, sk_GENERAL_NAME_value(names, i), &id);
	GENERAL_NAMES_free(names);
	ERR_clear_error();
	if (rc < 0)
		return sw_error_set(err, SW_ELIMIT, "no memory left for a certificate's names");
	if (!names)
		return sw_error_set(err, SW_ESECURITY,
			"the certificate names nobody (no single subjectAltName)");
	if ((rc = read_claims(a, leaf, &id, err)) < 0)
		return rc;
	*ret = id;
	return 0;
}
