/* SPDX-License-Identifier: Apache-2.0 */
/* io.jwt.decode and io.jwt.verify_*: RFC 7519 in JWS compact serialisation. */
#include "rego/builtins/crypto/jwt.h"

#include <openssl/crypto.h>

#include "base/base64.h"
#include "doc/json.h"
#include "rego/builtins/jsontext.h"
#include "rego/builtins/crypto/jws.h"
#include "rego/builtins/operand.h"

/* base64url as OPA reads it: missing padding is added. False with the reason. */
static bool decode_part(struct sw_builtin_ctx *ctx, struct sw_str s, struct sw_str *ret, struct sw_buf *why)
{
	sw_autobuf padded, out;
	size_t bad = 0;

	sw_buf_init(&padded, 0);
	sw_buf_init(&out, 0);
	sw_buf_addstr(&padded, s);
	if (!s.n || s.p[s.n - 1] != '=') {
		if (s.n % 4 == 1) {
			sw_buf_printf(why, "illegal base64url string: %.*s", SW_STR_ARG(s));
			return false;
		}
		sw_buf_pad(&padded, '=', (4 - s.n % 4) % 4);
	}
	if (!sw_b64_decode(sw_buf_str(&padded), SW_B64_URL, &out, &bad)) {
		sw_buf_printf(why, "illegal base64 data at input byte %zu", bad);
		return false;
	}
	*ret = out.n ? sw_arena_str(ctx->arena, sw_buf_str(&out)) : SW_STR("");
	return ret->p != NULL;
}

int sw_jwt_split(struct sw_builtin_ctx *ctx, struct sw_str s, struct sw_jwt *ret)
{
	struct sw_str part[3] = {{0}};
	int n = 1;
	size_t from = 0;

	if (sw_str_chr(s, '.', 0) == SW_NPOS)
		return sw_builtin_fail(ctx, "encoded JWT had no period separators");
	for (size_t i = 0; i <= s.n; i++) {
		if (i < s.n && s.p[i] != '.')
			continue;
		if (n <= 3)
			part[n - 1] = sw_str_sub(s, from, i);
		from = i + 1;
		if (i < s.n)
			n++;
	}
	if (n != 3)
		return sw_builtin_fail(ctx, "encoded JWT must have 3 sections, found %d", n);
	*ret = (struct sw_jwt){.header = part[0], .payload = part[1], .signature = part[2]};
	ret->text = sw_str_sub(s, 0, part[0].n + 1 + part[1].n);
	return sw_builtin_steps(ctx, 4 + s.n / 16);
}

int sw_jwt_object(struct sw_builtin_ctx *ctx, struct sw_str s, const char *prefix, struct sw_value *ret)
{
	sw_autobuf why;

	sw_buf_init(&why, 4096);
	if (sw_json_parse(ctx->arena, s, SW_JSON_COPY, NULL, ret, NULL, NULL)) {
		sw_jsontext_error(&why, s);
		return sw_builtin_fail(ctx, "%sinvalid JSON: %.*s", prefix, SW_STR_ARG(sw_buf_str(&why)));
	}
	if (ret->type != SW_OBJECT)
		return sw_builtin_fail(ctx, "%sdecoded JSON type was not an Object", prefix);
	return 0;
}

int sw_jwt_part(struct sw_builtin_ctx *ctx, struct sw_str part, const char *name, struct sw_str *ret)
{
	sw_autobuf why;

	sw_buf_init(&why, 0);
	*ret = SW_STR("");
	if (decode_part(ctx, part, ret, &why))
		return 0;
	if (!name)
		return sw_builtin_fail(ctx, "%.*s", SW_STR_ARG(sw_buf_str(&why)));
	return sw_builtin_fail(
		ctx, "JWT %s had invalid encoding: %.*s", name, SW_STR_ARG(sw_buf_str(&why)));
}

int sw_jwt_header(struct sw_builtin_ctx *ctx, struct sw_jwt *t)
{
	struct sw_str text;
	int rc = sw_jwt_part(ctx, t->header, "header", &text);

	if (rc || (rc = sw_jwt_object(ctx, text, "bad JWT header: ", &t->head)))
		return rc;
	if (sw_defined(sw_object_gets(t->head, SW_STR("enc"))))
		return sw_builtin_fail(ctx, "JWT is a JWE object, which is not supported");
	return 0;
}

