/* SPDX-License-Identifier: Apache-2.0 */
/* ConstraintTemplates: from the object to an engine that answers data.template.violation, or to expressions. */
#include <stdlib.h>

#include "kube/openapi.h"
#include "policy/gatekeeper/internal.h"
#include "rego/parse.h"

#define TARGET "admission.k8s.gatekeeper.sh"

/* Where the Rego of a template stands. */
struct source {
	struct sw_str rego;
	struct sw_value cel; /* source of the engine K8sNativeValidation, when that is to judge: then `rego` may sieve */
	struct sw_value libs;
	enum sw_rego_version version;
};

enum { LEGACY_DEPTH_MAX = 64 };

static int invalid(struct sw_error *err, const char *text)
{
	return sw_error_set(err, SW_EINVALID, "invalid ConstraintTemplate: %s", text);
}

enum sw_gk_dual sw_gk_dual_of(struct sw_str name)
{
	return sw_str_is(name, "sieve") ? SW_GK_DUAL_SIEVE : sw_str_is(name, "rego") ? SW_GK_DUAL_REGO : SW_GK_DUAL_CEL;
}

/* targets[0].rego stands for the Rego entry of code[]. */
static int find_source(struct sw_value target, enum sw_gk_dual dual, struct source *ret, struct sw_error *err)
{
	struct source s = {.version = SW_REGO_V0};
	s.rego = sw_value_getstr(target, "rego");
	s.libs = sw_object_gets(target, SW_STR("libs"));
	struct sw_value code = sw_object_gets(target, SW_STR("code"));
	bool legacy = s.rego.n > 0;
	if (code.type == SW_ARRAY)
		sw_array_foreach(c, code)
		{
			struct sw_value source = sw_object_gets(*c, SW_STR("source"));
			struct sw_str engine = sw_value_getstr(*c, "engine");
			if (sw_str_is(engine, "K8sNativeValidation") && !sw_defined(s.cel))
				s.cel = source;
			if (legacy || !sw_str_is(engine, "Rego"))
				continue;
			s.rego = sw_value_getstr(source, "rego");
			s.libs = sw_object_gets(source, SW_STR("libs"));
			if (sw_str_is(sw_value_getstr(source, "version"), "v1"))
				s.version = SW_REGO_V1;
		}
	if (!s.rego.n && s.cel.type != SW_OBJECT)
		return invalid(err, "no source in Rego or CEL in spec.targets");
	if (s.rego.n && (dual == SW_GK_DUAL_REGO || s.cel.type != SW_OBJECT))
		s.cel = sw_undef();
	*ret = s;
	return 0;
}

/* ---- what the Rego may refer to ---- */

struct scan {
	const char *bad; /* first forbidden thing found below data */
	struct sw_str name;
	uint32_t depth;
};

static void scan_body(struct scan *s, const struct sw_rego_body *b);

static void scan_ref(struct scan *s, const struct sw_rego_term *ref)
{
	if (ref->items.n == 0 || ref->items.v[0]->kind != SW_REGO_VAR ||
		!sw_str_is(ref->items.v[0]->name, "data"))
		return;
	const struct sw_rego_term *second = ref->items.n > 1 ? ref->items.v[1] : NULL;
	if (second && second->kind == SW_REGO_SCALAR && second->value.type == SW_STRING) {
		struct sw_str name = sw_value_str(second->value);
		if (sw_str_is(name, "inventory") || sw_str_is(name, "lib"))
			return;
		s->name = name;
	}
	s->bad = "data";
}

static void scan_term(struct scan *s, const struct sw_rego_term *t)
{
	if (!t || s->bad || s->depth > 2000)
		return;
	s->depth++;
	if (t->kind == SW_REGO_REF)
		scan_ref(s, t);
	for (uint32_t i = 0; i < t->items.n; i++)
		scan_term(s, t->items.v[i]);
	scan_body(s, &t->body);
	s->depth--;
}

