/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signing certificates of Fulcio: the chain to an authority of the trusted root at a given time,
 * the signed certificate timestamps (RFC 6962) inside, and whom the certificate names. Extensions:
 * https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md
 */
#ifndef SW_IMAGE_SIGN_CERT_H
#define SW_IMAGE_SIGN_CERT_H

#include "image/sign/bundle.h"
#include "image/sign/trust.h"

/*
 * The leaf is a code signing certificate, and there is a path from it to one of the authorities
 * that hold at time t, on which every certificate holds at t. Intermediates come from the trusted
 * root or from the bundle. *ret_issuer is the certificate above the leaf; it lives in the arena.
 * -SW_ESECURITY with the reason.
 */
int sw_cert_chain(struct sw_arena *a, const struct sw_trust *trust, const struct sw_bundle *b,
	int64_t t, X509 **ret_issuer, struct sw_error *err);

/* At least one SCT in the leaf is signed by a certificate log of the trusted root. */
int sw_cert_sct(struct sw_arena *a, const struct sw_trust *trust, X509 *leaf,
	struct sw_str leaf_der, X509 *issuer, struct sw_error *err);

/* A name or a claim in a certificate. */
struct sw_cert_claim {
	const char *name; /* "github-workflow-repository" … */
	struct sw_str value;
};

#define SW_CERT_MAX_NAMES 16
#define SW_CERT_MAX_CLAIMS 32

struct sw_cert_identity {
	struct sw_str names[SW_CERT_MAX_NAMES]; /* e-mail, URI, or other name of the subject */
	uint32_t n_names;
	struct sw_str issuer; /* who vouched for it: OpenID Connect issuer */
	struct sw_cert_claim claims[SW_CERT_MAX_CLAIMS];
	uint32_t n_claims;
};

int sw_cert_identity(
	struct sw_arena *a, X509 *leaf, struct sw_cert_identity *ret, struct sw_error *err);

/* Is there a claim of this name? */
bool sw_cert_claim_known(const char *name);

/* Seconds since 1970. */
bool sw_cert_time(const ASN1_TIME *t, int64_t *ret);
/* Every certificate of the chain holds at t, both ends included. */
bool sw_cert_chain_holds(STACK_OF(X509) * chain, int64_t t);

#endif
