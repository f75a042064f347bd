/* SPDX-License-Identifier: Apache-2.0 */
/* Running the code for one input. */
#include <stdlib.h>

#include "base/re2.h"
#include "rego/sieve/impl.h"

enum { REGEXES = 1024, KEPT_BYTES = 4 << 20, COLLECT_MAX = 1 << 16 };
enum { GO_ON = 0, FOUND = 1, LOST = -1 }; /* LOST: it cannot be told */

/* What the run is for. */
struct sink {
	uint64_t *bits;  /* of parts; NULL inside of other nodes */
	uint32_t base;   /* of what is collected */
	bool first;      /* one value is enough */
	bool single;     /* all values must be equal */
};

static int run(struct sw_rego_sieve *s, const struct sv_code *code, uint32_t at, struct sw_value *S,
	const struct sink *sink);

#define V(r) ((r)&SV_K ? s->k.v[(r) & ~SV_K] : S[r])

void sv_run_init(struct sw_rego_sieve *s)
{
	sw_arena_init(&s->values, (size_t)64 << 20);
	sw_arena_init(&s->scratch, (size_t)64 << 20);
	sw_arena_init(&s->kept, (size_t)64 << 20);
	s->bc = (struct sw_builtin_ctx){.arena = &s->values, .scratch = &s->scratch, .steps = &s->budget,
		.memo = sw_empty_object(), .regexes = sw_regex_cache_new(REGEXES), .now_ns = 1, .seed = 1};
	s->stack = calloc(SV_STACK + SV_SLOTS, sizeof(*s->stack));
	s->loops = calloc(SV_LOOPS, sizeof(*s->loops));
	s->memo = calloc(SV_MEMO / 2, sizeof(*s->memo));
	s->memo_table = calloc(SV_MEMO, sizeof(*s->memo_table));
	if (!s->stack || !s->loops || !s->memo || !s->memo_table)
		abort();
}

void sv_run_release(struct sw_rego_sieve *s)
{
	sw_regex_cache_free(s->bc.regexes);
	sw_arena_release(&s->values);
	sw_arena_release(&s->scratch);
	sw_arena_release(&s->kept);
	free(s->stack);
	free(s->loops);
	free(s->memo);
	free(s->memo_table);
	free(s->coll);
}

/* ---- what pure functions answered ---- */

static bool scalar(struct sw_value v)
{
	return v.type < SW_STRING ? v.type != SW_NUMBER || v.repr == SW_NUM_INT
				  : v.type == SW_STRING && v.n <= SV_MEMO_TEXT;
}

static uint64_t mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0x9e3779b97f4a7c15u;
	return h ^ h >> 32;
}

static uint64_t hash_args(uint32_t id, const struct sw_value *args, uint32_t n)
{
	uint64_t h = mix(0x5ea, id);
	for (uint32_t i = 0; i < n; i++) {
		h = mix(h, sw_value_head(args[i]));
		if (args[i].type != SW_STRING)
			h = mix(h, args[i].type == SW_BOOL ? args[i].u.b : args[i].type == SW_NUMBER ? (uint64_t)args[i].u.i : 0);
	}
	return h ? h : 1;
}

static bool same_scalar(struct sw_value a, struct sw_value b)
{
	if (sw_value_head(a) != sw_value_head(b))
		return false;
	if (a.type == SW_STRING)
		return sw_bytes_eq(a.u.s, b.u.s, a.n);
	return a.type == SW_NUMBER ? a.u.i == b.u.i : a.type != SW_BOOL || a.u.b == b.u.b;
}

/* The answer that a call had last, when it is asked the same. */
static inline const struct sv_memo *same_as_last(
	const struct sw_rego_sieve *s, const struct sv_ins *n, const struct sw_value *S)
{
	const struct sv_call *call = n->call;
	if (!call->last || call->memo_gen != s->memo_gen)
		return NULL;
	const struct sv_memo *m = &s->memo[call->last - 1];
	bool same = m->id == call->id && m->n == n->n_args;
	for (uint32_t i = 0; same && i < n->n_args; i++)
		same = call->args[i] & SV_K || same_scalar(m->args[i], S[call->args[i]]); /* constants are the same */
	return same ? m : NULL;
}