static void scan_expr(struct scan *s, const struct sw_rego_expr *e)
{
	for (uint32_t i = 0; i < e->terms.n; i++)
		scan_term(s, e->terms.v[i]);
	for (uint32_t i = 0; i < e->n_withs; i++)
		scan_term(s, e->withs[i].value);
	scan_term(s, e->key);
	scan_term(s, e->val);
	scan_term(s, e->domain);
	scan_body(s, &e->body);
	for (uint32_t i = 0; i < e->n_branches; i++)
		scan_body(s, &e->branches[i]);
}

static void scan_body(struct scan *s, const struct sw_rego_body *b)
{
	for (uint32_t i = 0; i < b->n && !s->bad; i++)
		scan_expr(s, b->v[i]);
}

static void scan_rule(struct scan *s, const struct sw_rego_rule *r)
{
	for (; r && !s->bad; r = r->else_rule) {
		scan_term(s, r->head->ref);
		scan_term(s, r->head->key);
		scan_term(s, r->head->value);
		for (uint32_t i = 0; i < r->head->args.n; i++)
			scan_term(s, r->head->args.v[i]);
		scan_body(s, &r->body);
	}
}

static int check_refs(const struct sw_rego_module *m, struct sw_error *err)
{
	struct scan s = {0};
	for (uint32_t i = 0; i < m->n_imports; i++)
		scan_ref(&s, m->imports[i]->path);
	for (uint32_t i = 0; i < m->n_rules; i++)
		scan_rule(&s, m->rules[i]);
	if (!s.bad)
		return 0;
	sw_error_set(err, SW_EINVALID, "invalid data reference \"data%s%.*s\": a template may read "
				       "data.inventory and its own data.lib only",
		s.name.n ? "." : "", SW_STR_ARG(s.name));
	return -SW_EINVALID;
}

static bool defines(const struct sw_rego_module *m, const char *name)
{
	for (uint32_t i = 0; i < m->n_rules; i++) {
		const struct sw_rego_term *ref = m->rules[i]->head->ref;
		if (ref && ref->items.n && ref->items.v[0]->kind == SW_REGO_VAR &&
			sw_str_is(ref->items.v[0]->name, name))
			return true;
	}
	return false;
}

static bool package_begins(const struct sw_rego_module *m, const char *name)
{
	const struct sw_rego_term *p = m->package;
	return p->items.n > 1 && p->items.v[1]->kind == SW_REGO_SCALAR &&
	       p->items.v[1]->value.type == SW_STRING &&
	       sw_str_is(sw_value_str(p->items.v[1]->value), name);
}

/* ---- compiling ---- */

static void diag_first(const struct sw_rego_diags *d, struct sw_error *err)
{
	if (d->n == 0)
		return;
	sw_error_set(err, SW_EINVALID, "%s: %.*s", d->v[0].code, SW_STR_ARG(d->v[0].text));
	if (d->v[0].loc.file)
		sw_error_at(err, d->v[0].loc.file->name, d->v[0].loc.row, d->v[0].loc.col,
			d->v[0].loc.offset);
}

static int parse(struct gk_template *t, struct sw_str name, struct sw_str text, enum sw_rego_version version,
	struct sw_rego_module **ret, struct sw_error *err)
{
	struct sw_arena *a = sw_rego_engine_arena(t->engine);
	struct sw_source *file = sw_arena_new(a, struct sw_source);
	if (!file)
		return sw_error_set(err, SW_ELIMIT, "the template is too large");
	*file = (struct sw_source){.name = name, .text = text};
	struct sw_rego_diags diags;
	sw_rego_diags_init(&diags, a);
	struct sw_rego_parse_opts opts = {.version = version};
	int r = sw_rego_parse_module(a, file, &opts, ret, &diags);
	if (r < 0) {
		sw_error_set(err, SW_EINVALID, "cannot parse");
		diag_first(&diags, err);
		return -SW_EINVALID;
	}
	return 0;
}

