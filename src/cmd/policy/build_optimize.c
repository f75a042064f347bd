/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/cleanup.h"
#include "cmd/policy/build.h"
#include "doc/json.h"
#include "rego/format.h"
#include "rego/parse.h"
#include "rego/partial/partial.h"

#define RESULT "__result__"

/* One entrypoint. */
struct step {
	struct sw_build *b;
	const struct sw_rego_term *entry;
	struct sw_rego_partial *partial;
	struct sw_build_module *made; /* what stands in place of rules */
	uint32_t n_made;
};

static struct sw_str printed(struct sw_arena *a, const struct sw_rego_term *t)
{
	sw_autobuf b;
	sw_buf_init(&b, 1 << 20);
	sw_rego_term_print(&b, t);
	return sw_arena_str(a, sw_buf_str(&b));
}

static struct sw_str *printed_all(struct sw_arena *a, const struct sw_rego_terms *l, struct sw_str first)
{
	struct sw_str *v = sw_arena_new_array(a, l->n + 1, struct sw_str);
	for (uint32_t i = 0; v && i < l->n; i++)
		v[i + (first.n > 0)] = printed(a, l->v[i]);
	if (v && first.n)
		v[0] = first;
	return v;
}

static int parse_ref(struct sw_arena *a, struct sw_str text, struct sw_rego_term **ret)
{
	struct sw_rego_diags d;
	struct sw_rego_parse_opts opts = {.version = SW_REGO_V1};
	struct sw_source *src = sw_arena_new(a, struct sw_source);
	sw_rego_diags_init(&d, a);
	if (!src)
		return -SW_ELIMIT;
	*src = (struct sw_source){.name = SW_STR(""), .text = text};
	return sw_rego_parse_term(a, src, &opts, ret, &d);
}

/* Roots as refs: data["a"]["b"] of a/b. */
static int roots_of(struct sw_build *b, struct sw_rego_terms *ret)
{
	struct sw_value roots = sw_list_array(&b->roots);
	struct sw_rego_term **v = sw_arena_new_array(b->arena, roots.n + 1, struct sw_rego_term *);
	if (!v)
		return -SW_ELIMIT;
	*ret = (struct sw_rego_terms){v, 0, roots.n};
	sw_array_foreach (r, roots) {
		struct sw_str rest = sw_value_str(*r), part;
		sw_autobuf text;
		sw_buf_init(&text, 1 << 20);
		sw_buf_addz(&text, "data");
		while (rest.n && sw_str_split(&rest, '/', &part)) {
			sw_buf_addch(&text, '[');
			sw_json_write_str(&text, part, 0);
			sw_buf_addch(&text, ']');
		}
		struct sw_rego_term *t;
		if (parse_ref(b->arena, sw_arena_str(b->arena, sw_buf_str(&text)), &t))
			return -SW_EINVALID;
		if (t->kind == SW_REGO_VAR) /* everything is inside */
			return 1;
		v[ret->n++] = t;
	}
	return roots.n == 0;
}

static int unknowns(struct sw_build *b, struct sw_rego_engine *e, struct sw_rego_partial_opts *o, struct sw_error *err)
{
	struct sw_rego_terms roots = {0}, outside = {0};
	int all = roots_of(b, &roots);
	if (all < 0)
		return sw_error_set(err, (enum sw_errcode)-all, "a root of the bundle is no path");
	int rc = all ? 0 : sw_rego_engine_refs(e, &roots, &outside, err);
	o->unknowns = rc ? NULL : printed_all(b->arena, &outside, SW_STR("input"));
	o->n_unknowns = outside.n + 1;
	return rc ? rc : o->unknowns ? 0 : sw_error_set(err, SW_ELIMIT, "out of memory");
}

