/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/policy_profile.h"

#include <stdlib.h>

#include "cmd/rego_load.h"

void sw_profile_init(struct sw_profile *p, struct sw_arena *a)
{
	*p = (struct sw_profile){.arena = a, .current = UINT32_MAX};
}

static uint32_t find(struct sw_profile *p, const struct sw_rego_loc *loc)
{
	struct sw_str file = loc && loc->file ? loc->file->name : (struct sw_str){0};
	uint32_t row = loc ? loc->row : 0;
	for (uint32_t i = p->n; i-- > 0;)
		if (p->rows[i].row == row && sw_str_eq(p->rows[i].file, file))
			return i;
	if (p->n == p->cap) {
		uint32_t cap = p->cap ? p->cap * 2 : 64;
		p->rows = sw_arena_grow(
			p->arena, p->rows, p->cap * sizeof(*p->rows), cap * sizeof(*p->rows));
		p->cap = p->rows ? cap : 0;
	}
	if (!p->rows)
		return UINT32_MAX;
	p->rows[p->n] = (struct sw_profile_row){.file = file,
		.row = row,
		.col = loc ? loc->col : 0,
		.text = loc ? loc->text : (struct sw_str){0}};
	return p->n++;
}

static void stop(struct sw_profile *p, int64_t now)
{
	if (p->current != UINT32_MAX)
		p->rows[p->current].ns += now - p->since;
	p->since = now;
}

/* The time until the next event is that of this expression. */
void sw_profile_event(void *arg, const struct sw_rego_trace_event *ev)
{
	struct sw_profile *p = arg;
	if (ev->op != SW_REGO_TRACE_EVAL && ev->op != SW_REGO_TRACE_REDO)
		return;
	stop(p, sw_now_ns());
	uint32_t at = find(p, ev->loc);
	p->current = at;
	if (at == UINT32_MAX)
		return;
	struct sw_profile_row *r = &p->rows[at];
	if (ev->op == SW_REGO_TRACE_REDO) {
		r->redos++;
		return;
	}
	r->evals++;
	if (!r->exprs || (ev->loc && ev->loc->col != r->col))
		r->exprs += r->exprs ? r->evals == 2 : 1;
}

static int by_time(const void *a, const void *b)
{
	const struct sw_profile_row *x = a, *y = b;
	if (x->ns != y->ns)
		return x->ns > y->ns ? -1 : 1;
	int c = sw_str_cmp(x->file, y->file);
	return c ? c : x->row < y->row ? -1 : x->row > y->row;
}

void sw_profile_finish(struct sw_profile *p)
{
	stop(p, sw_now_ns());
	p->current = UINT32_MAX;
	if (p->n)
		qsort(p->rows, p->n, sizeof(*p->rows), by_time);
}

void sw_profile_json(struct sw_jsonw *w, const struct sw_profile *p, uint32_t limit)
{
	sw_jsonw_array(w, "profile");
	for (uint32_t i = 0; i < p->n && i < limit; i++) {
		const struct sw_profile_row *r = &p->rows[i];
		sw_jsonw_object(w, NULL);
		sw_jsonw_int(w, "total_time_ns", r->ns);
		sw_jsonw_int(w, "num_eval", r->evals);
		sw_jsonw_int(w, "num_redo", r->redos);
		sw_jsonw_int(w, "num_gen_expr", r->exprs);
		sw_jsonw_object(w, "location");
		sw_jsonw_str(w, "file", r->file);
		sw_jsonw_int(w, "row", r->row);
		sw_jsonw_int(w, "col", r->col);
		sw_jsonw_end(w);
		sw_jsonw_end(w);
	}
	sw_jsonw_end(w);
}

static void cell(struct sw_policy_table *t, struct sw_str s)
{
	sw_policy_table_cell(t, s);
}

void sw_profile_table(struct sw_buf *out, const struct sw_profile *p, uint32_t limit)
{
	static const char *const heads[] = {
		"Time", "Num Eval", "Num Redo", "Num Gen Expr", "Location"};
	struct sw_policy_table t;
	sw_policy_table_init(&t, p->arena);
	for (size_t i = 0; i < SW_ARRAY_LEN(heads); i++)
		sw_policy_table_head(&t, sw_str_from(heads[i]));
	for (uint32_t i = 0; i < p->n && i < limit; i++) {
		const struct sw_profile_row *r = &p->rows[i];
		cell(&t, sw_arena_printf(p->arena, "%.9g%s",
				 r->ns < 1000000 ? r->ns / 1e3 : r->ns / 1e6,
				 r->ns < 1000000 ? "\u00b5s" : "ms"));
		cell(&t, sw_arena_printf(p->arena, "%u", r->evals));
		cell(&t, sw_arena_printf(p->arena, "%u", r->redos));
		cell(&t, sw_arena_printf(p->arena, "%u", r->exprs));
		cell(&t, r->file.n
				 ? sw_arena_printf(p->arena, "%.*s:%u", SW_STR_ARG(r->file), r->row)
				 : r->text);
	}
	sw_policy_table_write(&t, out);
}
