/* SPDX-License-Identifier: Apache-2.0 */
/* Base64 and PEM as Go's encoding/base64 and encoding/pem read them. */
#ifndef SW_REGO_BUILTINS_CRYPTO_PEM_H
#define SW_REGO_BUILTINS_CRYPTO_PEM_H

#include "base/arena.h"
#include "base/buf.h"

enum sw_b64 { SW_B64_STD, SW_B64_URL, SW_B64_RAW_URL };

void sw_b64_encode(struct sw_str in, enum sw_b64 kind, struct sw_buf *out);
/* False with the offset of the first bad byte, as Go's "illegal base64 data at input byte N" counts it. */
bool sw_b64_decode(struct sw_str in, enum sw_b64 kind, struct sw_buf *out, size_t *ret_bad);

struct sw_pem {
	struct sw_str type; /* "CERTIFICATE" */
	struct sw_str der;
	struct sw_str headers; /* as written; "" when there are none */
};

/* The next block of *rest, bytes in the arena; moves *rest behind it. False: no more blocks. */
bool sw_pem_next(struct sw_arena *a, struct sw_str *rest, struct sw_pem *ret);

#endif
