/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The signed part of a certificate (TBSCertificate), as a log of certificates has signed it: RFC
 * 6962 3.2, where the extension with the log's own promise is left out. Bytes are cut out as they
 * stand; only lengths around the gap are written anew. Limit: 1 MiB. Pure; any thread.
 */
#ifndef SW_IMAGE_SIGN_TBS_H
#define SW_IMAGE_SIGN_TBS_H

#include "base/arena.h"
#include "base/str.h"

/*
 * Without the extension `oid` (the OID's content bytes). False when the certificate is not DER or
 * does not have that extension exactly once, or when the arena is full.
 */
bool sw_tbs_without(struct sw_arena *a, struct sw_str cert, struct sw_str oid, struct sw_str *ret);

#endif
