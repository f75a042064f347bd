/* SPDX-License-Identifier: Apache-2.0 */
/* One connection: TLS, requests in order, answers, and the patience that each phase gets. */
#include <openssl/err.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "serve/server_impl.h"

enum { TURN = 16 }; /* requests served in a row */

/* ---- phases ---- */

static void enter(struct conn *c, enum phase phase)
{
	const struct sw_server_opts *o = c->w->s->o;
	int64_t now = c->w->now;
	/* A head and its body together get request_ns: slow bytes do not renew it. */
	if (!(phase == BODY && c->phase == HEAD)) {
		c->since = now;
		c->deadline = now + (phase == IDLE	      ? o->idle_ns
					    : phase == LINGER ? LINGER_NS
							      : o->request_ns);
	}
	c->phase = phase;
}

/* Reads need no call: they are watched all the time. */
static void wait_for_writes(struct conn *c)
{
	if (!c->watches_writes)
		io_watch(c, true);
}

static bool wait_for(struct conn *c, ssize_t result)
{
	if (result == WANT_WRITE)
		wait_for_writes(c);
	return false;
}

void conn_give(struct worker *w, int fd, bool plain, bool own)
{
	struct conn *c = calloc(1, sizeof(*c));
	if (c) {
		c->w = w;
		c->fd = fd;
		c->plain = plain;
		c->phase = ARRIVING;
		if (own) {
			worker_adopt(c);
			return;
		}
		/* The other hears of it at once: it can be written to. */
		if (io_watch(c, true))
			return;
	}
	free(c);
	close(fd);
	atomic_fetch_sub(&w->n_conns, 1);
}

bool conn_open(struct conn *c)
{
	struct worker *w = c->w;
	struct server *s = w->s;
	sw_buf_init(&c->in, SW_HTTP_HEAD_MAX + READ_SIZE + AUDIT_BODY_MAX + s->o->max_body);
	sw_buf_init(&c->body, AUDIT_BODY_MAX + s->o->max_body);
	sw_buf_init(&c->out, 64 << 20);
	c->next = w->conns;
	if (w->conns)
		w->conns->prev = c;
	w->conns = c;
	atomic_fetch_add(&s->metrics.connections, 1);
	enter(c, c->plain ? IDLE : HANDSHAKE);
	if (!c->plain)
		c->ssl = io_accept(c);
	if ((c->plain || c->ssl) && (c->watched || io_watch(c, false)))
		return true;
	conn_close(c);
	return false;
}

static void release_body(struct conn *c)
{
	atomic_fetch_sub(&c->w->s->bodies, c->reserved);
	c->reserved = 0;
}

void conn_close(struct conn *c)
{
	struct worker *w = c->w;
	if (c->job)
		c->job->conn = NULL;
	release_body(c);
	SSL_free(c->ssl);
	close(c->fd);
	sw_buf_release(&c->in);
	sw_buf_release(&c->body);
	sw_buf_release(&c->out);
	if (c->prev)
		c->prev->next = c->next;
	else
		w->conns = c->next;
	if (c->next)
		c->next->prev = c->prev;
	atomic_fetch_sub(&w->n_conns, 1);
	atomic_fetch_sub(&w->s->metrics.connections, 1);
	worker_forget(c);
}

/* ---- the steps: true: go on; false: wait, or the connection is gone ---- */

static bool shut(struct conn *c)
{
	conn_close(c);
	return false;
}

static bool step_handshake(struct conn *c)
{
	int n = SSL_do_handshake(c->ssl);
	struct sw_metrics *m = &c->w->s->metrics;
	if (n == 1) {
		sw_metrics_add(m, SW_M_HANDSHAKES, 1);
		enter(c, IDLE);
		return true;
	}
	ssize_t r = io_tls_result(c, n);
	if (r == WANT_READ || r == WANT_WRITE)
		return wait_for(c, r);
	sw_metrics_add(m, SW_M_HANDSHAKE_FAILURES, 1);
	return shut(c);
}

