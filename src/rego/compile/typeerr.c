/* SPDX-License-Identifier: Apache-2.0 */
/* The texts of type errors; what is too wide is reduced to what differs, as OPA does. */
#include "doc/json.h"
#include "rego/ast_json.h"
#include "rego/compile/internal.h"

#define LINE_MAX_WIDTH 80 /* above: only what differs is written */
#define ELIDE_WIDTH 32	  /* types up to that are written in full */
#define DIFF_DEPTH 8
#define MATCH_DOCS "https://www.openpolicyagent.org/docs/errors/rego-type-error/match-error"

/* A type with the name of the parameter that has it. */
struct named {
	struct sw_str name;
	type *t;
};

static struct sw_str full(cc *c, type *t)
{
	sw_buf_clear(&c->buf);
	sw_rego_type_print(&c->buf, t);
	return cc_str(c, sw_buf_str(&c->buf));
}

static struct sw_str join(cc *c, struct sw_str a, const char *sep, struct sw_str b)
{
	return cc_printf(c, "%.*s%s%.*s", SW_STR_ARG(a), sep, SW_STR_ARG(b));
}

/* prefix<static>[dynamic] */
static struct sw_str composite(cc *c, const char *prefix, struct sw_str stat, struct sw_str dyn)
{
	return cc_printf(c, "%s%s%.*s%s%s%.*s%s", prefix, stat.n ? "<" : "", SW_STR_ARG(stat),
		stat.n ? ">" : "", dyn.n ? "[" : "", SW_STR_ARG(dyn), dyn.n ? "]" : "");
}

static void add_part(cc *c, struct sw_str *list, struct sw_str part)
{
	*list = list->n ? join(c, *list, ", ", part) : part;
}

static struct sw_str property(cc *c, struct sw_value key, struct sw_str value)
{
	sw_buf_clear(&c->buf);
	sw_rego_type_print_key(&c->buf, key);
	struct sw_str k = cc_str(c, sw_buf_str(&c->buf));
	return join(c, k, ": ", value);
}

static const struct sw_str dots = SW_STR_INIT("...");

/* Everything deeper than `depth` below t is an ellipsis; negative: in full. */
static struct sw_str elided(cc *c, type *t, int depth)
{
	struct sw_str stat = SW_STR(""), dyn = SW_STR("");
	if (depth < 0 || !t || t->kind < SW_RT_ARRAY || t->kind == SW_RT_RECURSIVE)
		return full(c, t);
	uint32_t n = depth == 0 ? 0 : t->n;
	if (depth == 0 && t->n)
		stat = dots;
	for (uint32_t i = 0; i < n; i++)
		add_part(c, &stat,
			t->kind == SW_RT_OBJECT ? property(c, t->props[i].key,
							  elided(c, t->props[i].type, depth - 1))
						: elided(c, t->items[i], depth - 1));
	switch (t->kind) {
	case SW_RT_SET:
		if (!t->dyn)
			return full(c, t);
		return composite(
			c, "set", SW_STR(""), depth == 0 ? dots : elided(c, t->dyn, depth - 1));
	case SW_RT_ARRAY:
		if (t->dyn)
			dyn = depth == 0 ? dots : elided(c, t->dyn, depth - 1);
		return composite(c, "array", stat, dyn);
	case SW_RT_OBJECT:
		if (t->has_dyn)
			dyn = depth == 0 ? dots
					 : join(c, elided(c, t->key, depth - 1), ": ",
						   elided(c, t->dyn, depth - 1));
		return composite(c, "object", stat, dyn);
	case SW_RT_ANY:
		return t->n ? composite(c, "any", stat, dyn) : full(c, t);
	default:
		if (t->dyn && depth)
			add_part(c, &stat, join(c, elided(c, t->dyn, depth - 1), "", dots));
		dyn = depth == 0 && t->result ? dots : elided(c, t->result, depth - 1);
		return cc_printf(c, "(%.*s) => %.*s", SW_STR_ARG(stat), SW_STR_ARG(dyn));
	}
}

static struct sw_str elide(cc *c, type *t)
{
	struct sw_str s = full(c, t);
	return sw_utf8_count(s) <= ELIDE_WIDTH ? s : elided(c, t, 0);
}

static struct sw_str elide_named(cc *c, struct named x)
{
	struct sw_str s = full(c, x.t);
	if (x.name.n && sw_utf8_count(s) + sw_utf8_count(x.name) + 2 > ELIDE_WIDTH)
		s = elided(c, x.t, 0);
	else if (!x.name.n)
		s = elide(c, x.t);
	return x.name.n ? join(c, x.name, ": ", s) : s;
}

