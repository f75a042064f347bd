/* SPDX-License-Identifier: Apache-2.0 */
/* What `policy build` makes a bundle of. Everything lives in the command's arena. */
#ifndef SW_CMD_POLICY_BUILD_H
#define SW_CMD_POLICY_BUILD_H

#include "cmd/policy/policy.h"
#include "cmd/policy/rego_load.h"
#include "rego/ast.h"

struct sw_build_module {
	struct sw_str name; /* in the bundle, without the slash in front */
	struct sw_source *src;
	enum sw_rego_version version;
	bool as_is; /* its text is written as it is */
};

struct sw_build {
	struct sw_cmd_ctx *ctx;
	struct sw_arena *arena;
	struct sw_build_module *modules;
	uint32_t n_modules, cap_modules;
	struct sw_value data;
	struct sw_rego_terms entrypoints; /* refs of data */
	struct sw_list roots;		  /* strings; none: everything */
	struct sw_str revision;
	struct sw_value metadata, signatures; /* of the only bundle; SW_UNDEF: none */
	int64_t version;	  /* 0 or 1: of modules of which nothing else is said */
	const struct sw_rego_caps *caps;
	struct sw_rego_diags errors; /* of parsing and formatting what was loaded */
	struct sw_str told;	     /* the whole error, where it is not that of the call */
};

int sw_build_add(struct sw_build *b, struct sw_str name, struct sw_str text, enum sw_rego_version version,
	struct sw_error *err);
void sw_build_sort(struct sw_build *b); /* the modules, by their names */
/* An engine of all modules and the data, compiled. The caller frees it, after an error too, which is in b->told. */
int sw_build_compile(struct sw_build *b, bool opa_names, struct sw_rego_engine **ret, struct sw_error *err);

/*
 * build_optimize.c: evaluates each entrypoint partially, the input (and data outside of the roots) being unknown, and
 * puts what is left in place of the rules that it stands for, as opa build -O does. `level` 1 inlines nothing
 * that depends on the input.
 */
int sw_build_optimize(struct sw_build *b, int level, const char *space, struct sw_error *err);

#endif
