/* SPDX-License-Identifier: Apache-2.0 */
/* `seawall verify`: who signed this file or image? */
#include "cmd/verify.h"

#include <inttypes.h>
#include <time.h>

#include "base/base64.h"
#include "base/io.h"
#include "report/jsonw.h"

#define MAX_ARTIFACT ((size_t)1 << 40)

static int read_file(struct sw_cmd_ctx *ctx, const char *path, size_t max, struct sw_str *ret,
	struct sw_error *err)
{
	return sw_io_read(ctx->arena, path, max, SW_IO_COPY, ret, err);
}

static int compile_re(
	struct sw_cmd_ctx *ctx, const char *opt, struct sw_re2 **ret, struct sw_error *err)
{
	const char *text = sw_opts_str(&ctx->opts, opt);
	if (!text)
		return 0;
	int rc = sw_re2_compile(sw_str_from(text), ret, err);
	if (rc < 0) {
		sw_error_prefix(err, "--%s", opt);
		return rc;
	}
	return sw_arena_defer(ctx->arena, (void (*)(void *))sw_re2_free, *ret);
}

static int read_claims(struct sw_cmd_ctx *ctx, struct sw_sign_policy *p, struct sw_error *err)
{
	const struct sw_optval *v = sw_opts_get(&ctx->opts, "claim");
	struct sw_cert_claim *claims = sw_arena_new_array(ctx->arena, v->n, struct sw_cert_claim);
	for (uint32_t i = 0; i < v->n; i++) {
		struct sw_str text = sw_str_from(v->v[i]);
		size_t eq = sw_str_chr(text, '=', 0);
		if (eq == SW_NPOS || !eq)
			return sw_error_set(
				err, SW_EUSAGE, "--claim %s: NAME=VALUE is expected", v->v[i]);
		claims[i].name = sw_arena_cstr(ctx->arena, sw_str_sub(text, 0, eq));
		claims[i].value = sw_str_sub(text, eq + 1, text.n);
		if (!sw_cert_claim_known(claims[i].name))
			return sw_error_set(err, SW_EUSAGE,
				"--claim: no certificate has a claim named %s", claims[i].name);
	}
	p->claims = claims;
	p->n_claims = v->n;
	return 0;
}

static int read_key(struct sw_cmd_ctx *ctx, struct sw_sign_policy *p, struct sw_error *err)
{
	const char *path = sw_opts_str(&ctx->opts, "key");
	struct sw_str text;
	struct sw_key *key = sw_arena_new(ctx->arena, struct sw_key);
	if (!path)
		return 0;
	int rc = read_file(ctx, path, 1 << 20, &text, err);
	if (rc == 0 && (rc = sw_key_read(ctx->arena, text, key, err)) < 0)
		sw_error_at(err, sw_str_from(path), 0, 0, 0);
	p->key = key;
	return rc;
}

/* Either a key, or an identity and an issuer. */
static int read_policy(struct sw_cmd_ctx *ctx, struct sw_sign_policy *p, struct sw_error *err)
{
	const char *identity = sw_opts_str(&ctx->opts, "identity"),
		   *issuer = sw_opts_str(&ctx->opts, "issuer");
	int rc;
	p->identity = sw_str_from(identity);
	p->issuer = sw_str_from(issuer);
	p->no_sct = sw_opts_bool(&ctx->opts, "ignore-sct");
	if ((rc = compile_re(ctx, "identity-regexp", &p->identity_re, err)) < 0 ||
		(rc = compile_re(ctx, "issuer-regexp", &p->issuer_re, err)) < 0 ||
		(rc = read_key(ctx, p, err)) < 0 || (rc = read_claims(ctx, p, err)) < 0)
		return rc;
	bool by_identity = identity || issuer || p->identity_re || p->issuer_re || p->n_claims;
	if (p->key && by_identity)
		return sw_error_set(
			err, SW_EUSAGE, "--key does not go with --identity, --issuer or --claim");
	if (!p->key && !((identity || p->identity_re) && (issuer || p->issuer_re))) {
		sw_error_set(
			err, SW_EUSAGE, "whose signature? Give --key, or --identity and --issuer");
		return sw_error_hint(err, "a signature by anybody proves nothing");
	}
	return 0;
}

