/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/state/path.h"

/* One component back; what is at the root stays there. */
static size_t parent(const char *out, size_t n)
{
	if (n <= 1)
		return n;
	n--;
	while (n >= 1 && out[n - 1] != '/')
		n--;
	return n;
}

/* How many bytes of a leading "." or ".." component to skip, and whether to go up; 0: neither. */
static size_t dots(struct sw_str p, size_t i, bool *ret_up)
{
	size_t left = p.n - i;

	*ret_up = false;
	if (left >= 2 && p.p[i + 1] == '.' && (left == 2 || p.p[i + 2] == '/')) {
		*ret_up = true;
		return left == 2 ? 2 : 3;
	}
	if (left == 1)
		return 1;
	return p.p[i + 1] == '/' ? 2 : 0;
}

struct sw_str sw_path_join(struct sw_str base, struct sw_str path, char out[SW_PATH_MAX])
{
	size_t n = 0;

	if (base.n + path.n + 1 > SW_PATH_MAX) {
		struct sw_str too_long = SW_STR("/DIR_TOO_LONG/FILENAME_TOO_LONG");
		memcpy(out, too_long.p, too_long.n + 1);
		return sw_str_make(out, too_long.n);
	}
	if (path.n && path.p[0] != '/' && base.n) {
		memcpy(out, base.p, base.n);
		n = base.n;
	}
	bool empty_base = n == 0;
	for (size_t i = 0; i < path.n;) {
		char c = path.p[i];
		bool at_start = n == 0 || out[n - 1] == '/', up;
		size_t skip = c == '.' && at_start ? dots(path, i, &up) : 0;
		if (skip) {
			if (up)
				n = parent(out, n);
			i += skip;
		} else if (c == '/' && ((n && out[n - 1] == '/') || (n == 0 && !empty_base))) {
			i++;
		} else {
			out[n++] = c;
			i++;
		}
	}
	if (n > 1 && out[n - 1] == '/')
		n--;
	out[n] = 0;
	return sw_str_make(out, n);
}
