/* SPDX-License-Identifier: Apache-2.0 */
/* The parts under a signature check, each with what an attacker would send. */
#include "../../test.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "base/base64.h"
#include "image/sign/bundle.h"
#include "image/sign/pb.h"
#include "image/sign/tlog.h"

/* ---- keys ---- */

static EVP_PKEY *make_key(int type, int nid, int bits)
{
	EVP_PKEY *p = NULL;
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_id(type, NULL);
	assert_int_equal(EVP_PKEY_keygen_init(c), 1);
	if (nid)
		assert_int_equal(EVP_PKEY_CTX_set_ec_paramgen_curve_nid(c, nid), 1);
	if (bits)
		assert_int_equal(EVP_PKEY_CTX_set_rsa_keygen_bits(c, bits), 1);
	assert_int_equal(EVP_PKEY_keygen(c, &p), 1);
	EVP_PKEY_CTX_free(c);
	return p;
}

static struct sw_str sign(
	EVP_PKEY *key, const EVP_MD *md, int pss, const char *text, char out[1024])
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pc = NULL;
	size_t n = 1024;
	assert_int_equal(EVP_DigestSignInit(c, &pc, md, NULL, key), 1);
	if (pss)
		assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(pc, RSA_PKCS1_PSS_PADDING), 1);
	assert_int_equal(EVP_DigestSign(c, (unsigned char *)out, &n, (const unsigned char *)text,
				 strlen(text)),
		1);
	EVP_MD_CTX_free(c);
	return sw_str_make(out, n);
}

static void check_key(
	EVP_PKEY *pkey, const EVP_MD *md, int pss, struct sw_sigalg alg, enum sw_key_kind kind)
{
	sw_autoarena a;
	struct sw_key key;
	char buf[1024];
	struct sw_message m = {.bytes = SW_STR("hello")}, other = {.bytes = SW_STR("hellO")};
	sw_arena_init(&a, 1 << 20);
	EVP_PKEY_up_ref(pkey);
	assert_int_equal(sw_key_own(&a, pkey, &key, NULL), 0);
	assert_int_equal(key.kind, kind);
	struct sw_str sig = sign(pkey, md, pss, "hello", buf);
	assert_true(sw_key_verify(&key, alg, &m, sig));
	assert_false(sw_key_verify(&key, alg, &other, sig));
	buf[sig.n - 1] ^= 1;
	assert_false(sw_key_verify(&key, alg, &m, sig));
	buf[sig.n - 1] ^= 1;
	assert_false(sw_key_verify(&key, alg, &m, sw_str_sub(sig, 0, sig.n - 1)));
	assert_false(sw_key_verify(&key, alg, &m, SW_STR("")));
	/* PEM and DER name the same key. */
	struct sw_key again;
	assert_int_equal(sw_key_read(&a, key.spki, &again, NULL), 0);
	assert_memory_equal(key.id, again.id, 32);
	BIO *mem = BIO_new(BIO_s_mem());
	char *pem;
	assert_int_equal(PEM_write_bio_PUBKEY(mem, pkey), 1);
	long n = BIO_get_mem_data(mem, &pem);
	assert_int_equal(sw_key_read(&a, sw_str_make(pem, (size_t)n), &again, NULL), 0);
	assert_memory_equal(key.id, again.id, 32);
	BIO_free(mem);
	EVP_PKEY_free(pkey);
}

