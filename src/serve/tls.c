/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/tls.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

/* What tells one state of a file from another: Kubernetes swaps a symbolic link. */
struct stamp {
	dev_t dev;
	ino_t ino;
	off_t size;
	struct timespec mtime;
};

struct sw_tls {
	struct sw_tls_opts opts;
	pthread_mutex_t lock;
	SSL_CTX *ctx;
	_Atomic int64_t expiry;
	struct stamp stamps[3];
};

static int ssl_error(struct sw_error *err, const char *what, const char *file)
{
	unsigned long code = ERR_peek_last_error();
	const char *reason = code ? ERR_reason_error_string(code) : NULL;
	int rc = sw_error_set(
		err, SW_EINVALID, "%s: %s: %s", file, what, reason ? reason : "unknown error");
	ERR_clear_error();
	return rc;
}

static void read_stamps(const struct sw_tls_opts *o, struct stamp s[3])
{
	const char *files[3] = {o->cert, o->key, o->client_ca};
	for (int i = 0; i < 3; i++) {
		struct stat st;
		s[i] = (struct stamp){0};
		if (files[i] && stat(files[i], &st) == 0)
			s[i] = (struct stamp){st.st_dev, st.st_ino, st.st_size, st.st_mtim};
	}
}

static bool same_stamps(const struct stamp *a, const struct stamp *b)
{
	for (int i = 0; i < 3; i++)
		if (a[i].dev != b[i].dev || a[i].ino != b[i].ino || a[i].size != b[i].size ||
			a[i].mtime.tv_sec != b[i].mtime.tv_sec ||
			a[i].mtime.tv_nsec != b[i].mtime.tv_nsec)
			return false;
	return true;
}

static int64_t not_after(const X509 *cert)
{
	struct tm tm;
	if (!cert || !ASN1_TIME_to_tm(X509_get0_notAfter(cert), &tm))
		return 0;
	return (int64_t)timegm(&tm);
}

/* A certificate is asked for, and one that is presented must verify; who may do what is the routes'
 * affair. */
static int client_ca(SSL_CTX *ctx, const char *file, struct sw_error *err)
{
	STACK_OF(X509_NAME) *names = SSL_load_client_CA_file(file);
	if (!names || !SSL_CTX_load_verify_locations(ctx, file, NULL)) {
		sk_X509_NAME_pop_free(names, X509_NAME_free);
		return ssl_error(err, "cannot read the CA of clients", file);
	}
	SSL_CTX_set_client_CA_list(ctx, names);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	return 0;
}

static int fill(SSL_CTX *ctx, const struct sw_tls_opts *o, struct sw_error *err)
{
	SSL_CTX_set_min_proto_version(ctx, o->allow_tls12 ? TLS1_2_VERSION : TLS1_3_VERSION);
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
				      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION |
					 SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
	SSL_CTX_set_num_tickets(ctx, 0);
	SSL_CTX_set_read_ahead(ctx, 1); /* else every record takes two reads: its head, then the rest */
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_cipher_list(ctx, "ECDHE+AESGCM:ECDHE+CHACHA20");
	/* SHA-256 first: the key schedule costs less than with SHA-384, and Go's clients ask for it anyway. */
	SSL_CTX_set_ciphersuites(ctx, "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:"
				      "TLS_CHACHA20_POLY1305_SHA256");
	if (SSL_CTX_use_certificate_chain_file(ctx, o->cert) != 1)
		return ssl_error(err, "cannot read the certificate", o->cert);
	if (SSL_CTX_use_PrivateKey_file(ctx, o->key, SSL_FILETYPE_PEM) != 1)
		return ssl_error(err, "cannot read the key", o->key);
	if (SSL_CTX_check_private_key(ctx) != 1)
		return ssl_error(err, "does not fit the certificate", o->key);
	if (not_after(SSL_CTX_get0_certificate(ctx)) < (int64_t)time(NULL))
		return sw_error_set(err, SW_EINVALID, "%s: the certificate has expired", o->cert);
	return o->client_ca ? client_ca(ctx, o->client_ca, err) : 0;
}

