/* SPDX-License-Identifier: Apache-2.0 */
/* The request objects of http.send and providers.aws.sign_req. */
#ifndef SW_REGO_BUILTINS_HTTP_REQUEST_H
#define SW_REGO_BUILTINS_HTTP_REQUEST_H

#include "rego/builtin.h"

/* Known members only, and `method` and `url` among them. 0 or eval_type_error. */
int sw_http_check_request(struct sw_builtin_ctx *ctx, uint32_t pos, struct sw_value v);
/* eval_type_error "operand <pos> <text>: {names}". */
int sw_http_fail_names(struct sw_builtin_ctx *ctx, uint32_t pos, const char *text, struct sw_list *names);

#endif
