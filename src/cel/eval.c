/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The evaluator: a walk of the tree. Errors are values until an operator absorbs them or the end is
 * reached; what ends an evaluation altogether (cost, memory, time) is `fatal`, which nobody
 * absorbs.
 */
#include <math.h>
#include <time.h>

#include "base/clock.h"
#include "cel/internal.h"

/* ---- errors ---- */

static struct sw_value cel_err_str(struct cel_ctx *c, struct sw_str text)
{
	static const struct cel_error none = {.text = SW_STR_INIT("out of memory")};
	struct cel_error *e = sw_arena_new(c->a, struct cel_error);
	if (!e) {
		c->fatal = c->fatal ? c->fatal : CEL_MEMORY;
		return cel_opaque(SW_CEL_ERROR, &none);
	}
	e->text = text;
	return cel_opaque(SW_CEL_ERROR, e);
}

struct sw_value cel_err(struct cel_ctx *c, const char *fmt, ...)
{
	sw_autobuf b;
	va_list ap;
	sw_buf_init(&b, 4096);
	va_start(ap, fmt);
	sw_buf_vprintf(&b, fmt, ap);
	va_end(ap);
	return cel_err_str(c, sw_arena_str(c->a, sw_buf_str(&b)));
}

struct sw_value cel_no_overload(struct cel_ctx *c)
{
	return cel_err_str(c, SW_STR("no such overload"));
}

struct sw_value cel_memory(struct cel_ctx *c)
{
	c->fatal = c->fatal ? c->fatal : CEL_MEMORY;
	return cel_err_str(c, SW_STR("out of memory"));
}

static void tick(struct cel_ctx *c)
{
	if (c->cost > c->limit) {
		c->fatal = c->fatal ? c->fatal : CEL_COST;
		return;
	}
	c->check = c->cost + 4096;
	if (c->cel->deadline_ns && sw_now_ns() > c->cel->deadline_ns)
		c->fatal = c->fatal ? c->fatal : CEL_TIME;
	if (c->check > c->limit)
		c->check = c->limit + 1;
}

static inline void spend(struct cel_ctx *c, uint64_t n)
{
	c->cost += n;
	if (__builtin_expect(c->cost >= c->check, 0))
		tick(c);
}

void cel_spend(struct cel_ctx *c, uint64_t n)
{
	spend(c, n > UINT32_MAX ? UINT32_MAX : n);
}

/* ---- selection and indexing ---- */

static struct sw_value no_key(struct cel_ctx *c, struct sw_value key)
{
	sw_autobuf b;
	sw_buf_init(&b, 1024);
	if (key.type == SW_STRING)
		sw_buf_addstr(&b, sw_value_str(key));
	else
		sw_cel_write(&b, key);
	return cel_err(c, "no such key: %.*s", SW_STR_ARG(sw_buf_str(&b)));
}

/* SW_UNDEF: it has none. */
static struct sw_value field(struct sw_value v, struct sw_value name)
{
	if (v.type == SW_CEL_MESSAGE)
		return cel_norm(cel_message_field(cel_message(v), name));
	if (v.type == SW_OBJECT)
		return v.repr == CEL_MIXED_KEYS ? cel_map_find(v, name)
						: cel_norm(sw_object_get(v, name));
	return sw_undef();
}

/*
 * May it be asked whether `v` has the field? What is no container has none, says Kubernetes; that
 * it is an error, says the specification. A list has no names.
 */
static bool absent(const struct cel_ctx *c, struct sw_value v)
{
	return v.type == SW_OBJECT || (v.type != SW_ARRAY && !c->cel->opts.spec);
}

static struct sw_value unselectable(struct cel_ctx *c, struct sw_value v, struct sw_value name)
{
	return v.type == SW_ARRAY ? cel_err(c, "unsupported index type 'string' in list")
				  : no_key(c, name);
}

static struct sw_value select_optional(struct cel_ctx *c, struct sw_value v, struct sw_value name)
{
	if (v.type == SW_CEL_OPTIONAL) {
		if (!cel_optional(v))
			return v;
		v = *cel_optional(v);
	}
	struct sw_value r = field(v, name);
	if (sw_defined(r))
		return cel_some(c, r);
	return absent(c, v) ? cel_none() : unselectable(c, v, name);
}

