/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of terms, and bodies in brackets: on one line or one per line, as the source has them. */
#include <stdlib.h>

#include "base/cleanup.h"
#include "rego/format/impl.h"

/* One element: a term, or key and value. */
struct elem {
	const struct sw_rego_term *a, *b;
	uint32_t order;
};

/* ---- variables that the compiler made: their places mean nothing ---- */

static bool generated_in_body(const struct sw_rego_body *b);

static bool generated(const struct sw_rego_term *t)
{
	if (t->kind == SW_REGO_VAR)
		return sw_str_starts(t->name, SW_STR("__local"));
	for (uint32_t i = 0; i < t->items.n; i++)
		if (t->items.v[i] && generated(t->items.v[i]))
			return true;
	return generated_in_body(&t->body);
}

static bool generated_in_body(const struct sw_rego_body *b)
{
	for (uint32_t i = 0; i < b->n; i++)
		for (uint32_t k = 0; b->v[i] && k < b->v[i]->terms.n; k++)
			if (generated(b->v[i]->terms.v[k]))
				return true;
	return false;
}

/* ---- lines ---- */

static int cmp_place(const void *a, const void *b)
{
	const struct elem *x = a, *y = b;
	const struct sw_rego_loc *lx = &x->a->loc, *ly = &y->a->loc;
	if (lx->row != ly->row)
		return lx->row < ly->row ? -1 : 1;
	if (lx->col != ly->col)
		return lx->col < ly->col ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

static struct elem *elements(struct fmt_writer *w, const struct sw_rego_terms *items, bool pairs, uint32_t *ret_n)
{
	uint32_t n = pairs ? items->n / 2 : items->n;
	struct elem *v = sw_arena_new_array(w->arena, n + 1, struct elem);
	bool as_is = false;
	for (uint32_t i = 0; v && i < n; i++) {
		v[i].a = items->v[pairs ? i * 2 : i];
		v[i].b = pairs ? items->v[i * 2 + 1] : NULL;
		v[i].order = i;
		as_is = as_is || (!pairs && generated(v[i].a)); /* OPA does not look into pairs */
	}
	if (v && !as_is)
		qsort(v, n, sizeof(*v), cmp_place);
	else if (v && n)
		v[0].order = UINT32_MAX; /* one line, whatever the places say */
	*ret_n = n;
	return v;
}

/* The end of the line that starts at `i`. */
static uint32_t line_end(const struct elem *v, uint32_t n, uint32_t i)
{
	if (n && v[0].order == UINT32_MAX)
		return n;
	do
		i++;
	while (i < n && v[i].a->loc.row <= v[i - 1].a->loc.row);
	return i < n ? i : n;
}

/* ---- writing ---- */

static enum fmt_result object_entry(struct fmt_writer *w, const struct elem *e, struct fmt_comments *c)
{
	bool parens = fmt_is_union(e->a);
	fmt_put(w, parens ? "(" : "");
	enum fmt_result r = fmt_term(w, e->a, c);
	if (r) {
		c->n = 0;
		return r;
	}
	fmt_put(w, parens ? "): " : ": ");
	parens = fmt_is_union(e->b);
	fmt_put(w, parens ? "(" : "");
	r = fmt_term(w, e->b, c);
	fmt_put(w, parens ? ")" : "");
	return r;
}

static enum fmt_result entry(struct fmt_writer *w, const struct elem *e, enum fmt_list_kind kind,
	struct fmt_comments *c)
{
	if (kind == FMT_OBJECT)
		return object_entry(w, e, c);
	bool parens = fmt_is_union(e->a) && (kind == FMT_LIST_UNION_PARENS ||
						    (e->a->loc.text.n && e->a->loc.text.p[0] == '('));
	fmt_put(w, parens ? "(" : "");
	enum fmt_result r = fmt_term(w, e->a, c);
	fmt_put(w, parens ? ")" : "");
	return r;
}

static enum fmt_result line(struct fmt_writer *w, const struct elem *v, uint32_t n, enum fmt_list_kind kind,
	struct fmt_comments *c)
{
	for (uint32_t i = 0; i < n; i++) {
		enum fmt_result r = entry(w, &v[i], kind, c);
		if (r) {
			c->n = 0;
			return r;
		}
		if (i + 1 < n)
			fmt_put(w, ", ");
	}
	return FMT_OK;
}

/* Whether the source breaks the line between the bracket and the first element. */
static bool newline_first(const struct sw_rego_loc *last, const struct sw_rego_term *first)
{
	size_t cut = sw_str_find(last->text, first->loc.text, 0);
	if (cut == SW_NPOS || cut == 0)
		return false;
	size_t nl = sw_str_chr(sw_str_sub(last->text, 0, cut), '\n', 0);
	return nl != SW_NPOS && nl > 0;
}

static enum fmt_result close_list(struct fmt_writer *w, int64_t close_row, struct fmt_comments *c)
{
	fmt_put(w, ",");
	fmt_end_line(w);
	enum fmt_result r = fmt_insert_comments(w, c, close_row);
	if (!r)
		r = fmt_down(w);
	if (r) {
		c->n = 0;
		return r;
	}
	fmt_start_line(w);
	return FMT_OK;
}

enum fmt_result fmt_list(struct fmt_writer *w, const struct sw_rego_terms *items, const struct sw_rego_loc *last,
	int64_t close_row, enum fmt_list_kind kind, struct fmt_comments *c)
{
	uint32_t n, from = 0;
	struct elem *v = elements(w, items, kind == FMT_OBJECT, &n);
	if (!v) {
		w->fail = "out of memory";
		return FMT_FAIL;
	}
	uint32_t end = n ? line_end(v, n, 0) : 0;
	bool multi = end < n;
	if (!multi) {
		/* A comment inside of what would become one line: leave it as it is. */
		for (uint32_t i = 0; i < c->n; i++)
			if (c->v[i]->loc.row > last->row && (int64_t)c->v[i]->loc.row < close_row)
				return FMT_UNEXPECTED;
		multi = n && newline_first(last, v[0].a);
	}
	if (multi) {
		w->delay = true;
		fmt_end_line(w);
		w->level++;
		fmt_start_line(w);
	}
	for (;; end = line_end(v, n, from)) {
		enum fmt_result r = line(w, v + from, end - from, kind, c);
		if (r)
			return r;
		from = end;
		if (from >= n)
			break;
		fmt_put(w, ",");
		fmt_end_line(w);
		fmt_start_line(w);
	}
	return multi ? close_list(w, close_row, c) : FMT_OK;
}

/* ---- comprehensions ---- */

static bool body_breaks(const struct sw_rego_body *b, int64_t row)
{
	bool as_is = generated_in_body(b);
	if ((int64_t)b->v[0]->loc.row > row)
		return true;
	for (uint32_t i = 1; !as_is && i < b->n; i++)
		if (b->v[i]->loc.row > b->v[i - 1]->loc.row)
			return true;
	return false;
}

static enum fmt_result inline_body(struct fmt_writer *w, const struct sw_rego_body *b, struct fmt_comments *c)
{
	fmt_put(w, " ");
	for (uint32_t i = 0; i < b->n; i++) {
		enum fmt_result r = fmt_expr(w, b->v[i], c);
		if (r)
			return r;
		if (i + 1 < b->n)
			fmt_put(w, "; ");
	}
	return FMT_OK;
}

enum fmt_result fmt_braced_body(struct fmt_writer *w, char open, char close, const struct sw_rego_body *b,
	const struct sw_rego_loc *term, const struct sw_rego_loc *whole, struct fmt_comments *c)
{
	enum fmt_result r;
	bool breaks = body_breaks(b, term->row);
	if (breaks) {
		fmt_end_line(w);
		w->level++;
		r = fmt_body(w, b, c);
	} else {
		r = inline_body(w, b, c);
	}
	if (!r) {
		r = fmt_insert_comments(w, c, fmt_closing_row(0, 0, open, close, whole));
		if (r)
			c->n = 0;
	}
	if (breaks) {
		if (fmt_down(w) && !r)
			r = FMT_FAIL;
		fmt_start_line(w);
	}
	return r;
}

static enum fmt_result comprehension(struct fmt_writer *w, const struct sw_rego_term *t,
	const struct sw_rego_term *head, int64_t head_row, struct fmt_comments *c)
{
	bool array = t->kind == SW_REGO_ARRAY_COMP;
	struct sw_rego_term placed = *head;
	placed.loc.row = (uint32_t)head_row;
	if (head_row > t->loc.row) {
		fmt_end_line(w);
		fmt_start_line(w);
	}
	bool parens = head->kind == SW_REGO_CALL &&
		      (fmt_is_union(head) || (head->loc.text.n && head->loc.text.p[0] == '('));
	enum fmt_result r = fmt_term_parens(w, parens, &placed, c);
	if (r) {
		c->n = 0;
		return r;
	}
	fmt_put(w, " |");
	return fmt_braced_body(w, array ? '[' : '{', array ? ']' : '}', &t->body, &placed.loc, &t->loc, c);
}

static enum fmt_result object_key(struct fmt_writer *w, const struct sw_rego_term *k, struct fmt_comments *c)
{
	bool parens = fmt_is_union(k);
	fmt_put(w, parens ? "(" : "");
	enum fmt_result r = fmt_term(w, k, c);
	if (r)
		c->n = 0;
	else
		fmt_put(w, parens ? "): " : ": ");
	return r;
}

enum fmt_result fmt_comprehension(struct fmt_writer *w, const struct sw_rego_term *t, struct fmt_comments *c)
{
	bool array = t->kind == SW_REGO_ARRAY_COMP;
	enum fmt_result r = FMT_OK;
	fmt_put(w, array ? "[" : "{");
	if (t->kind == SW_REGO_OBJECT_COMP) {
		r = object_key(w, t->items.v[0], c);
		/* The value stays on the key's line, wherever it stood. */
		if (!r)
			r = comprehension(w, t, t->items.v[1], t->loc.row, c);
	} else {
		r = comprehension(w, t, t->items.v[0], t->items.v[0]->loc.row, c);
	}
	fmt_put(w, array ? "]" : "}");
	return r;
}