static inline void answered_by(const struct sw_rego_sieve *s, struct sv_call *call, uint16_t entry)
{
	call->last = entry;
	call->memo_gen = s->memo_gen;
}

/* Where the number of a call's entry stands, or would. NULL: its arguments are not remembered. */
static uint16_t *find_memo(struct sw_rego_sieve *s, uint32_t id, const struct sw_value *args, uint32_t n)
{
	if (n > 4 || !n)
		return NULL;
	for (uint32_t i = 0; i < n; i++)
		if (!scalar(args[i]))
			return NULL;
	uint64_t h = hash_args(id, args, n);
	for (uint32_t at = (uint32_t)h & (SV_MEMO - 1);; at = (at + 1) & (SV_MEMO - 1)) {
		if (!s->memo_table[at])
			return &s->memo_table[at];
		const struct sv_memo *m = &s->memo[s->memo_table[at] - 1];
		bool same = m->hash == h && m->id == id && m->n == n;
		for (uint32_t i = 0; same && i < n; i++)
			same = same_scalar(m->args[i], args[i]);
		if (same)
			return &s->memo_table[at];
	}
}

static void remember(struct sw_rego_sieve *s, uint16_t *place, uint32_t id, const struct sw_value *args,
	uint32_t n, struct sw_value v)
{
	if ((sw_defined(v) && !scalar(v)) || s->n_memo >= SV_MEMO / 2)
		return;
	struct sv_memo e = {.id = id, .n = n, .value = sw_value_copy(&s->kept, v)};
	for (uint32_t i = 0; i < n; i++)
		e.args[i] = sw_value_copy(&s->kept, args[i]);
	if (s->kept.overflow)
		return;
	e.hash = hash_args(id, args, n);
	s->memo[s->n_memo++] = e;
	*place = (uint16_t)s->n_memo;
}

/* ---- collecting ---- */

static int collect(struct sw_rego_sieve *s, struct sw_value v)
{
	if (s->n_coll == s->cap_coll) {
		uint32_t cap = s->cap_coll ? 2 * s->cap_coll : 256;
		struct sw_value *grown = cap > COLLECT_MAX ? NULL : realloc(s->coll, cap * sizeof(v));
		if (!grown)
			return LOST;
		s->coll = grown;
		s->cap_coll = cap;
	}
	s->coll[s->n_coll++] = v;
	return GO_ON;
}

static int push(struct sw_rego_sieve *s, const struct sv_ins *n, struct sw_value *S)
{
	int r = collect(s, V(n->a));
	return r == GO_ON && n->x ? collect(s, V(n->b)) : r;
}

static int yield(struct sw_rego_sieve *s, const struct sv_ins *n, struct sw_value *S, const struct sink *sink)
{
	struct sw_value v = V(n->a);
	if (sink->single) {
		if (s->n_coll == sink->base)
			return collect(s, v) < 0 ? LOST : sink->first ? FOUND : GO_ON;
		return sw_value_eq(s->coll[sink->base], v) ? GO_ON : LOST; /* a conflict */
	}
	return push(s, n, S);
}

