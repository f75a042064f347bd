/* SPDX-License-Identifier: Apache-2.0 */
/* io.jwt.decode_verify: a token is good when its signature and every constraint hold. */
#include "doc/json.h"
#include "rego/builtins/crypto/jws.h"
#include "rego/builtins/crypto/jwt.h"
#include "base/go/gotext.h"
#include "rego/builtins/operand.h"

struct constraints {
	struct sw_keys keys;
	bool has_keys;
	struct sw_str secret, alg, iss, aud;
	double time; /* ns */
	bool has_time;
};

static int constraint_str(
	struct sw_builtin_ctx *ctx, const char *name, struct sw_value v, struct sw_str *ret)
{
	if (v.type != SW_STRING)
		return sw_builtin_fail(ctx, "%s constraint: must be a string", name);
	*ret = sw_value_str(v);
	return 0;
}

static int constraint_cert(struct sw_builtin_ctx *ctx, struct sw_value v, struct constraints *c)
{
	sw_autobuf why;
	struct sw_str s;
	int rc = constraint_str(ctx, "cert", v, &s);

	sw_buf_init(&why, 0);
	if (rc || (rc = sw_builtin_steps(ctx, 64 + v.n / 8)))
		return rc;
	if (!sw_keys_from_text(ctx->scratch, sw_value_str(v), &c->keys, &why))
		return sw_builtin_fail(ctx, "%.*s", SW_STR_ARG(sw_buf_str(&why)));
	c->has_keys = true;
	return 0;
}

static int constraint_time(struct sw_builtin_ctx *ctx, struct sw_value v, struct constraints *c)
{
	if (v.type != SW_NUMBER)
		return sw_builtin_fail(ctx, "token time constraint: must be a number");
	c->time = sw_value_double(v);
	c->has_time = c->time != -1;
	if (c->time < 0)
		return sw_builtin_fail(ctx, "token time constraint: must not be negative");
	return 0;
}

static int one_constraint(
	struct sw_builtin_ctx *ctx, struct sw_str name, struct sw_value v, struct constraints *c)
{
	if (sw_str_is(name, "cert"))
		return constraint_cert(ctx, v, c);
	if (sw_str_is(name, "secret"))
		return constraint_str(ctx, "secret", v, &c->secret);
	if (sw_str_is(name, "alg"))
		return constraint_str(ctx, "alg", v, &c->alg);
	if (sw_str_is(name, "iss"))
		return constraint_str(ctx, "iss", v, &c->iss);
	if (sw_str_is(name, "aud"))
		return constraint_str(ctx, "aud", v, &c->aud);
	if (sw_str_is(name, "time"))
		return constraint_time(ctx, v, c);
	return sw_builtin_fail(ctx, "unknown token validation constraint: %.*s", SW_STR_ARG(name));
}

static int read_constraints(struct sw_builtin_ctx *ctx, struct sw_value o, struct constraints *c)
{
	int rc;

	*c = (struct constraints){0};
	sw_object_foreach(m, o) {
		struct sw_str name = m->k.type == SW_STRING ? sw_value_str(m->k) : SW_STR("");
		if ((rc = one_constraint(ctx, name, m->v, c)))
			return rc;
	}
	if (!c->has_time)
		c->time = (double)ctx->now_ns;
	if (c->has_keys && c->secret.n)
		return sw_builtin_fail(ctx, "duplicate key constraints");
	if (!c->has_keys && !c->secret.n)
		return sw_builtin_fail(ctx, "no key constraint");
	return 0;
}

/* Every parameter that the header calls critical is one we know. */
static bool crit_known(const struct sw_jwt *t)
{
	static const char *const known[] = {"alg", "kid", "typ", "cty", "crit"};

	if (t->crit.type != SW_ARRAY)
		return true;
	sw_array_foreach(e, t->crit) {
		bool hit = false;
		if (e->type != SW_STRING)
			break;
		for (size_t i = 0; i < SW_ARRAY_LEN(known); i++)
			hit |= sw_str_is(sw_value_str(*e), known[i]);
		if (!hit && sw_defined(sw_object_get(t->head, *e)))
			return false;
	}
	return true;
}

static bool signature_holds(const struct constraints *c, const struct sw_jwt *t, struct sw_str sig)
{
	if (c->has_keys)
		return sw_jwt_verify_keys(&c->keys, t, t->alg, sig, SW_JWS_EXACT_LENGTH);
	struct sw_key secret = {.secret = c->secret};
	return t->alg.n && t->alg.p[0] == 'H' && sw_jws_verify(&secret, t->alg, t->text, sig, 0);
}

