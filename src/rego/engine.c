/* SPDX-License-Identifier: Apache-2.0 */
/* Building an engine: modules in, code out. */
#include <stdlib.h>

#include "rego/parse.h"
#include "rego/plan/plan.h"
#include "rego/rego.h"
#include "rego/vm/vm.h"

#define MAX_DIAGS 100000 /* errors of parsing; those of compiling have max_errors */

struct sw_rego_engine *sw_rego_engine_new(const struct sw_rego_engine_opts *opts)
{
	struct sw_rego_engine *e = calloc(1, sizeof(*e));
	if (!e)
		abort();
	if (opts)
		e->opts = *opts;
	sw_arena_init(&e->arena, e->opts.memory);
	sw_rego_diags_init(&e->diags, &e->arena);
	e->diags.max = MAX_DIAGS;
	e->data = sw_empty_object();
	return e;
}

void sw_rego_engine_free(struct sw_rego_engine *e)
{
	if (!e)
		return;
	sw_arena_release(&e->arena);
	free(e);
}

struct sw_arena *sw_rego_engine_arena(struct sw_rego_engine *e)
{
	return &e->arena;
}

/* The first diagnostic from `from` on becomes the error. */
static int diag_error(const struct sw_rego_engine *e, uint32_t from, int r, struct sw_error *err)
{
	enum sw_errcode code = (enum sw_errcode)(r < 0 ? -r : SW_EINVALID);
	if (from >= e->diags.n)
		return sw_error_set(err, code, "%s", e->arena.overflow
			? "the engine's memory budget is spent" : sw_errcode_name(-(int)code));
	const struct sw_rego_diag *d = &e->diags.v[from];
	sw_error_set(err, code, "%s: %.*s", d->code, SW_STR_ARG(d->text));
	if (d->loc.file)
		sw_error_at(err, d->loc.file->name, d->loc.row, d->loc.col, d->loc.offset);
	return -(int)code;
}

static int make_program(struct sw_rego_engine *e, struct sw_error *err)
{
	if (e->program)
		return 0;
	if (e->opts.check_paths)
		e->opts.compile.data = e->data;
	return sw_rego_program_new(&e->arena, &e->opts.compile, &e->program, err);
}

static struct sw_source *new_source(struct sw_rego_engine *e, struct sw_str name, struct sw_str text)
{
	struct sw_source *s = sw_arena_new(&e->arena, struct sw_source);
	if (s)
		*s = (struct sw_source){.name = name, .text = text};
	return s;
}

static struct sw_rego_parse_opts parse_opts(
	const struct sw_rego_engine *e, enum sw_rego_version version, bool experimental)
{
	return (struct sw_rego_parse_opts){.version = version,
		.experimental = experimental || e->opts.experimental,
		.all_future_keywords = e->opts.future_not,
		.annotations = e->opts.annotations};
}

int sw_rego_engine_add_text(struct sw_rego_engine *e, struct sw_str name, struct sw_str text,
	enum sw_rego_version version, struct sw_error *err)
{
	uint32_t from = e->diags.n;
	struct sw_source *s = new_source(e, name, text);
	struct sw_rego_parse_opts po = parse_opts(e, version, false);
	struct sw_rego_module *m;
	int r = s ? sw_rego_parse_module(&e->arena, s, &po, &m, &e->diags) : -SW_ELIMIT;
	return r < 0 ? diag_error(e, from, r, err) : sw_rego_engine_add_module(e, m, err);
}

int sw_rego_engine_add_module(
	struct sw_rego_engine *e, struct sw_rego_module *m, struct sw_error *err)
{
	if (e->compiled)
		return sw_error_set(err, SW_EUSAGE, "a module comes after the compilation");
	int r = make_program(e, err);
	if (r < 0)
		return r;
	r = sw_rego_program_add(e->program, m);
	return r < 0 ? diag_error(e, e->diags.n, r, err) : 0;
}

void sw_rego_engine_data(struct sw_rego_engine *e, struct sw_value data)
{
	e->data = data;
	if (e->program && e->opts.check_paths)
		e->program->opts.data = data;
}

int sw_rego_engine_compile(struct sw_rego_engine *e, struct sw_error *err)
{
	uint32_t from = e->diags.n;
	if (e->compiled)
		return sw_error_set(err, SW_EUSAGE, "compiled already");
	int r = make_program(e, err);
	if (r < 0)
		return r;
	r = sw_rego_program_compile(e->program, &e->diags);
	if (r == 0)
		r = plan_program(e);
	if (r < 0)
		return diag_error(e, from, r, err);
	plan_fold(e);
	e->compiled = true;
	return 0;
}

