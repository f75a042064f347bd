/* SPDX-License-Identifier: Apache-2.0 */
/* The table of all builtins: gathered from the groups and sorted by name before main() starts. */
#include <stdlib.h>

#include "rego/builtin.h"
#include "rego/builtins/groups.h"

#define DECLARE(group) extern const struct sw_builtin_group sw_builtins_##group;
SW_BUILTIN_GROUPS(DECLARE)

#define LIST(group) &sw_builtins_##group,
static const struct sw_builtin_group *const groups[] = {SW_BUILTIN_GROUPS(LIST)};

enum { TABLE_MAX = 512 };

static const struct sw_builtin *sorted[TABLE_MAX];
static size_t n_sorted;

static int order_rows(const void *x, const void *y)
{
	const struct sw_builtin *const *a = x, *const *b = y;
	return strcmp((*a)->name, (*b)->name);
}

__attribute__((constructor)) static void gather(void)
{
	for (size_t g = 0; g < sizeof(groups) / sizeof(groups[0]); g++)
		for (size_t i = 0; i < groups[g]->n; i++) {
			if (n_sorted == TABLE_MAX)
				abort();
			sorted[n_sorted++] = &groups[g]->rows[i];
		}
	qsort(sorted, n_sorted, sizeof(sorted[0]), order_rows);
	size_t out = 0; /* of two rows with one name, the one with code stays */
	for (size_t i = 0; i < n_sorted; i++) {
		if (out && strcmp(sorted[out - 1]->name, sorted[i]->name) == 0) {
			if (!sorted[out - 1]->fn)
				sorted[out - 1] = sorted[i];
			continue;
		}
		sorted[out++] = sorted[i];
	}
	n_sorted = out;
}

const struct sw_builtin *const *sw_builtin_all(size_t *ret_n)
{
	*ret_n = n_sorted;
	return sorted;
}

const struct sw_builtin *sw_builtin_find(struct sw_str name)
{
	size_t lo = 0, hi = n_sorted;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = sw_str_cmp(sw_str_from(sorted[mid]->name), name);
		if (c == 0)
			return sorted[mid];
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}