/* 1: bytes came; 0: the client's end was reached; -1: wait; -2: gone. */
static int fill(struct conn *c)
{
	char buf[READ_SIZE];
	ssize_t n = io_get(c, buf, sizeof(buf));
	if (n > 0) {
		sw_buf_add(&c->in, buf, (size_t)n);
		return c->in.overflow ? -2 : 1;
	}
	if (n == WANT_READ || n == WANT_WRITE) {
		wait_for(c, n);
		return -1;
	}
	c->eof = true;
	return n == 0 ? 0 : -2;
}

static void begin_answer(struct conn *c)
{
	c->out_at = 0;
	enter(c, WRITING);
}

static bool refuse(struct conn *c, int status, const char *why)
{
	sw_metrics_add(&c->w->s->metrics, status == 413 ? SW_M_TOO_LARGE : SW_M_BAD_REQUESTS, 1);
	c->close_after = true;
	route_error(c, status, why);
	begin_answer(c);
	return true;
}

/* Room for the body, before it comes. */
static bool begin_body(struct conn *c)
{
	struct server *s = c->w->s;
	c->body_max = route_body_max(s, &c->req);
	if (!c->req.chunked && c->req.length > c->body_max)
		return refuse(c, 413, "the body is larger than the limit");
	size_t want = c->req.chunked ? c->body_max : (size_t)c->req.length;
	if (want > READ_SIZE) {
		if (atomic_fetch_add(&s->bodies, want) + want > BODIES_MEMORY) {
			atomic_fetch_sub(&s->bodies, want);
			return refuse(c, 503, "too many large requests at once");
		}
		c->reserved = want;
	}
	c->chunks = (struct sw_http_chunks){0};
	sw_buf_clear(&c->body);
	c->continued = !c->req.expect_continue;
	enter(c, BODY);
	return true;
}

static bool step_head(struct conn *c)
{
	int rc = c->in.n ? sw_http_head(sw_buf_str(&c->in), &c->req) : 0;
	if (rc < 0)
		return refuse(c, -rc, "the request is malformed");
	if (rc > 0)
		return begin_body(c);
	if (c->in.n && c->phase == IDLE)
		enter(c, HEAD);
	rc = fill(c);
	return rc == 1 ? true : rc == -1 ? false : shut(c);
}

/* "100 Continue" is short: a socket that cannot take it is a client that does not read. */
static bool say_continue(struct conn *c)
{
	static const char text[] = "HTTP/1.1 100 Continue\r\n\r\n";
	c->continued = true;
	return io_put(c, text, sizeof(text) - 1) == sizeof(text) - 1;
}

/* The views of the request move with the buffer: read the head again. */
static bool finish(struct conn *c, struct sw_str body)
{
	sw_http_head(sw_buf_str(&c->in), &c->req);
	c->close_after = !c->req.keep_alive || atomic_load(&c->w->s->draining);
	sw_buf_clear(&c->out);
	c->served++;
	if (route(c, body)) {
		begin_answer(c);
		return true;
	}
	return false;
}

/* Takes the request off the input buffer. */
static void consume(struct conn *c, size_t n)
{
	if (n < c->in.n)
		memmove(c->in.p, c->in.p + n, c->in.n - n);
	c->in.n -= n;
	if (!c->in.n && c->in.cap > 4 * READ_SIZE) {
		size_t max = c->in.max;
		sw_buf_release(&c->in);
		sw_buf_init(&c->in, max);
	}
}

static bool step_body(struct conn *c)
{
	size_t head = c->req.head;
	if (c->req.chunked) {
		size_t used;
		struct sw_str rest = sw_str_sub(sw_buf_str(&c->in), head, c->in.n);
		int rc = sw_http_chunked(&c->chunks, rest, &c->body, c->body_max, &used);
		memmove(c->in.p + head, c->in.p + head + used, c->in.n - head - used);
		c->in.n -= used;
		if (rc < 0)
			return refuse(c, -rc, "the chunked body is malformed or too large");
		if (rc > 0)
			return finish(c, sw_buf_str(&c->body));
	} else if (c->in.n - head >= c->req.length) {
		return finish(
			c, sw_str_sub(sw_buf_str(&c->in), head, head + (size_t)c->req.length));
	}
	if (!c->continued && !say_continue(c))
		return shut(c);
	int rc = fill(c);
	return rc == 1 ? true : rc == -1 ? false : shut(c);
}

