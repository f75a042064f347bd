/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/check.h"

#include <glib.h>

#include "base/cleanup.h"
#include "finding/fingerprint.h"
#include "kube/template.h"

#define STEPS_PER_OBJECT 50000000u
#define STEPS_CLUSTER 2000000000u

/* The checks that look at one kind, workload or not. */
struct plan {
	const struct sw_check **v;
	uint32_t n;
};

struct sw_check_runner {
	const struct sw_packs *packs;
	struct sw_findings *out;
	struct sw_rego_eval *eval, *cluster_eval;
	struct sw_arena scratch; /* of one object's findings */
	struct sw_str document;	 /* of the object, once a finding needed it */
	GHashTable *plans;	 /* "workload group kind" -> struct plan */
	struct sw_buf key;
	const struct sw_check **cluster;
	uint32_t n_cluster;
	struct sw_str *fields; /* of the cluster checks together */
	uint32_t n_fields;
	bool whole; /* one of them names none */
	int64_t timeout_ns;
};

static void free_plan(gpointer p)
{
	struct plan *plan = p;
	g_free(plan->v);
	g_free(plan);
}

static bool reads_workloads(const struct sw_check *c)
{
	bool any = c->inventory_workload;
	for (uint32_t i = 0; !any && i < c->n_inventory; i++)
		any = sw_kube_pod_kind(c->inventory[i].kind);
	return any;
}

static void take_fields(struct sw_check_runner *r)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < r->n_cluster; i++) {
		n += r->cluster[i]->n_fields;
		r->whole |= !r->cluster[i]->n_fields && reads_workloads(r->cluster[i]);
	}
	r->fields = g_new0(struct sw_str, n + 1);
	for (uint32_t i = 0; i < r->n_cluster; i++)
		for (uint32_t k = 0; k < r->cluster[i]->n_fields; k++)
			r->fields[r->n_fields++] = r->cluster[i]->fields[k];
}

struct sw_check_runner *sw_check_runner_new(const struct sw_packs *packs, struct sw_findings *out)
{
	struct sw_check_runner *r = g_new0(struct sw_check_runner, 1);
	struct sw_rego_eval_opts opts = {.limits = {.steps = STEPS_PER_OBJECT}};
	struct sw_rego_eval_opts cluster = {.limits = {.steps = STEPS_CLUSTER}};
	uint32_t n;
	const struct sw_check *checks = sw_packs_checks(packs, &n);
	r->packs = packs;
	r->out = out;
	r->eval = sw_rego_eval_new(sw_packs_engine(packs), &opts);
	r->cluster_eval = sw_rego_eval_new(sw_packs_engine(packs), &cluster);
	r->plans = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_plan);
	r->cluster = g_new0(const struct sw_check *, n + 1);
	for (uint32_t i = 0; i < n; i++)
		if (!checks[i].off && checks[i].input == SW_CHECK_CLUSTER)
			r->cluster[r->n_cluster++] = &checks[i];
	take_fields(r);
	sw_arena_init(&r->scratch, 0);
	sw_buf_init(&r->key, 4096);
	return r;
}

void sw_check_runner_free(struct sw_check_runner *r)
{
	if (!r)
		return;
	sw_rego_eval_free(r->eval);
	sw_rego_eval_free(r->cluster_eval);
	g_hash_table_destroy(r->plans);
	g_free(r->cluster);
	g_free(r->fields);
	sw_arena_release(&r->scratch);
	sw_buf_release(&r->key);
	g_free(r);
}

void sw_check_runner_timeout(struct sw_check_runner *r, int64_t timeout_ns)
{
	r->timeout_ns = timeout_ns;
}

/* ---- which checks ---- */

static bool any_kind(const struct sw_check_kind *kinds, uint32_t n, const struct sw_kube_object *o)
{
	for (uint32_t i = 0; i < n; i++)
		if (sw_check_kind_matches(&kinds[i], o->group, o->kind))
			return true;
	return false;
}

static bool applies(const struct sw_check *c, const struct sw_kube_object *o, bool workload)
{
	if (c->off)
		return false;
	switch (c->input) {
	case SW_CHECK_WORKLOAD:
		return workload;
	case SW_CHECK_KINDS:
		return any_kind(c->kinds, c->n_kinds, o);
	case SW_CHECK_ANY:
		return true;
	case SW_CHECK_CLUSTER:
		return false;
	}
	return false;
}

