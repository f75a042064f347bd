/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/buf.h"
#include "cis/jq/impl.h"
#include "doc/json.h"

void jq_fail(struct jq *q, const char *fmt, ...)
{
	char text[256];
	va_list ap;
	if (q->rc)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	q->rc = sw_error_set(q->err, SW_EINVALID, "%s", text);
}

void jq_emit(struct jq *q, struct sw_list *out, struct sw_value v)
{
	if (!sw_defined(v) || ++q->results > JQ_RESULTS_MAX || sw_list_add(out, v))
		q->rc = sw_error_set(q->err, SW_ELIMIT, "jq: there are too many results");
}

bool jq_truth(struct sw_value v)
{
	return v.type != SW_NULL && !sw_is_false(v);
}

struct sw_str jq_text(struct jq *q, struct sw_value v)
{
	sw_autobuf b = {0};
	if (v.type == SW_STRING)
		return sw_value_str(v);
	sw_buf_init(&b, 16 << 20);
	sw_json_write(&b, v, 0);
	return sw_arena_str(q->a, sw_buf_str(&b));
}

static struct sw_value of_double(double d)
{
	return d == floor(d) && fabs(d) < 9e15 ? sw_int((int64_t)d) : sw_double(d);
}

static struct sw_value plus(struct jq *q, struct sw_value l, struct sw_value r)
{
	if (l.type == SW_NULL)
		return r;
	if (r.type == SW_NULL)
		return l;
	if (l.type == SW_NUMBER && r.type == SW_NUMBER)
		return of_double(sw_value_double(l) + sw_value_double(r));
	if (l.type == SW_STRING && r.type == SW_STRING)
		return sw_string(sw_arena_printf(
			q->a, "%.*s%.*s", (int)l.n, l.u.s ? l.u.s : "", (int)r.n, r.u.s ? r.u.s : ""));
	if (l.type == SW_ARRAY && r.type == SW_ARRAY) {
		struct sw_list out;
		sw_list_init(&out, q->a);
		sw_array_foreach(it, l)
			jq_emit(q, &out, *it);
		sw_array_foreach(it, r)
			jq_emit(q, &out, *it);
		return out.n ? sw_list_array(&out) : sw_empty_array();
	}
	if (l.type == SW_OBJECT && r.type == SW_OBJECT) {
		struct sw_map m;
		sw_map_init(&m, q->a);
		sw_object_foreach(it, l)
			sw_map_add(&m, it->k, it->v);
		sw_object_foreach(it, r)
			sw_map_add(&m, it->k, it->v);
		return sw_map_object(&m);
	}
	jq_fail(q, "%s and %s cannot be added", sw_type_name(l.type), sw_type_name(r.type));
	return sw_null();
}

static struct sw_value minus(struct jq *q, struct sw_value l, struct sw_value r)
{
	struct sw_list out;
	sw_list_init(&out, q->a);
	sw_array_foreach(it, l) {
		bool drop = false;
		sw_array_foreach(x, r)
			drop |= sw_value_eq(*it, *x);
		if (!drop)
			jq_emit(q, &out, *it);
	}
	return out.n ? sw_list_array(&out) : sw_empty_array();
}

struct sw_value jq_binary(struct jq *q, const char *op, struct sw_value l, struct sw_value r)
{
	if (op[0] == '+')
		return plus(q, l, r);
	if (op[0] == '-' && l.type == SW_ARRAY && r.type == SW_ARRAY)
		return minus(q, l, r);
	if (strchr("-*/%", op[0])) {
		double x = sw_value_double(l), y = sw_value_double(r);
		if (l.type != SW_NUMBER || r.type != SW_NUMBER) {
			jq_fail(q, "%s and %s cannot be calculated with", sw_type_name(l.type),
				sw_type_name(r.type));
			return sw_null();
		}
		if ((op[0] == '/' && y == 0) || (op[0] == '%' && (!(fabs(y) >= 1) || fabs(x) > 9e15))) {
			jq_fail(q, "cannot be divided because the divisor is zero");
			return sw_null();
		}
		return of_double(op[0] == '-'	? x - y
				 : op[0] == '*' ? x * y
				 : op[0] == '/' ? x / y
						: fmod(trunc(x), trunc(y)));
	}
	int c = sw_value_cmp(l, r);
	return sw_bool(op[0] == '='		       ? c == 0
		       : op[0] == '!'		       ? c != 0
		       : op[0] == '<' && op[1] == '=' ? c <= 0
		       : op[0] == '>' && op[1] == '=' ? c >= 0
		       : op[0] == '<'		       ? c < 0
						       : c > 0);
}