static struct sw_value select_field(struct cel_ctx *c, struct sw_value v, struct sw_value name)
{
	if (v.type == SW_CEL_OPTIONAL)
		return select_optional(c, v, name);
	struct sw_value r = field(v, name);
	return sw_defined(r) ? r : v.type == SW_ARRAY ? unselectable(c, v, name) : no_key(c, name);
}

/* The place that a key means in a list; -1: none, -2: it is no number. */
static int64_t place(struct sw_value key)
{
	if (cel_is_int(key))
		return key.u.i < 0 ? -1 : key.u.i;
	if (key.type == SW_CEL_UINT)
		return cel_as_uint(key) > INT64_MAX ? -1 : key.u.i;
	if (cel_is_double(key) && key.u.d >= 0 && key.u.d < 4294967296.0 &&
		floor(key.u.d) == key.u.d)
		return (int64_t)key.u.d;
	return -2;
}

static struct sw_value cel_index(
	struct cel_ctx *c, struct sw_value v, struct sw_value key, bool optional)
{
	if (v.type == SW_CEL_OPTIONAL) {
		if (!cel_optional(v))
			return v;
		v = *cel_optional(v);
		optional = true;
	}
	struct sw_value r = sw_undef();
	if (v.type == SW_OBJECT) {
		r = cel_map_find(v, key);
		if (!sw_defined(r) && !optional)
			return no_key(c, key);
	} else if (v.type == SW_ARRAY) {
		int64_t i = place(key);
		if (i == -2)
			return cel_is_double(key)
				       ? cel_err(c, "unsupported index value %g in list", key.u.d)
				       : cel_err(c, "unsupported index type '%s' in list",
						 sw_cel_type_name(key));
		if (i >= 0 && (uint64_t)i < v.n)
			r = cel_norm(v.u.a->v[i]);
		else if (!optional)
			return cel_err(c, "index out of bounds: %lld", (long long)i);
	} else if (v.type != SW_NULL || !optional) {
		return v.type == SW_NULL ? no_key(c, key) : cel_no_overload(c);
	}
	if (!optional)
		return r;
	return sw_defined(r) ? cel_some(c, r) : cel_none();
}

static struct sw_value has(struct cel_ctx *c, const struct cel_node *n)
{
	struct sw_value v = cel_run(c, n->args[0]);
	if (cel_is_err(v))
		return v;
	if (v.type == SW_CEL_OPTIONAL) {
		if (!cel_optional(v))
			return sw_bool(false);
		v = *cel_optional(v);
	}
	if (v.type == SW_CEL_MESSAGE)
		return sw_bool(sw_defined(sw_object_get(cel_message(v)->fields, n->value)));
	if (v.type == SW_OBJECT)
		return sw_bool(sw_defined(field(v, n->value)));
	return absent(c, v) ? sw_bool(false) : unselectable(c, v, n->value);
}

/* ---- logic ---- */

/* `stop`: false for &&, true for ||. An error counts only when nobody says `stop`. */
static struct sw_value logic(struct cel_ctx *c, const struct cel_node *n, bool stop)
{
	struct sw_value error = sw_undef();
	for (uint32_t i = 0; i < n->n; i++) {
		struct sw_value v = cel_run(c, n->args[i]);
		if (c->fatal)
			return v;
		if (v.type == SW_BOOL) {
			if (v.u.b == stop)
				return v;
		} else if (!sw_defined(error)) {
			error = cel_is_err(v) ? v : cel_no_overload(c);
		}
	}
	return sw_defined(error) ? error : sw_bool(!stop);
}

static struct sw_value conditional(struct cel_ctx *c, const struct cel_node *n)
{
	struct sw_value v = cel_run(c, n->args[0]);
	if (cel_is_err(v))
		return v;
	if (v.type != SW_BOOL)
		return cel_no_overload(c);
	return cel_run(c, n->args[v.u.b ? 1 : 2]);
}

/* ---- arithmetic ---- */

static struct sw_value ints(struct cel_ctx *c, enum cel_op op, int64_t a, int64_t b)
{
	int64_t r;
	bool over = false;
	switch (op) {
	case OP_ADD:
		over = __builtin_add_overflow(a, b, &r);
		break;
	case OP_SUB:
		over = __builtin_sub_overflow(a, b, &r);
		break;
	case OP_MUL:
		over = __builtin_mul_overflow(a, b, &r);
		break;
	default:
		if (b == 0)
			return cel_err(c, op == OP_DIV ? "division by zero" : "modulus by zero");
		over = a == INT64_MIN && b == -1;
		r = over ? 0 : op == OP_DIV ? a / b : a % b;
		break;
	}
	return over ? cel_err(c, "integer overflow") : sw_int(r);
}

