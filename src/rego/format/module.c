/* SPDX-License-Identifier: Apache-2.0 */
/* A whole module: which imports it needs, how they are grouped and sorted, and its rules. */
#include "rego/format/module.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "rego/lexer.h"

/* ---- imports ---- */

struct imports {
	const struct sw_rego_import **v;
	uint32_t n;
};

static bool path_is(const struct sw_rego_import *imp, const char *root, const char *second, uint32_t n)
{
	const struct sw_rego_terms *p = &imp->path->items;
	if (p->n != n || p->v[0]->kind != SW_REGO_VAR || !sw_str_is(p->v[0]->name, root))
		return false;
	return n < 2 || (p->v[1]->kind == SW_REGO_SCALAR && sw_str_is(sw_value_str(p->v[1]->value), second));
}

static bool is_rego(const struct sw_rego_import *imp, const char *version)
{
	return path_is(imp, "rego", version, 2);
}

static bool is_future(const struct sw_rego_import *imp)
{
	const struct sw_rego_term *root = imp->path->items.v[0];
	return root->kind == SW_REGO_VAR && sw_str_is(root->name, "future");
}

static struct sw_str future_keyword(const struct sw_rego_import *imp)
{
	return path_is(imp, "future", "keywords", 3) ? sw_value_str(imp->path->items.v[2]->value) : (struct sw_str){0};
}

static bool any_rego(const struct imports *imps, const char *version)
{
	for (uint32_t i = 0; i < imps->n; i++)
		if (is_rego(imps->v[i], version))
			return true;
	return false;
}

static void drop(struct imports *imps, bool v1, bool future)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < imps->n; i++)
		if (!(v1 && is_rego(imps->v[i], "v1")) && !(future && is_future(imps->v[i])))
			imps->v[n++] = imps->v[i];
	imps->n = n;
}

static struct sw_rego_term *path_term(struct sw_arena *a, const char *const *parts, uint32_t n)
{
	struct sw_rego_term *ref = sw_arena_new(a, struct sw_rego_term);
	struct sw_rego_term *items = sw_arena_zalloc(a, n * sizeof(*items));
	struct sw_rego_term **v = sw_arena_new_array(a, n, struct sw_rego_term *);
	if (!ref || !items || !v)
		return NULL;
	for (uint32_t i = 0; i < n; i++) {
		items[i].kind = i ? SW_REGO_SCALAR : SW_REGO_VAR;
		items[i].name = i ? (struct sw_str){0} : sw_str_from(parts[i]);
		items[i].value = i ? sw_string(sw_str_from(parts[i])) : sw_undef();
		items[i].loc.row = 1;
		v[i] = &items[i];
	}
	ref->kind = SW_REGO_REF;
	ref->items = (struct sw_rego_terms){v, n, n};
	return ref;
}

/* An import that the source lacks, placed behind its like; file NULL tells it from the others. */
static bool add_import(struct fmt_writer *w, struct imports *imps, const char *const *parts, uint32_t n)
{
	struct sw_rego_import *imp = sw_arena_new(w->arena, struct sw_rego_import);
	uint32_t row = 0;
	if (!imp)
		return false;
	imp->path = path_term(w->arena, parts, n);
	for (uint32_t i = 0; i < imps->n; i++)
		if ((is_future(imps->v[i]) || is_rego(imps->v[i], "v1")) && imps->v[i]->loc.row > row)
			row = imps->v[i]->loc.row;
	imp->loc.row = row + 1;
	imp->loc.col = 1;
	imps->v[imps->n++] = imp;
	return imp->path != NULL;
}

static bool ensure_keyword(struct fmt_writer *w, struct imports *imps, const char *kw)
{
	const char *const parts[] = {"future", "keywords", kw};
	for (uint32_t i = 0; i < imps->n; i++) {
		struct sw_str have = future_keyword(imps->v[i]);
		if (path_is(imps->v[i], "future", "keywords", 2) || sw_str_is(have, kw) ||
			(sw_str_is(have, "every") && strcmp(kw, "in") == 0))
			return true;
	}
	return add_import(w, imps, parts, 3);
}

static void used_keywords(const struct sw_rego_body *b, uint32_t *bits);

static void used_in_term(const struct sw_rego_term *t, uint32_t *bits)
{
	if (!t)
		return;
	for (uint32_t i = 0; i < t->items.n; i++)
		used_in_term(t->items.v[i], bits);
	used_keywords(&t->body, bits);
}

