/* SPDX-License-Identifier: Apache-2.0 */
/* Emitting: registers, labels, constants, locations, and what registers are known to hold. */
#include "rego/plan/plan.h"

void *plan_vec_grow(struct sw_arena *a, void *v, uint32_t n, uint32_t *cap, size_t size, int *err)
{
	uint32_t want = *cap ? *cap * 2 : 16;
	void *p = want > *cap ? sw_arena_grow(a, v, n * size, want * size) : NULL;
	if (!p) {
		*err = -SW_ELIMIT;
		return v;
	}
	*cap = want;
	return p;
}

void plan_fail(struct plan *p, int code, const char *why)
{
	if (!p->err) {
		p->err = code;
		p->why = why;
	}
}

uint16_t plan_regs(struct plan *p, uint32_t n)
{
	if (p->n_regs + n > PLAN_REGS_MAX) {
		plan_fail(p, -SW_ELIMIT, "a rule is too large: more than 65,000 intermediate values");
		return 0;
	}
	p->n_regs += n;
	if (p->n_regs > p->max_regs)
		p->max_regs = p->n_regs;
	return (uint16_t)(p->n_regs - n);
}

uint16_t plan_reg(struct plan *p)
{
	return plan_regs(p, 1);
}

uint32_t plan_label(struct plan *p)
{
	plan_push(p, p->labels, VM_NONE);
	return p->labels.n - 1;
}

void plan_here(struct plan *p, uint32_t label)
{
	if (!p->err)
		p->labels.v[label] = p->c->ins.n;
}

uint32_t plan_emit(struct plan *p, enum vm_op op, uint32_t a, uint32_t b, uint32_t c, uint32_t x)
{
	struct vm_ins i = {(uint16_t)op, (uint16_t)a, (uint16_t)b, (uint16_t)c, p->fail, x};
	plan_push(p, p->c->ins, i);
	plan_push(p, p->c->ins_loc, p->loc);
	return p->c->ins.n - 1;
}

void plan_cold(struct plan *p, enum vm_cold op, uint32_t a, uint32_t b, uint32_t x)
{
	plan_emit(p, OP_COLD, a, b, op, x);
}

void plan_jump(struct plan *p, uint32_t label)
{
	uint32_t saved = p->fail;
	p->fail = label;
	plan_emit(p, OP_JMP, 0, 0, 0, 0);
	p->fail = saved;
}

/* ---- constants: equal ones share an entry, but 1 and 1.0 print differently and do not ---- */

static bool same_constant(struct sw_value a, struct sw_value b)
{
	if (a.type != b.type || a.repr != b.repr || a.n != b.n)
		return false;
	if (a.type == SW_ARRAY || a.type == SW_SET || a.type == SW_OBJECT)
		return a.n == 0;
	if (a.type == SW_NUMBER && a.repr == SW_NUM_TEXT)
		return sw_str_eq(sw_value_str(a), sw_value_str(b));
	return sw_value_eq(a, b);
}

static void grow_table(struct plan *p)
{
	struct vm_code *c = p->c;
	uint32_t n = c->k_table_n ? c->k_table_n * 2 : 64;
	uint32_t *t = sw_arena_zalloc(p->a, n * sizeof(*t));
	if (!t) {
		plan_fail(p, -SW_ELIMIT, "the engine's memory budget is spent");
		return;
	}
	for (uint32_t i = 0; i < c->k.n; i++) {
		uint32_t at = (uint32_t)sw_value_hash(c->k.v[i]) & (n - 1);
		while (t[at])
			at = (at + 1) & (n - 1);
		t[at] = i + 1;
	}
	c->k_table = t;
	c->k_table_n = n;
}

uint32_t plan_constant(struct plan *p, struct sw_value v)
{
	struct vm_code *c = p->c;
	if (c->k.n * 2 >= c->k_table_n)
		grow_table(p);
	if (p->err)
		return 0;
	uint32_t mask = c->k_table_n - 1, at = (uint32_t)sw_value_hash(v) & mask;
	for (; c->k_table[at]; at = (at + 1) & mask)
		if (same_constant(c->k.v[c->k_table[at] - 1], v))
			return c->k_table[at] - 1;
	c->k_table[at] = c->k.n + 1;
	plan_push(p, c->k, v);
	return c->k.n - 1;
}

uint16_t plan_value(struct plan *p, struct sw_value v)
{
	uint32_t k = plan_constant(p, v);
	int32_t r = plan_known(p, SRC_K, k);
	if (r >= 0)
		return (uint16_t)r;
	uint16_t dst = plan_reg(p);
	plan_emit(p, OP_MOVK, dst, 0, 0, k);
	plan_know(p, SRC_K, k, dst);
	return dst;
}