static struct sw_value uints(struct cel_ctx *c, enum cel_op op, uint64_t a, uint64_t b)
{
	uint64_t r;
	bool over = false;
	switch (op) {
	case OP_ADD:
		over = __builtin_add_overflow(a, b, &r);
		break;
	case OP_SUB:
		over = __builtin_sub_overflow(a, b, &r);
		break;
	case OP_MUL:
		over = __builtin_mul_overflow(a, b, &r);
		break;
	default:
		if (b == 0)
			return cel_err(c, op == OP_DIV ? "division by zero" : "modulus by zero");
		r = op == OP_DIV ? a / b : a % b;
		break;
	}
	return over ? cel_err(c, "unsigned integer overflow") : cel_uint(r);
}

static struct sw_value doubles(struct cel_ctx *c, enum cel_op op, double a, double b)
{
	switch (op) {
	case OP_ADD:
		return sw_double(a + b);
	case OP_SUB:
		return sw_double(a - b);
	case OP_MUL:
		return sw_double(a * b);
	case OP_DIV:
		return sw_double(a / b);
	default:
		return cel_no_overload(c);
	}
}

/* A timestamp and a duration. */
static struct sw_value move_time(struct cel_ctx *c, struct sw_value t, int64_t ns, bool back)
{
	__int128 at = (__int128)t.u.i * 1000000000 + t.n + (back ? -(__int128)ns : (__int128)ns);
	int64_t sec = (int64_t)(at / 1000000000);
	int64_t rest = (int64_t)(at % 1000000000);
	if (rest < 0) {
		rest += 1000000000;
		sec--;
	}
	struct sw_value r = cel_time(sec, (uint32_t)rest);
	return cel_time_valid(r) ? r : cel_err(c, "timestamp overflow");
}

static struct sw_value times(
	struct cel_ctx *c, enum cel_op op, struct sw_value a, struct sw_value b)
{
	bool ta = a.type == SW_CEL_TIMESTAMP, tb = b.type == SW_CEL_TIMESTAMP;
	bool da = a.type == SW_CEL_DURATION, db = b.type == SW_CEL_DURATION;
	if (ta && db)
		return move_time(c, a, b.u.i, op == OP_SUB);
	if (da && tb && op == OP_ADD)
		return move_time(c, b, a.u.i, false);
	if (ta && tb && op == OP_SUB) {
		__int128 d = (__int128)(a.u.i - b.u.i) * 1000000000 + (int64_t)a.n - (int64_t)b.n;
		if (d > INT64_MAX || d < INT64_MIN)
			return cel_err(c, "duration overflow");
		return cel_duration((int64_t)d);
	}
	int64_t r;
	if (!da || !db)
		return cel_no_overload(c);
	if (op == OP_ADD ? __builtin_add_overflow(a.u.i, b.u.i, &r)
			 : __builtin_sub_overflow(a.u.i, b.u.i, &r))
		return cel_err(c, "duration overflow");
	return cel_duration(r);
}

static struct sw_value join(struct cel_ctx *c, struct sw_value a, struct sw_value b)
{
	size_t n = (size_t)a.n + b.n;
	if (n > SW_VALUE_MAX_LEN)
		return cel_memory(c);
	if (a.type == SW_ARRAY) {
		struct sw_value *v = sw_arena_new_array(c->a, n, struct sw_value);
		if (!v)
			return cel_memory(c);
		if (a.n)
			memcpy(v, a.u.a->v, a.n * sizeof(*v));
		if (b.n)
			memcpy(v + a.n, b.u.a->v, b.n * sizeof(*v));
		spend(c, 1 + n / 8);
		return cel_list_make(c, v, (uint32_t)n);
	}
	char *p = sw_arena_alloc(c->a, n ? n : 1);
	if (!p)
		return cel_memory(c);
	memcpy(p, a.u.s ? a.u.s : "", a.n);
	memcpy(p + a.n, b.u.s ? b.u.s : "", b.n);
	struct sw_str s = {p, n};
	spend(c, (n + 9) / 10);
	return a.type == SW_STRING ? sw_string(s) : cel_kind_str(SW_CEL_BYTES, s);
}

