/* SPDX-License-Identifier: Apache-2.0 */
#include "rego/builtins/http/request.h"

#include "rego/builtins/operand.h"

int sw_http_fail_names(struct sw_builtin_ctx *ctx, uint32_t pos, const char *text, struct sw_list *names)
{
	sw_autobuf set;

	sw_buf_init(&set, 1 << 20);
	sw_rego_value_print(&set, sw_list_set(names));
	return sw_operand_fail(ctx, "operand %u %s: %.*s", pos, text, SW_STR_ARG(sw_buf_str(&set)));
}

int sw_http_check_request(struct sw_builtin_ctx *ctx, uint32_t pos, struct sw_value v)
{
	static const char *const allowed[] = {"method", "url", "body", "enable_redirect",
		"force_json_decode", "force_yaml_decode", "headers", "raw_body", "tls_use_system_certs",
		"tls_ca_cert", "tls_ca_cert_file", "tls_ca_cert_env_variable", "tls_client_cert",
		"tls_client_cert_file", "tls_client_cert_env_variable", "tls_client_key",
		"tls_client_key_file", "tls_client_key_env_variable", "tls_insecure_skip_verify",
		"tls_server_name", "timeout", "cache", "force_cache", "force_cache_duration_seconds",
		"raise_error", "caching_mode", "max_retry_attempts", "cache_ignored_headers"};
	struct sw_list unknown, missing;
	int rc = sw_operand_object(ctx, pos, v);

	if (rc)
		return rc;
	sw_list_init(&unknown, ctx->scratch);
	sw_list_init(&missing, ctx->scratch);
	sw_object_foreach(e, v) {
		bool hit = false;
		for (size_t i = 0; i < SW_ARRAY_LEN(allowed) && e->k.type == SW_STRING; i++)
			hit |= sw_str_is(sw_value_str(e->k), allowed[i]);
		if (!hit)
			sw_list_add(&unknown, e->k);
	}
	if (unknown.n)
		return sw_http_fail_names(ctx, pos, "invalid request parameters(s)", &unknown);
	for (size_t i = 0; i < 2; i++)
		if (!sw_defined(sw_object_gets(v, sw_str_from(allowed[i]))))
			sw_list_add(&missing, sw_string(sw_str_from(allowed[i])));
	if (missing.n)
		return sw_http_fail_names(ctx, pos, "missing required request parameters(s)", &missing);
	return 0;
}
