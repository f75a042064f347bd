/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/policy.h"

#include <math.h>
#include <stdlib.h>

#include "cmd/rego_load.h"
#include "doc/json.h"

uint32_t sw_policy_max_errors(const struct sw_opts *o)
{
	int64_t n = sw_opts_int(o, "max-errors");
	return n > 0 && n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
}

int sw_policy_caps(
	struct sw_arena *a, const char *path, const struct sw_rego_caps **ret, struct sw_error *err)
{
	struct sw_value doc;
	struct sw_rego_caps *caps;
	*ret = NULL;
	if (!path)
		return 0;
	int rc = sw_rego_load_document(a, path, &doc, err);
	if (!rc)
		rc = sw_rego_caps_read(a, doc, &caps, err);
	if (!rc)
		*ret = caps;
	return rc;
}

/* ---- tables ---- */

void sw_policy_table_init(struct sw_policy_table *t, struct sw_arena *a)
{
	*t = (struct sw_policy_table){.arena = a};
}

void sw_policy_table_cell(struct sw_policy_table *t, struct sw_str text)
{
	if (t->n == t->cap) {
		uint32_t cap = t->cap ? t->cap * 2 : 64;
		t->cells = sw_arena_grow(
			t->arena, t->cells, t->cap * sizeof(*t->cells), cap * sizeof(*t->cells));
		if (!t->cells)
			abort();
		t->cap = cap;
	}
	t->cells[t->n++] = text;
}

void sw_policy_table_head(struct sw_policy_table *t, struct sw_str name)
{
	sw_policy_table_cell(t, name);
	t->columns++;
}

void sw_policy_table_value(struct sw_policy_table *t, struct sw_value v, size_t limit)
{
	sw_autobuf b;
	sw_buf_init(&b, 0);
	sw_json_write(&b, v, SW_JSON_HTML_ESCAPE);
	struct sw_str s = sw_buf_str(&b);
	if (limit && s.n > limit) {
		b.n = limit;
		sw_buf_addz(&b, "...");
		s = sw_buf_str(&b);
	}
	sw_policy_table_cell(t, sw_arena_str(t->arena, s));
}

static void rule(struct sw_buf *out, const size_t *w, uint32_t n, const char *left, const char *mid,
	const char *right)
{
	sw_buf_addz(out, left);
	for (uint32_t c = 0; c < n; c++) {
		sw_buf_addz(out, c ? mid : "");
		for (size_t i = 0; i < w[c] + 2; i++)
			sw_buf_addz(out, "\u2500");
	}
	sw_buf_addz(out, right);
	sw_buf_addch(out, '\n');
}

void sw_policy_table_write(const struct sw_policy_table *t, struct sw_buf *out)
{
	size_t *w = sw_arena_zalloc(t->arena, (t->columns + 1) * sizeof(*w));
	if (!w || !t->columns)
		return;
	for (uint32_t i = 0; i < t->n; i++) {
		size_t cell = sw_text_width(t->cells[i]);
		if (cell > w[i % t->columns])
			w[i % t->columns] = cell;
	}
	rule(out, w, t->columns, "\u250c", "\u252c", "\u2510");
	for (uint32_t i = 0; i < t->n; i++) {
		uint32_t c = i % t->columns;
		size_t space = w[c] - sw_text_width(t->cells[i]),
		       left = i < t->columns ? space / 2 : 0;
		sw_buf_addz(out, "\u2502");
		sw_buf_pad(out, ' ', 1 + left);
		sw_buf_addstr(out, t->cells[i]);
		sw_buf_pad(out, ' ', 1 + space - left);
		if (c + 1 == t->columns)
			sw_buf_addz(out, "\u2502\n");
		if (i + 1 == t->columns)
			rule(out, w, t->columns, "\u251c", "\u253c", "\u2524");
	}
	rule(out, w, t->columns, "\u2514", "\u2534", "\u2518");
}

/* ---- traces ---- */

