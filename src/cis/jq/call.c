/* SPDX-License-Identifier: Apache-2.0 */
/* jq's functions. */
#include <stdlib.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "cis/jq/impl.h"
#include "doc/json.h"

struct args {
	struct jq *q;
	const struct jq_node *n;
	const struct jq_env *env;
	struct sw_value in;
	struct sw_list *out;
};

static struct sw_list arg(struct args *x, uint32_t i, struct sw_value in)
{
	struct sw_list l;
	sw_list_init(&l, x->q->a);
	jq_eval(x->q, x->n->kids[i], x->env, in, &l);
	return l;
}

static void emit(struct args *x, struct sw_value v)
{
	if (!x->q->rc)
		jq_emit(x->q, x->out, v);
}

static struct sw_value array(struct sw_list *l)
{
	return l->n ? sw_list_array(l) : sw_empty_array();
}

static bool need(struct args *x, enum sw_type t)
{
	if (x->in.type == t)
		return true;
	jq_fail(x->q, "%.*s cannot be applied to %s", SW_STR_ARG(x->n->name), sw_type_name(x->in.type));
	return false;
}

static void do_length(struct args *x)
{
	struct sw_value v = x->in;
	if (v.type == SW_NUMBER)
		emit(x, sw_value_double(v) < 0 ? jq_binary(x->q, "-", sw_int(0), v) : v);
	else if (v.type == SW_BOOL)
		jq_fail(x->q, "boolean has no length");
	else
		emit(x, sw_int(v.type == SW_STRING ? (int64_t)sw_utf8_count(sw_value_str(v)) : v.n));
}

static void do_keys(struct args *x)
{
	struct sw_list l;
	sw_list_init(&l, x->q->a);
	if (x->in.type == SW_ARRAY)
		for (uint32_t i = 0; i < x->in.n; i++)
			jq_emit(x->q, &l, sw_int(i));
	else if (need(x, SW_OBJECT))
		sw_object_foreach(it, x->in)
			jq_emit(x->q, &l, it->k);
	emit(x, array(&l));
}

static void do_select(struct args *x)
{
	struct sw_list l = arg(x, 0, x->in);
	for (uint32_t i = 0; i < l.n; i++)
		if (jq_truth(l.v[i]))
			emit(x, x->in);
}

static void items(struct args *x, struct sw_value v, struct sw_list *l)
{
	sw_list_init(l, x->q->a);
	if (v.type == SW_ARRAY)
		sw_array_foreach(it, v)
			jq_emit(x->q, l, *it);
	else if (v.type == SW_OBJECT)
		sw_object_foreach(it, v)
			jq_emit(x->q, l, it->v);
	else
		jq_fail(x->q, "Cannot iterate over %s", sw_type_name(v.type));
}

static void do_map(struct args *x)
{
	struct sw_list l, r;
	items(x, x->in, &l);
	sw_list_init(&r, x->q->a);
	for (uint32_t i = 0; i < l.n; i++)
		jq_eval(x->q, x->n->kids[0], x->env, l.v[i], &r);
	emit(x, array(&r));
}

/* any, any(f), any(generator; f); all the same */
static void any_all(struct args *x, bool all)
{
	struct sw_list l;
	bool r = all;
	if (x->n->n == 2)
		l = arg(x, 0, x->in);
	else
		items(x, x->in, &l);
	for (uint32_t i = 0; i < l.n && r == all && !x->q->rc; i++) {
		if (!x->n->n) {
			r = jq_truth(l.v[i]);
			continue;
		}
		struct sw_list c = arg(x, x->n->n - 1, l.v[i]);
		for (uint32_t k = 0; k < c.n && r == all; k++)
			r = jq_truth(c.v[k]);
	}
	emit(x, sw_bool(r));
}

static void do_any(struct args *x)
{
	any_all(x, false);
}

static void do_all(struct args *x)
{
	any_all(x, true);
}

static void do_empty(struct args *x)
{
	(void)x;
}

static void do_not(struct args *x)
{
	emit(x, sw_bool(!jq_truth(x->in)));
}

static void do_type(struct args *x)
{
	emit(x, sw_string(sw_str_from(sw_type_name(x->in.type))));
}

