/* SPDX-License-Identifier: Apache-2.0 */
/* JSON text to JSON text, members in their order. */
#include "runtime/audit/rows.h"

/* The end of the string token that begins at `at`. */
static size_t string_end(struct sw_str s, size_t at)
{
	for (size_t i = at + 1; i < s.n; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == '"')
			return i + 1;
	}
	return s.n;
}

void sw_audit_compact(struct sw_buf *out, struct sw_str json)
{
	size_t from = 0;
	for (size_t i = 0; i < json.n;) {
		char c = json.p[i];
		if (c == '"') {
			i = string_end(json, i);
		} else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
			sw_buf_add(out, json.p + from, i - from);
			from = ++i;
		} else {
			i++;
		}
	}
	sw_buf_add(out, json.p + from, json.n - from);
}

static void newline(struct sw_buf *out, uint32_t depth)
{
	sw_buf_addch(out, '\n');
	sw_buf_pad(out, ' ', (size_t)2 * depth);
}

void sw_audit_indent(struct sw_buf *out, struct sw_str s)
{
	uint32_t depth = 0;
	for (size_t i = 0; i < s.n;) {
		char c = s.p[i];
		size_t end = c == '"' ? string_end(s, i) : i + 1;
		bool empty = (c == '{' || c == '[') && end < s.n && (s.p[end] == '}' || s.p[end] == ']');
		if (c == '}' || c == ']')
			newline(out, depth ? --depth : 0);
		sw_buf_add(out, s.p + i, end - i);
		if (empty)
			sw_buf_addch(out, s.p[end++]);
		else if (c == '{' || c == '[')
			newline(out, ++depth);
		else if (c == ',')
			newline(out, depth);
		else if (c == ':')
			sw_buf_addch(out, ' ');
		i = end;
	}
}
