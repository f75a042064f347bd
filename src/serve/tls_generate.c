/* SPDX-License-Identifier: Apache-2.0 */
/* A certificate for those who have no cert-manager yet. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "serve/tls.h"

static void free_key(EVP_PKEY **k)
{
	EVP_PKEY_free(*k);
}

static void free_cert(X509 **c)
{
	X509_free(*c);
}

/* "DNS:a,IP:10.0.0.1"; a name that could be read as more than one is refused. */
static bool alt_names(struct sw_buf *out, const char *const *names, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		unsigned char address[16];
		bool ip = inet_pton(AF_INET, names[i], address) == 1 ||
			  inet_pton(AF_INET6, names[i], address) == 1;
		if (!ip && (!names[i][0] ||
				   strspn(names[i],
					   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					   "0123456789.-*") != strlen(names[i])))
			return false;
		sw_buf_printf(out, "%s%s:%s", i ? "," : "", ip ? "IP" : "DNS", names[i]);
	}
	return n > 0 && !out->overflow;
}

static bool extension(X509 *cert, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, cert, cert, NULL, NULL, 0);
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	bool ok = e && X509_add_ext(cert, e, -1) == 1;
	X509_EXTENSION_free(e);
	return ok;
}

static bool make(X509 *cert, EVP_PKEY *key, const char *name, const char *alt, int days)
{
	uint64_t serial;
	if (RAND_bytes((unsigned char *)&serial, sizeof(serial)) != 1)
		return false;
	X509_NAME *subject = X509_get_subject_name(cert);
	/* A common name holds 64 bytes at most; clients look at the alternative names. */
	const char *cn = strlen(name) <= 64 ? name : "seawall";
	return X509_set_version(cert, 2) &&
	       ASN1_INTEGER_set_uint64(X509_get_serialNumber(cert), serial >> 1) &&
	       X509_gmtime_adj(X509_getm_notBefore(cert), -300) &&
	       X509_time_adj_ex(X509_getm_notAfter(cert), days, 0, NULL) &&
	       X509_NAME_add_entry_by_txt(
		       subject, "CN", MBSTRING_UTF8, (const unsigned char *)cn, -1, -1, 0) &&
	       X509_set_issuer_name(cert, subject) && X509_set_pubkey(cert, key) &&
	       extension(cert, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
	       extension(cert, NID_key_usage, "critical,digitalSignature,keyCertSign") &&
	       extension(cert, NID_ext_key_usage, "serverAuth,clientAuth") &&
	       extension(cert, NID_subject_key_identifier, "hash") &&
	       extension(cert, NID_subject_alt_name, alt) && X509_sign(cert, key, EVP_sha256()) > 0;
}

/* A new file beside nothing: an existing one is somebody's. */
static int open_new(const char *path, mode_t mode, FILE **ret, struct sw_error *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (f) {
		*ret = f;
		return 0;
	}
	int e = errno;
	if (fd >= 0)
		close(fd);
	return sw_error_errno(err, e == EEXIST ? SW_ECONFLICT : SW_EIO, e, "cannot make %s", path);
}

static int write_pair(const char *dir, X509 *cert, EVP_PKEY *key, struct sw_error *err)
{
	char path[2][4096];
	FILE *f[2] = {NULL, NULL};
	if (snprintf(path[0], sizeof(path[0]), "%s/tls.key", dir) >= (int)sizeof(path[0]))
		return sw_error_set(err, SW_EUSAGE, "the name of the folder is too long");
	snprintf(path[1], sizeof(path[1]), "%s/tls.crt", dir);
	int rc = open_new(path[0], 0600, &f[0], err);
	if (rc)
		return rc;
	rc = open_new(path[1], 0644, &f[1], err);
	if (rc) {
		fclose(f[0]);
		unlink(path[0]); /* made a moment ago */
		return rc;
	}
	bool ok = PEM_write_PrivateKey(f[0], key, NULL, NULL, 0, NULL, NULL) == 1 &&
		  PEM_write_X509(f[1], cert) == 1;
	ok = (fclose(f[0]) == 0) & (fclose(f[1]) == 0) & ok;
	return ok ? 0 : sw_error_set(err, SW_EIO, "cannot write the certificate into %s", dir);
}

int sw_tls_generate(
	const char *dir, const char *const *names, uint32_t n, int days, struct sw_error *err)
{
	__attribute__((cleanup(free_key))) EVP_PKEY *key = EVP_EC_gen("P-256");
	__attribute__((cleanup(free_cert))) X509 *cert = X509_new();
	sw_autobuf alt;
	sw_buf_init(&alt, 64 << 10);
	if (!alt_names(&alt, names, n))
		return sw_error_set(
			err, SW_EUSAGE, "a certificate needs names: DNS names or IP addresses");
	if (!key || !cert || !make(cert, key, names[0], sw_buf_cstr(&alt), days))
		return sw_error_set(err, SW_EINVALID, "OpenSSL cannot make a certificate for %s",
			sw_buf_cstr(&alt));
	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		return sw_error_errno(err, SW_EIO, errno, "cannot make the folder %s", dir);
	return write_pair(dir, cert, key, err);
}
