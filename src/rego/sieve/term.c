/* SPDX-License-Identifier: Apache-2.0 */
/* Operands: what is known of a term; and unification, of which only tests are left. */
#include "rego/parse.h"
#include "rego/sieve/impl.h"

uint16_t sv_constant(struct sv *c, struct sw_value v)
{
	struct sw_rego_sieve *s = c->s;
	uint32_t mask = SW_ARRAY_LEN(s->k_table) - 1, at = (uint32_t)sw_value_hash(v) & mask;
	for (; s->k_table[at]; at = (at + 1) & mask) {
		struct sw_value k = s->k.v[s->k_table[at] - 1];
		if (k.type == v.type && k.repr == v.repr && sw_value_eq(k, v))
			return (uint16_t)(SV_K | (s->k_table[at] - 1));
	}
	if (s->k.n >= mask / 2) {
		c->full = true;
		return SV_K;
	}
	if (s->k.n == s->k.cap) {
		uint32_t cap = s->k.cap ? 2 * s->k.cap : 64;
		struct sw_value *grown =
			sw_arena_grow(&s->arena, s->k.v, s->k.n * sizeof(v), cap * sizeof(v));
		if (!grown) {
			c->full = true;
			return SV_K;
		}
		s->k.v = grown;
		s->k.cap = cap;
	}
	s->k.v[s->k.n++] = v;
	s->k_table[at] = s->k.n;
	return (uint16_t)(SV_K | (s->k.n - 1));
}

struct sv_opnd sv_k(struct sv *c, struct sw_value v)
{
	return (struct sv_opnd){.kind = SV_O_REF, .ref = sv_constant(c, v)};
}

struct sv_opnd sv_slot(uint16_t slot)
{
	return (struct sv_opnd){.kind = SV_O_REF, .ref = slot};
}

struct sw_value sv_value(const struct sv *c, const struct sv_opnd *o)
{
	return o->kind == SV_O_REF && o->ref & SV_K ? c->s->k.v[o->ref & ~SV_K] : sw_undef();
}

/* Recursion: the depth of a composite term. */
bool sv_has_any(const struct sv_opnd *o)
{
	if (o->kind == SV_O_ANY)
		return true;
	for (uint32_t i = 0; i < o->n; i++)
		if (sv_has_any(&o->items[i]))
			return true;
	return false;
}

const struct sv_opnd *sv_lookup(const struct sv *c, uint32_t scope, struct sw_str name)
{
	for (uint32_t i = c->env.n; i--;)
		if (c->env.v[i].scope == scope && sw_str_eq(c->env.v[i].name, name))
			return &c->env.v[i].o;
	return NULL;
}

static bool wildcard(struct sw_str name)
{
	return name.n > 1 && name.p[0] == '$' && name.p[1] >= '0' && name.p[1] <= '9';
}

static void sv_bind(struct sv *c, uint32_t scope, struct sw_str name, const struct sv_opnd *o)
{
	if (wildcard(name))
		return;
	if (c->env.n == c->env.cap) {
		uint32_t cap = c->env.cap ? 2 * c->env.cap : 64;
		struct sv_binding *v = sw_arena_grow(
			c->a, c->env.v, c->env.n * sizeof(*v), cap * sizeof(*v));
		if (!v) {
			c->full = true;
			return;
		}
		c->env.v = v;
		c->env.cap = cap;
	}
	c->env.v[c->env.n++] = (struct sv_binding){name, scope, *o};
}

/* ---- terms ---- */

static bool constants(const struct sv *c, const struct sv_opnd *items, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (!sw_defined(sv_value(c, &items[i])))
			return false;
	return true;
}

static struct sw_value make_constant(struct sv *c, const struct sv_opnd *items, uint32_t n, enum sw_type type)
{
	struct sw_list l;
	struct sw_map m;
	sw_list_init(&l, c->a);
	sw_map_init(&m, c->a);
	for (uint32_t i = 0; i < n; i++) {
		if (type == SW_OBJECT) {
			sw_map_add(&m, sv_value(c, &items[i]), sv_value(c, &items[i + 1]));
			i++;
		} else {
			sw_list_add(&l, sv_value(c, &items[i]));
		}
	}
	return type == SW_OBJECT ? sw_map_object(&m) : type == SW_SET ? sw_list_set(&l) : sw_list_array(&l);
}

