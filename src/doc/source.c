/* SPDX-License-Identifier: Apache-2.0 */
#include "doc/source.h"

static bool index_lines(struct sw_source *src, struct sw_arena *a)
{
	if (src->line_starts)
		return true;
	uint32_t n = 1;
	for (size_t i = 0; (i = sw_str_chr(src->text, '\n', i)) != SW_NPOS; i++)
		n++;
	uint32_t *starts = sw_arena_new_array(a, n, uint32_t);
	if (!starts)
		return false;
	starts[0] = 0;
	n = 1;
	for (size_t i = 0; (i = sw_str_chr(src->text, '\n', i)) != SW_NPOS; i++)
		starts[n++] = (uint32_t)i + 1;
	src->line_starts = starts;
	src->n_lines = n;
	return true;
}

struct sw_pos sw_source_pos(struct sw_source *src, struct sw_arena *a, uint32_t offset)
{
	if (offset > src->text.n || !index_lines(src, a))
		return (struct sw_pos){0, 0};
	uint32_t lo = 0, hi = src->n_lines; /* the last start that is not after the offset */
	while (hi - lo > 1) {
		uint32_t mid = lo + (hi - lo) / 2;
		if (src->line_starts[mid] <= offset)
			lo = mid;
		else
			hi = mid;
	}
	return (struct sw_pos){lo + 1, offset - src->line_starts[lo] + 1};
}

bool sw_source_ascii(struct sw_source *src, struct sw_span span)
{
	if (!src->text.p || span.end > src->text.n)
		return false;
	while (src->ascii_to < span.end) {
		struct sw_str rest = sw_str_sub(src->text, src->ascii_to, span.end);
		src->ascii_to += (uint32_t)sw_str_ascii(rest);
		if (src->ascii_to == span.end)
			break;
		size_t nl = sw_str_chr(src->text, '\n', src->ascii_to);
		src->ascii_to = nl == SW_NPOS ? (uint32_t)src->text.n : (uint32_t)nl + 1;
		src->ascii_from = src->ascii_to;
	}
	return span.start >= src->ascii_from && span.end <= src->ascii_to;
}

struct sw_str sw_source_line(struct sw_source *src, struct sw_arena *a, uint32_t line)
{
	if (line == 0 || !index_lines(src, a) || line > src->n_lines)
		return (struct sw_str){"", 0};
	size_t start = src->line_starts[line - 1];
	size_t end = line < src->n_lines ? src->line_starts[line] - 1 : src->text.n;
	if (end > start && src->text.p[end - 1] == '\r')
		end--;
	return sw_str_sub(src->text, start, end);
}

int sw_source_error(struct sw_source *src, struct sw_arena *a, uint32_t offset, struct sw_error *err)
{
	struct sw_pos pos = sw_source_pos(src, a, offset);
	return sw_error_at(err, src->name, pos.line, pos.col, offset);
}
