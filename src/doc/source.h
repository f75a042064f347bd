/* SPDX-License-Identifier: Apache-2.0 */
/* A source text and its lines: turns byte offsets (spans) into line and column. */
#ifndef SW_DOC_SOURCE_H
#define SW_DOC_SOURCE_H

#include "base/arena.h"
#include "base/error.h"
#include "doc/value.h"

struct sw_source {
	struct sw_str name;           /* file name as the user gave it; "-" for standard input */
	struct sw_str text;           /* whole file; at most 4 GiB - 1 */
	const uint32_t *line_starts;  /* made on first use, in the arena given then */
	uint32_t n_lines;
	uint32_t ascii_from, ascii_to; /* known to hold whole lines of ASCII: sw_source_ascii() */
	const uint64_t *inner;         /* sw_source_inner(); NULL: there are none, or it was not called */
	bool inner_known;
};

struct sw_pos {
	uint32_t line, col; /* 1-based; col counts bytes */
};

/* Not thread-safe on first use of a source. {0, 0} when the offset is outside or the arena is full. */
struct sw_pos sw_source_pos(struct sw_source *src, struct sw_arena *a, uint32_t offset);
/*
 * Are all lines from the one where the span begins to its end ASCII? Asked for spans in their order it
 * looks at every byte once; false for spans before those asked for, and where the text is gone.
 */
bool sw_source_ascii(struct sw_source *src, struct sw_span span);
/*
 * Notes which bytes are inside a character (a bit for each of the text, in the arena), so that
 * sw_source_column() knows columns when the text is gone. -SW_ELIMIT: the arena is full.
 */
int sw_source_inner(struct sw_source *src, struct sw_arena *a);
/*
 * A position's column in code points, as people and SARIF count; of the bytes, beyond a megabyte, where nobody
 * looks at columns, and of a text that is gone and was not noted.
 */
uint32_t sw_source_column(const struct sw_source *src, struct sw_pos pos, uint32_t offset);
/* The text of line `line` (1-based) without its end. */
struct sw_str sw_source_line(struct sw_source *src, struct sw_arena *a, uint32_t line);
/* sw_error_at() for an offset of this source. */
int sw_source_error(struct sw_source *src, struct sw_arena *a, uint32_t offset, struct sw_error *err);

#endif