static const struct plan *find_plan(
	struct sw_check_runner *r, const struct sw_kube_object *o, bool workload)
{
	sw_buf_clear(&r->key);
	sw_buf_addch(&r->key, workload ? 'w' : '-');
	sw_buf_addstr(&r->key, sw_str_sub(o->group, 0, 1000));
	sw_buf_addch(&r->key, '/');
	sw_buf_addstr(&r->key, sw_str_sub(o->kind, 0, 1000));
	const char *key = sw_buf_cstr(&r->key);
	struct plan *p = g_hash_table_lookup(r->plans, key);
	if (p)
		return p;
	uint32_t n;
	const struct sw_check *checks = sw_packs_checks(r->packs, &n);
	p = g_new0(struct plan, 1);
	p->v = g_new(const struct sw_check *, n + 1);
	for (uint32_t i = 0; i < n; i++)
		if (applies(&checks[i], o, workload))
			p->v[p->n++] = &checks[i];
	g_hash_table_insert(r->plans, g_strdup(key), p);
	return p;
}

bool sw_check_wants_inventory(
	const struct sw_check_runner *r, const struct sw_kube_object *o, bool workload)
{
	for (uint32_t i = 0; i < r->n_cluster; i++)
		if ((workload && r->cluster[i]->inventory_workload) ||
			any_kind(r->cluster[i]->inventory, r->cluster[i]->n_inventory, o))
			return true;
	return false;
}

bool sw_check_inventory_fields(
	const struct sw_check_runner *r, const struct sw_str **ret, uint32_t *ret_n)
{
	*ret = r->fields;
	*ret_n = r->n_fields;
	return !r->whole;
}

struct sw_subject sw_check_subject(const struct sw_kube_object *o)
{
	return (struct sw_subject){.ns = o->ns,
		.api_version = o->api_version,
		.kind = o->kind,
		.name = sw_kube_object_name(o)};
}

/* ---- findings ---- */

static int full(struct sw_error *err)
{
	return sw_error_set(err, SW_ELIMIT, "no memory left for findings");
}

static struct sw_str document_of(struct sw_arena *a, const struct sw_where *w)
{
	return sw_arena_printf(a, "%.*s#%u", SW_STR_ARG(w->source->name), w->index);
}

/* A finding about the object as a whole. */
static int report_object(struct sw_check_runner *r, const struct sw_check *c,
	const struct sw_where *w, enum sw_verdict verdict, struct sw_str reason,
	struct sw_error *err)
{
	struct sw_evidence ev;
	struct sw_finding f = {.rule = &c->rule, .verdict = verdict, .severity = c->rule.severity};
	if (w) {
		f.subject = w->subject;
		if (sw_place_path(&r->scratch, w, sw_empty_array(), &ev) == 0) {
			f.evidence = &ev;
			f.n_evidence = 1;
		}
		f.document = document_of(&r->scratch, w);
	}
	f.reason = reason;
	f.message = verdict == SW_VERDICT_PASS ? c->rule.title : reason;
	return sw_findings_add(r->out, &f) ? full(err) : 0;
}

static int report_broken(struct sw_check_runner *r, const struct sw_check *c,
	const struct sw_where *w, const char *why, struct sw_error *err)
{
	struct sw_str reason =
		sw_arena_printf(&r->scratch, "the check %.*s %s", SW_STR_ARG(c->rule.id), why);
	return report_object(
		r, c, w, SW_VERDICT_NOT_EVALUATED, reason.p ? reason : sw_str_from(why), err);
}

static bool is_element(struct sw_value v)
{
	return v.type == SW_OBJECT && sw_value_getstr(v, "msg").n > 0;
}

