/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of Gatekeeper's model share: YAML to values, a small template, results as one text. */
#ifndef SW_TEST_GK_H
#define SW_TEST_GK_H

#include "../test.h"

#include "doc/json.h"
#include "doc/yaml.h"
#include "policy/gatekeeper/gatekeeper.h"

static struct sw_arena arena; /* of a test program; values live to its end */

static inline struct sw_value yaml(const char *text)
{
	struct sw_value v;
	struct sw_error err = {0};
	if (sw_yaml_parse(&arena, sw_str_from(text), SW_YAML_K8S, NULL, &v, &err) < 0)
		fail_msg("%s\nin:\n%s", err.text, text);
	return v;
}

__attribute__((format(printf, 1, 2))) static inline struct sw_value yamlf(const char *fmt, ...)
{
	va_list ap;
	sw_autobuf b;
	sw_buf_init(&b, 1 << 20);
	va_start(ap, fmt);
	sw_buf_vprintf(&b, fmt, ap);
	va_end(ap);
	return yaml(sw_arena_cstr(&arena, sw_buf_str(&b)));
}

static inline const char *json(struct sw_value v)
{
	sw_autobuf b;
	sw_buf_init(&b, 1 << 24);
	sw_json_write(&b, v, 0);
	return sw_arena_cstr(&arena, sw_buf_str(&b));
}

/* A template of kind `kind` with this Rego, and the schema of its parameters (a YAML flow mapping). */
static inline struct sw_value template_of(const char *kind, const char *schema, const char *rego)
{
	char lower[64] = "";
	for (size_t i = 0; kind[i] && i < sizeof(lower) - 1; i++)
		lower[i] = (char)(kind[i] >= 'A' && kind[i] <= 'Z' ? kind[i] + 32 : kind[i]);
	struct sw_value t = yamlf("apiVersion: templates.gatekeeper.sh/v1\n"
				  "kind: ConstraintTemplate\n"
				  "metadata: {name: %s}\n"
				  "spec:\n"
				  "  crd: {spec: {names: {kind: %s}, validation: {openAPIV3Schema: %s}}}\n"
				  "  targets: []\n",
		lower, kind, schema);
	/* The Rego goes in as a value: no quoting. */
	struct sw_map target, spec, m;
	sw_map_init(&target, &arena);
	sw_map_adds(&target, "target", SW_VSTR("admission.k8s.gatekeeper.sh"));
	sw_map_adds(&target, "rego", sw_string(sw_str_from(rego)));
	struct sw_list targets;
	sw_list_init(&targets, &arena);
	sw_list_add(&targets, sw_map_object(&target));
	sw_map_init(&spec, &arena);
	sw_map_adds(&spec, "crd", sw_value_path(t, "spec", "crd", NULL));
	sw_map_adds(&spec, "targets", sw_list_array(&targets));
	sw_map_init(&m, &arena);
	sw_object_foreach(it, t)
		sw_map_add(&m, it->k, it->v);
	sw_map_adds(&m, "spec", sw_map_object(&spec));
	return sw_map_object(&m);
}

static inline void must(int rc, const struct sw_error *err)
{
	if (rc != 0)
		fail_msg("%d: %s", rc, err->text);
}

static inline void add_template(struct sw_gk *gk, struct sw_value t)
{
	struct sw_error err = {0};
	must(sw_gk_add_template(gk, t, &err), &err);
}

static inline void add_constraint(struct sw_gk *gk, const char *text)
{
	struct sw_error err = {0};
	must(sw_gk_add_constraint(gk, yaml(text), NULL, &err), &err);
}

/* "action: message" of all results, one a line. */
static inline const char *results(const struct sw_gk_results *r)
{
	sw_autobuf b;
	sw_buf_init(&b, 1 << 24);
	for (uint32_t i = 0; i < r->n; i++)
		sw_buf_printf(&b, "%s%.*s: %.*s", i ? "\n" : "", SW_STR_ARG(r->v[i].action), SW_STR_ARG(r->v[i].msg));
	return sw_arena_cstr(&arena, sw_buf_str(&b));
}

static inline const char *review(struct sw_gk *gk, const char *object)
{
	struct sw_gk_request req = {.object = yaml(object)};
	struct sw_gk_results r;
	struct sw_error err = {0};
	if (sw_gk_review(gk, &arena, &req, &r, &err) < 0)
		return sw_arena_cstr(&arena, sw_arena_printf(&arena, "error: %s", err.text));
	return results(&r);
}

#endif