/* Keywords whose constructs the module uses. */
static void used_keywords(const struct sw_rego_body *b, uint32_t *bits)
{
	for (uint32_t i = 0; i < b->n; i++) {
		const struct sw_rego_expr *e = b->v[i];
		uint32_t arity;
		if (!e)
			continue;
		if (e->kind == SW_REGO_EXPR_CALL && fmt_is_member(e->terms.v[0], &arity))
			*bits |= SW_KW_IN;
		if (e->kind == SW_REGO_EXPR_EVERY)
			*bits |= SW_KW_EVERY;
		if (e->kind == SW_REGO_EXPR_NOT_BODY)
			*bits |= SW_KW_NOT;
		if (e->kind == SW_REGO_EXPR_AND_OR)
			*bits |= e->is_or ? SW_KW_OR : SW_KW_AND;
		for (uint32_t k = 0; k < e->terms.n; k++)
			used_in_term(e->terms.v[k], bits);
		for (uint32_t k = 0; k < e->n_withs; k++)
			used_in_term(e->withs[k].value, bits);
		used_in_term(e->domain, bits);
		used_keywords(&e->body, bits);
		for (uint32_t k = 0; k < e->n_branches; k++)
			used_keywords(&e->branches[k], bits);
	}
}

static bool ensure_used(struct fmt_writer *w, const struct sw_rego_module *m, struct imports *imps, bool v0)
{
	static const char *const words[] = {"and", "every", "in", "not", "or"};
	uint32_t bits = 0;
	for (uint32_t i = 0; i < m->n_rules; i++)
		for (const struct sw_rego_rule *r = m->rules[i]; r; r = r->else_rule) {
			used_in_term(r->head->opa_key, &bits);
			used_in_term(r->head->value, &bits);
			used_keywords(&r->body, &bits);
		}
	for (size_t i = 0; i < SW_ARRAY_LEN(words); i++) {
		uint32_t bit = sw_rego_keyword_bit(sw_str_from(words[i]));
		if ((bits & bit) && (v0 || (bit & SW_KW_V1_FUTURE)) && !ensure_keyword(w, imps, words[i]))
			return false;
	}
	return true;
}

static bool settle_imports(struct fmt_writer *w, const struct sw_rego_module *m,
	const struct sw_rego_format_opts *opts, struct imports *imps)
{
	static const char *const rego_v1[] = {"rego", "v1"};
	bool v2 = any_rego(imps, "v2"), ok = true;
	bool drops = opts->drop_imports && opts->target == SW_REGO_V1;
	if (v2 || drops)
		drop(imps, true, false);
	else if (opts->target == SW_REGO_V0_COMPAT_V1 && !any_rego(imps, "v1"))
		ok = add_import(w, imps, rego_v1, 2);
	bool v1 = any_rego(imps, "v1") || v2;
	if (opts->target != SW_REGO_V0 || v1) {
		if (opts->drop_imports || v1)
			drop(imps, false, true);
		return ok && (v2 || ensure_used(w, m, imps, false));
	}
	return ok && ensure_used(w, m, imps, true);
}

static int cmp_imports(const void *a, const void *b)
{
	const struct sw_rego_import *x = *(const struct sw_rego_import *const *)a;
	const struct sw_rego_import *y = *(const struct sw_rego_import *const *)b;
	int c = sw_rego_term_cmp(x->path, y->path);
	if (!c)
		c = sw_str_cmp(x->alias, y->alias);
	return c ? c : (x->loc.offset > y->loc.offset) - (x->loc.offset < y->loc.offset);
}

static void import_path(struct fmt_writer *w, const struct sw_rego_import *imp)
{
	struct fmt_comments none = {0};
	uint32_t keywords = w->keywords;
	if (future_keyword(imp).n)
		w->keywords = 0; /* never in brackets */
	fmt_put(w, "import ");
	fmt_ref(w, &imp->path->items, &none);
	w->keywords = keywords;
	if (imp->alias.n) {
		fmt_put(w, " as ");
		fmt_str(w, imp->alias);
	}
}

/* The comments on the lines of imports belong to them, whichever way they are sorted. */
static const struct sw_rego_comment *comment_of(const struct sw_rego_import *imp, const struct fmt_comments *on_lines)
{
	for (uint32_t i = 0; i < on_lines->n; i++)
		if (on_lines->v[i]->loc.row == imp->loc.row)
			return on_lines->v[i];
	return NULL;
}

