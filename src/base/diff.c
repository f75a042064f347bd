/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/diff.h"

#define CONTEXT 3
#define MAX_EDITS 2000

struct lines {
	struct sw_str *v; /* with their '\n' */
	uint32_t n;
};

static struct lines split(struct sw_str s)
{
	struct lines l = {0};
	uint32_t cap = 1;
	for (size_t i = 0; i < s.n; i++)
		cap += s.p[i] == '\n';
	l.v = calloc(cap, sizeof(*l.v));
	if (!l.v)
		abort();
	for (size_t at = 0; at < s.n;) {
		size_t end = sw_str_chr(s, '\n', at);
		end = end == SW_NPOS ? s.n : end + 1;
		l.v[l.n++] = sw_str_sub(s, at, end);
		at = end;
	}
	return l;
}

/* keep_a[i], keep_b[k]: lines that both texts share, in order. */
struct match {
	bool *keep_a, *keep_b;
};

/* Walks the recorded frontiers back from the end and marks the shared lines. */
static void backtrack(
	struct lines a, struct lines b, int **trace, int d, int offset, struct match *m)
{
	int x = (int)a.n, y = (int)b.n;
	for (; d > 0; d--) {
		int *v = trace[d];
		int k = x - y;
		bool down = k == -d || (k != d && v[offset + k - 1] < v[offset + k + 1]);
		int prev = down ? k + 1 : k - 1, px = v[offset + prev], py = px - prev;
		while (x > px && y > py && x > (down ? px : px + 1)) {
			m->keep_a[--x] = true;
			m->keep_b[--y] = true;
		}
		x = px;
		y = py;
	}
	while (x > 0 && y > 0) {
		m->keep_a[--x] = true;
		m->keep_b[--y] = true;
	}
}

/* Myers' greedy shortest edit script; false when it takes more than MAX_EDITS. */
static bool myers(struct lines a, struct lines b, struct match *m)
{
	int max = (int)(a.n + b.n) < MAX_EDITS ? (int)(a.n + b.n) : MAX_EDITS, offset = max + 1;
	int *v = calloc((size_t)(2 * max + 3), sizeof(*v)),
	    **trace = calloc((size_t)max + 1, sizeof(*trace));
	bool found = false;
	int d = 0;
	if (!v || !trace)
		abort();
	for (; d <= max && !found; d++) {
		trace[d] = malloc((size_t)(2 * max + 3) * sizeof(*v));
		if (!trace[d])
			abort();
		memcpy(trace[d], v, (size_t)(2 * max + 3) * sizeof(*v));
		for (int k = -d; k <= d && !found; k += 2) {
			bool down = k == -d || (k != d && v[offset + k - 1] < v[offset + k + 1]);
			int x = down ? v[offset + k + 1] : v[offset + k - 1] + 1, y = x - k;
			while (x < (int)a.n && y < (int)b.n && sw_str_eq(a.v[x], b.v[y])) {
				x++;
				y++;
			}
			v[offset + k] = x;
			if (x >= (int)a.n && y >= (int)b.n) {
				found = true;
				backtrack(a, b, trace, d, offset, m);
			}
		}
	}
	for (int i = 0; i <= max && trace[i]; i++)
		free(trace[i]);
	free(trace);
	free(v);
	return found;
}

static void put_line(struct sw_buf *out, const struct sw_term *t, char sign, struct sw_str line)
{
	sw_autobuf text;
	sw_buf_init(&text, out->max);
	bool ended = sw_str_ends(line, SW_STR("\n"));
	sw_buf_addch(&text, sign);
	sw_buf_addstr(&text, ended ? sw_str_sub(line, 0, line.n - 1) : line);
	sw_term_styled(out, t,
		sign == '+'   ? SW_STYLE_OK
		: sign == '-' ? SW_STYLE_HIGH
			      : SW_STYLE_NONE,
		sw_buf_str(&text));
	sw_buf_addz(out, ended ? "\n" : "\n\\ No newline at end of file\n");
}

static void put_hunk(struct sw_buf *out, const struct sw_term *t, struct lines a, struct lines b,
	const struct match *m, uint32_t i0, uint32_t k0, uint32_t i1, uint32_t k1)
{
	sw_buf_printf(out, "@@ -%u,%u +%u,%u @@\n", i1 > i0 ? i0 + 1 : i0, i1 - i0,
		k1 > k0 ? k0 + 1 : k0, k1 - k0);
	for (uint32_t i = i0, k = k0; i < i1 || k < k1;) {
		if (i < i1 && !m->keep_a[i])
			put_line(out, t, '-', a.v[i++]);
		else if (k < k1 && !m->keep_b[k])
			put_line(out, t, '+', b.v[k++]);
		else {
			put_line(out, t, ' ', a.v[i++]);
			k++;
		}
	}
}

static void put_hunks(struct sw_buf *out, const struct sw_term *t, struct lines a, struct lines b,
	const struct match *m)
{
	uint32_t i = 0, k = 0;
	while (i < a.n || k < b.n) {
		if (i < a.n && k < b.n && m->keep_a[i] && m->keep_b[k]) {
			i++;
			k++;
			continue;
		}
		uint32_t lead = i < CONTEXT ? i : CONTEXT, i0 = i - lead, k0 = k - lead, same = 0;
		while ((i < a.n || k < b.n) &&
			same <= 2 * CONTEXT) { /* until a long enough run of shared lines */
			bool shared = i < a.n && k < b.n && m->keep_a[i] && m->keep_b[k];
			same = shared ? same + 1 : 0;
			if (shared || (i < a.n && !m->keep_a[i]))
				i++;
			if (shared)
				k++;
			else if (k < b.n && !m->keep_b[k])
				k++;
		}
		uint32_t back = same > CONTEXT ? same - CONTEXT : 0;
		put_hunk(out, t, a, b, m, i0, k0, i - back, k - back);
	}
}

void sw_diff_unified(struct sw_buf *out, struct sw_str name, struct sw_str from, struct sw_str to,
	const struct sw_term *t)
{
	if (sw_str_eq(from, to))
		return;
	struct lines a = split(from), b = split(to);
	struct match m = {calloc(a.n + 1, sizeof(bool)), calloc(b.n + 1, sizeof(bool))};
	if (!m.keep_a || !m.keep_b)
		abort();
	uint32_t head = 0, tail = 0;
	while (head < a.n && head < b.n && sw_str_eq(a.v[head], b.v[head]))
		head++;
	while (tail < a.n - head && tail < b.n - head &&
		sw_str_eq(a.v[a.n - 1 - tail], b.v[b.n - 1 - tail]))
		tail++;
	memset(m.keep_a, 1, head);
	memset(m.keep_b, 1, head);
	memset(m.keep_a + a.n - tail, 1, tail);
	memset(m.keep_b + b.n - tail, 1, tail);
	struct match inner = {m.keep_a + head, m.keep_b + head};
	myers((struct lines){a.v + head, a.n - head - tail},
		(struct lines){b.v + head, b.n - head - tail}, &inner);
	sw_buf_printf(out, "--- %.*s\n+++ %.*s\n", SW_STR_ARG(name), SW_STR_ARG(name));
	put_hunks(out, t, a, b, &m);
	free(m.keep_a);
	free(m.keep_b);
	free(a.v);
	free(b.v);
}
