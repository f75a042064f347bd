/* SPDX-License-Identifier: Apache-2.0 */
#include "image/sign/bundle.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/base64.h"
#include "image/sign/pb.h"
#include "image/sign/trust.h"

#define TYPE "application/vnd.dev.sigstore.bundle"

bool sw_bundle_media_type(struct sw_str t, unsigned *ret_version)
{
	static const struct {
		const char *type;
		unsigned version;
	} types[] = {
		{TYPE "+json;version=0.1", 1},
		{TYPE "+json;version=0.2", 2},
		{TYPE "+json;version=0.3", 3},
		{TYPE ".v0.3+json", 3},
	};
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (sw_str_is(t, types[i].type)) {
			*ret_version = types[i].version;
			return true;
		}
	return false;
}

static int read_hashes(
	struct sw_arena *a, struct sw_value proof, struct sw_log_entry *e, struct sw_error *err)
{
	struct sw_value list;
	int rc = sw_pb_list(proof, "hashes", SW_BUNDLE_MAX_PROOF, &list, err);
	if (rc < 0)
		return rc;
	e->hashes = sw_arena_new_array(a, list.n, struct sw_str);
	if (!e->hashes)
		return sw_error_set(err, SW_ELIMIT, "no memory left for an inclusion proof");
	for (; e->n_hashes < list.n; e->n_hashes++) {
		struct sw_value h = sw_array_at(list, e->n_hashes);
		struct sw_str *to = &e->hashes[e->n_hashes];
		if (!sw_is(h, SW_STRING) || !sw_base64_decode(a, sw_value_str(h), to) ||
			to->n != 32)
			return sw_error_set(err, SW_EINVALID,
				"an inclusion proof with a hash that is not 32 bytes in base64");
	}
	return 0;
}

static int read_proof(
	struct sw_arena *a, struct sw_value proof, struct sw_log_entry *e, struct sw_error *err)
{
	int rc;
	if (!sw_is(proof, SW_OBJECT))
		return sw_error_set(err, SW_EINVALID, "inclusionProof is not an object");
	e->has_proof = true;
	if ((rc = sw_pb_int(proof, "logIndex", &e->proof_index, err)) < 0 ||
		(rc = sw_pb_int(proof, "treeSize", &e->tree_size, err)) < 0 ||
		(rc = sw_pb_bytes(a, proof, "rootHash", &e->root_hash, err)) < 0 ||
		(rc = read_hashes(a, proof, e, err)) < 0)
		return rc;
	e->checkpoint = sw_pb_str(sw_pb_get(proof, "checkpoint"), "envelope");
	if (e->proof_index < 0 || e->tree_size <= 0 || e->proof_index >= e->tree_size ||
		e->root_hash.n != 32)
		return sw_error_set(err, SW_EINVALID,
			"an inclusion proof with an impossible index, size or root hash");
	return 0;
}

static int read_entry(
	struct sw_arena *a, struct sw_value v, struct sw_log_entry *ret, struct sw_error *err)
{
	struct sw_log_entry e = {0};
	struct sw_value kv = sw_pb_get(v, "kindVersion"), proof = sw_pb_get(v, "inclusionProof");
	int rc;
	if ((rc = sw_pb_int(v, "logIndex", &e.log_index, err)) < 0 ||
		(rc = sw_pb_int(v, "integratedTime", &e.integrated_time, err)) < 0 ||
		(rc = sw_pb_bytes(a, sw_pb_get(v, "logId"), "keyId", &e.log_id, err)) < 0 ||
		(rc = sw_pb_bytes(a, v, "canonicalizedBody", &e.body, err)) < 0 ||
		(rc = sw_pb_bytes(a, sw_pb_get(v, "inclusionPromise"), "signedEntryTimestamp",
			 &e.promise, err)) < 0)
		return rc;
	e.kind = sw_pb_str(kv, "kind");
	e.version = sw_pb_str(kv, "version");
	if (e.log_index < 0 || e.integrated_time < 0)
		return sw_error_set(err, SW_EINVALID, "a negative log index or time");
	if (!e.body.n || !e.log_id.n || !e.kind.n || !e.version.n)
		return sw_error_set(
			err, SW_EINVALID, "canonicalizedBody, logId or kindVersion is missing");
	if (sw_defined(proof) && (rc = read_proof(a, proof, &e, err)) < 0)
		return rc;
	*ret = e;
	return 0;
}

