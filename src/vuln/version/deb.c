/* SPDX-License-Identifier: Apache-2.0 */
/* Debian: [epoch:]upstream[-revision], deb-version(7). */
#include "vuln/version/impl.h"

struct deb {
	struct sw_str epoch, upstream, revision;
};

static struct deb take_apart(struct sw_str v)
{
	struct deb d = {.epoch = SW_STR(""), .upstream = v, .revision = SW_STR("")};
	size_t colon = sw_str_chr(v, ':', 0);
	if (colon != SW_NPOS) {
		d.epoch = sw_str_sub(v, 0, colon);
		d.upstream = sw_str_sub(v, colon + 1, v.n);
	}
	size_t dash = sw_str_rfind(d.upstream, SW_STR("-"));
	if (dash != SW_NPOS) {
		d.revision = sw_str_sub(d.upstream, dash + 1, d.upstream.n);
		d.upstream = sw_str_sub(d.upstream, 0, dash);
	}
	return d;
}

/* '~' before the end, the end before letters, letters before everything else. */
static int weight(struct sw_str s, size_t i)
{
	if (i >= s.n || ver_digit(s.p[i]))
		return 0;
	if (s.p[i] == '~')
		return -1;
	return ver_alpha(s.p[i]) ? s.p[i] : (unsigned char)s.p[i] + 256;
}

/* Alternating runs of non-digits and digits. */
static int part_cmp(struct sw_str a, struct sw_str b)
{
	size_t i = 0, j = 0;
	while (i < a.n || j < b.n) {
		while ((i < a.n && !ver_digit(a.p[i])) || (j < b.n && !ver_digit(b.p[j]))) {
			int x = weight(a, i), y = weight(b, j);
			if (x != y)
				return x - y;
			i++;
			j++;
		}
		int c = ver_num(ver_run(a, &i, ver_digit, true), ver_run(b, &j, ver_digit, true));
		if (c)
			return c;
	}
	return 0;
}

int ver_deb(struct sw_str a, struct sw_str b)
{
	struct deb x = take_apart(sw_str_trim(a)), y = take_apart(sw_str_trim(b));
	int c = ver_num(x.epoch, y.epoch);
	if (!c)
		c = part_cmp(x.upstream, y.upstream);
	return c ? c : part_cmp(x.revision, y.revision);
}

static bool allowed(struct sw_str s, const char *more)
{
	for (size_t i = 0; i < s.n; i++)
		if (!ver_digit(s.p[i]) && !ver_alpha(s.p[i]) && (!s.p[i] || !strchr(more, s.p[i])))
			return false;
	return true;
}

bool ver_deb_valid(struct sw_str v)
{
	v = sw_str_trim(v);
	struct deb d = take_apart(v);
	bool has_epoch = sw_str_chr(v, ':', 0) != SW_NPOS;
	bool has_revision = sw_str_rfind(v, SW_STR("-")) != SW_NPOS;
	int64_t epoch = 0;
	if (has_epoch && (!sw_str_to_i64(d.epoch, &epoch) || epoch < 0 || epoch > INT32_MAX))
		return false;
	if (!d.upstream.n || !ver_digit(d.upstream.p[0]) || (has_revision && !d.revision.n))
		return false;
	return allowed(d.upstream, ".-+~:") && allowed(d.revision, ".+~_");
}
