/* SPDX-License-Identifier: Apache-2.0 */
#include "doc/json_impl.h"
#include "doc/members.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	DEPTH_DEFAULT = 512,
	NUMBER_MAX = 4096,
	SHAPED_MIN = 16 << 10, /* bytes of text that repeat their shapes often enough */
};
#define NODES_DEFAULT ((uint64_t)200000000)
/* Both so that a place stays in registers. */
#define INLINE inline __attribute__((always_inline))
#define COLD __attribute__((noinline, cold))

/* Where the reader is: in the text, and on the stack of slots. */
struct place {
	const char *p;
	struct sw_value *top, *limit;
	struct json_frame *free; /* behind the frame of the innermost container */
};

static INLINE struct place place_of(const struct json_reader *r)
{
	return (struct place){r->p, r->slots + r->n, r->slots + r->cap, r->frames + r->depth};
}

static INLINE void leave(struct json_reader *r, const struct place *at)
{
	r->p = at->p;
	r->n = (size_t)(at->top - r->slots);
}

int json_fail(struct json_reader *r, enum sw_errcode code, const char *at, const char *fmt, ...)
{
	if (!r->err)
		return -(int)code;
	char text[256];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	sw_error_set(r->err, code, "%s", text);
	uint32_t line = 1;
	const char *bol = r->start;
	for (const char *p = bol; (p = memchr(p, '\n', (size_t)(at - p))); bol = ++p)
		line++;
	return sw_error_at(r->err, (struct sw_str){0}, line, (uint32_t)(at - bol) + 1,
		(uint64_t)(at - r->start));
}

int json_unexpected(struct json_reader *r, const char *at, const char *want)
{
	if (at >= r->end)
		return json_fail(r, SW_ESYNTAX, r->end, "the text ends where %s should be", want);
	unsigned char c = (unsigned char)*at;
	if (c > 0x20 && c < 0x7f)
		return json_fail(r, SW_ESYNTAX, at, "'%c' where %s should be", c, want);
	return json_fail(r, SW_ESYNTAX, at, "byte 0x%02x where %s should be", c, want);
}

static int no_memory(struct json_reader *r, const char *at)
{
	return json_fail(r, SW_ELIMIT, at, "the memory budget is spent");
}

int json_reader_init(struct json_reader *r, struct sw_arena *a, struct sw_str text, unsigned flags,
	const struct sw_json_limits *limits, struct sw_error *err)
{
	memset(r, 0, offsetof(struct json_reader, first_slots));
	r->start = r->p = text.p ? text.p : "";
	r->end = r->p + (text.p ? text.n : 0);
	r->arena = a;
	r->err = err;
	r->flags = flags;
	r->depth_max = limits && limits->depth ? limits->depth : DEPTH_DEFAULT;
	r->nodes_left = limits && limits->nodes ? limits->nodes : NODES_DEFAULT;
	r->keep_spans = (flags & SW_JSON_SPANS) ||
			((flags & SW_JSON_DUP_ERROR) && !(flags & JSON_PLACES_LATER));
	r->frames = r->first_frames;
	r->frame_cap = JSON_FRAMES;
	r->slots = r->first_slots;
	r->cap = r->keep_spans ? 0 : JSON_SLOTS; /* the first places are on the heap, and slots with them */
	if (text.n > UINT32_MAX)
		return sw_error_set(err, SW_ELIMIT, "the text is larger than 4 GiB");
	if (text.n >= 3 && memcmp(text.p, "\xef\xbb\xbf", 3) == 0)
		r->p += 3;
	return 0;
}

void json_reader_release(struct json_reader *r)
{
	if (r->slots != r->first_slots)
		free(r->slots);
	free(r->spans);
	if (r->frames != r->first_frames)
		free(r->frames);
}

/* ---- the stacks ---- */

/* Room for `cap` items at *items, where n are; `first` is memory that is not the heap's. */
static void grow(void **items, const void *first, size_t n, size_t cap, size_t size)
{
	bool on_heap = *items != first;
	void *p = reallocarray(on_heap ? *items : NULL, cap, size);
	if (!p)
		abort();
	if (!on_heap)
		memcpy(p, first, n * size);
	*items = p;
}