static int read_entries(
	struct sw_arena *a, struct sw_value material, struct sw_bundle *b, struct sw_error *err)
{
	struct sw_value list;
	int rc = sw_pb_list(material, "tlogEntries", SW_BUNDLE_MAX_ENTRIES, &list, err);
	if (rc < 0)
		return rc;
	b->entries = sw_arena_new_array(a, list.n, struct sw_log_entry);
	if (!b->entries)
		return sw_error_set(err, SW_ELIMIT, "no memory left for log entries");
	for (; b->n_entries < list.n; b->n_entries++) {
		struct sw_log_entry *e = &b->entries[b->n_entries];
		if ((rc = read_entry(a, sw_array_at(list, b->n_entries), e, err)) < 0) {
			sw_error_prefix(err, "tlogEntries[%u]", b->n_entries);
			return rc;
		}
		for (struct sw_log_entry *o = b->entries; o < e; o++)
			if (o->log_index == e->log_index && sw_str_eq(o->log_id, e->log_id))
				return sw_error_set(err, SW_EINVALID, "the same log entry twice");
	}
	return 0;
}

static int read_timestamps(
	struct sw_arena *a, struct sw_value material, struct sw_bundle *b, struct sw_error *err)
{
	struct sw_value list;
	int rc = sw_pb_list(sw_pb_get(material, "timestampVerificationData"), "rfc3161Timestamps",
		SW_BUNDLE_MAX_TIMESTAMPS, &list, err);
	if (rc < 0)
		return rc;
	sw_array_foreach (t, list) {
		struct sw_str *ts = &b->timestamps[b->n_timestamps];
		if ((rc = sw_pb_bytes(a, *t, "signedTimestamp", ts, err)) <= 0)
			return rc < 0 ? rc : sw_error_set(err, SW_EINVALID, "an empty timestamp");
		for (uint32_t i = 0; i < b->n_timestamps; i++)
			if (sw_str_eq(b->timestamps[i], *ts))
				return sw_error_set(err, SW_EINVALID, "the same timestamp twice");
		b->n_timestamps++;
	}
	return 0;
}

/* One that signed itself: it must come from the trusted root, never with the signature. */
static bool is_root(X509 *cert)
{
	return X509_NAME_cmp(X509_get_subject_name(cert), X509_get_issuer_name(cert)) == 0;
}

static int add_cert(
	struct sw_arena *a, struct sw_value v, struct sw_bundle *b, struct sw_error *err)
{
	struct sw_str der = {0};
	X509 *cert;
	int rc;
	if ((rc = sw_pb_bytes(a, v, "rawBytes", &der, err)) < 0 ||
		(rc = sw_trust_cert(a, der, &cert, err)) < 0)
		return rc;
	if (is_root(cert) && X509_check_ca(cert))
		return sw_error_set(err, SW_EINVALID,
			"the bundle brings a root certificate: roots come from the trusted root "
			"only");
	if (b->leaf) {
		b->chain[b->n_chain++] = cert;
	} else {
		b->leaf = cert;
		b->leaf_der = der;
	}
	return 0;
}

static int read_chain(
	struct sw_arena *a, struct sw_value chain, struct sw_bundle *b, struct sw_error *err)
{
	struct sw_value list;
	int rc = sw_pb_list(chain, "certificates", SW_BUNDLE_MAX_CHAIN, &list, err);
	if (rc < 0)
		return rc;
	if (!list.n)
		return sw_error_set(err, SW_EINVALID, "an empty chain of certificates");
	sw_array_foreach (c, list)
		if ((rc = add_cert(a, *c, b, err)) < 0)
			return rc;
	return 0;
}

static int read_signer(
	struct sw_arena *a, struct sw_value material, struct sw_bundle *b, struct sw_error *err)
{
	struct sw_value cert = sw_pb_get(material, "certificate"),
			key = sw_pb_get(material, "publicKey"),
			chain = sw_pb_get(material, "x509CertificateChain");
	if (sw_defined(cert) + sw_defined(key) + sw_defined(chain) != 1)
		return sw_error_set(err, SW_EINVALID,
			"verificationMaterial must have one of certificate, x509CertificateChain "
			"and publicKey");
	if (sw_defined(key)) {
		b->key_hint = sw_pb_str(key, "hint");
		return 0;
	}
	if (b->version >= 3 && sw_defined(chain))
		return sw_error_set(err, SW_EINVALID,
			"a bundle of version 0.3 has one certificate, not a chain");
	if (b->version < 3 && sw_defined(cert))
		return sw_error_set(err, SW_EINVALID,
			"a bundle of version 0.%u has a chain of certificates", b->version);
	return sw_defined(chain) ? read_chain(a, chain, b, err) : add_cert(a, cert, b, err);
}

