/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the readers of this folder: a cursor with places for errors, and a tree to fill. */
#ifndef SW_DOC_FORMATS_IMPL_H
#define SW_DOC_FORMATS_IMPL_H

#include "base/buf.h"
#include "doc/formats/formats.h"

struct fmt_cursor {
	struct sw_arena *a;
	struct sw_str t;
	size_t at;
	uint32_t depth;
	struct sw_error *err;
};

/* -SW_ELIMIT for a text that is too large. A UTF-8 byte order mark is passed over. */
int fmt_open(struct fmt_cursor *c, struct sw_arena *a, struct sw_str t, struct sw_error *err);
/* An error at a byte of the text. */
int fmt_fail_at(struct fmt_cursor *c, size_t at, enum sw_errcode code, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
#define fmt_fail(c, ...) fmt_fail_at((c), (c)->at, SW_ESYNTAX, __VA_ARGS__)
int fmt_full(struct fmt_cursor *c);  /* the arena's budget is spent */
int fmt_enter(struct fmt_cursor *c); /* one level deeper */

static inline bool fmt_end(const struct fmt_cursor *c)
{
	return c->at >= c->t.n;
}
/* The byte `ahead` of the cursor; -1 behind the end. */
static inline int fmt_peek(const struct fmt_cursor *c, size_t ahead)
{
	return ahead < c->t.n - c->at ? (unsigned char)c->t.p[c->at + ahead] : -1;
}
static inline bool fmt_take(struct fmt_cursor *c, char b)
{
	if (fmt_peek(c, 0) != (unsigned char)b)
		return false;
	c->at++;
	return true;
}
bool fmt_starts(const struct fmt_cursor *c, const char *word);
/* The next line without its end; false at the end of the text. */
bool fmt_line(struct fmt_cursor *c, struct sw_str *ret);

/* A copy of a buffer's content as a string value. */
int fmt_string(struct fmt_cursor *c, const struct sw_buf *b, struct sw_value *ret);
/* Numbers have the values that Go's float64 would give them; integers stay exact. */
int fmt_double(struct fmt_cursor *c, double d, struct sw_value *ret);
/* The whole text as strtod reads it, without its locale; false when it is no finite number. */
bool fmt_to_double(struct sw_str s, double *ret);

/* ---- a tree to fill ---- */

enum fmt_kind { FMT_VALUE, FMT_TABLE, FMT_LIST };

struct fmt_entry {
	struct sw_str key;
	struct fmt_node *node;
};

struct fmt_node {
	uint8_t kind;  /* enum fmt_kind */
	uint8_t flags; /* the reader's own */
	struct sw_value value;
	struct fmt_entry *v; /* TABLE: in the order of arrival. LIST: without keys */
	uint32_t n, cap;
	uint32_t *slots; /* TABLE: open addressing, entry + 1 */
	uint32_t n_slots;
};

struct fmt_node *fmt_node_new(struct fmt_cursor *c, enum fmt_kind kind); /* NULL: full */
struct fmt_node *fmt_table_get(const struct fmt_node *t, struct sw_str key);
/* The key must be new in a table and is borrowed; in a list it does not count. */
int fmt_add(struct fmt_cursor *c, struct fmt_node *t, struct sw_str key, struct fmt_node *node);
int fmt_seal(struct fmt_cursor *c, const struct fmt_node *n, struct sw_value *ret);

#endif