static void do_tostring(struct args *x)
{
	emit(x, sw_string(jq_text(x->q, x->in)));
}

static void do_tojson(struct args *x)
{
	sw_autobuf b = {0};
	sw_buf_init(&b, 16 << 20);
	sw_json_write(&b, x->in, 0);
	emit(x, sw_string_copy(x->q->a, sw_buf_str(&b)));
}

static void do_fromjson(struct args *x)
{
	struct sw_value v;
	if (!need(x, SW_STRING))
		return;
	if (sw_json_parse(x->q->a, sw_value_str(x->in), SW_JSON_COPY, NULL, &v, NULL, NULL))
		jq_fail(x->q, "the text is no JSON");
	else
		emit(x, v);
}

static void do_tonumber(struct args *x)
{
	struct sw_value v = x->in;
	if (v.type == SW_STRING &&
		sw_json_parse(x->q->a, sw_value_str(v), SW_JSON_COPY, NULL, &v, NULL, NULL))
		v = sw_null();
	if (v.type == SW_NUMBER)
		emit(x, v);
	else
		jq_fail(x->q, "the text cannot be parsed as a number");
}

static void change_case(struct args *x, char from)
{
	if (!need(x, SW_STRING))
		return;
	char *p = sw_arena_memdup(x->q->a, x->in.u.s, x->in.n);
	for (uint32_t i = 0; p && i < x->in.n; i++)
		if (p[i] >= from && p[i] < from + 26)
			p[i] ^= 32;
	emit(x, sw_string(sw_str_make(p, p ? x->in.n : 0)));
}

static void do_down(struct args *x)
{
	change_case(x, 'A');
}

static void do_up(struct args *x)
{
	change_case(x, 'a');
}

static bool contains(struct sw_value a, struct sw_value b, int depth)
{
	if (depth > 64 || a.type != b.type)
		return false;
	if (a.type == SW_STRING)
		return sw_str_has(sw_value_str(a), sw_value_str(b));
	if (a.type == SW_ARRAY) {
		sw_array_foreach(x, b) {
			bool hit = false;
			sw_array_foreach(y, a)
				hit = hit || contains(*y, *x, depth + 1);
			if (!hit)
				return false;
		}
		return true;
	}
	if (a.type == SW_OBJECT) {
		sw_object_foreach(it, b) {
			struct sw_value v = sw_object_get(a, it->k);
			if (!sw_defined(v) || !contains(v, it->v, depth + 1))
				return false;
		}
		return true;
	}
	return sw_value_eq(a, b);
}

static bool test_regex(struct args *x, struct sw_value re, struct sw_str flags)
{
	struct sw_re2 *r;
	if (x->in.type != SW_STRING || re.type != SW_STRING) {
		jq_fail(x->q, "%s cannot be matched, as it is not a string", sw_type_name(x->in.type));
		return false;
	}
	struct sw_str p = sw_value_str(re);
	if (sw_str_chr(flags, 'i', 0) != SW_NPOS)
		p = sw_arena_printf(x->q->a, "(?i)%.*s", SW_STR_ARG(p));
	if (sw_re2_compile(p, &r, NULL)) {
		jq_fail(x->q, "the regular expression is not known");
		return false;
	}
	bool hit = sw_re2_match(r, sw_value_str(x->in), NULL) == 1;
	sw_re2_free(r);
	return hit;
}

static void trim(struct args *x, struct sw_value a, bool front)
{
	struct sw_str s = sw_value_str(x->in), t = sw_value_str(a);
	bool both = x->in.type == SW_STRING && a.type == SW_STRING;
	if (both && front && sw_str_starts(s, t))
		emit(x, sw_string(sw_str_sub(s, t.n, s.n)));
	else if (both && !front && sw_str_ends(s, t))
		emit(x, sw_string(sw_str_sub(s, 0, s.n - t.n)));
	else
		emit(x, x->in);
}

