/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/policy/profile.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cmd/policy/rego_load.h"

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

enum { CRITERIA_MAX = 8 };

/* qsort has no argument for them; one thread sorts. */
static const char *criteria[CRITERIA_MAX];
static uint32_t n_criteria;

static int more_first(int64_t x, int64_t y)
{
	return x > y ? -1 : x < y;
}

/* Numbers and lines: the larger first; files by name, the later first, as in OPA. */
static int by_criterion(const char *name, const struct sw_profile_row *x, const struct sw_profile_row *y)
{
	if (strcmp(name, "total_time_ns") == 0)
		return more_first(x->ns, y->ns);
	if (strcmp(name, "num_eval") == 0)
		return more_first(x->evals, y->evals);
	if (strcmp(name, "num_redo") == 0)
		return more_first(x->redos, y->redos);
	if (strcmp(name, "num_gen_expr") == 0)
		return more_first(x->exprs, y->exprs);
	if (strcmp(name, "file") == 0)
		return sw_str_cmp(y->file, x->file);
	return strcmp(name, "line") == 0 ? more_first(x->row, y->row) : 0;
}

static int by_criteria(const void *a, const void *b)
{
	const struct sw_profile_row *x = a, *y = b;
	int c = 0;
	for (uint32_t i = 0; !c && i < n_criteria; i++)
		c = by_criterion(criteria[i], x, y);
	c = c ? c : more_first(x->ns, y->ns);
	c = c ? c : sw_str_cmp(x->file, y->file);
	return c ? c : x->row < y->row ? -1 : x->row > y->row;
}

void sw_profile_finish(struct sw_profile *p, const struct sw_optval *by)
{
	stop(p, sw_now_ns());
	p->current = UINT32_MAX;
	n_criteria = 0;
	for (uint32_t i = 0; i < by->n && n_criteria < CRITERIA_MAX; i++)
		criteria[n_criteria++] = by->v[i];
	if (p->n)
		qsort(p->rows, p->n, sizeof(*p->rows), by_criteria);
}

static int by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return x < y ? -1 : x > y;
}

/* Between the two nearest of the sorted values, as the sample histograms of Go do it. */
static double percentile(const int64_t *v, uint32_t n, double p)
{
	double pos = p * (n + 1);
	if (pos < 1)
		return (double)v[0];
	if (pos >= n)
		return (double)v[n - 1];
	uint32_t i = (uint32_t)pos;
	return (double)v[i - 1] + (pos - i) * (double)(v[i] - v[i - 1]);
}

static void put_number(struct sw_jsonw *w, const char *key, double d)
{
	char text[32];
	snprintf(text, sizeof(text), "%.15g", d);
	sw_jsonw_value(w, key, sw_number(sw_str_from(text)));
}

void sw_profile_statistics(struct sw_jsonw *w, const char *key, int64_t *v, uint32_t n)
{
	static const struct {
		const char *name;
		double p;
	} parts[] = {{"75%", 0.75}, {"90%", 0.9}, {"95%", 0.95}, {"99%", 0.99}, {"99.9%", 0.999},
		{"99.99%", 0.9999}};
	double sum = 0, squares = 0;
	qsort(v, n, sizeof(*v), by_value);
	for (uint32_t i = 0; i < n; i++)
		sum += (double)v[i];
	for (uint32_t i = 0; i < n; i++)
		squares += ((double)v[i] - sum / n) * ((double)v[i] - sum / n);
	sw_jsonw_object(w, key);
	for (size_t i = 0; i < SW_ARRAY_LEN(parts); i++)
		put_number(w, parts[i].name, percentile(v, n, parts[i].p));
	sw_jsonw_int(w, "count", n);
	sw_jsonw_int(w, "max", v[n - 1]);
	put_number(w, "mean", sum / n);
	put_number(w, "median", percentile(v, n, 0.5));
	sw_jsonw_int(w, "min", v[0]);
	put_number(w, "stddev", sqrt(squares / n));
	sw_jsonw_end(w);
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
