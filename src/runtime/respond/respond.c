/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/respond/respond.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "doc/json.h"
#include "runtime/state/container.h"

struct sw_respond {
	int fd;
	uint64_t second, lines, left_out;
	struct sw_buf line;
};

int sw_respond_open(const char *path, struct sw_respond **ret, struct sw_error *err)
{
	int fd = path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600)
		      : STDERR_FILENO;
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

/* {"time":…,"action":…,"done":…  up to what each kind adds. */
static void begin(struct sw_respond *r, uint64_t ts, const char *action, bool done,
	const struct sw_thread *t, struct sw_str container)
{
	char when[40];
	time_t sec = (time_t)(ts / 1000000000u);
	struct tm tm = {0};

	gmtime_r(&sec, &tm);
	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S", &tm);
	sw_buf_clear(&r->line);
	sw_buf_printf(&r->line, "{\"time\":\"%s.%09lluZ\",\"action\":\"%s\",\"done\":%s", when,
		(unsigned long long)(ts % 1000000000u), action, done ? "true" : "false");
	if (t)
		sw_buf_printf(&r->line, ",\"pid\":%lld", (long long)t->pid);
	if (t)
		member(&r->line, "process", sw_rstr_str(t->comm));
	member(&r->line, "container", container.n ? container : SW_STR("host"));
	const struct sw_container *c = t ? t->container : NULL;
	if (c && c->pod_name) {
		member(&r->line, "pod", sw_rstr_str(c->pod_name));
		member(&r->line, "namespace", sw_rstr_str(c->pod_ns));
	}
}

static void end(struct sw_respond *r, struct sw_str reason)
{
	member(&r->line, "reason", reason);
	if (r->left_out) {
		sw_buf_printf(&r->line, ",\"left_out\":%llu", (unsigned long long)r->left_out);
		r->left_out = 0;
	}
	sw_buf_addz(&r->line, "}\n");
	if (!r->line.overflow && write(r->fd, r->line.p, r->line.n) != (ssize_t)r->line.n)
		r->left_out++;
}

void sw_respond_denied(void *arg, const struct sw_sysev *ev, struct sw_str path, bool killed)
{
	struct sw_respond *r = arg;
	const struct sw_thread *t = ev->thread;

	if (!within_limit(r, ev->raw->ts))
		return;
	begin(r, ev->raw->ts, "kill", killed, t, t ? sw_rstr_str(t->container_id) : SW_STR(""));
	member(&r->line, "path", path);
	end(r, killed ? SW_STR("execution of a denied path")
		      : SW_STR("execution of a denied path; dry run, nothing was done"));
}

void sw_respond_action(struct sw_respond *r, const struct sw_respond_line *l)
{
	if (!within_limit(r, l->ts))
		return;
	begin(r, l->ts, l->action, l->done, l->thread, l->container);
	if (l->rule.n)
		member(&r->line, "rule", l->rule);
	if (l->file)
		member(&r->line, "file", sw_str_from(l->file));
	if (l->killed)
		sw_buf_printf(&r->line, ",\"processes\":%u", l->killed);
	end(r, l->reason ? sw_str_from(l->reason) : SW_STR("the alert"));
}
