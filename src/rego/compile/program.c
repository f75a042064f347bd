/* SPDX-License-Identifier: Apache-2.0 */
/* The compiler's frame: options, errors, the order of the stages. */
#include <stdarg.h>
#include <stdio.h>

#include "rego/compile/internal.h"

void cc_fail(cc *c, int code)
{
	longjmp(*c->out, code);
}

void *cc_check(cc *c, void *p)
{
	if (!p)
		cc_fail(c, SW_ELIMIT);
	return p;
}

void *cc_alloc(cc *c, size_t n)
{
	return cc_check(c, sw_arena_zalloc(c->a, n));
}

void *cc_tmp(cc *c, size_t n)
{
	return cc_check(c, sw_arena_zalloc(&c->tmp, n));
}

struct sw_str cc_str(cc *c, struct sw_str s)
{
	if (!s.n)
		return SW_STR("");
	return (struct sw_str){cc_check(c, sw_arena_memdup(c->a, s.p, s.n)), s.n};
}

static struct sw_str vprint(cc *c, const char *fmt, va_list ap)
{
	struct sw_buf *b = &c->buf;
	sw_buf_clear(b);
	sw_buf_vprintf(b, fmt, ap);
	if (b->overflow)
		cc_fail(c, SW_ELIMIT);
	return cc_str(c, sw_buf_str(b));
}

struct sw_str cc_printf(cc *c, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	struct sw_str s = vprint(c, fmt, ap);
	va_end(ap);
	return s;
}

struct sw_str cc_term_str(cc *c, const struct sw_rego_term *t)
{
	sw_buf_clear(&c->buf);
	sw_rego_term_print(&c->buf, t);
	if (c->buf.overflow)
		cc_fail(c, SW_ELIMIT);
	return cc_str(c, sw_buf_str(&c->buf));
}

void cc_require(cc *c, const char *builtin)
{
	struct sw_str n = sw_str_from(builtin);
	const struct sw_builtin *b = builtin_named(c, n);
	if (b)
		vs_set(c, &c->required, n, (void *)b);
}

/* ---- errors ---- */

bool cc_err_add(cc *c, bool hard, const struct compiler_error *e)
{
	if (c->limited)
		return false;
	CC_GROW(c, c->a, c->errs, c->n_errs, c->cap_errs);
	c->errs[c->n_errs] = *e;
	c->errs[c->n_errs++].stage = c->stage;
	c->limited = ++c->below >= c->max_errs;
	c->stop = c->stop || hard || c->limited;
	return !c->limited;
}

bool cc_err(cc *c, bool hard, const char *code, const struct sw_rego_loc *loc, const char *fmt, ...)
{
	va_list ap;
	if (c->limited)
		return false;
	va_start(ap, fmt);
	struct compiler_error e = {.code = code, .loc = loc, .text = vprint(c, fmt, ap)};
	va_end(ap);
	return cc_err_add(c, hard, &e);
}

int loc_cmp(const struct sw_rego_loc *x, const struct sw_rego_loc *y)
{
	bool hx = x && x->row, hy = y && y->row;
	if (!hx || !hy)
		return hy - hx; /* without a place: last */
	if (x->file != y->file && x->file && y->file) {
		int d = sw_str_cmp(x->file->name, y->file->name);
		if (d)
			return d;
	}
	if (x->row != y->row)
		return x->row < y->row ? -1 : 1;
	return (x->col > y->col) - (x->col < y->col);
}

static int err_cmp(const void *a, const void *b)
{
	const struct compiler_error *x = a, *y = b;
	int d = loc_cmp(x->loc, y->loc);
	if (!d)
		d = strcmp(x->code, y->code);
	if (!d)
		d = sw_str_cmp(x->text, y->text);
	return d ? d : sw_str_cmp(x->details, y->details);
}

void errors_flush(cc *c, struct sw_rego_diags *diags)
{
	if (c->n_errs)
		qsort(c->errs, c->n_errs, sizeof(*c->errs), err_cmp);
	for (uint32_t i = 0; i < c->n_errs; i++) {
		const struct compiler_error *e = &c->errs[i];
		uint32_t n = diags->n;
		sw_rego_diag_add(diags, e->code, e->loc && e->loc->row ? e->loc : NULL, "%.*s",
			SW_STR_ARG(e->text));
		if (diags->n > n) {
			diags->v[n].details = e->details;
			diags->v[n].json = e->json;
		}
	}
	if (c->limited)
		sw_rego_diag_add(diags, ERR_COMPILE, NULL, "error limit reached");
}

