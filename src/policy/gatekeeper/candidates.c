/* SPDX-License-Identifier: Apache-2.0 */
/* The constraints in order, those that a kind of objects can match, and the sieve in front of them. */
#include <stdlib.h>

#include "policy/gatekeeper/internal.h"

enum { USES = 8 }; /* a sieve costs as much as about a hundred reviews */

static int by_kind_and_name(const void *x, const void *y)
{
	const struct gk_constraint *a = *(struct gk_constraint *const *)x;
	const struct gk_constraint *b = *(struct gk_constraint *const *)y;
	int c = sw_str_cmp(a->kind, b->kind);
	return c ? c : sw_str_cmp(a->name, b->name);
}

void gk_changed(struct sw_gk *gk)
{
	gk->sorted = false;
	g_hash_table_remove_all(gk->by_kind);
	sw_arena_reset(&gk->kinds_arena);
	sw_rego_sieve_free(gk->sieve);
	gk->sieve = NULL;
	for (uint32_t i = 0; i < gk->n_constraints; i++)
		gk->constraints[i]->sieved = false;
}

static void sort(struct sw_gk *gk)
{
	if (!gk->sorted && gk->n_constraints > 1)
		qsort(gk->constraints, gk->n_constraints, sizeof(*gk->constraints), by_kind_and_name);
	gk->sorted = true;
}

static const struct sw_rego_sieve_part *part_of(struct sw_gk *gk, struct gk_constraint *c)
{
	const struct sw_rego_sieve_input in = {
		.known = SW_STR("parameters"), .open = SW_STR("review"), .value = c->parameters};
	if (!c->sieved && c->template->engine) /* of CEL alone there is no part: it may hold */
		c->part = sw_rego_sieve_part(
			gk->sieve, c->template->engine, SW_STR("template"), SW_STR("violation"), &in);
	else if (!c->sieved)
		c->part = NULL;
	c->sieved = true;
	return c->part;
}

static void make_screen(struct sw_gk *gk, struct gk_candidates *c)
{
	const struct sw_rego_sieve_part **parts =
		sw_arena_new_array(&gk->scratch, c->n + 1, const struct sw_rego_sieve_part *);
	c->bits = sw_arena_new_array(&gk->kinds_arena, c->n / 64 + 1, uint64_t);
	c->fail = sw_arena_zalloc(&gk->kinds_arena, (c->n / 64 + 1) * sizeof(*c->fail));
	if (!parts || !c->bits || !c->fail || !c->n)
		return;
	if (!gk->sieve)
		gk->sieve = sw_rego_sieve_new();
	for (uint32_t i = 0; i < c->n; i++)
		parts[i] = part_of(gk, c->v[i]);
	for (uint32_t i = 0; i < c->n; i++)
		c->fail[i / 64] |= (uint64_t)c->v[i]->match_fails << (i % 64);
	c->screen = sw_rego_sieve_screen(gk->sieve, parts, c->n);
}

/* "group/kind" in the arena of one review; printf would cost more than the look-up. */
static struct sw_str kind_name(struct sw_arena *a, const struct sw_kube_object *o)
{
	size_t n = o->group.n + 1 + o->kind.n;
	char *p = sw_arena_alloc(a, n);
	if (!p)
		return (struct sw_str){NULL, 0};
	memcpy(p, o->group.p ? o->group.p : "", o->group.n);
	p[o->group.n] = '/';
	memcpy(p + o->group.n + 1, o->kind.p ? o->kind.p : "", o->kind.n);
	return (struct sw_str){p, n};
}

/* Found once for each kind: most constraints are about few kinds. NULL: there is no room. */
static struct gk_candidates *find(struct sw_gk *gk, const struct sw_kube_object *o)
{
	struct sw_str name = kind_name(&gk->scratch, o);
	struct gk_candidates *found = name.p ? g_hash_table_lookup(gk->by_kind, &name) : NULL;
	if (found)
		return found;
	struct sw_str *key = sw_arena_new(&gk->kinds_arena, struct sw_str);
	found = sw_arena_new(&gk->kinds_arena, struct gk_candidates);
	struct gk_constraint **v =
		sw_arena_new_array(&gk->kinds_arena, gk->n_constraints + 1, struct gk_constraint *);
	if (!name.p || !key || !found || !v || g_hash_table_size(gk->by_kind) >= SW_GK_KINDS_MAX)
		return NULL;
	*key = sw_arena_str(&gk->kinds_arena, name);
	*found = (struct gk_candidates){.v = v};
	for (uint32_t i = 0; i < gk->n_constraints; i++)
		if (gk_kinds_match(gk->constraints[i]->match.spec, o->group, o->kind))
			v[found->n++] = gk->constraints[i];
	if (!key->p)
		return NULL;
	g_hash_table_insert(gk->by_kind, key, found);
	return found;
}

struct gk_candidates gk_candidates(struct sw_gk *gk, const struct sw_kube_object *o)
{
	sort(gk);
	struct gk_candidates *c = o ? find(gk, o) : NULL;
	if (!c)
		return (struct gk_candidates){.v = gk->constraints, .n = gk->n_constraints};
	uint32_t when = gk->opts.sieve == SW_GK_SIEVE_AT_ONCE ? 1 : USES;
	if (gk->opts.sieve != SW_GK_SIEVE_NEVER && c->uses < when && ++c->uses == when)
		make_screen(gk, c);
	return *c;
}