static COLD int grow_slots(struct json_reader *r, const char *at)
{
	size_t cap = r->cap ? r->cap * 2 : JSON_SLOTS;
	/* The stack is outside the arena, but under the same ceiling. */
	if (cap > JSON_SLOTS && cap * sizeof(*r->slots) > r->arena->budget)
		return no_memory(r, at);
	grow((void **)&r->slots, r->first_slots, r->n, cap, sizeof(*r->slots));
	if (r->keep_spans)
		grow((void **)&r->spans, r->first_slots, r->n, cap, sizeof(*r->spans));
	r->cap = cap;
	return 0;
}

static COLD void grow_frames(struct json_reader *r)
{
	uint32_t cap = r->frame_cap * 2;
	grow((void **)&r->frames, r->first_frames, r->depth, cap, sizeof(*r->frames));
	r->frame_cap = cap;
}

/*
 * A value that was written a moment ago, in parts. Read as a whole it would wait until they have reached the cache:
 * with all values a tenth of the time. So its halves are put together in a register.
 */
static INLINE void put(struct sw_value *slot, const struct sw_value *v)
{
#ifdef __SSE2__
	uint64_t head = sw_value_head(*v), rest;
	memcpy(&rest, &v->u, sizeof(rest));
	__asm__("" : "+r"(head), "+r"(rest)); /* else the compiler makes one read of the two */
	_mm_storeu_si128((__m128i *)slot, _mm_set_epi64x((long long)rest, (long long)head));
#else
	*slot = *v;
#endif
}

/* A value that began at `start` and ended before `end`. */
static INLINE int push(struct json_reader *r, struct place *at, const struct sw_value *v, bool fresh, const char *start,
	const char *end)
{
	if (__builtin_expect(at->top == at->limit, 0)) {
		leave(r, at);
		int rc = grow_slots(r, end);
		if (rc < 0)
			return rc;
		*at = place_of(r);
	}
	if (__builtin_expect(r->keep_spans, 0))
		r->spans[at->top - r->slots] =
			(struct sw_span){(uint32_t)(start - r->start), (uint32_t)(end - r->start)};
	if (fresh)
		put(at->top++, v);
	else
		*at->top++ = *v;
	return 0;
}

/* ---- strings and keys ---- */

/* *pos is behind the opening quote; it becomes the place behind the closing one. */
static INLINE int read_string(struct json_reader *r, const char **pos, struct sw_value *ret)
{
	const char *start = *pos, *stop = json_scan_plain(start, r->end);
	struct sw_str s = {start, (size_t)(stop - start)};
	if (__builtin_expect(stop == r->end || *stop != '"' || (r->flags & SW_JSON_COPY), 0)) {
		r->p = start;
		int rc = json_read_string(r, &s);
		if (rc < 0)
			return rc;
		stop = r->p - 1;
	}
	*ret = sw_string(s);
	*pos = stop + 1;
	return 0;
}

/* The key is one that followed here before; false: it must be read. */
static INLINE bool follow_shape(const struct json_reader *r, struct json_shape **shape, const char **pos)
{
	if (!*shape || r->end - *pos < JSON_SHAPE_TEXT)
		return false;
	for (struct json_shape *s = (*shape)->next; s; s = s->other)
		if (json_shape_fits(s, *pos)) {
			*shape = s;
			*pos += s->len;
			return true;
		}
	return false;
}

/* A key that is no known one, and its colon. */
static COLD int read_new_key(
	struct json_reader *r, struct json_shape **shape, struct place *at, struct sw_value *ret)
{
	const char *start = at->p = json_behind_space(at->p, r->end);
	if (start == r->end || *start != '"')
		return json_unexpected(r, start, "a key in quotes");
	at->p++;
	int rc = read_string(r, &at->p, ret);
	if (rc < 0)
		return rc;
	if (*shape)
		*shape = json_shape_add(r->shapes, *shape, ret);
	rc = push(r, at, ret, false, start, at->p);
	if (rc < 0)
		return rc;
	at->p = json_behind_space(at->p, r->end);
	if (at->p == r->end || *at->p != ':')
		return json_unexpected(r, at->p, "':'");
	at->p++;
	return 0;
}

