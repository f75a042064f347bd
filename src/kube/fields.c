/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/fields.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/embed.h"

extern const struct sw_embed sw_embed_kube[];

/* ---- the table ---- */

/* The line of a type: lines are sorted by their first word. p NULL: there is none. */
static struct sw_str find_type(struct sw_str name)
{
	struct sw_str all = sw_embed_kube[0].text;
	for (size_t lo = 0, hi = all.n; lo < hi;) {
		size_t at = lo + (hi - lo) / 2;
		while (at > lo && all.p[at - 1] != '\n')
			at--;
		size_t end = sw_str_chr(all, '\n', at);
		struct sw_str line = sw_str_sub(all, at, end);
		struct sw_str word = sw_str_sub(line, 0, sw_str_chr(line, ' ', 0));
		if (word.n && word.p[word.n - 1] == '!')
			word.n--;
		int c = sw_str_cmp(name, word);
		if (c == 0)
			return line;
		if (c < 0)
			hi = at;
		else
			lo = end + 1;
	}
	return (struct sw_str){0};
}

static struct sw_kube_shape shape_of_type(struct sw_str name, bool atomic)
{
	struct sw_str line = find_type(name), word;
	if (!line.p || !sw_str_split(&line, ' ', &word))
		return (struct sw_kube_shape){.kind = SW_KUBE_ANY};
	bool whole = sw_str_ends(word, SW_STR("!"));
	return (struct sw_kube_shape){.kind = SW_KUBE_STRUCT,
		.atomic = atomic || whole,
		.type = sw_str_sub(word, 0, word.n - whole),
		.text = line};
}

static struct sw_kube_shape shape_of_list(struct sw_str what)
{
	size_t end = sw_str_chr(what, ']', 0);
	struct sw_str keys = sw_str_sub(what, 1, end);
	struct sw_kube_shape s = {.kind = SW_KUBE_LIST, .text = sw_str_sub(what, end + 1, what.n)};
	s.set = sw_str_is(keys, "=");
	s.keyed = keys.n && !s.set;
	s.atomic = !keys.n;
	s.keys = keys;
	return s;
}

/* What stands behind a name, or behind the brackets of a list. */
static struct sw_kube_shape shape_of_text(struct sw_str what)
{
	switch (what.n ? what.p[0] : 0) {
	case '#':
		return (struct sw_kube_shape){.kind = SW_KUBE_NUMBER};
	case '?':
		return (struct sw_kube_shape){.kind = SW_KUBE_BOOL};
	case '~':
		return (struct sw_kube_shape){.kind = SW_KUBE_SCALAR};
	case '*':
		return (struct sw_kube_shape){.kind = SW_KUBE_ANY};
	case '[':
		return shape_of_list(what);
	case '{': {
		size_t end = sw_str_chr(what, '}', 0);
		return (struct sw_kube_shape){.kind = SW_KUBE_MAP,
			.atomic = end == 2,
			.text = sw_str_sub(what, end + 1, what.n)};
	}
	case ':': {
		bool atomic = what.p[what.n - 1] == '!';
		return shape_of_type(sw_str_sub(what, 1, what.n - atomic), atomic);
	}
	default:
		return (struct sw_kube_shape){.kind = SW_KUBE_STRING};
	}
}

static size_t name_length(struct sw_str word)
{
	size_t n = 0;
	while (n < word.n && !strchr("#?~*[{:=", word.p[n]))
		n++;
	return n;
}

/* What stands behind the field's name in the list of fields; p NULL: there is no such field. */
static struct sw_str find_field(struct sw_str fields, struct sw_str name)
{
	struct sw_str word;
	while (sw_str_split(&fields, ' ', &word)) {
		size_t n = name_length(word);
		if (sw_str_eq(sw_str_sub(word, 0, n), name))
			return sw_str_sub(word, n, word.n);
	}
	return (struct sw_str){0};
}

/* "networking.k8s.io", "v1", "Ingress": "networking.v1.Ingress" */
static struct sw_kube_shape shape_of_kind(const struct sw_kube_object *o)
{
	char name[256];
	struct sw_str group = sw_str_sub(o->group, 0, sw_str_chr(o->group, '.', 0));
	if (!o->group.n)
		group = SW_STR("core");
	if (sw_str_is(o->group, "internal.apiserver.k8s.io"))
		group = SW_STR("apiserverinternal");
	int n = snprintf(name, sizeof(name), "%.*s.%.*s.%.*s", SW_STR_ARG(group),
		SW_STR_ARG(o->version), SW_STR_ARG(o->kind));
	if (n < 0 || (size_t)n >= sizeof(name))
		return (struct sw_kube_shape){.kind = SW_KUBE_ANY};
	return shape_of_type(sw_str_make(name, (size_t)n), false);
}

/* ---- the schemas of custom resources ---- */

static bool is(struct sw_value schema, const char *key, const char *text)
{
	return sw_str_is(sw_value_getstr(schema, key), text);
}

