/* SPDX-License-Identifier: Apache-2.0 */
/* Pod Security Standards in a scan: of policies that were named, and of the labels of namespaces. */
#include <glib.h>

#include "base/cleanup.h"
#include "doc/pointer.h"
#include "policy/scan_impl.h"

/* What a policy does where it is set: `warn` stands for audit as well. */
enum mode {
	ENFORCE,
	WARN,
};

static int full(struct sw_error *err)
{
	return sw_error_set(err, SW_ELIMIT, "no memory left for findings");
}

static struct sw_str document_of(struct sw_arena *a, const struct sw_where *w)
{
	return sw_arena_printf(a, "%.*s#%u", SW_STR_ARG(w->source->name), w->index);
}

static void add_places(struct scan_judge *j, const struct sw_where *w, const struct sw_pss_check *c,
	struct sw_finding *f)
{
	struct sw_evidence *ev = sw_arena_new_array(&j->scratch, c->n_places + 1, struct sw_evidence);
	for (uint32_t i = 0; ev && i < c->n_places; i++)
		if (sw_place_pointer(&j->scratch, w, c->places[i].pointer, &ev[f->n_evidence]) == 0)
			f->n_evidence++;
	if (ev && !f->n_evidence && sw_place_path(&j->scratch, w, sw_empty_array(), ev) == 0)
		f->n_evidence = 1;
	f->evidence = ev;
}

/*
 * One finding per check, policy and pod: which places it has may change. Of an object with several templates each
 * has its own, and so has what labels ask for where the same level was named as well.
 */
static struct sw_str key_of(struct scan_judge *j, struct sw_pss_policy policy, struct sw_str template, const char *by)
{
	const char *level = sw_pss_level_name(policy.level);
	struct sw_arena *a = &j->scratch;
	if (policy.minor == SW_PSS_LATEST)
		return sw_arena_printf(a, "%s%.*s%s", by, SW_STR_ARG(template), level);
	return sw_arena_printf(a, "%s%.*s%s:v1.%u", by, SW_STR_ARG(template), level, policy.minor);
}

/* What only warns refuses no pod: its findings are low. */
static int add_check(struct scan_judge *j, const struct sw_where *w, const struct sw_pss_check *c,
	struct sw_pss_policy policy, enum mode mode, struct sw_str key, struct sw_error *err)
{
	const struct sw_rule *rule = sw_pss_rule(c->id);
	sw_autobuf b;
	sw_buf_init(&b, 1 << 20);
	sw_buf_addz(&b, mode == WARN ? "would violate PodSecurity \"" : "violates PodSecurity \"");
	sw_pss_policy_write(&b, policy);
	sw_buf_printf(&b, "\": %.*s (%.*s)", SW_STR_ARG(c->reason), SW_STR_ARG(c->detail));
	struct sw_finding f = {.rule = rule,
		.verdict = SW_VERDICT_FAIL,
		.severity = mode == WARN && rule->severity > SW_SEV_LOW ? SW_SEV_LOW : rule->severity,
		.subject = w->subject,
		.message = sw_buf_str(&b)};
	if (c->verdict == SW_PSS_UNKNOWN) {
		f.verdict = SW_VERDICT_NOT_EVALUATED;
		f.reason = f.message = c->detail;
	}
	add_places(j, w, c, &f);
	f.document = document_of(&j->scratch, w);
	f.key = key;
	return sw_findings_add(j->out, &f) ? full(err) : 0;
}

static struct sw_str template_of(const struct sw_kube_pod *pods, uint32_t i)
{
	return i ? pods[i].pointer : SW_STR("");
}

static bool reported(const struct sw_pss_result *r, const char *id)
{
	for (uint32_t i = 0; i < r->n; i++)
		if (r->checks[i].verdict != SW_PSS_ALLOWED && strcmp(r->checks[i].id, id) == 0)
			return true;
	return false;
}

/* One pod by one policy; `before`: what another policy said of it, which is not said again. */
static int judge_pod(struct scan_judge *j, const struct sw_where *w, const struct sw_kube_pod *pod,
	struct sw_pss_policy policy, enum mode mode, struct sw_str key, const struct sw_pss_result *before,
	struct sw_pss_result *ret, struct sw_error *err)
{
	int r = sw_pss_eval(&j->scratch, policy, pod, ret, err);
	for (uint32_t k = 0; !r && k < ret->n; k++) {
		const struct sw_pss_check *c = &ret->checks[k];
		if (before && reported(before, c->id))
			continue;
		j->out->coverage.evaluations++;
		j->out->coverage.not_evaluated += c->verdict == SW_PSS_UNKNOWN;
		if (c->verdict == SW_PSS_ALLOWED)
			sw_findings_pass_rule(j->out, sw_pss_rule(c->id), sw_pss_rule(c->id)->severity);
		else
			r = add_check(j, w, c, policy, mode, key, err);
	}
	return r;
}

