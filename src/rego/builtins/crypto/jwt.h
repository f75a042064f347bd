/* SPDX-License-Identifier: Apache-2.0 */
/* JSON Web Tokens: what jwt.c and jwt_verify.c share. Functions return 0 or fail through ctx. */
#ifndef SW_REGO_BUILTINS_CRYPTO_JWT_H
#define SW_REGO_BUILTINS_CRYPTO_JWT_H

#include "rego/builtin.h"
#include "rego/builtins/crypto/keys.h"

struct sw_jwt {
	struct sw_str header, payload, signature; /* encoded */
	struct sw_str text;                       /* header.payload: what is signed */
	struct sw_value head;                     /* decoded header */
	struct sw_str alg, cty, kid;
	struct sw_value crit;
};

int sw_jwt_split(struct sw_builtin_ctx *ctx, struct sw_str s, struct sw_jwt *ret);
int sw_jwt_part(struct sw_builtin_ctx *ctx, struct sw_str part, const char *name, struct sw_str *ret);
int sw_jwt_object(struct sw_builtin_ctx *ctx, struct sw_str s, const char *prefix, struct sw_value *ret);
int sw_jwt_header(struct sw_builtin_ctx *ctx, struct sw_jwt *t); /* decodes it */
int sw_jwt_fields(struct sw_builtin_ctx *ctx, struct sw_jwt *t); /* checks its members */
/* The key that the token names, else any key of the set that says it is for this algorithm or says nothing. */
bool sw_jwt_verify_keys(const struct sw_keys *keys, const struct sw_jwt *t, struct sw_str alg,
	struct sw_str sig, unsigned flags);

int sw_jwt_decode_verify(
	struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n, struct sw_value *ret);
int sw_jwt_encode_sign(
	struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n, struct sw_value *ret);
int sw_jwt_encode_sign_raw(
	struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n, struct sw_value *ret);

#endif
