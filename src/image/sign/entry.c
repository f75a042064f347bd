/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bodies of log entries: hashedrekord 0.0.1 and 0.0.2, dsse 0.0.1 and 0.0.2, intoto 0.0.1 and
 * 0.0.2. Each is compared with the bundle field by field; a kind that is not known proves nothing.
 */
#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/base64.h"
#include "image/sign/pb.h"
#include "image/sign/tlog.h"

struct match {
	struct sw_arena *a;
	const struct sw_bundle *b;
	const struct sw_key *key;
	struct sw_message *message;
	struct sw_value spec;
	struct sw_error *err;
};

static int differs(struct match *m, const char *what)
{
	return sw_error_set(m->err, SW_ESECURITY,
		"the log entry is not about this signature: its %s differs", what);
}

static bool get_bytes(struct match *m, struct sw_value v, const char *name, struct sw_str *ret)
{
	struct sw_error skip;
	return sw_pb_bytes(m->a, v, name, ret, &skip) > 0;
}

/* DER of a certificate or key that must be the bundle's. */
static bool same_verifier_der(struct match *m, struct sw_str der, bool is_cert)
{
	if (m->b->leaf)
		return is_cert && sw_str_eq(der, m->b->leaf_der);
	return !is_cert && sw_str_eq(der, m->key->spki);
}

/* The same in PEM. */
static bool same_verifier_pem(struct match *m, struct sw_str pem)
{
	char *name = NULL, *header = NULL;
	unsigned char *data = NULL;
	long n = 0;
	bool same = false;
	BIO *in = pem.n <= 1 << 20 ? BIO_new_mem_buf(pem.p, (int)pem.n) : NULL;
	if (in && PEM_read_bio(in, &name, &header, &data, &n) && n > 0)
		same = same_verifier_der(m, sw_str_make((const char *)data, (size_t)n),
			strcmp(name, "CERTIFICATE") == 0);
	OPENSSL_free(name);
	OPENSSL_free(header);
	OPENSSL_free(data);
	BIO_free(in);
	ERR_clear_error();
	return same;
}

/* {"algorithm": "sha256", "value": "<hex>"} against bytes or a message. */
static bool same_hex_digest(struct sw_value v, struct sw_message *message)
{
	enum sw_digest d = sw_digest_parse(sw_pb_str(v, "algorithm"));
	struct sw_str hex = sw_pb_str(v, "value");
	uint8_t said[64];
	const uint8_t *is = d ? sw_message_digest(message, d) : NULL;
	return is && hex.n == 2 * sw_digest_size(d) && sw_hex_decode(hex, said) &&
	       memcmp(said, is, sw_digest_size(d)) == 0;
}

/* {"algorithm": "SHA2_256", "digest": "<base64>"}. */
static bool same_pb_digest(struct match *m, struct sw_value v, struct sw_message *message)
{
	enum sw_digest d = sw_digest_parse(sw_pb_str(v, "algorithm"));
	struct sw_str said;
	const uint8_t *is = d ? sw_message_digest(message, d) : NULL;
	return is && get_bytes(m, v, "digest", &said) && said.n == sw_digest_size(d) &&
	       memcmp(said.p, is, said.n) == 0;
}

/* {"content": <signature>, "verifier": {"x509Certificate" | "publicKey": {"rawBytes"}}} of Rekor
 * v2. */
static int match_v2_signature(struct match *m, struct sw_value sig)
{
	struct sw_value verifier = sw_pb_get(sig, "verifier"),
			cert = sw_pb_get(verifier, "x509Certificate");
	struct sw_str raw;
	if (!get_bytes(m, sig, "content", &raw) || !sw_str_eq(raw, m->b->signature))
		return differs(m, "signature");
	bool is_cert = sw_defined(cert);
	if (!get_bytes(m, is_cert ? cert : sw_pb_get(verifier, "publicKey"), "rawBytes", &raw) ||
		!same_verifier_der(m, raw, is_cert))
		return differs(m, "certificate or key");
	return 0;
}

static int hashedrekord_001(struct match *m)
{
	struct sw_value sig = sw_pb_get(m->spec, "signature");
	struct sw_str raw;
	if (!same_hex_digest(sw_pb_path(m->spec, "data", "hash", NULL), m->message))
		return differs(m, "digest");
	if (!get_bytes(m, sig, "content", &raw) || !sw_str_eq(raw, m->b->signature))
		return differs(m, "signature");
	if (!get_bytes(m, sw_pb_get(sig, "publicKey"), "content", &raw) ||
		!same_verifier_pem(m, raw))
		return differs(m, "certificate or key");
	return 0;
}

static int hashedrekord_002(struct match *m)
{
	struct sw_value v = sw_pb_get(m->spec, "hashedRekordV002");
	if (!same_pb_digest(m, sw_pb_get(v, "data"), m->message))
		return differs(m, "digest");
	return match_v2_signature(m, sw_pb_get(v, "signature"));
}

/* The one signature of an envelope's entry. */
static bool one(struct sw_value list, struct sw_value *ret)
{
	if (!sw_is(list, SW_ARRAY) || list.n != 1)
		return false;
	*ret = sw_array_at(list, 0);
	return true;
}

