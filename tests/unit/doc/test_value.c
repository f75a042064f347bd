/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "base/error.h"
#include "doc/value.h"

static void object_sorts_and_last_key_wins(void **state)
{
	sw_autoarena a;
	sw_arena_init(&a, 0);
	for (int n = 1; n < 200; n += 13) {
		struct sw_map m;
		sw_map_init(&m, &a);
		for (int round = 0; round < 2; round++)
			for (int i = n; i-- > 0;) {
				struct sw_str k = sw_arena_printf(&a, "key-%03d", i * 7 % n);
				assert_int_equal(sw_map_add(&m, sw_string(k), sw_int(round * 1000 + i)), 0);
			}
		struct sw_value o = sw_map_object(&m);
		uint32_t distinct = o.n;
		assert_int_equal(m.dup, 2u * (unsigned)n - distinct);
		for (uint32_t i = 1; i < o.n; i++)
			assert_true(sw_value_cmp(o.u.o->m[i - 1].k, o.u.o->m[i].k) < 0);
		sw_object_foreach(it, o)
		{
			struct sw_value got = sw_object_get(o, sw_string_copy(&a, sw_value_str(it->k)));
			assert_true(got.u.i >= 1000);
		}
		assert_false(sw_defined(sw_object_gets(o, SW_STR("key"))));
	}
}

static void order_of_types(void **state)
{
	sw_autoarena a;
	sw_arena_init(&a, 0);
	struct sw_value one = sw_int(1);
	struct sw_value rising[] = {sw_null(), sw_bool(false), sw_bool(true), sw_int(-1), sw_int(2),
		SW_VSTR(""), SW_VSTR("a"), SW_VSTR("a\0b"), SW_VSTR("\xc3\xa9"), sw_empty_array(),
		sw_array_from(&a, &one, 1), sw_empty_object(), sw_empty_set(),
		sw_set_from_sorted(&a, &one, 1)};
	size_t n = sizeof(rising) / sizeof(*rising);
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++) {
			int c = sw_value_cmp(rising[i], rising[j]);
			assert_int_equal((c > 0) - (c < 0), (i > j) - (i < j));
			assert_int_equal(sw_value_eq(rising[i], rising[j]), i == j);
		}
}

static void set_algebra(void **state)
{
	sw_autoarena a;
	sw_arena_init(&a, 0);
	struct sw_list x, y;
	sw_list_init(&x, &a);
	sw_list_init(&y, &a);
	for (int i = 100; i-- > 0;) {
		sw_list_add(&x, sw_int(i % 60));
		sw_list_add(&y, sw_int(i % 60 + 30));
	}
	struct sw_value sx = sw_list_set(&x), sy = sw_list_set(&y);
	assert_int_equal(sx.n, 60);
	assert_int_equal(sw_set_union(&a, sx, sy).n, 90);
	assert_int_equal(sw_set_intersection(&a, sx, sy).n, 30);
	assert_int_equal(sw_set_difference(&a, sx, sy).n, 30);
	assert_int_equal(sw_set_difference(&a, sx, sx).n, 0);
	assert_true(sw_set_has(sx, sw_number(SW_STR("59.0"))));
	assert_false(sw_set_has(sx, sw_int(60)));
}

static void copy_is_deep(void **state)
{
	sw_autoarena a, b;
	sw_arena_init(&a, 0);
	sw_arena_init(&b, 0);
	struct sw_map m;
	sw_map_init(&m, &a);
	struct sw_list l;
	sw_list_init(&l, &a);
	sw_list_add(&l, sw_string_copy(&a, SW_STR("hello, arena")));
	sw_list_add(&l, sw_number(sw_arena_str(&a, SW_STR("1.50"))));
	sw_map_adds(&m, "list", sw_list_array(&l));
	struct sw_value o = sw_map_object(&m), c = sw_value_copy(&b, o);
	assert_true(sw_value_hash(o) == sw_value_hash(c));
	sw_arena_release(&a); /* under ASan, any byte still borrowed from `a` now faults */
	struct sw_value list = sw_value_path(c, "list", NULL);
	assert_str(sw_value_str(sw_array_at(list, 0)), "hello, arena");
	assert_str(sw_value_str(sw_array_at(list, 1)), "1.50");
	assert_false(sw_defined(sw_array_at(list, 2)));
}

static void overflow_is_an_error_not_a_crash(void **state)
{
	sw_autoarena a;
	sw_arena_init(&a, 4096);
	struct sw_list l;
	sw_list_init(&l, &a);
	int r = 0;
	for (int i = 0; i < 10000 && r == 0; i++)
		r = sw_list_add(&l, sw_int(i));
	assert_int_equal(r, -SW_ELIMIT);
	assert_true(a.overflow);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(object_sorts_and_last_key_wins),
		cmocka_unit_test(order_of_types),
		cmocka_unit_test(set_algebra),
		cmocka_unit_test(copy_is_deep),
		cmocka_unit_test(overflow_is_an_error_not_a_crash),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
