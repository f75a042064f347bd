/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/clock.h"
#include "serve/door_impl.h"

/* A constraint may choose its own fail policy with this annotation: "open" or "closed". */
#define FAIL_POLICY "seawall.dev/fail-policy"

/* ---- life ---- */

static int policy_error(struct sw_policies *p, struct sw_value object, struct sw_error *err)
{
	p->failed = object;
	struct sw_str name = sw_value_getstr(sw_object_gets(object, SW_STR("metadata")), "name");
	struct sw_str kind = sw_value_getstr(object, "kind");
	return sw_error_prefix(err, "%.*s/%.*s: ", SW_STR_ARG(kind), SW_STR_ARG(name));
}

/* One that contradicts another would be left out silently: that is an error here. */
static int add_other(struct sw_door *d, struct sw_value object, struct sw_error *err)
{
	switch (sw_gk_kind_of(object)) {
	case SW_GK_MUTATOR:
		return sw_gk_add_mutator(d->gk, object, err);
	case SW_GK_EXPANSION:
		d->expands = true;
		return sw_gk_add_expansion(d->gk, object, err);
	case SW_GK_ADMISSION:
		return sw_gk_add_admission(d->gk, object, err);
	default:
		return sw_gk_add_config(d->gk, object, err);
	}
}

static int load_gatekeeper(struct sw_door *d, struct sw_error *err)
{
	struct sw_policies *p = d->p;
	struct sw_gk_opts opts = {
		.enforcement_point = SW_STR("validation.gatekeeper.sh"),
		.limits = p->opts->limits,
		.dual = p->opts->dual,
		.external_data = p->opts->external_data,
		.external_ttl_ns = p->opts->external_ttl_ns,
		.answers = p->opts->answers,
		.client_cert = p->opts->client_cert,
		.client_key = p->opts->client_key};
	struct sw_error own = {0};
	int rc = 0;
	err = err ? err : &own;
	d->gk = sw_gk_new(&opts);
	for (uint32_t i = 0; !rc && i < p->n_templates; i++)
		if ((rc = sw_gk_add_template(d->gk, p->templates[i], err)))
			policy_error(p, p->templates[i], err);
	for (uint32_t i = 0; !rc && i < p->n_constraints; i++)
		if ((rc = sw_gk_add_constraint(d->gk, p->constraints[i], NULL, err)))
			policy_error(p, p->constraints[i], err);
	for (uint32_t i = 0; !rc && i < p->n_others; i++)
		if ((rc = add_other(d, p->others[i], err)))
			policy_error(p, p->others[i], err);
	for (uint32_t i = 0; !rc && i < p->n_data; i++)
		if ((rc = sw_gk_add_data(d->gk, p->data[i], err)))
			policy_error(p, p->data[i], err);
	for (uint32_t i = 0; !rc && i < p->n_params; i++)
		rc = sw_gk_add_param(d->gk, p->params[i], err);
	return rc;
}

int sw_door_new(struct sw_policies *p, struct sw_door **ret, struct sw_error *err)
{
	struct sw_door *d = calloc(1, sizeof(*d));
	if (!d)
		return sw_error_set(err, SW_ELIMIT, "no memory left for policies");
	sw_policies_ref(p);
	d->p = p;
	sw_findings_init(&d->findings, 64 << 20);
	const struct sw_pss_modes *m = &p->opts->pss;
	d->pss = (p->opts->pss_labels && p->n_namespaces) || m->enforce.level || m->audit.level ||
		 m->warn.level;
	if (p->packs)
		d->runner = sw_check_runner_new(p->packs, &d->findings);
	if (p->rego) {
		struct sw_rego_eval_opts opts = {.limits = p->opts->limits};
		d->rego = sw_rego_eval_new(p->rego, &opts);
	}
	int rc = load_gatekeeper(d, err);
	if (rc)
		sw_door_free(d);
	else
		*ret = d;
	return rc;
}

void sw_door_free(struct sw_door *d)
{
	if (!d)
		return;
	sw_gk_free(d->gk);
	sw_check_runner_free(d->runner);
	sw_findings_release(&d->findings);
	sw_rego_eval_free(d->rego);
	sw_policies_unref(d->p);
	free(d);
}

void sw_door_may_ask(struct sw_door *d, bool may, int64_t deadline_ns)
{
	sw_gk_external_begin(d->gk, may, deadline_ns);
}

bool sw_door_would_ask(const struct sw_door *d)
{
	return sw_gk_external_refused(d->gk);
}

uint32_t sw_door_constraints(const struct sw_door *d)
{
	return sw_gk_constraints(d->gk);
}

