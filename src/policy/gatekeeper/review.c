/* SPDX-License-Identifier: Apache-2.0 */
/* The set of policies, and the review of one request by all constraints that match it. */
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "policy/gatekeeper/internal.h"

struct sw_gk *sw_gk_new(const struct sw_gk_opts *opts)
{
	struct sw_gk *gk = calloc(1, sizeof(*gk));
	if (!gk)
		abort();
	if (opts)
		gk->opts = *opts;
	if (!gk->opts.enforcement_point.n)
		gk->opts.enforcement_point = SW_STR("gator.gatekeeper.sh");
	gk->vap = sw_vap_set_new(!sw_str_is(gk->opts.enforcement_point, "validation.gatekeeper.sh") &&
				 !sw_str_is(gk->opts.enforcement_point, "audit.gatekeeper.sh"));
	sw_arena_init(&gk->arena, 0);
	sw_arena_init(&gk->inventory_arena, 0);
	sw_arena_init(&gk->data_arena, 0);
	sw_arena_init(&gk->kinds_arena, 0);
	sw_arena_init(&gk->scratch, 0);
	if (gk->opts.external_data)
		gk->external = gk_external_new(&gk->opts);
	struct sw_value meta = gk_with(&gk->arena, sw_undef(), SW_STR("name"), SW_VSTR("default"));
	gk->default_ns = gk_with(&gk->arena, sw_undef(), SW_STR("metadata"), meta);
	gk->namespaces = g_hash_table_new(gk_str_hash, gk_str_equal);
	gk->by_kind = g_hash_table_new(gk_str_hash, gk_str_equal);
	gk_table_init(&gk->known);
	gk_table_init(&gk->params);
	return gk;
}

void sw_gk_free(struct sw_gk *gk)
{
	if (!gk)
		return;
	sw_rego_sieve_free(gk->sieve);
	for (uint32_t i = 0; i < gk->n_templates; i++)
		gk_template_free(gk->templates[i]);
	sw_vap_set_free(gk->vap);
	gk_external_free(gk->external);
	g_hash_table_destroy(gk->namespaces);
	g_hash_table_destroy(gk->by_kind);
	gk_table_release(&gk->known);
	gk_table_release(&gk->params);
	sw_arena_release(&gk->scratch);
	sw_arena_release(&gk->kinds_arena);
	sw_arena_release(&gk->data_arena);
	sw_arena_release(&gk->inventory_arena);
	sw_arena_release(&gk->arena);
	free(gk);
}

void sw_gk_external_begin(struct sw_gk *gk, bool may_ask, int64_t deadline_ns)
{
	if (gk->external)
		gk_external_begin(gk->external, may_ask, deadline_ns);
}

bool sw_gk_external_refused(const struct sw_gk *gk)
{
	return gk->external && gk_external_refused(gk->external);
}

uint32_t sw_gk_constraints(const struct sw_gk *gk)
{
	return gk->n_constraints + sw_vap_set_size(gk->vap);
}

enum sw_gk_kind sw_gk_kind_of(struct sw_value object)
{
	struct sw_kube_object o;
	if (sw_kube_object_init(object, &o, NULL) < 0)
		return SW_GK_NOTHING;
	if (sw_kube_is(&o, "templates.gatekeeper.sh", "ConstraintTemplate"))
		return SW_GK_TEMPLATE;
	if (sw_str_is(o.group, "constraints.gatekeeper.sh"))
		return SW_GK_CONSTRAINT;
	if (sw_kube_is(&o, "expansion.gatekeeper.sh", "ExpansionTemplate"))
		return SW_GK_EXPANSION;
	if (sw_str_is(o.group, "mutations.gatekeeper.sh"))
		return SW_GK_MUTATOR;
	if (sw_str_is(o.group, "config.gatekeeper.sh") || sw_str_is(o.group, "syncset.gatekeeper.sh") ||
		sw_str_is(o.group, "externaldata.gatekeeper.sh"))
		return SW_GK_CONFIG;
	if (sw_vap_is(&o))
		return SW_GK_ADMISSION;
	return SW_GK_NOTHING;
}

/* ---- input.review ---- */

