/* SPDX-License-Identifier: Apache-2.0 */
#include "image/sign/verify.h"

#include <inttypes.h>
#include <openssl/err.h>

#include "image/sign/tlog.h"
#include "image/sign/tsa.h"

struct job {
	struct sw_arena *a;
	const struct sw_trust *trust;
	const struct sw_bundle *b;
	struct sw_message *artifact;
	const struct sw_sign_policy *policy;
	struct sw_sign_result *r;
	struct sw_key key;	    /* that verifies the signature */
	struct sw_message *message; /* what the signature signs */
	struct sw_message pae;
};

static void add_time(struct job *j, int64_t t, enum sw_time_source source, struct sw_str by)
{
	if (j->r->n_times < sizeof(j->r->times) / sizeof(j->r->times[0]))
		j->r->times[j->r->n_times++] = (struct sw_sign_time){t, source, by};
}

/* A bundle that brings timestamps must bring one that holds; others may be of strangers. */
static int check_timestamps(struct job *j, struct sw_error *err)
{
	struct sw_error first = {0};
	uint32_t good = 0;
	for (uint32_t i = 0; i < j->b->n_timestamps; i++) {
		const struct sw_trust_ca *tsa;
		struct sw_error e = {0};
		int64_t t;
		if (sw_tsa_verify(j->trust, j->b->timestamps[i], j->b->signature, &t, &tsa, &e) ==
			0) {
			add_time(j, t, SW_TIME_TSA, tsa->url);
			good++;
		} else if (!first.code) {
			first = e;
		}
	}
	if (j->b->n_timestamps && !good) {
		*err = first;
		return -first.code;
	}
	return 0;
}

/* The promises of logs that we know are sources of time. Proofs come last. */
static int check_promises(struct job *j, struct sw_error *err)
{
	for (uint32_t i = 0; i < j->b->n_entries; i++) {
		const struct sw_log_entry *e = &j->b->entries[i];
		const struct sw_trust_log *log = sw_log_find(j->trust, e, e->integrated_time);
		if (!log || !e->promise.n)
			continue;
		int rc = sw_log_promise(log, e, err);
		if (rc < 0)
			return rc;
		if (e->integrated_time)
			add_time(j, e->integrated_time, SW_TIME_LOG, log->url);
	}
	return 0;
}

static bool whole_match(struct sw_re2 *re, struct sw_str s)
{
	size_t caps[2];
	uint64_t work = 1 << 20;
	return sw_re2_find(re, s, 0, caps, 1, &work) == 1 && caps[0] == 0 && caps[1] == s.n;
}

static bool name_matches(struct job *j)
{
	const struct sw_cert_identity *id = &j->r->identity;
	if (!j->policy->identity.p && !j->policy->identity_re)
		return true;
	for (uint32_t i = 0; i < id->n_names; i++)
		if ((!j->policy->identity.p || sw_str_eq(id->names[i], j->policy->identity)) &&
			(!j->policy->identity_re ||
				whole_match(j->policy->identity_re, id->names[i])))
			return true;
	return false;
}

static int check_claims(struct job *j, struct sw_error *err)
{
	for (uint32_t i = 0; i < j->policy->n_claims; i++) {
		const struct sw_cert_claim *want = &j->policy->claims[i];
		bool found = false;
		for (uint32_t k = 0; k < j->r->identity.n_claims && !found; k++)
			found = strcmp(j->r->identity.claims[k].name, want->name) == 0 &&
				sw_str_eq(j->r->identity.claims[k].value, want->value);
		if (!found)
			return sw_error_set(err, SW_ESECURITY,
				"the certificate does not claim %s=%.*s", want->name,
				(int)(want->value.n > 200 ? 200 : want->value.n), want->value.p);
	}
	return 0;
}

static int check_identity(struct job *j, struct sw_error *err)
{
	int rc = sw_cert_identity(j->a, j->b->leaf, &j->r->identity, err);
	if (rc < 0)
		return rc;
	struct sw_str name = j->r->identity.n_names ? j->r->identity.names[0] : SW_STR("nobody"),
		      issuer = j->r->identity.issuer;
	if (!name_matches(j))
		return sw_error_set(err, SW_ESECURITY, "signed by another identity: %.*s",
			(int)(name.n > 300 ? 300 : name.n), name.p);
	if ((j->policy->issuer.p && !sw_str_eq(issuer, j->policy->issuer)) ||
		(j->policy->issuer_re && !whole_match(j->policy->issuer_re, issuer)))
		return sw_error_set(err, SW_ESECURITY,
			"the identity was issued by another issuer: %.*s",
			(int)(issuer.n > 300 ? 300 : issuer.n), issuer.p ? issuer.p : "");
	return check_claims(j, err);
}

/* The certificate held at every time that is proven, and a log of certificates has seen it. */
static int check_certificate(struct job *j, struct sw_error *err)
{
	X509 *issuer = NULL;
	int rc;
	if (!j->r->n_times)
		return sw_error_set(err, SW_ESECURITY,
			"nothing proves the time of signing: no timestamp and no log's promise "
			"that holds");
	for (uint32_t i = 0; i < j->r->n_times; i++)
		if ((rc = sw_cert_chain(j->a, j->trust, j->b, j->r->times[i].t, &issuer, err)) < 0)
			return rc;
	if (!j->policy->no_sct &&
		(rc = sw_cert_sct(j->a, j->trust, j->b->leaf, j->b->leaf_der, issuer, err)) < 0)
		return rc;
	char name[256];
	X509_NAME_oneline(X509_get_subject_name(issuer), name, sizeof(name));
	j->r->authority = sw_arena_str(j->a, sw_str_from(name));
	EVP_PKEY *pkey = X509_get_pubkey(j->b->leaf);
	ERR_clear_error();
	if (!pkey)
		return sw_error_set(err, SW_EINVALID, "the signing certificate has no usable key");
	return sw_key_own(j->a, pkey, &j->key, err);
}

