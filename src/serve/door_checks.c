/* SPDX-License-Identifier: Apache-2.0 */
/* Built-in and own checks, and the Pod Security Standards, at the door. */
#include "serve/door_impl.h"

bool door_run_checks(struct review *x, const struct sw_kube_object *o)
{
	static struct sw_source nowhere = {.name = SW_STR_INIT("admission")};
	struct sw_findings *fs = &x->d->findings;
	struct sw_kube_pod *pods;
	uint32_t n;
	struct sw_error err = {0};
	int64_t left = door_time_left(x);
	sw_findings_clear(fs);
	struct sw_source source = nowhere;
	struct sw_where w = {.source = &source,
		.line_arena = x->a,
		.root = o->value,
		.subject = sw_check_subject(o)};
	if (sw_kube_pods(x->a, o, &pods, &n, &err))
		return false;
	sw_check_runner_timeout(x->d->runner, left > 0 ? left : 1);
	return sw_check_object(x->d->runner, o, n > 0, &w, &err) == 0;
}

static enum sw_door_action action_of(
	const struct sw_door_opts *o, const struct sw_finding *f, bool *ret_any)
{
	bool enforced = door_in(&o->enforce, f->rule->id) ||
			(o->enforce_severity && f->severity >= o->enforce_severity);
	bool warned = o->warn_severity && f->severity >= o->warn_severity;
	*ret_any = enforced || warned;
	if (f->verdict == SW_VERDICT_NOT_EVALUATED)
		return enforced ? SW_DOOR_ERROR : SW_DOOR_DRYRUN;
	if (f->verdict == SW_VERDICT_MANUAL)
		return SW_DOOR_WARN;
	return enforced ? SW_DOOR_DENY : SW_DOOR_WARN;
}

static void take_finding(struct review *x, const struct sw_finding *f)
{
	bool any;
	enum sw_door_action action = action_of(x->d->p->opts, f, &any);
	if (!any || f->verdict == SW_VERDICT_PASS)
		return;
	struct sw_str message = sw_arena_str(x->a, f->message);
	struct sw_judgement *j = door_add(x, "check", f->rule->id, message, action);
	door_say(x, action, f->rule->id, message);
	if (action == SW_DOOR_ERROR && j) {
		j->open = !x->d->p->opts->fail_closed;
		x->js->late = x->js->late || door_time_left(x) < 0;
	}
}

void door_checks(struct review *x)
{
	const struct sw_door_opts *o = x->d->p->opts;
	if (!x->d->runner || !door_judges_object(x))
		return;
	if (!o->enforce.n && !o->enforce_severity && !o->warn_severity)
		return; /* they are loaded for /mutate only */
	if (!door_run_checks(x, &x->object)) {
		struct sw_judgement *j = door_add(x, "check", SW_STR("checks"),
			SW_STR("the object is larger than the limit"), SW_DOOR_ERROR);
		if (j)
			j->open = !o->fail_closed;
		return;
	}
	for (uint32_t i = 0; i < x->d->findings.n; i++)
		take_finding(x, x->d->findings.v[i]);
}

/* ---- Pod Security Standards ---- */

/* What of a pod the standards look at; an update that changes nothing of it is not judged again. */
static bool same_for_pss(const struct review *x)
{
	struct sw_value old = x->r->old_object;
	if (x->r->operation != SW_OP_UPDATE || !sw_defined(old) || x->r->sub_resource.n)
		return false;
	return sw_value_eq(sw_object_gets(x->r->object, SW_STR("spec")),
		       sw_object_gets(old, SW_STR("spec"))) &&
	       sw_value_eq(sw_value_path(x->r->object, "metadata", "annotations", NULL),
		       sw_value_path(old, "metadata", "annotations", NULL));
}

static void note_checks(
	struct review *x, const struct sw_pss_result *result, enum sw_door_action action)
{
	for (uint32_t i = 0; i < result->n; i++) {
		const struct sw_pss_check *c = &result->checks[i];
		if (c->verdict == SW_PSS_ALLOWED)
			continue;
		struct sw_str id = sw_arena_printf(x->a, "PSS-%s", c->id);
		door_add(x, "pss", id,
			sw_arena_printf(
				x->a, "%.*s (%.*s)", SW_STR_ARG(c->reason), SW_STR_ARG(c->detail)),
			action);
	}
}

/* One mode over all pods of the object: true when it is violated. */
static bool judge_mode(struct review *x, struct sw_pss_policy policy,
	const struct sw_kube_pod *pods, uint32_t n, enum sw_door_action action)
{
	bool violated = false;
	if (policy.level == SW_PSS_PRIVILEGED)
		return false;
	for (uint32_t i = 0; i < n; i++) {
		struct sw_pss_result result;
		sw_autobuf b;
		sw_buf_init(&b, 64 << 10);
		if (sw_pss_eval(x->a, policy, &pods[i], &result, NULL) || result.allowed)
			continue; /* a full arena is seen at the end of the review */
		violated = true;
		note_checks(x, &result, action);
		sw_pss_write_violation(&b, policy, &result, action != SW_DOOR_DENY);
		if (action == SW_DOOR_DENY)
			door_say(x, action, SW_STR("PodSecurity"), sw_buf_str(&b));
		else if (action == SW_DOOR_WARN)
			sw_answer_warn(x->answer, sw_buf_str(&b));
	}
	return violated;
}

static void modes_of(struct review *x, struct sw_pss_modes *ret)
{
	const struct sw_door_opts *o = x->d->p->opts;
	struct sw_value ns = o->pss_labels ? sw_policies_namespace(x->d->p, x->r->ns) : sw_undef();
	struct sw_pss_label_error errors[SW_PSS_LABELS];
	*ret = o->pss;
	if (!sw_defined(ns))
		return;
	uint32_t n = sw_pss_namespace(
		sw_value_path(ns, "metadata", "labels", NULL), &o->pss, ret, errors);
	for (uint32_t i = 0; i < n; i++)
		sw_answer_annotate(
			x->answer, "pod-security-label-error", sw_str_from(errors[i].label));
}

void door_pss(struct review *x)
{
	struct sw_pss_modes modes;
	struct sw_kube_pod *pods;
	uint32_t n;
	if (!x->d->pss || !door_judges_object(x) || same_for_pss(x))
		return;
	modes_of(x, &modes);
	if (sw_kube_pods(x->a, &x->object, &pods, &n, NULL) || !n)
		return;
	/* Templates are warned of; pods alone are refused, as upstream has it. */
	bool pod = sw_kube_is(&x->object, "", "Pod");
	bool denied = pod && judge_mode(x, modes.enforce, pods, n, SW_DOOR_DENY);
	judge_mode(x, modes.audit, pods, n, SW_DOOR_DRYRUN);
	if (!denied)
		judge_mode(x, modes.warn, pods, n, SW_DOOR_WARN);
}
