/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures of bundles: a JSON Web Token over the sums of their files. */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/base64.h"
#include "base/cleanup.h"
#include "base/go/path.h"
#include "base/sha256.h"
#include "cmd/policy/bundle.h"
#include "doc/json.h"
#include "rego/builtins/crypto/jws.h"

/* Files that are summed as documents, so that white space and the order of members do not count. */
static bool is_document(struct sw_str name)
{
	struct sw_str base = sw_str_base(name);
	return sw_rego_is_bundle_data(base) || sw_str_is(base, ".manifest");
}

static bool is_signature(struct sw_str name)
{
	return sw_str_is(sw_str_base(name), ".signatures.json");
}

/* The SHA-256 in hexadecimal, in the arena. */
static int sum(struct sw_arena *a, const struct sw_bundle_file *f, struct sw_str *ret, struct sw_error *err)
{
	uint8_t digest[SW_SHA256_LEN];
	struct sw_str bytes = f->bytes;
	sw_autobuf text, hex;
	sw_buf_init(&text, 0);
	sw_buf_init(&hex, 2 * SW_SHA256_LEN + 1);
	if (is_document(f->name)) {
		struct sw_source src = {.name = f->name, .text = f->bytes};
		struct sw_value doc = sw_null();
		int rc = sw_rego_load_parse(a, &src, &doc, err);
		if (rc)
			return rc;
		sw_json_write(&text, doc, 0);
		bytes = sw_buf_str(&text);
	}
	sw_sha256(bytes.p, bytes.n, digest);
	sw_hex_encode(&hex, sw_str_make((const char *)digest, sizeof(digest)));
	*ret = sw_arena_str(a, sw_buf_str(&hex));
	return ret->p ? 0 : sw_error_set(err, SW_ELIMIT, "out of memory");
}

/* ---- keys ---- */

static bool is_hmac(struct sw_str alg)
{
	return sw_str_starts(alg, SW_STR("HS"));
}

/* PEM, a file, or the secret itself. */
static int key_text(struct sw_arena *a, const char *key, struct sw_str *ret, struct sw_error *err)
{
	struct stat st;
	struct sw_source *src;
	*ret = sw_str_from(key);
	if (strncmp(key, "-----BEGIN", 10) == 0)
		return 0;
	if (stat(key, &st)) /* without naming it: it may be the secret */
		return errno == ENOENT ? 0 : sw_error_errno(err, SW_EIO, errno, "stat of the key's file");
	int rc = sw_cmd_read(a, key, 1 << 20, &src, err);
	if (!rc)
		*ret = src->text;
	return rc;
}

static int known_alg(const char *alg, struct sw_error *err)
{
	return sw_jwt_alg_known(sw_str_from(alg))
		       ? 0
		       : sw_error_set(err, SW_EINVALID, "unknown signature algorithm: %s", alg);
}

static bool is_private_type(struct sw_str type)
{
	return sw_str_is(type, "RSA PRIVATE KEY") || sw_str_is(type, "PRIVATE KEY") ||
	       sw_str_is(type, "EC PRIVATE KEY");
}

static int private_key(struct sw_arena *a, struct sw_str text, struct sw_key *ret, struct sw_error *err)
{
	struct sw_pem pem;
	const char *why = "";
	if (!sw_pem_next(a, &text, &pem))
		return sw_error_set(err, SW_EINVALID, "failed to parse PEM block containing the key");
	if (!is_private_type(pem.type))
		return sw_error_set(err, SW_EINVALID, "unsupported key type: %.*s", SW_STR_ARG(pem.type));
	*ret = (struct sw_key){.pkey = sw_key_private(a, pem.type, pem.der, &why), .is_private = true};
	return ret->pkey ? 0 : sw_error_set(err, SW_EINVALID, "%s", why);
}

