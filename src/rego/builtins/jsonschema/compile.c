/* SPDX-License-Identifier: Apache-2.0 */
/* Schema documents to struct sw_js_schema, keyword by keyword in gojsonschema's order. */
#include "base/cleanup.h"
#include "rego/builtins/jsonschema/refs.h"
#include "rego/builtins/jsonschema/schema.h"

const char *const sw_js_type_names[7] = {
	"array", "boolean", "integer", "number", "null", "object", "string"};

struct pooled {
	struct sw_str ref;
	struct sw_js_schema *schema;
};

struct compile {
	struct sw_builtin_ctx *ctx;
	struct sw_js_docs docs;
	struct sw_buf *why;
	struct pooled *refs;
	uint32_t n_refs, cap_refs;
	unsigned depth;
};

/* Results of all functions here: 0; 1: `why` has the text; negative: a limit. */

static int bad(struct compile *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static int bad(struct compile *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	sw_buf_vprintf(c->why, fmt, ap);
	va_end(ap);
	return 1;
}

static int invalid_type(struct compile *c, const char *expected, const char *given)
{
	return bad(c, "Invalid type. Expected: %s, given: %s", expected, given);
}

static int full(struct compile *c)
{
	return sw_builtin_limit(c->ctx, "JSON schema too big");
}

static struct sw_value get(struct sw_value m, const char *key)
{
	return sw_object_gets(m, sw_str_from(key));
}

static int parse(struct compile *c, struct sw_value doc, struct sw_js_schema *s, int draft);

static int sub(struct compile *c, struct sw_value doc, int draft, struct sw_js_schema **ret)
{
	struct sw_js_schema *s = sw_arena_new(c->ctx->scratch, struct sw_js_schema);

	if (!s)
		return full(c);
	*ret = s;
	return parse(c, doc, s, draft);
}

static int append(struct compile *c, struct sw_js_list *l, struct sw_js_named item)
{
	if ((l->n & (l->n - 1)) == 0) {
		struct sw_js_named *v =
			sw_arena_new_array(c->ctx->scratch, l->n ? 2 * (size_t)l->n : 4, struct sw_js_named);
		if (!v)
			return full(c);
		if (l->n)
			memcpy(v, l->v, l->n * sizeof(*v));
		l->v = v;
	}
	l->v[l->n++] = item;
	return 0;
}

static int append_sub(
	struct compile *c, struct sw_js_list *l, struct sw_str name, struct sw_value doc, int draft)
{
	struct sw_js_named item = {.name = name};
	int rc = sub(c, doc, draft, &item.schema);

	return rc ? rc : append(c, l, item);
}

static int string_member(struct compile *c, struct sw_value m, const char *key, struct sw_str *ret)
{
	struct sw_value v = get(m, key);

	*ret = (struct sw_str){NULL, 0};
	if (!sw_defined(v))
		return 0;
	if (v.type != SW_STRING)
		return invalid_type(c, "string", key);
	*ret = sw_value_str(v);
	return 0;
}

static void free_re(void *re)
{
	sw_re2_free(re);
}

static int regex(struct compile *c, struct sw_str pattern, struct sw_re2 **ret)
{
	if (sw_re2_compile(pattern, ret, NULL))
		return 1;
	return sw_arena_defer(c->ctx->scratch, free_re, *ret) ? full(c) : 0;
}

/* ---- references ---- */

static struct sw_js_schema *pooled_ref(struct compile *c, struct sw_str ref)
{
	for (uint32_t i = 0; i < c->n_refs; i++)
		if (sw_str_eq(c->refs[i].ref, ref))
			return c->refs[i].schema;
	return NULL;
}

static int pool_ref(struct compile *c, struct sw_str ref, struct sw_js_schema *s)
{
	if (c->n_refs == c->cap_refs) {
		uint32_t cap = c->cap_refs ? c->cap_refs * 2 : 16;
		struct pooled *v = sw_arena_new_array(c->ctx->scratch, cap, struct pooled);
		if (!v)
			return full(c);
		if (c->n_refs)
			memcpy(v, c->refs, c->n_refs * sizeof(*v));
		c->refs = v;
		c->cap_refs = cap;
	}
	c->refs[c->n_refs++] = (struct pooled){ref, s};
	return 0;
}

static int parse_ref(struct compile *c, struct sw_str ref, struct sw_js_schema *s)
{
	struct sw_js_schema *to = sw_arena_new(c->ctx->scratch, struct sw_js_schema);
	struct sw_js_doc doc;
	int rc;

	if (!to)
		return full(c);
	if ((rc = pool_ref(c, ref, to)) || (rc = sw_js_docs_find(&c->docs, ref, &doc)))
		return rc;
	if (doc.doc.type != SW_BOOL && doc.doc.type != SW_OBJECT)
		return bad(c, "Valid Schema must be of type object");
	s->ref = to;
	return parse(c, doc.doc, to, doc.draft ? doc.draft : s->draft);
}

/* ---- keywords ---- */

static int add_type(struct compile *c, struct sw_js_schema *s, struct sw_str name)
{
	uint8_t t = 0;

	while (t < 7 && !sw_str_is(name, sw_js_type_names[t]))
		t++;
	if (t == 7)
		return bad(c, "has a primitive type that is NOT VALID -- given: /%.*s/ Expected valid values "
			      "are:[array boolean integer number null object string]", SW_STR_ARG(name));
	for (uint8_t i = 0; i < s->n_types; i++)
		if (s->types[i] == t)
			return bad(c, "%s type is duplicated", sw_js_type_names[t]);
	s->types[s->n_types++] = t;
	return 0;
}

static int kw_type(struct compile *c, struct sw_value m, struct sw_js_schema *s)
{
	struct sw_value v = get(m, "type");
	int rc;

	if (!sw_defined(v))
		return 0;
	if (v.type == SW_STRING)
		return add_type(c, s, sw_value_str(v));
	if (v.type != SW_ARRAY) /* sic: the two are swapped */
		return invalid_type(c, "type", "string/Array Of Strings");
	sw_array_foreach(e, v) {
		if (e->type != SW_STRING)
			return invalid_type(c, "type", "string/Array Of Strings");
		if ((rc = add_type(c, s, sw_value_str(*e))))
			return rc;
	}
	return 0;
}

static int kw_definitions(struct compile *c, struct sw_value m, struct sw_js_schema *s)
{
	struct sw_value v = get(m, "definitions");
	struct sw_js_schema *ignored;
	int rc;

	if (!sw_defined(v))
		return 0;
	if (v.type != SW_OBJECT)
		return invalid_type(c, "Array Of Schemas", "definitions");
	sw_object_foreach(e, v) {
		if (e->v.type != SW_BOOL && e->v.type != SW_OBJECT)
			return invalid_type(c, "Array Of Schemas", "definitions");
		if ((rc = sub(c, e->v, s->draft, &ignored)))
			return rc;
	}
	return 0;
}

static int kw_properties(struct compile *c, struct sw_value m, struct sw_js_schema *s)
{
	struct sw_value v = get(m, "properties");
	int rc;

	if (!sw_defined(v))
		return 0;
	if (v.type != SW_OBJECT)
		return bad(c, "Properties must be of type object");
	sw_object_foreach(e, v)
		if ((rc = append_sub(c, &s->properties, sw_value_str(e->k), e->v, s->draft)))
			return rc;
	return 0;
}

/* additionalProperties, additionalItems */
static int kw_additional(struct compile *c, struct sw_value m, const char *key, struct sw_js_schema *s,
	int *ret_more, struct sw_js_schema **ret)
{
	struct sw_value v = get(m, key);

	*ret_more = -1;
	if (!sw_defined(v))
		return 0;
	if (v.type == SW_BOOL) {
		*ret_more = v.u.b;
		return 0;
	}
	if (v.type != SW_OBJECT)
		return invalid_type(c, "boolean/Valid Schema", key);
	*ret_more = 2;
	return sub(c, v, s->draft, ret);
}

static int kw_patterns(struct compile *c, struct sw_value m, struct sw_js_schema *s)
{
	struct sw_value v = get(m, "patternProperties");
	int rc;

	if (!sw_defined(v))
		return 0;
	if (v.type != SW_OBJECT)
		return invalid_type(c, "Valid Schema", "patternProperties");
	sw_object_foreach(e, v) {
		struct sw_js_named item = {.name = sw_value_str(e->k)};
		if ((rc = regex(c, item.name, &item.re)))
			return rc < 0 ? rc : bad(c, "Invalid regex pattern '%.*s'", SW_STR_ARG(item.name));
		if ((rc = sub(c, e->v, s->draft, &item.schema)) || (rc = append(c, &s->patterns, item)))
			return rc;
	}
	return 0;
}

static int kw_dependencies(struct compile *c, struct sw_value m, struct sw_js_schema *s)
{
	static const char text[] = "Dependency must be of type Schema Or Array Of Strings";
	struct sw_value v = get(m, "dependencies");
	int rc;

	if (!sw_defined(v))
		return 0;
	if (v.type != SW_OBJECT)
		return bad(c, "dependencies must be of type object");
	sw_object_foreach(e, v) {
		struct sw_js_named item = {.name = sw_value_str(e->k), .keys = e->v};
		if (e->v.type == SW_ARRAY) {
			sw_array_foreach(k, e->v)
				if (k->type != SW_STRING)
					return bad(c, "%s", text);
		} else if (e->v.type != SW_BOOL && e->v.type != SW_OBJECT) {
			return bad(c, "%s", text);
		} else if ((rc = sub(c, e->v, s->draft, &item.schema))) {
			return rc;
		}
		if ((rc = append(c, &s->dependencies, item)))
			return rc;
	}
	return 0;
}

static int kw_items(struct compile *c, struct sw_value m, struct sw_js_schema *s)
{
	struct sw_value v = get(m, "items");
	int rc;

	if (!sw_defined(v))
		return 0;
	if (v.type == SW_BOOL || v.type == SW_OBJECT) {
		s->items_single = true;
		return append_sub(c, &s->items, SW_STR(""), v, s->draft);
	}
	if (v.type != SW_ARRAY)
		return invalid_type(c, "Valid Schema/Array Of Schemas", "items");
	sw_array_foreach(e, v) {
		if (e->type != SW_BOOL && e->type != SW_OBJECT)
			return invalid_type(c, "Valid Schema/Array Of Schemas", "items");
		if ((rc = append_sub(c, &s->items, SW_STR(""), *e, s->draft)))
			return rc;
	}
	return 0;
}

/* minimum and exclusiveMinimum, maximum and exclusiveMaximum */
static int kw_bound(struct compile *c, struct sw_value m, const char *key, const char *ex_key, int draft,
	struct sw_value *bound, struct sw_value *ex_bound)
{
	struct sw_value v = get(m, key), ex = get(m, ex_key);

	if (sw_defined(v)) {
		if (v.type != SW_NUMBER)
			return bad(c, "%s must be of a Number", key);
		*bound = v;
	}
	if (!sw_defined(ex))
		return 0;
	if (draft >= SW_JS_DRAFT6 && ex.type == SW_NUMBER) {
		*ex_bound = ex;
		return 0;
	}
	if (ex.type != SW_BOOL || (draft != SW_JS_DRAFT4 && draft != SW_JS_HYBRID))
		return invalid_type(c, draft == SW_JS_DRAFT4 ? "boolean"
				       : draft == SW_JS_HYBRID ? "boolean/number" : "number", ex_key);
	if (!sw_defined(*bound))
		return bad(c, "%s cannot be used without %s", ex_key, key);
	if (ex.u.b) {
		*ex_bound = *bound;
		*bound = sw_undef();
	}
	return 0;
}

static int kw_numbers(struct compile *c, struct sw_value m, struct sw_js_schema *s)
{
	struct sw_value v = get(m, "multipleOf");
	int rc;

	if (sw_defined(v)) {
		if (v.type != SW_NUMBER)
			return invalid_type(c, "Number", "multipleOf");
		if (sw_number_cmp(v, sw_int(0)) <= 0)
			return bad(c, "multipleOf must be strictly greater than 0");
		s->multiple = v;
	}
	if ((rc = kw_bound(c, m, "minimum", "exclusiveMinimum", s->draft, &s->minimum, &s->ex_minimum)))
		return rc;
	return kw_bound(c, m, "maximum", "exclusiveMaximum", s->draft, &s->maximum, &s->ex_maximum);
}

static int count_member(struct compile *c, struct sw_value m, const char *key, int64_t *ret)
{
	struct sw_value v = get(m, key);

	*ret = -1;
	if (!sw_defined(v))
		return 0;
	if (v.type != SW_NUMBER || (v.repr != SW_NUM_INT && !(v.repr == SW_NUM_TEXT &&
							     sw_str_to_i64(sw_value_str(v), ret))))
		return bad(c, "%s must be of an integer", key);
	if (v.repr == SW_NUM_INT)
		*ret = v.u.i;
	return *ret < 0 ? bad(c, "%s must be greater than or equal to 0", key) : 0;
}

static int kw_strings(struct compile *c, struct sw_value m, struct sw_js_schema *s)
{
	int rc;

	if ((rc = count_member(c, m, "minLength", &s->min_length)) ||
		(rc = count_member(c, m, "maxLength", &s->max_length)))
		return rc;
	if (s->min_length >= 0 && s->max_length >= 0 && s->min_length > s->max_length)
		return bad(c, "minLength cannot be greater than maxLength");
	if ((rc = string_member(c, m, "pattern", &s->pattern_text)))
		return rc;
	if (s->pattern_text.p && (rc = regex(c, s->pattern_text, &s->pattern)))
		return rc < 0 ? rc : bad(c, "pattern must be a valid regex");
	return string_member(c, m, "format", &s->format);
}

static int list_member(struct compile *c, struct sw_value m, const char *key, struct sw_value *ret)
{
	*ret = get(m, key);
	if (!sw_defined(*ret) || ret->type == SW_ARRAY)
		return 0;
	return bad(c, "%s must be of an array", key);
}

static int kw_objects(struct compile *c, struct sw_value m, struct sw_js_schema *s)
{
	struct sw_value v;
	int rc;

	if ((rc = count_member(c, m, "minProperties", &s->min_props)) ||
		(rc = count_member(c, m, "maxProperties", &s->max_props)))
		return rc;
	if (s->min_props >= 0 && s->max_props >= 0 && s->min_props > s->max_props)
		return bad(c, "minProperties cannot be greater than maxProperties");
	if ((rc = list_member(c, m, "required", &v)) || !sw_defined(v))
		return rc;
	s->required = sw_arena_new_array(c->ctx->scratch, v.n + 1, struct sw_str);
	if (!s->required || sw_builtin_steps(c->ctx, v.n))
		return full(c);
	sw_array_foreach(e, v) {
		if (e->type != SW_STRING)
			return invalid_type(c, "string", "required");
		for (uint32_t i = 0; i < s->n_required; i++)
			if (sw_str_eq(s->required[i], sw_value_str(*e)))
				return bad(c, "required items must be unique");
		s->required[s->n_required++] = sw_value_str(*e);
	}
	return 0;
}

static int kw_arrays(struct compile *c, struct sw_value m, struct sw_js_schema *s)
{
	struct sw_value v = get(m, "uniqueItems"), contains = get(m, "contains");
	int rc;

	if ((rc = count_member(c, m, "minItems", &s->min_items)) ||
		(rc = count_member(c, m, "maxItems", &s->max_items)))
		return rc;
	if (sw_defined(v) && v.type != SW_BOOL)
		return bad(c, "uniqueItems must be of a boolean");
	s->unique = sw_is_true(v);
	if (sw_defined(contains) && s->draft >= SW_JS_DRAFT6)
		return sub(c, contains, s->draft, &s->contains);
	return 0;
}

static int kw_enum(struct compile *c, struct sw_value m, struct sw_js_schema *s)
{
	struct sw_value v = get(m, "const");
	int rc;

	if (sw_defined(v) && s->draft >= SW_JS_DRAFT6)
		s->const_ = sw_js_canonical(c->ctx->scratch, v);
	if ((rc = list_member(c, m, "enum", &v)) || !sw_defined(v))
		return rc;
	s->has_enum = true;
	s->enum_ = sw_arena_new_array(c->ctx->scratch, v.n + 1, struct sw_str);
	if (!s->enum_)
		return full(c);
	sw_array_foreach(e, v) {
		struct sw_str text = sw_js_canonical(c->ctx->scratch, *e);
		if ((rc = sw_builtin_steps(c->ctx, s->n_enum / 4 + 1)))
			return rc;
		for (uint32_t i = 0; i < s->n_enum; i++)
			if (sw_str_eq(s->enum_[i], text))
				return bad(c, "enum items must be unique");
		s->enum_[s->n_enum++] = text;
	}
	return 0;
}

static int kw_combined(struct compile *c, struct sw_value m, const char *key, int draft, struct sw_js_list *l)
{
	struct sw_value v;
	int rc = list_member(c, m, key, &v);

	if (rc || !sw_defined(v))
		return rc;
	sw_array_foreach(e, v)
		if ((rc = append_sub(c, l, SW_STR(""), *e, draft)))
			return rc;
	return 0;
}

/* not, if, then, else */
static int kw_single(
	struct compile *c, struct sw_value m, const char *key, int draft, struct sw_js_schema **ret)
{
	struct sw_value v = get(m, key);

	if (!sw_defined(v))
		return 0;
	if (v.type != SW_BOOL && v.type != SW_OBJECT)
		return bad(c, "%s must be of an object", key);
	return sub(c, v, draft, ret);
}

static int kw_logic(struct compile *c, struct sw_value m, struct sw_js_schema *s)
{
	int d = s->draft, rc;

	if ((rc = kw_combined(c, m, "oneOf", d, &s->one_of)) ||
		(rc = kw_combined(c, m, "anyOf", d, &s->any_of)) ||
		(rc = kw_combined(c, m, "allOf", d, &s->all_of)) ||
		(rc = kw_single(c, m, "not", d, &s->not_)) || d < SW_JS_DRAFT7)
		return rc;
	if ((rc = kw_single(c, m, "if", d, &s->if_)) || (rc = kw_single(c, m, "then", d, &s->then_)))
		return rc;
	return kw_single(c, m, "else", d, &s->else_);
}

static int kw_names(struct compile *c, struct sw_value m, struct sw_js_schema *s)
{
	struct sw_value v = get(m, "propertyNames");

	if (!sw_defined(v) || s->draft < SW_JS_DRAFT6)
		return 0;
	if (v.type != SW_BOOL && v.type != SW_OBJECT)
		return invalid_type(c, "Valid Schema", "patternProperties");
	return sub(c, v, s->draft, &s->prop_names);
}

static int parse_body(struct compile *c, struct sw_value m, struct sw_js_schema *s)
{
	const char *id = s->draft == SW_JS_DRAFT4 ? "id" : "$id";
	struct sw_str ignored, ref;
	int rc;

	if (s->draft == SW_JS_HYBRID && sw_defined(get(m, "id")))
		id = "id";
	if ((rc = string_member(c, m, id, &ignored)) || (rc = kw_definitions(c, m, s)) ||
		(rc = string_member(c, m, "title", &ignored)) ||
		(rc = string_member(c, m, "description", &ignored)) ||
		(rc = string_member(c, m, "$ref", &ref)))
		return rc;
	if (ref.p) {
		s->ref_text = ref;
		s->ref = pooled_ref(c, ref);
		if (!s->ref)
			return parse_ref(c, ref, s);
	}
	if ((rc = kw_type(c, m, s)) || (rc = kw_properties(c, m, s)) ||
		(rc = kw_additional(c, m, "additionalProperties", s, &s->more_props, &s->more_props_schema)) ||
		(rc = kw_patterns(c, m, s)) || (rc = kw_names(c, m, s)) || (rc = kw_dependencies(c, m, s)) ||
		(rc = kw_items(c, m, s)) ||
		(rc = kw_additional(c, m, "additionalItems", s, &s->more_items, &s->more_items_schema)) ||
		(rc = kw_numbers(c, m, s)) || (rc = kw_strings(c, m, s)) || (rc = kw_objects(c, m, s)) ||
		(rc = kw_arrays(c, m, s)) || (rc = kw_enum(c, m, s)))
		return rc;
	return kw_logic(c, m, s);
}

static int parse(struct compile *c, struct sw_value doc, struct sw_js_schema *s, int draft)
{
	int rc = sw_builtin_steps(c->ctx, 8);

	*s = (struct sw_js_schema){.draft = draft, .pass = -1, .more_props = -1, .more_items = -1,
		.min_length = -1, .max_length = -1, .min_props = -1, .max_props = -1, .min_items = -1,
		.max_items = -1};
	if (rc)
		return rc;
	if (draft >= SW_JS_DRAFT6 && doc.type == SW_BOOL) {
		s->pass = doc.u.b;
		return 0;
	}
	if (doc.type != SW_OBJECT)
		return bad(c, "Expected: Valid Schema, given: Invalid JSON");
	if (++c->depth > SW_JS_DEPTH)
		return sw_builtin_limit(c->ctx, "JSON schema nested too deeply");
	rc = parse_body(c, doc, s);
	c->depth--;
	return rc;
}

int sw_js_compile(
	struct sw_builtin_ctx *ctx, struct sw_value doc, struct sw_js_schema **ret, struct sw_buf *why)
{
	struct compile c = {.ctx = ctx, .why = why, .docs = {.ctx = ctx, .why = why}};
	struct sw_value root;
	bool wrong;

	*ret = NULL;
	int rc = sw_js_docs_load(&c.docs, doc, &root);
	if (rc)
		return rc < 0 ? rc : 0;
	int draft = sw_js_schema_draft(&c.docs, root, &wrong);
	rc = sub(&c, root, draft ? draft : SW_JS_HYBRID, ret);
	if (rc)
		*ret = NULL;
	if (rc >= 0 && ctx->scratch->overflow)
		return sw_builtin_limit(ctx, "JSON schema too big");
	return rc < 0 ? rc : 0;
}
