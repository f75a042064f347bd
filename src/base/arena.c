/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/error.h"

#ifdef SW_ASAN
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#endif

struct sw_arena_chunk {
	struct sw_arena_chunk *next;
	size_t size; /* of data */
	_Alignas(16) char data[];
};

struct sw_arena_defer {
	struct sw_arena_defer *next;
	void (*fn)(void *);
	void *arg;
};

enum { CHUNK_MIN = 8192, CHUNK_MAX = 4 << 20 };

void sw_arena_init(struct sw_arena *a, size_t budget)
{
	*a = (struct sw_arena){.budget = budget ? budget : SW_ARENA_BUDGET_DEFAULT};
}

static void run_defers(struct sw_arena *a, struct sw_arena_defer *until)
{
	while (a->defers != until) {
		struct sw_arena_defer *d = a->defers;
		a->defers = d->next;
		d->fn(d->arg);
	}
}

static void free_chunks(struct sw_arena_chunk *c)
{
	while (c) {
		struct sw_arena_chunk *next = c->next;
		ASAN_UNPOISON_MEMORY_REGION(c->data, c->size);
		free(c);
		c = next;
	}
}

void sw_arena_release(struct sw_arena *a)
{
	run_defers(a, NULL);
	free_chunks(a->chunk);
	free_chunks(a->spare);
	*a = (struct sw_arena){.budget = a->budget, .peak = a->peak};
}

size_t sw_arena_bytes(const struct sw_arena *a)
{
	return a->used + (a->chunk ? (size_t)(a->at - a->chunk->data) : 0);
}

enum { HUGE_PAGE = 2 << 20 };

/* Big chunks ask for huge pages: a fault for each 4 KiB costs as much as what is computed on them. */
static struct sw_arena_chunk *new_chunk(size_t size)
{
	size_t whole = sizeof(struct sw_arena_chunk) + size;
	if (whole < HUGE_PAGE)
		return malloc(whole);
	void *p = aligned_alloc(HUGE_PAGE, (whole + HUGE_PAGE - 1) & ~(size_t)(HUGE_PAGE - 1));
	if (p)
		madvise(p, whole, MADV_HUGEPAGE);
	return p;
}

/* A chunk that holds n bytes: a spare one when it fits, else a new one twice the size of the last. */
static struct sw_arena_chunk *take_chunk(struct sw_arena *a, size_t n)
{
	for (struct sw_arena_chunk **c = &a->spare; *c; c = &(*c)->next) {
		if ((*c)->size >= n) {
			struct sw_arena_chunk *hit = *c;
			*c = hit->next;
			return hit;
		}
	}
	size_t size = a->chunk ? a->chunk->size * 2 : CHUNK_MIN;
	if (size > CHUNK_MAX)
		size = CHUNK_MAX;
	if (size >= HUGE_PAGE) /* whole pages, the head included */
		size -= sizeof(struct sw_arena_chunk);
	if (size < n)
		size = n;
	struct sw_arena_chunk *c = new_chunk(size);
	if (!c)
		abort();
	c->size = size;
	return c;
}

/* The end of what the current chunk may give out: the budget holds inside a chunk too. */
static char *usable_end(const struct sw_arena *a)
{
	size_t left = a->budget - a->used;
	return a->chunk->data + (a->chunk->size < left ? a->chunk->size : left);
}

void *sw_arena_alloc_slow(struct sw_arena *a, size_t n)
{
	size_t want = (n + 15) & ~(size_t)15;
#ifdef SW_ASAN
	want += 16; /* a red zone between neighbours */
#endif
	if (want < n || want > a->budget || sw_arena_bytes(a) > a->budget - want) {
		a->overflow = true;
		return NULL;
	}
	if (!a->chunk || want > (size_t)(a->end - a->at)) {
		struct sw_arena_chunk *c = take_chunk(a, want);
		a->used = sw_arena_bytes(a);
		c->next = a->chunk;
		a->chunk = c;
		a->at = c->data;
		a->end = usable_end(a);
		ASAN_POISON_MEMORY_REGION(c->data, c->size);
	}
	char *p = a->at;
	a->at += want;
	ASAN_UNPOISON_MEMORY_REGION(p, n);
	size_t bytes = sw_arena_bytes(a);
	if (bytes > a->peak)
		a->peak = bytes;
	return p;
}

