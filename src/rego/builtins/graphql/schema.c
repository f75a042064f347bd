/* SPDX-License-Identifier: Apache-2.0 */
#include "rego/builtins/graphql/schema.h"

#include <stdlib.h>

#include "base/error.h"
#include "rego/builtins/graphql/parse.h"

void sw_gql_put_at(struct sw_buf *out, sw_gql_at_t at)
{
	if (at)
		sw_buf_printf(out, "input:%u:%d: ", (unsigned)(at >> 32), (int)(uint32_t)at);
	else
		sw_buf_addz(out, "input: ");
}

int sw_gql_schema_fail(struct sw_gql_schema *s, sw_gql_at_t at, const char *fmt, ...)
{
	va_list ap;

	sw_gql_put_at(s->why, at);
	va_start(ap, fmt);
	sw_buf_vprintf(s->why, fmt, ap);
	va_end(ap);
	return -SW_EINVALID;
}

static int order_types(const void *x, const void *y)
{
	const struct sw_gql_def *const *a = x, *const *b = y;

	return sw_str_cmp((*a)->name, (*b)->name);
}

/* Binary search: the list is kept sorted. */
static uint32_t type_place(const struct sw_gql_schema *s, struct sw_str name)
{
	uint32_t lo = 0, hi = s->n_types;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		if (sw_str_cmp(s->types[mid]->name, name) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

struct sw_gql_def *sw_gql_schema_type(const struct sw_gql_schema *s, struct sw_str name)
{
	uint32_t i = type_place(s, name);

	return i < s->n_types && sw_str_eq(s->types[i]->name, name) ? s->types[i] : NULL;
}

const struct sw_gql_dirdef *sw_gql_schema_dir(const struct sw_gql_schema *s, struct sw_str name)
{
	for (uint32_t i = 0; i < s->n_dirs; i++)
		if (sw_str_eq(s->dirs[i]->name, name))
			return s->dirs[i];
	return NULL;
}

/* All definitions of both documents, sorted; the first redeclared one in the order of the text is an error. */
static int collect_types(
	struct sw_gql_schema *s, struct sw_gql_schema_doc *base, struct sw_gql_schema_doc *doc)
{
	uint32_t n = base->n_defs + doc->n_defs;

	s->cap_types = n + doc->n_exts;
	s->types = sw_arena_new_array(s->arena, s->cap_types + 1, struct sw_gql_def *);
	if (!s->types)
		return -SW_ELIMIT;
	for (uint32_t i = 0; i < n; i++)
		s->types[i] = i < base->n_defs ? &base->defs[i] : &doc->defs[i - base->n_defs];
	qsort(s->types, n, sizeof(*s->types), order_types);
	const struct sw_gql_def *twice = NULL;
	for (uint32_t i = 1; i < n; i++) {
		const struct sw_gql_def *a = s->types[i - 1], *b = s->types[i];
		if (!sw_str_eq(a->name, b->name))
			continue;
		/* Of the two the later one in memory order of its document is the repeated one. */
		bool a_base = a >= base->defs && a < base->defs + base->n_defs;
		const struct sw_gql_def *later = a_base ? b : (b > a ? b : a);
		if (!twice || later < twice)
			twice = later;
	}
	s->n_types = n;
	if (twice)
		return sw_gql_schema_fail(
			s, twice->at, "Cannot redeclare type %.*s.", SW_STR_ARG(twice->name));
	return 0;
}

static void *joined(struct sw_arena *a, const void *x, uint32_t nx, const void *y, uint32_t ny, size_t size)
{
	char *p = sw_arena_array(a, (size_t)nx + ny + 1, size);

	if (!p)
		return NULL;
	if (nx)
		memcpy(p, x, nx * size);
	if (ny)
		memcpy(p + nx * size, y, ny * size);
	return p;
}

#define APPEND(a, dst, n, src, m)                                                                  \
	do {                                                                                       \
		(dst) = joined((a), (dst), (n), (src), (m), sizeof(*(dst)));                       \
		(n) = (dst) ? (n) + (m) : 0;                                                       \
	} while (0)

static int extend(struct sw_gql_schema *s, const struct sw_gql_def *ext)
{
	struct sw_gql_def *def = sw_gql_schema_type(s, ext->name);

	if (!def) {
		uint32_t at = type_place(s, ext->name);
		def = sw_arena_new(s->arena, struct sw_gql_def);
		if (!def)
			return -SW_ELIMIT;
		*def = (struct sw_gql_def){.kind = ext->kind, .name = ext->name, .at = ext->at};
		memmove(s->types + at + 1, s->types + at, (s->n_types - at) * sizeof(*s->types));
		s->types[at] = def;
		s->n_types++;
	}
	if (!sw_str_eq(def->kind, ext->kind))
		return sw_gql_schema_fail(s, ext->at,
			"Cannot extend type %.*s because the base type is a %.*s, not %.*s.",
			SW_STR_ARG(ext->name), SW_STR_ARG(def->kind), SW_STR_ARG(ext->kind));
	APPEND(s->arena, def->dirs.v, def->dirs.n, ext->dirs.v, ext->dirs.n);
	APPEND(s->arena, def->interfaces, def->n_interfaces, ext->interfaces, ext->n_interfaces);
	APPEND(s->arena, def->fields, def->n_fields, ext->fields, ext->n_fields);
	APPEND(s->arena, def->types, def->n_types, ext->types, ext->n_types);
	APPEND(s->arena, def->type_at, def->n_type_at, ext->type_at, ext->n_type_at);
	APPEND(s->arena, def->values, def->n_values, ext->values, ext->n_values);
	return s->arena->overflow ? -SW_ELIMIT : 0;
}

static void add_possible(struct sw_gql_schema *s, struct sw_str name, const struct sw_gql_def *def)
{
	struct sw_gql_def *to = sw_gql_schema_type(s, name);

	if (!to || !def)
		return;
	if (to->n_possible == to->cap_possible) {
		uint32_t cap = to->cap_possible ? to->cap_possible * 2 : 4;
		const struct sw_gql_def **v = sw_arena_new_array(s->arena, cap, const struct sw_gql_def *);
		if (!v)
			return;
		if (to->n_possible)
			memcpy(v, to->possible, to->n_possible * sizeof(*v));
		to->possible = v;
		to->cap_possible = cap;
	}
	to->possible[to->n_possible++] = def;
}

static void relate(struct sw_gql_schema *s, const struct sw_gql_def *def)
{
	if (sw_gql_is(def, "UNION"))
		for (uint32_t i = 0; i < def->n_types; i++)
			add_possible(s, def->name, sw_gql_schema_type(s, def->types[i]));
	if (!sw_gql_is(def, "OBJECT") && !sw_gql_is(def, "INPUT_OBJECT") && !sw_gql_is(def, "INTERFACE"))
		return;
	for (uint32_t i = 0; i < def->n_interfaces; i++)
		add_possible(s, def->interfaces[i], def);
	if (!sw_gql_is(def, "INTERFACE"))
		add_possible(s, def->name, def);
}

/* Built-in directives may be declared again: the first declaration stays. */
static int collect_dirs(
	struct sw_gql_schema *s, struct sw_gql_schema_doc *base, struct sw_gql_schema_doc *doc)
{
	static const char *const built_in[] = {
		"include", "skip", "deprecated", "specifiedBy", "defer", "oneOf"};
	uint32_t n = base->n_dirs + doc->n_dirs;

	s->dirs = sw_arena_new_array(s->arena, n + 1, struct sw_gql_dirdef *);
	if (!s->dirs)
		return -SW_ELIMIT;
	for (uint32_t i = 0; i < n; i++) {
		struct sw_gql_dirdef *d = i < base->n_dirs ? &base->dirs[i] : &doc->dirs[i - base->n_dirs];
		bool known = false;
		for (size_t k = 0; k < sizeof(built_in) / sizeof(*built_in); k++)
			known |= sw_str_is(d->name, built_in[k]);
		uint32_t at = 0;
		while (at < s->n_dirs && !sw_str_eq(s->dirs[at]->name, d->name))
			at++;
		if (at < s->n_dirs && !known)
			return sw_gql_schema_fail(
				s, d->at, "Cannot redeclare directive %.*s.", SW_STR_ARG(d->name));
		s->dirs[at] = d;
		if (at == s->n_dirs)
			s->n_dirs++;
	}
	return 0;
}

static int entry_points(struct sw_gql_schema *s, const struct sw_gql_schema_def *d)
{
	for (uint32_t i = 0; i < d->n_ops; i++) {
		const struct sw_gql_optype *op = &d->ops[i];
		struct sw_gql_def *def = sw_gql_schema_type(s, op->type);
		if (!def)
			return sw_gql_schema_fail(s, op->at,
				"Schema root %.*s refers to a type %.*s that does not exist.",
				SW_STR_ARG(op->operation), SW_STR_ARG(op->type));
		if (sw_str_is(op->operation, "query"))
			s->query = def;
		else if (sw_str_is(op->operation, "mutation"))
			s->mutation = def;
		else if (sw_str_is(op->operation, "subscription"))
			s->subscription = def;
	}
	return sw_gql_schema_check_dirs(s, &d->dirs, "SCHEMA", NULL, true);
}

/* __schema and __type(name: String!) on the query type. */
static int add_introspection(struct sw_gql_schema *s)
{
	struct sw_gql_field_def *extra = sw_arena_zalloc(s->arena, 3 * sizeof(*extra));
	struct sw_gql_type *types = sw_arena_zalloc(s->arena, 3 * sizeof(*types));

	if (!extra || !types)
		return -SW_ELIMIT;
	types[0] = (struct sw_gql_type){.named = SW_STR("__Schema"), .non_null = true};
	types[1] = (struct sw_gql_type){.named = SW_STR("__Type")};
	types[2] = (struct sw_gql_type){.named = SW_STR("String"), .non_null = true};
	extra[0] = (struct sw_gql_field_def){.name = SW_STR("__schema"), .type = &types[0]};
	extra[1] = (struct sw_gql_field_def){
		.name = SW_STR("__type"), .type = &types[1], .args = &extra[2], .n_args = 1};
	extra[2] = (struct sw_gql_field_def){.name = SW_STR("name"), .type = &types[2]};
	APPEND(s->arena, s->query->fields, s->query->n_fields, extra, 2);
	return s->query->fields ? 0 : -SW_ELIMIT;
}

static int roots(struct sw_gql_schema *s, const struct sw_gql_schema_doc *doc)
{
	int rc = 0;

	if (doc->n_schema > 1)
		return sw_gql_schema_fail(s, doc->schema[1].at,
			"Cannot have multiple schema entry points, consider schema extensions instead.");
	if (doc->n_schema)
		rc = entry_points(s, &doc->schema[0]);
	for (uint32_t i = 0; rc == 0 && i < doc->n_schema_ext; i++)
		rc = entry_points(s, &doc->schema_ext[i]);
	if (rc || (rc = sw_gql_schema_check(s)))
		return rc;
	if (!doc->n_schema) {
		if (!s->query)
			s->query = sw_gql_schema_type(s, SW_STR("Query"));
		if (!s->mutation)
			s->mutation = sw_gql_schema_type(s, SW_STR("Mutation"));
		if (!s->subscription)
			s->subscription = sw_gql_schema_type(s, SW_STR("Subscription"));
	}
	return s->query ? add_introspection(s) : 0;
}

int sw_gql_schema_build(
	struct sw_arena *a, struct sw_gql_schema_doc *doc, struct sw_gql_schema *ret, struct sw_buf *why)
{
	struct sw_gql_schema_doc base;
	sw_autobuf ignored;
	int rc;

	sw_buf_init(&ignored, 4096);
	*ret = (struct sw_gql_schema){.arena = a, .why = why};
	struct sw_value tree = sw_gql_parse_schema(a, sw_str_from(sw_gql_prelude), &ignored);
	if (!sw_gql_load_schema(a, tree, &base))
		return -SW_ELIMIT;
	for (uint32_t i = 0; i < base.n_defs; i++)
		base.defs[i].built_in = true;
	if ((rc = collect_types(ret, &base, doc)))
		return rc;
	for (uint32_t i = 0; i < doc->n_exts; i++)
		if ((rc = extend(ret, &doc->exts[i])))
			return rc;
	for (uint32_t i = 0; i < ret->n_types; i++)
		relate(ret, ret->types[i]);
	if ((rc = collect_dirs(ret, &base, doc)) || (rc = roots(ret, doc)))
		return rc;
	return a->overflow ? -SW_ELIMIT : 0;
}