#define TRACE_MAX ((size_t)64 << 20)

enum { QUERIES_MAX = 1 << 24, PATH_MAX_DEPTH = 5000 };

struct trace_row {
	uint32_t n_place, n_text;
};

/* A body of the evaluation. */
struct trace_query {
	struct sw_rego_trace_event last; /* notes, fails: its last Enter or Redo, when of this generation */
	uint32_t generation, depth;	 /* depth 0: nothing of it was shown yet */
};

void sw_policy_trace_init(struct sw_policy_trace *t, const char *mode)
{
	*t = (struct sw_policy_trace){
		.notes_only = strcmp(mode, "notes") == 0, .fails_only = strcmp(mode, "fails") == 0, .generation = 1};
	sw_buf_init(&t->rows, TRACE_MAX);
	sw_buf_init(&t->text, TRACE_MAX);
}

void sw_policy_trace_release(struct sw_policy_trace *t)
{
	sw_buf_release(&t->rows);
	sw_buf_release(&t->text);
	free(t->queries);
}

/* Beyond the ceiling they share one. */
static struct trace_query *query_of(struct sw_policy_trace *t, uint32_t number)
{
	number = number < QUERIES_MAX ? number : QUERIES_MAX - 1;
	if (number >= t->n_queries) {
		uint32_t n = number + number / 2 + 64;
		struct trace_query *v = realloc(t->queries, n * sizeof(*v));
		if (!v)
			abort();
		memset(v + t->n_queries, 0, (n - t->n_queries) * sizeof(*v));
		t->queries = v;
		t->n_queries = n;
	}
	return &t->queries[number];
}

/* One deeper than what it is in, of what is shown. */
static uint32_t shown_depth(struct sw_policy_trace *t, const struct sw_rego_trace_event *ev)
{
	if (!query_of(t, ev->query)->depth) {
		uint32_t outer = query_of(t, ev->parent)->depth;
		query_of(t, ev->query)->depth = outer + 1;
	}
	return query_of(t, ev->query)->depth - 1;
}

static void put_place(struct sw_buf *out, const struct sw_rego_loc *l)
{
	if (l && l->file && l->file->name.n)
		sw_buf_printf(out, "%.*s:%u", SW_STR_ARG(l->file->name), l->row);
	else
		sw_buf_printf(out, "query:%u", l ? l->row : 1);
}

/* One row: place and text behind their lengths. */
static void put_event(struct sw_policy_trace *t, const struct sw_rego_trace_event *ev)
{
	static const char *const names[] = {
		"Enter", "Eval", "Fail", "Exit", "Redo", "Note", "Index", "Duplicate"};
	bool outside = ev->op == SW_REGO_TRACE_ENTER || (ev->op == SW_REGO_TRACE_REDO && ev->whole);
	struct trace_row row = {0};
	struct sw_buf *out = &t->rows;
	size_t at = out->n;
	uint32_t depth = shown_depth(t, ev);
	sw_buf_add(out, &row, sizeof(row));
	put_place(out, ev->loc);
	row.n_place = (uint32_t)(out->n - at - sizeof(row));
	for (uint32_t i = 0; i < depth + !outside && i < 100; i++)
		sw_buf_addz(out, "| ");
	bool note = ev->op == SW_REGO_TRACE_NOTE;
	sw_buf_printf(out, note ? "%s \"%.*s\"" : "%s %.*s", names[ev->op], SW_STR_ARG(ev->text));
	row.n_text = (uint32_t)(out->n - at - sizeof(row)) - row.n_place;
	if (!out->overflow)
		memcpy(out->p + at, &row, sizeof(row));
	else
		out->n = at;
}

/* The bodies that lead to an event, the outermost first. */
static void put_path(struct sw_policy_trace *t, uint32_t number, uint32_t inner)
{
	struct trace_query *q = query_of(t, number);
	if (number == inner || q->generation != t->generation)
		return;
	struct sw_rego_trace_event ev = q->last;
	if (ev.depth < PATH_MAX_DEPTH)
		put_path(t, ev.parent, number);
	put_event(t, &ev);
}