/* One element of `deny` or `unknown`. */
static int report(struct sw_check_runner *r, const struct sw_check *c, const struct sw_where *w,
	struct sw_value e, bool unknown, struct sw_error *err)
{
	struct sw_value path = sw_object_gets(e, SW_STR("path"));
	struct sw_evidence ev;
	if (!is_element(e))
		return report_broken(r, c, w, "answered with something that is no result", err);
	if (path.type != SW_ARRAY)
		path = sw_empty_array();
	if (sw_place_path(&r->scratch, w, path, &ev))
		return report_broken(r, c, w, "answered with a path that is none", err);
	struct sw_finding f = {
		.rule = &c->rule, .verdict = SW_VERDICT_FAIL, .severity = c->rule.severity};
	f.subject = w->subject;
	f.subject.container = sw_value_getstr(e, "container");
	f.subject.image = sw_place_image(w->root, path);
	f.message = sw_value_getstr(e, "msg");
	if (unknown) {
		f.verdict = sw_is_true(sw_object_gets(e, SW_STR("manual")))
				    ? SW_VERDICT_MANUAL
				    : SW_VERDICT_NOT_EVALUATED;
		f.reason = f.message;
	}
	enum sw_severity severity;
	if (sw_severity_parse(sw_value_getstr(e, "severity"), &severity) == 0)
		f.severity = severity;
	ev.value = sw_place_value(&r->scratch, sw_object_gets(e, SW_STR("value")));
	ev.expected = sw_value_getstr(e, "expected");
	f.evidence = &ev;
	f.n_evidence = 1;
	f.fix.patch = sw_place_patch(&r->scratch, w, sw_object_gets(e, SW_STR("fix")));
	f.fix.summary = c->rule.remediation;
	if (!r->document.p)
		r->document = document_of(&r->scratch, w);
	f.document = r->document;
	f.key = sw_fingerprint_key(
		&r->scratch, w->root, sw_str_sub(ev.path, w->pointer.n, ev.path.n));
	return sw_findings_add(r->out, &f) ? full(err) : 0;
}

/* Where an element of a cluster check is. */
static int report_cluster(struct sw_check_runner *r, const struct sw_check *c,
	struct sw_inventory *inv, struct sw_value e, bool unknown, struct sw_error *err)
{
	struct sw_where w;
	struct sw_value object = sw_object_gets(e, SW_STR("object"));
	struct sw_kube_object o;
	if (!sw_inventory_where(inv, object, &w) || sw_kube_object_init(w.root, &o, NULL)) {
		if (unknown)
			return report_object(r, c, NULL, SW_VERDICT_NOT_EVALUATED,
				sw_value_getstr(e, "msg"), err);
		return report_broken(
			r, c, NULL, "answered about an object that it was not given", err);
	}
	w.subject = sw_check_subject(&o);
	r->document = (struct sw_str){0}; /* another object than the last */
	return report(r, c, &w, e, unknown, err);
}

/* ---- evaluating ---- */

struct run {
	struct sw_check_runner *r;
	struct sw_rego_eval *ev;
	const struct sw_where *where; /* NULL: a cluster check */
	struct sw_inventory *inv;
	struct sw_error *err;
};

static int report_failure(struct run *x, const struct sw_check *c, const struct sw_error *why)
{
	sw_autobuf b;
	sw_buf_init(&b, 4096);
	sw_buf_printf(&b, "could not be evaluated: %s", why->text);
	return report_broken(x->r, c, x->where, sw_buf_cstr(&b), x->err);
}

/* Runs one query of a check. *ret_n: how many elements it had, or -1 after a failure was reported.
 */
static int run_query(
	struct run *x, const struct sw_check *c, uint32_t query, bool unknown, int64_t *ret_n)
{
	struct sw_rego_result result;
	struct sw_error why; /* large, and filled where there is one */
	*ret_n = 0;
	if (sw_rego_eval_run(x->ev, query, &result, &why)) {
		*ret_n = -1;
		return report_failure(x, c, &why);
	}
	struct sw_value v = result.value;
	if (!sw_defined(v))
		return 0;
	if (v.type != SW_SET && v.type != SW_ARRAY) {
		*ret_n = -1;
		return report_broken(
			x->r, c, x->where, "answered with something that is no set", x->err);
	}
	int rc = 0;
	*ret_n = v.n;
	for (uint32_t i = 0; !rc && i < v.n; i++)
		rc = x->where ? report(x->r, c, x->where, v.u.a->v[i], unknown, x->err)
			      : report_cluster(x->r, c, x->inv, v.u.a->v[i], unknown, x->err);
	return rc;
}

