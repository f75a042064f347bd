/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates and certificate requests (RFC 5280 section 4.1, RFC 2986). */
#include "rego/builtins/crypto/x509.h"

#include "base/cleanup.h"
#include "base/go/time.h"

static const char *const null_fields[] = {"AuthorityKeyId", "CRLDistributionPoints", "DNSNames",
	"EmailAddresses", "ExcludedDNSDomains", "ExcludedEmailAddresses", "ExcludedIPRanges",
	"ExcludedURIDomains", "ExtKeyUsage", "Extensions", "ExtraExtensions", "IPAddresses",
	"IssuingCertificateURL", "OCSPServer", "PermittedDNSDomains", "PermittedEmailAddresses",
	"PermittedIPRanges", "PermittedURIDomains", "Policies", "PolicyIdentifiers", "PolicyMappings",
	"SubjectKeyId", "URIStrings", "URIs", "UnhandledCriticalExtensions", "UnknownExtKeyUsage"};
static const char *const false_fields[] = {"BasicConstraintsValid", "InhibitAnyPolicyZero",
	"InhibitPolicyMappingZero", "IsCA", "MaxPathLenZero", "PermittedDNSDomainsCritical",
	"RequireExplicitPolicyZero"};
static const char *const zero_fields[] = {"InhibitAnyPolicy", "InhibitPolicyMapping", "KeyUsage",
	"MaxPathLen", "RequireExplicitPolicy"};

/* RSASSA-PSS: the number depends on the hash, whose parameters must all agree. */
static int pss_algorithm(struct sw_der params)
{
	static const struct {
		const char *oid;
		int salt, number;
	} hashes[] = {
		{"2.16.840.1.101.3.4.2.1", 32, 13},
		{"2.16.840.1.101.3.4.2.2", 48, 14},
		{"2.16.840.1.101.3.4.2.3", 64, 15},
	};
	struct sw_der seq, tagged, alg, oid, mgf, mgf_oid;
	int64_t salt = 20;

	if (!sw_der_get(&params, SW_DER_SEQ, &seq) || !sw_der_get(&seq, SW_DER_CTX_CONS(0), &tagged) ||
		!sw_der_get(&tagged, SW_DER_SEQ, &alg) || !sw_der_get(&alg, SW_DER_OID, &oid) ||
		!sw_der_get(&seq, SW_DER_CTX_CONS(1), &tagged) ||
		!sw_der_get(&tagged, SW_DER_SEQ, &mgf) || !sw_der_get(&mgf, SW_DER_OID, &mgf_oid) ||
		!sw_der_get(&mgf, SW_DER_SEQ, &alg) || !sw_der_get(&alg, SW_DER_OID, &mgf_oid) ||
		!sw_der_get(&seq, SW_DER_CTX_CONS(2), &tagged) || !sw_der_int(&tagged, &salt))
		return 0;
	for (size_t i = 0; i < SW_ARRAY_LEN(hashes); i++)
		if (sw_der_oid_is(oid, hashes[i].oid) && sw_der_oid_is(mgf_oid, hashes[i].oid) &&
			salt == hashes[i].salt)
			return hashes[i].number;
	return 0;
}

/* Go's number of a signature algorithm; 0: unknown. */
static int signature_algorithm(struct sw_der alg)
{
	static const struct {
		const char *oid;
		int number;
	} known[] = {
		{"1.2.840.113549.1.1.2", 1},
		{"1.2.840.113549.1.1.4", 2},
		{"1.2.840.113549.1.1.5", 3},
		{"1.3.14.3.2.29", 3},
		{"1.2.840.113549.1.1.11", 4},
		{"1.2.840.113549.1.1.12", 5},
		{"1.2.840.113549.1.1.13", 6},
		{"1.2.840.10040.4.3", 7},
		{"2.16.840.1.101.3.4.3.2", 8},
		{"1.2.840.10045.4.1", 9},
		{"1.2.840.10045.4.3.2", 10},
		{"1.2.840.10045.4.3.3", 11},
		{"1.2.840.10045.4.3.4", 12},
		{"1.3.101.112", 16},
	};
	struct sw_der oid;

	if (!sw_der_get(&alg, SW_DER_OID, &oid))
		return 0;
	if (sw_der_oid_is(oid, "1.2.840.113549.1.1.10"))
		return pss_algorithm(alg);
	for (size_t i = 0; i < SW_ARRAY_LEN(known); i++)
		if (sw_der_oid_is(oid, known[i].oid))
			return known[i].number;
	return 0;
}

static bool two(const uint8_t *p, int *ret)
{
	if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9')
		return false;
	*ret = (p[0] - '0') * 10 + (p[1] - '0');
	return true;
}