void sw_policy_trace_event(void *arg, const struct sw_rego_trace_event *ev)
{
	struct sw_policy_trace *t = arg;
	if (!t->notes_only && !t->fails_only) {
		put_event(t, ev);
		return;
	}
	if (ev->op == (t->notes_only ? SW_REGO_TRACE_NOTE : SW_REGO_TRACE_FAIL)) {
		put_path(t, ev->query, UINT32_MAX);
		put_event(t, ev);
		t->generation++; /* what led to it is told once */
	}
	if (ev->whole && (ev->op == SW_REGO_TRACE_ENTER || ev->op == SW_REGO_TRACE_REDO)) {
		struct trace_query *q = query_of(t, ev->query);
		q->last = *ev;
		q->generation = t->generation;
	}
}

static bool next_row(const struct sw_policy_trace *t, size_t *at, struct trace_row *row)
{
	if (*at + sizeof(*row) > t->rows.n)
		return false;
	memcpy(row, t->rows.p + *at, sizeof(*row));
	*at += sizeof(*row) + row->n_place + row->n_text;
	return *at <= t->rows.n;
}

void sw_policy_trace_finish(struct sw_policy_trace *t)
{
	enum { SPACE = 5 };
	struct trace_row row;
	size_t width = 0;
	for (size_t at = 0; next_row(t, &at, &row);)
		width = row.n_place > width ? row.n_place : width;
	for (size_t at = 0; next_row(t, &at, &row);) {
		const char *place = t->rows.p + at - row.n_text - row.n_place;
		sw_buf_add(&t->text, place, row.n_place);
		sw_buf_pad(&t->text, ' ', width - row.n_place + SPACE);
		sw_buf_add(&t->text, place + row.n_place, row.n_text);
		sw_buf_addch(&t->text, '\n');
	}
}

void sw_policy_trace_json(struct sw_jsonw *w, const struct sw_policy_trace *t)
{
	struct sw_str rest = sw_buf_str(&t->text), line;
	sw_jsonw_array(w, "explanation");
	while (sw_str_split(&rest, '\n', &line) && (line.n || rest.p))
		sw_jsonw_str(w, NULL, line);
	sw_jsonw_end(w);
}

/* ---- coverage ---- */

/* The range of one expression; columns count bytes of the last line. */
static void put_range(struct sw_jsonw *w, const struct sw_rego_loc *loc)
{
	uint32_t row = loc->row, col = loc->col;
	for (size_t i = 0; i < loc->text.n; i++) {
		if (loc->text.p[i] == '\n') {
			row++;
			col = 1;
		} else {
			col++;
		}
	}
	sw_jsonw_object(w, NULL);
	sw_rego_location_json(w, "start", loc, false);
	sw_jsonw_object(w, "end");
	sw_jsonw_int(w, "row", row);
	sw_jsonw_int(w, "col", col);
	sw_jsonw_end(w);
	sw_jsonw_end(w);
}

/* A range of the source, and whether anything there was evaluated. */
struct span {
	const struct sw_rego_loc *loc;
	bool hit;
};

static int by_place(const void *a, const void *b)
{
	const struct sw_rego_loc *x = ((const struct span *)a)->loc, *y = ((const struct span *)b)->loc;
	int c = sw_str_cmp(x->file->name, y->file->name);
	if (c)
		return c;
	if (x->row != y->row)
		return x->row < y->row ? -1 : 1;
	if (x->col != y->col)
		return x->col < y->col ? -1 : 1;
	return x->text.n < y->text.n ? -1 : x->text.n > y->text.n;
}

