/* SPDX-License-Identifier: Apache-2.0 */
/* What is served, and to whom. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/opt.h"
#include "policy/gatekeeper/gatekeeper.h"
#include "serve/server_impl.h"

#define TEXT "text/plain; charset=utf-8"
#define JSON "application/json"

static void answer(struct conn *c, int status, const char *type, struct sw_str body)
{
	sw_buf_clear(&c->out);
	sw_http_answer(&c->out, status, type, body.n, !c->close_after);
	sw_buf_addstr(&c->out, body);
}

void route_error(struct conn *c, int status, const char *text)
{
	sw_autobuf b;
	sw_buf_init(&b, 8192);
	sw_buf_printf(&b, "%s\n", text);
	answer(c, status, TEXT, sw_buf_str(&b));
}

static bool is_review(struct sw_str path)
{
	return sw_str_is(path, "/validate") || sw_str_is(path, "/mutate");
}

size_t route_body_max(const struct server *s, const struct sw_http_request *r)
{
	if (sw_str_is(r->path, "/audit"))
		return AUDIT_BODY_MAX;
	return is_review(r->path) ? s->o->max_body : 4096;
}

/* ---- health ---- */

static void readyz(struct conn *c)
{
	struct server *s = c->w->s;
	sw_autobuf b;
	sw_buf_init(&b, 16 << 10);
	bool draining = atomic_load(&s->draining);
	pthread_mutex_lock(&s->status_lock);
	sw_buf_printf(&b, "%s policies: %lld constraints%s%s\n", s->broken[0] ? "[!]" : "[+]",
		(long long)atomic_load(&s->metrics.constraints),
		s->broken[0] ? " in use; those on disk are broken: " : "", s->broken);
	sw_buf_printf(&b, "%s certificate%s%s\n", s->cert_broken[0] ? "[!]" : "[+]",
		s->cert_broken[0] ? " in use; the one on disk is broken: " : "", s->cert_broken);
	pthread_mutex_unlock(&s->status_lock);
	if (s->o->door.cluster)
		sw_cluster_ready(s->o->door.cluster, &b);
	sw_buf_addz(&b, draining ? "[-] shutting down\n" : "ready\n");
	answer(c, draining ? 503 : 200, TEXT, sw_buf_str(&b));
}

static void external_metrics(struct sw_gk_answers *a, struct sw_buf *b)
{
	struct sw_gk_answers_state s;
	sw_gk_answers_state(a, &s);
	sw_buf_printf(b,
		"# HELP seawall_external_data_requests_total Requests to Providers of external data.\n"
		"# TYPE seawall_external_data_requests_total counter\n"
		"seawall_external_data_requests_total{result=\"answered\"} %llu\n"
		"seawall_external_data_requests_total{result=\"failed\"} %llu\n"
		"# HELP seawall_external_data_answers Answers of Providers that are kept.\n"
		"# TYPE seawall_external_data_answers gauge\nseawall_external_data_answers %llu\n",
		(unsigned long long)(s.asked - s.failed), (unsigned long long)s.failed, (unsigned long long)s.kept);
}

static void metrics(struct conn *c)
{
	sw_autobuf b;
	sw_buf_init(&b, 16 << 20);
	sw_metrics_write(&c->w->s->metrics, &b);
	if (c->w->s->o->door.cluster)
		sw_cluster_metrics(c->w->s->o->door.cluster, &b);
	if (c->w->s->o->door.answers)
		external_metrics(c->w->s->o->door.answers, &b);
	answer(c, 200, "text/plain; version=0.0.4; charset=utf-8", sw_buf_str(&b));
}

static bool health(struct conn *c)
{
	struct sw_str p = c->req.path;
	if (sw_str_is(p, "/healthz") || sw_str_is(p, "/livez"))
		answer(c, 200, TEXT, SW_STR("ok\n"));
	else if (sw_str_is(p, "/readyz"))
		readyz(c);
	else if (sw_str_is(p, "/metrics"))
		metrics(c);
	else
		return false;
	return true;
}

/* ---- reviews ---- */

/* Before the API server loses patience: three quarters of its timeout, and at most the option. */
static int64_t deadline_of(const struct server *s, struct sw_str query)
{
	int64_t timeout = 10 * (int64_t)1000000000;
	struct sw_str text = sw_http_query(query, "timeout");
	if (text.p && (sw_opt_parse_duration(text, &timeout) || timeout <= 0 ||
			      timeout > 60 * (int64_t)1000000000))
		timeout = 10 * (int64_t)1000000000;
	timeout = timeout / 4 * 3;
	return timeout < s->o->deadline_ns ? timeout : s->o->deadline_ns;
}

static void review_answer(struct conn *c, const struct sw_buf *body)
{
	sw_http_answer(&c->out, 200, JSON, body->n, !c->close_after);
	sw_buf_addstr(&c->out, sw_buf_str(body));
}

