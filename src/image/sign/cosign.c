/* SPDX-License-Identifier: Apache-2.0 */
#include "image/sign/cosign.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/base64.h"
#include "doc/json.h"
#include "image/sign/pb.h"
#include "image/sign/trust.h"

/* Certificates of a PEM text: the first is the leaf unless there is one. */
static int add_certs(
	struct sw_arena *a, struct sw_str pem, struct sw_bundle *b, struct sw_error *err)
{
	char *name = NULL, *header = NULL;
	unsigned char *data = NULL;
	long n = 0;
	int rc = 0;
	BIO *in = pem.n <= 1 << 20 ? BIO_new_mem_buf(pem.p, (int)pem.n) : NULL;
	while (in && rc == 0 && PEM_read_bio(in, &name, &header, &data, &n)) {
		struct sw_str der = sw_arena_str(a, sw_str_make((const char *)data, (size_t)n));
		X509 *cert = NULL;
		if (!der.p || strcmp(name, "CERTIFICATE") != 0)
			rc = sw_error_set(
				err, SW_EINVALID, "a %.40s where certificates are expected", name);
		else
			rc = sw_trust_cert(a, der, &cert, err);
		OPENSSL_free(name);
		OPENSSL_free(header);
		OPENSSL_free(data);
		if (rc == 0 && !b->leaf) {
			b->leaf = cert;
			b->leaf_der = der;
		} else if (rc == 0 && b->n_chain < SW_BUNDLE_MAX_CHAIN) {
			b->chain[b->n_chain++] = cert;
		}
	}
	BIO_free(in);
	ERR_clear_error();
	return rc;
}

/* {"SignedEntryTimestamp": base64, "Payload": {"body", "integratedTime", "logIndex", "logID"}}. */
static int add_entry(
	struct sw_arena *a, struct sw_value v, struct sw_bundle *b, struct sw_error *err)
{
	struct sw_value payload = sw_object_gets(v, SW_STR("Payload")), body;
	struct sw_str hex = sw_value_getstr(payload, "logID");
	struct sw_log_entry *e = sw_arena_new(a, struct sw_log_entry);
	uint8_t *id = sw_arena_alloc(a, 32);
	int rc;
	if (!e || !id)
		return sw_error_set(err, SW_ELIMIT, "no memory left for a log entry");
	if ((rc = sw_pb_int(payload, "logIndex", &e->log_index, err)) < 0 ||
		(rc = sw_pb_int(payload, "integratedTime", &e->integrated_time, err)) < 0 ||
		(rc = sw_pb_bytes(a, payload, "body", &e->body, err)) < 0 ||
		(rc = sw_pb_bytes(a, v, "SignedEntryTimestamp", &e->promise, err)) < 0)
		return rc;
	if (hex.n != 64 || !sw_hex_decode(hex, id) || !e->body.n || !e->promise.n ||
		e->log_index < 0 || e->integrated_time < 0)
		return sw_error_set(err, SW_EINVALID, "a malformed log entry beside the signature");
	if ((rc = sw_pb_parse(a, e->body, &body, err)) < 0)
		return rc;
	e->log_id = sw_str_make((const char *)id, 32);
	e->kind = sw_value_getstr(body, "kind");
	e->version = sw_value_getstr(body, "apiVersion");
	b->entries = e;
	b->n_entries = 1;
	return 0;
}

static int parse_part(struct sw_arena *a, struct sw_str text, const char *what,
	struct sw_value *ret, struct sw_error *err)
{
	int rc = sw_pb_parse(a, text, ret, err);
	if (rc < 0)
		sw_error_prefix(err, "%s", what);
	return rc;
}

int sw_cosign_bundle(struct sw_arena *a, const struct sw_cosign_parts *parts, struct sw_bundle *ret,
	struct sw_error *err)
{
	struct sw_bundle b = {0};
	struct sw_value v;
	int rc = 0;
	if (parts->signature.n && !sw_base64_decode(a, sw_str_trim(parts->signature), &b.signature))
		return sw_error_set(err, SW_EINVALID, "the signature is not base64");
	if (parts->certificate.n && (rc = add_certs(a, parts->certificate, &b, err)) < 0)
		return rc;
	if (parts->chain.n && b.leaf && (rc = add_certs(a, parts->chain, &b, err)) < 0)
		return rc;
	if (parts->rekor.n && ((rc = parse_part(a, parts->rekor, "log entry", &v, err)) < 0 ||
				      (rc = add_entry(a, v, &b, err)) < 0))
		return rc;
	if (parts->timestamp.n) {
		if ((rc = parse_part(a, parts->timestamp, "timestamp", &v, err)) < 0 ||
			(rc = sw_pb_bytes(a, v, "SignedRFC3161Timestamp", &b.timestamps[0], err)) <
				0)
			return rc;
		b.n_timestamps = b.timestamps[0].n > 0;
	}
	*ret = b;
	return 0;
}

bool sw_cosign_is_blob_bundle(struct sw_value v)
{
	return sw_is(v, SW_OBJECT) && sw_value_getstr(v, "base64Signature").n &&
	       !sw_defined(sw_object_gets(v, SW_STR("mediaType")));
}

int sw_cosign_blob_bundle(
	struct sw_arena *a, struct sw_value v, struct sw_bundle *ret, struct sw_error *err)
{
	struct sw_cosign_parts parts = {.signature = sw_value_getstr(v, "base64Signature")};
	struct sw_str cert = sw_value_getstr(v, "cert"), pem;
	struct sw_value rekor = sw_object_gets(v, SW_STR("rekorBundle"));
	if (cert.n && sw_base64_decode(a, cert, &pem))
		cert = pem;
	if (sw_str_has(cert, SW_STR("-----BEGIN CERTIFICATE-----")))
		parts.certificate = cert;
	int rc = sw_cosign_bundle(a, &parts, ret, err);
	return rc < 0 || !sw_is(rekor, SW_OBJECT) ? rc : add_entry(a, rekor, ret, err);
}

int sw_cosign_payload(struct sw_arena *a, struct sw_str payload, struct sw_str digest,
	struct sw_str *ret_reference, struct sw_error *err)
{
	struct sw_value v, critical;
	int rc = sw_pb_parse(a, payload, &v, err);
	if (rc < 0) {
		sw_error_prefix(err, "payload");
		return rc;
	}
	critical = sw_object_gets(v, SW_STR("critical"));
	struct sw_str type = sw_value_getstr(critical, "type"),
		      said = sw_value_getstr(
			      sw_object_gets(critical, SW_STR("image")), "docker-manifest-digest");
	if (!sw_str_is(type, "cosign container image signature") &&
		!sw_str_is(type, "atomic container signature"))
		return sw_error_set(
			err, SW_ESECURITY, "the payload is not that of an image signature");
	if (!said.n || !sw_str_eq(said, digest))
		return sw_error_set(err, SW_ESECURITY, "the signature is for another image: %.*s",
			(int)(said.n > 100 ? 100 : said.n), said.p ? said.p : "");
	*ret_reference =
		sw_value_getstr(sw_object_gets(critical, SW_STR("identity")), "docker-reference");
	return 0;
}