static struct sw_str trim_quotes(struct sw_str s)
{
	while (s.n && (s.p[0] == '"' || s.p[0] == '\''))
		s = sw_str_sub(s, 1, s.n);
	while (s.n && (s.p[s.n - 1] == '"' || s.p[s.n - 1] == '\''))
		s.n--;
	return s;
}

static int ret_hex(struct sw_builtin_ctx *ctx, struct sw_str s, struct sw_value *ret)
{
	sw_autobuf out;

	sw_buf_init(&out, 0);
	sw_hex_encode(&out, s);
	return sw_builtin_ret_str(ctx, sw_buf_str(&out), ret);
}

static int decode(struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n,
	struct sw_value *ret)
{
	struct sw_str s, payload, sig;
	struct sw_jwt t;
	struct sw_value body = {0}, hex = {0};
	int rc = sw_operand_str(ctx, 1, args[0], &s);

	/* A token may be the payload of another: each is shorter than the one around it. */
	for (; rc == 0; s = trim_quotes(payload)) {
		if ((rc = sw_jwt_split(ctx, s, &t)) || (rc = sw_jwt_header(ctx, &t)) ||
			(rc = sw_jwt_part(ctx, t.payload, "payload", &payload)))
			return rc;
		if (!sw_str_is(sw_value_getstr(t.head, "cty"), "JWT"))
			break;
	}
	if (rc || (rc = sw_jwt_object(ctx, payload, "", &body)) ||
		(rc = sw_jwt_part(ctx, t.signature, "signature", &sig)) || (rc = ret_hex(ctx, sig, &hex)))
		return rc;
	return sw_ret_array(ctx, (struct sw_value[]){t.head, body, hex}, 3, ret);
}

static int header_str(struct sw_builtin_ctx *ctx, struct sw_value head, const char *name, struct sw_str *ret)
{
	struct sw_value v = sw_object_gets(head, sw_str_from(name));

	*ret = v.type == SW_STRING ? sw_value_str(v) : SW_STR("");
	if (sw_defined(v) && v.type != SW_STRING)
		return sw_builtin_fail(ctx, "%s: must be a string", name);
	return 0;
}

/* In the order of the names: alg, crit, cty, kid, typ. */
int sw_jwt_fields(struct sw_builtin_ctx *ctx, struct sw_jwt *t)
{
	struct sw_str typ;
	struct sw_value crit = sw_object_gets(t->head, SW_STR("crit"));
	int rc = header_str(ctx, t->head, "alg", &t->alg);

	if (rc)
		return rc;
	if (sw_defined(crit)) {
		if (crit.type != SW_ARRAY)
			return sw_builtin_fail(ctx, "crit: must be a list");
		if (!crit.n || crit.u.a->v[0].type != SW_STRING)
			return sw_builtin_fail(ctx, "crit: must be a nonempty list");
		t->crit = crit;
	}
	if ((rc = header_str(ctx, t->head, "cty", &t->cty)) ||
		(rc = header_str(ctx, t->head, "kid", &t->kid)))
		return rc;
	return header_str(ctx, t->head, "typ", &typ);
}

bool sw_jwt_verify_keys(const struct sw_keys *keys, const struct sw_jwt *t, struct sw_str alg,
	struct sw_str sig, unsigned flags)
{
	for (uint32_t i = 0; t->kid.n && i < keys->n; i++)
		if (sw_str_eq(keys->v[i].kid, t->kid))
			return sw_jws_verify(&keys->v[i], alg, t->text, sig, flags);
	for (uint32_t i = 0; i < keys->n; i++) {
		if (keys->v[i].alg.n && !sw_str_eq(keys->v[i].alg, t->alg))
			continue;
		if (sw_jws_verify(&keys->v[i], alg, t->text, sig, flags))
			return true;
	}
	return false;
}

static int verify_asym(struct sw_builtin_ctx *ctx, const struct sw_value *args, const char *alg,
	struct sw_value *ret)
{
	struct sw_str s, key, sig;
	struct sw_jwt t;
	struct sw_keys keys = {0};
	sw_autobuf why;
	int rc;

