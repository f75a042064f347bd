/* SPDX-License-Identifier: Apache-2.0 */
/* The life of the server: start, signals, the end. */
#include "serve/server.h"

#include <fcntl.h>
#include <openssl/err.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "serve/server_impl.h"

/* Out of descriptors: a pause, or the loop would spin. */
static void on_health(evutil_socket_t fd, short what, void *arg)
{
	struct server *s = arg;
	struct timeval pause = {.tv_usec = 50000};
	if (listen_accept(s, NULL, fd, true, 256) >= 0)
		return;
	event_del(s->health_event);
	event_add(s->retry, &pause);
}

static void on_retry(evutil_socket_t fd, short what, void *arg)
{
	struct server *s = arg;
	if (s->health_listener >= 0)
		event_add(s->health_event, NULL);
}

static void on_poll(evutil_socket_t fd, short what, void *arg)
{
	reload_poll(arg);
}

static void close_listeners(struct server *s)
{
	/* Whoever stands in the queue was promised an answer by the kernel. */
	if (s->listener >= 0)
		while (listen_accept(s, NULL, s->listener, false, 256) > 0)
			;
	atomic_store(&s->closed, true);
	event_del(s->retry);
	if (s->health_event)
		event_del(s->health_event);
	/* Closed when the workers, who watch it, are gone. */
	if (s->listener >= 0)
		shutdown(s->listener, SHUT_RD);
	if (s->health_listener >= 0)
		close(s->health_listener);
	s->health_listener = -1;
}

static void on_drained(evutil_socket_t fd, short what, void *arg)
{
	struct server *s = arg;
	close_listeners(s);
	atomic_store(&s->stopping, true);
	for (uint32_t i = 0; i < s->n_workers; i++)
		worker_wake(&s->workers[i]);
	event_base_loopbreak(s->base);
}

/* The first signal: not ready any more, but serving until the Service has forgotten us. The second:
 * now. */
static void on_signal(evutil_socket_t sig, short what, void *arg)
{
	struct server *s = arg;
	struct timeval wait = {.tv_sec = s->o->drain_ns / 1000000000,
		.tv_usec = s->o->drain_ns % 1000000000 / 1000};
	if (atomic_exchange(&s->draining, true))
		wait = (struct timeval){0};
	else
		sw_log(SW_LOG_NOTE, "shutting down: what has begun is finished");
	event_add(s->drain_timer, &wait);
}

/* ---- start ---- */

static void raise_descriptors(void)
{
	struct rlimit l;
	if (getrlimit(RLIMIT_NOFILE, &l) == 0 && l.rlim_cur < l.rlim_max) {
		l.rlim_cur = l.rlim_max;
		setrlimit(RLIMIT_NOFILE, &l);
	}
}

static int add_events(struct server *s, struct sw_error *err)
{
	struct timeval poll = {
		.tv_sec = s->o->poll_ns / 1000000000, .tv_usec = s->o->poll_ns % 1000000000 / 1000};
	if (s->health_listener >= 0)
		s->health_event =
			event_new(s->base, s->health_listener, EV_READ | EV_PERSIST, on_health, s);
	s->retry = event_new(s->base, -1, 0, on_retry, s);
	s->poll = event_new(s->base, -1, EV_PERSIST, on_poll, s);
	s->term = evsignal_new(s->base, SIGTERM, on_signal, s);
	s->intr = evsignal_new(s->base, SIGINT, on_signal, s);
	s->drain_timer = event_new(s->base, -1, 0, on_drained, s);
	bool ok = s->retry && s->poll && s->term && s->intr && s->drain_timer &&
		  event_add(s->poll, &poll) == 0 && event_add(s->term, NULL) == 0 &&
		  event_add(s->intr, NULL) == 0 &&
		  (s->health_listener < 0 ||
			  (s->health_event && event_add(s->health_event, NULL) == 0));
	return ok ? 0 : sw_error_set(err, SW_EIO, "cannot make an event loop");
}

static int open_logs(struct server *s, struct sw_error *err)
{
	const struct sw_server_opts *o = s->o;
	int rc = 0;
	if (o->decision_log)
		rc = sw_logfile_open(
			o->decision_log, o->log_max_bytes, o->log_keep, &s->decisions, err);
	if (!rc && o->audit_spool)
		rc = sw_logfile_open(o->audit_spool, o->log_max_bytes, o->log_keep, &s->spool, err);
	if (!rc && o->audit_spool)
		rc = sw_audit_new(s->spool, AUDIT_MEMORY, &s->metrics, &s->audit, err);
	return rc;
}

static int write_ports(const struct server *s, struct sw_error *err)
{
	if (!s->o->port_file)
		return 0;
	sw_autofclose *f = fopen(s->o->port_file, "we");
	if (!f || fprintf(f, "%d %d\n", listen_port(s->listener), listen_port(s->health_listener)) <
			  0)
		return sw_error_set(err, SW_EIO, "cannot write %s", s->o->port_file);
	return 0;
}

