/* SPDX-License-Identifier: Apache-2.0 */
/* Getting a database or an update from a server: https (http on the loopback interface only), at
 * most 4 GiB. The only place of src/vuln that opens a connection, and only when it is called. */
#ifndef SW_VULN_DB_FETCH_H
#define SW_VULN_DB_FETCH_H

#include "base/buf.h"
#include "base/error.h"

/* -SW_EUSAGE: no such URL; -SW_EUNSUPPORTED: libcurl is not installed; -SW_EIO; -SW_ELIMIT. */
int sw_db_fetch(const char *url, struct sw_buf *out, struct sw_error *err);

#endif
