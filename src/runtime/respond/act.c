/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/respond/act.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "runtime/capture/source.h"
#include "runtime/respond/cut.h"
#include "runtime/respond/keep.h"
#include "runtime/respond/quarantine.h"
#include "runtime/respond/target.h"

enum { UNDO_MAX = 256, RECENT = 256, CAPTURE_PER_MINUTE = 6 };
#define AGAIN_NS                                                                                   \
	60000000000ull /* the same action against the same target is not done again within this    \
			  time */

/* What is to be undone when its time has come, or at the end. */
struct undo {
	struct sw_target target;
	unsigned action;
	uint64_t when; /* 0: at the end only */
	char container[SW_CONTAINER_ID_MAX];
};

struct recent {
	uint64_t key, ts;
};

struct sw_responder {
	struct sw_responder_options o;
	bool enforce;
	struct sw_cuts *cuts;
	struct sw_keep *keep;
	struct undo *undo[UNDO_MAX];
	uint32_t n_undo, next_recent, minute_n;
	struct recent recent[RECENT];
	uint64_t minute, files;
	struct sw_responder_stats stats;
};

int sw_responder_new(const struct sw_responder_options *o, struct sw_responder **ret,
	struct sw_error *ret_note, struct sw_error *err)
{
	unsigned wanted = 0;
	struct sw_responder *r = calloc(1, sizeof(*r));

	if (!r)
		return sw_error_set(err, SW_ELIMIT, "no memory");
	r->o = *o;
	r->enforce = o->enforce || o->plan->enforce;
	for (uint32_t i = 0; i < o->plan->n_responses; i++)
		wanted |= o->plan->responses[i].actions;
	if (wanted & SW_DO_CUT && r->enforce)
		sw_cuts_open(&r->cuts, ret_note);
	if (wanted & SW_DO_CAPTURE)
		r->keep = sw_keep_new(SW_KEEP_BYTES);
	*ret = r;
	return 0;
}

static void undo_one(struct sw_responder *r, uint32_t i)
{
	struct undo *u = r->undo[i];

	if (u->action == SW_DO_CUT)
		sw_cut_undo(r->cuts, u->target.cgroup);
	else
		sw_target_freeze(&u->target, false, NULL);
	free(u);
	r->undo[i] = r->undo[--r->n_undo];
}

void sw_responder_free(struct sw_responder *r)
{
	if (!r)
		return;
	while (r->n_undo)
		undo_one(r, 0);
	sw_cuts_close(r->cuts);
	sw_keep_free(r->keep);
	free(r);
}

void sw_responder_event(struct sw_responder *r, const struct sw_event *ev)
{
	const struct sw_sysev *e = sw_event_sysev(ev);

	if (!e)
		return;
	if (r->keep)
		sw_keep_event(r->keep, e);
	for (uint32_t i = r->n_undo; i-- > 0;) {
		const struct undo *u = r->undo[i];
		if (!u->when || ev->ts < u->when)
			continue;
		sw_respond_action(
			r->o.log, &(struct sw_respond_line){.ts = ev->ts,
					  .action = u->action == SW_DO_CUT ? "connect" : "thaw",
					  .done = true,
					  .container = sw_str_from(u->container),
					  .reason = "its time is over"});
		undo_one(r, i);
	}
}

/* ---- limits ---- */

static uint64_t key_of(const struct sw_target *t, unsigned action)
{
	uint64_t h = 1469598103934665603u ^ action;

	for (size_t i = 0; i < t->container.n; i++)
		h = (h ^ (unsigned char)t->container.p[i]) * 1099511628211u;
	/* The process counts where processes are meant, or where there is no container. */
	if (action == SW_DO_KILL || !t->container.n)
		h = (h ^ (uint64_t)t->thread->pid ^ t->thread->clone_ts) * 1099511628211u;
	return h;
}

static bool done_before(struct sw_responder *r, uint64_t key, uint64_t ts)
{
	for (size_t i = 0; i < RECENT; i++)
		if (r->recent[i].key == key && ts - r->recent[i].ts < AGAIN_NS)
			return true;
	r->recent[r->next_recent++ % RECENT] = (struct recent){key, ts};
	return false;
}

static bool over_limit(struct sw_responder *r, uint64_t ts)
{
	/* It begins with an action: with those of the clock twice as many could come within a moment. */
	if (!r->minute_n || ts - r->minute >= 60000000000u) {
		r->minute = ts;
		r->minute_n = 0;
	}
	return r->minute_n++ >= r->o.plan->per_minute;
}

/* ---- the actions ---- */

struct answer {
	struct sw_responder *r;
	const struct sw_alert *alert;
	const struct sw_sysev *ev;
	struct sw_target target;
	uint32_t seconds, killed;
	char file[512];
};

static int remember_undo(struct answer *a, unsigned action, struct sw_error *err)
{
	struct sw_responder *r = a->r;
	struct undo *u = r->n_undo < UNDO_MAX ? calloc(1, sizeof(*u)) : NULL;

	if (!u)
		return sw_error_set(err, SW_ELIMIT, "too much is to be undone already");
	u->target = a->target;
	u->target.thread = NULL;
	u->target.container = (struct sw_str){NULL, 0};
	u->action = action;
	u->when = a->seconds ? a->alert->event->ts + a->seconds * (uint64_t)1000000000u : 0;
	snprintf(u->container, sizeof(u->container), "%.*s", SW_STR_ARG(a->target.container));
	r->undo[r->n_undo++] = u;
	return 0;
}