const struct sw_rego_diags *sw_rego_engine_diags(const struct sw_rego_engine *e)
{
	return &e->diags;
}

const struct sw_rego_program *sw_rego_engine_program(const struct sw_rego_engine *e)
{
	return e->program;
}

/* ---- queries ---- */

static bool constant_data_ref(const struct sw_rego_term *t)
{
	if (t->kind == SW_REGO_VAR)
		return sw_str_is(t->name, "data");
	if (!plan_is_data(t))
		return false;
	for (uint32_t i = 1; i < t->items.n; i++)
		if (t->items.v[i]->kind != SW_REGO_SCALAR)
			return false;
	return true;
}

int sw_rego_engine_entrypoint(
	struct sw_rego_engine *e, struct sw_str path, uint32_t *ret_query, struct sw_error *err)
{
	uint32_t from = e->diags.n;
	if (!e->compiled || e->from_image)
		return sw_error_set(err, SW_EUSAGE, e->from_image
			? "an image takes no more queries" : "a query comes before the compilation");
	struct sw_str text = sw_arena_str(&e->arena, path);
	struct sw_source *s = new_source(e, SW_STR(""), text);
	struct sw_rego_parse_opts po = parse_opts(e, SW_REGO_V1, false);
	struct sw_rego_term *t;
	int r = s && text.p ? sw_rego_parse_term(&e->arena, s, &po, &t, &e->diags) : -SW_ELIMIT;
	if (r < 0)
		return diag_error(e, from, r, err);
	if (!constant_data_ref(t))
		return sw_error_set(err, SW_EUSAGE, "an entrypoint is a path like data.a.b: %.*s",
			SW_STR_ARG(path));
	if (t->kind == SW_REGO_VAR) {
		struct sw_rego_term *v = sw_arena_new(&e->arena, struct sw_rego_term);
		struct sw_rego_term **items = sw_arena_new(&e->arena, struct sw_rego_term *);
		if (!v || !items)
			return diag_error(e, from, -SW_ELIMIT, err);
		*v = *t;
		*items = v;
		t->kind = SW_REGO_REF;
		t->items = (struct sw_rego_terms){items, 1, 1};
	}
	r = plan_document(e, t, text, ret_query);
	return r < 0 ? diag_error(e, from, r, err) : 0;
}

int sw_rego_engine_entrypoint_ref(struct sw_rego_engine *e, struct sw_rego_term *ref,
	struct sw_str text, uint32_t *ret_query, struct sw_error *err)
{
	uint32_t from = e->diags.n;
	if (!e->compiled || e->from_image || !ref || !constant_data_ref(ref))
		return sw_error_set(err, SW_EUSAGE, "an entrypoint is a path like data.a.b: %.*s",
			SW_STR_ARG(text));
	int r = plan_document(e, ref, text, ret_query);
	return r < 0 ? diag_error(e, from, r, err) : 0;
}

static int parse_ref(struct sw_rego_engine *e, struct sw_str text, struct sw_rego_term **ret)
{
	struct sw_str copy = sw_arena_str(&e->arena, text);
	struct sw_source *s = new_source(e, SW_STR(""), copy);
	struct sw_rego_parse_opts po = parse_opts(e, SW_REGO_V1, false);
	return s && copy.p ? sw_rego_parse_term(&e->arena, s, &po, ret, &e->diags) : -SW_ELIMIT;
}

static int import_opts(struct sw_rego_engine *e, const struct sw_rego_query_params *q,
	struct sw_rego_query_opts *o)
{
	if (q->package.n) {
		struct sw_rego_term *t;
		int r = parse_ref(e, q->package, &t);
		if (r < 0)
			return r;
		o->package = t;
	}
	o->imports = sw_arena_new_array(&e->arena, q->n_imports, struct sw_rego_import *);
	for (uint32_t i = 0; o->imports && i < q->n_imports; i++) {
		struct sw_str text = q->imports[i], alias = {"", 0};
		size_t as = sw_str_find(text, SW_STR(" as "), 0);
		if (as != SW_NPOS) {
			alias = sw_arena_str(&e->arena, sw_str_trim(sw_str_sub(text, as + 4, text.n)));
			text = sw_str_sub(text, 0, as);
		}
		struct sw_rego_import *im = sw_arena_new(&e->arena, struct sw_rego_import);
		int r = im ? parse_ref(e, sw_str_trim(text), &im->path) : -SW_ELIMIT;
		if (r < 0)
			return r;
		im->alias = alias;
		o->imports[o->n_imports++] = im;
	}
	return 0;
}

