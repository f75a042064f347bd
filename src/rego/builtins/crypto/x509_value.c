/* SPDX-License-Identifier: Apache-2.0 */
/* Values out of X.509's parts: bytes, numbers, object identifiers, names and public keys. */
#include "rego/builtins/crypto/x509.h"

#include <gmp.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "rego/builtins/crypto/pem.h"

struct sw_value sw_x509_b64(struct sw_arena *a, struct sw_der bytes)
{
	sw_autobuf text;

	sw_buf_init(&text, 0);
	sw_b64_encode(sw_der_str(bytes), SW_B64_STD, &text);
	return sw_string_copy(a, sw_buf_str(&text));
}

struct sw_value sw_x509_oid_str(struct sw_arena *a, struct sw_der oid)
{
	sw_autobuf text;

	sw_buf_init(&text, 0);
	sw_der_oid_print(oid, &text);
	return sw_string_copy(a, sw_buf_str(&text));
}

struct sw_value sw_x509_oid(struct sw_arena *a, struct sw_der oid)
{
	sw_autobuf text;
	struct sw_list l;
	struct sw_str rest, part;

	sw_buf_init(&text, 0);
	sw_der_oid_print(oid, &text);
	sw_list_init(&l, a);
	rest = sw_buf_str(&text);
	while (sw_str_split(&rest, '.', &part)) {
		struct sw_str copy = sw_arena_str(a, part);
		if (copy.p)
			sw_list_add(&l, sw_number(copy));
	}
	return sw_list_array(&l);
}

struct sw_value sw_x509_big(struct sw_arena *a, struct sw_der bytes)
{
	mpz_t z;

	mpz_init(z);
	mpz_import(z, bytes.n, 1, 1, 1, 0, bytes.p);
	char *text = mpz_get_str(NULL, 10, z);
	mpz_clear(z);
	struct sw_str copy = sw_arena_str(a, sw_str_from(text));
	free(text);
	return copy.p ? sw_number(copy) : sw_undef();
}

struct sw_value sw_x509_bn(struct sw_arena *a, const BIGNUM *n)
{
	size_t len = (size_t)BN_num_bytes(n);
	uint8_t *bytes = sw_arena_alloc(a, len + 1);

	if (!bytes)
		return sw_undef();
	BN_bn2bin(n, bytes);
	return sw_x509_big(a, (struct sw_der){bytes, len});
}

struct sw_value sw_x509_list(struct sw_list *l)
{
	return l->n ? sw_list_array(l) : sw_null();
}

/* ---- distinguished names ---- */

static const char *latin1(struct sw_der v, struct sw_buf *out)
{
	for (size_t i = 0; i < v.n; i++)
		sw_buf_addrune(out, v.p[i]);
	return NULL;
}

static const char *bmp(struct sw_der v, struct sw_buf *out)
{
	if (v.n % 2)
		return "invalid BMPString";
	if (v.n >= 2 && v.p[v.n - 1] == 0 && v.p[v.n - 2] == 0)
		v.n -= 2;
	for (size_t i = 0; i + 1 < v.n; i += 2) {
		uint32_t c = (uint32_t)v.p[i] << 8 | v.p[i + 1];
		if ((c >= 0xd800 && c <= 0xdfff) || (c >= 0xfdd0 && c <= 0xfdef) || (c & 0xfffe) == 0xfffe)
			return "invalid BMPString";
		sw_buf_addrune(out, c);
	}
	return NULL;
}

static bool printable(uint8_t c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') ||
	       (c && strchr(" '()+,-./:=?*&", c));
}

/* An attribute's string in any of X.509's encodings. */
static const char *attr_text(unsigned tag, struct sw_der v, struct sw_buf *out)
{
	switch (tag) {
	case SW_DER_T61:
		return latin1(v, out);
	case SW_DER_BMP:
		return bmp(v, out);
	case SW_DER_PRINTABLE:
		for (size_t i = 0; i < v.n; i++)
			if (!printable(v.p[i]))
				return "invalid PrintableString";
		break;
	case SW_DER_UTF8:
		if (!sw_utf8_valid(sw_der_str(v)))
			return "invalid UTF-8 string";
		break;
	case SW_DER_IA5:
		for (size_t i = 0; i < v.n; i++)
			if (v.p[i] & 0x80)
				return "invalid IA5String";
		break;
	case SW_DER_NUMERIC:
		for (size_t i = 0; i < v.n; i++)
			if (v.p[i] != ' ' && (v.p[i] < '0' || v.p[i] > '9'))
				return "invalid NumericString";
		break;
	default:
		return "unsupported string type";
	}
	sw_buf_addstr(out, sw_der_str(v));
	return NULL;
}

