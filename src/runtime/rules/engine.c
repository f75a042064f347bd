/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/rules/engine.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "runtime/rules/prog_int.h"

#define EXPLAIN_DEPTH 64
#define EXPLAIN_VALUE 512 /* bytes of a value that are shown */

struct sw_engine {
	const struct sw_ruleset *rs;
	struct sw_engine_options o;
	struct sw_arena a;
	struct sw_format **formats; /* by index of the rule */
	struct sw_eval *evals[SW_SOURCE__COUNT];
	const struct sw_runtime_rule *
		*by_code[SW_SOURCE__COUNT][SW_EVENT_CODES]; /* NULL-terminated, or NULL */
	struct sw_codeset codes[SW_SOURCE__COUNT];
	uint32_t n_rules;
	uint64_t n_events, n_alerts, *counts, by_priority[SW_PRIO_DEBUG + 1];
};

static bool wanted(const struct sw_engine *e, const struct sw_runtime_rule *r)
{
	return r->enabled && r->priority <= e->o.least;
}

static int index_rules(struct sw_engine *e, struct sw_error *err)
{
	uint32_t n = sw_ruleset_n(e->rs);
	for (uint32_t i = 0; i < n; i++) {
		const struct sw_runtime_rule *r = sw_ruleset_rule(e->rs, i);
		if (!wanted(e, r))
			continue;
		e->n_rules++;
		for (size_t w = 0; w < SW_ARRAY_LEN(r->codes.w); w++)
			e->codes[r->source].w[w] |= r->codes.w[w];
	}
	for (unsigned s = 0; s < SW_SOURCE__COUNT; s++) {
		for (uint16_t c = 0; c < SW_EVENT_CODES; c++) {
			if (!sw_codeset_has(&e->codes[s], c))
				continue;
			const struct sw_runtime_rule **list =
				sw_arena_new_array(&e->a, n + 1, const struct sw_runtime_rule *);
			if (!list)
				return sw_error_set(err, SW_ELIMIT, "too many rules");
			uint32_t k = 0;
			for (uint32_t i = 0; i < n; i++) {
				const struct sw_runtime_rule *r = sw_ruleset_rule(e->rs, i);
				if (wanted(e, r) && r->source == s && sw_codeset_has(&r->codes, c))
					list[k++] = r;
			}
			list[k] = NULL;
			e->by_code[s][c] = list;
		}
	}
	return 0;
}

static struct sw_str with_suggested(
	struct sw_engine *e, const struct sw_runtime_rule *r, struct sw_str s)
{
	size_t n;
	const struct sw_field_class *const *classes = sw_field_classes(r->source, &n);
	for (size_t i = 0; i < n; i++) {
		for (uint32_t f = 0; f < classes[i]->n_fields; f++) {
			const struct sw_field *row = &classes[i]->fields[f];
			if (!(row->flags & SW_FF_SUGGESTED))
				continue;
			char name[64];
			size_t m = 0;
			for (; row->name[m] && m + 1 < sizeof(name); m++)
				name[m] = row->name[m] == '.' ? '_' : row->name[m];
			name[m] = 0;
			struct sw_str next = sw_arena_printf(
				&e->a, "%.*s %s=%%%s", SW_STR_ARG(s), name, row->name);
			s = next.p ? next : s;
		}
	}
	return s;
}

static bool concerns(const struct sw_append *a, const struct sw_runtime_rule *r)
{
	if ((a->source.n && !sw_str_eq(a->source, r->source_name)) ||
		(a->rule.n && !sw_str_eq(a->rule, r->name)))
		return false;
	for (uint32_t i = 0; i < a->n_tags; i++) {
		bool has = false;
		for (uint32_t k = 0; k < r->n_tags; k++)
			has |= sw_str_eq(a->tags[i], r->tags[k]);
		if (!has)
			return false;
	}
	return true;
}

static int make_format(struct sw_engine *e, const struct sw_runtime_rule *r, struct sw_format **ret,
	struct sw_error *err)
{
	struct sw_prog *p = sw_ruleset_prog(e->rs, r->source);
	struct sw_str s = e->o.suggested ? with_suggested(e, r, r->output) : r->output;
	for (uint32_t i = 0; i < e->o.n_append; i++) {
		const struct sw_append *a = &e->o.append[i];
		if (!concerns(a, r))
			continue;
		struct sw_str next = a->text.n ? sw_arena_printf(&e->a, "%.*s %.*s", SW_STR_ARG(s),
							 SW_STR_ARG(a->text))
					       : s;
		s = next.p ? next : s;
		if (a->suggested)
			s = with_suggested(e, r, s);
	}
	int rc = sw_format_new(p, &e->a, s, ret, err);
	for (uint32_t i = 0; rc == 0 && i < e->o.n_append; i++) {
		const struct sw_append *a = &e->o.append[i];
		for (uint32_t k = 0; rc == 0 && concerns(a, r) && k < a->n_fields; k++)
			rc = sw_format_extra(p, &e->a, *ret, a->fields[k].name, a->fields[k].format,
				a->fields[k].raw, err);
	}
	return rc;
}