static int load(struct sw_tls *t, struct sw_error *err)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	if (!ctx)
		return sw_error_set(err, SW_ELIMIT, "no memory left for TLS");
	int rc = fill(ctx, &t->opts, err);
	if (rc) {
		SSL_CTX_free(ctx);
		return rc;
	}
	atomic_store(&t->expiry, not_after(SSL_CTX_get0_certificate(ctx)));
	pthread_mutex_lock(&t->lock);
	SSL_CTX *old = t->ctx;
	t->ctx = ctx;
	pthread_mutex_unlock(&t->lock);
	SSL_CTX_free(old); /* connections hold references of their own */
	return 0;
}

int sw_tls_new(const struct sw_tls_opts *opts, struct sw_tls **ret, struct sw_error *err)
{
	struct sw_tls *t = calloc(1, sizeof(*t));
	if (!t)
		return sw_error_set(err, SW_ELIMIT, "no memory left for TLS");
	t->opts = *opts;
	pthread_mutex_init(&t->lock, NULL);
	read_stamps(opts, t->stamps);
	int rc = load(t, err);
	if (rc)
		sw_tls_free(t);
	else
		*ret = t;
	return rc;
}

void sw_tls_free(struct sw_tls *t)
{
	if (!t)
		return;
	SSL_CTX_free(t->ctx);
	pthread_mutex_destroy(&t->lock);
	free(t);
}

SSL *sw_tls_accept(struct sw_tls *t, BIO *bio)
{
	pthread_mutex_lock(&t->lock);
	SSL *ssl = SSL_new(t->ctx);
	pthread_mutex_unlock(&t->lock);
	if (ssl) {
		SSL_set_bio(ssl, bio, bio);
		SSL_set_accept_state(ssl);
		return ssl;
	}
	BIO_free(bio);
	ERR_clear_error();
	return NULL;
}

int sw_tls_poll(struct sw_tls *t, struct sw_error *err)
{
	struct stamp now[3];
	read_stamps(&t->opts, now);
	if (same_stamps(now, t->stamps))
		return 0;
	memcpy(t->stamps, now, sizeof(now)); /* a bad state is told once */
	int rc = load(t, err);
	return rc ? rc : 1;
}

int64_t sw_tls_expiry(const struct sw_tls *t)
{
	return atomic_load(&((struct sw_tls *)t)->expiry);
}

/* ---- the client ---- */

static bool in_list(struct sw_str name, const char *const *names, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (sw_str_is(name, names[i]))
			return true;
	return false;
}

static struct sw_str asn1_text(const ASN1_STRING *s)
{
	return sw_str_make((const char *)ASN1_STRING_get0_data(s), (size_t)ASN1_STRING_length(s));
}

static bool common_name(const X509 *cert, const char *const *names, uint32_t n)
{
	const X509_NAME *subject = X509_get_subject_name(cert);
	for (int at = -1; (at = X509_NAME_get_index_by_NID(subject, NID_commonName, at)) >= 0;)
		if (in_list(asn1_text(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at))),
			    names, n))
			return true;
	return false;
}

bool sw_tls_client_allowed(SSL *ssl, const char *const *names, uint32_t n)
{
	X509 *cert = ssl ? SSL_get0_peer_certificate(ssl) : NULL;
	if (!cert || SSL_get_verify_result(ssl) != X509_V_OK)
		return false;
	if (n == 0 || common_name(cert, names, n))
		return true;
	GENERAL_NAMES *alt = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	bool found = false;
	for (int i = 0; !found && i < sk_GENERAL_NAME_num(alt); i++) {
		const GENERAL_NAME *g = sk_GENERAL_NAME_value(alt, i);
		found = g->type == GEN_DNS && in_list(asn1_text(g->d.dNSName), names, n);
	}
	GENERAL_NAMES_free(alt);
	return found;
}