struct sw_value cel_arith(struct cel_ctx *c, enum cel_op op, struct sw_value a, struct sw_value b)
{
	if (cel_is_int(a) && cel_is_int(b))
		return ints(c, op, a.u.i, b.u.i);
	if (cel_is_double(a) && cel_is_double(b))
		return doubles(c, op, a.u.d, b.u.d);
	if (a.type == SW_CEL_UINT && b.type == SW_CEL_UINT)
		return uints(c, op, cel_as_uint(a), cel_as_uint(b));
	if (op == OP_ADD && a.type == b.type &&
		(a.type == SW_STRING || a.type == SW_CEL_BYTES || a.type == SW_ARRAY))
		return join(c, a, b);
	if (op == OP_ADD || op == OP_SUB)
		return times(c, op, a, b);
	return cel_no_overload(c);
}

static struct sw_value compare(
	struct cel_ctx *c, enum cel_op op, struct sw_value a, struct sw_value b)
{
	if (a.type == SW_STRING && b.type == SW_STRING)
		spend(c, ((a.n < b.n ? a.n : b.n) + 9) / 10);
	int r = cel_cmp(a, b);
	if (r == 2)
		return cel_no_overload(c);
	if (r == 3)
		return sw_bool(false);
	switch (op) {
	case OP_LT:
		return sw_bool(r < 0);
	case OP_LE:
		return sw_bool(r <= 0);
	case OP_GT:
		return sw_bool(r > 0);
	default:
		return sw_bool(r >= 0);
	}
}

static struct sw_value in(struct cel_ctx *c, struct sw_value v, struct sw_value set)
{
	if (set.type == SW_OBJECT)
		return sw_bool(sw_defined(cel_map_find(set, v)));
	if (set.type != SW_ARRAY)
		return cel_no_overload(c);
	spend(c, set.n);
	for (uint32_t i = 0; i < set.n; i++)
		if (cel_eq(v, set.u.a->v[i]))
			return sw_bool(true);
	return sw_bool(false);
}

static struct sw_value equal(struct cel_ctx *c, struct sw_value a, struct sw_value b, bool want)
{
	uint64_t x = cel_size(a), y = cel_size(b);
	spend(c, ((x < y ? x : y) + 9) / 10);
	return sw_bool(cel_eq(a, b) == want);
}

static struct sw_value binary(struct cel_ctx *c, const struct cel_node *n)
{
	struct sw_value a = cel_run(c, n->args[0]);
	if (cel_is_err(a))
		return a;
	struct sw_value b = cel_run(c, n->args[1]);
	if (cel_is_err(b))
		return b;
	switch (n->op) {
	case OP_EQ:
	case OP_NE:
		return equal(c, a, b, n->op == OP_EQ);
	case OP_LT:
	case OP_LE:
	case OP_GT:
	case OP_GE:
		spend(c, 1);
		return compare(c, (enum cel_op)n->op, a, b);
	case OP_IN:
		return in(c, a, b);
	default:
		spend(c, 1);
		return cel_arith(c, (enum cel_op)n->op, a, b);
	}
}

static struct sw_value negate(struct cel_ctx *c, const struct cel_node *n)
{
	struct sw_value v = cel_run(c, n->args[0]);
	spend(c, 1);
	if (cel_is_err(v))
		return v;
	if (n->op == OP_NOT)
		return v.type == SW_BOOL ? sw_bool(!v.u.b) : cel_no_overload(c);
	if (cel_is_double(v))
		return sw_double(-v.u.d);
	if (!cel_is_int(v))
		return cel_no_overload(c);
	return v.u.i == INT64_MIN ? cel_err(c, "integer overflow") : sw_int(-v.u.i);
}

/* ---- literals ---- */

/* 1: *ret is to be kept, 0: left out, -1: *ret is an error. */
static int maybe(struct cel_ctx *c, const struct cel_node *n, struct sw_value *ret)
{
	bool optional = n->op == OP_MAYBE;
	struct sw_value v = cel_run(c, optional ? n->args[0] : n);
	*ret = v;
	if (cel_is_err(v))
		return -1;
	if (!optional)
		return 1;
	if (v.type != SW_CEL_OPTIONAL) {
		*ret = cel_err(c,
			"cannot initialize optional entry from non-optional value of type '%s'",
			sw_cel_type_name(v));
		return -1;
	}
	if (!cel_optional(v))
		return 0;
	*ret = *cel_optional(v);
	return 1;
}

