/* SPDX-License-Identifier: Apache-2.0 */
/* Results as JSON and as source text. */
#include "base/cleanup.h"
#include "rego/ast_json.h"
#include "rego/format.h"
#include "rego/partial/internal.h"

/* ---- JSON ---- */

void sw_rego_partial_json(struct sw_buf *out, const struct sw_rego_partial *p, uint32_t depth)
{
	const unsigned flags = SW_REGO_JSON_PRETTY | SW_REGO_JSON_NO_COMMENTS;
	const char *sep = "";
	sw_buf_addz(out, "{");
	if (p->n_queries) {
		sw_buf_addz(out, "\n");
		sw_buf_pad(out, ' ', 2 * (depth + 1));
		sw_buf_addz(out, "\"queries\": [");
		for (uint32_t i = 0; i < p->n_queries; i++) {
			sw_buf_addz(out, i ? ",\n" : "\n");
			sw_buf_pad(out, ' ', 2 * (depth + 2));
			sw_rego_body_json_at(out, &p->queries[i], flags, depth + 2);
		}
		sw_buf_addz(out, "\n");
		sw_buf_pad(out, ' ', 2 * (depth + 1));
		sw_buf_addz(out, "]");
		sep = ",";
	}
	if (p->n_support) {
		sw_buf_addz(out, sep);
		sw_buf_addz(out, "\n");
		sw_buf_pad(out, ' ', 2 * (depth + 1));
		sw_buf_addz(out, "\"modules\": [");
		for (uint32_t i = 0; i < p->n_support; i++) {
			sw_buf_addz(out, i ? ",\n" : "\n");
			sw_buf_pad(out, ' ', 2 * (depth + 2));
			sw_rego_module_json_at(out, p->support[i], flags, depth + 2);
		}
		sw_buf_addz(out, "\n");
		sw_buf_pad(out, ' ', 2 * (depth + 1));
		sw_buf_addz(out, "]");
	}
	if (p->n_queries || p->n_support) {
		sw_buf_addz(out, "\n");
		sw_buf_pad(out, ' ', 2 * depth);
	}
	sw_buf_addz(out, "}");
}

/* ---- source: printed on few lines, read again, and laid out as any file ---- */

struct wildcards {
	struct sw_arena *a;
	struct sw_str *names;
	uint32_t *counts;
	uint32_t n, cap;
	bool rename, full;
};

static void wildcard(struct wildcards *w, term *t)
{
	uint32_t i = 0;
	while (i < w->n && !sw_str_eq(w->names[i], t->name))
		i++;
	if (w->rename) {
		if (i < w->n && w->counts[i] > 1)
			t->name = sw_arena_printf(w->a, "%s%.*s",
				t->name.n > 1 && t->name.p[1] == '_' ? "" : "_",
				(int)t->name.n - 1, t->name.p + 1);
		w->full = w->full || !t->name.p;
		return;
	}
	if (i == w->n) {
		uint32_t cap = w->cap ? w->cap * 2 : 8;
		if (w->n == w->cap) {
			w->names = sw_arena_grow(w->a, w->names, w->cap * sizeof(*w->names),
				cap * sizeof(*w->names));
			w->counts = sw_arena_grow(w->a, w->counts, w->cap * sizeof(*w->counts),
				cap * sizeof(*w->counts));
			w->cap = cap;
		}
		w->full = w->full || !w->names || !w->counts;
		if (w->full)
			return;
		w->names[w->n] = t->name;
		w->counts[w->n++] = 0;
	}
	w->counts[i]++;
}

static bool wildcard_term(struct visitor *v, term *t)
{
	struct wildcards *w = v->ctx;
	if (t->kind == SW_REGO_VAR && t->name.n && t->name.p[0] == '$' && !w->full)
		wildcard(w, t);
	return false;
}

static bool copy_body_to(struct sw_arena *a, const struct sw_rego_body *from, struct sw_rego_body *to)
{
	*to = (struct sw_rego_body){sw_arena_array(a, from->n + 1, sizeof(*to->v)), 0, from->n + 1, false};
	for (uint32_t i = 0; to->v && i < from->n; i++) {
		to->v[i] = sw_rego_expr_copy(a, from->v[i]);
		if (!to->v[i])
			return false;
		to->n++;
	}
	return to->v != NULL;
}