/* ---- differences ---- */

struct pair {
	struct sw_str a, b;
};

static struct pair diff(cc *c, type *a, type *b, int depth);

static bool same(cc *c, type *a, type *b)
{
	return sw_str_eq(full(c, a), full(c, b));
}

static struct pair diff_arrays(cc *c, type *a, type *b, int depth)
{
	struct pair stat = {SW_STR(""), SW_STR("")}, dyn = stat;
	if (a->n != b->n || (a->dyn != NULL) != (b->dyn != NULL))
		return (struct pair){elided(c, a, 1), elided(c, b, 1)};
	for (uint32_t i = 0; i < a->n; i++) {
		struct pair p = diff(c, a->items[i], b->items[i], depth + 1);
		add_part(c, &stat.a, p.a);
		add_part(c, &stat.b, p.b);
	}
	if (a->dyn)
		dyn = diff(c, a->dyn, b->dyn, depth + 1);
	return (struct pair){
		composite(c, "array", stat.a, dyn.a), composite(c, "array", stat.b, dyn.b)};
}

static void diff_props(cc *c, type *a, type *b, int depth, struct pair *stat)
{
	bool left_out = false;
	for (uint32_t i = 0, k = 0; i < a->n || k < b->n;) {
		const struct sw_rego_prop *x = i < a->n ? &a->props[i] : NULL;
		const struct sw_rego_prop *y = k < b->n ? &b->props[k] : NULL;
		int d = !x ? 1 : !y ? -1 : sw_value_cmp(x->key, y->key);
		i += d <= 0;
		k += d >= 0;
		if (d < 0) {
			add_part(c, &stat->a, property(c, x->key, elide(c, x->type)));
		} else if (d > 0) {
			add_part(c, &stat->b, property(c, y->key, elide(c, y->type)));
		} else if (same(c, x->type, y->type)) {
			left_out = true;
		} else {
			struct pair p = diff(c, x->type, y->type, depth + 1);
			add_part(c, &stat->a, property(c, x->key, p.a));
			add_part(c, &stat->b, property(c, y->key, p.b));
		}
	}
	if (left_out) {
		add_part(c, &stat->a, dots);
		add_part(c, &stat->b, dots);
	}
}

static struct pair diff_objects(cc *c, type *a, type *b, int depth)
{
	struct pair stat = {SW_STR(""), SW_STR("")}, dyn = stat;
	diff_props(c, a, b, depth, &stat);
	if (a->has_dyn && b->has_dyn) {
		struct pair k = diff(c, a->key, b->key, depth + 1);
		struct pair v = diff(c, a->dyn, b->dyn, depth + 1);
		dyn = (struct pair){join(c, k.a, ": ", v.a), join(c, k.b, ": ", v.b)};
	} else if (a->has_dyn) {
		dyn.a = join(c, elide(c, a->key), ": ", elide(c, a->dyn));
	} else if (b->has_dyn) {
		dyn.b = join(c, elide(c, b->key), ": ", elide(c, b->dyn));
	}
	return (struct pair){
		composite(c, "object", stat.a, dyn.a), composite(c, "object", stat.b, dyn.b)};
}

static bool any_prints(cc *c, type *any, type *t)
{
	for (uint32_t i = 0; i < any->n; i++)
		if (same(c, any->items[i], t))
			return true;
	return false;
}

static struct pair diff_anys(cc *c, type *a, type *b)
{
	struct pair p = {SW_STR(""), SW_STR("")};
	bool left_out = false;
	for (uint32_t i = 0; i < a->n; i++) {
		if (any_prints(c, b, a->items[i]))
			left_out = true;
		else
			add_part(c, &p.a, elide(c, a->items[i]));
	}
	for (uint32_t i = 0; i < b->n; i++)
		if (!any_prints(c, a, b->items[i]))
			add_part(c, &p.b, elide(c, b->items[i]));
	if (left_out) {
		add_part(c, &p.a, dots);
		add_part(c, &p.b, dots);
	}
	return (struct pair){
		composite(c, "any", p.a, SW_STR("")), composite(c, "any", p.b, SW_STR(""))};
}

static struct pair diff_functions(cc *c, type *a, type *b, int depth)
{
	struct pair p = {SW_STR(""), SW_STR("")};
	for (uint32_t i = 0; i < a->n; i++) {
		struct pair x = diff(c, a->items[i], b->items[i], depth + 1);
		add_part(c, &p.a, x.a);
		add_part(c, &p.b, x.b);
	}
	struct pair r = diff(c, a->result, b->result, depth + 1);
	return (struct pair){cc_printf(c, "(%.*s) => %.*s", SW_STR_ARG(p.a), SW_STR_ARG(r.a)),
		cc_printf(c, "(%.*s) => %.*s", SW_STR_ARG(p.b), SW_STR_ARG(r.b))};
}

