/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the splicer share; nobody outside src/doc includes this. */
#ifndef SW_DOC_SPLICE_IMPL_H
#define SW_DOC_SPLICE_IMPL_H

#include "doc/splice.h"

/* The container that holds the target, and the target in it. */
struct splice_site {
	struct sw_str text;
	bool json, crlf;
	struct sw_value parent;
	struct sw_span span; /* of parent */
	int64_t child;	     /* index in parent, or -1 */
	struct sw_str token; /* last of the path, escaped */
	bool parent_is_root;
};

/* Replace [from, to) by ins. `again`: an other way to try when this one does not prove right. */
struct splice_edit {
	size_t from, to;
	struct sw_buf ins;
	bool again;
};

/* Bytes of a child: key to value for a member. */
struct sw_span splice_extent(const struct splice_site *s, uint32_t i);
/* The child that begins next after (dir > 0) or before (dir < 0) child i in the text, or -1. */
int64_t splice_neighbour(const struct splice_site *s, uint32_t i, int dir);
/* The child that begins last in the text, or -1: there is none, or all come through a merge key. */
int64_t splice_last(const struct splice_site *s);
struct sw_span splice_value_span(const struct splice_site *s, uint32_t i);

size_t splice_line_start(struct sw_str t, size_t at);
size_t splice_line_end(struct sw_str t, size_t at); /* at the \r\n, \n or the end of the text */
size_t splice_next_line(struct sw_str t, size_t at);
bool splice_first_on_line(struct sw_str t, size_t at);
/* Behind tags and anchors. */
size_t splice_content(struct sw_str t, struct sw_span span);
/* Without the white space behind a block scalar's lines. */
size_t splice_trimmed_end(struct sw_str t, struct sw_span span);
bool splice_is_flow(struct sw_str t, struct sw_span span);

void splice_eol(struct sw_buf *out, const struct splice_site *s);
/* A value on one line. `like`: the text it replaces, whose quoting is kept if it can be. */
void splice_inline(struct sw_buf *out, const struct splice_site *s, struct sw_value v,
	struct sw_str like, bool flow);
void splice_key(struct sw_buf *out, const struct splice_site *s, bool flow);
/* A container as block YAML: the first line as it is, the others indented; no line end at the end.
 */
void splice_block(
	struct sw_buf *out, const struct splice_site *s, struct sw_value v, size_t indent);
bool splice_wants_block(struct sw_value v);

int splice_flow_edit(const struct splice_site *s, enum sw_patch_kind kind, struct sw_value v,
	struct splice_edit *e, struct sw_error *err);
int splice_block_edit(const struct splice_site *s, enum sw_patch_kind kind, struct sw_value v,
	struct splice_edit *e, struct sw_error *err);

#endif
