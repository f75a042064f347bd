/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `seawall policy expand`: what ExpansionTemplates make of objects, as gator expand prints it; and
 * `seawall policy mutate`: what MutatingAdmissionPolicies and mutators make of them.
 */
#include <stdlib.h>

#include "cmd/policy/review.h"
#include "cmd/rows.h"
#include "doc/yaml.h"

#define OBJECTS_MEMORY ((size_t)4 << 30)
#define OUTPUT_MAX ((size_t)4 << 30)

struct entry {
	struct sw_str key; /* that gator sorts by */
	struct sw_value value;
	uint32_t place;
};

static int add(struct sw_arena *a, struct entry **list, uint32_t *n, uint32_t *cap, struct sw_value v)
{
	struct sw_kube_object o;
	if (sw_kube_object_init(v, &o, NULL) < 0)
		return 0;
	if (*n == *cap) {
		uint32_t want = *cap ? *cap * 2 : 64;
		struct entry *p = sw_arena_grow(a, *list, *n * sizeof(*p), want * sizeof(*p));
		if (!p)
			return -SW_ELIMIT;
		*list = p;
		*cap = want;
	}
	struct sw_str key =
		sw_arena_printf(a, "%.*s%.*s%.*s", SW_STR_ARG(o.name), SW_STR_ARG(o.api_version), SW_STR_ARG(o.kind));
	(*list)[*n] = (struct entry){.key = key, .value = v, .place = *n};
	++*n;
	return key.p ? 0 : -SW_ELIMIT;
}

/* Backwards by name, API version and kind. */
static int order(const void *x, const void *y)
{
	const struct entry *a = x, *b = y;
	int c = sw_str_cmp(b->key, a->key);
	return c ? c : (a->place > b->place) - (a->place < b->place);
}

static int expand_all(struct sw_cmd_ctx *ctx, struct sw_gk *gk, struct sw_gk_objects *os, struct entry **ret,
	uint32_t *ret_n, struct sw_error *err)
{
	uint32_t cap = 0;
	for (uint32_t i = 0; i < os->n; i++) {
		struct sw_gk_mutable m = {.object = os->v[i].value, .source = SW_GK_ORIGINAL,
			.ns = sw_gk_gator_namespace(gk, os->v[i].value)};
		struct sw_gk_expanded x;
		struct sw_error e = {0};
		if (sw_gk_expand(gk, ctx->arena, &m, &x, &e) < 0) {
			sw_gk_objects_problem_at(os, &os->v[i], &e);
			continue;
		}
		for (uint32_t j = 0; j < x.n; j++)
			if (add(ctx->arena, ret, ret_n, &cap, x.v[j].object) < 0)
				return sw_error_set(err, SW_ELIMIT, "too many generated objects");
	}
	if (*ret_n > 1)
		qsort(*ret, *ret_n, sizeof(**ret), order);
	return 0;
}

/* The objects themselves, in the order of the input. */
static int mutate_all(struct sw_cmd_ctx *ctx, struct sw_gk *gk, struct sw_gk_objects *os, struct entry **ret,
	uint32_t *ret_n, struct sw_error *err)
{
	uint32_t cap = 0;
	bool changed_only = sw_opts_bool(&ctx->opts, "changed");
	for (uint32_t i = 0; i < os->n; i++) {
		struct sw_gk_mutable m = {.object = os->v[i].value, .source = SW_GK_ORIGINAL,
			.ns = sw_gk_gator_namespace(gk, os->v[i].value)};
		struct sw_gk_mutation done;
		struct sw_error e = {0};
		if (sw_gk_kind_of(m.object) != SW_GK_NOTHING)
			continue;
		int rc = sw_gk_mutate(gk, ctx->arena, &m, &done, &e);
		if (rc == 0 && done.denied.p)
			rc = sw_error_set(&e, SW_EINVALID, "%.*s", SW_STR_ARG(done.denied));
		if (rc < 0)
			sw_gk_objects_problem_at(os, &os->v[i], &e);
		else if ((done.changed || !changed_only) && add(ctx->arena, ret, ret_n, &cap, done.object) < 0)
			return sw_error_set(err, SW_ELIMIT, "too many objects");
	}
	return 0;
}

static int write_all(struct sw_cmd_ctx *ctx, const struct entry *list, uint32_t n, struct sw_error *err)
{
	const char *file = sw_opts_str(&ctx->opts, "outputfile");
	bool json = strcmp(sw_opts_str(&ctx->opts, "format"), "json") == 0;
	sw_autobuf text;
	sw_buf_init(&text, OUTPUT_MAX);
	for (uint32_t i = 0; i < n; i++) {
		if (i)
			sw_buf_addz(&text, "---\n");
		if (json)
			sw_review_json_value(&text, list[i].value);
		else
			sw_yaml_write(&text, list[i].value);
	}
	if (text.overflow)
		return sw_error_set(err, SW_ELIMIT, "the output is too large");
	if (!file) {
		sw_buf_addstr(ctx->out, sw_buf_str(&text));
		sw_buf_addch(ctx->out, '\n');
		return 0;
	}
	sw_buf_printf(ctx->out, "Writing output to file: %s\n", file);
	return sw_cmd_write(file, sw_buf_str(&text), err);
}