static struct pair diff(cc *c, type *a, type *b, int depth)
{
	if (depth < DIFF_DEPTH && a && b && a->kind == b->kind && !same(c, a, b)) {
		switch (a->kind) {
		case SW_RT_SET:
			if (a->dyn && b->dyn) {
				struct pair p = diff(c, a->dyn, b->dyn, depth + 1);
				return (struct pair){composite(c, "set", SW_STR(""), p.a),
					composite(c, "set", SW_STR(""), p.b)};
			}
			break;
		case SW_RT_ARRAY:
			return diff_arrays(c, a, b, depth);
		case SW_RT_OBJECT:
			return diff_objects(c, a, b, depth);
		case SW_RT_ANY:
			return diff_anys(c, a, b);
		case SW_RT_FUNCTION:
			if (a->n == b->n)
				return diff_functions(c, a, b, depth);
			break;
		default:
			break;
		}
	}
	return (struct pair){elide(c, a), elide(c, b)};
}

/* ---- errors ---- */

static struct sw_value type_json(cc *c, type *t)
{
	return t ? sw_rego_type_value(c->a, t) : sw_null();
}

static struct sw_value list_json(cc *c, struct sw_value *v, uint32_t n)
{
	return n ? sw_array_from(c->a, v, n) : sw_empty_array();
}

static struct sw_value types_json(cc *c, type *const *t, uint32_t n)
{
	struct sw_value *v = cc_alloc(c, (n + 1) * sizeof(*v));
	for (uint32_t i = 0; i < n; i++)
		v[i] = type_json(c, t[i]);
	return list_json(c, v, n);
}

static struct sw_value ref_json(cc *c, const struct sw_rego_term *ref)
{
	sw_buf_clear(&c->buf);
	sw_rego_term_json(&c->buf, ref, 0);
	struct sw_str text = cc_str(c, sw_buf_str(&c->buf));
	struct sw_value v;
	if (sw_json_parse(c->a, text, 0, NULL, &v, NULL, NULL))
		return sw_null();
	return sw_object_gets(v, SW_STR("value"));
}

static struct sw_value args_json(
	cc *c, type **have, uint32_t n_have, const struct named *want, uint32_t n_want, type *f)
{
	struct sw_map m, w;
	struct sw_value *v = cc_alloc(c, (n_want + 1) * sizeof(*v));
	sw_map_init(&m, c->a);
	sw_map_init(&w, c->a);
	for (uint32_t i = 0; i < n_want; i++) {
		struct sw_map one;
		struct sw_value t = type_json(c, want[i].t);
		sw_map_init(&one, c->a);
		for (uint32_t k = 0; t.type == SW_OBJECT && k < t.n; k++)
			sw_map_add(&one, t.u.o->m[k].k, t.u.o->m[k].v);
		if (want[i].name.n)
			sw_map_adds(&one, "name", sw_string(want[i].name));
		v[i] = sw_map_object(&one);
	}
	if (n_want)
		sw_map_adds(&w, "args", list_json(c, v, n_want));
	if (f && f->dyn)
		sw_map_adds(&w, "variadic", type_json(c, f->dyn));
	sw_map_adds(&m, "have", types_json(c, have, n_have));
	sw_map_adds(&m, "want", sw_map_object(&w));
	return sw_map_object(&m);
}

static struct sw_value match_json(cc *c, type *left, type *right)
{
	struct sw_map m;
	sw_map_init(&m, c->a);
	sw_map_adds(&m, "a", type_json(c, left));
	sw_map_adds(&m, "b", type_json(c, right));
	return sw_map_object(&m);
}

static struct sw_value bad_ref_json(cc *c, const struct sw_rego_term *ref, uint32_t pos, type *have)
{
	struct sw_map m;
	sw_map_init(&m, c->a);
	sw_map_adds(&m, "ref", ref_json(c, ref));
	sw_map_adds(&m, "pos", sw_int(pos));
	if (have)
		sw_map_adds(&m, "have", type_json(c, have));
	return sw_map_object(&m);
}

static struct sw_value with(cc *c, struct sw_value obj, const char *key, struct sw_value v)
{
	struct sw_map m;
	sw_map_init(&m, c->a);
	for (uint32_t i = 0; i < obj.n; i++)
		sw_map_add(&m, obj.u.o->m[i].k, obj.u.o->m[i].v);
	sw_map_adds(&m, key, v);
	return sw_map_object(&m);
}