static bool split_comments(struct fmt_writer *w, const struct imports *imps, struct fmt_comments *c,
	struct fmt_comments *on_lines)
{
	struct sw_rego_comment **rest = sw_arena_new_array(w->arena, c->n + 1, struct sw_rego_comment *);
	struct sw_rego_comment **on = sw_arena_new_array(w->arena, c->n + 1, struct sw_rego_comment *);
	uint32_t n_rest = 0, n_on = 0;
	if (!rest || !on)
		return false;
	for (uint32_t i = 0, k = 0; i < c->n; i++) {
		while (k < imps->n && imps->v[k]->loc.row < c->v[i]->loc.row)
			k++;
		if (k < imps->n && imps->v[k]->loc.row == c->v[i]->loc.row)
			on[n_on++] = c->v[i];
		else
			rest[n_rest++] = c->v[i];
	}
	*c = (struct fmt_comments){rest, n_rest};
	*on_lines = (struct fmt_comments){on, n_on};
	return true;
}

static enum fmt_result import_group(struct fmt_writer *w, struct imports g, const struct fmt_comments *on_lines,
	struct fmt_comments *c)
{
	enum fmt_result r = fmt_insert_comments(w, c, g.v[0]->loc.row);
	if (r) {
		c->n = 0;
		return r;
	}
	qsort(g.v, g.n, sizeof(*g.v), cmp_imports);
	for (uint32_t i = 0; i < g.n; i++) {
		const struct sw_rego_comment *on = comment_of(g.v[i], on_lines);
		fmt_start_line(w);
		import_path(w, g.v[i]);
		if (on) {
			fmt_put(w, " #");
			struct sw_str text = on->text;
			while (text.n && strchr(" \t\r\v\f", text.p[text.n - 1]))
				text.n--;
			fmt_str(w, text);
		}
		fmt_end_line(w);
	}
	fmt_blank_line(w);
	return FMT_OK;
}

static enum fmt_result write_imports(struct fmt_writer *w, struct imports imps, struct fmt_comments *c)
{
	struct fmt_comments on_lines;
	enum fmt_result r = FMT_OK;
	if (!imps.n)
		return FMT_OK;
	if (!split_comments(w, &imps, c, &on_lines)) {
		w->fail = "out of memory";
		return FMT_FAIL;
	}
	for (uint32_t from = 0, to; !r && from < imps.n; from = to) {
		for (to = from + 1; to < imps.n && imps.v[to]->loc.row <= imps.v[to - 1]->loc.row + 1; to++)
			;
		r = import_group(w, (struct imports){imps.v + from, to - from}, &on_lines, c);
	}
	return r;
}

/* ---- rules ---- */

/* Rules that are written on one line may stand together. */
static bool one_liner(const struct fmt_writer *w, const struct sw_rego_rule *r)
{
	if (r->body.n > 1 || r->is_default || r->else_rule || (r->body.n == 1 && fmt_is_set_expr(r->body.v[0])))
		return false;
	return (w->v1 || w->ifs) && (w->contains || r->head->value);
}

static enum fmt_result write_rules(struct fmt_writer *w, struct sw_rego_rule *const *v, uint32_t n,
	struct fmt_comments *c)
{
	for (uint32_t i = 0; i < n; i++) {
		if (fmt_insert_comments(w, c, v[i]->loc.row) == FMT_FAIL || fmt_rule(w, v[i], false, c) == FMT_FAIL)
			return FMT_FAIL;
		if (i + 1 < n && one_liner(w, v[i]) && one_liner(w, v[i + 1]) &&
			v[i + 1]->loc.row == v[i]->loc.row + 1)
			continue;
		fmt_blank_line(w);
	}
	return FMT_OK;
}

/* ---- the module ---- */

static int cmp_import_rows(const void *a, const void *b)
{
	const struct sw_rego_import *x = *(const struct sw_rego_import *const *)a;
	const struct sw_rego_import *y = *(const struct sw_rego_import *const *)b;
	return x->loc.row != y->loc.row ? (x->loc.row < y->loc.row ? -1 : 1) : (int)x->loc.col - (int)y->loc.col;
}