static int cut(struct answer *a, struct sw_error *err)
{
	if (!a->r->cuts)
		return sw_error_set(err, SW_EUNSUPPORTED, "this machine cannot cut networks");
	if (!a->target.cgroup[0])
		return sw_error_set(
			err, SW_ENOENT, "the container has no cgroup of the second version");
	int rc = sw_cut(a->r->cuts, a->target.cgroup, err);
	if (rc == 0)
		rc = remember_undo(a, SW_DO_CUT, err);
	return rc;
}

static int freeze(struct answer *a, struct sw_error *err)
{
	int rc = sw_target_freeze(&a->target, true, err);

	return rc ? rc : remember_undo(a, SW_DO_FREEZE, err);
}

static int make_file(struct answer *a, const char *kind, struct sw_error *err)
{
	struct sw_str folder = a->r->o.plan->folder;
	time_t sec = (time_t)(a->alert->event->ts / 1000000000u);
	struct tm tm = {0};
	char when[32], dir[400];

	gmtime_r(&sec, &tm);
	strftime(when, sizeof(when), "%Y%m%dT%H%M%SZ", &tm);
	if ((size_t)snprintf(dir, sizeof(dir), "%.*s", SW_STR_ARG(folder)) >= sizeof(dir))
		return sw_error_set(err, SW_EINVALID, "the folder's name is too long");
	if (mkdir(dir, 0700) != 0 && errno != EEXIST)
		return sw_error_errno(err, SW_EIO, errno, "cannot make %s", dir);
	snprintf(a->file, sizeof(a->file), "%s/%s-%.12s-%llu.%s", dir, when,
		a->target.container.n ? a->target.container.p : "host",
		(unsigned long long)++a->r->files, kind);
	return 0;
}

static int policy(struct answer *a, struct sw_error *err)
{
	sw_autobuf text = {0};

	sw_buf_init(&text, 1 << 20);
	if (!sw_quarantine_policy(a->target.thread->container, a->alert->rule->name, &text))
		return sw_error_set(err, SW_ENOENT, "the container's pod is not known");
	int rc = make_file(a, "yaml", err);
	if (rc)
		return rc;
	sw_autoclose fd = open(a->file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0 || write(fd, text.p, text.n) != (ssize_t)text.n)
		return sw_error_errno(err, SW_EIO, errno, "cannot write %s", a->file);
	return 0;
}

static int capture(struct answer *a, struct sw_error *err)
{
	int rc = a->r->keep ? make_file(a, "scap", err) : sw_error_set(err, SW_ELIMIT, "no memory");

	if (rc == 0)
		rc = sw_keep_start(a->r->keep, a->file, a->ev, err);
	if (rc == 1) {
		snprintf(a->file, sizeof(a->file), "the running one goes on");
		rc = 0;
	}
	return rc;
}

static int act(struct answer *a, unsigned action, struct sw_error *err)
{
	switch (action) {
	case SW_DO_CUT:
		return cut(a, err);
	case SW_DO_FREEZE:
		return freeze(a, err);
	case SW_DO_KILL:
		return sw_target_kill(&a->target, &a->killed, err);
	case SW_DO_STOP:
		return sw_target_stop(&a->target, err);
	case SW_DO_POLICY:
		return policy(a, err);
	default:
		return capture(a, err);
	}
}

static void answer(struct answer *a, unsigned action)
{
	struct sw_responder *r = a->r;
	struct sw_error err = {0};
	struct sw_respond_line line = {.ts = a->alert->event->ts,
		.action = sw_action_name(action),
		.rule = a->alert->rule->name,
		.container = a->target.container,
		.thread = a->target.thread};
	/* Files change nothing on the node: nobody is protected from them, and they are written in
	 * a dry run. */
	bool passive = action == SW_DO_POLICY || action == SW_DO_CAPTURE;

	line.reason = passive ? NULL : sw_target_protected(&a->target);
	if (line.reason) {
		r->stats.protected ++;
	} else if (!a->target.thread) {
		line.reason = "the process is not known";
		r->stats.failed++;
	} else if (done_before(r, key_of(&a->target, action), line.ts)) {
		return;
	} else if (over_limit(r, line.ts)) {
		line.reason = "over the limit of actions per minute";
		r->stats.limited++;
	} else if (!r->enforce && !passive) {
		line.reason = "dry run; nothing was done";
		r->stats.dry++;
	} else if (act(a, action, &err) < 0) {
		line.reason = err.text;
		r->stats.failed++;
	} else {
		line.done = true;
		line.killed = a->killed;
		line.file = passive ? a->file : NULL;
		r->stats.done++;
	}
	sw_respond_action(r->o.log, &line);
	a->killed = 0;
}

void sw_responder_alert(struct sw_responder *r, const struct sw_alert *alert)
{
	struct answer a = {.r = r, .alert = alert, .ev = sw_event_sysev(alert->event)};

	if (!a.ev || !a.ev->state->live)
		return;
	bool host = !a.ev->thread || !a.ev->thread->container_id;
	unsigned todo = sw_response_plan_match(r->o.plan, alert->rule, host, &a.seconds);
	if (!todo)
		return;
	a.target.protect = r->o.plan->protect;
	a.target.n_protect = r->o.plan->n_protect;
	sw_target_find(&a.target, a.ev->state, a.ev->thread);
	for (unsigned i = 0; i < SW_DO__COUNT; i++)
		if (todo & 1u << i)
			answer(&a, 1u << i);
}

struct sw_responder_stats sw_responder_stats(const struct sw_responder *r)
{
	return r->stats;
}