/* A key and its colon. */
static INLINE int read_key(struct json_reader *r, struct json_shape **shape, struct place *at)
{
	const char *start = at->p;
	if (__builtin_expect(follow_shape(r, shape, &at->p), 1))
		return push(r, at, &(*shape)->key, false, start, at->p - 1);
	struct place there = *at; /* its address is given away */
	struct sw_value key;
	int rc = read_new_key(r, shape, &there, &key);
	*at = there;
	return rc;
}

int json_read_key(struct json_reader *r, struct sw_value *ret)
{
	struct json_shape *none = NULL;
	struct place at = place_of(r);
	int rc = read_new_key(r, &none, &at, ret);
	at.p = json_behind_space(at.p, r->end);
	leave(r, &at);
	return rc;
}

/* ---- closing containers ---- */

/* Sorts and folds the members on the stack; *n becomes how many are left. */
static int settle_members(struct json_reader *r, size_t base, uint32_t *n)
{
	struct members_dup dup = {0};
	*n = members_settle((struct sw_member *)(r->slots + base),
		r->keep_spans ? (struct pair_span *)(r->spans + base) : NULL, *n, &dup);
	if (!dup.count || !(r->flags & SW_JSON_DUP_ERROR))
		return 0;
	r->twice = !r->keep_spans;
	if (r->twice)
		return -SW_EINVALID;
	return json_fail(r, SW_EINVALID, r->start + dup.span.start,
		"the key \"%.*s\" is given twice", dup.key.n < 100 ? (int)dup.key.n : 100, dup.key.u.s);
}

/* Room in the arena for n slots behind `head` bytes, and for their spans when they are asked for. */
static INLINE void *room(struct json_reader *r, bool spans, size_t n, size_t head, struct sw_span **ret_spans)
{
	size_t bytes = head + n * sizeof(*r->slots);
	char *p = sw_arena_alloc(r->arena, bytes + (spans ? n * sizeof(*r->spans) : 0));
	*ret_spans = p && spans ? (struct sw_span *)(void *)(p + bytes) : NULL;
	return p;
}

static COLD int close_plain(struct json_reader *r, size_t base, uint32_t n, const char *at, struct sw_value *ret)
{
	int rc = settle_members(r, base, &n);
	if (rc < 0)
		return rc;
	struct sw_span *spans;
	struct sw_object *o = room(r, r->flags & SW_JSON_SPANS, 2 * (size_t)n, sizeof(*o), &spans);
	if (!o)
		return no_memory(r, at);
	struct sw_member *m = memcpy(o + 1, r->slots + base, n * sizeof(*m));
	if (spans)
		memcpy(spans, r->spans + base, 2 * (size_t)n * sizeof(*spans));
	*o = (struct sw_object){.m = m, .spans = spans, .keys = sw_members_keys(m, n)};
	*ret = (struct sw_value){.type = SW_OBJECT, .n = n, .u.o = o};
	return 0;
}

/* The members' order is known. */
static INLINE int close_shaped(struct json_reader *r, bool with_spans, size_t base,
	const struct json_shape *shape, const char *at, struct sw_value *ret)
{
	const struct sw_member *from = (const struct sw_member *)(r->slots + base);
	struct sw_span *spans;
	uint32_t n = shape->n;
	struct sw_object *o = room(r, with_spans, 2 * (size_t)n, sizeof(*o), &spans);
	if (!o)
		return no_memory(r, at);
	struct sw_member *m = (struct sw_member *)(o + 1);
	const uint8_t *order = shape->order;
	for (uint32_t i = 0; i < n; i++)
		m[i] = from[order[i]];
	for (uint32_t i = 0; spans && i < n; i++)
		memcpy(spans + 2 * i, r->spans + base + 2 * order[i], 2 * sizeof(*spans));
	*o = (struct sw_object){.m = m, .spans = spans, .keys = shape->keys};
	*ret = (struct sw_value){.type = SW_OBJECT, .n = n, .u.o = o};
	return 0;
}

/* Not in line: most readers want the one or the other. */
static __attribute__((noinline)) int close_with_spans(
	struct json_reader *r, const struct json_frame *f, const char *at, struct sw_value *ret)
{
	return close_shaped(r, true, f->base, f->shape, at, ret);
}