/* Imports and rules in the order of the text. Added imports never come behind a rule. */
static enum fmt_result write_statements(struct fmt_writer *w, const struct sw_rego_module *m, struct imports imps,
	struct fmt_comments *c)
{
	enum fmt_result r = FMT_OK;
	uint32_t i = 0, k = 0, added = 0, first = m->n_rules ? m->rules[0]->loc.row : UINT32_MAX;
	for (uint32_t x = 0; x < imps.n; x++)
		added |= !imps.v[x]->loc.file && imps.v[x]->loc.row >= first;
	if (added) {
		struct imports own = {imps.v, 0}, new = {sw_arena_new_array(w->arena, imps.n, const struct sw_rego_import *), 0};
		for (uint32_t x = 0; new.v && x < imps.n; x++) {
			struct imports *to = imps.v[x]->loc.file ? &own : &new;
			to->v[to->n++] = imps.v[x];
		}
		imps = own;
		r = write_imports(w, new, c);
	}
	if (imps.n)
		qsort(imps.v, imps.n, sizeof(*imps.v), cmp_import_rows);
	while (!r && (i < imps.n || k < m->n_rules)) {
		uint32_t to = i, end = k;
		while (to < imps.n && (k >= m->n_rules || imps.v[to]->loc.row <= m->rules[k]->loc.row))
			to++;
		r = write_imports(w, (struct imports){imps.v + i, to - i}, c);
		i = to;
		while (end < m->n_rules && (i >= imps.n || m->rules[end]->loc.row < imps.v[i]->loc.row))
			end++;
		if (!r)
			r = write_rules(w, m->rules + k, end - k, c);
		k = end;
	}
	return r;
}

static enum fmt_result write_package(struct fmt_writer *w, const struct sw_rego_module *m, struct fmt_comments *c)
{
	struct fmt_comments none = {0};
	struct sw_rego_terms path = {m->package->items.v + 1, m->package->items.n - 1, 0};
	struct sw_rego_term first = {.kind = SW_REGO_VAR, .name = sw_value_str(path.v[0]->value)};
	struct sw_rego_term **v = sw_arena_new_array(w->arena, path.n, struct sw_rego_term *);
	enum fmt_result r = fmt_insert_comments(w, c, m->package_loc.row);
	if (r)
		return r;
	if (!v) {
		w->fail = "out of memory";
		return FMT_FAIL;
	}
	memcpy(v, path.v, path.n * sizeof(*v));
	v[0] = &first;
	path.v = v;
	fmt_start_line(w);
	fmt_put(w, "package ");
	fmt_ref(w, &path, &none);
	fmt_blank_line(w);
	return FMT_OK;
}

static enum fmt_result write_module(struct fmt_writer *w, const struct sw_rego_module *m,
	const struct sw_rego_format_opts *opts)
{
	struct imports imps = {sw_arena_new_array(w->arena, m->n_imports + 8, const struct sw_rego_import *), m->n_imports};
	struct sw_rego_comment **v = sw_arena_new_array(w->arena, m->n_comments + 1, struct sw_rego_comment *);
	struct fmt_comments c = {v, m->n_comments};
	if (!imps.v || !v)
		return FMT_FAIL;
	for (uint32_t i = 0; i < m->n_imports; i++)
		imps.v[i] = m->imports[i];
	for (uint32_t i = 0; i < m->n_comments; i++)
		v[i] = &m->comments[i];
	if (!settle_imports(w, m, opts, &imps))
		return FMT_FAIL;
	enum fmt_result r = write_package(w, m, &c);
	if (!r)
		r = write_statements(w, m, imps, &c);
	if (r)
		return r;
	for (uint32_t i = 0; i < c.n; i++) {
		struct fmt_comments one = {c.v + i, 1};
		fmt_write_comments(w, &one);
		if (i + 1 == c.n)
			fmt_put(w, "\n");
	}
	return FMT_OK;
}

/* ---- what the module's imports and heads ask of the writer ---- */

static void learn_imports(struct fmt_writer *w, const struct sw_rego_module *m)
{
	for (uint32_t i = 0; i < m->n_imports; i++) {
		const struct sw_rego_import *imp = m->imports[i];
		struct sw_str kw = future_keyword(imp);
		bool all = path_is(imp, "future", "keywords", 2) || is_rego(imp, "v1") || is_rego(imp, "v2");
		if (kw.n && !imp->alias.n)
			w->keywords |= sw_rego_keyword_bit(kw);
		if (is_rego(imp, "v2")) {
			w->v2_imported = true;
			w->keywords |= SW_KW_V0_FUTURE | SW_KW_AND | SW_KW_OR;
		}
		w->contains |= all || sw_str_is(kw, "contains");
		w->ifs |= all || sw_str_is(kw, "if");
	}
}

