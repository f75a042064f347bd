/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules that may succeed: before any rule of a large group is tried, the places of the input that most of
 * them look at are read once, and a bit per rule tells which ones they do not rule out. See plan/filter.c.
 */
#include "rego/vm/vm.h"

static struct sw_value at_place(
	const struct sw_rego_eval *vm, const struct sw_value *R, struct sw_value place)
{
	if (place.type == SW_NUMBER)
		return R[place.u.i];
	struct sw_value v = vm->sc->input;
	sw_array_foreach (k, place) {
		if (sw_is(v, SW_OBJECT))
			v = sw_object_get(v, *k);
		else if (sw_is(v, SW_ARRAY) && k->type == SW_NUMBER && k->repr == SW_NUM_INT && k->u.i >= 0 &&
			 (uint64_t)k->u.i < v.n)
			v = v.u.a->v[k->u.i];
		else if (sw_is(v, SW_SET) && sw_set_has(v, *k))
			v = *k;
		else
			return sw_undef();
	}
	return v;
}

static void set_bit(uint64_t *bits, uint32_t i)
{
	bits[i / 64] |= (uint64_t)1 << i % 64;
}

static void add_key(
	uint64_t *bits, const struct vm_filter_key *keys, uint32_t n, struct sw_value v)
{
	uint32_t lo = 0, hi = n;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		if (sw_value_cmp(keys[mid].key, v) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < n && sw_value_eq(keys[lo].key, v); lo++)
		set_bit(bits, keys[lo].rule);
}

static void add_elements(uint64_t *bits, const struct vm_filter_source *s, struct sw_value v)
{
	if (sw_is(v, SW_ARRAY) || sw_is(v, SW_SET)) {
		sw_array_foreach (e, v)
			add_key(bits, s->has, s->n_has, *e);
	} else if (sw_is(v, SW_OBJECT)) {
		sw_object_foreach (m, v)
			add_key(bits, s->has, s->n_has, m->v);
	}
}

/*
 * Whatever is a prefix of the text is a prefix of the greatest entry that is not above it: that one and the
 * entries it names as its own prefixes are all there are.
 */
static void add_texts(uint64_t *bits, const struct vm_filter_source *s, struct sw_str text)
{
	uint32_t lo = 0, hi = s->n_texts;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		if (sw_str_cmp(s->texts[mid].prefix, text) <= 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo; lo = s->texts[lo - 1].up) {
		const struct vm_filter_text *t = &s->texts[lo - 1];
		if (text.n >= t->prefix.n + t->suffix.n && sw_str_starts(text, t->prefix) &&
			sw_str_ends(text, t->suffix))
			set_bit(bits, t->rule);
	}
}

static void apply(const struct sw_rego_eval *vm, const struct sw_value *R,
	const struct vm_filter *f, const struct vm_filter_source *s, uint64_t *mask, uint64_t *bits)
{
	struct sw_value v = at_place(vm, R, s->place);
	memset(bits, 0, f->n_words * sizeof(*bits));
	if (sw_defined(v)) {
		add_key(bits, s->is, s->n_is, v);
		if (s->n_has)
			add_elements(bits, s, v);
		if (sw_is(v, SW_STRING))
			add_texts(bits, s, sw_value_str(v));
		for (uint32_t i = 0; i < s->n_texts && !sw_is(v, SW_STRING); i++)
			if (!s->texts[i].glob) /* startswith(1, "a") is an error, which is its rule's to tell */
				set_bit(bits, s->texts[i].rule);
	}
	for (uint32_t i = 0; i < f->n_words; i++)
		mask[i] &= bits[i] | ~s->bound[i];
}

enum { FEW = 16 };

/*
 * Is looking at the place dearer than the rules that it could still rule out? So it is where a constant is that
 * of nearly all rules, like a method: the places that tell more rules apart have been looked at before.
 */
static bool not_worth(const struct vm_filter *f, const struct vm_filter_source *s, const uint64_t *mask)
{
	uint32_t left = 0;
	if (s->crowd <= FEW || s->n_has || s->n_texts)
		return false;
	for (uint32_t i = 0; i < f->n_words && left <= FEW; i++)
		left += (uint32_t)__builtin_popcountll(mask[i]);
	return left <= FEW;
}

static const uint64_t *mask_of(const struct vm_filter *f, const struct sw_value *r)
{
	return f->n_words == 1 ? (const uint64_t *)&r->u.i : (const uint64_t *)(const void *)r->u.s;
}

static int next_rule(const struct vm_filter *f, const uint64_t *mask, uint32_t from)
{
	for (uint32_t w = from / 64; w < f->n_words; w++) {
		uint64_t bits = mask[w];
		if (w == from / 64)
			bits &= ~(uint64_t)0 << from % 64;
		if (!bits)
			continue;
		uint32_t i = w * 64 + (uint32_t)__builtin_ctzll(bits);
		return (int)(i < f->n_rules ? f->targets[i] : f->end);
	}
	return (int)f->end;
}

VM_COLD(vm_cold_filter)
{
	const struct vm_filter *f = &vm->e->code.filters.v[i->x];
	uint64_t one[2], *mask = f->n_words == 1 ? one
				 : sw_arena_new_array(
					   &vm->arena, (size_t)f->n_words * 2, uint64_t);
	if (!mask)
		return vm_limit(vm, "the evaluation's memory budget is spent");
	memset(mask, 0xff, f->n_words * sizeof(*mask));
	if (f->n_rules % 64)
		mask[f->n_words - 1] = ((uint64_t)1 << f->n_rules % 64) - 1;
	for (uint32_t s = 0; s < f->n_sources && !vm->sc->mocks; s++) /* a mock may say anything */
		if (!not_worth(f, &f->sources[s], mask))
			apply(vm, R, f, &f->sources[s], mask, mask + f->n_words);
	R[i->a] = sw_int((int64_t)mask[0]);
	if (f->n_words > 1)
		R[i->a].u.s = (const char *)mask;
	return next_rule(f, mask_of(f, &R[i->a]), 0);
}

VM_COLD(vm_cold_filter_next)
{
	const struct vm_filter *f = &vm->e->code.filters.v[i->x];
	return next_rule(f, mask_of(f, &R[i->a]), (uint32_t)i->b + 1);
}
