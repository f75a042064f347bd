/* SPDX-License-Identifier: Apache-2.0 */
/* The certificate extensions that Go's crypto/x509 knows (RFC 5280 section 4.2). */
#include "rego/builtins/crypto/x509.h"

#include "base/cleanup.h"
#include "base/go/addr.h"
#include "base/go/url.h"

struct ext_ctx {
	struct sw_arena *a;
	struct sw_map *map;
	struct sw_x509_ext ext;
	bool unhandled, csr;
};

static struct sw_value text(struct ext_ctx *x, struct sw_der d)
{
	return sw_string_copy(x->a, sw_der_str(d));
}

static void put(struct ext_ctx *x, const char *key, struct sw_value v)
{
	sw_map_adds(x->map, key, v);
}

/* The extension's value is one SEQUENCE. */
static bool value_seq(const struct ext_ctx *x, struct sw_der *ret)
{
	struct sw_der v = x->ext.value;

	return sw_der_get(&v, SW_DER_SEQ, ret);
}

static const char *key_usage(struct ext_ctx *x)
{
	struct sw_der v = x->ext.value, bits;
	int64_t usage = 0;

	if (!sw_der_bits(&v, &bits))
		return "x509: invalid key usage";
	for (size_t i = 0; i < 9 && i / 8 < bits.n; i++)
		if (bits.p[i / 8] & (0x80 >> i % 8))
			usage |= (int64_t)1 << i;
	put(x, "KeyUsage", sw_int(usage));
	return NULL;
}

static const char *basic_constraints(struct ext_ctx *x)
{
	struct sw_der seq, b;
	int64_t path = -1;
	bool ca = false;

	if (!value_seq(x, &seq))
		return "x509: invalid basic constraints";
	if (sw_der_get(&seq, SW_DER_BOOL, &b)) {
		if (b.n != 1)
			return "x509: invalid basic constraints";
		ca = b.p[0] == 0xff;
	}
	if (sw_der_peek(&seq, SW_DER_INT) && !sw_der_int(&seq, &path))
		return "x509: invalid basic constraints";
	put(x, "IsCA", sw_bool(ca));
	put(x, "MaxPathLen", sw_int(path));
	put(x, "MaxPathLenZero", sw_bool(path == 0));
	put(x, "BasicConstraintsValid", sw_bool(true));
	return NULL;
}

/* ---- subject alternative names ---- */

struct names {
	struct sw_list dns, email, ip, uri, uri_str;
};

static struct sw_value url_value(struct sw_arena *a, const struct sw_gourl *u)
{
	struct sw_map m;

	sw_map_init(&m, a);
	sw_map_adds(&m, "Scheme", sw_string_copy(a, u->scheme));
	sw_map_adds(&m, "Opaque", sw_string_copy(a, u->opaque));
	sw_map_adds(&m, "User", u->userinfo.p ? sw_empty_object() : sw_null());
	sw_map_adds(&m, "Host", sw_string_copy(a, u->host));
	sw_map_adds(&m, "Path", sw_string_copy(a, u->path));
	sw_map_adds(&m, "RawPath", sw_string_copy(a, u->raw_path));
	sw_map_adds(&m, "OmitHost",
		sw_bool(u->scheme.n && !u->host.n && !u->userinfo.p && u->path.n && u->path.p[0] == '/'));
	sw_map_adds(&m, "ForceQuery", sw_bool(u->force_query));
	sw_map_adds(&m, "RawQuery", sw_string_copy(a, u->raw_query));
	sw_map_adds(&m, "Fragment", sw_string_copy(a, u->fragment));
	sw_map_adds(&m, "RawFragment", sw_string(SW_STR("")));
	return sw_map_object(&m);
}

static const char *san_uri(struct ext_ctx *x, struct sw_der d, struct names *n)
{
	struct sw_gourl u;
	sw_autobuf why;

	sw_buf_init(&why, 0);
	if (sw_gourl_parse(x->a, sw_der_str(d), &u, &why)) {
		struct sw_str s = sw_arena_printf(x->a, "x509: cannot parse URI \"%.*s\": %.*s",
			SW_STR_ARG(sw_der_str(d)), SW_STR_ARG(sw_buf_str(&why)));
		return s.p ? s.p : "x509: cannot parse URI";
	}
	sw_list_add(&n->uri, url_value(x->a, &u));
	sw_list_add(&n->uri_str, text(x, d));
	return NULL;
}

