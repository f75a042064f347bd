/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this folder share. */
#ifndef SW_POLICY_GATEKEEPER_INTERNAL_H
#define SW_POLICY_GATEKEEPER_INTERNAL_H

#include <glib.h>

#include "policy/gatekeeper/external.h"
#include "policy/gatekeeper/gatekeeper.h"
#include "policy/vap/set.h"
#include "rego/sieve.h"

/* Ceilings. */
enum { SW_GK_LIBS_MAX = 256, SW_GK_RESULTS_MAX = 10000000, SW_GK_KINDS_MAX = 4096 };

struct gk_template {
	struct sw_str kind; /* of its constraints */
	struct sw_value object;
	struct sw_value schema; /* of a whole constraint */
	struct sw_vap_policy *cel; /* engine K8sNativeValidation: it judges, and an engine of Rego beside it only sieves */
	struct sw_rego_engine *engine;
	struct sw_rego_eval *eval;
	struct sw_value operations; /* that the template is about; [] or SW_UNDEF: all */
	uint32_t query; /* data.<package>.violation */
};

struct gk_constraint {
	struct gk_template *template;
	struct sw_value object, parameters;
	struct sw_str kind, name, action;
	struct sw_str *scoped; /* actions at our enforcement point */
	uint32_t n_scoped;
	struct sw_gk_match match;
	bool match_fails; /* its criteria can make errors */
	bool sieved;      /* `part` is made */
	const struct sw_rego_sieve_part *part;
};

/* The constraints that a kind of objects can match, in order. */
struct gk_candidates {
	struct gk_constraint **v;
	uint32_t n;
	uint32_t uses;                 /* until the sieve is made */
	struct sw_rego_screen *screen; /* NULL: none (yet) */
	uint64_t *bits;                /* what it said last */
	uint64_t *fail;                /* those whose criteria can make errors */
};

struct gk_data {
	struct sw_kube_object object;
	uint32_t order; /* the later of two equal ones wins */
};

/*
 * Objects by what they are called, in the order in which they were added: for parameters of admission policies, which are
 * asked for at each review.
 */
struct gk_entry {
	struct sw_kube_object object;
	struct gk_entry *next_name, *next_kind; /* of the same kind and name, of the same kind */
};
struct gk_table {
	GHashTable *names, *kinds; /* struct gk_entry as key; to struct gk_chain */
};

struct gk_mutator;
struct gk_expansion;

struct sw_gk {
	struct sw_arena arena;
	struct sw_gk_opts opts;
	struct gk_template **templates;
	uint32_t n_templates, cap_templates;
	struct gk_constraint **constraints; /* sorted by kind and name before a review */
	uint32_t n_constraints, cap_constraints;
	bool sorted;
	GHashTable *by_kind; /* "group/kind" to struct gk_candidates; made on demand after a change */
	struct sw_arena kinds_arena;
	struct sw_rego_sieve *sieve; /* made on demand, gone after a change */
	struct sw_arena scratch; /* of one review */
	struct gk_data *data;
	uint32_t n_data, cap_data;
	struct gk_table known; /* of the data */
	GHashTable *namespaces; /* name (struct sw_str in the arena) to the Namespace object */
	struct sw_arena data_arena; /* of all three */
	struct gk_table params; /* of admission policies, beside the data */
	struct sw_vap_set *vap;
	struct gk_external *external; /* NULL: not allowed */
	struct sw_value *configs; /* Config and SyncSet objects */
	uint32_t n_configs, cap_configs;
	struct sw_value *excludes; /* spec.match of those that exclude namespaces */
	uint32_t n_excludes, cap_excludes;
	struct sw_value default_ns; /* {"metadata": {"name": "default"}} */
	struct gk_mutator **mutators; /* by kind and name */
	uint32_t n_mutators, cap_mutators;
	struct gk_expansion **expansions; /* by name */
	uint32_t n_expansions, cap_expansions;
	struct sw_arena inventory_arena;
	struct sw_value inventory; /* {"inventory": …}; SW_UNDEF: to be made */
};

/* Do the lists of an applyTo entry (groups, versions, kinds) name it? No wildcards. */
bool gk_applies(struct sw_value entry, struct sw_str group, struct sw_str version, struct sw_str kind);
struct sw_str gk_meta_name(struct sw_value object);
/* `object` with a member set, or removed when `v` is SW_UNDEF. */
struct sw_value gk_with(struct sw_arena *a, struct sw_value object, struct sw_str key, struct sw_value v);
guint gk_str_hash(gconstpointer key); /* of struct sw_str */
gboolean gk_str_equal(gconstpointer a, gconstpointer b);
void gk_table_init(struct gk_table *t);
void gk_table_release(struct gk_table *t);
void gk_table_clear(struct gk_table *t);
/* The entry lives in the arena. -SW_ELIMIT. */
int gk_table_add(struct gk_table *t, struct sw_arena *a, const struct sw_kube_object *o);
/* The first of a kind, whatever its version; name p NULL: of any name. Follow its next_kind then, else its next_name. */
const struct gk_entry *gk_table_first(const struct gk_table *t, struct sw_str kind, struct sw_str name);
bool gk_table_has(const struct gk_table *t, const struct sw_kube_object *o);
bool gk_kinds_match(struct sw_value match, struct sw_str group, struct sw_str kind);
/* The constraints have changed. */
void gk_changed(struct sw_gk *gk);
/* The constraints that a kind of objects can match, with their sieve when it is time for one. */
struct gk_candidates gk_candidates(struct sw_gk *gk, const struct sw_kube_object *o);
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
/*
 * A template's CEL over input.review. Errors of expressions are violations, as in Gatekeeper (failurePolicy); what
 * could not be evaluated at all is told apart.
 */
int gk_cel_judge(struct sw_arena *a, const struct gk_constraint *c, struct sw_value review, int64_t deadline_ns,
	struct sw_vap_decisions *ret, struct sw_error *err);
/*
 * ValidatingAdmissionPolicies over the same. `object`: what the request is about; `ns`: its Namespace, SW_UNDEF: to be
 * looked for. What `fn` returns when that is not 0; -SW_ELIMIT.
 */
struct gk_vap_request {
	const struct sw_kube_object *object;
	struct sw_value review, ns;
	struct sw_str operation;
	int64_t deadline_ns;
};
/*
 * The mutating ones: *object becomes what they make of it, or *ret_denied says why one refuses it. -SW_EUNSUPPORTED:
 * one could not be evaluated; -SW_ELIMIT.
 */
int gk_map_mutate(struct sw_gk *gk, struct sw_arena *a, const struct sw_gk_mutable *m, struct sw_value *object,
	struct sw_str *ret_denied, struct sw_error *err);
int gk_vap_review(struct sw_gk *gk, const struct gk_vap_request *r,
	int (*fn)(void *arg, const struct sw_vap_result *x), void *arg, struct sw_error *err);

#endif
