/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `seawall policy capabilities`: what policies may use here, in the form of `opa capabilities`, whose files
 * `--capabilities` of the other commands takes.
 */
#include <stdio.h>

#include "cmd/policy/policy.h"
#include "cmd/rows.h"

/* Of opa's own file: what a compiler to WebAssembly may rely on. Not to be had here, but no policy can tell. */
static void put_wasm(struct sw_jsonw *w)
{
	sw_jsonw_array(w, "wasm_abi_versions");
	for (int minor = 1; minor <= 2; minor++) {
		sw_jsonw_object(w, NULL);
		sw_jsonw_int(w, "version", 1);
		sw_jsonw_int(w, "minor_version", minor);
		sw_jsonw_end(w);
	}
	sw_jsonw_end(w);
}

static void put_names(struct sw_jsonw *w, const char *key, const char *const *v)
{
	sw_jsonw_array(w, key);
	for (; *v; v++)
		sw_jsonw_z(w, NULL, *v);
	sw_jsonw_end(w);
}

static void put_capabilities(struct sw_cmd_ctx *ctx, bool v0)
{
	static const char *const keywords[] = {"and", "contains", "every", "if", "in", "not", "or", NULL};
	static const char *const keywords_v1[] = {"and", "not", "or", NULL};
	static const char *const features[] = {"keywords_in_refs", "rego_v1", "rego_v1_import", "rego_v2",
		"rego_v2_import", "rule_head_ref_string_prefixes", "rule_head_refs", NULL};
	static const char *const features_v1[] = {
		"keywords_in_refs", "rego_v1", "rego_v2", "rego_v2_import", "template_strings", NULL};
	struct sw_jsonw w;
	size_t n;
	const struct sw_builtin *const *all = sw_builtin_all(&n);
	sw_jsonw_init(&w, ctx->out);
	w.html = true;
	sw_jsonw_object(&w, NULL);
	sw_jsonw_array(&w, "builtins");
	for (size_t i = 0; i < n; i++)
		sw_policy_builtin_json(&w, ctx->arena, all[i]);
	sw_jsonw_end(&w);
	put_names(&w, "future_keywords", v0 ? keywords : keywords_v1);
	put_wasm(&w);
	put_names(&w, "features", v0 ? features : features_v1);
	sw_jsonw_end(&w);
}

static int run(struct sw_cmd_ctx *ctx)
{
	const char *version = sw_opts_str(&ctx->opts, "version");
	if (version && strcmp(version, SW_POLICY_OPA_VERSION) != 0) {
		fprintf(stderr, "error: no capabilities version found %s: there are only those of " SW_POLICY_OPA_VERSION "\n", version);
		return 1;
	}
	if (version || sw_opts_bool(&ctx->opts, "current"))
		put_capabilities(ctx, sw_opts_bool(&ctx->opts, "v0-compatible"));
	else
		sw_buf_addz(ctx->out, SW_POLICY_OPA_VERSION "\n");
	return 0;
}

#define F SW_OPT_FLAG_ONLY
static const struct sw_opt opts[] = {
	{.name = "current",
		.type = SW_OPT_BOOL,
		.flags = F,
		.help = "what this program has, as JSON"},
	SW_ROW_V0(F),
	{.name = "version",
		.metavar = "VERSION",
		.type = SW_OPT_STRING,
		.flags = F,
		.help = "the same, when it is that version of OPA"},
};

const struct sw_cmd sw_cmd_policy_capabilities = {
	.name = "policy capabilities",
	.args = "",
	.summary = "tell which builtins and features policies may use, as opa capabilities does",
	.description = "Without an option it prints the version of OPA whose language and builtins these are. With "
		       "--current it writes\n"
		       "a file for the option --capabilities of policy eval, check and test, of which what policies "
		       "must not use is removed.",
	.group = "Policies",
	.since = "0.1",
	.opts = opts,
	.n_opts = SW_ARRAY_LEN(opts),
	.run = run,
	.own_exit_codes = true,
	.usage_code = 1,
};