/* The template's own package becomes data.template, where nothing of its libs can be. */
static int rename_package(struct gk_template *t, struct sw_rego_module *m)
{
	struct sw_arena *a = sw_rego_engine_arena(t->engine);
	struct sw_rego_term *ref = sw_arena_new(a, struct sw_rego_term);
	struct sw_rego_term *name = sw_arena_new(a, struct sw_rego_term);
	struct sw_rego_term **items = sw_arena_new_array(a, 2, struct sw_rego_term *);
	if (!ref || !name || !items)
		return -SW_ELIMIT;
	*ref = *m->package;
	*name = *m->package->items.v[m->package->items.n - 1];
	name->kind = SW_REGO_SCALAR;
	name->value = SW_VSTR("template");
	items[0] = m->package->items.v[0];
	items[1] = name;
	ref->items = (struct sw_rego_terms){.v = items, .n = 2, .cap = 2};
	m->package = ref;
	return 0;
}

static int add_main(struct gk_template *t, const struct source *s, struct sw_error *err)
{
	struct sw_rego_module *m;
	int r = parse(t, SW_STR("template.rego"), s->rego, s->version, &m, err);
	if (r < 0)
		return r;
	if (!defines(m, "violation"))
		return sw_error_set(err, SW_EINVALID, "missing required rules: [violation]");
	r = check_refs(m, err);
	if (r == 0 && rename_package(t, m) < 0)
		r = sw_error_set(err, SW_ELIMIT, "the template is too large");
	return r < 0 ? r : sw_rego_engine_add_module(t->engine, m, err);
}

