/* SPDX-License-Identifier: Apache-2.0 */
#include "doc/json_impl.h"
#include "doc/members.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	DEPTH_DEFAULT = 512,
	NUMBER_MAX = 4096,
	KEY_CAP_MIN = 64,
	KEY_CAP_MAX = 1 << 15, /* keys beyond are not shared: they would all be different ones */
	KEY_PROBES = 8,	       /* bounds the cost of keys made to collide */
};
#define NODES_DEFAULT ((uint64_t)200000000)

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

static int no_memory(struct json_reader *r)
{
	return json_fail(r, SW_ELIMIT, r->p, "the memory budget is spent");
}

static void *grown(void *p, size_t n, size_t size)
{
	p = reallocarray(p, n, size);
	if (!p)
		abort();
	return p;
}

int json_reader_init(struct json_reader *r, struct sw_arena *a, struct sw_str text, unsigned flags,
	const struct sw_json_limits *limits, struct sw_error *err)
{
	*r = (struct json_reader){.start = text.p,
		.p = text.p,
		.end = text.n ? text.p + text.n : text.p,
		.arena = a,
		.err = err,
		.flags = flags,
		.depth_max = limits ? limits->depth : 0,
		.nodes_left = limits ? limits->nodes : 0};
	r->keep_spans = flags & (SW_JSON_SPANS | SW_JSON_DUP_ERROR);
	if (!r->depth_max)
		r->depth_max = DEPTH_DEFAULT;
	if (!r->nodes_left)
		r->nodes_left = NODES_DEFAULT;
	if (!text.p)
		r->start = r->p = r->end = "";
	if (text.n > UINT32_MAX)
		return sw_error_set(err, SW_ELIMIT, "the text is larger than 4 GiB");
	if (text.n >= 3 && memcmp(text.p, "\xef\xbb\xbf", 3) == 0)
		r->p += 3;
	return 0;
}

void json_reader_release(struct json_reader *r)
{
	free(r->slots);
	free(r->spans);
	free(r->frames);
	free(r->keys);
}

static int grow_slots(struct json_reader *r)
{
	size_t cap = r->cap ? r->cap * 2 : 128;
	/* The stack is outside the arena, but under the same ceiling. */
	if (cap > 128 && cap * sizeof(*r->slots) > r->arena->budget)
		return no_memory(r);
	r->slots = grown(r->slots, cap, sizeof(*r->slots));
	if (r->keep_spans)
		r->spans = grown(r->spans, cap, sizeof(*r->spans));
	r->cap = cap;
	return 0;
}

static inline int push(struct json_reader *r, struct sw_value v, const char *start)
{
	if (r->n == r->cap) {
		int rc = grow_slots(r);
		if (rc < 0)
			return rc;
	}
	if (r->keep_spans)
		r->spans[r->n] =
			(struct sw_span){(uint32_t)(start - r->start), (uint32_t)(r->p - r->start)};
	r->slots[r->n++] = v;
	return 0;
}

/* ---- keys ---- */

static uint32_t key_slot(struct sw_value k)
{
	return k.tag ^ k.n * 0x9e37u;
}

static void grow_keys(struct json_reader *r)
{
	struct sw_value *old = r->keys;
	uint32_t old_cap = r->key_cap;
	r->key_cap = old_cap ? old_cap * 4 : KEY_CAP_MIN;
	r->keys = calloc(r->key_cap, sizeof(*r->keys));
	if (!r->keys)
		abort();
	r->n_keys = 0;
	for (uint32_t i = 0; i < old_cap; i++) {
		for (uint32_t j = 0; old[i].type && j < KEY_PROBES; j++) {
			struct sw_value *s = &r->keys[(key_slot(old[i]) + j) & (r->key_cap - 1)];
			if (!s->type) {
				*s = old[i];
				r->n_keys++;
				break;
			}
		}
	}
	free(old);
}

static struct sw_value intern(struct json_reader *r, struct sw_value k)
{
	if (r->n_keys * 2 >= r->key_cap && r->key_cap < KEY_CAP_MAX)
		grow_keys(r);
	for (uint32_t j = 0; j < KEY_PROBES; j++) {
		struct sw_value *s = &r->keys[(key_slot(k) + j) & (r->key_cap - 1)];
		if (!s->type) {
			r->n_keys++;
			return *s = k;
		}
		if (sw_value_str_eq(*s, k))
			return *s;
	}
	return k;
}

