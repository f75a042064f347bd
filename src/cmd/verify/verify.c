/* SPDX-License-Identifier: Apache-2.0 */
/* `seawall verify`: who signed this file or image? */
#include "cmd/verify/verify.h"

#include <errno.h>

#include "base/base64.h"
#include "base/io.h"
#include "cmd/registry.h"
#include "image/sign/cosign.h"
#include "image/sign/layout.h"
#include "image/sign/pb.h"
#include "kube/image.h"
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

/* Keys that lie with somebody else cannot be asked for: nothing is opened but files. */
static int refuse_reference(const char *key, struct sw_error *err)
{
	static const struct {
		const char *scheme, *where;
	} known[] = {{"awskms://", "AWS KMS"}, {"gcpkms://", "Google Cloud KMS"},
		{"azurekms://", "Azure Key Vault"}, {"hashivault://", "HashiCorp Vault"},
		{"openbao://", "OpenBao"}, {"k8s://", "a Kubernetes Secret"}, {"gitlab://", "GitLab"},
		{"github://", "GitHub"}, {"pkcs11:", "a PKCS #11 token"},
		{"https://", "a web server"}, {"http://", "a web server"}};
	for (size_t i = 0; i < SW_ARRAY_LEN(known); i++) {
		if (strncmp(key, known[i].scheme, strlen(known[i].scheme)) != 0)
			continue;
		sw_error_set(err, SW_EUNSUPPORTED, "--key %s: a key in %s is not asked for", key,
			known[i].where);
		return sw_error_hint(err, "fetch the public key once (cosign public-key --key %s) and "
					  "name the file",
			key);
	}
	return 0;
}

/* A file, or env://NAME: the key's text in the environment, as cosign has it. */
static int key_text(struct sw_cmd_ctx *ctx, const char *path, struct sw_str *ret,
	struct sw_error *err)
{
	int rc = refuse_reference(path, err);
	if (rc)
		return rc;
	if (strncmp(path, "env://", 6) != 0)
		return read_file(ctx, path, 1 << 20, ret, err);
	const char *text = getenv(path + 6);
	if (!text)
		return sw_error_set(err, SW_ENOENT, "--key %s: there is no such variable", path);
	*ret = sw_str_from(text);
	return 0;
}

static int read_key(struct sw_cmd_ctx *ctx, struct sw_sign_policy *p, struct sw_error *err)
{
	const char *path = sw_opts_str(&ctx->opts, "key");
	struct sw_str text;
	struct sw_key *key = sw_arena_new(ctx->arena, struct sw_key);
	if (!path)
		return 0;
	int rc = key_text(ctx, path, &text, err);
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
	struct sw_message digest;
	if (access(artifact, F_OK) != 0 && !sw_message_from_digest(sw_str_from(artifact), &digest))
		return sw_error_errno(err, SW_ENOENT, errno, "%s", artifact);
	sw_error_set(err, SW_EUSAGE, "%s: no signature was found", artifact);
	return sw_error_hint(err, "name it with --bundle; beside the file, %s%s is looked for",
		artifact, suffix[0]);
}

/* A raw signature beside a file: base64 or bytes. Only a key can check it. */
static int read_detached(struct sw_verify *v, const char *path, struct sw_bundle *b)
{
	struct sw_str text;
	if (!v->policy.key)
		return sw_error_set(&v->err, SW_EUSAGE,
			"--signature needs --key: a bare signature carries no certificate");
	int rc = read_file(v->ctx, path, 1 << 20, &text, &v->err);
	if (rc < 0)
		return rc;
	if ((rc = sw_sign_foreign(text, &v->err)) < 0)
		return sw_error_at(&v->err, sw_str_from(path), 0, 0, 0);
	struct sw_str trimmed = sw_str_trim(text);
	*b = (struct sw_bundle){.signature = text};
	if (!sw_base64_decode(v->ctx->arena, trimmed, &b->signature))
		b->signature = text;
	v->policy.log_optional = true;
	return 0;
}

static int read_bundle(struct sw_verify *v, const char *path, struct sw_bundle *b)
{
	struct sw_arena *a = v->ctx->arena;
	struct sw_str text;
	struct sw_value tree;
	struct sw_error skip;
	int rc = read_file(v->ctx, path, SW_BUNDLE_MAX_SIZE, &text, &v->err);
	if (rc < 0)
		return rc;
	if ((rc = sw_sign_foreign(text, &v->err)) < 0)
		return sw_error_at(&v->err, sw_str_from(path), 0, 0, 0);
	if (sw_pb_parse(a, text, &tree, &skip) == 0 && sw_cosign_is_blob_bundle(tree))
		rc = sw_cosign_blob_bundle(a, tree, b, &v->err);
	else
		rc = sw_bundle_read(a, text, b, &v->err);
	if (rc < 0)
		sw_error_at(&v->err, sw_str_from(path), v->err.line, v->err.col, v->err.byte);
	return rc;
}

