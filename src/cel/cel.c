/* SPDX-License-Identifier: Apache-2.0 */
/* Environments, programs and runs. */
#include "cel/cel.h"

#include <stdlib.h>

#include "cel/check.h"

struct sw_cel *sw_cel_new(const struct sw_cel_opts *opts)
{
	struct sw_cel *cel = calloc(1, sizeof(*cel));
	if (!cel)
		abort();
	sw_arena_init(&cel->arena, (size_t)256 << 20);
	if (opts)
		cel->opts = *opts;
	return cel;
}

void sw_cel_free(struct sw_cel *cel)
{
	if (!cel)
		return;
	for (uint32_t i = 0; i < cel->n_res; i++)
		sw_re2_free(cel->res[i]);
	sw_regex_cache_free(cel->cache);
	sw_arena_release(&cel->arena);
	free(cel);
}

/* ---- names ---- */

static const struct cel_type *decl_type(enum sw_cel_decl decl)
{
	switch (decl) {
	case SW_CEL_REQUEST:
		return &cel_request_type;
	case SW_CEL_NAMESPACE:
		return &cel_namespace_type;
	case SW_CEL_AUTHORIZERS:
		return &cel_types[T_AUTHORIZER];
	default:
		return &cel_types[T_DYN];
	}
}

/* A later variable of the same name takes the place of the earlier one. */
static int add_slot(
	struct sw_cel *cel, struct sw_str name, struct cel_slot **ret, struct sw_error *err)
{
	for (uint32_t i = 0; i < cel->n_slots; i++)
		if (sw_str_eq(cel->slots[i].name, name))
			cel->slots[i].hidden = true;
	if (cel->n_slots == CEL_SLOTS_MAX)
		return sw_error_set(err, SW_ELIMIT, "more than %d variables", CEL_SLOTS_MAX);
	if (cel->n_slots == cel->cap_slots) {
		uint32_t want = cel->cap_slots ? cel->cap_slots * 2 : 16;
		struct cel_slot *s = sw_arena_grow(
			&cel->arena, cel->slots, cel->cap_slots * sizeof(*s), want * sizeof(*s));
		if (!s)
			return sw_error_set(err, SW_ELIMIT, "too many variables");
		cel->slots = s;
		cel->cap_slots = want;
	}
	struct sw_str copy = sw_arena_str(&cel->arena, name);
	if (!copy.p)
		return sw_error_set(err, SW_ELIMIT, "too many variables");
	*ret = &cel->slots[cel->n_slots++];
	**ret = (struct cel_slot){.name = copy};
	return 0;
}

int sw_cel_declare(struct sw_cel *cel, struct sw_str name, enum sw_cel_decl decl,
	uint32_t *ret_slot, struct sw_error *err)
{
	struct cel_slot *s = NULL;
	int r = add_slot(cel, name, &s, err);
	if (r < 0)
		return r;
	s->type = decl_type(decl);
	if (decl == SW_CEL_AUTHORIZERS)
		s->value = cel_opaque(SW_CEL_AUTHORIZER, NULL);
	*ret_slot = cel->n_slots - 1;
	return 0;
}

int sw_cel_define(struct sw_cel *cel, struct sw_str name, const struct sw_cel_program *program,
	struct sw_str why, uint32_t *ret_slot, struct sw_error *err)
{
	struct cel_slot *s = NULL;
	int r = add_slot(cel, name, &s, err);
	if (r < 0)
		return r;
	s->defined = true;
	s->program = program;
	s->type = program ? program->type : &cel_types[T_DYN];
	s->why = sw_arena_str(&cel->arena, why);
	if (ret_slot)
		*ret_slot = cel->n_slots - 1;
	return 0;
}

void sw_cel_hide(struct sw_cel *cel, uint32_t slot, bool hidden)
{
	cel->slots[slot].hidden = hidden;
}

void sw_cel_mutations(struct sw_cel *cel, bool known)
{
	cel->mutations = known;
}

/* ---- compiling ---- */

static void position(struct sw_str text, uint32_t at, uint32_t *ret_line, uint32_t *ret_col)
{
	uint32_t line = 1;
	size_t from = 0;
	for (size_t i = 0; i < at && i < text.n; i++)
		if (text.p[i] == '\n') {
			line++;
			from = i + 1;
		}
	*ret_line = line;
	*ret_col = (uint32_t)sw_utf8_count(sw_str_sub(text, from, at)) + 1;
}

void cel_issue(struct cel_compiler *k, uint32_t at, const char *fmt, ...)
{
	struct sw_cel_issues *l = k->issues;
	k->failed = true;
	if (l->n == sizeof(l->v) / sizeof(*l->v))
		return;
	struct sw_cel_issue *i = &l->v[l->n++];
	sw_autobuf b;
	va_list ap;
	sw_buf_init(&b, 4096);
	va_start(ap, fmt);
	sw_buf_vprintf(&b, fmt, ap);
	va_end(ap);
	*i = (struct sw_cel_issue){.byte = at, .text = sw_arena_str(k->a, sw_buf_str(&b))};
	if (!i->text.p)
		i->text = SW_STR("the expression is too large");
	position(k->text, at, &i->line, &i->col);
}