static struct sw_value gvk(struct sw_arena *a, const struct sw_kube_object *o)
{
	struct sw_map m;
	sw_map_init(&m, a);
	sw_map_adds(&m, "group", sw_string(o->group));
	sw_map_adds(&m, "kind", sw_string(o->kind));
	sw_map_adds(&m, "version", sw_string(o->version));
	return sw_map_object(&m);
}

static struct sw_value empty_gvr(struct sw_arena *a)
{
	struct sw_map m;
	sw_map_init(&m, a);
	sw_map_adds(&m, "group", SW_VSTR(""));
	sw_map_adds(&m, "resource", SW_VSTR(""));
	sw_map_adds(&m, "version", SW_VSTR(""));
	return sw_map_object(&m);
}

/* An AdmissionRequest as Go writes one that holds nothing but the object. */
static struct sw_value review_of_object(
	struct sw_arena *a, const struct sw_gk_request *req, const struct sw_kube_object *o)
{
	bool delete = sw_str_is(req->operation, "DELETE");
	struct sw_map m;
	sw_map_init(&m, a);
	sw_map_adds(&m, "uid", SW_VSTR(""));
	sw_map_adds(&m, "kind", gvk(a, o));
	sw_map_adds(&m, "resource", empty_gvr(a));
	if (o->name.n)
		sw_map_adds(&m, "name", sw_string(o->name));
	if (o->ns.n)
		sw_map_adds(&m, "namespace", sw_string(o->ns));
	sw_map_adds(&m, "operation", sw_string(req->operation));
	sw_map_adds(&m, "userInfo", sw_empty_object());
	sw_map_adds(&m, "object", o->value);
	sw_map_adds(&m, "oldObject", delete ? o->value : sw_null());
	sw_map_adds(&m, "options", sw_null());
	sw_map_adds(&m, "namespaceObject", sw_defined(req->ns) ? req->ns : sw_null());
	return sw_map_object(&m);
}

/* The members of both, those of `over` where both have one. Each in order of its keys. */
static struct sw_value overlay(struct sw_arena *a, struct sw_value under, const struct sw_member *over, uint32_t n)
{
	struct sw_member *out = sw_arena_new_array(a, (size_t)under.n + n, struct sw_member);
	uint32_t i = 0, j = 0, k = 0;
	if (!out)
		return sw_undef();
	while (i < under.n || j < n) {
		const struct sw_member *m = under.u.o->m + i;
		int c = i == under.n ? 1 : j == n ? -1 : sw_value_cmp(m->k, over[j].k);
		out[k++] = c < 0 ? *m : over[j];
		i += c <= 0;
		j += c >= 0;
	}
	return sw_object_from_sorted(a, out, k);
}

/* The AdmissionRequest given, with object filled from oldObject when it is deleted, and the Namespace. */
static struct sw_value review_of_admission(struct sw_arena *a, struct sw_value admission, struct sw_value object,
	struct sw_value old, struct sw_value ns)
{
	static const char *const keys[] = {"operation", "options", "resource", "uid", "userInfo"};
	struct sw_value missing[] = {SW_VSTR(""), sw_null(), sw_undef(), SW_VSTR(""), sw_empty_object()};
	struct sw_member over[8] = {{SW_VSTR("namespaceObject"), sw_defined(ns) ? ns : sw_null()},
		{SW_VSTR("object"), sw_defined(object) ? object : sw_null()},
		{SW_VSTR("oldObject"), sw_defined(old) ? old : sw_null()}};
	uint32_t n = 3;
	for (size_t i = 0; i < SW_ARRAY_LEN(keys); i++) {
		struct sw_value key = sw_string(sw_str_from(keys[i]));
		if (!sw_defined(sw_object_get(admission, key)))
			over[n++] = (struct sw_member){key, i == 2 ? empty_gvr(a) : missing[i]};
	}
	return overlay(a, admission, over, n);
}

/* What one review is about. */
struct review {
	struct sw_gk *gk;
	struct sw_arena *a;                /* of the results */
	struct sw_arena *scratch;          /* of this review alone */
	struct sw_value value;             /* input.review, namespaceObject included */
	struct sw_kube_object objects[2];  /* object, oldObject */
	uint32_t n_objects;
	struct sw_value ns;
	enum sw_gk_source source;
	struct sw_str operation;
	int64_t deadline_ns;
	int64_t now_ns; /* time.now_ns() and randomness of the review; asking the system costs */
	uint64_t seed;
	bool stats;
	struct sw_gk_results results;
};

