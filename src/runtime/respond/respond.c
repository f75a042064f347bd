/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/respond/respond.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "doc/json.h"

struct sw_respond {
	int fd;
	uint64_t second, lines, left_out;
	struct sw_buf line;
};

int sw_respond_open(const char *path, struct sw_respond **ret, struct sw_error *err)
{
	int fd = path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600) : STDERR_FILENO;
	struct sw_respond *r = fd >= 0 ? calloc(1, sizeof(*r)) : NULL;

	if (fd < 0)
		return sw_error_errno(err, SW_EIO, errno, "cannot open %s", path);
	if (!r) {
		if (path)
			close(fd);
		return sw_error_set(err, SW_ELIMIT, "no memory");
	}
	r->fd = fd;
	sw_buf_init(&r->line, 1 << 20);
	*ret = r;
	return 0;
}

void sw_respond_close(struct sw_respond *r)
{
	if (!r)
		return;
	if (r->fd > STDERR_FILENO)
		close(r->fd);
	sw_buf_release(&r->line);
	free(r);
}

static void member(struct sw_buf *b, const char *key, struct sw_str value)
{
	sw_buf_printf(b, ",\"%s\":", key);
	sw_json_write_str(b, value, 0);
}

static bool within_limit(struct sw_respond *r, uint64_t ts)
{
	uint64_t second = ts / 1000000000u;

	if (second != r->second) {
		r->second = second;
		r->lines = 0;
	}
	if (r->lines++ < SW_RESPOND_PER_SECOND)
		return true;
	r->left_out++;
	return false;
}

void sw_respond_denied(void *arg, const struct sw_sysev *ev, struct sw_str path, bool killed)
{
	struct sw_respond *r = arg;
	const struct sw_thread *t = ev->thread;
	char when[40];
	time_t sec = (time_t)(ev->raw->ts / 1000000000u);
	struct tm tm = {0};

	if (!within_limit(r, ev->raw->ts))
		return;
	gmtime_r(&sec, &tm);
	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S", &tm);
	sw_buf_clear(&r->line);
	sw_buf_printf(&r->line, "{\"time\":\"%s.%09lluZ\",\"action\":\"kill\",\"done\":%s", when,
		(unsigned long long)(ev->raw->ts % 1000000000u), killed ? "true" : "false");
	sw_buf_printf(&r->line, ",\"pid\":%lld", (long long)(t ? t->pid : ev->raw->tid));
	member(&r->line, "path", path);
	member(&r->line, "process", t ? sw_rstr_str(t->comm) : SW_STR(""));
	member(&r->line, "container", t && t->container_id ? sw_rstr_str(t->container_id) : SW_STR("host"));
	member(&r->line, "reason", killed ? SW_STR("execution of a denied path") :
		SW_STR("execution of a denied path; dry run, nothing was done"));
	if (r->left_out) {
		sw_buf_printf(&r->line, ",\"left_out\":%llu", (unsigned long long)r->left_out);
		r->left_out = 0;
	}
	sw_buf_addz(&r->line, "}\n");
	if (!r->line.overflow && write(r->fd, r->line.p, r->line.n) != (ssize_t)r->line.n)
		r->left_out++;
}