int json_read_key(struct json_reader *r, struct sw_value *ret)
{
	if (r->p == r->end || *r->p != '"')
		return json_unexpected(r, r->p, "a key in quotes");
	const char *start = r->p++;
	struct sw_str s;
	int rc = json_read_string(r, &s);
	if (rc < 0)
		return rc;
	*ret = intern(r, sw_string(s));
	rc = push(r, *ret, start);
	if (rc < 0)
		return rc;
	json_skip_space(r);
	if (r->p == r->end || *r->p != ':')
		return json_unexpected(r, r->p, "':'");
	r->p++;
	json_skip_space(r);
	return 0;
}

/* ---- closing containers ---- */

/* Sorts and folds the members on the stack; *n becomes how many are left. */
static int settle_members(struct json_reader *r, size_t base, uint32_t *n)
{
	struct members_dup dup = {0};
	*n = members_settle((struct sw_member *)(r->slots + base),
		r->keep_spans ? (struct pair_span *)(r->spans + base) : NULL, *n, &dup);
	if (dup.count && (r->flags & SW_JSON_DUP_ERROR))
		return json_fail(r, SW_EINVALID, r->start + dup.span.start,
			"the key \"%.*s\" is given twice", dup.key.n < 100 ? (int)dup.key.n : 100,
			dup.key.u.s);
	return 0;
}

static int close_object(struct json_reader *r, size_t base, struct sw_value *ret)
{
	uint32_t n = (uint32_t)((r->n - base) / 2);
	if (n == 0) {
		*ret = sw_empty_object();
		return 0;
	}
	int rc = settle_members(r, base, &n);
	if (rc < 0)
		return rc;
	size_t bytes = n * sizeof(struct sw_member);
	bool spans = r->flags & SW_JSON_SPANS;
	struct sw_object *o = sw_arena_alloc(
		r->arena, sizeof(*o) + bytes + (spans ? n * sizeof(struct pair_span) : 0));
	if (!o)
		return no_memory(r);
	o->m = memcpy(o + 1, r->slots + base, bytes);
	o->spans = !spans ? NULL
			  : memcpy((char *)(o + 1) + bytes, r->spans + base,
				    n * sizeof(struct pair_span));
	o->keys = sw_members_keys(o->m, n);
	*ret = (struct sw_value){.type = SW_OBJECT, .n = n, .u.o = o};
	return 0;
}