static bool hand_over(struct conn *c, struct sw_str body, bool mutate, int64_t start,
	int64_t deadline, const char *uid, size_t n_uid)
{
	struct server *s = c->w->s;
	struct job *j = calloc(1, sizeof(*j));
	char *copy = j ? malloc(body.n + 1) : NULL;
	if (!copy) {
		free(j);
		return false;
	}
	memcpy(copy, body.p, body.n);
	memcpy(j->uid, uid, n_uid);
	j->n_uid = n_uid;
	j->w = c->w;
	j->conn = c;
	j->mutate = mutate;
	j->start = start;
	j->deadline = deadline;
	j->body = sw_str_make(copy, body.n);
	sw_buf_init(&j->answer, 64 << 20);
	c->job = j;
	c->phase = BUSY; /* before the other thread can be done */
	if (pool_put(&s->pool, j)) {
		sw_metrics_add(&s->metrics, SW_M_SLOW, 1);
		return true;
	}
	c->job = NULL;
	c->phase = BODY;
	job_free(j);
	return false;
}

static bool review(struct conn *c, struct sw_str body, bool mutate)
{
	struct server *s = c->w->s;
	struct bench *b = &c->w->bench;
	int64_t start = sw_now_ns(), deadline = start + deadline_of(s, c->req.query);
	int64_t budget = s->o->inline_ns;
	char uid[128];
	size_t n_uid = 0;
	struct sw_error err = {0};
	sw_autobuf out;
	sw_buf_init(&out, 64 << 20);
	if (s->o->static_answers) {
		sw_buf_addz(&out,
			"{\"apiVersion\":\"admission.k8s.io/"
			"v1\",\"kind\":\"AdmissionReview\",\"response\":"
			"{\"uid\":\"00000000-0000-0000-0000-000000000000\",\"allowed\":true}}\n");
		review_answer(c, &out);
		return true;
	}
	int rc = judge(b, body, mutate, start, deadline, budget, &out, uid, &n_uid, &err);
	if (rc == 0) {
		if (hand_over(c, body, mutate, start, deadline, uid, n_uid))
			return false;
		sw_metrics_add(&s->metrics, SW_M_OVERLOADED, 1);
		judge_undecided(
			b, sw_str_make(uid, n_uid), 503, "too many reviews at once", start, &out);
	} else if (rc < 0) {
		char text[1600];
		sw_metrics_add(&s->metrics, SW_M_MALFORMED, 1);
		if (!n_uid) {
			route_error(c, 400, sw_error_format(&err, text, sizeof(text)));
			return true;
		}
		judge_undecided(b, sw_str_make(uid, n_uid), 400, err.text, start, &out);
	}
	review_answer(c, &out);
	return true;
}

static void audit(struct conn *c, struct sw_str body)
{
	struct server *s = c->w->s;
	size_t at = 0;
	while (at < body.n && (body.p[at] == ' ' || body.p[at] == '\n' || body.p[at] == '\r' ||
				      body.p[at] == '\t'))
		at++;
	if (!s->audit)
		route_error(c, 404, "audit events are not taken: --audit-spool is not set");
	else if (at == body.n || body.p[at] != '{')
		route_error(c, 400, "the body is no EventList");
	else if (!sw_audit_put(s->audit, body))
		route_error(c, 429, "too many audit events wait to be written");
	else
		answer(c, 200, TEXT, SW_STR("ok\n"));
}

/* Who may ask for verdicts. */
static bool authorized(struct conn *c)
{
	const struct sw_server_opts *o = c->w->s->o;
	if (!o->client_required ||
		sw_tls_client_allowed(c->ssl, o->client_names.v, o->client_names.n))
		return true;
	sw_metrics_add(&c->w->s->metrics, SW_M_UNAUTHORIZED, 1);
	route_error(c, 403, "a client certificate that is allowed here is needed");
	return false;
}

static bool is_json(struct sw_str type)
{
	size_t end = sw_str_chr(type, ';', 0);
	return !type.n ||
	       sw_str_ieq(sw_str_trim(sw_str_sub(type, 0, end == SW_NPOS ? type.n : end)),
		       SW_STR(JSON));
}

bool route(struct conn *c, struct sw_str body)
{
	const struct sw_http_request *r = &c->req;
	bool get = sw_str_is(r->method, "GET"), post = sw_str_is(r->method, "POST");
	bool taker = is_review(r->path) || sw_str_is(r->path, "/audit");
	if (!taker && get && health(c))
		return true;
	if (!taker) {
		bool known = sw_str_is(r->path, "/healthz") || sw_str_is(r->path, "/livez") ||
			     sw_str_is(r->path, "/readyz") || sw_str_is(r->path, "/metrics");
		route_error(c, known ? 405 : 404,
			known ? "only GET is served here" : "there is nothing here");
		return true;
	}
	if (!c->ssl)
		route_error(c, 404, "only health is served without TLS");
	else if (!post)
		route_error(c, 405, "only POST is served here");
	else if (!is_json(r->content_type))
		route_error(c, 415, "the body must be application/json");
	else if (!authorized(c))
		return true;
	else if (sw_str_is(r->path, "/audit"))
		audit(c, body);
	else
		return review(c, body, sw_str_is(r->path, "/mutate"));
	return true;
}