int scan_pss(struct scan_judge *j, const struct scan_object *o, struct sw_error *err)
{
	struct sw_pss_result result;
	int r = 0;
	for (uint32_t p = 0; p < j->s->opts.n_pss; p++)
		for (uint32_t i = 0; !r && i < o->n_pods; i++)
			r = judge_pod(j, &o->where, &o->pods[i], j->s->pss[p], ENFORCE,
				key_of(j, j->s->pss[p], template_of(o->pods, i), ""), NULL, &result, err);
	return r;
}

/* ---- labels of namespaces ---- */

/* An object with pods that waits, by its place in the inventory. */
struct waiting {
	struct sw_subject subject;
	enum sw_fold_result fold;
	bool is_namespace;
};

struct scan_labels {
	struct sw_inventory *inventory;
	GArray *waiting; /* struct waiting: one for each object of the inventory */
	struct sw_arena arena;
	GHashTable *namespaces; /* name: index + 1 of the last that was read, or 0 when it is told that none was */
	bool full;
};

struct scan_labels *scan_labels_new(size_t budget)
{
	struct scan_labels *l = g_new0(struct scan_labels, 1);
	l->inventory = sw_inventory_new(budget);
	l->waiting = g_array_new(FALSE, FALSE, sizeof(struct waiting));
	sw_arena_init(&l->arena, budget);
	l->namespaces = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	return l;
}

void scan_labels_free(struct scan_labels *l)
{
	if (!l)
		return;
	sw_inventory_free(l->inventory);
	g_array_free(l->waiting, TRUE);
	sw_arena_release(&l->arena);
	g_hash_table_destroy(l->namespaces);
	g_free(l);
}

void scan_labels_add(struct scan *x, const struct sw_input_doc *doc, const struct scan_object *o)
{
	struct scan_labels *l = x->labels;
	struct sw_error err = {0};
	struct waiting w = {.fold = o->fold, .is_namespace = !o->n_pods, .subject = o->where.subject};
	struct sw_str *views = (struct sw_str *)&w.subject;
	for (size_t i = 0; i < sizeof(w.subject) / sizeof(*views); i++)
		views[i] = sw_arena_str(&l->arena, views[i]);
	if (l->full)
		return;
	if (l->arena.overflow)
		sw_error_set(&err, SW_ELIMIT, "too many pods to judge by the labels of their namespaces");
	if (l->arena.overflow || sw_inventory_add(l->inventory, doc, o->n_pods > 0, &err)) {
		l->full = true;
		scan_limit(x, doc, &err);
		return;
	}
	g_array_append_val(l->waiting, w);
}

static int add_label_finding(struct scan *x, const struct sw_where *w, struct sw_str pointer, struct sw_str message,
	enum sw_verdict verdict, struct sw_error *err)
{
	const struct sw_rule *rule = sw_pss_rule("labels");
	struct sw_evidence ev;
	struct sw_finding f = {.rule = rule,
		.verdict = verdict,
		.severity = rule->severity,
		.subject = w->subject,
		.message = message};
	f.subject.cluster = x->s->opts.cluster;
	if (verdict == SW_VERDICT_NOT_EVALUATED) {
		f.reason = message;
		x->out->coverage.not_evaluated++;
	}
	if (sw_place_pointer(&x->judge.scratch, w, pointer, &ev) == 0) {
		f.evidence = &ev;
		f.n_evidence = 1;
	}
	f.document = document_of(&x->judge.scratch, w);
	return sw_findings_add(x->out, &f) ? full(err) : 0;
}

/* Labels that Kubernetes does not understand. */
static int check_labels(struct scan *x, const struct sw_where *w, struct sw_value labels, struct sw_error *err)
{
	static const struct sw_pss_modes none = {{SW_PSS_PRIVILEGED, SW_PSS_LATEST},
		{SW_PSS_PRIVILEGED, SW_PSS_LATEST}, {SW_PSS_PRIVILEGED, SW_PSS_LATEST}};
	struct sw_pss_label_error errors[SW_PSS_LABELS];
	struct sw_pss_modes modes;
	uint32_t n = sw_pss_namespace(labels, &none, &modes, errors);
	int r = 0;
	for (uint32_t i = 0; !r && i < n; i++) {
		sw_autobuf path, text;
		sw_buf_init(&path, 4096);
		sw_buf_init(&text, 4096);
		sw_buf_addz(&path, "/metadata/labels");
		sw_pointer_add(&path, sw_str_from(errors[i].label));
		sw_buf_printf(&text, "%s: \"%.*s\" %s", errors[i].label,
			SW_STR_ARG(sw_str_sub(errors[i].value, 0, 200)), errors[i].text);
		r = add_label_finding(x, w, sw_buf_str(&path), sw_buf_str(&text), SW_VERDICT_FAIL, err);
	}
	sw_arena_reset(&x->judge.scratch);
	return r;
}