static int close_array(struct json_reader *r, size_t base, struct sw_value *ret)
{
	size_t n = r->n - base, bytes = n * sizeof(struct sw_value);
	if (n == 0) {
		*ret = sw_empty_array();
		return 0;
	}
	bool spans = r->flags & SW_JSON_SPANS;
	struct sw_array *a = sw_arena_alloc(
		r->arena, sizeof(*a) + bytes + (spans ? n * sizeof(struct sw_span) : 0));
	if (!a)
		return no_memory(r);
	a->v = memcpy(a + 1, r->slots + base, bytes);
	a->spans = !spans ? NULL
			  : memcpy((char *)(a + 1) + bytes, r->spans + base,
				    n * sizeof(struct sw_span));
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

static int number_from_text(
	struct json_reader *r, const char *start, const char *end, struct sw_value *ret)
{
	if (end - start > NUMBER_MAX && !(r->flags & SW_JSON_ANY_NUMBER))
		return json_fail(
			r, SW_ELIMIT, start, "a number of more than %d digits", NUMBER_MAX);
	*ret = sw_number(sw_str_make(start, (size_t)(end - start)));
	if (ret->repr == SW_NUM_TEXT && (r->flags & SW_JSON_COPY) &&
		!(ret->u.s = sw_arena_memdup(r->arena, start, ret->n)))
		return no_memory(r);
	r->p = end;
	return 0;
}

static int read_number(struct json_reader *r, struct sw_value *ret)
{
	const char *start = r->p, *p = start + (*start == '-'), *digits = p;
	uint64_t v = 0;
	if (!is_digit(p, r->end))
		return json_unexpected(r, p, "a digit");
	if (*p == '0')
		p++;
	else
		while (is_digit(p, r->end))
			v = v * 10 + (uint64_t)(*p++ - '0'); /* wraps when long: not used then */
	size_t n = (size_t)(p - digits);
	if (p < r->end && (*p == '.' || (*p | 0x20) == 'e')) {
		int rc = skip_fraction(r, &p);
		return rc < 0 ? rc : number_from_text(r, start, p, ret);
	}
	if (n > 18 || (v == 0 && digits > start))
		return number_from_text(r, start, p, ret);
	*ret = sw_int(digits > start ? -(int64_t)v : (int64_t)v);
	r->p = p;
	return 0;
}

static int read_literal(
	struct json_reader *r, struct sw_str word, struct sw_value v, struct sw_value *ret)
{
	size_t left = (size_t)(r->end - r->p), i = 0;
	while (i < word.n && i < left && r->p[i] == word.p[i])
		i++;
	if (i < word.n)
		return json_unexpected(r, r->p + i, i == left ? "the rest of a word" : word.p);
	r->p += word.n;
	*ret = v;
	return 0;
}

static int read_scalar(struct json_reader *r, struct sw_value *ret)
{
	switch (r->p < r->end ? *r->p : 0) {
	case '"': {
		struct sw_str s;
		r->p++;
		int rc = json_read_string(r, &s);
		if (rc == 0)
			*ret = sw_string(s);
		return rc;
	}
	case '-':
	case '0' ... '9':
		return read_number(r, ret);
	case 't':
		return read_literal(r, SW_STR("true"), sw_bool(true), ret);
	case 'f':
		return read_literal(r, SW_STR("false"), sw_bool(false), ret);
	case 'n':
		return read_literal(r, SW_STR("null"), sw_null(), ret);
	default:
		return json_unexpected(r, r->p, "a value");
	}
}

/* ---- containers ---- */

static int open_container(struct json_reader *r)
{
	if (r->depth == r->depth_max)
		return json_fail(r, SW_ELIMIT, r->p, "nested deeper than %u", r->depth_max);
	if (r->depth == r->frame_cap) {
		r->frame_cap = r->frame_cap ? r->frame_cap * 2 : 32;
		r->frames = grown(r->frames, r->frame_cap, sizeof(*r->frames));
	}
	r->frames[r->depth++] =
		(struct json_frame){r->n, (uint32_t)(r->p - r->start), *r->p == '{'};
	r->p++;
	return 0;
}

/*
 * Behind a bracket or a value: 1 when a value must follow (its key, in an object, is read), 0 when
 * the innermost container was closed.
 */
static int next_element(struct json_reader *r, bool first, struct sw_value *ret)
{
	struct json_frame *f = &r->frames[r->depth - 1];
	json_skip_space(r);
	char c = r->p < r->end ? *r->p : 0;
	if (c == (f->object ? '}' : ']')) {
		r->p++;
		int rc = f->object ? close_object(r, f->base, ret) : close_array(r, f->base, ret);
		if (rc < 0)
			return rc;
		r->n = f->base;
		r->depth--;
		return 0;
	}
	if (!first) {
		if (c != ',')
			return json_unexpected(r, r->p, f->object ? "',' or '}'" : "',' or ']'");
		r->p++;
		json_skip_space(r);
	}
	struct sw_value key;
	int rc = f->object ? json_read_key(r, &key) : 0;
	return rc < 0 ? rc : 1;
}

int json_read_value(struct json_reader *r, struct sw_value *ret, struct sw_span *ret_span)
{
	uint32_t floor = r->depth;
	struct sw_value v = sw_undef();
	json_skip_space(r);
	for (;;) {
		const char *start = r->p;
		bool opened = start < r->end && (*start == '{' || *start == '[');
		int rc = opened ? open_container(r) : read_scalar(r, &v);
		if (rc < 0)
			return rc;
		if (r->nodes_left-- == 0)
			return json_fail(r, SW_ELIMIT, start, "more values than the limit");
		/* Close what ends here, until a container wants another value. */
		for (;;) {
			if (!opened) {
				if (r->depth == floor) {
					*ret = v;
					*ret_span = (struct sw_span){(uint32_t)(start - r->start),
						(uint32_t)(r->p - r->start)};
					return 0;
				}
				rc = push(r, v, start);
				if (rc < 0)
					return rc;
			}
			uint32_t open_at = r->frames[r->depth - 1].start;
			rc = next_element(r, opened, &v);
			if (rc < 0)
				return rc;
			if (rc > 0)
				break;
			start = r->start + open_at;
			opened = false;
		}
		json_skip_space(r);
	}
}

int sw_json_parse(struct sw_arena *a, struct sw_str text, unsigned flags,
	const struct sw_json_limits *limits, struct sw_value *ret, size_t *ret_end,
	struct sw_error *err)
{
	json_autoreader r;
	struct sw_value v;
	struct sw_span span;
	int rc = json_reader_init(&r, a, text, flags, limits, err);
	if (rc == 0)
		rc = json_read_value(&r, &v, &span);
	if (rc < 0)
		return rc;
	if (!(flags & SW_JSON_TRAILING)) {
		json_skip_space(&r);
		if (r.p < r.end)
			return json_unexpected(&r, r.p, "the end of the text");
	}
	*ret = v;
	if (ret_end)
		*ret_end = (size_t)(r.p - r.start);
	return 0;
}
