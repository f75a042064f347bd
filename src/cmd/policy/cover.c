/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/policy/cover.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "cmd/policy/rego_load.h"

static const char *const kinds[] = {"index_excluded", "early_exit"};
static const char *const without[] = {"rule indexing", "early exit"}; /* what such a run does without */

bool sw_cover_wanted(const struct sw_opts *o)
{
	return sw_opts_bool(o, "coverage") || sw_opts_given(o, "coverage-runs");
}

int sw_cover_init(struct sw_cover *c, const struct sw_opts *o, bool wanted, struct sw_error *err)
{
	const struct sw_optval *list = sw_opts_get(o, "coverage-runs");
	*c = (struct sw_cover){.n = 1};
	for (uint32_t i = 0; i < list->n; i++) {
		size_t k = 0;
		while (k < SW_ARRAY_LEN(kinds) && strcmp(kinds[k], list->v[i]) != 0)
			k++;
		if (k == SW_ARRAY_LEN(kinds) && list->v[i][0])
			return sw_error_set(err, SW_EUSAGE,
				"invalid --coverage-runs value \"%s\" (expected \"%s\" or \"%s\")",
				list->v[i], kinds[0], kinds[1]);
	}
	if (!wanted)
		return 0;
	for (size_t k = 0; k < SW_ARRAY_LEN(kinds); k++) {
		bool take = !sw_opts_given(o, "coverage-runs");
		for (uint32_t i = 0; i < list->n && !take; i++)
			take = strcmp(kinds[k], list->v[i]) == 0;
		if (take)
			c->run[c->n++].kind = kinds[k];
	}
	return 0;
}

void sw_cover_engine_opts(const struct sw_cover *c, uint32_t i, struct sw_rego_engine_opts *opts)
{
	opts->no_index |= c->run[i].kind == kinds[0];
	opts->no_early_exit |= c->run[i].kind == kinds[1];
}

void sw_cover_warn(const struct sw_cover *c, uint32_t i)
{
	const struct sw_rego_eval_error *x = sw_rego_eval_error(c->run[i].ev);
	sw_autobuf text;
	sw_buf_init(&text, 0);
	if (x && x->code)
		sw_rego_eval_error_format(x, &text);
	fprintf(stderr, "warning: coverage pass with %s disabled failed: %s\n",
		without[c->run[i].kind == kinds[1]], sw_buf_cstr(&text));
}

uint32_t *sw_cover_hits(struct sw_cover *c, uint32_t i, struct sw_arena *a)
{
	uint32_t n = sw_rego_engine_n_exprs(c->run[i].engine);
	c->run[i].hits = n ? sw_arena_zalloc(a, n * sizeof(uint32_t)) : NULL;
	return c->run[i].hits;
}

void sw_cover_release(struct sw_cover *c)
{
	for (uint32_t i = 0; i < SW_COVER_RUNS; i++) {
		sw_rego_eval_free(c->run[i].ev);
		sw_rego_engine_free(c->run[i].engine);
	}
}

/* ---- ranges ---- */

struct place {
	uint32_t row, col;
};

static int place_cmp(struct place a, struct place b)
{
	if (a.row != b.row)
		return a.row < b.row ? -1 : 1;
	return a.col < b.col ? -1 : a.col > b.col;
}

/* A range of the source: whether anything there was evaluated, in the first run and in the others. */
struct range {
	struct sw_str file;
	struct place start, end;
	bool hit, generated;
	bool by[SW_COVER_RUNS];
};

struct ranges {
	struct range *v;
	uint32_t n;
};

/* Columns count bytes of the last line, as OPA's do. */
static struct range range_of(const struct sw_rego_loc *loc)
{
	struct range r = {.file = loc->file->name, .start = {loc->row, loc->col}, .end = {loc->row, loc->col}};
	for (size_t i = 0; i < loc->text.n; i++) {
		r.end.col++;
		if (loc->text.p[i] == '\n')
			r.end = (struct place){r.end.row + 1, 1};
	}
	return r;
}

