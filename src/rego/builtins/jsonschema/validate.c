/* SPDX-License-Identifier: Apache-2.0 */
/* Documents against compiled schemas. */
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "rego/builtins/jsonschema/schema.h"

struct where {
	struct sw_str name;
	const struct where *up; /* NULL: the root */
};

struct error {
	const char *type;
	struct sw_str field, text;
	struct error *next;
};

/* gojsonschema's score says how near a failing alternative came. */
struct result {
	struct error *first, **end;
	uint32_t n;
	int64_t score;
};

struct judge {
	struct sw_builtin_ctx *ctx;
	unsigned depth;
	uint32_t errors;
	int rc;
};

static void result_init(struct result *r)
{
	*r = (struct result){.end = &r->first};
}

static void merge(struct result *to, struct result *from)
{
	if (from->first) {
		*to->end = from->first;
		to->end = from->end;
	}
	to->n += from->n;
	to->score += from->score;
}

static void put_where(struct sw_buf *out, const struct where *w, unsigned depth)
{
	if (!w->up) {
		sw_buf_addz(out, "(Root)");
		return;
	}
	if (w->up->up && depth < 4 * SW_JS_DEPTH) {
		put_where(out, w->up, depth + 1);
		sw_buf_addch(out, '.');
	}
	sw_buf_addstr(out, w->name);
}

static void report(struct judge *j, struct result *r, const struct where *w, const char *type,
	const char *fmt, ...) __attribute__((format(printf, 5, 6)));
static void report(struct judge *j, struct result *r, const struct where *w, const char *type,
	const char *fmt, ...)
{
	struct error *e = sw_arena_new(j->ctx->scratch, struct error);
	sw_autobuf field, text;
	va_list ap;

	sw_buf_init(&field, 1 << 20);
	sw_buf_init(&text, 1 << 24);
	put_where(&field, w, 0);
	va_start(ap, fmt);
	sw_buf_vprintf(&text, fmt, ap);
	va_end(ap);
	if (!e || ++j->errors > SW_JS_MAX_ERRORS) {
		if (j->rc == 0)
			j->rc = sw_builtin_limit(j->ctx, "too many JSON schema errors");
		return;
	}
	e->type = type;
	e->field = sw_arena_str(j->ctx->scratch, sw_buf_str(&field));
	e->text = sw_arena_str(j->ctx->scratch, sw_buf_str(&text));
	*r->end = e;
	r->end = &e->next;
	r->n++;
	r->score -= 2;
}

static void field_report(struct judge *j, struct result *r, const struct where *w, const char *type,
	const char *middle, struct sw_str what)
{
	sw_autobuf field;

	sw_buf_init(&field, 1 << 20);
	put_where(&field, w, 0);
	report(j, r, w, type, "%.*s %s: %.*s", SW_STR_ARG(sw_buf_str(&field)), middle, SW_STR_ARG(what));
}

static void judge(struct judge *j, const struct sw_js_schema *s, struct sw_value v, const struct where *w,
	struct result *r);

static void judge_alone(struct judge *j, const struct sw_js_schema *s, struct sw_value v,
	const struct where *w, struct result *r)
{
	result_init(r);
	judge(j, s, v, w, r);
}

/* ---- types ---- */

static int type_of(struct sw_value v)
{
	switch (v.type) {
	case SW_ARRAY:
		return 0;
	case SW_BOOL:
		return 1;
	case SW_NUMBER:
		return sw_js_is_integer(v) ? 2 : 3;
	case SW_NULL:
		return 4;
	case SW_OBJECT:
		return 5;
	default:
		return 6;
	}
}

static bool type_fits(const struct sw_js_schema *s, int type)
{
	if (!s->n_types)
		return true;
	for (int i = 0; i < s->n_types; i++)
		if (s->types[i] == type || (type == 2 && s->types[i] == 3))
			return true;
	return false;
}

static void report_type(
	struct judge *j, const struct sw_js_schema *s, int type, const struct where *w, struct result *r)
{
	sw_autobuf want;

	sw_buf_init(&want, 256);
	if (s->n_types > 1)
		sw_buf_addch(&want, '[');
	for (int i = 0; i < s->n_types; i++)
		sw_buf_printf(&want, "%s%s", i ? "," : "", sw_js_type_names[s->types[i]]);
	if (s->n_types > 1)
		sw_buf_addch(&want, ']');
	report(j, r, w, "invalid_type", "Invalid type. Expected: %s, given: %s", sw_buf_cstr(&want),
		sw_js_type_names[type]);
}