static struct sw_value ip_value(struct sw_arena *a, struct sw_der d)
{
	struct sw_goaddr ip = {0};
	sw_autobuf s;

	sw_buf_init(&s, 64);
	if (d.n == 4) {
		ip.b[10] = ip.b[11] = 0xff;
		memcpy(ip.b + 12, d.p, 4);
	} else {
		memcpy(ip.b, d.p, 16);
	}
	sw_goaddr_print(&ip, &s);
	return sw_string_copy(a, sw_buf_str(&s));
}

static bool ia5(struct sw_der d)
{
	for (size_t i = 0; i < d.n; i++)
		if (d.p[i] & 0x80)
			return false;
	return true;
}

static const char *san_one(struct ext_ctx *x, unsigned tag, struct sw_der d, struct names *n)
{
	switch (tag) {
	case SW_DER_CTX(1):
		if (!ia5(d))
			return "x509: SAN rfc822Name is malformed";
		sw_list_add(&n->email, text(x, d));
		return NULL;
	case SW_DER_CTX(2):
		if (!ia5(d))
			return "x509: SAN dNSName is malformed";
		sw_list_add(&n->dns, text(x, d));
		return NULL;
	case SW_DER_CTX(6):
		if (!ia5(d))
			return "x509: SAN uniformResourceIdentifier is malformed";
		return san_uri(x, d, n);
	case SW_DER_CTX(7):
		if (d.n != 4 && d.n != 16) {
			struct sw_str s =
				sw_arena_printf(x->a, "x509: cannot parse IP address of length %zu", d.n);
			return s.p ? s.p : "x509: cannot parse IP address";
		}
		sw_list_add(&n->ip, ip_value(x->a, d));
		return NULL;
	default:
		return NULL;
	}
}

static const char *subject_alt_name(struct ext_ctx *x)
{
	struct names n;
	struct sw_der seq, d;
	unsigned tag;

	sw_list_init(&n.dns, x->a);
	sw_list_init(&n.email, x->a);
	sw_list_init(&n.ip, x->a);
	sw_list_init(&n.uri, x->a);
	sw_list_init(&n.uri_str, x->a);
	if (!value_seq(x, &seq))
		return "x509: invalid subject alternative names";
	while (seq.n) {
		if (!sw_der_any(&seq, &tag, &d, NULL))
			return "x509: invalid subject alternative name";
		const char *bad = san_one(x, tag, d, &n);
		if (bad)
			return bad;
	}
	x->unhandled = !n.dns.n && !n.email.n && !n.ip.n && !n.uri.n;
	put(x, "DNSNames", sw_x509_list(&n.dns));
	put(x, "EmailAddresses", sw_x509_list(&n.email));
	put(x, "IPAddresses", sw_x509_list(&n.ip));
	put(x, "URIs", sw_x509_list(&n.uri));
	if (!x->csr)
		put(x, "URIStrings", sw_x509_list(&n.uri_str));
	return NULL;
}

/* ---- name constraints ---- */

struct constraints {
	struct sw_list dns, ip, email, uri;
};

static const char *constraint_ip(struct ext_ctx *x, struct sw_der d, struct sw_list *out)
{
	struct sw_map m;

	if (d.n != 8 && d.n != 32) {
		struct sw_str s = sw_arena_printf(
			x->a, "x509: IP constraint contained value of length %zu", d.n);
		return s.p ? s.p : "x509: invalid NameConstraints extension";
	}
	sw_map_init(&m, x->a);
	sw_map_adds(&m, "IP", ip_value(x->a, (struct sw_der){d.p, d.n / 2}));
	sw_map_adds(&m, "Mask", sw_x509_b64(x->a, (struct sw_der){d.p + d.n / 2, d.n / 2}));
	sw_list_add(out, sw_map_object(&m));
	return NULL;
}

