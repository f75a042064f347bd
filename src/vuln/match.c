/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/match.h"

void sw_match_report_init(struct sw_match_report *r)
{
	*r = (struct sw_match_report){0};
	sw_arena_init(&r->arena, 0);
}

void sw_match_report_release(struct sw_match_report *r)
{
	sw_arena_release(&r->arena);
	*r = (struct sw_match_report){0};
}

int sw_match_bom(struct sw_vuln_db *db, const struct sw_bom *bom, const struct sw_match_options *opt,
	struct sw_match_report *ret, struct sw_error *err)
{
	return sw_error_set(err, SW_EUNSUPPORTED, "matching is not in this build");
}

int sw_match_findings(struct sw_match_report *r, const struct sw_bom *bom,
	const struct sw_match_options *opt, struct sw_findings *fs, struct sw_error *err)
{
	return 0;
}

const struct sw_rule *sw_match_rules(uint32_t *ret_n)
{
	*ret_n = 0;
	return NULL;
}