/* ---- judgements ---- */

struct sw_judgement *door_add(struct review *x, const char *engine, struct sw_str policy,
	struct sw_str message, enum sw_door_action action)
{
	struct sw_judgements *js = x->js;
	if (js->n == js->cap) {
		uint32_t cap = js->cap ? js->cap * 2 : 16;
		void *v = cap > SW_JUDGEMENTS_MAX
				  ? NULL
				  : sw_arena_grow(x->a, js->v, js->n * sizeof(*js->v),
					    cap * sizeof(*js->v));
		if (!v) {
			js->full = js->lost[action] = true;
			return NULL;
		}
		js->v = v;
		js->cap = cap;
	}
	struct sw_judgement *j = &js->v[js->n++];
	*j = (struct sw_judgement){
		.engine = engine, .policy = policy, .message = message, .action = action};
	return j;
}

void door_say(
	struct review *x, enum sw_door_action action, struct sw_str name, struct sw_str message)
{
	struct sw_buf *m = &x->answer->message;
	if (action == SW_DOOR_WARN) {
		sw_autobuf b;
		sw_buf_init(&b, 64 << 10);
		sw_buf_printf(&b, "[%.*s] %.*s", SW_STR_ARG(name),
			SW_STR_ARG(sw_str_sub(message, 0, 4096)));
		sw_answer_warn(x->answer, sw_buf_str(&b));
	} else if (action == SW_DOOR_DENY && m->n + name.n + message.n < m->max - 16) {
		sw_buf_printf(m, "%s[%.*s] ", m->n ? "\n" : "", SW_STR_ARG(name));
		sw_buf_addstr(m, message);
	}
}

int64_t door_time_left(const struct review *x)
{
	int64_t left = x->deadline_ns - sw_now_ns();
	return left > 0 ? left : -1;
}

bool door_in(const struct sw_paths *list, struct sw_str id)
{
	for (uint32_t i = 0; i < list->n; i++)
		if (sw_str_is(id, list->v[i]))
			return true;
	return false;
}

bool door_judges_object(const struct review *x)
{
	const struct sw_admission *r = x->r;
	if (!x->has_object || (r->operation != SW_OP_CREATE && r->operation != SW_OP_UPDATE))
		return false;
	/* An object that is being deleted must be let go, finalizers and all. */
	if (sw_defined(sw_object_gets(x->object.metadata, SW_STR("deletionTimestamp"))))
		return false;
	return !r->sub_resource.n || sw_str_is(r->sub_resource, "ephemeralcontainers") ||
	       sw_str_is(r->sub_resource, "resize");
}

/* ---- Gatekeeper ---- */

static enum sw_door_action action_of(struct sw_str s)
{
	return sw_str_is(s, "deny") ? SW_DOOR_DENY
	       : sw_str_is(s, "warn")
		       ? SW_DOOR_WARN
		       : SW_DOOR_DRYRUN; /* also what is not known, as Gatekeeper has it */
}

static enum sw_door_action result_action(const struct sw_gk_result *g)
{
	if (!sw_str_is(g->action, "scoped"))
		return action_of(g->action);
	enum sw_door_action strongest = SW_DOOR_DRYRUN;
	for (uint32_t i = 0; i < g->n_scoped; i++) {
		enum sw_door_action one = action_of(g->scoped[i]);
		strongest = one < strongest ? one : strongest;
	}
	return strongest;
}

/* `from`: what the object was generated from, NULL for the request's own. */
static void take_result(
	struct review *x, const struct sw_gk_result *g, const struct sw_gk_resultant *from)
{
	enum sw_door_action action =
		from && from->action.n ? action_of(from->action) : result_action(g);
	struct sw_str msg = g->msg;
	if (from)
		msg = sw_arena_printf(x->a, "[Implied by %.*s] %.*s", SW_STR_ARG(from->template),
			SW_STR_ARG(g->msg));
	struct sw_str policy =
		sw_arena_printf(x->a, "%.*s/%.*s", SW_STR_ARG(g->kind), SW_STR_ARG(g->name));
	/* A policy that would only be logged cannot fail a request either. */
	if (g->error && action == SW_DOOR_DENY)
		action = SW_DOOR_ERROR;
	struct sw_judgement *j = door_add(x, "gatekeeper", policy, msg, action);
	door_say(x, action, g->name, msg);
	if (action == SW_DOOR_ERROR && j) {
		struct sw_str own = sw_value_getstr(
			sw_value_path(g->constraint, "metadata", "annotations", NULL), FAIL_POLICY);
		j->open = own.n ? !sw_str_is(own, "closed") : !x->d->p->opts->fail_closed;
	}
	x->js->late = x->js->late || g->late;
}

