/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/registry.h"

int sw_cmd_registry_options(
	const struct sw_cmd_ctx *ctx, struct sw_image_opts *o, struct sw_error *err)
{
	const struct sw_opts *v = &ctx->opts;
	const struct sw_optval *mirrors = sw_opts_get(v, "mirror");
	o->offline = sw_opts_bool(v, "offline");
	o->plain_http = sw_opts_bool(v, "plain-http");
	o->insecure = sw_opts_bool(v, "insecure-tls");
	o->ca_file = sw_opts_str(v, "ca-file");
	o->user_password = sw_opts_str(v, "registry-user");
	o->mirrors = mirrors->v;
	o->n_mirrors = mirrors->n;
	if (o->user_password && !strchr(o->user_password, ':'))
		return sw_error_set(err, SW_EUSAGE, "--registry-user: not USER:PASSWORD");
	return 0;
}
