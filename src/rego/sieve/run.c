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

static int yield(struct sw_rego_sieve *s, const struct sv_ins *n, struct sw_value *S, const struct sink *sink)
{
	struct sw_value v = V(n->a);
	if (sink->single) {
		if (s->n_coll == sink->base)
			return collect(s, v) < 0 ? LOST : sink->first ? FOUND : GO_ON;
		return sw_value_eq(s->coll[sink->base], v) ? GO_ON : LOST; /* a conflict */
	}
	int r = collect(s, v);
	return r == GO_ON && n->x ? collect(s, V(n->b)) : r;
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
	struct sw_value args[SV_ARGS];
	for (uint32_t i = 0; i < n->n_args; i++)
		args[i] = V(n->call->args[i]);
	const struct sw_builtin *b = n->call->builtin;
	if (b->name[0] != 'r' || strncmp(b->name, "regex.", 6) != 0)
		return invoke(s, b, args, n->n_args, ret);
	uint32_t id = (uint32_t)((uintptr_t)b >> 3) | 1u << 31; /* rows of one table are not that far apart */
	uint16_t *m = find_memo(s, id, args, n->n_args);
	if (m && *m) {
		*ret = s->memo[*m - 1].value;
		return 0;
	}
	int r = invoke(s, b, args, n->n_args, ret);
	if (r == 0 && m)
		remember(s, m, id, args, n->n_args, *ret);
	return r;
}

static int object_get(struct sw_rego_sieve *s, const struct sv_ins *n, struct sw_value *S, struct sw_value *ret)
{
	struct sw_value o = S[n->a], path = s->k.v[n->x];
	if (o.type != SW_OBJECT) {
		*ret = sw_undef(); /* an error of the builtin */
		return 0;
	}
	for (uint32_t i = 0; i < path.n && sw_defined(o); i++)
		o = vm_get(o, path.u.a->v[i]);
	*ret = sw_defined(o) ? o : V(n->b);
	return 0;
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
	struct sw_map m;
	sw_map_init(&m, &s->values);
	for (uint32_t i = base; i < s->n_coll; i += 2)
		sw_map_add(&m, s->coll[i], s->coll[i + 1]);
	s->n_coll = base;
	*ret = sw_map_object(&m);
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

static int call(struct sw_rego_sieve *s, const struct sv_ins *n, struct sw_value *S, struct sw_value *ret)
{
	struct sv_prog *p = s->progs.v[n->x];
	struct sw_value *F = S + n->slots;
	if (F + 1 + n->n_args > s->stack + SV_STACK)
		return LOST;
	if (!n->n_args && p->gen == s->gen) {
		*ret = p->value;
		return 0;
	}
	F[0] = s->stack[0];
	for (uint32_t i = 0; i < n->n_args; i++)
		F[i + 1] = S[n->call->args[i]];
	uint16_t *m = p->closed ? find_memo(s, n->x, F + 1, n->n_args) : NULL;
	if (m && *m) {
		*ret = s->memo[*m - 1].value;
		return 0;
	}
	struct sw_value args[4];
	if (m)
		memcpy(args, F + 1, n->n_args * sizeof(*args));
	int r = m || !n->n_args ? execute(s, p, F, ret) : call_once(s, p, n, F, ret);
	if (r == 0 && m) { /* calls below may have taken its place */
		m = find_memo(s, n->x, args, n->n_args);
		if (m && !*m)
			remember(s, m, n->x, args, n->n_args, *ret);
	}
	if (r == 0 && !n->n_args) {
		p->gen = s->gen;
		p->value = *ret;
	}
	return r;
}

/* What the code behind it collects. */
static int build(struct sw_rego_sieve *s, const struct sv_code *code, const struct sv_ins *n, struct sw_value *S,
	struct sw_value *ret)
{
	struct sink sink = {.base = s->n_coll};
	if (run(s, code, (uint32_t)(n + 1 - code->ins), S, &sink) < 0)
		return LOST;
	*ret = seal(s, sink.base, (enum sw_type)n->x);
	return sw_defined(*ret) ? 0 : LOST;
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
static __attribute__((noinline)) int compute(
	struct sw_rego_sieve *s, const struct sv_code *code, const struct sv_ins *n, struct sw_value *S)
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
	case SV_BUILTIN:
		r = builtin(s, n, S, &v);
		break;
	case SV_BUILD:
		r = build(s, code, n, S, &v);
		break;
	default:
		r = call(s, n, S, &v);
	}
	S[n->dst] = v;
	return r < 0 ? LOST : sw_defined(v);
}