static const char *constraint_list(struct ext_ctx *x, struct sw_der list, struct constraints *c)
{
	struct sw_der seq, d;
	const char *bad = NULL;
	unsigned tag;

	sw_list_init(&c->dns, x->a);
	sw_list_init(&c->ip, x->a);
	sw_list_init(&c->email, x->a);
	sw_list_init(&c->uri, x->a);
	while (list.n && !bad) {
		if (!sw_der_get(&list, SW_DER_SEQ, &seq) || !sw_der_any(&seq, &tag, &d, NULL))
			return "x509: invalid NameConstraints extension";
		if (tag == SW_DER_CTX(2))
			sw_list_add(&c->dns, text(x, d));
		else if (tag == SW_DER_CTX(7))
			bad = constraint_ip(x, d, &c->ip);
		else if (tag == SW_DER_CTX(1))
			sw_list_add(&c->email, text(x, d));
		else if (tag == SW_DER_CTX(6))
			sw_list_add(&c->uri, text(x, d));
		else
			x->unhandled = true;
	}
	return bad;
}

static const char *name_constraints(struct ext_ctx *x)
{
	struct sw_der seq, permitted = {0}, excluded = {0};
	struct constraints p, e;
	const char *bad;

	if (!value_seq(x, &seq))
		return "x509: invalid NameConstraints extension";
	bool any = sw_der_get(&seq, SW_DER_CTX_CONS(0), &permitted);
	any |= sw_der_get(&seq, SW_DER_CTX_CONS(1), &excluded);
	if (seq.n)
		return "x509: invalid NameConstraints extension";
	if (!any)
		return "x509: empty name constraints extension";
	if ((bad = constraint_list(x, permitted, &p)) || (bad = constraint_list(x, excluded, &e)))
		return bad;
	put(x, "PermittedDNSDomainsCritical", sw_bool(x->ext.critical));
	put(x, "PermittedDNSDomains", sw_x509_list(&p.dns));
	put(x, "PermittedIPRanges", sw_x509_list(&p.ip));
	put(x, "PermittedEmailAddresses", sw_x509_list(&p.email));
	put(x, "PermittedURIDomains", sw_x509_list(&p.uri));
	put(x, "ExcludedDNSDomains", sw_x509_list(&e.dns));
	put(x, "ExcludedIPRanges", sw_x509_list(&e.ip));
	put(x, "ExcludedEmailAddresses", sw_x509_list(&e.email));
	put(x, "ExcludedURIDomains", sw_x509_list(&e.uri));
	return NULL;
}

/* ---- the rest ---- */

static const char *crl_points(struct ext_ctx *x)
{
	static const char bad[] = "x509: invalid CRL distribution point";
	struct sw_der seq, point, name, full, d;
	struct sw_list urls;
	unsigned tag;

	sw_list_init(&urls, x->a);
	if (!value_seq(x, &seq))
		return "x509: invalid CRL distribution points";
	while (seq.n) {
		if (!sw_der_get(&seq, SW_DER_SEQ, &point))
			return bad;
		if (!sw_der_get(&point, SW_DER_CTX_CONS(0), &name))
			continue;
		if (!sw_der_get(&name, SW_DER_CTX_CONS(0), &full))
			continue;
		while (full.n) {
			if (!sw_der_any(&full, &tag, &d, NULL))
				return bad;
			if (tag == SW_DER_CTX(6))
				sw_list_add(&urls, text(x, d));
		}
	}
	put(x, "CRLDistributionPoints", sw_x509_list(&urls));
	return NULL;
}

static const char *policies(struct ext_ctx *x)
{
	struct sw_der seq, info, oid;
	struct sw_list ids, strs;

	sw_list_init(&ids, x->a);
	sw_list_init(&strs, x->a);
	if (!value_seq(x, &seq))
		return "x509: invalid certificate policies";
	while (seq.n) {
		if (!sw_der_get(&seq, SW_DER_SEQ, &info) || !sw_der_get(&info, SW_DER_OID, &oid))
			return "x509: invalid certificate policies";
		sw_list_add(&ids, sw_x509_oid(x->a, oid));
		sw_list_add(&strs, sw_x509_oid_str(x->a, oid));
	}
	put(x, "PolicyIdentifiers", sw_x509_list(&ids));
	put(x, "Policies", sw_x509_list(&strs));
	return NULL;
}

static int64_t small(struct sw_der d)
{
	int64_t v = 0;

	for (size_t i = 0; i < d.n && i < 7; i++)
		v = v << 8 | d.p[i];
	return v;
}

