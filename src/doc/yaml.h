/* SPDX-License-Identifier: Apache-2.0 */
/*
 * YAML as libyaml reads it, typed by Kubernetes' rules. Documents of everyday YAML are read by a faster reader of our
 * own (doc/yaml_fast.h); all others, and all errors, are libyaml's.
 *
 * Two modes, because the field has two readers:
 * - SW_YAML_K8S (default): sigs.k8s.io/yaml, that is go-yaml v2 resolution (YAML 1.1 booleans
 * yes/no/on/off, octals 0777 and 0o777, sexagesimals not, timestamps stay strings; `<<` merges at
 * its place in the mapping, what comes later wins) and then JSON: every key becomes a string as
 * that library makes it; null, lists, mappings and integers beyond 63 bits cannot be keys; .inf and
 * .nan are -SW_EINVALID.
 * - SW_YAML_GOYAML3: go.yaml.in/yaml v3, as gator reads files: yes, no, on, off stay strings; a
 * mapping's own members win over merged ones. Keys become strings as above; timestamps stay as they
 * are written.
 *
 * Numbers have the value that these libraries' JSON has: integers up to 64 bits exactly, everything
 * else the nearest double in Go's notation (so 1.0 is the integer 1, 1e400 is a string). Anchors
 * live in one document. Aliases share the value and are counted each time, with a ceiling on the
 * number of nodes, so that a "billion laughs" ends in -SW_ELIMIT; a document nearly all made of
 * aliases is refused as go-yaml refuses it.
 *
 * With SW_YAML_SPANS every element and key carries its place as byte offsets into the text, also
 * after multi-byte characters and a BOM:
 * - tag and anchor belong to the node; quotes, brackets and the block scalar's indicator too;
 * - a block scalar ends where the next line that is not its own begins; a block mapping or list
 * ends with its last element; a missing value is an empty span behind the colon or dash;
 * - an alias's place is the alias, what is in it has the place of the anchor's content, merged
 * members too. UTF-16 (with BOM) is read, but all its places are empty and at 0.
 */
#ifndef SW_DOC_YAML_H
#define SW_DOC_YAML_H

#include "base/arena.h"
#include "base/error.h"
#include "doc/value.h"

enum sw_yaml_flags {
	SW_YAML_K8S = 0,
	SW_YAML_GOYAML3 = 1 << 0,
	SW_YAML_SPANS = 1 << 1,
	SW_YAML_DUP_ERROR =
		1 << 2, /* a repeated key is an error; else the last one wins and is counted */
	SW_YAML_LIBYAML = 1 << 3, /* every document by libyaml: what the faster reader is measured by */
};

struct sw_yaml_limits { /* zero: the default beside the field */
	uint32_t depth; /* 512 */
	uint64_t nodes; /* 20 million, aliases counted each time they are used */
};

/* One document of a stream. */
struct sw_yaml_doc {
	struct sw_value root; /* SW_NULL for an empty document */
	struct sw_span span;  /* of its content in the text */
	uint32_t index;	      /* 0-based place in the stream, empty documents counted */
	uint32_t dup_keys;    /* repeated keys, last one won */
};

struct sw_yaml_stream;

/* The text must outlive the values. The stream is allocated in `a` and released with it. */
int sw_yaml_open(struct sw_arena *a, struct sw_str text, unsigned flags,
	const struct sw_yaml_limits *limits, struct sw_yaml_stream **ret, struct sw_error *err);
/*
 * The next document, its values in `a` (any arena). 1: got one; 0: end of stream; negative: this
 * document is broken, *err says where (line, column, byte); the next call goes on behind the next
 * line that is `---`.
 */
int sw_yaml_next(struct sw_yaml_stream *s, struct sw_arena *a, struct sw_yaml_doc *ret,
	struct sw_error *err);

/* Documents of this stream that were read without libyaml. */
uint32_t sw_yaml_fast_documents(const struct sw_yaml_stream *s);

/* The only document of a text: more than one is -SW_EINVALID. */
int sw_yaml_parse(struct sw_arena *a, struct sw_str text, unsigned flags,
	const struct sw_yaml_limits *limits, struct sw_value *ret, struct sw_error *err);

/* Append v as YAML the way sigs.k8s.io/yaml.Marshal writes it (keys sorted, two-space indent). */
void sw_yaml_write(struct sw_buf *out, struct sw_value v);
/* The way go.yaml.in/yaml v3 does with an indent of two: lists indented under their key, lines never folded. */
void sw_yaml_write_v3(struct sw_buf *out, struct sw_value v);
/*
 * One member of a mapping that the caller writes, with that library's default indent of four: "key: value" and
 * a line break, for a mapping at `column`.
 */
void sw_yaml_write_v3_member(struct sw_buf *out, const char *key, struct sw_value v, size_t column);

#endif