static int make_formats(struct sw_engine *e, struct sw_error *err)
{
	uint32_t n = sw_ruleset_n(e->rs);
	e->formats = sw_arena_new_array(&e->a, n + 1, struct sw_format *);
	e->counts = sw_arena_zalloc(&e->a, (n + 1) * sizeof(*e->counts));
	if (!e->formats || !e->counts)
		return sw_error_set(err, SW_ELIMIT, "too many rules");
	for (uint32_t i = 0; i < n; i++) {
		int rc = make_format(e, sw_ruleset_rule(e->rs, i), &e->formats[i], err);
		if (rc < 0)
			return rc;
	}
	for (unsigned s = 0; s < SW_SOURCE__COUNT; s++) {
		e->evals[s] = sw_eval_new(sw_ruleset_prog(e->rs, (enum sw_event_source)s));
		if (!e->evals[s])
			return sw_error_set(err, SW_ELIMIT, "out of memory");
	}
	return 0;
}

int sw_engine_new(const struct sw_ruleset *rs, const struct sw_engine_options *o,
	struct sw_engine **ret, struct sw_error *err)
{
	struct sw_engine *e = calloc(1, sizeof(*e));
	if (!e)
		return sw_error_set(err, SW_ELIMIT, "out of memory");
	e->rs = rs;
	e->o = o ? *o : (struct sw_engine_options){.least = SW_PRIO_DEBUG};
	sw_arena_init(&e->a, 0);
	int rc = make_formats(e, err);
	if (rc == 0)
		rc = index_rules(e, err);
	if (rc < 0) {
		sw_engine_free(e);
		return rc;
	}
	*ret = e;
	return 0;
}

void sw_engine_free(struct sw_engine *e)
{
	if (!e)
		return;
	for (unsigned s = 0; s < SW_SOURCE__COUNT; s++)
		sw_eval_free(e->evals[s]);
	sw_arena_release(&e->a);
	free(e);
}

void sw_engine_inherit(struct sw_engine *e, const struct sw_engine *old)
{
	e->n_events = old->n_events;
	e->n_alerts = old->n_alerts;
	memcpy(e->by_priority, old->by_priority, sizeof(e->by_priority));
	for (uint32_t i = 0; i < sw_ruleset_n(e->rs); i++) {
		const struct sw_runtime_rule *r = sw_ruleset_find(old->rs, sw_ruleset_rule(e->rs, i)->name);
		e->counts[i] = r ? old->counts[r->index] : 0;
	}
}

struct sw_codeset sw_engine_codes(const struct sw_engine *e, enum sw_event_source source)
{
	return e->codes[source];
}

uint32_t sw_engine_n_rules(const struct sw_engine *e)
{
	return e->n_rules;
}

int sw_engine_event(struct sw_engine *e, const struct sw_event *ev,
	int (*fn)(void *arg, const struct sw_alert *a), void *arg)
{
	e->n_events++;
	if (ev->code >= SW_EVENT_CODES || !e->by_code[ev->source][ev->code])
		return 0;
	struct sw_eval *eval = e->evals[ev->source];
	sw_eval_begin(eval, ev);
	for (const struct sw_runtime_rule **p = e->by_code[ev->source][ev->code]; *p; p++) {
		if (!sw_eval_node(eval, (*p)->node))
			continue;
		struct sw_alert alert = {.rule = *p, .event = ev, .engine = e};
		e->n_alerts++;
		e->counts[(*p)->index]++;
		e->by_priority[(*p)->priority]++;
		int rc = fn ? fn(arg, &alert) : 0;
		if (rc || !e->o.all)
			return rc;
	}
	return 0;
}

void sw_alert_print(const struct sw_alert *a, bool json, struct sw_buf *out)
{
	struct sw_engine *e = a->engine;
	struct sw_eval *eval = e->evals[a->event->source];
	const struct sw_format *f = e->formats[a->rule->index];
	if (json)
		sw_alert_json(a->rule, f, eval, &e->o.style, out);
	else
		sw_alert_text(a->rule, f, eval, &e->o.style, out);
}

void sw_alert_message(const struct sw_alert *a, struct sw_buf *out)
{
	sw_format_message(
		a->engine->formats[a->rule->index], a->engine->evals[a->event->source], out);
}

