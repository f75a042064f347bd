/* SPDX-License-Identifier: Apache-2.0 */
/* Does what runs still get fixes, and is anything known to be wrong with it? By versions.yaml. */
#include <time.h>

#include "base/cleanup.h"
#include "cis/config.h"
#include "cis/own/condition.h"

/* "v1.31.2+k3s1" as {1, 31, 2}; false when it is no version. */
static bool numbers(struct sw_str s, int64_t v[3])
{
	size_t i = s.n && s.p[0] == 'v';
	v[0] = v[1] = v[2] = 0;
	for (int k = 0; k < 3; k++) {
		size_t from = i;
		while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9')
			i++;
		if (i == from || !sw_str_to_i64(sw_str_sub(s, from, i), &v[k]))
			return k >= 2;
		if (i >= s.n || s.p[i] != '.')
			return k >= 1;
		i++;
	}
	return true;
}

static int compare(const int64_t a[3], const int64_t b[3])
{
	for (int k = 0; k < 3; k++)
		if (a[k] != b[k])
			return a[k] < b[k] ? -1 : 1;
	return 0;
}

static struct sw_str date_of(struct sw_arena *a, int64_t seconds)
{
	struct tm tm;
	time_t t = (time_t)seconds;
	gmtime_r(&t, &tm);
	return sw_arena_printf(a, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
}

/* End of life of the minor version: versions.yaml kubernetes.end: {"1.31": 2025-11-11}. */
static void judge_end(struct sw_cis_judging *j, struct sw_cis_outcome *o)
{
	struct sw_value ends = sw_value_path(j->versions, "kubernetes", "end", NULL);
	struct sw_str minor = sw_arena_printf(j->a, "1.%u", j->minor);
	struct sw_str end = sw_cis_flat(j->a, sw_object_gets(ends, minor));
	o->expected = SW_STR("a version that still gets fixes");
	if (!end.n) {
		sw_cis_outcome_unknown(
			j, o, "this build knows nothing of Kubernetes %.*s", SW_STR_ARG(minor));
		return;
	}
	bool over = sw_str_cmp(end, date_of(j->a, j->today)) < 0;
	o->truth = over ? SW_CIS_NO : SW_CIS_YES;
	o->actual = sw_arena_printf(j->a, "Kubernetes %.*s: fixes %s %.*s", SW_STR_ARG(j->version),
		over ? "ended on" : "until", SW_STR_ARG(end));
}

/* Is the version in a range {from: 1.30.0, fixed: 1.30.5} of an entry? */
static bool affected(struct sw_arena *a, struct sw_value entry, const int64_t v[3])
{
	struct sw_value ranges = sw_object_gets(entry, SW_STR("ranges"));
	for (uint32_t i = 0; ranges.type == SW_ARRAY && i < ranges.n; i++) {
		struct sw_value r = sw_array_at(ranges, i);
		int64_t from[3] = {0}, fixed[3] = {0};
		struct sw_str end = sw_cis_flat(a, sw_object_gets(r, SW_STR("fixed")));
		numbers(sw_cis_flat(a, sw_object_gets(r, SW_STR("from"))), from);
		if (compare(v, from) >= 0 &&
			(!end.n || (numbers(end, fixed) && compare(v, fixed) < 0)))
			return true;
	}
	return false;
}

static void judge_known(struct sw_cis_judging *j, struct sw_cis_outcome *o)
{
	struct sw_value list = sw_value_path(j->versions, "kubernetes", "known", NULL);
	int64_t v[3];
	struct sw_str found = {0};
	uint32_t n = 0;
	o->expected = SW_STR("no known vulnerability");
	if (!numbers(j->version, v) ||
		sw_str_chr(j->version, '.', 0) == sw_str_rfind(j->version, SW_STR("."))) {
		sw_cis_outcome_unknown(
			j, o, "the node's version %.*s has no patch level", SW_STR_ARG(j->version));
		return;
	}
	for (uint32_t i = 0; list.type == SW_ARRAY && i < list.n; i++) {
		struct sw_value e = sw_array_at(list, i);
		if (!affected(j->a, e, v))
			continue;
		if (n++ < 4)
			found = sw_arena_printf(j->a, "%.*s%s%.*s", SW_STR_ARG(found),
				found.n ? ", " : "", SW_STR_ARG(sw_value_getstr(e, "id")));
	}
	o->truth = n ? SW_CIS_NO : SW_CIS_YES;
	o->actual = n > 4 ? sw_arena_printf(j->a, "Kubernetes %.*s has %.*s and %u more",
				    SW_STR_ARG(j->version), SW_STR_ARG(found), n - 4)
		    : n ? sw_arena_printf(j->a, "Kubernetes %.*s has %.*s", SW_STR_ARG(j->version),
				  SW_STR_ARG(found))
			: sw_arena_printf(j->a, "nothing known of %.*s", SW_STR_ARG(j->version));
}

int sw_cis_fact_supported(struct sw_cis_judging *j, struct sw_value cond, struct sw_cis_outcome *o)
{
	struct sw_str ask = sw_value_getstr(cond, "ask");
	if (!j->version.n)
		return sw_cis_outcome_unknown(
			j, o, "the node does not show which Kubernetes it runs");
	if (sw_str_is(ask, "end"))
		judge_end(j, o);
	else if (sw_str_is(ask, "known"))
		judge_known(j, o);
	else
		return sw_error_set(j->err, SW_EINVALID, "supported: ask end or known");
	return 0;
}
