/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Patching a text: JSON Patch operations as small edits of YAML or JSON source.
 *
 * Comments, quoting, indentation, key order, line ends and everything else that the operation does
 * not name stay byte for byte. After each operation the text is parsed again: the patched document
 * must equal what sw_patch_apply_ops() makes of the value, and the other documents of the stream
 * must be unchanged; else nothing is returned. So a success is a proof.
 *
 * What cannot be done without touching more than it should is -SW_EUNSUPPORTED: values that come
 * through an alias or a merge key, keys written with `?`, UTF-16.
 */
#ifndef SW_DOC_SPLICE_H
#define SW_DOC_SPLICE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "doc/patch.h"

enum sw_splice_format {
	SW_SPLICE_YAML, /* read as Kubernetes reads it (SW_YAML_K8S) */
	SW_SPLICE_JSON,
};

#define SW_SPLICE_OPS_MAX 1000

/*
 * Appends the whole new text to `out` (nothing on failure). `index`: the document in a YAML stream
 * (struct sw_yaml_doc.index); 0 for JSON. Errors are those of sw_patch_apply_ops(), of the parsers,
 * and -SW_EUNSUPPORTED.
 */
int sw_splice(struct sw_arena *a, struct sw_str text, enum sw_splice_format format, uint32_t index,
	const struct sw_patch_op *ops, uint32_t n, struct sw_buf *out, struct sw_error *err);

#endif
