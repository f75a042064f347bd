/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a new TLS connection costs a server: TLS 1.3, ECDSA P-256, no tickets, full handshakes.
 *
 *   bench_handshake            OpenSSL alone: over memory, and as the barest server there can be (a loop of
 *                              epoll_wait, accept4, SSL_new, SSL_do_handshake, SSL_read, SSL_free and close)
 *   bench_handshake PORT PID   the same, and a server that listens on 127.0.0.1:PORT as process PID beside it
 *
 * Both servers meet the same client, in rounds that alternate; 16 connections are opened at a time. bench_admit runs the
 * second form and prints what it says. CPU of a whole process, system calls included, by its own clock.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "serve/tls.h"

enum { FLIGHT = 16, FLIGHTS = 20, ROUNDS = 9 };

static double seconds(clockid_t clock)
{
	struct timespec t = {0};
	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Seconds that the server's half of one handshake over memory took; negative: it failed. */
static double handshake(SSL_CTX *server, SSL_CTX *client)
{
	SSL *c = SSL_new(client);
	BIO *a = NULL, *b = NULL;
	int done = 0;
	double spent = 0, t = seconds(CLOCK_THREAD_CPUTIME_ID);
	SSL *s = SSL_new(server);
	spent += seconds(CLOCK_THREAD_CPUTIME_ID) - t;
	if (!s || !c || BIO_new_bio_pair(&a, 65536, &b, 65536) != 1)
		return -1;
	SSL_set_bio(s, a, a);
	SSL_set_bio(c, b, b);
	SSL_set_accept_state(s);
	SSL_set_connect_state(c);
	for (int i = 0; i < 10 && done != 2; i++) {
		done = SSL_do_handshake(c) == 1;
		t = seconds(CLOCK_THREAD_CPUTIME_ID);
		done += SSL_do_handshake(s) == 1;
		spent += seconds(CLOCK_THREAD_CPUTIME_ID) - t;
	}
	t = seconds(CLOCK_THREAD_CPUTIME_ID);
	SSL_free(s);
	spent += seconds(CLOCK_THREAD_CPUTIME_ID) - t;
	SSL_free(c);
	return done == 2 ? spent : -1;
}

static double in_memory(SSL_CTX *server, SSL_CTX *client)
{
	double sum = 0;
	for (int i = 0; i < FLIGHT * FLIGHTS; i++) {
		double t = handshake(server, client);
		if (t < 0)
			exit(1);
		sum += t;
	}
	return sum / (FLIGHT * FLIGHTS);
}

/* ---- the barest server ---- */

static bool wants_more(SSL *s, int rc)
{
	int e = SSL_get_error(s, rc);
	return e == SSL_ERROR_WANT_READ || e == SSL_ERROR_WANT_WRITE;
}

static void advance(SSL *s)
{
	char buf[4096];
	int rc = SSL_do_handshake(s);
	while (rc > 0)
		rc = SSL_read(s, buf, sizeof(buf));
	if (wants_more(s, rc))
		return;
	int fd = SSL_get_fd(s);
	SSL_free(s);
	close(fd);
}

static void serve(SSL_CTX *ctx, int listener)
{
	struct epoll_event events[64], e = {.events = EPOLLIN};
	int ep = epoll_create1(0), fd;
	epoll_ctl(ep, EPOLL_CTL_ADD, listener, &e);
	for (;;) {
		int n = epoll_wait(ep, events, 64, -1);
		for (int i = 0; i < n; i++) {
			if (events[i].data.ptr) {
				advance(events[i].data.ptr);
				continue;
			}
			while ((fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0) {
				SSL *s = SSL_new(ctx);
				if (!s || SSL_set_fd(s, fd) != 1)
					_exit(1);
				SSL_set_accept_state(s);
				e.data.ptr = s;
				epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e);
				advance(s);
			}
		}
	}
}

struct peer {
	uint16_t port; /* in network order */
	pid_t pid;
	clockid_t clock;
};

static struct peer bare_server(SSL_CTX *ctx)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof(at);
	int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, n) || listen(fd, 1024) ||
		getsockname(fd, (struct sockaddr *)&at, &n))
		exit(1);
	pid_t pid = fork();
	if (pid == 0) {
		cpu_set_t first;
		CPU_ZERO(&first);
		CPU_SET(0, &first);
		sched_setaffinity(0, sizeof(first), &first);
		serve(ctx, fd);
	}
	close(fd);
	return (struct peer){.port = at.sin_port, .pid = pid};
}

/* ---- the client ---- */