static void test_keys(void **state)
{
	struct sw_sigalg any = {0}, pss = {.padding = SW_PAD_PSS},
			 pure = {.prehash = SW_PREHASH_NO};
	check_key(
		make_key(EVP_PKEY_EC, NID_X9_62_prime256v1, 0), EVP_sha256(), 0, any, SW_KEY_P256);
	check_key(make_key(EVP_PKEY_EC, NID_secp384r1, 0), EVP_sha384(), 0, any, SW_KEY_P384);
	check_key(make_key(EVP_PKEY_EC, NID_secp384r1, 0), EVP_sha256(), 0, any, SW_KEY_P384);
	check_key(make_key(EVP_PKEY_EC, NID_secp521r1, 0), EVP_sha512(), 0, any, SW_KEY_P521);
	check_key(make_key(EVP_PKEY_RSA, 0, 2048), EVP_sha256(), 0, any, SW_KEY_RSA);
	check_key(make_key(EVP_PKEY_RSA, 0, 2048), EVP_sha256(), 1, any, SW_KEY_RSA);
	check_key(make_key(EVP_PKEY_RSA, 0, 2048), EVP_sha256(), 1, pss, SW_KEY_RSA);
	check_key(make_key(EVP_PKEY_ED25519, 0, 0), NULL, 0, any, SW_KEY_ED25519);
	check_key(make_key(EVP_PKEY_ED25519, 0, 0), NULL, 0, pure, SW_KEY_ED25519);
}

static void test_key_refused(void **state)
{
	sw_autoarena a;
	struct sw_key key;
	struct sw_error err;
	sw_arena_init(&a, 1 << 20);
	assert_int_equal(sw_key_own(&a, make_key(EVP_PKEY_RSA, 0, 1024), &key, &err), -SW_EINVALID);
	assert_int_equal(sw_key_own(&a, make_key(EVP_PKEY_EC, NID_secp256k1, 0), &key, &err),
		-SW_EUNSUPPORTED);
	assert_int_equal(
		sw_key_own(&a, make_key(EVP_PKEY_X25519, 0, 0), &key, &err), -SW_EUNSUPPORTED);
	assert_int_equal(sw_key_read(&a, SW_STR(""), &key, &err), -SW_EINVALID);
	assert_int_equal(
		sw_key_read(&a,
			SW_STR("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"),
			&key, &err),
		-SW_EINVALID);
	assert_int_equal(sw_key_read(&a, SW_STR("-----BEGIN PRIVATE KEY-----\nAAAA\n"), &key, &err),
		-SW_EINVALID);
	assert_non_null(strstr(err.text, "private"));
}

/* RFC 8032 7.3. */
static void test_ed25519ph(void **state)
{
	uint8_t pub[32], sig[64], digest[64];
	assert_true(sw_hex_decode(
		SW_STR("ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf"), pub));
	assert_true(sw_hex_decode(
		SW_STR("98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae41"
		       "31f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406"),
		sig));
	sw_digest_of(SW_DIGEST_SHA512, SW_STR("abc"), digest);
	assert_true(sw_ed25519ph_verify(pub, digest, sig));
	for (int i = 0; i < 64; i += 7) {
		sig[i] ^= 4;
		assert_false(sw_ed25519ph_verify(pub, digest, sig));
		sig[i] ^= 4;
	}
	sw_digest_of(SW_DIGEST_SHA512, SW_STR("abd"), digest);
	assert_false(sw_ed25519ph_verify(pub, digest, sig));
	sw_digest_of(SW_DIGEST_SHA512, SW_STR("abc"), digest);
	memset(sig + 32, 0xff, 32); /* a scalar beyond the order */
	assert_false(sw_ed25519ph_verify(pub, digest, sig));
	memset(pub, 0xff, 32); /* no point */
	assert_false(sw_ed25519ph_verify(pub, digest, sig));
}