static int start_threads(struct server *s, struct sw_policies *p, struct sw_error *err)
{
	int rc = pool_start(s, p, err);
	for (uint32_t i = 0; !rc && i < s->n_workers; i++)
		rc = worker_init(s, &s->workers[i], p, err);
	for (uint32_t i = 0; !rc && i < s->n_workers; i++)
		rc = worker_start(&s->workers[i], err);
	return rc;
}

static int start(struct server *s, struct sw_error *err)
{
	const struct sw_server_opts *o = s->o;
	struct sw_tls_opts tls = {o->cert, o->key, o->client_ca, o->allow_tls12};
	struct sw_policies *p = NULL;
	int rc = sw_tls_new(&tls, &s->tls, err);
	s->bio = io_bio();
	if (!rc && !s->bio)
		rc = sw_error_set(err, SW_ELIMIT, "no memory left for TLS");
	if (!rc)
		rc = open_logs(s, err);
	if (!rc)
		rc = listen_on(o->listen, &s->listener, err);
	if (!rc && o->health_listen)
		rc = listen_on(o->health_listen, &s->health_listener, err);
	if (!rc)
		rc = add_events(s, err);
	if (!rc)
		rc = reload_first(s, &p, err);
	if (rc)
		return rc;
	atomic_store(&s->metrics.cert_expiry, sw_tls_expiry(s->tls));
	s->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	rc = start_threads(s, p, err);
	sw_policies_unref(p);
	return rc ? rc : write_ports(s, err);
}

/* ---- the end ---- */

static void free_events(struct server *s)
{
	struct event *all[] = {
		s->health_event, s->retry, s->poll, s->term, s->intr, s->drain_timer};
	for (size_t i = 0; i < SW_ARRAY_LEN(all); i++)
		if (all[i])
			event_free(all[i]);
	if (s->base)
		event_base_free(s->base);
}

static void stop(struct server *s)
{
	atomic_store(&s->stopping, true);
	reload_join(s);
	for (uint32_t i = 0; i < s->started; i++) {
		worker_wake(&s->workers[i]);
		pthread_join(s->workers[i].thread, NULL);
	}
	pool_stop(s);
	for (uint32_t i = 0; i < s->n_workers; i++)
		worker_stop(&s->workers[i]);
	sw_audit_free(s->audit);
	sw_logfile_close(s->spool);
	sw_logfile_close(s->decisions);
	if (s->listener >= 0)
		close(s->listener);
	if (s->health_listener >= 0)
		close(s->health_listener);
	if (s->spare_fd >= 0)
		close(s->spare_fd);
	free_events(s);
	sw_tls_free(s->tls);
	BIO_meth_free(s->bio);
	sw_metrics_release(&s->metrics);
	pthread_mutex_destroy(&s->spare_lock);
	pthread_mutex_destroy(&s->status_lock);
}

/* The CPUs that the cgroup's quota comes to, rounded up; 0: there is none. */
static long quota_cpus(void)
{
	static const char *const files[][2] = {{"/sys/fs/cgroup/cpu.max", NULL},
		{"/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "/sys/fs/cgroup/cpu/cpu.cfs_period_us"}};
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		long v[2] = {0, 0};
		int n = 0;
		for (int k = 0; k < 2 && files[i][k]; k++) {
			FILE *f = fopen(files[i][k], "re");
			if (f) /* "max 100000" has no number in front */
				n += fscanf(f, "%ld %ld", &v[k], &v[1]) > 0;
			if (f)
				fclose(f);
		}
		if (n && v[0] > 0 && v[1] > 0)
			return (v[0] + v[1] - 1) / v[1];
	}
	return 0;
}

/* A worker for each CPU that the process may use: with more, the quota is spent before the period
 * ends and all wait. */
static uint32_t usable_cpus(void)
{
	cpu_set_t set;
	long n = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set)
							      : sysconf(_SC_NPROCESSORS_ONLN);
	long quota = quota_cpus();
	n = quota && quota < n ? quota : n;
	return n > 0 ? (uint32_t)n : 1;
}

int sw_server_run(const struct sw_server_opts *opts, struct sw_error *err)
{
	struct server *s = calloc(1, sizeof(*s));
	if (!s)
		return sw_error_set(err, SW_ELIMIT, "no memory left for the server");
	s->o = opts;
	s->n_workers = opts->workers ? opts->workers : usable_cpus();
	if (s->n_workers > WORKERS_MAX)
		s->n_workers = WORKERS_MAX;
	s->listener = s->health_listener = s->spare_fd = -1;
	pthread_mutex_init(&s->status_lock, NULL);
	pthread_mutex_init(&s->spare_lock, NULL);
	sw_metrics_init(&s->metrics);
	raise_descriptors();
	s->base = event_base_new();
	int rc = s->base ? start(s, err) : sw_error_set(err, SW_EIO, "cannot make an event loop");
	if (!rc) {
		sw_log(SW_LOG_NOTE, "serving on %s: %lld constraints", opts->listen,
			(long long)atomic_load(&s->metrics.constraints));
		event_base_loop(s->base, 0);
	}
	stop(s);
	free(s);
	return rc;
}