static const char *policy_constraints(struct ext_ctx *x)
{
	struct sw_der seq, d;

	if (!value_seq(x, &seq))
		return "x509: invalid policy constraints extension";
	if (sw_der_get(&seq, SW_DER_CTX(0), &d)) {
		put(x, "RequireExplicitPolicy", sw_int(small(d)));
		put(x, "RequireExplicitPolicyZero", sw_bool(small(d) == 0));
	}
	if (sw_der_get(&seq, SW_DER_CTX(1), &d)) {
		put(x, "InhibitPolicyMapping", sw_int(small(d)));
		put(x, "InhibitPolicyMappingZero", sw_bool(small(d) == 0));
	}
	return NULL;
}

static const char *policy_mappings(struct ext_ctx *x)
{
	struct sw_der seq, pair, from, to;
	struct sw_list out;

	sw_list_init(&out, x->a);
	if (!value_seq(x, &seq))
		return "x509: invalid policy mappings extension";
	while (seq.n) {
		struct sw_map m;
		if (!sw_der_get(&seq, SW_DER_SEQ, &pair) || !sw_der_get(&pair, SW_DER_OID, &from) ||
			!sw_der_get(&pair, SW_DER_OID, &to))
			return "x509: invalid policy mappings extension";
		sw_map_init(&m, x->a);
		sw_map_adds(&m, "IssuerDomainPolicy", sw_x509_oid_str(x->a, from));
		sw_map_adds(&m, "SubjectDomainPolicy", sw_x509_oid_str(x->a, to));
		sw_list_add(&out, sw_map_object(&m));
	}
	put(x, "PolicyMappings", sw_x509_list(&out));
	return NULL;
}

static const char *inhibit_any(struct ext_ctx *x)
{
	struct sw_der v = x->ext.value;
	int64_t skip;

	if (!sw_der_int(&v, &skip))
		return "x509: invalid inhibit any policy extension";
	put(x, "InhibitAnyPolicy", sw_int(skip));
	put(x, "InhibitAnyPolicyZero", sw_bool(skip == 0));
	return NULL;
}

static const char *subject_key_id(struct ext_ctx *x)
{
	struct sw_der v = x->ext.value, id;

	if (x->ext.critical)
		return "x509: subject key identifier incorrectly marked critical";
	if (!sw_der_get(&v, SW_DER_OCTETS, &id))
		return "x509: invalid subject key identifier";
	put(x, "SubjectKeyId", sw_x509_b64(x->a, id));
	return NULL;
}

static const char *authority_key_id(struct ext_ctx *x)
{
	struct sw_der seq, id;

	if (x->ext.critical)
		return "x509: authority key identifier incorrectly marked critical";
	if (!value_seq(x, &seq))
		return "x509: invalid authority key identifier";
	if (sw_der_get(&seq, SW_DER_CTX(0), &id))
		put(x, "AuthorityKeyId", sw_x509_b64(x->a, id));
	return NULL;
}

static const char *ext_key_usage(struct ext_ctx *x)
{
	/* In the order of Go's constants. */
	static const char *const known[] = {"2.5.29.37.0", "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2",
		"1.3.6.1.5.5.7.3.3", "1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.5", "1.3.6.1.5.5.7.3.6",
		"1.3.6.1.5.5.7.3.7", "1.3.6.1.5.5.7.3.8", "1.3.6.1.5.5.7.3.9", "1.3.6.1.4.1.311.10.3.3",
		"2.16.840.1.113730.4.1", "1.3.6.1.4.1.311.2.1.22", "1.3.6.1.4.1.311.61.1.1"};
	struct sw_der seq, oid;
	struct sw_list usages, unknown;

	sw_list_init(&usages, x->a);
	sw_list_init(&unknown, x->a);
	if (!value_seq(x, &seq))
		return "x509: invalid extended key usages";
	while (seq.n) {
		size_t i = 0;
		if (!sw_der_get(&seq, SW_DER_OID, &oid))
			return "x509: invalid extended key usages";
		while (i < SW_ARRAY_LEN(known) && !sw_der_oid_is(oid, known[i]))
			i++;
		if (i < SW_ARRAY_LEN(known))
			sw_list_add(&usages, sw_int((int64_t)i));
		else
			sw_list_add(&unknown, sw_x509_oid(x->a, oid));
	}
	put(x, "ExtKeyUsage", sw_x509_list(&usages));
	put(x, "UnknownExtKeyUsage", sw_x509_list(&unknown));
	return NULL;
}

