/* SPDX-License-Identifier: Apache-2.0 */
/* `seawall policy sign`: the signature of a bundle's files, as `opa sign` makes it. */
#include <stdio.h>

#include "base/cleanup.h"
#include "cmd/policy/bundle.h"
#include "cmd/rows.h"

static int usage(const char *text)
{
	struct sw_error err = {0};
	sw_error_set(&err, SW_EUSAGE, "%s", text);
	sw_cmd_fail(&err);
	return 1;
}

static int sign(struct sw_cmd_ctx *ctx, struct sw_error *err)
{
	const struct sw_opts *o = &ctx->opts;
	struct sw_bundle_files files = {.arena = ctx->arena};
	struct sw_bundle_key key = {.key = sw_opts_str(o, "signing-key"),
		.alg = sw_opts_str(o, "signing-alg"),
		.id = "",
		.scope = "",
		.claims = sw_opts_str(o, "claims-file")};
	struct sw_str token;
	sw_autobuf text, path;
	int rc = 0;
	sw_buf_init(&text, 0);
	sw_buf_init(&path, 64 << 10);
	for (uint32_t i = 0; !rc && i < o->n_args; i++)
		rc = sw_bundle_files_read(&files, o->args[i], err);
	if (!rc)
		rc = sw_bundle_sign(&files, &key, &token, err);
	if (rc)
		return rc;
	sw_bundle_signatures(&text, token, (struct sw_str){0});
	sw_buf_printf(&path, "%s/.signatures.json", sw_opts_str(o, "output-file-path"));
	return sw_cmd_write(sw_buf_cstr(&path), sw_buf_str(&text), err);
}

static int run(struct sw_cmd_ctx *ctx)
{
	struct sw_error err = {0};
	char text[1600];
	if (!sw_opts_str(&ctx->opts, "signing-key"))
		return usage("specify the secret (HMAC) or path of the PEM file containing the private key "
			     "(RSA and ECDSA)");
	if (!sw_opts_bool(&ctx->opts, "bundle"))
		return usage("enable bundle mode (ie. --bundle) to sign bundle files or directories");
	if (!sign(ctx, &err))
		return 0;
	sw_buf_printf(ctx->out, "error: %s\n", sw_error_format(&err, text, sizeof(text)));
	return 1;
}

#define F SW_OPT_FLAG_ONLY
static const struct sw_opt opts[] = {
	{.name = "bundle",
		.letter = 'b',
		.type = SW_OPT_BOOL,
		.flags = F,
		.help = "the paths are bundles: nothing else is signed"},
	SW_ROW_CLAIMS(F),
	{.name = "output-file-path",
		.letter = 'o',
		.metavar = "DIR",
		.type = SW_OPT_STRING,
		.def = ".",
		.flags = F,
		.help = "where .signatures.json is written",
		.complete = SW_COMPLETE_DIR},
	SW_ROW_SIGNING_ALG(F),
	SW_ROW_SIGNING_KEY(F),
};

const struct sw_cmd sw_cmd_policy_sign = {
	.name = "policy sign",
	.summary = "sign the files of bundles, as opa sign does",
	.args = "PATH...",
	.description = "Writes .signatures.json, a JSON Web Token over the SHA-256 sums of all files. It has to be in "
		       "the bundle; policy build\n"
		       "--verification-key holds the bundle to it.",
	.group = "Policies",
	.since = "0.3",
	.opts = opts,
	.n_opts = SW_ARRAY_LEN(opts),
	.complete = SW_COMPLETE_FILE,
	.min_args = 1,
	.max_args = SW_CMD_ANY,
	.run = run,
	.own_exit_codes = true,
	.usage_code = 1,
};