static int compile_query(struct sw_rego_engine *e, struct sw_str text,
	const struct sw_rego_query_params *q, bool equals, struct sw_rego_query *ret)
{
	struct sw_rego_query_opts o = {.strict = q->strict, .print = e->opts.compile.print,
		.capture = q->exprs, .equals = equals, .unsafe = e->opts.compile.unsafe,
		.n_unsafe = e->opts.compile.n_unsafe};
	struct sw_str copy = sw_arena_str(&e->arena, text);
	struct sw_source *s = new_source(e, SW_STR(""), copy);
	struct sw_rego_parse_opts po = parse_opts(e, q->version, q->experimental);
	struct sw_rego_body body = {0};
	int r = s && copy.p ? sw_rego_parse_body(&e->arena, s, &po, &body, &e->diags) : -SW_ELIMIT;
	if (r == 0)
		r = import_opts(e, q, &o);
	return r ? r : sw_rego_query_compile(e->program, &e->arena, &o, &body, ret, &e->diags);
}

static const struct sw_rego_query_params default_params = {.version = SW_REGO_V1};

static int query_allowed(const struct sw_rego_engine *e, struct sw_error *err)
{
	if (e->compiled && !e->from_image)
		return 0;
	return sw_error_set(err, SW_EUSAGE, e->from_image
		? "an image takes no more queries" : "a query comes before the compilation");
}

int sw_rego_engine_query(struct sw_rego_engine *e, struct sw_str text,
	const struct sw_rego_query_params *params, uint32_t *ret_query, struct sw_error *err)
{
	const struct sw_rego_query_params *q = params ? params : &default_params;
	uint32_t from = e->diags.n;
	struct sw_rego_query query = {0};
	int r = query_allowed(e, err);
	if (r < 0)
		return r;
	r = compile_query(e, text, q, false, &query);
	if (r == 0)
		r = plan_query(e, &query, q->exprs, ret_query);
	return r < 0 ? diag_error(e, from, r, err) : 0;
}

int sw_rego_engine_body(struct sw_rego_engine *e, struct sw_str text,
	const struct sw_rego_query_params *params, struct sw_rego_body *ret, struct sw_error *err)
{
	uint32_t from = e->diags.n;
	struct sw_rego_query query = {0};
	int r = query_allowed(e, err);
	if (r < 0)
		return r;
	r = compile_query(e, text, params ? params : &default_params, true, &query);
	if (r < 0)
		return diag_error(e, from, r, err);
	*ret = query.body;
	return 0;
}

int sw_rego_engine_deps(struct sw_rego_engine *e, struct sw_rego_body *query,
	struct sw_rego_terms *ret_base, struct sw_rego_terms *ret_virtual, struct sw_error *err)
{
	int r = query_allowed(e, err);
	if (r < 0)
		return r;
	r = sw_rego_program_deps(e->program, query, ret_base, ret_virtual);
	return r < 0 ? sw_error_set(err, SW_ELIMIT, "too many documents to depend on") : 0;
}

int sw_rego_engine_refs(struct sw_rego_engine *e, const struct sw_rego_terms *roots, struct sw_rego_terms *ret,
	struct sw_error *err)
{
	int r = query_allowed(e, err);
	if (r < 0)
		return r;
	r = roots ? sw_rego_program_outside(e->program, roots, ret) : sw_rego_program_with_targets(e->program, ret);
	return r < 0 ? sw_error_set(err, SW_ELIMIT, "the engine's memory budget is spent") : 0;
}

void sw_rego_engine_query_info(
	const struct sw_rego_engine *e, uint32_t query, struct sw_rego_query_info *ret)
{
	*ret = query < e->code.queries.n ? e->code.queries.v[query].info
					 : (struct sw_rego_query_info){0};
}

uint32_t sw_rego_engine_n_exprs(const struct sw_rego_engine *e)
{
	return e->code.exprs.n;
}

const struct sw_rego_loc *sw_rego_engine_expr(
	const struct sw_rego_engine *e, uint32_t i, bool *ret_generated)
{
	*ret_generated = e->code.exprs.v[i].generated;
	return &e->code.exprs.v[i].loc;
}
