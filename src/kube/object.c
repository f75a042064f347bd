/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/object.h"

static struct sw_str str_of(struct sw_value o, struct sw_value key)
{
	struct sw_value v = sw_object_get(o, key);
	return v.type == SW_STRING ? sw_value_str(v) : (struct sw_str){"", 0};
}

static struct sw_value object_of(struct sw_value o, struct sw_value key)
{
	struct sw_value v = sw_object_get(o, key);
	return v.type == SW_OBJECT ? v : sw_undef();
}

static int no_object(struct sw_value v, struct sw_error *err)
{
	if (v.type == SW_OBJECT)
		return 0;
	return sw_error_set(err, SW_EINVALID, "not a Kubernetes object: %s instead of a mapping",
		v.type == SW_STRING  ? "a text"
		: v.type == SW_ARRAY ? "a list"
				     : sw_type_name(v.type));
}

int sw_kube_object_init(struct sw_value v, struct sw_kube_object *ret, struct sw_error *err)
{
	int r = no_object(v, err);
	if (r)
		return r;
	struct sw_kube_object o = {.value = v};
	o.api_version = str_of(v, SW_VSTR("apiVersion"));
	o.kind = str_of(v, SW_VSTR("kind"));
	if (!o.api_version.n)
		return sw_error_set(err, SW_EINVALID, "not a Kubernetes object: no apiVersion");
	if (!o.kind.n)
		return sw_error_set(err, SW_EINVALID, "not a Kubernetes object: no kind");
	size_t slash = sw_str_chr(o.api_version, '/', 0);
	if (slash == SW_NPOS) {
		o.group = SW_STR("");
		o.version = o.api_version;
	} else {
		o.group = sw_str_sub(o.api_version, 0, slash);
		o.version = sw_str_sub(o.api_version, slash + 1, o.api_version.n);
		if (sw_str_chr(o.version, '/', 0) != SW_NPOS)
			return sw_error_set(err, SW_EINVALID,
				"not a Kubernetes object: apiVersion \"%.*s\" has more than one "
				"slash",
				SW_STR_ARG(sw_str_sub(o.api_version, 0, 80)));
	}
	o.metadata = object_of(v, SW_VSTR("metadata"));
	o.ns = str_of(o.metadata, SW_VSTR("namespace"));
	o.name = str_of(o.metadata, SW_VSTR("name"));
	o.generate_name = str_of(o.metadata, SW_VSTR("generateName"));
	o.uid = str_of(o.metadata, SW_VSTR("uid"));
	o.labels = object_of(o.metadata, SW_VSTR("labels"));
	o.annotations = object_of(o.metadata, SW_VSTR("annotations"));
	*ret = o;
	return 0;
}

struct sw_str sw_kube_object_name(const struct sw_kube_object *o)
{
	return o->name.n ? o->name : o->generate_name;
}

bool sw_kube_is(const struct sw_kube_object *o, const char *group, const char *kind)
{
	return sw_str_is(o->kind, kind) && sw_str_is(o->group, group);
}

static struct sw_str string_in(struct sw_value map, const char *key)
{
	struct sw_value v = sw_object_gets(map, sw_str_from(key));
	return v.type == SW_STRING ? sw_value_str(v) : (struct sw_str){NULL, 0};
}

struct sw_str sw_kube_label(const struct sw_kube_object *o, const char *key)
{
	return string_in(o->labels, key);
}

bool sw_kube_owner_at(const struct sw_kube_object *o, uint32_t index, struct sw_kube_owner *ret)
{
	struct sw_value refs = sw_object_gets(o->metadata, SW_STR("ownerReferences"));
	if (refs.type != SW_ARRAY || index >= refs.n)
		return false;
	struct sw_value ref = sw_array_at(refs, index);
	*ret = (struct sw_kube_owner){
		.api_version = str_of(ref, SW_VSTR("apiVersion")),
		.kind = str_of(ref, SW_VSTR("kind")),
		.name = str_of(ref, SW_VSTR("name")),
		.uid = str_of(ref, SW_VSTR("uid")),
		.controller = sw_is_true(sw_object_gets(ref, SW_STR("controller"))),
	};
	return true;
}

bool sw_kube_controller(const struct sw_kube_object *o, struct sw_kube_owner *ret)
{
	struct sw_kube_owner owner;
	for (uint32_t i = 0; sw_kube_owner_at(o, i, &owner); i++)
		if (owner.controller) {
			*ret = owner;
			return true;
		}
	return false;
}

bool sw_kube_is_list(struct sw_value v)
{
	return v.type == SW_OBJECT && sw_str_ends(str_of(v, SW_VSTR("kind")), SW_STR("List")) &&
	       str_of(v, SW_VSTR("apiVersion")).n > 0 && sw_object_gets(v, SW_STR("items")).type == SW_ARRAY;
}

struct sw_value sw_kube_list_adopt(struct sw_arena *a, struct sw_value head, struct sw_value item)
{
	struct sw_str kind = str_of(head, SW_VSTR("kind"));
	if (item.type != SW_OBJECT || sw_str_is(kind, "List") || !sw_str_ends(kind, SW_STR("List")))
		return item;
	bool has_kind = sw_defined(sw_object_gets(item, SW_STR("kind")));
	bool has_version = sw_defined(sw_object_gets(item, SW_STR("apiVersion")));
	if (has_kind && has_version)
		return item;
	uint32_t n = item.n + !has_kind + !has_version, at = 0;
	struct sw_member *m = sw_arena_new_array(a, n, struct sw_member);
	struct sw_span *spans =
		item.u.o->spans ? sw_arena_new_array(a, 2 * (size_t)n, struct sw_span) : NULL;
	struct sw_object *o = sw_arena_new(a, struct sw_object);
	if (!m || !o || (item.u.o->spans && !spans))
		return sw_undef();
	struct sw_member added[2] = {
		{SW_VSTR("apiVersion"), sw_string(str_of(head, SW_VSTR("apiVersion")))},
		{SW_VSTR("kind"), sw_string(sw_str_sub(kind, 0, kind.n - 4))},
	};
	uint32_t next = has_version ? 1 : 0, end = has_kind ? 1 : 2;
	for (uint32_t i = 0; i <= item.n; i++) {
		while (next < end &&
			(i == item.n || sw_value_cmp(added[next].k, item.u.o->m[i].k) < 0)) {
			if (spans)
				spans[2 * at] = spans[2 * at + 1] = (struct sw_span){0, 0};
			m[at++] = added[next++];
		}
		if (i == item.n)
			break;
		if (spans)
			memcpy(&spans[2 * at], &item.u.o->spans[2 * i], 2 * sizeof(*spans));
		m[at++] = item.u.o->m[i];
	}
	*o = (struct sw_object){m, spans, sw_members_keys(m, n)};
	return (struct sw_value){.type = SW_OBJECT, .n = n, .u.o = o};
}

struct sw_value sw_kube_list_item(struct sw_arena *a, struct sw_value list, uint32_t i)
{
	struct sw_value items = sw_object_gets(list, SW_STR("items"));
	if (items.type != SW_ARRAY || i >= items.n)
		return sw_undef();
	return sw_kube_list_adopt(a, list, sw_array_at(items, i));
}
