/* SPDX-License-Identifier: Apache-2.0 */
/* "Did you mean": names within an edit distance of 40 % and one. */
#include <stdlib.h>

#include "rego/builtins/graphql/validate.h"

#define MAX_NAME 256 /* longer names are not compared */

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 32) : c;
}

static size_t distance(struct sw_str a, struct sw_str b)
{
	size_t row[MAX_NAME + 1];

	if (sw_str_eq(a, b))
		return 0;
	if (sw_str_ieq(a, b))
		return 1;
	if (a.n > MAX_NAME || b.n > MAX_NAME)
		return SIZE_MAX;
	for (size_t j = 0; j <= b.n; j++)
		row[j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		size_t diag = row[0];
		row[0] = i;
		for (size_t j = 1; j <= b.n; j++) {
			size_t best = diag + (lower(a.p[i - 1]) != lower(b.p[j - 1]));
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			diag = row[j];
			row[j] = best;
		}
	}
	return row[b.n];
}

void sw_gql_or_list(struct sw_buf *out, struct sw_gql_names names, bool quoted)
{
	const char *q = quoted ? "\"" : "";
	uint32_t n = names.n > 5 ? 5 : names.n;

	for (uint32_t i = 0; i < n; i++) {
		if (i)
			sw_buf_addz(out, n == 2 ? " or " : i == n - 1 ? ", or " : ", ");
		sw_buf_printf(out, "%s%.*s%s", q, SW_STR_ARG(names.v[i]), q);
	}
}

void sw_gql_suggest(struct sw_arena *a, struct sw_buf *out, const char *prefix, struct sw_str typed,
	struct sw_gql_names options, bool quoted)
{
	size_t limit = typed.n * 2 / 5 + 1;
	struct sw_str *v = sw_arena_new_array(a, options.n + 1, struct sw_str);
	size_t *d = sw_arena_new_array(a, options.n + 1, size_t);
	uint32_t n = 0;

	for (uint32_t i = 0; v && d && i < options.n; i++) {
		size_t far = distance(typed, options.v[i]);
		if (far > limit)
			continue;
		uint32_t at = n++;
		for (; at && d[at - 1] > far; at--) {
			v[at] = v[at - 1];
			d[at] = d[at - 1];
		}
		v[at] = options.v[i];
		d[at] = far;
	}
	if (!n)
		return;
	sw_buf_printf(out, " %s ", prefix);
	sw_gql_or_list(out, (struct sw_gql_names){v, n}, quoted);
	sw_buf_addch(out, '?');
}
