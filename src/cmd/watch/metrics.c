/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/watch/metrics.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/thread.h"
#include "serve/http.h"

enum { CLIENT_MS = 2000 };

struct sw_watch_metrics {
	struct sw_watch_counts *counts;
	const char *health;
	int fd, stop;
	pthread_t thread;
};

static void label(struct sw_buf *out, struct sw_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\')
			sw_buf_addch(out, '\\');
		if (s.p[i] == '\n')
			sw_buf_addz(out, "\\n");
		else
			sw_buf_addch(out, s.p[i]);
	}
}

static void one(struct sw_buf *out, const char *name, const char *help, const _Atomic uint64_t *v)
{
	sw_buf_printf(out,
		"# HELP seawall_runtime_%s %s\n# TYPE seawall_runtime_%s "
		"counter\nseawall_runtime_%s %llu\n",
		name, help, name, name,
		(unsigned long long)atomic_load_explicit(v, memory_order_relaxed));
}

static void rules(struct sw_watch_counts *c, struct sw_buf *out)
{
	sw_buf_addz(out, "# HELP seawall_runtime_alerts_total alerts by rule\n"
			 "# TYPE seawall_runtime_alerts_total counter\n");
	for (uint32_t i = 0; i < sw_ruleset_n(c->rules); i++) {
		const struct sw_runtime_rule *r = sw_ruleset_rule(c->rules, i);
		if (!r->enabled)
			continue;
		sw_buf_addz(out, "seawall_runtime_alerts_total{rule=\"");
		label(out, r->name);
		sw_buf_printf(out, "\",priority=\"%s\",source=\"%.*s\"} %llu\n",
			sw_priority_name(r->priority), SW_STR_ARG(r->source_name),
			(unsigned long long)atomic_load_explicit(
				&c->by_rule[r->index], memory_order_relaxed));
	}
}

static void outputs(struct sw_watch_counts *c, struct sw_buf *out)
{
	static const char *const names[] = {"sent", "lost"};
	struct sw_notify_stats s;

	for (int lost = 0; lost < 2 && sw_notify_any(c->notify); lost++) {
		sw_buf_printf(out,
			"# HELP seawall_runtime_output_%s_total alerts %s by output\n"
			"# TYPE seawall_runtime_output_%s_total counter\n",
			names[lost], names[lost], names[lost]);
		for (uint32_t i = 0; sw_notify_stats(c->notify, i, &s); i++) {
			sw_buf_printf(out,
				"seawall_runtime_output_%s_total{output=\"%s\",target=\"",
				names[lost], s.name);
			label(out, sw_str_from(s.target));
			sw_buf_printf(
				out, "\"} %llu\n", (unsigned long long)(lost ? s.lost : s.sent));
		}
	}
}

/* The text of GET /metrics. */
static void write_metrics(struct sw_watch_counts *c, struct sw_buf *out)
{
	one(out, "events_total", "events judged", &c->events);
	one(out, "events_unreadable_total", "records that could not be read", &c->broken);
	one(out, "events_dropped_total", "events that the kernel had to drop", &c->drops);
	one(out, "blind_windows_total", "times in which events were lost", &c->blind);
	one(out, "denied_executions_total", "executions of denied programs, killed or only told",
		&c->denied);
	one(out, "killed_executions_total", "executions of denied programs that were killed",
		&c->killed);
	one(out, "rules_reloads_total", "times that rules were read again", &c->reloads);
	one(out, "rules_reload_failures_total", "rules on disk that were not taken", &c->reloads_failed);
	pthread_mutex_lock(&c->lock);
	rules(c, out);
	pthread_mutex_unlock(&c->lock);
	outputs(c, out);
}

static void answer(
	const struct sw_watch_metrics *m, const struct sw_http_request *r, struct sw_buf *out)
{
	static const char type[] = "text/plain; version=0.0.4; charset=utf-8";
	bool get = sw_str_is(r->method, "GET"), head = sw_str_is(r->method, "HEAD");
	sw_autobuf body;
	int status = 200;

	sw_buf_init(&body, (size_t)64 << 20);
	if (!get && !head)
		status = 405;
	else if (sw_str_is(r->path, "/metrics") && !m->counts->health_only)
		write_metrics(m->counts, &body);
	else if (sw_str_is(r->path, m->health))
		sw_buf_addz(&body, "ok\n");
	else
		status = 404;
	sw_http_answer(out, status, body.n ? type : NULL, body.n, false);
	if (!head)
		sw_buf_addstr(out, sw_buf_str(&body));
}