/* ---- program ---- */

int sw_rego_program_new(struct sw_arena *a, const struct sw_rego_compile_opts *opts,
	struct sw_rego_program **ret, struct sw_error *err)
{
	struct sw_rego_program *p = sw_arena_new(a, struct sw_rego_program);
	cc *c = sw_arena_new(a, cc);
	if (!p || !c)
		return sw_error_set(err, SW_ELIMIT, "out of memory for a Rego program");
	if (opts)
		p->opts = *opts;
	if (!p->opts.caps) {
		struct sw_rego_caps *caps;
		int rc = sw_rego_caps_default(a, &caps, err);
		if (rc < 0)
			return rc;
		p->opts.caps = caps;
	}
	p->arena = a;
	p->c = c;
	c->p = p;
	c->a = a;
	c->caps = p->opts.caps;
	c->strict = p->opts.strict;
	c->print = p->opts.print;
	c->allow_undefined = p->opts.allow_undefined_funcs;
	c->max_errs = p->opts.max_errors ? p->opts.max_errors : SW_REGO_COMPILE_ERRORS;
	vs_init(&c->rewritten, a);
	vs_init(&c->required, a);
	vs_init(&c->builtins, a);
	vs_init(&c->unsafe, a);
	*ret = p;
	return 0;
}

int sw_rego_program_add(struct sw_rego_program *p, struct sw_rego_module *m)
{
	if (p->n_modules == p->cap_modules) {
		uint32_t cap = p->cap_modules ? p->cap_modules * 2 : 8;
		struct sw_rego_module **v = sw_arena_grow(
			p->arena, p->modules, p->cap_modules * sizeof(*v), cap * sizeof(*v));
		if (!v)
			return -SW_ELIMIT;
		p->modules = v;
		p->cap_modules = cap;
	}
	p->modules[p->n_modules++] = m;
	return 0;
}

static struct sw_str module_name(const struct sw_rego_module *m)
{
	return m->file ? m->file->name : SW_STR("");
}

static int by_file(const void *a, const void *b)
{
	return sw_str_cmp(module_name(*(struct sw_rego_module *const *)a),
		module_name(*(struct sw_rego_module *const *)b));
}

/* What the parser may share between the branches of an else chain is made each rule's own. */
static void own_rule(cc *c, struct sw_rego_rule *r)
{
	if (r->kind == SW_REGO_PARTIAL_OBJECT)
		r->head->key = NULL; /* its ref has it; set again at the end */
	if (!r->body.n)
		body_add(c, &r->body, mk_true(c, &r->loc));
	for (struct sw_rego_rule *e = r->else_rule; e; e = e->else_rule) {
		struct sw_rego_head *h = cc_alloc(c, sizeof(*h));
		*h = *e->head;
		h->ref = copy_term(c, h->ref);
		struct sw_rego_terms args = {0};
		for (uint32_t i = 0; i < h->args.n; i++)
			terms_add(c, &args, copy_term(c, h->args.v[i]));
		h->args = args;
		e->head = h;
		e->module = r->module;
		if (!e->body.n)
			body_add(c, &e->body, mk_true(c, &e->loc));
	}
}

/*
 * Parts of template strings: the items stay, and of the expressions only those with modifiers, by
 * index.
 */
static unsigned term_uses(const struct sw_rego_term *t)
{
	if (t->kind == SW_REGO_VAR && var_generated(t->name))
		return USES_GENERATED;
	if (t->kind == SW_REGO_VAR)
		return sw_str_is(t->name, "print") ? USES_PRINT | USES_CLOSURES
		       : sw_str_is(t->name, "rego") ? USES_METADATA : 0;
	if (t->kind == SW_REGO_TEMPLATE_STRING)
		return USES_TEMPLATES | USES_CLOSURES;
	return is_comprehension(t) ? USES_CLOSURES : 0;
}

