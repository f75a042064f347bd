/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The little of DER (X.690) that signatures need beside OpenSSL: walking elements, and cutting one
 * extension out of a certificate byte for byte. Everything is a view; nothing is followed beyond
 * its container; only what DER allows is accepted: definite, shortest lengths, one-byte tags.
 */
#ifndef SW_IMAGE_SIGN_DER_H
#define SW_IMAGE_SIGN_DER_H

#include "base/arena.h"
#include "base/buf.h"

enum {
	SW_DER_OCTETS = 0x04,
	SW_DER_OID = 0x06,
	SW_DER_UTF8 = 0x0c,
	SW_DER_SEQUENCE = 0x30,
};

struct sw_der {
	uint8_t tag;
	struct sw_str whole, body; /* with and without tag and length */
};

/* Cuts the next element off *rest. False at the end and for anything that is not DER. */
bool sw_der_next(struct sw_str *rest, struct sw_der *ret);
/* The same when it has this tag. */
bool sw_der_take(struct sw_str *rest, uint8_t tag, struct sw_str *ret_body);
/* The text is one UTF8String and nothing else. */
bool sw_der_utf8(struct sw_str der, struct sw_str *ret);
void sw_der_put(struct sw_buf *out, uint8_t tag, struct sw_str body);

/*
 * The signed part of a certificate (TBSCertificate) without the extension `oid` (the OID's content
 * bytes), as RFC 6962 3.2 has it signed by a log. False when the certificate is not DER or does not
 * have that extension exactly once.
 */
bool sw_der_tbs_without(
	struct sw_arena *a, struct sw_str cert, struct sw_str oid, struct sw_str *ret);

#endif