static SSL *begin(SSL_CTX *client, const struct peer *p)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = p->port};
	int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	SSL *s = SSL_new(client);
	if (fd < 0 || !s || connect(fd, (struct sockaddr *)&at, sizeof(at)) ||
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) || SSL_set_fd(s, fd) != 1)
		return NULL;
	fcntl(fd, F_SETFL, O_NONBLOCK);
	SSL_set_connect_state(s);
	SSL_do_handshake(s);
	return s;
}

/* As many at a time as `n` says: all begin, all are finished, all are closed. */
static void flight(SSL_CTX *client, const struct peer *p, int n)
{
	SSL *all[FLIGHT];
	char byte;
	for (int i = 0; i < n; i++)
		if (!(all[i] = begin(client, p)))
			exit(1);
	for (int i = 0; i < n; i++) {
		struct pollfd at = {.fd = SSL_get_fd(all[i]), .events = POLLIN};
		while (SSL_do_handshake(all[i]) != 1)
			if (poll(&at, 1, 5000) != 1)
				exit(1);
		SSL_shutdown(all[i]);
		shutdown(at.fd, SHUT_WR);
	}
	for (int i = 0; i < n; i++) {
		struct pollfd at = {.fd = SSL_get_fd(all[i]), .events = POLLIN};
		while (poll(&at, 1, 5000) == 1 && read(at.fd, &byte, 1) > 0)
			;
		SSL_free(all[i]);
		close(at.fd);
	}
}

/* Seconds of the server's CPU for a connection. */
static double connections(SSL_CTX *client, const struct peer *p)
{
	double t = seconds(p->clock);
	for (int i = 0; i < FLIGHTS; i++)
		flight(client, p, FLIGHT);
	usleep(5000); /* what it does after the last close */
	return (seconds(p->clock) - t) / (FLIGHT * FLIGHTS);
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return x < y ? -1 : x > y;
}

static double median(double *v)
{
	qsort(v, ROUNDS, sizeof(*v), by_size);
	return v[ROUNDS / 2];
}

static void measure(SSL_CTX *server, SSL_CTX *client, struct peer *bare, struct peer *other)
{
	double memory[ROUNDS], tcp[ROUNDS], theirs[ROUNDS], to_memory[ROUNDS], to_tcp[ROUNDS];
	for (int i = -1; i < ROUNDS; i++) {
		int at = i < 0 ? 0 : i; /* the first is to warm up */
		memory[at] = in_memory(server, client);
		tcp[at] = connections(client, bare);
		theirs[at] = other ? connections(client, other) : 0;
		to_memory[at] = theirs[at] / memory[at];
		to_tcp[at] = theirs[at] / tcp[at];
	}
	printf("TLS 1.3 handshake, ECDSA P-256, OpenSSL alone over memory: %.1f us of server CPU\n",
		median(memory) * 1e6);
	printf("a new connection to the barest server: %.1f us of server CPU\n", median(tcp) * 1e6);
	if (other)
		printf("a new connection to this server: %.1f us, %.2fx of the barest server's, %.2fx "
		       "of the handshake over memory\n",
			median(theirs) * 1e6, median(to_tcp), median(to_memory));
}

int main(int argc, char **argv)
{
	char dir[] = "/tmp/bench-handshake-XXXXXX", cert[64], key[64];
	static const char *const names[] = {"localhost"};
	if (!mkdtemp(dir) || sw_tls_generate(dir, names, 1, 1, NULL))
		return 1;
	snprintf(cert, sizeof(cert), "%s/tls.crt", dir);
	snprintf(key, sizeof(key), "%s/tls.key", dir);
	SSL_CTX *server = SSL_CTX_new(TLS_server_method()),
		*client = SSL_CTX_new(TLS_client_method());
	bool ok = SSL_CTX_use_certificate_chain_file(server, cert) == 1 &&
		  SSL_CTX_use_PrivateKey_file(server, key, SSL_FILETYPE_PEM) == 1;
	unlink(cert);
	unlink(key);
	rmdir(dir);
	if (!ok)
		return 1;
	SSL_CTX_set_num_tickets(server, 0);
	struct peer bare = bare_server(server), other = {0};
	if (argc == 3) {
		other.port = htons((uint16_t)atoi(argv[1]));
		other.pid = atoi(argv[2]);
	}
	ok = bare.pid > 0 && clock_getcpuclockid(bare.pid, &bare.clock) == 0 &&
	     (!other.pid || clock_getcpuclockid(other.pid, &other.clock) == 0);
	if (ok)
		measure(server, client, &bare, other.pid ? &other : NULL);
	kill(bare.pid, SIGKILL);
	waitpid(bare.pid, NULL, 0);
	SSL_CTX_free(server);
	SSL_CTX_free(client);
	return ok ? 0 : 1;
}
