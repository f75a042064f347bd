/* SPDX-License-Identifier: Apache-2.0 */
/*
 * # METADATA blocks, for the parser only: comments that are YAML, read by our YAML reader and held
 * against the members that OPA knows (ast/annotations.go). Blocks and their values live in the
 * module's arena; errors are at their places in the comment.
 */
#ifndef SW_REGO_ANNOTATIONS_H
#define SW_REGO_ANNOTATIONS_H

#include "rego/builtin.h"
#include "rego/parse/impl.h"

/* The blocks among a file's comments, in their order; errors go to the parser's. NULL: none, or no memory. */
struct sw_rego_annotations **p_annotations(struct parser *p, const struct sw_rego_comment *c, uint32_t n,
	uint32_t *ret_n);

/*
 * Find what each block stands above, give it a scope where it names none, refuse those in the wrong place, and
 * hand the blocks of rules and documents to their rules.
 */
int p_annotations_attach(struct sw_arena *a, struct sw_rego_module *m, struct sw_rego_diags *d);

#endif
