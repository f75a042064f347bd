/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes of a connection. Its socket is watched edge-triggered, once: `readable` remembers what the kernel told, and a
 * read that got less than it asked for takes that back (epoll(7): more bytes make a new edge; an end that was told is
 * read to). So nobody reads only to hear that there is nothing, below TLS neither: OpenSSL reads through a BIO of ours.
 */
#include <errno.h>
#include <openssl/err.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "serve/server_impl.h"

static ssize_t receive(struct conn *c, void *p, size_t n)
{
	if (!c->readable) {
		errno = EAGAIN;
		return -1;
	}
	ssize_t r;
	do
		r = recv(c->fd, p, n, 0);
	while (r < 0 && errno == EINTR); /* an edge would be lost */
	if ((r < 0 && errno == EAGAIN) || (r > 0 && (size_t)r < n && !c->hup))
		c->readable = false;
	return r;
}

static ssize_t transmit(struct conn *c, const void *p, size_t n)
{
	ssize_t r;
	do
		r = send(c->fd, p, n, MSG_NOSIGNAL);
	while (r < 0 && errno == EINTR);
	return r;
}

static int bio_read(BIO *b, char *p, int n)
{
	ssize_t r = receive(BIO_get_data(b), p, (size_t)n);
	BIO_clear_retry_flags(b);
	if (r < 0 && errno == EAGAIN)
		BIO_set_retry_read(b);
	return (int)r;
}

static int bio_write(BIO *b, const char *p, int n)
{
	struct conn *c = BIO_get_data(b);
	ssize_t r = transmit(c, p, (size_t)n);
	BIO_clear_retry_flags(b);
	if (r < 0 && errno == EAGAIN)
		BIO_set_retry_write(b);
	return (int)r;
}

static long bio_ctrl(BIO *b, int what, long n, void *p)
{
	return what == BIO_CTRL_FLUSH;
}

BIO_METHOD *io_bio(void)
{
	BIO_METHOD *m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "connection");
	if (m && BIO_meth_set_read(m, bio_read) && BIO_meth_set_write(m, bio_write) &&
		BIO_meth_set_ctrl(m, bio_ctrl))
		return m;
	BIO_meth_free(m);
	return NULL;
}

SSL *io_accept(struct conn *c)
{
	BIO *b = BIO_new(c->w->s->bio);
	if (!b)
		return NULL;
	BIO_set_data(b, c);
	BIO_set_init(b, 1);
	return sw_tls_accept(c->w->s->tls, b);
}

ssize_t io_tls_result(struct conn *c, int n)
{
	if (n > 0)
		return n;
	switch (SSL_get_error(c->ssl, n)) {
	case SSL_ERROR_WANT_READ:
		return WANT_READ;
	case SSL_ERROR_WANT_WRITE:
		return WANT_WRITE;
	case SSL_ERROR_ZERO_RETURN:
		return 0;
	default:
		ERR_clear_error();
		return BROKEN;
	}
}

ssize_t io_get(struct conn *c, void *p, size_t n)
{
	if (c->ssl)
		return io_tls_result(c, SSL_read(c->ssl, p, (int)n));
	ssize_t r = receive(c, p, n);
	return r >= 0 ? r : errno == EAGAIN ? WANT_READ : BROKEN;
}

ssize_t io_put(struct conn *c, const void *p, size_t n)
{
	if (c->ssl)
		return io_tls_result(c, SSL_write(c->ssl, p, n > (1 << 30) ? 1 << 30 : (int)n));
	ssize_t r = transmit(c, p, n);
	return r > 0 ? r : errno == EAGAIN ? WANT_WRITE : BROKEN;
}

/* Below TLS: what comes after everything is said. */
ssize_t io_raw(struct conn *c, void *p, size_t n)
{
	ssize_t r = receive(c, p, n);
	return r >= 0 ? r : errno == EAGAIN ? WANT_READ : BROKEN;
}

bool io_watch(struct conn *c, bool writes)
{
	struct epoll_event e = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET, .data.ptr = c};
	if (writes)
		e.events |= EPOLLOUT;
	int op = c->watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
	c->watched = true;
	c->watches_writes = writes;
	return epoll_ctl(c->w->epoll, op, c->fd, &e) == 0;
}
