/* SPDX-License-Identifier: Apache-2.0 */
#include "cis/controls.h"

#include "doc/yaml.h"

#define CHECKS_MAX 10000
#define ITEMS_MAX 1000

struct reader {
	struct sw_arena *a;
	struct sw_source src;
	struct sw_error *err;
	uint32_t checks;
	int rc;
};

const char *sw_cis_state_name(enum sw_cis_state s)
{
	static const char *const names[] = {"PASS", "FAIL", "WARN", "INFO"};
	return names[s];
}

static void bad(struct reader *r, struct sw_span at, const char *what, const char *key)
{
	if (r->rc)
		return;
	r->rc = sw_error_set(r->err, SW_EINVALID, "%s%s%s", key ? key : "", key ? " " : "", what);
	sw_source_error(&r->src, r->a, at.start, r->err);
}

static struct sw_span span_of(struct sw_value map, int64_t i)
{
	const struct sw_span *spans = map.u.o->spans;
	return spans ? spans[2 * i + 1] : (struct sw_span){0};
}

/* A scalar as it stands in the file: go-yaml gives a string field the text, not the number. */
static struct sw_str text(struct reader *r, struct sw_value map, const char *key)
{
	int64_t i = map.type == SW_OBJECT ? sw_object_index(map, sw_string(sw_str_from(key))) : -1;
	if (i < 0)
		return SW_STR("");
	struct sw_value v = map.u.o->m[i].v;
	struct sw_span at = span_of(map, i);
	switch (v.type) {
	case SW_STRING:
		return sw_value_str(v);
	case SW_NUMBER:
	case SW_BOOL:
		return sw_str_trim(sw_str_sub(r->src.text, at.start, at.end));
	case SW_NULL:
		return SW_STR("");
	default:
		bad(r, at, "must be text", key);
		return SW_STR("");
	}
}

static bool flag(struct reader *r, struct sw_value map, const char *key, bool def)
{
	int64_t i = map.type == SW_OBJECT ? sw_object_index(map, sw_string(sw_str_from(key))) : -1;
	if (i < 0)
		return def;
	struct sw_value v = map.u.o->m[i].v;
	if (v.type == SW_BOOL)
		return v.u.b;
	if (v.type != SW_NULL)
		bad(r, span_of(map, i), "must be true or false", key);
	return false; /* a key without a value is false, whatever the default, as go-yaml has it */
}

/* A list under a key; an undefined value when it is missing or null. */
static struct sw_value list(struct reader *r, struct sw_value map, const char *key)
{
	int64_t i = map.type == SW_OBJECT ? sw_object_index(map, sw_string(sw_str_from(key))) : -1;
	if (i < 0 || map.u.o->m[i].v.type == SW_NULL)
		return sw_undef();
	if (map.u.o->m[i].v.type != SW_ARRAY) {
		bad(r, span_of(map, i), "must be a list", key);
		return sw_undef();
	}
	return map.u.o->m[i].v;
}

static struct sw_span elem_span(struct sw_value l, uint32_t i)
{
	return l.u.a->spans ? l.u.a->spans[i] : (struct sw_span){0};
}

static void read_item(struct reader *r, struct sw_value v, struct sw_cis_item *it)
{
	struct sw_value cmp = sw_object_gets(v, SW_STR("compare"));
	it->flag = text(r, v, "flag");
	it->path = text(r, v, "path");
	it->env = text(r, v, "env");
	it->set = flag(r, v, "set", true);
	it->op = text(r, cmp, "op");
	it->value = text(r, cmp, "value");
}

static void read_tests(struct reader *r, struct sw_value v, struct sw_cis_check *c)
{
	struct sw_value tests = sw_object_gets(v, SW_STR("tests"));
	if (tests.type != SW_OBJECT)
		return;
	struct sw_value items = list(r, tests, "test_items");
	c->has_tests = true;
	c->bin_op = text(r, tests, "bin_op");
	if (items.type != SW_ARRAY)
		return;
	struct sw_cis_item *out = sw_arena_zalloc(r->a, (items.n + 1) * sizeof(*out));
	if (!out || items.n > ITEMS_MAX) {
		bad(r, elem_span(items, 0), "has too many test_items", NULL);
		return;
	}
	for (uint32_t i = 0; i < items.n && !r->rc; i++) {
		if (items.u.a->v[i].type != SW_OBJECT)
			bad(r, elem_span(items, i), "must be a mapping", "a test item");
		else
			read_item(r, items.u.a->v[i], &out[i]);
	}
	c->items = out;
	c->n_items = items.n;
}

