/* SPDX-License-Identifier: Apache-2.0 */
/* Which objects a constraint, an expansion or a mutator is about: all eight criteria must hold. */
#include "policy/gatekeeper/internal.h"

bool sw_gk_wildcard(struct sw_str pattern, struct sw_str name)
{
	bool front = pattern.n && pattern.p[0] == '*';
	bool back = pattern.n && pattern.p[pattern.n - 1] == '*';
	struct sw_str core = sw_str_sub(pattern, front, pattern.n);
	if (back && core.n)
		core.n--;
	if (front && back)
		return sw_str_has(name, core);
	if (front)
		return sw_str_ends(name, core);
	if (back)
		return sw_str_starts(name, core);
	return sw_str_eq(pattern, name);
}

/* generateName is a prefix of what the name will be. */
static bool wildcard_generate(struct sw_str pattern, struct sw_str prefix)
{
	if (!pattern.n || pattern.p[pattern.n - 1] != '*')
		return false;
	return sw_gk_wildcard(pattern, prefix);
}

static struct sw_value list_of(struct sw_value spec, const char *key)
{
	struct sw_value v = sw_object_gets(spec, sw_str_from(key));
	return v.type == SW_ARRAY ? v : sw_empty_array();
}

static bool is_namespace(const struct sw_kube_object *o)
{
	return sw_kube_is(o, "", "Namespace");
}

/* An empty list, "*" or the word itself. */
static bool list_allows(struct sw_value list, struct sw_str word)
{
	if (list.n == 0)
		return true;
	sw_array_foreach(e, list)
		if (e->type == SW_STRING &&
			(sw_str_is(sw_value_str(*e), "*") || sw_str_eq(sw_value_str(*e), word)))
			return true;
	return false;
}

bool gk_kinds_match(struct sw_value spec, struct sw_str group, struct sw_str kind)
{
	struct sw_value kinds = list_of(spec, "kinds");
	if (kinds.n == 0)
		return true;
	sw_array_foreach(k, kinds)
		if (list_allows(list_of(*k, "kinds"), kind) &&
			list_allows(list_of(*k, "apiGroups"), group))
			return true;
	return false;
}

static bool scope_matches(struct sw_value spec, const struct sw_gk_subject *s)
{
	struct sw_str scope = sw_value_getstr(spec, "scope");
	bool namespaced = s->object->ns.n || sw_defined(s->ns);
	if (sw_str_is(scope, "Cluster"))
		return is_namespace(s->object) || !namespaced;
	if (sw_str_is(scope, "Namespaced"))
		return !is_namespace(s->object) && namespaced;
	return true;
}

/* The namespace that lists of namespaces are about; p NULL for a cluster-wide object. */
static struct sw_str namespace_of(const struct sw_gk_subject *s)
{
	if (is_namespace(s->object))
		return s->object->name.p ? s->object->name : SW_STR("");
	if (sw_defined(s->ns)) { /* one without a name is in no list, but is no cluster-wide object either */
		struct sw_str name = sw_value_getstr(sw_object_gets(s->ns, SW_STR("metadata")), "name");
		return name.p ? name : SW_STR("");
	}
	return s->object->ns.n ? s->object->ns : (struct sw_str){NULL, 0};
}

static bool in_namespaces(struct sw_value list, struct sw_str ns)
{
	sw_array_foreach(e, list)
		if (e->type == SW_STRING && sw_gk_wildcard(sw_value_str(*e), ns))
			return true;
	return false;
}

static bool namespaces_match(struct sw_value spec, const struct sw_gk_subject *s)
{
	struct sw_value in = list_of(spec, "namespaces"), out = list_of(spec, "excludedNamespaces");
	if (in.n == 0 && out.n == 0)
		return true;
	struct sw_str ns = namespace_of(s);
	if (!ns.p)
		return true;
	return (in.n == 0 || in_namespaces(in, ns)) && !in_namespaces(out, ns);
}

static int selector_matches_namespace(
	const struct sw_gk_match *m, const struct sw_gk_subject *s, struct sw_error *err)
{
	if (is_namespace(s->object))
		return sw_selector_match(&m->namespaces, s->object->labels);
	if (sw_defined(s->ns)) {
		struct sw_value meta = sw_object_gets(s->ns, SW_STR("metadata"));
		return sw_selector_match(&m->namespaces, sw_object_gets(meta, SW_STR("labels")));
	}
	if (!s->object->ns.n)
		return 1;
	return sw_error_set(err, SW_EINVALID,
		"failed to run Match criteria: namespace selector for namespace-scoped object but missing "
		"Namespace");
}

static bool name_matches(struct sw_value spec, const struct sw_kube_object *o)
{
	struct sw_str name = sw_value_getstr(spec, "name");
	return !name.n || sw_gk_wildcard(name, o->name) || wildcard_generate(name, o->generate_name);
}

static int source_matches(struct sw_value spec, const struct sw_gk_subject *s, struct sw_error *err)
{
	struct sw_str source = sw_value_getstr(spec, "source");
	if (!source.n || sw_str_is(source, "All"))
		return 1;
	bool original = sw_str_is(source, "Original");
	if (!original && !sw_str_is(source, "Generated"))
		return sw_error_set(err, SW_EINVALID,
			"failed to run Match criteria: invalid source field \"%.*s\"", SW_STR_ARG(source));
	if (s->no_source)
		return sw_error_set(err, SW_EINVALID,
			"failed to run Match criteria: source field not specified for resource %.*s",
			SW_STR_ARG(s->object->name));
	return original == (s->source == SW_GK_ORIGINAL);
}

int sw_gk_match(const struct sw_gk_match *m, const struct sw_gk_subject *s, struct sw_error *err)
{
	if (m->spec.type != SW_OBJECT)
		return 1;
	if (!gk_kinds_match(m->spec, s->object->group, s->object->kind) || !scope_matches(m->spec, s) ||
		!namespaces_match(m->spec, s))
		return 0;
	if (m->has_labels && !sw_selector_match(&m->labels, s->object->labels))
		return 0;
	if (m->has_namespaces) {
		int r = selector_matches_namespace(m, s, err);
		if (r <= 0)
			return r;
	}
	if (!name_matches(m->spec, s->object))
		return 0;
	return source_matches(m->spec, s, err);
}

int sw_gk_match_init(
	struct sw_arena *a, struct sw_value spec, struct sw_gk_match *ret, struct sw_error *err)
{
	struct sw_gk_match m = {.spec = spec};
	struct sw_value labels = sw_object_gets(spec, SW_STR("labelSelector"));
	struct sw_value namespaces = sw_object_gets(spec, SW_STR("namespaceSelector"));
	int r = 0;
	if (labels.type == SW_OBJECT) {
		m.has_labels = true;
		r = sw_selector_from(a, labels, &m.labels, err);
	}
	if (r == 0 && namespaces.type == SW_OBJECT) {
		m.has_namespaces = true;
		r = sw_selector_from(a, namespaces, &m.namespaces, err);
	}
	if (r == 0)
		*ret = m;
	return r;
}
