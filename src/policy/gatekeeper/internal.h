/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this folder share. */
#ifndef SW_POLICY_GATEKEEPER_INTERNAL_H
#define SW_POLICY_GATEKEEPER_INTERNAL_H

#include "policy/gatekeeper/gatekeeper.h"

/* Ceilings. */
enum { SW_GK_LIBS_MAX = 256, SW_GK_RESULTS_MAX = 100000 };

struct gk_template {
	struct sw_str kind; /* of its constraints */
	struct sw_value schema; /* of a whole constraint */
	struct sw_rego_engine *engine;
	struct sw_rego_eval *eval;
	uint32_t query; /* data.<package>.violation */
};

struct gk_constraint {
	struct gk_template *template;
	struct sw_value object, parameters;
	struct sw_str kind, name, action;
	struct sw_str *scoped; /* actions at our enforcement point */
	uint32_t n_scoped;
	struct sw_gk_match match;
};

struct gk_data {
	struct sw_kube_object object;
	uint32_t order; /* the later of two equal ones wins */
};

struct sw_gk {
	struct sw_arena arena;
	struct sw_gk_opts opts;
	struct gk_template **templates;
	uint32_t n_templates, cap_templates;
	struct gk_constraint **constraints; /* sorted by kind and name before a review */
	uint32_t n_constraints, cap_constraints;
	bool sorted;
	struct gk_data *data;
	uint32_t n_data, cap_data;
	struct sw_arena inventory_arena;
	struct sw_value inventory; /* {"inventory": …}; SW_UNDEF: to be made */
};

struct gk_template *gk_template_find(const struct sw_gk *gk, struct sw_str kind);
void gk_template_free(struct gk_template *t);
/* Room for one more element of a pointer list in the arena. */
int gk_grow(struct sw_arena *a, void **items, uint32_t n, uint32_t *cap, size_t size);
/* data for the evaluations: {"inventory": {"cluster": …, "namespace": …}}. */
struct sw_value gk_inventory(struct sw_gk *gk);
/* The Namespace object of that name from the inventory, or SW_UNDEF. */
struct sw_value gk_namespace(const struct sw_gk *gk, struct sw_str name);
/* The schema of constraints of a template with this schema of parameters. */
struct sw_value gk_constraint_schema(struct sw_arena *a, struct sw_value parameters);

#endif
