/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON Patch (RFC 6902) over values.
 *
 * Values are immutable: the result shares what did not change with the original, and everything
 * else is in the arena. Containers that changed have no spans. Applying is all or nothing.
 */
#ifndef SW_DOC_PATCH_H
#define SW_DOC_PATCH_H

#include "base/arena.h"
#include "base/error.h"
#include "doc/value.h"

enum sw_patch_kind {
	SW_PATCH_ADD,
	SW_PATCH_REMOVE,
	SW_PATCH_REPLACE,
	SW_PATCH_MOVE,
	SW_PATCH_COPY,
	SW_PATCH_TEST,
};

struct sw_patch_op {
	enum sw_patch_kind kind;
	struct sw_str path;    /* valid pointer */
	struct sw_str from;    /* of move and copy */
	struct sw_value value; /* of add, replace and test */
};

#define SW_PATCH_OPS_MAX 100000

/* The operations of a patch document; strings are borrowed from it. -SW_EINVALID, -SW_ELIMIT. */
int sw_patch_parse(struct sw_arena *a, struct sw_value patch, const struct sw_patch_op **ret,
	uint32_t *ret_n, struct sw_error *err);

/* -SW_ENOENT (no such place), -SW_ECONFLICT (a failed test), -SW_EINVALID, -SW_ELIMIT. */
int sw_patch_apply_ops(struct sw_arena *a, struct sw_value doc, const struct sw_patch_op *ops,
	uint32_t n, struct sw_value *ret, struct sw_error *err);
int sw_patch_apply(struct sw_arena *a, struct sw_value doc, struct sw_value patch,
	struct sw_value *ret, struct sw_error *err);

#endif