/* What was collected since `base` as one value; SW_UNDEF: it cannot be told. */
static struct sw_value seal(struct sw_rego_sieve *s, uint32_t base, enum sw_type type)
{
	struct sw_value *v = s->coll + base;
	uint32_t n = s->n_coll - base;
	s->n_coll = base;
	if (!n)
		return type == SW_SET ? sw_empty_set() : type == SW_ARRAY ? sw_empty_array() : sw_empty_object();
	if (type == SW_OBJECT) {
		struct sw_member *m = (struct sw_member *)v;
		for (uint32_t i = 1; i < n / 2; i++)
			for (uint32_t j = 0; j < i; j++)
				if (sw_value_eq(m[i].k, m[j].k) && !sw_value_eq(m[i].v, m[j].v))
					return sw_undef();
		n = sw_members_sort(m, n / 2);
		m = (struct sw_member *)sw_arena_memdup(&s->values, m, n * sizeof(*m));
		return m ? sw_object_from_sorted(&s->values, m, n) : sw_undef();
	}
	if (type == SW_SET)
		n = sw_values_sort_unique(v, n);
	v = (struct sw_value *)sw_arena_memdup(&s->values, v, n * sizeof(*v));
	if (!v)
		return sw_undef();
	return type == SW_SET ? sw_set_from_sorted(&s->values, v, n) : sw_array_from(&s->values, v, n);
}

/* ---- nodes ---- */

/* 0 with the value, which may be undefined; LOST: an error that ends evaluations. */
static int invoke(struct sw_rego_sieve *s, const struct sw_builtin *b, const struct sw_value *args, uint32_t n,
	struct sw_value *ret)
{
	struct sw_value v = sw_undef();
	s->bc.err_code = NULL;
	int r = b->fn(&s->bc, args, n, &v);
	if (s->scratch.chunk)
		sw_arena_reset(&s->scratch);
	if (s->values.overflow)
		return LOST;
	if (r < 0) {
		const char *code = s->bc.err_code ? s->bc.err_code : SW_BUILTIN_ERROR;
		bool soft = strcmp(code, SW_BUILTIN_ERROR) == 0 || strcmp(code, SW_BUILTIN_TYPE_ERROR) == 0;
		if (!soft || r == -SW_ELIMIT || r == -SW_ECANCELLED || r == -SW_ECONFLICT)
			return LOST;
		v = sw_undef();
	}
	*ret = v;
	return 0;
}

static int builtin(struct sw_rego_sieve *s, const struct sv_ins *n, struct sw_value *S, struct sw_value *ret)
{
	struct sv_call *call = n->call;
	struct sw_value args[SV_ARGS];
	const struct sv_memo *last = same_as_last(s, n, S);
	if (last) {
		*ret = last->value;
		return 0;
	}
	for (uint32_t i = 0; i < n->n_args; i++)
		args[i] = V(call->args[i]);
	uint16_t *m = call->id ? find_memo(s, call->id, args, n->n_args) : NULL;
	int r = 0;
	if (m && *m)
		*ret = s->memo[*m - 1].value;
	else
		r = invoke(s, call->builtin, args, n->n_args, ret);
	if (r == 0 && m && !*m)
		remember(s, m, call->id, args, n->n_args, *ret);
	answered_by(s, call, r == 0 && m ? *m : 0);
	return r;
}

static bool begins(struct sw_value v, struct sw_value prefix)
{
	return v.n >= prefix.n && sw_bytes_eq(v.u.s, prefix.u.s, prefix.n);
}

/* The second operand is a constant string, or a list of them. */
static int starts(struct sw_rego_sieve *s, const struct sv_ins *n, struct sw_value *S, struct sw_value *ret)
{
	struct sw_value v = V(n->call->args[0]), k = V(n->call->args[1]);
	bool yes = false;
	if (v.type != SW_STRING)
		return builtin(s, n, S, ret);
	if (k.type == SW_STRING)
		yes = begins(v, k);
	else
		for (uint32_t i = 0; i < k.n && !yes; i++)
			yes = begins(v, k.u.a->v[i]);
	*ret = sw_bool(yes);
	return 0;
}

static int object_get(struct sw_rego_sieve *s, const struct sv_ins *n, struct sw_value *S, struct sw_value *ret)
{
	struct sw_value o = S[n->a], path = s->k.v[n->x];
	uint8_t hint = 0;
	if (o.type != SW_OBJECT) {
		*ret = sw_undef(); /* an error of the builtin */
		return 0;
	}
	for (uint32_t i = 0; i < path.n && sw_defined(o); i++)
		o = vm_get_str(o, path.u.a->v[i], &hint);
	*ret = sw_defined(o) ? o : V(n->b);
	return 0;
}

