/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of mutators that a provider makes (assign.externalData). While mutators are applied a placeholder stands in
 * the object; when nothing changes any more, each provider is asked once for all of its keys, as upstream does. Unlike
 * those of templates these answers are not kept: a response must say that it is idempotent, not for how long.
 *
 * A placeholder is an object whose only key is a string of this file: no object that was read can have it, for
 * strings are compared by where they are.
 */
#include "policy/gatekeeper/mutator.h"

static const char mark[] = "placeholder of external data";

enum { DEPTH = 1000 };

static struct sw_value placeholder_of(struct sw_value v)
{
	bool is = v.type == SW_OBJECT && v.n == 1 && v.u.o->m[0].k.type == SW_STRING && v.u.o->m[0].k.u.s == mark;
	return is ? v.u.o->m[0].v : sw_undef();
}

/* ---- reading ---- */

static int one_of(struct sw_value v, const char *key, const char *const *allowed, struct sw_error *err)
{
	struct sw_str s = sw_value_getstr(v, key);
	for (; *allowed; allowed++)
		if (sw_str_is(s, *allowed))
			return 0;
	return sw_error_set(err, SW_EINVALID, "externalData.%s: unsupported value: \"%.*s\"", key, SW_STR_ARG(s));
}

static struct sw_value with_default(struct sw_arena *a, struct sw_value v, const char *key, const char *value)
{
	struct sw_str k = sw_str_from(key);
	return sw_defined(sw_object_gets(v, k)) ? v : gk_with(a, v, k, sw_string(sw_str_from(value)));
}

int gk_provided_read(struct sw_gk *gk, const struct gk_mutator *m, struct sw_value external, struct sw_value *ret,
	struct sw_error *err)
{
	static const char *const sources[] = {"ValueAtLocation", "Username", NULL};
	static const char *const policies[] = {"Fail", "Ignore", "UseDefault", NULL};
	struct sw_value v = with_default(&gk->arena, external, "dataSource", sources[0]);
	v = with_default(&gk->arena, v, "failurePolicy", policies[0]);
	if (!gk->external)
		return sw_error_set(err, SW_EINVALID, "external data feature flag is not enabled");
	if (v.type != SW_OBJECT || !sw_value_getstr(v, "provider").n)
		return sw_error_set(err, SW_EINVALID, "externalData.provider: required value");
	int rc = one_of(v, "dataSource", sources, err);
	if (rc == 0)
		rc = one_of(v, "failurePolicy", policies, err);
	if (rc < 0)
		return rc;
	if (sw_str_is(sw_value_getstr(v, "failurePolicy"), "UseDefault") && !sw_value_getstr(v, "default").n)
		return sw_error_set(err, SW_EINVALID,
			"`default` must not be empty when `failurePolicy` is set to `UseDefault`");
	if (m->kind == GK_ASSIGN_METADATA && !sw_str_is(sw_value_getstr(v, "dataSource"), "Username"))
		return sw_error_set(err, SW_EINVALID, "only username data source is supported for assignmetadata %.*s",
			SW_STR_ARG(m->name));
	*ret = v;
	return 0;
}

/* ---- placing ---- */

int gk_provided_placeholder(struct sw_arena *a, struct sw_value external, struct sw_value old, struct sw_str key,
	struct sw_value *ret, struct sw_error *err)
{
	struct sw_value before = placeholder_of(old), about = sw_string(key.p ? key : SW_STR(""));
	if (sw_defined(before))
		about = sw_object_gets(before, SW_STR("about"));
	else if (old.type == SW_STRING)
		about = old;
	else if (sw_defined(old))
		return sw_error_set(err, SW_EINVALID, "value assigned to external data placeholder is not a string, got %s",
			gk_go_type(old));
	*ret = gk_with(a, sw_empty_object(), sw_str_make(mark, sizeof(mark) - 1),
		gk_with(a, external, SW_STR("about"), about));
	return sw_defined(*ret) ? 0 : sw_error_set(err, SW_ELIMIT, "the mutated object is too large");
}

/* ---- asking ---- */

struct resolve {
	struct sw_gk *gk;
	struct sw_arena *a;
	struct sw_map keys;      /* provider to the set of its keys, as an object */
	struct sw_value answers; /* provider to {"error"} or {"items"} */
	struct sw_list errors;
};

/* Recursion: DEPTH. */
static void gather(struct resolve *r, struct sw_value v, uint32_t depth)
{
	struct sw_value p = placeholder_of(v);
	if (sw_defined(p)) {
		struct sw_value pair[] = {sw_object_gets(p, SW_STR("provider")), sw_object_gets(p, SW_STR("about"))};
		sw_map_add(&r->keys, sw_array_from(r->a, (struct sw_value *)sw_arena_memdup(r->a, pair, sizeof(pair)), 2),
			sw_null());
		return;
	}
	if (depth < DEPTH && v.type == SW_ARRAY)
		sw_array_foreach (e, v)
			gather(r, *e, depth + 1);
	if (depth < DEPTH && v.type == SW_OBJECT)
		sw_object_foreach (it, v)
			gather(r, it->v, depth + 1);
}

