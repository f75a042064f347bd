/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the server share. */
#ifndef SW_SERVE_SERVER_IMPL_H
#define SW_SERVE_SERVER_IMPL_H

#include <event2/event.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/cleanup.h"
#include "serve/audit.h"
#include "serve/cluster.h"
#include "serve/door.h"
#include "serve/http.h"
#include "serve/logfile.h"
#include "serve/metrics.h"
#include "serve/server.h"
#include "serve/tls.h"

/* Ceilings that are not the user's to choose. */
enum {
	WORKERS_MAX = 64,
	AUDIT_BODY_MAX = 32 << 20,
	AUDIT_MEMORY = 128 << 20,
	BODIES_MEMORY = 512 << 20, /* of bodies that are being received, over all connections */
	READ_SIZE = 16 << 10,
	BURST_MAX = 64,
	TICK_NS = 100000000,
	LINGER_NS = 1000000000,
	GRACE_NS = 20000000, /* for an answer of the second line that is on its way */
};
#define REVIEW_MEMORY ((size_t)512 << 20)

struct server;
struct worker;
struct job;

enum phase {
	ARRIVING, /* accepted, and not yet its worker's */
	HANDSHAKE,
	IDLE, /* between requests */
	HEAD, /* part of a head is there */
	BODY,
	BUSY, /* the second line has it */
	WRITING,
	LINGER, /* everything is said; what still comes in is thrown away */
	CLOSED, /* freed when the events at hand are dealt with */
};

/* What a read or write says in place of a number of bytes. */
enum { WANT_READ = -1, WANT_WRITE = -2, BROKEN = -3 };

struct conn {
	struct worker *w;
	struct conn *next, *prev, *next_again;
	int fd;
	SSL *ssl; /* NULL: without TLS, health routes only */
	enum phase phase;
	bool plain;
	bool watched, watches_writes; /* by epoll */
	bool readable, hup;	      /* what epoll said, until a read said otherwise */
	bool again;		      /* it is in its worker's list */
	bool eof, close_after, continued;
	uint32_t served;  /* since others had their turn */
	int64_t deadline; /* of the phase, CLOCK_MONOTONIC */
	int64_t since;	  /* of the last change of phase */
	struct sw_buf in, body, out;
	size_t out_at;
	struct sw_http_request req; /* valid from BODY on; views into `in` */
	struct sw_http_chunks chunks;
	size_t reserved; /* of BODIES_MEMORY */
	size_t body_max;
	struct job *job; /* while BUSY */
};

/* Everything a thread needs to judge. */
struct bench {
	struct sw_door *door;
	_Atomic(struct sw_door *) next; /* put there by a reload */
	struct sw_arena arena;
	struct sw_json_shapes *shapes;
	struct sw_answer answer;
	struct sw_buf log; /* lines of the decision log that are not written yet */
	struct server *s;
};

struct worker {
	struct server *s;
	pthread_t thread;
	bool running;
	int epoll, wake; /* eventfd */
	int64_t now;	 /* when the events at hand were fetched */
	int64_t next_tick, listen_at; /* listen_at: when it accepts again; 0: it does */
	uint32_t burst;		      /* connections to accept in a row */
	struct conn *conns, *closed, *again;
	_Atomic uint32_t n_conns; /* those on their way included */
	uint32_t max_conns;
	struct bench bench;
	pthread_mutex_t lock; /* of what follows */
	struct job *done;
	int64_t stop_at; /* the worker's own: when connections are cut */
};

/* A review that the second line judges. */
struct job {
	struct job *next;
	struct worker *w;
	struct conn *conn; /* the worker's; NULL: nobody waits any more */
	bool mutate;
	int64_t start, deadline;
	struct sw_str body;
	char uid[128];
	size_t n_uid;
	struct sw_buf answer;
};

struct pool {
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct job *first, **last;
	uint32_t n, max;
	bool stop;
	uint32_t n_threads;
	pthread_t threads[WORKERS_MAX];
	struct bench benches[WORKERS_MAX];
};

