/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bare cost of a full TLS 1.3 handshake on the server's side: OpenSSL over memory, ECDSA P-256,
 * no tickets, no sockets. bench_admit compares the server's cost of a new connection with it.
 */
#include <openssl/ssl.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "serve/tls.h"

static double cpu(void)
{
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Seconds that the server's half of one handshake took; negative: it failed. */
static double handshake(SSL_CTX *server, SSL_CTX *client)
{
	SSL *s = SSL_new(server), *c = SSL_new(client);
	BIO *a = NULL, *b = NULL;
	double spent = 0;
	int done = 0;
	if (!s || !c || BIO_new_bio_pair(&a, 65536, &b, 65536) != 1)
		return -1;
	SSL_set_bio(s, a, a);
	SSL_set_bio(c, b, b);
	SSL_set_accept_state(s);
	SSL_set_connect_state(c);
	for (int i = 0; i < 10 && done != 2; i++) {
		done = SSL_do_handshake(c) == 1;
		double t = cpu();
		done += SSL_do_handshake(s) == 1;
		spent += cpu() - t;
	}
	double t = cpu();
	SSL_free(s);
	spent += cpu() - t;
	SSL_free(c);
	return done == 2 ? spent : -1;
}

int main(void)
{
	char dir[] = "/tmp/bench-handshake-XXXXXX", cert[64], key[64];
	static const char *const names[] = {"localhost"};
	double best = 1e9;
	if (!mkdtemp(dir) || sw_tls_generate(dir, names, 1, 1, NULL))
		return 1;
	snprintf(cert, sizeof(cert), "%s/tls.crt", dir);
	snprintf(key, sizeof(key), "%s/tls.key", dir);
	SSL_CTX *server = SSL_CTX_new(TLS_server_method()),
		*client = SSL_CTX_new(TLS_client_method());
	if (SSL_CTX_use_certificate_chain_file(server, cert) != 1 ||
		SSL_CTX_use_PrivateKey_file(server, key, SSL_FILETYPE_PEM) != 1)
		return 1;
	SSL_CTX_set_num_tickets(server, 0);
	for (int round = 0; round < 5; round++) {
		double sum = 0;
		for (int i = 0; i < 300; i++)
			sum += handshake(server, client);
		best = sum / 300 < best ? sum / 300 : best;
	}
	printf("TLS 1.3 handshake, ECDSA P-256, OpenSSL alone: %.1f us of server CPU\n",
		best * 1e6);
	SSL_CTX_free(server);
	SSL_CTX_free(client);
	unlink(cert);
	unlink(key);
	rmdir(dir);
	return 0;
}