static void do_split(struct args *x, struct sw_value sep)
{
	struct sw_list l;
	if (!need(x, SW_STRING) || sep.type != SW_STRING) {
		jq_fail(x->q, "split input and separator must be strings");
		return;
	}
	struct sw_str s = sw_value_str(x->in), d = sw_value_str(sep);
	sw_list_init(&l, x->q->a);
	for (size_t at = 0; s.n && d.n && at <= s.n;) {
		size_t hit = sw_str_find(s, d, at);
		jq_emit(x->q, &l, sw_string(sw_str_sub(s, at, hit)));
		if (hit == SW_NPOS)
			break;
		at = hit + d.n;
	}
	for (size_t at = 0; !d.n && at < s.n;) {
		size_t from = at;
		sw_utf8_next(s, &at);
		jq_emit(x->q, &l, sw_string(sw_str_sub(s, from, at)));
	}
	emit(x, array(&l));
}

static void do_join(struct args *x, struct sw_value sep)
{
	sw_autobuf b = {0};
	bool first = true;
	sw_buf_init(&b, 16 << 20);
	if (!need(x, SW_ARRAY))
		return;
	sw_array_foreach(it, x->in) {
		if (it->type == SW_ARRAY || it->type == SW_OBJECT) {
			jq_fail(x->q, "Cannot join with %s", sw_type_name(it->type));
			return;
		}
		if (!first)
			sw_buf_addstr(&b, jq_text(x->q, sep));
		first = false;
		if (it->type != SW_NULL)
			sw_buf_addstr(&b, jq_text(x->q, *it));
	}
	emit(x, sw_string_copy(x->q->a, sw_buf_str(&b)));
}

static void do_has(struct args *x, struct sw_value k)
{
	int64_t i;
	if (x->in.type == SW_OBJECT && k.type == SW_STRING)
		emit(x, sw_bool(sw_object_index(x->in, k) >= 0));
	else if (x->in.type == SW_ARRAY && sw_value_int(k, &i))
		emit(x, sw_bool(i >= 0 && i < x->in.n));
	else
		jq_fail(x->q, "Cannot check whether %s has such a key", sw_type_name(x->in.type));
}

static void do_range(struct args *x, struct sw_value n)
{
	for (int64_t i = 0; i < (int64_t)sw_value_double(n) && !x->q->rc; i++)
		emit(x, sw_int(i));
}

/* Functions of one argument, for each of its values. */
static void with_value(struct args *x)
{
	struct sw_str name = x->n->name, s = sw_value_str(x->in);
	struct sw_list l = arg(x, 0, x->in);
	bool text = x->in.type == SW_STRING;
	for (uint32_t i = 0; i < l.n && !x->q->rc; i++) {
		struct sw_value v = l.v[i];
		if (sw_str_is(name, "has"))
			do_has(x, v);
		else if (sw_str_is(name, "contains"))
			emit(x, sw_bool(contains(x->in, v, 0)));
		else if (sw_str_is(name, "inside"))
			emit(x, sw_bool(contains(v, x->in, 0)));
		else if (sw_str_is(name, "test"))
			emit(x, sw_bool(test_regex(x, v, (struct sw_str){0})));
		else if (sw_str_is(name, "split"))
			do_split(x, v);
		else if (sw_str_is(name, "join"))
			do_join(x, v);
		else if (sw_str_is(name, "range"))
			do_range(x, v);
		else if (sw_str_is(name, "ltrimstr") || sw_str_is(name, "rtrimstr"))
			trim(x, v, name.p[0] == 'l');
		else if (sw_str_is(name, "error"))
			jq_fail(x->q, "%.*s", SW_STR_ARG(jq_text(x->q, v)));
		else if (!text || v.type != SW_STRING)
			jq_fail(x->q, "%.*s() requires string inputs", SW_STR_ARG(name));
		else
			emit(x, sw_bool(sw_str_is(name, "startswith") ? sw_str_starts(s, sw_value_str(v))
								      : sw_str_ends(s, sw_value_str(v))));
	}
}

static void do_test2(struct args *x)
{
	struct sw_list re = arg(x, 0, x->in), fl = arg(x, 1, x->in);
	if (re.n && fl.n)
		emit(x, sw_bool(test_regex(x, re.v[0],
				fl.v[0].type == SW_STRING ? sw_value_str(fl.v[0]) : (struct sw_str){0})));
}

/* ---- over lists ---- */

struct keyed {
	struct sw_value key, v;
	uint32_t at;
};