/* Constants, no two of them equal. */
static bool plain_keys(const struct sv *c, const struct sv_opnd *o)
{
	for (uint32_t i = 0; i < o->n; i += 2) {
		struct sw_value k = sv_value(c, &o->items[i]);
		if (!sw_defined(k))
			return false;
		for (uint32_t j = 0; j < i; j += 2)
			if (sw_value_eq(k, sv_value(c, &o->items[j])))
				return false;
	}
	return true;
}

/* By keys, which are constants: then the object needs no sorting when it is made. */
static void sort_members(const struct sv *c, uint16_t *args, uint32_t n)
{
	for (uint32_t i = 2; i < n; i += 2) {
		uint16_t key = args[i], value = args[i + 1];
		uint32_t at = i;
		for (; at && sw_value_cmp(c->s->k.v[args[at - 2] & ~SV_K], c->s->k.v[key & ~SV_K]) > 0; at -= 2) {
			args[at] = args[at - 2];
			args[at + 1] = args[at - 1];
		}
		args[at] = key;
		args[at + 1] = value;
	}
}

static uint16_t make(struct sv *c, const struct sv_opnd *items, uint32_t n, enum sw_type type)
{
	uint16_t args[64];
	if (n > SW_ARRAY_LEN(args)) {
		c->full = true;
		return 0;
	}
	for (uint32_t i = 0; i < n; i++)
		args[i] = sv_ref(c, &items[i]);
	bool sorted = type == SW_OBJECT && plain_keys(c, &(struct sv_opnd){.n = n, .items = items});
	if (sorted)
		sort_members(c, args, n);
	return sv_compute(
		c, (struct sv_node){.op = SV_MAKE, .x = type, .b = sorted, .n_args = (uint8_t)n, .args = args}, 1);
}

static bool composite(struct sv *c, const struct sw_rego_term *t, uint32_t scope, struct sv_opnd *ret)
{
	struct sv_opnd *items = sw_arena_new_array(c->a, t->items.n + 1, struct sv_opnd);
	if (!items) {
		c->full = true;
		return false;
	}
	for (uint32_t i = 0; i < t->items.n; i++)
		if (!sv_resolve(c, t->items.v[i], scope, &items[i]))
			return false;
	enum sw_type type = t->kind == SW_REGO_ARRAY ? SW_ARRAY : t->kind == SW_REGO_SET ? SW_SET : SW_OBJECT;
	struct sv_opnd o = {.kind = type == SW_ARRAY ? SV_O_ARRAY : SV_O_OBJECT, .n = t->items.n, .items = items};
	if (constants(c, items, o.n)) {
		*ret = sv_k(c, make_constant(c, items, o.n, type));
	} else if (sv_has_any(&o)) {
		bool whole = type == SW_SET || (type == SW_OBJECT && !plain_keys(c, &o));
		*ret = whole ? (struct sv_opnd){.kind = SV_O_ANY} : o;
	} else if (type == SW_SET || (type == SW_OBJECT && !plain_keys(c, &o))) {
		*ret = sv_slot(make(c, items, o.n, type));
	} else {
		*ret = o;
	}
	return true;
}

/* False: it has variables without a value, or parts that must be evaluated. Recursion: the parser's depth. */
bool sv_resolve(struct sv *c, const struct sw_rego_term *t, uint32_t scope, struct sv_opnd *ret)
{
	if (c->full)
		return false;
	if (t->kind == SW_REGO_SCALAR) {
		*ret = sv_k(c, t->value);
		return true;
	}
	if (t->kind == SW_REGO_VAR) {
		const struct sv_opnd *o = sv_lookup(c, scope, t->name);
		if (o)
			*ret = *o;
		return o != NULL;
	}
	if (t->kind == SW_REGO_REF && t->items.n == 1 && t->items.v[0]->kind == SW_REGO_VAR &&
		sw_str_is(t->items.v[0]->name, "input")) {
		*ret = c->input;
		return true;
	}
	if (t->kind == SW_REGO_ARRAY || t->kind == SW_REGO_SET || t->kind == SW_REGO_OBJECT)
		return composite(c, t, scope, ret);
	return false;
}