static const char *authority_info(struct ext_ctx *x)
{
	struct sw_der seq, desc, oid, d;
	struct sw_list ocsp, issuers;
	unsigned tag;

	sw_list_init(&ocsp, x->a);
	sw_list_init(&issuers, x->a);
	if (x->ext.critical)
		return "x509: authority info access incorrectly marked critical";
	if (!value_seq(x, &seq))
		return "x509: invalid authority info access";
	while (seq.n) {
		if (!sw_der_get(&seq, SW_DER_SEQ, &desc) || !sw_der_get(&desc, SW_DER_OID, &oid) ||
			!sw_der_any(&desc, &tag, &d, NULL))
			return "x509: invalid authority info access";
		if (tag != SW_DER_CTX(6))
			continue;
		if (sw_der_oid_is(oid, "1.3.6.1.5.5.7.48.1"))
			sw_list_add(&ocsp, text(x, d));
		else if (sw_der_oid_is(oid, "1.3.6.1.5.5.7.48.2"))
			sw_list_add(&issuers, text(x, d));
	}
	put(x, "OCSPServer", sw_x509_list(&ocsp));
	put(x, "IssuingCertificateURL", sw_x509_list(&issuers));
	return NULL;
}

static const struct {
	const char *oid;
	const char *(*read)(struct ext_ctx *);
} readers[] = {
	{"2.5.29.15", key_usage},
	{"2.5.29.19", basic_constraints},
	{"2.5.29.17", subject_alt_name},
	{"2.5.29.30", name_constraints},
	{"2.5.29.31", crl_points},
	{"2.5.29.35", authority_key_id},
	{"2.5.29.36", policy_constraints},
	{"2.5.29.37", ext_key_usage},
	{"2.5.29.14", subject_key_id},
	{"2.5.29.32", policies},
	{"2.5.29.33", policy_mappings},
	{"2.5.29.54", inhibit_any},
	{"1.3.6.1.5.5.7.1.1", authority_info},
};

static const char *known_extension(struct ext_ctx *x)
{
	x->unhandled = false;
	for (size_t i = 0; i < SW_ARRAY_LEN(readers); i++)
		if (sw_der_oid_is(x->ext.oid, readers[i].oid))
			return x->csr && readers[i].read != subject_alt_name ? NULL : readers[i].read(x);
	x->unhandled = true;
	return NULL;
}

static bool read_extension(struct sw_der *list, struct sw_x509_ext *ret)
{
	struct sw_der seq, b;

	*ret = (struct sw_x509_ext){0};
	if (!sw_der_get(list, SW_DER_SEQ, &seq) || !sw_der_get(&seq, SW_DER_OID, &ret->oid))
		return false;
	if (sw_der_get(&seq, SW_DER_BOOL, &b))
		ret->critical = b.n == 1 && b.p[0];
	return sw_der_get(&seq, SW_DER_OCTETS, &ret->value);
}

const char *sw_x509_extensions(struct sw_arena *a, struct sw_der list, struct sw_map *map, bool csr)
{
	struct sw_list all, unhandled;
	struct ext_ctx x = {.a = a, .map = map, .csr = csr};

	sw_list_init(&all, a);
	sw_list_init(&unhandled, a);
	while (list.n) {
		struct sw_map m;
		if (!read_extension(&list, &x.ext))
			return "x509: malformed extension";
		sw_map_init(&m, a);
		sw_map_adds(&m, "Id", sw_x509_oid(a, x.ext.oid));
		sw_map_adds(&m, "Critical", sw_bool(x.ext.critical));
		sw_map_adds(&m, "Value", sw_x509_b64(a, x.ext.value));
		sw_list_add(&all, sw_map_object(&m));
		const char *bad = known_extension(&x);
		if (bad)
			return bad;
		if (x.unhandled && x.ext.critical)
			sw_list_add(&unhandled, sw_x509_oid(a, x.ext.oid));
	}
	sw_map_adds(map, "Extensions", sw_x509_list(&all));
	if (!csr)
		sw_map_adds(map, "UnhandledCriticalExtensions", sw_x509_list(&unhandled));
	return NULL;
}
