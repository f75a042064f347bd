/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of the JSON reader share; nobody outside src/doc includes this.
 *
 * Elements of unfinished containers lie on one stack of values (heap); closing a container copies
 * its part of the stack into the arena in one piece. Nesting is a stack of frames, not recursion.
 */
#ifndef SW_DOC_JSON_IMPL_H
#define SW_DOC_JSON_IMPL_H

#include "doc/json.h"

struct json_frame {
	size_t base;	/* where the container's slots begin on the stack */
	uint32_t start; /* offset of its bracket */
	bool object;	/* slots are key, value, key, value … */
};

struct json_reader {
	const char *start, *p, *end; /* whole text, next byte, end */
	struct sw_arena *arena;
	struct sw_error *err;
	unsigned flags;
	bool keep_spans;
	uint32_t depth, depth_max;
	uint64_t nodes_left;
	struct sw_value *slots;
	struct sw_span *spans; /* one per slot, when keep_spans */
	size_t n, cap;
	struct json_frame *frames;
	uint32_t frame_cap;
	struct sw_value *keys; /* interned keys: open addressing, a bounded number of probes */
	uint32_t key_cap, n_keys;
};

/* 0 or -SW_ELIMIT (text of 4 GiB or more). The reader needs release in either case. */
int json_reader_init(struct json_reader *r, struct sw_arena *a, struct sw_str text, unsigned flags,
	const struct sw_json_limits *limits, struct sw_error *err);
void json_reader_release(struct json_reader *r);

/* Set r->err with the place `at` and return -code. */
int json_fail(struct json_reader *r, enum sw_errcode code, const char *at, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* The byte at `at` is not what `want` says. */
int json_unexpected(struct json_reader *r, const char *at, const char *want);

/* r->p is behind the opening quote; leaves it behind the closing one. */
int json_read_string(struct json_reader *r, struct sw_str *ret);
/* r->p at the opening quote of a key; leaves it at the value, white space skipped. */
int json_read_key(struct json_reader *r, struct sw_value *ret);
/* White space, then one value. */
int json_read_value(struct json_reader *r, struct sw_value *ret, struct sw_span *ret_span);

static inline void json_skip_space(struct json_reader *r)
{
	const char *p = r->p, *end = r->end;
	while (p < end && (*p == ' ' || *p == '\n' || *p == '\t' || *p == '\r'))
		p++;
	r->p = p;
}

#define json_autoreader __attribute__((cleanup(json_reader_release))) struct json_reader

#endif
