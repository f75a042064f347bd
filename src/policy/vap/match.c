/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/vap/match.h"

#include "kube/kinds.h"

static int selector(struct sw_arena *a, struct sw_value v, struct sw_selector *ret, bool *ret_has,
	struct sw_error *err)
{
	*ret_has = v.type == SW_OBJECT && v.n > 0;
	return *ret_has ? sw_selector_from(a, v, ret, err) : 0;
}

int vap_match_init(
	struct sw_arena *a, struct sw_value v, struct vap_match *ret, struct sw_error *err)
{
	*ret = (struct vap_match){0};
	if (v.type != SW_OBJECT)
		return 0;
	struct sw_value rules = sw_object_gets(v, SW_STR("resourceRules"));
	struct sw_value exclude = sw_object_gets(v, SW_STR("excludeResourceRules"));
	if (rules.type == SW_ARRAY)
		ret->rules = rules;
	if (exclude.type == SW_ARRAY)
		ret->exclude = exclude;
	ret->exact = sw_str_is(sw_value_getstr(v, "matchPolicy"), "Exact");
	int r = selector(a, sw_object_gets(v, SW_STR("objectSelector")), &ret->objects,
		&ret->has_objects, err);
	if (r < 0)
		return sw_error_prefix(err, "objectSelector: ");
	r = selector(a, sw_object_gets(v, SW_STR("namespaceSelector")), &ret->namespaces,
		&ret->has_namespaces, err);
	return r < 0 ? sw_error_prefix(err, "namespaceSelector: ") : 0;
}

/* ---- what it is ---- */

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 32) : c;
}

/* A custom resource's plural is its kind's in lower case by the rules of English, as tools guess
 * it. */
static struct sw_str guess(struct sw_arena *a, struct sw_str kind)
{
	struct sw_str s = sw_arena_printf(a, "%.*sies", SW_STR_ARG(kind));
	char *p = (char *)(uintptr_t)s.p;
	if (!p || !kind.n)
		return (struct sw_str){0};
	for (size_t i = 0; i < kind.n; i++)
		p[i] = lower(p[i]);
	char last = p[kind.n - 1], before = kind.n > 1 ? p[kind.n - 2] : 0;
	if (last == 'y' && !strchr("aeiou", before)) {
		memcpy(p + kind.n - 1, "ies", 3);
		return sw_str_make(p, kind.n + 2);
	}
	bool es = last == 's' || last == 'x' || (last == 'h' && (before == 'c' || before == 's'));
	memcpy(p + kind.n, es ? "es" : "s", es ? 2 : 1);
	return sw_str_make(p, kind.n + (es ? 2 : 1));
}

struct sw_str vap_resource(struct sw_arena *a, const struct sw_vap_review *r)
{
	struct sw_str s =
		sw_value_getstr(sw_object_gets(r->admission, SW_STR("resource")), "resource");
	const struct sw_kube_kind *k = sw_kube_kind_find(r->object->group, r->object->kind);
	if (s.n)
		return s;
	return k ? sw_str_from(k->resource) : guess(a, r->object->kind);
}

/* ---- rules ---- */

static bool listed(struct sw_value list, struct sw_str s)
{
	if (list.type != SW_ARRAY)
		return false;
	sw_array_foreach (e, list)
		if (e->type == SW_STRING &&
			(sw_str_is(sw_value_str(*e), "*") || sw_str_eq(sw_value_str(*e), s)))
			return true;
	return false;
}

/* "pods", "pods/status", any of both may be a star: a bare name is about no subresource. */
static bool resource_listed(struct sw_value list, struct sw_str resource, struct sw_str sub)
{
	if (list.type != SW_ARRAY)
		return false;
	sw_array_foreach (e, list) {
		if (e->type != SW_STRING)
			continue;
		struct sw_str s = sw_value_str(*e);
		size_t slash = sw_str_chr(s, '/', 0);
		struct sw_str name = sw_str_sub(s, 0, slash == SW_NPOS ? s.n : slash);
		struct sw_str tail = slash == SW_NPOS ? SW_STR("") : sw_str_sub(s, slash + 1, s.n);
		if (!sw_str_is(name, "*") && !sw_str_eq(name, resource))
			continue;
		if (sw_str_eq(tail, sub) || sw_str_is(tail, "*"))
			return true;
	}
	return false;
}

