/* SPDX-License-Identifier: Apache-2.0 */
/* The x509 builtins, whose rows stand in crypto.c. */
#ifndef SW_REGO_BUILTINS_CRYPTO_CRYPTO_H
#define SW_REGO_BUILTINS_CRYPTO_CRYPTO_H

#include "rego/builtin.h"

#define SW_CRYPTO_BUILTIN(name)                                                                    \
	int sw_crypto_##name(struct sw_builtin_ctx *ctx, const struct sw_value *args, uint32_t n,  \
		struct sw_value *ret)

SW_CRYPTO_BUILTIN(parse_certificates);
SW_CRYPTO_BUILTIN(parse_and_verify);
SW_CRYPTO_BUILTIN(parse_and_verify_with_options);
SW_CRYPTO_BUILTIN(parse_certificate_request);
SW_CRYPTO_BUILTIN(parse_rsa_private_key);
SW_CRYPTO_BUILTIN(parse_private_keys);
SW_CRYPTO_BUILTIN(parse_keypair);

#endif