/* UTCTime or GeneralizedTime, Zulu only, as an RFC 3339 string. */
static const char *time_value(struct sw_arena *a, struct sw_der *d, struct sw_value *ret)
{
	struct sw_der t;
	unsigned tag;
	int v[7] = {0}, n = 0;

	if (!sw_der_any(d, &tag, &t, NULL) || (tag != SW_DER_UTCTIME && tag != SW_DER_GENTIME))
		return "x509: unsupported time format";
	const char *bad =
		tag == SW_DER_UTCTIME ? "x509: malformed UTCTime" : "x509: malformed GeneralizedTime";
	size_t want = tag == SW_DER_UTCTIME ? 13 : 15;
	if (t.n != want || t.p[want - 1] != 'Z')
		return bad;
	if (tag == SW_DER_UTCTIME)
		n = 1;
	for (size_t i = 0; i + 1 < want; i += 2)
		if (!two(t.p + i, &v[n++]))
			return bad;
	if (tag == SW_DER_UTCTIME)
		v[0] = v[1] >= 50 ? 19 : 20;
	int year = v[0] * 100 + v[1];
	if (v[2] < 1 || v[2] > 12 || v[3] < 1 || v[3] > sw_gotime_days_in(v[2], year) || v[4] > 23 ||
		v[5] > 59 || v[6] > 59)
		return bad;
	struct sw_str s = sw_arena_printf(
		a, "%04d-%02d-%02dT%02d:%02d:%02dZ", year, v[2], v[3], v[4], v[5], v[6]);
	*ret = s.p ? sw_string(s) : sw_undef();
	return NULL;
}

static void defaults(struct sw_map *m)
{
	for (size_t i = 0; i < SW_ARRAY_LEN(null_fields); i++)
		sw_map_adds(m, null_fields[i], sw_null());
	for (size_t i = 0; i < SW_ARRAY_LEN(false_fields); i++)
		sw_map_adds(m, false_fields[i], sw_bool(false));
	for (size_t i = 0; i < SW_ARRAY_LEN(zero_fields); i++)
		sw_map_adds(m, zero_fields[i], sw_int(0));
}

static const char *put_name(
	struct sw_arena *a, struct sw_der *d, struct sw_map *m, const char *raw_key, const char *key)
{
	struct sw_der body, whole;
	struct sw_value v;
	unsigned tag;

	if (!sw_der_any(d, &tag, &body, &whole) || tag != SW_DER_SEQ)
		return "x509: malformed issuer";
	const char *bad = sw_x509_name(a, body, &v);
	if (bad)
		return bad;
	if (raw_key)
		sw_map_adds(m, raw_key, sw_x509_b64(a, whole));
	sw_map_adds(m, key, v);
	return NULL;
}

static const char *put_key(struct sw_arena *a, struct sw_der *d, struct sw_map *m)
{
	struct sw_der body, whole;
	struct sw_value v;
	unsigned tag;
	int algorithm;

	if (!sw_der_any(d, &tag, &body, &whole) || tag != SW_DER_SEQ)
		return "x509: malformed spki";
	const char *bad = sw_x509_public_key(a, whole, &algorithm, &v);
	if (bad)
		return bad;
	sw_map_adds(m, "RawSubjectPublicKeyInfo", sw_x509_b64(a, whole));
	sw_map_adds(m, "PublicKeyAlgorithm", sw_int(algorithm));
	sw_map_adds(m, "PublicKey", v);
	return NULL;
}

/* Version, serial number and the inner signature algorithm. */
static const char *put_head(
	struct sw_arena *a, struct sw_der *tbs, struct sw_map *m, int64_t *ret_version, int *ret_alg)
{
	struct sw_der v, serial, alg;
	int64_t version = 0;

	if (sw_der_get(tbs, SW_DER_CTX_CONS(0), &v) && !sw_der_int(&v, &version))
		return "x509: malformed version";
	if (version > 2)
		return "x509: invalid version";
	if (!sw_der_get(tbs, SW_DER_INT, &serial) || !serial.n)
		return "x509: malformed serial number";
	if (serial.p[0] & 0x80)
		return "x509: negative serial number";
	if (!sw_der_get(tbs, SW_DER_SEQ, &alg))
		return "x509: malformed signature algorithm identifier";
	*ret_version = version + 1;
	*ret_alg = signature_algorithm(alg);
	sw_map_adds(m, "Version", sw_int(version + 1));
	sw_map_adds(m, "SerialNumber", sw_x509_big(a, serial));
	sw_map_adds(m, "SignatureAlgorithm", sw_int(*ret_alg));
	return NULL;
}