static bool prepare_term(struct visitor *v, struct sw_rego_term *t)
{
	struct sw_rego_body body = {0};
	struct sw_rego_rule *r = v->ctx;
	if (r)
		r->uses |= term_uses(t);
	if (t->kind != SW_REGO_TEMPLATE_STRING)
		return false;
	for (uint32_t i = 0; i < t->items.n; i++) {
		struct sw_rego_expr *e = i < t->body.n ? t->body.v[i] : NULL;
		if (!t->items.v[i]) {
			cc_err(v->c, true, ERR_COMPILE, e ? &e->loc : &t->loc,
				"unexpected template-string expression type: *ast.%s",
				e && e->kind == SW_REGO_EXPR_AND_OR
					? (e->is_or ? "LogicalOr" : "LogicalAnd")
					: "Not");
			t->items.v[i] = mk_string(v->c, SW_STR(""), &t->loc);
		} else if (e && e->n_withs) {
			struct sw_rego_expr *w = mk_expr(v->c, SW_REGO_EXPR_TERM, &e->loc);
			w->withs = e->withs;
			w->n_withs = e->n_withs;
			body_add(v->c, &body, w);
			w->index = i;
		}
	}
	t->body = body;
	return false;
}

static bool prepare_expr(struct visitor *v, struct sw_rego_expr *e)
{
	struct sw_rego_rule *r = v->ctx;
	if (r && e->n_withs)
		r->uses |= USES_WITH;
	if (e->kind == SW_REGO_EXPR_NOT_BODY)
		e->body.implicit = !e->explicit_body;
	if (e->n_branches)
		e->branches[0].implicit = !e->explicit_lhs;
	if (e->n_branches > 1)
		e->branches[1].implicit = !e->explicit_rhs;
	return false;
}

void body_prepare(cc *c, struct sw_rego_body *b)
{
	struct visitor v = {.c = c, .term = prepare_term, .expr = prepare_expr};
	walk_body(&v, b);
}

static void prepare_rule(cc *c, struct sw_rego_rule *r)
{
	struct visitor v = {.c = c, .ctx = r, .term = prepare_term, .expr = prepare_expr};
	walk_rule(&v, r);
	walk_term(&v, r->head->ref);
}

static void stage_prepare(cc *c)
{
	struct sw_rego_program *p = c->p;
	if (p->n_modules > 1)
		qsort(p->modules, p->n_modules, sizeof(*p->modules), by_file);
	for (uint32_t i = 0; i < p->opts.n_unsafe; i++)
		vs_add(c, &c->unsafe, p->opts.unsafe[i]);
	for (uint32_t m = 0; m < p->n_modules; m++) {
		if (!check_depth(c, p->modules[m]))
			return;
		for (uint32_t i = 0; i < p->modules[m]->n_rules; i++) {
			p->modules[m]->rules[i]->module = p->modules[m];
			own_rule(c, p->modules[m]->rules[i]);
		}
	}
	each_rule(c, prepare_rule);
}

static void exclude_rule(cc *c, struct sw_rego_rule *r)
{
	vars_head(c, &c->gen->exclude, 0, r->head);
	vars_body(c, &c->gen->exclude, 0, &r->body);
}

/* Only names that look generated can collide. */
static void keep_locals(struct varset *s)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < s->n; i++)
		if (var_generated(s->v[i].name))
			s->v[n++] = s->v[i];
	s->n = n;
	s->index_cap = 0;
}

static void stage_vargen(cc *c)
{
	c->gen = vargen_new(c, "__local");
	each_rule_using(c, USES_GENERATED, exclude_rule);
	keep_locals(&c->gen->exclude);
}

static void close_rule(cc *c, struct sw_rego_rule *r)
{
	(void)c;
	if (r->kind == SW_REGO_PARTIAL_OBJECT && !r->head->key)
		r->head->key = r->head->ref->items.v[r->head->ref->items.n - 1];
}

static void stage_finish(cc *c)
{
	each_rule(c, close_rule);
	vs_sort(&c->required);
	c->p->required = cc_alloc(c, (c->required.n + 1) * sizeof(*c->p->required));
	for (uint32_t i = 0; i < c->required.n; i++)
		c->p->required[i] = c->required.v[i].val;
	c->p->n_required = c->required.n;
}

typedef void (*stage_fn)(cc *c);

