/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/policy/policy.h"

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd/policy/rego_load.h"
#include "doc/json.h"
#include "rego/partial/partial.h"
#include "rego/types.h"

uint32_t sw_policy_max_errors(const struct sw_opts *o)
{
	int64_t n = sw_opts_int(o, "max-errors");
	return n > 0 && n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
}

int sw_policy_agree(const struct sw_opts *o, struct sw_error *err)
{
	const char *caps = sw_opts_str(o, "capabilities");
	if (caps && strcmp(caps, SW_POLICY_OPA_VERSION) != 0 && access(caps, F_OK) != 0)
		return sw_error_set(err, SW_EUSAGE,
			"invalid argument \"%s\" for \"--capabilities\" flag: no such file or "
			"capabilities version found: %s (only " SW_POLICY_OPA_VERSION
			" is built in: `opa capabilities --version %s` writes the file)",
			caps, caps, caps);
	return 0;
}

int sw_policy_caps(
	struct sw_arena *a, const char *path, const struct sw_rego_caps **ret, struct sw_error *err)
{
	struct sw_value doc;
	struct sw_rego_caps *caps;
	*ret = NULL;
	if (!path || strcmp(path, SW_POLICY_OPA_VERSION) == 0)
		return 0;
	int rc = sw_rego_load_document(a, path, &doc, err);
	if (!rc)
		rc = sw_rego_caps_read(a, doc, &caps, err);
	if (!rc)
		*ret = caps;
	return rc;
}

void sw_policy_builtin_json(struct sw_jsonw *w, struct sw_arena *a, const struct sw_builtin *b)
{
	const struct sw_rego_type *t;
	sw_jsonw_object(w, NULL);
	sw_jsonw_z(w, "name", b->name);
	if (sw_rego_type_read(a, b->decl, &t, NULL) == 0)
		sw_rego_value_json(w, SW_STR("decl"), sw_rego_type_value(a, t));
	if (b->infix)
		sw_jsonw_z(w, "infix", b->infix);
	if (b->flags & SW_BUILTIN_RELATION)
		sw_jsonw_bool(w, "relation", true);
	if (b->flags & SW_BUILTIN_DEPRECATED)
		sw_jsonw_bool(w, "deprecated", true);
	if (b->flags & SW_BUILTIN_NONDETERMINISTIC)
		sw_jsonw_bool(w, "nondeterministic", true);
	sw_jsonw_end(w);
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

/* ---- stacks and traces ---- */

enum { FRAME_TEXT_MAX = 80 }; /* runes */

/* The source on one line, cut. */
static void put_frame_text(struct sw_buf *out, struct sw_str text)
{
	unsigned runes = 0;
	bool space = false;
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];
		if (c <= ' ') {
			space = runes > 0;
			continue;
		}
		runes += ((c & 0xc0) != 0x80) + space;
		if (runes > FRAME_TEXT_MAX) {
			sw_buf_addz(out, "...");
			return;
		}
		if (space)
			sw_buf_addch(out, ' ');
		space = false;
		sw_buf_addch(out, (char)c);
	}
}

void sw_policy_stack(struct sw_buf *out, unsigned indent, const struct sw_rego_loc *v, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		sw_buf_pad(out, ' ', indent);
		if (v[i].file && v[i].file->name.n)
			sw_buf_printf(out, "%.*s:%u", SW_STR_ARG(v[i].file->name), v[i].row);
		else
			sw_buf_printf(out, "%u:%u", v[i].row, v[i].col);
		if (v[i].text.n)
			sw_buf_addz(out, ": ");
		put_frame_text(out, v[i].text);
		sw_buf_addch(out, '\n');
	}
}

/* Queries are numbered by their depth: which child of its parent one is, nobody has counted. */
void sw_policy_stack_json(struct sw_jsonw *w, const struct sw_rego_loc *v, uint32_t n)
{
	if (!n)
		return;
	sw_jsonw_array(w, "stack_trace");
	for (uint32_t i = 0; i < n; i++) {
		sw_jsonw_object(w, NULL);
		sw_jsonw_int(w, "query_id", n - 1 - i);
		sw_rego_location_json(w, "location", &v[i], true);
		sw_jsonw_end(w);
	}
	sw_jsonw_end(w);
}

#define TRACE_MAX ((size_t)64 << 20)

enum { QUERIES_MAX = 1 << 20, PATH_MAX_DEPTH = 5000, ROW_VARS_MAX = 1 << 20 };

struct trace_row {
	uint32_t n_place, n_text, n_vars;
};

/* A body of the evaluation. */
struct trace_query {
	struct sw_rego_trace_event last; /* notes, fails: its last Enter or Redo, when of this generation */
	struct sw_buf vars;		 /* at that event */
	uint32_t generation, depth;	 /* depth 0: nothing of it was shown yet */
};

void sw_policy_trace_init(struct sw_policy_trace *t, const char *mode, bool vars)
{
	*t = (struct sw_policy_trace){.notes_only = strcmp(mode, "notes") == 0,
		.fails_only = strcmp(mode, "fails") == 0,
		.vars = vars,
		.generation = 1};
	sw_buf_init(&t->rows, TRACE_MAX);
	sw_buf_init(&t->text, TRACE_MAX);
}

