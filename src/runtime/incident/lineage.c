/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/incident/lineage.h"

#include <ctype.h>

#include "base/cleanup.h"
#include "runtime/capture/source.h"
#include "runtime/state/container.h"

/* What generated names are made of: no vowels, no 0, 1 and 3 (k8s.io/apimachinery, util/rand). */
static bool generated(struct sw_str s, size_t least, size_t most)
{
	if (s.n < least || s.n > most)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!memchr("bcdfghjklmnpqrstvwxz2456789", s.p[i], 27))
			return false;
	return true;
}

static bool digits(struct sw_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!isdigit((unsigned char)s.p[i]))
			return false;
	return s.n > 0;
}

struct sw_str sw_pod_owner(struct sw_str pod)
{
	size_t dash = sw_str_rfind(pod, SW_STR("-"));

	if (dash == SW_NPOS || dash == 0)
		return pod;
	struct sw_str tail = sw_str_sub(pod, dash + 1, pod.n), rest = sw_str_sub(pod, 0, dash);
	if (digits(tail) && tail.n < 6)
		return rest;
	if (!generated(tail, 5, 5))
		return pod;
	dash = sw_str_rfind(rest, SW_STR("-"));
	/* The hash of a pod template; or of a CronJob's Job, which is a time in minutes. */
	if (dash != SW_NPOS && dash > 0) {
		struct sw_str hash = sw_str_sub(rest, dash + 1, rest.n);
		if (generated(hash, 6, 10) || (digits(hash) && hash.n == 8))
			return sw_str_sub(rest, 0, dash);
	}
	return rest;
}

/* Below these a line of its own begins, on the host. */
static bool is_manager(const struct sw_thread *t)
{
	static const char *const names[] = {"systemd", "init", "containerd-shim", "runc", "crun",
		"conmon", "dockerd", "containerd", "crio", "kubelet", "sshd", "login", "cron",
		"crond", "atd", "supervisord", "tini"};
	struct sw_str comm = sw_rstr_str(t->comm);

	if (t->pid <= 1)
		return true;
	for (size_t i = 0; i < SW_ARRAY_LEN(names); i++)
		if (sw_str_is(comm, names[i]))
			return true;
	return sw_str_starts(comm, SW_STR("containerd-shim")) ||
	       sw_str_starts(comm, SW_STR("runc:["));
}

static struct sw_str text_of(struct sw_arena *a, const struct sw_thread *t)
{
	struct sw_str exe = sw_rstr_str(t->exe), args = sw_rstr_str(t->args);

	while (args.n && args.p[args.n - 1] == 0)
		args.n--;
	args = sw_str_sub(args, 0, SW_LINEAGE_TEXT);
	char *p = sw_arena_alloc(a, exe.n + 1 + args.n);
	if (!p || !args.n)
		return sw_str_sub(exe, 0, SW_LINEAGE_TEXT);
	memcpy(p, exe.p, exe.n);
	p[exe.n] = ' ';
	for (size_t i = 0; i < args.n; i++)
		p[exe.n + 1 + i] = args.p[i] ? args.p[i] : ' ';
	return sw_str_sub(sw_str_make(p, exe.n + 1 + args.n), 0, SW_LINEAGE_TEXT);
}

static void take_line(struct sw_arena *a, const struct sw_sysev *e, struct sw_descent *d)
{
	struct sw_thread *line[SW_LINEAGE_DEPTH];
	struct sw_thread *t = sw_thread_main(e->state, e->thread);
	uint32_t n = 0;

	t = t ? t : e->thread;
	struct sw_str id = t ? sw_rstr_str(t->container_id) : SW_STR("");
	while (t && n < SW_LINEAGE_DEPTH) {
		if (n && (!sw_str_eq(sw_rstr_str(t->container_id), id) || (!id.n && is_manager(t))))
			break;
		line[n++] = t;
		struct sw_thread *p = sw_thread_parent(e->state, t);
		t = p ? sw_thread_main(e->state, p) : NULL;
	}
	d->n = n;
	for (uint32_t i = 0; i < n; i++) {
		const struct sw_thread *p = line[n - 1 - i];
		struct sw_str exe = sw_rstr_str(p->exepath);
		d->line[i].exe = exe.n && !sw_str_is(exe, "<NA>") ? exe : sw_rstr_str(p->comm);
		d->line[i].cmdline = text_of(a, p);
		d->line[i].pid = p->pid;
	}
}

