/* SPDX-License-Identifier: Apache-2.0 */
/* Timestamps of RFC 3161, checked with OpenSSL against the authorities of the trusted root. */
#ifndef SW_IMAGE_SIGN_TSA_H
#define SW_IMAGE_SIGN_TSA_H

#include "image/sign/trust.h"

/*
 * `response` is a TimeStampResp in DER. It is a time stamp of exactly these bytes, made by an
 * authority of the trusted root that held then; the certificates on its path held then, too.
 * *ret_time: seconds since 1970. -SW_ESECURITY with the reason, -SW_EINVALID for what is no
 * response.
 */
int sw_tsa_verify(const struct sw_trust *trust, struct sw_str response, struct sw_str bytes,
	int64_t *ret_time, const struct sw_trust_ca **ret_tsa, struct sw_error *err);

#endif