static int read_message(
	struct sw_arena *a, struct sw_value msg, struct sw_bundle *b, struct sw_error *err)
{
	struct sw_value digest = sw_pb_get(msg, "messageDigest"),
			alg = sw_pb_get(digest, "algorithm");
	int64_t number;
	int rc;
	if ((rc = sw_pb_bytes(a, msg, "signature", &b->signature, err)) < 0 ||
		(rc = sw_pb_bytes(a, digest, "digest", &b->digest, err)) < 0)
		return rc;
	if (sw_is(alg, SW_NUMBER) && sw_value_int(alg, &number) && number >= 0 && number <= 3)
		b->digest_alg = (enum sw_digest)number; /* SHA2_256 is 1, as in the proto */
	else if (sw_is(alg, SW_STRING))
		b->digest_alg = sw_digest_parse(sw_value_str(alg));
	if (b->digest.n && (!b->digest_alg || b->digest.n != sw_digest_size(b->digest_alg)))
		return sw_error_set(err, SW_EINVALID,
			"messageDigest: unknown algorithm, or a digest of the wrong size");
	return 0;
}

int sw_dsse_read(struct sw_arena *a, struct sw_value v, struct sw_bundle *b, struct sw_error *err)
{
	struct sw_value list;
	int rc;
	b->is_dsse = true;
	b->payload_type = sw_pb_str(v, "payloadType");
	if ((rc = sw_pb_bytes(a, v, "payload", &b->payload, err)) < 0 ||
		(rc = sw_pb_list(v, "signatures", 64, &list, err)) < 0)
		return rc;
	if (list.n != 1)
		return sw_error_set(err, SW_EINVALID,
			"an envelope with %u signatures: exactly one is expected", list.n);
	if ((rc = sw_pb_bytes(a, sw_array_at(list, 0), "sig", &b->signature, err)) < 0)
		return rc;
	if (!b->payload_type.n || !b->payload.n)
		return sw_error_set(err, SW_EINVALID, "an envelope without a payload or its type");
	return 0;
}

static int read_content(
	struct sw_arena *a, struct sw_value root, struct sw_bundle *b, struct sw_error *err)
{
	struct sw_value msg = sw_pb_get(root, "messageSignature"),
			dsse = sw_pb_get(root, "dsseEnvelope");
	if (sw_defined(msg) + sw_defined(dsse) != 1)
		return sw_error_set(
			err, SW_EINVALID, "a bundle has one of messageSignature and dsseEnvelope");
	int rc = sw_defined(msg) ? read_message(a, msg, b, err) : sw_dsse_read(a, dsse, b, err);
	if (rc == 0 && !b->signature.n)
		return sw_error_set(err, SW_EINVALID, "the bundle has no signature");
	return rc;
}

/* What each version must bring for its log entries. */
static int check_version(struct sw_bundle *b, struct sw_error *err)
{
	for (uint32_t i = 0; i < b->n_entries; i++) {
		struct sw_log_entry *e = &b->entries[i];
		if (b->version == 1 && !e->promise.n)
			return sw_error_set(err, SW_EINVALID,
				"a bundle of version 0.1 must have an inclusion promise for its "
				"log entry");
		if (b->version == 1 && e->has_proof && !e->checkpoint.n)
			e->has_proof = false; /* early clients wrote proofs that nothing signs */
		if (b->version > 1 && !e->has_proof)
			return sw_error_set(err, SW_EINVALID,
				"a bundle of version 0.%u must have an inclusion proof for its log "
				"entry",
				b->version);
		if (e->has_proof && !e->checkpoint.n)
			return sw_error_set(
				err, SW_EINVALID, "an inclusion proof without a signed checkpoint");
	}
	return 0;
}