/* The pairs are in order: those of a provider stand beside each other. */
static void ask_all(struct resolve *r)
{
	struct sw_value pairs = sw_map_object(&r->keys);
	struct sw_map answers;
	sw_map_init(&answers, r->a);
	for (uint32_t i = 0; sw_defined(pairs) && i < pairs.n;) {
		struct sw_value provider = pairs.u.o->m[i].k.u.a->v[0];
		struct sw_list keys;
		sw_list_init(&keys, r->a);
		for (; i < pairs.n && sw_value_eq(pairs.u.o->m[i].k.u.a->v[0], provider); i++)
			sw_list_add(&keys, pairs.u.o->m[i].k.u.a->v[1]);
		struct sw_value items;
		struct sw_error err = {0};
		int rc = gk_external_fetch(r->gk->external, r->a, sw_value_str(provider), &keys, &items, &err);
		if (rc == -SW_ENOENT)
			continue;
		if (rc < 0)
			items = sw_string(sw_arena_str(r->a, sw_str_from(err.text)));
		sw_map_add(&answers, provider, items);
	}
	r->answers = sw_map_object(&answers);
}

/* ---- putting the answers in ---- */

/* The item of a key; the last of two counts. */
static struct sw_value find_item(struct sw_value items, struct sw_value key)
{
	struct sw_value found = sw_undef();
	if (items.type == SW_ARRAY)
		sw_array_foreach (it, items)
			if (sw_value_eq(sw_object_gets(*it, SW_STR("key")), key))
				found = *it;
	return found;
}

/* The value, or SW_UNDEF with the reason. */
static struct sw_value answer(struct resolve *r, struct sw_value p, struct sw_str *why)
{
	struct sw_str name = sw_value_getstr(p, "provider");
	struct sw_value got = sw_defined(r->answers) ? sw_object_gets(r->answers, name) : sw_undef();
	if (!sw_defined(got) || got.type == SW_STRING) {
		*why = got.type == SW_STRING
			       ? sw_value_str(got)
			       : sw_arena_printf(r->a, "failed to find external data provider %.*s in responses",
					 SW_STR_ARG(name));
		return sw_undef();
	}
	struct sw_value item = find_item(got, sw_object_gets(p, SW_STR("about")));
	struct sw_str error = sw_value_getstr(item, "error");
	struct sw_value v = sw_object_gets(item, SW_STR("value"));
	if (!sw_defined(item))
		*why = sw_arena_printf(r->a, "failed to find external data item in response for provider %.*s",
			SW_STR_ARG(name));
	else if (error.n)
		*why = sw_arena_printf(r->a, "failed to retrieve external data item from provider %.*s: %.*s",
			SW_STR_ARG(name), SW_STR_ARG(error));
	else if (v.type != SW_STRING)
		*why = sw_arena_printf(r->a,
			"failed to convert external data item value from provider %.*s to string, got type %s",
			SW_STR_ARG(name), v.type == SW_NUMBER ? "float64" : gk_go_type(v));
	else
		return v;
	return sw_undef();
}

static struct sw_value put_one(struct resolve *r, struct sw_value p)
{
	struct sw_str why = {NULL, 0}, policy = sw_value_getstr(p, "failurePolicy");
	struct sw_value v = answer(r, p, &why);
	if (sw_defined(v))
		return v;
	if (sw_str_is(policy, "Ignore"))
		return sw_object_gets(p, SW_STR("about"));
	if (sw_str_is(policy, "UseDefault"))
		return sw_object_gets(p, SW_STR("default"));
	for (uint32_t i = 0; i < r->errors.n; i++)
		if (sw_str_eq(sw_value_str(r->errors.v[i]), why))
			return sw_null();
	sw_list_add(&r->errors, sw_string(why));
	return sw_null();
}

/* Recursion: DEPTH. */
static struct sw_value put(struct resolve *r, struct sw_value v, uint32_t depth)
{
	struct sw_value p = placeholder_of(v);
	if (sw_defined(p))
		return put_one(r, p);
	if (depth < DEPTH && v.type == SW_ARRAY) {
		struct sw_list l;
		sw_list_init(&l, r->a);
		sw_array_foreach (e, v)
			sw_list_add(&l, put(r, *e, depth + 1));
		return sw_list_array(&l);
	}
	if (depth < DEPTH && v.type == SW_OBJECT) {
		struct sw_map m;
		sw_map_init(&m, r->a);
		sw_object_foreach (it, v)
			sw_map_add(&m, it->k, put(r, it->v, depth + 1));
		return sw_map_object(&m);
	}
	return v;
}

static int failed(const struct resolve *r, struct sw_error *err)
{
	sw_autobuf b;
	sw_buf_init(&b, sizeof(err->text));
	for (uint32_t i = 0; i < r->errors.n; i++)
		sw_buf_printf(&b, "%s%.*s", i ? ", " : "", SW_STR_ARG(sw_value_str(r->errors.v[i])));
	return sw_error_set(err, SW_EINVALID, "failed to resolve external data placeholders: %s%.*s%s",
		r->errors.n > 1 ? "[" : "", SW_STR_ARG(sw_buf_str(&b)), r->errors.n > 1 ? "]" : "");
}

int gk_provided_resolve(struct sw_gk *gk, struct sw_arena *a, struct sw_value *object, struct sw_error *err)
{
	struct resolve r = {.gk = gk, .a = a};
	sw_map_init(&r.keys, a);
	sw_list_init(&r.errors, a);
	gather(&r, *object, 0);
	if (!r.keys.n)
		return 0;
	ask_all(&r);
	struct sw_value v = put(&r, *object, 0);
	if (r.errors.n)
		return failed(&r, err);
	if (a->overflow || !sw_defined(v))
		return sw_error_set(err, SW_ELIMIT, "the mutated object is too large");
	*object = v;
	return 0;
}