uint16_t sv_ref(struct sv *c, const struct sv_opnd *o)
{
	if (o->kind == SV_O_REF)
		return o->ref;
	if (o->kind == SV_O_ARRAY || o->kind == SV_O_OBJECT) {
		enum sw_type type = o->kind == SV_O_ARRAY ? SW_ARRAY : SW_OBJECT;
		if (constants(c, o->items, o->n))
			return sv_constant(c, make_constant(c, o->items, o->n, type));
		return make(c, o->items, o->n, type);
	}
	c->full = true; /* callers ask sv_has_any() first */
	return 0;
}

/* ---- one step of a reference ---- */

static bool member(struct sv *c, const struct sv_opnd *o, struct sw_value key, struct sv_opnd *ret)
{
	for (uint32_t i = o->n; i; i -= 2) /* the last of equal keys counts */
		if (sw_value_eq(sv_value(c, &o->items[i - 2]), key)) {
			*ret = o->items[i - 1];
			return true;
		}
	return false;
}

/* o[key]. False: there is no such thing. */
bool sv_step(struct sv *c, const struct sv_opnd *o, const struct sv_opnd *key, struct sv_opnd *ret)
{
	struct sw_value k = sv_value(c, key), v = sv_value(c, o);
	int64_t at;
	if (o->kind == SV_O_ANY || key->kind == SV_O_ANY) {
		*ret = (struct sv_opnd){.kind = SV_O_ANY};
		return true;
	}
	if (sw_defined(k) && sw_defined(v)) {
		v = vm_get(v, k);
		if (sw_defined(v))
			*ret = sv_k(c, v);
		return sw_defined(v);
	}
	if (sw_defined(k) && o->kind == SV_O_OBJECT)
		return member(c, o, k, ret);
	if (sw_defined(k) && o->kind == SV_O_ARRAY) {
		if (k.type != SW_NUMBER || !sw_value_int(k, &at) || at < 0 || at >= o->n)
			return false;
		*ret = o->items[at];
		return true;
	}
	if (sv_has_any(o) || sv_has_any(key)) {
		*ret = (struct sv_opnd){.kind = SV_O_ANY};
		return true;
	}
	uint16_t a = sv_ref(c, o);
	struct sv_node n = {.op = SV_GETV, .a = a};
	if (k.type == SW_STRING) {
		n.op = SV_GET;
		n.x = sv_constant(c, k) & (uint32_t)~SV_K;
	} else {
		n.b = sv_ref(c, key);
	}
	*ret = sv_slot(sv_compute(c, n, 1));
	return true;
}

/* ---- unification ---- */

static bool equal(struct sv *c, const struct sv_opnd *a, const struct sv_opnd *b)
{
	if (sv_has_any(a) || sv_has_any(b)) {
		if (c->nested)
			c->gave_up = true;
		return !c->nested; /* outermost, "perhaps" is good enough */
	}
	struct sw_value x = sv_value(c, a), y = sv_value(c, b);
	if (sw_defined(x) && sw_defined(y))
		return sw_value_eq(x, y);
	uint16_t ra = sv_ref(c, a), rb = sv_ref(c, b);
	if (ra == rb)
		return true;
	if (ra & SV_K) { /* constants are on the right */
		uint16_t swap = ra;
		ra = rb;
		rb = swap;
	}
	sv_test(c, (struct sv_node){.op = SV_EQ, .a = ra, .b = rb});
	return true;
}

/* Neither answer is known: outermost it is taken to fit. */
static bool cannot_tell(struct sv *c)
{
	if (c->nested)
		c->gave_up = true;
	else
		sv_add(c, sv_new(c, SV_HIT));
	return false;
}

static bool unbound(const struct sv *c, struct sv_side s)
{
	return !s.o && s.t->kind == SW_REGO_VAR && !sv_lookup(c, s.scope, s.t->name);
}

