/* SPDX-License-Identifier: Apache-2.0 */
/* Sources of our own and what OPA 1.22.2 says to them: every error, or the module printed. */
static const struct parse_case {
	enum sw_rego_version version;
	const char *source, *want;
} parse_cases[] = {
#include "parse_cases.inc"
#include "parse_cases_meta.inc"
#include "parse_cases_more.inc"
};