static int signing_key(struct sw_arena *a, const struct sw_bundle_key *k, struct sw_key *ret, struct sw_error *err)
{
	struct sw_str text;
	int rc = known_alg(k->alg, err);
	if (!rc)
		rc = key_text(a, k->key, &text, err);
	if (rc)
		return rc;
	if (!is_hmac(sw_str_from(k->alg)))
		return private_key(a, text, ret, err);
	*ret = (struct sw_key){.secret = text};
	return 0;
}

static int verification_key(
	struct sw_arena *a, const struct sw_bundle_key *k, struct sw_key *ret, struct sw_error *err)
{
	struct sw_str text, rest;
	struct sw_keys keys = {0};
	struct sw_pem pem;
	sw_autobuf why;
	sw_buf_init(&why, 4096);
	int rc = known_alg(k->alg, err);
	if (!rc)
		rc = key_text(a, k->key, &text, err);
	if (rc)
		return rc;
	if (is_hmac(sw_str_from(k->alg))) {
		*ret = (struct sw_key){.secret = text};
		return 0;
	}
	rest = text;
	if (!sw_pem_next(a, &rest, &pem))
		return sw_error_set(err, SW_EINVALID, "failed to parse PEM block containing the key");
	if (is_private_type(pem.type))
		return private_key(a, text, ret, err);
	if (!sw_keys_from_text(a, text, &keys, &why) || !keys.n)
		return sw_error_set(err, SW_EINVALID, "%s",
			why.n ? sw_buf_cstr(&why) : "failed to parse PEM block containing the key");
	*ret = keys.v[0];
	return 0;
}

/* ---- signing ---- */

static void put_files(struct sw_buf *out, const struct sw_bundle_files *f, struct sw_error *err, int *rc)
{
	bool first = true;
	sw_buf_addch(out, '[');
	for (uint32_t i = 0; !*rc && i < f->n; i++) {
		struct sw_str hex = {0};
		if (is_signature(f->v[i].name))
			continue;
		*rc = sum(f->arena, &f->v[i], &hex, err);
		sw_buf_addz(out, first ? "{\"name\":" : ",{\"name\":");
		sw_json_write_str(out, sw_bundle_signed_name(&f->v[i]), SW_JSON_HTML_ESCAPE);
		sw_buf_printf(out, ",\"hash\":\"%.*s\",\"algorithm\":\"SHA-256\"}", SW_STR_ARG(hex));
		first = false;
	}
	sw_buf_addch(out, ']');
}

static int read_claims(struct sw_arena *a, const char *path, struct sw_value *ret, struct sw_error *err)
{
	struct sw_source *src;
	int rc = sw_cmd_read(a, path, 1 << 20, &src, err);
	if (!rc)
		rc = sw_json_parse(a, src->text, 0, NULL, ret, NULL, err);
	if (!rc && !sw_is(*ret, SW_OBJECT))
		rc = sw_error_set(err, SW_EINVALID, "%s: claims are an object", path);
	return rc;
}

/* Members in the order of their names, `files` among them. */
static int put_payload(
	struct sw_buf *out, const struct sw_bundle_files *f, const struct sw_bundle_key *k, struct sw_error *err)
{
	struct sw_value claims = sw_empty_object();
	struct sw_map m;
	bool first = true;
	int rc = k->claims ? read_claims(f->arena, k->claims, &claims, err) : 0;
	sw_map_init(&m, f->arena);
	if (!k->claims && k->id[0])
		sw_map_adds(&m, "keyid", sw_string_copy(f->arena, sw_str_from(k->id)));
	if (!sw_defined(sw_object_gets(claims, SW_STR("files"))))
		sw_map_adds(&m, "files", sw_null());
	sw_object_foreach (c, claims)
		sw_map_add(&m, c->k, c->v);
	claims = sw_map_object(&m);
	if (!sw_is(claims, SW_OBJECT))
		return rc ? rc : sw_error_set(err, SW_ELIMIT, "too many claims");
	sw_buf_addch(out, '{');
	sw_object_foreach (c, claims) {
		sw_buf_addz(out, first ? "" : ",");
		first = false;
		sw_json_write_str(out, sw_value_str(c->k), SW_JSON_HTML_ESCAPE);
		sw_buf_addch(out, ':');
		if (sw_is(c->v, SW_NULL) && sw_str_is(sw_value_str(c->k), "files"))
			put_files(out, f, err, &rc);
		else
			sw_json_write(out, c->v, SW_JSON_HTML_ESCAPE);
	}
	sw_buf_addch(out, '}');
	return rc;
}

