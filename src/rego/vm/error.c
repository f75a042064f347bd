/* SPDX-License-Identifier: Apache-2.0 */
/* Errors of an evaluation, in OPA's codes and words. */
#include "rego/vm/vm.h"

#include <stdio.h>

const struct sw_rego_loc *vm_loc_at(struct sw_rego_eval *vm, uint32_t loc)
{
	const struct sw_rego_engine *e = vm->e;
	if (!e->from_image)
		return &e->code.locs.v[loc];
	struct sw_rego_loc *l =
		loc < e->n_image_locs ? sw_arena_new(&vm->arena, struct sw_rego_loc) : NULL;
	if (!l)
		return NULL;
	const struct vm_image_loc *from = &e->image_locs[loc];
	*l = (struct sw_rego_loc){.row = from->row, .col = from->col, .offset = from->offset};
	if (from->file) {
		l->file = &e->image_sources[from->file - 1];
		l->text = sw_str_sub(l->file->text, from->text, (size_t)from->text + from->n);
	}
	return l;
}

const struct sw_rego_loc *vm_loc(struct sw_rego_eval *vm, const struct vm_ins *at)
{
	const struct vm_code *c = &vm->e->code;
	return vm_loc_at(vm, c->ins_loc.v[at - c->ins.v]);
}

/* The first error of an evaluation stays. Its text lives in the scratch buffer of the evaluation. */
int vm_error(struct sw_rego_eval *vm, int code, const char *name, const struct sw_rego_loc *loc,
	const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	if (!vm->err.code) {
		sw_buf_clear(&vm->text);
		sw_buf_vprintf(&vm->text, fmt, ap);
		vm->err = (struct sw_rego_eval_error){.code = name, .message = sw_buf_str(&vm->text)};
		if (loc)
			vm->err.loc = *loc;
	}
	va_end(ap);
	return -code;
}

static void add_frame(struct sw_rego_eval *vm, const struct sw_rego_loc *loc)
{
	if (!loc || !loc->row || vm->err.n_stack == SW_REGO_STACK_MAX)
		return;
	vm->err.stack = vm->err_stack;
	vm->err_stack[vm->err.n_stack++] = *loc;
}

int vm_up(struct sw_rego_eval *vm, const struct vm_ins *at, int r)
{
	add_frame(vm, vm_loc(vm, at));
	return r;
}

int vm_limit(struct sw_rego_eval *vm, const char *what)
{
	return vm_error(vm, SW_ELIMIT, SW_BUILTIN_LIMIT, NULL, "%s", what);
}

int vm_conflict(struct sw_rego_eval *vm, uint32_t rule, struct sw_value a, struct sw_value b)
{
	const struct vm_rule *r = &vm->e->code.rules.v[rule];
	sw_autobuf values;
	sw_buf_init(&values, 4096);
	sw_rego_value_print(&values, a);
	sw_buf_addz(&values, " and ");
	sw_rego_value_print(&values, b);
	if (values.overflow)
		sw_buf_clear(&values);
	int code = vm_error(vm, SW_ECONFLICT, SW_BUILTIN_CONFLICT, vm_loc_at(vm, r->loc), "%s: %.*s%s%.*s",
		r->function ? "functions must not produce multiple outputs for same inputs"
			    : "complete rules must not produce multiple outputs",
		SW_STR_ARG(r->name), values.n ? " is " : "", SW_STR_ARG(sw_buf_str(&values)));
	add_frame(vm, vm_loc_at(vm, r->last));
	return code;
}

void sw_rego_eval_error_format(const struct sw_rego_eval_error *err, struct sw_buf *out)
{
	const struct sw_rego_loc *l = &err->loc;
	if (l->file && l->file->name.n)
		sw_buf_printf(out, "%.*s:%u: ", SW_STR_ARG(l->file->name), l->row);
	else if (l->row)
		sw_buf_printf(out, "%u:%u: ", l->row, l->col);
	sw_buf_printf(out, "%s: %.*s", err->code ? err->code : "eval_internal_error",
		SW_STR_ARG(err->message));
}