static int dsse_001(struct match *m)
{
	struct sw_message payload = {.bytes = m->b->payload};
	struct sw_value sig;
	struct sw_str raw;
	if (!m->b->is_dsse || !same_hex_digest(sw_pb_get(m->spec, "payloadHash"), &payload))
		return differs(m, "payload");
	if (!one(sw_pb_get(m->spec, "signatures"), &sig) || !get_bytes(m, sig, "signature", &raw) ||
		!sw_str_eq(raw, m->b->signature))
		return differs(m, "signature");
	if (!get_bytes(m, sig, "verifier", &raw) || !same_verifier_pem(m, raw))
		return differs(m, "certificate or key");
	return 0;
}

static int dsse_002(struct match *m)
{
	struct sw_value v = sw_pb_get(m->spec, "dsseV002"), sig;
	struct sw_message payload = {.bytes = m->b->payload};
	if (!m->b->is_dsse || !same_pb_digest(m, sw_pb_get(v, "payloadHash"), &payload))
		return differs(m, "payload");
	if (!one(sw_pb_get(v, "signatures"), &sig))
		return differs(m, "number of signatures");
	return match_v2_signature(m, sig);
}

/* Rekor stores the envelope's base64 texts in base64 once more. */
static bool twice_base64(struct match *m, struct sw_value v, const char *name, struct sw_str *ret)
{
	struct sw_str once;
	return get_bytes(m, v, name, &once) && sw_base64_decode(m->a, once, ret);
}

static int intoto_002(struct match *m)
{
	struct sw_value content = sw_pb_get(m->spec, "content"),
			env = sw_pb_get(content, "envelope"), sig;
	struct sw_message payload = {.bytes = m->b->payload};
	struct sw_str raw, type = sw_pb_str(env, "payloadType");
	if (!m->b->is_dsse || !same_hex_digest(sw_pb_get(content, "payloadHash"), &payload))
		return differs(m, "payload");
	if (sw_defined(sw_pb_get(env, "payload")) &&
		(!twice_base64(m, env, "payload", &raw) || !sw_str_eq(raw, m->b->payload)))
		return differs(m, "payload");
	if (!sw_str_eq(type, m->b->payload_type))
		return differs(m, "type of payload");
	if (!one(sw_pb_get(env, "signatures"), &sig) || !twice_base64(m, sig, "sig", &raw) ||
		!sw_str_eq(raw, m->b->signature))
		return differs(m, "signature");
	if (!get_bytes(m, sig, "publicKey", &raw) || !same_verifier_pem(m, raw))
		return differs(m, "certificate or key");
	return 0;
}

/* cosign before 2.2: the hash is over the envelope as it was uploaded. */
static int intoto_001(struct match *m)
{
	struct sw_value content = sw_pb_get(m->spec, "content");
	struct sw_message payload = {.bytes = m->b->payload}, envelope = {.bytes = m->b->envelope};
	struct sw_str raw;
	if (!m->b->is_dsse || !m->b->envelope.n ||
		!same_hex_digest(sw_pb_get(content, "hash"), &envelope))
		return differs(m, "envelope");
	if (sw_defined(sw_pb_get(content, "payloadHash")) &&
		!same_hex_digest(sw_pb_get(content, "payloadHash"), &payload))
		return differs(m, "payload");
	if (!get_bytes(m, m->spec, "publicKey", &raw) || !same_verifier_pem(m, raw))
		return differs(m, "certificate or key");
	return 0;
}

int sw_log_entry_matches(struct sw_arena *a, const struct sw_log_entry *e,
	const struct sw_bundle *b, const struct sw_key *key, struct sw_message *message,
	struct sw_error *err)
{
	static const struct {
		const char *kind, *version;
		int (*match)(struct match *m);
	} kinds[] = {
		{"hashedrekord", "0.0.1", hashedrekord_001},
		{"hashedrekord", "0.0.2", hashedrekord_002},
		{"dsse", "0.0.1", dsse_001},
		{"dsse", "0.0.2", dsse_002},
		{"intoto", "0.0.1", intoto_001},
		{"intoto", "0.0.2", intoto_002},
	};
	struct sw_value body;
	int rc = sw_pb_parse(a, e->body, &body, err);
	if (rc < 0) {
		sw_error_prefix(err, "log entry");
		return rc;
	}
	if (!sw_str_eq(sw_pb_str(body, "kind"), e->kind) ||
		!sw_str_eq(sw_pb_str(body, "apiVersion"), e->version))
		return sw_error_set(
			err, SW_ESECURITY, "the log entry is of another kind than the bundle says");
	struct match m = {a, b, key, message, sw_pb_get(body, "spec"), err};
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (sw_str_is(e->kind, kinds[i].kind) && sw_str_is(e->version, kinds[i].version))
			return kinds[i].match(&m);
	return sw_error_set(err, SW_EUNSUPPORTED, "log entries of kind %.*s %.*s are not supported",
		(int)(e->kind.n > 40 ? 40 : e->kind.n), e->kind.p,
		(int)(e->version.n > 40 ? 40 : e->version.n), e->version.p);
}