/* A wildcard that stands in two places of what is written together gets a name. */
static bool name_wildcards(struct sw_arena *a, struct sw_rego_body *const *v, uint32_t n)
{
	struct wildcards w = {.a = a};
	struct visitor visit = {.ctx = &w, .term = wildcard_term};
	for (uint32_t i = 0; i < 2 * n; i++) {
		w.rename = i >= n;
		walk_body(&visit, v[i % n]);
	}
	return !w.full;
}

/* `not` and the logical words read differently where they are keywords: only if they are used. */
static bool find_special(struct visitor *v, struct sw_rego_expr *e)
{
	bool *found = v->ctx;
	*found = *found || e->kind == SW_REGO_EXPR_NOT_BODY || e->kind == SW_REGO_EXPR_AND_OR;
	return false;
}

static struct sw_rego_parse_opts parse_opts(struct sw_rego_body *const *v, uint32_t n)
{
	bool special = false;
	struct visitor visit = {.ctx = &special, .expr = find_special};
	for (uint32_t i = 0; i < n; i++)
		walk_body(&visit, v[i]);
	return (struct sw_rego_parse_opts){.version = SW_REGO_V1, .all_future_keywords = special,
		.experimental = special, .future_not = special};
}

static struct sw_source *source(struct sw_arena *a, struct sw_buf *text)
{
	struct sw_source *s = text->overflow ? NULL : sw_arena_new(a, struct sw_source);
	if (s)
		*s = (struct sw_source){.name = SW_STR(""), .text = sw_arena_str(a, sw_buf_str(text))};
	return s && s->text.p ? s : NULL;
}

int sw_rego_partial_query_text(struct sw_arena *a, const struct sw_rego_body *query, struct sw_buf *out)
{
	struct sw_rego_body copy, body = {0}, *one = &copy;
	struct sw_rego_diags diags;
	sw_autobuf text;
	sw_buf_init(&text, 0);
	if (!copy_body_to(a, query, &copy) || !name_wildcards(a, &one, 1))
		return -SW_ELIMIT;
	if (!copy.n)
		return 0;
	sw_rego_body_print(&text, &copy);
	sw_rego_diags_init(&diags, a);
	struct sw_source *s = source(a, &text);
	struct sw_rego_parse_opts po = parse_opts(&one, 1);
	int rc = s ? sw_rego_parse_body(a, s, &po, &body, &diags) : -SW_ELIMIT;
	return rc < 0 ? rc : sw_rego_format_body(a, &body, out, &diags);
}

int sw_rego_partial_module_text(struct sw_arena *a, const struct sw_rego_module *m, struct sw_buf *out)
{
	struct sw_rego_module copy = *m, *parsed;
	struct sw_rego_format_opts fo = {
		.target = m->version == SW_REGO_V0 ? SW_REGO_V0_COMPAT_V1 : SW_REGO_V1};
	struct sw_rego_diags diags;
	sw_autobuf text;
	sw_buf_init(&text, 0);
	copy.version = SW_REGO_V1;
	copy.rules = sw_arena_array(a, m->n_rules + 1, sizeof(*copy.rules));
	struct sw_rego_body **bodies = sw_arena_array(a, m->n_rules + 1, sizeof(*bodies));
	for (uint32_t i = 0; copy.rules && bodies && i < m->n_rules; i++) {
		struct sw_rego_rule *r = copy.rules[i] = sw_arena_new(a, struct sw_rego_rule);
		if (!r)
			return -SW_ELIMIT;
		*r = *m->rules[i];
		r->module = &copy;
		bodies[i] = &r->body;
		if (!copy_body_to(a, &m->rules[i]->body, &r->body))
			return -SW_ELIMIT;
	}
	if (!copy.rules || !bodies || !name_wildcards(a, bodies, m->n_rules))
		return -SW_ELIMIT;
	struct sw_rego_parse_opts po = parse_opts(bodies, m->n_rules);
	copy.n_rules = 0;
	sw_rego_module_print(&text, &copy);
	for (uint32_t i = 0; i < m->n_rules; i++) { /* apart, or the formatter takes some for a group */
		sw_buf_addz(&text, "\n\n");
		sw_rego_rule_print(&text, copy.rules[i]);
	}
	sw_rego_diags_init(&diags, a);
	struct sw_source *s = source(a, &text);
	int rc = s ? sw_rego_parse_module(a, s, &po, &parsed, &diags) : -SW_ELIMIT;
	return rc < 0 ? rc : sw_rego_format(a, parsed, &fo, out, &diags);
}