static struct sw_value as_object(struct sw_value v)
{
	return v.type == SW_OBJECT ? v : sw_undef();
}

static int take_object(struct review *r, struct sw_value v, struct sw_error *err)
{
	if (!sw_defined(v))
		return 0;
	int rc = sw_kube_object_init(v, &r->objects[r->n_objects], err);
	if (rc < 0)
		return sw_error_prefix(err, "invalid request object: ");
	r->n_objects++;
	return 0;
}

static int start(struct review *r, const struct sw_gk_request *req, struct sw_error *err)
{
	struct sw_value object = as_object(req->object), old = sw_undef();
	struct sw_str operation = req->operation;
	bool admission = req->admission.type == SW_OBJECT;
	if (admission) {
		object = as_object(sw_object_gets(req->admission, SW_STR("object")));
		old = as_object(sw_object_gets(req->admission, SW_STR("oldObject")));
		operation = sw_value_getstr(req->admission, "operation");
	}
	r->operation = operation;
	if (sw_str_is(operation, "DELETE") && admission) {
		if (!sw_defined(old))
			return sw_error_set(err, SW_EINVALID, "oldObject cannot be nil for DELETE operations");
		object = old;
	}
	int rc = take_object(r, object, err);
	if (rc == 0)
		rc = take_object(r, old, err);
	if (rc < 0)
		return rc;
	if (r->n_objects == 0)
		return sw_error_set(err, SW_EINVALID,
			"invalid request object: neither object nor old object are defined");
	struct sw_str ns = admission ? sw_value_getstr(req->admission, "namespace") : r->objects[0].ns;
	/* The request says where it goes; the object of a client may not. */
	for (uint32_t i = 0; i < r->n_objects; i++)
		if (!r->objects[i].ns.n && !sw_kube_is(&r->objects[i], "", "Namespace"))
			r->objects[i].ns = ns;
	r->ns = sw_defined(req->match_ns) ? req->match_ns : req->ns;
	if (!sw_defined(r->ns) && ns.n)
		r->ns = gk_namespace(r->gk, ns);
	r->value = admission ? review_of_admission(r->scratch, req->admission, object, old, req->ns)
			     : review_of_object(r->scratch, req, &r->objects[0]);
	return r->scratch->overflow ? sw_error_set(err, SW_ELIMIT, "the request is too large") : 0;
}

/* ---- results ---- */

static int add_result(struct review *r, const struct gk_constraint *c, struct sw_str msg,
	struct sw_value details, bool error)
{
	struct sw_gk_results *rs = &r->results;
	if (rs->n >= SW_GK_RESULTS_MAX)
		return -SW_ELIMIT;
	if (gk_grow(r->a, (void **)&rs->v, rs->n, &rs->cap, sizeof(*rs->v)) < 0)
		return -SW_ELIMIT;
	rs->v[rs->n++] = (struct sw_gk_result){.msg = sw_arena_str(r->a, msg),
		.details = details, .constraint = c->object, .template = c->template->object, .kind = c->kind, .name = c->name,
		.action = c->action, .scoped = c->scoped, .n_scoped = c->n_scoped, .error = error};
	return 0;
}

static int add_error(struct review *r, const struct gk_constraint *c, const char *text)
{
	return add_result(r, c, sw_str_from(text), sw_empty_object(), true);
}

/* One member of the violation set. A msg that is missing makes no result, one that is no string an error. */
static int add_violation(struct review *r, const struct gk_constraint *c, struct sw_value v)
{
	struct sw_value msg = sw_object_gets(v, SW_STR("msg"));
	struct sw_value details = sw_object_gets(v, SW_STR("details"));
	if (!sw_defined(msg))
		return 0;
	if (msg.type != SW_STRING)
		return add_error(r, c, "the policy's msg is not a string");
	return add_result(r, c, sw_value_str(msg),
		sw_defined(details) ? sw_value_copy(r->a, details) : sw_empty_object(), false);
}

