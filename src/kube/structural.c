/* SPDX-License-Identifier: Apache-2.0 */
/* Is a schema one that a CustomResourceDefinition may have? apiextensions-apiserver 0.36: pkg/apiserver/schema/validation.go and
 * pkg/apis/apiextensions/validation. */
#include "base/re2.h"
#include "doc/json.h"
#include "kube/openapi.h"

enum { DEPTH_MAX = 64, TEXT_MAX = 1 << 16, PATH_MAX_BYTES = 4096 };

struct check {
	struct sw_arena *a;
	struct sw_buf path, text;
	uint32_t n;
};

__attribute__((format(printf, 3, 4))) static void add(struct check *c, const char *field, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	sw_buf_printf(&c->text, "%s%.*s%s%s: ", c->n++ ? ", " : "", SW_STR_ARG(sw_buf_str(&c->path)), *field ? "." : "", field);
	sw_buf_vprintf(&c->text, fmt, ap);
	va_end(ap);
}

static struct sw_value get(struct sw_value schema, const char *key)
{
	return sw_object_gets(schema, sw_str_from(key));
}

static bool yes(struct sw_value schema, const char *key)
{
	return sw_is_true(get(schema, key));
}

/* Go's reading fails on these before anything is checked. */
static bool types_of_words(struct check *c, struct sw_value s)
{
	static const struct {
		const char *key, *go;
		enum sw_type type;
	} words[] = {{"type", "string", SW_STRING}, {"format", "string", SW_STRING}, {"pattern", "string", SW_STRING},
		{"title", "string", SW_STRING}, {"description", "string", SW_STRING}, {"$ref", "string", SW_STRING},
		{"maxLength", "int64", SW_NUMBER}, {"minLength", "int64", SW_NUMBER}, {"maxItems", "int64", SW_NUMBER},
		{"minItems", "int64", SW_NUMBER}, {"maxProperties", "int64", SW_NUMBER}, {"minProperties", "int64", SW_NUMBER},
		{"maximum", "float64", SW_NUMBER}, {"minimum", "float64", SW_NUMBER}, {"multipleOf", "float64", SW_NUMBER},
		{"uniqueItems", "bool", SW_BOOL}, {"nullable", "bool", SW_BOOL}, {"exclusiveMaximum", "bool", SW_BOOL},
		{"exclusiveMinimum", "bool", SW_BOOL}, {"required", "[]string", SW_ARRAY}, {"enum", "[]v1.JSON", SW_ARRAY},
		{"allOf", "[]v1.JSONSchemaProps", SW_ARRAY}, {"anyOf", "[]v1.JSONSchemaProps", SW_ARRAY},
		{"oneOf", "[]v1.JSONSchemaProps", SW_ARRAY}, {"not", "v1.JSONSchemaProps", SW_OBJECT},
		{"properties", "map[string]v1.JSONSchemaProps", SW_OBJECT},
		{"x-kubernetes-preserve-unknown-fields", "bool", SW_BOOL}, {"x-kubernetes-int-or-string", "bool", SW_BOOL},
		{"x-kubernetes-embedded-resource", "bool", SW_BOOL}, {"x-kubernetes-list-type", "string", SW_STRING},
		{"x-kubernetes-map-type", "string", SW_STRING}, {"x-kubernetes-list-map-keys", "[]string", SW_ARRAY}};
	uint32_t before = c->n;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		struct sw_value v = get(s, words[i].key);
		if (sw_defined(v) && v.type != SW_NULL && v.type != words[i].type)
			add(c, words[i].key, "cannot unmarshal %s into a field of type %s", sw_type_name((enum sw_type)v.type), words[i].go);
	}
	return c->n == before;
}

/* Words of OpenAPI that no CustomResourceDefinition may use, at any depth. */
static void forbidden_words(struct check *c, struct sw_value s)
{
	static const char *const none[] = {
		"$ref", "definitions", "dependencies", "patternProperties", "additionalItems", "id"};
	struct sw_value properties = get(s, "properties"), more = get(s, "additionalProperties"), type = get(s, "type");
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		if (sw_defined(get(s, none[i])))
			add(c, none[i], "Forbidden: %s is not supported", none[i]);
	if (yes(s, "uniqueItems"))
		add(c, "uniqueItems", "Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic");
	if (properties.type == SW_OBJECT && properties.n && (more.type == SW_OBJECT || sw_is_true(more)))
		add(c, "additionalProperties", "Forbidden: additionalProperties and properties are mutual exclusive");
	if (get(s, "items").type == SW_ARRAY)
		add(c, "items", "Forbidden: items must be a schema object and not an array");
	static const char *const types[] = {"array", "boolean", "integer", "number", "object", "string", ""};
	bool known = type.type != SW_STRING;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]) && !known; i++)
		known = sw_str_is(sw_value_str(type), types[i]);
	if (!known)
		add(c, "type",
			"Unsupported value: \"%.*s\": supported values: \"array\", \"boolean\", \"integer\", \"number\", \"object\", "
			"\"string\"",
			SW_STR_ARG(sw_value_str(type)));
}

