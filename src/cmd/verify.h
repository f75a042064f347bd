/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of `seawall verify` share. */
#ifndef SW_CMD_VERIFY_H
#define SW_CMD_VERIFY_H

#include "cmd/cmd.h"
#include "image/sign/verify.h"

struct sw_jsonw;

void sw_verify_put(struct sw_buf *out, const char *what, const struct sw_sign_result *r);
void sw_verify_json(struct sw_jsonw *w, const struct sw_sign_result *r);

#endif
