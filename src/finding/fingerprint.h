/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The identity of a finding: 128 bits of SHA-256 over what makes it the same finding next week.
 *
 * In:  rule id; cluster; namespace; kind and API group; name; container; image without tag and
 * digest; package without version and qualifiers; node; process; the key (below). A finding that is
 * about no object (no kind) takes the file in. Out: line and column, API version, tag, digest,
 * message, severity, value, version of rules and tool.
 *
 * The key is the place inside the object, with array elements called by the name they carry
 * (/spec/containers/[name=web]/securityContext), so that a container or rule put in front changes
 * nothing.
 *
 * This text is a promise: change what is hashed only with a new SW_FINGERPRINT_VERSION.
 */
#ifndef SW_FINDING_FINGERPRINT_H
#define SW_FINDING_FINGERPRINT_H

#include "finding/finding.h"

#define SW_FINGERPRINT_VERSION 1
#define SW_FINGERPRINT_HEX 33 /* with NUL */

void sw_fingerprint(const struct sw_finding *f, uint8_t ret[16]);
/* Lower-case hex. Returns out. */
const char *sw_fingerprint_hex(const uint8_t fp[16], char out[SW_FINGERPRINT_HEX]);

/* The path with every index of a named element replaced by its name; the path itself where none is.
 */
struct sw_str sw_fingerprint_key(struct sw_arena *a, struct sw_value root, struct sw_str path);

/* "registry:5000/a/b:tag@sha256:…" -> "registry:5000/a/b" */
struct sw_str sw_image_repository(struct sw_str reference);
/* "pkg:deb/debian/openssl@3.0?arch=x" -> "pkg:deb/debian/openssl" */
struct sw_str sw_purl_name(struct sw_str purl);

#endif