/* Of what was collected since `base`, keys and values in turn. */
static struct sw_value object(struct sw_rego_sieve *s, uint32_t base, bool sorted)
{
	struct sw_map m;
	uint32_t n = (s->n_coll - base) / 2;
	if (sorted) {
		char *copy = sw_arena_memdup(&s->values, &s->coll[base], n * sizeof(struct sw_member));
		return copy ? sw_object_from_sorted(&s->values, (struct sw_member *)(void *)copy, n) : sw_undef();
	}
	sw_map_init(&m, &s->values);
	for (uint32_t i = base; i < s->n_coll; i += 2)
		sw_map_add(&m, s->coll[i], s->coll[i + 1]);
	return sw_map_object(&m);
}

static int make(struct sw_rego_sieve *s, const struct sv_ins *n, struct sw_value *S, struct sw_value *ret)
{
	uint32_t base = s->n_coll;
	for (uint32_t i = 0; i < n->n_args; i++)
		if (collect(s, V(n->call->args[i])) < 0)
			return LOST;
	if (n->x != SW_OBJECT) {
		*ret = seal(s, base, (enum sw_type)n->x);
		return sw_defined(*ret) ? 0 : LOST;
	}
	*ret = object(s, base, n->b);
	s->n_coll = base;
	return sw_defined(*ret) ? 0 : LOST;
}

static bool spend(struct sw_rego_sieve *s, uint32_t steps)
{
	s->steps -= steps < s->steps ? steps : s->steps;
	return s->steps;
}

/* One value of the chains of clauses. */
static int single(struct sw_rego_sieve *s, const struct sv_prog *p, struct sw_value *F, struct sw_value *ret)
{
	uint32_t base = s->n_coll;
	struct sw_value all = sw_undef();
	bool had = false;
	for (uint32_t i = 0; i < p->n; i++) {
		had = had && p->clauses[i].chained;
		if (had)
			continue;
		struct sink sink = {.base = s->n_coll, .first = p->first_wins, .single = true};
		int r = run(s, &p->code, p->clauses[i].entry, F, &sink);
		if (r < 0)
			return LOST;
		if (s->n_coll == sink.base)
			continue;
		had = true;
		struct sw_value v = s->coll[sink.base];
		s->n_coll = sink.base;
		if (sw_defined(all) && !sw_value_eq(all, v))
			return LOST;
		all = v;
		if (p->first_wins)
			break;
	}
	s->n_coll = base;
	*ret = sw_defined(all) || !p->has_default ? all : p->fallback;
	return 0;
}

static int execute(struct sw_rego_sieve *s, const struct sv_prog *p, struct sw_value *F, struct sw_value *ret)
{
	if (F + p->max_slots > s->stack + SV_STACK || !spend(s, p->code.n))
		return LOST;
	if (p->kind == SW_UNDEF)
		return single(s, p, F, ret);
	struct sink sink = {.base = s->n_coll};
	for (uint32_t i = 0; i < p->n; i++)
		if (run(s, &p->code, p->clauses[i].entry, F, &sink) < 0)
			return LOST;
	*ret = seal(s, sink.base, (enum sw_type)p->kind);
	return sw_defined(*ret) ? 0 : LOST;
}

/* Where the answer of this run is, or goes; NULL: there are too many arguments. */
static struct sv_seen *find_seen(struct sw_rego_sieve *s, uint32_t id, const struct sw_value *args, uint32_t n,
	bool *ret_hit)
{
	uint64_t h = id;
	if (n > 2)
		return NULL;
	for (uint32_t i = 0; i < n; i++)
		h = mix(h ^ sw_value_head(args[i]), (uint64_t)args[i].u.i);
	struct sv_seen *e = &s->seen[h % SV_SEEN];
	*ret_hit = e->gen == s->gen && e->id == id;
	for (uint32_t i = 0; *ret_hit && i < n; i++)
		*ret_hit = memcmp(&e->args[i], &args[i], sizeof(*args)) == 0;
	return e;
}