static struct sw_value list(struct cel_ctx *c, const struct cel_node *n)
{
	struct sw_value *v = sw_arena_new_array(c->a, n->n, struct sw_value);
	uint32_t used = 0;
	if (n->n && !v)
		return cel_memory(c);
	spend(c, 10);
	for (uint32_t i = 0; i < n->n; i++) {
		int r = maybe(c, n->args[i], &v[used]);
		if (r < 0)
			return v[used];
		used += (uint32_t)r;
	}
	return cel_list_make(c, v, used);
}

static struct sw_value map(struct cel_ctx *c, const struct cel_node *n)
{
	struct sw_member *m = sw_arena_new_array(c->a, n->n / 2, struct sw_member);
	uint32_t used = 0;
	if (n->n && !m)
		return cel_memory(c);
	spend(c, 30);
	for (uint32_t i = 0; i < n->n; i += 2) {
		m[used].k = cel_run(c, n->args[i]);
		if (cel_is_err(m[used].k))
			return m[used].k;
		int r = maybe(c, n->args[i + 1], &m[used].v);
		if (r < 0)
			return m[used].v;
		used += (uint32_t)r;
	}
	return cel_map_make(c, m, used);
}

/* ---- names and calls ---- */

/* As k8s.io/apiserver tells of variables that failed. */
static struct sw_value variable_error(struct cel_ctx *c, const struct cel_slot *s, struct sw_value v)
{
	size_t dot = sw_str_chr(s->name, '.', 0);
	if (!cel_is_err(v) || c->fatal || dot == SW_NPOS || cel_error_of(v)->unsupported)
		return v;
	return cel_err(c, "composited variable \"%.*s\" fails to evaluate: %.*s",
		SW_STR_ARG(sw_str_sub(s->name, dot + 1, s->name.n)), SW_STR_ARG(cel_error_of(v)->text));
}

static struct sw_value variable(struct cel_ctx *c, const struct cel_node *n)
{
	struct cel_slot *s = &c->cel->slots[n->slot];
	spend(c, 1);
	if (__builtin_expect(sw_defined(s->value), 1))
		return s->value;
	if (s->busy)
		return cel_err(c, "the variable %.*s asks for itself", SW_STR_ARG(s->name));
	if (!s->program)
		return s->why.n ? cel_err_str(c, s->why)
				: cel_err(c, "no such attribute(s): %.*s", SW_STR_ARG(s->name));
	if (c->depth >= 64)
		return cel_err(c, "variables use each other more than 64 deep");
	struct sw_value keep[CEL_LOCALS_MAX];
	memcpy(keep, c->locals, sizeof(keep));
	s->busy = true;
	c->depth++;
	s->value = variable_error(c, s, cel_run(c, s->program->root));
	c->depth--;
	s->busy = false;
	memcpy(c->locals, keep, sizeof(keep));
	return s->value;
}

static void charge(struct cel_ctx *c, const struct cel_node *n, const struct cel_candidate *f,
	const struct sw_value *args, uint32_t argc)
{
	uint64_t a = argc > 0 ? cel_size(args[0]) : 0, b = argc > 1 ? cel_size(args[1]) : 0;
	switch (f->cost) {
	case COST_ARG0:
		return cel_spend(c, (a + 9) / 10);
	case COST_ARG1:
		return cel_spend(c, (b + 9) / 10);
	case COST_ARG0_X2:
		return cel_spend(c, (a * 2 + 9) / 10);
	case COST_BOTH:
		return cel_spend(c, ((a + 9) / 10) * ((b + 9) / 10));
	case COST_REGEX:
		return cel_spend(c, ((1 + a + 9) / 10) * ((b + 3) / 4));
	case COST_WALK:
		return cel_spend(c, args[0].type == SW_STRING ? (a + 9) / 10 : a);
	case COST_RESULT:
		return;
	default:
		return spend(c, 1);
	}
}

static bool fits(const struct cel_candidate *f, const struct sw_value *args, uint32_t argc)
{
	if (f->variadic) {
		for (uint32_t i = 0; i < argc; i++)
			if (!cel_type_fits(f->types[i < f->n ? i : (uint32_t)f->n - 1], args[i]))
				return false;
		return argc >= f->n;
	}
	if (f->n != argc)
		return false;
	for (uint32_t i = 0; i < argc; i++)
		if (!cel_type_fits(f->types[i], args[i]))
			return false;
	return true;
}

