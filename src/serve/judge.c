/* SPDX-License-Identifier: Apache-2.0 */
/* From the bytes of a review to the bytes of its answer, counted and logged. */
#include <time.h>

#include "base/clock.h"
#include "doc/json.h"
#include "serve/server_impl.h"

enum { LOG_FLUSH = 32 << 10, LOG_MAX = 4 << 20 };

static const char *const actions[SW_DOOR_ACTIONS] = {"deny", "warn", "dryrun", "error"};

int bench_init(struct bench *b, struct server *s, struct sw_policies *p, struct sw_error *err)
{
	b->s = s;
	sw_arena_init(&b->arena, REVIEW_MEMORY);
	b->shapes = sw_json_shapes_new();
	sw_answer_init(&b->answer);
	sw_buf_init(&b->log, LOG_MAX);
	return sw_door_new(p, &b->door, err);
}

void bench_release(struct bench *b)
{
	if (!b->s)
		return;
	bench_flush(b);
	sw_door_free(atomic_exchange(&b->next, NULL));
	sw_door_free(b->door);
	sw_arena_release(&b->arena);
	sw_json_shapes_free(b->shapes);
	sw_answer_release(&b->answer);
	sw_buf_release(&b->log);
}

void bench_flush(struct bench *b)
{
	if (b->log.n && sw_logfile_write(b->s->decisions, sw_buf_str(&b->log)))
		sw_metrics_add(&b->s->metrics, SW_M_LOG_LOST, 1);
	sw_buf_clear(&b->log);
}

/* ---- the decision log ---- */

static void pair(struct sw_buf *b, const char *key, struct sw_str v)
{
	sw_buf_printf(b, ",\"%s\":", key);
	sw_json_write_str(b, v, 0);
}

static void when(struct sw_buf *b)
{
	struct timespec now;
	struct tm tm;
	char text[32];
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	sw_buf_printf(b, "{\"time\":\"%s.%06ldZ\"", text, now.tv_nsec / 1000);
}

/* What a policy says about a Secret may quote it. */
static void log_judgements(struct sw_buf *b, const struct sw_judgements *js, bool secret)
{
	sw_buf_addz(b, ",\"judgements\":[");
	for (uint32_t i = 0; i < js->n && i < 256; i++) {
		const struct sw_judgement *j = &js->v[i];
		sw_buf_printf(b, "%s{\"engine\":\"%s\",\"action\":\"%s\"", i ? "," : "", j->engine,
			actions[j->action]);
		pair(b, "policy", j->policy);
		pair(b, "message",
			secret ? SW_STR("(redacted: it is about a Secret)")
			       : sw_str_sub(j->message, 0, 2048));
		sw_buf_addch(b, '}');
	}
	sw_buf_addch(b, ']');
	if (js->n > 256)
		sw_buf_printf(b, ",\"more\":%u", js->n - 256);
}

static void log_notes(struct sw_buf *b, const struct sw_judgements *js, bool secret)
{
	sw_buf_addz(b, ",\"auditAnnotations\":{");
	for (uint32_t i = 0; i < js->n_notes && i < 256; i++) {
		if (i)
			sw_buf_addch(b, ',');
		sw_json_write_str(b, js->notes[i].key, 0);
		sw_buf_addch(b, ':');
		sw_json_write_str(b,
			secret ? SW_STR("(redacted: it is about a Secret)")
			       : sw_str_sub(js->notes[i].value, 0, 2048),
			0);
	}
	sw_buf_addch(b, '}');
}

static const char *verdict(const struct bench *b, const struct sw_judgements *js)
{
	return js->excluded ? "excluded" : b->answer.allowed ? "allowed" : "denied";
}

static void log_review(struct bench *b, const struct sw_admission *r,
	const struct sw_judgements *js, bool mutate, int64_t ns)
{
	struct sw_buf *l = &b->log;
	bool secret = sw_str_is(r->kind, "Secret") && !r->group.n;
	if (!b->s->decisions)
		return;
	when(l);
	pair(l, "uid", r->uid);
	sw_buf_printf(l, ",\"verdict\":\"%s\",\"webhook\":\"%s\",\"operation\":\"%s\"",
		verdict(b, js), mutate ? "mutate" : "validate", sw_operation_name(r->operation));
	pair(l, "group", r->group);
	pair(l, "version", r->version);
	pair(l, "kind", r->kind);
	if (r->sub_resource.n)
		pair(l, "subResource", r->sub_resource);
	pair(l, "namespace", r->ns);
	pair(l, "name",
		r->name.n ? r->name
			  : sw_value_getstr(sw_object_gets(r->object, SW_STR("metadata")), "name"));
	pair(l, "user", r->user);
	if (r->dry_run)
		sw_buf_addz(l, ",\"dryRun\":true");
	if (js->late)
		sw_buf_addz(l, ",\"late\":true");
	if (b->answer.patch.n)
		sw_buf_printf(l, ",\"patches\":%u", b->answer.patch.n);
	if (js->n)
		log_judgements(l, js, secret);
	if (js->n_notes)
		log_notes(l, js, secret);
	sw_buf_printf(l, ",\"micros\":%lld}\n", (long long)(ns / 1000));
	if (l->n > LOG_FLUSH)
		bench_flush(b);
}

