/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "vuln/cvss.h"

/* Vectors and scores of FIRST's own examples and of well-known flaws. */
static void scores(void **state)
{
	(void)state;
	static const struct {
		const char *vector;
		double score;
	} cases[] = {{"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10.0},
		{"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8},
		{"CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", 7.5},
		{"CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", 7.8},
		{"CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:L/A:N", 4.2},
		{"CVSS:3.0/AV:N/AC:L/PR:L/UI:R/S:C/C:L/I:L/A:N", 5.4},
		{"CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:N", 0},
		{"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", 10.0},
		{"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 9.3},
		{"CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 7.3},
		{"CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U", 4.4},
		{"CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 7.7},
		{"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N", 6.9},
		{"CVSS:4.0/AV:N/AC:H/AT:N/PR:N/UI:P/VC:L/VI:L/VA:N/SC:N/SI:N/SA:N", 2.3},
		{"CVSS:4.0/AV:P/AC:L/AT:N/PR:N/UI:N/VC:N/VI:H/VA:N/SC:N/SI:N/SA:N", 5.1},
		{"CVSS:4.0/AV:P/AC:H/AT:P/PR:H/UI:A/VC:N/VI:N/VA:L/SC:N/SI:N/SA:L", 1.0},
		{"CVSS:4.0/AV:N/AC:L/AT:N/PR:H/UI:N/VC:L/VI:L/VA:N/SC:N/SI:N/SA:N", 5.1},
		{"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N", 0.0},
		{"CVSS:4.0/AV:A/AC:L/AT:N/PR:N/UI:N/VC:N/VI:H/VA:L/SC:N/SI:H/SA:L/MSI:S/S:P", 9.3},
		{"CVSS:4.0/AV:N/AC:L/AT:N/PR:L/UI:P/VC:N/VI:N/VA:N/SC:L/SI:L/SA:N", 5.1},
		{"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:L/VA:L/SC:N/SI:N/SA:N/CR:H/IR:L/AR:L/"
		 "MAV:A/MAC:H/MAT:P/MPR:L/MUI:A/MVC:L",
			1.0},
		{"CVSS:4.0/AV:L/AC:L/AT:N/PR:N/UI:A/VC:L/VI:H/VA:L/SC:L/SI:H/SA:L/CR:M/IR:H/AR:M/"
		 "E:P",
			6.9},
		/* A metric is missing; safety where it is no value; of a version that is none. */
		{"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N", 0},
		{"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:S/SA:N", 0},
		{"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/MAV:S", 0},
		{"CVSS:4.1/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 0},
		{"AV:N/AC:L/Au:N/C:N/I:N/A:C", 7.8}, {"AV:L/AC:H/Au:N/C:C/I:C/A:C", 6.2},
		{"AV:N/AC:M/Au:N/C:N/I:P/A:N", 4.3}, {"CVSS:3.1/AV:N", 0}, {"", 0},
		{"nonsense", 0}};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		double s = sw_cvss_score(sw_str_from(cases[i].vector));
		if (s < cases[i].score - 0.01 || s > cases[i].score + 0.01)
			fail_msg("%s: %.2f, want %.1f", cases[i].vector, s, cases[i].score);
	}
}

static void ratings(void **state)
{
	(void)state;
	assert_int_equal(sw_cvss_severity(0), SW_SEV_UNKNOWN);
	assert_int_equal(sw_cvss_severity(3.9), SW_SEV_LOW);
	assert_int_equal(sw_cvss_severity(4.0), SW_SEV_MEDIUM);
	assert_int_equal(sw_cvss_severity(7.0), SW_SEV_HIGH);
	assert_int_equal(sw_cvss_severity(9.0), SW_SEV_CRITICAL);
	assert_int_equal(
		sw_cvss_vector_severity(
			SW_STR("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N")),
		SW_SEV_CRITICAL);
	assert_int_equal(
		sw_cvss_vector_severity(
			SW_STR("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N")),
		SW_SEV_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(scores), cmocka_unit_test(ratings)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
