/* SPDX-License-Identifier: Apache-2.0 */
/* `seawall verify`: what it says of a signature that holds. */
#include <inttypes.h>
#include <time.h>

#include "base/base64.h"
#include "cmd/verify/verify.h"
#include "report/jsonw.h"

static const char *when(int64_t t, char out[32])
{
	struct tm tm;
	time_t tt = (time_t)t;
	if (!gmtime_r(&tt, &tm) || !strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &tm))
		snprintf(out, 32, "%" PRId64, t);
	return out;
}

static void put_safe(struct sw_buf *out, struct sw_str s)
{
	for (size_t i = 0; i < s.n; i++)
		sw_buf_addch(out, (unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f ? '?' : s.p[i]);
}

static void put_row(struct sw_buf *out, const char *name, struct sw_str value)
{
	sw_buf_printf(out, "  %-12s ", name);
	put_safe(out, value);
	sw_buf_addch(out, '\n');
}

void sw_verify_put(struct sw_buf *out, const char *what, const struct sw_sign_result *r)
{
	char t[32];
	sw_autobuf hex;
	sw_buf_init(&hex, 128);
	sw_hex_encode(&hex, sw_str_make((const char *)r->key_id, 32));
	sw_buf_printf(out, "verified: %s\n", what);
	if (r->keyless) {
		for (uint32_t i = 0; i < r->identity.n_names; i++)
			put_row(out, "identity", r->identity.names[i]);
		put_row(out, "issuer", r->identity.issuer);
		put_row(out, "authority", r->authority);
	} else {
		sw_buf_printf(out, "  %-12s %s, SHA-256 of it %s\n", "key",
			sw_key_kind_name(r->key_kind), sw_buf_cstr(&hex));
	}
	if (r->predicate_type.n)
		put_row(out, "statement", r->predicate_type);
	for (uint32_t i = 0; i < r->n_times; i++)
		sw_buf_printf(out, "  %-12s %s by %s %.*s\n", "signed", when(r->times[i].t, t),
			r->times[i].source == SW_TIME_TSA ? "timestamp of" : "entry in",
			SW_STR_ARG(r->times[i].by));
	for (uint32_t i = 0; i < r->n_logs; i++)
		sw_buf_printf(out, "  %-12s %.*s entry %" PRId64 " (%s)\n", "log",
			SW_STR_ARG(r->logs[i].url), r->logs[i].index,
			r->logs[i].inclusion ? r->logs[i].promise ? "promise and inclusion proof"
								  : "inclusion proof"
					     : "promise");
	if (!r->n_logs)
		sw_buf_printf(out, "  %-12s none\n", "log");
}

static void json_signer(struct sw_jsonw *w, const struct sw_sign_result *r)
{
	sw_autobuf hex;
	sw_buf_init(&hex, 128);
	sw_hex_encode(&hex, sw_str_make((const char *)r->key_id, 32));
	sw_jsonw_object(w, "signer");
	sw_jsonw_z(w, "kind", r->keyless ? "identity" : "key");
	sw_jsonw_z(w, "algorithm", sw_key_kind_name(r->key_kind));
	sw_jsonw_str(w, "keyId", sw_buf_str(&hex));
	if (r->keyless) {
		sw_jsonw_array(w, "identities");
		for (uint32_t i = 0; i < r->identity.n_names; i++)
			sw_jsonw_str(w, NULL, r->identity.names[i]);
		sw_jsonw_end(w);
		sw_jsonw_str(w, "issuer", r->identity.issuer);
		sw_jsonw_str(w, "authority", r->authority);
		sw_jsonw_object(w, "claims");
		for (uint32_t i = 0; i < r->identity.n_claims; i++)
			sw_jsonw_str(w, r->identity.claims[i].name, r->identity.claims[i].value);
		sw_jsonw_end(w);
	}
	sw_jsonw_end(w);
}

void sw_verify_json(struct sw_jsonw *w, const struct sw_sign_result *r)
{
	char t[32];
	sw_jsonw_object(w, NULL);
	sw_jsonw_z(w, "content", r->is_dsse ? "attestation" : "signature");
	json_signer(w, r);
	sw_jsonw_str_if(w, "predicateType", r->predicate_type);
	sw_jsonw_array(w, "times");
	for (uint32_t i = 0; i < r->n_times; i++) {
		sw_jsonw_object(w, NULL);
		sw_jsonw_z(w, "time", when(r->times[i].t, t));
		sw_jsonw_z(w, "source", r->times[i].source == SW_TIME_TSA ? "timestamp" : "log");
		sw_jsonw_str(w, "by", r->times[i].by);
		sw_jsonw_end(w);
	}
	sw_jsonw_end(w);
	sw_jsonw_array(w, "logs");
	for (uint32_t i = 0; i < r->n_logs; i++) {
		sw_jsonw_object(w, NULL);
		sw_jsonw_str(w, "url", r->logs[i].url);
		sw_jsonw_int(w, "index", r->logs[i].index);
		sw_jsonw_bool(w, "promise", r->logs[i].promise);
		sw_jsonw_bool(w, "inclusion", r->logs[i].inclusion);
		sw_jsonw_end(w);
	}
	sw_jsonw_end(w);
	if (sw_defined(r->statement))
		sw_jsonw_value(w, "statement", r->statement);
	sw_jsonw_end(w);
}