static int verify_file(struct sw_verify *v, const char *what, struct sw_sign_result *r)
{
	const char *path = sw_opts_str(&v->ctx->opts, "signature");
	struct sw_bundle b;
	struct sw_message artifact;
	int rc = path ? read_detached(v, path, &b) : find_bundle(v->ctx, what, &path, &v->err);
	if (rc == 0 && !sw_opts_str(&v->ctx->opts, "signature"))
		rc = read_bundle(v, path, &b);
	if (rc < 0 || (rc = read_artifact(v->ctx, what, &artifact, &v->err)) < 0 ||
		(rc = sw_sign_verify(
			 v->ctx->arena, &v->trust, &b, &artifact, &v->policy, r, &v->err)) < 0)
		return rc;
	return sw_verify_statement(v, r);
}

int sw_verify_statement(struct sw_verify *v, struct sw_sign_result *r)
{
	if ((v->type || v->rego) && !sw_defined(r->statement))
		return sw_error_set(&v->err, SW_ESECURITY,
			"signed, but without a statement: --type and --policy need one");
	if (v->type && !sw_verify_is_type(v->type, r->predicate_type))
		return sw_error_set(&v->err, SW_ESECURITY, "the statement is of type %.*s, not %s",
			(int)(r->predicate_type.n > 200 ? 200 : r->predicate_type.n),
			r->predicate_type.p, v->type);
	return v->rego ? sw_verify_policy(v, r) : 0;
}

/* "registry.example/app:1": no file of that name, a host in front, and no digest alone. */
static bool is_registry_name(const char *what)
{
	struct sw_str s = sw_str_from(what), host = sw_str_sub(s, 0, sw_str_chr(s, '/', 0));
	struct sw_message m;
	struct sw_image_ref ref;
	return access(what, F_OK) != 0 && !sw_message_from_digest(s, &m) && host.n < s.n &&
	       host.n && host.p[0] != '.' &&
	       (sw_str_chr(host, '.', 0) != SW_NPOS || sw_str_chr(host, ':', 0) != SW_NPOS ||
		       sw_str_is(host, "localhost")) &&
	       sw_image_parse(s, &ref, NULL) == 0;
}

/* A reference that names its kind, or a folder with an OCI layout and behind it @DIGEST or :TAG. */
static bool is_image(struct sw_cmd_ctx *ctx, const char *what, const char **ret_reference,
	struct sw_str *ret_want)
{
	static const char *const kinds[] = {"oci-archive:", "docker://"};
	struct sw_str s = sw_str_from(what), dir;
	bool forced = sw_str_starts(s, SW_STR("oci:"));
	*ret_want = (struct sw_str){0};
	*ret_reference = what;
	for (size_t i = 0; i < SW_ARRAY_LEN(kinds); i++)
		if (sw_str_starts(s, sw_str_from(kinds[i])))
			return true;
	if (forced)
		s = sw_str_sub(s, 4, s.n);
	size_t cut = sw_str_chr(s, '@', 0);
	if (cut == SW_NPOS)
		cut = sw_str_rfind(s, SW_STR(":"));
	for (int i = 0; i < 2; i++) {
		dir = sw_str_sub(s, 0, i ? cut : s.n);
		const char *cstr = sw_arena_cstr(ctx->arena, dir);
		if ((i && cut == SW_NPOS) || !cstr || !sw_layout_is(cstr))
			continue;
		if (i)
			*ret_want = sw_str_sub(s, cut + 1, s.n);
		*ret_reference =
			sw_arena_cstr(ctx->arena, sw_arena_printf(ctx->arena, "oci:%s", cstr));
		return true;
	}
	return forced || is_registry_name(what);
}

static bool is_json(struct sw_cmd_ctx *ctx)
{
	return strcmp(sw_opts_str(&ctx->opts, "output"), "json") == 0;
}

static int run_file(struct sw_verify *v, const char *what)
{
	struct sw_sign_result *r = sw_arena_new(v->ctx->arena, struct sw_sign_result);
	int rc = verify_file(v, what, r);
	if (rc < 0)
		return rc;
	if (is_json(v->ctx)) {
		struct sw_jsonw w;
		sw_jsonw_init(&w, v->ctx->out);
		sw_verify_json(&w, r);
		sw_buf_addch(v->ctx->out, '\n');
	} else {
		sw_verify_put(v->ctx->out, what, r);
	}
	return 0;
}