static void index_value(struct jq *q, struct sw_value t, struct sw_value i, struct sw_list *out)
{
	int64_t k;
	struct sw_value v = sw_null();
	if (t.type == SW_OBJECT && i.type == SW_STRING) {
		v = sw_object_get(t, i);
	} else if (t.type == SW_ARRAY && i.type == SW_NUMBER) {
		if (sw_value_int(i, &k))
			v = sw_array_at(t, k < 0 ? k + t.n : k);
	} else if (t.type != SW_NULL || (i.type != SW_STRING && i.type != SW_NUMBER)) {
		if (i.type == SW_STRING)
			jq_fail(q, "Cannot index %s with \"%.*s\"", sw_type_name(t.type), (int)i.n, i.u.s);
		else
			jq_fail(q, "Cannot index %s with %s", sw_type_name(t.type), sw_type_name(i.type));
		return;
	}
	jq_emit(q, out, sw_defined(v) ? v : sw_null());
}

static void each(struct jq *q, struct sw_value v, struct sw_list *out)
{
	if (v.type == SW_ARRAY)
		sw_array_foreach(it, v)
			jq_emit(q, out, *it);
	else if (v.type == SW_OBJECT)
		sw_object_foreach(it, v)
			jq_emit(q, out, it->v);
	else
		jq_fail(q, "Cannot iterate over %s", sw_type_name(v.type));
}

static void recurse(struct jq *q, struct sw_value v, struct sw_list *out, int depth)
{
	jq_emit(q, out, v);
	if (depth > 512 || q->rc)
		return;
	if (v.type == SW_ARRAY)
		sw_array_foreach(it, v)
			recurse(q, *it, out, depth + 1);
	else if (v.type == SW_OBJECT)
		sw_object_foreach(it, v)
			recurse(q, it->v, out, depth + 1);
}

/* All results of a part, in an own list. */
static struct sw_list all(struct jq *q, const struct jq_node *n, const struct jq_env *env,
	struct sw_value in)
{
	struct sw_list l;
	sw_list_init(&l, q->a);
	if (n)
		jq_eval(q, n, env, in, &l);
	return l;
}

static int64_t bound(const struct sw_list *l, uint32_t i, int64_t n, int64_t def)
{
	int64_t v = def;
	if (i < l->n && l->v[i].type == SW_NUMBER)
		v = (int64_t)sw_value_double(l->v[i]);
	if (v < 0)
		v += n;
	return v < 0 ? 0 : v > n ? n : v;
}

static void slice(struct jq *q, const struct jq_node *n, const struct jq_env *env, struct sw_value in,
	struct sw_list *out)
{
	struct sw_list t = all(q, n->kids[0], env, in), f = all(q, n->kids[1], env, in),
		       to = all(q, n->kids[2], env, in);
	for (uint32_t i = 0; i < t.n && !q->rc; i++) {
		struct sw_value v = t.v[i];
		int64_t from = bound(&f, 0, v.n, 0), end = bound(&to, 0, v.n, v.n);
		if (end < from)
			end = from;
		if (v.type == SW_ARRAY)
			jq_emit(q, out, sw_array_from(q->a, v.u.a->v + from, (uint32_t)(end - from)));
		else if (v.type == SW_STRING)
			jq_emit(q, out, sw_string(sw_str_sub(sw_value_str(v), (size_t)from, (size_t)end)));
		else if (v.type == SW_NULL)
			jq_emit(q, out, v);
		else
			jq_fail(q, "Cannot slice %s", sw_type_name(v.type));
	}
}

