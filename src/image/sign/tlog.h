/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a transparency log says of an entry: its promise (signed entry timestamp of Rekor v1), its
 * signed checkpoint (a note of https://c2sp.org/tlog-checkpoint) and the proof that the entry is in
 * that tree (RFC 9162 2.1.3); and whether the entry speaks of this signature.
 */
#ifndef SW_IMAGE_SIGN_TLOG_H
#define SW_IMAGE_SIGN_TLOG_H

#include "image/sign/bundle.h"
#include "image/sign/trust.h"

/* SHA-256 over 0x00 and the leaf; `out` holds 32 bytes. */
void sw_merkle_leaf(struct sw_str body, uint8_t out[32]);
/* The proof leads from the leaf's hash to `root`. Any input is allowed. */
bool sw_merkle_verify(const uint8_t leaf[32], uint64_t index, uint64_t size,
	const struct sw_str *hashes, uint32_t n, struct sw_str root);

/* The text of a checkpoint before its signatures. */
struct sw_checkpoint {
	struct sw_str text; /* what is signed, with its last newline */
	struct sw_str origin;
	uint64_t size;
	struct sw_str root;	  /* 32 bytes, in the arena */
	struct sw_str signatures; /* lines */
};

int sw_checkpoint_parse(
	struct sw_arena *a, struct sw_str note, struct sw_checkpoint *ret, struct sw_error *err);
/* One of its signatures is this log's. */
int sw_checkpoint_verify(struct sw_arena *a, const struct sw_checkpoint *cp,
	const struct sw_trust_log *log, struct sw_error *err);

/*
 * The log that an entry names; NULL when the trusted root does not have it. A log may be there several
 * times, for different times: the one that holds at `t` is preferred.
 */
const struct sw_trust_log *sw_log_find(
	const struct sw_trust *trust, const struct sw_log_entry *e, int64_t t);
/* The promise's signature over the entry; its integrated time is then proven. */
int sw_log_promise(
	const struct sw_trust_log *log, const struct sw_log_entry *e, struct sw_error *err);
/* Checkpoint and inclusion. */
int sw_log_inclusion(struct sw_arena *a, const struct sw_trust_log *log,
	const struct sw_log_entry *e, struct sw_error *err);

/*
 * The entry's body is about this bundle: same content, same signature, same certificate or key.
 * `message` is the artifact (of a message signature) or the pre-authentication encoding (of an
 * envelope). `key` is the key that verifies the signature. entry.c.
 */
int sw_log_entry_matches(struct sw_arena *a, const struct sw_log_entry *e,
	const struct sw_bundle *b, const struct sw_key *key, struct sw_message *message,
	struct sw_error *err);

#endif