/* ---- counting ---- */

static void count(struct bench *b, const struct sw_judgements *js, bool mutate)
{
	struct sw_metrics *m = &b->s->metrics;
	bool error = false;
	for (uint32_t i = 0; i < js->n; i++) {
		error = error || js->v[i].action == SW_DOOR_ERROR;
		sw_metrics_policy(m, js->v[i].engine, js->v[i].policy, actions[js->v[i].action]);
	}
	if (mutate)
		sw_metrics_add(m, SW_M_MUTATED, b->answer.patch.n > 0);
	sw_metrics_add(m,
		js->excluded				      ? SW_M_EXCLUDED
		: !b->answer.allowed && b->answer.code != 403 ? SW_M_FAILED_CLOSED
		: !b->answer.allowed			      ? SW_M_DENIED
		: error					      ? SW_M_FAILED_OPEN
		: b->answer.n_warnings			      ? SW_M_WARNED
							      : SW_M_ALLOWED,
		1);
}

/* ---- judging ---- */

static void take_new_door(struct bench *b)
{
	if (!atomic_load_explicit(&b->next, memory_order_relaxed))
		return;
	struct sw_door *d = atomic_exchange(&b->next, NULL);
	if (d) {
		sw_door_free(b->door);
		b->door = d;
	}
}

int judge(struct bench *b, struct sw_str body, bool mutate, int64_t start, int64_t deadline,
	int64_t budget, struct sw_buf *out, char *uid, size_t *n_uid, struct sw_error *err)
{
	struct sw_admission r;
	struct sw_judgements js;
	struct sw_str id = {NULL, 0};
	take_new_door(b);
	sw_arena_reset(&b->arena);
	int rc = sw_admission_read(b->shapes, &b->arena, body, &r, &id, err);
	*n_uid = id.n < 128 ? id.n : 0;
	memcpy(uid, id.p ? id.p : "", *n_uid);
	if (rc == 0 && id.n >= 128)
		rc = sw_error_set(err, SW_EINVALID, "request.uid is longer than 127 bytes");
	if (rc)
		return -1;
	int64_t soon = sw_now_ns() + budget;
	bool may_wait = budget && soon < deadline;
	sw_door_may_ask(b->door, !may_wait, deadline);
	(mutate ? sw_door_mutate : sw_door_review)(
		b->door, &b->arena, &r, may_wait ? soon : deadline, &b->answer, &js);
	if (may_wait && (js.late || sw_door_would_ask(b->door)))
		return 0;
	sw_answer_write(out, id, &b->answer);
	int64_t took = sw_now_ns() - start;
	count(b, &js, mutate);
	sw_metrics_latency(&b->s->metrics, took);
	log_review(b, &r, &js, mutate, took);
	return 1;
}

void judge_undecided(struct bench *b, struct sw_str uid, int code, const char *why, int64_t start,
	struct sw_buf *out)
{
	bool closed = b->s->o->door.fail_closed;
	int64_t took = sw_now_ns() - start;
	sw_door_undecided(closed, code, why, &b->answer);
	sw_answer_write(out, uid, &b->answer);
	sw_metrics_add(&b->s->metrics, closed ? SW_M_FAILED_CLOSED : SW_M_FAILED_OPEN, 1);
	sw_metrics_latency(&b->s->metrics, took);
	if (!b->s->decisions)
		return;
	when(&b->log);
	pair(&b->log, "uid", uid);
	sw_buf_printf(&b->log, ",\"verdict\":\"%s\"", closed ? "denied" : "allowed");
	pair(&b->log, "undecided", sw_str_from(why));
	sw_buf_printf(&b->log, ",\"micros\":%lld}\n", (long long)(took / 1000));
}