static int add_libs(struct gk_template *t, const struct source *s, struct sw_error *err)
{
	if (s->libs.type != SW_ARRAY)
		return 0;
	if (s->libs.n > SW_GK_LIBS_MAX)
		return sw_error_set(err, SW_ELIMIT, "more than %d libs", SW_GK_LIBS_MAX);
	for (uint32_t i = 0; i < s->libs.n; i++) {
		struct sw_value lib = s->libs.u.a->v[i];
		struct sw_str name = sw_arena_printf(sw_rego_engine_arena(t->engine), "libs[%u].rego", i);
		struct sw_rego_module *m;
		if (lib.type != SW_STRING)
			return sw_error_set(err, SW_EINVALID, "libs[%u] is no text", i);
		int r = parse(t, name, sw_value_str(lib), s->version, &m, err);
		if (r < 0)
			return r;
		if (!package_begins(m, "lib"))
			return sw_error_set(err, SW_EINVALID, "libs[%u]: the package must begin with \"lib\"", i);
		r = check_refs(m, err);
		if (r == 0)
			r = sw_rego_engine_add_module(t->engine, m, err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* How results are taken from a template, for the type checker: what has no msg, or is no set, is refused as in Gatekeeper. */
static int add_hook(struct gk_template *t, struct sw_error *err)
{
	static const char hook[] = "package hooks\n"
				   "violation[{\"msg\": r.msg, \"details\": details}] {\n"
				   "\tdata.template.violation[r]\n"
				   "\tdetails := object.get(r, \"details\", {})\n"
				   "}\n";
	struct sw_rego_module *m;
	int r = parse(t, SW_STR("hooks"), SW_STR(hook), SW_REGO_V0, &m, err);
	return r < 0 ? r : sw_rego_engine_add_module(t->engine, m, err);
}

static int compile_cel(struct gk_template *t, const struct source *s, struct sw_error *err)
{
	struct sw_vap_opts opts = {.gatekeeper = true};
	return sw_vap_policy_new(s->cel, &opts, &t->cel, err);
}

static int compile_rego(struct sw_gk *gk, struct gk_template *t, const struct source *s, struct sw_error *err)
{
	static const struct sw_str unsafe[] = {SW_STR_INIT("http.send")};
	struct sw_rego_engine_opts opts = {.compile = {.print = gk->opts.print != NULL,
						   .unsafe = unsafe, .n_unsafe = 1}};
	if (gk->external)
		opts.compile.caps = gk_external_caps(gk->external);
	t->engine = sw_rego_engine_new(&opts);
	int r = add_main(t, s, err);
	if (r == 0)
		r = add_libs(t, s, err);
	if (r == 0)
		r = add_hook(t, err);
	if (r == 0)
		r = sw_rego_engine_compile(t->engine, err);
	if (r == 0)
		r = sw_rego_engine_entrypoint(
			t->engine, SW_STR("data.template.violation"), &t->query, err);
	if (r < 0)
		return r;
	struct sw_rego_eval_opts eval = {.limits = gk->opts.limits, .print = gk->opts.print};
	t->eval = sw_rego_eval_new(t->engine, &eval);
	return 0;
}

static void drop_rego(struct gk_template *t)
{
	sw_rego_eval_free(t->eval);
	sw_rego_engine_free(t->engine);
	t->eval = NULL;
	t->engine = NULL;
}

static int compile(struct sw_gk *gk, struct gk_template *t, const struct source *s, struct sw_error *err)
{
	struct sw_error unused;
	if (s->cel.type != SW_OBJECT)
		return compile_rego(gk, t, s, err);
	if (gk->opts.dual == SW_GK_DUAL_SIEVE && s->rego.n && compile_rego(gk, t, s, &unused) < 0)
		drop_rego(t); /* what cannot sieve takes nothing from the CEL */
	return compile_cel(t, s, err);
}

/* ---- the object ---- */

static bool lower_is(struct sw_str kind, struct sw_str name)
{
	return sw_str_ieq(kind, name);
}

/* v1beta1 and v1alpha1 templates keep fields that their schema does not name, unless legacySchema: false. */
static bool is_legacy(struct sw_value object, struct sw_value validation)
{
	struct sw_value legacy = sw_object_gets(validation, SW_STR("legacySchema"));
	if (legacy.type == SW_BOOL)
		return legacy.u.b;
	return !sw_str_is(sw_value_getstr(object, "apiVersion"), "templates.gatekeeper.sh/v1");
}

static struct sw_value legacy_schema(struct sw_arena *a, struct sw_value schema, int depth);

static struct sw_value legacy_properties(struct sw_arena *a, struct sw_value properties, int depth)
{
	struct sw_map m;
	sw_map_init(&m, a);
	sw_object_foreach(it, properties)
		sw_map_add(&m, it->k, it->v.type == SW_OBJECT ? legacy_schema(a, it->v, depth) : it->v);
	return sw_map_object(&m);
}

/* What may be an object keeps everything, and elements without a schema may be anything. */
static struct sw_value legacy_schema(struct sw_arena *a, struct sw_value schema, int depth)
{
	struct sw_str type = sw_value_getstr(schema, "type");
	struct sw_map m;
	if (depth == LEGACY_DEPTH_MAX)
		return schema;
	sw_map_init(&m, a);
	if (schema.type == SW_OBJECT)
		sw_object_foreach(it, schema) {
			struct sw_str key = sw_value_str(it->k);
			struct sw_value v = it->v;
			if (v.type == SW_OBJECT && sw_str_is(key, "properties"))
				v = legacy_properties(a, v, depth + 1);
			else if (v.type == SW_OBJECT && (sw_str_is(key, "items") || sw_str_is(key, "additionalProperties")))
				v = legacy_schema(a, v, depth + 1);
			if (!sw_str_is(key, "x-kubernetes-preserve-unknown-fields"))
				sw_map_add(&m, it->k, v);
		}
	if (!type.n || sw_str_is(type, "object"))
		sw_map_adds(&m, "x-kubernetes-preserve-unknown-fields", sw_bool(true));
	else if (sw_str_is(type, "array") && !sw_defined(sw_object_gets(schema, SW_STR("items"))))
		sw_map_adds(&m, "items", legacy_schema(a, sw_undef(), depth + 1));
	return sw_map_object(&m);
}

/* The schema of the parameters, as the CustomResourceDefinition of the constraints would have it. */
static int read_schema(
	struct sw_gk *gk, struct sw_value object, struct sw_value validation, struct sw_value *ret, struct sw_error *err)
{
	struct sw_value schema = sw_object_gets(validation, SW_STR("openAPIV3Schema"));
	if (schema.type == SW_NULL)
		schema = sw_undef();
	if (is_legacy(object, validation))
		schema = legacy_schema(&gk->arena, schema, 0);
	int r = !sw_defined(schema) ? 0
				    : sw_openapi_structural(&gk->arena, schema,
					      SW_STR("spec.validation.openAPIV3Schema.properties[spec].properties[parameters]"),
					      err);
	*ret = schema;
	return r < 0 ? sw_error_prefix(err, "invalid ConstraintTemplate: ") : 0;
}

static int read_template(
	struct sw_gk *gk, struct sw_value object, struct gk_template *t, struct source *ret, struct sw_error *err)
{
	struct sw_value crd = sw_value_path(object, "spec", "crd", "spec", NULL);
	struct sw_value validation = sw_object_gets(crd, SW_STR("validation"));
	struct sw_value targets = sw_value_path(object, "spec", "targets", NULL);
	struct sw_str name = sw_value_getstr(sw_object_gets(object, SW_STR("metadata")), "name");
	t->object = object;
	t->kind = sw_value_getstr(sw_object_gets(crd, SW_STR("names")), "kind");
	if (!t->kind.n)
		return invalid(err, "no spec.crd.spec.names.kind");
	if (!lower_is(t->kind, name))
		return sw_error_set(err, SW_EINVALID, "invalid ConstraintTemplate: the name \"%.*s\" must be the "
						      "lowercase of the CRD's kind \"%.*s\"",
			SW_STR_ARG(name), SW_STR_ARG(t->kind));
	if (targets.type != SW_ARRAY || targets.n == 0)
		return invalid(err, "no targets specified: ConstraintTemplate must specify one target");
	if (targets.n > 1)
		return invalid(err, "multi-target templates are not currently supported");
	struct sw_value target = targets.u.a->v[0];
	if (!sw_str_is(sw_value_getstr(target, "target"), TARGET))
		return invalid(err, "the target must be " TARGET);
	t->operations = sw_object_gets(target, SW_STR("operations"));
	struct sw_value schema;
	int r = read_schema(gk, object, validation, &schema, err);
	if (r < 0)
		return r;
	t->schema = gk_constraint_schema(&gk->arena, schema);
	return find_source(target, gk->opts.dual, ret, err);
}

struct gk_template *gk_template_find(const struct sw_gk *gk, struct sw_str kind)
{
	for (uint32_t i = 0; i < gk->n_templates; i++)
		if (sw_str_eq(gk->templates[i]->kind, kind))
			return gk->templates[i];
	return NULL;
}

void gk_template_free(struct gk_template *t)
{
	if (!t)
		return;
	sw_vap_policy_free(t->cel);
	drop_rego(t);
	free(t);
}

static int keep(struct sw_gk *gk, struct gk_template *t, struct sw_error *err)
{
	for (uint32_t i = 0; i < gk->n_templates; i++) {
		if (!sw_str_eq(gk->templates[i]->kind, t->kind))
			continue;
		struct gk_template *old = gk->templates[i];
		for (uint32_t j = 0; j < gk->n_constraints; j++)
			if (gk->constraints[j]->template == old)
				gk->constraints[j]->template = t;
		gk->templates[i] = t;
		gk_changed(gk); /* what was made of the old engine goes first */
		gk_template_free(old);
		return 0;
	}
	if (gk_grow(&gk->arena, (void **)&gk->templates, gk->n_templates, &gk->cap_templates,
		    sizeof(*gk->templates)) < 0)
		return sw_error_set(err, SW_ELIMIT, "too many templates");
	gk->templates[gk->n_templates++] = t;
	return 0;
}

int sw_gk_add_template(struct sw_gk *gk, struct sw_value object, struct sw_error *err)
{
	struct gk_template *t = calloc(1, sizeof(*t));
	if (!t)
		abort();
	struct source source = {0};
	int r = read_template(gk, object, t, &source, err);
	if (r == 0)
		r = compile(gk, t, &source, err);
	if (r == 0)
		r = keep(gk, t, err);
	if (r < 0)
		gk_template_free(t);
	return r;
}