static int by_place(const void *a, const void *b)
{
	const struct range *x = a, *y = b;
	int c = sw_str_cmp(x->file, y->file);
	c = c ? c : place_cmp(x->start, y->start);
	return c ? c : place_cmp(x->end, y->end);
}

/* What a run evaluated (sorted, equal ranges joined), and what it did not. */
static struct ranges collect(const struct sw_cover_run *run)
{
	uint32_t n = sw_rego_engine_n_exprs(run->engine), all = 0, out = 0;
	struct range *v = calloc((size_t)n + 1, sizeof(*v));
	if (!v)
		abort();
	for (uint32_t i = 0; i < n; i++) {
		bool generated;
		const struct sw_rego_loc *loc = sw_rego_engine_expr(run->engine, i, &generated);
		if (!loc->file || !loc->file->name.n || (generated && !run->hits[i]))
			continue;
		v[all] = range_of(loc);
		v[all].hit = run->hits[i] != 0;
		v[all++].generated = generated;
	}
	qsort(v, all, sizeof(*v), by_place);
	for (uint32_t i = 0; i < all; i++) {
		if (out && by_place(&v[out - 1], &v[i]) == 0)
			v[out - 1].hit |= v[i].hit;
		else
			v[out++] = v[i];
	}
	return (struct ranges){v, out};
}