static void list_type(struct check *c, struct sw_value s)
{
	struct sw_str type = sw_value_getstr(s, "x-kubernetes-list-type");
	struct sw_value keys = get(s, "x-kubernetes-list-map-keys");
	bool map = sw_str_is(type, "map"), has_keys = keys.type == SW_ARRAY && keys.n;
	if (type.n && !sw_str_is(sw_value_getstr(s, "type"), "array"))
		add(c, "type", "Invalid value: \"%.*s\": must be array if x-kubernetes-list-type is \"%.*s\"",
			SW_STR_ARG(sw_value_getstr(s, "type")), SW_STR_ARG(type));
	if (type.n && !map && !sw_str_is(type, "set") && !sw_str_is(type, "atomic"))
		add(c, "x-kubernetes-list-type",
			"Unsupported value: \"%.*s\": supported values: \"atomic\", \"map\", \"set\"", SW_STR_ARG(type));
	if (map && !has_keys)
		add(c, "x-kubernetes-list-map-keys", "Required value: must not be empty if x-kubernetes-list-type is map");
	if (!map && has_keys)
		add(c, "x-kubernetes-list-map-keys", "Forbidden: must be empty if x-kubernetes-list-type is not map");
}

static void pattern_and_default(struct check *c, struct sw_value s)
{
	struct sw_str pattern = sw_value_getstr(s, "pattern");
	struct sw_value usual = get(s, "default");
	struct sw_error e = {0};
	if (pattern.n && sw_re2_check(pattern, &e) < 0)
		add(c, "pattern", "Invalid value: \"%.*s\": must be a valid regular expression, but isn't: %s", SW_STR_ARG(pattern),
			e.text);
	if (sw_defined(usual) && usual.type != SW_NULL && sw_openapi_validate(c->a, s, usual, SW_STR(""), &e) < 0)
		add(c, "default", "Invalid value: %s", e.text);
}

/* ---- the way down ---- */

enum level { ROOT, ITEM, FIELD };

typedef void walk_fn(struct check *c, struct sw_value s, enum level level, int depth);

__attribute__((format(printf, 6, 7))) static void below(
	struct check *c, struct sw_value s, enum level level, int depth, walk_fn *fn, const char *fmt, ...)
{
	size_t n = c->path.n;
	va_list ap;
	if (s.type != SW_OBJECT || depth >= DEPTH_MAX)
		return;
	va_start(ap, fmt);
	sw_buf_vprintf(&c->path, fmt, ap);
	va_end(ap);
	fn(c, s, level, depth + 1);
	c->path.n = n;
}

static void each_property(struct check *c, struct sw_value s, int depth, walk_fn *fn)
{
	struct sw_value properties = get(s, "properties");
	if (properties.type == SW_OBJECT)
		sw_object_foreach (it, properties)
			below(c, it->v, FIELD, depth, fn, ".properties[%.*s]", SW_STR_ARG(sw_value_str(it->k)));
}

static walk_fn junctor;

/* {type: integer}, {type: string}: what may stand beside x-kubernetes-int-or-string. */
static bool is_int_or_string(struct sw_value list)
{
	if (list.type != SW_ARRAY || list.n != 2)
		return false;
	struct sw_value x = list.u.a->v[0], y = list.u.a->v[1];
	return x.n == 1 && y.n == 1 && sw_str_is(sw_value_getstr(x, "type"), "integer") &&
	       sw_str_is(sw_value_getstr(y, "type"), "string");
}

static void junctors(struct check *c, struct sw_value s, enum level level, int depth)
{
	static const char *const names[] = {"anyOf", "allOf", "oneOf"};
	for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++) {
		struct sw_value l = get(s, names[k]);
		if (l.type != SW_ARRAY || (k == 0 && is_int_or_string(l)))
			continue;
		for (uint32_t i = 0; i < l.n; i++)
			if (!(k == 1 && i == 0 && is_int_or_string(get(l.u.a->v[0], "anyOf")) && l.u.a->v[0].n == 1))
				below(c, l.u.a->v[i], level, depth, junctor, ".%s[%u]", names[k], i);
	}
	below(c, get(s, "not"), level, depth, junctor, ".not");
}