static int by_key(const void *a, const void *b)
{
	const struct keyed *x = a, *y = b;
	int c = sw_value_cmp(x->key, y->key);
	return c ? c : (x->at > y->at) - (x->at < y->at);
}

/* sort, sort_by, unique, unique_by, group_by, min, max, min_by, max_by */
static void sorted(struct args *x)
{
	struct sw_str name = x->n->name;
	struct sw_list out, group;
	if (!need(x, SW_ARRAY))
		return;
	struct keyed *k = sw_arena_zalloc(x->q->a, ((size_t)x->in.n + 1) * sizeof(*k));
	for (uint32_t i = 0; k && i < x->in.n && !x->q->rc; i++) {
		k[i] = (struct keyed){x->in.u.a->v[i], x->in.u.a->v[i], i};
		if (x->n->n) {
			struct sw_list l = arg(x, 0, k[i].v);
			k[i].key = array(&l);
		}
	}
	if (!k || x->q->rc)
		return;
	qsort(k, x->in.n, sizeof(*k), by_key);
	if (name.p[0] == 'm') {
		emit(x, !x->in.n ? sw_null() : k[name.p[1] == 'i' ? 0 : x->in.n - 1].v);
		return;
	}
	sw_list_init(&out, x->q->a);
	for (uint32_t i = 0; i < x->in.n;) {
		uint32_t end = i + 1;
		while (end < x->in.n && sw_value_eq(k[i].key, k[end].key))
			end++;
		sw_list_init(&group, x->q->a);
		for (uint32_t g = i; g < end; g++)
			jq_emit(x->q, name.p[0] == 's' ? &out : &group, k[g].v);
		if (name.p[0] == 'u')
			jq_emit(x->q, &out, k[i].v);
		else if (name.p[0] == 'g')
			jq_emit(x->q, &out, array(&group));
		i = end;
	}
	emit(x, array(&out));
}

static void do_add(struct args *x)
{
	struct sw_list l;
	struct sw_value sum = sw_null();
	items(x, x->in, &l);
	for (uint32_t i = 0; i < l.n && !x->q->rc; i++)
		sum = jq_binary(x->q, "+", sum, l.v[i]);
	emit(x, sum);
}

static void do_first(struct args *x)
{
	struct sw_list l;
	bool last = sw_str_is(x->n->name, "last");
	if (x->n->n)
		l = arg(x, 0, x->in);
	else
		items(x, x->in, &l);
	if (l.n)
		emit(x, l.v[last ? l.n - 1 : 0]);
	else if (!x->n->n)
		emit(x, sw_null());
}

static void flatten(struct args *x, struct sw_value v, struct sw_list *l, int depth)
{
	sw_array_foreach(it, v) {
		if (it->type == SW_ARRAY && depth < 64)
			flatten(x, *it, l, depth + 1);
		else
			jq_emit(x->q, l, *it);
	}
}

static void do_flatten(struct args *x)
{
	struct sw_list l;
	sw_list_init(&l, x->q->a);
	if (need(x, SW_ARRAY))
		flatten(x, x->in, &l, 0);
	emit(x, array(&l));
}

static struct sw_value to_entries(struct args *x)
{
	struct sw_list l;
	sw_list_init(&l, x->q->a);
	if (need(x, SW_OBJECT))
		sw_object_foreach(it, x->in) {
			struct sw_map m;
			sw_map_init(&m, x->q->a);
			sw_map_adds(&m, "key", it->k);
			sw_map_adds(&m, "value", it->v);
			jq_emit(x->q, &l, sw_map_object(&m));
		}
	return array(&l);
}

static struct sw_value from_entries(struct args *x, struct sw_value v)
{
	struct sw_map m;
	sw_map_init(&m, x->q->a);
	if (v.type == SW_ARRAY)
		sw_array_foreach(it, v) {
			struct sw_value k = sw_object_gets(*it, SW_STR("key"));
			struct sw_value val = sw_object_gets(*it, SW_STR("value"));
			if (!sw_defined(k))
				k = sw_object_gets(*it, SW_STR("name"));
			if (!sw_defined(k))
				k = sw_null();
			sw_map_add(&m, sw_string(jq_text(x->q, k)), sw_defined(val) ? val : sw_null());
		}
	return sw_map_object(&m);
}