static int call_once(struct sw_rego_sieve *s, const struct sv_prog *p, const struct sv_ins *n, struct sw_value *F,
	struct sw_value *ret)
{
	bool hit = false;
	struct sv_seen *e = find_seen(s, n->x, F + 1, n->n_args, &hit);
	if (hit) {
		*ret = e->value;
		return 0;
	}
	struct sv_seen made = {.gen = s->gen, .id = n->x};
	if (e)
		memcpy(made.args, F + 1, n->n_args * sizeof(*made.args));
	int r = execute(s, p, F, ret);
	if (r == 0 && e) {
		made.value = *ret;
		*e = made;
	}
	return r;
}

/* A function that reads nothing but its arguments. */
static int call_closed(struct sw_rego_sieve *s, const struct sv_prog *p, const struct sv_ins *n, struct sw_value *F,
	struct sw_value *ret)
{
	struct sw_value args[4];
	const uint16_t *known = find_memo(s, n->call->id, F + 1, n->n_args);
	if (!known)
		return call_once(s, p, n, F, ret);
	answered_by(s, n->call, *known);
	if (*known) {
		*ret = s->memo[*known - 1].value;
		return 0;
	}
	memcpy(args, F + 1, n->n_args * sizeof(*args)); /* find_memo() takes no more */
	int r = execute(s, p, F, ret);
	uint16_t *m = r < 0 ? NULL : find_memo(s, n->call->id, args, n->n_args);
	if (m && !*m)
		remember(s, m, n->call->id, args, n->n_args, *ret);
	return r;
}

/* A rule: once in a run. */
static int call_rule(struct sw_rego_sieve *s, struct sv_prog *p, struct sw_value *F, struct sw_value *ret)
{
	if (p->gen == s->gen) {
		*ret = p->value;
		return 0;
	}
	int r = execute(s, p, F, ret);
	if (r == 0) {
		p->gen = s->gen;
		p->value = *ret;
	}
	return r;
}

static int call(struct sw_rego_sieve *s, const struct sv_ins *n, struct sw_value *S, struct sw_value *ret)
{
	struct sv_prog *p = s->progs.v[n->x];
	const struct sv_memo *last = n->n_args ? same_as_last(s, n, S) : NULL;
	struct sw_value *F = S + n->slots;
	if (last) {
		*ret = last->value;
		return 0;
	}
	if (F + 1 + n->n_args > s->stack + SV_STACK)
		return LOST;
	F[0] = s->stack[0];
	for (uint32_t i = 0; i < n->n_args; i++)
		F[i + 1] = S[n->call->args[i]];
	if (!n->n_args)
		return call_rule(s, p, F, ret);
	return p->closed ? call_closed(s, p, n, F, ret) : call_once(s, p, n, F, ret);
}

/* What was collected since SV_OPEN. */
static int build(struct sw_rego_sieve *s, const struct sv_ins *n, struct sw_value *S, struct sw_value *ret)
{
	*ret = seal(s, (uint32_t)S[n->dst].u.i, (enum sw_type)n->x);
	return sw_defined(*ret) ? 0 : LOST;
}

/* Two values contradict each other. */
static int set(struct sw_rego_sieve *s, const struct sv_ins *n, struct sw_value *S)
{
	if (sw_defined(S[n->dst]))
		return sw_value_eq(S[n->dst], V(n->a)) ? GO_ON : LOST;
	S[n->dst] = V(n->a);
	return GO_ON;
}

static int count(struct sw_rego_sieve *s, const struct sv_ins *n, struct sw_value *S, struct sw_value *ret)
{
	struct sw_value v = V(n->a);
	if (v.type < SW_ARRAY || v.type > SW_SET)
		return invoke(s, n->call->builtin, &v, 1, ret);
	*ret = sw_int(v.n);
	return 0;
}