static void read_check(struct reader *r, struct sw_value v, struct sw_cis_check *c)
{
	c->id = text(r, v, "id");
	c->text = text(r, v, "text");
	c->audit = text(r, v, "audit");
	c->audit_env = text(r, v, "audit_env");
	c->audit_config = text(r, v, "audit_config");
	c->type = text(r, v, "type");
	c->remediation = text(r, v, "remediation");
	c->scored = flag(r, v, "scored", false);
	c->multiple = flag(r, v, "use_multiple_values", false);
	c->disable_env = flag(r, v, "disableenvtesting", false);
	read_tests(r, v, c);
}

static void read_group(struct reader *r, struct sw_value v, struct sw_cis_group *g)
{
	struct sw_value checks = list(r, v, "checks");
	g->id = text(r, v, "id");
	g->text = text(r, v, "text");
	g->type = text(r, v, "type");
	if (checks.type != SW_ARRAY)
		return;
	r->checks += checks.n;
	g->checks = sw_arena_zalloc(r->a, (checks.n + 1) * sizeof(*g->checks));
	if (!g->checks || r->checks > CHECKS_MAX) {
		bad(r, elem_span(checks, 0), "has too many checks", "the file");
		return;
	}
	g->n_checks = checks.n;
	for (uint32_t i = 0; i < checks.n && !r->rc; i++) {
		struct sw_span at = elem_span(checks, i);
		g->checks[i].line = sw_source_pos(&r->src, r->a, at.start).line;
		if (checks.u.a->v[i].type != SW_OBJECT)
			bad(r, at, "must be a mapping", "a check");
		else
			read_check(r, checks.u.a->v[i], &g->checks[i]);
	}
}

int sw_cis_controls_parse(struct sw_arena *a, struct sw_str file, struct sw_str body,
	struct sw_cis_controls *ret, struct sw_error *err)
{
	struct reader r = {.a = a, .src = {.name = file, .text = body}, .err = err};
	struct sw_cis_controls c = {.file = file};
	struct sw_yaml_stream *s;
	struct sw_yaml_doc doc = {0};
	int rc = sw_yaml_open(a, body, SW_YAML_K8S | SW_YAML_SPANS, NULL, &s, err);
	if (!rc)
		rc = sw_yaml_next(s, a, &doc, err); /* later documents are not read, as go-yaml */
	if (rc < 0) {
		sw_error_at(err, file, err ? err->line : 0, err ? err->col : 0, err ? err->byte : 0);
		return rc;
	}
	if (doc.root.type != SW_OBJECT) {
		bad(&r, (struct sw_span){0}, "is no benchmark: it must be a mapping", "the file");
		return r.rc;
	}
	c.id = text(&r, doc.root, "id");
	c.version = text(&r, doc.root, "version");
	c.text = text(&r, doc.root, "text");
	c.type = text(&r, doc.root, "type");
	struct sw_value groups = list(&r, doc.root, "groups");
	if (!r.rc && groups.type == SW_ARRAY) {
		c.groups = sw_arena_zalloc(a, (groups.n + 1) * sizeof(*c.groups));
		c.n_groups = c.groups ? groups.n : 0;
		for (uint32_t i = 0; i < c.n_groups && !r.rc; i++) {
			if (groups.u.a->v[i].type != SW_OBJECT)
				bad(&r, elem_span(groups, i), "must be a mapping", "a group");
			else
				read_group(&r, groups.u.a->v[i], &c.groups[i]);
		}
	}
	if (!r.rc && a->overflow)
		return sw_error_set(err, SW_ELIMIT, "the benchmark takes too much memory");
	if (!r.rc)
		*ret = c;
	return r.rc;
}
