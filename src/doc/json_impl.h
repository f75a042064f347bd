/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of the JSON reader share; nobody outside src/doc includes this.
 *
 * Elements of unfinished containers lie on one stack of values (heap); closing a container copies
 * its part of the stack into the arena in one piece. Nesting is a stack of frames, not recursion.
 */
#ifndef SW_DOC_JSON_IMPL_H
#define SW_DOC_JSON_IMPL_H

#include "doc/json_shape.h"

/* Internal: nobody needs places until a key is given twice; then the text is read again. */
#define JSON_PLACES_LATER (1u << 16)

/* What most texts need, without asking for memory. */
enum { JSON_SLOTS = 128, JSON_FRAMES = 32 };

struct json_frame {
	size_t base;	/* where the container's slots begin on the stack */
	uint32_t start; /* offset of its bracket */
	bool object;	/* slots are key, value, key, value … */
	/* Of an object up to here; of an array, whose last key its objects are at. NULL: none */
	struct json_shape *shape;
};

struct json_reader {
	const char *start, *p, *end; /* whole text, next byte, end */
	struct sw_arena *arena;
	struct sw_error *err;
	unsigned flags;
	bool keep_spans;
	bool twice; /* a key is, and without places nobody knows where */
	uint32_t depth, depth_max;
	uint64_t nodes_left;
	struct sw_value *slots;
	struct sw_span *spans; /* one per slot, when keep_spans */
	size_t n, cap;
	struct json_frame *frames;
	uint32_t frame_cap;
	struct sw_json_shapes *shapes; /* NULL: none */
	struct sw_value first_slots[JSON_SLOTS]; /* not cleared, nor is what follows */
	struct json_frame first_frames[JSON_FRAMES];
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

static inline const char *json_behind_space(const char *p, const char *end)
{
	if (p < end && (unsigned char)*p > ' ') /* texts that machines write have none */
		return p;
	while (p < end && (*p == ' ' || *p == '\n' || *p == '\t' || *p == '\r'))
		p++;
	return p;
}

static inline void json_skip_space(struct json_reader *r)
{
	r->p = json_behind_space(r->p, r->end);
}

static inline bool json_is_special(unsigned char c)
{
	return c == '"' || c == '\\' || c < 0x20 || c >= 0x80;
}

/* The first byte that is a quote, a backslash, a control or not ASCII; `end` when there is none. */
static inline const char *json_scan_plain(const char *p, const char *end)
{
#ifdef __SSE2__
	const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\');
	const __m128i space = _mm_set1_epi8(0x20);
	for (; end - p >= 16; p += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)p);
		/* The comparison is signed: bytes from 0x80 on are negative, so below 0x20 as well. */
		__m128i hit = _mm_or_si128(
			_mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, slash)),
			_mm_cmplt_epi8(v, space));
		unsigned mask = (unsigned)_mm_movemask_epi8(hit);
		if (mask)
			return p + __builtin_ctz(mask);
	}
#else
	const uint64_t ones = 0x0101010101010101u, high = ones << 7;
	for (; end - p >= 8; p += 8) {
		uint64_t x;
		memcpy(&x, p, 8);
		uint64_t q = x ^ ones * '"', s = x ^ ones * '\\';
		if (((x - ones * 0x20) | (q - ones) | (s - ones) | x) & high)
			break; /* may be a false alarm: the loop below looks at each byte */
	}
#endif
	while (p < end && !json_is_special((unsigned char)*p))
		p++;
	return p;
}

#define json_autoreader __attribute__((cleanup(json_reader_release))) struct json_reader

#endif