void *sw_arena_zalloc(struct sw_arena *a, size_t n)
{
	void *p = sw_arena_alloc(a, n);
	return p ? memset(p, 0, n) : NULL;
}

void *sw_arena_array(struct sw_arena *a, size_t n, size_t size)
{
	size_t bytes;
	if (__builtin_mul_overflow(n, size, &bytes)) {
		a->overflow = true;
		return NULL;
	}
	return sw_arena_alloc(a, bytes);
}

void *sw_arena_grow(struct sw_arena *a, void *old, size_t old_n, size_t new_n)
{
	if (!old || new_n < old_n)
		return old ? old : sw_arena_alloc(a, new_n);
#ifndef SW_ASAN
	size_t old_want = (old_n + 15) & ~(size_t)15, new_want = (new_n + 15) & ~(size_t)15;
	if ((char *)old + old_want == a->at && new_want >= new_n &&
		new_want - old_want <= (size_t)(a->end - a->at)) {
		a->at += new_want - old_want;
		return old;
	}
#endif
	void *p = sw_arena_alloc(a, new_n);
	return p ? memcpy(p, old, old_n) : NULL;
}

char *sw_arena_memdup(struct sw_arena *a, const void *p, size_t n)
{
	char *copy = sw_arena_alloc(a, n);
	if (copy && n)
		memcpy(copy, p, n);
	return copy;
}

struct sw_str sw_arena_str(struct sw_arena *a, struct sw_str s)
{
	char *p = sw_arena_memdup(a, s.p, s.n);
	return (struct sw_str){p, p ? s.n : 0};
}

char *sw_arena_cstr(struct sw_arena *a, struct sw_str s)
{
	char *p = s.n == SIZE_MAX ? NULL : sw_arena_alloc(a, s.n + 1);
	if (!p)
		return NULL;
	if (s.n)
		memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	return p;
}

struct sw_str sw_arena_printf(struct sw_arena *a, const char *fmt, ...)
{
	va_list ap, again;
	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	char *p = n < 0 ? NULL : sw_arena_alloc(a, (size_t)n + 1);
	if (p)
		vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	return (struct sw_str){p, p ? (size_t)n : 0};
}

struct sw_arena_mark sw_arena_mark(struct sw_arena *a)
{
	return (struct sw_arena_mark){a->at, a->chunk, a->defers, a->used};
}

void sw_arena_rewind(struct sw_arena *a, struct sw_arena_mark mark)
{
	run_defers(a, mark.defers);
	while (a->chunk != mark.chunk) {
		struct sw_arena_chunk *c = a->chunk;
		a->chunk = c->next;
		ASAN_POISON_MEMORY_REGION(c->data, c->size);
		c->next = a->spare;
		a->spare = c;
	}
	a->at = mark.at;
	a->used = mark.used;
	a->end = a->chunk ? usable_end(a) : NULL;
	if (a->at)
		ASAN_POISON_MEMORY_REGION(a->at, (size_t)(a->end - a->at));
}

void sw_arena_reset(struct sw_arena *a)
{
	sw_arena_rewind(a, (struct sw_arena_mark){0});
	a->overflow = false;
}

int sw_arena_defer(struct sw_arena *a, void (*fn)(void *), void *arg)
{
	struct sw_arena_defer *d = sw_arena_alloc(a, sizeof(*d));
	if (!d) {
		fn(arg);
		return -SW_ELIMIT;
	}
	*d = (struct sw_arena_defer){a->defers, fn, arg};
	a->defers = d;
	return 0;
}
