/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bump allocator for one unit of work: a file, a request, an event batch. Everything is freed at once.
 *
 * - One arena, one thread. A finished arena may be read by any number of threads.
 * - Every arena has a hard budget in bytes. An allocation beyond it returns NULL and sets the sticky
 *   `overflow` flag, which the caller turns into -SW_ELIMIT; memory exhaustion of the process aborts.
 * - Memory is aligned to 16 bytes and not zeroed, unless the call says so.
 * - mark/rewind return to an earlier state and keep the chunks: no malloc after warm-up.
 * - Under AddressSanitizer, memory that is not handed out is poisoned.
 * - sw_arena_defer() registers a call for the time of rewind/release, newest first, for what is not memory.
 */
#ifndef SW_BASE_ARENA_H
#define SW_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct sw_arena_chunk;
struct sw_arena_defer;

struct sw_arena {
	char *at, *end;               /* free part of the current chunk */
	struct sw_arena_chunk *chunk; /* current; older ones behind it */
	struct sw_arena_chunk *spare; /* emptied by rewind, used again first */
	struct sw_arena_defer *defers;
	size_t used, budget; /* bytes in chunks before the current one, and the ceiling for all */
	size_t peak;
	uint64_t n; /* allocations so far; never goes back */
	bool overflow;
};

struct sw_arena_mark {
	char *at;
	struct sw_arena_chunk *chunk;
	struct sw_arena_defer *defers;
	size_t used;
};

#define SW_ARENA_BUDGET_DEFAULT ((size_t)1 << 30)

void sw_arena_init(struct sw_arena *a, size_t budget); /* 0: the default of 1 GiB */
void sw_arena_release(struct sw_arena *a);
void sw_arena_reset(struct sw_arena *a); /* empty, chunks kept, overflow cleared */

void *sw_arena_alloc_slow(struct sw_arena *a, size_t n);
void *sw_arena_zalloc(struct sw_arena *a, size_t n);
void *sw_arena_array(struct sw_arena *a, size_t n, size_t size); /* checked product */
/* Grows the newest allocation in place where it can, else copies. */
void *sw_arena_grow(struct sw_arena *a, void *old, size_t old_n, size_t new_n);
char *sw_arena_memdup(struct sw_arena *a, const void *p, size_t n);
struct sw_str sw_arena_str(struct sw_arena *a, struct sw_str s); /* copy; p NULL on overflow */
char *sw_arena_cstr(struct sw_arena *a, struct sw_str s);        /* copy with NUL */
struct sw_str sw_arena_printf(struct sw_arena *a, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

struct sw_arena_mark sw_arena_mark(struct sw_arena *a);
void sw_arena_rewind(struct sw_arena *a, struct sw_arena_mark mark);
int sw_arena_defer(struct sw_arena *a, void (*fn)(void *), void *arg); /* 0 or -SW_ELIMIT, fn then called */

size_t sw_arena_bytes(const struct sw_arena *a); /* handed out, alignment included */

#if defined(__SANITIZE_ADDRESS__)
#define SW_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SW_ASAN 1
#endif
#endif

static inline void *sw_arena_alloc(struct sw_arena *a, size_t n)
{
	a->n++;
#ifndef SW_ASAN
	size_t want = (n + 15) & ~(size_t)15;
	if (__builtin_expect(want >= n && want < (size_t)(a->end - a->at), 1)) {
		void *p = a->at;
		a->at += want;
		return p;
	}
#endif
	return sw_arena_alloc_slow(a, n);
}

#define sw_arena_new(a, type) ((type *)sw_arena_zalloc((a), sizeof(type)))
#define sw_arena_new_array(a, n, type) ((type *)sw_arena_array((a), (n), sizeof(type)))

/* Released at the end of the scope. */
#define sw_autoarena __attribute__((cleanup(sw_arena_release))) struct sw_arena

#endif
