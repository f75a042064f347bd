/* SPDX-License-Identifier: Apache-2.0 */
#include "image/sign/trust.h"

#include <openssl/err.h>

#include "base/embed.h"
#include "image/sign/pb.h"

extern const struct sw_embed sw_embed_sign[];
extern const unsigned sw_embed_sign_n;

bool sw_trust_covers(struct sw_trust_time valid, int64_t t)
{
	return t >= valid.start && t <= valid.end;
}

static void free_cert(void *p)
{
	X509_free(p);
}

int sw_trust_cert(struct sw_arena *a, struct sw_str der, X509 **ret, struct sw_error *err)
{
	const unsigned char *p = (const unsigned char *)der.p, *end = p + der.n;
	X509 *cert = der.n && der.n <= 256 << 10 ? d2i_X509(NULL, &p, (long)der.n) : NULL;
	ERR_clear_error();
	if (!cert || p != end) {
		X509_free(cert);
		return sw_error_set(err, SW_EINVALID, "not an X.509 certificate in DER");
	}
	if (sw_arena_defer(a, free_cert, cert) < 0)
		return sw_error_set(err, SW_ELIMIT, "no memory left for a certificate");
	*ret = cert;
	return 0;
}

/* A range without its start is a damaged one, not one that always was: TimeRange demands it. */
static int read_valid(struct sw_value msg, struct sw_trust_time *ret, struct sw_error *err)
{
	struct sw_value v = sw_pb_get(msg, "validFor");
	struct sw_trust_time valid = {INT64_MIN, INT64_MAX};
	if (!sw_defined(sw_pb_get(v, "start")))
		return sw_error_set(err, SW_EINVALID, "validFor has no start");
	int rc = sw_pb_time(v, "start", &valid.start, err);
	if (rc < 0 || (rc = sw_pb_time(v, "end", &valid.end, err)) < 0)
		return rc;
	*ret = valid;
	return 0;
}

static struct sw_str host_of(struct sw_str url)
{
	size_t at = sw_str_find(url, SW_STR("://"), 0);
	if (at != SW_NPOS)
		url = sw_str_sub(url, at + 3, url.n);
	at = sw_str_chr(url, '/', 0);
	return at == SW_NPOS ? url : sw_str_sub(url, 0, at);
}

static int read_log(
	struct sw_arena *a, struct sw_value v, struct sw_trust_log *ret, struct sw_error *err)
{
	struct sw_value key = sw_pb_get(v, "publicKey");
	struct sw_str raw = {0};
	struct sw_trust_log log = {.url = sw_pb_str(v, "baseUrl")};
	int rc;
	log.host = host_of(log.url);
	if ((rc = read_valid(key, &log.valid, err)) < 0 ||
		(rc = sw_pb_bytes(a, key, "rawBytes", &raw, err)) < 0 ||
		(rc = sw_pb_bytes(a, sw_pb_get(v, "logId"), "keyId", &log.id, err)) < 0 ||
		(rc = sw_pb_bytes(
			 a, sw_pb_get(v, "checkpointKeyId"), "keyId", &log.checkpoint_id, err)) < 0)
		return rc;
	if (!raw.n)
		return sw_error_set(err, SW_EINVALID, "a log without a public key");
	struct sw_error skip;
	bool known = sw_sigalg_parse(sw_pb_str(key, "keyDetails"), &log.alg);
	rc = sw_key_der(a, raw, &log.key, known ? err : &skip);
	if (rc < 0 && known && rc != -SW_EUNSUPPORTED)
		return rc;
	log.usable = known && rc == 0;
	*ret = log;
	if (log.usable && !log.id.n)
		ret->id = sw_str_make((const char *)ret->key.id, sizeof(ret->key.id));
	return 0;
}

