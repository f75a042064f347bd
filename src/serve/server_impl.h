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
	TICK_MS = 100,
	LINGER_NS = 1000000000,
	GRACE_NS = 20000000, /* for an answer of the second line that is on its way */
};
#define REVIEW_MEMORY ((size_t)512 << 20)

struct server;
struct worker;
struct job;

enum phase {
	HANDSHAKE,
	IDLE, /* between requests */
	HEAD, /* part of a head is there */
	BODY,
	BUSY, /* the second line has it */
	WRITING,
	LINGER, /* everything is said; what still comes in is thrown away */
};

struct conn {
	struct worker *w;
	struct conn *next, *prev;
	int fd;
	SSL *ssl; /* NULL: without TLS, health routes only */
	struct event *ev;
	short waiting; /* what ev waits for */
	enum phase phase;
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
	struct sw_answer answer;
	struct sw_buf log; /* lines of the decision log that are not written yet */
	struct server *s;
};

struct worker {
	struct server *s;
	pthread_t thread;
	struct event_base *base;
	int wake; /* eventfd */
	struct event *wake_event, *tick;
	struct conn *conns;
	_Atomic uint32_t n_conns; /* those on their way included */
	uint32_t max_conns;
	struct bench bench;
	pthread_mutex_t lock; /* of what follows */
	struct arrival {
		int fd;
		bool plain;
	} * arrivals;
	uint32_t n_arrivals, cap_arrivals;
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
	int listener, health_listener, spare_fd;
	struct event *listen_event, *health_event, *retry, *poll, *term, *intr, *drain_timer;
	uint32_t n_workers, started;
	struct worker workers[WORKERS_MAX];
	struct pool pool;
	_Atomic bool draining, stopping;
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

/* conn.c */
void conn_open(struct worker *w, int fd, bool plain, int64_t now);
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
int worker_start(struct server *s, struct worker *w, struct sw_policies *p, struct sw_error *err);
void worker_stop(struct worker *w);
void worker_give(struct worker *w, int fd, bool plain);
void worker_done(struct worker *w, struct job *j);
void worker_wake(struct worker *w);

/* reload.c */
int reload_first(struct server *s, struct sw_policies **ret, struct sw_error *err);
void reload_poll(struct server *s);
void reload_join(struct server *s); /* a reload that is under way */

/* listen.c */
int listen_on(const char *address, int *ret_fd, struct sw_error *err);
int listen_port(int fd);
void listen_accept(struct server *s, int listener, bool plain);

#endif