/* ---- combinations ---- */

static void any_of(struct judge *j, const struct sw_js_schema *s, struct sw_value v, const struct where *w,
	struct result *r)
{
	struct result best, one;
	bool have = false;

	result_init(&best);
	for (uint32_t i = 0; i < s->any_of.n; i++) {
		judge_alone(j, s->any_of.v[i].schema, v, w, &one);
		if (!one.n)
			return;
		if (!have || one.score > best.score) {
			best = one;
			have = true;
		}
	}
	report(j, r, w, "number_any_of", "Must validate at least one schema (anyOf)");
	merge(r, &best);
}

static void one_of(struct judge *j, const struct sw_js_schema *s, struct sw_value v, const struct where *w,
	struct result *r)
{
	struct result best, one;
	bool have = false;
	uint32_t fits = 0;

	result_init(&best);
	for (uint32_t i = 0; i < s->one_of.n; i++) {
		judge_alone(j, s->one_of.v[i].schema, v, w, &one);
		if (!one.n) {
			fits++;
		} else if (!fits && (!have || one.score > best.score)) {
			best = one;
			have = true;
		}
	}
	if (fits == 1)
		return;
	report(j, r, w, "number_one_of", "Must validate one and only one schema (oneOf)");
	if (!fits)
		merge(r, &best);
}

static void all_of(struct judge *j, const struct sw_js_schema *s, struct sw_value v, const struct where *w,
	struct result *r)
{
	struct result one;
	uint32_t fits = 0;

	for (uint32_t i = 0; i < s->all_of.n; i++) {
		judge_alone(j, s->all_of.v[i].schema, v, w, &one);
		fits += !one.n;
		merge(r, &one);
	}
	if (fits != s->all_of.n)
		report(j, r, w, "number_all_of", "Must validate all the schemas (allOf)");
}

static void dependencies(struct judge *j, const struct sw_js_schema *s, struct sw_value v,
	const struct where *w, struct result *r)
{
	if (v.type != SW_OBJECT)
		return;
	for (uint32_t i = 0; i < s->dependencies.n; i++) {
		const struct sw_js_named *d = &s->dependencies.v[i];
		if (!sw_defined(sw_object_gets(v, d->name)))
			continue;
		if (d->schema) {
			judge(j, d->schema, v, w, r);
			continue;
		}
		sw_array_foreach(k, d->keys)
			if (!sw_defined(sw_object_get(v, *k)))
				report(j, r, w, "missing_dependency", "Has a dependency on %.*s",
					SW_STR_ARG(sw_value_str(*k)));
	}
}

static void condition(struct judge *j, const struct sw_js_schema *s, struct sw_value v,
	const struct where *w, struct result *r)
{
	struct result test, then;

	judge_alone(j, s->if_, v, w, &test);
	const struct sw_js_schema *next = test.n ? s->else_ : s->then_;
	if (!next)
		return;
	judge_alone(j, next, v, w, &then);
	if (!then.n)
		return;
	if (test.n)
		report(j, r, w, "condition_else", "Must validate \"else\" as \"if\" was not valid");
	else
		report(j, r, w, "condition_then", "Must validate \"then\" as \"if\" was valid");
	merge(r, &then);
}

static void combinations(struct judge *j, const struct sw_js_schema *s, struct sw_value v,
	const struct where *w, struct result *r)
{
	struct result one;

	if (s->any_of.n)
		any_of(j, s, v, w, r);
	if (s->one_of.n)
		one_of(j, s, v, w, r);
	if (s->all_of.n)
		all_of(j, s, v, w, r);
	if (s->not_) {
		judge_alone(j, s->not_, v, w, &one);
		if (!one.n)
			report(j, r, w, "number_not", "Must not validate the schema (not)");
	}
	dependencies(j, s, v, w, r);
	if (s->if_)
		condition(j, s, v, w, r);
	r->score++;
}

/* ---- const, enum, format ---- */

static void common(struct judge *j, const struct sw_js_schema *s, struct sw_value v, const struct where *w,
	struct result *r)
{
	struct sw_str text = {0};