static int find_namespaces(struct scan *x, struct sw_error *err)
{
	struct scan_labels *l = x->labels;
	struct sw_kube_object o;
	struct sw_where w;
	int r = 0;
	for (uint32_t i = 0; !r && i < l->waiting->len; i++) {
		const struct waiting *v = &g_array_index(l->waiting, struct waiting, i);
		if (!v->is_namespace || !sw_inventory_at(l->inventory, i, &o, &w))
			continue;
		w.subject = v->subject;
		g_hash_table_replace(l->namespaces, g_strndup(o.name.p, o.name.n), GUINT_TO_POINTER(i + 1));
		r = check_labels(x, &w, sw_value_path(o.value, "metadata", "labels", NULL), err);
	}
	return r;
}

/* Once a namespace. */
static int tell_unknown(struct scan *x, const struct sw_where *w, const char *ns, struct sw_error *err)
{
	struct sw_where at = *w;
	at.subject = (struct sw_subject){
		.api_version = SW_STR("v1"), .kind = SW_STR("Namespace"), .name = sw_str_from(ns)};
	struct sw_str text = sw_arena_printf(&x->judge.scratch,
		"the namespace \"%s\" is not in what was scanned: its pods were not judged by its labels", ns);
	g_hash_table_insert(x->labels->namespaces, g_strdup(ns), NULL);
	return add_label_finding(x, &at, SW_STR(""), text, SW_VERDICT_NOT_EVALUATED, err);
}

/* By what is enforced, and then by what only warns or is noted, where that says more. */
static int judge_by(struct scan *x, const struct sw_where *w, const struct sw_kube_pod *pod, struct sw_str template,
	const struct sw_pss_modes *m, struct sw_error *err)
{
	const struct sw_pss_policy policies[] = {m->enforce, m->warn, m->audit};
	struct sw_pss_result results[3];
	int r = 0;
	for (int i = 0; !r && i < 3; i++) {
		struct sw_pss_result all = {0};
		bool again = false;
		for (int k = 0; k < i; k++)
			again |= policies[k].level == policies[i].level && policies[k].minor == policies[i].minor;
		results[i] = (struct sw_pss_result){0};
		if (again || policies[i].level == SW_PSS_PRIVILEGED)
			continue;
		for (int k = 0; k < i; k++) /* the stricter of those before has said it all */
			all = results[k].n > all.n ? results[k] : all;
		r = judge_pod(&x->judge, w, pod, policies[i], i ? WARN : ENFORCE,
			key_of(&x->judge, policies[i], template, "labels "), i ? &all : NULL, &results[i], err);
	}
	return r;
}

static int judge_waiting(struct scan *x, const struct waiting *v, const struct sw_kube_object *o,
	struct sw_where *w, struct sw_error *err)
{
	static const struct sw_pss_modes none = {{SW_PSS_PRIVILEGED, SW_PSS_LATEST},
		{SW_PSS_PRIVILEGED, SW_PSS_LATEST}, {SW_PSS_PRIVILEGED, SW_PSS_LATEST}};
	struct sw_pss_label_error errors[SW_PSS_LABELS];
	struct sw_pss_modes modes;
	struct sw_kube_object ns;
	struct sw_where ns_where;
	struct sw_kube_pod *pods;
	uint32_t n;
	g_autofree char *name = o->ns.n ? g_strndup(o->ns.p, o->ns.n) : g_strdup("default");
	gpointer index;
	w->subject = v->subject;
	if (!g_hash_table_lookup_extended(x->labels->namespaces, name, NULL, &index))
		return tell_unknown(x, w, name, err);
	if (!index || !sw_inventory_at(x->labels->inventory, GPOINTER_TO_UINT(index) - 1, &ns, &ns_where))
		return 0;
	sw_pss_namespace(sw_value_path(ns.value, "metadata", "labels", NULL), &none, &modes, errors);
	int r = sw_kube_pods(&x->judge.scratch, o, &pods, &n, err);
	for (uint32_t i = 0; !r && i < n; i++)
		r = judge_by(x, w, &pods[i], template_of(pods, i), &modes, err);
	return r;
}

int scan_labels_judge(struct scan *x, struct sw_error *err)
{
	struct scan_labels *l = x->labels;
	struct sw_kube_object o;
	struct sw_where w;
	int r = find_namespaces(x, err);
	for (uint32_t i = 0; !r && i < l->waiting->len; i++) {
		const struct waiting *v = &g_array_index(l->waiting, struct waiting, i);
		uint32_t before = x->out->n;
		if (v->is_namespace || !sw_inventory_at(l->inventory, i, &o, &w))
			continue;
		r = judge_waiting(x, v, &o, &w, err);
		sw_arena_reset(&x->judge.scratch);
		if (r || v->fold != SW_FOLD_FIRST)
			continue;
		uint32_t n = x->out->n - before;
		x->out->n = before;
		r = scan_take(x, x->out->v + before, n, v->fold, err);
	}
	return r;
}
