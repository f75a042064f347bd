/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/scan/live.h"

int sw_live_open(struct sw_cmd_ctx *ctx, const volatile bool *cancel, struct sw_kube_client **ret,
	struct sw_error *err)
{
	const struct sw_opts *o = &ctx->opts;
	struct sw_kube_access_opts ao = {
		.kubeconfig = sw_opts_str(o, "kubeconfig"), .context = sw_opts_str(o, "context")};
	struct sw_kube_client_opts co = {.allow_exec = sw_opts_bool(o, "allow-exec-plugin"),
		.timeout_ns = sw_opts_int(o, "api-timeout"),
		.cancel = cancel};
	*ret = NULL;
	if (!sw_opts_bool(o, "live")) {
		const char *given = sw_opts_get(o, "kubeconfig")->origin == SW_FROM_FLAG ? "kubeconfig"
				    : sw_opts_get(o, "context")->origin == SW_FROM_FLAG	 ? "context"
											 : NULL;
		if (!given)
			return 0;
		sw_error_set(err, SW_EUSAGE, "--%s does nothing without --live", given);
		return sw_error_hint(err, "Seawall opens no connection unless told to");
	}
	struct sw_kube_access *x = sw_arena_new(ctx->arena, struct sw_kube_access);
	if (!x)
		return sw_error_set(err, SW_ELIMIT, "no memory left");
	int rc = sw_kube_access(ctx->arena, &ao, x, err);
	if (!rc)
		rc = sw_kube_client_new(x, &co, ret, err);
	if (!rc && x->insecure)
		sw_log(SW_LOG_WARNING, "%.*s: the certificate of %.*s is not checked (insecure-skip-tls-verify)",
			SW_STR_ARG(x->where), SW_STR_ARG(x->server));
	return rc;
}

struct sw_str sw_live_version(struct sw_cmd_ctx *ctx, struct sw_kube_client *c)
{
	struct sw_value v;
	if (sw_kube_get(c, ctx->arena, "/version", NULL, 0, &v, NULL))
		return SW_STR("");
	struct sw_str s = sw_value_getstr(v, "gitVersion");
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= 0x20 || (unsigned char)s.p[i] >= 0x7f)
			return SW_STR("");
	return s.n < 100 ? s : SW_STR("");
}
