/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What variables hold where an event of a trace happens: in a row beside the event, and with arrows below an
 * expression that failed. Both in the form of opa's tracer, whose rules are its: a part of the expression is
 * named by its source, a local that stands for a call or ref by that, and a comprehension's inside is not told.
 */
#include "rego/partial/explain.h"

#include "base/cleanup.h"

enum { ROW_VALUE_MAX = 32, BELOW_VALUE_MAX = 64, TEXT_MAX = 1 << 20, COLUMNS_MAX = 4096 };

/* ---- values ---- */

/* The text of what a variable of the event's body holds. False: nothing. */
static bool value_text(struct ev *e, const term *var, struct sw_str *ret)
{
	if (!pe_bound(e->b, var))
		return false;
	const term *t = pe_plug(e->pe, e->b, var);
	struct sw_value v = pe_value(e->pe, t);
	if (!sw_defined(v)) {
		*ret = cc_term_str(e->pe->c, pe_unpack(e->pe, t));
		return true;
	}
	sw_autobuf text;
	sw_buf_init(&text, TEXT_MAX);
	sw_rego_value_print(&text, v);
	*ret = cc_str(e->pe->c, sw_buf_str(&text));
	return true;
}

/* A document that a ref selects from by constants alone, when it was made already. */
static bool document_text(struct ev *e, const term *ref, struct sw_str *ret_name, struct sw_str *ret)
{
	struct pe *pe = e->pe;
	uint32_t n = 1;
	while (n < ref->items.n && pe_ground(ref->items.v[n]))
		n++;
	const term *known = ref_starts(ref, "data") ? pe_remembered(pe, ref->items.v, n) : NULL;
	if (!known || known == &pe_undefined)
		return false;
	*ret_name = cc_term_str(pe->c, ref_prefix(pe->c, ref, n));
	*ret = cc_term_str(pe->c, pe_unpack(pe, known));
	return true;
}

static void put_cut(struct sw_buf *out, struct sw_str s, size_t max)
{
	bool cut = s.n > max;
	sw_buf_add(out, s.p, cut ? max - 3 : s.n);
	if (cut)
		sw_buf_addz(out, "...");
}

/* ---- rows ---- */

struct row {
	struct ev *e;
	struct varset values; /* name -> struct sw_str * */
};

static void row_add(struct row *r, struct sw_str name, struct sw_str value)
{
	cc *c = r->e->pe->c;
	struct sw_str *v = cc_alloc(c, sizeof(*v));
	*v = value;
	vs_set(c, &r->values, name, v);
}

static bool row_term(struct visitor *v, term *t)
{
	struct row *r = v->ctx;
	struct sw_str name, value;
	if (t->kind == SW_REGO_VAR && value_text(r->e, t, &value))
		row_add(r, shown_name(v->c, t->name), value);
	if (t->kind == SW_REGO_REF && document_text(r->e, t, &name, &value))
		row_add(r, name, value);
	return false;
}

static bool row_var(struct visitor *v, term *t)
{
	return t->kind == SW_REGO_VAR && row_term(v, t);
}

/* Of a rule: what its head names, as far as that is in opa's tree. */
static void row_head(struct visitor *v, struct sw_rego_head *h)
{
	v->term = row_var;
	walk_terms(v, &h->args, 0);
	if (h->opa_key)
		walk_term(v, h->opa_key);
	if (h->value)
		walk_term(v, h->value);
}

void sw_rego_trace_row(const struct sw_rego_trace_event *ev, struct sw_buf *out)
{
	const struct sw_rego_trace_point *at = ev->point;
	if (at && at->e) {
		cc *c = at->e->pe->c;
		struct row r = {.e = at->e};
		struct visitor v = {.c = c, .ctx = &r, .term = row_term};
		vs_init(&r.values, c->a);
		if (at->expr)
			walk_expr(&v, (struct sw_rego_expr *)at->expr);
		if (at->body)
			walk_body(&v, (struct sw_rego_body *)at->body);
		if (at->rule)
			row_head(&v, at->rule->head);
		vs_sort(&r.values);
		sw_buf_addch(out, '{');
		for (uint32_t i = 0; i < r.values.n; i++) {
			sw_buf_printf(out, "%s%.*s: ", i ? ", " : "", SW_STR_ARG(r.values.v[i].name));
			put_cut(out, *(const struct sw_str *)r.values.v[i].val, ROW_VALUE_MAX);
		}
	} else {
		sw_buf_addch(out, '{');
	}
	sw_buf_addch(out, '}');
}

/* ---- parts of an expression ---- */