static int read_trust(struct sw_cmd_ctx *ctx, struct sw_trust *ret, struct sw_error *err)
{
	const char *path = sw_opts_str(&ctx->opts, "trusted-root");
	struct sw_str text;
	if (!path)
		return sw_trust_builtin(ctx->arena, ret, err);
	int rc = read_file(ctx, path, 16 << 20, &text, err);
	if (rc == 0 && (rc = sw_trust_read(ctx->arena, text, ret, err)) < 0)
		sw_error_at(err, sw_str_from(path), err->line, err->col, err->byte);
	return rc;
}

/* The file's bytes, or a digest that is no path. */
static int read_artifact(
	struct sw_cmd_ctx *ctx, const char *what, struct sw_message *ret, struct sw_error *err)
{
	struct sw_message m = {0};
	if (access(what, F_OK) != 0 && sw_message_from_digest(sw_str_from(what), ret))
		return 0;
	int rc = sw_io_read(ctx->arena, what, MAX_ARTIFACT, 0, &m.bytes, err);
	if (rc == 0 && !m.bytes.p)
		m.bytes = SW_STR("");
	*ret = m;
	return rc;
}

/* --bundle, or what lies beside the file under the names that clients use. */
static int find_bundle(
	struct sw_cmd_ctx *ctx, const char *artifact, const char **ret, struct sw_error *err)
{
	static const char *const suffix[] = {".sigstore.json", ".sigstore", ".bundle"};
	*ret = sw_opts_str(&ctx->opts, "bundle");
	for (size_t i = 0; !*ret && i < SW_ARRAY_LEN(suffix); i++) {
		struct sw_str path = sw_arena_printf(ctx->arena, "%s%s", artifact, suffix[i]);
		const char *cstr = sw_arena_cstr(ctx->arena, path);
		if (cstr && access(cstr, R_OK) == 0)
			*ret = cstr;
	}
	if (*ret)
		return 0;
	sw_error_set(err, SW_EUSAGE, "%s: no signature was found", artifact);
	return sw_error_hint(err, "name it with --bundle; beside the file, %s%s is looked for",
		artifact, suffix[0]);
}

static const char *when(int64_t t, char out[32])
{
	struct tm tm;
	time_t tt = (time_t)t;
	if (!gmtime_r(&tt, &tm) || !strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &tm))
		snprintf(out, 32, "%" PRId64, t);
	return out;
}