int sw_bundle_read(
	struct sw_arena *a, struct sw_str text, struct sw_bundle *ret, struct sw_error *err)
{
	struct sw_bundle b = {0};
	struct sw_value root;
	int rc;
	if (text.n > SW_BUNDLE_MAX_SIZE)
		return sw_error_set(err, SW_ELIMIT, "a bundle of more than 64 MiB");
	if ((rc = sw_pb_parse(a, text, &root, err)) < 0)
		return rc;
	struct sw_str type = sw_pb_str(root, "mediaType");
	if (!sw_is(root, SW_OBJECT) || !type.n)
		return sw_error_set(err, SW_EINVALID, "not a Sigstore bundle: no mediaType");
	if (!sw_bundle_media_type(type, &b.version))
		return sw_error_set(err, SW_EUNSUPPORTED,
			"media type \"%.*s\" is not that of a bundle of version 0.1 to 0.3",
			(int)(type.n > 100 ? 100 : type.n), type.p);
	struct sw_value material = sw_pb_get(root, "verificationMaterial");
	if (!sw_is(material, SW_OBJECT))
		return sw_error_set(err, SW_EINVALID, "the bundle has no verificationMaterial");
	if ((rc = read_signer(a, material, &b, err)) < 0 ||
		(rc = read_entries(a, material, &b, err)) < 0 ||
		(rc = read_timestamps(a, material, &b, err)) < 0 ||
		(rc = read_content(a, root, &b, err)) < 0 || (rc = check_version(&b, err)) < 0)
		return rc;
	*ret = b;
	return 0;
}

int sw_dsse_pae(
	struct sw_arena *a, const struct sw_bundle *b, struct sw_str *ret, struct sw_error *err)
{
	sw_autobuf out;
	sw_buf_init(&out, b->payload.n + b->payload_type.n + 64);
	sw_buf_printf(&out, "DSSEv1 %zu ", b->payload_type.n);
	sw_buf_addstr(&out, b->payload_type);
	sw_buf_printf(&out, " %zu ", b->payload.n);
	sw_buf_addstr(&out, b->payload);
	*ret = sw_arena_str(a, sw_buf_str(&out));
	return ret->p && !out.overflow
		       ? 0
		       : sw_error_set(err, SW_ELIMIT, "no memory left for the envelope");
}

int sw_intoto_statement(
	struct sw_arena *a, const struct sw_bundle *b, struct sw_value *ret, struct sw_error *err)
{
	struct sw_value v;
	if (!sw_str_is(b->payload_type, "application/vnd.in-toto+json"))
		return sw_error_set(err, SW_EUNSUPPORTED,
			"the envelope holds \"%.*s\", not an in-toto statement",
			(int)(b->payload_type.n > 100 ? 100 : b->payload_type.n),
			b->payload_type.p);
	int rc = sw_pb_parse(a, b->payload, &v, err);
	if (rc < 0) {
		sw_error_prefix(err, "in-toto statement");
		return rc;
	}
	struct sw_str type = sw_value_getstr(v, "_type");
	if (!sw_str_is(type, "https://in-toto.io/Statement/v1") &&
		!sw_str_is(type, "https://in-toto.io/Statement/v0.1"))
		return sw_error_set(err, SW_EINVALID,
			"the envelope's payload is not an in-toto statement v0.1 or v1");
	*ret = v;
	return 0;
}

bool sw_intoto_has_subject(struct sw_value statement, struct sw_message *artifact)
{
	struct sw_value list = sw_object_gets(statement, SW_STR("subject"));
	if (!sw_is(list, SW_ARRAY))
		return false;
	sw_array_foreach (s, list) {
		struct sw_value set = sw_object_gets(*s, SW_STR("digest"));
		bool same = false, differs = false;
		if (!sw_is(set, SW_OBJECT))
			continue;
		sw_object_foreach (m, set) {
			enum sw_digest d = sw_digest_parse(sw_value_str(m->k));
			const uint8_t *want = d ? sw_message_digest(artifact, d) : NULL;
			struct sw_message said;
			if (!want || !sw_is(m->v, SW_STRING))
				continue;
			char text[160];
			int n = snprintf(text, sizeof(text), "%s:%.*s", sw_digest_name(d),
				(int)(m->v.n > 140 ? 140 : m->v.n), m->v.u.s);
			if (sw_message_from_digest(sw_str_make(text, (size_t)n), &said) &&
				memcmp(said.digest[d], want, sw_digest_size(d)) == 0)
				same = true;
			else
				differs = true;
		}
		if (same && !differs)
			return true;
	}
	return false;
}