static int check_signer(struct job *j, struct sw_error *err)
{
	const struct sw_sign_policy *p = j->policy;
	j->r->keyless = j->b->leaf != NULL;
	if (!j->b->leaf) {
		if (!p->key)
			return sw_error_set(err, SW_ESECURITY,
				"signed with a key, not by an identity: the key must be given");
		j->key = *p->key;
		return 0;
	}
	if (p->key)
		return sw_error_set(err, SW_ESECURITY,
			"signed by an identity with a certificate, not with the given key");
	if (!p->identity.p && !p->identity_re)
		return sw_error_set(
			err, SW_EUSAGE, "no identity was given to compare the certificate with");
	if (!p->issuer.p && !p->issuer_re)
		return sw_error_set(err, SW_EUSAGE, "no issuer was given for the identity");
	int rc = check_certificate(j, err);
	return rc < 0 ? rc : check_identity(j, err);
}

/* What was signed, and that it is the artifact. */
static int check_content(struct job *j, struct sw_error *err)
{
	const struct sw_bundle *b = j->b;
	int rc;
	if (!b->is_dsse) {
		const uint8_t *is =
			b->digest.n ? sw_message_digest(j->artifact, b->digest_alg) : NULL;
		if (b->digest.n && !is)
			return sw_error_set(err, SW_EUSAGE,
				"the bundle is for a %s digest: the file itself is needed",
				sw_digest_name(b->digest_alg));
		if (is && memcmp(is, b->digest.p, b->digest.n) != 0)
			return sw_error_set(err, SW_ESECURITY,
				"the bundle is for another file: the digests differ");
		j->message = j->artifact;
		return 0;
	}
	if ((rc = sw_intoto_statement(j->a, b, &j->r->statement, err)) < 0)
		return rc;
	j->r->predicate_type = sw_value_getstr(j->r->statement, "predicateType");
	if (!sw_intoto_has_subject(j->r->statement, j->artifact))
		return sw_error_set(err, SW_ESECURITY,
			"the artifact is not among the subjects of the statement");
	if ((rc = sw_dsse_pae(j->a, b, &j->pae.bytes, err)) < 0)
		return rc;
	j->message = &j->pae;
	return 0;
}

static int check_signature(struct job *j, struct sw_error *err)
{
	struct sw_sigalg alg = {0};
	if (!sw_key_verify(&j->key, alg, j->message, j->b->signature))
		return sw_error_set(err, SW_ESECURITY,
			"the signature is wrong for this %s and this key (%s)",
			j->b->is_dsse ? "statement" : "file", sw_key_kind_name(j->key.kind));
	return 0;
}

static int check_logs(struct job *j, struct sw_error *err)
{
	for (uint32_t i = 0; i < j->b->n_entries; i++) {
		const struct sw_log_entry *e = &j->b->entries[i];
		const struct sw_trust_log *log = sw_log_find(
			j->trust, e, j->r->n_times ? j->r->times[0].t : e->integrated_time);
		int rc;
		if (!log)
			continue;
		if (!e->promise.n && !e->has_proof)
			return sw_error_set(
				err, SW_ESECURITY, "a log entry with neither promise nor proof");
		if ((e->has_proof && (rc = sw_log_inclusion(j->a, log, e, err)) < 0) ||
			(rc = sw_log_entry_matches(j->a, e, j->b, &j->key, j->message, err)) < 0)
			return rc;
		for (uint32_t k = 0; k < j->r->n_times; k++)
			if (!sw_trust_covers(log->valid, j->r->times[k].t))
				return sw_error_set(err, SW_ESECURITY,
					"the log did not hold at the time of signing");
		j->r->logs[j->r->n_logs].url = log->url;
		j->r->logs[j->r->n_logs].index = e->log_index;
		j->r->logs[j->r->n_logs].promise = e->promise.n > 0;
		j->r->logs[j->r->n_logs++].inclusion = e->has_proof;
	}
	if (!j->r->n_logs && !(j->policy->log_optional && !j->r->keyless))
		return sw_error_set(err, SW_ESECURITY,
			j->b->n_entries ? "no log of the trusted root knows the signature"
					: "the signature is in no transparency log");
	return 0;
}

int sw_sign_verify(struct sw_arena *a, const struct sw_trust *trust, const struct sw_bundle *b,
	struct sw_message *artifact, const struct sw_sign_policy *policy,
	struct sw_sign_result *ret, struct sw_error *err)
{
	struct sw_sign_result *r = sw_arena_new(a, struct sw_sign_result);
	struct job j = {
		.a = a, .trust = trust, .b = b, .artifact = artifact, .policy = policy, .r = r};
	int rc;
	if (!r)
		return sw_error_set(err, SW_ELIMIT, "no memory left to verify");
	r->is_dsse = b->is_dsse;
	if ((rc = check_timestamps(&j, err)) < 0 || (rc = check_promises(&j, err)) < 0 ||
		(rc = check_signer(&j, err)) < 0 || (rc = check_content(&j, err)) < 0 ||
		(rc = check_signature(&j, err)) < 0 || (rc = check_logs(&j, err)) < 0)
		return rc;
	r->key_kind = j.key.kind;
	memcpy(r->key_id, j.key.id, sizeof(r->key_id));
	*ret = *r;
	return 0;
}