/* Every combination of the values of the members from `i` on. */
static void object(struct jq *q, const struct jq_node *n, const struct jq_env *env, struct sw_value in,
	uint32_t i, struct sw_map *m, struct sw_list *out)
{
	if (i >= n->n) {
		struct sw_map copy;
		sw_map_init(&copy, q->a);
		for (uint32_t k = 0; k < m->n; k++)
			sw_map_add(&copy, m->m[k].k, m->m[k].v);
		jq_emit(q, out, sw_map_object(&copy));
		return;
	}
	struct sw_list keys = all(q, n->kids[i], env, in), values = all(q, n->kids[i + 1], env, in);
	uint32_t mark = m->n;
	for (uint32_t k = 0; k < keys.n && !q->rc; k++)
		for (uint32_t v = 0; v < values.n && !q->rc; v++) {
			if (keys.v[k].type != SW_STRING) {
				jq_fail(q, "Object keys must be strings");
				return;
			}
			m->n = mark;
			sw_map_add(m, keys.v[k], values.v[v]);
			object(q, n, env, in, i + 2, m, out);
		}
	m->n = mark;
}

static void string(struct jq *q, const struct jq_node *n, const struct jq_env *env, struct sw_value in,
	struct sw_list *out)
{
	sw_autobuf b = {0};
	sw_buf_init(&b, 16 << 20);
	for (uint32_t i = 0; i < n->n && !q->rc; i++) {
		struct sw_list l = all(q, n->kids[i], env, in);
		if (l.n > 1)
			jq_fail(q, "several results in a string are not known");
		if (l.n == 0)
			return;
		sw_buf_addstr(&b, jq_text(q, l.v[0]));
	}
	jq_emit(q, out, sw_string_copy(q->a, sw_buf_str(&b)));
}

static void eval_try(struct jq *q, const struct jq_node *n, const struct jq_env *env,
	struct sw_value in, struct sw_list *out)
{
	struct sw_error own = {0}, *outer = q->err;
	q->err = &own;
	jq_eval(q, n->kids[0], env, in, out);
	q->err = outer;
	if (q->rc == -SW_ELIMIT) {
		sw_error_set(outer, SW_ELIMIT, "%s", own.text);
	} else if (q->rc) {
		q->rc = 0;
		if (n->n > 1 && n->kids[1])
			jq_eval(q, n->kids[1], env, sw_string_copy(q->a, sw_str_from(own.text)), out);
	}
}

static void logic(struct jq *q, const struct jq_node *n, const struct jq_env *env, struct sw_value in,
	struct sw_list *out)
{
	struct sw_list l = all(q, n->kids[0], env, in);
	for (uint32_t i = 0; i < l.n && !q->rc; i++) {
		bool left = jq_truth(l.v[i]);
		if (left == (n->kind == JQ_OR)) {
			jq_emit(q, out, sw_bool(left));
			continue;
		}
		struct sw_list r = all(q, n->kids[1], env, in);
		for (uint32_t k = 0; k < r.n && !q->rc; k++)
			jq_emit(q, out, sw_bool(jq_truth(r.v[k])));
	}
}

static void alternative(struct jq *q, const struct jq_node *n, const struct jq_env *env,
	struct sw_value in, struct sw_list *out)
{
	struct sw_list l;
	struct jq_node attempt = {.kind = JQ_TRY, .kids = n->kids, .n = 1};
	uint32_t before = out->n;
	sw_list_init(&l, q->a);
	eval_try(q, &attempt, env, in, &l);
	for (uint32_t i = 0; i < l.n && !q->rc; i++)
		if (jq_truth(l.v[i]))
			jq_emit(q, out, l.v[i]);
	if (out->n == before && !q->rc)
		jq_eval(q, n->kids[1], env, in, out);
}