	sw_buf_init(&why, 0);
	if ((rc = sw_operand_str(ctx, 1, args[0], &s)) || (rc = sw_jwt_split(ctx, s, &t)) ||
		(rc = sw_operand_str(ctx, 2, args[1], &key)) ||
		(rc = sw_builtin_steps(ctx, 64 + key.n / 8)))
		return rc;
	if (!sw_keys_from_text(ctx->scratch, key, &keys, &why))
		return sw_builtin_fail(ctx, "%.*s", SW_STR_ARG(sw_buf_str(&why)));
	if ((rc = sw_jwt_part(ctx, t.signature, NULL, &sig)) || (rc = sw_jwt_header(ctx, &t)) ||
		(rc = sw_jwt_fields(ctx, &t)))
		return rc;
	*ret = sw_bool(sw_jwt_verify_keys(&keys, &t, sw_str_from(alg), sig, SW_JWS_PUBLIC_ONLY));
	return 0;
}

static int verify_hs(struct sw_builtin_ctx *ctx, const struct sw_value *args, const char *alg,
	struct sw_value *ret)
{
	struct sw_str s, secret, sig;
	struct sw_jwt t;
	uint8_t mac[EVP_MAX_MD_SIZE];
	int rc;

	if ((rc = sw_operand_str(ctx, 1, args[0], &s)) || (rc = sw_operand_str(ctx, 2, args[1], &secret)) ||
		(rc = sw_jwt_split(ctx, s, &t)) || (rc = sw_jwt_part(ctx, t.signature, NULL, &sig)))
		return rc;
	size_t n = sw_jws_hmac(sw_str_from(alg), secret, t.text, mac);
	*ret = sw_bool(n && n == sig.n && CRYPTO_memcmp(mac, sig.p, n) == 0);
	return 0;
}

#define VERIFY(how, alg)                                                                           \
	static int verify_##alg(struct sw_builtin_ctx *ctx, const struct sw_value *args,           \
		uint32_t n, struct sw_value *ret)                                                  \
	{                                                                                          \
		return how(ctx, args, #alg, ret);                                                  \
	}
VERIFY(verify_asym, RS256)
VERIFY(verify_asym, RS384)
VERIFY(verify_asym, RS512)
VERIFY(verify_asym, PS256)
VERIFY(verify_asym, PS384)
VERIFY(verify_asym, PS512)
VERIFY(verify_asym, ES256)
VERIFY(verify_asym, ES384)
VERIFY(verify_asym, ES512)
VERIFY(verify_asym, EdDSA)
VERIFY(verify_hs, HS256)
VERIFY(verify_hs, HS384)
VERIFY(verify_hs, HS512)

#define STR2 "(string, string) boolean"
#define OBJ "object[string:any]"

static const struct sw_builtin rows[] = {
	{"io.jwt.decode", NULL, "(string) array<object[any:any],object[any:any],string>", 0, decode},
	{"io.jwt.decode_verify", NULL,
		"(string, " OBJ ") array<boolean,object[any:any],object[any:any]>",
		SW_BUILTIN_NONDETERMINISTIC, sw_jwt_decode_verify},
	{"io.jwt.encode_sign", NULL, "(" OBJ ", " OBJ ", " OBJ ") string", SW_BUILTIN_NONDETERMINISTIC,
		sw_jwt_encode_sign},
	{"io.jwt.encode_sign_raw", NULL, "(string, string, string) string", SW_BUILTIN_NONDETERMINISTIC,
		sw_jwt_encode_sign_raw},
	{"io.jwt.verify_eddsa", NULL, STR2, 0, verify_EdDSA},
	{"io.jwt.verify_es256", NULL, STR2, 0, verify_ES256},
	{"io.jwt.verify_es384", NULL, STR2, 0, verify_ES384},
	{"io.jwt.verify_es512", NULL, STR2, 0, verify_ES512},
	{"io.jwt.verify_hs256", NULL, STR2, 0, verify_HS256},
	{"io.jwt.verify_hs384", NULL, STR2, 0, verify_HS384},
	{"io.jwt.verify_hs512", NULL, STR2, 0, verify_HS512},
	{"io.jwt.verify_ps256", NULL, STR2, 0, verify_PS256},
	{"io.jwt.verify_ps384", NULL, STR2, 0, verify_PS384},
	{"io.jwt.verify_ps512", NULL, STR2, 0, verify_PS512},
	{"io.jwt.verify_rs256", NULL, STR2, 0, verify_RS256},
	{"io.jwt.verify_rs384", NULL, STR2, 0, verify_RS384},
	{"io.jwt.verify_rs512", NULL, STR2, 0, verify_RS512},
};

const struct sw_builtin_group sw_builtins_tokens = {rows, SW_ARRAY_LEN(rows)};