static void take_audit(const struct sw_alert *alert, struct sw_arena *a, struct sw_descent *d)
{
	d->ns = sw_alert_field(alert, a, "ka.target.namespace");
	d->user = sw_alert_field(alert, a, "ka.user.name");
	d->workload = d->ns.n ? sw_arena_printf(a, "namespace %.*s", SW_STR_ARG(d->ns))
			      : SW_STR("cluster");
	if (!d->user.n)
		return;
	d->line[0].exe = d->line[0].cmdline = d->user;
	d->line[0].pid = -1;
	d->n = 1;
	/* What was done to what: the pods of one owner are one. */
	struct sw_str verb = sw_alert_field(alert, a, "ka.verb"),
		      what = sw_alert_field(alert, a, "ka.target.resource");
	struct sw_str sub = sw_alert_field(alert, a, "ka.target.subresource");
	struct sw_str name = sw_alert_field(alert, a, "ka.target.name");
	if (sw_str_is(what, "pods"))
		name = sw_pod_owner(name);
	struct sw_str s = sw_arena_printf(a, "%.*s %.*s%s%.*s %.*s", SW_STR_ARG(verb),
		SW_STR_ARG(what), sub.n ? "/" : "", SW_STR_ARG(sub), SW_STR_ARG(name));
	if (!what.n || !s.p)
		return;
	d->line[1].exe = d->line[1].cmdline = sw_str_sub(sw_str_trim(s), 0, SW_LINEAGE_TEXT);
	d->line[1].pid = -1;
	d->n = 2;
}

void sw_alert_descent(const struct sw_alert *alert, struct sw_arena *a, struct sw_descent *ret)
{
	struct sw_descent *d = ret;

	memset(d, 0, sizeof(*d));
	if (alert->event->source == SW_SOURCE_K8S_AUDIT) {
		take_audit(alert, a, d);
		return;
	}
	d->ns = sw_alert_field(alert, a, "k8s.ns.name");
	d->pod = sw_alert_field(alert, a, "k8s.pod.name");
	d->container = sw_alert_field(alert, a, "container.name");
	d->image = sw_alert_field(alert, a, "container.image.repository");
	d->instance = sw_alert_field(alert, a, "container.id");
	d->user = sw_alert_field(alert, a, "user.name");
	bool host = !d->instance.n || sw_str_is(d->instance, "host");
	if (host)
		d->instance = d->container = SW_STR("");
	if (d->pod.n) {
		struct sw_str owner = sw_pod_owner(d->pod);
		d->workload = sw_arena_printf(a, "%.*s/%.*s", SW_STR_ARG(d->ns), SW_STR_ARG(owner));
	} else if (host) {
		d->workload = SW_STR("host");
	} else if (d->image.n) {
		d->workload = sw_arena_printf(a, "image %.*s", SW_STR_ARG(d->image));
	} else {
		d->workload = sw_arena_printf(a, "container %.*s", SW_STR_ARG(d->instance));
	}
	const struct sw_sysev *e = alert->event->lookup ? NULL : sw_event_sysev(alert->event);
	if (e && e->thread) {
		take_line(a, e, d);
		return;
	}
	struct sw_str exe = sw_alert_field(alert, a, "proc.exepath");
	d->line[0].exe = exe.n ? exe : sw_alert_field(alert, a, "proc.name");
	d->line[0].cmdline =
		sw_str_sub(sw_alert_field(alert, a, "proc.cmdline"), 0, SW_LINEAGE_TEXT);
	d->line[0].pid = -1;
	d->n = d->line[0].exe.n > 0;
}
