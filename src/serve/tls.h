/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLS of the server: OpenSSL 3, TLS 1.3 (1.2 when asked), certificates reloaded while connections
 * run.
 *
 * A context is replaced as a whole: a connection that began with the old certificate keeps it until
 * it ends. A certificate that cannot be read, does not fit its key or has expired never replaces a
 * working one. Session tickets and caches are off: the API server never resumes.
 *
 * Threads: sw_tls_accept() from any thread; sw_tls_poll() from one.
 */
#ifndef SW_SERVE_TLS_H
#define SW_SERVE_TLS_H

#include <openssl/ssl.h>
#include <stdbool.h>

#include "base/error.h"
#include "base/str.h"

struct sw_tls;

struct sw_tls_opts {
	const char *cert, *key; /* PEM; the chain follows the certificate */
	const char *client_ca;	/* PEM bundle; NULL: clients are not asked for a certificate */
	bool allow_tls12;
};

int sw_tls_new(const struct sw_tls_opts *opts, struct sw_tls **ret, struct sw_error *err);
void sw_tls_free(struct sw_tls *t); /* takes NULL */

/* An SSL for one connection, which takes the BIO; NULL when out of memory. */
SSL *sw_tls_accept(struct sw_tls *t, BIO *bio);

/* Looks at the files: 1 when a new certificate is in use, 0 when nothing changed, negative: it is
 * bad. */
int sw_tls_poll(struct sw_tls *t, struct sw_error *err);

/* End of the certificate's validity, in seconds since 1970. */
int64_t sw_tls_expiry(const struct sw_tls *t);

/* The client's certificate was verified and one of its names (CN, DNS) is in the list (empty: any).
 */
bool sw_tls_client_allowed(SSL *ssl, const char *const *names, uint32_t n);

/*
 * A self-signed ECDSA P-256 certificate with its key in DIR/tls.crt and DIR/tls.key (mode 0600),
 * for the DNS names and IP addresses given, valid for `days`. Existing files are not touched:
 * -SW_ECONFLICT.
 */
int sw_tls_generate(
	const char *dir, const char *const *names, uint32_t n, int days, struct sw_error *err);

#endif
