/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "notify/impl.h"

enum {
	USER = 1 << 3,
	DATAGRAM = 60000 /* of a line; longer ones are cut, as syslog(3) cuts them */
};

struct syslog {
	char *target, *tag;
	int fd;
	bool udp;
};

static void shut(struct syslog *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

static int connect_unix(struct syslog *s, struct sw_error *err)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	const char *path = strcmp(s->target, "local") == 0 ? "/dev/log" : s->target;

	if (strlen(path) >= sizeof(a.sun_path))
		return sw_error_set(
			err, SW_EUSAGE, "syslog: %.200s: a long name for a socket", path);
	memcpy(a.sun_path, path, strlen(path));
	s->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (s->fd < 0 || connect(s->fd, (struct sockaddr *)&a, sizeof(a)) != 0)
		return sw_error_errno(err, SW_EIO, errno, "%s", path);
	return 0;
}

static int connect_udp(struct syslog *s, struct sw_error *err)
{
	struct addrinfo hints = {.ai_socktype = SOCK_DGRAM}, *list = NULL;
	char host[256];
	const char *p = s->target + 6, *end = p + strlen(p), *port = "514";
	const char *colon = strrchr(p, ':'), *close = strrchr(p, ']');

	if (colon && (!close || colon > close)) {
		port = colon + 1;
		end = colon;
	}
	if (*p == '[' && end > p && end[-1] == ']') {
		p++;
		end--;
	}
	snprintf(host, sizeof(host), "%.*s", (int)(end - p), p);
	int rc = getaddrinfo(host, port, &hints, &list);
	if (rc)
		return sw_error_set(err, SW_EIO, "syslog: %s: %s", s->target, gai_strerror(rc));
	for (const struct addrinfo *i = list; i && s->fd < 0; i = i->ai_next) {
		s->fd = socket(i->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		if (s->fd >= 0 && connect(s->fd, i->ai_addr, i->ai_addrlen) != 0)
			shut(s);
	}
	freeaddrinfo(list);
	return s->fd < 0 ? sw_error_errno(err, SW_EIO, errno, "%s", s->target) : 0;
}

static int head(const struct syslog *s, unsigned level, char *out, size_t size)
{
	time_t now = time(NULL);
	struct tm tm = {0};
	char t[64], host[256] = "-";

	if (!s->udp) {
		localtime_r(&now, &tm);
		strftime(t, sizeof(t), "%b %e %H:%M:%S", &tm);
		return snprintf(
			out, size, "<%u>%s %s[%d]: ", USER | level, t, s->tag, (int)getpid());
	}
	gmtime_r(&now, &tm);
	strftime(t, sizeof(t), "%Y-%m-%dT%H:%M:%SZ", &tm);
	gethostname(host, sizeof(host) - 1);
	return snprintf(
		out, size, "<%u>1 %s %s %s %d - - ", USER | level, t, host, s->tag, (int)getpid());
}

static int syslog_send(void *priv, unsigned level, struct sw_str line, struct sw_error *err)
{
	struct syslog *s = priv;
	char h[512];
	int n = head(s, level, h, sizeof(h));
	struct iovec v[2] = {
		{h, (size_t)n}, {(void *)line.p, line.n < DATAGRAM ? line.n : DATAGRAM}};
	struct msghdr m = {.msg_iov = v, .msg_iovlen = 2};

	/* Once more with a new socket: the daemon may have been restarted. */
	for (int tries = 0; tries < 2; tries++) {
		int rc = s->fd >= 0 ? 0 : s->udp ? connect_udp(s, err) : connect_unix(s, err);
		if (rc == 0 && sendmsg(s->fd, &m, MSG_NOSIGNAL) >= 0)
			return 0;
		if (rc == 0)
			sw_error_errno(err, SW_EIO, errno, "%s", s->target);
		shut(s);
	}
	return -SW_EIO;
}

static void syslog_close(void *priv)
{
	struct syslog *s = priv;

	shut(s);
	free(s->target);
	free(s->tag);
	free(s);
}

static const struct sw_sink_ops ops = {
	.name = "syslog", .send = syslog_send, .close = syslog_close};

int sw_notify_syslog(struct sw_notify *n, const char *target, const char *tag, struct sw_error *err)
{
	struct syslog *s = calloc(1, sizeof(*s));

	if (!s)
		return sw_error_set(err, SW_ELIMIT, "out of memory");
	*s = (struct syslog){.target = strdup(target),
		.tag = strdup(tag),
		.fd = -1,
		.udp = strncmp(target, "udp://", 6) == 0};
	int rc = s->target && s->tag ? 0 : sw_error_set(err, SW_ELIMIT, "out of memory");
	if (rc == 0 && !s->udp && strcmp(target, "local") != 0 && target[0] != '/')
		rc = sw_error_set(err, SW_EUSAGE,
			"syslog: \"%s\" is not local, udp://HOST:PORT or a path", target);
	if (rc) {
		syslog_close(s);
		return rc;
	}
	return sw_notify_add(n, &ops, s, target, err);
}
