/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Protocol buffers on the wire (protobuf.dev/programming-guides/encoding), as much as the messages of the
 * container runtimes need: a cursor over the fields of one message, and a writer of short ones. No schema, no
 * allocation: texts and inner messages are views into the bytes. Groups are refused, fields of other wire types
 * are passed over by the caller.
 */
#ifndef SW_RUNTIME_ASK_PB_H
#define SW_RUNTIME_ASK_PB_H

#include "base/buf.h"

enum sw_pb_wire { SW_PB_VARINT = 0, SW_PB_FIXED64 = 1, SW_PB_BYTES = 2, SW_PB_FIXED32 = 5 };

struct sw_pb {
	struct sw_str rest;
	bool bad; /* the bytes are no message: what was read before it stands */
};

struct sw_pb_field {
	uint32_t number;
	enum sw_pb_wire wire;
	uint64_t v;	    /* of a number; else 0 */
	struct sw_str text; /* of bytes; else empty */
};

static inline struct sw_pb sw_pb(struct sw_str message)
{
	return (struct sw_pb){.rest = message};
}
/* False: the end, or `bad`. */
bool sw_pb_next(struct sw_pb *p, struct sw_pb_field *ret);

/* One field of a message; empty or 0 where there is none of that kind. The last one counts, as protobuf has it. */
struct sw_str sw_pb_inner(struct sw_str message, uint32_t number);
uint64_t sw_pb_number(struct sw_str message, uint32_t number);

void sw_pb_put_text(struct sw_buf *b, uint32_t number, struct sw_str text);
void sw_pb_put_bool(struct sw_buf *b, uint32_t number, bool v);

#endif
