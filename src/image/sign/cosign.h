/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signatures in cosign's own forms: the annotations of an image signature (simple signing and
 * attestations), and the older bundle of `cosign sign-blob`. Each becomes a sw_bundle of version 0,
 * which verify.h judges like any other.
 * Formats: https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md
 */
#ifndef SW_IMAGE_SIGN_COSIGN_H
#define SW_IMAGE_SIGN_COSIGN_H

#include "image/sign/bundle.h"

/* As they stand in annotations; empty where absent. */
struct sw_cosign_parts {
	struct sw_str signature;	  /* base64 */
	struct sw_str certificate, chain; /* PEM */
	struct sw_str rekor;		  /* {"SignedEntryTimestamp", "Payload": {…}} */
	struct sw_str timestamp;	  /* {"SignedRFC3161Timestamp"} */
};

/* The signature's message comes from elsewhere. -SW_EINVALID, -SW_ESYNTAX. */
int sw_cosign_bundle(struct sw_arena *a, const struct sw_cosign_parts *parts, struct sw_bundle *ret,
	struct sw_error *err);

/* {"base64Signature", "cert", "rekorBundle"} of `cosign sign-blob --bundle`, version 2 and older.
 */
bool sw_cosign_is_blob_bundle(struct sw_value v);
int sw_cosign_blob_bundle(
	struct sw_arena *a, struct sw_value v, struct sw_bundle *ret, struct sw_error *err);

/*
 * The payload of an image signature is about this digest ("sha256:…"). *ret_reference is the name
 * under which it was signed (may be empty).
 */
int sw_cosign_payload(struct sw_arena *a, struct sw_str payload, struct sw_str digest,
	struct sw_str *ret_reference, struct sw_error *err);

#endif