static void learn_heads(struct fmt_writer *w, const struct sw_rego_module *m)
{
	for (uint32_t i = 0; i < m->n_rules; i++)
		for (const struct sw_rego_rule *r = m->rules[i]; r; r = r->else_rule) {
			uint32_t n = r->head->ref->items.n;
			w->ref_heads |= n > 2 || (n == 2 && r->head->opa_key && !r->head->value);
		}
}

static void count_wildcard(uint8_t *counts, uint32_t n, const struct sw_rego_term *t)
{
	int64_t i;
	if (!t)
		return;
	if (t->kind == SW_REGO_VAR && t->name.n && t->name.p[0] == '$' &&
		sw_str_to_i64(sw_str_sub(t->name, 1, t->name.n), &i) && i >= 0 && i < n && counts[i] < 2)
		counts[i]++;
	for (uint32_t k = 0; k < t->items.n; k++)
		count_wildcard(counts, n, t->items.v[k]);
}

/* Only heads are copied, so only their wildcards can stand in two places. */
static bool learn_wildcards(struct fmt_writer *w, const struct sw_rego_module *m)
{
	uint32_t n = (uint32_t)(m->file->text.n < 1 << 20 ? m->file->text.n + 1 : 1 << 20);
	uint8_t *counts = sw_arena_zalloc(w->arena, n);
	for (uint32_t i = 0; counts && i < m->n_rules; i++) {
		const struct sw_rego_head *h = m->rules[i]->head;
		count_wildcard(counts, n, h->opa_key);
		count_wildcard(counts, n, h->value);
	}
	w->wildcards = counts;
	w->n_wildcards = counts ? n : 0;
	return counts != NULL;
}

int sw_rego_format(struct sw_arena *a, const struct sw_rego_module *m, const struct sw_rego_format_opts *opts,
	struct sw_buf *out, struct sw_rego_diags *diags)
{
	sw_autobuf text;
	uint32_t errors = diags->n;
	struct fmt_writer w = {.arena = a, .out = &text, .diags = diags, .keywords = SW_KW_NOT};
	sw_buf_init(&text, out->max);
	if (opts->target != SW_REGO_V0) {
		w.v1 = w.ifs = w.contains = true;
		w.keywords |= SW_KW_V0_FUTURE;
		if (!fmt_check_v1(m, diags))
			return -SW_EINVALID;
	}
	learn_imports(&w, m);
	learn_heads(&w, m);
	enum fmt_result r = learn_wildcards(&w, m) ? write_module(&w, m, opts) : FMT_FAIL;
	if (a->overflow || text.overflow)
		return -SW_ELIMIT;
	if (r) {
		struct sw_rego_loc loc = {.file = m->file};
		sw_rego_diag_add(diags, "rego_format_error", &loc, "%s",
			w.fail ? w.fail : "unexpected new comment on a line that has one already");
	}
	if (diags->n > errors)
		return -SW_EINVALID;
	while (text.n > 1 && text.p[text.n - 1] == '\n' && text.p[text.n - 2] == '\n')
		text.n--;
	sw_buf_addstr(out, sw_buf_str(&text));
	return 0;
}

int sw_rego_format_body(struct sw_arena *a, const struct sw_rego_body *b, struct sw_buf *out,
	struct sw_rego_diags *diags)
{
	sw_autobuf text;
	uint32_t errors = diags->n;
	struct fmt_comments none = {0};
	struct fmt_writer w = {.arena = a, .out = &text, .diags = diags, .v1 = true, .ifs = true,
		.contains = true, .keywords = SW_KW_NOT | SW_KW_V0_FUTURE};
	sw_buf_init(&text, out->max);
	if (!b->n)
		return 0;
	enum fmt_result r = fmt_body(&w, b, &none);
	if (a->overflow || text.overflow)
		return -SW_ELIMIT;
	if (r || diags->n > errors)
		return -SW_EINVALID;
	sw_buf_addstr(out, sw_buf_str(&text));
	return 0;
}
