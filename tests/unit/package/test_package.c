/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "package/package.h"

static struct sw_package npm(const char *name, const char *path)
{
	return (struct sw_package){.type = SW_PKG_NPM,
		.name = sw_str_from(name),
		.version = SW_STR("1.0.0"),
		.path = sw_str_from(path),
		.layer = 0};
}

static void order_does_not_matter(void **state)
{
	(void)state;
	const char *const names[] = {"c", "a", "b", "a"};
	sw_autobom one, two;

	sw_bom_init(&one, 0);
	sw_bom_init(&two, 0);
	for (int i = 0; i < 4; i++) {
		struct sw_package p = npm(names[i], "x"), q = npm(names[3 - i], "x");
		assert_int_equal(sw_bom_add(&one, &p), 0);
		assert_int_equal(sw_bom_add(&two, &q), 0);
	}
	sw_bom_finish(&one);
	sw_bom_finish(&two);
	assert_int_equal(one.n, 3);
	assert_int_equal(two.n, 3);
	for (uint32_t i = 0; i < 3; i++)
		assert_true(sw_str_eq(one.packages[i].name, two.packages[i].name));
	assert_true(sw_str_is(one.packages[0].name, "a"));
}

static void many_files_are_found_again(void **state)
{
	(void)state;
	sw_autobom bom;
	char name[32];

	sw_bom_init(&bom, 0);
	for (int i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "usr/lib/%d", i * 7919 % 5000);
		assert_int_equal(sw_bom_own(&bom, sw_str_from(name)), 0);
	}
	sw_bom_finish(&bom);
	for (int i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "usr/lib/%d", i);
		assert_true(sw_bom_owns(&bom, sw_str_from(name)));
	}
	assert_false(sw_bom_owns(&bom, SW_STR("usr/lib/5000")));
	for (uint32_t i = 1; i < bom.n_owned; i++)
		assert_true(bom.owned[i - 1] <= bom.owned[i]);
}

static void files_of_the_os_are_known(void **state)
{
	(void)state;
	sw_autobom bom;

	sw_bom_init(&bom, 0);
	struct sw_package mine = npm("mine", "app/node_modules/mine/package.json");
	struct sw_package theirs = npm("theirs", "usr/share/nodejs/theirs/package.json");
	struct sw_package deb = {
		.type = SW_PKG_DEB, .name = SW_STR("node-theirs"), .path = theirs.path};
	assert_int_equal(sw_bom_add(&bom, &theirs), 0);
	assert_int_equal(sw_bom_add(&bom, &mine), 0);
	assert_int_equal(sw_bom_add(&bom, &deb), 0);
	assert_int_equal(sw_bom_own(&bom, SW_STR("/usr/share/nodejs/theirs/package.json")), 0);
	sw_bom_finish(&bom);
	assert_int_equal(bom.n, 3);
	assert_false(
		bom.packages[0].owned_by_os); /* an OS package is never its own language package */
	assert_true(sw_str_is(bom.packages[1].name, "mine"));
	assert_false(bom.packages[1].owned_by_os);
	assert_true(bom.packages[2].owned_by_os);
	assert_false(sw_bom_owns(&bom, SW_STR("usr/share/nodejs/theirs")));
}

static void limits_are_errors(void **state)
{
	(void)state;
	static char text[SW_BOM_TEXT + 1];
	sw_autobom bom;

	memset(text, 'x', sizeof(text));
	sw_bom_init(&bom, 0);
	struct sw_package p = npm("", "x");
	assert_int_equal(sw_bom_add(&bom, &p), -SW_EINVALID);
	p.name = sw_str_make(text, sizeof(text));
	assert_int_equal(sw_bom_add(&bom, &p), -SW_ELIMIT);
	assert_int_equal(bom.n, 0);
	p.name = sw_str_make(text, SW_BOM_TEXT);
	assert_int_equal(sw_bom_add(&bom, &p), 0);
	/* A reason is cut, never refused. */
	assert_int_equal(sw_bom_problem(&bom, p.path, sw_str_make(text, sizeof(text)), 3), 0);
	assert_int_equal(bom.problems[0].reason.n, SW_BOM_TEXT);
}

static void types_are_purl_types(void **state)
{
	(void)state;
	enum sw_package_type t;

	for (int i = 0; i < SW_PKG__COUNT; i++) {
		assert_int_equal(sw_package_type_find(sw_str_from(sw_package_type_name(i)), &t), 0);
		assert_int_equal(t, i);
	}
	assert_int_equal(sw_package_type_find(SW_STR("DEB"), &t), -SW_ENOENT);
	assert_true(sw_package_type_is_os(SW_PKG_APK));
	assert_false(sw_package_type_is_os(SW_PKG_GENERIC));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_does_not_matter),
		cmocka_unit_test(many_files_are_found_again),
		cmocka_unit_test(files_of_the_os_are_known),
		cmocka_unit_test(limits_are_errors),
		cmocka_unit_test(types_are_purl_types),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