	if (s->const_.p || s->has_enum)
		text = sw_js_canonical(j->ctx->scratch, v);
	if (s->const_.p && !sw_str_eq(text, s->const_))
		field_report(j, r, w, "const", "does not match", s->const_);
	if (s->has_enum) {
		bool hit = false;
		for (uint32_t i = 0; i < s->n_enum && !hit; i++)
			hit = sw_str_eq(s->enum_[i], text);
		sw_autobuf all;
		sw_buf_init(&all, 1 << 24);
		for (uint32_t i = 0; i < s->n_enum && !hit; i++) {
			sw_buf_addz(&all, i ? ", " : "");
			sw_buf_addstr(&all, s->enum_[i]);
		}
		if (!hit)
			field_report(j, r, w, "enum", "must be one of the following", sw_buf_str(&all));
	}
	if (s->format.n && !sw_js_format_ok(j->ctx, s->format, v))
		report(j, r, w, "format", "Does not match format '%.*s'", SW_STR_ARG(s->format));
	r->score++;
}

/* ---- arrays ---- */

static void judge_item(struct judge *j, const struct sw_js_schema *s, struct sw_value v, uint32_t i,
	const struct where *w, struct result *one)
{
	char index[16];
	int n = snprintf(index, sizeof(index), "%u", i);
	struct where here = {.name = {index, (size_t)n}, .up = w};

	judge_alone(j, s, v.u.a->v[i], &here, one);
}

static void items(struct judge *j, const struct sw_js_schema *s, struct sw_value v, const struct where *w,
	struct result *r)
{
	struct result one;

	for (uint32_t i = 0; i < v.n && s->items.n; i++) {
		const struct sw_js_schema *item = NULL;
		if (s->items_single)
			item = s->items.v[0].schema;
		else if (i < s->items.n)
			item = s->items.v[i].schema;
		else if (s->more_items == 2)
			item = s->more_items_schema;
		if (!item)
			break;
		judge_item(j, item, v, i, w, &one);
		merge(r, &one);
	}
	if (!s->items_single && s->items.n && s->items.n < v.n && s->more_items == 0)
		report(j, r, w, "array_no_additional_items", "No additional items allowed on array");
}

struct seen {
	struct sw_str text;
	uint32_t index;
};

static int order_seen(const void *x, const void *y)
{
	const struct seen *a = x, *b = y;
	int c = sw_str_cmp(a->text, b->text);

	return c ? c : (a->index > b->index) - (a->index < b->index);
}

static int order_pairs(const void *x, const void *y)
{
	const uint32_t *a = x, *b = y;

	return (a[1] > b[1]) - (a[1] < b[1]);
}

/* Every element that repeats an earlier one, in the order of the array. */
static void unique(struct judge *j, struct sw_value v, const struct where *w, struct result *r)
{
	struct seen *s = sw_arena_new_array(j->ctx->scratch, v.n + 1, struct seen);
	uint32_t(*pairs)[2] = sw_arena_array(j->ctx->scratch, v.n + 1, sizeof(*pairs));
	uint32_t n = 0;

	if (!s || !pairs)
		return;
	for (uint32_t i = 0; i < v.n; i++)
		s[i] = (struct seen){sw_js_canonical(j->ctx->scratch, v.u.a->v[i]), i};
	qsort(s, v.n, sizeof(*s), order_seen);
	for (uint32_t i = 1; i < v.n; i++)
		if (sw_str_eq(s[i - 1].text, s[i].text)) {
			pairs[n][0] = s[i - 1].index;
			pairs[n++][1] = s[i].index;
		}
	qsort(pairs, n, sizeof(*pairs), order_pairs);
	for (uint32_t i = 0; i < n; i++)
		report(j, r, w, "unique", "array items[%u,%u] must be unique", pairs[i][0], pairs[i][1]);
}

static void contains(struct judge *j, const struct sw_js_schema *s, struct sw_value v,
	const struct where *w, struct result *r)
{
	struct result best, one;
	bool have = false;

	result_init(&best);
	for (uint32_t i = 0; i < v.n; i++) {
		judge_item(j, s->contains, v, i, w, &one);
		if (!one.n)
			return;
		if (!have || one.score > best.score) {
			best = one;
			have = true;
		}
	}
	report(j, r, w, "contains", "At least one of the items must match");
	merge(r, &best);
}

static void array(struct judge *j, const struct sw_js_schema *s, struct sw_value v, const struct where *w,
	struct result *r)
{
	items(j, s, v, w, r);
	if (s->min_items >= 0 && v.n < s->min_items)
		report(j, r, w, "array_min_items", "Array must have at least %lld items",
			(long long)s->min_items);
	if (s->max_items >= 0 && v.n > s->max_items)
		report(j, r, w, "array_max_items", "Array must have at most %lld items",
			(long long)s->max_items);
	if (s->unique)
		unique(j, v, w, r);
	if (s->contains)
		contains(j, s, v, w, r);
	r->score++;
}