/* Nodes that make a value. */
static __attribute__((noinline)) int compute(struct sw_rego_sieve *s, const struct sv_ins *n, struct sw_value *S)
{
	struct sw_value v = sw_undef();
	int r = 0;
	switch ((enum sv_op)n->op) {
	case SV_GETV:
		v = vm_get(V(n->a), V(n->b));
		break;
	case SV_OBJGET:
		r = object_get(s, n, S, &v);
		break;
	case SV_COUNT:
		r = count(s, n, S, &v);
		break;
	case SV_MAKE:
		r = make(s, n, S, &v);
		break;
	default: /* SV_BUILD */
		r = build(s, n, S, &v);
	}
	S[n->dst] = v;
	return r < 0 ? LOST : sw_defined(v);
}

/* Has a - b elements? An error where they are no sets. */
static bool exceeds(struct sw_value a, struct sw_value b)
{
	if (a.type != SW_SET || b.type != SW_SET)
		return false;
	sw_array_foreach(e, a)
		if (!sw_set_has(b, *e))
			return true;
	return false;
}

/* As sw_value_cmp(), whose numbers are mostly small. */
static inline int compare(struct sw_value a, struct sw_value b)
{
	if (a.type != SW_NUMBER || b.type != SW_NUMBER || a.repr != SW_NUM_INT || b.repr != SW_NUM_INT)
		return sw_value_cmp(a, b);
	return (a.u.i > b.u.i) - (a.u.i < b.u.i);
}

static inline bool equal(struct sw_value a, struct sw_value b)
{
	if (a.type != b.type)
		return false;
	return a.type == SW_STRING ? sw_value_str_eq(a, b) : a.type == SW_BOOL ? a.u.b == b.u.b : sw_value_eq(a, b);
}

/* The element that the innermost loop is at. False: there is none, and the loop is left. */
static inline int element(struct sw_rego_sieve *s, struct sw_value *dst, uint32_t length)
{
	struct sv_loop *l = &s->loops[s->n_loops - 1];
	uint32_t i = l->i++;
	if (i == l->of.n) {
		s->n_loops--;
		return 0;
	}
	if (!spend(s, length))
		return LOST;
	if (l->of.type == SW_OBJECT) {
		dst[0] = l->of.u.o->m[i].v;
		dst[1] = l->of.u.o->m[i].k;
	} else {
		dst[0] = l->of.u.a->v[i];
		dst[1] = l->of.type == SW_SET ? dst[0] : sw_int(i);
	}
	return 1;
}

static inline int enter_loop(struct sw_rego_sieve *s, const struct sv_ins *n, struct sw_value *S)
{
	struct sw_value v = V(n->a);
	if (v.type < SW_ARRAY || v.type > SW_SET || !v.n)
		return 0;
	if (s->n_loops == SV_LOOPS)
		return LOST;
	s->loops[s->n_loops++] = (struct sv_loop){v, 0};
	return element(s, S + n->dst, n->x);
}

/* The rest of an instruction that cannot be told. NULL: neither can what is around it. */
static __attribute__((noinline)) struct sv_ins *lose(struct sw_rego_sieve *s, const struct sv_code *code,
	const struct sv_ins *n, uint32_t floor, uint64_t *bits)
{
	const struct sv_lost *l = &code->lost[n - code->ins];
	if (!bits || !s->steps)
		return NULL;
	for (uint32_t i = l->from; i < l->to; i++)
		if (code->ins[i].op == SV_HIT)
			bits[code->ins[i].x / 64] |= (uint64_t)1 << (code->ins[i].x % 64);
	s->n_coll = 0;
	s->n_loops = floor + l->loops;
	return code->ins + l->to;
}