static const char *put_validity(struct sw_arena *a, struct sw_der *tbs, struct sw_map *m)
{
	struct sw_der validity;
	struct sw_value from, to;
	const char *bad;

	if (!sw_der_get(tbs, SW_DER_SEQ, &validity))
		return "x509: malformed validity";
	if ((bad = time_value(a, &validity, &from)) || (bad = time_value(a, &validity, &to)))
		return bad;
	sw_map_adds(m, "NotBefore", from);
	sw_map_adds(m, "NotAfter", to);
	return NULL;
}

static const char *put_tbs(struct sw_arena *a, struct sw_der tbs, struct sw_map *m)
{
	struct sw_der d, list;
	const char *bad;
	int64_t version;
	int alg;

	if ((bad = put_head(a, &tbs, m, &version, &alg)) ||
		(bad = put_name(a, &tbs, m, "RawIssuer", "Issuer")) || (bad = put_validity(a, &tbs, m)) ||
		(bad = put_name(a, &tbs, m, "RawSubject", "Subject")) || (bad = put_key(a, &tbs, m)))
		return bad;
	if (version > 1) {
		sw_der_get(&tbs, SW_DER_CTX(1), &d);
		sw_der_get(&tbs, SW_DER_CTX(2), &d);
	}
	if (version == 3 && sw_der_get(&tbs, SW_DER_CTX_CONS(3), &d)) {
		if (!sw_der_get(&d, SW_DER_SEQ, &list))
			return "x509: malformed extensions";
		return sw_x509_extensions(a, list, m, false);
	}
	return NULL;
}

const char *sw_x509_cert_value(struct sw_arena *a, struct sw_der *d, struct sw_map *ret)
{
	struct sw_der body, whole, tbs, tbs_whole, alg, sig;
	unsigned tag;

	sw_map_init(ret, a);
	defaults(ret);
	if (!sw_der_any(d, &tag, &body, &whole) || tag != SW_DER_SEQ)
		return "x509: malformed certificate";
	if (!sw_der_any(&body, &tag, &tbs, &tbs_whole) || tag != SW_DER_SEQ)
		return "x509: malformed tbs certificate";
	if (!sw_der_get(&body, SW_DER_SEQ, &alg))
		return "x509: malformed algorithm identifier";
	const char *bad = put_tbs(a, tbs, ret);
	if (bad)
		return bad;
	if (!sw_der_bits(&body, &sig))
		return "x509: malformed signature";
	sw_map_adds(ret, "Raw", sw_x509_b64(a, whole));
	sw_map_adds(ret, "RawTBSCertificate", sw_x509_b64(a, tbs_whole));
	sw_map_adds(ret, "Signature", sw_x509_b64(a, sig));
	return NULL;
}

/* ---- requests ---- */

/* One attribute whose values are all lists of (type, value), as Go keeps them; others are left out. */
static bool attribute_value(struct sw_arena *a, struct sw_der attr, struct sw_value *ret)
{
	struct sw_der oid, set, inner, pair, pair_oid, v;
	struct sw_list sets;
	struct sw_map m;
	unsigned tag;

	sw_list_init(&sets, a);
	if (!sw_der_get(&attr, SW_DER_OID, &oid) || !sw_der_get(&attr, SW_DER_SET, &set))
		return false;
	while (set.n) {
		struct sw_list pairs;
		sw_list_init(&pairs, a);
		if (!sw_der_get(&set, SW_DER_SEQ, &inner))
			return false;
		while (inner.n) {
			struct sw_map p;
			if (!sw_der_get(&inner, SW_DER_SEQ, &pair) ||
				!sw_der_get(&pair, SW_DER_OID, &pair_oid) || !sw_der_any(&pair, &tag, &v, NULL))
				return false;
			sw_map_init(&p, a);
			sw_map_adds(&p, "Type", sw_x509_oid(a, pair_oid));
			sw_map_adds(&p, "Value",
				tag == SW_DER_BOOL ? sw_bool(v.n && v.p[0]) : sw_x509_b64(a, v));
			sw_list_add(&pairs, sw_map_object(&p));
		}
		sw_list_add(&sets, sw_list_array(&pairs));
	}
	sw_map_init(&m, a);
	sw_map_adds(&m, "Type", sw_x509_oid(a, oid));
	sw_map_adds(&m, "Value", sw_list_array(&sets));
	*ret = sw_map_object(&m);
	return true;
}

