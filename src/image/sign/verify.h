/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is this artifact signed by whom we trust? Offline, by the Sigstore client specification: time of
 * signing, certificate, certificate log, identity, transparency log, signature, in this order; all
 * of them must hold.
 *
 * One call per bundle; any number of threads may share a trusted root. Results live in the arena.
 */
#ifndef SW_IMAGE_SIGN_VERIFY_H
#define SW_IMAGE_SIGN_VERIFY_H

#include "base/re2.h"
#include "image/sign/cert.h"

/* What is demanded. Either a key, or an identity with its issuer. */
struct sw_sign_policy {
	const struct sw_key *key;
	struct sw_str identity, issuer;		/* exact; p NULL: not asked for */
	struct sw_re2 *identity_re, *issuer_re; /* whole-text match; NULL: not asked for */
	const struct sw_cert_claim *claims;	/* all must be there with this value */
	uint32_t n_claims;
	bool log_optional; /* a signature without log entry is enough (keys only) */
	bool no_sct;	   /* certificates of authorities without a certificate log */
};

enum sw_time_source { SW_TIME_LOG, SW_TIME_TSA };

struct sw_sign_time {
	int64_t t;
	enum sw_time_source source;
	struct sw_str by; /* URL of the log or authority */
};

/* What was proven. */
struct sw_sign_result {
	bool keyless;
	enum sw_key_kind key_kind;
	uint8_t key_id[32];		  /* SHA-256 of the public key */
	struct sw_cert_identity identity; /* of a certificate */
	struct sw_str authority;	  /* name of the certificate's issuer */
	struct sw_sign_time times[64];
	uint32_t n_times;
	struct {
		struct sw_str url;
		int64_t index;
		bool promise, inclusion;
	} logs[32];
	uint32_t n_logs;
	bool is_dsse;
	struct sw_value statement; /* in-toto; SW_UNDEF for a message signature */
	struct sw_str predicate_type;
};

/*
 * `artifact`: the file's bytes, or a digest. For an in-toto statement it must be among the
 * subjects. -SW_ESECURITY: it does not hold, with the reason. Other errors: it could not be judged.
 * Either way it is not verified.
 */
int sw_sign_verify(struct sw_arena *a, const struct sw_trust *trust, const struct sw_bundle *b,
	struct sw_message *artifact, const struct sw_sign_policy *policy,
	struct sw_sign_result *ret, struct sw_error *err);

#endif
