/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bare cost of a full TLS 1.3 handshake on the server's side, ECDSA P-256, no tickets: OpenSSL over memory, and
 * over a connection of its own (accept, handshake, close), which a server's new connection is to be compared with.
 * bench_admit reads both lines.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
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

/* The same over TCP on loopback; what the server does there is measured, system calls included. */
static double connection(SSL_CTX *server, SSL_CTX *client, int listener, const struct sockaddr_in *at)
{
	int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0), done = 0;
	SSL *s = NULL, *c = SSL_new(client);
	if (fd < 0 || !c || connect(fd, (const struct sockaddr *)at, sizeof(*at)) ||
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) || SSL_set_fd(c, fd) != 1)
		return -1;
	fcntl(fd, F_SETFL, O_NONBLOCK);
	SSL_set_connect_state(c);
	SSL_do_handshake(c);
	double t = cpu(), spent;
	int peer = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
	s = SSL_new(server);
	if (peer < 0 || !s || SSL_set_fd(s, peer) != 1)
		return -1;
	SSL_set_accept_state(s);
	SSL_do_handshake(s);
	spent = cpu() - t;
	for (int i = 0; i < 1000 && done != 2; i++) {
		done = SSL_do_handshake(c) == 1;
		t = cpu();
		done += SSL_do_handshake(s) == 1;
		spent += cpu() - t;
	}
	t = cpu();
	SSL_free(s);
	close(peer);
	spent += cpu() - t;
	SSL_free(c);
	close(fd);
	return done == 2 ? spent : -1;
}

static double best_connection(SSL_CTX *server, SSL_CTX *client)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof(at);
	double best = 1e9;
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, n) || listen(fd, 64) ||
		getsockname(fd, (struct sockaddr *)&at, &n))
		return 0;
	for (int round = 0; round < 5; round++) {
		double sum = 0;
		for (int i = 0; i < 300; i++)
			sum += connection(server, client, fd, &at);
		best = sum / 300 < best ? sum / 300 : best;
	}
	close(fd);
	return best;
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
	printf("the same with a TCP connection to accept and to close: %.1f us of server CPU\n",
		best_connection(server, client) * 1e6);
	SSL_CTX_free(server);
	SSL_CTX_free(client);
	unlink(cert);
	unlink(key);
	rmdir(dir);
	return 0;
}