/* A value against a pattern with variables. */
static bool take(struct sv *c, const struct sv_opnd *o, struct sv_side p)
{
	const struct sw_rego_term *t = p.t;
	bool array = t->kind == SW_REGO_ARRAY;
	if (t->kind == SW_REGO_SET || o->kind == SV_O_ANY)
		return cannot_tell(c);
	uint32_t n = array ? t->items.n : t->items.n / 2;
	struct sw_value v = sv_value(c, o);
	if (sw_defined(v)) {
		if (v.type != (array ? SW_ARRAY : SW_OBJECT) || v.n != n)
			return false;
	} else if (o->kind != SV_O_REF) {
		if (o->kind != (array ? SV_O_ARRAY : SV_O_OBJECT) || (array ? o->n : o->n / 2) != n)
			return false;
	} else {
		sv_test(c, (struct sv_node){.op = SV_SIZE, .a = o->ref, .b = array ? SW_ARRAY : SW_OBJECT, .x = n});
	}
	for (uint32_t i = 0; i < n && !c->full && !c->gave_up; i++) {
		struct sv_opnd key, el;
		if (array)
			key = sv_k(c, sw_int(i));
		else if (!sv_resolve(c, t->items.v[2 * i], p.scope, &key))
			return cannot_tell(c);
		if (!sv_step(c, o, &key, &el))
			return false;
		struct sv_side part = {t->items.v[array ? i : 2 * i + 1], p.scope, NULL};
		if (!sv_unify(c, (struct sv_side){.o = &el}, part))
			return false;
	}
	return true;
}

static const struct sw_rego_term *value_at(const struct sw_rego_term *o, const struct sw_rego_term *key)
{
	for (uint32_t i = 0; i + 1 < o->items.n; i += 2)
		if (o->items.v[i]->kind == SW_REGO_SCALAR && key->kind == SW_REGO_SCALAR &&
			sw_value_eq(o->items.v[i]->value, key->value))
			return o->items.v[i + 1];
	return NULL;
}

static bool patterns(struct sv *c, struct sv_side a, struct sv_side b)
{
	if (a.t->kind != b.t->kind || a.t->items.n != b.t->items.n)
		return a.t->kind == SW_REGO_ARRAY && b.t->kind == SW_REGO_ARRAY ? false : cannot_tell(c);
	if (a.t->kind == SW_REGO_ARRAY) {
		for (uint32_t i = 0; i < a.t->items.n; i++)
			if (!sv_unify(c, (struct sv_side){a.t->items.v[i], a.scope, NULL},
				    (struct sv_side){b.t->items.v[i], b.scope, NULL}))
				return false;
		return true;
	}
	if (a.t->kind != SW_REGO_OBJECT)
		return cannot_tell(c);
	for (uint32_t i = 0; i + 1 < a.t->items.n; i += 2) {
		const struct sw_rego_term *v = value_at(b.t, a.t->items.v[i]);
		if (!v)
			return cannot_tell(c);
		if (!sv_unify(c, (struct sv_side){a.t->items.v[i + 1], a.scope, NULL},
			    (struct sv_side){v, b.scope, NULL}))
			return false;
	}
	return true;
}

/* False: the path ends, either because they differ or (sv_give_up) because it cannot be told. */
bool sv_unify(struct sv *c, struct sv_side a, struct sv_side b)
{
	struct sv_opnd x = {0}, y = {0};
	if (c->full || c->gave_up)
		return false;
	bool known_a = a.o || sv_resolve(c, a.t, a.scope, &x);
	bool known_b = b.o || sv_resolve(c, b.t, b.scope, &y);
	x = a.o ? *a.o : x;
	y = b.o ? *b.o : y;
	if (known_a && known_b)
		return equal(c, &x, &y);
	if (known_b && unbound(c, a)) {
		sv_bind(c, a.scope, a.t->name, &y);
		return true;
	}
	if (known_a && unbound(c, b)) {
		sv_bind(c, b.scope, b.t->name, &x);
		return true;
	}
	if (!known_a && !known_b)
		return patterns(c, a, b);
	return known_a ? take(c, &x, b) : take(c, &y, a);
}

/* What a head must be is put into its variables before the body is walked; all of it is compared behind it. */
void sv_prebind(struct sv *c, struct sv_side head, struct sv_side key)
{
	struct sv_opnd o;
	if (unbound(c, head)) {
		if (sv_resolve(c, key.t, key.scope, &o))
			sv_bind(c, head.scope, head.t->name, &o);
		return;
	}
	if (head.t->kind != SW_REGO_OBJECT || key.t->kind != SW_REGO_OBJECT)
		return;
	for (uint32_t i = 0; i + 1 < head.t->items.n; i += 2) {
		const struct sw_rego_term *v = value_at(key.t, head.t->items.v[i]);
		if (v)
			sv_prebind(c, (struct sv_side){head.t->items.v[i + 1], head.scope, NULL},
				(struct sv_side){v, key.scope, NULL});
	}
}