static const struct stage {
	stage_fn run;
	/*
	 * It looks at one module at a time. Stages of that kind that follow one another run module by module,
	 * so that a module's tree is still in the processor's cache for the next one.
	 */
	bool local;
} stages[] = {
	{stage_prepare, false},
	{stage_vargen, false},
	{stage_resolve, true},
	{stage_unused_imports, true},
	{stage_head_refs, true},
	{stage_keyword_overrides, true},
	{stage_imports, true},
	{stage_tree, false},
	{stage_schemas, false},
	{stage_env, false},
	{stage_locals, true},
	{stage_templates, true},
	{stage_void_calls, true},
	{stage_print, true},
	{stage_expr_terms, true},
	{stage_annotations, false},
	{stage_metadata_calls, false},
	{stage_graph, false},
	{stage_comprehensions, true},
	{stage_head_terms, true},
	{stage_with, true},
	{stage_conflicts, false},
	{stage_undefined, true},
	{stage_safety_heads, true},
	{stage_safety_bodies, true},
	{stage_test_cases, true},
	{stage_equals, true},
	{stage_dynamics, true},
	{stage_test_values, true},
	{stage_recursion, false},
	{stage_types, false},
	{stage_unsafe_builtins, true},
	{stage_deprecated, true},
	{stage_comp_index, true},
	{stage_finish, false},
};

enum { N_STAGES = sizeof(stages) / sizeof(*stages) };

/* Errors of a group as if its stages had run one after another: by stage, none behind one that stops. */
static void order_errors(cc *c, uint32_t first, uint32_t last)
{
	uint32_t n = first, n_all = c->n_errs - first;
	struct compiler_error *all = cc_tmp(c, (n_all + 1) * sizeof(*all));
	if (n_all) /* else there may be no list at all */
		memcpy(all, c->errs + first, n_all * sizeof(*all));
	for (uint32_t s = 0; s < last; s++)
		for (uint32_t i = 0; i < n_all && n < c->max_errs; i++)
			if (all[i].stage == s)
				c->errs[n++] = all[i];
	c->n_errs = c->below = n;
	c->limited = n >= c->max_errs;
	c->stop = c->stop || c->limited;
}

static void run_group(cc *c, const struct stage *group, uint32_t n)
{
	uint32_t first = c->n_errs, errs[N_STAGES] = {0};
	bool stop = false;
	for (uint32_t m = 0; m < c->p->n_modules; m++) {
		for (uint32_t s = 0; s < n; s++) {
			c->from = m;
			c->to = m + 1;
			c->stage = (uint8_t)s;
			c->below = first + errs[s];
			c->limited = c->below >= c->max_errs;
			group[s].run(c);
			sw_arena_reset(&c->tmp);
			errs[s] = c->below - first;
			if (c->stop) { /* of the modules to come only what runs before or with this one */
				stop = true;
				n = s + 1;
			}
			c->stop = false;
		}
	}
	c->stop = stop;
	c->stage = 0;
	order_errors(c, first, n);
	c->from = 0;
	c->to = c->p->n_modules;
}

static void run_stages(cc *c)
{
	c->to = c->p->n_modules;
	for (uint32_t i = 0, n; i < N_STAGES && !c->stop; i += n) {
		n = 1;
		bool local = stages[i].local && !c->p->opts.opa_names;
		while (local && i + n < N_STAGES && stages[i + n].local)
			n++;
		if (local)
			run_group(c, stages + i, n);
		else
			stages[i].run(c);
		sw_arena_reset(&c->tmp);
		if (c->p->opts.metadata_only && stages[i].run == stage_annotations)
			break;
	}
}

/* Runs fn; the code with which it was unwound, or 0. */
int cc_guard(cc *c, void (*fn)(cc *c, void *arg), void *arg)
{
	jmp_buf out;
	c->out = &out;
	sw_arena_init(&c->tmp, 0);
	sw_buf_init(&c->buf, 0);
	int code = setjmp(out);
	if (!code)
		fn(c, arg);
	sw_arena_release(&c->tmp);
	sw_buf_release(&c->buf);
	c->out = NULL;
	return code;
}

static void run_program(cc *c, void *arg)
{
	(void)arg;
	run_stages(c);
}

int sw_rego_program_compile(struct sw_rego_program *p, struct sw_rego_diags *diags)
{
	int code = cc_guard(p->c, run_program, NULL);
	errors_flush(p->c, diags);
	if (code) {
		sw_rego_diag_add(diags, ERR_COMPILE, NULL, "out of memory for this program");
		return -code;
	}
	return p->c->n_errs ? -SW_EINVALID : 0;
}