/* The first of a file; n when there is none. */
static uint32_t first_of(const struct ranges *l, struct sw_str file)
{
	uint32_t lo = 0, hi = l->n;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		if (sw_str_cmp(l->v[mid].file, file) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Does a range that was evaluated hold this one? */
static bool covered_by(const struct ranges *l, const struct range *r)
{
	for (uint32_t i = first_of(l, r->file); i < l->n && sw_str_eq(l->v[i].file, r->file); i++) {
		if (place_cmp(l->v[i].start, r->start) > 0)
			break;
		if (l->v[i].hit && place_cmp(l->v[i].end, r->end) >= 0)
			return true;
	}
	return false;
}

/* Ranges of the first run. Those inside of an evaluated one are left out: nobody misses them. */
static struct ranges all_ranges(const struct sw_cover *c)
{
	struct ranges l = collect(&c->run[0]);
	for (uint32_t k = 1; k < c->n; k++) {
		struct ranges other = c->run[k].hits ? collect(&c->run[k]) : (struct ranges){0};
		for (uint32_t i = 0; i < l.n; i++)
			l.v[i].by[k] = !l.v[i].hit && covered_by(&other, &l.v[i]);
		free(other.v);
	}
	uint32_t n = 0;
	for (uint32_t i = 0; i < l.n; i++)
		l.v[i].generated = !l.v[i].hit && covered_by(&l, &l.v[i]);
	for (uint32_t i = 0; i < l.n; i++)
		if (!l.v[i].generated)
			l.v[n++] = l.v[i];
	l.n = n;
	return l;
}

/* ---- lines ---- */

struct lines {
	uint32_t covered, missed;
};

/* Lines that ranges touch, each counted once. The ranges are sorted by their first line. */
static uint32_t count_lines(const struct range *v, uint32_t n, bool hit)
{
	uint32_t lines = 0, done = 0;
	for (uint32_t i = 0; i < n; i++) {
		if (v[i].hit != hit)
			continue;
		uint32_t from = v[i].start.row, to = v[i].end.row;
		from = from > done ? from : done + 1;
		if (to >= from) {
			lines += to - from + 1;
			done = to;
		}
	}
	return lines;
}

static double percent(struct lines n)
{
	uint32_t all = n.covered + n.missed;
	return all ? 100.0 * n.covered / all : 0;
}

static void put_lines(struct sw_jsonw *w, struct lines n, bool both)
{
	if (n.covered || both)
		sw_jsonw_int(w, "covered_lines", n.covered);
	if (n.missed || both)
		sw_jsonw_int(w, "not_covered_lines", n.missed);
	if (n.covered || both)
		sw_jsonw_value(w, "coverage", sw_double(percent(n)));
}

/* ---- the report ---- */

static void put_place(struct sw_jsonw *w, const char *key, struct place p)
{
	sw_jsonw_object(w, key);
	sw_jsonw_int(w, "row", p.row);
	if (p.col)
		sw_jsonw_int(w, "col", p.col);
	sw_jsonw_end(w);
}

static void put_range(struct sw_jsonw *w, const struct sw_cover *c, const struct range *r)
{
	bool any = false;
	sw_jsonw_object(w, NULL);
	put_place(w, "start", r->start);
	put_place(w, "end", r->end);
	for (uint32_t k = 1; k < c->n; k++) {
		if (!r->by[k])
			continue;
		if (!any)
			sw_jsonw_array(w, "kinds");
		any = true;
		sw_jsonw_z(w, NULL, c->run[k].kind);
	}
	if (any)
		sw_jsonw_end(w);
	sw_jsonw_end(w);
}

static void put_ranges(struct sw_jsonw *w, const char *key, const struct sw_cover *c, const struct range *v,
	uint32_t n, bool want)
{
	bool any = false;
	for (uint32_t i = 0; i < n; i++) {
		if (v[i].hit != want)
			continue;
		if (!any)
			sw_jsonw_array(w, key);
		any = true;
		put_range(w, c, &v[i]);
	}
	if (any)
		sw_jsonw_end(w);
}

static uint32_t end_of_file(const struct ranges *l, uint32_t from)
{
	uint32_t end = from;
	while (end < l->n && sw_str_eq(l->v[end].file, l->v[from].file))
		end++;
	return end;
}

double sw_cover_json(struct sw_jsonw *w, const char *key, const struct sw_cover *c)
{
	struct lines total = {0};
	struct ranges l = all_ranges(c);
	sw_jsonw_object(w, key);
	sw_jsonw_object(w, "files");
	for (uint32_t i = 0, end; i < l.n; i = end) {
		sw_autobuf name;
		sw_buf_init(&name, 64 << 10);
		end = end_of_file(&l, i);
		struct lines here = {
			count_lines(l.v + i, end - i, true), count_lines(l.v + i, end - i, false)};
		sw_buf_addstr(&name, l.v[i].file);
		sw_jsonw_object(w, sw_buf_cstr(&name));
		put_ranges(w, "covered", c, l.v + i, end - i, true);
		put_ranges(w, "not_covered", c, l.v + i, end - i, false);
		put_lines(w, here, false);
		sw_jsonw_end(w);
		total.covered += here.covered;
		total.missed += here.missed;
	}
	sw_jsonw_end(w);
	put_lines(w, total, true);
	sw_jsonw_end(w);
	free(l.v);
	return percent(total);
}

static void put_missed(struct sw_buf *out, struct sw_str file, uint32_t from, uint32_t to)
{
	sw_buf_printf(out, "\n\t%.*s:%u", SW_STR_ARG(file), from);
	if (to > from)
		sw_buf_printf(out, "-%u", to);
}

void sw_cover_missed(struct sw_buf *out, const struct sw_cover *c)
{
	struct ranges l = all_ranges(c);
	for (uint32_t i = 0, end; i < l.n; i = end) {
		uint32_t from = 0, to = 0;
		end = end_of_file(&l, i);
		for (uint32_t k = i; k < end; k++) {
			const struct range *r = &l.v[k];
			if (r->hit)
				continue;
			if (from && r->start.row > to + 1) {
				put_missed(out, r->file, from, to);
				from = 0;
			}
			from = from ? from : r->start.row;
			to = r->end.row > to ? r->end.row : to;
		}
		if (from)
			put_missed(out, l.v[i].file, from, to);
	}
	free(l.v);
}