/* The value of a key that was not where it was last time. */
static __attribute__((noinline)) const struct sw_value *search(
	const struct sw_value *o, const struct sw_value *key, uint8_t *hint)
{
	const struct sw_member *m = o->u.o->m;
	if (o->n > VM_LINEAR_MAX) {
		int64_t i = sw_object_index(*o, *key);
		return i < 0 ? NULL : &m[i].v;
	}
	for (uint32_t i = 0; i < o->n; i++)
		if (sw_value_str_eq(m[i].k, *key)) {
			*hint = (uint8_t)i;
			return &m[i].v;
		}
	return NULL;
}

/* As vm_get_str(), without copies: this is most of what a run does. */
static inline __attribute__((always_inline)) bool get(struct sv_ins *n, struct sw_value *S)
{
	const struct sw_value *o = &S[n->a], *key = n->key;
	if (__builtin_expect(o->type != SW_OBJECT, 0)) {
		S[n->dst] = o->type == SW_SET ? vm_get(*o, *key) : sw_undef();
		return sw_defined(S[n->dst]);
	}
	const struct sw_member *m = &o->u.o->m[n->hint];
	bool there = n->hint < o->n && sw_value_str_eq(m->k, *key);
	if (!there && !sw_object_may_have(*o, *key))
		return false;
	const struct sw_value *v = there ? &m->v : search(o, key, &n->hint);
	if (!v)
		return false;
	S[n->dst] = *v;
	return true;
}

#define GO(to)                                                                                     \
	do {                                                                                       \
		n = (struct sv_ins *)((char *)base + (to));                                        \
		goto *labels[n->op];                                                               \
	} while (0)
#define TEST(cond)                                                                                 \
	do {                                                                                       \
		if (cond)                                                                          \
			GO(n->next);                                                               \
		GO(n->skip);                                                                       \
	} while (0)
/* Of what calls something: undefined fails. */
#define VALUE(call)                                                                                \
	do {                                                                                       \
		if (__builtin_expect((call) < 0, 0))                                               \
			goto lost;                                                                 \
		TEST(sw_defined(S[n->dst]));                                                       \
	} while (0)
/* clang-format off */
#define LABEL(op) [op] = &&L_##op