static struct sw_kube_shape shape_of_schema(struct sw_value v)
{
	struct sw_kube_shape s = {.kind = SW_KUBE_ANY, .schema = v};
	bool fields = sw_object_gets(v, SW_STR("properties")).type == SW_OBJECT;
	if (sw_is_true(sw_object_gets(v, SW_STR("x-kubernetes-int-or-string"))))
		s.kind = SW_KUBE_SCALAR;
	else if (is(v, "type", "string"))
		s.kind = SW_KUBE_STRING;
	else if (is(v, "type", "integer") || is(v, "type", "number"))
		s.kind = SW_KUBE_NUMBER;
	else if (is(v, "type", "boolean"))
		s.kind = SW_KUBE_BOOL;
	else if (is(v, "type", "array"))
		s.kind = SW_KUBE_LIST;
	else if (sw_is_true(sw_object_gets(v, SW_STR("x-kubernetes-preserve-unknown-fields"))) &&
		 !fields)
		s.kind = SW_KUBE_ANY;
	else if (is(v, "type", "object"))
		s.kind = fields ? SW_KUBE_STRUCT : SW_KUBE_MAP;
	if (s.kind == SW_KUBE_LIST) {
		s.set = is(v, "x-kubernetes-list-type", "set");
		s.keyed = is(v, "x-kubernetes-list-type", "map");
		s.atomic = !s.set && !s.keyed;
	} else {
		s.atomic = is(v, "x-kubernetes-map-type", "atomic");
	}
	return s;
}

static bool schema_member(
	const struct sw_kube_shape *s, struct sw_str name, struct sw_kube_shape *ret)
{
	struct sw_value v = sw_object_gets(sw_object_gets(s->schema, SW_STR("properties")), name);
	if (!sw_defined(v))
		v = sw_object_gets(s->schema, SW_STR("additionalProperties"));
	*ret = shape_of_schema(v);
	return s->kind != SW_KUBE_STRUCT || v.type == SW_OBJECT ||
	       sw_is_true(
		       sw_object_gets(s->schema, SW_STR("x-kubernetes-preserve-unknown-fields")));
}

/* ---- both ---- */

struct sw_kube_shape sw_kube_shape_of(const struct sw_kube_object *o, struct sw_value schema)
{
	struct sw_kube_shape s = shape_of_kind(o);
	if (s.kind == SW_KUBE_STRUCT)
		return s;
	if (schema.type == SW_OBJECT)
		s = shape_of_schema(schema);
	s.root = true;
	return s;
}

bool sw_kube_shape_member(
	const struct sw_kube_shape *s, struct sw_str name, struct sw_kube_shape *ret)
{
	if (s->root && sw_str_is(name, "metadata")) {
		*ret = shape_of_type(SW_STR("meta.v1.ObjectMeta"), false);
		return true;
	}
	if (s->root && (sw_str_is(name, "apiVersion") || sw_str_is(name, "kind"))) {
		*ret = (struct sw_kube_shape){.kind = SW_KUBE_STRING};
		return true;
	}
	if (s->kind == SW_KUBE_ANY && !sw_defined(s->schema)) {
		*ret = (struct sw_kube_shape){.kind = SW_KUBE_ANY};
		return true;
	}
	if (sw_defined(s->schema))
		return schema_member(s, name, ret);
	struct sw_str what = s->kind == SW_KUBE_MAP ? s->text : find_field(s->text, name);
	if (s->kind == SW_KUBE_MAP && !what.p)
		what = SW_STR("");
	if (what.p)
		*ret = shape_of_text(what);
	return what.p != NULL;
}

struct sw_kube_shape sw_kube_shape_element(const struct sw_kube_shape *s)
{
	if (sw_defined(s->schema))
		return shape_of_schema(sw_object_gets(s->schema, SW_STR("items")));
	return s->kind == SW_KUBE_LIST ? shape_of_text(s->text)
				       : (struct sw_kube_shape){.kind = SW_KUBE_ANY};
}

struct sw_str sw_kube_shape_key(const struct sw_kube_shape *s, uint32_t i)
{
	struct sw_value keys = sw_object_gets(s->schema, SW_STR("x-kubernetes-list-map-keys"));
	struct sw_str rest = s->keys, key;
	if (sw_defined(s->schema))
		return keys.type == SW_ARRAY && i < keys.n && keys.u.a->v[i].type == SW_STRING
			       ? sw_value_str(keys.u.a->v[i])
			       : (struct sw_str){0};
	while (sw_str_split(&rest, ',', &key))
		if (i-- == 0)
			return key;
	return (struct sw_str){0};
}

struct sw_value sw_kube_shape_key_default(const struct sw_kube_shape *s, struct sw_str key)
{
	struct sw_kube_shape element = sw_kube_shape_element(s);
	if (sw_defined(s->schema))
		return sw_object_gets(
			sw_object_gets(sw_object_gets(element.schema, SW_STR("properties")), key),
			SW_STR("default"));
	struct sw_str what = find_field(element.text, key);
	size_t at = what.p ? sw_str_chr(what, '=', 0) : SW_NPOS;
	if (at == SW_NPOS || (what.p[0] != '=' && what.p[0] != '#'))
		return sw_undef();
	struct sw_str text = sw_str_sub(what, at + 1, what.n);
	return what.p[0] == '#' ? sw_int(strtoll(text.p, NULL, 10)) : sw_string(text);
}