/* Sorted, equal ranges joined; those of the query are left out. */
static uint32_t collect_spans(struct span *v, const struct sw_rego_loc *x, const uint32_t *hits, uint32_t n)
{
	uint32_t all = 0, out = 0;
	for (uint32_t i = 0; i < n; i++)
		if (x[i].file && x[i].file->name.n)
			v[all++] = (struct span){&x[i], hits[i] != 0};
	qsort(v, all, sizeof(*v), by_place);
	for (uint32_t i = 0; i < all; i++) {
		if (out && by_place(&v[out - 1], &v[i]) == 0)
			v[out - 1].hit |= v[i].hit;
		else
			v[out++] = v[i];
	}
	return out;
}

struct lines {
	uint32_t covered, missed;
};

static uint32_t last_row(const struct sw_rego_loc *loc)
{
	uint32_t row = loc->row;
	for (size_t i = 0; i < loc->text.n; i++)
		row += loc->text.p[i] == '\n';
	return row;
}

/* Lines that ranges touch, each counted once. The ranges are sorted by their first line. */
static uint32_t count_lines(const struct span *v, uint32_t n, bool hit)
{
	uint32_t lines = 0, done = 0;
	for (uint32_t i = 0; i < n; i++) {
		if (v[i].hit != hit)
			continue;
		uint32_t from = v[i].loc->row, to = last_row(v[i].loc);
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

static void put_ranges(struct sw_jsonw *w, const char *key, const struct span *v, uint32_t n, bool want)
{
	bool any = false;
	for (uint32_t i = 0; i < n; i++) {
		if (v[i].hit != want)
			continue;
		if (!any)
			sw_jsonw_array(w, key);
		any = true;
		put_range(w, v[i].loc);
	}
	if (any)
		sw_jsonw_end(w);
}

double sw_policy_coverage_json(
	struct sw_jsonw *w, const char *key, const struct sw_rego_engine *e, const uint32_t *hits)
{
	uint32_t n;
	struct lines total = {0};
	const struct sw_rego_loc *x = sw_rego_engine_exprs(e, &n);
	sw_autofree struct span *v = calloc((size_t)n + 1, sizeof(*v));
	if (!v)
		abort();
	n = collect_spans(v, x, hits, n);
	sw_jsonw_object(w, key);
	sw_jsonw_object(w, "files");
	for (uint32_t i = 0, end; i < n; i = end) {
		sw_autobuf name;
		sw_buf_init(&name, 64 << 10);
		for (end = i; end < n && sw_str_eq(v[end].loc->file->name, v[i].loc->file->name);)
			end++;
		struct lines here = {
			count_lines(v + i, end - i, true), count_lines(v + i, end - i, false)};
		sw_buf_addstr(&name, v[i].loc->file->name);
		sw_jsonw_object(w, sw_buf_cstr(&name));
		put_ranges(w, "covered", v + i, end - i, true);
		put_ranges(w, "not_covered", v + i, end - i, false);
		put_lines(w, here, false);
		sw_jsonw_end(w);
		total.covered += here.covered;
		total.missed += here.missed;
	}
	sw_jsonw_end(w);
	put_lines(w, total, true);
	sw_jsonw_end(w);
	return percent(total);
}

void sw_policy_eval_opts(const struct sw_opts *o, struct sw_rego_eval_opts *ret)
{
	int64_t steps = sw_opts_int(o, "max-steps"), memory = sw_opts_int(o, "max-memory");
	int64_t depth = sw_opts_int(o, "max-depth");
	if (sw_opts_bool(o, "allow-dns"))
		ret->allow |= SW_BUILTIN_ALLOW_DNS;
	if (sw_opts_bool(o, "allow-http"))
		ret->allow |= SW_BUILTIN_ALLOW_HTTP;
	ret->limits.steps = steps > 0 ? (uint64_t)steps : 1;
	ret->limits.memory = memory > 0 ? (size_t)memory : 1;
	ret->limits.depth = depth > 0 ? (uint32_t)(depth < UINT16_MAX ? depth : UINT16_MAX) : 1;
}
