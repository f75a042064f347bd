/* SPDX-License-Identifier: Apache-2.0 */
/* Constraints: which template, with which parameters, about which objects, with which consequence. */
#include <stdlib.h>

#include "doc/json.h"
#include "kube/openapi.h"
#include "policy/gatekeeper/internal.h"

/* The part of the schema that every constraint has: match, enforcementAction, metadata. */
static const char common_schema[] =
	"{\"type\":\"object\",\"properties\":{"
	"\"metadata\":{\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\",\"maxLength\":63}}},"
	"\"status\":{\"x-kubernetes-preserve-unknown-fields\":true},"
	"\"spec\":{\"type\":\"object\",\"properties\":{"
	"\"enforcementAction\":{\"type\":\"string\",\"default\":\"deny\"},"
	"\"scopedEnforcementActions\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{"
	"\"action\":{\"type\":\"string\"},"
	"\"enforcementPoints\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{"
	"\"name\":{\"type\":\"string\"}}}}}}},"
	"\"match\":{\"type\":\"object\",\"properties\":{"
	"\"source\":{\"type\":\"string\",\"enum\":[\"All\",\"Generated\",\"Original\"]},"
	"\"scope\":{\"type\":\"string\"},"
	"\"name\":{\"type\":\"string\",\"pattern\":\"^\\\\*?[-:a-z0-9]*\\\\*?$\"},"
	"\"kinds\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{"
	"\"apiGroups\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},"
	"\"kinds\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}}}},"
	"\"namespaces\":{\"type\":\"array\",\"items\":{\"type\":\"string\","
	"\"pattern\":\"^\\\\*?[-:a-z0-9]*\\\\*?$\"}},"
	"\"excludedNamespaces\":{\"type\":\"array\",\"items\":{\"type\":\"string\","
	"\"pattern\":\"^\\\\*?[-:a-z0-9]*\\\\*?$\"}},"
	"\"labelSelector\":{\"type\":\"object\",\"properties\":{"
	"\"matchLabels\":{\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\"}},"
	"\"matchExpressions\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"key\",\"operator\"],"
	"\"properties\":{\"key\":{\"type\":\"string\"},\"operator\":{\"type\":\"string\"},"
	"\"values\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}}}}}},"
	"\"namespaceSelector\":{\"type\":\"object\",\"properties\":{"
	"\"matchLabels\":{\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\"}},"
	"\"matchExpressions\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"key\",\"operator\"],"
	"\"properties\":{\"key\":{\"type\":\"string\"},\"operator\":{\"type\":\"string\"},"
	"\"values\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}}}}}}}}}}}}";

/* `object` with `value` at the keys `path`, whose objects exist. */
static struct sw_value put(
	struct sw_arena *a, struct sw_value object, const char *const *path, struct sw_value value)
{
	if (!*path)
		return value;
	struct sw_map m;
	sw_map_init(&m, a);
	if (object.type == SW_OBJECT)
		sw_object_foreach(it, object)
			sw_map_add(&m, it->k, it->v);
	struct sw_value inner = sw_object_gets(object, sw_str_from(*path));
	sw_map_adds(&m, *path, put(a, inner, path + 1, value));
	return sw_map_object(&m);
}

struct sw_value gk_constraint_schema(struct sw_arena *a, struct sw_value parameters)
{
	struct sw_value common;
	if (sw_json_parse(a, SW_STR(common_schema), 0, NULL, &common, NULL, NULL) < 0)
		return sw_undef();
	if (parameters.type != SW_OBJECT)
		return common;
	static const char *const path[] = {"properties", "spec", "properties", "parameters", NULL};
	return put(a, common, path, parameters);
}

int gk_grow(struct sw_arena *a, void **items, uint32_t n, uint32_t *cap, size_t size)
{
	if (n < *cap)
		return 0;
	uint32_t want = *cap ? *cap * 2 : 16;
	void *p = sw_arena_grow(a, *items, n * size, want * size);
	if (!p)
		return -SW_ELIMIT;
	*items = p;
	*cap = want;
	return 0;
}

/* ---- enforcement ---- */

static bool names_point(struct sw_value points, struct sw_str point)
{
	if (points.type != SW_ARRAY)
		return false;
	sw_array_foreach(p, points)
	{
		struct sw_str name = sw_value_getstr(*p, "name");
		if (sw_str_is(name, "*") || sw_str_eq(name, point))
			return true;
	}
	return false;
}

static void add_action(struct gk_constraint *c, struct sw_str action)
{
	for (uint32_t i = 0; i < c->n_scoped; i++)
		if (sw_str_eq(c->scoped[i], action))
			return;
	c->scoped[c->n_scoped++] = action;
}