/* Down to the innermost token. *ret_ok false: some signature or header does not hold. */
static int open_token(struct sw_builtin_ctx *ctx, struct sw_str s, const struct constraints *c,
	struct sw_jwt *t, struct sw_str *ret_payload, bool *ret_ok)
{
	struct sw_str sig;
	int rc;

	*ret_ok = false;
	for (;;) {
		if ((rc = sw_jwt_split(ctx, s, t)) || (rc = sw_jwt_header(ctx, t)) ||
			(rc = sw_jwt_fields(ctx, t)))
			return rc;
		if (!t->alg.n || !crit_known(t) || (c->alg.n && !sw_str_eq(c->alg, t->alg)))
			return 0;
		if ((rc = sw_jwt_part(ctx, t->signature, NULL, &sig)))
			return rc;
		if (!signature_holds(c, t, sig))
			return 0;
		if ((rc = sw_jwt_part(ctx, t->payload, "payload", ret_payload)))
			return rc;
		if (!sw_str_ieq(t->cty, SW_STR("JWT")))
			break;
		s = *ret_payload;
	}
	*ret_ok = true;
	return 0;
}

static bool audience_fits(const struct constraints *c, struct sw_value aud)
{
	if (aud.type == SW_STRING)
		return sw_str_eq(sw_value_str(aud), c->aud);
	if (aud.type == SW_ARRAY)
		sw_array_foreach(e, aud)
			if (e->type == SW_STRING && sw_str_eq(sw_value_str(*e), c->aud))
				return true;
	return false;
}

/* Seconds as Go prints them, since that is what OPA compares with the claim. */
static int compare_seconds(double ns, struct sw_value claim)
{
	sw_autobuf text;

	sw_buf_init(&text, 512);
	sw_gotext_float_v(&text, ns / 1e9);
	return sw_number_cmp(sw_number(sw_buf_str(&text)), claim);
}

static int check_claims(
	struct sw_builtin_ctx *ctx, const struct constraints *c, struct sw_value claims, bool *ret_ok)
{
	struct sw_value iss = sw_object_gets(claims, SW_STR("iss")), aud = sw_object_gets(claims, SW_STR("aud"));
	struct sw_value exp = sw_object_gets(claims, SW_STR("exp")), nbf = sw_object_gets(claims, SW_STR("nbf"));

	*ret_ok = false;
	if (c->iss.n && !(iss.type == SW_STRING && sw_str_eq(sw_value_str(iss), c->iss)))
		return 0;
	if (sw_defined(aud) ? !audience_fits(c, aud) : c->aud.n > 0)
		return 0;
	if (sw_defined(exp)) {
		if (exp.type != SW_NUMBER)
			return sw_builtin_fail(ctx, "exp value must be a number");
		if (compare_seconds(c->time, exp) >= 0)
			return 0;
	}
	if (sw_defined(nbf)) {
		if (nbf.type != SW_NUMBER)
			return sw_builtin_fail(ctx, "nbf value must be a number");
		if (compare_seconds(c->time, nbf) < 0)
			return 0;
	}
	*ret_ok = true;
	return 0;
}

int sw_jwt_decode_verify(
	struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n, struct sw_value *ret)
{
	struct constraints c;
	struct sw_jwt t = {0};
	struct sw_str s, payload = SW_STR("");
	struct sw_value claims = {0};
	bool ok;
	int rc;

	if ((rc = sw_operand_object(ctx, 2, args[1])) || (rc = read_constraints(ctx, args[1], &c)) ||
		(rc = sw_operand_str(ctx, 1, args[0], &s)) ||
		(rc = open_token(ctx, s, &c, &t, &payload, &ok)))
		return rc;
	if (ok && ((rc = sw_jwt_object(ctx, payload, "", &claims)) ||
			  (rc = check_claims(ctx, &c, claims, &ok))))
		return rc;
	if (!ok)
		t.head = claims = sw_empty_object();
	return sw_ret_array(ctx, (struct sw_value[]){sw_bool(ok), t.head, claims}, 3, ret);
}

/* ---- signing ---- */