static struct compiler_error match_text(const struct sw_rego_loc *loc, struct sw_str text,
	struct sw_str details, struct sw_value json)
{
	return (struct compiler_error){
		.code = ERR_TYPE, .loc = loc, .text = text, .details = details, .json = json};
}

static bool too_wide(struct sw_str a, struct sw_str b)
{
	return sw_utf8_count(a) > LINE_MAX_WIDTH || sw_utf8_count(b) > LINE_MAX_WIDTH;
}

struct compiler_error err_match(cc *c, const struct sw_rego_loc *loc, type *left, type *right)
{
	struct sw_str l = full(c, left), r = full(c, right);
	struct sw_str ll = join(c, SW_STR("left  : "), "", l),
		      rl = join(c, SW_STR("right : "), "", r);
	const char *kind = NULL;
	if (too_wide(ll, rl)) {
		struct pair p = diff(c, left, right, 0);
		ll = join(c, SW_STR("left  : "), "", p.a);
		rl = join(c, SW_STR("right : "), "", p.b);
	}
	if (left && right && left->kind == right->kind)
		kind = left->kind == SW_RT_OBJECT  ? "objects"
		       : left->kind == SW_RT_ARRAY ? "arrays"
		       : left->kind == SW_RT_SET   ? "sets"
						   : NULL;
	struct sw_str details = join(c, ll, "\n", rl);
	if (kind)
		details = cc_printf(c,
			"%.*s\nhint  : both sides are %s but their types differ, so they can never "
			"be "
			"equal (see %s)",
			SW_STR_ARG(details), kind, MATCH_DOCS);
	return match_text(loc, SW_STR("match error"), details, match_json(c, left, right));
}

/* The parameters of a function with their names, and its result when wanted. */
static struct named *params(
	cc *c, const struct sw_rego_term *op, type *f, bool with_result, uint32_t *ret_n)
{
	struct named *v = cc_alloc(c, (f->n + 2) * sizeof(*v));
	const struct sw_builtin *b = ref_builtin(c, op);
	const char *list = b ? builtin_arg_names(sw_str_from(b->name)) : NULL;
	struct sw_str rest = sw_str_from(list ? list : ""), name;
	uint32_t n = f->n + (with_result && f->result ? 1 : 0);
	for (uint32_t i = 0; i < n; i++) {
		v[i].t = i < f->n ? f->items[i] : f->result;
		if (list && sw_str_split(&rest, ',', &name))
			v[i].name = name;
	}
	*ret_n = n;
	return v;
}

static struct sw_str named_full(cc *c, struct named x)
{
	struct sw_str s = full(c, x.t);
	return x.name.n ? join(c, x.name, ": ", s) : s;
}

struct compiler_error err_args(cc *c, const struct sw_rego_loc *loc, const struct sw_rego_term *op,
	const char *what, type **have, uint32_t n_have, type *f, bool with_result)
{
	uint32_t n_want = 0;
	struct named *want = f ? params(c, op, f, with_result, &n_want) : NULL;
	struct sw_str h = SW_STR(""), w = SW_STR(""), name = cc_term_str(c, op);
	for (uint32_t i = 0; i < n_have; i++)
		add_part(c, &h, full(c, have[i]));
	for (uint32_t i = 0; i < n_want; i++)
		add_part(c, &w, named_full(c, want[i]));
	if (f && f->dyn)
		add_part(c, &w, join(c, full(c, f->dyn), "", dots));
	h = cc_printf(c, "have: (%.*s)", SW_STR_ARG(h));
	w = cc_printf(c, "want: (%.*s)", SW_STR_ARG(w));
	if (too_wide(h, w)) {
		h = w = SW_STR("");
		for (uint32_t i = 0; i < n_have || i < n_want; i++) {
			struct pair p = {SW_STR(""), SW_STR("")};
			if (i >= n_have) {
				p.b = elide_named(c, want[i]);
			} else if (i >= n_want) {
				p.a = elide(c, have[i]);
			} else if (have[i] && want[i].t && unifies(have[i], want[i].t)) {
				p = (struct pair){elide(c, have[i]), elide_named(c, want[i])};
			} else {
				p = diff(c, have[i], want[i].t, 0);
				if (want[i].name.n)
					p.b = join(c, want[i].name, ": ", p.b);
			}
			if (i < n_have)
				add_part(c, &h, p.a);
			if (i < n_want)
				add_part(c, &w, p.b);
		}
		if (f && f->dyn)
			add_part(c, &w, join(c, elide(c, f->dyn), "", dots));
		h = cc_printf(c, "have: (%.*s)", SW_STR_ARG(h));
		w = cc_printf(c, "want: (%.*s)", SW_STR_ARG(w));
	}
	return match_text(loc, cc_printf(c, "%.*s: %s", SW_STR_ARG(name), what),
		join(c, h, "\n", w), args_json(c, have, n_have, want, n_want, f));
}