static inline bool equal(struct sw_value a, struct sw_value b)
{
	if (a.type != b.type)
		return false;
	return a.type == SW_STRING ? sw_value_str_eq(a, b) : a.type == SW_BOOL ? a.u.b == b.u.b : sw_value_eq(a, b);
}

/* Does a test hold? */
static inline __attribute__((always_inline)) bool holds(
	const struct sw_rego_sieve *s, const struct sv_ins *n, const struct sw_value *S)
{
	switch ((enum sv_op)n->op) {
	case SV_EQ:
		return equal(V(n->a), V(n->b));
	case SV_NE:
		return !equal(V(n->a), V(n->b));
	case SV_LT:
		return sw_value_cmp(V(n->a), V(n->b)) < 0;
	case SV_LE:
		return sw_value_cmp(V(n->a), V(n->b)) <= 0;
	case SV_TRUTH:
		return !sw_is_false(S[n->a]);
	case SV_IS:
		return n->x >> V(n->a).type & 1;
	default: /* SV_SIZE */
		return S[n->a].type == n->b && S[n->a].n == n->x;
	}
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
	if (!sw_object_may_have(*o, *key))
		return false;
	const struct sw_member *m = &o->u.o->m[n->hint];
	bool there = n->hint < o->n && sw_value_str_eq(m->k, *key);
	const struct sw_value *v = there ? &m->v : search(o, key, &n->hint);
	if (!v)
		return false;
	S[n->dst] = *v;
	return true;
}

/* From `at` to its end, or to what the sink is content with. Recursion: calls, which the stack of slots bounds. */
static int run(struct sw_rego_sieve *s, const struct sv_code *code, uint32_t at, struct sw_value *S,
	const struct sink *sink)
{
	struct sv_ins *const base = code->ins, *n = base + at;
	const uint32_t floor = s->n_loops;
	for (;;) {
		int r = 0;
		switch ((enum sv_op)n->op) {
		case SV_GET:
			n = base + (get(n, S) ? n->next : n->skip);
			continue;
		case SV_EQ ... SV_IS:
		case SV_SIZE:
			n = base + (holds(s, n, S) ? n->next : n->skip);
			continue;
		case SV_JUMP:
			s->n_loops = n->loops == UINT8_MAX ? s->n_loops : floor + n->loops;
			break;
		case SV_HIT:
			sink->bits[n->x / 64] |= (uint64_t)1 << (n->x % 64);
			break;
		case SV_END:
			return GO_ON;
		case SV_ITER:
			r = enter_loop(s, n, S);
			break;
		case SV_NEXT:
			r = element(s, S + n->dst, (uint32_t)(n - base) - n->x);
			break;
		case SV_YIELD:
			r = yield(s, n, S, sink);
			if (r != FOUND)
				break;
			/* fall through */
		case SV_FOUND:
			s->n_loops = floor;
			return FOUND;
		default:
			r = compute(s, code, n, S);
		}
		if (__builtin_expect(r < 0, 0)) {
			n = lose(s, code, n, floor, sink->bits);
			if (n)
				continue;
			s->n_loops = floor;
			return LOST;
		}
		n = base + (r > 0 ? n->next : n->skip);
	}
}

/* Values of this run may be those of the memo: it is emptied between runs only. */
static void start(struct sw_rego_sieve *s, struct sw_value open)
{
	if (s->n_memo >= SV_MEMO / 2 || sw_arena_bytes(&s->kept) > KEPT_BYTES) {
		memset(s->memo_table, 0, SV_MEMO * sizeof(*s->memo_table));
		sw_arena_reset(&s->kept);
		s->n_memo = 0;
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