static int run_check(struct run *x, const struct sw_check *c)
{
	int64_t denied = 0, unknown = 0;
	x->r->out->coverage.evaluations++;
	int rc = run_query(x, c, c->deny, false, &denied);
	if (!rc && denied >= 0 && c->has_unknown)
		rc = run_query(x, c, c->unknown, true, &unknown);
	if (rc)
		return rc;
	if (denied < 0 || unknown != 0)
		x->r->out->coverage.not_evaluated++;
	else if (!denied && x->where && x->r->out->keep_passes)
		return report_object(x->r, c, x->where, SW_VERDICT_PASS, SW_STR(""), x->err);
	else if (!denied && x->where)
		sw_findings_pass_rule(x->r->out, &c->rule, c->rule.severity);
	return 0;
}

/* The file name of what a container starts, as far as its manifest says: "" is the image's own. */
static struct sw_str program_of(struct sw_value container)
{
	static const struct sw_str fields[] = {SW_STR_INIT("command"), SW_STR_INIT("args")};
	for (size_t f = 0; f < SW_ARRAY_LEN(fields); f++) {
		struct sw_value words = sw_object_gets(container, fields[f]);
		for (uint32_t i = 0; words.type == SW_ARRAY && i < words.n; i++) {
			if (words.u.a->v[i].type != SW_STRING)
				continue;
			return sw_str_base(sw_value_str(words.u.a->v[i]));
		}
	}
	return SW_STR("");
}

/* A check of a component's flags has nothing to say about pods that do not run it: they are no pass. */
static bool runs_program(const struct sw_kube_object *o, struct sw_str program)
{
	static const struct sw_str lists[] = {SW_STR_INIT("containers"), SW_STR_INIT("initContainers"),
		SW_STR_INIT("ephemeralContainers")};
	struct sw_value spec = sw_object_gets(o->value, SW_STR("spec"));
	for (size_t k = 0; k < SW_ARRAY_LEN(lists); k++) {
		struct sw_value list = sw_object_gets(spec, lists[k]);
		for (uint32_t i = 0; list.type == SW_ARRAY && i < list.n; i++)
			if (sw_str_eq(program_of(list.u.a->v[i]), program))
				return true;
	}
	return false;
}

int sw_check_object(struct sw_check_runner *r, const struct sw_kube_object *o, bool workload,
	const struct sw_where *where, struct sw_error *err)
{
	const struct plan *p = find_plan(r, o, workload);
	struct run x = {.r = r, .ev = r->eval, .where = where, .err = err};
	int rc = 0;
	if (!p->n)
		return 0;
	/* A fixed time: checks may not depend on it, and the clock costs more than most of them. */
	sw_rego_eval_begin(
		r->eval, &(struct sw_rego_eval_input){.input = o->value,
				 .now_ns = 1,
				 .seed = 1,
				 .timeout_ns = r->timeout_ns});
	struct sw_str program = {0}; /* of the check before: those of a component stand together */
	bool runs = true;
	for (uint32_t i = 0; !rc && i < p->n; i++) {
		if (!sw_str_eq(p->v[i]->program, program)) {
			program = p->v[i]->program;
			runs = !program.n || runs_program(o, program);
		}
		if (runs)
			rc = run_check(&x, p->v[i]);
	}
	sw_rego_eval_end(r->eval);
	r->document = (struct sw_str){0};
	sw_arena_reset(&r->scratch);
	return rc;
}

int sw_check_cluster(struct sw_check_runner *r, struct sw_inventory *inv, struct sw_error *err)
{
	struct run x = {.r = r, .ev = r->cluster_eval, .inv = inv, .err = err};
	struct sw_map data;
	int rc = 0;
	if (!r->n_cluster)
		return 0;
	struct sw_value inventory = sw_inventory_value(inv);
	if (!sw_defined(inventory))
		return sw_error_set(err, SW_ELIMIT, "no memory left for the inventory");
	sw_map_init(&data, &r->scratch);
	sw_map_adds(&data, "config", sw_packs_settings(r->packs));
	sw_map_adds(&data, "inventory", inventory);
	struct sw_value root = sw_map_object(&data);
	sw_rego_eval_begin(r->cluster_eval,
		&(struct sw_rego_eval_input){.data = root, .now_ns = 1, .seed = 1});
	for (uint32_t i = 0; !rc && i < r->n_cluster; i++)
		rc = run_check(&x, r->cluster[i]);
	sw_rego_eval_end(r->cluster_eval);
	r->document = (struct sw_str){0};
	sw_arena_reset(&r->scratch);
	return rc;
}
