/* SPDX-License-Identifier: Apache-2.0 */
/* What an optimizer of whole programs has to know: what `with` may replace, and what the program does not hold. */
#include "rego/compile/internal.h"

struct gather {
	const struct sw_rego_terms *roots; /* NULL: targets of `with` */
	struct sw_rego_terms out;
};

static bool see_with(struct visitor *v, struct sw_rego_with *w)
{
	struct gather *g = v->ctx;
	if (ref_starts(w->target, "data"))
		terms_add(v->c, &g->out, w->target);
	return false;
}

static bool see_ref(struct visitor *v, struct sw_rego_term *t)
{
	struct gather *g = v->ctx;
	if (!ref_starts(t, "data"))
		return false;
	struct sw_rego_term *ref = ref_prefix(v->c, t, sw_rego_ref_ground_len(t));
	for (uint32_t i = 0; i < g->roots->n; i++)
		if (sw_rego_ref_has_prefix(ref, g->roots->v[i]))
			return false;
	terms_add(v->c, &g->out, ref);
	return false;
}

static void walk_rules(cc *c, void *arg)
{
	struct gather *g = arg;
	struct visitor v = {.c = c, .ctx = g};
	if (g->roots)
		v.term = see_ref;
	else
		v.with = see_with;
	for (uint32_t i = 0; i < c->p->n_order; i++)
		walk_rule(&v, c->p->order[i]);
}

static int gather(struct sw_rego_program *p, const struct sw_rego_terms *roots, struct sw_rego_terms *ret)
{
	struct gather g = {.roots = roots};
	int code = cc_guard(p->c, walk_rules, &g);
	if (!code)
		*ret = g.out;
	return -code;
}

int sw_rego_program_with_targets(struct sw_rego_program *p, struct sw_rego_terms *ret)
{
	return gather(p, NULL, ret);
}

int sw_rego_program_outside(
	struct sw_rego_program *p, const struct sw_rego_terms *roots, struct sw_rego_terms *ret)
{
	return gather(p, roots, ret);
}
