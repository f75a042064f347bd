/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /mutate: the fixes of the checks named with --fix, one after the other.
 *
 * Two fixes may add the same missing parent; so after each one the changed object is judged anew, as
 * `seawall fix` does it, until nothing is left that a fix could change.
 */
#include "doc/patch.h"
#include "serve/door_impl.h"

enum { ROUNDS_MAX = 200 };

/* The first finding of the last run that has a fix which can be applied to `object`. */
static bool apply_one(struct review *x, struct sw_value object, struct sw_value *ret, struct sw_list *ops)
{
	struct sw_findings *fs = &x->d->findings;
	for (uint32_t i = 0; i < fs->n; i++) {
		const struct sw_finding *f = fs->v[i];
		if (f->verdict != SW_VERDICT_FAIL || f->fix.patch.type != SW_ARRAY ||
			!door_in(&x->d->p->opts->fixes, f->rule->id))
			continue;
		struct sw_value patch = sw_value_copy(x->a, f->fix.patch), after;
		if (sw_patch_apply(x->a, object, patch, &after, NULL) || sw_value_eq(after, object))
			continue;
		sw_array_foreach(op, patch)
			sw_list_add(ops, *op);
		door_add(x, "check", f->rule->id, sw_arena_str(x->a, f->message), SW_DOOR_DRYRUN);
		*ret = after;
		return true;
	}
	return false;
}

void sw_door_mutate(struct sw_door *d, struct sw_arena *a, const struct sw_admission *r, int64_t deadline_ns,
	struct sw_answer *answer, struct sw_judgements *ret)
{
	*ret = (struct sw_judgements){0};
	sw_answer_clear(answer);
	struct review x = {.d = d, .a = a, .r = r, .deadline_ns = deadline_ns, .answer = answer, .js = ret};
	struct sw_list ops;
	sw_list_init(&ops, a);
	x.has_object = sw_defined(r->object) && sw_kube_object_init(r->object, &x.object, NULL) == 0;
	ret->excluded = sw_policies_excluded(d->p, r->ns);
	if (ret->excluded || !d->runner || !d->p->opts->fixes.n || !door_judges_object(&x))
		return;
	struct sw_value object = r->object;
	struct sw_kube_object o = x.object;
	for (int i = 0; i < ROUNDS_MAX; i++) {
		if (!door_run_checks(&x, &o) || door_time_left(&x) < 0) {
			ret->late = true;
			sw_door_undecided(d->p->opts->fail_closed, 504, "the fixes took too long", answer);
			return;
		}
		if (!apply_one(&x, object, &object, &ops) || sw_kube_object_init(object, &o, NULL))
			break;
	}
	if (ops.n)
		answer->patch = sw_list_array(&ops);
}