static int run(struct sw_cmd_ctx *ctx,
	int (*make)(struct sw_cmd_ctx *ctx, struct sw_gk *gk, struct sw_gk_objects *os, struct entry **ret,
		uint32_t *ret_n, struct sw_error *err))
{
	struct sw_gk_objects os;
	struct sw_error err = {0};
	struct entry *list = NULL;
	uint32_t n = 0;
	ctx->arena->budget = OBJECTS_MEMORY;
	sw_gk_objects_init(&os, ctx->arena, false);
	struct sw_gk *gk = sw_gk_new(NULL);
	int rc = sw_review_read(ctx, &os, &err);
	if (rc == 0) {
		sw_gk_load_expansion(gk, &os);
		rc = make(ctx, gk, &os, &list, &n, &err);
	}
	if (rc == 0)
		rc = write_all(ctx, list, n, &err);
	for (uint32_t i = 0; i < os.n_problems; i++)
		sw_cmd_fail(&os.problems[i]);
	int code = rc < 0 ? sw_cmd_fail(&err) : os.all_problems ? SW_EXIT_ERROR : SW_EXIT_CLEAN;
	sw_gk_free(gk);
	return code;
}

static int run_expand(struct sw_cmd_ctx *ctx)
{
	return run(ctx, expand_all);
}

static int run_mutate(struct sw_cmd_ctx *ctx)
{
	return run(ctx, mutate_all);
}

#define FILENAME SW_ROW_FILENAME('n', "expansions, mutators and objects")
#define FORMAT                                                                                     \
	{.name = "format", .letter = 'f', .type = SW_OPT_ENUM, .choices = "yaml|json",             \
		.def = "yaml", .flags = SW_OPT_FLAG_ONLY, .since = "0.1", .help = "form of the objects"}
#define OUTPUTFILE                                                                                 \
	{.name = "outputfile", .letter = 'o', .type = SW_OPT_STRING, .metavar = "FILE",            \
		.flags = SW_OPT_FLAG_ONLY, .since = "0.1", .complete = SW_COMPLETE_FILE,           \
		.help = "write there instead of standard output"}

static const struct sw_opt expand_opts[] = {
	FILENAME,
	FORMAT,
	SW_ROW_IMAGE,
	OUTPUTFILE,
};

static const struct sw_opt mutate_opts[] = {
	FILENAME,
	FORMAT,
	{.name = "changed", .type = SW_OPT_BOOL, .flags = SW_OPT_FLAG_ONLY, .since = "0.1",
		.help = "only the objects that something changes"},
	SW_ROW_IMAGE,
	OUTPUTFILE,
};

const struct sw_cmd sw_cmd_policy_expand = {
	.name = "policy expand",
	.summary = "show what controllers will make of objects, as gator expand does",
	.args = "[PATH...]",
	.description = "Reads ExpansionTemplates, mutators and objects, mutates the objects, and prints everything that the\n"
		       "templates generate from them, after mutation.",
	.examples = "  seawall policy expand -n expansion.yaml -n deployment.yaml\n"
		    "  cat *.yaml | seawall policy expand -f json\n",
	.group = "Policies",
	.since = "0.1",
	.opts = expand_opts,
	.n_opts = SW_ARRAY_LEN(expand_opts),
	.complete = SW_COMPLETE_FILE,
	.max_args = SW_CMD_ANY,
	.run = run_expand,
};

const struct sw_cmd sw_cmd_policy_mutate = {
	.name = "policy mutate",
	.summary = "show what mutation policies make of objects",
	.args = "[PATH...]",
	.description = "Reads MutatingAdmissionPolicies with their bindings and parameters,\nGatekeeper's mutators and objects, "
		       "and prints the objects as they are after\nmutation. An object that a policy refuses is told on standard "
		       "error, and the\nexit code is 2.",
	.examples = "  seawall policy mutate -n policies/ -n deployment.yaml\n"
		    "  seawall policy mutate --changed -f json . > after.json\n",
	.group = "Policies",
	.since = "0.1",
	.opts = mutate_opts,
	.n_opts = SW_ARRAY_LEN(mutate_opts),
	.complete = SW_COMPLETE_FILE,
	.max_args = SW_CMD_ANY,
	.run = run_mutate,
};
