/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the libraries share with each other. Texts are made in the evaluation's arena, at most
 * CEL_BUF_MAX bytes each; work is charged to the evaluation by whoever calls (COST_… in the row).
 */
#ifndef SW_CEL_LIB_H
#define SW_CEL_LIB_H

#include "cel/internal.h"

#define CEL_BUF_MAX ((size_t)64 << 20)

struct sw_value cel_format(struct cel_ctx *c, const struct sw_value *v, uint32_t n);
/* As Kubernetes' version of format() writes; NULL or what is wrong. */
const char *cel_format_kube_string(
	struct cel_ctx *c, struct sw_buf *out, struct sw_value v, uint32_t depth);
bool cel_format_kube_float(
	struct sw_buf *out, struct sw_value v, char verb, int precision); /* false: no double */
/* url.ParseRequestURI accepts it; else false with Go's text. */
bool cel_request_uri(struct sw_arena *a, struct sw_str s, struct sw_buf *why);

#endif