static const char *csr_attributes(struct sw_arena *a, struct sw_der attrs, struct sw_map *m)
{
	struct sw_der attr, oid, set, list;
	struct sw_list out;
	struct sw_value v;

	sw_list_init(&out, a);
	while (attrs.n) {
		if (!sw_der_get(&attrs, SW_DER_SEQ, &attr))
			return "asn1: structure error: tags don't match";
		if (attribute_value(a, attr, &v))
			sw_list_add(&out, v);
		if (!sw_der_get(&attr, SW_DER_OID, &oid) || !sw_der_oid_is(oid, "1.2.840.113549.1.9.14"))
			continue;
		if (!sw_der_get(&attr, SW_DER_SET, &set) || !sw_der_get(&set, SW_DER_SEQ, &list))
			continue;
		const char *bad = sw_x509_extensions(a, list, m, true);
		if (bad)
			return bad;
	}
	sw_map_adds(m, "Attributes", sw_x509_list(&out));
	return NULL;
}

/* The length behind a tag, as Go's reader of DER takes it. NULL, or what it says is wrong. */
static const char *der_length(struct sw_der d, size_t *at, uint32_t *ret)
{
	if (*at >= d.n)
		return "asn1: syntax error: truncated tag or length";
	uint32_t first = d.p[(*at)++], n = 0;
	if (!(first & 0x80)) {
		*ret = first;
		return NULL;
	}
	if (first == 0x80)
		return "asn1: syntax error: indefinite length found (not DER)";
	for (uint32_t i = 0; i < (first & 0x7f); i++) {
		if (*at >= d.n)
			return "asn1: syntax error: truncated tag or length";
		if (n >= 1 << 23)
			return "asn1: structure error: length too large";
		n = n << 8 | d.p[(*at)++];
		if (!n)
			return "asn1: structure error: superfluous leading zeros in length";
	}
	*ret = n;
	return n < 0x80 ? "asn1: structure error: non-minimal length" : NULL;
}

/* Is this a sequence? NULL, or Go's words. */
static const char *csr_outside(struct sw_arena *a, struct sw_der d)
{
	size_t at = 1;
	uint32_t n;
	if (!d.n)
		return "asn1: syntax error: sequence truncated";
	const char *bad = (d.p[0] & 0x1f) == 0x1f ? "asn1: structure error: tags don't match"
						  : der_length(d, &at, &n);
	if (bad)
		return bad;
	if (d.p[0] == SW_DER_SEQ)
		return n > d.n - at ? "asn1: syntax error: data truncated" : NULL;
	sw_autobuf text;
	sw_buf_init(&text, 1024);
	sw_buf_printf(&text, "asn1: structure error: tags don't match (16 vs {class:%d tag:%d length:%u isCompound:%s}) "
		"{optional:false explicit:false application:false private:false defaultValue:<nil> tag:<nil> "
		"stringType:0 timeType:0 set:false omitEmpty:false} certificateRequest @%zu", d.p[0] >> 6,
		d.p[0] & 0x1f, n, d.p[0] & 0x20 ? "true" : "false", at);
	bad = sw_arena_cstr(a, sw_buf_str(&text));
	return bad ? bad : "asn1: structure error: tags don't match";
}

const char *sw_x509_csr_value(struct sw_arena *a, struct sw_der d, struct sw_map *ret)
{
	static const char *const nulls[] = {"Attributes", "DNSNames", "EmailAddresses", "Extensions",
		"ExtraExtensions", "IPAddresses", "URIs"};
	struct sw_der body, whole, tbs, tbs_whole, alg, sig, attrs;
	const char *bad;
	unsigned tag;
	int64_t version;

	sw_map_init(ret, a);
	for (size_t i = 0; i < SW_ARRAY_LEN(nulls); i++)
		sw_map_adds(ret, nulls[i], sw_null());
	if ((bad = csr_outside(a, d)))
		return bad;
	if (!sw_der_any(&d, &tag, &body, &whole) ||
		!sw_der_any(&body, &tag, &tbs, &tbs_whole) || tag != SW_DER_SEQ ||
		!sw_der_int(&tbs, &version) || !sw_der_get(&body, SW_DER_SEQ, &alg) ||
		!sw_der_bits(&body, &sig))
		return "asn1: structure error: tags don't match";
	if (d.n)
		return "asn1: syntax error: trailing data";
	if ((bad = put_name(a, &tbs, ret, "RawSubject", "Subject")) || (bad = put_key(a, &tbs, ret)))
		return bad;
	if (sw_der_get(&tbs, SW_DER_CTX_CONS(0), &attrs) && (bad = csr_attributes(a, attrs, ret)))
		return bad;
	sw_map_adds(ret, "Version", sw_int(version));
	sw_map_adds(ret, "SignatureAlgorithm", sw_int(signature_algorithm(alg)));
	sw_map_adds(ret, "Signature", sw_x509_b64(a, sig));
	sw_map_adds(ret, "Raw", sw_x509_b64(a, whole));
	sw_map_adds(ret, "RawTBSCertificateRequest", sw_x509_b64(a, tbs_whole));
	return NULL;
}