/* ---- refs ---- */

/* Generated locals become what they stand for, renamed variables what the user called them. */
static void to_source(cc *c, struct sw_rego_term *t, unsigned depth)
{
	if (t->kind == SW_REGO_VAR && depth) {
		struct var_entry *e = c->gen ? vs_get(&c->gen->subjects, t->name) : NULL;
		if (e) {
			*t = *copy_term(c, e->val);
			to_source(c, t, depth - 1);
			return;
		}
		t->name = user_name(c, t->name);
		return;
	}
	for (uint32_t i = 0; i < t->items.n; i++)
		to_source(c, t->items.v[i], depth);
	for (uint32_t i = 0; i < t->body.n; i++)
		for (uint32_t k = 0; k < t->body.v[i]->terms.n; k++)
			to_source(c, t->body.v[i]->terms.v[k], depth);
}

static struct sw_rego_term *source_ref(cc *c, const struct sw_rego_term *ref)
{
	struct sw_rego_term *t = copy_term(c, ref);
	to_source(c, t, 64);
	return t;
}

static struct sw_str undefined_ref(cc *c, struct sw_str ref)
{
	return cc_printf(c, "undefined ref: %.*s", SW_STR_ARG(ref));
}

/* "[k1 k2]", as Go prints a slice. */
static struct sw_str key_text(cc *c, struct sw_value keys)
{
	sw_buf_clear(&c->buf);
	sw_buf_addch(&c->buf, '[');
	for (uint32_t i = 0; i < keys.n; i++) {
		sw_buf_addz(&c->buf, i ? " " : "");
		sw_rego_value_print(&c->buf, keys.u.a->v[i]);
	}
	sw_buf_addch(&c->buf, ']');
	return cc_str(c, sw_buf_str(&c->buf));
}

struct compiler_error err_ref_invalid(cc *c, const struct sw_rego_term *ref, uint32_t pos,
	type *have, type *want, struct sw_value one_of)
{
	struct sw_rego_term *t = source_ref(c, ref);
	struct sw_str s = cc_term_str(c, t), before = cc_term_str(c, ref_prefix(c, t, pos));
	int pad = (int)before.n + 1;
	struct sw_str h = have ? full(c, have) : cc_term_str(c, t->items.v[pos]);
	struct sw_str what = join(c, have ? SW_STR("have (type): ") : SW_STR("have: "), "", h);
	struct sw_str need = SW_STR("want (one of): []");
	if (one_of.n)
		need = join(c, SW_STR("want (one of): "), "", key_text(c, one_of));
	else if (want)
		need = join(c, SW_STR("want (type): "), "", full(c, want));
	struct sw_value json = with(c, bad_ref_json(c, t, pos, have), "want", type_json(c, want));
	json = with(c, json, "oneOf", one_of);
	return match_text(&ref->items.v[0]->loc, undefined_ref(c, s),
		cc_printf(c, "%.*s\n%*s^\n%*s%.*s\n%*s%.*s", SW_STR_ARG(s), pad, "", pad, "",
			SW_STR_ARG(what), pad, "", SW_STR_ARG(need)),
		json);
}

struct compiler_error err_ref_unsupported(
	cc *c, const struct sw_rego_term *ref, uint32_t pos, type *have)
{
	struct sw_rego_term *t = source_ref(c, ref);
	struct sw_str s = cc_term_str(c, t), up_to = cc_term_str(c, ref_prefix(c, t, pos + 1));
	struct sw_str text = undefined_ref(c, s), name = s, h = full(c, have);
	if (have && have->kind == SW_RT_FUNCTION) {
		const struct sw_rego_term *last = t->items.v[t->items.n - 1];
		if (last->kind == SW_REGO_VAR && var_generated(last->name))
			name = cc_term_str(c, ref_prefix(c, t, t->items.n - 1));
		text = cc_printf(
			c, "function %.*s used as reference, not called", SW_STR_ARG(name));
	}
	sw_buf_clear(&c->buf);
	sw_buf_pad(&c->buf, '^', up_to.n);
	struct sw_str carets = cc_str(c, sw_buf_str(&c->buf));
	return match_text(&ref->items.v[0]->loc, text,
		cc_printf(c, "%.*s\n%.*s\nhave: %.*s", SW_STR_ARG(s), SW_STR_ARG(carets),
			SW_STR_ARG(h)),
		bad_ref_json(c, t, pos, have));
}
