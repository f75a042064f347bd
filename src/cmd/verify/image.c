/* SPDX-License-Identifier: Apache-2.0 */
/* `seawall verify` for an image: every signature beside it is tried, one that holds is enough. */
#include "cmd/registry.h"
#include "cmd/verify/verify.h"
#include "image/sign/cosign.h"
#include "image/sign/layout.h"
#include "report/jsonw.h"

#define COSIGN_SIGN "https://sigstore.dev/cosign/sign/v1"

/* An attestation that is only there to be a signature. */
static bool is_plain(const struct sw_sign_result *r)
{
	return !r->is_dsse || sw_str_is(r->predicate_type, COSIGN_SIGN);
}

static int judge(struct sw_verify *v, const struct sw_image_signatures *all,
	struct sw_image_signature *s, struct sw_sign_result *r)
{
	struct sw_message artifact = {.bytes = all->manifest};
	struct sw_sign_policy policy = v->policy;
	struct sw_str reference;
	int rc;
	if (s->error.code) {
		v->err = s->error;
		return -s->error.code;
	}
	policy.log_optional = !sw_opts_bool(&v->ctx->opts, "require-log") && s->bundle.version == 0;
	if (s->message.p)
		artifact.bytes = s->message;
	if ((rc = sw_sign_verify(
		     v->ctx->arena, &v->trust, &s->bundle, &artifact, &policy, r, &v->err)) < 0)
		return rc;
	if (s->message.p && (rc = sw_cosign_payload(v->ctx->arena, s->message, all->digest,
				     &reference, &v->err)) < 0)
		return rc;
	return sw_verify_statement(v, r);
}

static void put(
	struct sw_verify *v, struct sw_jsonw *w, const char *what, const struct sw_sign_result *r)
{
	if (w)
		sw_verify_json(w, r);
	else
		sw_verify_put(v->ctx->out, what, r);
}

/* Tries all of them; tells those that hold. How many did; *first is why the first other one did
 * not. */
static uint32_t try_all(struct sw_verify *v, const struct sw_image_signatures *all,
	struct sw_jsonw *w, const char *what, struct sw_error *first)
{
	bool attestation = v->type || v->rego;
	uint32_t good = 0;
	for (uint32_t i = 0; i < all->n; i++) {
		struct sw_sign_result *r = sw_arena_new(v->ctx->arena, struct sw_sign_result);
		int rc = r ? judge(v, all, &all->v[i], r)
			   : sw_error_set(&v->err, SW_ELIMIT, "no memory left");
		if (rc == 0 && !attestation && !is_plain(r))
			rc = sw_error_set(&v->err, SW_ESECURITY,
				"there are attestations of this signer (name one with --type), but "
				"no signature");
		if (rc == 0) {
			put(v, w, what, r);
			good++;
		} else if (!first->code || (first->code != SW_ESECURITY && rc == -SW_ESECURITY)) {
			*first = v->err;
		}
	}
	return good;
}

int sw_verify_image(struct sw_verify *v, const char *what, const char *dir, struct sw_str want)
{
	struct sw_image_signatures all;
	struct sw_error first = {0};
	struct sw_jsonw w;
	bool json = strcmp(sw_opts_str(&v->ctx->opts, "output"), "json") == 0;
	struct sw_image_opts *opts = sw_arena_new(v->ctx->arena, struct sw_image_opts);
	if (!opts)
		return sw_error_set(&v->err, SW_ELIMIT, "no memory left");
	*opts = (struct sw_image_opts){0};
	int rc = sw_cmd_registry_options(v->ctx, opts, &v->err);
	if (rc < 0)
		return rc;
	rc = sw_layout_signatures(v->ctx->arena, dir, want, opts, &all, &v->err);
	if (rc < 0)
		return rc;
	if (!all.n)
		return sw_error_set(&v->err, SW_ESECURITY,
			"%s: there is no signature of the image %.*s", what,
			SW_STR_ARG(all.digest));
	if (json) {
		sw_jsonw_init(&w, v->ctx->out);
		sw_jsonw_object(&w, NULL);
		sw_jsonw_str(&w, "digest", all.digest);
		sw_jsonw_array(&w, "verified");
	}
	uint32_t good = try_all(v, &all, json ? &w : NULL, what, &first);
	if (json) {
		sw_jsonw_end(&w);
		sw_jsonw_int(&w, "signatures", all.n);
		sw_jsonw_end(&w);
		sw_buf_addch(v->ctx->out, '\n');
	} else if (good) {
		sw_buf_printf(v->ctx->out, "image %.*s: %u of %u signatures hold\n",
			SW_STR_ARG(all.digest), good, all.n);
	}
	if (good)
		return 0;
	v->err = first;
	sw_error_prefix(&v->err, "none of %u signatures holds; the first", all.n);
	return -first.code;
}