struct part {
	struct sw_str title, value;
	bool known;
	const struct sw_rego_loc *loc;
};

struct parts {
	struct ev *e;
	struct part *v;
	uint32_t n, cap;
	bool unknown_too; /* what has no value is undefined, and not just out of sight */
};

/* One of each title. What is not known gives way. */
static void add_part(struct parts *p, struct part x, bool replace)
{
	cc *c = p->e->pe->c;
	uint32_t i = 0;
	x.title = x.loc->text.p ? x.loc->text : x.title;
	while (i < p->n && !sw_str_eq(p->v[i].title, x.title))
		i++;
	if (i < p->n && p->v[i].known && !replace)
		return;
	if (i == p->n) {
		CC_GROW(c, c->a, p->v, p->n, p->cap);
		p->n++;
	}
	p->v[i] = x;
}

static bool has_user_name(cc *c, struct sw_str name)
{
	return (c->user_names && vs_has(c->user_names, name)) || vs_has(&c->rewritten, name);
}

static void part_var(struct parts *p, const term *t)
{
	cc *c = p->e->pe->c;
	struct part x = {.loc = &t->loc, .title = user_name(c, t->name)};
	x.known = value_text(p->e, t, &x.value);
	if (!x.known && !has_user_name(c, t->name) && !p->unknown_too)
		return;
	add_part(p, x, false);
}

/* What a ref selects from a local. */
static void part_ref(struct parts *p, const term *ref)
{
	struct ev *e = p->e;
	const term *head = ref->items.v[0];
	if (head->kind != SW_REGO_VAR || ref->items.n < 2 || !pe_bound(e->b, head))
		return;
	struct sw_value v = pe_value(e->pe, pe_plug(e->pe, e->b, head));
	for (uint32_t i = 1; i < ref->items.n && sw_defined(v); i++) {
		struct sw_value key = pe_value(e->pe, pe_plug(e->pe, e->b, ref->items.v[i]));
		v = sw_defined(key) ? pe_select(v, key) : sw_undef();
	}
	if (!sw_defined(v))
		return;
	sw_autobuf text;
	sw_buf_init(&text, TEXT_MAX);
	sw_rego_value_print(&text, v);
	add_part(p, (struct part){.loc = &ref->loc, .known = true, .value = cc_str(e->pe->c, sw_buf_str(&text))},
		false);
}

static bool part_term(struct visitor *v, term *t)
{
	struct parts *p = v->ctx;
	if (!t->loc.row)
		return false;
	if (is_comprehension(t))
		return true;
	if (t->kind == SW_REGO_REF)
		part_ref(p, t);
	if (t->kind == SW_REGO_VAR)
		part_var(p, t);
	return false;
}

/* Of calls the operands, of `with` the value. */
static bool part_expr(struct visitor *v, struct sw_rego_expr *x)
{
	if (x->kind != SW_REGO_EXPR_CALL)
		return false;
	walk_terms(v, &x->terms, 1);
	for (uint32_t i = 0; i < x->n_withs; i++)
		walk_term(v, x->withs[i].value);
	return true;
}

static bool part_with(struct visitor *v, struct sw_rego_with *w)
{
	walk_term(v, w->value);
	return true;
}

static bool document_term(struct visitor *v, term *t)
{
	struct parts *p = v->ctx;
	struct part x = {.known = true};
	if (t->kind == SW_REGO_REF && document_text(p->e, t, &x.title, &x.value)) {
		x.loc = &t->items.v[0]->loc;
		add_part(p, x, true);
	}
	return false;
}

static const struct sw_rego_expr *written(const struct sw_rego_expr *x)
{
	while (x->from)
		x = x->from;
	return x;
}

/* Was it taken out of the same expression? By its place: bodies are copied. */
static bool akin(const struct sw_rego_expr *a, const struct sw_rego_expr *b)
{
	const struct sw_rego_expr *x = written(a), *y = written(b);
	return (a->from || b->from) && x->loc.text.p == y->loc.text.p && x->loc.text.n == y->loc.text.n;
}

static void find_parts(struct parts *p, const struct sw_rego_expr *x)
{
	cc *c = p->e->pe->c;
	struct visitor documents = {.c = c, .ctx = p, .term = document_term};
	struct visitor v = {.c = c, .ctx = p, .term = part_term, .expr = part_expr, .with = part_with};
	walk_expr(&documents, (struct sw_rego_expr *)x);
	p->unknown_too = !x->negated;
	walk_expr(&v, (struct sw_rego_expr *)x);
	p->unknown_too = false;
	for (uint32_t i = 0; i < p->e->q->n; i++)
		if (p->e->q->v[i] != x && akin(p->e->q->v[i], x))
			walk_expr(&v, p->e->q->v[i]);
}