uint32_t plan_location(struct plan *p, const struct sw_rego_loc *loc)
{
	if (p->c->locs.n) {
		const struct sw_rego_loc *last = &p->c->locs.v[p->c->locs.n - 1];
		if (last->file == loc->file && last->offset == loc->offset &&
			last->row == loc->row && last->text.n == loc->text.n)
			return p->c->locs.n - 1;
	}
	plan_push(p, p->c->locs, *loc);
	return p->c->locs.n - 1;
}

uint32_t plan_builtin(struct plan *p, const struct sw_builtin *b)
{
	for (uint32_t i = 0; i < p->c->builtins.n; i++)
		if (p->c->builtins.v[i] == b)
			return i;
	plan_push(p, p->c->builtins, b);
	return p->c->builtins.n - 1;
}

/* ---- scopes ---- */

struct plan_mark plan_open(struct plan *p)
{
	return (struct plan_mark){p->vars.n, p->known.n, p->fail};
}

void plan_close(struct plan *p, struct plan_mark m)
{
	p->vars.n = m.vars;
	p->known.n = m.known;
	p->fail = m.fail;
}

int32_t plan_known(const struct plan *p, uint32_t src, uint32_t key)
{
	for (uint32_t i = p->known.n; i > p->known_floor; i--) {
		const struct plan_known *k = &p->known.v[i - 1];
		if (k->src == src && k->key == key)
			return k->reg;
	}
	return -1;
}

void plan_know(struct plan *p, uint32_t src, uint32_t key, uint16_t reg)
{
	struct plan_known k = {src, key, reg};
	plan_push(p, p->known, k);
}

int32_t plan_var(const struct plan *p, struct sw_str name)
{
	for (uint32_t i = p->vars.n; i > p->vars_floor; i--)
		if (sw_str_eq(p->vars.v[i - 1].name, name))
			return p->vars.v[i - 1].reg;
	return -1;
}

void plan_bind(struct plan *p, struct sw_str name, uint16_t reg)
{
	struct plan_var v = {name, reg};
	plan_push(p, p->vars, v);
}

/* ---- a function's begin and end ---- */

void plan_begin(struct plan *p, struct sw_rego_engine *e, uint32_t fn)
{
	*p = (struct plan){.e = e, .c = &e->code, .a = &e->arena, .fn = fn};
	struct plan_spare *s = e->spare;
	if (s && s->labels) { /* lists of the function before, used again */
		p->labels.v = s->labels;
		p->vars.v = s->vars;
		p->known.v = s->known;
		p->labels.cap = s->n_labels;
		p->vars.cap = s->n_vars;
		p->known.cap = s->n_known;
		s->labels = NULL;
	}
	p->start = e->code.ins.n;
	if (!p->c->locs.n) {
		struct sw_rego_loc none = {0};
		plan_push(p, p->c->locs, none);
	}
}

int plan_finish(struct plan *p)
{
	if (p->a->overflow)
		plan_fail(p, -SW_ELIMIT, "the engine's memory budget is spent");
	if (p->err)
		return p->err;
	for (uint32_t i = p->start; i < p->c->ins.n; i++) {
		struct vm_ins *ins = &p->c->ins.v[i];
		ins->f = ins->f < p->labels.n ? p->labels.v[ins->f] : 0;
		if (ins->f == VM_NONE)
			ins->f = 0; /* never taken: the instruction cannot fail */
	}
	for (uint32_t i = 0; i < p->switches.n; i++) {
		struct vm_switch *sw = &p->c->switches.v[p->switches.v[i]];
		for (uint32_t k = 0; k < sw->n; k++)
			sw->cases[k].target = p->labels.v[sw->cases[k].target];
	}
	for (uint32_t i = 0; i < p->filters.n; i++) {
		struct vm_filter *x = &p->c->filters.v[p->filters.v[i]];
		for (uint32_t k = 0; k < x->n_rules; k++)
			x->targets[k] = p->labels.v[x->targets[k]];
		x->end = p->labels.v[x->end];
	}
	struct vm_fn *f = &p->c->fns.v[p->fn];
	f->start = p->start;
	f->n_regs = p->max_regs;
	struct plan_spare *s = p->e->spare ? p->e->spare : sw_arena_new(p->a, struct plan_spare);
	if (s)
		*s = (struct plan_spare){p->labels.v, p->vars.v, p->known.v, p->labels.cap,
			p->vars.cap, p->known.cap};
	p->e->spare = s;
	return 0;
}
