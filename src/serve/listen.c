/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses, and accepting connections also when descriptors run out. */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "serve/server_impl.h"

/* "host:port", "[v6]:port", ":port". */
static int split(const char *address, char host[256], char port[16], struct sw_error *err)
{
	struct sw_str s = sw_str_from(address);
	size_t colon = sw_str_rfind(s, SW_STR(":"));
	struct sw_str h = sw_str_sub(s, 0, colon), p = sw_str_sub(s, colon + 1, s.n);
	int64_t number;
	if (h.n >= 2 && h.p[0] == '[' && h.p[h.n - 1] == ']')
		h = sw_str_sub(h, 1, h.n - 1);
	if (colon == SW_NPOS || !sw_str_to_i64(p, &number) || number < 0 || number > 65535 ||
		h.n > 255)
		return sw_error_set(
			err, SW_EUSAGE, "\"%s\" is no address: write HOST:PORT or :PORT", address);
	snprintf(host, 256, "%.*s", SW_STR_ARG(h));
	snprintf(port, 16, "%d", (int)number);
	return 0;
}

static int open_one(const struct addrinfo *ai)
{
	int one = 1, zero = 0;
	int fd = socket(
		ai->ai_family, ai->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, ai->ai_protocol);
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)); /* accepted sockets inherit it */
	if (ai->ai_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof(zero));
	if (bind(fd, ai->ai_addr, ai->ai_addrlen) == 0 && listen(fd, 1024) == 0)
		return fd;
	int e = errno;
	close(fd);
	errno = e;
	return -1;
}

int listen_on(const char *address, int *ret_fd, struct sw_error *err)
{
	char host[256], port[16];
	struct addrinfo *list = NULL, hints = {.ai_family = AF_UNSPEC,
					      .ai_socktype = SOCK_STREAM,
					      .ai_flags = AI_PASSIVE};
	int rc = split(address, host, port, err);
	if (rc)
		return rc;
	int e = getaddrinfo(host[0] ? host : NULL, port, &hints, &list);
	if (e)
		return sw_error_set(err, SW_EUSAGE, "%s: %s", address, gai_strerror(e));
	int fd = -1;
	/* Without a host: IPv6 takes IPv4 along where there is any. */
	for (int family = 0; fd < 0 && family < 2; family++)
		for (const struct addrinfo *ai = list; fd < 0 && ai; ai = ai->ai_next)
			if ((ai->ai_family == AF_INET6) == (family == 0))
				fd = open_one(ai);
	freeaddrinfo(list);
	if (fd < 0)
		return sw_error_errno(err, SW_EIO, errno, "cannot listen on %s", address);
	*ret_fd = fd;
	return 0;
}

int listen_port(int fd)
{
	struct sockaddr_storage a;
	socklen_t n = sizeof(a);
	if (fd < 0 || getsockname(fd, (struct sockaddr *)&a, &n))
		return 0;
	return ntohs(a.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&a)->sin6_port
					     : ((struct sockaddr_in *)&a)->sin_port);
}

/* Oneself, where others are no better, and in the end: another may be done. */
static struct worker *least_busy(struct server *s, struct worker *self)
{
	struct worker *best = self ? self : &s->workers[0];
	if (self && atomic_load(&s->draining))
		return self;
	for (uint32_t i = 0; i < s->n_workers; i++)
		if (atomic_load(&s->workers[i].n_conns) < atomic_load(&best->n_conns))
			best = &s->workers[i];
	return best;
}

/*
 * No descriptor is left: the spare one is given up for a moment, to take a connection off the queue
 * and end it, which tells the client more than silence.
 */
static void no_descriptors(struct server *s, int listener)
{
	sw_metrics_add(&s->metrics, SW_M_NO_DESCRIPTORS, 1);
	pthread_mutex_lock(&s->spare_lock);
	if (s->spare_fd >= 0) {
		close(s->spare_fd);
		int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd >= 0)
			close(fd);
	}
	s->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	pthread_mutex_unlock(&s->spare_lock);
}

int listen_accept(struct server *s, struct worker *self, int listener, bool plain, uint32_t max)
{
	for (uint32_t i = 0; i < max; i++) {
		int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd < 0) {
			if (errno != EMFILE && errno != ENFILE && errno != ENOBUFS &&
				errno != ENOMEM)
				return (int)i;
			no_descriptors(s, listener);
			return -1;
		}
		sw_metrics_add(&s->metrics, SW_M_ACCEPTED, 1);
		struct worker *w = least_busy(s, self);
		atomic_fetch_add(&w->n_conns, 1);
		conn_give(w, fd, plain, w == self);
	}
	return (int)max;
}
