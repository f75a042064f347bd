/* SPDX-License-Identifier: Apache-2.0 */
/*
 * X.509 (RFC 5280) as the JSON that Go's crypto/x509 structures make: field names, nulls for what is absent,
 * bytes in base64. Errors are Go's texts.
 */
#ifndef SW_REGO_BUILTINS_CRYPTO_X509_H
#define SW_REGO_BUILTINS_CRYPTO_X509_H

#include <openssl/types.h>

#include "rego/builtin.h"
#include "base/der.h"

/* NULL on success, else why not. *d moves behind the certificate. A full arena shows in a->overflow. */
const char *sw_x509_cert_value(struct sw_arena *a, struct sw_der *d, struct sw_map *ret);
const char *sw_x509_csr_value(struct sw_arena *a, struct sw_der d, struct sw_map *ret);

/* SubjectPublicKeyInfo. */
const char *sw_x509_public_key(
	struct sw_arena *a, struct sw_der spki, int *ret_algorithm, struct sw_value *ret);
/* The extensions that Go knows, each into its member. `csr`: names only. */
struct sw_x509_ext {
	struct sw_der oid, value;
	bool critical;
};
const char *sw_x509_extensions(
	struct sw_arena *a, struct sw_der list, struct sw_map *map, bool csr);
const char *sw_x509_name(struct sw_arena *a, struct sw_der rdns, struct sw_value *ret);

/* Small value makers. */
struct sw_value sw_x509_b64(struct sw_arena *a, struct sw_der bytes);
struct sw_value sw_x509_oid(struct sw_arena *a, struct sw_der oid);     /* [1, 2, 840] */
struct sw_value sw_x509_oid_str(struct sw_arena *a, struct sw_der oid); /* "1.2.840" */
struct sw_value sw_x509_big(struct sw_arena *a, struct sw_der bytes);   /* big-endian, unsigned */
struct sw_value sw_x509_bn(struct sw_arena *a, const BIGNUM *n);
struct sw_value sw_x509_list(struct sw_list *l); /* null when empty */

#endif
