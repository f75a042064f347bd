/* SPDX-License-Identifier: Apache-2.0 */
#include "rego/builtins/template/template.h"

#include "base/cleanup.h"

enum { BREAK = 1, CONTINUE = 2 }; /* what walk() returns beside 0 and failures */

struct var {
	struct sw_str name;
	struct slot value;
};

struct state {
	struct template *t;
	struct sw_buf *out;
	struct sw_str name;      /* of the running template */
	const struct node *node; /* for errors */
	struct var *vars;
	uint32_t n_vars, cap_vars, base; /* variables below `base` belong to callers */
	uint32_t depth;
};

static const struct slot missing = {.kind = SLOT_MISSING}, nothing = {.kind = SLOT_INVALID};

/* ---- errors ---- */

static void put_place(struct state *s, struct sw_buf *b)
{
	uint32_t line = 1, start = 0, pos = s->node->pos;
	for (uint32_t i = 0; i < pos && i < s->t->text.n; i++)
		if (s->t->text.p[i] == '\n') {
			line++;
			start = i + 1;
		}
	sw_buf_printf(b, "template: template:%u:%u: executing ", line, pos - start);
	sw_gofmt_quote(b, s->name, false);
	sw_buf_addz(b, " at <");
	sw_template_node_text(b, s->node);
	sw_buf_addz(b, ">: ");
}