/* A member of the JOSE header that must be a string; fails with what OPA's reader says. */
static int header_member(struct sw_builtin_ctx *ctx, struct sw_str header, struct sw_value *ret)
{
	struct sw_error err = {0};

	if (!sw_str_trim(header).n)
		return sw_builtin_fail(ctx, "missing or invalid 'alg' header: cannot parse JSON: cannot parse "
					    "empty string; unparsed tail: \"\"");
	/* fastjson, which OPA reads it with, takes every run of such characters for a number. */
	bool number = true;
	for (size_t i = 0; i < header.n; i++)
		number &= header.p[i] && strchr("0123456789.eE+-", header.p[i]);
	if (number) {
		*ret = sw_int(0);
		return 0;
	}
	if (sw_json_parse(ctx->scratch, header, 0, NULL, ret, NULL, &err))
		return sw_builtin_fail(
			ctx, "missing or invalid 'alg' header: cannot parse JSON: %s", err.text);
	return 0;
}

static bool payload_is_json(struct sw_builtin_ctx *ctx, struct sw_str payload)
{
	struct sw_value ignored;

	return sw_json_parse(ctx->scratch, payload, 0, NULL, &ignored, NULL, NULL) == 0;
}

static int sign(struct sw_builtin_ctx *ctx, struct sw_str header, struct sw_str payload,
	struct sw_value jwk, struct sw_value *ret)
{
	struct sw_keys keys = {0};
	struct sw_value head = {0};
	sw_autobuf why, out, sig;

	sw_buf_init(&why, 0);
	sw_buf_init(&out, 0);
	sw_buf_init(&sig, 0);
	if (!sw_keys_from_jwk(ctx->scratch, jwk, &keys, &why))
		return sw_builtin_fail(ctx, "%.*s", SW_STR_ARG(sw_buf_str(&why)));
	if (!keys.n)
		return sw_builtin_fail(ctx, "no keys found in JWK set");
	int rc = header_member(ctx, header, &head);
	if (rc || (rc = sw_builtin_steps(ctx, 64 + (header.n + payload.n) / 8)))
		return rc;
	struct sw_value alg = sw_object_gets(head, SW_STR("alg"));
	struct sw_value typ = sw_object_gets(head, SW_STR("typ"));
	if (!sw_defined(alg))
		return sw_builtin_fail(ctx, "missing or invalid 'alg' header: jwsbb: header \"alg\" not found");
	if (alg.type != SW_STRING)
		return sw_builtin_fail(ctx, "missing or invalid 'alg' header: value doesn't contain string; it "
					    "contains %s", sw_type_name((enum sw_type)alg.type));
	if (!sw_jwt_alg_known(sw_value_str(alg)))
		return sw_builtin_fail(ctx, "unknown JWS algorithm: %.*s", SW_STR_ARG(sw_value_str(alg)));
	if ((typ.type != SW_STRING || sw_str_is(sw_value_str(typ), "JWT")) && !payload_is_json(ctx, payload))
		return sw_builtin_fail(ctx, "type is JWT but payload is not JSON");
	sw_b64_encode(header, SW_B64_RAW_URL, &out);
	sw_buf_addch(&out, '.');
	sw_b64_encode(payload, SW_B64_RAW_URL, &out);
	if (!sw_jws_sign(&keys.v[0], sw_value_str(alg), sw_buf_str(&out), &sig, &why))
		return sw_builtin_fail(ctx, "%.*s", SW_STR_ARG(sw_buf_str(&why)));
	sw_buf_addch(&out, '.');
	sw_b64_encode(sw_buf_str(&sig), SW_B64_RAW_URL, &out);
	return sw_builtin_ret_str(ctx, sw_buf_str(&out), ret);
}

int sw_jwt_encode_sign(
	struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n, struct sw_value *ret)
{
	sw_autobuf header, payload;

	sw_buf_init(&header, 0);
	sw_buf_init(&payload, 0);
	sw_json_write(&header, args[0], SW_JSON_HTML_ESCAPE);
	sw_json_write(&payload, args[1], SW_JSON_HTML_ESCAPE);
	return sign(ctx, sw_buf_str(&header), sw_buf_str(&payload), args[2], ret);
}

int sw_jwt_encode_sign_raw(
	struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n, struct sw_value *ret)
{
	struct sw_str header, payload, key;
	struct sw_value jwk = {0};
	int rc;

	if ((rc = sw_operand_str(ctx, 3, args[2], &key)) || (rc = sw_operand_str(ctx, 1, args[0], &header)) ||
		(rc = sw_operand_str(ctx, 2, args[1], &payload)))
		return rc;
	if (sw_json_parse(ctx->scratch, key, 0, NULL, &jwk, NULL, NULL)) {
		sw_autobuf why;
		sw_buf_init(&why, 64 << 10);
		sw_keys_bad_text(&why, key);
		return sw_builtin_fail(ctx, "%s", sw_buf_cstr(&why));
	}
	return sign(ctx, header, payload, jwk, ret);
}