struct sw_str sw_alert_field(const struct sw_alert *a, struct sw_arena *arena, const char *field)
{
	struct sw_fieldref ref;
	size_t len;
	struct sw_fvals v = {0};
	struct sw_str name = sw_str_from(field);
	if (sw_field_find(a->event->source, name, &ref, &len, NULL) < 0 || len != name.n ||
		(a->event->lookup ? a->event->lookup(a->event, &ref, &v)
				  : ref.cls->extract(&ref, a->event, &v)) <= 0)
		return SW_STR("");
	sw_autobuf b;
	sw_buf_init(&b, 65536);
	sw_value_print(&b, ref.type, ref.format, v.v[0]);
	struct sw_str s = sw_arena_str(arena, sw_buf_str(&b));
	return s.p ? s : SW_STR("");
}

/* ---- explanations ---- */

static void explain_values(struct sw_eval *eval, const struct sw_xt *x, struct sw_buf *out)
{
	sw_autobuf b;
	sw_buf_init(&b, 0);
	struct sw_fvals v = sw_eval_values(eval, x);
	sw_buf_printf(out, "%.*s", SW_STR_ARG(x->text));
	if (v.n == 0) {
		sw_buf_addz(out, " has no value");
		return;
	}
	for (uint32_t i = 0; i < v.n && b.n < EXPLAIN_VALUE; i++) {
		if (i)
			sw_buf_addz(&b, ", ");
		sw_value_print(&b, x->type, x->format, v.v[i]);
	}
	/* What an event says may hold anything; a terminal must not obey it. */
	for (size_t i = 0; i < b.n; i++)
		if ((unsigned char)b.p[i] < 0x20 || b.p[i] == 0x7f)
			b.p[i] = '.';
	sw_buf_addz(out, " is ");
	sw_buf_addstr(out, sw_str_sub(sw_buf_str(&b), 0, EXPLAIN_VALUE));
	if (b.n > EXPLAIN_VALUE)
		sw_buf_addz(out, "…");
}

static void explain(
	struct sw_eval *eval, const struct sw_node *n, uint32_t depth, struct sw_buf *out)
{
	static const char *const words[] = {"all of", "any of", "not"};
	int known = sw_eval_known(eval, n);
	const char *mark = known < 0 ? "  -  " : known ? "true " : "false";
	if (depth > EXPLAIN_DEPTH)
		return;
	sw_buf_addz(out, mark);
	sw_buf_pad(out, ' ', 1 + 2 * (size_t)depth);
	if (n->kind != SW_NODE_CHECK) {
		sw_buf_printf(out, "%s\n", words[n->kind]);
		for (uint32_t i = 0; i < n->n_kids; i++)
			explain(eval, n->kids[i], depth + 1, out);
		return;
	}
	struct sw_str text = sw_str_sub(n->text, 0, EXPLAIN_VALUE);
	sw_buf_printf(out, "%.*s%s", SW_STR_ARG(text), n->text.n > EXPLAIN_VALUE ? "…" : "");
	if (known >= 0) {
		sw_buf_addz(out, "    [");
		explain_values(eval, n->check->left, out);
		if (n->check->right) {
			sw_buf_addz(out, "; ");
			explain_values(eval, n->check->right, out);
		}
		sw_buf_addch(out, ']');
	}
	sw_buf_addch(out, '\n');
}

bool sw_engine_matches(
	struct sw_engine *e, const struct sw_runtime_rule *r, const struct sw_event *ev)
{
	if (ev->source != r->source || !sw_codeset_has(&r->codes, ev->code))
		return false;
	sw_eval_begin(e->evals[ev->source], ev);
	return sw_eval_node(e->evals[ev->source], r->node);
}

void sw_engine_explain(struct sw_engine *e, const struct sw_runtime_rule *r,
	const struct sw_event *ev, struct sw_buf *out)
{
	if (ev->source != r->source) {
		sw_buf_addz(out, "the rule is for another source of events\n");
		return;
	}
	if (!sw_codeset_has(&r->codes, ev->code))
		sw_buf_printf(out, "the rule does not look at events of type %s\n",
			ev->code < SW_EVENT_CODES ? sw_event_table[ev->code].name : "?");
	sw_eval_begin(e->evals[ev->source], ev);
	sw_eval_node(e->evals[ev->source], r->node);
	explain(e->evals[ev->source], r->node, 0, out);
}

uint64_t sw_engine_events(const struct sw_engine *e)
{
	return e->n_events;
}

uint64_t sw_engine_count(const struct sw_engine *e, const struct sw_runtime_rule *r)
{
	return e->counts[r->index];
}

uint64_t sw_engine_count_priority(const struct sw_engine *e, enum sw_priority p)
{
	return e->by_priority[p];
}

uint64_t sw_engine_alerts(const struct sw_engine *e)
{
	return e->n_alerts;
}