static int fail(struct state *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static int fail(struct state *s, const char *fmt, ...)
{
	sw_autobuf b;
	va_list ap;
	sw_buf_init(&b, TEMPLATE_TEXT_MAX);
	put_place(s, &b);
	va_start(ap, fmt);
	sw_buf_vprintf(&b, fmt, ap);
	va_end(ap);
	return sw_builtin_fail(s->t->ctx, "%.*s", SW_STR_ARG(sw_buf_str(&b)));
}

static int full(struct state *s)
{
	return sw_builtin_limit(s->t->ctx, "the evaluation's memory budget is spent");
}

static struct sw_str quoted(struct state *s, struct sw_str text)
{
	sw_autobuf b;
	sw_buf_init(&b, TEMPLATE_TEXT_MAX);
	sw_gofmt_quote(&b, text, false);
	return sw_arena_str(s->t->arena, sw_buf_str(&b));
}

static struct sw_str node_text(struct state *s, const struct node *n)
{
	sw_autobuf b;
	sw_buf_init(&b, TEMPLATE_TEXT_MAX);
	sw_template_node_text(&b, n);
	return sw_arena_str(s->t->arena, sw_buf_str(&b));
}

/* ---- variables ---- */

static int push(struct state *s, struct sw_str name, struct slot v)
{
	if (s->n_vars == s->cap_vars) {
		uint32_t cap = s->cap_vars ? 2 * s->cap_vars : 16;
		struct var *p = sw_arena_grow(
			s->t->arena, s->vars, s->cap_vars * sizeof(*p), cap * sizeof(*p));
		if (!p)
			return full(s);
		s->vars = p;
		s->cap_vars = cap;
	}
	s->vars[s->n_vars++] = (struct var){name, v};
	return 0;
}

static struct var *find_var(struct state *s, struct sw_str name)
{
	for (uint32_t i = s->n_vars; i > s->base; i--)
		if (sw_str_eq(s->vars[i - 1].name, name))
			return &s->vars[i - 1];
	return NULL;
}

static int set_var(struct state *s, struct sw_str name, struct slot v)
{
	struct var *x = find_var(s, name);
	if (!x)
		return fail(s, "undefined variable: %.*s", SW_STR_ARG(name));
	x->value = v;
	return 0;
}

/* ---- terms ---- */

static int eval_pipeline(struct state *s, struct slot dot, const struct node *pipe, struct slot *ret);
static int eval_function(struct state *s, struct slot dot, const struct node *word, const struct node *cmd,
	const struct node *args, struct slot final, struct slot *ret);

/* receiver.name */
static int eval_field(
	struct state *s, struct sw_str name, bool has_args, struct slot receiver, struct slot *ret)
{
	const char *type = receiver.kind == SLOT_VALUE && receiver.boxed ? "interface {}" : sw_slot_type(receiver);
	*ret = nothing;
	if (receiver.kind == SLOT_INVALID)
		return 0;
	enum go_kind k = sw_slot_kind(receiver);
	if (k == GO_NIL)
		return fail(s, "nil pointer evaluating interface {}.%.*s", SW_STR_ARG(name));
	if (k != GO_MAP)
		return fail(s, "can't evaluate field %.*s in type %s", SW_STR_ARG(name), type);
	if (has_args)
		return fail(s, "%.*s is not a method but has arguments", SW_STR_ARG(name));
	*ret = sw_slot_value(sw_object_gets(receiver.v, name), true);
	return 0;
}

/* `args`: the first argument of the command that the node heads, or NULL. */
static int eval_fields(struct state *s, const struct node *n, uint32_t from, struct slot receiver,
	const struct node *args, struct slot final, struct slot *ret)
{
	bool has_args = (args && args->next) || final.kind != SLOT_MISSING;
	for (uint32_t i = from; i < n->n_names; i++) {
		int r = eval_field(s, n->names[i], has_args && i + 1 == n->n_names, receiver, &receiver);
		if (r < 0)
			return r;
	}
	*ret = receiver;
	return 0;
}

static int not_a_function(struct state *s, const struct node *args, struct slot final)
{
	if ((args && args->next) || final.kind != SLOT_MISSING)
		return fail(s, "can't give argument to non-function %.*s", SW_STR_ARG(node_text(s, args)));
	return 0;
}

static int eval_variable(struct state *s, const struct node *n, const struct node *args, struct slot final,
	struct slot *ret)
{
	s->node = n;
	struct var *v = find_var(s, n->names[0]);
	if (!v)
		return fail(s, "undefined variable: %.*s", SW_STR_ARG(n->names[0]));
	*ret = v->value;
	if (n->n_names > 1)
		return eval_fields(s, n, 1, *ret, args, final, ret);
	return args ? not_a_function(s, args, final) : 0;
}

static int eval_chain(struct state *s, struct slot dot, const struct node *n, const struct node *args,
	struct slot final, struct slot *ret)
{
	struct slot head;
	int r;
	s->node = n;
	if (n->pipe->type == NODE_PIPE) {
		s->node = n->pipe;
		r = eval_pipeline(s, dot, n->pipe, &head);
	} else {
		s->node = n->pipe;
		r = eval_function(s, dot, n->pipe, n->pipe, NULL, missing, &head);
	}
	return r < 0 ? r : eval_fields(s, n, 0, head, args, final, ret);
}

static int number(struct state *s, const struct node *n, struct slot *ret)
{
	s->node = n;
	if (n->is_float)
		*ret = (struct slot){.kind = SLOT_FLOAT, .d = n->d};
	else if (n->is_int)
		*ret = (struct slot){.kind = SLOT_INT, .i = n->i};
	else
		return fail(s, "%.*s overflows int", SW_STR_ARG(n->text));
	return 0;
}

static struct slot boolean(const struct node *n)
{
	return sw_slot_value(sw_bool(n->i), false);
}

/* The word that heads a command, when it is none of the kinds that take arguments. */
static int eval_word(struct state *s, struct slot dot, const struct node *n, struct slot final, struct slot *ret)
{
	s->node = n;
	int r = not_a_function(s, n, final);
	if (r < 0)
		return r;
	switch (n->type) {
	case NODE_BOOL:
		*ret = boolean(n);
		return 0;
	case NODE_DOT:
		*ret = dot;
		return 0;
	case NODE_NUMBER:
		return number(s, n, ret);
	case NODE_STRING:
		*ret = sw_slot_value(sw_string(n->string), false);
		return 0;
	default:
		return fail(s, "nil is not a command");
	}
}

static int eval_command(struct state *s, struct slot dot, const struct node *cmd, struct slot final,
	struct slot *ret)
{
	const struct node *n = cmd->first;
	int r;
	switch (n->type) {
	case NODE_FIELD:
		s->node = n;
		return eval_fields(s, n, 0, dot, n, final, ret);
	case NODE_CHAIN:
		return eval_chain(s, dot, n, n, final, ret);
	case NODE_IDENTIFIER:
		return eval_function(s, dot, n, cmd, n, final, ret);
	case NODE_PIPE:
		r = not_a_function(s, n, final);
		return r < 0 ? r : eval_pipeline(s, dot, n, ret);
	case NODE_VARIABLE:
		return eval_variable(s, n, n, final, ret);
	default:
		return eval_word(s, dot, n, final, ret);
	}
}

static int enter(struct state *s)
{
	if (++s->depth > TEMPLATE_DEPTH)
		return sw_builtin_limit(s->t->ctx, "the template is nested too deeply");
	return sw_builtin_steps(s->t->ctx, 1);
}

static int eval_pipeline(struct state *s, struct slot dot, const struct node *pipe, struct slot *ret)
{
	int r = enter(s);
	*ret = nothing;
	if (r == 0 && pipe) {
		s->node = pipe;
		*ret = missing;
		for (const struct node *c = pipe->first; c && r == 0; c = c->next) {
			r = eval_command(s, dot, c, *ret, ret);
			*ret = sw_slot_unboxed(*ret);
		}
		for (const struct node *d = pipe->decl; d && r == 0; d = d->next)
			r = pipe->assign ? set_var(s, d->names[0], *ret) : push(s, d->names[0], *ret);
	}
	s->depth--;
	return r;
}

/* ---- calls ---- */

static int eval_arg(struct state *s, struct slot dot, const struct node *n, struct slot *ret)
{
	s->node = n;
	switch (n->type) {
	case NODE_DOT:
		*ret = dot;
		return 0;
	case NODE_NIL:
		*ret = nothing;
		return 0;
	case NODE_FIELD:
		return eval_fields(s, n, 0, dot, NULL, missing, ret);
	case NODE_VARIABLE:
		return eval_variable(s, n, NULL, missing, ret);
	case NODE_PIPE:
		return eval_pipeline(s, dot, n, ret);
	case NODE_IDENTIFIER:
		return eval_function(s, dot, n, n, NULL, missing, ret);
	case NODE_CHAIN:
		return eval_chain(s, dot, n, NULL, missing, ret);
	case NODE_BOOL:
		*ret = boolean(n);
		return 0;
	case NODE_NUMBER:
		return number(s, n, ret);
	default:
		*ret = sw_slot_value(sw_string(n->string), false);
		return 0;
	}
}

static int check_string(struct state *s, struct slot v)
{
	if (v.kind == SLOT_INVALID)
		return fail(s, "invalid value; expected string");
	if (v.kind != SLOT_VALUE || v.v.type != SW_STRING)
		return fail(s, "wrong type for value; expected string; got %s", sw_slot_type(v));
	return 0;
}

/* printf's format. */
static int eval_string_arg(struct state *s, struct slot dot, const struct node *n, struct slot *ret)
{
	int r;
	s->node = n;
	if (n->type == NODE_NIL)
		return fail(s, "cannot assign nil to string");
	if (n->type == NODE_BOOL || n->type == NODE_NUMBER)
		return fail(s, "expected string; found %.*s", SW_STR_ARG(n->text));
	r = eval_arg(s, dot, n, ret);
	return r < 0 ? r : check_string(s, *ret);
}

/* and, or: no argument behind the one that decides is looked at. */
static int eval_logic(struct state *s, struct slot dot, bool is_or, const struct node *arg, struct slot final,
	struct slot *ret)
{
	*ret = nothing;
	for (; arg; arg = arg->next) {
		int r = eval_arg(s, dot, arg, ret);
		if (r < 0 || sw_slot_truth(*ret) == is_or)
			return r;
	}
	if (final.kind != SLOT_MISSING)
		*ret = final;
	return 0;
}

static int call_value(struct state *s, const struct node *cmd, const struct node *arg, struct slot v)
{
	struct sw_str name = SW_STR("");
	if (arg)
		name = node_text(s, arg);
	else if (sw_slot_kind(v) == GO_STRING)
		sw_slot_text(s->t->arena, v, &name);
	else
		name = sw_arena_printf(s->t->arena, "<%s Value>", sw_slot_type(v));
	v = sw_slot_unboxed(v);
	s->node = cmd;
	if (v.kind == SLOT_INVALID)
		return fail(s, "error calling call: call of nil");
	return fail(s, "error calling call: non-function %.*s of type %s", SW_STR_ARG(name), sw_slot_type(v));
}

static int eval_args(struct state *s, struct slot dot, const struct function *f, const struct node *arg,
	struct slot final, struct slot *v)
{
	uint32_t i = 0;
	for (; arg; arg = arg->next, i++) {
		int r = f->format && i == 0 ? eval_string_arg(s, dot, arg, &v[i]) : eval_arg(s, dot, arg, &v[i]);
		if (r < 0)
			return r;
	}
	if (final.kind == SLOT_MISSING)
		return 0;
	v[i] = final;
	return f->format && i == 0 ? check_string(s, final) : 0;
}

static int eval_function(struct state *s, struct slot dot, const struct node *word, const struct node *cmd,
	const struct node *args, struct slot final, struct slot *ret)
{
	const struct function *f = sw_template_function(word->text);
	const struct node *arg = args ? args->next : NULL;
	struct sw_str err = {NULL, 0};
	int written = 0, r;
	s->node = word;
	for (const struct node *a = arg; a; a = a->next)
		written++;
	int n = written + (final.kind != SLOT_MISSING);
	if (f->variadic ? n < f->fixed : n != f->fixed)
		return fail(s, "wrong number of args for %s: want %s%d got %d", f->name, f->variadic ? "at least " : "",
			f->fixed, f->variadic ? written : n == written ? n : written);
	if (sw_str_is(word->text, "and") || sw_str_is(word->text, "or"))
		return eval_logic(s, dot, word->text.p[0] == 'o', arg, final, ret);
	struct slot *v = sw_arena_new_array(s->t->arena, n ? (size_t)n : 1, struct slot);
	if (!v)
		return full(s);
	r = eval_args(s, dot, f, arg, final, v);
	if (r < 0)
		return r;
	if (!f->fn)
		return call_value(s, cmd, arg, v[0]);
	r = f->fn(s->t, v, (uint32_t)n, ret, &err);
	if (r < 0 && err.p) {
		s->node = cmd;
		return fail(s, "error calling %s: %.*s", f->name, SW_STR_ARG(err));
	}
	return r;
}

/* ---- walking ---- */

static int walk(struct state *s, struct slot dot, const struct node *n);

static int put_value(struct state *s, struct slot v)
{
	struct sw_gofmt_arg a;
	if (v.kind == SLOT_INVALID) {
		sw_buf_addz(s->out, "<no value>");
		return 0;
	}
	size_t before = s->out->n;
	if (!sw_slot_arg(s->t->arena, v, &a))
		return full(s);
	sw_gofmt_print(s->out, &a, 1, false);
	return sw_builtin_steps(s->t->ctx, (s->out->n - before) / 16);
}

static int walk_branch(struct state *s, struct slot dot, const struct node *n)
{
	uint32_t mark = s->n_vars;
	struct slot v;
	int r = eval_pipeline(s, dot, n->pipe, &v);
	if (r == 0) {
		if (sw_slot_truth(v))
			r = walk(s, n->type == NODE_WITH ? v : dot, n->first);
		else if (n->other)
			r = walk(s, dot, n->other);
	}
	s->n_vars = mark;
	return r;
}

static int set_range_vars(struct state *s, const struct node *pipe, struct slot index, struct slot elem)
{
	const struct node *a = pipe->decl, *b = a ? a->next : NULL;
	int r = 0;
	if (!a)
		return 0;
	if (pipe->assign) {
		r = set_var(s, a->names[0], b ? index : elem);
		return r == 0 && b ? set_var(s, b->names[0], elem) : r;
	}
	s->vars[s->n_vars - 1].value = elem;
	if (b)
		s->vars[s->n_vars - 2].value = index;
	return 0;
}

/* 0: go on. */
static int iterate(struct state *s, const struct node *n, struct slot index, struct slot elem)
{
	uint32_t mark = s->n_vars;
	int r = sw_builtin_steps(s->t->ctx, 1);
	if (r == 0)
		r = set_range_vars(s, n->pipe, index, elem);
	if (r == 0)
		r = walk(s, elem, n->first);
	s->n_vars = mark;
	return r == CONTINUE ? 0 : r;
}

static int range_over(struct state *s, const struct node *n, struct slot v, bool *ret_any)
{
	enum go_kind k = sw_slot_kind(v);
	int64_t max = k == GO_INT || k == GO_UINT ? v.i : k == GO_SLICE || k == GO_MAP ? v.v.n : 0;
	int r = 0;
	*ret_any = max > 0;
	for (int64_t i = 0; i < max && r == 0; i++) {
		struct slot at = {.kind = SLOT_INT, .i = i};
		if (k == GO_SLICE)
			r = iterate(s, n, at, sw_slot_value(v.v.u.a->v[i], true));
		else if (k == GO_MAP)
			r = iterate(s, n, sw_slot_value(v.v.u.o->m[i].k, false), sw_slot_value(v.v.u.o->m[i].v, true));
		else
			r = iterate(s, n, nothing, (struct slot){.kind = v.kind, .i = i});
	}
	return r == BREAK ? 0 : r;
}

static int fail_range(struct state *s, struct slot v, const char *text, const char *behind)
{
	sw_autobuf b;
	struct sw_gofmt_arg a;
	sw_buf_init(&b, TEMPLATE_TEXT_MAX);
	if (!sw_slot_arg(s->t->arena, v, &a))
		return full(s);
	sw_gofmt_print(&b, &a, 1, false);
	return fail(s, "%s %.*s%s", text, SW_STR_ARG(sw_buf_str(&b)), behind);
}

static int walk_range(struct state *s, struct slot dot, const struct node *n)
{
	uint32_t mark = s->n_vars;
	struct slot v;
	bool any = false;
	int r = eval_pipeline(s, dot, n->pipe, &v);
	if (r == 0) {
		enum go_kind k = sw_slot_kind(v);
		if ((k == GO_INT || k == GO_UINT) && n->pipe->decl && n->pipe->decl->next)
			r = fail_range(s, v, "can't use", " to iterate over more than one variable");
		else if (k == GO_BOOL || k == GO_STRING || k == GO_FLOAT)
			r = fail_range(s, v, "range can't iterate over", "");
		else
			r = range_over(s, n, v, &any);
	}
	if (r == 0 && !any && n->other)
		r = walk(s, dot, n->other);
	s->n_vars = mark;
	return r == BREAK ? 0 : r;
}

static int walk_template(struct state *s, struct slot dot, const struct node *n)
{
	struct tree *tree = sw_template_find(s->t, n->text);
	if (!tree)
		return fail(s, "template %.*s not defined", SW_STR_ARG(quoted(s, n->text)));
	int r = eval_pipeline(s, dot, n->pipe, &dot);
	if (r < 0)
		return r;
	const struct node *node = s->node;
	struct sw_str name = s->name;
	uint32_t base = s->base, mark = s->n_vars;
	s->base = mark;
	s->name = tree->name;
	r = push(s, SW_STR("$"), dot);
	if (r == 0)
		r = walk(s, dot, tree->root);
	if (r >= 0) { /* the place of an error is its own */
		s->node = node;
		s->name = name;
	}
	s->base = base;
	s->n_vars = mark;
	return r;
}

static int walk_action(struct state *s, struct slot dot, const struct node *n)
{
	struct slot v;
	int r = eval_pipeline(s, dot, n->pipe, &v);
	return r == 0 && !n->pipe->decl ? put_value(s, v) : r;
}

static int walk_one(struct state *s, struct slot dot, const struct node *n)
{
	int r = 0;
	s->node = n;
	switch (n->type) {
	case NODE_ACTION:
		return walk_action(s, dot, n);
	case NODE_BREAK:
		return BREAK;
	case NODE_CONTINUE:
		return CONTINUE;
	case NODE_IF:
	case NODE_WITH:
		return walk_branch(s, dot, n);
	case NODE_LIST:
		for (const struct node *k = n->first; k && r == 0; k = k->next)
			r = walk(s, dot, k);
		return r;
	case NODE_RANGE:
		return walk_range(s, dot, n);
	case NODE_TEMPLATE:
		return walk_template(s, dot, n);
	default:
		sw_buf_addstr(s->out, n->text);
		return sw_builtin_steps(s->t->ctx, n->text.n / 16);
	}
}

static int walk(struct state *s, struct slot dot, const struct node *n)
{
	int r = enter(s);
	if (r == 0)
		r = walk_one(s, dot, n);
	s->depth--;
	if (r == 0 && s->out->overflow)
		return sw_builtin_limit(s->t->ctx, "string too long");
	return r;
}

int sw_template_run(struct template *t, struct sw_value data, struct sw_buf *out)
{
	struct state s = {.t = t, .out = out, .name = SW_STR("template")};
	struct slot dot = sw_slot_value(data, false);
	int r = push(&s, SW_STR("$"), dot);
	return r < 0 ? r : walk(&s, dot, sw_template_find(t, s.name)->root);
}
