/* SPDX-License-Identifier: Apache-2.0 */
#include "doc/members.h"

#include <stdlib.h>

enum { INSERTION_MAX = 24 };

/* Puts the last of i + 1 members in its place among the others, which are in order. */
static bool insert(struct sw_member *m, struct pair_span *sp, uint32_t i)
{
	struct sw_member x = m[i];
	uint32_t j = i;
	int c = -1;
	for (; j && (c = members_key_cmp(m[j - 1].k, x.k)) > 0; j--)
		m[j] = m[j - 1];
	m[j] = x;
	if (sp && j < i) {
		struct pair_span y = sp[i];
		memmove(&sp[j + 1], &sp[j], (i - j) * sizeof(*sp));
		sp[j] = y;
	}
	return j && c == 0;
}

/* Stable; `sp` may be NULL. True: some are equal. */
static bool insertion_sort(struct sw_member *m, struct pair_span *sp, uint32_t n)
{
	bool twice = false;
	for (uint32_t i = 1; i < n; i++) {
		int c = members_key_cmp(m[i - 1].k, m[i].k);
		if (c > 0)
			twice |= insert(m, sp, i);
		else
			twice |= c == 0;
	}
	return twice;
}

/* Merges the sorted halves [0, half) and [half, n); tm and ts have room for half. */
static void merge_halves(struct sw_member *m, struct pair_span *sp, uint32_t half, uint32_t n,
	struct sw_member *tm, struct pair_span *ts)
{
	if (members_key_cmp(m[half - 1].k, m[half].k) <= 0)
		return;
	memcpy(tm, m, half * sizeof(*m));
	if (sp)
		memcpy(ts, sp, half * sizeof(*sp));
	for (uint32_t i = 0, j = half, k = 0; i < half; k++) {
		bool right = j < n && members_key_cmp(m[j].k, tm[i].k) < 0;
		m[k] = right ? m[j] : tm[i];
		if (sp)
			sp[k] = right ? sp[j] : ts[i];
		*(right ? &j : &i) += 1;
	}
}

/* Depth is log2(n). */
static void merge_sort(struct sw_member *m, struct pair_span *sp, uint32_t n, struct sw_member *tm,
	struct pair_span *ts)
{
	if (n <= INSERTION_MAX) {
		insertion_sort(m, sp, n);
		return;
	}
	uint32_t half = n / 2;
	merge_sort(m, sp, half, tm, ts);
	merge_sort(m + half, sp ? sp + half : NULL, n - half, tm, ts);
	merge_halves(m, sp, half, n, tm, ts);
}

/* False: no two are equal. */
static bool sort_members(struct sw_member *m, struct pair_span *sp, uint32_t n)
{
	if (n <= INSERTION_MAX)
		return insertion_sort(m, sp, n);
	uint32_t i = 1;
	while (i < n && members_key_cmp(m[i - 1].k, m[i].k) < 0)
		i++;
	if (i == n)
		return false;
	struct sw_member *tm = malloc(n / 2 * sizeof(*tm));
	struct pair_span *ts = malloc(n / 2 * sizeof(*ts));
	if (!tm || !ts)
		abort();
	merge_sort(m, sp, n, tm, ts);
	free(tm);
	free(ts);
	return true;
}

uint32_t members_settle(
	struct sw_member *m, struct pair_span *sp, uint32_t n, struct members_dup *dup)
{
	if (n < 2 || !sort_members(m, sp, n))
		return n;
	uint32_t out = 1;
	for (uint32_t i = 1; i < n; i++) {
		if (members_key_cmp(m[out - 1].k, m[i].k) != 0) {
			if (out != i) {
				m[out] = m[i];
				if (sp)
					sp[out] = sp[i];
			}
			out++;
			continue;
		}
		if (dup->count++ == 0) {
			dup->key = m[i].k;
			dup->span = sp ? sp[i].k : (struct sw_span){0};
		}
		m[out - 1] = m[i];
		if (sp)
			sp[out - 1] = sp[i];
	}
	return out;
}