/* Two violations that are equal in msg and details are one: the hook collects them in a set. */
static int add_violations(struct review *r, const struct gk_constraint *c, struct sw_value set)
{
	uint32_t first = r->results.n;
	sw_array_foreach(v, set)
	{
		struct sw_value msg = sw_object_gets(*v, SW_STR("msg"));
		struct sw_value details = sw_object_gets(*v, SW_STR("details"));
		if (!sw_defined(details))
			details = sw_empty_object();
		bool seen = false;
		for (uint32_t i = first; i < r->results.n && !seen; i++)
			seen = msg.type == SW_STRING &&
			       sw_str_eq(r->results.v[i].msg, sw_value_str(msg)) &&
			       sw_value_eq(r->results.v[i].details, details);
		if (!seen && add_violation(r, c, *v) < 0)
			return -SW_ELIMIT;
	}
	return 0;
}

/* `violation` may be a set (v0: violation[{…}]) or an object (partial object rule): its keys are the results. */
static struct sw_value violations_of(struct sw_arena *a, struct sw_value v)
{
	if (v.type == SW_SET || v.type == SW_ARRAY)
		return v;
	struct sw_list l;
	sw_list_init(&l, a);
	if (v.type == SW_OBJECT)
		sw_object_foreach(it, v)
			sw_list_add(&l, it->v);
	return sw_list_array(&l);
}

static void take_time(struct review *r)
{
	r->now_ns = sw_clock_ns(CLOCK_REALTIME);
	if (getrandom(&r->seed, sizeof(r->seed), GRND_NONBLOCK) < 0)
		r->seed = (uint64_t)r->now_ns;
	r->seed |= 1; /* zero means: ask the system */
}

/* What one evaluation may take of the time that is left; negative: none is left. */
static int64_t time_left(const struct review *r)
{
	int64_t most = r->gk->opts.timeout_ns;
	if (!r->deadline_ns)
		return most;
	int64_t left = r->deadline_ns - sw_now_ns();
	if (left <= 0)
		return -1;
	return most && most < left ? most : left;
}

static int add_late(struct review *r, const struct gk_constraint *c)
{
	int rc = add_error(r, c, "not evaluated: the time for this review was spent");
	if (rc == 0)
		r->results.v[r->results.n - 1].late = true;
	return rc;
}

/* The time at which an evaluation that may take this long has to end; 0: never. */
static int64_t ends_at(int64_t timeout)
{
	return timeout ? sw_now_ns() + (timeout < 0 ? 0 : timeout) : 0;
}

static int evaluate_cel(struct review *r, const struct gk_constraint *c, int64_t timeout)
{
	struct sw_vap_decisions d;
	struct sw_error err;
	if (gk_cel_judge(r->scratch, c, r->value, ends_at(timeout), &d, &err) < 0)
		return add_error(r, c, err.text);
	for (uint32_t i = 0; i < d.n; i++) {
		bool lost = d.v[i].kind == SW_VAP_NOT_EVALUATED;
		int rc = add_result(r, c, d.v[i].message, sw_undef(), lost);
		if (rc < 0)
			return rc;
		r->results.v[r->results.n - 1].late = d.v[i].late && r->deadline_ns;
	}
	return 0;
}

static int evaluate(struct review *r, const struct gk_constraint *c)
{
	int64_t timeout = time_left(r);
	if (timeout < 0)
		return add_late(r, c);
	if (c->template->cel)
		return evaluate_cel(r, c, timeout);
	if (!r->now_ns)
		take_time(r);
	struct sw_map input;
	sw_map_init(&input, r->scratch);
	sw_map_adds(&input, "parameters", c->parameters);
	sw_map_adds(&input, "review", r->value);
	struct sw_rego_eval *ev = c->template->eval;
	struct sw_rego_eval_input in = {.input = sw_map_object(&input),
		.data = gk_inventory(r->gk),
		.timeout_ns = timeout,
		.now_ns = r->now_ns,
		.seed = r->seed++};
	struct sw_rego_result result;
	struct sw_error err;
	sw_rego_eval_begin(ev, &in);
	gk_external_enter(r->gk->external);
	int rc = sw_rego_eval_run(ev, c->template->query, &result, &err);
	gk_external_leave();
	if (rc < 0) {
		sw_autobuf text;
		sw_buf_init(&text, 1 << 16);
		sw_rego_eval_error_format(sw_rego_eval_error(ev), &text);
		rc = add_error(r, c, text.n ? sw_buf_cstr(&text) : err.text);
		if (rc == 0)
			r->results.v[r->results.n - 1].late = r->deadline_ns && time_left(r) < 0;
	} else if (sw_defined(result.value)) {
		rc = add_violations(r, c, violations_of(r->scratch, result.value));
	}
	sw_rego_eval_end(ev);
	return rc;
}

