/* SPDX-License-Identifier: Apache-2.0 */
/* A mutator taken apart. Shared by the files that read, check and apply them. */
#ifndef SW_POLICY_GATEKEEPER_MUTATOR_H
#define SW_POLICY_GATEKEEPER_MUTATOR_H

#include "policy/gatekeeper/internal.h"

enum { GK_PATH_MAX = 64, GK_MUTATORS_MAX = 10000 };

/*
 * One step of a location: a member, or the elements of a list by the value of a key.
 *     spec.containers[name: main].image   is   spec, containers, [name: main], image
 */
struct gk_node {
	bool list, glob;
	struct sw_str key;      /* member, or the key of the list's elements */
	struct sw_value value;  /* of the key: string or integer; SW_UNDEF for a glob */
};

struct gk_path {
	struct gk_node v[GK_PATH_MAX];
	uint32_t n;
};

/* Upstream's grammar and error texts. */
int gk_path_parse(struct sw_arena *a, struct sw_str text, struct gk_path *ret, struct sw_error *err);
bool gk_node_eq(const struct gk_node *x, const struct gk_node *y);

enum gk_mutator_kind { GK_ASSIGN, GK_ASSIGN_IMAGE, GK_ASSIGN_METADATA, GK_MODIFY_SET };
enum gk_test { GK_TEST_NONE, GK_MUST_EXIST, GK_MUST_NOT_EXIST };
enum gk_from { GK_FROM_VALUE, GK_FROM_NAME, GK_FROM_NAMESPACE, GK_FROM_PROVIDER };

struct gk_mutator {
	enum gk_mutator_kind kind;
	struct sw_str name;
	struct sw_value object, apply_to;
	struct sw_gk_match match;
	struct gk_path path;
	uint8_t tests[GK_PATH_MAX]; /* enum gk_test of each step */
	enum gk_from from;
	struct sw_value value;          /* of Assign and AssignMetadata; of a provider: externalData with its defaults */
	bool prune;                     /* of ModifySet */
	struct sw_value values;
	struct sw_str domain, image_path, tag; /* of AssignImage */
	bool conflict;
};

const char *gk_mutator_kind_name(enum gk_mutator_kind kind);
int gk_image_check(const struct gk_mutator *m, struct sw_error *err);
struct sw_str gk_image_mutate(struct sw_arena *a, const struct gk_mutator *m, struct sw_str image);
/* spec.parameters.assign.externalData, its defaults filled in; an error is upstream's. */
int gk_provided_read(struct sw_gk *gk, const struct gk_mutator *m, struct sw_value external, struct sw_value *ret,
	struct sw_error *err);
/* What stands in the object until the provider is asked about `old` (SW_UNDEF: about `key`). */
int gk_provided_placeholder(struct sw_arena *a, struct sw_value external, struct sw_value old, struct sw_str key,
	struct sw_value *ret, struct sw_error *err);
/* Asks every provider once for all that stands in the object, and puts the answers in. */
int gk_provided_resolve(struct sw_gk *gk, struct sw_arena *a, struct sw_value *object, struct sw_error *err);
const char *gk_go_type(struct sw_value v); /* Go's name of the type, as upstream's messages have it */
/* Marks those whose paths contradict each other: all anew, or with `added` only what contradicts that one. */
void gk_mutators_check(struct sw_gk *gk, struct gk_mutator *added);

#endif