static INLINE int close_object(
	struct json_reader *r, const struct json_frame *f, const struct place *at, struct sw_value *ret)
{
	const struct sw_value *from = r->slots + f->base;
	if (at->top == from) {
		*ret = sw_empty_object();
		return 0;
	}
	if (!f->shape || (!f->shape->order && !json_shape_order(r->shapes, f->shape, (const struct sw_member *)from)))
		return close_plain(r, f->base, (uint32_t)((at->top - from) / 2), at->p, ret);
	return r->flags & SW_JSON_SPANS ? close_with_spans(r, f, at->p, ret)
					: close_shaped(r, false, f->base, f->shape, at->p, ret);
}

static INLINE int close_array(
	struct json_reader *r, const struct json_frame *f, const struct place *at, struct sw_value *ret)
{
	const struct sw_value *from = r->slots + f->base;
	size_t n = (size_t)(at->top - from);
	if (n == 0) {
		*ret = sw_empty_array();
		return 0;
	}
	struct sw_span *spans;
	struct sw_array *a = room(r, r->flags & SW_JSON_SPANS, n, sizeof(*a), &spans);
	if (!a)
		return no_memory(r, at->p);
	struct sw_value *v = (struct sw_value *)(a + 1);
	for (size_t i = 0; i < n; i++)
		v[i] = from[i];
	if (spans)
		memcpy(spans, r->spans + f->base, n * sizeof(*spans));
	*a = (struct sw_array){.v = v, .spans = spans};
	*ret = (struct sw_value){.type = SW_ARRAY, .n = (uint32_t)n, .u.a = a};
	return 0;
}

/* ---- scalars ---- */

static inline bool is_digit(const char *p, const char *end)
{
	return p < end && *p >= '0' && *p <= '9';
}

/* Fraction and exponent from p on, which is at '.' or 'e'. */
static int skip_fraction(struct json_reader *r, const char **pos)
{
	const char *p = *pos;
	if (*p == '.') {
		if (!is_digit(++p, r->end))
			return json_unexpected(r, p, "a digit after the decimal point");
		while (is_digit(p, r->end))
			p++;
	}
	if (p < r->end && (*p | 0x20) == 'e') {
		p++;
		if (p < r->end && (*p == '+' || *p == '-'))
			p++;
		if (!is_digit(p, r->end))
			return json_unexpected(r, p, "a digit of the exponent");
		while (is_digit(p, r->end))
			p++;
	}
	*pos = p;
	return 0;
}

static COLD int number_from_text(
	struct json_reader *r, const char *start, const char *end, struct sw_value *ret)
{
	if (end - start > NUMBER_MAX && !(r->flags & SW_JSON_ANY_NUMBER))
		return json_fail(
			r, SW_ELIMIT, start, "a number of more than %d digits", NUMBER_MAX);
	*ret = sw_number(sw_str_make(start, (size_t)(end - start)));
	if (ret->repr == SW_NUM_TEXT && (r->flags & SW_JSON_COPY) &&
		!(ret->u.s = sw_arena_memdup(r->arena, start, ret->n)))
		return no_memory(r, start);
	return 0;
}

static INLINE int read_number(struct json_reader *r, const char **pos, struct sw_value *ret)
{
	const char *start = *pos, *p = start + (*start == '-'), *digits = p;
	uint64_t v = 0;
	if (!is_digit(p, r->end))
		return json_unexpected(r, p, "a digit");
	if (*p == '0')
		p++;
	else
		while (is_digit(p, r->end))
			v = v * 10 + (uint64_t)(*p++ - '0'); /* wraps when long: not used then */
	size_t n = (size_t)(p - digits);
	bool text = n > 18 || (v == 0 && digits > start);
	int rc = 0;
	if (p < r->end && (*p == '.' || (*p | 0x20) == 'e')) {
		rc = skip_fraction(r, &p);
		text = true;
	}
	if (rc == 0 && text)
		rc = number_from_text(r, start, p, ret);
	else
		*ret = sw_int(digits > start ? -(int64_t)v : (int64_t)v);
	*pos = p;
	return rc;
}