/* ---- objects ---- */

static bool matches(struct judge *j, struct sw_re2 *re, struct sw_str s)
{
	int rc = sw_re2_match(re, s, j->ctx->steps);

	if (rc < 0 && j->rc == 0)
		j->rc = sw_builtin_limit(j->ctx, "the evaluation's step budget is spent");
	return rc == 1;
}

static bool patterns(struct judge *j, const struct sw_js_schema *s, struct sw_str key, struct sw_value v,
	const struct where *w, struct result *r)
{
	struct where here = {.name = key, .up = w};
	struct result one;
	bool any = false;

	for (uint32_t i = 0; i < s->patterns.n; i++) {
		if (!matches(j, s->patterns.v[i].re, key))
			continue;
		any = true;
		judge_alone(j, s->patterns.v[i].schema, v, &here, &one);
		merge(r, &one);
	}
	r->score += any;
	return any;
}

static bool is_property(const struct sw_js_schema *s, struct sw_str key)
{
	uint32_t lo = 0, hi = s->properties.n; /* sorted: they come from an object */

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		int c = sw_str_cmp(s->properties.v[mid].name, key);
		if (c == 0)
			return true;
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return false;
}

static void other_properties(struct judge *j, const struct sw_js_schema *s, struct sw_value v,
	const struct where *w, struct result *r)
{
	struct result one;

	sw_object_foreach(e, v) {
		struct sw_str key = sw_value_str(e->k);
		struct where here = {.name = key, .up = w};
		bool matched = patterns(j, s, key, e->v, w, r);
		if (matched || is_property(s, key))
			continue;
		if (s->more_props == 0) {
			report(j, r, w, "additional_property_not_allowed",
				"Additional property %.*s is not allowed", SW_STR_ARG(key));
		} else if (s->more_props == 2) {
			judge_alone(j, s->more_props_schema, e->v, &here, &one);
			merge(r, &one);
		}
	}
}

static void object(struct judge *j, const struct sw_js_schema *s, struct sw_value v, const struct where *w,
	struct result *r)
{
	struct result one;

	if (s->min_props >= 0 && v.n < s->min_props)
		report(j, r, w, "array_min_properties", "Must have at least %lld properties",
			(long long)s->min_props);
	if (s->max_props >= 0 && v.n > s->max_props)
		report(j, r, w, "array_max_properties", "Must have at most %lld properties",
			(long long)s->max_props);
	for (uint32_t i = 0; i < s->n_required; i++) {
		if (sw_defined(sw_object_gets(v, s->required[i])))
			r->score++;
		else
			report(j, r, w, "required", "%.*s is required", SW_STR_ARG(s->required[i]));
	}
	other_properties(j, s, v, w, r);
	if (s->prop_names)
		sw_object_foreach(e, v) {
			judge_alone(j, s->prop_names, e->k, w, &one);
			if (!one.n)
				continue;
			report(j, r, w, "invalid_property_name", "Property name of \"%.*s\" does not match",
				SW_STR_ARG(sw_value_str(e->k)));
			merge(r, &one);
		}
	r->score++;
}

static void properties(struct judge *j, const struct sw_js_schema *s, struct sw_value v,
	const struct where *w, struct result *r)
{
	for (uint32_t i = 0; i < s->properties.n; i++) {
		const struct sw_js_named *p = &s->properties.v[i];
		struct where here = {.name = p->name, .up = w};
		struct sw_value next = sw_object_gets(v, p->name);
		if (sw_defined(next))
			judge(j, p->schema, next, &here, r);
	}
}

/* ---- scalars ---- */

static void string(struct judge *j, const struct sw_js_schema *s, struct sw_value v, const struct where *w,
	struct result *r)
{
	struct sw_str text = sw_value_str(v);
	int64_t n = s->min_length >= 0 || s->max_length >= 0 ? (int64_t)sw_utf8_count(text) : 0;

	if (s->min_length >= 0 && n < s->min_length)
		report(j, r, w, "string_gte", "String length must be greater than or equal to %lld",
			(long long)s->min_length);
	if (s->max_length >= 0 && n > s->max_length)
		report(j, r, w, "string_lte", "String length must be less than or equal to %lld",
			(long long)s->max_length);
	if (s->pattern && !matches(j, s->pattern, text))
		report(j, r, w, "pattern", "Does not match pattern '%.*s'", SW_STR_ARG(s->pattern_text));
	r->score++;
}

