/* SPDX-License-Identifier: Apache-2.0 */
#include "doc/yaml_fast.h"

static bool is_control(unsigned char c)
{
	return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f;
}

/* How far the text is ASCII without controls; notes carriage returns. */
static size_t ascii_prefix(struct sw_str s, size_t at, bool *cr)
{
#ifdef __SSE2__
	const __m128i space = _mm_set1_epi8(0x20), tab = _mm_set1_epi8('\t'), nl = _mm_set1_epi8('\n');
	const __m128i ret = _mm_set1_epi8('\r'), del = _mm_set1_epi8(0x7f);
	__m128i crs = _mm_setzero_si128();
	for (; s.n - at >= 16; at += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(s.p + at));
		/* Signed: bytes from 0x80 on are below the space as well. */
		__m128i low = _mm_cmplt_epi8(v, space), r = _mm_cmpeq_epi8(v, ret);
		__m128i fine = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(v, tab), _mm_cmpeq_epi8(v, nl)), r);
		crs = _mm_or_si128(crs, r);
		if (_mm_movemask_epi8(_mm_or_si128(_mm_andnot_si128(fine, low), _mm_cmpeq_epi8(v, del))))
			break;
	}
	*cr |= _mm_movemask_epi8(crs) != 0;
#endif
	for (; at < s.n; at++) {
		unsigned char c = (unsigned char)s.p[at];
		if (c >= 0x80 || is_control(c))
			break;
		*cr |= c == '\r';
	}
	return at;
}

/* The length of the character at `at`, which is not ASCII; 0 when it is one of those or no character. */
static size_t wide_char(struct sw_str s, size_t at)
{
	const unsigned char *p = (const unsigned char *)s.p + at;
	size_t n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	static const uint32_t least[] = {0, 0, 0xa0, 0x800, 0x10000}; /* below A0: C1 controls and NEL */
	if (p[0] < 0xc2 || p[0] > 0xf4 || s.n - at < n)
		return 0;
	uint32_t c = p[0] & (0xffu >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3fu);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff) || c == 0x2028 || c == 0x2029 ||
		c == 0xfeff || c == 0xfffe || c == 0xffff)
		return 0;
	return n;
}

static bool has_lone_cr(struct sw_str s)
{
	for (size_t i = 0; (i = sw_str_chr(s, '\r', i)) != SW_NPOS; i++)
		if (i + 1 == s.n || s.p[i + 1] != '\n')
			return true;
	return false;
}

bool yaml_is_everyday(struct sw_str text)
{
	bool cr = false;
	for (size_t at = 0; (at = ascii_prefix(text, at, &cr)) < text.n;) {
		if ((unsigned char)text.p[at] < 0x80)
			return false;
		/* Such characters come in runs. */
		while (at < text.n && (unsigned char)text.p[at] >= 0x80) {
			size_t n = wide_char(text, at);
			if (n == 0)
				return false;
			at += n;
		}
	}
	return !cr || !has_lone_cr(text);
}