static void client(const struct sw_watch_metrics *m, int fd)
{
	int64_t until = sw_now_ms() + CLIENT_MS, left;
	char in[SW_HTTP_HEAD_MAX];
	struct sw_http_request r;
	size_t n = 0, at = 0;
	int rc = 0;
	sw_autobuf out;

	sw_buf_init(&out, 0);
	while (rc == 0 && n < sizeof(in) && (left = until - sw_now_ms()) > 0) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		ssize_t got = poll(&p, 1, (int)left) > 0 ? recv(fd, in + n, sizeof(in) - n, 0) : 0;
		if (got <= 0)
			return;
		n += (size_t)got;
		rc = sw_http_head(sw_str_make(in, n), &r);
	}
	if (rc > 0)
		answer(m, &r, &out);
	else if (rc < 0)
		sw_http_answer(&out, -rc, NULL, 0, false);
	while (at < out.n && (left = until - sw_now_ms()) > 0) {
		struct pollfd p = {.fd = fd, .events = POLLOUT};
		ssize_t put = poll(&p, 1, (int)left) > 0
				      ? send(fd, out.p + at, out.n - at, MSG_NOSIGNAL)
				      : 0;
		if (put <= 0)
			return;
		at += (size_t)put;
	}
	shutdown(fd, SHUT_WR);
}

static void *serve(void *arg)
{
	struct sw_watch_metrics *m = arg;

	for (;;) {
		struct pollfd p[2] = {
			{.fd = m->fd, .events = POLLIN}, {.fd = m->stop, .events = POLLIN}};
		if (poll(p, 2, -1) < 0 && errno != EINTR)
			return NULL;
		if (p[1].revents)
			return NULL;
		int fd = p[0].revents ? accept4(m->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)
				      : -1;
		if (fd >= 0) {
			client(m, fd);
			close(fd);
		} else if (p[0].revents) {
			/* No descriptors left: not again at once. */
			poll(&p[1], 1, 100);
		}
	}
}

static int listen_on(const char *address, struct sw_error *err)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
				.ai_flags = AI_PASSIVE | AI_NUMERICHOST},
			*list = NULL;
	const char *colon = strrchr(address, ':');
	char host[128] = "";
	int fd = -1, on = 1;

	if (!colon || colon - address >= (ptrdiff_t)sizeof(host) || !colon[1])
		return sw_error_set(err, SW_EUSAGE, "--metrics %.200s: not ADDRESS:PORT", address);
	bool bracket = address[0] == '[' && colon > address && colon[-1] == ']';
	snprintf(host, sizeof(host), "%.*s", (int)(colon - address) - 2 * bracket,
		address + bracket);
	if (strcmp(host, "localhost") == 0)
		snprintf(host, sizeof(host), "127.0.0.1");
	int rc = getaddrinfo(host[0] ? host : NULL, colon + 1, &hints, &list);
	if (rc)
		return sw_error_set(
			err, SW_EUSAGE, "--metrics %.200s: %s", address, gai_strerror(rc));
	for (const struct addrinfo *i = list; i && fd < 0; i = i->ai_next) {
		fd = socket(i->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (fd < 0)
			continue;
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
		if (bind(fd, i->ai_addr, i->ai_addrlen) != 0 || listen(fd, 16) != 0) {
			rc = errno;
			close(fd);
			fd = -1;
		}
	}
	freeaddrinfo(list);
	return fd >= 0 ? fd
		       : sw_error_errno(err, SW_EIO, rc ? rc : errno, "--metrics %.200s", address);
}

int sw_watch_metrics_open(const char *address, const char *health,
	struct sw_watch_counts *counts, struct sw_watch_metrics **ret, struct sw_error *err)
{
	int fd = listen_on(address, err);

	if (fd < 0)
		return fd;
	struct sw_watch_metrics *m = calloc(1, sizeof(*m));
	int stop = eventfd(0, EFD_CLOEXEC);
	if (!m || stop < 0) {
		close(fd);
		free(m);
		return sw_error_set(err, SW_ELIMIT, "out of memory");
	}
	*m = (struct sw_watch_metrics){.counts = counts, .health = health, .fd = fd, .stop = stop};
	int rc = sw_thread_new(&m->thread, serve, m);
	if (rc) {
		close(fd);
		close(stop);
		free(m);
		return sw_error_errno(err, SW_EIO, rc, "a thread for metrics");
	}
	*ret = m;
	return 0;
}

void sw_watch_metrics_close(struct sw_watch_metrics *m)
{
	uint64_t one_more = 1;

	if (!m)
		return;
	if (write(m->stop, &one_more, sizeof(one_more)) == sizeof(one_more))
		pthread_join(m->thread, NULL);
	close(m->fd);
	close(m->stop);
	free(m);
}