static struct sw_value cel_call(
	struct cel_ctx *c, const struct cel_node *n, const struct sw_value *args, uint32_t argc)
{
	for (uint32_t i = 0; i < n->n_candidates; i++) {
		const struct cel_candidate *f = &n->candidates[i];
		if (!fits(f, args, argc))
			continue;
		charge(c, n, f, args, argc);
		if (c->fatal)
			return cel_no_overload(c);
		const struct cel_node *outer = c->call;
		c->call = n;
		struct sw_value r = f->fn(c, args, argc);
		c->call = outer;
		if (f->cost == COST_RESULT)
			cel_spend(c, (cel_size(r) * 2 + 9) / 10);
		return r;
	}
	return cel_no_overload(c);
}

static struct sw_value call(struct cel_ctx *c, const struct cel_node *n)
{
	struct sw_value few[6];
	struct sw_value *args = few;
	if (n->n > 6 && !(args = sw_arena_new_array(c->a, n->n, struct sw_value)))
		return cel_memory(c);
	for (uint32_t i = 0; i < n->n; i++) {
		args[i] = cel_run(c, n->args[i]);
		if (cel_is_err(args[i]))
			return args[i];
	}
	return cel_call(c, n, args, n->n);
}

static struct sw_value bind(struct cel_ctx *c, const struct cel_node *n)
{
	struct sw_value v = cel_run(c, n->args[0]);
	/* as a variable that is computed when it is used: an error counts only there */
	c->locals[n->slot] = v;
	return c->fatal ? v : cel_run(c, n->args[1]);
}

static struct sw_value opt_map(struct cel_ctx *c, const struct cel_node *n)
{
	struct sw_value v = cel_run(c, n->args[0]);
	if (cel_is_err(v))
		return v;
	if (v.type != SW_CEL_OPTIONAL)
		return cel_no_overload(c);
	if (!cel_optional(v))
		return v;
	c->locals[n->slot] = *cel_optional(v);
	struct sw_value r = cel_run(c, n->args[1]);
	if (cel_is_err(r))
		return r;
	if (n->op == OP_OPT_MAP)
		return cel_some(c, r);
	return r.type == SW_CEL_OPTIONAL ? r : cel_no_overload(c);
}

static struct sw_value run(struct cel_ctx *c, const struct cel_node *n)
{
	struct sw_value v, k;
	switch (n->op) {
	case OP_CONST:
		return n->value;
	case OP_VAR:
		return variable(c, n);
	case OP_LOCAL:
		spend(c, 1);
		return c->locals[n->slot];
	case OP_SELECT:
	case OP_OPT_SELECT:
		v = cel_run(c, n->args[0]);
		spend(c, 1);
		if (cel_is_err(v))
			return v;
		return n->op == OP_SELECT ? select_field(c, v, n->value)
					  : select_optional(c, v, n->value);
	case OP_HAS:
		return has(c, n);
	case OP_INDEX:
	case OP_OPT_INDEX:
		v = cel_run(c, n->args[0]);
		if (cel_is_err(v))
			return v;
		k = cel_run(c, n->args[1]);
		spend(c, 1);
		return cel_is_err(k) ? k : cel_index(c, v, k, n->op == OP_OPT_INDEX);
	case OP_AND:
		return logic(c, n, false);
	case OP_OR:
		return logic(c, n, true);
	case OP_COND:
		return conditional(c, n);
	case OP_NOT:
	case OP_NEG:
		return negate(c, n);
	case OP_CALL:
		return call(c, n);
	case OP_LIST:
		return list(c, n);
	case OP_MAP:
		return map(c, n);
	case OP_MESSAGE:
		return cel_message_make(c, n);
	case OP_BIND:
		return bind(c, n);
	case OP_OPT_MAP:
	case OP_OPT_FLAT_MAP:
		return opt_map(c, n);
	default:
		return n->op >= OP_ALL && n->op <= OP_SORT_BY ? cel_comprehend(c, n) : binary(c, n);
	}
}

struct sw_value cel_run(struct cel_ctx *c, const struct cel_node *n)
{
	if (__builtin_expect(c->fatal != CEL_OK, 0))
		return cel_err_str(c, SW_STR("cancelled"));
	struct sw_value v = run(c, n);
	if (__builtin_expect(cel_is_err(v), 0)) {
		struct cel_error *e = (struct cel_error *)(uintptr_t)cel_ptr(v);
		if (!e->placed && e->text.n && !c->fatal) {
			e->placed = true;
			e->at = n->at;
		}
	}
	return v;
}
