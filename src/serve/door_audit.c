/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What ValidatingAdmissionPolicies have for the audit log: their auditAnnotations, and what a
 * binding with the action Audit found (validation_failure, in the API server's form).
 *
 * The API server writes an annotation of a webhook as <webhook>/<key> and drops it when the key is
 * none that a label could have; so the key is <policy>.<annotation> here, where that is short
 * enough. The decision log has all of them, as <policy>/<annotation>.
 */
#include "doc/json.h"
#include "serve/door_impl.h"

enum { FAILURES_MAX = 50, FAILURES_MAX_BYTES = 9 << 10, VALUE_MAX_BYTES = 10 << 10, KEY_MAX = 63 };

/* ---- bindings with the action Audit ---- */

static void member(struct sw_map *m, const char *key, struct sw_str s)
{
	sw_map_adds(m, key, sw_string(s));
}

static struct sw_value failure(struct review *x, const struct sw_gk_result *g)
{
	struct sw_value spec = sw_object_gets(g->constraint, SW_STR("spec"));
	struct sw_map m;
	sw_map_init(&m, x->a);
	member(&m, "message", sw_str_sub(g->msg, 0, 1024));
	member(&m, "policy", sw_value_getstr(spec, "policyName"));
	member(&m, "binding",
		sw_value_getstr(sw_object_gets(g->constraint, SW_STR("metadata")), "name"));
	sw_map_adds(&m, "expressionIndex", sw_int(g->validation < 0 ? 0 : g->validation));
	sw_map_adds(&m, "validationActions", sw_object_gets(spec, SW_STR("validationActions")));
	return sw_map_object(&m);
}

static void failures(struct review *x, const struct sw_gk_results *rs)
{
	sw_autobuf all, one;
	uint32_t n = 0;
	sw_buf_init(&all, 2 * FAILURES_MAX_BYTES);
	sw_buf_init(&one, 64 << 10);
	for (uint32_t i = 0; i < rs->n && n < FAILURES_MAX; i++) {
		if (!rs->v[i].audit)
			continue;
		sw_buf_clear(&one);
		sw_json_write(&one, failure(x, &rs->v[i]), 0);
		if (one.overflow || all.n + one.n > FAILURES_MAX_BYTES)
			break;
		sw_buf_addch(&all, n++ ? ',' : '[');
		sw_buf_addstr(&all, sw_buf_str(&one));
	}
	if (!n)
		return;
	sw_buf_addch(&all, ']');
	sw_answer_annotate(x->answer, "validation_failure", sw_buf_str(&all));
}

/* ---- annotations ---- */

static bool same_key(const struct sw_gk_note *a, const struct sw_gk_note *b)
{
	return sw_str_eq(a->policy, b->policy) && sw_str_eq(a->key, b->key);
}

static void keep(struct review *x, const struct sw_gk_note *n, struct sw_str value)
{
	struct sw_judgements *js = x->js;
	struct sw_note note = {.value = sw_arena_str(x->a, value),
		.key = sw_arena_printf(
			x->a, "%.*s/%.*s", SW_STR_ARG(n->policy), SW_STR_ARG(n->key))};
	void *v = sw_arena_grow(
		x->a, js->notes, js->n_notes * sizeof(note), (js->n_notes + 1) * sizeof(note));
	if (!v || !note.key.p || !note.value.p)
		return; /* the arena's overflow is told for the whole review */
	js->notes = v;
	js->notes[js->n_notes++] = note;
}

/* The values of one key, those of other bindings and parameters behind it. */
static void annotation(struct review *x, const struct sw_gk_results *rs, uint32_t first)
{
	const struct sw_gk_note *n = &rs->notes[first];
	sw_autobuf value, key;
	sw_buf_init(&value, 1 << 20);
	sw_buf_init(&key, 1024);
	for (uint32_t i = first; i < rs->n_notes; i++)
		if (same_key(&rs->notes[i], n)) {
			if (value.n)
				sw_buf_addz(&value, ", ");
			sw_buf_addstr(&value, sw_str_sub(rs->notes[i].value, 0, VALUE_MAX_BYTES));
		}
	keep(x, n, sw_buf_str(&value));
	sw_buf_printf(&key, "%.*s.%.*s", SW_STR_ARG(n->policy), SW_STR_ARG(n->key));
	if (!key.overflow && key.n <= KEY_MAX)
		sw_answer_annotate(x->answer, sw_buf_cstr(&key), sw_buf_str(&value));
}

void door_audit(struct review *x, const struct sw_gk_results *rs)
{
	failures(x, rs);
	for (uint32_t i = 0; i < rs->n_notes; i++) {
		uint32_t k = 0;
		while (k < i && !same_key(&rs->notes[k], &rs->notes[i]))
			k++;
		if (k == i)
			annotation(x, rs, i);
	}
}
