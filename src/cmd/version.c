/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/crypto.h>
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <yaml.h>

#include "base/lazy.h"
#include "cmd/cmd.h"
#include "report/jsonw.h"

#ifdef __clang__
#define COMPILER "clang " __clang_version__
#else
#define COMPILER "gcc " __VERSION__
#endif

/* Of the library that is loaded, not of the headers. */
static unsigned part(const char *which)
{
	char name[32];
	snprintf(name, sizeof(name), "glib_%s_version", which);
	const unsigned *v = sw_lazy_data(SW_LAZY_LIB_GLIB, name);
	return v ? *v : 0;
}

static void libraries(struct sw_jsonw *w)
{
	char pcre[64] = "";
	pcre2_config(PCRE2_CONFIG_VERSION, pcre);
	sw_jsonw_object(w, "libraries");
	const char *const *gmp = sw_lazy_data(SW_LAZY_LIB_GMP, "__gmp_version");
	sw_jsonw_z(w, "gmp", gmp ? *gmp : "unknown");
	sw_autobuf glib;
	sw_buf_init(&glib, 64);
	sw_buf_printf(
		&glib, "%u.%u.%u", part("major"), part("minor"), part("micro"));
	sw_jsonw_str(w, "glib", sw_buf_str(&glib));
	sw_jsonw_z(w, "libyaml", yaml_get_version_string());
	sw_jsonw_z(w, "openssl", OpenSSL_version(OPENSSL_VERSION_STRING));
	sw_jsonw_z(w, "pcre2", pcre);
	sw_jsonw_end(w);
}

static int run(struct sw_cmd_ctx *ctx)
{
	if (strcmp(sw_opts_str(&ctx->opts, "output"), "json") != 0) {
		sw_buf_addz(ctx->out, "seawall " SW_VERSION "\n");
		return 0;
	}
	struct sw_jsonw w;
	sw_jsonw_init(&w, ctx->out);
	sw_jsonw_object(&w, NULL);
	sw_jsonw_z(&w, "schema", "seawall.dev/version/v1");
	sw_jsonw_z(&w, "version", SW_VERSION);
	sw_jsonw_z(&w, "compiler", COMPILER);
	libraries(&w);
	sw_jsonw_end(&w);
	return 0;
}

static const struct sw_opt opts[] = {
	{.name = "output",
		.letter = 'o',
		.type = SW_OPT_ENUM,
		.choices = "text|json",
		.def = "text",
		.flags = SW_OPT_FLAG_ONLY,
		.since = "0.1",
		.help = "form of the answer"},
};

const struct sw_cmd sw_cmd_version = {
	.name = "version",
	.summary = "tell the version, and with -o json of the libraries in use",
	.args = "",
	.group = "About",
	.since = "0.1",
	.opts = opts,
	.n_opts = SW_ARRAY_LEN(opts),
	.run = run,
};
