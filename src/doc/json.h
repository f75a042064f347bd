/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON (RFC 8259), read and written.
 *
 * Reading: strict grammar, UTF-8 with or without BOM, numbers keep their text (doc/value.h).
 * Strings without escapes are views into `text`, which must outlive the values; others are copied
 * into the arena. Equal keys of long texts mostly share their bytes. Malformed UTF-8 and lone surrogates become U+FFFD, as Go's encoding/json has it.
 */
#ifndef SW_DOC_JSON_H
#define SW_DOC_JSON_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "doc/value.h"

enum sw_json_flags {
	SW_JSON_SPANS = 1 << 0,	     /* keep a span per element and key */
	SW_JSON_DUP_ERROR = 1 << 1,  /* a repeated key is -SW_EINVALID; else the last one wins */
	SW_JSON_COPY = 1 << 2,	     /* copy all strings: `text` may go away */
	SW_JSON_TRAILING = 1 << 3,   /* stop after the first value; *ret_end tells where */
	SW_JSON_ANY_NUMBER = 1 << 4, /* no limit on the length of number text (else 4096 bytes) */
};

/* Ceilings; a zero field means the default beside it. */
struct sw_json_limits {
	uint32_t depth; /* 512 nested containers */
	uint64_t nodes; /* 200 million values */
};

/*
 * Parse one value that fills `text` (but for white space, and see SW_JSON_TRAILING). Errors carry
 * line, column and byte offset, not the file. `limits` and `ret_end` may be NULL. -SW_ESYNTAX,
 * -SW_ELIMIT, -SW_EINVALID.
 */
int sw_json_parse(struct sw_arena *a, struct sw_str text, unsigned flags,
	const struct sw_json_limits *limits, struct sw_value *ret, size_t *ret_end,
	struct sw_error *err);

/*
 * The same for many texts that look alike, as the requests to a server do: `shapes` remembers the keys of their
 * objects (a MiB at most), in which order they came, and reads them faster. One thread at a time; the values live
 * no longer than until the next text is read with the same shapes, their keys are views into them.
 */
struct sw_json_shapes;
struct sw_json_shapes *sw_json_shapes_new(void);
void sw_json_shapes_free(struct sw_json_shapes *s); /* takes NULL */
int sw_json_parse_alike(struct sw_json_shapes *shapes, struct sw_arena *a, struct sw_str text,
	unsigned flags, const struct sw_json_limits *limits, struct sw_value *ret, struct sw_error *err);

enum sw_json_write_flags {
	SW_JSON_PRETTY = 1 << 0,      /* two-space indent, as json.MarshalIndent(v, "", "  ") */
	SW_JSON_HTML_ESCAPE = 1 << 1, /* <, > and & as \u003c … : Go's default */
	SW_JSON_SPACED = 1 << 2,      /* `{"a": 1, "b": [1, 2]}`: Rego's own rendering of JSON */
};

/*
 * Append v as JSON. Keys come in sorted order. Sets become arrays. A key that is not a string is
 * written as the JSON text of that key in a string. Doubles as Go's encoding/json; infinities, NaN
 * and SW_UNDEF are written as null. Nesting beyond 10,000 sets the buffer's overflow.
 */
void sw_json_write(struct sw_buf *out, struct sw_value v, unsigned flags);
/* A JSON string with quotes. U+2028, U+2029 and controls are escaped as Go does. */
void sw_json_write_str(struct sw_buf *out, struct sw_str s, unsigned flags);

/* ---- pull reader: one item at a time, in constant memory ---- */

/*
 * Walks the elements of the array found at `path` (object keys from the root; NULL-terminated; no
 * path: the root itself must be an array), giving one parsed element at a time. Used for List
 * kinds: sw_json_items_init(&it, text, flags, "items", NULL). Members before the array are parsed
 * and kept in `head` (an object without that member). The element lives in the arena given to
 * next(), which the caller may reset between calls. Members behind the array are checked for syntax
 * when the end is reached, and not kept. -SW_ENOENT when there is no such member, -SW_EINVALID when
 * there is no array. `limits` hold for each element on its own.
 */
struct sw_json_items {
	struct sw_str text;
	size_t at;
	unsigned flags;
	bool in_object, started, done;
	uint32_t index;	     /* of the next element */
	struct sw_span span; /* of the last element given */
	struct sw_json_limits limits;
};

int sw_json_items_init(struct sw_json_items *it, struct sw_arena *a, struct sw_str text,
	unsigned flags, const struct sw_json_limits *limits, const char *key,
	struct sw_value *ret_head, struct sw_error *err);
/* 1: an element in *ret; 0: the end, and again 0; negative: error, and then 0. */
int sw_json_items_next(
	struct sw_json_items *it, struct sw_arena *a, struct sw_value *ret, struct sw_error *err);

#endif
