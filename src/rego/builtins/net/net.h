/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files of builtins/net. */
#ifndef SW_REGO_BUILTINS_NET_NET_H
#define SW_REGO_BUILTINS_NET_NET_H

#include "rego/builtin.h"

int sw_builtin_lookup_ip_addr(
	struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n, struct sw_value *ret);

#endif