static COLD int bad_literal(struct json_reader *r, const char *p, struct sw_str word)
{
	size_t left = (size_t)(r->end - p), i = 0;
	while (i < word.n && i < left && p[i] == word.p[i])
		i++;
	return json_unexpected(r, p + i, i == left ? "the rest of a word" : word.p);
}

static INLINE int read_literal(
	struct json_reader *r, const char **pos, struct sw_str word, struct sw_value v, struct sw_value *ret)
{
	const char *p = *pos;
	if (__builtin_expect((size_t)(r->end - p) < word.n || memcmp(p, word.p, word.n) != 0, 0))
		return bad_literal(r, p, word);
	*pos = p + word.n;
	*ret = v;
	return 0;
}

static INLINE int read_scalar(struct json_reader *r, char c, const char **pos, struct sw_value *ret)
{
	if (c == '"') { /* most are */
		++*pos;
		return read_string(r, pos, ret);
	}
	switch (c) {
	case '-':
	case '0' ... '9':
		return read_number(r, pos, ret);
	case 't':
		return read_literal(r, pos, SW_STR("true"), sw_bool(true), ret);
	case 'f':
		return read_literal(r, pos, SW_STR("false"), sw_bool(false), ret);
	case 'n':
		return read_literal(r, pos, SW_STR("null"), sw_null(), ret);
	default:
		return json_unexpected(r, *pos, "a value");
	}
}

/* ---- containers ---- */

static INLINE char char_at(const struct json_reader *r, const char *p)
{
	return p < r->end ? *p : 0;
}

static INLINE bool is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/* The shape at which an object begins; the place for objects inside of an array. */
static INLINE struct json_shape *shape_inside(struct json_reader *r, const struct place *at, bool object)
{
	struct json_shape *outer = r->depth ? at->free[-1].shape : r->shapes ? &r->shapes->root : NULL;
	if (!outer || !object)
		return outer;
	return outer->inside ? outer->inside : json_shape_inside(r->shapes, outer);
}

static INLINE int count_value(struct json_reader *r, const char *start)
{
	if (__builtin_expect(__builtin_sub_overflow(r->nodes_left, 1, &r->nodes_left), 0))
		return json_fail(r, SW_ELIMIT, start, "more values than the limit");
	return 0;
}

/* at->p is at a bracket; then behind it and the white space that follows. */
static INLINE int open_container(struct json_reader *r, struct place *at)
{
	bool object = *at->p == '{';
	if (__builtin_expect(r->depth == r->depth_max, 0))
		return json_fail(r, SW_ELIMIT, at->p, "nested deeper than %u", r->depth_max);
	if (__builtin_expect(r->depth == r->frame_cap, 0)) {
		grow_frames(r);
		at->free = r->frames + r->depth;
	}
	struct json_shape *shape = shape_inside(r, at, object);
	r->depth++;
	*at->free++ = (struct json_frame){
		(size_t)(at->top - r->slots), (uint32_t)(at->p - r->start), object, shape};
	at->p = json_behind_space(at->p + 1, r->end);
	return 0;
}

/* at->p is behind the closing bracket. */
static INLINE int close_container(
	struct json_reader *r, struct json_frame *f, struct place *at, struct sw_value *ret)
{
	int rc = f->object ? close_object(r, f, at, ret) : close_array(r, f, at, ret);
	at->top = r->slots + f->base;
	at->free--;
	r->depth--;
	return rc;
}

/*
 * Behind a value that began at *start: closes what ends there, until a container wants another value (1; its
 * key, in an object, is read) or all of it is read (0).
 */