static int run(struct sw_cmd_ctx *ctx)
{
	struct sw_verify v = {.ctx = ctx, .type = sw_opts_str(&ctx->opts, "type")};
	const char *what = ctx->opts.args[0], *dir;
	struct sw_str want;
	if (read_policy(ctx, &v.policy, &v.err) < 0 || read_trust(ctx, &v.trust, &v.err) < 0 ||
		sw_verify_policy_load(&v) < 0) {
		sw_verify_policy_free(&v);
		return sw_cmd_fail(&v.err);
	}
	int rc = is_image(ctx, what, &dir, &want) ? sw_verify_image(&v, what, dir, want)
						  : run_file(&v, what);
	sw_verify_policy_free(&v);
	if (rc == 0)
		return SW_EXIT_CLEAN;
	sw_cmd_fail(&v.err);
	return rc == -SW_ESECURITY ? SW_EXIT_FINDINGS : SW_EXIT_ERROR;
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
	{.name = "signature",
		.type = SW_OPT_STRING,
		.flags = SW_OPT_FLAG_ONLY,
		.metavar = "FILE",
		.help = "bare signature of the file (base64 or bytes), for --key",
		.since = "0.1",
		.complete = SW_COMPLETE_FILE},
	{.name = "type",
		.type = SW_OPT_STRING,
		.flags = SW_OPT_FLAG_ONLY,
		.metavar = "TYPE",
		.help = "predicate type of the attestation that must be there: a URI, or "
			"slsaprovenance, spdx, "
			"cyclonedx, vuln, openvex, link",
		.since = "0.1"},
	{.name = "policy",
		.type = SW_OPT_STRING,
		.flags = SW_OPT_LIST | SW_OPT_TRUSTED,
		.metavar = "PATH",
		.help = "Rego that must allow the attestation's statement",
		.since = "0.1",
		.complete = SW_COMPLETE_FILE},
	{.name = "rego-version",
		.type = SW_OPT_ENUM,
		.choices = "v0|v1",
		.def = "v1",
		.help = "version of the Rego language of --policy",
		.since = "0.1"},
	{.name = "require-log",
		.type = SW_OPT_BOOL,
		.flags = SW_OPT_TRUSTED,
		.help = "an image signature by a key must be in a transparency log, too",
		.since = "0.1"},
	{.name = "output",
		.letter = 'o',
		.type = SW_OPT_ENUM,
		.choices = "text|json",
		.def = "text",
		.flags = SW_OPT_FLAG_ONLY,
		.since = "0.1",
		.help = "form of the result"},
	SW_REGISTRY_OPTS,
};

const struct sw_cmd sw_cmd_verify = {
	.name = "verify",
	.summary = "check who signed a file or image, offline",
	.args = "FILE|DIGEST|IMAGE",
	.description =
		"Checks a Sigstore bundle (version 0.1 to 0.3) or cosign's signatures: "
		"signature, certificate, "
		"identity, certificate log, transparency log (Rekor 1 and 2) and "
		"timestamps. What is needed "
		"comes with the signature and from the trusted root, which is built in for "
		"Sigstore's public instance: no connection is opened but to the registry of an "
		"image that is named. An image is an OCI layout (DIR, DIR@DIGEST, DIR:TAG or "
		"oci:DIR), or in a registry (HOST/NAME:TAG, docker://NAME).\n\n"
		"Exit codes: 0 verified; 1 not signed by that signer, or anything that does "
		"not hold; 2 it could "
		"not be judged (unreadable files, wrong usage).",
	.examples = "seawall verify tool.tar.gz --identity me@example.org --issuer "
		    "https://accounts.google.com\n"
		    "  with tool.tar.gz.sigstore.json beside it\n"
		    "seawall verify sha256:a0cf... --bundle b.sigstore.json --key release.pub\n"
		    "  a digest instead of the file, signed with a key\n"
		    "seawall verify layout/ --key cosign.pub\n"
		    "  the image in an OCI layout, with the signature that cosign put beside it\n"
		    "seawall verify layout/ --key cosign.pub --type slsaprovenance --policy "
		    "builder.rego\n"
		    "  its provenance, judged by Rego\n",
	.group = "Judge",
	.since = "0.1",
	.opts = opts,
	.n_opts = SW_ARRAY_LEN(opts),
	.complete = SW_COMPLETE_FILE,
	.min_args = 1,
	.max_args = 1,
	.run = run,
	.own_exit_codes = true,
};