static const struct {
	uint8_t id; /* 2.5.4.id */
	const char *field;
	bool single;
} name_fields[] = {
	{3, "CommonName", true},
	{5, "SerialNumber", true},
	{6, "Country", false},
	{7, "Locality", false},
	{8, "Province", false},
	{9, "StreetAddress", false},
	{10, "Organization", false},
	{11, "OrganizationalUnit", false},
	{17, "PostalCode", false},
};
enum { N_NAME_FIELDS = SW_ARRAY_LEN(name_fields) };

struct name_parts {
	struct sw_list names, fields[N_NAME_FIELDS];
};

static const char *name_attr(struct sw_arena *a, struct sw_der attr, struct name_parts *parts)
{
	struct sw_der oid, value;
	struct sw_map entry;
	unsigned tag;
	sw_autobuf text;

	sw_buf_init(&text, 0);
	if (!sw_der_get(&attr, SW_DER_OID, &oid))
		return "x509: invalid RDNSequence: invalid attribute type";
	if (!sw_der_any(&attr, &tag, &value, NULL))
		return "x509: invalid RDNSequence: invalid attribute value";
	const char *bad = attr_text(tag, value, &text);
	if (bad) {
		struct sw_str why =
			sw_arena_printf(a, "x509: invalid RDNSequence: invalid attribute value: %s", bad);
		return why.p ? sw_arena_cstr(a, why) : "x509: invalid RDNSequence";
	}
	struct sw_value v = sw_string_copy(a, sw_buf_str(&text));
	sw_map_init(&entry, a);
	sw_map_adds(&entry, "Type", sw_x509_oid(a, oid));
	sw_map_adds(&entry, "Value", v);
	sw_list_add(&parts->names, sw_map_object(&entry));
	for (int i = 0; i < N_NAME_FIELDS; i++)
		if (oid.n == 3 && oid.p[0] == 0x55 && oid.p[1] == 4 && oid.p[2] == name_fields[i].id)
			sw_list_add(&parts->fields[i], v);
	return NULL;
}

const char *sw_x509_name(struct sw_arena *a, struct sw_der rdns, struct sw_value *ret)
{
	struct name_parts parts;
	struct sw_der set, attr;
	struct sw_map map;

	sw_list_init(&parts.names, a);
	for (int i = 0; i < N_NAME_FIELDS; i++)
		sw_list_init(&parts.fields[i], a);
	while (rdns.n) {
		if (!sw_der_get(&rdns, SW_DER_SET, &set))
			return "x509: invalid RDNSequence";
		while (set.n) {
			if (!sw_der_get(&set, SW_DER_SEQ, &attr))
				return "x509: invalid RDNSequence: invalid attribute";
			const char *bad = name_attr(a, attr, &parts);
			if (bad)
				return bad;
		}
	}
	sw_map_init(&map, a);
	for (int i = 0; i < N_NAME_FIELDS; i++) {
		struct sw_list *l = &parts.fields[i];
		struct sw_value v = sw_x509_list(l);
		if (name_fields[i].single)
			v = l->n ? l->v[l->n - 1] : sw_string(SW_STR(""));
		sw_map_adds(&map, name_fields[i].field, v);
	}
	sw_map_adds(&map, "Names", sw_x509_list(&parts.names));
	sw_map_adds(&map, "ExtraNames", sw_null());
	*ret = sw_map_object(&map);
	return NULL;
}

/* ---- public keys ---- */

static const char *rsa_value(
	struct sw_arena *a, struct sw_der params, struct sw_der key, struct sw_value *ret)
{
	struct sw_der null, seq, n, e;
	struct sw_map map;

	if (!sw_der_get(&params, SW_DER_NULL, &null))
		return "x509: RSA key missing NULL parameters";
	if (!sw_der_get(&key, SW_DER_SEQ, &seq))
		return "x509: invalid RSA public key";
	if (!sw_der_get(&seq, SW_DER_INT, &n) || !n.n)
		return "x509: invalid RSA modulus";
	if (!sw_der_get(&seq, SW_DER_INT, &e) || !e.n || e.n > 8)
		return "x509: invalid RSA public exponent";
	if (n.p[0] & 0x80)
		return "x509: RSA modulus is not a positive number";
	if (e.p[0] & 0x80)
		return "x509: RSA public exponent is not a positive number";
	sw_map_init(&map, a);
	sw_map_adds(&map, "N", sw_x509_big(a, n));
	sw_map_adds(&map, "E", sw_x509_big(a, e));
	*ret = sw_map_object(&map);
	return NULL;
}

