/* SPDX-License-Identifier: Apache-2.0 */
/* What reading, collecting and compiling of rule files share. Internal to rules/. */
#ifndef SW_RUNTIME_RULES_LOAD_INT_H
#define SW_RUNTIME_RULES_LOAD_INT_H

#include "doc/value.h"
#include "runtime/rules/load.h"

#define SW_RULES_ITEMS_MAX 100000

/* A YAML node with its place. */
struct sw_ynode {
	struct sw_value v;
	struct sw_span span;
};

/* fields, comps or one of the values of an exception: a text or a list of such. */
struct sw_exc_entry {
	bool is_list;
	struct sw_str item;
	struct sw_exc_entry *items;
	uint32_t n;
};

struct sw_exc {
	struct sw_str name;
	struct sw_exc_entry fields, comps;
	struct sw_exc_entry *values;
	uint32_t n_values;
	const struct sw_load_ctx *ctx;
};

struct sw_list_def {
	struct sw_str name;
	struct sw_str *items, *resolved;
	uint32_t n, n_resolved;
	uint32_t index, visibility;
	bool used;
	const struct sw_load_ctx *ctx;
};

struct sw_macro_def {
	struct sw_str name, cond;
	uint32_t index, visibility;
	bool used;
	const struct sw_load_ctx *ctx, *cond_ctx;
	struct sw_cond *tree;
};

struct sw_rule_def {
	struct sw_runtime_rule r; /* cond and below are of the last compilation */
	struct sw_exc *excs;
	uint32_t n_excs;
	uint32_t index, visibility;
	bool unknown_source, skip_unknown;
	const struct sw_load_ctx *cond_ctx, *output_ctx;
};

/* What an append or override brings; p NULL: not given. */
struct sw_rule_update {
	struct sw_str name, source, cond, output, desc;
	bool has_tags, has_excs, has_priority, has_capture, has_duration, has_enabled, has_warn, has_skip;
	struct sw_str *tags;
	uint32_t n_tags;
	struct sw_exc *excs;
	uint32_t n_excs;
	enum sw_priority priority;
	bool capture, enabled, warn_evttypes, skip_unknown;
	uint32_t duration;
	const struct sw_load_ctx *ctx;
};

struct sw_ruleset {
	struct sw_arena a;                    /* definitions, results */
	struct sw_arena built[2];             /* what the last two compilations made */
	unsigned current;
	struct sw_rules_options o;
	struct sw_list_def *lists;
	struct sw_macro_def *macros;
	struct sw_rule_def *rules;
	uint32_t n_lists, n_macros, n_rules, next_index;
	struct sw_runtime_rule *out;
	uint32_t n_out;
	struct sw_prog *progs[SW_SOURCE__COUNT];
};

/* One file being loaded. */
struct sw_load {
	struct sw_ruleset *rs;
	struct sw_arena *a;
	struct sw_load_result *res;
	const struct sw_load_ctx *root;
	uint32_t *lines; /* offsets of the beginnings of lines */
	uint32_t n_lines;
};

/* ---- results ---- */

/* Records the error and returns -SW_EINVALID, for `return`. */
int sw_load_fail(struct sw_load *l, enum sw_load_error code, const struct sw_load_ctx *ctx, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void sw_load_warn(struct sw_load *l, enum sw_load_warning code, const struct sw_load_ctx *ctx, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void sw_load_warn_deprecated(struct sw_load *l, const char *field, const struct sw_load_ctx *ctx, struct sw_str text);
const struct sw_load_ctx *sw_load_ctx_at(struct sw_load *l, const struct sw_load_ctx *parent, struct sw_span span,
	const char *type, struct sw_str item);
const struct sw_load_ctx *sw_load_ctx_cond(struct sw_load *l, const struct sw_load_ctx *parent,
	struct sw_cond_pos pos, struct sw_str cond);

/* ---- YAML ---- */

struct sw_ynode sw_ynode_get(struct sw_ynode map, const char *key);
struct sw_ynode sw_ynode_at(struct sw_ynode seq, uint32_t i);
static inline bool sw_ynode_defined(struct sw_ynode n)
{
	return n.v.type != SW_UNDEF;
}
bool sw_ynode_scalar(struct sw_ynode n);
/* The text of a scalar as it is written; strings decoded. */
struct sw_str sw_ynode_text(const struct sw_load *l, struct sw_ynode n);
/* Indices of a mapping's members in the order of the file. */
uint32_t *sw_ynode_order(struct sw_arena *a, struct sw_ynode map);

int sw_load_read(struct sw_load *l);          /* the whole file: reads and collects */
void sw_load_schema(struct sw_load *l, struct sw_ynode doc);
/* One document has nothing against it. As in Falco the word of the first document is the word for the file. */
void sw_load_schema_ok(struct sw_load *l);
int sw_load_read_exceptions(struct sw_load *l, struct sw_ynode item, const struct sw_load_ctx *parent, bool append,
	struct sw_exc **ret, uint32_t *ret_n);
/* A required scalar. */
int sw_load_text(struct sw_load *l, struct sw_ynode map, const char *key, const struct sw_load_ctx *ctx,
	struct sw_str *ret);

/* ---- collecting ---- */

int sw_collect_list(struct sw_load *l, const struct sw_list_def *d, bool append);
int sw_collect_macro(struct sw_load *l, const struct sw_macro_def *d, bool append);
int sw_collect_rule(struct sw_load *l, struct sw_rule_def *d);
int sw_collect_append(struct sw_load *l, const struct sw_rule_update *u);
int sw_collect_replace(struct sw_load *l, const struct sw_rule_update *u);
int sw_collect_enable(struct sw_load *l, struct sw_str name, bool enabled, const struct sw_load_ctx *ctx);

int sw_load_compile(struct sw_load *l);
/* The condition with the exceptions of the rule, as text. */
int sw_load_exceptions_text(struct sw_load *l, const struct sw_rule_def *d, struct sw_str *ret);
/* Output texts: every %token is a field. */
int sw_format_check(struct sw_prog *p, struct sw_arena *a, struct sw_str format, struct sw_error *err);

void sw_tags_sort(struct sw_str *tags, uint32_t *n);

/* Appends one element of `size` to an array that lives in the arena; NULL: no memory. */
void *sw_array_push(struct sw_arena *a, void *array, uint32_t n, size_t size);

#endif