int sw_bundle_sign(const struct sw_bundle_files *f, const struct sw_bundle_key *k, struct sw_str *ret_token,
	struct sw_error *err)
{
	struct sw_key key = {0};
	sw_autobuf head, payload, token, sig, why;
	sw_buf_init(&head, 0);
	sw_buf_init(&payload, 0);
	sw_buf_init(&token, 0);
	sw_buf_init(&sig, 0);
	sw_buf_init(&why, 4096);
	int rc = put_payload(&payload, f, k, err);
	if (!rc)
		rc = signing_key(f->arena, k, &key, err);
	if (rc)
		return rc;
	sw_buf_printf(&head, "{\"alg\":\"%s\"", k->alg);
	if (k->id[0]) {
		sw_buf_addz(&head, ",\"kid\":");
		sw_json_write_str(&head, sw_str_from(k->id), SW_JSON_HTML_ESCAPE);
	}
	sw_buf_addz(&head, ",\"typ\":\"JWT\"}");
	sw_b64_encode(sw_buf_str(&head), SW_B64_RAW_URL, &token);
	sw_buf_addch(&token, '.');
	sw_b64_encode(sw_buf_str(&payload), SW_B64_RAW_URL, &token);
	if (!sw_jws_sign(&key, sw_str_from(k->alg), sw_buf_str(&token), &sig, &why))
		return sw_error_set(err, SW_EINVALID, "%s", sw_buf_cstr(&why));
	sw_buf_addch(&token, '.');
	sw_b64_encode(sw_buf_str(&sig), SW_B64_RAW_URL, &token);
	*ret_token = sw_arena_str(f->arena, sw_buf_str(&token));
	return ret_token->p ? 0 : sw_error_set(err, SW_ELIMIT, "the signature is too long");
}

void sw_bundle_signatures(struct sw_buf *out, struct sw_str token, struct sw_str plugin)
{
	sw_buf_addz(out, "{\n \"signatures\": [\n  ");
	sw_json_write_str(out, token, SW_JSON_HTML_ESCAPE);
	sw_buf_addz(out, "\n ]");
	if (plugin.n) {
		sw_buf_addz(out, ",\n \"plugin\": ");
		sw_json_write_str(out, plugin, SW_JSON_HTML_ESCAPE);
	}
	sw_buf_addz(out, "\n}");
}

/* ---- verification ---- */

/* What every .signatures.json says; a later one adds to and replaces what an earlier one did. */
static int read_signatures(const struct sw_bundle_files *f, struct sw_value *ret_list, bool *ret_plugin,
	struct sw_error *err)
{
	for (uint32_t i = 0; i < f->n; i++) {
		struct sw_value doc;
		if (!is_signature(f->v[i].name))
			continue;
		int rc = sw_json_parse(f->arena, f->v[i].bytes, 0, NULL, &doc, NULL, err);
		if (rc)
			return rc;
		struct sw_value list = sw_object_gets(doc, SW_STR("signatures"));
		struct sw_str plugin = sw_value_getstr(doc, "plugin");
		if (plugin.n && !sw_str_is(plugin, "_default"))
			return sw_error_set(
				err, SW_EINVALID, "no verifier exists under id %.*s", SW_STR_ARG(plugin));
		*ret_plugin |= plugin.n > 0;
		if (sw_is(list, SW_ARRAY))
			*ret_list = list;
	}
	return 0;
}

