/* SPDX-License-Identifier: Apache-2.0 */
#include "doc/source.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { COLUMN_MAX = 1 << 20 };

/* Lines are short: a search for each costs more than a look at all bytes. */
static uint32_t count_lines(struct sw_str t)
{
	uint32_t n = 1;
	size_t i = 0;
#ifdef __SSE2__
	const __m128i nl = _mm_set1_epi8('\n');
	while (t.n - i >= 16) {
		__m128i sum = _mm_setzero_si128(); /* of each of 16 columns, at most 255 */
		for (int k = 0; k < 255 && t.n - i >= 16; k++, i += 16)
			sum = _mm_sub_epi8(sum, _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(const void *)(t.p + i)), nl));
		sum = _mm_sad_epu8(sum, _mm_setzero_si128());
		n += (uint32_t)_mm_cvtsi128_si32(sum) + (uint32_t)_mm_cvtsi128_si32(_mm_srli_si128(sum, 8));
	}
#endif
	for (; i < t.n; i++)
		n += t.p[i] == '\n';
	return n;
}

/* Where lines begin. */
static void find_lines(struct sw_str t, uint32_t *starts)
{
	uint32_t n = 1;
	size_t i = 0;
	starts[0] = 0;
#ifdef __SSE2__
	const __m128i nl = _mm_set1_epi8('\n');
	for (; t.n - i >= 16; i += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)(t.p + i));
		for (unsigned m = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v, nl)); m; m &= m - 1)
			starts[n++] = (uint32_t)i + (uint32_t)__builtin_ctz(m) + 1;
	}
#endif
	for (; i < t.n; i++)
		if (t.p[i] == '\n')
			starts[n++] = (uint32_t)i + 1;
}

static bool index_lines(struct sw_source *src, struct sw_arena *a)
{
	if (src->line_starts)
		return true;
	uint32_t n = count_lines(src->text);
	uint32_t *starts = sw_arena_new_array(a, n, uint32_t);
	if (!starts)
		return false;
	find_lines(src->text, starts);
	src->line_starts = starts;
	src->n_lines = n;
	return true;
}

struct sw_pos sw_source_pos(struct sw_source *src, struct sw_arena *a, uint32_t offset)
{
	if (offset > src->text.n || !index_lines(src, a))
		return (struct sw_pos){0, 0};
	uint32_t lo = 0, hi = src->n_lines; /* the last start that is not after the offset */
	while (hi - lo > 1) {
		uint32_t mid = lo + (hi - lo) / 2;
		if (src->line_starts[mid] <= offset)
			lo = mid;
		else
			hi = mid;
	}
	return (struct sw_pos){lo + 1, offset - src->line_starts[lo] + 1};
}

bool sw_source_ascii(struct sw_source *src, struct sw_span span)
{
	if (!src->text.p || span.end > src->text.n)
		return false;
	while (src->ascii_to < span.end) {
		struct sw_str rest = sw_str_sub(src->text, src->ascii_to, span.end);
		src->ascii_to += (uint32_t)sw_str_ascii(rest);
		if (src->ascii_to == span.end)
			break;
		size_t nl = sw_str_chr(src->text, '\n', src->ascii_to);
		src->ascii_to = nl == SW_NPOS ? (uint32_t)src->text.n : (uint32_t)nl + 1;
		src->ascii_from = src->ascii_to;
	}
	return span.start >= src->ascii_from && span.end <= src->ascii_to;
}

int sw_source_inner(struct sw_source *src, struct sw_arena *a)
{
	struct sw_str t = src->text;
	size_t from = src->inner_known || !t.p ? t.n : sw_str_ascii(t);
	src->inner_known = true;
	if (from == t.n)
		return 0;
	uint64_t *bits = sw_arena_zalloc(a, (t.n / 64 + 1) * sizeof(*bits));
	if (!bits)
		return -SW_ELIMIT;
	for (size_t i = from; i < t.n; i++)
		bits[i / 64] |= (uint64_t)(((unsigned char)t.p[i] & 0xc0) == 0x80) << (i % 64);
	src->inner = bits;
	return 0;
}

/* Bits from `from` to `to`, which is not among them. */
static uint32_t count_bits(const uint64_t *bits, size_t from, size_t to)
{
	uint32_t n = 0;
	while (from < to) {
		size_t in = from % 64, take = 64 - in < to - from ? 64 - in : to - from;
		uint64_t mask = take == 64 ? UINT64_MAX : (((uint64_t)1 << take) - 1) << in;
		n += (uint32_t)__builtin_popcountll(bits[from / 64] & mask);
		from += take;
	}
	return n;
}

uint32_t sw_source_column(const struct sw_source *src, struct sw_pos pos, uint32_t offset)
{
	if (pos.col == 0 || pos.col > COLUMN_MAX || offset > src->text.n)
		return pos.col;
	size_t start = offset - (pos.col - 1);
	if (src->inner)
		return pos.col - count_bits(src->inner, start, offset);
	if (src->inner_known || !src->text.p)
		return pos.col;
	return (uint32_t)sw_utf8_count(sw_str_sub(src->text, start, offset)) + 1;
}

struct sw_str sw_source_line(struct sw_source *src, struct sw_arena *a, uint32_t line)
{
	if (line == 0 || !index_lines(src, a) || line > src->n_lines)
		return (struct sw_str){"", 0};
	size_t start = src->line_starts[line - 1];
	size_t end = line < src->n_lines ? src->line_starts[line] - 1 : src->text.n;
	if (end > start && src->text.p[end - 1] == '\r')
		end--;
	return sw_str_sub(src->text, start, end);
}

int sw_source_error(struct sw_source *src, struct sw_arena *a, uint32_t offset, struct sw_error *err)
{
	struct sw_pos pos = sw_source_pos(src, a, offset);
	return sw_error_at(err, src->name, pos.line, pos.col, offset);
}