static void report_number(struct judge *j, struct result *r, const struct where *w, const char *type,
	const char *text, struct sw_value bound)
{
	sw_autobuf n;

	sw_buf_init(&n, 1 << 20);
	sw_js_number_print(&n, bound);
	report(j, r, w, type, "%s %.*s", text, SW_STR_ARG(sw_buf_str(&n)));
}

static void number(struct judge *j, const struct sw_js_schema *s, struct sw_value v, const struct where *w,
	struct result *r)
{
	if (sw_defined(s->multiple) && !sw_js_multiple(v, s->multiple))
		report_number(j, r, w, "multiple_of", "Must be a multiple of", s->multiple);
	if (sw_defined(s->maximum) && sw_number_cmp(v, s->maximum) > 0)
		report_number(j, r, w, "number_lte", "Must be less than or equal to", s->maximum);
	if (sw_defined(s->ex_maximum) && sw_number_cmp(v, s->ex_maximum) >= 0)
		report_number(j, r, w, "number_lt", "Must be less than", s->ex_maximum);
	if (sw_defined(s->minimum) && sw_number_cmp(v, s->minimum) < 0)
		report_number(j, r, w, "number_gte", "Must be greater than or equal to", s->minimum);
	if (sw_defined(s->ex_minimum) && sw_number_cmp(v, s->ex_minimum) <= 0)
		report_number(j, r, w, "number_gt", "Must be greater than", s->ex_minimum);
	r->score++;
}

static void judge_body(struct judge *j, const struct sw_js_schema *s, struct sw_value v,
	const struct where *w, struct result *r)
{
	int type = type_of(v);

	if (s->pass >= 0) {
		if (!s->pass)
			report(j, r, w, "false", "False always fails validation");
		return;
	}
	if (s->ref) {
		judge(j, s->ref, v, w, r);
		return;
	}
	if (!type_fits(s, type)) {
		report_type(j, s, type, w, r);
		return;
	}
	combinations(j, s, v, w, r);
	if (v.type == SW_NUMBER)
		number(j, s, v, w, r);
	else if (v.type == SW_ARRAY)
		array(j, s, v, w, r);
	else if (v.type == SW_OBJECT)
		object(j, s, v, w, r);
	common(j, s, v, w, r);
	if (v.type == SW_STRING)
		string(j, s, v, w, r);
	else if (v.type == SW_OBJECT)
		properties(j, s, v, w, r);
	r->score++;
}

static void judge(struct judge *j, const struct sw_js_schema *s, struct sw_value v, const struct where *w,
	struct result *r)
{
	if (j->rc == 0)
		j->rc = sw_builtin_steps(j->ctx, 2);
	if (j->rc == 0 && (++j->depth > 2 * SW_JS_DEPTH || j->ctx->scratch->overflow))
		j->rc = sw_builtin_limit(j->ctx, "JSON schema validation nested too deeply");
	if (j->rc)
		return;
	judge_body(j, s, v, w, r);
	j->depth--;
}

int sw_js_validate(struct sw_builtin_ctx *ctx, const struct sw_js_schema *s, struct sw_value doc,
	struct sw_value *ret_errors)
{
	struct judge j = {.ctx = ctx};
	struct where root = {.up = NULL};
	struct result r;
	struct sw_list out;

	judge_alone(&j, s, doc, &root, &r);
	if (j.rc)
		return j.rc;
	sw_list_init(&out, ctx->arena);
	for (const struct error *e = r.first; e; e = e->next) {
		struct sw_map m;
		struct sw_str text = sw_arena_printf(
			ctx->arena, "%.*s: %.*s", SW_STR_ARG(e->field), SW_STR_ARG(e->text));
		sw_map_init(&m, ctx->arena);
		sw_map_adds(&m, "error", text.p ? sw_string(text) : sw_undef());
		sw_map_adds(&m, "type", sw_string(sw_str_from(e->type)));
		sw_map_adds(&m, "field", sw_string_copy(ctx->arena, e->field));
		sw_map_adds(&m, "desc", sw_string_copy(ctx->arena, e->text));
		if (sw_list_add(&out, sw_map_object(&m)) || ctx->arena->overflow)
			return sw_builtin_limit(ctx, "result");
	}
	*ret_errors = sw_list_array(&out);
	return sw_defined(*ret_errors) ? 0 : sw_builtin_limit(ctx, "result");
}