/* ---- below the expression ---- */

/* What stands before it for the columns [from, to): the tab characters of its line stay, so that columns match. */
static void put_blanks(struct sw_buf *out, const struct sw_rego_loc *l, uint32_t from, uint32_t to)
{
	size_t at = l->file ? l->offset : 0;
	uint32_t col = 1;
	while (at > 0 && l->file->text.p[at - 1] != '\n')
		at--;
	for (; l->file && at < l->offset && col < to; at++)
		if (((unsigned char)l->file->text.p[at] & 0xc0) != 0x80 && col++ >= from)
			sw_buf_addch(out, l->file->text.p[at] == '\t' ? '\t' : ' ');
	for (col = col > from ? col : from; col < to; col++)
		sw_buf_addch(out, ' ');
}

static bool after_tabs(const struct sw_rego_loc *l)
{
	for (size_t at = l->file ? l->offset : 0; at > 0 && l->file->text.p[at - 1] != '\n'; at--)
		if (l->file->text.p[at - 1] == '\t')
			return true;
	return false;
}

/* By column, lower rows first: they are shown from the right to the left. */
static int by_column(const void *a, const void *b)
{
	const struct part *x = a, *y = b;
	if (x->loc->col != y->loc->col)
		return x->loc->col < y->loc->col ? -1 : 1;
	if (x->loc->row != y->loc->row)
		return x->loc->row > y->loc->row ? -1 : 1;
	return sw_str_cmp(x->title, y->title);
}

static int by_title(const void *a, const void *b)
{
	return sw_str_cmp(((const struct part *)a)->title, ((const struct part *)b)->title);
}

static struct sw_str value_of(const struct part *x)
{
	return x->known ? x->value : SW_STR("undefined");
}

static bool same_column(const struct parts *p, uint32_t i, uint32_t k)
{
	return k < p->n && p->v[i].loc->col == p->v[k].loc->col;
}

/* A line of arrows down to part `at`, whose value ends it; at >= p->n: only arrows. */
static void put_arrows(const struct parts *p, uint32_t at, struct sw_buf *out)
{
	uint32_t last = at < p->n ? at : p->n - 1, col = 0;
	for (uint32_t i = 0; i <= last; i++) {
		const struct part *x = &p->v[i];
		if (i < last && same_column(p, i, i + 1))
			continue;
		put_blanks(out, x->loc, col + 1, x->loc->col);
		col = x->loc->col;
		if (i != at) {
			sw_buf_addch(out, '|');
			continue;
		}
		if ((i && same_column(p, i, i - 1)) || same_column(p, i, i + 1))
			sw_buf_printf(out, "%.*s: ", SW_STR_ARG(x->title));
		put_cut(out, value_of(x), BELOW_VALUE_MAX);
	}
}

/* Lines with tabs have no common columns, and minified ones too many. */
static void put_list(const struct parts *p, struct sw_buf *out)
{
	sw_buf_addz(out, "\n\nWhere:\n");
	for (uint32_t i = 0; i < p->n; i++) {
		sw_buf_printf(out, "\n%.*s: ", SW_STR_ARG(p->v[i].title));
		put_cut(out, value_of(&p->v[i]), BELOW_VALUE_MAX);
	}
}

static void put_parts(const struct parts *p, struct sw_buf *out)
{
	bool tabs = false, rows = false, wide = false;
	for (uint32_t i = 0; i < p->n; i++) {
		wide |= p->v[i].loc->col > COLUMNS_MAX;
		tabs |= after_tabs(p->v[i].loc);
		rows |= p->v[i].loc->row != p->v[0].loc->row;
	}
	if (!p->n)
		return;
	bool list = (tabs && rows) || wide;
	qsort(p->v, p->n, sizeof(*p->v), list ? by_title : by_column);
	if (list) {
		put_list(p, out);
		return;
	}
	for (uint32_t i = p->n + 1; i-- > 0;) {
		sw_buf_addch(out, '\n');
		put_arrows(p, i, out);
	}
}

void sw_rego_trace_values(const struct sw_rego_trace_event *ev, struct sw_buf *out)
{
	if (!ev->point || !ev->point->expr)
		return;
	struct parts p = {.e = ev->point->e};
	const struct sw_rego_loc *l = &written(ev->point->expr)->loc;
	put_blanks(out, l, 1, l->col);
	sw_buf_addstr(out, l->text);
	find_parts(&p, ev->point->expr);
	put_parts(&p, out);
}
