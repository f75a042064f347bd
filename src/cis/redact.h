/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets cut out of what a captured node shows, so that nothing that is judged changes.
 *
 * "REDACTED" stands in place of
 * - private keys in PEM, and PEM in base64 (kubeconfig's client-key-data and the like);
 * - values whose name ends in token, password, passwd, secret, credential(s), api-key, access-key, private-key client-key-data
 *   or is auth, in YAML and JSON of any layout (block texts and values on the next line too), as NAME=value,
 *   NAME: value and --name VALUE; names of files, true and false stay;
 * - JSON web tokens, bootstrap tokens, keys of AWS, passwords within addresses, hashes in /etc/passwd;
 * - all of a file that is a secret by its name: *.key, *token*, *password*, *credential*, *secret*, known_tokens.csv,
 *   basic_auth.csv, shadow, and what lies in etcd's data folder.
 *
 * Threads: one redactor, one thread. No limits of its own; the buffers have theirs, and a text that overflows one
 * becomes "REDACTED" as a whole.
 */
#ifndef SW_CIS_REDACT_H
#define SW_CIS_REDACT_H

#include "base/buf.h"
#include "base/error.h"

struct sw_cis_redactor;

int sw_cis_redactor_new(struct sw_cis_redactor **ret, struct sw_error *err);
void sw_cis_redactor_free(struct sw_cis_redactor *r); /* takes NULL */

/* The text without secrets: a view of `out`, which is emptied first. */
struct sw_str sw_cis_redact(struct sw_cis_redactor *r, struct sw_str text, struct sw_buf *out);
/* The same of a file, by its name and as YAML or JSON where it is. */
struct sw_str sw_cis_redact_file(struct sw_cis_redactor *r, struct sw_str path, struct sw_str text, struct sw_buf *out);
bool sw_cis_redact_word(struct sw_str name); /* is what is called so a secret? */

#endif
