/* SPDX-License-Identifier: Apache-2.0 */
/* What compilation and evaluation share. Internal to rules/. */
#ifndef SW_RUNTIME_RULES_PROG_INT_H
#define SW_RUNTIME_RULES_PROG_INT_H

#include "runtime/rules/prog.h"

struct sw_index { /* text to node */
	struct sw_str *keys;
	void **items;
	uint32_t n, cap; /* cap: power of two or 0 */
};

struct sw_prog {
	struct sw_arena *a;
	enum sw_event_source source;
	struct sw_index xts, checks;
	uint32_t n_xts, n_nodes;
};

/* ---- how types compare ---- */

enum sw_tclass { SW_TC_STR, SW_TC_BYTES, SW_TC_INT, SW_TC_UINT, SW_TC_BOOL, SW_TC_DOUBLE, SW_TC_ADDR, SW_TC_NET, SW_TC_NONE };

enum sw_tclass sw_type_class(uint8_t type);
/* Whether the operator exists for the type; *err in Falco's words. */
int sw_type_check(enum sw_op op, enum sw_mod mod, uint8_t type, bool list, struct sw_error *err);
bool sw_op_from(struct sw_str text, enum sw_op *ret_op, enum sw_mod *ret_mod);

/* A constant of a rule. */
int sw_rhs_parse(struct sw_arena *a, struct sw_str text, uint8_t type, enum sw_op op, struct sw_rhs *ret,
	struct sw_error *err);
/* One comparison, the value on the left. `scratch` for copies. */
bool sw_rhs_compare(enum sw_op op, uint8_t type, struct sw_fval v, const struct sw_rhs *r, struct sw_arena *scratch);

/* ---- sets ---- */

uint64_t sw_text_hash(struct sw_str s);
struct sw_strset *sw_strset_new(struct sw_arena *a, const struct sw_rhs *rhs, uint32_t n);
bool sw_strset_has(const struct sw_strset *s, struct sw_str v);
struct sw_pathtree *sw_pathtree_new(struct sw_arena *a, const struct sw_rhs *rhs, uint32_t n);
bool sw_pathtree_match(const struct sw_pathtree *t, struct sw_str path, struct sw_arena *scratch);

/* ---- transformers ---- */

/* Values of a node that is not a field. 0: none. */
uint32_t sw_transform(struct sw_eval *e, const struct sw_xt *x, struct sw_arena *a, struct sw_fvals *ret);

#endif