static const char *ec_value(
	struct sw_arena *a, struct sw_der params, struct sw_der key, struct sw_value *ret)
{
	static const struct {
		const char *oid;
		size_t bytes;
	} curves[] = {
		{"1.3.132.0.33", 28},
		{"1.2.840.10045.3.1.7", 32},
		{"1.3.132.0.34", 48},
		{"1.3.132.0.35", 66},
	};
	struct sw_der oid;
	struct sw_map map;
	size_t size = 0;

	if (!sw_der_get(&params, SW_DER_OID, &oid))
		return "x509: invalid ECDSA parameters";
	for (size_t i = 0; i < SW_ARRAY_LEN(curves); i++)
		if (sw_der_oid_is(oid, curves[i].oid))
			size = curves[i].bytes;
	if (!size)
		return "x509: unsupported elliptic curve";
	if (key.n != 1 + 2 * size || key.p[0] != 4)
		return "x509: failed to unmarshal elliptic curve point";
	sw_map_init(&map, a);
	sw_map_adds(&map, "Curve", sw_empty_object());
	sw_map_adds(&map, "X", sw_x509_big(a, (struct sw_der){key.p + 1, size}));
	sw_map_adds(&map, "Y", sw_x509_big(a, (struct sw_der){key.p + 1 + size, size}));
	*ret = sw_map_object(&map);
	return NULL;
}

/* Does OpenSSL accept the key? It checks, for one, that a point is on its curve. */
static bool usable(struct sw_der spki)
{
	const unsigned char *p = spki.p;
	EVP_PKEY *k = d2i_PUBKEY(NULL, &p, (long)spki.n);

	EVP_PKEY_free(k);
	return k != NULL;
}

static const char *dsa_value(
	struct sw_arena *a, struct sw_der params, struct sw_der key, struct sw_value *ret)
{
	struct sw_der seq, n;
	struct sw_map map, inner;
	static const char *const names[] = {"P", "Q", "G"};

	if (!sw_der_get(&key, SW_DER_INT, &n))
		return "x509: invalid DSA public key";
	sw_map_init(&map, a);
	sw_map_init(&inner, a);
	sw_map_adds(&map, "Y", sw_x509_big(a, n));
	if (!sw_der_get(&params, SW_DER_SEQ, &seq))
		return "x509: invalid DSA parameters";
	for (int i = 0; i < 3; i++) {
		if (!sw_der_get(&seq, SW_DER_INT, &n))
			return "x509: invalid DSA parameters";
		sw_map_adds(&inner, names[i], sw_x509_big(a, n));
	}
	sw_map_adds(&map, "Parameters", sw_map_object(&inner));
	*ret = sw_map_object(&map);
	return NULL;
}

const char *sw_x509_public_key(
	struct sw_arena *a, struct sw_der spki, int *ret_algorithm, struct sw_value *ret)
{
	struct sw_der whole = spki, body, alg, oid, key;
	const char *bad = NULL;

	*ret = sw_null();
	*ret_algorithm = 0;
	if (!sw_der_get(&spki, SW_DER_SEQ, &body))
		return "x509: malformed spki";
	if (!sw_der_get(&body, SW_DER_SEQ, &alg))
		return "x509: malformed public key algorithm identifier";
	if (!sw_der_get(&alg, SW_DER_OID, &oid))
		return "x509: malformed OID";
	if (!sw_der_bits(&body, &key))
		return "x509: malformed subjectPublicKey";
	if (sw_der_oid_is(oid, "1.2.840.113549.1.1.1")) {
		*ret_algorithm = 1;
		bad = rsa_value(a, alg, key, ret);
	} else if (sw_der_oid_is(oid, "1.2.840.10040.4.1")) {
		*ret_algorithm = 2;
		bad = dsa_value(a, alg, key, ret);
	} else if (sw_der_oid_is(oid, "1.2.840.10045.2.1")) {
		*ret_algorithm = 3;
		bad = ec_value(a, alg, key, ret);
		if (!bad && !usable(whole))
			bad = "x509: failed to unmarshal elliptic curve point";
	} else if (sw_der_oid_is(oid, "1.3.101.112")) {
		*ret_algorithm = 4;
		if (alg.n)
			return "x509: Ed25519 key encoded with illegal parameters";
		if (key.n != 32)
			return "x509: wrong Ed25519 public key size";
		*ret = sw_x509_b64(a, key);
	} else if (sw_der_oid_is(oid, "1.3.101.110")) {
		if (alg.n)
			return "x509: X25519 key encoded with illegal parameters";
		*ret = sw_empty_object();
	}
	return bad;
}