static void failed(struct review *x, const char *engine, struct sw_str policy, const char *why)
{
	struct sw_judgement *j =
		door_add(x, engine, policy, sw_arena_str(x->a, sw_str_from(why)), SW_DOOR_ERROR);
	if (j)
		j->open = !x->d->p->opts->fail_closed;
	x->js->late = x->js->late || door_time_left(x) < 0;
}

/* What a workload will generate is judged with it (ExpansionTemplate). */
static void implied(struct review *x, const struct sw_gk_request *req)
{
	struct sw_gk_mutable m = {.object = x->r->object,
		.ns = req->ns,
		.operation = SW_STR("CREATE"),
		.user = x->r->user,
		.deadline_ns = x->deadline_ns};
	struct sw_gk_expanded out = {0};
	struct sw_gk_results results;
	struct sw_error err = {0};
	if (!x->d->expands || !door_judges_object(x))
		return;
	if (sw_gk_expand(x->d->gk, x->a, &m, &out, &err)) {
		failed(x, "gatekeeper", SW_STR("expansion"), err.text);
		return;
	}
	for (uint32_t i = 0; i < out.n; i++) {
		struct sw_gk_request one = {.object = out.v[i].object,
			.ns = req->ns,
			.operation = SW_STR("CREATE"),
			.source = SW_GK_GENERATED,
			.deadline_ns = x->deadline_ns};
		if (sw_gk_review(x->d->gk, x->a, &one, &results, &err)) {
			failed(x, "gatekeeper", SW_STR("expansion"), err.text);
			continue;
		}
		for (uint32_t k = 0; k < results.n; k++)
			take_result(x, &results.v[k], &out.v[i]);
	}
}

static void gatekeeper(struct review *x)
{
	struct sw_gk_request req = {.admission = x->r->request,
		.ns = x->r->ns.n ? sw_policies_namespace(x->d->p, x->r->ns) : sw_undef(),
		.deadline_ns = x->deadline_ns};
	struct sw_gk_results results;
	struct sw_error err = {0};
	if (!sw_gk_constraints(x->d->gk))
		return;
	if (sw_gk_review(x->d->gk, x->a, &req, &results, &err)) {
		failed(x, "gatekeeper", SW_STR("review"), err.text);
		return;
	}
	for (uint32_t i = 0; i < results.n; i++)
		take_result(x, &results.v[i], NULL);
	door_audit(x, &results);
	implied(x, &req);
}

/* ---- Rego in conftest's manner ---- */

static struct sw_str message_of(struct sw_value v)
{
	return v.type == SW_STRING ? sw_value_str(v) : sw_value_getstr(v, "msg");
}

static void run_entry(struct review *x, const struct sw_rego_entry *e)
{
	struct sw_rego_result result;
	struct sw_error err = {0};
	struct sw_str policy =
		sw_arena_printf(x->a, "%.*s.%.*s", SW_STR_ARG(e->package), SW_STR_ARG(e->rule));
	enum sw_door_action action = e->warn ? SW_DOOR_WARN : SW_DOOR_DENY;
	if (sw_rego_eval_run(x->d->rego, e->query, &result, &err)) {
		failed(x, "rego", policy, err.text);
		return;
	}
	struct sw_value v = result.value;
	if (sw_is_true(v) || v.type == SW_STRING) {
		struct sw_str msg =
			v.type == SW_STRING ? sw_arena_str(x->a, sw_value_str(v)) : policy;
		door_add(x, "rego", policy, msg, action);
		door_say(x, action, policy, msg);
	} else if (v.type == SW_SET || v.type == SW_ARRAY) {
		sw_array_foreach (it, v) {
			struct sw_str msg = sw_arena_str(x->a, message_of(*it));
			door_add(x, "rego", policy, msg.n ? msg : policy, action);
			door_say(x, action, policy, msg.n ? msg : policy);
		}
	}
}

/* The input is the object, as conftest has it from a file. */
static void rego(struct review *x)
{
	struct sw_rego_eval *ev = x->d->rego;
	if (!ev || !door_judges_object(x))
		return;
	int64_t left = door_time_left(x);
	struct sw_rego_eval_input in = {.input = x->r->object, .timeout_ns = left > 0 ? left : 1};
	sw_rego_eval_begin(ev, &in);
	for (uint32_t i = 0; i < x->d->p->n_entries; i++)
		run_entry(x, &x->d->p->entries[i]);
	sw_rego_eval_end(ev);
}

/* ---- the answer ---- */