/* *ret_signed: false, there is none. */
static int find_token(const struct sw_bundle_files *f, bool *ret_signed, struct sw_str *ret, struct sw_error *err)
{
	struct sw_value list = sw_undef();
	bool plugin = false;
	int rc = read_signatures(f, &list, &plugin, err);
	if (rc)
		return rc;
	*ret_signed = sw_is(list, SW_ARRAY) || plugin;
	if (!*ret_signed)
		return 0;
	if (!sw_is(list, SW_ARRAY) || list.n != 1 || !sw_is(list.u.a->v[0], SW_STRING))
		return sw_error_set(err, SW_EINVALID, ".signatures.json: %s (expected exactly one)",
			list.n > 1 ? "multiple JWTs not supported" : "missing JWT");
	*ret = sw_value_str(list.u.a->v[0]);
	return 0;
}

static const char *mismatch(struct sw_str alg)
{
	if (is_hmac(alg))
		return "invalid HMAC signature";
	return sw_str_starts(alg, SW_STR("ES")) ? "invalid ECDSA signature" : "crypto/rsa: verification error";
}

/* The token's payload, when the key made its signature. */
static int open_token(struct sw_arena *a, struct sw_str token, const struct sw_bundle_key *k, struct sw_value *ret,
	struct sw_error *err)
{
	struct sw_key key;
	size_t first = sw_str_chr(token, '.', 0), last = sw_str_rfind(token, SW_STR(".")), bad;
	sw_autobuf payload, sig;
	sw_buf_init(&payload, 0);
	sw_buf_init(&sig, 1 << 16);
	if (first == SW_NPOS || first == last || sw_str_chr(token, '.', first + 1) != last)
		return sw_error_set(err, SW_EINVALID, "failed to split compact JWT: invalid number of segments");
	if (!sw_b64_decode(sw_str_sub(token, first + 1, last), SW_B64_RAW_URL, &payload, &bad))
		return sw_error_set(err, SW_EINVALID,
			"failed to base64 decode JWT payload: illegal base64 data at input byte %zu", bad);
	int rc = sw_json_parse(a, sw_arena_str(a, sw_buf_str(&payload)), 0, NULL, ret, NULL, err);
	if (!rc)
		rc = verification_key(a, k, &key, err);
	if (rc)
		return rc;
	if (!sw_b64_decode(sw_str_sub(token, last + 1, token.n), SW_B64_RAW_URL, &sig, &bad))
		return sw_error_set(err, SW_EINVALID,
			"failed to base64 decode JWT signature: illegal base64 data at input byte %zu", bad);
	if (!sw_jws_verify(&key, sw_str_from(k->alg), sw_str_sub(token, 0, last), sw_buf_str(&sig), 0))
		return sw_error_set(err, SW_EINVALID, "failed to verify JWT signature: %s",
			mismatch(sw_str_from(k->alg)));
	if (!sw_str_eq(sw_value_getstr(*ret, "scope"), sw_str_from(k->scope)))
		return sw_error_set(err, SW_EINVALID, "scope mismatch");
	return 0;
}

static bool excluded(const struct sw_bundle_key *k, struct sw_str name)
{
	for (uint32_t i = 0; i < k->n_exclude; i++)
		if (sw_go_path_match(sw_str_from(k->exclude[i]), name))
			return true;
	return false;
}

/* What the token says of a bundle's files. */
struct said {
	struct sw_value files; /* [{name, hash, algorithm}] */
	struct sw_value index; /* {name: number in `files`} */
	bool *seen;	       /* those that were there */
};