struct server {
	const struct sw_server_opts *o;
	struct sw_tls *tls;
	struct sw_metrics metrics;
	struct sw_logfile *decisions, *spool;
	struct sw_audit *audit;
	struct event_base *base;
	BIO_METHOD *bio;
	int listener, health_listener;
	pthread_mutex_t spare_lock;
	int spare_fd;
	struct event *health_event, *retry, *poll, *term, *intr, *drain_timer;
	uint32_t n_workers, started;
	struct worker workers[WORKERS_MAX];
	struct pool pool;
	_Atomic bool draining, stopping;
	_Atomic bool closed; /* nothing is accepted any more */
	_Atomic size_t bodies;
	uint64_t stamp, tried;
	uint64_t cluster_loaded; /* generation of the live cluster */
	int64_t cluster_next;	 /* no sooner */
	pthread_t loader;
	bool loader_started;
	_Atomic bool loading;
	pthread_mutex_t status_lock;
	char broken[1400]; /* why the policies on disk are not in use; "" */
	char cert_broken[1400];
};

/* io.c */
BIO_METHOD *io_bio(void);
SSL *io_accept(struct conn *c);
ssize_t io_tls_result(struct conn *c, int n); /* of a call of OpenSSL: bytes, 0, WANT_READ, WANT_WRITE, BROKEN */
ssize_t io_get(struct conn *c, void *p, size_t n);
ssize_t io_put(struct conn *c, const void *p, size_t n);
ssize_t io_raw(struct conn *c, void *p, size_t n);
bool io_watch(struct conn *c, bool writes);

/* conn.c */
/* A new socket for a worker: the caller's own, or another's. It is closed when that cannot be. */
void conn_give(struct worker *w, int fd, bool plain, bool own);
/* In its worker's thread. False: it was closed. */
bool conn_open(struct conn *c);
void conn_close(struct conn *c);
void conn_run(struct conn *c);
/* The answer is in c->out: write it. */
void conn_answered(struct conn *c);
void conn_tick(struct conn *c, int64_t now);

/* routes.c: false: the second line has it, and conn_answered() follows. */
bool route(struct conn *c, struct sw_str body);
void route_error(struct conn *c, int status, const char *text);
/* Ceiling of the body for this path; 0: none is taken. */
size_t route_body_max(const struct server *s, const struct sw_http_request *r);

/* judge.c */
int bench_init(struct bench *b, struct server *s, struct sw_policies *p, struct sw_error *err);
void bench_release(struct bench *b);
void bench_flush(struct bench *b);
/* Judge a body. 1: `out` holds the HTTP body; 0: it needs more time than `budget`; -1: no
 * AdmissionReview, *err says why. `uid` (128 bytes) is filled when one was seen. */
int judge(struct bench *b, struct sw_str body, bool mutate, int64_t start, int64_t deadline,
	int64_t budget, struct sw_buf *out, char *uid, size_t *n_uid, struct sw_error *err);
void judge_undecided(struct bench *b, struct sw_str uid, int code, const char *why, int64_t start,
	struct sw_buf *out);

/* pool.c */
int pool_start(struct server *s, struct sw_policies *p, struct sw_error *err);
void pool_stop(struct server *s);
/* Takes the job; false (and the job stays the caller's) when the queue is full. */
bool pool_put(struct pool *p, struct job *j);
void job_free(struct job *j);

/* worker.c */
int worker_init(struct server *s, struct worker *w, struct sw_policies *p, struct sw_error *err);
/* After all of them are made: any may give a connection to any. */
int worker_start(struct worker *w, struct sw_error *err);
void worker_stop(struct worker *w);
/* A connection that has arrived. False: wait, or it is gone. */
bool worker_adopt(struct conn *c);
/* Of a connection that is closed: freed when nothing can name it. */
void worker_forget(struct conn *c);
/* Run it again, after others. */
void worker_again(struct conn *c);
void worker_done(struct worker *w, struct job *j);
void worker_wake(struct worker *w);

/* reload.c */
int reload_first(struct server *s, struct sw_policies **ret, struct sw_error *err);
void reload_poll(struct server *s);
void reload_join(struct server *s); /* a reload that is under way */

/* listen.c */
int listen_on(const char *address, int *ret_fd, struct sw_error *err);
int listen_port(int fd);
/*
 * Takes up to `max` connections off the queue; the number taken, negative when descriptors ran out: then a pause is due.
 * `self`: the worker that calls, or NULL.
 */
int listen_accept(struct server *s, struct worker *self, int listener, bool plain, uint32_t max);

#endif
