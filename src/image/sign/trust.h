/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whom to believe: Sigstore's trusted_root.json (dev.sigstore.trustroot.v1.TrustedRoot, JSON), or a
 * ClientTrustConfig that carries one: the keys of transparency logs and certificate logs, the
 * certificate authorities and time stamping authorities, each with the time in which it holds.
 *
 * A root lives in the arena it was read into, and is not changed afterwards: any number of threads
 * may verify with it.
 */
#ifndef SW_IMAGE_SIGN_TRUST_H
#define SW_IMAGE_SIGN_TRUST_H

#include <openssl/x509.h>

#include "image/sign/key.h"

#define SW_TRUST_MAX 256 /* entries of each kind */
#define SW_TRUST_MAX_CHAIN 10

/* Seconds since 1970; both ends belong to it. */
struct sw_trust_time {
	int64_t start, end;
};

struct sw_trust_log {
	struct sw_str url;
	struct sw_str host;	     /* of the URL: how the log signs its checkpoints */
	struct sw_str id;	     /* as entries and certificates name it */
	struct sw_str checkpoint_id; /* of signed checkpoints, where it differs; may be empty */
	struct sw_key key;
	struct sw_sigalg alg;
	bool usable; /* false: a type of key that is not supported */
	struct sw_trust_time valid;
};

/* Leaf or intermediates first, the trust anchor last. */
struct sw_trust_ca {
	struct sw_str url;
	X509 *certs[SW_TRUST_MAX_CHAIN];
	uint32_t n;
	struct sw_trust_time valid;
};

struct sw_trust {
	struct sw_trust_log *logs, *ctlogs;
	struct sw_trust_ca *cas, *tsas;
	uint32_t n_logs, n_ctlogs, n_cas, n_tsas;
};

/* The text is borrowed. -SW_ESYNTAX, -SW_EINVALID, -SW_ELIMIT. */
int sw_trust_read(
	struct sw_arena *a, struct sw_str text, struct sw_trust *ret, struct sw_error *err);
/* Sigstore's public instance, as the program carries it (content/sign). */
int sw_trust_builtin(struct sw_arena *a, struct sw_trust *ret, struct sw_error *err);

bool sw_trust_covers(struct sw_trust_time valid, int64_t t);
/* A certificate in the arena from DER; -SW_EINVALID. */
int sw_trust_cert(struct sw_arena *a, struct sw_str der, X509 **ret, struct sw_error *err);

#endif
