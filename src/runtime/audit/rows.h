/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of the ka.* fields, and what source.c and fields.c share. */
#ifndef SW_RUNTIME_AUDIT_ROWS_H
#define SW_RUNTIME_AUDIT_ROWS_H

#include "doc/value.h"
#include "runtime/rules/field.h"

#define SW_KA_ROWS 100
extern const struct sw_field sw_field_rows_ka[SW_KA_ROWS];

/* sw_event.data: an event as read. Spans are places in `line`, compact JSON. */
struct sw_audit_event {
	struct sw_str line;
	struct sw_value root;
	struct sw_span span;
};

/* JSON without white space between tokens, otherwise byte for byte. The text must be valid JSON. */
void sw_audit_compact(struct sw_buf *out, struct sw_str json);
/* Compact JSON indented by two blanks, members in their order, as Go's json.Indent does. */
void sw_audit_indent(struct sw_buf *out, struct sw_str compact);

#endif
