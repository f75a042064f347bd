/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stream of YAML documents as policy review gets it: templates, constraints, expansions, mutators, Configs and
 * objects. Whatever they are: a refusal with a text, or a set that reviews, mutates and expands every object
 * within its limits; and a patch makes of the object what mutation made of it.
 */
#include <stdlib.h>

#include "doc/patch.h"
#include "doc/yaml.h"
#include "policy/gatekeeper/gatekeeper.h"

enum { OBJECTS_MAX = 32 };

static void add(struct sw_gk *gk, struct sw_value v)
{
	struct sw_error err = {0};
	int rc = 0;
	switch (sw_gk_kind_of(v)) {
	case SW_GK_TEMPLATE:
		rc = sw_gk_add_template(gk, v, &err);
		break;
	case SW_GK_CONSTRAINT:
		rc = sw_gk_add_constraint(gk, v, NULL, &err);
		break;
	case SW_GK_EXPANSION:
		rc = sw_gk_add_expansion(gk, v, &err);
		break;
	case SW_GK_MUTATOR:
		rc = sw_gk_add_mutator(gk, v, &err);
		break;
	case SW_GK_CONFIG:
		rc = sw_gk_add_config(gk, v, &err);
		break;
	case SW_GK_ADMISSION:
		rc = sw_gk_add_admission(gk, v, &err);
		break;
	default:
		break;
	}
	if (rc < 0 && (!err.code || !err.text[0]))
		abort();
}

static void mutate(struct sw_gk *gk, struct sw_arena *a, struct sw_value v)
{
	struct sw_gk_mutable m = {.object = v, .operation = SW_STR("CREATE")};
	struct sw_gk_mutation done;
	struct sw_error err = {0};
	struct sw_value again;
	if (sw_gk_mutate(gk, a, &m, &done, &err) < 0) {
		if (!err.text[0])
			abort();
		return;
	}
	if (sw_patch_apply(a, v, done.patch, &again, NULL) == 0 && !sw_value_eq(again, done.object))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	sw_autoarena a;
	struct sw_yaml_stream *s;
	struct sw_yaml_doc doc;
	struct sw_value objects[OBJECTS_MAX];
	uint32_t n = 0;
	struct sw_error err = {0};
	struct sw_yaml_limits limits = {.nodes = 100000};
	struct sw_gk_opts opts = {.limits = {.steps = 200000, .memory = 64 << 20}};
	sw_arena_init(&a, 256 << 20);
	if (sw_yaml_open(&a, sw_str_make((const char *)data, size), SW_YAML_K8S, &limits, &s, &err) < 0)
		return 0;
	for (int got, rounds = 0; n < OBJECTS_MAX && rounds < 100 && (got = sw_yaml_next(s, &a, &doc, &err)); rounds++)
		if (got > 0)
			objects[n++] = doc.root;
	struct sw_gk *gk = sw_gk_new(&opts);
	for (int round = 0; round < 2; round++) /* constraints may stand before their templates */
		for (uint32_t i = 0; i < n; i++)
			add(gk, objects[i]);
	for (uint32_t i = 0; i < n; i++)
		sw_gk_add_data(gk, objects[i], NULL);
	for (uint32_t i = 0; i < n && !a.overflow; i++) {
		struct sw_gk_request req = {.object = objects[i], .stats = true};
		struct sw_gk_reviewed x;
		if (sw_gk_review_expanded(gk, &a, &req, &x, &err) == 0)
			mutate(gk, &a, objects[i]);
	}
	sw_gk_free(gk);
	return 0;
}