static bool is_namespaced(const struct sw_vap_review *r)
{
	const struct sw_kube_kind *k = sw_kube_kind_find(r->object->group, r->object->kind);
	return k ? k->namespaced : r->object->ns.n > 0;
}

static bool rule_fits(
	struct sw_value rule, const struct sw_vap_review *r, struct sw_str resource, bool exact)
{
	struct sw_value names = sw_object_gets(rule, SW_STR("resourceNames"));
	struct sw_str scope = sw_value_getstr(rule, "scope");
	struct sw_str sub = sw_value_getstr(r->admission, "subResource");
	bool namespaced = is_namespaced(r);
	if (!listed(sw_object_gets(rule, SW_STR("apiGroups")), r->object->group) ||
		!listed(sw_object_gets(rule, SW_STR("operations")), r->operation) ||
		!resource_listed(sw_object_gets(rule, SW_STR("resources")), resource, sub))
		return false;
	if (exact && !listed(sw_object_gets(rule, SW_STR("apiVersions")), r->object->version))
		return false;
	if (names.type == SW_ARRAY && names.n && !listed(names, r->object->name))
		return false;
	return !(sw_str_is(scope, "Cluster") && namespaced) &&
	       !(sw_str_is(scope, "Namespaced") && !namespaced);
}

static bool any_rule(
	struct sw_value rules, const struct sw_vap_review *r, struct sw_str resource, bool exact)
{
	sw_array_foreach (rule, rules)
		if (rule_fits(*rule, r, resource, exact))
			return true;
	return false;
}

/* ---- selectors ---- */

static struct sw_value labels_of(struct sw_value object)
{
	return sw_value_path(object, "metadata", "labels", NULL);
}

static bool object_selected(const struct vap_match *m, const struct sw_vap_review *r)
{
	if (!m->has_objects)
		return true;
	return (sw_defined(r->value) && sw_selector_match(&m->objects, labels_of(r->value))) ||
	       (sw_defined(r->old_value) &&
		       sw_selector_match(&m->objects, labels_of(r->old_value)));
}

/* The label that every Namespace has tells its name; the others must be known. */
static int namespace_selected(const struct vap_match *m, const struct sw_vap_review *r)
{
	bool is_ns = sw_kube_is(r->object, "", "Namespace");
	if (!m->has_namespaces || (!is_ns && !is_namespaced(r)))
		return 1;
	struct sw_value ns = is_ns ? r->object->value : r->ns;
	struct sw_str name = is_ns	       ? r->object->name
			     : r->object->ns.n ? r->object->ns
					       : SW_STR("default");
	struct sw_value labels = labels_of(ns);
	struct sw_member own[64];
	uint32_t n = 0;
	bool named = false;
	if (!sw_defined(ns))
		for (uint32_t i = 0; i < m->namespaces.n; i++)
			if (!sw_str_is(m->namespaces.terms[i].key, "kubernetes.io/metadata.name"))
				return -SW_ENOENT;
	if (labels.type == SW_OBJECT &&
		sw_defined(sw_object_gets(labels, SW_STR("kubernetes.io/metadata.name"))))
		return sw_selector_match(&m->namespaces, labels);
	struct sw_member add = {SW_VSTR("kubernetes.io/metadata.name"), sw_string(name)};
	if (labels.type == SW_OBJECT)
		for (uint32_t i = 0; i < labels.n && n < 62; i++) {
			if (!named && sw_value_cmp(add.k, labels.u.o->m[i].k) < 0) {
				own[n++] = add;
				named = true;
			}
			own[n++] = labels.u.o->m[i];
		}
	if (!named)
		own[n++] = add;
	struct sw_object body = {.m = own};
	return sw_selector_match(
		&m->namespaces, (struct sw_value){.type = SW_OBJECT, .n = n, .u.o = &body});
}

int vap_match(const struct vap_match *m, const struct sw_vap_review *r)
{
	sw_autoarena a;
	sw_arena_init(&a, 1 << 20);
	struct sw_str resource = vap_resource(&a, r);
	if (sw_defined(m->exclude) && any_rule(m->exclude, r, resource, m->exact))
		return 0;
	if (sw_defined(m->rules) && m->rules.n && !any_rule(m->rules, r, resource, m->exact))
		return 0;
	return object_selected(m, r) ? namespace_selected(m, r) : 0;
}
