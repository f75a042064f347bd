/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a path inside an object to a place in a file, and from what a check proposes to an RFC 6902
 * patch. Everything made lives in the arena given. Threads: pure, but for the line table of the
 * source.
 */
#ifndef SW_POLICY_PLACE_H
#define SW_POLICY_PLACE_H

#include "doc/source.h"
#include "finding/finding.h"

/* An object and where it was read. */
struct sw_where {
	struct sw_source *source;    /* name, and the text or at least its line table */
	struct sw_arena *line_arena; /* of the line table */
	struct sw_value root;	     /* the object */
	struct sw_span span;	     /* of the object; {0,0}: unknown */
	struct sw_str pointer;	     /* of the object in its document: "" or "/items/3" */
	uint32_t index;		     /* of the document in the file */
	bool ascii;		     /* its lines are, so that a column is one byte */
	struct sw_subject subject;
};

/*
 * The place of a path (an array of strings and numbers). Where its end does not exist, the nearest
 * existing parent is pointed at, the path is kept whole. -SW_EINVALID when a segment is neither
 * string nor number, -SW_ELIMIT.
 */
int sw_place_path(struct sw_arena *a, const struct sw_where *w, struct sw_value path,
	struct sw_evidence *ret);
/* The same for a JSON Pointer inside the object. */
int sw_place_pointer(struct sw_arena *a, const struct sw_where *w, struct sw_str pointer,
	struct sw_evidence *ret);

/*
 * Operations of a check ("set" included, segments for paths) as RFC 6902 against the document.
 * SW_UNDEF when they are not of that form, or cannot be applied to this object.
 */
struct sw_value sw_place_patch(struct sw_arena *a, const struct sw_where *w, struct sw_value ops);

/* The image of the container that the path leads through; "" when it leads through none. */
struct sw_str sw_place_image(struct sw_value root, struct sw_value path);

/* A value as JSON, cut to 200 bytes. */
struct sw_str sw_place_value(struct sw_arena *a, struct sw_value v);

#endif