static int said_init(struct said *s, struct sw_arena *a, struct sw_value payload, struct sw_error *err)
{
	struct sw_map index;
	sw_map_init(&index, a);
	s->files = sw_object_gets(payload, SW_STR("files"));
	if (!sw_is(s->files, SW_ARRAY))
		s->files = sw_empty_array();
	s->seen = sw_arena_zalloc(a, s->files.n + 1);
	for (uint32_t i = 0; i < s->files.n; i++)
		if (sw_map_add(&index, sw_string(sw_value_getstr(s->files.u.a->v[i], "name")), sw_int(i)))
			return sw_error_set(err, SW_ELIMIT, "the signature is too long");
	s->index = sw_map_object(&index);
	return s->seen && sw_is(s->index, SW_OBJECT) ? 0
						     : sw_error_set(err, SW_ELIMIT, "the signature is too long");
}

/* Its place in the token, which is taken by that: a second file of that name is not in it. -1: not there. */
static int64_t take(struct said *s, struct sw_str name)
{
	int64_t at;
	if (!sw_value_int(sw_object_gets(s->index, name), &at) || s->seen[at])
		return -1;
	s->seen[at] = true;
	return at;
}

static int check_file(const struct sw_bundle_files *f, const struct sw_bundle_file *one, int64_t at,
	const struct said *said, struct sw_error *err)
{
	struct sw_str name = sw_bundle_signed_name(one), hex = {0};
	if (at < 0)
		return sw_error_set(
			err, SW_EINVALID, "file %.*s not included in bundle signature", SW_STR_ARG(name));
	struct sw_value entry = said->files.u.a->v[at];
	struct sw_str alg = sw_value_getstr(entry, "algorithm"), want = sw_value_getstr(entry, "hash");
	if (!alg.n)
		return sw_error_set(
			err, SW_EINVALID, "no hashing algorithm provided for file %.*s", SW_STR_ARG(name));
	if (!sw_str_is(alg, "SHA-256"))
		return sw_error_set(
			err, SW_EINVALID, "unsupported hashing algorithm: %.*s", SW_STR_ARG(alg));
	int rc = sum(f->arena, one, &hex, err);
	if (rc || sw_str_ieq(want, hex))
		return rc;
	return sw_error_set(err, SW_EINVALID, "%.*s: digest mismatch (want: %.*s, got: %.*s)",
		SW_STR_ARG(name), SW_STR_ARG(want), SW_STR_ARG(hex));
}

/* The text holds as many of the names as there is place for. */
static int check_missing(const struct said *said, struct sw_error *err)
{
	bool any = false;
	sw_autobuf missing;
	sw_buf_init(&missing, 1 << 10);
	for (uint32_t i = 0; i < said->files.n; i++) {
		if (said->seen[i])
			continue;
		sw_buf_addz(&missing, any ? " " : "");
		sw_buf_addstr(&missing, sw_value_getstr(said->files.u.a->v[i], "name"));
		any = true;
	}
	return any ? sw_error_set(err, SW_EINVALID,
			     "file(s) [%s] specified in bundle signatures but not found in the target bundle",
			     sw_buf_cstr(&missing))
		   : 0;
}

int sw_bundle_verify(const struct sw_bundle_files *f, const struct sw_bundle_key *k, struct sw_error *err)
{
	struct sw_str token = {0};
	struct sw_value payload = sw_undef();
	struct said said;
	bool is_signed;
	int rc = find_token(f, &is_signed, &token, err);
	if (rc)
		return rc;
	if (!is_signed)
		return k->key ? sw_error_set(err, SW_EINVALID, "bundle missing .signatures.json file") : 0;
	if (!k->key)
		return sw_error_set(err, SW_EINVALID, "verification key not provided");
	rc = open_token(f->arena, token, k, &payload, err);
	if (!rc)
		rc = said_init(&said, f->arena, payload, err);
	for (uint32_t i = 0; !rc && i < f->n; i++) {
		struct sw_str name = sw_bundle_signed_name(&f->v[i]);
		if (is_signature(name))
			continue;
		int64_t at = take(&said, name);
		if (!excluded(k, name))
			rc = check_file(f, &f->v[i], at, &said, err);
	}
	return rc ? rc : check_missing(&said, err);
}
