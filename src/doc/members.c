/* SPDX-License-Identifier: Apache-2.0 */
#include "doc/members.h"

#include <stdlib.h>

enum { INSERTION_MAX = 24 };

static int key_cmp(struct sw_value a, struct sw_value b)
{
	if (a.n && b.n && a.u.s[0] != b.u.s[0])
		return (unsigned char)a.u.s[0] - (unsigned char)b.u.s[0];
	if (a.u.s == b.u.s && a.n == b.n)
		return 0;
	return sw_str_cmp(sw_value_str(a), sw_value_str(b));
}

/* Stable; `sp` may be NULL. */
static void insertion_sort(struct sw_member *m, struct pair_span *sp, uint32_t n)
{
	for (uint32_t i = 1; i < n; i++) {
		uint32_t j = i;
		while (j && key_cmp(m[j - 1].k, m[i].k) > 0)
			j--;
		if (j == i)
			continue;
		struct sw_member x = m[i];
		memmove(&m[j + 1], &m[j], (i - j) * sizeof(*m));
		m[j] = x;
		if (sp) {
			struct pair_span y = sp[i];
			memmove(&sp[j + 1], &sp[j], (i - j) * sizeof(*sp));
			sp[j] = y;
		}
	}
}

/* Merges the sorted halves [0, half) and [half, n); tm and ts have room for half. */
static void merge_halves(struct sw_member *m, struct pair_span *sp, uint32_t half, uint32_t n,
	struct sw_member *tm, struct pair_span *ts)
{
	if (key_cmp(m[half - 1].k, m[half].k) <= 0)
		return;
	memcpy(tm, m, half * sizeof(*m));
	if (sp)
		memcpy(ts, sp, half * sizeof(*sp));
	for (uint32_t i = 0, j = half, k = 0; i < half; k++) {
		bool right = j < n && key_cmp(m[j].k, tm[i].k) < 0;
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

static void sort_members(struct sw_member *m, struct pair_span *sp, uint32_t n)
{
	if (n <= INSERTION_MAX) {
		insertion_sort(m, sp, n);
		return;
	}
	uint32_t i = 1;
	while (i < n && key_cmp(m[i - 1].k, m[i].k) <= 0)
		i++;
	if (i == n)
		return;
	struct sw_member *tm = malloc(n / 2 * sizeof(*tm));
	struct pair_span *ts = malloc(n / 2 * sizeof(*ts));
	if (!tm || !ts)
		abort();
	merge_sort(m, sp, n, tm, ts);
	free(tm);
	free(ts);
}

uint32_t members_settle(
	struct sw_member *m, struct pair_span *sp, uint32_t n, struct members_dup *dup)
{
	if (n == 0)
		return 0;
	sort_members(m, sp, n);
	uint32_t out = 1;
	for (uint32_t i = 1; i < n; i++) {
		if (key_cmp(m[out - 1].k, m[i].k) != 0) {
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