/* The answer is out. */
static bool next_request(struct conn *c)
{
	size_t used = c->req.head + (c->req.chunked ? 0 : (size_t)c->req.length);
	release_body(c);
	if (c->close_after || c->eof) {
		if (c->ssl)
			SSL_shutdown(c->ssl);
		/* A close() with unread bytes would be a reset, which can overtake the answer. */
		shutdown(c->fd, SHUT_WR);
		ERR_clear_error();
		enter(c, LINGER);
		return true;
	}
	consume(c, used);
	c->req = (struct sw_http_request){0};
	if (c->out.cap > 4 * READ_SIZE) {
		size_t max = c->out.max;
		sw_buf_release(&c->out);
		sw_buf_init(&c->out, max);
	}
	sw_buf_clear(&c->body);
	enter(c, IDLE);
	return c->in.n || c->readable || (c->ssl && SSL_has_pending(c->ssl));
}

static bool step_write(struct conn *c)
{
	while (c->out_at < c->out.n) {
		ssize_t n = io_put(c, c->out.p + c->out_at, c->out.n - c->out_at);
		if (n == WANT_READ || n == WANT_WRITE)
			return wait_for(c, n);
		if (n <= 0)
			return shut(c);
		c->out_at += (size_t)n;
	}
	return next_request(c);
}

static bool step_linger(struct conn *c)
{
	char buf[READ_SIZE];
	for (int i = 0; i < 64; i++) {
		ssize_t n = io_raw(c, buf, sizeof(buf)); /* nobody looks at it */
		if (n == 0 || n == BROKEN)
			return shut(c);
		if (n < 0)
			return false;
	}
	worker_again(c);
	return false;
}

/* Many requests in one piece take turns with other connections. */
static bool had_its_turn(struct conn *c)
{
	if (c->phase != IDLE || c->served < TURN)
		return false;
	c->served = 0;
	worker_again(c);
	return true;
}

void conn_run(struct conn *c)
{
	bool more = true;
	while (more && !had_its_turn(c))
		switch (c->phase) {
		case ARRIVING:
			more = worker_adopt(c);
			break;
		case HANDSHAKE:
			more = step_handshake(c);
			break;
		case IDLE:
		case HEAD:
			more = step_head(c);
			break;
		case BODY:
			more = step_body(c);
			break;
		case BUSY:
		case CLOSED:
			more = false;
			break;
		case WRITING:
			more = step_write(c);
			break;
		case LINGER:
			more = step_linger(c);
			break;
		}
}

void conn_answered(struct conn *c)
{
	begin_answer(c);
	conn_run(c);
}

/* ---- patience ---- */

static void late(struct conn *c)
{
	struct job *j = c->job;
	struct worker *w = c->w;
	sw_autobuf body;
	sw_buf_init(&body, 1 << 20);
	c->job = NULL;
	j->conn = NULL;
	sw_metrics_add(&w->s->metrics, SW_M_LATE, 1);
	judge_undecided(&w->bench, sw_str_make(j->uid, j->n_uid), 504, "the deadline passed",
		j->start, &body);
	sw_http_answer(&c->out, 200, "application/json", body.n, !c->close_after);
	sw_buf_addstr(&c->out, sw_buf_str(&body));
	conn_answered(c);
}

void conn_tick(struct conn *c, int64_t now)
{
	if (c->phase == BUSY) {
		if (c->job && now > c->job->deadline + GRACE_NS)
			late(c);
		return;
	}
	if (now < c->deadline)
		return;
	if (c->phase != IDLE && c->phase != LINGER)
		sw_metrics_add(&c->w->s->metrics, SW_M_TIMEOUTS, 1);
	if ((c->phase == HEAD || c->phase == BODY) && !c->eof) {
		c->close_after = true;
		route_error(c, 408, "the request did not come in time");
		conn_answered(c);
		return;
	}
	conn_close(c);
}