static void test_digests(void **state)
{
	struct sw_message m;
	assert_true(sw_message_from_digest(
		SW_STR("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
		&m));
	assert_non_null(sw_message_digest(&m, SW_DIGEST_SHA256));
	assert_null(sw_message_digest(&m, SW_DIGEST_SHA512));
	assert_false(sw_message_from_digest(SW_STR("sha256:ba78"), &m));
	assert_false(sw_message_from_digest(SW_STR("md5:d41d8cd98f00b204e9800998ecf8427e"), &m));
	assert_false(sw_message_from_digest(SW_STR("none:"), &m));
	assert_false(sw_message_from_digest(SW_STR(""), &m));
}

/* ---- logs ---- */

/* A tree built by the definition of RFC 6962 2.1, to compare with. */
static void tree(uint8_t (*leaves)[32], uint64_t n, uint8_t out[32])
{
	if (n == 1) {
		memcpy(out, leaves[0], 32);
		return;
	}
	uint64_t k = 1;
	while (k * 2 < n)
		k *= 2;
	uint8_t buf[65] = {1};
	tree(leaves, k, buf + 1);
	tree(leaves + k, n - k, buf + 33);
	sw_digest_of(SW_DIGEST_SHA256, sw_str_make((char *)buf, 65), out);
}

static uint32_t path(uint8_t (*leaves)[32], uint64_t n, uint64_t m, uint8_t (*out)[32])
{
	if (n == 1)
		return 0;
	uint64_t k = 1;
	while (k * 2 < n)
		k *= 2;
	uint32_t c;
	if (m < k) {
		c = path(leaves, k, m, out);
		tree(leaves + k, n - k, out[c]);
	} else {
		c = path(leaves + k, n - k, m - k, out);
		tree(leaves, k, out[c]);
	}
	return c + 1;
}

static void test_merkle(void **state)
{
	uint8_t leaves[40][32], proof[64][32], root[32];
	for (int i = 0; i < 40; i++) {
		char c = (char)i;
		sw_merkle_leaf(sw_str_make(&c, 1), leaves[i]);
	}
	for (uint64_t n = 1; n <= 40; n++) {
		tree(leaves, n, root);
		for (uint64_t m = 0; m < n; m++) {
			struct sw_str h[65];
			uint32_t c = path(leaves, n, m, proof);
			for (uint32_t i = 0; i < c; i++)
				h[i] = sw_str_make((char *)proof[i], 32);
			h[c] = sw_str_make((char *)root, 32);
			struct sw_str r = sw_str_make((char *)root, 32);
			assert_true(sw_merkle_verify(leaves[m], m, n, h, c, r));
			assert_false(sw_merkle_verify(leaves[m], m, n, h, c + 1, r));
			if (c)
				assert_false(sw_merkle_verify(leaves[m], m, n, h, c - 1, r));
			if (n > 1)
				assert_false(sw_merkle_verify(leaves[m], (m + 1) % n, n, h, c, r));
			if (c) {
				proof[c / 2][5] ^= 1;
				assert_false(sw_merkle_verify(leaves[m], m, n, h, c, r));
			}
		}
	}
	struct sw_str r = sw_str_make((char *)root, 32);
	assert_false(sw_merkle_verify(leaves[0], 0, 0, NULL, 0, r));
	assert_false(sw_merkle_verify(leaves[0], UINT64_MAX, UINT64_MAX, NULL, 0, r));
	assert_false(sw_merkle_verify(leaves[0], 1, 1, NULL, 0, r));
}

static void test_checkpoint(void **state)
{
	sw_autoarena a;
	struct sw_checkpoint cp;
	struct sw_error err;
	sw_arena_init(&a, 1 << 20);
#define ROOT "rs1YPY0ydAV0lxgfrq5pE4oRpUJwo3syeps5+eGUTDI="
	assert_int_equal(
		sw_checkpoint_parse(&a,
			SW_STR("log\n7\n" ROOT "\nmore\n\n\xe2\x80\x94 log AAAAAAA=\n"), &cp, &err),
		0);
	assert_str(cp.origin, "log");
	assert_int_equal(cp.size, 7);
	assert_str(cp.text, "log\n7\n" ROOT "\nmore\n");
	static const char *const bad[] = {"", "\n\n", "log\n7\n" ROOT "\n", "7\n" ROOT "\n\n",
		"log\n" ROOT "\n\nx", "log\n7\n\n", "log\n07\n" ROOT "\n\n",
		"log\n-7\n" ROOT "\n\n", "log\n+7\n" ROOT "\n\n", "log\n7 \n" ROOT "\n\n",
		"log\n99999999999999999999\n" ROOT "\n\n", "log\n7\nAAAA\n\n", "\n7\n" ROOT "\n\n",
		"log\r\n7\r\n" ROOT "\r\n\r\n"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (sw_checkpoint_parse(&a, sw_str_from(bad[i]), &cp, &err) == 0)
			fail_msg("checkpoint %zu was taken", i);
}

static void test_checkpoint_signature(void **state)
{
	sw_autoarena a;
	sw_autobuf note, line;
	struct sw_trust_log log = {.host = SW_STR("log.example"), .usable = true};
	struct sw_checkpoint cp;
	struct sw_error err;
	char sig[1024], blob[1028] = "HINT";
	sw_arena_init(&a, 1 << 20);
	sw_buf_init(&note, 0);
	sw_buf_init(&line, 0);
	EVP_PKEY *pkey = make_key(EVP_PKEY_ED25519, 0, 0);
	EVP_PKEY_up_ref(pkey);
	assert_int_equal(sw_key_own(&a, pkey, &log.key, &err), 0);
	log.id = SW_STR("HINT and the rest");
	struct sw_str s = sign(pkey, NULL, 0, "log.example\n7\n" ROOT "\n", sig);
	memcpy(blob + 4, s.p, s.n);
	sw_base64_encode(&line, sw_str_make(blob, s.n + 4));
	const struct {
		const char *name;
		const char *before;
		int rc;
	} cases[] = {
		{"log.example", "", 0},
		{"log.example", "\xe2\x80\x94 witness AAAAAAAA\n", 0},
		{"log.example", "\xe2\x80\x94 log.example SElOVAAA\n",
			0}, /* a wrong one does not spoil the right one */
		{"other.example", "", -SW_ESECURITY},
		{"log.example", "- log.example AAAAAAAA\n", -SW_EINVALID},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		sw_buf_clear(&note);
		sw_buf_printf(&note, "log.example\n7\n" ROOT "\n\n%s\xe2\x80\x94 %s %s\n",
			cases[i].before, cases[i].name, sw_buf_cstr(&line));
		assert_int_equal(sw_checkpoint_parse(&a, sw_buf_str(&note), &cp, &err), 0);
		assert_int_equal(sw_checkpoint_verify(&a, &cp, &log, &err), cases[i].rc);
	}
	log.id = SW_STR("hint");
	assert_int_equal(sw_checkpoint_verify(&a, &cp, &log, &err), -SW_EINVALID);
	EVP_PKEY_free(pkey);
}

/* ---- trusted roots ---- */

#define TRUST_ROOT(valid)                                                                          \
	"{\"mediaType\": \"application/vnd.dev.sigstore.trustedroot+json;version=0.1\", "            \
	"\"tlogs\": [{\"baseUrl\": \"https://x\", \"publicKey\": {\"rawBytes\": "                      \
	"\"MCowBQYDK2VwAyEAPn+AREHoBaZ7wgS1zBqpxmLSGnyhxXj4lFxSdWVB8o8=\", "                       \
	"\"keyDetails\": \"PKIX_ED25519\"" valid "}}]}"

/* The start of a validity must be there; its end may be missing. */
static void test_trust_validity(void **state)
{
	static const struct {
		const char *text;
		int rc;
	} cases[] = {
		{TRUST_ROOT(", \"validFor\": {\"start\": \"2025-01-01T00:00:00Z\"}"), 0},
		{TRUST_ROOT(", \"valid_for\": {\"start\": \"2025-01-01T00:00:00Z\", \"end\": null}"),
			0},
		{TRUST_ROOT(", \"validFor\": {}"), -SW_EINVALID},
		{TRUST_ROOT(", \"validFor\": {\"start\": null}"), -SW_EINVALID},
		{TRUST_ROOT(", \"validFor\": {\"end\": \"2025-01-01T00:00:00Z\"}"), -SW_EINVALID},
		{TRUST_ROOT(", \"validFor\": {\"start\": \"today\"}"), -SW_EINVALID},
		{TRUST_ROOT(""), -SW_EINVALID},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		sw_autoarena a;
		struct sw_trust trust;
		struct sw_error err;
		sw_arena_init(&a, 1 << 20);
		assert_int_equal(
			sw_trust_read(&a, sw_str_from(cases[i].text), &trust, &err), cases[i].rc);
		if (cases[i].rc)
			continue;
		assert_true(trust.logs[0].valid.start == 1735689600);
		assert_true(trust.logs[0].valid.end == INT64_MAX);
	}
}

/* ---- messages ---- */

static void test_times(void **state)
{
	int64_t t;
	assert_true(sw_pb_rfc3339(SW_STR("1970-01-01T00:00:00Z"), &t) && t == 0);
	assert_true(sw_pb_rfc3339(SW_STR("2023-07-12T15:56:36Z"), &t) && t == 1689177396);
	assert_true(
		sw_pb_rfc3339(SW_STR("2023-07-12T17:56:36.123456+02:00"), &t) && t == 1689177396);
	assert_true(sw_pb_rfc3339(SW_STR("2000-02-29T00:00:00Z"), &t) && t == 951782400);
	assert_true(sw_pb_rfc3339(SW_STR("1969-12-31T23:59:59Z"), &t) && t == -1);
	assert_false(sw_pb_rfc3339(SW_STR("2001-02-29T00:00:00Z"), &t));
	assert_false(sw_pb_rfc3339(SW_STR("2023-13-01T00:00:00Z"), &t));
	assert_false(sw_pb_rfc3339(SW_STR("2023-07-12T15:56:36"), &t));
	assert_false(sw_pb_rfc3339(SW_STR("2023-07-12 15:56:36Z"), &t));
	assert_false(sw_pb_rfc3339(SW_STR("2023-07-12T15:56:36.Z"), &t));
	assert_false(sw_pb_rfc3339(SW_STR("2023-07-12T24:00:00Z"), &t));
	assert_false(sw_pb_rfc3339(SW_STR(""), &t));
}

static int read_bundle(const char *json, struct sw_error *err)
{
	sw_autoarena a;
	struct sw_bundle b;
	sw_arena_init(&a, 64 << 20);
	return sw_bundle_read(&a, sw_str_from(json), &b, err);
}

#define HEAD3 "{\"mediaType\":\"application/vnd.dev.sigstore.bundle.v0.3+json\","
#define SIG "\"messageSignature\":{\"signature\":\"AAAA\"}}"
#define KEY "\"publicKey\":{\"hint\":\"x\"}"

static void test_bundle_forms(void **state)
{
	struct sw_error err;
	assert_int_equal(read_bundle(HEAD3 "\"verificationMaterial\":{" KEY "}," SIG, &err), 0);
	/* the names of the .proto file are allowed, too */
	assert_int_equal(
		read_bundle("{\"media_type\":\"application/vnd.dev.sigstore.bundle.v0.3+json\","
			    "\"verification_material\":{\"public_key\":{\"hint\":\"x\"}},"
			    "\"message_signature\":{\"signature\":\"AAAA\"}}",
			&err),
		0);
	static const struct {
		const char *json;
		int rc;
	} bad[] = {
		{"", -SW_ESYNTAX},
		{"[]", -SW_EINVALID},
		{"null", -SW_EINVALID},
		{"{}", -SW_EINVALID},
		{"{\"mediaType\":\"application/vnd.dev.sigstore.bundle+json;version=99.9\"}",
			-SW_EUNSUPPORTED},
		{"{\"mediaType\":\"x\",\"mediaType\":\"y\"}", -SW_EINVALID},
		{HEAD3 "\"verificationMaterial\":{}," SIG, -SW_EINVALID},
		{HEAD3 "\"verificationMaterial\":{" KEY
		       ",\"certificate\":{\"rawBytes\":\"AAAA\"}}," SIG,
			-SW_EINVALID},
		{HEAD3 "\"verificationMaterial\":{\"certificate\":{\"rawBytes\":\"AAAA\"}}," SIG,
			-SW_EINVALID},
		{HEAD3 "\"verificationMaterial\":{\"x509CertificateChain\":{\"certificates\":[]}}"
		       "," SIG,
			-SW_EINVALID},
		{HEAD3 "\"verificationMaterial\":{" KEY "}}", -SW_EINVALID},
		{HEAD3 "\"verificationMaterial\":{" KEY "},\"messageSignature\":{}}", -SW_EINVALID},
		{HEAD3 "\"verificationMaterial\":{" KEY
		       "},\"messageSignature\":{\"signature\":\"A\"}}",
			-SW_EINVALID},
		{HEAD3 "\"verificationMaterial\":{" KEY
		       "},\"dsseEnvelope\":{\"payload\":\"AAAA\",\"payloadType\":\"x\","
		       "\"signatures\":[]}}",
			-SW_EINVALID},
		{HEAD3 "\"verificationMaterial\":{" KEY
		       "},\"dsseEnvelope\":{\"payload\":\"AAAA\",\"payloadType\":\"x\","
		       "\"signatures\":[{\"sig\":\"AAAA\"},{\"sig\":\"AAAA\"}]}}",
			-SW_EINVALID},
		{HEAD3 "\"verificationMaterial\":{" KEY ",\"tlogEntries\":{}}," SIG, -SW_EINVALID},
		{HEAD3 "\"verificationMaterial\":{" KEY ",\"tlogEntries\":[{}]}," SIG,
			-SW_EINVALID},
		{HEAD3 "\"verificationMaterial\":{" KEY
		       ",\"timestampVerificationData\":{\"rfc3161Timestamps\":[{}]}}," SIG,
			-SW_EINVALID},
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		int rc = read_bundle(bad[i].json, &err);
		if (rc != bad[i].rc)
			fail_msg("bundle %zu: %d, want %d (%s)", i, rc, bad[i].rc, err.text);
	}
}

static void test_subjects(void **state)
{
#define SHA256 "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
	static const struct {
		const char *json;
		bool has;
	} cases[] = {
		{"{\"subject\":[{\"digest\":{\"sha256\":\"" SHA256 "\"}}]}", true},
		{"{\"subject\":[{\"digest\":{\"sha256\":\"00\"}},{\"digest\":{\"sha256\":\"" SHA256
		 "\"}}]}",
			true},
		{"{\"subject\":[{\"digest\":{\"sha256\":\"" SHA256 "\",\"gitCommit\":\"1\"}}]}",
			true},
		{"{\"subject\":[{\"digest\":{\"sha256\":\"" SHA256 "\",\"sha512\":\"00\"}}]}",
			false},
		{"{\"subject\":[{\"digest\":{\"sha1\":\"" SHA256 "\"}}]}", false},
		{"{\"subject\":[{\"name\":\"" SHA256 "\"}]}", false},
		{"{\"subject\":[]}", false},
		{"{\"subject\":{\"digest\":{\"sha256\":\"" SHA256 "\"}}}", false},
		{"{}", false},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		sw_autoarena a;
		struct sw_value v;
		struct sw_message m = {.bytes = SW_STR("abc")};
		sw_arena_init(&a, 1 << 20);
		assert_int_equal(sw_pb_parse(&a, sw_str_from(cases[i].json), &v, NULL), 0);
		if (sw_intoto_has_subject(v, &m) != cases[i].has)
			fail_msg("subjects %zu", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_key_refused),
		cmocka_unit_test(test_ed25519ph),
		cmocka_unit_test(test_digests),
		cmocka_unit_test(test_merkle),
		cmocka_unit_test(test_checkpoint),
		cmocka_unit_test(test_checkpoint_signature),
		cmocka_unit_test(test_trust_validity),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_bundle_forms),
		cmocka_unit_test(test_subjects),
	};
	return cmocka_run_group_tests_name("image/sign", tests, NULL, NULL);
}
