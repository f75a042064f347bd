/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Canonical source text, byte for byte as `opa fmt` 1.22 writes it: idempotent, comments kept.
 * The module must have been parsed from its file's text (places decide where lines break) and is not changed.
 */
#ifndef SW_REGO_FORMAT_H
#define SW_REGO_FORMAT_H

#include "rego/ast.h"

struct sw_rego_format_opts {
	/*
	 * The language to write: the module's own or a newer one. SW_REGO_V0_COMPAT_V1 (--v0-v1) adds
	 * `import rego.v1` so that the text is valid in both.
	 */
	enum sw_rego_version target;
	bool drop_imports; /* --drop-v0-imports: rego.v1 and future.keywords, where the target has no use for them */
};

/*
 * Errors go to `diags` in OPA's words (things that Rego v1 forbids, calls of operators with wrong arity).
 * 0, -SW_EINVALID (see diags) or -SW_ELIMIT. `out` is appended to on success only.
 */
int sw_rego_format(struct sw_arena *a, const struct sw_rego_module *m, const struct sw_rego_format_opts *opts,
	struct sw_buf *out, struct sw_rego_diags *diags);

/* A query that was parsed from its text, as Rego v1, a line per expression. */
int sw_rego_format_body(struct sw_arena *a, const struct sw_rego_body *b, struct sw_buf *out,
	struct sw_rego_diags *diags);

#endif