/* Below anyOf, allOf, oneOf and not only values are restricted; types and meanings are said outside. */
static void junctor(struct check *c, struct sw_value s, enum level level, int depth)
{
	static const char *const empty[] = {"type", "title", "description", "x-kubernetes-list-map-keys"};
	static const char *const undefined[] = {
		"additionalProperties", "default", "x-kubernetes-list-type", "x-kubernetes-map-type"};
	static const char *const off[] = {"nullable", "x-kubernetes-preserve-unknown-fields",
		"x-kubernetes-embedded-resource", "x-kubernetes-int-or-string"};
	if (!types_of_words(c, s))
		return;
	for (size_t i = 0; i < sizeof(empty) / sizeof(empty[0]); i++)
		if (get(s, empty[i]).n && get(s, empty[i]).type != SW_NULL)
			add(c, empty[i], "Forbidden: must be empty to be structural");
	for (size_t i = 0; i < sizeof(undefined) / sizeof(undefined[0]); i++)
		if (sw_defined(get(s, undefined[i])))
			add(c, undefined[i], "Forbidden: must be undefined to be structural");
	for (size_t i = 0; i < sizeof(off) / sizeof(off[0]); i++)
		if (yes(s, off[i]))
			add(c, off[i], "Forbidden: must be false to be structural");
	if (sw_defined(get(get(s, "properties"), "metadata")))
		add(c, "properties[metadata]", "Forbidden: must not be specified in a nested context");
	junctors(c, s, level, depth);
	below(c, get(s, "items"), level, depth, junctor, ".items");
	each_property(c, s, depth, junctor);
}

static void has_type(struct check *c, struct sw_value s, enum level level)
{
	static const char *const where[] = {"at the root", "for specified array items", "for specified object fields"};
	struct sw_str type = sw_value_getstr(s, "type");
	bool any = yes(s, "x-kubernetes-int-or-string") || yes(s, "x-kubernetes-preserve-unknown-fields");
	if (yes(s, "x-kubernetes-embedded-resource") && !sw_str_is(type, "object"))
		add(c, "type", "Required value: must be object if x-kubernetes-embedded-resource is true");
	else if (!type.n && !any)
		add(c, "type", "Required value: must not be empty %s", where[level]);
}

static void structural(struct check *c, struct sw_value s, enum level level, int depth)
{
	struct sw_value items = get(s, "items"), more = get(s, "additionalProperties");
	if (!types_of_words(c, s))
		return;
	forbidden_words(c, s);
	list_type(c, s);
	if (sw_str_is(sw_value_getstr(s, "type"), "array") && !sw_defined(items))
		add(c, "items", "Required value: must be specified");
	has_type(c, s, level);
	if (yes(s, "x-kubernetes-int-or-string") && yes(s, "x-kubernetes-preserve-unknown-fields"))
		add(c, "x-kubernetes-preserve-unknown-fields",
			"Invalid value: true: must be false if x-kubernetes-int-or-string is true");
	if (yes(s, "x-kubernetes-embedded-resource") && !yes(s, "x-kubernetes-preserve-unknown-fields") &&
		!get(s, "properties").n)
		add(c, "properties",
			"Required value: must not be empty if x-kubernetes-embedded-resource is true without "
			"x-kubernetes-preserve-unknown-fields");
	pattern_and_default(c, s);
	junctors(c, s, level, depth);
	below(c, items, ITEM, depth, structural, ".items");
	below(c, more, FIELD, depth, structural, ".additionalProperties");
	each_property(c, s, depth, structural);
}

int sw_openapi_structural(struct sw_arena *a, struct sw_value schema, struct sw_str path, struct sw_error *err)
{
	struct check c = {.a = a};
	sw_buf_init(&c.path, PATH_MAX_BYTES);
	sw_buf_init(&c.text, TEXT_MAX);
	sw_buf_addstr(&c.path, path);
	if (schema.type == SW_OBJECT)
		structural(&c, schema, FIELD, 0);
	else
		add(&c, "", "cannot unmarshal %s into a schema", sw_type_name((enum sw_type)schema.type));
	int rc = 0;
	if (c.n)
		rc = sw_error_set(err, SW_EINVALID, c.n > 1 ? "[%.*s]" : "%.*s", SW_STR_ARG(sw_buf_str(&c.text)));
	sw_buf_release(&c.path);
	sw_buf_release(&c.text);
	return rc;
}
