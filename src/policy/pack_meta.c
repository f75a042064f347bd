/* SPDX-License-Identifier: Apache-2.0 */
/* The METADATA block of a check. */
#include "policy/pack_impl.h"
#include "rego/parse.h"

#include "base/cleanup.h"

struct meta {
	struct sw_arena *arena;
	struct sw_rego_module *module;
	const struct sw_rego_annotations *block;
	struct sw_error *err;
	int rc;
};

static int bad(struct meta *m, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static int bad(struct meta *m, const char *fmt, ...)
{
	if (m->rc)
		return m->rc;
	sw_autobuf b;
	sw_buf_init(&b, 1024);
	va_list ap;
	va_start(ap, fmt);
	sw_buf_vprintf(&b, fmt, ap);
	va_end(ap);
	sw_error_set(m->err, SW_EINVALID, "metadata of a check: %.*s", SW_STR_ARG(sw_buf_str(&b)));
	const struct sw_rego_loc *loc = m->block ? &m->block->loc : &m->module->package_loc;
	m->rc = sw_error_at(m->err, m->module->file->name, loc->row ? loc->row : 1,
		loc->col ? loc->col : 1, loc->offset);
	return m->rc;
}

/* A required text. */
static struct sw_str text(struct meta *m, struct sw_value o, const char *key)
{
	struct sw_value v = sw_object_gets(o, sw_str_from(key));
	if (v.type != SW_STRING || !sw_str_trim(sw_value_str(v)).n)
		bad(m, "%s is missing or no text", key);
	return v.type == SW_STRING ? sw_str_trim(sw_value_str(v)) : SW_STR("");
}

/* "Kind" or "group/Kind" */
static struct sw_check_kind read_kind(struct sw_str s)
{
	size_t slash = sw_str_rfind(s, SW_STR("/"));
	if (slash == SW_NPOS)
		return (struct sw_check_kind){{NULL, 0}, s};
	return (struct sw_check_kind){sw_str_sub(s, 0, slash), sw_str_sub(s, slash + 1, s.n)};
}

/* A list of kinds; the word `workload` is no kind where `workload` is given. */
static void read_kinds(struct meta *m, struct sw_value list, const char *what,
	const struct sw_check_kind **ret, uint32_t *ret_n, bool *workload)
{
	if (list.type != SW_ARRAY || !list.n) {
		bad(m, "%s must be a list of kinds", what);
		return;
	}
	struct sw_check_kind *kinds = sw_arena_new_array(m->arena, list.n, struct sw_check_kind);
	uint32_t n = 0;
	for (uint32_t i = 0; kinds && i < list.n; i++) {
		struct sw_value v = list.u.a->v[i];
		if (v.type != SW_STRING || !v.n)
			bad(m, "%s must be a list of kinds", what);
		else if (workload && sw_str_is(sw_value_str(v), "workload"))
			*workload = true;
		else
			kinds[n++] = read_kind(sw_value_str(v));
	}
	*ret = kinds;
	*ret_n = n;
}

/* A list of texts, none empty; `form` says what it must be. */
static void read_texts(struct meta *m, struct sw_value list, const char *form, const struct sw_str **ret,
	uint32_t *ret_n)
{
	if (!sw_defined(list))
		return;
	if (list.type != SW_ARRAY || !list.n) {
		bad(m, "%s", form);
		return;
	}
	struct sw_str *texts = sw_arena_new_array(m->arena, list.n, struct sw_str);
	for (uint32_t i = 0; texts && i < list.n; i++) {
		texts[i] = sw_value_str(list.u.a->v[i]);
		if (list.u.a->v[i].type != SW_STRING || !texts[i].n)
			bad(m, "%s", form);
	}
	*ret = texts;
	*ret_n = texts ? list.n : 0;
}

static void read_input(struct meta *m, struct sw_value custom, struct sw_check *c)
{
	struct sw_value in = sw_object_gets(custom, SW_STR("input"));
	struct sw_value kinds = sw_object_gets(in, SW_STR("kinds"));
	struct sw_value inventory = sw_object_gets(custom, SW_STR("inventory"));
	if (!sw_defined(inventory))
		inventory = sw_object_gets(in, SW_STR("inventory"));
	if (sw_is_true(sw_object_gets(in, SW_STR("cluster"))))
		c->input = SW_CHECK_CLUSTER;
	else if (sw_is_true(sw_object_gets(in, SW_STR("workload"))))
		c->input = SW_CHECK_WORKLOAD;
	else if (sw_is_true(sw_object_gets(in, SW_STR("any"))))
		c->input = SW_CHECK_ANY;
	else if (sw_defined(kinds))
		c->input = SW_CHECK_KINDS;
	else
		bad(m, "input must be one of {workload: true}, {kinds: [...]}, {any: true}, "
		       "{cluster: true}");
	if (c->input == SW_CHECK_KINDS) {
		read_kinds(m, kinds, "input.kinds", &c->kinds, &c->n_kinds, NULL);
		c->program = sw_value_getstr(in, "program");
	}
	if (c->input == SW_CHECK_CLUSTER)
		read_kinds(m, inventory, "inventory", &c->inventory, &c->n_inventory,
			&c->inventory_workload);
	else if (sw_defined(inventory))
		bad(m, "inventory is only for {cluster: true}");
	if (c->input == SW_CHECK_CLUSTER)
		read_texts(m, sw_object_gets(custom, SW_STR("fields")),
			"fields must be a list of paths such as pod.spec.hostNetwork", &c->fields, &c->n_fields);
	read_texts(m, sw_object_gets(custom, SW_STR("settings")),
		"settings must be a list of names in data.config", &c->settings, &c->n_settings);
}

static void read_references(struct meta *m, struct sw_rule *rule)
{
	struct sw_value list = sw_object_gets(m->block->value, SW_STR("related_resources"));
	if (list.type != SW_ARRAY)
		return;
	struct sw_str *refs = sw_arena_new_array(m->arena, list.n ? list.n : 1, struct sw_str);
	for (uint32_t i = 0; refs && i < list.n; i++) {
		struct sw_value v = list.u.a->v[i];
		struct sw_str s = v.type == SW_STRING ? sw_value_str(v) : sw_value_getstr(v, "ref");
		if (s.n)
			refs[rule->n_references++] = s;
	}
	rule->references = refs;
}

static struct sw_str scalar(struct meta *m, struct sw_value v)
{
	if (v.type == SW_STRING)
		return sw_value_str(v);
	if (v.type == SW_NUMBER && v.repr == SW_NUM_TEXT)
		return sw_value_str(v);
	if (v.type == SW_NUMBER && v.repr == SW_NUM_INT)
		return sw_arena_printf(m->arena, "%lld", (long long)v.u.i);
	bad(m, "a control must be a text");
	return SW_STR("");
}

static void read_frameworks(struct meta *m, struct sw_value custom, struct sw_rule *rule)
{
	struct sw_value fs = sw_object_gets(custom, SW_STR("frameworks"));
	uint32_t n = 0;
	if (fs.type != SW_OBJECT) {
		if (fs.type > SW_NULL)
			bad(m, "frameworks must be a mapping of names to lists of controls");
		return;
	}
	sw_object_foreach (f, fs) {
		if (f->v.type != SW_ARRAY) {
			bad(m, "frameworks must be a mapping of names to lists of controls");
			return;
		}
		n += f->v.n;
	}
	struct sw_framework_ref *refs =
		sw_arena_new_array(m->arena, n ? n : 1, struct sw_framework_ref);
	if (!refs)
		return;
	sw_object_foreach (f, fs) {
		sw_array_foreach (c, f->v)
			refs[rule->n_frameworks++] =
				(struct sw_framework_ref){sw_value_str(f->k), scalar(m, *c)};
	}
	rule->frameworks = refs;
}

static const struct sw_rego_annotations *package_block(const struct sw_rego_module *m)
{
	for (uint32_t i = 0; i < m->n_annotations; i++)
		if (sw_str_is(m->annotations[i]->scope, "package"))
			return m->annotations[i];
	return NULL;
}

/* data.seawall.checks.… as text. */
static struct sw_str package_path(struct sw_arena *a, const struct sw_rego_module *m)
{
	sw_autobuf b;
	sw_buf_init(&b, 4096);
	sw_rego_term_print(&b, m->package);
	return sw_arena_str(a, sw_buf_str(&b));
}

int pack_read_check(struct sw_arena *a, struct sw_rego_module *module, bool builtin,
	bool *ret_is_check, struct sw_check *ret, struct sw_error *err)
{
	struct meta m = {.arena = a, .module = module, .err = err, .block = package_block(module)};
	struct sw_check c = {.package = package_path(a, module), .builtin = builtin};
	*ret_is_check = sw_str_starts(c.package, SW_STR("data.seawall.checks."));
	if (!*ret_is_check)
		return 0;
	if (!m.block)
		return bad(&m, "there is no METADATA block with scope package");
	struct sw_value custom = sw_object_gets(m.block->value, SW_STR("custom"));
	c.rule.id = text(&m, custom, "id");
	c.rule.title = text(&m, m.block->value, "title");
	c.rule.description = text(&m, m.block->value, "description");
	c.rule.remediation = text(&m, custom, "remediation");
	c.rule.category = text(&m, custom, "category");
	c.rule.engine = SW_STR("check");
	c.rule.source = builtin ? SW_STR("builtin") : module->file->name;
	struct sw_str severity = text(&m, custom, "severity");
	if (sw_severity_parse(severity, &c.rule.severity))
		bad(&m, "\"%.*s\" is no severity", SW_STR_ARG(sw_str_sub(severity, 0, 40)));
	read_input(&m, custom, &c);
	read_references(&m, &c.rule);
	read_frameworks(&m, custom, &c.rule);
	if (!m.rc && a->overflow)
		return sw_error_set(err, SW_ELIMIT, "no memory left for checks");
	if (!m.rc)
		*ret = c;
	return m.rc;
}