static INLINE int go_on(
	struct json_reader *r, struct place *at, uint32_t floor, const char **start, struct sw_value *v)
{
	while (r->depth != floor) {
		struct json_frame *f = at->free - 1;
		int rc = push(r, at, v, true, *start, at->p);
		if (rc < 0)
			return rc;
		char c = char_at(r, at->p);
		if (__builtin_expect(is_space(c), 0)) {
			at->p = json_behind_space(at->p, r->end);
			c = char_at(r, at->p);
		}
		if (c == ',') {
			at->p++;
			rc = f->object ? read_key(r, &f->shape, at) : 0;
			return rc < 0 ? rc : 1;
		}
		if (__builtin_expect(c != (f->object ? '}' : ']'), 0))
			return json_unexpected(r, at->p, f->object ? "',' or '}'" : "',' or ']'");
		at->p++;
		*start = r->start + f->start;
		rc = close_container(r, f, at, v);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* A scalar, or an empty container: 0; 1: a container was opened and wants its first value. */
static INLINE int begin(struct json_reader *r, struct place *at, struct sw_value *v)
{
	const char *start = at->p;
	char c = char_at(r, start);
	bool scalar = c != '{' && c != '[';
	int rc = scalar ? read_scalar(r, c, &at->p, v) : open_container(r, at);
	if (rc == 0)
		rc = count_value(r, start);
	if (rc < 0 || scalar)
		return rc;
	struct json_frame *f = at->free - 1;
	if (char_at(r, at->p) == (f->object ? '}' : ']')) {
		at->p++;
		return close_container(r, f, at, v);
	}
	rc = f->object ? read_key(r, &f->shape, at) : 0;
	return rc < 0 ? rc : 1;
}

int json_read_value(struct json_reader *r, struct sw_value *ret, struct sw_span *ret_span)
{
	uint32_t floor = r->depth;
	struct place at = place_of(r);
	struct sw_value v = sw_undef();
	const char *start;
	int rc;
	do {
		if (__builtin_expect(is_space(char_at(r, at.p)), 0))
			at.p = json_behind_space(at.p, r->end);
		start = at.p;
		rc = begin(r, &at, &v);
		if (rc < 0)
			return rc;
		if (rc == 0)
			rc = go_on(r, &at, floor, &start, &v);
	} while (rc > 0);
	if (rc < 0)
		return rc;
	leave(r, &at);
	*ret = v;
	*ret_span = (struct sw_span){(uint32_t)(start - r->start), (uint32_t)(at.p - r->start)};
	return 0;
}

static int read_whole(struct json_reader *r, struct sw_value *ret)
{
	struct sw_span span;
	int rc = json_read_value(r, ret, &span);
	if (rc < 0 || (r->flags & SW_JSON_TRAILING))
		return rc;
	json_skip_space(r);
	return r->p < r->end ? json_unexpected(r, r->p, "the end of the text") : 0;
}

static int parse(struct sw_json_shapes *shapes, struct sw_arena *a, struct sw_str text, unsigned flags,
	const struct sw_json_limits *limits, struct sw_value *ret, size_t *ret_end, struct sw_error *err)
{
	json_autoreader r;
	struct sw_value v;
	struct sw_arena_mark mark = sw_arena_mark(a);
	int rc = json_reader_init(&r, a, text, flags | JSON_PLACES_LATER, limits, err);
	r.shapes = shapes;
	if (rc == 0)
		rc = read_whole(&r, &v);
	if (rc < 0 && r.twice) {
		sw_arena_rewind(a, mark);
		json_reader_release(&r);
		json_reader_init(&r, a, text, flags, limits, err);
		rc = read_whole(&r, &v);
	}
	if (rc < 0)
		return rc;
	*ret = v;
	if (ret_end)
		*ret_end = (size_t)(r.p - r.start);
	return 0;
}

int sw_json_parse(struct sw_arena *a, struct sw_str text, unsigned flags,
	const struct sw_json_limits *limits, struct sw_value *ret, size_t *ret_end,
	struct sw_error *err)
{
	struct sw_json_shapes own;
	if (text.n < SHAPED_MIN)
		return parse(NULL, a, text, flags, limits, ret, ret_end, err);
	json_shapes_init(&own, false);
	int rc = parse(&own, a, text, flags, limits, ret, ret_end, err);
	json_shapes_release(&own);
	return rc;
}

int sw_json_parse_alike(struct sw_json_shapes *shapes, struct sw_arena *a, struct sw_str text,
	unsigned flags, const struct sw_json_limits *limits, struct sw_value *ret, struct sw_error *err)
{
	json_shapes_start(shapes);
	return parse(shapes, a, text, flags & ~(unsigned)SW_JSON_TRAILING, limits, ret, NULL, err);
}