bool sw_gk_is_deny(const struct sw_gk_result *r)
{
	if (sw_str_is(r->action, "deny"))
		return true;
	for (uint32_t i = 0; i < r->n_scoped; i++)
		if (sw_str_is(r->scoped[i], "deny"))
			return true;
	return false;
}

/* The constraints of one kind stand beside each other; those in CEL are told one by one, as upstream has it. */
static int measure(struct review *r, const struct gk_constraint *c)
{
	struct sw_gk_results *rs = &r->results;
	int64_t start = sw_now_ns();
	int rc = evaluate(r, c);
	if (rc < 0)
		return rc;
	bool cel = c->template->cel;
	if (cel || !rs->n_stats || !sw_str_eq(rs->stats[rs->n_stats - 1].kind, c->kind)) {
		if (gk_grow(r->a, (void **)&rs->stats, rs->n_stats, &rs->cap_stats, sizeof(*rs->stats)) < 0)
			return -SW_ELIMIT;
		rs->stats[rs->n_stats++] =
			(struct sw_gk_stat){.kind = c->kind, .name = cel ? c->name : (struct sw_str){0}};
	}
	rs->stats[rs->n_stats - 1].ns += (uint64_t)(sw_now_ns() - start);
	rs->stats[rs->n_stats - 1].constraints++;
	return 0;
}

/* Only the webhook's point heeds the operations that a template names. */
static bool wants_operation(const struct review *r, const struct gk_template *t)
{
	if (t->operations.type != SW_ARRAY || t->operations.n == 0 ||
		!sw_str_is(r->gk->opts.enforcement_point, "validation.gatekeeper.sh"))
		return true;
	sw_array_foreach(op, t->operations)
		if (op->type == SW_STRING && (sw_str_is(sw_value_str(*op), "*") ||
						     sw_str_eq(sw_value_str(*op), r->operation)))
			return true;
	return false;
}

/* `holds`: the sieve has not ruled out that it is violated. Where it has, only errors of its criteria count. */
static int judge(struct review *r, const struct gk_constraint *c, bool holds)
{
	if (!wants_operation(r, c->template))
		return 0;
	if (sw_str_is(c->action, "scoped") && c->n_scoped == 0)
		return 0;
	struct sw_error err;
	int matched = 0;
	for (uint32_t i = 0; i < r->n_objects && matched == 0; i++) {
		struct sw_gk_subject s = {.object = &r->objects[i], .ns = r->ns, .source = r->source};
		matched = sw_gk_match(&c->match, &s, &err);
	}
	if (matched < 0) {
		struct sw_str text = sw_arena_printf(r->a,
			"unable to match constraints: error matching the requested object: %.*s :%s",
			SW_STR_ARG(r->objects[0].name), err.text);
		int rc = add_result(r, c, text, sw_empty_object(), true);
		if (rc == 0)
			r->results.v[r->results.n - 1].unmatched = true;
		return rc;
	}
	if (!matched || !holds)
		return 0;
	r->results.judged++;
	r->results.denying += sw_str_is(c->action, "deny");
	return r->stats ? measure(r, c) : evaluate(r, c);
}

/* ---- ValidatingAdmissionPolicies ---- */

