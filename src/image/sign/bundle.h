/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Sigstore bundle: a signature with everything that is needed to check it offline
 * (dev.sigstore.bundle.v1.Bundle in JSON, versions 0.1, 0.2 and 0.3). Reading checks the form only;
 * verify.h judges.
 *
 * Everything lives in the arena given to the reader; the text is borrowed.
 */
#ifndef SW_IMAGE_SIGN_BUNDLE_H
#define SW_IMAGE_SIGN_BUNDLE_H

#include <openssl/x509.h>

#include "doc/value.h"
#include "image/sign/key.h"

#define SW_BUNDLE_MAX_SIZE ((size_t)64 << 20)
#define SW_BUNDLE_MAX_ENTRIES 32
#define SW_BUNDLE_MAX_TIMESTAMPS 32
#define SW_BUNDLE_MAX_CHAIN 10
#define SW_BUNDLE_MAX_PROOF 64 /* hashes: a tree of 2^63 leaves */

/* An entry of a transparency log and what the log promised about it. */
struct sw_log_entry {
	int64_t log_index;
	struct sw_str log_id;
	struct sw_str kind, version; /* "hashedrekord", "0.0.1" */
	int64_t integrated_time;     /* 0: none (Rekor v2) */
	struct sw_str promise;	     /* signed entry timestamp; empty: none */
	struct sw_str body;	     /* canonicalized, JSON */
	bool has_proof;
	int64_t proof_index, tree_size;
	struct sw_str root_hash;
	struct sw_str *hashes;
	uint32_t n_hashes;
	struct sw_str checkpoint; /* signed note; empty: none */
};

struct sw_bundle {
	unsigned version; /* 1, 2, 3: 0.1, 0.2, 0.3; 0: made from cosign's annotations */
	X509 *leaf;	  /* NULL: signed with a key */
	struct sw_str leaf_der;
	X509 *chain[SW_BUNDLE_MAX_CHAIN]; /* behind the leaf, not trusted */
	uint32_t n_chain;
	struct sw_str key_hint;
	struct sw_log_entry *entries;
	uint32_t n_entries;
	struct sw_str timestamps[SW_BUNDLE_MAX_TIMESTAMPS]; /* RFC 3161 responses, DER */
	uint32_t n_timestamps;
	bool is_dsse;
	struct sw_str signature;	     /* of the message, or of the envelope */
	enum sw_digest digest_alg;	     /* of a message: what the bundle says of it */
	struct sw_str digest;		     /* empty: not said */
	struct sw_str payload_type, payload; /* of an envelope */
	struct sw_str envelope;		     /* its bytes as they were stored; empty: not known */
};

/* -SW_ESYNTAX, -SW_EINVALID, -SW_EUNSUPPORTED (a version that is not known), -SW_ELIMIT. */
int sw_bundle_read(
	struct sw_arena *a, struct sw_str text, struct sw_bundle *ret, struct sw_error *err);
/* Is this text likely to be a bundle? */
bool sw_bundle_media_type(struct sw_str media_type, unsigned *ret_version);

/* An envelope as it stands alone: {"payloadType", "payload", "signatures": [{"sig"}]}. */
int sw_dsse_read(
	struct sw_arena *a, struct sw_value v, struct sw_bundle *ret, struct sw_error *err);
/* What an envelope's signature signs: "DSSEv1 <n> <type> <n> <payload>". */
int sw_dsse_pae(
	struct sw_arena *a, const struct sw_bundle *b, struct sw_str *ret, struct sw_error *err);

/* One digest of a statement's subject, and whether any subject is the artifact. */
int sw_intoto_statement(
	struct sw_arena *a, const struct sw_bundle *b, struct sw_value *ret, struct sw_error *err);
bool sw_intoto_has_subject(struct sw_value statement, struct sw_message *artifact);

#endif