/* From `at` to its end, or to what the sink is content with. Recursion: calls, which the stack of slots bounds. */
static int run(struct sw_rego_sieve *s, const struct sv_code *code, uint32_t at, struct sw_value *S,
	const struct sink *sink)
{
	static const void *const labels[SV_OPS] = {
		[SV_ROOT] = &&L_NONE, [SV_NOT] = &&L_NONE, [SV_EXISTS] = &&L_NONE, [SV_LET] = &&L_NONE, /* of trees alone */
		LABEL(SV_GET), LABEL(SV_GETV), LABEL(SV_OBJGET), LABEL(SV_ITER),
		LABEL(SV_EQ), LABEL(SV_NE), LABEL(SV_LT), LABEL(SV_LE), LABEL(SV_TRUTH), LABEL(SV_IS), LABEL(SV_COUNT),
		LABEL(SV_SIZE), LABEL(SV_MAKE), LABEL(SV_BUILTIN), LABEL(SV_BUILD), LABEL(SV_CALL), LABEL(SV_HIT),
		LABEL(SV_FOUND), LABEL(SV_YIELD), LABEL(SV_FETCH), LABEL(SV_HAS), LABEL(SV_EXCEEDS), LABEL(SV_EQK),
		LABEL(SV_STARTS), LABEL(SV_CLEAR), LABEL(SV_SET), LABEL(SV_LACKS), LABEL(SV_OPEN), LABEL(SV_PUSH),
		LABEL(SV_NEXT), LABEL(SV_JUMP), LABEL(SV_END),
	};
	struct sv_ins *const base = code->ins, *n = base + at;
	const uint32_t floor = s->n_loops;
	int r;

	goto *labels[n->op];

L_SV_GET:	TEST(get(n, S));
L_SV_FETCH:	if (!get(n, S)) S[n->dst] = sw_undef(); GO(n->next);
L_SV_HAS:	TEST(sw_defined(S[n->a]));
L_SV_LACKS:	TEST(!sw_defined(S[n->a]));
L_SV_TRUTH:	TEST(sw_defined(S[n->a]) && !sw_is_false(S[n->a]));
L_SV_EQK:	TEST(equal(S[n->a], *n->key));
L_SV_EQ:	TEST(equal(V(n->a), V(n->b)));
L_SV_NE:	TEST(!equal(V(n->a), V(n->b)));
L_SV_LT:	TEST(compare(V(n->a), V(n->b)) < 0);
L_SV_LE:	TEST(compare(V(n->a), V(n->b)) <= 0);
L_SV_IS:	TEST(n->x >> V(n->a).type & 1);
L_SV_SIZE:	TEST(S[n->a].type == n->b && S[n->a].n == n->x);
L_SV_EXCEEDS:	TEST(exceeds(V(n->a), V(n->b)));
L_SV_CLEAR:	for (uint32_t i = 0; i <= n->x; i++) S[n->dst + i] = sw_undef(); GO(n->next);
L_SV_OPEN:	S[n->dst] = sw_int(s->n_coll); GO(n->next);
L_SV_STARTS:	VALUE(starts(s, n, S, &S[n->dst]));
L_SV_BUILTIN:	VALUE(builtin(s, n, S, &S[n->dst]));
L_SV_CALL:	VALUE(call(s, n, S, &S[n->dst]));
L_SV_GETV:
L_SV_OBJGET:
L_SV_COUNT:
L_SV_MAKE:
L_SV_BUILD:	r = compute(s, n, S); goto outcome;
L_SV_SET:	r = set(s, n, S); goto outcome;
L_SV_PUSH:	r = push(s, n, S); goto outcome;
L_SV_ITER:	r = enter_loop(s, n, S); goto outcome;
L_SV_NEXT:	r = element(s, S + n->dst, (uint32_t)(n - base) - n->x); goto outcome;
L_SV_YIELD:
	r = yield(s, n, S, sink);
	if (r == GO_ON)
		GO(n->skip);
	if (r == LOST)
		goto lost;
L_SV_FOUND:
	s->n_loops = floor;
	return FOUND;
L_SV_JUMP:
	s->n_loops = n->loops == UINT8_MAX ? s->n_loops : floor + n->loops;
	GO(n->skip);
L_SV_HIT:
	sink->bits[n->x / 64] |= (uint64_t)1 << (n->x % 64);
	GO(n->skip);
L_SV_END:
	return GO_ON;
L_NONE:
	abort();
outcome:
	if (__builtin_expect(r >= 0, 1))
		TEST(r);
lost:
	n = lose(s, code, n, floor, sink->bits);
	if (n)
		goto *labels[n->op];
	s->n_loops = floor;
	return LOST;
}
/* clang-format on */

/* Values of this run may be those of the memo: it is emptied between runs only. */
static void start(struct sw_rego_sieve *s, struct sw_value open)
{
	if (s->n_memo >= SV_MEMO / 2 || sw_arena_bytes(&s->kept) > KEPT_BYTES) {
		memset(s->memo_table, 0, SV_MEMO * sizeof(*s->memo_table));
		sw_arena_reset(&s->kept);
		s->n_memo = 0;
		s->memo_gen++;
	}
	sw_arena_reset(&s->values);
	s->stack[0] = open;
	s->n_coll = s->n_loops = 0;
	s->steps = SV_STEPS;
	s->budget = 20 * SV_STEPS;
	s->gen++;
}

void sw_rego_sieve_run(struct sw_rego_screen *screen, struct sw_value open, uint64_t *bits)
{
	struct sw_rego_sieve *s = screen->s;
	struct sink sink = {.bits = bits};
	memcpy(bits, screen->always, (screen->n + 63) / 64 * sizeof(*bits));
	start(s, open);
	run(s, &screen->code, 0, s->stack, &sink);
	if (!s->steps)
		memset(bits, 0xff, (screen->n + 63) / 64 * sizeof(*bits));
}
