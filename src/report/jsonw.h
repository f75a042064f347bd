/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A JSON writer that streams: no tree, two-space indent, members in the order they are written.
 *
 *	struct sw_jsonw w;
 *	sw_jsonw_init(&w, &buf);
 *	sw_jsonw_object(&w, NULL);
 *	sw_jsonw_str(&w, "name", s);
 *	sw_jsonw_end(&w);
 *
 * `key` is NULL inside an array and at the top. Nesting beyond 32 is a bug and aborts.
 */
#ifndef SW_REPORT_JSONW_H
#define SW_REPORT_JSONW_H

#include "base/buf.h"
#include "doc/value.h"

struct sw_jsonw {
	struct sw_buf *out;
	uint32_t depth;
	bool any[33]; /* something is in the container at this depth */
	bool list[33];
	bool compact; /* no white space */
	bool html;    /* escape <, > and & as Go's encoding/json does */
};

void sw_jsonw_init(struct sw_jsonw *w, struct sw_buf *out);
void sw_jsonw_object(struct sw_jsonw *w, const char *key);
void sw_jsonw_array(struct sw_jsonw *w, const char *key);
void sw_jsonw_end(struct sw_jsonw *w);
void sw_jsonw_str(struct sw_jsonw *w, const char *key, struct sw_str s);
void sw_jsonw_z(struct sw_jsonw *w, const char *key, const char *cstr);
void sw_jsonw_int(struct sw_jsonw *w, const char *key, int64_t i);
void sw_jsonw_bool(struct sw_jsonw *w, const char *key, bool b);
void sw_jsonw_null(struct sw_jsonw *w, const char *key);
void sw_jsonw_value(struct sw_jsonw *w, const char *key, struct sw_value v); /* on one line */
/* The member only when the string is not empty. */
void sw_jsonw_str_if(struct sw_jsonw *w, const char *key, struct sw_str s);

#endif