static int evaluate(struct step *s, struct sw_rego_engine *e, int level, const char *space, struct sw_error *err)
{
	struct sw_build *b = s->b;
	struct sw_rego_terms replaced = {0};
	struct sw_rego_eval_error failed = {0};
	struct sw_str entry = printed(b->arena, s->entry);
	struct sw_rego_partial_opts o = {.text = sw_arena_printf(b->arena, RESULT " = %.*s", SW_STR_ARG(entry)),
		.shallow = level <= 1,
		.in_place = true,
		.space = space,
		.input = sw_undef(),
		.ret_error = &failed};
	int rc = unknowns(b, e, &o, err);
	if (!rc)
		rc = sw_rego_engine_refs(e, NULL, &replaced, err);
	if (rc)
		return rc;
	o.disable = printed_all(b->arena, &replaced, (struct sw_str){0});
	o.n_disable = replaced.n;
	rc = sw_rego_partial_run(e, &o, &s->partial, err);
	if (!rc && !s->partial->n_queries)
		return sw_error_set(err, SW_EINVALID, "undefined entrypoint %.*s", SW_STR_ARG(entry));
	return rc;
}

/* ---- what stands in place ---- */

/* "optimized/a/b.rego"; ".1" and so on where that is taken. */
static struct sw_str file_name(struct step *s, const struct sw_rego_term *pkg)
{
	sw_autobuf b;
	sw_buf_init(&b, 64 << 10);
	sw_buf_addz(&b, "optimized");
	for (uint32_t i = 1; i < pkg->items.n; i++) {
		struct sw_str part = sw_value_str(pkg->items.v[i]->value);
		sw_buf_addch(&b, '/');
		for (size_t k = 0; k < part.n; k++) {
			char c = part.p[k];
			bool safe = c == '_' || c == '-' || (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
			sw_buf_addch(&b, safe ? c : '_');
		}
	}
	struct sw_str stem = sw_arena_str(s->b->arena, sw_buf_str(&b));
	struct sw_str name = sw_arena_printf(s->b->arena, "%.*s.rego", SW_STR_ARG(stem));
	for (uint32_t i = 0, again = 0; i < s->b->n_modules + s->n_made; i++) {
		const struct sw_build_module *m =
			i < s->b->n_modules ? &s->b->modules[i] : &s->made[i - s->b->n_modules];
		if (!sw_str_eq(m->name, name))
			continue;
		name = sw_arena_printf(s->b->arena, "%.*s.%u.rego", SW_STR_ARG(stem), ++again);
		i = UINT32_MAX; /* from the start */
	}
	return name;
}

static int make(struct step *s, const struct sw_rego_term *pkg, struct sw_str text, struct sw_error *err)
{
	struct sw_source *src = sw_arena_new(s->b->arena, struct sw_source);
	struct sw_str name = file_name(s, pkg);
	if (!src || !text.p || !name.p)
		return sw_error_set(err, SW_ELIMIT, "out of memory");
	*src = (struct sw_source){.name = name, .text = text};
	s->made[s->n_made++] = (struct sw_build_module){.name = name, .src = src, .version = SW_REGO_V1};
	return 0;
}

static int make_support(struct step *s, struct sw_error *err)
{
	int rc = 0;
	for (uint32_t i = 0; !rc && i < s->partial->n_support; i++) {
		const struct sw_rego_module *m = s->partial->support[i];
		sw_autobuf text;
		sw_buf_init(&text, 0);
		if (sw_rego_partial_module_text(s->b->arena, m, &text))
			return sw_error_set(err, SW_EINVALID, "the result cannot be written as Rego");
		rc = make(s, m->package, sw_arena_str(s->b->arena, sw_buf_str(&text)), err);
	}
	return rc;
}

static void put_indented(struct sw_buf *out, struct sw_str lines)
{
	struct sw_str line;
	while (sw_str_split(&lines, '\n', &line))
		if (line.n)
			sw_buf_printf(out, "\t%.*s\n", SW_STR_ARG(line));
}

/* The rule of the entrypoint, a body for each query, unless one of these asks for the entrypoint itself. */
static int make_entry(struct step *s, struct sw_error *err)
{
	struct sw_rego_term pkg = *s->entry;
	struct sw_rego_term *last = pkg.items.v[--pkg.items.n];
	struct sw_rego_term *var[] = {&(struct sw_rego_term){.kind = SW_REGO_VAR}}, rule = {.kind = SW_REGO_REF};
	sw_autobuf text;
	sw_buf_init(&text, 0);
	var[0]->name = sw_value_str(last->value);
	if (!sw_rego_is_var_name(var[0]->name) || sw_rego_partial_refers(s->partial, s->entry))
		return 0;
	rule.items = (struct sw_rego_terms){var, 1, 1};
	sw_rego_package_print(&text, &pkg);
	for (uint32_t i = 0; i < s->partial->n_queries; i++) {
		sw_autobuf body;
		sw_buf_init(&body, 0);
		if (sw_rego_partial_query_text(s->b->arena, &s->partial->queries[i], &body))
			return sw_error_set(err, SW_EINVALID, "the result cannot be written as Rego");
		sw_buf_addz(&text, "\n\n");
		sw_rego_term_print(&text, &rule);
		sw_buf_addz(&text, " := " RESULT " if {\n");
		put_indented(&text, sw_buf_str(&body));
		sw_buf_addch(&text, '}');
	}
	sw_buf_addch(&text, '\n');
	return make(s, &pkg, sw_arena_str(s->b->arena, sw_buf_str(&text)), err);
}

/* ---- merging ---- */

static int parse(struct sw_build *b, const struct sw_build_module *m, struct sw_rego_module **ret, struct sw_error *err)
{
	struct sw_rego_parse_opts opts = {.version = m->version, .annotations = true};
	int rc = sw_rego_parse_module(b->arena, m->src, &opts, ret, &b->errors);
	for (uint32_t i = 0; !rc && i < (*ret)->n_rules; i++)
		(*ret)->rules[i]->module = *ret;
	return rc ? sw_error_set(err, (enum sw_errcode)-rc, "%.*s does not parse", SW_STR_ARG(m->name)) : 0;
}

static bool overridden(const struct sw_rego_terms *made, const struct sw_rego_term *path)
{
	for (uint32_t i = 0; i < made->n; i++)
		if (sw_rego_ref_has_prefix(path, made->v[i]) || sw_rego_ref_has_prefix(made->v[i], path))
			return true;
	return false;
}

/* Paths of all rules that were made, each once behind the other. */
static int made_paths(struct step *s, struct sw_rego_terms *ret, struct sw_error *err)
{
	uint32_t cap = 0;
	for (uint32_t i = 0; i < s->n_made; i++) {
		struct sw_rego_module *m;
		int rc = parse(s->b, &s->made[i], &m, err);
		if (rc)
			return rc;
		for (uint32_t k = 0; k < m->n_rules; k++) {
			struct sw_rego_term *path = sw_rego_rule_path(s->b->arena, m->rules[k]);
			if (path && ret->n && sw_rego_term_cmp(ret->v[ret->n - 1], path) == 0)
				continue;
			if (ret->n == cap) {
				uint32_t more = cap ? cap * 2 : 64;
				ret->v = sw_arena_grow(
					s->b->arena, ret->v, cap * sizeof(*ret->v), more * sizeof(*ret->v));
				cap = more;
			}
			if (!path || !ret->v)
				return sw_error_set(err, SW_ELIMIT, "out of memory");
			ret->v[ret->n++] = path;
		}
	}
	return 0;
}

static bool annotation_goes(struct step *s, const struct sw_rego_annotations *a, const struct sw_rego_terms *made)
{
	return a->on == SW_REGO_ON_RULE && a->target && overridden(made, sw_rego_rule_path(s->b->arena, a->target));
}

/* Comments but for those of annotations that stay are gone, as in opa. */
static void prune(struct step *s, struct sw_rego_module *m, const struct sw_rego_terms *made)
{
	uint32_t rules = 0, notes = 0, comments = 0;
	for (uint32_t i = 0; i < m->n_annotations; i++)
		if (!annotation_goes(s, m->annotations[i], made))
			m->annotations[notes++] = m->annotations[i];
	m->n_annotations = notes;
	for (uint32_t i = 0; i < m->n_rules; i++)
		if (!overridden(made, sw_rego_rule_path(s->b->arena, m->rules[i])))
			m->rules[rules++] = m->rules[i];
	m->n_rules = rules;
	for (uint32_t i = 0; i < m->n_comments; i++)
		for (uint32_t k = 0; k < notes; k++)
			if (m->comments[i].loc.row >= m->annotations[k]->loc.row &&
				m->comments[i].loc.row <= m->annotations[k]->end.row) {
				m->comments[comments++] = m->comments[i];
				break;
			}
	m->n_comments = comments;
}

static int add_as_is(struct sw_build *b, struct sw_str name, struct sw_str text, enum sw_rego_version version,
	struct sw_error *err)
{
	int rc = sw_build_add(b, name, text, version, err);
	if (!rc)
		b->modules[b->n_modules - 1].as_is = true;
	return rc;
}

/* A module without the rules that were made anew. A module of which nothing is left is left out. */
static int keep(struct step *s, const struct sw_build_module *from, const struct sw_rego_terms *made, struct sw_error *err)
{
	struct sw_rego_module *m;
	struct sw_rego_format_opts opts = {.target = from->version};
	sw_autobuf text;
	sw_buf_init(&text, 0);
	int rc = parse(s->b, from, &m, err);
	if (rc)
		return rc;
	prune(s, m, made);
	if (!m->n_rules)
		return 0;
	if (sw_rego_format(s->b->arena, m, &opts, &text, &s->b->errors))
		return sw_error_set(err, SW_EINVALID, "%.*s cannot be written", SW_STR_ARG(from->name));
	return add_as_is(s->b, from->name, sw_arena_str(s->b->arena, sw_buf_str(&text)), from->version, err);
}

static int merge(struct step *s, struct sw_error *err)
{
	struct sw_rego_terms made = {0};
	struct sw_build_module *old = s->b->modules;
	uint32_t n = s->b->n_modules;
	int rc = made_paths(s, &made, err);
	s->b->modules = NULL;
	s->b->n_modules = s->b->cap_modules = 0;
	for (uint32_t i = 0; !rc && i < s->n_made; i++)
		rc = add_as_is(s->b, s->made[i].name, s->made[i].src->text, SW_REGO_V1, err);
	for (uint32_t i = 0; !rc && i < n; i++)
		rc = keep(s, &old[i], &made, err);
	return rc;
}

static int optimize_one(
	struct sw_build *b, const struct sw_rego_term *entry, int level, const char *space, struct sw_error *err)
{
	struct step s = {.b = b, .entry = entry};
	struct sw_rego_engine *e = NULL;
	if (entry->items.n <= 2) {
		struct sw_str text = printed(b->arena, entry);
		return sw_error_set(err, SW_EINVALID,
			"invalid entrypoint %.*s: to create optimized support module, the entrypoint ref must have at "
			"least two components in addition to the 'data' root",
			SW_STR_ARG(text));
	}
	int rc = sw_build_compile(b, true, &e, err);
	if (!rc)
		rc = evaluate(&s, e, level, space, err);
	s.made = rc ? NULL : sw_arena_new_array(b->arena, s.partial->n_support + 1, struct sw_build_module);
	if (!rc && !s.made)
		rc = sw_error_set(err, SW_ELIMIT, "out of memory");
	if (!rc)
		rc = make_support(&s, err);
	if (!rc)
		rc = make_entry(&s, err);
	if (!rc)
		rc = merge(&s, err);
	sw_rego_engine_free(e);
	return rc;
}

/* Where a package of rules was made of one rule, others no longer find it by its name; OPA writes that bundle. */
static int check(struct sw_build *b, struct sw_error *err)
{
	struct sw_rego_engine *e;
	int rc = sw_build_compile(b, false, &e, err);
	sw_rego_engine_free(e);
	if (rc)
		b->told = sw_arena_printf(b->arena, "optimized, the policies do not compile (they do with -O 0): %.*s",
			SW_STR_ARG(b->told));
	return rc;
}

int sw_build_optimize(struct sw_build *b, int level, const char *space, struct sw_error *err)
{
	int rc = 0;
	for (uint32_t i = 0; !rc && i < b->entrypoints.n; i++)
		rc = optimize_one(b, b->entrypoints.v[i], level, space, err);
	if (!rc)
		sw_build_sort(b);
	return rc ? rc : check(b, err);
}
