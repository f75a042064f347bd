/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of `seawall verify` share. The command makes one struct sw_verify of the options;
 * trust and policy live as long as it does. Every part answers 0 or a negative code with v->err,
 * and only signatures that hold are shown to --type and --policy.
 */
#ifndef SW_CMD_VERIFY_H
#define SW_CMD_VERIFY_H

#include "cmd/cmd.h"
#include "image/sign/verify.h"

struct sw_jsonw;
struct sw_verify_rego;

struct sw_verify {
	struct sw_cmd_ctx *ctx;
	struct sw_sign_policy policy;
	struct sw_trust trust;
	const char *type;	     /* predicate type that is demanded; NULL: none */
	struct sw_verify_rego *rego; /* NULL: no --policy */
	struct sw_error err;
};

/* out.c */
void sw_verify_put(struct sw_buf *out, const char *what, const struct sw_sign_result *r);
void sw_verify_json(struct sw_jsonw *w, const struct sw_sign_result *r);

/* What --type and --policy demand of a signature that holds. */
int sw_verify_statement(struct sw_verify *v, struct sw_sign_result *r);

/* image.c: 0, or negative with v->err. */
int sw_verify_image(struct sw_verify *v, const char *what, const char *dir, struct sw_str want);

/*
 * policy.c. Every package of the files is asked: `allow`, where it has one, must be true,
 * and `deny` must be empty. The input is the statement, and in `signer` who signed it.
 */
int sw_verify_policy_load(struct sw_verify *v);
int sw_verify_policy(struct sw_verify *v, const struct sw_sign_result *r);
void sw_verify_policy_free(struct sw_verify *v);
bool sw_verify_is_type(const char *want, struct sw_str predicate_type);

#endif