static int read_ca(
	struct sw_arena *a, struct sw_value v, struct sw_trust_ca *ret, struct sw_error *err)
{
	struct sw_value list;
	struct sw_trust_ca ca = {.url = sw_pb_str(v, "uri")};
	int rc = read_valid(v, &ca.valid, err);
	if (rc < 0 || (rc = sw_pb_list(sw_pb_get(v, "certChain"), "certificates",
			       SW_TRUST_MAX_CHAIN, &list, err)) < 0)
		return rc;
	sw_array_foreach (c, list) {
		struct sw_str der = {0};
		if ((rc = sw_pb_bytes(a, *c, "rawBytes", &der, err)) < 0 ||
			(rc = sw_trust_cert(a, der, &ca.certs[ca.n], err)) < 0)
			return rc;
		ca.n++;
	}
	if (!ca.n)
		return sw_error_set(err, SW_EINVALID, "an authority without certificates");
	*ret = ca;
	return 0;
}

static int read_logs(struct sw_arena *a, struct sw_value root, const char *name,
	struct sw_trust_log **ret, uint32_t *ret_n, struct sw_error *err)
{
	struct sw_value list;
	int rc = sw_pb_list(root, name, SW_TRUST_MAX, &list, err);
	if (rc < 0)
		return rc;
	*ret = sw_arena_new_array(a, list.n, struct sw_trust_log);
	if (!*ret)
		return sw_error_set(err, SW_ELIMIT, "no memory left for %s", name);
	*ret_n = list.n;
	for (uint32_t i = 0; i < list.n; i++)
		if ((rc = read_log(a, sw_array_at(list, i), &(*ret)[i], err)) < 0) {
			sw_error_prefix(err, "%s[%u]", name, i);
			return rc;
		}
	return 0;
}

static int read_cas(struct sw_arena *a, struct sw_value root, const char *name,
	struct sw_trust_ca **ret, uint32_t *ret_n, struct sw_error *err)
{
	struct sw_value list;
	int rc = sw_pb_list(root, name, SW_TRUST_MAX, &list, err);
	if (rc < 0)
		return rc;
	*ret = sw_arena_new_array(a, list.n, struct sw_trust_ca);
	if (!*ret)
		return sw_error_set(err, SW_ELIMIT, "no memory left for %s", name);
	*ret_n = list.n;
	for (uint32_t i = 0; i < list.n; i++)
		if ((rc = read_ca(a, sw_array_at(list, i), &(*ret)[i], err)) < 0) {
			sw_error_prefix(err, "%s[%u]", name, i);
			return rc;
		}
	return 0;
}

int sw_trust_read(
	struct sw_arena *a, struct sw_str text, struct sw_trust *ret, struct sw_error *err)
{
	struct sw_value root;
	struct sw_trust t = {0};
	int rc = sw_pb_parse(a, text, &root, err);
	if (rc < 0)
		return rc;
	if (sw_defined(sw_pb_get(root, "trustedRoot")))
		root = sw_pb_get(root, "trustedRoot");
	struct sw_str type = sw_pb_str(root, "mediaType");
	if (!sw_is(root, SW_OBJECT) ||
		!(sw_str_is(type, "application/vnd.dev.sigstore.trustedroot+json;version=0.1") ||
			sw_str_is(type,
				"application/vnd.dev.sigstore.trustedroot+json;version=0.2") ||
			sw_str_is(type, "application/vnd.dev.sigstore.trustedroot.v0.2+json")))
		return sw_error_set(err, SW_EINVALID,
			"not a trusted root of Sigstore: its media type is \"%.*s\"",
			(int)(type.n > 100 ? 100 : type.n), type.p ? type.p : "");
	if ((rc = read_logs(a, root, "tlogs", &t.logs, &t.n_logs, err)) < 0 ||
		(rc = read_logs(a, root, "ctlogs", &t.ctlogs, &t.n_ctlogs, err)) < 0 ||
		(rc = read_cas(a, root, "certificateAuthorities", &t.cas, &t.n_cas, err)) < 0 ||
		(rc = read_cas(a, root, "timestampAuthorities", &t.tsas, &t.n_tsas, err)) < 0)
		return rc;
	*ret = t;
	return 0;
}

int sw_trust_builtin(struct sw_arena *a, struct sw_trust *ret, struct sw_error *err)
{
	for (unsigned i = 0; i < sw_embed_sign_n; i++)
		if (!strcmp(sw_embed_sign[i].name, "sigstore.json"))
			return sw_trust_read(a, sw_embed_sign[i].text, ret, err);
	return sw_error_set(err, SW_ENOENT, "this build carries no trusted root");
}