static bool wanted(const struct cel_type *t, unsigned want)
{
	if (want == SW_CEL_WANT_PATCHES && t->kind == T_LIST)
		return !t->a || t->a == &cel_jsonpatch_type || t->a->kind == T_DYN || t->a->kind == T_ERROR;
	if (want == SW_CEL_WANT_CONFIGURATION && t->kind == T_OBJECT && strcmp(t->name, "Object") == 0)
		return true;
	return want == SW_CEL_WANT_ANY || t->kind == T_DYN || t->kind == T_ERROR ||
	       (t->kind == T_BOOL && (want & SW_CEL_WANT_BOOL)) ||
	       (t->kind == T_STRING && (want & SW_CEL_WANT_STRING)) ||
	       (t->kind == T_NULL && (want & SW_CEL_WANT_NULL));
}

static void check_result(struct cel_compiler *k, const struct cel_type *t, unsigned want)
{
	if (wanted(t, want))
		return;
	sw_autobuf b;
	sw_buf_init(&b, 512);
	cel_type_write(&b, t);
	cel_issue(k, 0, "must evaluate to %s but got %.*s",
		want & SW_CEL_WANT_CONFIGURATION ? "Object"
		: want & SW_CEL_WANT_PATCHES     ? "list(JSONPatch)"
		: want & SW_CEL_WANT_BOOL	 ? "bool"
		: want & SW_CEL_WANT_NULL ? "one of [string null]"
					  : "string",
		SW_STR_ARG(sw_buf_str(&b)));
}

int sw_cel_compile(struct sw_cel *cel, struct sw_str text, unsigned want,
	struct sw_cel_program **ret, struct sw_cel_issues *issues, struct sw_error *err)
{
	struct cel_compiler k = {.cel = cel, .a = &cel->arena, .issues = issues};
	if (!issues)
		k.issues = &k.own;
	k.issues->n = 0;
	struct sw_cel_program *p = sw_arena_new(k.a, struct sw_cel_program);
	k.text = sw_arena_str(k.a, text);
	if (!p || !k.text.p)
		return sw_error_set(err, SW_ELIMIT, "the expression is too large");
	*p = (struct sw_cel_program){.text = k.text, .cel = cel};
	struct cel_node *root = cel_parse(&k);
	bool parsed = root != NULL;
	if (root)
		root = cel_check(&k, root, p);
	if (root)
		check_result(&k, p->type, want);
	if (!root && !k.issues->n)
		cel_issue(&k, 0, "the expression is too large");
	if (k.issues->n) {
		const struct sw_cel_issue *i = &k.issues->v[0];
		sw_error_set(err, parsed ? SW_EINVALID : SW_ESYNTAX, "%.*s", SW_STR_ARG(i->text));
		if (err) {
			err->line = i->line;
			err->col = i->col;
			err->byte = i->byte;
		}
		return parsed ? -SW_EINVALID : -SW_ESYNTAX;
	}
	p->root = root;
	*ret = p;
	return 0;
}

/* ---- running ---- */

void sw_cel_begin(struct sw_cel *cel, struct sw_arena *a, uint64_t cost_limit, int64_t deadline_ns)
{
	cel->run = a;
	cel->cost = 0;
	cel->run_limit = cost_limit;
	cel->deadline_ns = deadline_ns;
	for (uint32_t i = 0; i < cel->n_slots; i++)
		if (cel->slots[i].type->kind != T_AUTHORIZER)
			cel->slots[i].value = sw_undef();
}

void sw_cel_set(struct sw_cel *cel, uint32_t slot, struct sw_value v)
{
	cel->slots[slot].value = cel_norm(v);
}

static int fatal(enum cel_fatal why, struct sw_error *err)
{
	switch (why) {
	case CEL_COST:
		return sw_error_set(
			err, SW_ELIMIT, "operation cancelled: actual cost limit exceeded");
	case CEL_TIME:
		return sw_error_set(err, SW_ECANCELLED,
			"operation cancelled: the time for the evaluation was spent");
	default:
		return sw_error_set(err, SW_ELIMIT, "the evaluation needs too much memory");
	}
}

static int failure(const struct sw_cel_program *p, const struct cel_error *e, struct sw_error *err)
{
	int r = sw_error_set(
		err, e->unsupported ? SW_EUNSUPPORTED : SW_EINVALID, "%.*s", SW_STR_ARG(e->text));
	if (err && e->placed && e->at <= p->text.n) {
		position(p->text, e->at, &err->line, &err->col);
		err->byte = e->at;
	}
	return r;
}

int sw_cel_eval(struct sw_cel *cel, const struct sw_cel_program *p, uint64_t cost_limit,
	struct sw_value *ret, struct sw_error *err)
{
	struct cel_ctx c;
	uint64_t left = cel->cost < cel->run_limit ? cel->run_limit - cel->cost : 0;
	c.cel = cel;
	c.a = cel->run;
	c.cost = 0;
	c.limit = cost_limit && cost_limit < left ? cost_limit : left;
	c.check = c.limit < 4096 ? c.limit + 1 : 4096;
	c.fatal = CEL_OK;
	c.depth = 0;
	c.call = NULL;
	struct sw_value v = cel_run(&c, p->root);
	cel->cost += c.cost;
	if (!c.fatal && c.cost > c.limit)
		c.fatal = CEL_COST;
	if (c.fatal)
		return fatal(c.fatal, err);
	if (cel_is_err(v))
		return failure(p, cel_ptr(v), err);
	*ret = v;
	return 0;
}