static void over_first(struct jq *q, const struct jq_node *n, const struct jq_env *env,
	struct sw_value in, struct sw_list *out)
{
	struct sw_list l = all(q, n->kids[0], env, in), r;
	if (n->kind == JQ_INDEX || n->kind == JQ_BIN) {
		r = all(q, n->kids[1], env, in);
		for (uint32_t k = 0; k < r.n && !q->rc; k++)
			for (uint32_t i = 0; i < l.n && !q->rc; i++) {
				if (n->kind == JQ_INDEX)
					index_value(q, l.v[i], r.v[k], out);
				else
					jq_emit(q, out, jq_binary(q, n->op, l.v[i], r.v[k]));
			}
		return;
	}
	for (uint32_t i = 0; i < l.n && !q->rc; i++) {
		if (n->kind == JQ_PIPE) {
			jq_eval(q, n->kids[1], env, l.v[i], out);
		} else if (n->kind == JQ_EACH) {
			each(q, l.v[i], out);
		} else if (n->kind == JQ_IF) {
			jq_eval(q, n->kids[jq_truth(l.v[i]) ? 1 : 2], env, in, out);
		} else if (n->kind == JQ_AS) {
			struct jq_env e = {n->name, l.v[i], env};
			jq_eval(q, n->kids[1], &e, in, out);
		} else {
			jq_emit(q, out, jq_binary(q, "-", sw_int(0), l.v[i]));
		}
	}
}

static void variable(struct jq *q, const struct jq_node *n, const struct jq_env *env,
	struct sw_list *out)
{
	for (; env; env = env->next)
		if (sw_str_eq(env->name, n->name)) {
			jq_emit(q, out, env->value);
			return;
		}
	jq_fail(q, "$%.*s is not defined", SW_STR_ARG(n->name));
}

static void eval(struct jq *q, const struct jq_node *n, const struct jq_env *env, struct sw_value in,
	struct sw_list *out)
{
	struct sw_list l;
	struct sw_map m;
	switch (n->kind) {
	case JQ_DOT:
		jq_emit(q, out, in);
		break;
	case JQ_VALUE:
		jq_emit(q, out, n->value);
		break;
	case JQ_RECURSE:
		recurse(q, in, out, 0);
		break;
	case JQ_COMMA:
		jq_eval(q, n->kids[0], env, in, out);
		jq_eval(q, n->kids[1], env, in, out);
		break;
	case JQ_SLICE:
		slice(q, n, env, in, out);
		break;
	case JQ_AND:
	case JQ_OR:
		logic(q, n, env, in, out);
		break;
	case JQ_ALT:
		alternative(q, n, env, in, out);
		break;
	case JQ_TRY:
		eval_try(q, n, env, in, out);
		break;
	case JQ_ARRAY:
		l = all(q, n->n ? n->kids[0] : NULL, env, in);
		jq_emit(q, out, l.n ? sw_list_array(&l) : sw_empty_array());
		break;
	case JQ_OBJECT:
		sw_map_init(&m, q->a);
		object(q, n, env, in, 0, &m, out);
		break;
	case JQ_STRING:
		string(q, n, env, in, out);
		break;
	case JQ_CALL:
		if (!jq_call(q, n, env, in, out))
			jq_fail(q, "%.*s/%u is not defined", SW_STR_ARG(n->name), n->n);
		break;
	case JQ_VAR:
		variable(q, n, env, out);
		break;
	default:
		over_first(q, n, env, in, out);
	}
}

void jq_eval(struct jq *q, const struct jq_node *n, const struct jq_env *env, struct sw_value in,
	struct sw_list *out)
{
	if (q->rc || !n)
		return;
	if (++q->depth > JQ_DEPTH_MAX * 4)
		q->rc = sw_error_set(q->err, SW_ELIMIT, "jq: nested too deeply");
	else
		eval(q, n, env, in, out);
	q->depth--;
}

int sw_cis_jq_run(struct sw_cis_jq *p, struct sw_arena *a, struct sw_value input,
	struct sw_list *ret, struct sw_error *err)
{
	struct jq q = {.a = a, .err = err};
	jq_eval(&q, p->root, NULL, input, ret);
	return q.rc;
}
