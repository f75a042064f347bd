/* SPDX-License-Identifier: Apache-2.0 */
/* Verification of a certificate chain as Go's x509.Certificate.Verify does it. */
#ifndef SW_REGO_BUILTINS_CRYPTO_VERIFY_H
#define SW_REGO_BUILTINS_CRYPTO_VERIFY_H

#include "rego/builtin.h"
#include "base/der.h"

struct sw_x509_verify_opts {
	struct sw_str dns_name;    /* "": not checked */
	int64_t time_ns;           /* has_time: when, else now */
	bool has_time;
	uint32_t usages;           /* bit per Go ExtKeyUsage; 0: server authentication */
	int64_t now_ns;
};

#define SW_X509_CHAIN_MAX 100

/*
 * certs[0] is the root, certs[n-1] the leaf, between them intermediates. On success the chain, leaf first,
 * as indexes into certs.
 */
bool sw_x509_verify(const struct sw_der *certs, uint32_t n, const struct sw_x509_verify_opts *opts,
	uint32_t ret_chain[SW_X509_CHAIN_MAX], uint32_t *ret_n);

#endif
