/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/gatekeeper/gatekeeper.h"
#include "policy/gatekeeper/objects.h"

/* The place of an error in a template's Rego is a place in that text, not in a file. */
static int template_failed(struct sw_error *err, struct sw_str name)
{
	if (err->file[0]) {
		struct sw_error place = *err;
		err->file[0] = 0;
		err->line = err->col = 0;
		sw_error_prefix(err, "%s:%u:%u: ", place.file, place.line, place.col);
	}
	return sw_error_prefix(err, "adding template \"%.*s\": ", SW_STR_ARG(name));
}

static int add(struct sw_gk *gk, struct sw_value v, enum sw_gk_kind kind, struct sw_error *err)
{
	struct sw_str name = sw_value_getstr(sw_object_gets(v, SW_STR("metadata")), "name");
	int r = 0;
	switch (kind) {
	case SW_GK_TEMPLATE:
		r = sw_gk_add_template(gk, v, err);
		return r < 0 ? template_failed(err, name) : 0;
	case SW_GK_CONSTRAINT:
		r = sw_gk_add_constraint(gk, v, NULL, err);
		return r < 0 ? sw_error_prefix(err, "adding constraint \"%.*s\": ", SW_STR_ARG(name)) : 0;
	case SW_GK_EXPANSION:
		r = sw_gk_add_expansion(gk, v, err);
		return r < 0 ? sw_error_prefix(err, "adding expansion \"%.*s\": ", SW_STR_ARG(name)) : 0;
	case SW_GK_MUTATOR:
		r = sw_gk_add_mutator(gk, v, err);
		return r < 0 ? sw_error_prefix(err, "adding mutator \"%.*s\": ", SW_STR_ARG(name)) : 0;
	case SW_GK_CONFIG:
		return sw_gk_add_config(gk, v, err);
	case SW_GK_ADMISSION:
		r = sw_gk_add_admission(gk, v, err);
		return r < 0 ? sw_error_prefix(err, "adding %.*s \"%.*s\": ", SW_STR_ARG(sw_value_getstr(v, "kind")),
				       SW_STR_ARG(name))
			     : 0;
	default:
		return 0;
	}
}

/* Those of one kind. */
static uint32_t add_kind(struct sw_gk *gk, struct sw_gk_objects *os, enum sw_gk_kind kind)
{
	uint32_t refused = 0;
	for (uint32_t i = 0; i < os->n; i++) {
		struct sw_error err = {0};
		if (sw_gk_kind_of(os->v[i].value) != kind || add(gk, os->v[i].value, kind, &err) == 0)
			continue;
		sw_gk_objects_problem_at(os, &os->v[i], &err);
		refused++;
	}
	return refused;
}

static uint32_t add_data(struct sw_gk *gk, struct sw_gk_objects *os)
{
	uint32_t refused = 0;
	for (uint32_t i = 0; i < os->n; i++) {
		struct sw_error err = {0};
		if (sw_gk_add_data(gk, os->v[i].value, &err) == 0)
			continue;
		sw_gk_objects_problem_at(os, &os->v[i], &err);
		refused++;
	}
	return refused;
}

uint32_t sw_gk_load(struct sw_gk *gk, struct sw_gk_objects *os)
{
	static const enum sw_gk_kind order[] = {
		SW_GK_TEMPLATE, SW_GK_CONSTRAINT, SW_GK_EXPANSION, SW_GK_MUTATOR, SW_GK_CONFIG,
		SW_GK_ADMISSION};
	uint32_t refused = 0;
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		refused += add_kind(gk, os, order[i]);
	return refused + add_data(gk, os);
}

uint32_t sw_gk_load_expansion(struct sw_gk *gk, struct sw_gk_objects *os)
{
	uint32_t refused = add_kind(gk, os, SW_GK_EXPANSION) + add_kind(gk, os, SW_GK_MUTATOR);
	for (uint32_t i = 0; i < os->n; i++) {
		struct sw_value v = os->v[i].value;
		struct sw_error err = {0};
		if (sw_gk_kind_of(v) != SW_GK_ADMISSION ||
			!sw_str_starts(sw_value_getstr(v, "kind"), SW_STR("Mutating")) ||
			add(gk, v, SW_GK_ADMISSION, &err) == 0)
			continue;
		sw_gk_objects_problem_at(os, &os->v[i], &err);
		refused++;
	}
	return refused + add_data(gk, os);
}