static void put_safe(struct sw_buf *out, struct sw_str s)
{
	for (size_t i = 0; i < s.n; i++)
		sw_buf_addch(out, (unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f ? '?' : s.p[i]);
}

static void put_row(struct sw_buf *out, const char *name, struct sw_str value)
{
	sw_buf_printf(out, "  %-12s ", name);
	put_safe(out, value);
	sw_buf_addch(out, '\n');
}

void sw_verify_put(struct sw_buf *out, const char *what, const struct sw_sign_result *r)
{
	char t[32];
	sw_autobuf hex;
	sw_buf_init(&hex, 128);
	sw_hex_encode(&hex, sw_str_make((const char *)r->key_id, 32));
	sw_buf_printf(out, "verified: %s\n", what);
	if (r->keyless) {
		for (uint32_t i = 0; i < r->identity.n_names; i++)
			put_row(out, "identity", r->identity.names[i]);
		put_row(out, "issuer", r->identity.issuer);
		put_row(out, "authority", r->authority);
	} else {
		sw_buf_printf(out, "  %-12s %s, SHA-256 of it %s\n", "key",
			sw_key_kind_name(r->key_kind), sw_buf_cstr(&hex));
	}
	if (r->predicate_type.n)
		put_row(out, "statement", r->predicate_type);
	for (uint32_t i = 0; i < r->n_times; i++)
		sw_buf_printf(out, "  %-12s %s by %s %.*s\n", "signed", when(r->times[i].t, t),
			r->times[i].source == SW_TIME_TSA ? "timestamp of" : "entry in",
			SW_STR_ARG(r->times[i].by));
	for (uint32_t i = 0; i < r->n_logs; i++)
		sw_buf_printf(out, "  %-12s %.*s entry %" PRId64 " (%s)\n", "log",
			SW_STR_ARG(r->logs[i].url), r->logs[i].index,
			r->logs[i].inclusion ? r->logs[i].promise ? "promise and inclusion proof"
								  : "inclusion proof"
					     : "promise");
	if (!r->n_logs)
		sw_buf_printf(out, "  %-12s none\n", "log");
}

static void json_signer(struct sw_jsonw *w, const struct sw_sign_result *r)
{
	sw_autobuf hex;
	sw_buf_init(&hex, 128);
	sw_hex_encode(&hex, sw_str_make((const char *)r->key_id, 32));
	sw_jsonw_object(w, "signer");
	sw_jsonw_z(w, "kind", r->keyless ? "identity" : "key");
	sw_jsonw_z(w, "algorithm", sw_key_kind_name(r->key_kind));
	sw_jsonw_str(w, "keyId", sw_buf_str(&hex));
	if (r->keyless) {
		sw_jsonw_array(w, "identities");
		for (uint32_t i = 0; i < r->identity.n_names; i++)
			sw_jsonw_str(w, NULL, r->identity.names[i]);
		sw_jsonw_end(w);
		sw_jsonw_str(w, "issuer", r->identity.issuer);
		sw_jsonw_str(w, "authority", r->authority);
		sw_jsonw_object(w, "claims");
		for (uint32_t i = 0; i < r->identity.n_claims; i++)
			sw_jsonw_str(w, r->identity.claims[i].name, r->identity.claims[i].value);
		sw_jsonw_end(w);
	}
	sw_jsonw_end(w);
}

void sw_verify_json(struct sw_jsonw *w, const struct sw_sign_result *r)
{
	char t[32];
	sw_jsonw_object(w, NULL);
	sw_jsonw_z(w, "content", r->is_dsse ? "attestation" : "signature");
	json_signer(w, r);
	sw_jsonw_str_if(w, "predicateType", r->predicate_type);
	sw_jsonw_array(w, "times");
	for (uint32_t i = 0; i < r->n_times; i++) {
		sw_jsonw_object(w, NULL);
		sw_jsonw_z(w, "time", when(r->times[i].t, t));
		sw_jsonw_z(w, "source", r->times[i].source == SW_TIME_TSA ? "timestamp" : "log");
		sw_jsonw_str(w, "by", r->times[i].by);
		sw_jsonw_end(w);
	}
	sw_jsonw_end(w);
	sw_jsonw_array(w, "logs");
	for (uint32_t i = 0; i < r->n_logs; i++) {
		sw_jsonw_object(w, NULL);
		sw_jsonw_str(w, "url", r->logs[i].url);
		sw_jsonw_int(w, "index", r->logs[i].index);
		sw_jsonw_bool(w, "promise", r->logs[i].promise);
		sw_jsonw_bool(w, "inclusion", r->logs[i].inclusion);
		sw_jsonw_end(w);
	}
	sw_jsonw_end(w);
	if (sw_defined(r->statement))
		sw_jsonw_value(w, "statement", r->statement);
	sw_jsonw_end(w);
}

static int verify_file(struct sw_cmd_ctx *ctx, const char *what, const struct sw_trust *trust,
	const struct sw_sign_policy *policy, struct sw_sign_result *r, struct sw_error *err)
{
	const char *path;
	struct sw_str text;
	struct sw_bundle b;
	struct sw_message artifact;
	int rc;
	if ((rc = find_bundle(ctx, what, &path, err)) < 0 ||
		(rc = read_artifact(ctx, what, &artifact, err)) < 0 ||
		(rc = read_file(ctx, path, SW_BUNDLE_MAX_SIZE, &text, err)) < 0)
		return rc;
	if ((rc = sw_bundle_read(ctx->arena, text, &b, err)) < 0) {
		sw_error_at(err, sw_str_from(path), err->line, err->col, err->byte);
		return rc;
	}
	return sw_sign_verify(ctx->arena, trust, &b, &artifact, policy, r, err);
}

static int run(struct sw_cmd_ctx *ctx)
{
	struct sw_error err = {0};
	struct sw_sign_policy policy = {0};
	struct sw_trust trust;
	struct sw_sign_result *r = sw_arena_new(ctx->arena, struct sw_sign_result);
	const char *what = ctx->opts.args[0];
	if (read_policy(ctx, &policy, &err) < 0 || read_trust(ctx, &trust, &err) < 0)
		return sw_cmd_fail(&err);
	int rc = verify_file(ctx, what, &trust, &policy, r, &err);
	if (rc < 0) {
		sw_cmd_fail(&err);
		return rc == -SW_ESECURITY ? SW_EXIT_FINDINGS : SW_EXIT_ERROR;
	}
	if (strcmp(sw_opts_str(&ctx->opts, "output"), "json") == 0) {
		struct sw_jsonw w;
		sw_jsonw_init(&w, ctx->out);
		sw_verify_json(&w, r);
		sw_buf_addch(ctx->out, '\n');
	} else {
		sw_verify_put(ctx->out, what, r);
	}
	return SW_EXIT_CLEAN;
}

static const struct sw_opt opts[] = {
	{.name = "key",
		.type = SW_OPT_STRING,
		.flags = SW_OPT_TRUSTED,
		.metavar = "FILE",
		.help = "public key of the signer (PEM or DER)",
		.group = "Who must have signed",
		.since = "0.1",
		.complete = SW_COMPLETE_FILE},
	{.name = "identity",
		.type = SW_OPT_STRING,
		.flags = SW_OPT_TRUSTED,
		.metavar = "ID",
		.help = "e-mail address or URI that the certificate must name",
		.group = "Who must have signed",
		.since = "0.1"},
	{.name = "identity-regexp",
		.type = SW_OPT_STRING,
		.flags = SW_OPT_TRUSTED,
		.metavar = "RE",
		.help = "the same as a pattern that must match the whole name",
		.group = "Who must have signed",
		.since = "0.1"},
	{.name = "issuer",
		.type = SW_OPT_STRING,
		.flags = SW_OPT_TRUSTED,
		.metavar = "URL",
		.help = "OpenID Connect issuer that must have vouched for the identity",
		.group = "Who must have signed",
		.since = "0.1"},
	{.name = "issuer-regexp",
		.type = SW_OPT_STRING,
		.flags = SW_OPT_TRUSTED,
		.metavar = "RE",
		.help = "the same as a pattern that must match the whole URL",
		.group = "Who must have signed",
		.since = "0.1"},
	{.name = "claim",
		.type = SW_OPT_STRING,
		.flags = SW_OPT_LIST | SW_OPT_TRUSTED,
		.metavar = "NAME=VALUE",
		.help = "claim that the certificate must make, source-repository-uri=https://...",
		.group = "Who must have signed",
		.since = "0.1"},
	{.name = "bundle",
		.type = SW_OPT_STRING,
		.flags = SW_OPT_FLAG_ONLY,
		.metavar = "FILE",
		.help = "Sigstore bundle; otherwise FILE.sigstore.json, .sigstore or .bundle",
		.since = "0.1",
		.complete = SW_COMPLETE_FILE},
	{.name = "trusted-root",
		.type = SW_OPT_STRING,
		.flags = SW_OPT_TRUSTED,
		.metavar = "FILE",
		.help = "trusted_root.json of another Sigstore than the public one",
		.since = "0.1",
		.complete = SW_COMPLETE_FILE},
	{.name = "ignore-sct",
		.type = SW_OPT_BOOL,
		.flags = SW_OPT_TRUSTED,
		.help = "do not ask for a proof that the certificate was logged",
		.since = "0.1"},
	{.name = "output",
		.letter = 'o',
		.type = SW_OPT_ENUM,
		.choices = "text|json",
		.def = "text",
		.flags = SW_OPT_FLAG_ONLY,
		.since = "0.1",
		.help = "form of the result"},
};

const struct sw_cmd sw_cmd_verify = {
	.name = "verify",
	.summary = "check who signed a file or image, offline",
	.args = "FILE|DIGEST",
	.description = "Checks a Sigstore bundle (version 0.1 to 0.3) or cosign's signatures: "
		       "signature, certificate, "
		       "identity, certificate log, transparency log (Rekor 1 and 2) and "
		       "timestamps. No connection is "
		       "opened: everything comes from the bundle and from the trusted root, which "
		       "is built in for "
		       "Sigstore's public instance.\n\n"
		       "Exit codes: 0 verified; 1 not signed by that signer, or anything that does "
		       "not hold; 2 it could "
		       "not be judged (unreadable files, wrong usage).",
	.examples = "seawall verify tool.tar.gz --identity me@example.org --issuer "
		    "https://accounts.google.com\n"
		    "  with tool.tar.gz.sigstore.json beside it\n"
		    "seawall verify sha256:a0cf... --bundle b.sigstore.json --key release.pub\n"
		    "  a digest instead of the file, signed with a key\n",
	.group = "Images",
	.since = "0.1",
	.opts = opts,
	.n_opts = SW_ARRAY_LEN(opts),
	.complete = SW_COMPLETE_FILE,
	.min_args = 1,
	.max_args = 1,
	.run = run,
	.own_exit_codes = true,
};
