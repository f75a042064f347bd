/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "base/arena.h"
#include "base/error.h"

static void budget_is_hard_and_sticky(void **state)
{
	sw_autoarena a;
	sw_arena_init(&a, 1000);
	assert_non_null(sw_arena_alloc(&a, 500));
	assert_null(sw_arena_alloc(&a, 600));
	assert_true(a.overflow);
	assert_null(sw_arena_array(&a, SIZE_MAX / 2, 16));
	assert_null(sw_arena_alloc(&a, SIZE_MAX));
	sw_arena_reset(&a);
	assert_false(a.overflow);
	assert_non_null(sw_arena_alloc(&a, 900));
}

static void rewind_gives_back_and_keeps_chunks(void **state)
{
	sw_autoarena a;
	sw_arena_init(&a, 0);
	char *first = sw_arena_alloc(&a, 100);
	memset(first, 'x', 100);
	struct sw_arena_mark mark = sw_arena_mark(&a);
	size_t before = sw_arena_bytes(&a);
	for (int i = 0; i < 1000; i++)
		memset(sw_arena_alloc(&a, 1000), 'y', 1000);
	assert_true(sw_arena_bytes(&a) >= 1000000);
	sw_arena_rewind(&a, mark);
	assert_int_equal(sw_arena_bytes(&a), before);
	assert_int_equal(first[99], 'x');
	assert_non_null(a.spare);
}

static int order[3], n_order;

static void note(void *arg)
{
	order[n_order++] = *(int *)arg;
}

static void defers_run_newest_first(void **state)
{
	struct sw_arena a;
	static int ids[3] = {1, 2, 3};
	sw_arena_init(&a, 0);
	sw_arena_defer(&a, note, &ids[0]);
	struct sw_arena_mark mark = sw_arena_mark(&a);
	sw_arena_defer(&a, note, &ids[1]);
	sw_arena_defer(&a, note, &ids[2]);
	sw_arena_rewind(&a, mark);
	assert_int_equal(n_order, 2);
	sw_arena_release(&a);
	assert_int_equal(n_order, 3);
	assert_int_equal(order[0] * 100 + order[1] * 10 + order[2], 321);
}

static void grow_keeps_content(void **state)
{
	sw_autoarena a;
	sw_arena_init(&a, 0);
	char *p = sw_arena_grow(&a, NULL, 0, 10);
	memcpy(p, "0123456789", 10);
	p = sw_arena_grow(&a, p, 10, 100000);
	assert_memory_equal(p, "0123456789", 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(budget_is_hard_and_sticky),
		cmocka_unit_test(rewind_gives_back_and_keeps_chunks),
		cmocka_unit_test(defers_run_newest_first),
		cmocka_unit_test(grow_keeps_content),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