static void join(struct sw_buf *out, struct sw_str policy)
{
	if (out->n > 1024 || sw_str_has(sw_buf_str(out), policy))
		return;
	if (out->n)
		sw_buf_addz(out, ", ");
	sw_buf_addstr(out, policy);
}

void sw_door_undecided(bool fail_closed, int code, const char *why, struct sw_answer *answer)
{
	sw_answer_clear(answer);
	sw_answer_annotate(answer, "undecided", sw_str_from(why));
	if (fail_closed) {
		answer->allowed = false;
		answer->code = code;
		answer->reason = code == 400   ? "BadRequest"
				 : code == 504 ? "Timeout"
					       : "InternalError";
		sw_buf_printf(&answer->message, "Seawall could not judge this request: %s", why);
	} else {
		sw_autobuf b;
		sw_buf_init(&b, 4096);
		sw_buf_printf(&b, "Seawall could not judge this request and let it pass: %s", why);
		sw_answer_warn(answer, sw_buf_str(&b));
	}
}

/* Errors that no denial makes moot. */
static void settle_errors(struct review *x, const struct sw_buf *names, bool closed)
{
	struct sw_answer *answer = x->answer;
	const char *why = x->js->late ? "the time was spent" : "see the decision log";
	if (!answer->allowed)
		return;
	if (closed) {
		answer->allowed = false;
		answer->code = x->js->late ? 504 : 500;
		answer->reason = x->js->late ? "Timeout" : "InternalError";
		sw_buf_printf(&answer->message, "could not be judged by %.*s: %s",
			SW_STR_ARG(sw_buf_str(names)), why);
		return;
	}
	sw_autobuf b;
	sw_buf_init(&b, 8192);
	sw_buf_printf(
		&b, "not judged, and let pass, by %.*s: %s", SW_STR_ARG(sw_buf_str(names)), why);
	sw_answer_warn(answer, sw_buf_str(&b));
}

static void settle(struct review *x)
{
	sw_autobuf denied, errors, dry;
	sw_buf_init(&denied, 4096);
	sw_buf_init(&errors, 4096);
	sw_buf_init(&dry, 4096);
	bool closed = false;
	for (uint32_t i = 0; i < x->js->n; i++) {
		const struct sw_judgement *j = &x->js->v[i];
		join(j->action == SW_DOOR_DENY	     ? &denied
			: j->action == SW_DOOR_ERROR ? &errors
						     : &dry,
			j->policy);
		closed = closed || (j->action == SW_DOOR_ERROR && !j->open);
	}
	if (x->js->lost[SW_DOOR_DENY])
		join(&denied, SW_STR("others"));
	if (x->js->lost[SW_DOOR_ERROR])
		join(&errors, SW_STR("others"));
	closed = closed || x->js->lost[SW_DOOR_ERROR];
	if (denied.n) {
		x->answer->allowed = false;
		x->answer->code = 403;
		x->answer->reason = "Forbidden";
		sw_answer_annotate(x->answer, "denied-by", sw_buf_str(&denied));
	}
	if (dry.n)
		sw_answer_annotate(x->answer, "noted-by", sw_buf_str(&dry));
	if (errors.n) {
		sw_answer_annotate(x->answer, "not-judged-by", sw_buf_str(&errors));
		settle_errors(x, &errors, closed);
	}
}

void sw_door_review(struct sw_door *d, struct sw_arena *a, const struct sw_admission *r,
	int64_t deadline_ns, struct sw_answer *answer, struct sw_judgements *ret)
{
	*ret = (struct sw_judgements){0};
	sw_answer_clear(answer);
	struct review x = {
		.d = d, .a = a, .r = r, .deadline_ns = deadline_ns, .answer = answer, .js = ret};
	struct sw_str ns = sw_str_is(r->kind, "Namespace") && !r->group.n ? r->name : r->ns;
	if (sw_policies_excluded(d->p, ns) || (ns.n && sw_gk_excluded(d->gk, "webhook", ns))) {
		ret->excluded = true;
		return;
	}
	x.has_object =
		sw_defined(r->object) && sw_kube_object_init(r->object, &x.object, NULL) == 0;
	/* The request says where it goes; the object of a Pod's template may not. */
	if (x.has_object && !x.object.ns.n)
		x.object.ns = r->ns;
	gatekeeper(&x);
	door_checks(&x);
	door_pss(&x);
	rego(&x);
	if (a->overflow || ret->full)
		failed(&x, "limit", SW_STR("memory"), "the review is larger than its limit");
	if (ret->n || a->overflow)
		settle(&x);
	if (a->overflow && !ret->n)
		sw_door_undecided(
			d->p->opts->fail_closed, 500, "it is larger than the limit", answer);
}