static void do_entries(struct args *x)
{
	if (x->n->name.p[0] == 't') {
		emit(x, to_entries(x));
	} else if (x->n->name.p[0] == 'f') {
		emit(x, from_entries(x, x->in));
	} else {
		struct sw_value l = to_entries(x);
		struct sw_list r;
		sw_list_init(&r, x->q->a);
		sw_array_foreach(it, l)
			jq_eval(x->q, x->n->kids[0], x->env, *it, &r);
		emit(x, from_entries(x, array(&r)));
	}
}

static void do_kind(struct args *x)
{
	static const char *const names[] = {
		"", "nulls", "booleans", "numbers", "strings", "arrays", "objects"};
	struct sw_str name = x->n->name;
	bool hit = sw_str_is(name, "values")	? x->in.type != SW_NULL
		   : sw_str_is(name, "scalars") ? x->in.type < SW_ARRAY
		   : sw_str_is(name, "iterables")
			   ? x->in.type == SW_ARRAY || x->in.type == SW_OBJECT
			   : x->in.type <= SW_OBJECT && sw_str_is(name, names[x->in.type]);
	if (hit)
		emit(x, x->in);
}

static const struct {
	const char *name;
	uint32_t args;
	void (*fn)(struct args *x);
} functions[] = {{"length", 0, do_length}, {"keys", 0, do_keys}, {"keys_unsorted", 0, do_keys},
	{"select", 1, do_select}, {"map", 1, do_map}, {"any", 0, do_any}, {"any", 1, do_any},
	{"any", 2, do_any}, {"all", 0, do_all}, {"all", 1, do_all}, {"all", 2, do_all},
	{"empty", 0, do_empty}, {"not", 0, do_not}, {"type", 0, do_type},
	{"tostring", 0, do_tostring}, {"tojson", 0, do_tojson}, {"fromjson", 0, do_fromjson},
	{"tonumber", 0, do_tonumber}, {"ascii_downcase", 0, do_down}, {"ascii_upcase", 0, do_up},
	{"has", 1, with_value}, {"contains", 1, with_value}, {"inside", 1, with_value},
	{"test", 1, with_value}, {"test", 2, do_test2}, {"split", 1, with_value},
	{"join", 1, with_value}, {"range", 1, with_value}, {"ltrimstr", 1, with_value},
	{"rtrimstr", 1, with_value}, {"startswith", 1, with_value}, {"endswith", 1, with_value},
	{"error", 1, with_value}, {"sort", 0, sorted}, {"sort_by", 1, sorted},
	{"unique", 0, sorted}, {"unique_by", 1, sorted}, {"group_by", 1, sorted},
	{"min", 0, sorted}, {"max", 0, sorted}, {"min_by", 1, sorted}, {"max_by", 1, sorted},
	{"add", 0, do_add}, {"first", 0, do_first}, {"last", 0, do_first}, {"first", 1, do_first},
	{"last", 1, do_first}, {"flatten", 0, do_flatten}, {"to_entries", 0, do_entries},
	{"from_entries", 0, do_entries}, {"with_entries", 1, do_entries}, {"values", 0, do_kind},
	{"scalars", 0, do_kind}, {"iterables", 0, do_kind}, {"nulls", 0, do_kind},
	{"booleans", 0, do_kind}, {"numbers", 0, do_kind}, {"strings", 0, do_kind},
	{"arrays", 0, do_kind}, {"objects", 0, do_kind}};

bool jq_known(struct sw_str name, uint32_t args)
{
	for (size_t i = 0; i < SW_ARRAY_LEN(functions); i++)
		if (functions[i].args == args && sw_str_is(name, functions[i].name))
			return true;
	return false;
}

bool jq_call(struct jq *q, const struct jq_node *n, const struct jq_env *env, struct sw_value in,
	struct sw_list *out)
{
	struct args x = {q, n, env, in, out};
	for (size_t i = 0; i < SW_ARRAY_LEN(functions); i++) {
		if (functions[i].args != n->n || !sw_str_is(n->name, functions[i].name))
			continue;
		functions[i].fn(&x);
		return true;
	}
	return false;
}
