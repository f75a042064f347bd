/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stream of YAML documents being read, and the stack on which both readers build their values: yaml_read.c from
 * libyaml's events, yaml_fast.c from the text itself. Nobody outside src/doc includes this.
 *
 * Elements of unfinished containers lie on one stack of slots with a stack of spans beside it; closing a container
 * copies its part into the arena in one piece.
 */
#ifndef SW_DOC_YAML_STREAM_H
#define SW_DOC_YAML_STREAM_H

#include <yaml.h>

#include "doc/members.h"
#include "doc/yaml_impl.h"

/* Of a container without brackets; others are YAML_FLOW. */
enum yaml_frame_kind {
	YAML_FLOW,
	YAML_BLOCK_MAP,
	YAML_BLOCK_SEQ,
	YAML_INDENTLESS_SEQ, /* its dashes stand below the key that it belongs to */
};

struct yaml_frame {
	size_t base;	     /* its first slot */
	uint32_t start, end; /* place; end grows with the children */
	uint32_t anchor;     /* index + 1 of the anchor on it, or 0 */
	uint64_t ops_before; /* of the document, when it was opened */
	bool object, merges; /* merges: has a `<<` among its keys */
	/* Of the reader of everyday YAML: */
	bool pending;	 /* a key or a dash waits for its value */
	uint8_t kind;	 /* enum yaml_frame_kind */
	uint32_t indent; /* column of its keys or dashes */
	uint32_t mark;	 /* where the value is that is not there */
};

struct yaml_anchor {
	struct sw_str name;
	struct sw_value v; /* SW_UNDEF until its node is complete */
	enum yaml_tag tag; /* of a scalar: tells an int from a float when it is used as a key */
	uint64_t ops;	   /* what decoding it costs */
	uint32_t older;	   /* index + 1 of the next in its hash chain */
};

struct sw_yaml_stream {
	yaml_parser_t parser;
	struct sw_str text;
	struct sw_arena *arena; /* of the document being read */
	struct sw_error *err;
	unsigned flags;
	uint32_t depth_max;
	uint64_t nodes_max;
	bool parsing, done, ascii, utf16;
	size_t base;		 /* offset of the text that the parser was given */
	size_t char_at, byte_at; /* cursor: libyaml counts characters, spans are bytes */
	size_t mark;		 /* a `---` after this offset begins the next document */
	uint32_t index;
	struct sw_value *slots;
	struct sw_span *spans;
	size_t n, cap;
	struct yaml_frame *frames;
	uint32_t depth, frame_cap;
	struct yaml_anchor *anchors;
	uint32_t n_anchors, anchor_cap, *chains, n_chains;
	uint64_t ops, alias_ops; /* as go-yaml counts, to see a document that is mostly aliases */
	uint32_t dup_keys;
	/* ---- everyday YAML, without libyaml (yaml_fast.h) ---- */
	bool everyday;	    /* the text has no byte that only libyaml may judge */
	bool fast;	    /* the next document is tried that way first */
	uint32_t slow_docs; /* so many more are libyaml's before it is tried again */
	uint32_t patience;  /* how many the next time */
	uint32_t n_fast;    /* documents that were read that way */
	size_t fast_at;	    /* offset of the next document */
	char *scratch;	    /* a scalar of several lines while it is put together */
	size_t scratch_n, scratch_cap;
	struct sw_value *keys; /* lately read keys, by their tag */
};

void *yaml_grown(void *p, size_t n, size_t size); /* reallocarray; aborts when there is no memory */

/* Completes s->err with the line and column of an offset; returns `code`. */
int yaml_fail_at(struct sw_yaml_stream *s, size_t at, int code);
#define yaml_fail(s, at, code, ...)                                                                \
	yaml_fail_at((s), (at), sw_error_set((s)->err, (code), __VA_ARGS__))
int yaml_no_memory(struct sw_yaml_stream *s, size_t at);

int yaml_push_grow(struct sw_yaml_stream *s, size_t at);

static inline int yaml_push(struct sw_yaml_stream *s, struct sw_value v, struct sw_span span)
{
	if (__builtin_expect(s->n == s->cap, 0)) {
		int rc = yaml_push_grow(s, span.start);
		if (rc < 0)
			return rc;
	}
	if (s->depth && s->frames[s->depth - 1].end < span.end)
		s->frames[s->depth - 1].end = span.end;
	s->spans[s->n] = span;
	s->slots[s->n++] = v;
	return 0;
}

/* The next frame on the stack, all zero; the caller has looked at the depth. */
struct yaml_frame *yaml_frame_push(struct sw_yaml_stream *s);

/* The value of a container whose slots are complete. */
int yaml_close_object(
	struct sw_yaml_stream *s, const struct yaml_frame *f, struct sw_value *ret);
int yaml_close_array(struct sw_yaml_stream *s, const struct yaml_frame *f, struct sw_value *ret);

#endif