void sw_policy_trace_release(struct sw_policy_trace *t)
{
	sw_buf_release(&t->rows);
	sw_buf_release(&t->text);
	for (uint32_t i = 0; i < t->n_queries; i++)
		sw_buf_release(&t->queries[i].vars);
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
	if (!l)
		return;
	if (l->file && l->file->name.n)
		sw_buf_printf(out, "%.*s:%u", SW_STR_ARG(l->file->name), l->row);
	else
		sw_buf_printf(out, "query:%u", l->row);
}

/* One row: place, text and variables behind their lengths. */
static void put_event(struct sw_policy_trace *t, const struct sw_rego_trace_event *ev, struct sw_str vars)
{
	static const char *const names[] = {
		"Enter", "Eval", "Fail", "Exit", "Redo", "Note", "Index", "Duplicate", "TestCase"};
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
	row.n_vars = (uint32_t)vars.n;
	sw_buf_addstr(out, vars);
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
	put_event(t, &ev, sw_buf_str(&query_of(t, number)->vars));
}

static struct sw_str vars_of(struct sw_policy_trace *t, const struct sw_rego_trace_event *ev, struct sw_buf *out)
{
	sw_buf_clear(out);
	if (t->vars)
		sw_rego_trace_row(ev, out);
	return sw_buf_str(out);
}

static void remember(struct sw_policy_trace *t, const struct sw_rego_trace_event *ev)
{
	struct trace_query *q = query_of(t, ev->query);
	if (!q->vars.p)
		sw_buf_init(&q->vars, ROW_VARS_MAX);
	vars_of(t, ev, &q->vars);
	q->last = *ev;
	q->last.point = NULL;
	q->generation = t->generation;
}

void sw_policy_trace_event(void *arg, const struct sw_rego_trace_event *ev)
{
	struct sw_policy_trace *t = arg;
	bool all = !t->notes_only && !t->fails_only;
	sw_autobuf vars;
	sw_buf_init(&vars, ROW_VARS_MAX);
	if (all || (t->notes_only && ev->op == SW_REGO_TRACE_NOTE) || (t->fails_only && ev->op == SW_REGO_TRACE_FAIL)) {
		if (!all)
			put_path(t, ev->query, UINT32_MAX);
		put_event(t, ev, vars_of(t, ev, &vars));
		t->generation++; /* what led to it is told once */
	}
	if (!all && ev->whole && (ev->op == SW_REGO_TRACE_ENTER || ev->op == SW_REGO_TRACE_REDO))
		remember(t, ev);
}

static bool next_row(const struct sw_policy_trace *t, size_t *at, struct trace_row *row)
{
	if (*at + sizeof(*row) > t->rows.n)
		return false;
	memcpy(row, t->rows.p + *at, sizeof(*row));
	*at += sizeof(*row) + row->n_place + row->n_text + row->n_vars;
	return *at <= t->rows.n;
}

static struct sw_str cell(const struct sw_policy_trace *t, size_t *at, uint32_t n)
{
	struct sw_str s = {t->rows.p + *at, n};
	*at += n;
	return s;
}

/* Columns are as wide as the longest text has bytes, and filled by characters, as opa does it. */
static void put_cell(struct sw_buf *out, struct sw_str s, size_t width)
{
	size_t n = sw_utf8_count(s);
	sw_buf_addstr(out, s);
	sw_buf_pad(out, ' ', width > n ? width - n : 0);
	sw_buf_addch(out, ' ');
}

/* `indent`: in front of every part of a line and of its end, as opa's writer puts it. */
static void put_rows(const struct sw_policy_trace *t, struct sw_buf *out, unsigned indent)
{
	enum { SPACE = 4 };
	struct trace_row row;
	size_t places = 0, texts = 0;
	for (size_t at = 0; next_row(t, &at, &row);) {
		places = row.n_place > places ? row.n_place : places;
		texts = row.n_text > texts ? row.n_text : texts;
	}
	for (size_t at = 0; next_row(t, &at, &row);) {
		size_t from = at - row.n_text - row.n_place - row.n_vars;
		sw_buf_pad(out, ' ', indent);
		put_cell(out, cell(t, &from, row.n_place), places + SPACE);
		sw_buf_pad(out, ' ', indent);
		if (t->vars) {
			put_cell(out, cell(t, &from, row.n_text), texts + SPACE);
			sw_buf_pad(out, ' ', indent);
		}
		sw_buf_addstr(out, cell(t, &from, t->vars ? row.n_vars : row.n_text));
		sw_buf_pad(out, ' ', indent);
		sw_buf_addch(out, '\n');
	}
}

void sw_policy_trace_finish(struct sw_policy_trace *t)
{
	put_rows(t, &t->text, 0);
}

void sw_policy_trace_indented(const struct sw_policy_trace *t, struct sw_buf *out)
{
	put_rows(t, out, 2);
}

void sw_policy_trace_json(struct sw_jsonw *w, const struct sw_policy_trace *t)
{
	struct sw_str rest = sw_buf_str(&t->text), line;
	sw_jsonw_array(w, "explanation");
	while (sw_str_split(&rest, '\n', &line) && (line.n || rest.p))
		sw_jsonw_str(w, NULL, line);
	sw_jsonw_end(w);
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