static int add_note(struct review *r, const struct sw_vap_result *x)
{
	struct sw_gk_results *rs = &r->results;
	struct sw_gk_note n = {.policy = sw_value_getstr(sw_object_gets(x->policy, SW_STR("metadata")), "name"),
		.key = x->decision.reason, .value = x->decision.message};
	for (uint32_t i = 0; i < rs->n_notes; i++)
		if (sw_str_eq(rs->notes[i].policy, n.policy) && sw_str_eq(rs->notes[i].key, n.key) &&
			sw_str_eq(rs->notes[i].value, n.value))
			return 0;
	n.value = sw_arena_str(r->a, n.value);
	if (!n.value.p || gk_grow(r->a, (void **)&rs->notes, rs->n_notes, &rs->cap_notes, sizeof(n)) < 0)
		return -SW_ELIMIT;
	rs->notes[rs->n_notes++] = n;
	return 0;
}

static int add_vap(void *arg, const struct sw_vap_result *x)
{
	struct review *r = arg;
	struct sw_gk_results *rs = &r->results;
	if (x->decision.kind == SW_VAP_AUDIT)
		return add_note(r, x);
	if (rs->n >= SW_GK_RESULTS_MAX || gk_grow(r->a, (void **)&rs->v, rs->n, &rs->cap, sizeof(*rs->v)) < 0)
		return -SW_ELIMIT;
	rs->v[rs->n++] = (struct sw_gk_result){.msg = sw_arena_str(r->a, x->decision.message),
		.constraint = sw_defined(x->binding) ? x->binding : x->policy,
		.template = x->policy,
		.kind = SW_STR("ValidatingAdmissionPolicy"),
		.name = sw_arena_str(r->a, x->name),
		.action = x->action,
		.error = x->decision.kind == SW_VAP_NOT_EVALUATED,
		.late = x->decision.late && r->deadline_ns,
		.audit = x->audit,
		.validation = x->decision.validation};
	return 0;
}

/* What an object will generate is no request of its own. */
static int admission_policies(struct review *r, struct sw_error *err)
{
	if (r->source == SW_GK_GENERATED || !sw_vap_set_size(r->gk->vap))
		return 0;
	struct gk_vap_request q = {.object = &r->objects[0], .review = r->value,
		.ns = sw_object_gets(r->value, SW_STR("namespaceObject")), .operation = r->operation,
		.deadline_ns = ends_at(time_left(r))};
	int rc = gk_vap_review(r->gk, &q, add_vap, r, err);
	return rc < 0 ? sw_error_set(err, SW_ELIMIT, "the review has too many results") : 0;
}

/* Which of them may be violated; NULL: any. */
static const uint64_t *sieve(const struct review *r, const struct gk_candidates *c)
{
	if (!c->screen || r->stats || r->gk->opts.print)
		return NULL;
	sw_rego_sieve_run(c->screen, r->value, c->bits);
	return c->bits;
}

static int judge_all(struct review *r, const struct gk_candidates *c)
{
	const uint64_t *holds = sieve(r, c);
	int rc = 0;
	for (uint32_t i = 0; !holds && i < c->n && rc == 0; i++)
		rc = judge(r, c->v[i], true);
	for (uint32_t word = 0; holds && word < (c->n + 63) / 64; word++)
		for (uint64_t left = holds[word] | c->fail[word]; left && rc == 0; left &= left - 1) {
			uint32_t bit = (uint32_t)__builtin_ctzll(left), i = word * 64 + bit;
			rc = i < c->n ? judge(r, c->v[i], holds[word] >> bit & 1) : 0;
		}
	return rc;
}

int sw_gk_review(struct sw_gk *gk, struct sw_arena *a, const struct sw_gk_request *req,
	struct sw_gk_results *ret, struct sw_error *err)
{
	sw_arena_reset(&gk->scratch);
	struct review r = {.gk = gk, .a = a, .scratch = &gk->scratch, .source = req->source,
		.stats = req->stats, .deadline_ns = req->deadline_ns};
	int rc = start(&r, req, err);
	if (rc < 0)
		return rc;
	bool one = r.n_objects == 1 || (sw_str_eq(r.objects[0].kind, r.objects[1].kind) &&
					       sw_str_eq(r.objects[0].group, r.objects[1].group));
	struct gk_candidates c = gk_candidates(gk, one ? &r.objects[0] : NULL);
	if (judge_all(&r, &c) < 0)
		return sw_error_set(err, SW_ELIMIT, "the review has too many results");
	rc = admission_policies(&r, err);
	if (rc == 0)
		*ret = r.results;
	return rc;
}
