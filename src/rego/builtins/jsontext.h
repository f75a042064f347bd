/* SPDX-License-Identifier: Apache-2.0 */
/* What Go's encoding/json says about a text that is not JSON. */
#ifndef SW_REGO_BUILTINS_JSONTEXT_H
#define SW_REGO_BUILTINS_JSONTEXT_H

#include "base/buf.h"
#include "base/str.h"

/* "invalid character 'x' looking for beginning of value", "unexpected EOF", "EOF", … */
void sw_jsontext_error(struct sw_buf *out, struct sw_str text);

#endif
