/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bundles, trusted roots, checkpoints, certificates and timestamps: whatever the bytes, an error or
 * something that verification refuses. The first byte says what the rest is.
 */
#include <stdlib.h>

#include "image/sign/tbs.h"
#include "image/sign/tlog.h"
#include "image/sign/tsa.h"
#include "image/sign/verify.h"

static void bundle(struct sw_arena *a, struct sw_str text, const struct sw_trust *trust)
{
	struct sw_bundle b;
	struct sw_error err = {0};
	struct sw_message artifact = {.bytes = SW_STR("a")};
	struct sw_sign_policy policy = {.identity = SW_STR("i"), .issuer = SW_STR("u")};
	struct sw_sign_result *r = sw_arena_new(a, struct sw_sign_result);
	if (!r || sw_bundle_read(a, text, &b, &err) < 0)
		return;
	if (sw_sign_verify(a, trust, &b, &artifact, &policy, r, &err) == 0)
		abort();
	/* What verification did not reach for lack of a valid promise. */
	for (uint32_t i = 0; i < b.n_entries; i++) {
		struct sw_key key = {.spki = SW_STR("")};
		if (trust->n_logs)
			sw_log_inclusion(a, &trust->logs[0], &b.entries[i], &err);
		sw_log_entry_matches(a, &b.entries[i], &b, &key, &artifact, &err);
	}
}

static void certificate(struct sw_arena *a, struct sw_str der, const struct sw_trust *trust)
{
	X509 *cert;
	struct sw_error err = {0};
	struct sw_cert_identity id;
	struct sw_str tbs;
	sw_tbs_without(a, der, SW_STR("\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x02"), &tbs);
	if (sw_trust_cert(a, der, &cert, &err) < 0)
		return;
	sw_cert_identity(a, cert, &id, &err);
	sw_cert_sct(a, trust, cert, der, cert, &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	sw_autoarena a;
	struct sw_error err = {0};
	struct sw_trust trust, other;
	struct sw_checkpoint cp;
	const struct sw_trust_ca *tsa;
	int64_t t;
	sw_arena_init(&a, 256 << 20);
	if (!size)
		return 0;
	struct sw_str rest = sw_str_make((const char *)data + 1, size - 1);
	if (sw_trust_builtin(&a, &trust, &err) < 0)
		abort();
	switch (data[0]) {
	case 'r':
		sw_trust_read(&a, rest, &other, &err);
		break;
	case 'p':
		if (sw_checkpoint_parse(&a, rest, &cp, &err) == 0)
			sw_checkpoint_verify(&a, &cp, &trust.logs[0], &err);
		break;
	case 'c':
		certificate(&a, rest, &trust);
		break;
	case 't':
		if (sw_tsa_verify(&trust, rest, SW_STR("a"), &t, &tsa, &err) == 0)
			abort();
		break;
	default:
		bundle(&a, sw_str_make((const char *)data, size), &trust);
	}
	return 0;
}