/* With action "scoped": the actions that are meant for our enforcement point. */
static int read_actions(struct sw_gk *gk, struct gk_constraint *c, struct sw_error *err)
{
	struct sw_value spec = sw_object_gets(c->object, SW_STR("spec"));
	c->action = sw_value_getstr(spec, "enforcementAction");
	if (!c->action.n)
		c->action = SW_STR("deny");
	if (!sw_str_is(c->action, "scoped"))
		return 0;
	struct sw_value list = sw_object_gets(spec, SW_STR("scopedEnforcementActions"));
	if (list.type != SW_ARRAY)
		return sw_error_set(err, SW_EINVALID, "spec.scopedEnforcementActions must be defined");
	c->scoped = sw_arena_new_array(&gk->arena, list.n, struct sw_str);
	if (!c->scoped)
		return sw_error_set(err, SW_ELIMIT, "too many actions");
	sw_array_foreach(e, list)
		if (names_point(sw_object_gets(*e, SW_STR("enforcementPoints")), gk->opts.enforcement_point))
			add_action(c, sw_value_getstr(*e, "action"));
	return 0;
}

/* ---- adding ---- */

static int check_identity(
	const struct gk_template *t, const struct sw_kube_object *o, struct sw_error *err)
{
	if (!sw_kube_valid_subdomain(o->name))
		return sw_error_set(err, SW_EINVALID, "invalid constraint: invalid name: \"%.*s\"",
			SW_STR_ARG(o->name));
	if (!sw_str_is(o->version, "v1beta1") && !sw_str_is(o->version, "v1alpha1"))
		return sw_error_set(err, SW_EINVALID, "invalid constraint: unsupported version \"%.*s\" for "
						      "Constraint \"%.*s\"; supported: v1beta1, v1alpha1",
			SW_STR_ARG(o->version), SW_STR_ARG(o->name));
	(void)t;
	return 0;
}

static int check_schema(struct sw_gk *gk, const struct gk_template *t, struct sw_value object,
	enum sw_gk_refusal *why, struct sw_error *err)
{
	int r = sw_openapi_validate(&gk->arena, t->schema, object, SW_STR(""), err);
	if (r < 0) {
		*why = SW_GK_REFUSED_SCHEMA;
		sw_error_prefix(err, "schema validation error: ");
		return r;
	}
	sw_autobuf paths;
	sw_buf_init(&paths, 4096);
	if (sw_openapi_unknown(&gk->arena, t->schema, object, true, &paths))
		return sw_error_set(err, SW_EINVALID, "invalid constraint: unknown fields: [%.*s]",
			SW_STR_ARG(sw_buf_str(&paths)));
	return 0;
}

static int add(struct sw_gk *gk, struct sw_value object, enum sw_gk_refusal *why, struct sw_error *err)
{
	struct sw_kube_object o;
	int r = sw_kube_object_init(object, &o, err);
	if (r < 0)
		return r;
	struct gk_template *t = gk_template_find(gk, o.kind);
	if (!t)
		return sw_error_set(err, SW_EINVALID,
			"missing ConstraintTemplate: no template makes constraints of kind \"%.*s\"",
			SW_STR_ARG(o.kind));
	struct gk_constraint *c = sw_arena_new(&gk->arena, struct gk_constraint);
	object = sw_openapi_default(&gk->arena, t->schema, object);
	if (!c || !sw_defined(object))
		return sw_error_set(err, SW_ELIMIT, "the constraint is too large");
	*c = (struct gk_constraint){.template = t, .object = object, .kind = o.kind, .name = o.name};
	r = check_identity(t, &o, err);
	if (r == 0)
		r = check_schema(gk, t, object, why, err);
	if (r == 0)
		r = read_actions(gk, c, err);
	if (r == 0)
		r = sw_gk_match_init(&gk->arena, sw_value_path(object, "spec", "match", NULL), &c->match, err);
	if (r < 0)
		return r;
	c->parameters = sw_value_path(object, "spec", "parameters", NULL);
	c->match_fails = c->match.has_namespaces ||
			 sw_defined(sw_value_path(object, "spec", "match", "source", NULL));
	if (!sw_defined(c->parameters) || c->parameters.type == SW_NULL)
		c->parameters = sw_empty_object();
	for (uint32_t i = 0; i < gk->n_constraints; i++) /* a new one of the same name replaces the old */
		if (sw_str_eq(gk->constraints[i]->kind, c->kind) &&
			sw_str_eq(gk->constraints[i]->name, c->name)) {
			gk->constraints[i] = c;
			gk_changed(gk);
			return 0;
		}
	if (gk_grow(&gk->arena, (void **)&gk->constraints, gk->n_constraints, &gk->cap_constraints,
		    sizeof(*gk->constraints)) < 0)
		return sw_error_set(err, SW_ELIMIT, "too many constraints");
	gk->constraints[gk->n_constraints++] = c;
	gk_changed(gk);
	return 0;
}

int sw_gk_add_constraint(
	struct sw_gk *gk, struct sw_value object, enum sw_gk_refusal *ret_why, struct sw_error *err)
{
	enum sw_gk_refusal why = SW_GK_REFUSED;
	int r = add(gk, object, &why, err);
	if (r < 0 && ret_why)
		*ret_why = why;
	return r;
}
