/* SPDX-License-Identifier: Apache-2.0 */
/* Capabilities: which builtins, features and keywords policies may use. */
#include <stdlib.h>

#include "rego/compile/internal.h"

int sw_rego_caps_default(struct sw_arena *a, struct sw_rego_caps **ret, struct sw_error *err)
{
	struct sw_rego_caps *c = sw_arena_new(a, struct sw_rego_caps);
	size_t n;
	const struct sw_builtin *const *all = sw_builtin_all(&n);
	const struct sw_builtin **v = sw_arena_array(a, n + 1, sizeof(*v));
	if (!c || !v)
		return sw_error_set(err, SW_ELIMIT, "out of memory for capabilities");
	memcpy(v, all, n * sizeof(*v));
	c->builtins = v;
	c->n_builtins = (uint32_t)n;
	c->all_features = true;
	*ret = c;
	return 0;
}

const struct sw_builtin *sw_rego_caps_find(const struct sw_rego_caps *c, struct sw_str name)
{
	uint32_t lo = 0, hi = c->n_builtins;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		int d = sw_str_cmp(sw_str_from(c->builtins[mid]->name), name);
		if (!d)
			return c->builtins[mid];
		if (d < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

bool sw_rego_caps_feature(const struct sw_rego_caps *c, const char *name)
{
	if (c->all_features)
		return true;
	for (uint32_t i = 0; i < c->n_features; i++)
		if (sw_str_is(c->features[i], name))
			return true;
	return false;
}

static int by_name(const void *a, const void *b)
{
	return strcmp((*(const struct sw_builtin *const *)a)->name,
		(*(const struct sw_builtin *const *)b)->name);
}

static int read_strings(struct sw_arena *a, struct sw_value v, struct sw_str **ret, uint32_t *ret_n,
	const char *what, struct sw_error *err)
{
	*ret_n = 0;
	if (!sw_defined(v) || sw_is(v, SW_NULL))
		return 0;
	if (!sw_is(v, SW_ARRAY))
		return sw_error_set(err, SW_EINVALID, "capabilities: %s is not an array", what);
	struct sw_str *out = sw_arena_array(a, v.n + 1, sizeof(*out));
	if (!out)
		return sw_error_set(err, SW_ELIMIT, "out of memory for capabilities");
	for (uint32_t i = 0; i < v.n; i++) {
		if (!sw_is(v.u.a->v[i], SW_STRING))
			return sw_error_set(err, SW_EINVALID,
				"capabilities: %s holds something that is no string", what);
		out[i] = sw_value_str(v.u.a->v[i]);
	}
	*ret = out;
	*ret_n = v.n;
	return 0;
}

/* A function that this build does not have: known to the compiler, an error when called. */
static int read_foreign(struct sw_arena *a, struct sw_value v, struct sw_str name,
	const struct sw_builtin **ret, struct sw_error *err)
{
	const struct sw_rego_type *t;
	sw_autobuf b = {0};
	int rc = sw_rego_type_json(a, sw_object_gets(v, SW_STR("decl")), &t, err);
	if (rc < 0)
		return sw_error_prefix(err, "builtin %.*s", SW_STR_ARG(name));
	sw_buf_init(&b, 1 << 16);
	sw_buf_addch(&b, '(');
	for (uint32_t i = 0; i < t->n; i++) {
		sw_buf_addz(&b, i ? ", " : "");
		sw_rego_type_print(&b, t->items[i]);
	}
	sw_buf_addz(&b, ") ");
	if (t->result)
		sw_rego_type_print(&b, t->result);
	struct sw_builtin *row = sw_arena_new(a, struct sw_builtin);
	char *n = sw_arena_cstr(a, name), *decl = sw_arena_cstr(a, sw_buf_str(&b));
	if (!row || !n || !decl)
		return sw_error_set(err, SW_ELIMIT, "out of memory for capabilities");
	row->name = n;
	row->decl = decl;
	row->flags = SW_BUILTIN_NO_CONST;
	*ret = row;
	return 0;
}

int sw_rego_caps_read(
	struct sw_arena *a, struct sw_value doc, struct sw_rego_caps **ret, struct sw_error *err)
{
	struct sw_rego_caps *c = sw_arena_new(a, struct sw_rego_caps);
	struct sw_value list = sw_object_gets(doc, SW_STR("builtins"));
	if (!sw_is(doc, SW_OBJECT))
		return sw_error_set(err, SW_EINVALID, "capabilities: not an object");
	uint32_t n = sw_is(list, SW_ARRAY) ? list.n : 0;
	const struct sw_builtin **v = sw_arena_array(a, n + 1, sizeof(*v));
	if (!c || !v)
		return sw_error_set(err, SW_ELIMIT, "out of memory for capabilities");
	c->builtins = v;
	for (uint32_t i = 0; i < n; i++) {
		struct sw_str name = sw_value_getstr(list.u.a->v[i], "name");
		if (!name.n)
			return sw_error_set(
				err, SW_EINVALID, "capabilities: a builtin has no name");
		const struct sw_builtin *b = sw_builtin_find(name);
		int rc = b ? 0 : read_foreign(a, list.u.a->v[i], name, &b, err);
		if (rc < 0)
			return rc;
		v[c->n_builtins++] = b;
	}
	if (n > 1)
		qsort(v, n, sizeof(*v), by_name);
	int rc = read_strings(a, sw_object_gets(doc, SW_STR("features")), &c->features,
		&c->n_features, "features", err);
	if (!rc)
		rc = read_strings(a, sw_object_gets(doc, SW_STR("future_keywords")), &c->keywords,
			&c->n_keywords, "future_keywords", err);
	if (rc < 0)
		return rc;
	*ret = c;
	return 0;
}
